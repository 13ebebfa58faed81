//! Whole traces, read as groups of rows: a group by everything that a span has is that span.
//!
//! The first query breaks down by what a waterfall needs and by as many attributes as fit; further ones by the attributes that are
//! left, joined on what tells rows apart. A result has at most ten thousand rows: what is later comes with the next page.

use super::super::{BackendError, Trouble};
use super::columns::{self, Columns};
use super::locate::{self, of_traces, spellings};
use super::parts::Part;
use super::plan::{Plan, not_read, plan};
use super::run::{self, MOST_ROWS, Ran};
use super::spec::{CalculatedField, Calculation, Filter, Order, Spec, is_taken};
use super::window::{Window, widened};
use super::{Attributes, Honeycomb, error};
use crate::model::time::{MICROSECOND, MILLISECOND, SECOND};
use crate::model::{Time, TimeRange, Trace, TraceId};
use crate::wire::honeycomb::{MICROS, Read, Reader, Schema, TIME, Table};

/// Rows of a page, where the service takes too long for more.
const FEW_ROWS: usize = 2000;
/// Breakdowns below which it makes no sense to go.
const FEW_COLUMNS: usize = 20;
/// More query results than that are no longer a trace, but a habit.
const MOST_RESULTS: usize = 400;

/// One way to read, which is made easier for the service when it fails.
pub(super) struct Reading<'a> {
    honeycomb: &'a Honeycomb,
    ids: &'a [TraceId],
    columns: Columns,
    attributes: Attributes,
    needed: &'a [String],
    window: Window,
    /// At most so many breakdowns in a query.
    width: usize,
    /// At most so many rows in a result.
    page: usize,
    effort: Effort,
    results: usize,
}

/// What was tried already after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Effort {
    Plain,
    Again,
    Shrunk,
    Narrow,
    Paged,
}

impl Effort {
    fn in_words(self) -> &'static str {
        match self {
            Self::Plain | Self::Again => "",
            Self::Shrunk => ", also within the time of the trace alone",
            Self::Narrow => ", also with fewer columns within the time of the trace alone",
            Self::Paged => ", also with few columns, 2,000 rows at a time and within the time of the trace alone",
        }
    }
}

impl<'a> Reading<'a> {
    pub(super) async fn new(
        honeycomb: &'a Honeycomb,
        ids: &'a [TraceId],
        window: Window,
        attributes: Attributes,
        needed: &'a [String],
    ) -> Result<Self, BackendError> {
        let mut columns = columns::any(honeycomb).await?;
        // What was sent a moment ago may have brought columns that nobody knows of yet.
        if !columns.know_of(window.range().end().min(honeycomb.now())) && columns.at < honeycomb.now() {
            columns = columns::fresh(honeycomb).await?;
        }
        let width = honeycomb.takes.get().breakdowns;
        Ok(Self {
            honeycomb,
            ids,
            columns,
            attributes,
            needed,
            window,
            width,
            page: MOST_ROWS,
            effort: Effort::Plain,
            results: 0,
        })
    }

    /// `None` where these are more ids than the service takes.
    pub(super) async fn read(mut self) -> Result<Option<Vec<Trace>>, BackendError> {
        if !self.columns.schema.has(&self.columns.schema.names.trace_id) {
            return Ok(Some(Vec::new()));
        }
        loop {
            match self.attempt().await? {
                Ok(traces) => return Ok(Some(traces)),
                Err(Failed::Ids) => return Ok(None),
                Err(Failed::Column(column)) => {
                    // Whoever deletes a column does not tell us.
                    self.columns = columns::fresh(self.honeycomb).await?;
                    self.columns.schema.columns.remove(&column);
                }
                Err(Failed::Question) => {
                    self.width = (self.width / 2).max(FEW_COLUMNS);
                    let takes = self.honeycomb.takes.get();
                    self.honeycomb.learn(super::Takes { breakdowns: self.width, ..takes });
                }
                Err(Failed::Run(said)) => self.make_it_easier(&said).await?,
            }
        }
    }

