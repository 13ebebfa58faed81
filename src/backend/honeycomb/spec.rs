//! A query, as `POST /1/queries/…` takes it: <https://docs.honeycomb.io/reference/query-specification/>.

use serde::Serialize;
use serde_json::Value as Json;

use crate::wire::honeycomb::{MICROS, TIME, is_calculation};

/// Of breakdowns, calculations, filters and calculated fields there may be as many in a query.
pub const MOST: usize = 100;

/// A query. What is `None`, empty or `false` is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Spec {
    /// The beginning, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<u64>,
    /// The end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<u64>,
    /// Columns that last as long as the query, at most [`MOST`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calculated_fields: Vec<CalculatedField>,
    /// Rows that agree in these are one row of the result. At most [`MOST`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub breakdowns: Vec<String>,
    /// What is told of each.
    pub calculations: Vec<Calculation>,
    /// Which rows count: those that satisfy all. At most [`MOST`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// Which come first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<Order>,
    /// At most 1000; more are asked for with the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// Whether rows are counted as they are, and not as many as they stand for where they are a sample.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub usage_mode: bool,
}

/// A column that is calculated: <https://docs.honeycomb.io/reference/calculated-field-expression/>.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CalculatedField {
    /// By what filters and breakdowns call it.
    pub name: String,
    /// How it is calculated.
    pub expression: String,
}

impl CalculatedField {
    /// One of this name.
    pub fn new(name: impl Into<String>, expression: impl Into<String>) -> Self {
        Self { name: name.into(), expression: expression.into() }
    }

    /// When a row was, as [`TIME`].
    pub fn time() -> Self {
        Self::new(TIME, "EVENT_TIMESTAMP()")
    }

    /// The same as [`MICROS`], counted from this second since 1970.
    pub fn micros(since: u64) -> Self {
        Self::new(MICROS, format!("INT(SUM(MUL(SUB(EVENT_TIMESTAMP(), {since}), 1000000), 0.5))"))
    }
}

/// What is told of the rows of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Calculation {
    /// `COUNT`, `MIN`, `MAX`, `SUM` …
    pub op: &'static str,
    /// Of which column; `None` for `COUNT`, which takes none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

impl Calculation {
    /// How many rows.
    pub const COUNT: Self = Self { op: "COUNT", column: None };

    /// A figure of a column.
    pub fn of(op: &'static str, column: &str) -> Self {
        Self { op, column: Some(column.to_owned()) }
    }
}

/// A condition on a row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Filter {
    /// A column or a calculated field.
    pub column: String,
    /// How it is compared.
    pub op: FilterOp,
    /// With what; `None` for [`FilterOp::Exists`] and [`FilterOp::DoesNotExist`], which take none. A list for [`FilterOp::In`]
    /// and [`FilterOp::NotIn`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Json>,
}

impl Filter {
    /// `column op value`.
    pub fn new(column: impl Into<String>, op: FilterOp, value: impl Into<Json>) -> Self {
        Self { column: column.into(), op, value: Some(value.into()) }
    }

    /// The column has a value.
    pub fn exists(column: impl Into<String>) -> Self {
        Self { column: column.into(), op: FilterOp::Exists, value: None }
    }

    /// The column has none.
    pub fn does_not_exist(column: impl Into<String>) -> Self {
        Self { column: column.into(), op: FilterOp::DoesNotExist, value: None }
    }
}

