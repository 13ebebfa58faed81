//! A receiver that is measured, and a client for it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::support::PROGRAM;

/// A receiver with this store, on a free port, with these arguments besides.
pub(crate) fn start(folder: &Path, store: &Path, more: &[&str]) -> (Child, SocketAddr) {
    let mut child = Command::new(PROGRAM)
        .args(["collect", "--otlp-http", "127.0.0.1:0", "--otlp-grpc", "off", "--zipkin", "off", "--xray", "off"])
        .args(more)
        .env_clear()
        .env("HOME", folder)
        .env("CRUDDUR_TRACE_STORE", store)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program is built");
    let address = listening(&mut child);
    (child, address)
}

pub(crate) fn stop(child: &mut Child) {
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill is there");
    child.wait().expect("it is our child");
}

/// The address that the receiver says it listens on.
fn listening(child: &mut Child) -> SocketAddr {
    let mut stderr = child.stderr.take().expect("it was piped");
    let mut said = String::new();
    let address = loop {
        let mut byte = [0];
        assert_eq!(stderr.read(&mut byte).expect("it can be read"), 1, "it ended: {said}");
        said.push(char::from(byte[0]));
        if byte[0] == b'\n'
            && let Some((_, rest)) = said.split_once("http://")
        {
            break rest.trim().parse().expect("an address");
        }
    };
    // Whatever else it says must not block it.
    std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
    address
}

pub(crate) fn connect(to: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(to).expect("it listens");
    stream.set_nodelay(true).expect("a TCP option");
    stream
}

/// Sends a request, and answers the status of its answer.
pub(crate) fn post(stream: &mut TcpStream, body: &[u8]) -> u16 {
    let head = format!(
        "POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-protobuf\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("it takes the head");
    stream.write_all(body).expect("it takes the body");
    let mut answer = Vec::new();
    let mut buffer = [0; 1024];
    let end = loop {
        if let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        let read = stream.read(&mut buffer).expect("it answers");
        assert!(read > 0, "it closed the connection");
        answer.extend_from_slice(&buffer[..read]);
    };
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    let length = head.split_once("content-length: ").and_then(|(_, rest)| rest.lines().next()?.trim().parse().ok());
    let mut left = length.unwrap_or(0_usize).saturating_sub(answer.len() - end);
    while left > 0 {
        let read = stream.read(&mut buffer[..left.min(1024)]).expect("it answers");
        assert!(read > 0, "it closed the connection");
        left -= read;
    }
    head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
}
