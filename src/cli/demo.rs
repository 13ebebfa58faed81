//! `demo`: nothing to install, no account.

use clap::Args;

/// Show what this program does, with traces of its own
///
/// Sends a small session of a web application through the real receiver into a store of its own, and lists and shows it.
/// Nothing else needs to run, and your own store is left alone.
#[derive(Debug, Args)]
pub struct DemoArgs {}
