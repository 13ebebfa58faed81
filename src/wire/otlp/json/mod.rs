//! OTLP/JSON, read in every dialect and written as the specification has it:
//! <https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>.

mod decode;
mod encode;
mod enumeration;
pub(super) mod logs;
mod parts;
pub(in crate::wire) mod value;

pub use decode::decode;
pub use encode::encode;

use crate::wire::batch::Batch;
use crate::wire::error::{Refusals, Refused, WireError};
use crate::wire::text;

impl Batch {
    /// From an OTLP/JSON request. It is kept as protobuf, a third of the size; spans that protobuf cannot carry are refused.
    pub fn from_otlp_json(data: &[u8]) -> Result<(Self, Vec<Refused>), WireError> {
        text::not_empty("OTLP/JSON", data)?;
        let (spans, refused) = decode(data)?;
        let mut refusals = Refusals::default();
        refusals.extend(refused);
        let (batch, refused) = Self::from_spans(&spans);
        refusals.extend(refused);
        Ok((batch, refusals.into_vec()))
    }
}
