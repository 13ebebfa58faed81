//! Content encodings: what HTTP wraps around a body.

use std::io::{self, Read};

use axum::http::HeaderMap;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::refusal::Refusal;

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Identity,
    Gzip,
    /// RFC 9110 means zlib (RFC 1950) by this word, and some senders mean raw deflate (RFC 1951). Both are taken.
    Deflate,
    Zstd,
}

/// For the `Accept-Encoding` of a 415, and gRPC's `grpc-accept-encoding`.
pub(super) const SPOKEN: &str = "gzip, deflate, zstd";

/// How `what` is compressed, by a header of this name.
pub(super) fn named(headers: &HeaderMap, header: &str, what: &str) -> Result<Coding, Refusal> {
    let mut values = headers.get_all(header).iter();
    let (value, second) = (values.next(), values.next());
    let text = value.map(|value| value.to_str().unwrap_or("something that is no text"));
    let coding = if second.is_some() { None } else { Coding::from_header(text) };
    coding.ok_or_else(|| {
        let name = text.unwrap_or_default();
        Refusal::Unsupported(format!("{what} may be encoded with {SPOKEN}, one at a time, not with {name}"))
    })
}

/// zstd's own recommendation for what a decoder should support (RFC 8878, 3.1.1.1.2): windows of 8 MiB. A frame may ask for 2 GiB.
const ZSTD_WINDOW_LOG: u32 = 23;

/// The step in which output grows.
const STEP: usize = 64 * 1024;

/// Why a body could not be unwrapped.
#[derive(Debug)]
pub(super) enum Broken {
    /// More than the limit comes out of it.
    TooLarge,
    /// It is not what it says.
    Malformed(io::Error),
}

impl Coding {
    /// From the header's value; `None` for what is not spoken here, such as several encodings one over the other.
    fn from_header(value: Option<&str>) -> Option<Self> {
        let value = value.unwrap_or_default().trim();
        let known = [
            ("", Self::Identity),
            ("identity", Self::Identity),
            ("gzip", Self::Gzip),
            ("x-gzip", Self::Gzip),
            ("deflate", Self::Deflate),
            ("zstd", Self::Zstd),
        ];
        known.into_iter().find(|(name, _)| value.eq_ignore_ascii_case(name)).map(|(_, coding)| coding)
    }

    /// Unwraps a body, never holding much more than `limit` bytes of output.
    pub(super) fn decode(self, body: Vec<u8>, limit: usize) -> Result<Vec<u8>, Broken> {
        let input = body.as_slice();
        match self {
            Self::Identity if body.len() > limit => Err(Broken::TooLarge),
            Self::Identity => Ok(body),
            // Of nothing comes nothing: some senders name an encoding over an empty body.
            _ if body.is_empty() => Ok(body),
            Self::Gzip => read_within(MultiGzDecoder::new(input), input.len(), limit),
            Self::Deflate if is_zlib(input) => read_within(ZlibDecoder::new(input), input.len(), limit),
            Self::Deflate => read_within(DeflateDecoder::new(input), input.len(), limit),
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(input).map_err(Broken::Malformed)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(Broken::Malformed)?;
                read_within(decoder, input.len(), limit)
            }
        }
    }
}

/// RFC 1950, 2.2: the method is 8, and the two bytes as a number are a multiple of 31. Raw deflate that begins so is a stored
/// block with a one among its padding bits, which no compressor writes.
fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [method, flags, ..] if method & 0x0f == 8 && (u16::from(*method) << 8 | u16::from(*flags)) % 31 == 0)
}

