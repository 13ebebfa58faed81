//! The fields of a protobuf message, one after the other, without an allocation: what prost's decoder accepts and nothing else.
//!
//! <https://protobuf.dev/programming-guides/encoding/>.

use std::str;

use crate::wire::error::WireError;

/// How many messages prost lets nest.
pub(super) const MESSAGES: u32 = 100;

/// The text of a field's bytes.
#[inline]
pub(super) fn text_of(bytes: &[u8]) -> Result<&str> {
    str::from_utf8(bytes).map_err(|_| Broken::at(bytes, "a text is not UTF-8"))
}

/// What is wrong, and at which address: the request's beginning is known only at the top.
#[derive(Debug)]
pub(super) struct Broken {
    why: &'static str,
    address: usize,
}

impl Broken {
    fn at(rest: &[u8], why: &'static str) -> Self {
        Self { why, address: rest.as_ptr().addr() }
    }

    /// As an error about `data`, in which it was found.
    pub(super) fn within(&self, data: &[u8]) -> WireError {
        let byte = self.address.saturating_sub(data.as_ptr().addr());
        WireError::new("OTLP protobuf", format!("{} at byte {byte}", self.why))
    }
}

pub(super) type Result<T, E = Broken> = std::result::Result<T, E>;

/// The fields of a message that are still to come.
#[derive(Clone)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
    /// How many messages may still be within this one.
    below: u32,
}

/// A field whose value is still to come.
pub(super) struct Field {
    pub(super) tag: u32,
    wire: u8,
}

const VARINT: u8 = 0;
const FIXED64: u8 = 1;
const LENGTH: u8 = 2;
const GROUP: u8 = 3;
const GROUP_END: u8 = 4;
const FIXED32: u8 = 5;

impl<'a> Fields<'a> {
    pub(super) fn new(rest: &'a [u8], below: u32) -> Self {
        Self { rest, below }
    }

    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<Field>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let before = self.rest;
        let key = u32::try_from(self.read_varint()?).map_err(|_| Broken::at(before, "a field's number is too large"))?;
        let field = Field { tag: key >> 3, wire: (key & 7) as u8 };
        if field.tag == 0 || field.wire > FIXED32 {
            return Err(Broken::at(before, "there is no such field"));
        }
        Ok(Some(field))
    }

    fn expect(&self, field: &Field, wire: u8) -> Result<()> {
        if field.wire == wire { Ok(()) } else { Err(Broken::at(self.rest, "a field is of another type than it should be")) }
    }

    #[inline]
    pub(super) fn varint(&mut self, field: &Field) -> Result<u64> {
        self.expect(field, VARINT)?;
        self.read_varint()
    }

    pub(super) fn fixed64(&mut self, field: &Field) -> Result<u64> {
        self.expect(field, FIXED64)?;
        let (bytes, rest) = self.rest.split_first_chunk().ok_or_else(|| self.short())?;
        self.rest = rest;
        Ok(u64::from_le_bytes(*bytes))
    }

    pub(super) fn fixed32(&mut self, field: &Field) -> Result<u32> {
        self.expect(field, FIXED32)?;
        let (bytes, rest) = self.rest.split_first_chunk().ok_or_else(|| self.short())?;
        self.rest = rest;
        Ok(u32::from_le_bytes(*bytes))
    }

    #[inline]
    pub(super) fn bytes(&mut self, field: &Field) -> Result<&'a [u8]> {
        self.expect(field, LENGTH)?;
        let length = self.read_varint()?;
        self.take(length)
    }

    #[inline]
    pub(super) fn text(&mut self, field: &Field) -> Result<&'a str> {
        text_of(self.bytes(field)?)
    }

    #[inline]
    pub(super) fn message(&mut self, field: &Field) -> Result<Self> {
        let rest = self.bytes(field)?;
        let below = self.below.checked_sub(1).ok_or(Broken::at(rest, "messages nest deeper than 100"))?;
        Ok(Self { rest, below })
    }

    /// A field that is not known here.
    pub(super) fn skip(&mut self, field: &Field) -> Result<()> {
        self.skip_within(field, self.below)
    }

    fn skip_within(&mut self, field: &Field, below: u32) -> Result<()> {
        if below == 0 {
            return Err(Broken::at(self.rest, "messages nest deeper than 100"));
        }
        match field.wire {
            VARINT => self.read_varint().map(drop),
            FIXED64 => self.take(8).map(drop),
            LENGTH => {
                let length = self.read_varint()?;
                self.take(length).map(drop)
            }
            FIXED32 => self.take(4).map(drop),
            GROUP => loop {
                let inner = self.next()?.ok_or_else(|| self.short())?;
                if inner.wire != GROUP_END {
                    self.skip_within(&inner, below - 1)?;
                } else if inner.tag == field.tag {
                    return Ok(());
                } else {
                    return Err(Broken::at(self.rest, "a group ends that has not begun"));
                }
            },
            _ => Err(Broken::at(self.rest, "a group ends that has not begun")),
        }
    }

    #[inline]
    fn read_varint(&mut self) -> Result<u64> {
        if let [byte, rest @ ..] = self.rest
            && *byte < 0x80
        {
            self.rest = rest;
            return Ok(u64::from(*byte));
        }
        let mut number = 0;
        for (place, byte) in self.rest.iter().enumerate().take(10) {
            // Of the tenth byte only one bit fits.
            if place == 9 && *byte > 1 {
                break;
            }
            number |= u64::from(byte & 0x7f) << (7 * place);
            if *byte < 0x80 {
                self.rest = &self.rest[place + 1..];
                return Ok(number);
            }
        }
        Err(Broken::at(self.rest, "a number does not end"))
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8]> {
        let split = usize::try_from(length).ok().and_then(|length| self.rest.split_at_checked(length));
        let (taken, rest) = split.ok_or_else(|| self.short())?;
        self.rest = rest;
        Ok(taken)
    }

    fn short(&self) -> Broken {
        Broken::at(self.rest, "there are fewer bytes than it says")
    }
}
