//! Pieces as a tree. `AND` binds more closely than `OR`, and stands also where nothing stands.

use std::collections::BTreeMap;

use super::lexer::{Token, tokens};
use super::{Filter, Flag, Match, Number, Order, Text, Value, Who, group_arn};

/// Parentheses and braces within each other, and groups within groups.
const DEEPEST: usize = 50;

type Parsed<T> = Result<T, String>;

struct Parser<'a> {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    groups: &'a BTreeMap<String, String>,
    depth: usize,
    /// Within the braces of `service` or `edge`.
    braced: bool,
}

/// The whole expression.
pub(super) fn parse(tokens: Vec<Token>, groups: &BTreeMap<String, String>) -> Parsed<Filter> {
    parse_within(tokens, groups, 0, false)
}

fn parse_within(tokens: Vec<Token>, groups: &BTreeMap<String, String>, depth: usize, braced: bool) -> Parsed<Filter> {
    let mut parser = Parser { tokens: tokens.into_iter().peekable(), groups, depth, braced };
    let filter = parser.any()?;
    parser.tokens.next().map_or(Ok(filter), |token| Err(format!("unexpected {token:?}")))
}

impl Parser<'_> {
    fn any(&mut self) -> Parsed<Filter> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("nested too deeply".to_owned());
        }
        let mut parts = vec![self.all()?];
        while self.takes_word("or") {
            parts.push(self.all()?);
        }
        self.depth -= 1;
        Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::Any(parts) })
    }

    fn all(&mut self) -> Parsed<Filter> {
        let mut parts = vec![self.one()?];
        while self.takes_word("and") || self.an_operand_follows() {
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::All(parts) })
    }

    fn an_operand_follows(&mut self) -> bool {
        match self.tokens.peek() {
            Some(Token::Word(word)) => !word.eq_ignore_ascii_case("or"),
            Some(Token::Key(_) | Token::Sign("!" | "(")) => true,
            _ => false,
        }
    }

    fn one(&mut self) -> Parsed<Filter> {
        let negated = self.takes_sign("!");
        if self.takes_sign("(") {
            let filter = self.any()?;
            self.expect(")")?;
            return Ok(if negated { Filter::Not(Box::new(filter)) } else { filter });
        }
        match self.keyword()? {
            filter if !negated => Ok(filter),
            // The guide has it before flags, services and edges.
            Filter::Number(..) | Filter::Text(..) | Filter::Annotation(_, Value::Number(..) | Value::Text(..)) => {
                Err("! before a comparison".to_owned())
            }
            filter => Ok(Filter::Not(Box::new(filter))),
        }
    }

    fn keyword(&mut self) -> Parsed<Filter> {
        let word = match self.tokens.next() {
            Some(Token::Word(word)) => word,
            Some(Token::Key(key)) => return self.annotation(key),
            Some(token) => return Err(format!("unexpected {token:?}")),
            None => return Err("something is missing at the end".to_owned()),
        };
        if let Some(key) = word.get(..11).filter(|start| start.eq_ignore_ascii_case("annotation.")).map(|_| &word[11..]) {
            let is_key = !key.is_empty() && key.chars().all(|next| next.is_ascii_alphanumeric() || next == '_');
            return if is_key { self.annotation(key.to_owned()) } else { Err(format!("{word} is no keyword")) };
        }
        let lower = word.to_ascii_lowercase();
        if let Some(flag) = flag(&lower) {
            return self.flag(flag);
        }
        if let Some(number) = number(&lower) {
            return Ok(Filter::Number(number, self.order()?, self.number()?));
        }
        if let Some(text) = text(&lower) {
            return Ok(Filter::Text(text, self.matching()?, self.text()?));
        }
        match lower.as_str() {
            "service" | "edge" if self.braced => Err(format!("{word} within the braces of another")),
            "service" => self.service(),
            "edge" => self.edge(),
            "group.name" | "group.arn" => self.group(lower == "group.arn"),
            _ => Err(format!("{word} is no keyword")),
        }
    }

    /// `ok`, `ok = false`.
    fn flag(&mut self, flag: Flag) -> Parsed<Filter> {
        let is = Filter::Is(flag);
        Ok(match self.truth()? {
            None | Some(true) => is,
            Some(false) => Filter::Not(Box::new(is)),
        })
    }

    /// What a flag is compared with, if it is.
    fn truth(&mut self) -> Parsed<Option<bool>> {
        let equal = match self.tokens.peek() {
            Some(Token::Sign("=")) => true,
            Some(Token::Sign("!=")) => false,
            _ => return Ok(None),
        };
        self.tokens.next();
        match self.tokens.next() {
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("true") => Ok(Some(equal)),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("false") => Ok(Some(!equal)),
            _ => Err("expected true or false".to_owned()),
        }
    }

    fn annotation(&mut self, key: String) -> Parsed<Filter> {
        if self.braced {
            return Err("annotation cannot be used with service or edge".to_owned());
        }
        let mut ahead = self.tokens.clone();
        let (operator, value) = (ahead.next(), ahead.next());
        let compared = match (operator, value) {
            (Some(Token::Sign("=" | "!=")), Some(Token::Word(_))) => Value::Truth(self.truth()?.unwrap_or_default()),
            (Some(Token::Sign(_)), Some(Token::Number(_))) => Value::Number(self.order()?, self.number()?),
            (Some(Token::Sign("=" | "!=") | Token::Word(_)), Some(Token::Text(_))) => {
                Value::Text(self.matching()?, self.text()?)
            }
            (Some(Token::Sign("=" | "!=" | "<" | "<=" | ">" | ">=")), _) => {
                return Err(format!("annotation {key}: no such comparison"));
            }
            // As any other flag.
            _ => Value::Truth(true),
        };
        Ok(Filter::Annotation(key, compared))
    }

    fn service(&mut self) -> Parsed<Filter> {
        self.expect("(")?;
        let who = if self.tokens.peek() == Some(&Token::Sign(")")) { Who::default() } else { self.who()? };
        self.expect(")")?;
        Ok(Filter::Service(who, self.braces()?))
    }

    fn edge(&mut self) -> Parsed<Filter> {
        self.expect("(")?;
        let from = self.who()?;
        self.expect(",")?;
        let to = self.who()?;
        self.expect(")")?;
        Ok(Filter::Edge(from, to, self.braces()?))
    }

    fn braces(&mut self) -> Parsed<Option<Box<Filter>>> {
        if !self.takes_sign("{") {
            return Ok(None);
        }
        self.braced = true;
        let filter = self.any()?;
        self.braced = false;
        self.expect("}")?;
        Ok(Some(Box::new(filter)))
    }

    /// `"name"`, or `id(name: "…", type: "…", account.id: "…")`, of which one is enough.
    fn who(&mut self) -> Parsed<Who> {
        if !self.takes_word("id") {
            return Ok(Who { name: Some(self.text()?), ..Who::default() });
        }
        self.expect("(")?;
        let mut who = Who::default();
        loop {
            let Some(Token::Word(member)) = self.tokens.next() else { return Err("id() says of what".to_owned()) };
            self.expect(":")?;
            let value = Some(self.text()?);
            match member.to_ascii_lowercase().as_str() {
                "name" => who.name = value,
                "type" => who.kind = value,
                "account.id" => who.account = value,
                _ => return Err(format!("id() has no {member}")),
            }
            if !self.takes_sign(",") {
                self.expect(")")?;
                return Ok(who);
            }
        }
    }

    /// What the group stands for.
    fn group(&mut self, by_arn: bool) -> Parsed<Filter> {
        self.expect("=")?;
        let wanted = self.text()?;
        let mut groups = self.groups.iter();
        let found = groups.find(|(name, _)| if by_arn { group_arn(name) == wanted } else { **name == wanted });
        let (_, expression) = found.ok_or_else(|| format!("there is no group {wanted}"))?;
        if self.depth >= DEEPEST {
            return Err("a group of itself".to_owned());
        }
        parse_within(tokens(expression)?, self.groups, self.depth + 1, self.braced)
    }

    fn order(&mut self) -> Parsed<Order> {
        Ok(match self.tokens.next() {
            Some(Token::Sign("=")) => Order::Equal,
            Some(Token::Sign("!=")) => Order::NotEqual,
            Some(Token::Sign("<")) => Order::Less,
            Some(Token::Sign("<=")) => Order::LessOrEqual,
            Some(Token::Sign(">")) => Order::Greater,
            Some(Token::Sign(">=")) => Order::GreaterOrEqual,
            _ => return Err("expected a comparison of numbers".to_owned()),
        })
    }

    fn matching(&mut self) -> Parsed<Match> {
        match self.tokens.next() {
            Some(Token::Sign("=")) => return Ok(Match::Equal),
            Some(Token::Sign("!=")) => return Ok(Match::NotEqual),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("contains") => return Ok(Match::Contains),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("beginswith") => return Ok(Match::BeginsWith),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("endswith") => return Ok(Match::EndsWith),
            _ => {}
        }
        Err("expected a comparison of texts".to_owned())
    }

    fn number(&mut self) -> Parsed<f64> {
        match self.tokens.next() {
            Some(Token::Number(number)) => Ok(number),
            _ => Err("expected a number".to_owned()),
        }
    }

    fn text(&mut self) -> Parsed<String> {
        match self.tokens.next() {
            Some(Token::Text(text)) => Ok(text),
            _ => Err("expected a text in quotation marks".to_owned()),
        }
    }

    fn takes_word(&mut self, wanted: &str) -> bool {
        let is_next = |token: &Token| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(wanted));
        self.tokens.next_if(is_next).is_some()
    }

    fn takes_sign(&mut self, wanted: &str) -> bool {
        self.tokens.next_if(|token| matches!(token, Token::Sign(sign) if *sign == wanted)).is_some()
    }

    fn expect(&mut self, sign: &str) -> Parsed<()> {
        if self.takes_sign(sign) { Ok(()) } else { Err(format!("expected {sign}")) }
    }
}

fn flag(word: &str) -> Option<Flag> {
    Some(match word {
        "ok" => Flag::Ok,
        "error" => Flag::Error,
        "throttle" => Flag::Throttle,
        "fault" => Flag::Fault,
        "partial" => Flag::Partial,
        "inferred" => Flag::Inferred,
        "root" => Flag::Root,
        "first" | "last" | "remote" => Flag::OfRootCause,
        _ => return None,
    })
}

fn number(word: &str) -> Option<Number> {
    Some(match word {
        "responsetime" => Number::ResponseTime,
        "duration" => Number::Duration,
        "http.status" => Number::Status,
        "index" | "coverage" => Number::OfRootCause,
        _ => return None,
    })
}

fn text(word: &str) -> Option<Text> {
    Some(match word {
        "http.url" => Text::Url,
        "http.method" => Text::Method,
        "http.useragent" => Text::UserAgent,
        "http.clientip" => Text::ClientIp,
        "user" => Text::User,
        "name" => Text::Name,
        "type" => Text::Type,
        "message" => Text::Message,
        "availabilityzone" => Text::Zone,
        "instance.id" => Text::Instance,
        "resource.arn" => Text::Resource,
        _ => return None,
    })
}
