//! What shall go wrong.

use super::answer::Answer;

/// Where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// `GET /1/auth`
    Auth,
    /// `GET /1/datasets`
    Datasets,
    /// `GET /1/columns/…`
    Columns,
    /// `GET /1/dataset_definitions/…`
    Definitions,
    /// `POST /1/queries/…`
    Queries,
    /// `POST /1/query_results/…`
    Results,
    /// `GET /1/query_results/…/…`
    Poll,
    /// `POST /v1/traces`, `/v1/logs`, `/1/events/…` and `/1/batch/…`
    Ingest,
}

/// What.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A status with the body that is documented for it.
    Status(u16),
    /// 200, and a page of HTML.
    Garbage,
    /// The right answer, of which half arrives before the connection is closed.
    Half,
    /// The connection is closed without an answer.
    Close,
    /// The request is taken, and never answered.
    Hang,
    /// 307, to another host.
    Redirect(String),
    /// Of [`Endpoint::Results`]: the result is created, and it turns out that the query has failed, with this `error`.
    Fails(String),
}

impl Fault {
    /// At every request to an endpoint.
    pub(crate) fn at(self, endpoint: Endpoint) -> Planned {
        Planned { endpoint, fault: self, after: 0, times: usize::MAX }
    }
}

/// A fault and when it happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planned {
    endpoint: Endpoint,
    fault: Fault,
    /// So many requests go well before.
    after: usize,
    times: usize,
}

impl Planned {
    /// So many times.
    pub(crate) fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    /// After so many requests to the endpoint, counted from now, that go well.
    pub(crate) fn after(mut self, requests: usize) -> Self {
        self.after = requests;
        self
    }
}

/// The faults that are planned.
#[derive(Debug, Default)]
pub(super) struct Plan(pub(super) Vec<Planned>);

impl Plan {
    /// What happens to this request, and takes it off the plan. Of several faults of an endpoint, the one that was planned first.
    pub(super) fn take(&mut self, endpoint: Endpoint) -> Option<Fault> {
        for planned in self.0.iter_mut().filter(|planned| planned.endpoint == endpoint && planned.times > 0) {
            if planned.after > 0 {
                planned.after -= 1;
            } else {
                planned.times = planned.times.saturating_sub(1);
                return Some(planned.fault.clone());
            }
        }
        None
    }
}

/// The documented body of a status; what a load balancer says, where it is one that the service does not say.
pub(super) fn of_status(status: u16) -> Answer {
    match status {
        400 => Answer::error(400, "invalid Query data"),
        401 => Answer::unknown_key(),
        403 => Answer::error(403, "Your team has been denied access to this feature. Please contact support."),
        404 => Answer::not_found("Dataset not found"),
        409 => Answer::problem(409, "conflict", "The request conflicts with the state of the resource.", "it exists already"),
        413 => Answer::too_large(100_000),
        422 => Answer::invalid("type", "invalid", "must be a valid value"),
        429 => {
            let detail = "Please try again after 2025-02-01T15:23:12Z.";
            Answer::problem(429, "rate-limited", "You have exceeded your rate limit.", detail)
        }
        500 => Answer::error(500, "internal server error"),
        other => Answer::new(other, "text/html", format!("<html><head><title>{other}</title></head></html>\r\n")),
    }
}
