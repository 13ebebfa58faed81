//! Trace and span ids: one identity in all the spellings that people paste.

use std::fmt;
use std::hash::{Hash, Hasher};

/// The longest id that is taken, in bytes. Longer text is no id but an accident, such as a pasted document.
const MAX_LEN: usize = 512;

/// Names a trace, in whatever system it came from.
///
/// `1-5759e988-bd862e3fe1be46a994272793` (X-Ray) and `5759e988bd862e3fe1be46a994272793` (W3C) are the same trace and compare
/// equal; so are a 16-digit id and the same digits behind 16 zeros, as OpenTelemetry pads 64-bit ids. Any other text is an id of
/// its own (Honeycomb allows any). Shown in the spelling in which it came.
#[derive(Debug, Clone)]
pub struct TraceId {
    identity: Identity,
    spelling: Spelling,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    Bytes([u8; 16]),
    Text(Box<str>),
}

/// As derived, but of bytes in one step: every span of a trace is looked up several times.
impl Hash for Identity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Bytes(bytes) => state.write_u128(u128::from_ne_bytes(*bytes)),
            Self::Text(text) => text.hash(state),
        }
    }
}

/// How a trace id is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Spelling {
    /// 32 hex digits, or text as it is.
    #[default]
    W3c,
    /// `1-`, 8 hex digits, `-`, 24 hex digits.
    XRay,
    /// 16 hex digits.
    Short,
}

/// Why a text is not a trace id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// There is nothing there.
    #[error("a trace id cannot be empty")]
    Empty,
    /// Too long to be one.
    #[error("a trace id of {0} bytes is too long to be one")]
    TooLong(usize),
    /// White space or control characters.
    #[error("`{0}` contains characters that no trace id has")]
    Characters(String),
    /// A header or address that should hold an id and does not.
    #[error("no trace id in `{0}`")]
    Nothing(String),
}

impl TraceId {
    /// From the 16 bytes of OTLP and W3C.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self { identity: Identity::Bytes(bytes), spelling: Spelling::W3c }
    }

    /// From one id as a service or a document writes it: 32 or 16 hex digits, `1-8hex-24hex`, or any other text.
    pub fn from_text(text: &str) -> Self {
        if let Some(bytes) = hex_bytes::<16>(text) {
            return Self::from_bytes(bytes);
        }
        if let Some(bytes) = xray_bytes(text) {
            return Self { identity: Identity::Bytes(bytes), spelling: Spelling::XRay };
        }
        if let Some(half) = hex_bytes::<8>(text) {
            let mut bytes = [0; 16];
            bytes[8..].copy_from_slice(&half);
            return Self { identity: Identity::Bytes(bytes), spelling: Spelling::Short };
        }
        Self { identity: Identity::Text(text.into()), spelling: Spelling::W3c }
    }

    /// From what a person pastes: an id in any spelling, a `traceparent` or `X-Amzn-Trace-Id` header (with or without its
    /// name), or the address of a trace in the Honeycomb or X-Ray console.
    pub fn parse(pasted: &str) -> Result<Self, IdError> {
        let text = pasted.trim();
        if text.is_empty() {
            return Err(IdError::Empty);
        }
        if text.len() > MAX_LEN * 8 {
            return Err(IdError::TooLong(text.len()));
        }
        let nothing = || IdError::Nothing(text.chars().take(80).collect());
        if text.starts_with("https://") || text.starts_with("http://") {
            return id_of_address(text).ok_or_else(nothing);
        }
        let value = strip_header_name(text);
        if let Some(id) = id_of_traceparent(value) {
            return Ok(id);
        }
        if let Some(root) = amzn_field(value, "Root") {
            return xray_bytes(root).map(|_| Self::from_text(root)).ok_or_else(nothing);
        }
        if text.len() > MAX_LEN {
            return Err(IdError::TooLong(text.len()));
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(IdError::Characters(text.escape_debug().take(80).collect()));
        }
        Ok(Self::from_text(text))
    }

    /// The 16 bytes, where the id has them.
    pub fn bytes(&self) -> Option<[u8; 16]> {
        match &self.identity {
            Identity::Bytes(bytes) => Some(*bytes),
            Identity::Text(_) => None,
        }
    }

    /// How it is written.
    pub fn spelling(&self) -> Spelling {
        self.spelling
    }

    /// The same id, written otherwise. Text that is no hex id stays as it is, and so does a full id that should be short.
    #[must_use]
    pub fn spelled(mut self, spelling: Spelling) -> Self {
        let long = self.bytes().is_none_or(|bytes| bytes[..8] != [0; 8]);
        if !(matches!(self.identity, Identity::Text(_)) || (spelling == Spelling::Short && long)) {
            self.spelling = spelling;
        }
        self
    }

    /// The identity as text, the same for all spellings: 32 hex digits, or the text. What stores key by.
    pub fn canonical(&self) -> String {
        match &self.identity {
            Identity::Bytes(bytes) => hex(bytes),
            Identity::Text(text) => text.to_string(),
        }
    }

    /// Whether it could be one that W3C allows: not all zeros.
    pub fn is_valid(&self) -> bool {
        self.identity != Identity::Bytes([0; 16])
    }

    /// The hex digits with which the canonical form of an id begins, if `typed` may be the beginning of one in any spelling:
    /// `5759e9`, `1-5759e9`, `1-5759e988-bd`. For text that is no hex, the text itself.
    pub fn prefix(typed: &str) -> String {
        let dashed = typed.strip_prefix("1-").map(|rest| rest.replacen('-', "", 1));
        match dashed {
            Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit()) => digits.to_ascii_lowercase(),
            _ if typed.bytes().all(|b| b.is_ascii_hexdigit()) => typed.to_ascii_lowercase(),
            _ => typed.to_owned(),
        }
    }
}

