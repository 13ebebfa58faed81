//! What has arrived: datasets, their columns, and the rows. <https://docs.honeycomb.io/api/datasets/>,
//! <https://docs.honeycomb.io/api/columns/>, <https://docs.honeycomb.io/api/dataset-definitions/>.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use cruddur_trace::model::Time;
use serde_json::{Value, json};

use super::answer::Answer;
use super::row::{Row, Type};
use super::setup::{AllColumns, Setup};

/// What a path names: one dataset, or all of the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    All,
    /// By its slug.
    One(String),
}

impl Scope {
    pub(super) fn slug(&self) -> &str {
        match self {
            Self::All => "__all__",
            Self::One(slug) => slug,
        }
    }
}

#[derive(Debug)]
struct Dataset {
    name: String,
    created_ns: u64,
    written_ns: u64,
    columns: BTreeMap<String, Column>,
}

#[derive(Debug)]
struct Column {
    /// Of the first value that came. Later ones do not change it.
    kind: Type,
    created_ns: u64,
    written_ns: u64,
}

/// All that has arrived.
#[derive(Debug, Default)]
pub(super) struct Archive {
    pub(super) rows: Vec<Row>,
    /// By their slugs.
    datasets: BTreeMap<String, Dataset>,
    pub(super) hidden: BTreeSet<String>,
}

impl Archive {
    /// A row arrives. Its dataset may be named as it was sent; it is kept by its slug.
    pub(super) fn put(&mut self, mut row: Row) {
        let at = row.ingested_ns;
        let slug = slug(&row.dataset);
        let name = std::mem::replace(&mut row.dataset, slug);
        let new = || Dataset { name, created_ns: at, written_ns: at, columns: BTreeMap::new() };
        let dataset = self.datasets.entry(row.dataset.clone()).or_insert_with(new);
        dataset.written_ns = dataset.written_ns.max(at);
        for (key, cell) in &row.fields {
            let new = || Column { kind: cell.kind(), created_ns: at, written_ns: at };
            let column = dataset.columns.entry(key.clone()).or_insert_with(new);
            column.written_ns = column.written_ns.max(at);
        }
        self.rows.push(row);
    }

    /// What a word in a path names, if it is there.
    pub(super) fn scope(&self, word: &str, classic: bool) -> Result<Scope, Answer> {
        if word == "__all__" {
            return if classic {
                Err(Answer::error(400, "__all__ is not available for classic environments"))
            } else {
                Ok(Scope::All)
            };
        }
        let known = self.datasets.contains_key(word);
        known.then(|| Scope::One(word.to_owned())).ok_or_else(|| Answer::not_found("Dataset not found"))
    }

    /// Whether there is a dataset of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.datasets.contains_key(&slug(name))
    }

    fn within<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = (&'a String, &'a Dataset)> {
        self.datasets.iter().filter(move |(slug, _)| *scope == Scope::All || scope.slug() == *slug)
    }

    /// Which columns a query may name, with the types that the datasets give to them.
    pub(super) fn types(&self, scope: &Scope) -> BTreeMap<String, Vec<Type>> {
        let mut types = BTreeMap::<String, Vec<Type>>::new();
        for (_, dataset) in self.within(scope) {
            for (key, column) in &dataset.columns {
                let known = types.entry(key.clone()).or_default();
                if !known.contains(&column.kind) {
                    known.push(column.kind);
                }
            }
        }
        types
    }

    /// The rows that a query may see.
    pub(super) fn rows(&self, scope: &Scope) -> Cow<'_, [Row]> {
        match scope {
            Scope::All => Cow::Borrowed(&self.rows),
            Scope::One(wanted) => self.rows.iter().filter(|row| row.dataset == *wanted).cloned().collect(),
        }
    }

    /// `GET /1/datasets`
    pub(super) fn listed(&self) -> Value {
        let datasets = self.datasets.iter().map(|(slug, dataset)| {
            json!({
                "name": dataset.name,
                "description": "",
                "slug": slug,
                "expand_json_depth": 0,
                "created_at": seconds(dataset.created_ns),
                "last_written_at": seconds(dataset.written_ns),
                "regular_columns_count": dataset.columns.len(),
                "settings": {"delete_protected": true},
            })
        });
        datasets.collect()
    }

    /// `GET /1/columns/…`, without or with `key_name`.
    pub(super) fn columns(&self, scope: &Scope, key_name: Option<&str>, how: AllColumns) -> Result<Value, Answer> {
        let mut seen = BTreeSet::new();
        let mut columns = Vec::new();
        for (slug, dataset) in self.within(scope) {
            for (key, column) in dataset.columns.iter().filter(|(key, _)| key_name.is_none_or(|wanted| wanted == *key)) {
                if how == AllColumns::Repeated || seen.insert(key) {
                    columns.push(json!({
                        "id": id("column", &[slug, key]),
                        "key_name": key,
                        "hidden": self.hidden.contains(key),
                        "description": "",
                        "type": name(column.kind),
                        "last_written": seconds(column.written_ns),
                        "created_at": seconds(column.created_ns),
                        "updated_at": seconds(column.created_ns),
                    }));
                }
            }
        }
        match key_name {
            None => Ok(Value::Array(columns)),
            Some(_) => columns.into_iter().next().ok_or_else(|| Answer::not_found("Column not found")),
        }
    }

    /// `GET /1/dataset_definitions/…`
    pub(super) fn definitions(&self, scope: &Scope, setup: &Setup) -> Value {
        let types = self.types(scope);
        let defined = DEFINITIONS.iter().map(|(field, usual)| {
            let column = setup.definitions.get(*field).map_or(*usual, String::as_str);
            let there = types.contains_key(column);
            ((*field).to_owned(), if there { json!({"name": column, "column_type": "column"}) } else { Value::Null })
        });
        Value::Object(defined.collect())
    }
}

/// The fields of a dataset definition, and the columns of OpenTelemetry's data that stand for them.
const DEFINITIONS: [(&str, &str); 16] = [
    ("span_id", "trace.span_id"),
    ("trace_id", "trace.trace_id"),
    ("parent_id", "trace.parent_id"),
    ("name", "name"),
    ("service_name", "service.name"),
    ("duration_ms", "duration_ms"),
    ("span_kind", "span.kind"),
    ("annotation_type", "meta.annotation_type"),
    ("link_span_id", "trace.link.span_id"),
    ("link_trace_id", "trace.link.trace_id"),
    ("error", "error"),
    ("status", "http.status_code"),
    ("route", "http.route"),
    ("user", "user.id"),
    ("log_severity", "severity"),
    ("log_message", "body"),
];

fn name(kind: Type) -> &'static str {
    match kind {
        Type::String => "string",
        Type::Float => "float",
        Type::Integer => "integer",
        Type::Boolean => "boolean",
    }
}

/// A dataset's name in a path: `my dataset!` is `my-dataset-`.
pub(super) fn slug(name: &str) -> String {
    let kept = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    name.trim().to_lowercase().chars().map(|letter| if kept(letter) { letter } else { '-' }).collect()
}

fn seconds(at_ns: u64) -> String {
    Time(at_ns).to_datetime().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Eleven letters and digits that look random and are the same in every run.
pub(super) fn id(kind: &str, of: &[&str]) -> String {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let bytes = std::iter::once(kind).chain(of.iter().copied()).flat_map(|part| part.bytes().chain([0]));
    let sum = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let digits = std::iter::successors(Some(sum ^ (sum >> 31)), |rest| Some(rest / 62)).take(11);
    digits.map(|rest| char::from(LETTERS[(rest % 62) as usize])).collect()
}
