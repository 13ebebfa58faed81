//! What is wrong with a configuration file, where, and what may have been meant.

use std::ops::Range;
use std::path::Path;

use super::KEYS;
use crate::config::setting::any_of;
use crate::error::{Failure, nearest};

/// Where keys are taken from.
pub(super) const NO_KEYS: &str = "a file is shown around, so no key is read from it. That for Honeycomb is taken from HONEYCOMB_API_KEY, \
    the file that `honeycomb.api_key_file` names, or what `honeycomb.api_key_command` prints; Rollbar's from ROLLBAR_READ_TOKEN, \
    `rollbar.access_token_file` or `rollbar.access_token_command`; the receiver's token from CRUDDUR_TRACE_COLLECT_TOKEN, \
    `collect.token_file` or `collect.token_command`";

/// What is wrong with the file, with the line drawn, and the near key if a key is wrong.
pub(super) fn complaint(error: &toml::de::Error, text: &str, path: &Path) -> Failure {
    let span = error.span().unwrap_or(0..0);
    let unknown = error.message().strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    let message = match unknown {
        Some(key) => format!("unknown key `{key}`"),
        None => error.message().trim_end().replace('\n', ", "),
    };
    let failure = placed(&message, text, span, path);
    let Some(key) = unknown else { return failure };
    // Of a key that is a secret, only where it is to be found can be written.
    let secret = is_secret(key);
    let ending = key.rsplit('_').next().unwrap_or(key);
    if secret && nearest(ending, ["file", "command"]).is_none() {
        return failure.hint(NO_KEYS);
    }
    let tables = KEYS.iter().filter_map(|known| known.rsplit_once('.')).filter(|(_, name)| *name == key);
    let top = KEYS.contains(&key).then(|| "at the top of the file or of a profile".to_owned());
    let places: Vec<String> = top.into_iter().chain(tables.map(|(table, _)| format!("in [{table}]"))).collect();
    if !places.is_empty() {
        return failure.hint(format!("`{key}` stands {}", any_of(&places)));
    }
    let names = KEYS.iter().flat_map(|name| name.split('.')).chain(["profiles"]);
    match nearest(key, names) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None if secret => failure.hint(NO_KEYS),
        None => failure.hint("`cruddur-trace config init --config FILE` writes a file with all keys explained"),
    }
}

/// A message about a part of the file, which is drawn below it.
pub(super) fn placed(message: &str, text: &str, span: Range<usize>, path: &Path) -> Failure {
    let place = format!("{}, line {}", path.display(), line_of(text, span.start));
    Failure::config(format!("{message} in {place}\n{}", drawing(text, span)))
}

/// The line of a byte, counted from 1.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// Whether the name of a key says that its value is not to be shown.
fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["key", "token", "secret", "password"].iter().any(|word| key.contains(word))
}

/// The line in which the span begins, and carets below it. Of what looks like a secret, only its name is shown.
fn drawing(text: &str, span: Range<usize>) -> String {
    let start = text.floor_char_boundary(span.start);
    let begin = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let whole = text[begin..].lines().next().unwrap_or_default();
    // Also within an inline table: `honeycomb = { api_key = …`.
    let line = match whole.match_indices('=').find(|(equals, _)| is_secret(&whole[..*equals])) {
        Some((equals, _)) => &whole[..=equals],
        None => whole,
    };
    let number = line_of(text, start).to_string();
    let start = start.min(begin + line.len());
    let column = text[begin..start].chars().count();
    let end = text.floor_char_boundary(span.end.max(start)).min(begin + line.len());
    let carets = text.get(start..end).map_or(1, |marked| marked.chars().count().max(1));
    format!("  {number} | {line}\n  {:len$} | {:column$}{:^<carets$}", "", "", "", len = number.len())
}
