//! Flags, environment, file and defaults, resolved once: below this, only plain values travel.
//!
//! [`aws`] whether AWS was ever set up here · [`mod@env`] the environment as values · [`paths`] where our files are ·
//! [`mod@file`] what a configuration file holds · [`setting`] a value and its spelling · [`settings`] all of them, and where each
//! comes from (`layers`, [`report`]) · [`key`] where a secret is, and how it is fetched · [`per_command`] what single commands do ·
//! [`mod@collect`] what the receiver does, with [`guard`] for who may send to it, and how much ·
//! [`honeycomb`] how Honeycomb is asked, with [`endpoint`] and [`otlp_headers`] · [`rollbar`] how Rollbar is · [`window`] the time that is
//! looked at · [`nearby`] variables that are set elsewhere.

pub mod aws;
pub mod collect;
pub mod endpoint;
pub mod env;
pub mod file;
pub mod guard;
pub mod honeycomb;
pub mod key;
mod layers;
pub mod nearby;
pub mod otlp_headers;
pub mod paths;
pub mod per_command;
pub mod report;
pub mod rollbar;
pub mod setting;
pub mod settings;
pub mod window;

pub use collect::Collect;
pub use env::Env;
pub use guard::{CollectLimits, Guard};
pub use honeycomb::{Honeycomb, Unusable};
pub use key::Key;
pub use paths::Paths;
pub use per_command::PerCommand;
pub use report::Origin;
pub use rollbar::Rollbar;
pub use settings::{Flags, Settings, XRay};
pub use window::Window;