    /// The order in which the documentation's limits are most likely to be the reason: a query may take ten seconds.
    async fn make_it_easier(&mut self, said: &str) -> Result<(), BackendError> {
        tracing::info!(said, effort = ?self.effort, "Honeycomb could not run a query");
        self.effort = match self.effort {
            Effort::Plain => Effort::Again,
            Effort::Again => {
                let extent = match locate::extent(self.honeycomb, self.ids, self.window).await {
                    // Where even that takes too long, what was known before has to do.
                    Err(BackendError::Remote(remote)) if remote.kind == Trouble::Broken => self.seen(),
                    extent => extent?,
                };
                if let Some(extent) = extent {
                    let range = widened(extent.start(), extent.end(), 60 * SECOND, 120 * SECOND);
                    self.window = Window::around(range, self.honeycomb.now()).unwrap_or(self.window);
                }
                Effort::Shrunk
            }
            Effort::Shrunk | Effort::Narrow if self.width > FEW_COLUMNS => {
                self.width = (self.width / 2).max(FEW_COLUMNS);
                Effort::Narrow
            }
            Effort::Shrunk | Effort::Narrow => {
                self.page = FEW_ROWS;
                Effort::Paged
            }
            Effort::Paged => return Err(error::failed(said, self.effort.in_words()).into()),
        };
        Ok(())
    }

    /// When the traces were, if all of them were seen before.
    fn seen(&self) -> Option<TimeRange> {
        let times: Option<Vec<(Time, Time)>> = self.ids.iter().map(|id| self.honeycomb.seen(id)).collect();
        let whole =
            times?.into_iter().reduce(|(start, end), (other_start, other_end)| (start.min(other_start), end.max(other_end)));
        whole.and_then(|(start, end)| TimeRange::new(start, end))
    }

    async fn attempt(&mut self) -> Result<Result<Vec<Trace>, Failed>, BackendError> {
        let schema = self.columns.schema.clone();
        let plan = self.plan(&schema);
        let queries = 1 + plan.further.len();
        let mut reader = Reader::new(&schema, self.window.start);
        let mut read = |table: &Table, first: bool| {
            if first {
                reader.skeleton(table);
            } else {
                reader.more(table);
            }
        };
        for (index, breakdowns) in std::iter::once(&plan.first).chain(&plan.further).enumerate() {
            let of = if queries > 1 { format!(", query {} of {queries}", index + 1) } else { String::new() };
            let what = if index == 0 { "reading spans" } else { "reading attributes" };
            if let Err(failed) =
                self.pages(&schema, breakdowns, &format!("{what}{of}"), &mut |table| read(table, index == 0)).await?
            {
                return Ok(Err(failed));
            }
        }
        let reads = reader.finish();
        Ok(Ok(reads.into_iter().map(|read| self.finished(read, &plan)).collect()))
    }

    /// All rows, ten thousand at a time.
    async fn pages(
        &mut self,
        schema: &Schema,
        breakdowns: &[String],
        what: &str,
        read: &mut dyn FnMut(&Table),
    ) -> Result<Result<(), Failed>, BackendError> {
        let mut open = vec![Part::all()];
        while let Some(mut part) = open.pop() {
            for page in 1.. {
                let which = if page > 1 { format!("{what}{part}, page {page}") } else { format!("{what}{part}") };
                let table = match self.result(schema, breakdowns, part.filters(), &which).await? {
                    Ok(table) => table,
                    Err(failed) => return Ok(Err(failed)),
                };
                read(&table);
                if table.len() < self.page {
                    break;
                }
                // What was written with fewer digits may have been rounded up.
                let next = last_time(&table).map(|last| last - coarseness(&table));
                if next.is_none() || next <= part.since {
                    let why = || error::broken(&format!("more than {} rows have the same time and the same id", self.page));
                    open.extend(part.split(&table, schema).ok_or_else(why)?);
                    break;
                }
                part.since = next;
            }
        }
        Ok(Ok(()))
    }

    async fn result(
        &mut self,
        schema: &Schema,
        breakdowns: &[String],
        filters: Vec<Filter>,
        what: &str,
    ) -> Result<Result<Table, Failed>, BackendError> {
        self.results += 1;
        if self.results > MOST_RESULTS {
            return Err(error::broken("the trace does not come to an end").into());
        }
        let ids = spellings(self.ids);
        let spec = question(schema, self.window, breakdowns, &ids, filters);
        self.honeycomb.doing(what);
        Ok(match run::run(self.honeycomb, &spec, self.page).await? {
            Ran::Rows(table) => Ok(table),
            Ran::Failed(said) => Err(match unknown(breakdowns, &said) {
                Some(column) => Failed::Column(column),
                None => Failed::Run(said),
            }),
            Ran::Refused(refusal) if refusal.is_of_the_question() => {
                tracing::info!(said = refusal.said, "Honeycomb refuses a query");
                let of_ids = refusal.speaks_of(&["filter", "value"]) || refusal.status == 413 && self.ids.len() > 50;
                if let Some(column) = unknown(breakdowns, &refusal.said) {
                    Err(Failed::Column(column))
                } else if self.ids.len() > 1 && (of_ids || self.width <= FEW_COLUMNS) {
                    Err(Failed::Ids)
                } else if self.width > FEW_COLUMNS && (!refusal.counted || refusal.speaks_of(&["column", "breakdown"])) {
                    // What is refused when it is to run costs each time, and is rarely about columns.
                    Err(Failed::Question)
                } else {
                    return Err(run::refused(self.honeycomb, "the spans of a trace", &refusal).await.into());
                }
            }
            Ran::Refused(refusal) => return Err(run::refused(self.honeycomb, "the spans of a trace", &refusal).await.into()),
        })
    }

