//! Values as they are written in an expression: numbers, durations, patterns.

use std::cmp::Ordering;
use std::fmt;

use regex::{Regex, RegexBuilder};

use crate::model::{Nanos, SpanKind, StatusCode, Value};

/// A value to compare with.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Text, quoted or a bare word.
    Text(String),
    /// A number without a unit.
    Number(Number),
    /// `true` or `false`.
    Bool(bool),
    /// A length of time in nanoseconds; may be negative.
    Duration(Nanos),
    /// `ok`, `error` or `unset`.
    Status(StatusCode),
    /// `server`, `client` and so on.
    Kind(SpanKind),
}

/// A number that stays a whole number where it was one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// Any other; a literal's is finite.
    Double(f64),
}

impl Number {
    /// From decimal digits with an optional sign, fraction and exponent. `None` for anything else, such as `NaN`, and for what
    /// is too large for a double. A whole number that is too large for 64 bits becomes the nearest double.
    pub fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let digits = unsigned.strip_prefix('.').unwrap_or(unsigned);
        if !digits.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        if let Ok(number) = text.parse() {
            return Some(Self::Int(number));
        }
        text.parse().ok().filter(|number: &f64| number.is_finite()).map(Self::Double)
    }

    /// The number that an attribute holds, also where its sender wrote it as text.
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Int(number) => Some(Self::Int(*number)),
            Value::Double(number) => Some(Self::Double(*number)),
            Value::Str(text) => Self::parse(text),
            _ => None,
        }
    }

    /// The order of both, exact also between whole numbers and doubles. `None` only where one is not a number (NaN).
    pub fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(&b)),
            (Self::Double(a), Self::Double(b)) => a.partial_cmp(&b),
            (Self::Int(a), Self::Double(b)) => whole_and_double(a, b),
            (Self::Double(a), Self::Int(b)) => whole_and_double(b, a).map(Ordering::reverse),
        }
    }

    /// As a double; a large whole number loses its last digits.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Int(number) => number as f64,
            Self::Double(number) => number,
        }
    }
}

/// Converting the whole number to a double would make neighbours equal from 2^53 on.
fn whole_and_double(whole: i64, double: f64) -> Option<Ordering> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if double.is_nan() {
        return None;
    }
    if double >= LIMIT {
        return Some(Ordering::Less);
    }
    if double < -LIMIT {
        return Some(Ordering::Greater);
    }
    let trunc = double.trunc();
    Some(whole.cmp(&(trunc as i64)).then_with(|| 0.0_f64.total_cmp(&(double - trunc))))
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => write!(f, "{number}"),
            // Debug keeps the point of a whole double, and so its type, and has an exponent where that is shorter.
            Self::Double(number) => write!(f, "{number:?}"),
        }
    }
}

/// A regular expression that must match the whole of a text. Compared by its source.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    regex: Regex,
}

impl Pattern {
    /// Memory that one compiled pattern may take, in bytes: `a{1000}{1000}` is refused, not waited for.
    const SIZE_LIMIT: usize = 1 << 20;

    /// Compiles it, anchored at both ends; `.` matches line ends too, because SQL has them. The error is the reason, in one line.
    pub fn new(source: impl Into<String>) -> Result<Self, String> {
        let source = source.into();
        // Alone first: `a)|(b` must not become right by the parentheses put around it.
        compile(&source)?;
        // A line end for the sake of `(?x)`, in which a comment would swallow what follows it.
        let regex = compile(&format!(r"\A(?:{source})\z")).or_else(|_| compile(&format!("\\A(?:{source}\n)\\z")))?;
        Ok(Self { source, regex })
    }

    /// As it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the whole text matches.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

fn compile(source: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(source)
        .dot_matches_new_line(true)
        .size_limit(Pattern::SIZE_LIMIT)
        .dfa_size_limit(Pattern::SIZE_LIMIT)
        .nest_limit(64)
        .build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "it needs too much memory".to_owned(),
        // The crate draws the place over several lines; the last one is the reason.
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
    })
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn whole_numbers_and_doubles_compare_exactly() {
        let big = 9_007_199_254_740_993; // 2^53 + 1 has no double of its own.
        assert_eq!(Number::Int(big).compare(Number::Double(9_007_199_254_740_992.0)), Some(Ordering::Greater));
        assert_eq!(Number::Int(-1).compare(Number::Double(-1.5)), Some(Ordering::Greater));
        assert_eq!(Number::Int(0).compare(Number::Double(-0.0)), Some(Ordering::Equal));
        assert_eq!(Number::Double(0.5).compare(Number::Int(0)), Some(Ordering::Greater));
        assert_eq!(Number::Int(i64::MAX).compare(Number::Double(f64::INFINITY)), Some(Ordering::Less));
        assert_eq!(Number::Int(1).compare(Number::Double(f64::NAN)), None);
    }

    #[test]
    fn words_that_rust_reads_as_doubles_are_no_numbers() {
        for text in ["NaN", "inf", "-infinity", "", "-", ".", "1e999", "0x10", "1_000", "5xx"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
        assert_eq!(Number::parse(".5"), Some(Number::Double(0.5)));
        assert_eq!(Number::parse("+7"), Some(Number::Int(7)));
    }

    #[test]
    fn a_pattern_must_match_the_whole_text() {
        let pattern = Pattern::new("GET|POST").unwrap();
        assert!(pattern.is_match("POST"));
        assert!(!pattern.is_match("GET /"), "the anchors hold for each branch");
        assert!(Pattern::new("SELECT.*").unwrap().is_match("SELECT\n1"));
        assert!(Pattern::new("(?x) a # a comment").unwrap().is_match("a"));
        assert!(Pattern::new("a)|(b").unwrap_err().contains("unopened group"));
    }

    #[test]
    fn an_explosive_pattern_is_refused() {
        assert_eq!(Pattern::new(r"\w{1000}{1000}").unwrap_err(), "it needs too much memory");
        assert!(Pattern::new("(".repeat(5000) + &")".repeat(5000)).is_err());
    }

    proptest! {
        #[test]
        fn a_written_number_reads_back(whole: i64, double: f64) {
            for number in [Number::Int(whole), Number::Double(double)] {
                prop_assert_eq!(Number::parse(&number.to_string()), Some(number));
            }
        }

        #[test]
        fn whatever_is_a_number_is_finite(text in ".{0,20}", digits in "[-+0-9.eEmsh]{0,24}") {
            for text in [text, digits] {
                prop_assert!(Number::parse(&text).is_none_or(|number| number.as_f64().is_finite()));
            }
        }
    }
}
