//! What a configuration file says of single commands: the options that are not given.

use serde::Deserialize;
use toml::Spanned;

use super::Scalar;

/// The tables, each with its keys.
macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident { $($key:ident),* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name {
            $(pub(super) $key: Option<Spanned<Scalar>>,)*
        }
    )*};
}

tables! {
    /// `[list]`
    ListContents { since, limit, output }
    /// `[show]`
    ShowContents { max_rows, expand, output }
    /// `[stats]`
    StatsContents { since, limit, sort, output }
    /// `[map]`
    MapContents { since, limit, output }
    /// `[diff]`
    DiffContents { since, limit, max_rows, output }
    /// `[assert]`
    AssertContents { since, wait, settle, output }
}
