//! Honeycomb's API, as far as it is documented, in this process: what a program gets that talks to it through
//! `HONEYCOMB_API_ENDPOINT`. It knows what was sent to it, and nothing else; it says no where the service says no, and things go wrong
//! where a test wants them to. Where the documentation leaves open what the service does, a switch decides: [`Setup`] and
//! [`Switches`].
//!
//! It makes rows of OTLP and reads queries with its own eyes, so that a mistake of the program in them is not made here as well.
//! Nothing in this folder uses what stands beside it but `serving`, so that a benchmark can include it by its path.
//!
//! <https://docs.honeycomb.io/api/>
//! <https://docs.honeycomb.io/reference/calculated-field-expression/>

mod answer;
mod datasets;
mod evaluate;
mod events;
mod expression;
mod faults;
mod fields;
mod ingest;
mod intake;
mod keys;
mod logs;
mod otlp_json;
mod queries;
mod rate;
mod results;
mod row;
mod server;
mod setup;
mod spec;
mod switches;
mod value;

use std::net::SocketAddr;
use std::sync::Arc;

use cruddur_trace::model::{Span, TraceId};
use cruddur_trace::wire::otlp;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;

pub(crate) use evaluate::run;
pub(crate) use faults::{Endpoint, Fault, Planned};
pub(crate) use keys::{CLASSIC, CLASSIC_INGEST, CONFIGURATION, INGEST, Key, MANAGEMENT};
pub(crate) use row::{Cell, Row, Type};
pub(crate) use server::Seen;
pub(crate) use setup::{AllColumns, Denied, Limited, Setup, Slow};
pub(crate) use spec::{Problem, Query, check, check_size};
pub(crate) use switches::{Empty, FutureEnd, Missing, MissingOperand, MixedTypes, Switches, TimePrecision, UnknownColumn};

use super::serving::Serving;
use server::Door;

/// The dataset to which a Classic environment puts the spans of [`Honeycomb::ingest_spans`].
pub(crate) const CLASSIC_DATASET: &str = "traces";

/// A running service. It ends, with all connections to it, when this is dropped.
#[derive(Debug)]
pub(crate) struct Honeycomb {
    serving: Serving,
    door: Arc<Door>,
}

impl Honeycomb {
    /// Starts on a free port of this machine, with nothing in it: an environment of a team that may ask everything, and one key.
    pub(crate) fn start() -> Self {
        Self::with(Setup::default())
    }

    /// As [`Honeycomb::start`], otherwise set up.
    pub(crate) fn with(setup: Setup) -> Self {
        // Its address is known only when it is bound.
        let mut door = None;
        let serving = Serving::start(|address| {
            let made = door.insert(Arc::new(Door::new(format!("http://{address}"), setup)));
            server::router(Arc::clone(made))
        });
        Self { serving, door: door.expect("the router was made") }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.serving.address()
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn endpoint(&self) -> String {
        self.door.endpoint.clone()
    }

    /// Spans arrive, as if they had been sent by OTLP. When this returns, they are there.
    #[track_caller]
    pub(crate) fn ingest_spans(&self, spans: impl IntoIterator<Item = (TraceId, Span)>) {
        let spans: Vec<_> = spans.into_iter().collect();
        let (body, refused) = otlp::encode(spans.iter().map(|(id, span)| (id, span)));
        assert_eq!(refused, [], "OTLP can carry the spans");
        let request = ExportTraceServiceRequest::decode(body.as_slice()).expect("it was encoded as one");
        let (classic, clock) = {
            let service = self.door.service();
            (service.setup.classic, service.setup.clock)
        };
        self.ingest_rows(ingest::rows(&request, classic.then_some(CLASSIC_DATASET), clock()));
    }

    /// Rows arrive as they are.
    pub(crate) fn ingest_rows(&self, rows: Vec<Row>) {
        let archive = &mut self.door.service().archive;
        for row in rows {
            archive.put(row);
        }
    }

    /// All rows, in the order of their arrival.
    pub(crate) fn rows(&self) -> Vec<Row> {
        self.door.service().archive.rows.clone()
    }

    /// Hides a column from lists of fields; queries still see it.
    pub(crate) fn hide_column(&self, key_name: &str) {
        self.door.service().archive.hidden.insert(key_name.to_owned());
    }

    /// What was asked so far, in the order of its arrival.
    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.door.service().seen.clone()
    }

    /// How many query results were created.
    pub(crate) fn query_results(&self) -> usize {
        self.door.service().results.count()
    }

    /// How many requests were refused because there were too many.
    pub(crate) fn limited(&self) -> usize {
        self.door.service().limited
    }

    /// Plans a fault. Those that are planned already stay planned, and come first.
    pub(crate) fn set_fault(&self, planned: Planned) {
        self.door.service().plan.0.push(planned);
    }

    /// Forgets all faults that are planned.
    pub(crate) fn clear_faults(&self) {
        self.door.service().plan.0.clear();
    }

    /// Changes how the service is from now on.
    pub(crate) fn configure(&self, change: impl FnOnce(&mut Setup)) {
        change(&mut self.door.service().setup);
    }
}
