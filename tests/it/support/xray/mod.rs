//! AWS X-Ray's API to read and to send traces, as far as it is documented, in this process: what a program gets that talks to it through
//! `AWS_ENDPOINT_URL_XRAY`. It knows the documents that a test has put there, and nothing else; it says no where the service says no,
//! and things go wrong where a test wants them to.
//!
//! It reads segment documents with its own eyes, so that a mistake of the program in reading them is not made here as well. Nothing
//! in this folder uses what stands beside it, so that a benchmark can include it by its path.
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

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use cruddur_trace::model::Time;
use tokio::sync::oneshot;

pub(crate) use rules::{Destination, Fault, Outcome, Rules};
pub(crate) use scripted::Scripted;
pub(crate) use server::Request;

use server::Door;

/// A running service. It ends, with all connections to it, when this is dropped.
#[derive(Debug)]
pub(crate) struct XRay {
    address: SocketAddr,
    door: Arc<Door>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl XRay {
    /// Starts on a free port of this machine, with no traces.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        listener.set_nonblocking(true).expect("a socket can be set so");
        let address = listener.local_addr().expect("it is bound");
        let door = Arc::new(Door::default());
        let router = server::router(Arc::clone(&door));
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a thread can wait");
            // What still runs afterwards, such as a request that is never answered, is dropped with the runtime.
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("it does not block");
                tokio::select! {
                    served = axum::serve(listener, router) => served.expect("a listener listens"),
                    _ = stopped => {}
                }
            });
        });
        Self { address, door, stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
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

impl Drop for XRay {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It may have ended already.
            stop.send(()).ok();
        }
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
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
