//! The same for programs.

use serde::Serialize;

use crate::analysis::coverage::{Coverage, Edge, Operation, Service};

/// What was seen, and what of it assertions were about. Everything is listed, with `touched` saying whether some assertion was about it:
/// a service has `service`, an operation `service`, `name` and `kind`, an edge `from`, `to` and `to_kind` (`null` of a service that
/// sends spans). Names are empty where nobody says them. Whoever writes the document adds its `schema`.
#[derive(Debug, Serialize)]
pub struct CoverageView<'a> {
    trace_count: usize,
    services: Vec<ServiceView<'a>>,
    operations: Vec<OperationView<'a>>,
    edges: Vec<EdgeView<'a>>,
}

impl<'a> CoverageView<'a> {
    /// Of everything that was seen.
    pub fn of(coverage: &'a Coverage) -> Self {
        Self {
            trace_count: coverage.traces,
            services: coverage.services.iter().map(ServiceView::of).collect(),
            operations: coverage.operations.iter().map(OperationView::of).collect(),
            edges: coverage.edges.iter().map(EdgeView::of).collect(),
        }
    }
}

#[derive(Debug, Serialize)]
struct ServiceView<'a> {
    service: &'a str,
    touched: bool,
    span_count: usize,
    touched_count: usize,
    /// In how many traces it was seen.
    trace_count: usize,
}

impl<'a> ServiceView<'a> {
    fn of(service: &'a Service) -> Self {
        let reach = service.reach;
        Self {
            service: &service.name,
            touched: reach.is_touched(),
            span_count: reach.spans,
            touched_count: reach.touched,
            trace_count: reach.traces,
        }
    }
}

#[derive(Debug, Serialize)]
struct OperationView<'a> {
    service: &'a str,
    name: &'a str,
    kind: &'static str,
    touched: bool,
    span_count: usize,
    touched_count: usize,
    trace_count: usize,
    /// Spans with the status `error`.
    failed_count: usize,
    /// Those of them that some assertion was about.
    failed_touched_count: usize,
}

impl<'a> OperationView<'a> {
    fn of(operation: &'a Operation) -> Self {
        let reach = operation.reach;
        Self {
            service: &operation.service,
            name: &operation.name,
            kind: operation.kind.name(),
            touched: reach.is_touched(),
            span_count: reach.spans,
            touched_count: reach.touched,
            trace_count: reach.traces,
            failed_count: operation.failed.spans,
            failed_touched_count: operation.failed.touched,
        }
    }
}

#[derive(Debug, Serialize)]
struct EdgeView<'a> {
    from: &'a str,
    to: &'a str,
    to_kind: Option<&'a str>,
    touched: bool,
    call_count: usize,
    touched_count: usize,
    trace_count: usize,
}

impl<'a> EdgeView<'a> {
    fn of(edge: &'a Edge) -> Self {
        let reach = edge.reach;
        Self {
            from: &edge.from,
            to: &edge.to,
            to_kind: edge.to_kind.as_deref(),
            touched: reach.is_touched(),
            call_count: reach.spans,
            touched_count: reach.touched,
            trace_count: reach.traces,
        }
    }
}
