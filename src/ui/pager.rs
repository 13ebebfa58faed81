//! Long output in the user's pager.

use std::io::{self, Write as _};
use std::process::{Command, Stdio};

/// Shows a text, in pieces that follow each other, in the pager and waits until the user has left it.
///
/// # Errors
///
/// The pager could not be started, or could not be used (a shell's 126 and 127); nothing was shown then.
pub(crate) fn show(words: &[String], pieces: &[impl AsRef<str>], less_is_set_up: bool) -> io::Result<()> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(io::Error::other("no pager is named"));
    };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped());
    if !less_is_set_up {
        // For `PAGER=less`, as git does it: leave at once if all fits, keep colours, leave the text on the screen.
        command.env("LESS", "FRX");
    }
    let interrupts = hold_interrupts();
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // The user may leave before the end: that is what a pager is for.
        pieces.iter().try_for_each(|piece| stdin.write_all(piece.as_ref().as_bytes())).or_else(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => Ok(()),
            _ => Err(error),
        })?;
    }
    let status = child.wait()?;
    drop(interrupts);
    match status.code() {
        Some(code @ (126 | 127)) => Err(io::Error::other(format!("`{program}` ended with {code}"))),
        _ => Ok(()),
    }
}

/// Ctrl-C belongs to the pager while it is open. If it ended us, the pager and the shell would fight for the keyboard.
#[cfg(unix)]
fn hold_interrupts() -> Option<tokio::signal::unix::Signal> {
    // Only where there is a runtime to deliver it to.
    tokio::runtime::Handle::try_current().ok()?;
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt()).ok()
}

#[cfg(not(unix))]
fn hold_interrupts() {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn words(command: &[&str]) -> Vec<String> {
        command.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_pager_reads_all_of_the_text() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shown");
        let command = format!("cat > {} && test \"$LESS\" = FRX", file.display());
        show(&words(&["sh", "-c", &command]), &["one\n", "two\n"], false).unwrap();
        assert_eq!(std::fs::read_to_string(file).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn leaving_the_pager_early_is_no_error() {
        show(&words(&["true"]), &["x".repeat(1 << 20)], true).unwrap();
    }

    #[test]
    fn a_pager_that_cannot_be_started_is_an_error() {
        assert!(show(&words(&["/nonexistent/pager"]), &["text"], true).is_err());
        assert!(show(&words(&["sh", "-c", "exit 127"]), &["text"], true).is_err());
        assert!(show(&[], &["text"], true).is_err());
    }
}
