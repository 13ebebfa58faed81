//! Rollbar's API, as far as it is documented, in this process: what a program gets that asks it for errors, and an SDK that sends
//! some. It knows what was sent to it, and nothing else; it says no where the service says no, and things go wrong where a test
//! wants them to.
//!
//! It groups, pages and answers with its own eyes, so that a mistake of the program in reading is not made here as well. Nothing in
//! this folder uses what stands beside it but `serving`.
//!
//! <https://docs.rollbar.com/reference/getting-started-1>
//! <https://docs.rollbar.com/docs/rate-limits>

mod answer;
mod faults;
mod project;
mod server;

use std::net::SocketAddr;
use std::sync::Arc;

use cruddur_trace::model::Time;
use serde_json::{Value, json};

pub(crate) use faults::{Fault, Limited};
pub(crate) use server::Seen;

use super::serving::Serving;
use server::Door;

/// The project's token with the scope `read`.
pub(crate) const READ: &str = "4e8f1c0de5a94bd0b1c0ffee00000001";
/// The one with which applications send, scope `post_server_item`.
pub(crate) const POST: &str = "4e8f1c0de5a94bd0b1c0ffee00000002";

/// A running service. It ends, with all connections to it, when this is dropped.
#[derive(Debug)]
pub(crate) struct Rollbar {
    serving: Serving,
    door: Arc<Door>,
}

impl Rollbar {
    /// Starts on a free port of this machine, with a project in which nothing has gone wrong yet.
    pub(crate) fn start() -> Self {
        let door = Arc::new(Door::default());
        let router = server::router(Arc::clone(&door));
        Self { serving: Serving::start(|_| router), door }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.serving.address()
    }

    /// `http://127.0.0.1:PORT/api/1`
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}/api/1", self.serving.address())
    }

    /// An error arrives that happened at this second since 1970; `data` is what an SDK sends of it. Answers its number.
    pub(crate) fn report(&self, second: u64, data: &Value) -> u64 {
        self.door.service().project.report(second, data)
    }

    /// Sets fields of the item that an occurrence is counted under.
    pub(crate) fn change_item(&self, occurrence: u64, fields: &Value) {
        self.door.service().project.change_item(occurrence, fields);
    }

    /// What was asked so far, in the order of its arrival.
    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.door.service().seen.clone()
    }

    /// Sets the clock by which answers are dated; `None` is the real time.
    pub(crate) fn set_date(&self, date: Option<Time>) {
        self.door.service().date = date;
    }

    /// From the so-maniest request on, counted from now, this goes wrong, so many times.
    pub(crate) fn set_fault(&self, fault: Fault, after: usize, times: usize) {
        self.door.service().plan.push(fault, after, times);
    }
}

/// What pyrollbar 1.5.0 sends of an exception in a request to Flask; the request brought these headers.
pub(crate) fn flask(class: &str, message: &str, path: &str, headers: &Value) -> Value {
    json!({
        "environment": "production", "level": "error", "language": "python 3.12.4", "framework": "flask", "context": path,
        "notifier": {"name": "pyrollbar", "version": "1.5.0"}, "uuid": "d4c7acef-55bf-4c9e-a95e-4fe9428a8287",
        "body": {"trace": {
            "exception": {"class": class, "message": message},
            "frames": [{
                "filename": "/backend-flask/services/create_activity.py", "lineno": 51, "method": "create_activity",
                "code": "cur.execute(sql, params)",
                "locals": {"user_handle": "'andrewbrown'", "db_password": "'hunter2-in-a-local-variable'"},
            }],
        }},
        "request": {
            "url": format!("http://localhost:4567{path}?session=hunter2-in-the-address"), "method": "POST", "headers": headers,
            "user_ip": "127.0.0.1", "GET": {}, "POST": {},
        },
        "server": {"host": "web", "pid": 7, "argv": ["flask", "run"]},
    })
}
