//! Figures as a list of lines. Nothing here writes text.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::analysis::stats::{Operation, Service, Stats, Totals};
use crate::model::SpanKind;

use super::{By, View};

/// A line.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) what: What<'a>,
    pub(super) totals: Cow<'a, Totals>,
}

/// What a line is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum What<'a> {
    /// A service.
    Service(&'a str),
    /// An operation; its kind is said where its service has several operations of that name.
    Operation { service: &'a str, name: &'a str, kind: Option<SpanKind> },
    /// So many more of these.
    Rest(usize, By),
}

/// Puts figures that are sorted in lines.
pub(super) fn rows(stats: &Stats, view: View) -> Vec<Row<'_>> {
    let most = view.max_rows.unwrap_or(usize::MAX);
    match view.by {
        By::Service => limited(stats.services.iter().map(of_service).collect(), most, By::Service),
        By::Both => {
            let each = stats.services.iter().flat_map(|service| {
                let names = names(service);
                let operations = service.operations.iter().map(|operation| of_operation(service, operation, &names)).collect();
                std::iter::once(of_service(service)).chain(limited(operations, most, By::Operation))
            });
            each.collect()
        }
        By::Operation => {
            let names: HashMap<&str, _> =
                stats.services.iter().map(|service| (service.name.as_str(), names(service))).collect();
            let operations = stats.operations(view.sort).into_iter();
            let each = operations.map(|(service, operation)| of_operation(service, operation, &names[service.name.as_str()]));
            limited(each.collect(), most, By::Operation)
        }
    }
}

fn of_service(service: &Service) -> Row<'_> {
    Row { what: What::Service(&service.name), totals: Cow::Borrowed(&service.totals) }
}

fn of_operation<'a>(service: &'a Service, operation: &'a Operation, names: &HashMap<&str, usize>) -> Row<'a> {
    let several = names.get(operation.name.as_str()).is_some_and(|count| *count > 1);
    let kind = several.then_some(operation.kind);
    Row {
        what: What::Operation { service: &service.name, name: &operation.name, kind },
        totals: Cow::Borrowed(&operation.totals),
    }
}

/// How many operations of each name there are.
fn names(service: &Service) -> HashMap<&str, usize> {
    let mut names = HashMap::new();
    for operation in &service.operations {
        *names.entry(operation.name.as_str()).or_default() += 1;
    }
    names
}

/// At most so many lines, and one more for the others together.
fn limited(mut rows: Vec<Row<'_>>, most: usize, of: By) -> Vec<Row<'_>> {
    if rows.len() > most {
        let rest = rows.split_off(most);
        let totals = Totals::of(rest.iter().map(|row| &*row.totals));
        rows.push(Row { what: What::Rest(rest.len(), of), totals: Cow::Owned(totals) });
    }
    rows
}
