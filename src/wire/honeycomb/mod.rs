//! Honeycomb's rows: what its Query Data API says of columns and events, <https://docs.honeycomb.io/api/>.
//!
//! [`schema`] is which columns there are, [`place`] what they are for and in which order they matter; [`answer`] is what a query's
//! result is, [`table`] the rows in it. [`reader`] makes traces of them: `rows` gathers the pages, `chunk` joins further
//! columns, `clock` reads the times, `build` makes the spans and `annotation` what happened in them.

pub mod answer;
pub mod place;
pub mod reader;
pub mod schema;
pub mod table;

mod annotation;
mod build;
mod chunk;
mod clock;
mod fields;
mod rows;
mod value;

#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod tests;

pub use answer::Answer;
pub use place::{KEY, SKELETON, is_of_resource, priority};
pub use reader::{Read, Reader};
pub use schema::{Column, ColumnType, Names, Schema};
pub use table::{Cell, Table, is_calculation};

/// The calculated field that holds the time of a row: seconds since 1970 as a double, `EVENT_TIMESTAMP()`.
pub const TIME: &str = "_ct_t";

/// The calculated field that holds the time of a row once more, as whole microseconds since a second that the query names: where
/// the service writes doubles with fewer digits than they have, this one is exact.
pub const MICROS: &str = "_ct_us";
