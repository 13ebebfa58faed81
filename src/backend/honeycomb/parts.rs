//! Parts of a trace's rows, where more of them have the same time than a result has: by the beginning of their ids.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::spec::{Filter, FilterOp};
use crate::wire::honeycomb::{Schema, TIME, Table};

/// A query takes a hundred conditions; some are there already.
const MOST: usize = 90;

/// Rows that are read page by page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    /// Which rows.
    filters: Vec<Filter>,
    /// By what it can be split.
    by: By,
    /// From when on, in seconds; what was before was read already.
    pub(super) since: Option<f64>,
}

#[derive(Debug, Clone, PartialEq)]
enum By {
    /// Spans, and what happened in them.
    Kind,
    /// The ids in a column, all of which begin so.
    Id { column: String, prefix: String },
    /// By nothing: there is but one id.
    Nothing,
}

impl Part {
    /// All rows.
    pub(super) fn all() -> Self {
        Self { filters: Vec::new(), by: By::Kind, since: None }
    }

    /// What its rows satisfy.
    pub(super) fn filters(&self) -> Vec<Filter> {
        let mut filters = self.filters.clone();
        if let By::Id { column, prefix } = &self.by
            && !prefix.is_empty()
        {
            filters.push(Filter::new(column, FilterOp::StartsWith, prefix.as_str()));
        }
        filters.extend(self.since.map(|since| Filter::new(TIME, FilterOp::Ge, since)));
        filters
    }

    /// Parts of which it consists, as far as a page of its rows tells what there is; `None` where it cannot be split.
    pub(super) fn split(&self, page: &Table, schema: &Schema) -> Option<Vec<Self>> {
        match &self.by {
            By::Kind => Some(self.by_kind(schema)),
            By::Id { column, prefix } => self.by_id(page, column, prefix),
            By::Nothing => None,
        }
    }

    fn with(&self, filters: impl IntoIterator<Item = Filter>, by: By) -> Self {
        Self { filters: self.filters.iter().cloned().chain(filters).collect(), by, since: self.since }
    }

    fn by_kind(&self, schema: &Schema) -> Vec<Self> {
        let (span, parent) = (&schema.names.span_id, &schema.names.parent_id);
        let id = |column: &String| By::Id { column: column.clone(), prefix: String::new() };
        let others = || schema.has(span).then(|| Filter::does_not_exist(span));
        let mut parts = Vec::new();
        if schema.has(span) {
            parts.push(self.with([Filter::exists(span)], id(span)));
        }
        if schema.has(parent) {
            parts.push(self.with(others().into_iter().chain([Filter::exists(parent)]), id(parent)));
            parts.push(self.with(others().into_iter().chain([Filter::does_not_exist(parent)]), By::Nothing));
        } else {
            parts.push(self.with(others(), By::Nothing));
        }
        parts
    }

    /// A part for each way in which the ids of a page go on, and one for all that goes on otherwise.
    fn by_id(&self, page: &Table, column: &str, prefix: &str) -> Option<Vec<Self>> {
        let ids: BTreeSet<&str> = (0..page.len()).filter_map(|row| page.text(row, column)).collect();
        let mut ids = ids.into_iter();
        let first = ids.next()?;
        let common = ids.fold(first, |common, id| alike(common, id));
        let of_column = |prefix: &str| By::Id { column: column.to_owned(), prefix: prefix.to_owned() };
        let mut ways = BTreeMap::<String, usize>::new();
        for id in (0..page.len()).filter_map(|row| page.text(row, column)) {
            if let Some(next) = id[common.len()..].chars().next() {
                *ways.entry(format!("{common}{next}")).or_default() += 1;
            }
        }
        let room = MOST.saturating_sub(self.filters.len());
        if room == 0 {
            return None;
        }
        if ways.is_empty() {
            let rest = self.with([Filter::new(column, FilterOp::Ne, first)], of_column(prefix));
            return Some(vec![rest, self.with([Filter::new(column, FilterOp::Eq, first)], By::Nothing)]);
        }
        let mut ways: Vec<(String, usize)> = ways.into_iter().collect();
        ways.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        ways.truncate(room);
        let others = ways.iter().map(|(way, _)| Filter::new(column, FilterOp::DoesNotStartWith, way.as_str()));
        let rest = self.with(others, of_column(prefix));
        let parts = ways.iter().map(|(way, _)| self.with([], of_column(way)));
        Some(std::iter::once(rest).chain(parts).collect())
    }
}

