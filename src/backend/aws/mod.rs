//! What all services of AWS have in common: who asks (`connect`, `hiding`), why there is no answer (`error`), and what of this can be
//! told before anything is wanted (`examine`).

pub(super) mod connect;
pub(super) mod error;
pub(super) mod examine;
mod hiding;

use std::time::Duration;

pub use examine::Who;

/// Who asks, where, and how patiently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Profile of AWS's configuration; `None` leaves it to AWS's own rules.
    pub aws_profile: Option<String>,
    /// Region; `None` likewise.
    pub region: Option<String>,
    /// How long one question may take, with everything that is tried again.
    pub timeout: Duration,
    /// Whether the user named the service. If so, the machine's instance metadata is asked for a role too.
    pub named: bool,
}

/// What a service is called, in the places where it has a name.
#[derive(Debug)]
pub(super) struct Service {
    /// By people.
    pub(super) name: &'static str,
    /// In variables and profiles that say where it is:
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/ss-endpoints-table.html>.
    pub(super) id: &'static str,
    /// In policies, before the colon.
    pub(super) prefix: &'static str,
    /// A managed policy of AWS that allows all that is asked here.
    pub(super) policy: &'static str,
    /// What to do where it was asked too often.
    pub(super) patience: &'static str,
}
