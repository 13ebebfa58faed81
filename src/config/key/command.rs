//! A command that prints a secret.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use super::MOST_BYTES;
use super::place::looks_like_a_secret;
use crate::config::setting::Setting;
use crate::error::{Failure, Kind, OrFail as _};

/// How much of what a command says of its failure is told, in characters.
const MOST_SAID: usize = 400;
/// How long it may go on to say why, after it has ended: what it started may hold its stderr open.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A program and its arguments; nothing where there is none. `{:?}` has the program only: the arguments may be secrets too.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct KeyCommand(Vec<String>);

impl KeyCommand {
    pub(super) fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// What may be told of it.
    pub(super) fn safe(&self) -> String {
        match &self.0[..] {
            [] => String::new(),
            [program] => program.clone(),
            [program, ..] => format!("{program} …"),
        }
    }

    /// A program that is a path is found as the paths of the configuration file are; elsewhere, only one in the home directory is.
    pub(super) fn with_program_in(mut self, in_config: impl Fn(&Path) -> PathBuf, of_file: bool) -> Self {
        if let Some(program) = self.0.first_mut()
            && (program.starts_with("~/") || (of_file && program.contains('/')))
        {
            *program = in_config(Path::new(program.as_str())).display().to_string();
        }
        self
    }

    /// What it prints, without a shell and with nothing on stdin, in so long.
    pub(super) async fn output(&self, what: &str, patience: Duration) -> Result<String, Failure> {
        let safe = self.safe();
        let [program, arguments @ ..] = &self.0[..] else { return Ok(String::new()) };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| {
            let failure = Failure::from_error(Kind::Config, error).context(format!("cannot run `{safe}` for the {what}"));
            failure.hint("it is run without a shell: its first word is the name or the path of a program")
        })?;
        let ended = tokio::time::timeout(patience, until_end(&mut child)).await;
        let Ok(ended) = ended else {
            child.kill().await.ok();
            let late = humantime::format_duration(patience);
            let failure = Failure::unanswerable(format!("`{safe}` was to print the {what}, and did not end within {late}"));
            return Err(failure.hint("--timeout says how long it may take; it is given nothing on stdin, and cannot ask"));
        };
        let (status, printed, said) = ended.or_fail(Kind::Unanswerable, || format!("cannot read what `{safe}` prints"))?;
        if !status.success() {
            let how = status.code().map_or_else(|| "was killed".to_owned(), |code| format!("ended with {code}"));
            let said = redacted(&said, &printed);
            let why = if said.is_empty() { ", and said nothing".to_owned() } else { format!(": {said}") };
            return Err(Failure::unanswerable(format!("`{safe}` was to print the {what}, and {how}{why}")));
        }
        if printed.len() as u64 > MOST_BYTES {
            return Err(Failure::config(format!("`{safe}` was to print the {what}, and printed more than 64 KiB")));
        }
        Ok(printed)
    }
}

impl fmt::Debug for KeyCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyCommand({})", self.safe())
    }
}

impl Setting for KeyCommand {
    fn read(text: &str) -> Result<Self, String> {
        if let Some(sign) = of_a_shell(text) {
            return Err(format!(
                "it is run without a shell, which alone knows what `{sign}` means: quote it, or write `sh -c '…'`"
            ));
        }
        let words = shlex::split(text).ok_or("a quotation mark is not closed")?;
        match &words[..] {
            [program, ..] if program.is_empty() => Err("expected a command, whose first word is a program".to_owned()),
            [only] if looks_like_a_secret(only) => Err("expected a command, and this looks like the key itself".to_owned()),
            _ => Ok(Self(words)),
        }
    }

    fn show(&self) -> String {
        self.safe()
    }

    fn quoted(text: &str) -> String {
        match text.split_whitespace().next() {
            Some(program) if !looks_like_a_secret(program) && !program.contains(['\'', '"', '=']) => format!("{program} …"),
            _ => "…".to_owned(),
        }
    }
}

/// The first sign that a shell would have understood, and that nobody understands without one.
fn of_a_shell(text: &str) -> Option<char> {
    let (mut quote, mut escaped, mut begins) = (None, false, true);
    let mut words = 0;
    for sign in text.chars() {
        let began = std::mem::replace(&mut begins, sign.is_whitespace() && quote.is_none() && !escaped);
        if began && !begins {
            words += 1;
        }
        match (sign, quote) {
            _ if std::mem::take(&mut escaped) => {}
            ('\\', None | Some('"')) => escaped = true,
            (_, Some(open)) if sign == open => quote = None,
            ('$' | '`', None | Some('"')) | ('|' | '&' | ';' | '<' | '>', None) => return Some(sign),
            // The program may be one in the home directory.
            ('~', None) if began && words > 1 => return Some(sign),
            ('\'' | '"', None) => quote = Some(sign),
            _ => {}
        }
    }
    None
}