/// A column within an expression: `$name`, or `$"odd name"` where it has other than plain characters.
pub fn column(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    if name.chars().all(plain) && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        format!("${name}")
    } else {
        format!("$\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

/// Whether a name begins like one of the fields that ask about other spans of the trace. Of queries with such a field one a minute is
/// allowed, so that a column that happens to be called so is never asked for.
/// <https://docs.honeycomb.io/reference/relational-fields/>
pub fn is_relational(name: &str) -> bool {
    let (first, rest) = name.split_once('.').unwrap_or((name, ""));
    let plain = first.trim_end_matches(|c: char| c.is_ascii_digit());
    !rest.is_empty() && (matches!(first, "root" | "parent" | "child" | "none") || plain == "any")
}

/// Whether a column of this name cannot be asked for, because a query has something else of that name: what it calculates, or
/// another span's column.
pub fn is_taken(name: &str) -> bool {
    name.starts_with("_ct_") || is_calculation(name) || is_relational(name)
}

/// How a filter compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum FilterOp {
    /// Equal.
    #[serde(rename = "=")]
    Eq,
    /// Not equal.
    #[serde(rename = "!=")]
    Ne,
    /// Greater.
    #[serde(rename = ">")]
    Gt,
    /// Greater or equal.
    #[serde(rename = ">=")]
    Ge,
    /// Less.
    #[serde(rename = "<")]
    Lt,
    /// Less or equal.
    #[serde(rename = "<=")]
    Le,
    /// Begins with a text.
    #[serde(rename = "starts-with")]
    StartsWith,
    /// Does not begin with a text.
    #[serde(rename = "does-not-start-with")]
    DoesNotStartWith,
    /// Ends with a text.
    #[serde(rename = "ends-with")]
    EndsWith,
    /// Has a text in it.
    #[serde(rename = "contains")]
    Contains,
    /// There is a value.
    #[serde(rename = "exists")]
    Exists,
    /// There is none.
    #[serde(rename = "does-not-exist")]
    DoesNotExist,
    /// One of several.
    #[serde(rename = "in")]
    In,
    /// None of several.
    #[serde(rename = "not-in")]
    NotIn,
}

/// What the result is sorted by: a column that is broken down by, or a calculation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Order {
    /// Of a calculation, its op.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op: Option<&'static str>,
    /// The column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// `ascending` or `descending`.
    pub order: &'static str,
}

impl Order {
    /// By a breakdown, the smallest first.
    pub fn ascending(column: &str) -> Self {
        Self { op: None, column: Some(column.to_owned()), order: "ascending" }
    }

    /// By a breakdown, the largest first.
    pub fn descending(column: &str) -> Self {
        Self { op: None, column: Some(column.to_owned()), order: "descending" }
    }

    /// By a calculation, the largest first.
    pub fn descending_by(op: &'static str, column: &str) -> Self {
        Self { op: Some(op), column: Some(column.to_owned()), order: "descending" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_quoted_and_relational_ones_are_known() {
        assert_eq!(
            (column("http.route"), column("a b\"c"), column("1st")),
            ("$http.route".into(), "$\"a b\\\"c\"".into(), "$\"1st\"".into())
        );
        assert!(["root.name", "parent.x", "any.x", "any2.x", "child.x", "none.error"].into_iter().all(is_relational));
        assert!(!["rooted.x", "root", "parent_name", "anything.x", "trace.parent_id", "any."].into_iter().any(is_relational));
    }

    #[test]
    fn a_query_is_written_without_what_is_not_asked() {
        let spec = Spec {
            start_time: Some(60),
            end_time: Some(120),
            breakdowns: vec!["name".to_owned()],
            calculations: vec![Calculation::COUNT, Calculation::of("MIN", "x")],
            filters: vec![Filter::exists("a"), Filter::new("b", FilterOp::In, vec!["c"])],
            orders: vec![Order::descending_by("MIN", "x")],
            ..Spec::default()
        };
        insta::assert_snapshot!(serde_json::to_string(&spec).unwrap(), @r#"{"start_time":60,"end_time":120,"breakdowns":["name"],"calculations":[{"op":"COUNT"},{"op":"MIN","column":"x"}],"filters":[{"column":"a","op":"exists"},{"column":"b","op":"in","value":["c"]}],"orders":[{"op":"MIN","column":"x","order":"descending"}]}"#);
    }
}
