//! Bytes that are nearly HTTP/1.1: what RFC 9112 says a server has to refuse, so that nobody between it and the client can take a
//! part of a body for a request of its own.

use super::mutate::{Dice, mutated};

/// Bytes, and the statuses of all the answers that come until the connection is closed.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) statuses: Vec<u16>,
    /// The client ends the connection behind them: without that, more could come.
    pub(super) hang_up: bool,
}

/// Requests to one path. `good` is a body that would be taken there, and `taken` the status that says so.
pub(super) struct Target<'a> {
    pub(super) path: &'a str,
    pub(super) kind: &'a str,
    pub(super) good: &'a [u8],
    pub(super) taken: u16,
    /// The status that says that a body did not arrive whole.
    pub(super) incomplete: u16,
}

impl Target<'_> {
    /// A request with these lines below those that every request has, and these bytes behind them.
    fn request(&self, lines: &str, body: &[u8]) -> Vec<u8> {
        let head = format!("POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: {}\r\n{lines}\r\n", self.path, self.kind);
        [head.as_bytes(), body].concat()
    }

    /// A good one, after which the connection ends.
    pub(super) fn whole(&self) -> Vec<u8> {
        self.request(&format!("Content-Length: {}\r\nConnection: close\r\n", self.good.len()), self.good)
    }

    fn chunks(&self) -> Vec<u8> {
        [format!("{:x}\r\n", self.good.len()).as_bytes(), self.good, b"\r\n0\r\n\r\n"].concat()
    }

    /// A good one in chunks.
    fn chunked(&self, lines: &str) -> Vec<u8> {
        self.request(&format!("Transfer-Encoding: chunked\r\nConnection: close\r\n{lines}"), &self.chunks())
    }

    /// What is refused, by hand.
    #[expect(clippy::too_many_lines, reason = "a table")]
    pub(super) fn broken(&self) -> Vec<Broken> {
        let length = self.good.len();
        let with = |lines: &str| self.request(lines, self.good);
        let sized = |lines: &str| with(&format!("Content-Length: {length}\r\n{lines}"));
        let chunks = |body: &[u8]| self.request("Transfer-Encoding: chunked\r\n", body);
        let line = |line: &str| [line.as_bytes(), b"\r\nHost: x\r\nContent-Length: 0\r\n\r\n"].concat();
        // A second request behind it, for a server that ends the first one too early.
        let smuggled = |lines: &str| self.request(lines, &[self.chunks().as_slice(), &self.whole()].concat());
        let refused: Vec<(&str, Vec<u8>)> = vec![
            ("no request line", b"\r\n\r\n\x00".to_vec()),
            ("binary", (0..=255).collect()),
            ("TLS", b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03".to_vec()),
            ("a method of control characters", line("P\x01ST / HTTP/1.1")),
            ("a method of brackets", line("{} / HTTP/1.1")),
            ("no target", line("POST HTTP/1.1")),
            ("no version", line("POST /")),
            ("a version that is none", line("POST / HTTP/x")),
            ("version 3.0", line("POST / HTTP/3.0")),
            ("version 1.10", line("POST / HTTP/1.10")),
            ("another protocol", line("POST / RTSP/1.0")),
            ("a target with a control character", line("POST /\x7f HTTP/1.1")),
            ("two targets", line("POST / / HTTP/1.1")),
            ("a name with a blank before the colon", sized("X-A : 1\r\n")),
            ("a name with a control character", sized("X\x01A: 1\r\n")),
            ("a name of nothing", sized(": 1\r\n")),
            ("a line without a colon", sized("oops\r\n")),
            ("a value with a zero", sized("X-A: a\0b\r\n")),
            ("a value with a lone line end", sized("X-A: a\rb\r\n")),
            ("a value on two lines", sized("X-A: a\r\n b\r\n")),
            ("a length that is text", with("Content-Length: ten\r\n")),
            ("a length that is negative", with("Content-Length: -1\r\n")),
            ("a length with a plus", with("Content-Length: +5\r\n")),
            ("a length in hex", with("Content-Length: 0x10\r\n")),
            ("a length of nothing", with("Content-Length:\r\n")),
            ("a length beyond all", with("Content-Length: 99999999999999999999999\r\n")),
            ("a length with a fraction", with("Content-Length: 1.0\r\n")),
            ("two lengths", sized("Content-Length: 1\r\n")),
            ("two lengths in one", with(&format!("Content-Length: {length}, 1\r\n"))),
            ("chunked, and then something else", smuggled("Transfer-Encoding: chunked, identity\r\n")),
            ("something that is not chunked", smuggled("Transfer-Encoding: xchunked\r\n")),
            ("chunked behind a control character", smuggled("Transfer-Encoding: \x0bchunked\r\n")),
            ("chunked twice", smuggled("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")),
            ("chunked with a blank before the colon", smuggled("Transfer-Encoding : chunked\r\n")),
        ];
        let broken_chunks: Vec<(&str, Vec<u8>)> = vec![
            ("a chunk's length that is none", chunks(b"xyz\r\nabc\r\n0\r\n\r\n")),
            ("a chunk's length of nothing", chunks(b"\r\nabc\r\n0\r\n\r\n")),
            ("a chunk's length that is negative", chunks(b"-1\r\nabc\r\n0\r\n\r\n")),
            ("a chunk's length beyond all", chunks(b"ffffffffffffffffff\r\nabc\r\n0\r\n\r\n")),
            ("a chunk's length with 0x", chunks(b"0x3\r\nabc\r\n0\r\n\r\n")),
            ("a chunk that is longer than it says", chunks(b"1\r\nabc\r\n0\r\n\r\n")),
            ("a chunk without a line end", chunks(b"3\r\nabc0\r\n\r\n")),
            ("a trailer that is none", chunks(b"0\r\noops oops\0\r\n\r\n")),
        ];
        let cut: Vec<(&str, Vec<u8>)> = vec![
            ("nothing", Vec::new()),
            ("half a request line", b"POST /v1".to_vec()),
            ("half a head", b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-".to_vec()),
            ("a head without its last line", b"POST /v1/traces HTTP/1.1\r\nHost: x\r\n".to_vec()),
        ];
        let cut_bodies: Vec<(&str, Vec<u8>)> = vec![
            ("a body that ends too early", with(&format!("Content-Length: {}\r\n", length + 10))),
            ("a body that never begins", self.request(&format!("Content-Length: {length}\r\n"), b"")),
            ("chunks without the last", chunks(b"3\r\nabc\r\n")),
            ("a chunk that ends too early", chunks(b"ff\r\nabc")),
            ("half a chunk's length", chunks(b"f")),
            ("a length of which nobody has so much", self.request("Content-Length: 9223372036854775807\r\n", b"x")),
        ];
        let case = |hang_up, status: Option<u16>| {
            move |(name, bytes): (&str, Vec<u8>)| Broken {
                name: name.to_owned(),
                bytes,
                statuses: status.into_iter().collect(),
                hang_up,
            }
        };
        let mut all: Vec<_> = refused.into_iter().map(case(false, Some(400))).collect();
        all.extend(broken_chunks.into_iter().map(case(false, Some(self.incomplete))));
        all.extend(cut.into_iter().map(case(true, None)));
        all.extend(cut_bodies.into_iter().map(case(true, Some(self.incomplete))));
        let many = "X-A: b\r\n".repeat(1000);
        let long = format!("X-A: {}\r\n", "b".repeat(1 << 20));
        for (name, bytes, statuses) in [
            ("a target that is a host", line("POST nowhere HTTP/1.1"), vec![404]),
            ("a thousand headers", sized(&many), vec![431]),
            ("a header of a megabyte", sized(&long), vec![431]),
            ("a target of a megabyte", line(&format!("POST /{} HTTP/1.1", "x".repeat(1 << 20))), vec![431]),
            (
                "good, then binary",
                [self.request(&format!("Content-Length: {length}\r\n"), self.good), vec![0; 32]].concat(),
                vec![self.taken, 400],
            ),
            (
                "chunked, and a length that hides a request",
                smuggled("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n"),
                vec![self.taken],
            ),
            (
                "a length, and chunked that hides a request",
                smuggled("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
                vec![self.taken],
            ),
            ("good, in chunks", self.chunked(""), vec![self.taken]),
        ] {
            all.push(Broken { name: name.to_owned(), bytes, statuses, hang_up: false });
        }
        all
    }

    /// Heads that have been damaged on their way; what is to become of each is not known.
    pub(super) fn damaged(&self, seed: u64) -> Vec<Vec<u8>> {
        let whole = self.whole();
        let head = whole.len() - self.good.len();
        let mut dice = Dice::new(seed);
        (0..80).map(|_| [mutated(&mut dice, &whole[..head]), self.good.to_vec()].concat()).collect()
    }
}
