//! Compressed bodies that have been damaged: what is to become of each is what a decoder makes of it in one go.

use std::io::Read as _;

use super::mutate::{Dice, mutated};
use super::otlp_protobuf;
use super::site::{Case, Fate};
use crate::support::spans::{body, family, trace_id};

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Zlib,
    Zstd,
}

pub(super) const ALL: [Coding; 3] = [Coding::Gzip, Coding::Zlib, Coding::Zstd];

impl Coding {
    /// The `Content-Encoding`.
    pub(super) fn header(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zlib => "deflate",
            Self::Zstd => "zstd",
        }
    }

    fn wrap(self, bytes: &[u8]) -> Vec<u8> {
        let level = flate2::Compression::default();
        let mut out = Vec::new();
        match self {
            Self::Gzip => {
                _ = flate2::read::GzEncoder::new(bytes, level).read_to_end(&mut out).expect("memory gives everything");
            }
            Self::Zlib => {
                _ = flate2::read::ZlibEncoder::new(bytes, level).read_to_end(&mut out).expect("memory gives everything");
            }
            Self::Zstd => {
                let mut encoder = zstd::Encoder::new(&mut out, 1).expect("there is memory");
                encoder.include_checksum(true).expect("it can be asked for");
                std::io::Write::write_all(&mut encoder, bytes).expect("memory takes everything");
                encoder.finish().expect("memory takes everything");
            }
        }
        out
    }
}

/// The bodies.
pub(super) fn cases(seed: u64, coding: Coding) -> Vec<Case> {
    let seed = seed + coding as u64;
    let plain = |number| body(&trace_id(seed, number), &family(3));
    let whole = coding.wrap(&plain(0));
    let mut dice = Dice::new(seed);
    let mut bodies: Vec<(String, Vec<u8>)> = [
        ("nothing", Vec::new()),
        ("one byte", vec![0x1f]),
        ("zeros", vec![0; 100]),
        ("text", b"this is not compressed at all".to_vec()),
        ("not compressed", plain(1)),
        ("compressed twice", coding.wrap(&coding.wrap(&plain(2)))),
        ("nothing, compressed", coding.wrap(b"")),
        ("text, compressed", coding.wrap(b"no protobuf at all")),
        ("two, one behind the other", [coding.wrap(&plain(3)), coding.wrap(&plain(4))].concat()),
        ("one and zeros", [coding.wrap(&plain(5)), vec![0; 20]].concat()),
        ("one and text", [coding.wrap(&plain(6)), b"more".to_vec()].concat()),
    ]
    .into_iter()
    .map(|(name, body)| (name.to_owned(), body))
    .collect();
    bodies.extend(ALL.iter().filter(|other| **other != coding).map(|other| (format!("{other:?}"), other.wrap(&plain(7)))));
    bodies.extend((1..whole.len()).step_by(11).map(|length| (format!("cut off at {length}"), whole[..length].to_vec())));
    bodies.extend((10..110).map(|number| (format!("mutation {number}"), mutated(&mut dice, &coding.wrap(&plain(number))))));
    let mut cases: Vec<_> = bodies
        .into_iter()
        .map(|(name, body)| {
            let fate = fate(coding, &body);
            Case::new(format!("{coding:?}, {name}"), body, fate)
        })
        .collect();
    cases.push(Case::new(format!("{coding:?}, a bomb"), coding.wrap(&vec![0; (128 << 20) + 1]), Fate::TooLarge));
    cases
}

fn fate(coding: Coding, body: &[u8]) -> Fate {
    if body.is_empty() {
        return otlp_protobuf::fate(b"");
    }
    let mut plain = Vec::new();
    let unwrapped = match coding {
        Coding::Gzip => flate2::read::MultiGzDecoder::new(body).read_to_end(&mut plain).is_ok(),
        Coding::Zlib => flate2::read::ZlibDecoder::new(body).read_to_end(&mut plain).is_ok(),
        Coding::Zstd => zstd::stream::copy_decode(body, &mut plain).is_ok(),
    };
    if unwrapped { otlp_protobuf::fate(&plain) } else { Fate::Malformed }
}
