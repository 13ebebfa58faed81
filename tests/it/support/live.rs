//! A command that runs on while the test goes on.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

use super::{CommandOutput, Home, PATIENCE};

/// A running command, whose stdout is read line by line.
pub(crate) struct Live<'a> {
    home: &'a Home,
    child: Child,
    lines: Receiver<String>,
    seen: String,
}

impl<'a> Live<'a> {
    /// Starts it, with nothing on stdin.
    pub(crate) fn start(home: &'a Home, mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        let stdout = BufReader::new(child.stdout.take().expect("it was asked for"));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { home, child, lines, seen: String::new() }
    }

    /// The next line of stdout, as soon as it is there.
    #[track_caller]
    pub(crate) fn line(&mut self) -> String {
        let line = self.lines.recv_timeout(PATIENCE);
        let line = line.unwrap_or_else(|_| panic!("no further line came after:\n{}", self.seen));
        self.seen.push_str(&line);
        self.seen.push('\n');
        line
    }

    /// Whether it ends by itself within that time.
    pub(crate) fn ends_within(&mut self, time: std::time::Duration) -> bool {
        let begun = std::time::Instant::now();
        while begun.elapsed() < time {
            if self.child.try_wait().expect("it can be waited for").is_some() {
                return true;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        false
    }

    /// As if the user had pressed Ctrl-C.
    #[cfg(unix)]
    pub(crate) fn interrupt(&self) {
        let process = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(process, rustix::process::Signal::INT).expect("it is running");
    }

    /// Waits for its end; what it printed is all that it printed.
    #[track_caller]
    pub(crate) fn end(mut self) -> CommandOutput {
        // Its stdout is closed when it ends.
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    self.seen.push_str(&line);
                    self.seen.push('\n');
                }
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end after:\n{}", self.seen),
            }
        }
        let mut stderr = Vec::new();
        let mut pipe = self.child.stderr.take().expect("it was asked for");
        pipe.read_to_end(&mut stderr).expect("a pipe can be read");
        let status = self.child.wait().expect("it was started");
        let seen = std::mem::take(&mut self.seen);
        CommandOutput::new(&Output { status, stdout: seen.into_bytes(), stderr }, self.home.folder.path())
    }
}

impl Drop for Live<'_> {
    fn drop(&mut self) {
        // A test that failed leaves nobody behind; one that did not has waited for the end.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
