//! How much a request will unfold into, found out before it does.
//!
//! An empty span is two bytes of protobuf and some hundred bytes of memory: a body within its limit could still fill the machine,
//! when it is received or when it is read back. So the pieces are counted first, without making any of them.

/// What one request may unfold into. Sixty-four MiB from an SDK hold about 250,000 spans.
pub(super) const MAX_SPANS: usize = 1_000_000;

/// The same for everything that is an object of its own: spans, attributes, events, links, and in JSON every value too.
pub(super) const MAX_PIECES: usize = 4_000_000;

/// The most bytes that one attribute may have, its key and its value together. Some backends cut at 64 KiB; nothing is cut here, but
/// what is a quarter of the largest request is no attribute any more.
pub(super) const MAX_ATTRIBUTE: usize = 16 << 20;

/// Messages within messages; the decoder gives up at this depth too.
const MAX_DEPTH: usize = 100;

/// Why a request is not unfolded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum TooMuch {
    #[error("more than {MAX_SPANS} spans or log records in one request")]
    Spans,
    #[error("more than {MAX_PIECES} spans, log records, attributes, events and links in one request")]
    Pieces,
    #[error("an attribute of more than {MAX_ATTRIBUTE} bytes")]
    Attribute,
    #[error("a log record's body of more than {MAX_ATTRIBUTE} bytes")]
    Body,
}

/// What a field of a message holds, as far as counting needs to know. The names are those of `trace.proto` and `logs.proto`.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Request,
    ResourceSpans,
    Resource,
    ScopeSpans,
    Scope,
    Span,
    /// `Event` and `Link`: something with attributes.
    Part,
    Attribute,
    /// An attribute's value, which lies within the attribute.
    Value,
    Array,
    Map,
    /// A value in an array.
    Item,
    LogsRequest,
    ResourceLogs,
    ScopeLogs,
    LogRecord,
    /// A log record's text, which is a value.
    Body,
}

impl Kind {
    fn of_field(self, number: u64) -> Option<Self> {
        match (self, number) {
            (Self::Request, 1) => Some(Self::ResourceSpans),
            (Self::ResourceSpans | Self::ResourceLogs, 1) => Some(Self::Resource),
            (Self::ResourceSpans, 2) => Some(Self::ScopeSpans),
            // Event has its attributes in 3, Link in 4.
            (Self::LogsRequest, 1) => Some(Self::ResourceLogs),
            (Self::ResourceLogs, 2) => Some(Self::ScopeLogs),
            (Self::ScopeLogs, 2) => Some(Self::LogRecord),
            (Self::LogRecord, 5) => Some(Self::Body),
            (Self::Resource | Self::Map, 1)
            | (Self::Scope, 3)
            | (Self::Span, 9)
            | (Self::LogRecord, 6)
            | (Self::Part, 3 | 4) => Some(Self::Attribute),
            (Self::ScopeSpans | Self::ScopeLogs, 1) => Some(Self::Scope),
            (Self::ScopeSpans, 2) => Some(Self::Span),
            (Self::Span, 11 | 13) => Some(Self::Part),
            (Self::Attribute, 2) => Some(Self::Value),
            (Self::Value | Self::Item | Self::Body, 5) => Some(Self::Array),
            (Self::Value | Self::Item | Self::Body, 6) => Some(Self::Map),
            (Self::Array, 1) => Some(Self::Item),
            _ => None,
        }
    }
}

/// Counts the pieces of an OTLP protobuf request. Stops where the bytes are no protobuf: the decoder says that better.
pub(super) fn protobuf(request: &[u8]) -> Result<(), TooMuch> {
    let mut count = Count::default();
    message(request, Kind::Request, MAX_DEPTH, &mut count)
}

/// As [`protobuf`], of a request of log records.
pub(super) fn logs(request: &[u8]) -> Result<(), TooMuch> {
    message(request, Kind::LogsRequest, MAX_DEPTH, &mut Count::default())
}

/// Counts what could be objects in a JSON text: every opening brace, those within strings too.
pub(super) fn json(text: &[u8]) -> Result<(), TooMuch> {
    if occurrences(text, b'{') > MAX_PIECES { Err(TooMuch::Pieces) } else { Ok(()) }
}

/// As [`json`], of Zipkin's spans: each is an object, and what is behind a colon may be a tag.
pub(super) fn zipkin(text: &[u8]) -> Result<(), TooMuch> {
    match () {
        () if occurrences(text, b'{') > MAX_SPANS => Err(TooMuch::Spans),
        () if occurrences(text, b':') > MAX_PIECES => Err(TooMuch::Pieces),
        () => Ok(()),
    }
}

fn occurrences(text: &[u8], of: u8) -> usize {
    // In steps that a byte can count, so that the compiler can count many bytes at once.
    text.chunks(255).map(|part| usize::from(part.iter().map(|byte| u8::from(*byte == of)).sum::<u8>())).sum()
}

#[derive(Debug, Default)]
struct Count {
    spans: usize,
    pieces: usize,
}

impl Count {
    fn add(&mut self, kind: Kind) -> Result<(), TooMuch> {
        // A value costs nothing beside its attribute.
        self.pieces += usize::from(!matches!(kind, Kind::Value));
        self.spans += usize::from(matches!(kind, Kind::Span | Kind::LogRecord));
        match () {
            () if self.spans > MAX_SPANS => Err(TooMuch::Spans),
            () if self.pieces > MAX_PIECES => Err(TooMuch::Pieces),
            () => Ok(()),
        }
    }
}

