//! SIGINT, SIGTERM and SIGHUP: what they end, and to whom they are passed on.

use std::io::IsTerminal as _;
use std::process::ExitStatus;

use tokio::process::Child;
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::{Failure, Kind, OrFail};

/// The signals that ask a program to stop.
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

#[cfg(unix)]
impl Stop {
    /// From now on these signals are ours.
    pub(super) fn listen() -> Result<Self, Failure> {
        let doing = || "cannot listen for signals".to_owned();
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).or_fail(Kind::Internal, doing)?,
            terminate: signal(SignalKind::terminate()).or_fail(Kind::Internal, doing)?,
        })
    }

    /// Returns at the next one.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Ctrl-C, where there are no signals.
#[cfg(not(unix))]
#[derive(Debug)]
pub(super) struct Stop;

#[cfg(not(unix))]
impl Stop {
    pub(super) fn listen() -> Result<Self, Failure> {
        Ok(Self)
    }

    pub(super) async fn next(&mut self) {
        // Without a console there is nobody to press it.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// The signals that are a wrapped command's business.
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct PassOn {
    interrupt: Signal,
    quit: Signal,
    terminate: Signal,
    hangup: Signal,
}

#[cfg(unix)]
impl PassOn {
    /// From now on these signals do not end us. Call it before the command is started: one that comes between would end us and
    /// leave the command behind.
    pub(super) fn listen() -> Result<Self, Failure> {
        let doing = || "cannot listen for signals".to_owned();
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).or_fail(Kind::Internal, doing)?,
            quit: signal(SignalKind::quit()).or_fail(Kind::Internal, doing)?,
            terminate: signal(SignalKind::terminate()).or_fail(Kind::Internal, doing)?,
            hangup: signal(SignalKind::hangup()).or_fail(Kind::Internal, doing)?,
        })
    }

    /// Waits for the command; what reaches us until then is passed on to it.
    pub(super) async fn until_end(mut self, mut child: Child) -> Result<ExitStatus, Failure> {
        use rustix::process::{Pid, Signal as Number, kill_process};
        // A terminal sends Ctrl-C and Ctrl-\ to the child too: twice would mean something else to many programs.
        let on_terminal = std::io::stdin().is_terminal();
        let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        loop {
            let number = tokio::select! {
                status = child.wait() => return status.or_fail(Kind::Internal, || "cannot wait for the command".to_owned()),
                _ = self.interrupt.recv() => (!on_terminal).then_some(Number::INT),
                _ = self.quit.recv() => (!on_terminal).then_some(Number::QUIT),
                _ = self.terminate.recv() => Some(Number::TERM),
                _ = self.hangup.recv() => Some(Number::HUP),
            };
            if let (Some(pid), Some(number)) = (pid, number) {
                // It may have ended at this very moment, which the next turn finds out.
                kill_process(pid, number).ok();
            }
        }
    }
}

/// Nothing is passed on where there are no signals.
#[cfg(not(unix))]
#[derive(Debug)]
pub(super) struct PassOn;

#[cfg(not(unix))]
impl PassOn {
    pub(super) fn listen() -> Result<Self, Failure> {
        Ok(Self)
    }

    pub(super) async fn until_end(self, mut child: Child) -> Result<ExitStatus, Failure> {
        child.wait().await.or_fail(Kind::Internal, || "cannot wait for the command".to_owned())
    }
}

/// The future's answer; `None` when somebody asks us to stop first, or did since the last time.
pub(super) async fn interrupted<T>(stop: &mut Stop, future: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        () = stop.next() => None,
        answer = future => Some(answer),
    }
}
