//! Spans from rows: `otlp/traces.go` of <https://github.com/honeycombio/husky> backwards, as far as there is a way.

use std::collections::HashMap;
use std::sync::Arc;

use super::clock::{Clock, millis};
use super::fields::{EXCEPTION, Fields, number, words};
use super::place::is_of_resource;
use super::rows::{Columns, Row};
use super::schema::{ColumnType, Schema};
use super::table::Cell;
use super::value::value;
use crate::model::{Attributes, Resource, Scope, Span, SpanId, SpanKind, Status, StatusCode, Time};

/// By these beginnings of a scope's name Honeycomb sets `telemetry.instrumentation_library`.
const INSTRUMENTATION: [&str; 6] = [
    "io.opentelemetry",
    "opentelemetry.instrumentation",
    "OpenTelemetry.Instrumentation",
    "OpenTelemetry::Instrumentation",
    "go.opentelemetry.io/contrib/instrumentation",
    "@opentelemetry/instrumentation",
];

/// Makes spans of rows. What many share is made once.
#[derive(Debug)]
pub(super) struct Build<'a> {
    pub(super) fields: &'a Fields,
    columns: &'a Columns,
    /// For each column, whether it is the resource's.
    of_resource: Vec<bool>,
    types: Vec<Option<ColumnType>>,
    resources: HashMap<Vec<&'a (u32, Cell)>, Arc<Resource>>,
    scopes: HashMap<[&'a Cell; 3], Arc<Scope>>,
}

/// A span, and what its row says of how much there is of it.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) span: Span,
    /// How many events it had.
    pub(super) events: usize,
    /// How many links it had.
    pub(super) links: usize,
}

impl<'a> Build<'a> {
    pub(super) fn new(columns: &'a Columns, fields: &'a Fields, schema: &Schema) -> Self {
        let resources = |(number, name): (usize, &String)| is_of_resource(name) || fields.service == Some(number as u32);
        Self {
            fields,
            columns,
            of_resource: columns.names().iter().enumerate().map(resources).collect(),
            types: columns.names().iter().map(|name| schema.only_type(name)).collect(),
            resources: HashMap::new(),
            scopes: HashMap::new(),
        }
    }

    /// Whether a column describes who sent a row: its resource or scope.
    pub(super) fn is_of_sender(&self, column: u32) -> bool {
        let fields = self.fields;
        let scope =
            [fields.scope_name, fields.scope_version, fields.scope_schema, fields.resource_schema, fields.instrumentation];
        self.of_resource[column as usize] || scope.contains(&Some(column))
    }

    /// Whether a column is one of an exception's.
    pub(super) fn is_of_exception(&self, column: u32) -> bool {
        self.fields.exception.contains(&Some(column))
    }

    /// Adds a cell under the name of its column.
    pub(super) fn push(&self, attributes: &mut Attributes, column: u32, cell: &Cell) {
        let name = self.columns.name(column);
        let key = if self.fields.service == Some(column) { "service.name" } else { name };
        if let Some(value) = value(key, cell, self.types[column as usize]) {
            attributes.push(key, value);
        }
    }

    /// The span of a row, without what happened in it.
    pub(super) fn span(&mut self, row: &'a Row, clock: &Clock) -> Built {
        let fields = self.fields;
        let start = clock.at(row, fields);
        let mut used = vec![fields.time, fields.micros, fields.trace, fields.span, fields.parent, fields.name];
        used.extend([fields.scope_name, fields.scope_version, fields.scope_schema, fields.resource_schema]);
        used.extend([fields.message, fields.trace_state]);
        let kind = self.kind(row, &mut used);
        let status = self.status(row, &mut used);
        let end = self.end(row, start, &mut used);
        let mut how_many = |column: Option<u32>| {
            let count = number(row.get(column)).filter(|count| *count >= 0.0);
            used.extend(count.map(|_| column));
            count.unwrap_or_default() as usize
        };
        let (events, links) = (how_many(fields.events), how_many(fields.links));
        if row.get(fields.signal).text() == Some("trace") {
            used.push(fields.signal);
        }
        let instruments = |library: &str| INSTRUMENTATION.iter().any(|beginning| library.starts_with(beginning));
        if *row.get(fields.instrumentation) == Cell::Bool(true) && row.get(fields.scope_name).text().is_some_and(instruments) {
            used.push(fields.instrumentation);
        }
        let mut attributes = Attributes::new();
        for (column, cell) in &row.cells {
            if !self.of_resource[*column as usize] && !used.contains(&Some(*column)) {
                self.push(&mut attributes, *column, cell);
            }
        }
        let span = Span {
            id: id(row.id(fields.span)).unwrap_or_default(),
            parent: id(row.id(fields.parent)).filter(SpanId::is_valid),
            name: words(row.get(fields.name)).unwrap_or_default(),
            kind,
            start,
            end,
            status,
            attributes,
            resource: self.resource(row),
            scope: self.scope(row),
            trace_state: words(row.get(fields.trace_state)).unwrap_or_default(),
            ..Span::default()
        };
        Built { span, events, links }
    }

