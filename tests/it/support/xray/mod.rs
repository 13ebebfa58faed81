//! AWS X-Ray's API to read and to send traces, as far as it is documented, in this process: what a program gets that talks to it through
//! `AWS_ENDPOINT_URL_XRAY`. It knows the documents that a test has put there, and nothing else; it says no where the service says no,
//! and things go wrong where a test wants them to.
//!
//! It reads segment documents with its own eyes, so that a mistake of the program in reading them is not made here as well. Nothing
//! in this folder uses what stands beside it but `serving`, so that a benchmark can include it by its path.
//!
//! <https://docs.aws.amazon.com/xray/latest/api/Welcome.html>
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-gettingdata.html>

mod archive;
mod assembly;
mod auth;
mod batch;
mod filter;
mod graph;
mod graphs;
mod inferred;
mod input;
mod noise;
mod pages;
mod put;
mod refusal;
mod retrieval;
mod rules;
mod sampling;
mod scripted;
mod segment;
mod server;
mod statistics;
mod summaries;
mod summary;
mod trace;

use std::net::SocketAddr;
use std::sync::Arc;

use cruddur_trace::model::Time;

pub(crate) use rules::{Date, Destination, Fault, Outcome, Rules};
pub(crate) use scripted::Scripted;
pub(crate) use server::Request;

use super::serving::Serving;
use server::Door;

/// A running service. It ends, with all connections to it, when this is dropped.
#[derive(Debug)]
pub(crate) struct XRay {
    serving: Serving,
    door: Arc<Door>,
}

impl XRay {
    /// Starts on a free port of this machine, with no traces.
    pub(crate) fn start() -> Self {
        let door = Arc::new(Door::default());
        let router = server::router(Arc::clone(&door));
        Self { serving: Serving::start(|_| router), door }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.serving.address()
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.serving.address())
    }

    /// What the environment of a program says so that it comes here.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        environment(&self.endpoint())
    }

    /// A segment document, or a subsegment that is sent alone, arrives. Before this it is not there.
    #[track_caller]
    pub(crate) fn put(&self, document: &str, arrived: Time) {
        let mut json = serde_json::Deserializer::from_str(document);
        json.disable_recursion_limit();
        let document = serde::Deserialize::deserialize(&mut json).expect("the document is JSON");
        let taken = self.door.service().archive.put(document, arrived);
        taken.expect("the service takes the document");
    }

    /// Changes how the service behaves from now on.
    pub(crate) fn configure(&self, change: impl FnOnce(&mut Rules)) {
        change(&mut self.door.service().rules);
    }

    /// What was asked so far, in the order of its arrival.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.door.service().requests.clone()
    }

    /// How many requests came to a path.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.door.service().requests.iter().filter(|request| request.path == path).count()
    }

    /// How many requests waited for their answers at the same time.
    pub(crate) fn in_flight_at_most(&self) -> usize {
        self.door.in_flight_at_most()
    }
}

/// What the environment of a program says so that it asks there, with keys that are no keys, and asks nobody else.
fn environment(endpoint: &str) -> Vec<(&'static str, String)> {
    let nowhere = if cfg!(windows) { "NUL" } else { "/dev/null" };
    vec![
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ENDPOINT_URL_XRAY", endpoint.to_owned()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ("AWS_CONFIG_FILE", nowhere.to_owned()),
        ("AWS_SHARED_CREDENTIALS_FILE", nowhere.to_owned()),
    ]
}