/// Walks the fields of one message, and of those within it down to a depth.
fn message(mut bytes: &[u8], kind: Kind, depth: usize, count: &mut Count) -> Result<(), TooMuch> {
    let Some(depth) = depth.checked_sub(1) else { return Ok(()) };
    while let Some(field) = take_field(&mut bytes) {
        if let Some(inner) = kind.of_field(field.number) {
            match inner {
                Kind::Attribute if field.content.len() > MAX_ATTRIBUTE => return Err(TooMuch::Attribute),
                Kind::Body if field.content.len() > MAX_ATTRIBUTE => return Err(TooMuch::Body),
                _ => {}
            }
            count.add(inner)?;
            message(field.content, inner, depth, count)?;
        }
    }
    Ok(())
}

struct Field<'a> {
    number: u64,
    /// Empty for what is not delimited by its length: numbers.
    content: &'a [u8],
}

/// Takes the first field off a message.
fn take_field<'a>(bytes: &mut &'a [u8]) -> Option<Field<'a>> {
    let key = take_varint(bytes)?;
    let content = match key & 7 {
        0 => take_varint(bytes).map(|_| &[][..]),
        1 => take(bytes, 8).map(|_| &[][..]),
        2 => take_varint(bytes).and_then(|length| take(bytes, length)),
        5 => take(bytes, 4).map(|_| &[][..]),
        _ => None,
    };
    content.map(|content| Field { number: key >> 3, content })
}

fn take<'a>(bytes: &mut &'a [u8], length: u64) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
    *bytes = rest;
    Some(taken)
}

/// A number of up to ten bytes, seven bits each, the low ones first.
fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for (at, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            *bytes = &bytes[at + 1..];
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A field that is delimited by its length.
    fn field(number: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![number << 3 | 2];
        let mut length = content.len();
        while length >= 0x80 {
            bytes.push(length as u8 | 0x80);
            length >>= 7;
        }
        bytes.push(length as u8);
        bytes.extend_from_slice(content);
        bytes
    }

    /// Attributes nested in each other, so deep that only the outermost are looked at.
    fn nested(depth: usize) -> Vec<u8> {
        (0..depth).fold(Vec::new(), |inner, _| field(1, &field(2, &field(6, &inner))))
    }

    fn request(spans: &[u8]) -> Vec<u8> {
        field(1, &field(2, spans))
    }

    #[test]
    fn a_million_empty_spans_are_allowed_and_one_more_is_not() {
        assert_eq!(protobuf(&request(&[2 << 3 | 2, 0].repeat(MAX_SPANS))), Ok(()));
        assert_eq!(protobuf(&request(&[2 << 3 | 2, 0].repeat(MAX_SPANS + 1))), Err(TooMuch::Spans));
    }

    #[test]
    fn attributes_count_wherever_they_are() {
        let attributes = |number: u8| [number << 3 | 2, 0].repeat(MAX_PIECES);
        for bytes in [
            field(1, &field(1, &attributes(1))),
            request(&field(2, &attributes(9))),
            request(&field(2, &field(11, &attributes(3)))),
            request(&field(2, &field(13, &attributes(4)))),
            request(&field(2, &field(9, &field(2, &field(5, &attributes(1)))))),
            request(&field(2, &field(9, &field(2, &field(6, &attributes(1)))))),
        ] {
            assert_eq!(protobuf(&bytes), Err(TooMuch::Pieces));
        }
    }

    #[test]
    fn an_attribute_of_the_limit_is_allowed_and_one_more_byte_is_not() {
        for (number, outer) in [(9, None), (3, Some(11)), (4, Some(13))] {
            let of = |size: usize| {
                let attribute = field(number, &vec![b'x'; size]);
                request(&field(2, &outer.map_or(attribute.clone(), |outer| field(outer, &attribute))))
            };
            assert_eq!(protobuf(&of(MAX_ATTRIBUTE)), Ok(()));
            assert_eq!(protobuf(&of(MAX_ATTRIBUTE + 1)), Err(TooMuch::Attribute));
        }
        assert_eq!(protobuf(&field(1, &field(1, &field(1, &vec![0; MAX_ATTRIBUTE + 1])))), Err(TooMuch::Attribute));
    }

    #[test]
    fn log_records_are_counted_as_spans_are_and_their_bodies_as_attributes() {
        assert_eq!(logs(&request(&[2 << 3 | 2, 0].repeat(MAX_SPANS))), Ok(()));
        assert_eq!(logs(&request(&[2 << 3 | 2, 0].repeat(MAX_SPANS + 1))), Err(TooMuch::Spans));
        assert_eq!(logs(&request(&field(2, &[6 << 3 | 2, 0].repeat(MAX_PIECES)))), Err(TooMuch::Pieces));
        assert_eq!(logs(&request(&field(2, &field(5, &field(5, &[1 << 3 | 2, 0].repeat(MAX_PIECES)))))), Err(TooMuch::Pieces));
        assert_eq!(logs(&request(&field(2, &field(5, &vec![b'x'; MAX_ATTRIBUTE + 1])))), Err(TooMuch::Body));
    }

    #[test]
    fn the_depth_is_bounded() {
        assert_eq!(protobuf(&field(1, &nested(10_000))), Ok(()));
    }

    #[test]
    fn braces_count_in_json() {
        assert_eq!(json(&b"{}".repeat(MAX_PIECES)), Ok(()));
        assert_eq!(json(&b"{}".repeat(MAX_PIECES + 1)), Err(TooMuch::Pieces));
    }

    proptest! {
        #[test]
        fn garbage_is_left_to_the_decoder(bytes: Vec<u8>) {
            prop_assert_eq!(protobuf(&bytes), Ok(()));
        }
    }
}