impl PartialEq for TraceId {
    fn eq(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}

impl Eq for TraceId {}

impl Hash for TraceId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity.hash(state);
    }
}

impl PartialOrd for TraceId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for TraceId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.identity.cmp(&other.identity)
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.identity {
            Identity::Text(text) => f.pad(text),
            Identity::Bytes(bytes) => match self.spelling {
                Spelling::W3c => f.pad(&hex(bytes)),
                Spelling::XRay => f.pad(&format!("1-{}-{}", hex(&bytes[..4]), hex(&bytes[4..]))),
                Spelling::Short => f.pad(&hex(&bytes[8..])),
            },
        }
    }
}

/// Names a span within its trace: eight bytes, or any text where the sender wrote something else.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(Part);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Bytes([u8; 8]),
    Text(Box<str>),
}

/// As derived, but of bytes in one step.
impl Hash for Part {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Bytes(bytes) => state.write_u64(u64::from_ne_bytes(*bytes)),
            Self::Text(text) => text.hash(state),
        }
    }
}

impl SpanId {
    /// From the eight bytes of OTLP and W3C.
    pub fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(Part::Bytes(bytes))
    }

    /// From text: 16 hex digits are eight bytes, anything else is kept as it is.
    pub fn from_text(text: &str) -> Self {
        hex_bytes::<8>(text).map_or_else(|| Self(Part::Text(text.into())), Self::from_bytes)
    }

    /// The eight bytes, where the id has them.
    pub fn bytes(&self) -> Option<[u8; 8]> {
        match &self.0 {
            Part::Bytes(bytes) => Some(*bytes),
            Part::Text(_) => None,
        }
    }

    /// Whether it could be one that W3C allows: not all zeros, not empty.
    pub fn is_valid(&self) -> bool {
        match &self.0 {
            Part::Bytes(bytes) => *bytes != [0; 8],
            Part::Text(text) => !text.is_empty(),
        }
    }
}

impl Default for SpanId {
    fn default() -> Self {
        Self(Part::Bytes([0; 8]))
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Part::Bytes(bytes) => f.pad(&hex(bytes)),
            Part::Text(text) => f.pad(text),
        }
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpanId({self})")
    }
}

/// Bytes as lower-case hex digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Exactly `N` bytes from `2 N` hex digits of either case; `None` for anything else.
pub fn hex_bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = (high << 4 | low) as u8;
    }
    Some(bytes)
}

/// `1-5759e988-bd862e3fe1be46a994272793`.
fn xray_bytes(text: &str) -> Option<[u8; 16]> {
    let (time, unique) = text.strip_prefix("1-")?.split_once('-')?;
    let (time, unique) = (hex_bytes::<4>(time)?, hex_bytes::<12>(unique)?);
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&time);
    bytes[4..].copy_from_slice(&unique);
    Some(bytes)
}

/// `traceparent: …` and `X-Amzn-Trace-Id: …` as they are copied out of a log.
fn strip_header_name(text: &str) -> &str {
    match text.split_once(':') {
        Some((name, value)) if ["traceparent", "x-amzn-trace-id"].contains(&name.trim().to_ascii_lowercase().as_str()) => {
            value.trim()
        }
        _ => text,
    }
}

/// W3C Trace Context: `version-traceid-parentid-flags`; versions above 00 may carry more fields.
fn id_of_traceparent(text: &str) -> Option<TraceId> {
    let mut fields = text.split('-');
    let version = hex_bytes::<1>(fields.next()?)?;
    let id = hex_bytes::<16>(fields.next()?)?;
    hex_bytes::<8>(fields.next()?)?;
    hex_bytes::<1>(fields.next()?)?;
    let more = fields.next().is_some();
    (version != [0xff] && !(version == [0] && more)).then(|| TraceId::from_bytes(id))
}

/// A field of `Root=1-…;Parent=…;Sampled=1`.
fn amzn_field<'a>(text: &'a str, wanted: &str) -> Option<&'a str> {
    text.split(';').find_map(|field| {
        let (name, value) = field.split_once('=')?;
        name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim())
    })
}