    fn plan(&self, schema: &Schema) -> Plan {
        plan(schema, self.attributes, self.needed, self.width, self.window.range().start())
    }

    fn finished(&self, read: Read, plan: &Plan) -> Trace {
        let Read { mut trace, notes } = read;
        let summary = trace.summary();
        trace.backends = vec![super::NAME.to_owned()];
        trace.link = self.honeycomb.link(trace.id(), summary.start, summary.end);
        trace.notes = notes;
        let (needed, ours): (Vec<&String>, Vec<&String>) =
            self.columns.schema.columns.keys().filter(|name| is_taken(name)).partition(|name| self.needed.contains(name));
        trace.truncated.extend(not_read(&needed));
        trace.notes.extend(not_read(&ours).filter(|_| self.attributes != Attributes::None));
        if plan.unread > 0 && self.attributes == Attributes::Known {
            let results = if plan.cost == 1 { "query result" } else { "query results" };
            trace.notes.push(format!(
                "{} of {} columns were read; --attributes all reads the others for {} more {results}",
                plan.read(),
                plan.read() + plan.unread,
                plan.cost
            ));
        }
        trace
    }
}

/// Why there are no rows, and something else may be tried.
enum Failed {
    /// The question is refused.
    Question,
    /// It is refused for the number of its ids.
    Ids,
    /// There is no such column.
    Column(String),
    /// It ran, and failed.
    Run(String),
}

/// Which of the columns is not there, where that is what the service says: `missing unknown column or derived column "x"`.
fn unknown(breakdowns: &[String], said: &str) -> Option<String> {
    let of_columns = said.contains("unknown column") || said.contains("not found");
    let named = |column: &&String| said.contains(&format!("\"{column}\"")) || said.ends_with(&format!(" {column}"));
    breakdowns.iter().filter(|_| of_columns).find(named).cloned()
}

/// A query for the rows of traces.
pub(super) fn question(schema: &Schema, window: Window, breakdowns: &[String], ids: &[String], filters: Vec<Filter>) -> Spec {
    let first = breakdowns.iter().any(|column| column == MICROS);
    let mut fields = vec![CalculatedField::time()];
    if first {
        fields.push(CalculatedField::micros(window.start));
    }
    Spec {
        start_time: Some(window.start),
        end_time: Some(window.end),
        calculated_fields: fields,
        breakdowns: breakdowns.to_vec(),
        calculations: vec![Calculation::COUNT],
        filters: std::iter::once(of_traces(schema, ids)).chain(filters).collect(),
        orders: vec![Order::ascending(TIME)],
        usage_mode: true,
        ..Spec::default()
    }
}

fn times(table: &Table) -> impl DoubleEndedIterator<Item = f64> {
    (0..table.len()).filter_map(|row| table.number(row, TIME))
}

/// The earliest time in a result.
pub(super) fn first_time(table: &Table) -> Option<f64> {
    times(table).fold(None, |first: Option<f64>, time| Some(first.map_or(time, |first| first.min(time))))
}

fn last_time(table: &Table) -> Option<f64> {
    times(table).fold(None, |last: Option<f64>, time| Some(last.map_or(time, |last| last.max(time))))
}

/// How much the times of a result may have been rounded, in seconds.
pub(super) fn coarseness(table: &Table) -> f64 {
    let whole = |unit: f64| times(table).all(|time| ((time * unit).round() / unit - time).abs() < 1e-7);
    let nanos = if whole(1.0) {
        SECOND
    } else if whole(1000.0) {
        MILLISECOND
    } else {
        2 * MICROSECOND
    };
    nanos as f64 / SECOND as f64
}
