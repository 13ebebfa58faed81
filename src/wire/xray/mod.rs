//! AWS X-Ray's segment documents:
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html>.
//!
//! [`shapes`] finds the documents in whatever they are wrapped in, `document` reads one level of one, [`convert()`] makes spans
//! of it – with `http`, `aws`, `sql` and `service` in `attributes` and exceptions in `cause` – and [`batch`] keeps documents as
//! they came. Nothing that a document says is dropped: what has no name in OpenTelemetry's semantic conventions keeps its own,
//! under `aws.xray.`.

pub mod batch;
pub mod encode;
pub mod shapes;

mod attributes;
mod cause;
mod convert;
mod document;

#[cfg(test)]
mod tests;

pub use convert::convert;
