//! CloudWatch Logs' API to search, as far as it is documented, in this process: what a program gets that talks to it through
//! `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS`. It knows the groups and lines that a test has put there, and nothing else; it says no where the
//! service says no, and things go wrong where a test wants them to.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html>, spoken as JSON 1.1
//! (<https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>).

mod archive;
mod auth;
mod filter;
mod input;
mod insights;
mod pattern;
mod query;
mod refusal;
mod rules;
mod server;

use std::net::SocketAddr;
use std::sync::Arc;

use cruddur_trace::model::Time;

pub(crate) use rules::{Fault, Rules};
pub(crate) use server::Request;

use super::serving::Serving;
use server::Door;

/// A running service. It ends, with all connections to it, when this is dropped.
#[derive(Debug)]
pub(crate) struct CloudWatchLogs {
    serving: Serving,
    door: Arc<Door>,
}

impl CloudWatchLogs {
    /// Starts on a free port of this machine, with no groups.
    pub(crate) fn start() -> Self {
        let door = Arc::new(Door::default());
        let router = server::router(Arc::clone(&door));
        Self { serving: Serving::start(|_| router), door }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.serving.address()
    }

    /// What the environment of a program says so that it comes here.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let nowhere = if cfg!(windows) { "NUL" } else { "/dev/null" };
        vec![
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", format!("http://{}", self.serving.address())),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("AWS_CONFIG_FILE", nowhere.to_owned()),
            ("AWS_SHARED_CREDENTIALS_FILE", nowhere.to_owned()),
        ]
    }

    /// An empty group.
    pub(crate) fn create(&self, group: &str) {
        self.door.service().archive.create(group);
    }

    /// A line, in a group that is made if it is not there. The service knows its time to the millisecond.
    pub(crate) fn put(&self, group: &str, stream: &str, at: Time, message: &str) {
        self.door.service().archive.put(group, stream, at, message);
    }

    /// Changes how the service behaves from now on.
    pub(crate) fn configure(&self, change: impl FnOnce(&mut Rules)) {
        change(&mut self.door.service().rules);
    }

    /// What was asked so far, in the order of its arrival.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.door.service().requests.clone()
    }

    /// How many requests there were for an operation.
    pub(crate) fn count(&self, operation: &str) -> usize {
        self.door.service().requests.iter().filter(|request| request.operation == operation).count()
    }
}
