//! Why CloudWatch Logs did not answer, and what to do about it.

use std::error::Error;

use aws_sdk_cloudwatchlogs::config::http::HttpResponse;
use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};

use super::super::aws::{Service, error};
use super::super::{Remote, Trouble};
use super::CloudWatchLogs;

/// What CloudWatch Logs is called.
pub(super) const SERVICE: Service = Service {
    name: "CloudWatch Logs",
    id: "CloudWatch Logs",
    prefix: "logs",
    policy: "CloudWatchLogsReadOnlyAccess",
    patience: "try again in a minute: an account may search five times a second, in all programs together",
};

/// Why a request got no answer.
#[derive(Debug)]
pub(super) enum Refused {
    /// A log group is not there; what was said of it.
    Missing(String),
    /// Anything else.
    Failed(Remote),
}

impl From<Remote> for Refused {
    fn from(remote: Remote) -> Self {
        Self::Failed(remote)
    }
}

/// Why a request got no answer. `action` is its name in policies and in the API.
pub(super) fn of<E>(logs: &CloudWatchLogs, action: &str, failed: &SdkError<E, HttpResponse>) -> Refused
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match (failed.code(), failed.message().unwrap_or_default()) {
        (Some("ResourceNotFoundException"), message) => Refused::Missing(message.to_owned()),
        (Some("LimitExceededException"), message) => Refused::Failed(Remote {
            kind: Trouble::Throttled,
            message: format!(
                "as many queries run as this AWS account may have at a time: {action} (LimitExceededException: {message})"
            ),
            hints: vec![
                "try again in a minute, or name one log group with --log-group: one is searched without a query".to_owned(),
            ],
        }),
        _ => Refused::Failed(error::of(&SERVICE, action, failed, &logs.options.account)),
    }
}

/// It was not answered in time.
pub(super) fn late(logs: &CloudWatchLogs) -> Remote {
    error::late(&SERVICE, &logs.options.account)
}

/// The service failed, or answered with something that is no answer.
pub(super) fn broken(action: &str, what: &str) -> Remote {
    error::broken(&SERVICE, action, what)
}
