//! Bodies are compressed where that makes them smaller.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Below this a body is one packet anyway.
const WORTH_IT: usize = 1024;

/// Compressed by gzip, which every OTLP receiver must understand
/// (<https://opentelemetry.io/docs/specs/otlp/#otlphttp-request>); `None` where that is not worth it.
pub(super) fn zipped(data: &[u8]) -> Option<Vec<u8>> {
    if data.len() < WORTH_IT {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(data.len() / 4), Compression::fast());
    encoder.write_all(data).ok()?;
    encoder.finish().ok().filter(|zipped| zipped.len() < data.len())
}
