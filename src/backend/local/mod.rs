//! The embedded store: one SQLite file that a receiver writes while any number of processes read.
//!
//! [`Writer`] keeps batches, [`Local`] reads traces, [`Outbox`] what is to be forwarded. `schema_1.sql` is the layout and says what
//! every column means; the next ones say what was added.

mod figures;
mod fragment;
mod ground;
mod ingest;
mod key;
mod logs;
mod outbox;
mod read;
mod retention;
mod schema;
mod search;
mod write;

pub use figures::{StoreFigures, WriterFigures};
pub use ground::Ground;
pub use outbox::{Committed, Outbox, Place, SetAside, Step, Stored};
pub use read::Local;
pub use retention::Retention;
pub use schema::StoreError;
pub use write::{KeepError, Writer};

#[cfg(test)]
mod tests;
