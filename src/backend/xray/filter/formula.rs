//! X-Ray's filter expressions as a tree, and as text.

use std::collections::HashSet;
use std::fmt::{self, Display, Formatter};

use crate::query::Number;

/// The longest expression that is made, in bytes. The documentation of `GetTraceSummaries` once gave 2000 characters as the
/// longest that the service takes: <https://docs.aws.amazon.com/xray/latest/api/API_GetTraceSummaries.html>.
pub const LIMIT: usize = 2000;

/// The longest text that is compared with, in bytes: an annotation's value has at most 1000 characters.
pub(super) const LONGEST_TEXT: usize = 1000;

/// From here on a double, as which the service keeps numbers, no longer tells whole numbers from each other.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// The longest number that is written. Others, such as 1e-300, would need hundreds of decimals: exponents are not documented.
const LONGEST_NUMBER: usize = 24;

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Formula {
    /// One condition, as it is written.
    Is(String),
    /// All hold. Build it with [`Formula::all`].
    All(Vec<Formula>),
    /// One of them holds. Build it with [`Formula::any`].
    Any(Vec<Formula>),
}

impl Formula {
    /// All of these, each once; `None` of none.
    pub(super) fn all(parts: impl IntoIterator<Item = Self>) -> Option<Self> {
        let inner = |part| if let Self::All(parts) = part { parts } else { vec![part] };
        one_or(parts.into_iter().flat_map(inner), Self::All)
    }

    /// One of these, each once; `None` of none.
    pub(super) fn any(parts: impl IntoIterator<Item = Self>) -> Option<Self> {
        let inner = |part| if let Self::Any(parts) = part { parts } else { vec![part] };
        one_or(parts.into_iter().flat_map(inner), Self::Any)
    }

    /// One of these conditions; `None` of none.
    pub(super) fn any_of(conditions: impl IntoIterator<Item = String>) -> Option<Self> {
        Self::any(conditions.into_iter().map(Self::Is))
    }

    /// What holds of the root segment if it is stated alone, stated of any segment.
    pub(super) fn of_some_segment(self) -> Self {
        let within = Self::Is(format!("service() {{ {self} }}"));
        match self {
            Self::Any(mut parts) => {
                parts.push(within);
                Self::Any(parts)
            }
            other => Self::Any(vec![other, within]),
        }
    }

    /// The most of it that has at most so many bytes and is satisfied by whatever satisfies the whole: of conditions that all hold
    /// as many as fit, the shortest first. Of alternatives none can be left out.
    pub(super) fn fit(&self, limit: usize) -> Option<Self> {
        if self.to_string().len() <= limit {
            return Some(self.clone());
        }
        let Self::All(parts) = self else { return None };
        let cost =
            |part: &Self| part.to_string().len() + " AND ".len() + if matches!(part, Self::Is(_)) { 0 } else { "()".len() };
        let mut costs: Vec<_> = parts.iter().map(cost).enumerate().collect();
        costs.sort_by_key(|(at, cost)| (*cost, *at));
        let mut room = limit + " AND ".len();
        let mut kept = HashSet::new();
        for (at, cost) in costs {
            let Some(left) = room.checked_sub(cost) else { break };
            room = left;
            kept.insert(at);
        }
        Self::all(parts.iter().enumerate().filter(|(at, _)| kept.contains(at)).map(|(_, part)| part.clone()))
    }
}

fn one_or(parts: impl Iterator<Item = Formula>, several: impl FnOnce(Vec<Formula>) -> Formula) -> Option<Formula> {
    let mut seen = HashSet::new();
    let mut parts: Vec<_> = parts.filter(|part| seen.insert(part.clone())).collect();
    if parts.len() > 1 { Some(several(parts)) } else { parts.pop() }
}

/// Which of `AND` and `OR` binds more tightly is not documented, so that parentheses are put wherever both meet.
impl Display for Formula {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (parts, word) = match self {
            Self::Is(condition) => return f.write_str(condition),
            Self::All(parts) => (parts, " AND "),
            Self::Any(parts) => (parts, " OR "),
        };
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                f.write_str(word)?;
            }
            match part {
                Self::Is(condition) => f.write_str(condition)?,
                several => write!(f, "({several})")?,
            }
        }
        Ok(())
    }
}

/// Text as X-Ray reads it. `None` for what it may not read as that: no escape is documented.
pub(super) fn quoted(text: &str) -> Option<String> {
    let writable = text.len() <= LONGEST_TEXT && !text.chars().any(|c| matches!(c, '"' | '\\') || c.is_control());
    writable.then(|| format!("\"{text}\""))
}

/// A number as a plain decimal. `None` for what would be too long, and for what the service may not tell from its neighbours.
pub(super) fn decimal(number: Number) -> Option<String> {
    let text = match number {
        Number::Int(whole) => whole.to_string(),
        // Without its sign: -0 is 0.
        Number::Double(0.0) => "0".to_owned(),
        Number::Double(double) => double.to_string(),
    };
    (number.as_f64().abs() < WHOLE && text.len() <= LONGEST_NUMBER).then_some(text)
}
