//! The one message of a unary call: a flag that says whether it is compressed, its length in four bytes, and its bytes.

use crate::collect::body::{Fill, Kept};
use crate::collect::coding::Coding;

/// Bytes in front of a message.
const PREFIX: usize = 5;

/// Why the body of a call is not one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Misframed {
    #[error("there is no message in the call")]
    None,
    #[error("there is more than one message in the call")]
    Several,
    #[error("the message ends before its end")]
    Cut,
    #[error("the message's compressed-flag is {0}, and neither 0 nor 1")]
    Flag(u8),
    #[error("the message's compressed-flag is set, and no grpc-encoding says how it is compressed")]
    NoEncoding,
}

/// A message while it comes in. Only its bytes are kept, not those in front.
#[derive(Debug)]
pub(super) struct Message<'a> {
    prefix: Vec<u8>,
    kept: Kept<'a>,
}

impl<'a> Message<'a> {
    pub(super) fn new(kept: Kept<'a>) -> Self {
        Self { prefix: Vec::with_capacity(PREFIX), kept }
    }

    /// The message, and how it is compressed; `coding` is that of the call.
    pub(super) fn finish(self, coding: Coding) -> Result<(Vec<u8>, Coding), Misframed> {
        let bytes = self.kept.bytes;
        let &[flag, a, b, c, d] = self.prefix.as_slice() else {
            return Err(if self.prefix.is_empty() { Misframed::None } else { Misframed::Cut });
        };
        let coding = match flag {
            0 => Coding::Identity,
            1 if coding == Coding::Identity => return Err(Misframed::NoEncoding),
            1 => coding,
            other => return Err(Misframed::Flag(other)),
        };
        match (bytes.len() as u64).cmp(&u64::from(u32::from_be_bytes([a, b, c, d]))) {
            std::cmp::Ordering::Less => Err(Misframed::Cut),
            std::cmp::Ordering::Equal => Ok((bytes, coding)),
            std::cmp::Ordering::Greater => Err(Misframed::Several),
        }
    }
}

impl Fill for Message<'_> {
    fn take(&mut self, bytes: &[u8]) -> bool {
        let (in_front, rest) = bytes.split_at(bytes.len().min(PREFIX - self.prefix.len()));
        self.prefix.extend_from_slice(in_front);
        self.kept.take(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::body::Budget;
    use proptest::prelude::*;

    /// Takes a body in pieces of so many bytes.
    fn read(body: &[u8], piece: usize, coding: Coding) -> Result<(Vec<u8>, Coding), Misframed> {
        let mut share = Budget::new(1 << 20).enter().unwrap();
        let mut message = Message::new(Kept { bytes: Vec::new(), share: &mut share });
        assert!(body.chunks(piece).all(|piece| message.take(piece)));
        message.finish(coding)
    }

    #[test]
    fn what_is_not_one_message_is_told_by_what_is_wrong() {
        for (body, wrong) in [
            (&b""[..], Misframed::None),
            (b"\0\0\0", Misframed::Cut),
            (b"\0\0\0\0\x03ab", Misframed::Cut),
            (b"\0\xff\xff\xff\xffab", Misframed::Cut),
            (b"\0\0\0\0\x02ab\0\0\0\0\0", Misframed::Several),
            (b"\x02\0\0\0\x02ab", Misframed::Flag(2)),
            (b"\x01\0\0\0\x02ab", Misframed::NoEncoding),
        ] {
            assert_eq!(read(body, 100, Coding::Identity), Err(wrong), "{body:?}");
        }
    }

    #[test]
    fn a_message_says_itself_whether_it_is_compressed() {
        assert_eq!(read(b"\0\0\0\0\x01a", 100, Coding::Gzip), Ok((b"a".to_vec(), Coding::Identity)));
        assert_eq!(read(b"\x01\0\0\0\x01a", 100, Coding::Gzip), Ok((b"a".to_vec(), Coding::Gzip)));
    }

    proptest! {
        #[test]
        fn a_message_comes_out_whole_however_its_bytes_come_in(bytes: Vec<u8>, piece in 1_usize..20) {
            let body = [&[0][..], &(bytes.len() as u32).to_be_bytes(), &bytes].concat();
            prop_assert_eq!(read(&body, piece, Coding::Identity), Ok((bytes, Coding::Identity)));
        }

        #[test]
        fn garbage_never_panics(body: Vec<u8>, piece in 1_usize..20) {
            read(&body, piece, Coding::Gzip).ok();
        }
    }
}
