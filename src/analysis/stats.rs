//! How often, how fast and how often in vain: figures of spans by service and operation.
//!
//! An operation is what the span metrics of OpenTelemetry count by: a service, a span's name and its kind
//! (<https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/connector/spanmetricsconnector>). Without the kind,
//! the requests that a service answers and those that it makes would be one, where libraries call both `GET`.
//!
//! Every span is counted once. Of one that still runs it is not known how long it takes, and of one without a start neither that
//! nor when it began: they are in the count, and not in percentiles; how many there are is known ([`Totals::running`],
//! [`Totals::without_start`]).

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use crate::model::graph::Figures;
use crate::model::time::{Nanos, SECOND};
use crate::model::{Resource, Span, SpanKind, Time, Trace};
use crate::query::Matched;

use super::tally::Tally;
use super::{SelfTimes, Tree, What};

/// Gathers traces one by one, so that no more than one of them needs to be in memory. Keeps the start and the duration of each
/// span that it counts.
#[derive(Debug, Default)]
pub struct StatsBuilder {
    traces: usize,
    services: Vec<String>,
    /// Places in `services`.
    by_service: HashMap<String, usize>,
    operations: Vec<Gathered>,
    /// Places in `operations`, by name, of each service and kind.
    by_name: HashMap<(usize, SpanKind), HashMap<String, usize>>,
}

/// An operation in the making.
#[derive(Debug)]
struct Gathered {
    service: usize,
    name: String,
    kind: SpanKind,
    tally: Tally,
    rest: Totals,
}

/// Figures of spans by service and operation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stats {
    /// How many traces there were.
    pub traces: usize,
    /// By name, until they are [sorted](Stats::sort).
    pub services: Vec<Service>,
}

/// A service and what it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// `service.name`; empty where nobody says it.
    pub name: String,
    /// Of all its operations together.
    pub totals: Totals,
    /// By name and kind, until they are [sorted](Stats::sort).
    pub operations: Vec<Operation>,
}

/// Spans of one service, name and kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The spans' name.
    pub name: String,
    /// The spans' kind.
    pub kind: SpanKind,
    /// Of all these spans.
    pub totals: Totals,
}

/// What is known of some spans together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals {
    /// How many, how they ended, and how long they took.
    pub figures: Figures,
    /// How many have not ended.
    pub running: u64,
    /// How many came without a start.
    pub without_start: u64,
    /// How many end before they start; percentiles have their negative durations.
    pub reversed: u64,
    /// How long they were at work themselves, in nanoseconds: [`SelfTimes`] added up.
    pub self_time: Nanos,
    /// When they began, as far as that is known, sorted.
    starts: Vec<Time>,
    /// When those of them began that failed.
    failed: Vec<Time>,
    /// When the last of them ended, or, where none has, began.
    end: Time,
}

/// The time that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// When it begins.
    pub start: Time,
    /// When it ends.
    pub end: Time,
    /// Whether this is what was asked for; if not, it is the time from the first span to the last.
    pub asked_for: bool,
}

/// A part of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bucket {
    /// How many spans began in it.
    pub count: u64,
    /// How many of them failed.
    pub failed: u64,
}

/// What comes first. The largest does, but for names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// How many there are.
    Count,
    /// How many failed.
    Errors,
    /// A percentile, in hundredths of a percent.
    Percentile(u16),
    /// How long they were at work themselves.
    SelfTime,
    /// By name.
    Name,
}

impl StatsBuilder {
    /// Counts the spans of a trace: all of them, or those by which it matched. Costs O(n log n) of the trace's spans.
    pub fn add(&mut self, trace: &Trace, matched: Option<&Matched>) {
        let tree = Tree::build(trace);
        let own = SelfTimes::of(trace, &tree);
        let wanted = matched.map(|matched| {
            let mut wanted = vec![false; trace.spans().len()];
            for &place in &matched.spans {
                wanted[place] = true;
            }
            wanted
        });
        self.traces += 1;
        // Spans of one resource share it: its service is looked up once.
        let mut known = HashMap::<*const Resource, usize>::new();
        for (node, at) in tree.nodes().iter().enumerate() {
            let What::Span(place) = at.what else { continue };
            if wanted.as_ref().is_some_and(|wanted| !wanted[place]) {
                continue;
            }
            let span = &trace.spans()[place];
            let service = *known.entry(Arc::as_ptr(&span.resource)).or_insert_with(|| self.service(span.service()));
            self.operation(service, span).add(span, own.get(node));
        }
    }

    /// Of how many traces.
    pub fn traces(&self) -> usize {
        self.traces
    }

    /// The figures, by service, name and kind.
    pub fn finish(self) -> Stats {
        let mut services: Vec<Service> =
            self.services.into_iter().map(|name| Service { name, totals: Totals::default(), operations: Vec::new() }).collect();
        for gathered in self.operations {
            let (service, operation) = gathered.finish();
            services[service].operations.push(operation);
        }
        for service in &mut services {
            service.operations.sort_by(|a, b| (&a.name, a.kind).cmp(&(&b.name, b.kind)));
            service.totals = Totals::of(service.operations.iter().map(|operation| &operation.totals));
        }
        services.sort_by(|a, b| a.name.cmp(&b.name));
        Stats { traces: self.traces, services }
    }

    fn service(&mut self, name: &str) -> usize {
        if let Some(&place) = self.by_service.get(name) {
            return place;
        }
        self.services.push(name.to_owned());
        self.by_service.insert(name.to_owned(), self.services.len() - 1);
        self.services.len() - 1
    }

