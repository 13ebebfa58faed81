//! The embedded store: one SQLite file that a receiver writes while any number of processes read.
//!
//! [`Writer`] keeps batches, [`Local`] reads traces. `schema_1.sql` is the layout and says what every column means.

mod figures;
mod fragment;
mod ingest;
mod key;
mod read;
mod retention;
mod schema;
mod search;
mod write;

pub use figures::{StoreFigures, WriterFigures};
pub use read::Local;
pub use retention::Retention;
pub use schema::StoreError;
pub use write::{KeepError, Writer};

#[cfg(test)]
mod tests;
