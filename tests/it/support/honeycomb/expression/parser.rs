//! Pieces as a tree. `-` binds more closely than `+`, as in the published grammar.

use super::functions::{Function, build};
use super::lexer::{Token, tokens};
use super::{Cell, Expression};

/// Calls, parentheses and operators within each other.
const DEEPEST: usize = 100;

/// An expression, and how many are within each other in it.
struct Part(Expression, usize);

type Parsed = Result<Part, String>;

struct Parser<'a> {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    /// Gives a column its number.
    number: &'a mut dyn FnMut(&str) -> usize,
    depth: usize,
}

/// The whole expression, and why it is none. `number` gives a column a number, the same each time.
pub(in super::super) fn parse(expression: &str, number: &mut dyn FnMut(&str) -> usize) -> Result<Expression, String> {
    if expression.is_empty() {
        return Err("empty expression".to_owned());
    }
    let mut parser = Parser { tokens: tokens(expression)?.into_iter().peekable(), number, depth: 0 };
    let Part(tree, _) = parser.expression(0)?;
    parser.tokens.next().map_or(Ok(tree), |token| Err(format!("extraneous input {token:?}")))
}

/// How closely an operator binds, and the function that it stands for. `!=` is the one that is none.
fn operator(token: &Token) -> Option<(usize, Option<Function>)> {
    let (binding, function) = match token {
        Token::Name(name) if name == "OR" => (1, Function::Or),
        Token::Name(name) if name == "AND" => (2, Function::And),
        Token::Sign("=") => (3, Function::Equals),
        Token::Sign("!=") => return Some((3, None)),
        Token::Sign("<") => (4, Function::Less),
        Token::Sign("<=") => (4, Function::AtMost),
        Token::Sign(">") => (4, Function::Greater),
        Token::Sign(">=") => (4, Function::AtLeast),
        Token::Sign("+") => (5, Function::Sum),
        Token::Sign("-") => (6, Function::Sub),
        Token::Sign("*") => (7, Function::Mul),
        Token::Sign("/") => (7, Function::Div),
        Token::Sign("%") => (7, Function::Mod),
        _ => return None,
    };
    Some((binding, Some(function)))
}

/// `!` binds more closely than all of them.
const NOT: usize = 8;

impl Parser<'_> {
    /// What operators that bind more closely than `least` hold together.
    fn expression(&mut self, least: usize) -> Parsed {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("nested too deeply".to_owned());
        }
        let mut left = self.operand()?;
        while let Some((binding, function)) = self.tokens.peek().and_then(operator).filter(|(binding, _)| *binding > least) {
            self.tokens.next();
            let right = self.expression(binding)?;
            let both = vec![left.0, right.0];
            let together = match function {
                Some(function) => Expression::Call(function, both),
                None => Expression::Call(Function::Not, vec![Expression::Call(Function::Equals, both)]),
            };
            left = within(together, left.1.max(right.1))?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Parsed {
        let Some(token) = self.tokens.next() else { return Err("mismatched input '<EOF>'".to_owned()) };
        let cell = match token {
            Token::Sign("!") => {
                let Part(inner, depth) = self.expression(NOT)?;
                return within(Expression::Call(Function::Not, vec![inner]), depth);
            }
            Token::Sign("(") => {
                let inner = self.expression(0)?;
                self.expect(")")?;
                return Ok(inner);
            }
            Token::Sign("-") => match self.tokens.next() {
                Some(Token::Int(number)) => Some(Cell::Int(-number)),
                Some(Token::Float(number)) => Some(Cell::Float(-number)),
                other => return Err(format!("mismatched input {other:?} after '-'")),
            },
            Token::Column(name) => return Ok(Part(Expression::Column((self.number)(&name)), 1)),
            Token::Text(text) => Some(Cell::Text(text)),
            Token::Int(number) => Some(Cell::Int(number)),
            Token::Float(number) => Some(Cell::Float(number)),
            Token::Name(name) => match name.as_str() {
                "true" => Some(Cell::Bool(true)),
                "false" => Some(Cell::Bool(false)),
                "null" => None,
                _ => return self.call(&name),
            },
            token @ Token::Sign(_) => return Err(format!("extraneous input {token:?}")),
        };
        Ok(Part(Expression::Literal(cell), 1))
    }

    /// The arguments of a function, after its name. A comma may stand after the last.
    fn call(&mut self, name: &str) -> Parsed {
        self.expect("(")?;
        let mut arguments = Vec::new();
        let mut deepest = 0;
        while !self.takes(")") {
            let Part(argument, depth) = self.expression(0)?;
            arguments.push(argument);
            deepest = deepest.max(depth);
            if !self.takes(",") {
                self.expect(")")?;
                break;
            }
        }
        within(build(name, arguments)?, deepest)
    }

    fn takes(&mut self, sign: &str) -> bool {
        self.tokens.next_if(|token| matches!(token, Token::Sign(other) if *other == sign)).is_some()
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.takes(sign) {
            return Ok(());
        }
        let found = self.tokens.peek().map_or_else(|| "'<EOF>'".to_owned(), |token| format!("{token:?}"));
        Err(format!("mismatched input {found} expecting '{sign}'"))
    }
}

/// An expression around others.
fn within(tree: Expression, depth: usize) -> Parsed {
    if depth >= DEEPEST { Err("nested too deeply".to_owned()) } else { Ok(Part(tree, depth + 1)) }
}
