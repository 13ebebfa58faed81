//! A running `collect`.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver as Queue, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::{CommandOutput, Home, PATIENCE};

/// A `collect` on free ports; killed when dropped.
#[derive(Debug)]
pub(crate) struct Receiver {
    child: Child,
    said: Queue<String>,
    /// What it has said so far.
    stderr: String,
    home: std::path::PathBuf,
    otlp: Option<SocketAddr>,
    otlp_grpc: Option<SocketAddr>,
    zipkin: Option<SocketAddr>,
    xray: Option<SocketAddr>,
}

impl Receiver {
    /// Starts one with these arguments behind those that give it free ports, and waits until it listens.
    #[track_caller]
    pub(crate) fn start(home: &Home, more: &[&str]) -> Self {
        let doors = ["--otlp-http", "--otlp-grpc", "--zipkin", "--xray"].map(|door| [door, "127.0.0.1:0"]);
        let arguments: Vec<_> = ["collect"].iter().chain(doors.as_flattened()).chain(more).collect();
        let mut command = home.command(arguments);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
        let said = lines(child.stderr.take().expect("it is piped"));
        let mut receiver = Self {
            child,
            said,
            stderr: String::new(),
            home: home.folder.path().to_owned(),
            otlp: None,
            otlp_grpc: None,
            zipkin: None,
            xray: None,
        };
        while let Some(line) = receiver.next_line() {
            if let Some((_, address)) = line.split_once("OTLP/HTTP on ").and_then(|(_, url)| url.split_once("://")) {
                receiver.otlp = address.trim().parse().ok();
            } else if let Some((_, address)) = line.split_once("OTLP/gRPC on ").and_then(|(_, url)| url.split_once("://")) {
                receiver.otlp_grpc = address.trim().parse().ok();
            } else if let Some((_, url)) = line.split_once("Zipkin's spans on ").and_then(|(_, url)| url.split_once("://")) {
                receiver.zipkin = url.split('/').next().and_then(|address| address.parse().ok());
            } else if let Some((_, rest)) = line.split_once("X-Ray segments on ") {
                receiver.xray = rest.split(' ').next().and_then(|address| address.parse().ok());
            } else if line.contains("Ctrl-C stops") {
                return receiver;
            }
        }
        panic!("the receiver does not listen:\n{}", receiver.stderr);
    }

    /// Where OTLP goes.
    #[track_caller]
    pub(crate) fn otlp(&self) -> SocketAddr {
        self.otlp.expect("it was not switched off")
    }

    /// Where OTLP over gRPC goes.
    #[track_caller]
    pub(crate) fn otlp_grpc(&self) -> SocketAddr {
        self.otlp_grpc.expect("it was not switched off")
    }

    /// Where Zipkin's spans go.
    #[track_caller]
    pub(crate) fn zipkin(&self) -> SocketAddr {
        self.zipkin.expect("it was not switched off")
    }

    /// Where X-Ray documents go.
    #[track_caller]
    pub(crate) fn xray(&self) -> SocketAddr {
        self.xray.expect("it was not switched off")
    }

    /// What it has said until it listened.
    pub(crate) fn said(&self) -> &str {
        &self.stderr
    }

    /// Waits until it says this.
    #[track_caller]
    pub(crate) fn until_it_says(&mut self, what: &str) {
        while !self.stderr.contains(what) {
            assert!(self.next_line().is_some(), "it ends without saying {what:?}:\n{}", self.stderr);
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL: it can do nothing about it.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it has ended");
    }

    /// Asks it to stop, and answers how it ended and what it said.
    #[cfg(unix)]
    #[track_caller]
    pub(crate) fn stop(self, signal: rustix::process::Signal) -> CommandOutput {
        super::signal(self.pid(), signal);
        self.end()
    }

    /// Waits until it has ended by itself.
    #[track_caller]
    pub(crate) fn end(mut self) -> CommandOutput {
        while self.next_line().is_some() {}
        let status = self.child.wait().expect("it has ended");
        let output = std::process::Output { status, stdout: Vec::new(), stderr: self.stderr.clone().into_bytes() };
        CommandOutput::new(&output, self.home.as_path())
    }

    /// The next line that it says; `None` when it says no more.
    #[track_caller]
    fn next_line(&mut self) -> Option<String> {
        match self.said.recv_timeout(PATIENCE) {
            Ok(line) => {
                self.stderr.push_str(&line);
                Some(line)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("it neither ends nor speaks:\n{}", self.stderr),
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The lines of a stream, as they come.
pub(crate) fn lines(stream: impl std::io::Read + Send + 'static) -> Queue<String> {
    let (say, said) = channel();
    std::thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        while stream.read_line(&mut line).is_ok_and(|length| length > 0) {
            if say.send(std::mem::take(&mut line)).is_err() {
                return;
            }
        }
    });
    said
}

/// Waits until something holds.
#[track_caller]
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