/// `…/trace?trace_id=ID&…` (Honeycomb), `…#/traces/1-…` and `…#xray:traces/1-…` (X-Ray and CloudWatch).
fn id_of_address(text: &str) -> Option<TraceId> {
    let ends = |c: char| matches!(c, '&' | '#' | '?' | '/' | '~') || c.is_whitespace();
    for marker in ["trace_id=", "traces/"] {
        if let Some((_, rest)) = text.split_once(marker) {
            let id = rest.split(ends).next().unwrap_or_default();
            if !id.is_empty() && id.len() <= MAX_LEN && !id.chars().any(char::is_control) {
                return Some(TraceId::from_text(id));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const W3C: &str = "5759e988bd862e3fe1be46a994272793";
    const XRAY: &str = "1-5759e988-bd862e3fe1be46a994272793";

    #[test]
    fn every_spelling_that_people_paste_is_the_same_trace() {
        let pasted = [
            W3C.to_owned(),
            W3C.to_uppercase(),
            XRAY.to_owned(),
            format!("  {XRAY}\n"),
            format!("00-{W3C}-53995c3f42cd8ad8-01"),
            format!("traceparent: 00-{W3C}-53995c3f42cd8ad8-01"),
            format!("Root={XRAY};Parent=53995c3f42cd8ad8;Sampled=1"),
            format!("X-Amzn-Trace-Id: Self=1-00000000-000000000000000000000000;Root={XRAY}"),
            format!("https://ui.honeycomb.io/team/environments/prod/datasets/web/trace?trace_id={W3C}&trace_start_ts=1"),
            format!("https://us-east-1.console.aws.amazon.com/xray/home?region=us-east-1#/traces/{XRAY}"),
            format!("https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#xray:traces/{XRAY}?~(query~())"),
        ];
        for text in pasted {
            assert_eq!(TraceId::parse(&text), Ok(TraceId::from_text(W3C)), "{text}");
        }
    }

    #[test]
    fn an_id_is_shown_as_it_came() {
        for text in [W3C, XRAY, "bd862e3fe1be46a9", "any-string.at/all", "1-2-3"] {
            assert_eq!(TraceId::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_64_bit_id_is_padded_with_zeros() {
        assert_eq!(TraceId::from_text("bd862e3fe1be46a9"), TraceId::from_text("0000000000000000bd862e3fe1be46a9"));
        assert_eq!(TraceId::from_text(W3C).spelled(Spelling::Short).to_string(), W3C, "a full id has no short spelling");
    }

    #[test]
    fn what_cannot_be_an_id_is_refused_with_the_reason() {
        assert_eq!(TraceId::parse("  "), Err(IdError::Empty));
        assert_eq!(TraceId::parse("two words"), Err(IdError::Characters("two words".into())));
        assert_eq!(TraceId::parse("a\u{1b}[31m"), Err(IdError::Characters("a\\u{1b}[31m".into())));
        assert!(matches!(TraceId::parse(&"x".repeat(600)), Err(IdError::TooLong(600))));
        assert!(matches!(TraceId::parse("https://example.com/"), Err(IdError::Nothing(_))));
        assert!(matches!(TraceId::parse("Root=garbage;Parent=1"), Err(IdError::Nothing(_))));
    }

    #[test]
    fn the_beginning_of_an_id_may_be_typed_in_either_spelling() {
        for typed in ["5759e988bd", "5759E988BD", "1-5759e988-bd"] {
            assert!(W3C.starts_with(&TraceId::prefix(typed)), "{typed}");
        }
        assert_eq!(TraceId::prefix("checkout-7"), "checkout-7");
    }

    proptest! {
        #[test]
        fn all_spellings_of_the_same_bytes_are_equal_and_read_back(bytes: [u8; 16]) {
            let id = TraceId::from_bytes(bytes);
            for spelling in [Spelling::W3c, Spelling::XRay, Spelling::Short] {
                let text = id.clone().spelled(spelling).to_string();
                let read = TraceId::parse(&text).unwrap();
                prop_assert_eq!(&read, &id);
                prop_assert_eq!(read.to_string(), text);
                prop_assert_eq!(read.canonical(), id.canonical());
            }
        }

        #[test]
        fn pasted_text_never_panics(text: String) {
            TraceId::parse(&text).ok();
            TraceId::prefix(&text);
        }

        #[test]
        fn any_text_is_some_id_and_stays_as_it_is(text in "[a-zA-Z0-9._/+=-]{1,40}") {
            prop_assert_eq!(TraceId::from_text(&text).to_string().to_lowercase(), text.to_lowercase());
        }

        #[test]
        fn span_ids_read_back(bytes: [u8; 8], text in "[g-z]{0,20}") {
            let id = SpanId::from_bytes(bytes);
            prop_assert_eq!(SpanId::from_text(&id.to_string()), id);
            prop_assert_eq!(SpanId::from_text(&text).to_string(), text);
        }
    }
}