/// How it ended, what it printed, and what it said of a failure. Both are cut, and read to their ends all the same.
async fn until_end(child: &mut Child) -> std::io::Result<(ExitStatus, String, String)> {
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let said = tokio::spawn(async move {
        match err {
            Some(err) => beginning(err).await.unwrap_or_default(),
            None => String::new(),
        }
    });
    let printed = match out {
        Some(out) => beginning(out).await?,
        None => String::new(),
    };
    let status = child.wait().await?;
    // What it says of a success is of no interest, as is what it leaves behind.
    let patience = if status.success() { Duration::ZERO } else { LAST_WORDS };
    let said = tokio::time::timeout(patience, said).await.ok().and_then(Result::ok).unwrap_or_default();
    Ok((status, printed, said))
}

/// A little more than may be there, of all that comes.
async fn beginning(mut stream: impl AsyncRead + Unpin) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    (&mut stream).take(MOST_BYTES + 1).read_to_end(&mut bytes).await?;
    tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What a command said, in one line and without anything that it printed or that looks like a key.
fn redacted(said: &str, printed: &str) -> String {
    let without =
        printed.split_whitespace().filter(|word| word.len() >= 4).fold(said.to_owned(), |said, word| said.replace(word, "…"));
    let mut line = String::new();
    for word in without.split_whitespace() {
        let separator = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        if !line.is_empty() {
            line.push(' ');
        }
        for part in word.split_inclusive(separator) {
            let end = part.trim_end_matches(separator).len();
            line.push_str(if looks_like_a_secret(&part[..end]) { "…" } else { &part[..end] });
            line.push_str(&part[end..]);
        }
    }
    match line.char_indices().nth(MOST_SAID) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<String> {
        KeyCommand::read(text).unwrap().0
    }

    #[test]
    fn words_are_quoted_as_in_a_shell() {
        assert_eq!(words("pass show honeycomb/ci"), ["pass", "show", "honeycomb/ci"]);
        assert_eq!(words("op read 'op://Private/Honeycomb API/key'"), ["op", "read", "op://Private/Honeycomb API/key"]);
        assert_eq!(words(r"sh -c 'pass show x | head -1 > /dev/stdout; echo $HOME'").len(), 3);
        assert_eq!(words(r"a\ b \| c"), ["a b", "|", "c"]);
        assert!(KeyCommand::read("").unwrap().is_none());
    }

    #[test]
    fn what_only_a_shell_would_understand_is_refused_with_the_way_out() {
        for (text, sign) in [
            ("pass show x | head -1", '|'),
            ("cat $HOME/key", '$'),
            ("echo \"$KEY\"", '$'),
            ("echo `cat key`", '`'),
            ("cat ~/key", '~'),
            ("cat key;", ';'),
            ("cat < key", '<'),
            ("a && b", '&'),
        ] {
            let expected = "it is run without a shell, which alone knows what";
            assert!(KeyCommand::read(text).unwrap_err().starts_with(&format!("{expected} `{sign}` means")), "{text}");
        }
        for text in ["~/bin/key", "a~b c~d", "echo '~'", r"echo \$x"] {
            assert!(KeyCommand::read(text).is_ok(), "{text}");
        }
        assert_eq!(KeyCommand::read("echo 'a").unwrap_err(), "a quotation mark is not closed");
        assert!(KeyCommand::read("'' x").is_err());
    }

    #[test]
    fn no_argument_is_shown() {
        let command = KeyCommand::read("vault read -token=hunter2 x").unwrap();
        assert_eq!((command.show().as_str(), format!("{command:?}").as_str()), ("vault …", "KeyCommand(vault …)"));
        assert_eq!(KeyCommand::quoted("vault -token=hunter2 |"), "vault …");
        assert_eq!(KeyCommand::quoted("TOKEN=hunter2 vault |"), "…");
        assert_eq!(KeyCommand::quoted("hunter2hunter2hunter2x |"), "…");
        assert!(KeyCommand::read("hunter2hunter2hunter2x").unwrap_err().ends_with("looks like the key itself"));
    }

    #[test]
    fn what_a_command_says_is_told_without_what_it_printed_and_without_what_looks_like_a_key() {
        assert_eq!(redacted("got\n  hunter2:\tno more", "hunter2\n"), "got …: no more");
        assert_eq!(redacted("key=hunter2hunter2hunter2x, expired", ""), "key=…, expired");
        assert_eq!(redacted("gpg: decryption failed: No secret key", ""), "gpg: decryption failed: No secret key");
        assert_eq!(redacted(&"é ".repeat(1000), "").chars().count(), MOST_SAID + 1);
        assert_eq!(redacted(" \n", "x"), "");
    }

    proptest! {
        #[test]
        fn no_text_panics(text: String, signs in "[a '\"\\\\|$~é;#]{0,30}", printed: String) {
            for text in [&text, &signs] {
                KeyCommand::quoted(text);
                KeyCommand::read(text).ok();
                redacted(text, &printed);
            }
        }
    }
}
