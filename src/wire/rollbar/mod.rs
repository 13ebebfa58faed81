//! What Rollbar's API answers: <https://docs.rollbar.com/reference/getting-started-1>; what SDKs send it, and it gives back:
//! <https://docs.rollbar.com/reference/create-item>.
//!
//! Everything in it was written by whoever could send an error: fields of another type than expected are read as nothing, an
//! occurrence that makes no sense costs only itself, and text is cut where it is longer than anybody reads.
//!
//! In order: `envelope` (whether it is an answer at all), `occurrence` (one time that an error happened) with `exception` (its
//! class and, where that is asked for, its stack) and `carried` (which traces it names), `item` (what like errors are counted
//! under), `field` (text, numbers and times).

mod carried;
mod envelope;
mod exception;
mod field;
mod item;
mod occurrence;
#[cfg(test)]
mod tests;

pub use envelope::{Odd, Page, item, page, refusal};