    fn operation(&mut self, service: usize, span: &Span) -> &mut Gathered {
        let names = self.by_name.entry((service, span.kind)).or_default();
        let place = if let Some(&place) = names.get(&span.name) {
            place
        } else {
            let (name, kind) = (span.name.clone(), span.kind);
            self.operations.push(Gathered { service, name, kind, tally: Tally::default(), rest: Totals::default() });
            *names.entry(span.name.clone()).or_insert(self.operations.len() - 1)
        };
        &mut self.operations[place]
    }
}

impl Gathered {
    fn add(&mut self, span: &Span, own: Option<Nanos>) {
        self.tally.add(span);
        let rest = &mut self.rest;
        rest.running += u64::from(span.end.is_none());
        rest.self_time = rest.self_time.saturating_add(own.unwrap_or(0));
        rest.end = rest.end.max(span.end.unwrap_or(span.start)).max(span.start);
        if span.start.is_unknown() {
            rest.without_start += 1;
            return;
        }
        rest.reversed += u64::from(span.end.is_some_and(|end| end < span.start));
        rest.starts.push(span.start);
        if span.is_error() {
            rest.failed.push(span.start);
        }
    }

    fn finish(mut self) -> (usize, Operation) {
        self.rest.starts.sort_unstable();
        self.rest.failed.sort_unstable();
        let totals = Totals { figures: self.tally.finish(), ..self.rest };
        (self.service, Operation { name: self.name, kind: self.kind, totals })
    }
}

impl Totals {
    /// Several together.
    pub fn of<'a>(parts: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let mut sum = Self { figures: parts.clone().map(|part| &part.figures).sum(), ..Self::default() };
        for part in parts {
            sum.running += part.running;
            sum.without_start += part.without_start;
            sum.reversed += part.reversed;
            sum.self_time = sum.self_time.saturating_add(part.self_time);
            sum.starts.extend_from_slice(&part.starts);
            sum.failed.extend_from_slice(&part.failed);
            sum.end = sum.end.max(part.end);
        }
        sum.starts.sort_unstable();
        sum.failed.sort_unstable();
        sum
    }

    /// How many began in each of `count` parts of a period, which are equally long. What began outside of it is in none of them.
    pub fn buckets(&self, period: Period, count: usize) -> Vec<Bucket> {
        let mut buckets = vec![Bucket::default(); count];
        for &start in &self.starts {
            if let Some(bucket) = period.part(start, count).and_then(|part| buckets.get_mut(part)) {
                bucket.count += 1;
            }
        }
        for &start in &self.failed {
            if let Some(bucket) = period.part(start, count).and_then(|part| buckets.get_mut(part)) {
                bucket.failed += 1;
            }
        }
        buckets
    }

    /// How many began outside of a period, of those whose start is known.
    pub fn outside(&self, period: Period) -> u64 {
        self.starts.iter().filter(|start| !period.contains(**start)).count() as u64
    }

    /// How many there are in each second of a period; `None` of a period without length.
    pub fn per_second(&self, period: Period) -> Option<f64> {
        let length = period.length();
        (length > 0).then(|| self.figures.total as f64 * SECOND as f64 / length as f64)
    }

    /// What comes first has the least.
    fn rank(&self, sort: Sort) -> impl Ord + use<> {
        let figures = &self.figures;
        let measure = match sort {
            Sort::Count => Some(figures.total.into()),
            Sort::Errors => Some(figures.failed().into()),
            Sort::Percentile(hundredths) => figures.durations.percentile(hundredths),
            Sort::SelfTime => Some(self.self_time),
            Sort::Name => return Reverse((None, 0, 0, 0)),
        };
        Reverse((measure, figures.total, figures.failed(), figures.time))
    }
}

impl Period {
    /// How long it is, in nanoseconds.
    pub fn length(self) -> Nanos {
        self.end.since(self.start)
    }

    /// Whether it begins, ends or is there then.
    pub fn contains(self, at: Time) -> bool {
        self.start <= at && at <= self.end
    }

    /// In which of so many parts that is. The end is in the last.
    fn part(self, at: Time, count: usize) -> Option<usize> {
        if !self.contains(at) || count == 0 {
            return None;
        }
        let part = at.since(self.start) * count as Nanos / self.length().max(1);
        Some((part as usize).min(count - 1))
    }
}

impl Stats {
    /// All together.
    pub fn totals(&self) -> Totals {
        Totals::of(self.services.iter().map(|service| &service.totals))
    }

    /// From the first start to the last end; `None` where no start is known.
    pub fn spanned(&self) -> Option<Period> {
        let start = self.services.iter().filter_map(|service| service.totals.starts.first()).min();
        let end = self.services.iter().map(|service| service.totals.end).max();
        start.zip(end).map(|(&start, end)| Period { start, end, asked_for: false })
    }

    /// Sorts services, and the operations of each. What is alike in that comes busiest first, then what failed most, then what took longest, then by
    /// name.
    pub fn sort(&mut self, sort: Sort) {
        for service in &mut self.services {
            service
                .operations
                .sort_by_cached_key(|operation| (operation.totals.rank(sort), operation.name.clone(), operation.kind));
        }
        self.services.sort_by_cached_key(|service| (service.totals.rank(sort), service.name.clone()));
    }

    /// The operations of all services as one list, sorted.
    pub fn operations(&self, sort: Sort) -> Vec<(&Service, &Operation)> {
        let mut operations = Vec::new();
        for service in &self.services {
            operations.extend(service.operations.iter().map(|operation| (service, operation)));
        }
        operations.sort_by_cached_key(|(service, operation)| {
            (operation.totals.rank(sort), &service.name, &operation.name, operation.kind)
        });
        operations
    }
}
