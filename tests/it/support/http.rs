//! A client of HTTP/1.1 that sends exactly what a test says, and nothing of its own.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

pub(crate) const PROTOBUF: &str = "application/x-protobuf";
pub(crate) const JSON: &str = "application/json";

/// Longer than the receiver takes for anything.
const PATIENCE: Duration = Duration::from_secs(45);

/// A connection that stays open from one request to the next.
#[derive(Debug)]
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(to: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(to)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Sends a request and reads the answer. An error where the other side is gone.
    pub(crate) fn request(&mut self, line: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<Answer> {
        let mut head = format!("{line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str("\r\n");
        // One segment where it fits: a body of its own would wait for the acknowledgement of the head.
        let message = [head.as_bytes(), body].concat();
        let written = self.stream.get_mut().write_all(&message);
        // Who refuses may answer before everything is sent, and then no longer reads.
        self.answer().map_err(|error| written.err().unwrap_or(error))
    }

    /// Sends traces.
    pub(crate) fn traces(&mut self, kind: &str, body: &[u8]) -> io::Result<Answer> {
        self.request("POST /v1/traces", &[("Content-Type", kind)], body)
    }

    fn answer(&mut self) -> io::Result<Answer> {
        let mut head = String::new();
        loop {
            let before = head.len();
            if self.stream.read_line(&mut head)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if head[before..].trim_end().is_empty() {
                break;
            }
        }
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
        let mut answer = Answer { status, head, body: Vec::new() };
        let length = answer.header("content-length").and_then(|text| text.parse().ok()).unwrap_or_default();
        answer.body.resize(length, 0);
        self.stream.read_exact(&mut answer.body)?;
        Ok(answer)
    }
}

impl Answer {
    pub(crate) fn header(&self, wanted: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find_map(|(name, value)| name.eq_ignore_ascii_case(wanted).then(|| value.trim()))
    }

    /// The body, as far as it is text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends these bytes and nothing of its own over a connection of their own, and hears every answer until the other side closes. With
/// `hang_up`, nothing more can be expected to come behind them. An answer that is cut off counts as none.
#[track_caller]
pub(crate) fn exchange(to: SocketAddr, bytes: &[u8], hang_up: bool) -> Vec<Answer> {
    let mut client = Client::connect(to).expect("the receiver listens");
    // Who refuses may close before everything is sent.
    client.stream.get_mut().write_all(bytes).ok();
    if hang_up {
        client.stream.get_mut().shutdown(std::net::Shutdown::Write).ok();
    }
    let mut answers = Vec::new();
    loop {
        match client.answer() {
            Ok(answer) => {
                answers.push(answer);
                // Where the connection stays open, what was sent behind the request is answered, and then nothing more can come.
                client.stream.get_mut().shutdown(std::net::Shutdown::Write).ok();
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => {
                return answers;
            }
            Err(error) => panic!("neither an answer nor the end: {error}, after {answers:?}"),
        }
    }
}

/// Sends traces over a connection of its own.
#[track_caller]
pub(crate) fn post(to: SocketAddr, kind: &str, body: &[u8]) -> Answer {
    request(to, "POST /v1/traces", &[("Content-Type", kind)], body)
}

/// Sends any request over a connection of its own.
#[track_caller]
pub(crate) fn request(to: SocketAddr, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut client = Client::connect(to).expect("the receiver listens");
    client.request(line, headers, body).expect("the receiver answers")
}
