//! Which functions there are, what they take, and which arguments must be literals.

use super::math::Bins;
use super::{Expression, Search, Value, pattern};

/// What a call does. What needs its arguments before there is a row is no call: [`Search`], [`Bins`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Function {
    If,
    Switch,
    Coalesce,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Equals,
    In,
    Exists,
    Not,
    And,
    Or,
    Min,
    Max,
    Sum,
    Sub,
    Mul,
    Div,
    Mod,
    Log10,
    Int,
    Float,
    Bool,
    String,
    Concat,
    StartsWith,
    EndsWith,
    Contains,
    ToLower,
    /// In bytes.
    Size,
    /// In characters, as people see them.
    Length,
    UnixTimestamp,
    EventTimestamp,
    IngestTimestamp,
}

const ANY: usize = usize::MAX;

/// Names as the language has them, which tells upper case from lower case, and the fewest and the most arguments.
const CALLS: [(&str, Function, usize, usize); 33] = [
    ("IF", Function::If, 2, ANY),
    ("SWITCH", Function::Switch, 3, ANY),
    ("COALESCE", Function::Coalesce, 1, ANY),
    ("LT", Function::Less, 2, 2),
    ("LTE", Function::AtMost, 2, 2),
    ("GT", Function::Greater, 2, 2),
    ("GTE", Function::AtLeast, 2, 2),
    ("EQUALS", Function::Equals, 2, 2),
    ("IN", Function::In, 2, ANY),
    ("EXISTS", Function::Exists, 1, 1),
    ("NOT", Function::Not, 1, 1),
    ("AND", Function::And, 1, ANY),
    ("OR", Function::Or, 1, ANY),
    ("MIN", Function::Min, 1, ANY),
    ("MAX", Function::Max, 1, ANY),
    ("SUM", Function::Sum, 1, ANY),
    ("SUB", Function::Sub, 2, 2),
    ("MUL", Function::Mul, 1, ANY),
    ("DIV", Function::Div, 2, 2),
    ("MOD", Function::Mod, 2, 2),
    ("LOG10", Function::Log10, 1, 1),
    ("INT", Function::Int, 1, 1),
    ("FLOAT", Function::Float, 1, 1),
    ("BOOL", Function::Bool, 1, 1),
    ("STRING", Function::String, 1, 1),
    ("CONCAT", Function::Concat, 1, ANY),
    ("STARTS_WITH", Function::StartsWith, 2, 2),
    ("ENDS_WITH", Function::EndsWith, 2, 2),
    ("CONTAINS", Function::Contains, 2, 2),
    ("TO_LOWER", Function::ToLower, 1, 1),
    ("UNIX_TIMESTAMP", Function::UnixTimestamp, 1, 1),
    ("EVENT_TIMESTAMP", Function::EventTimestamp, 0, 0),
    ("INGEST_TIMESTAMP", Function::IngestTimestamp, 0, 0),
];

/// What the language has and this does not.
const NOT_HERE: [&str; 2] = ["FORMAT_TIME", "SEARCH"];

/// A call of a function.
pub(super) fn build(name: &str, mut arguments: Vec<Expression>) -> Result<Expression, String> {
    if NOT_HERE.contains(&name) {
        return Err(format!("{name}: not emulated"));
    }
    if let Some((_, function, fewest, most)) = CALLS.iter().find(|(known, ..)| *known == name) {
        count(name, &arguments, *fewest, *most)?;
        if *function == Function::Switch {
            cases_are_texts(&arguments)?;
        }
        return Ok(Expression::Call(*function, arguments));
    }
    let search = match name {
        "REG_MATCH" => Search::Match,
        "REG_VALUE" => Search::Value,
        "REG_COUNT" => Search::Count,
        "LENGTH" => return length(arguments),
        "BUCKET" => return bucket(arguments),
        _ => return Err(format!("invalid function: {name}")),
    };
    count(name, &arguments, 2, 2)?;
    let written = arguments.pop().and_then(|argument| argument.literal().map(Value::into_text).map(Into::into));
    let written: String = written.ok_or_else(|| format!("{name}: the regular expression must be a literal"))?;
    let subject = arguments.pop().unwrap_or(Expression::Literal(None));
    Ok(Expression::Search(search, Box::new(subject), pattern::compile(&written)?))
}

fn count(name: &str, arguments: &[Expression], fewest: usize, most: usize) -> Result<(), String> {
    let count = arguments.len();
    if (fewest..=most).contains(&count) {
        return Ok(());
    }
    Err(format!("{name}: wrong number of arguments: {count}"))
}

/// "Cases must be string literals (not expressions)": the examples beside the grammar.
fn cases_are_texts(arguments: &[Expression]) -> Result<(), String> {
    // The last stands alone where there is an odd number of them after the first: it is what comes otherwise.
    let cases = arguments[1..].chunks_exact(2).map(|pair| &pair[0]);
    if cases.into_iter().all(|case| matches!(case.literal(), Some(Value::Text(_)))) {
        return Ok(());
    }
    Err("SWITCH: cases must be string literals".to_owned())
}

fn length(mut arguments: Vec<Expression>) -> Result<Expression, String> {
    count("LENGTH", &arguments, 1, 2)?;
    let unit = arguments.get(1).map(Expression::literal);
    let function = match unit.as_ref().map(|literal| literal.as_ref().and_then(Value::text)) {
        Some(Some("bytes")) => Function::Size,
        Some(Some("chars")) | None => Function::Length,
        Some(_) => return Err("LENGTH: the second argument must be \"bytes\" or \"chars\"".to_owned()),
    };
    arguments.truncate(1);
    Ok(Expression::Call(function, arguments))
}

fn bucket(mut arguments: Vec<Expression>) -> Result<Expression, String> {
    count("BUCKET", &arguments, 2, 4)?;
    let numbers: Option<Vec<f64>> = arguments.drain(1..).map(|argument| argument.literal()?.number()).collect();
    let numbers = numbers.ok_or("BUCKET: size, min and max must be numbers, and no columns")?;
    let bins = Bins { size: numbers[0], least: numbers.get(1).copied(), most: numbers.get(2).copied() };
    if bins.size <= 0.0 {
        return Err("BUCKET: the size must be positive".to_owned());
    }
    let subject = arguments.pop().unwrap_or(Expression::Literal(None));
    Ok(Expression::Bucket(Box::new(subject), bins))
}
