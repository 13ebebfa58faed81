//! Commands that put something right, as `sh` takes them. Words from outside are quoted, and where one of them holds what cannot be
//! shown on a terminal as it is, there is no command: it would not be the one that was read.

use std::path::Path;

use crate::cli::GlobalArgs;
use crate::config::Origin;
use crate::config::nearby::Nearby;
use crate::render::text;

/// Commands of this program, with the options with which it was called now.
#[derive(Debug, Clone)]
pub(super) struct Ours {
    /// With a blank in front of each; `None` where one cannot be written.
    options: Option<String>,
}

impl Ours {
    /// With those of these options that say where something is.
    pub(super) fn called_with(global: &GlobalArgs) -> Self {
        let path = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let given = [
            ("--config", path(&global.config)),
            ("--profile", global.profile.clone()),
            ("--store", path(&global.store)),
            ("--aws-profile", global.aws_profile.clone()),
            ("--region", global.region.clone()),
        ];
        let given = given.into_iter().filter_map(|(option, value)| Some((option, value?)));
        let options = given.map(|(option, value)| Some(format!(" {option} {}", quoted(&value)?))).collect();
        Self { options }
    }

    /// `cruddur-trace`, with these words and the options.
    pub(super) fn command(&self, words: &str) -> Option<String> {
        Some(format!("cruddur-trace {words}{}", self.options.as_ref()?))
    }
}

/// A word, quoted where it must be.
pub(super) fn quoted(word: &str) -> Option<String> {
    if text::sanitise(word, false) != word {
        return None;
    }
    shlex::try_quote(word).ok().map(std::borrow::Cow::into_owned)
}

/// Sets a variable for this shell and what it starts.
pub(super) fn export(variable: &str, value: &str) -> Option<String> {
    Some(format!("export {variable}={}", quoted(value)?))
}

/// Takes the next line that is typed into a variable: a key that is part of a command would be in the shell's history.
pub(super) fn read(variable: &str) -> String {
    format!("read -r {variable} && export {variable}")
}

/// Sets a variable as a line of a file does, and nothing else: the rest of it may be no script at all.
pub(super) fn take(variable: &str, nearby: &Nearby) -> Option<String> {
    let file = quoted(&nearby.file.display().to_string())?;
    Some(format!("eval \"$(sed -n {}p {file})\" && export {variable}", nearby.line))
}

/// Sets all variables that a file sets whose names begin so.
pub(super) fn take_all(prefix: &str, nearby: &Nearby) -> Option<String> {
    let file = quoted(&nearby.file.display().to_string())?;
    Some(format!("set -a; eval \"$(grep -E '^[[:blank:]]*(export[[:blank:]]+)?{prefix}[A-Z_]+=' {file})\"; set +a"))
}

/// Makes a file out to be what nobody looks for. Nothing is lost.
pub(super) fn aside(path: &Path) -> Option<String> {
    let path = path.display().to_string();
    Some(format!("mv {} {}", quoted(&path)?, quoted(&format!("{path}.aside"))?))
}

/// Takes back what somebody has set.
pub(super) fn forget(origin: &Origin) -> Option<String> {
    match origin {
        Origin::Env(name) => Some(format!("unset {name}")),
        Origin::File { path, line, .. } => comment_out(path, *line),
        Origin::Flag(_) | Origin::Default => None,
    }
}

/// Makes a line of a file a comment; what was there before is kept beside it.
pub(super) fn comment_out(path: &Path, line: usize) -> Option<String> {
    Some(format!("sed -i.bak '{line}s/^/# /' {}", quoted(&path.display().to_string())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_what_it_looks_like_is_no_command() {
        assert_eq!(quoted("backend-flask").as_deref(), Some("backend-flask"));
        assert_eq!(quoted("it's; rm -rf ~").as_deref(), Some("\"it's; rm -rf ~\""));
        assert_eq!(quoted("$(reboot)").as_deref(), Some("'$(reboot)'"));
        for odd in ["a\u{1b}[2K", "a\nb", "a\u{202e}b", "a\u{200b}b"] {
            assert_eq!((quoted(odd), export("X", odd)), (None, None), "{odd:?}");
        }
    }

    #[test]
    fn a_command_of_ours_means_the_same_store_and_the_same_configuration() {
        let global = GlobalArgs { store: Some("/a b/x.db".into()), profile: Some("ci".into()), ..GlobalArgs::default() };
        let command = |global: &GlobalArgs| Ours::called_with(global).command("collect");
        assert_eq!(command(&global).as_deref(), Some("cruddur-trace collect --profile ci --store '/a b/x.db'"));
        assert_eq!(command(&GlobalArgs::default()).as_deref(), Some("cruddur-trace collect"));
        assert_eq!(command(&GlobalArgs { store: Some("\u{7}".into()), ..GlobalArgs::default() }), None);
    }
}