    /// A span that is known only by what happened in it, of which there is at least one row.
    pub(super) fn stand_in(&mut self, id: &SpanId, rows: &[&'a Row], clock: &Clock) -> Option<Span> {
        let fields = self.fields;
        let first = *rows.first()?;
        let offset = |row: &Row| number(row.get(fields.since)).map(millis);
        // A link has its span's time.
        let begun = |row: &&Row| if fields.is_link(row) { Some(0) } else { offset(row) };
        let at = |row: &&Row| clock.at(row, fields).saturating_add(-begun(row).unwrap_or_default());
        let exact = rows.iter().filter(|row| begun(row).is_some()).map(at).min();
        let failed = rows.iter().any(|row| !fields.is_log(row) && *row.get(fields.error) == Cell::Bool(true));
        Some(Span {
            id: id.clone(),
            parent: Some(SpanId::from_text("unknown")),
            name: rows.iter().find_map(|row| words(row.get(fields.parent_name))).unwrap_or_default(),
            start: exact.or_else(|| rows.iter().map(at).min()).unwrap_or_default(),
            status: Status { code: if failed { StatusCode::Error } else { StatusCode::Unset }, message: String::new() },
            attributes: std::iter::once(("meta.annotation_only", true)).collect(),
            resource: self.resource(first),
            scope: self.scope(first),
            ..Span::default()
        })
    }

    fn kind(&self, row: &Row, used: &mut Vec<Option<u32>>) -> SpanKind {
        let fields = self.fields;
        let named = |column| {
            let text = row.get(column).text()?;
            SpanKind::NAMED.into_iter().find(|kind| text.eq_ignore_ascii_case(kind.name()))
        };
        let found =
            [fields.kind, fields.also_kind, fields.span_type].into_iter().find_map(|column| Some((column, named(column)?)));
        let Some((column, kind)) = found else { return SpanKind::Unspecified };
        used.push(column);
        if named(fields.also_kind) == Some(kind) {
            used.push(fields.also_kind);
        }
        kind
    }

    fn status(&self, row: &Row, used: &mut Vec<Option<u32>>) -> Status {
        let fields = self.fields;
        let failed = match row.get(fields.error) {
            Cell::Missing => false,
            Cell::Bool(yes) => *yes,
            Cell::Text(text) => !text.is_empty() && &**text != "false",
            number => number.number() != Some(0.0),
        };
        // Other numbers are not OpenTelemetry's: `status_code` may be a server's answer.
        let said = [(0.0, StatusCode::Unset), (1.0, StatusCode::Ok), (2.0, StatusCode::Error)];
        let said = said.into_iter().find(|(code, _)| number(row.get(fields.status)) == Some(*code)).map(|(_, code)| code);
        used.extend(said.map(|_| fields.status));
        let code = said.unwrap_or(if failed { StatusCode::Error } else { StatusCode::Unset });
        if code == StatusCode::Error && *row.get(fields.error) == Cell::Bool(true) {
            used.push(fields.error);
        }
        Status { code, message: words(row.get(fields.message)).unwrap_or_default() }
    }

    /// A duration that is negative, or that the end cannot show, stays visible as an attribute.
    fn end(&self, row: &Row, start: Time, used: &mut Vec<Option<u32>>) -> Option<Time> {
        let duration = millis(number(row.get(self.fields.duration))?);
        let end = start.saturating_add(duration);
        if duration >= 0 && end.since(start) == duration {
            used.push(self.fields.duration);
        }
        Some(end)
    }

    fn resource(&mut self, row: &'a Row) -> Arc<Resource> {
        let fields = self.fields;
        let own = |column| self.of_resource[column as usize] || fields.resource_schema == Some(column);
        let cells: Vec<&(u32, Cell)> = row.cells.iter().filter(|(column, _)| own(*column)).collect();
        if let Some(resource) = self.resources.get(&cells) {
            return Arc::clone(resource);
        }
        let mut attributes = Attributes::new();
        for (column, cell) in
            cells.iter().filter(|(column, _)| ![fields.resource_schema, fields.service].contains(&Some(*column)))
        {
            self.push(&mut attributes, *column, cell);
        }
        // Whatever the column is called; of a key that is there twice the last counts.
        if let Some(service) = words(row.get(fields.service)) {
            let place = attributes.0.partition_point(|(key, _)| key.as_str() <= "service.name");
            attributes.0.insert(place, ("service.name".into(), service.into()));
        }
        let schema_url = words(row.get(fields.resource_schema)).unwrap_or_default();
        let resource = Arc::new(Resource { attributes, schema_url, ..Resource::default() });
        self.resources.insert(cells, Arc::clone(&resource));
        resource
    }

    fn scope(&mut self, row: &'a Row) -> Arc<Scope> {
        let key = [self.fields.scope_name, self.fields.scope_version, self.fields.scope_schema].map(|column| row.get(column));
        let make = || {
            let [name, version, schema_url] = key.map(|cell| words(cell).unwrap_or_default());
            Arc::new(Scope { name, version, schema_url, ..Scope::default() })
        };
        Arc::clone(self.scopes.entry(key).or_insert_with(make))
    }
}

/// An id as the service writes it.
pub(super) fn id(cell: &Cell) -> Option<SpanId> {
    words(cell).map(|text| SpanId::from_text(&text))
}

/// Takes away what Honeycomb copies from a span's exception onto the span, where it is the very same.
pub(super) fn without_copies(span: &mut Span) {
    let of_exception = |key: &str| EXCEPTION.contains(&key);
    let copies = || span.attributes.iter().filter(|(key, _)| of_exception(key));
    let all_of = |attributes: &Attributes| copies().all(|(key, value)| attributes.get(key) == Some(value));
    if span.events.iter().any(|event| event.name == "exception" && all_of(&event.attributes)) {
        span.attributes.0.retain(|(key, _)| !of_exception(key));
    }
}