/// For progress: what is read of all.
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.by {
            By::Id { prefix, .. } if !prefix.is_empty() => write!(f, ", ids with {prefix}"),
            _ if self.filters.is_empty() => Ok(()),
            _ => write!(f, ", some ids"),
        }
    }
}

/// The beginning that two texts share.
fn alike<'a>(one: &'a str, other: &str) -> &'a str {
    let same = one.char_indices().zip(other.chars()).find(|((_, a), b)| a != b).map(|((at, _), _)| at);
    &one[..same.unwrap_or_else(|| one.len().min(other.len()))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::honeycomb::Answer;

    fn schema(columns: &[&str]) -> Schema {
        let columns: Vec<_> = columns.iter().map(|name| format!(r#"{{"key_name":"{name}","type":"string"}}"#)).collect();
        Schema::parse(format!("[{}]", columns.join(",")).as_bytes()).unwrap()
    }

    fn page(ids: &[&str]) -> Table {
        let rows: Vec<_> = ids.iter().map(|id| serde_json::json!({"data": {"trace.span_id": id}})).collect();
        let body = serde_json::json!({"complete": true, "data": {"results": rows}}).to_string();
        Answer::parse(body.as_bytes()).unwrap().table.unwrap()
    }

    fn shown(parts: &[Part]) -> Vec<String> {
        let filter = |filter: &Filter| {
            let op = serde_json::to_string(&filter.op).unwrap();
            format!("{} {} {}", filter.column, op.trim_matches('"'), filter.value.clone().unwrap_or_default())
        };
        parts.iter().map(|part| part.filters().iter().map(filter).collect::<Vec<_>>().join("; ")).collect()
    }

    #[test]
    fn spans_come_apart_from_what_happened_in_them_and_from_what_names_no_span() {
        let part = Part { since: Some(1.5), ..Part::all() };
        insta::assert_snapshot!(shown(&part.split(&page(&[]), &schema(&["trace.span_id", "trace.parent_id"])).unwrap()).join("\n"), @"
        trace.span_id exists null; _ct_t >= 1.5
        trace.span_id does-not-exist null; trace.parent_id exists null; _ct_t >= 1.5
        trace.span_id does-not-exist null; trace.parent_id does-not-exist null; _ct_t >= 1.5
        ");
        insta::assert_snapshot!(shown(&part.split(&page(&[]), &schema(&["trace.span_id"])).unwrap()).join("\n"), @"
        trace.span_id exists null; _ct_t >= 1.5
        trace.span_id does-not-exist null; _ct_t >= 1.5
        ");
    }

    #[test]
    fn ids_come_by_the_ways_in_which_they_go_on() {
        let spans = &Part::all().split(&page(&[]), &schema(&["trace.span_id"])).unwrap()[0];
        let parts = spans.split(&page(&["span-1a", "span-1b", "span-2", "span-"]), &schema(&[])).unwrap();
        insta::assert_snapshot!(shown(&parts).join("\n"), @r#"
        trace.span_id exists null; trace.span_id does-not-start-with "span-1"; trace.span_id does-not-start-with "span-2"
        trace.span_id exists null; trace.span_id starts-with "span-1"
        trace.span_id exists null; trace.span_id starts-with "span-2"
        "#);
        // What is left goes on further, and in the end there is but one id.
        let rest = parts[0].split(&page(&["span-", "span-"]), &schema(&[])).unwrap();
        insta::assert_snapshot!(shown(&rest).join("\n"), @r#"
        trace.span_id exists null; trace.span_id does-not-start-with "span-1"; trace.span_id does-not-start-with "span-2"; trace.span_id != "span-"
        trace.span_id exists null; trace.span_id does-not-start-with "span-1"; trace.span_id does-not-start-with "span-2"; trace.span_id = "span-"
        "#);
        assert_eq!(rest[1].split(&page(&["span-"]), &schema(&[])), None);
    }

    #[test]
    fn texts_are_alike_up_to_a_whole_character() {
        assert_eq!((alike("aé1", "aé2"), alike("é", "è"), alike("ab", "abc"), alike("abc", "ab")), ("aé", "", "ab", "ab"));
    }
}
