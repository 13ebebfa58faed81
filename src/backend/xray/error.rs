//! Why X-Ray did not answer, and what to do about it.

use std::error::Error;

use aws_sdk_xray::config::http::HttpResponse;
use aws_sdk_xray::error::{ProvideErrorMetadata, SdkError};

use super::super::Remote;
use super::super::aws::{Service, error};
use super::Options;

/// What X-Ray is called.
pub(super) const SERVICE: Service = Service {
    name: "X-Ray",
    id: "XRay",
    prefix: "xray",
    policy: "AWSXrayReadOnlyAccess",
    patience: "try again in a minute, over a shorter time (--since) or with a smaller --scan",
};

/// Why a request got no answer. `action` is its name in policies and in the API.
pub(super) fn of<E>(action: &str, failed: &SdkError<E, HttpResponse>, options: &Options) -> Remote
where
    E: ProvideErrorMetadata + Error + 'static,
{
    error::of(&SERVICE, action, failed, &options.account())
}

/// The whole question was not answered in time.
pub(super) fn late(options: &Options) -> Remote {
    error::late(&SERVICE, &options.account())
}

/// The service failed, or answered with something that is no answer.
pub(super) fn broken(action: &str, what: &str) -> Remote {
    error::broken(&SERVICE, action, what)
}
