//! A token as a value of the type that its field wants.

use crate::model::{SpanKind, StatusCode, TraceId};

use super::ast::Op;
use super::duration::{DurationError, parse_duration};
use super::error::{Problem, near, visible};
use super::field::Type;
use super::lex::{Kind, Token};
use super::literal::{Literal, Number};

/// Units as people write them elsewhere, and what they are here.
const FOREIGN_UNITS: &[(&str, &str)] = &[
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("S", "s"),
    ("min", "m"),
    ("mins", "m"),
    ("minute", "m"),
    ("minutes", "m"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("H", "h"),
    ("msec", "ms"),
    ("msecs", "ms"),
    ("millis", "ms"),
    ("milliseconds", "ms"),
    ("MS", "ms"),
    ("Ms", "ms"),
    ("usec", "us"),
    ("micros", "us"),
    ("microseconds", "us"),
    ("nsec", "ns"),
    ("nanos", "ns"),
    ("nanoseconds", "ns"),
];

const UNITS: &str = "expected a duration with a unit: ns, us, ms, s, m or h";

/// The value, where `name` is what it is compared with and `source` the token as it was written.
pub(super) fn read(wanted: Type, name: &str, token: &Token, source: &str) -> Result<Literal, Problem> {
    let (text, quoted) = match &token.kind {
        Kind::Text(text) => (text.as_str(), true),
        _ => (source, false),
    };
    let problem = |message: String, label: &str| Problem::new(token.span.clone(), message, label);
    match wanted {
        Type::Text => Ok(Literal::Text(text.to_owned())),
        Type::Status => status(text).map(Literal::Status).ok_or_else(|| {
            let help = near(text, ["ok", "error", "unset"]).map(|meant| format!("did you mean `{meant}`?"));
            problem(format!("`{}` is no status", visible(text)), "expected `ok`, `error` or `unset`").maybe_help(help)
        }),
        Type::Kind => kind(text).map(Literal::Kind).ok_or_else(|| {
            let help = near(text, SpanKind::NAMED.map(SpanKind::name)).map(|meant| format!("did you mean `{meant}`?"));
            let label = "expected `server`, `client`, `producer`, `consumer`, `internal` or `unspecified`";
            problem(format!("`{}` is no kind", visible(text)), label).maybe_help(help)
        }),
        Type::Bool => boolean(text).map(Literal::Bool).ok_or_else(|| {
            problem(format!("`{name}` is true or false, not `{}`", visible(text)), "expected `true` or `false`")
        }),
        Type::TraceId => match TraceId::parse(text) {
            Ok(id) => Ok(Literal::Text(id.to_string())),
            Err(error) => Err(problem(error.to_string(), "expected a trace id")),
        },
        Type::Duration => {
            parse_duration(text).map(Literal::Duration).map_err(|error| duration_problem(&error, name, token, text))
        }
        Type::Any if quoted => Ok(Literal::Text(text.to_owned())),
        Type::Any => bare(text, token),
    }
}

/// An unquoted word whose type its looks decide.
fn bare(word: &str, token: &Token) -> Result<Literal, Problem> {
    if let Some(yes) = boolean(word) {
        return Ok(Literal::Bool(yes));
    }
    if let Some(number) = Number::parse(word) {
        return Ok(Literal::Number(number));
    }
    let unsigned = word.strip_prefix(['-', '+']).unwrap_or(word);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(Literal::Text(word.to_owned()));
    }
    parse_duration(word).map(Literal::Duration).map_err(|error| match error {
        DurationError::Unit(unit) if FOREIGN_UNITS.iter().all(|(foreign, _)| *foreign != unit) => {
            Problem::new(token.span.clone(), format!("`{word}` is neither a number nor a duration"), "expected a value")
                .help(format!("quote it if it is text: `\"{word}\"`"))
        }
        DurationError::NotOne | DurationError::NoUnit => {
            Problem::new(token.span.clone(), format!("`{word}` is neither a number nor a duration"), "expected a value")
                .help(format!("quote it if it is text: `\"{word}\"`"))
        }
        error => duration_problem(&error, "the value", token, word),
    })
}

fn duration_problem(error: &DurationError, name: &str, token: &Token, text: &str) -> Problem {
    let span = token.span.clone();
    let shown = visible(text);
    match error {
        DurationError::NotOne => Problem::new(span, format!("`{name}` is a length of time, not `{shown}`"), UNITS),
        DurationError::NoUnit => {
            Problem::new(span, format!("`{shown}` has no unit"), UNITS).help(format!("did you mean `{shown}ms`?"))
        }
        DurationError::Unit(unit) => {
            let meant = FOREIGN_UNITS.iter().find(|(foreign, _)| foreign == unit).map(|(_, meant)| *meant);
            let help = match meant {
                Some(meant) => Some(format!("did you mean `{}`?", shown.replacen(unit.as_str(), meant, 1))),
                None if unit.starts_with('d') => Some("a day is `24h`".to_owned()),
                None => None,
            };
            Problem::new(span, format!("`{}` is no unit of time", visible(unit)), UNITS).maybe_help(help)
        }
        DurationError::TooLong => Problem::new(span, format!("`{shown}` is longer than any trace can be"), "at most 584 years"),
        DurationError::TooFine => Problem::new(span, format!("`{shown}` has parts of a nanosecond"), "at least 1ns"),
    }
}

/// What someone meant who compared a span's status with a number.
pub(super) fn not_a_status(wanted: Type, text: &str, op: Op) -> Option<String> {
    let number = wanted == Type::Status && Number::parse(text).is_some();
    number.then(|| format!("did you mean `http.status_code {} {text}`?", op.symbol()))
}

/// In any case, and as OTLP's enum writes it.
fn status(text: &str) -> Option<StatusCode> {
    let lower = text.to_ascii_lowercase();
    let name = lower.strip_prefix("status_code_").unwrap_or(&lower);
    [StatusCode::Ok, StatusCode::Error, StatusCode::Unset].into_iter().find(|status| status.name() == name)
}

/// In any case, and as OTLP's enum writes it.
fn kind(text: &str) -> Option<SpanKind> {
    let lower = text.to_ascii_lowercase();
    let name = lower.strip_prefix("span_kind_").unwrap_or(&lower);
    SpanKind::NAMED.into_iter().find(|kind| kind.name() == name)
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}
