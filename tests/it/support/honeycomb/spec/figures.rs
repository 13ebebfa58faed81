//! What is told of groups, which groups are told of, and in which order.

use serde_json::Value as Json;

use super::Field;
use super::members::Members;
use super::problem::{Code, Problem};
use super::scope::Scope;

/// What is told of the rows of a group.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Calculation {
    pub(in super::super) figure: Figure,
    /// Its name in a result: `COUNT`, `MAX(duration_ms)`.
    pub(in super::super) key: String,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) enum Figure {
    Count,
    Sum(Field),
    Mean(Field),
    Distinct(Field),
    Least(Field),
    Most(Field),
    /// At most so much of a thousand is as small.
    Percentile(Field, u16),
}

const OPS: [&str; 24] = [
    "COUNT",
    "CONCURRENCY",
    "SUM",
    "AVG",
    "COUNT_DISTINCT",
    "HEATMAP",
    "MAX",
    "MIN",
    "P001",
    "P01",
    "P05",
    "P10",
    "P20",
    "P25",
    "P50",
    "P75",
    "P80",
    "P90",
    "P95",
    "P99",
    "P999",
    "RATE_AVG",
    "RATE_SUM",
    "RATE_MAX",
];

fn key(op: &str, column: Option<&str>) -> String {
    column.map_or_else(|| op.to_owned(), |column| format!("{op}({column})"))
}

impl Calculation {
    /// How many rows: what a query tells that does not say what.
    pub(super) fn count() -> Self {
        Self { figure: Figure::Count, key: "COUNT".to_owned() }
    }

    pub(super) fn check(json: &Json, path: &str, scope: &mut Scope<'_>) -> Result<Self, Problem> {
        let calculation = Members::of(json, path, &["op", "column", "name", "filters", "filter_combination"])?;
        for beta in ["name", "filters", "filter_combination"] {
            if calculation.get(beta).is_some_and(|value| !value.is_null()) {
                return Err(calculation.wrong(beta, Code::Invalid, "is only available in Metrics Beta"));
            }
        }
        let op = calculation.required_text("op")?;
        let column = calculation.text_or_null("column")?;
        if !OPS.contains(&op) {
            return Err(calculation.wrong("op", Code::Invalid, "must be a valid value"));
        }
        let Some(column) = column else {
            return match op {
                "COUNT" => Ok(Self::count()),
                "CONCURRENCY" => Err(Problem::not_emulated(op)),
                _ => Err(calculation.wrong("column", Code::Missing, &format!("{op} takes a column"))),
            };
        };
        if matches!(op, "COUNT" | "CONCURRENCY") {
            return Err(calculation.wrong("column", Code::Invalid, &format!("{op} does not take a column")));
        }
        let field = scope.field(column, &format!("{path}.column"))?;
        let figure = match op {
            "SUM" => Figure::Sum(field),
            "AVG" => Figure::Mean(field),
            "COUNT_DISTINCT" => Figure::Distinct(field),
            "MIN" => Figure::Least(field),
            "MAX" => Figure::Most(field),
            // `P05`, `P50` are hundredths, `P001`, `P999` thousandths.
            _ => match op.strip_prefix('P').and_then(|digits| Some((digits.len(), digits.parse::<u16>().ok()?))) {
                Some((2, hundredths)) => Figure::Percentile(field, hundredths * 10),
                Some((_, thousandths)) => Figure::Percentile(field, thousandths),
                None => return Err(Problem::not_emulated(op)),
            },
        };
        Ok(Self { figure, key: key(op, Some(column)) })
    }
}

/// A condition on a figure of a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) struct Having {
    /// Which calculation.
    pub(in super::super) calculation: usize,
    pub(in super::super) op: Compare,
    pub(in super::super) value: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Compare {
    Equal,
    NotEqual,
    Greater,
    AtLeast,
    Less,
    AtMost,
}

impl Having {
    pub(super) fn check(json: &Json, path: &str, calculations: &[Calculation]) -> Result<Self, Problem> {
        let having = Members::of(json, path, &["calculate_op", "column", "op", "value"])?;
        let wanted = key(having.required_text("calculate_op")?, having.text_or_null("column")?);
        let Some(calculation) = calculations.iter().position(|calculation| calculation.key == wanted) else {
            return Err(having.wrong("calculate_op", Code::Invalid, "must be among the calculations"));
        };
        let op = match having.required_text("op")? {
            "=" => Compare::Equal,
            "!=" => Compare::NotEqual,
            ">" => Compare::Greater,
            ">=" => Compare::AtLeast,
            "<" => Compare::Less,
            "<=" => Compare::AtMost,
            _ => return Err(having.wrong("op", Code::Invalid, "must be a valid value")),
        };
        let value = having.get("value").ok_or_else(|| having.wrong("value", Code::Missing, "is required"))?;
        let value = value.as_f64().ok_or_else(|| having.wrong("value", Code::IncorrectType, "must be a number"))?;
        Ok(Self { calculation, op, value })
    }
}

/// What a result is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Order {
    pub(in super::super) term: Term,
    pub(in super::super) descending: bool,
}

/// Which of the breakdowns, or of the calculations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Term {
    Breakdown(usize),
    Calculation(usize),
}

impl Order {
    pub(super) fn check(json: &Json, path: &str, breakdowns: &[String], calculations: &[Calculation]) -> Result<Self, Problem> {
        let order = Members::of(json, path, &["op", "column", "order"])?;
        let descending = match order.text("order")? {
            None | Some("ascending") => false,
            Some("descending") => true,
            Some(_) => return Err(order.wrong("order", Code::Invalid, "must be a valid value")),
        };
        let column = order.text("column")?;
        let term = match (order.text("op")?, column) {
            (Some(op), column) => {
                let wanted = key(op, column);
                calculations.iter().position(|calculation| calculation.key == wanted).map(Term::Calculation)
            }
            (None, Some(column)) => breakdowns.iter().position(|breakdown| breakdown == column).map(Term::Breakdown),
            (None, None) => return Err(order.wrong("column", Code::Missing, "a column or an op is required")),
        };
        let member = if column.is_some() { "column" } else { "op" };
        let term =
            term.ok_or_else(|| order.wrong(member, Code::Invalid, "must be among the breakdowns or the calculations"))?;
        Ok(Self { term, descending })
    }
}
