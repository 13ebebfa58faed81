//! What is known of the terminal, decided from values: no file here asks the process.

use crate::config::Env;

/// Whether drawings should keep to ASCII: the terminal is dumb, or the locale says that it is not UTF-8. A locale that is not
/// set at all says nothing: containers and macOS leave it out, and show UTF-8.
pub(crate) fn wants_ascii(env: &Env) -> bool {
    if is_dumb(env) {
        return true;
    }
    // POSIX: the first of these that is set decides.
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| env.text(name));
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        !(locale.contains("utf-8") || locale.contains("utf8"))
    })
}

/// The command that shows long output, in words. `None` where the user wants none: an empty `$CRUDDUR_TRACE_PAGER` or
/// `$PAGER`, or `cat`; and on a dumb terminal, where a pager cannot turn the page.
pub(crate) fn pager(env: &Env) -> Option<Vec<String>> {
    if is_dumb(env) {
        return None;
    }
    let command = ["CRUDDUR_TRACE_PAGER", "PAGER"]
        .iter()
        .find(|name| env.is_set(name))
        .map_or_else(|| "less -FRX".to_owned(), |name| env.text(name).unwrap_or_default());
    let words: Vec<String> = command.split_whitespace().map(ToOwned::to_owned).collect();
    let wanted = words.first().is_some_and(|program| program != "cat");
    wanted.then_some(words)
}

/// Whether the terminal can do nothing but write lines.
pub(crate) fn is_dumb(env: &Env) -> bool {
    env.text("TERM").is_some_and(|term| term == "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_is_for_dumb_terminals_and_other_locales() {
        let ascii = |variables: &[(&str, &str)]| wants_ascii(&variables.iter().copied().collect());
        assert!(!ascii(&[]));
        assert!(!ascii(&[("LANG", "de_DE.UTF-8")]));
        assert!(!ascii(&[("LANG", "C"), ("LC_ALL", "C.utf8")]));
        assert!(ascii(&[("LANG", "C.UTF-8"), ("LC_ALL", "POSIX")]));
        assert!(ascii(&[("LC_CTYPE", "en_US.ISO-8859-1")]));
        assert!(ascii(&[("TERM", "dumb"), ("LANG", "C.UTF-8")]));
    }

    #[test]
    fn the_pager_is_ours_then_the_common_one_then_less() {
        let words = |variables: &[(&str, &str)]| pager(&variables.iter().copied().collect()).map(|words| words.join(" "));
        assert_eq!(words(&[]).as_deref(), Some("less -FRX"));
        assert_eq!(words(&[("PAGER", "more")]).as_deref(), Some("more"));
        assert_eq!(words(&[("PAGER", "more"), ("CRUDDUR_TRACE_PAGER", "bat -p")]).as_deref(), Some("bat -p"));
        assert_eq!(words(&[("PAGER", "more"), ("CRUDDUR_TRACE_PAGER", "")]), None);
        assert_eq!(words(&[("PAGER", "cat")]), None);
        assert_eq!(words(&[("PAGER", "less"), ("TERM", "dumb")]), None);
    }
}