fn read_within(mut from: impl Read, compressed: usize, limit: usize) -> Result<Vec<u8>, Broken> {
    // Spans compress to a fifth or so; a bomb gets no more in advance than any other body.
    let mut out = Vec::with_capacity(compressed.saturating_mul(4).min(limit).max(STEP.min(limit)));
    loop {
        // One byte more than the limit, to know that there is more.
        let room = STEP.min(limit.saturating_add(1).saturating_sub(out.len())) as u64;
        if from.by_ref().take(room).read_to_end(&mut out).map_err(Broken::Malformed)? == 0 {
            return Ok(out);
        }
        if out.len() > limit {
            return Err(Broken::TooLarge);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::bufread::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use proptest::prelude::*;

    fn all(mut from: impl Read) -> Vec<u8> {
        let mut out = Vec::new();
        from.read_to_end(&mut out).unwrap();
        out
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        all(GzEncoder::new(bytes, Compression::default()))
    }

    #[test]
    fn names_are_read_as_http_has_them() {
        assert_eq!(Coding::from_header(None), Some(Coding::Identity));
        assert_eq!(Coding::from_header(Some(" GZIP ")), Some(Coding::Gzip));
        assert_eq!(Coding::from_header(Some("br")), None);
        assert_eq!(Coding::from_header(Some("gzip, gzip")), None);
    }

    #[test]
    fn a_bomb_is_stopped_at_the_limit() {
        // What never ends would take all memory if it were read further than the limit.
        assert!(matches!(read_within(io::repeat(0), 100, 1 << 20), Err(Broken::TooLarge)));
        let bomb = gzip(&vec![0; 4 << 20]);
        assert!(bomb.len() < 10_000, "{} bytes is no bomb", bomb.len());
        assert!(matches!(Coding::Gzip.decode(bomb, 1 << 20), Err(Broken::TooLarge)));
    }

    #[test]
    fn exactly_the_limit_is_allowed() {
        let body = gzip(&[7; 1000]);
        assert_eq!(Coding::Gzip.decode(body.clone(), 1000).unwrap(), [7; 1000]);
        assert!(matches!(Coding::Gzip.decode(body, 999), Err(Broken::TooLarge)));
        assert!(matches!(Coding::Identity.decode(vec![0; 11], 10), Err(Broken::TooLarge)));
    }

    #[test]
    fn a_body_that_is_cut_short_is_malformed() {
        for (coding, whole) in [
            (Coding::Gzip, gzip(b"some text, some text, some text")),
            (Coding::Deflate, all(ZlibEncoder::new(&b"some text, some text"[..], Compression::default()))),
            (Coding::Zstd, zstd::encode_all(&b"some text, some text"[..], 0).unwrap()),
        ] {
            let cut = whole[..whole.len() - 3].to_vec();
            assert!(matches!(coding.decode(cut, 1 << 20), Err(Broken::Malformed(_))), "{coding:?}");
        }
    }

    #[test]
    fn a_zstd_frame_cannot_ask_for_a_huge_window() {
        let mut encoder = zstd::stream::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(27).unwrap();
        io::Write::write_all(&mut encoder, &[0; 1000]).unwrap();
        let body = encoder.finish().unwrap();
        assert!(matches!(Coding::Zstd.decode(body, 1 << 20), Err(Broken::Malformed(_))));
    }

    proptest! {
        #[test]
        fn what_was_wrapped_comes_out(bytes: Vec<u8>) {
            let level = Compression::fast();
            let limit = bytes.len();
            prop_assert_eq!(&Coding::Identity.decode(bytes.clone(), limit).unwrap(), &bytes);
            prop_assert_eq!(&Coding::Gzip.decode(gzip(&bytes), limit).unwrap(), &bytes);
            prop_assert_eq!(&Coding::Deflate.decode(all(ZlibEncoder::new(&bytes[..], level)), limit).unwrap(), &bytes);
            prop_assert_eq!(&Coding::Deflate.decode(all(DeflateEncoder::new(&bytes[..], level)), limit).unwrap(), &bytes);
            prop_assert_eq!(&Coding::Zstd.decode(zstd::encode_all(&bytes[..], 0).unwrap(), limit).unwrap(), &bytes);
        }

        #[test]
        fn garbage_never_panics(bytes: Vec<u8>) {
            for coding in [Coding::Gzip, Coding::Deflate, Coding::Zstd] {
                coding.decode(bytes.clone(), 4096).ok();
            }
        }
    }
}
