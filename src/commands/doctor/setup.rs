//! The configuration: what is wrong with it, and the settings that are left when that is taken away.

use std::path::Path;

use super::Finding;
use super::remedy::{self, Ours};
use crate::config::file::ConfigFile;
use crate::config::settings::PROFILE_VARIABLE;
use crate::config::{Env, Flags, Key, Paths, Settings};
use crate::error::Failure;

/// What our own variables begin with.
const OURS: &str = "CRUDDUR_TRACE_";

/// Reads the configuration, leaving out what makes no sense, and says what that was. Without settings where too little is left.
pub(super) fn load(flags: &Flags, profile: Option<&str>, env: &Env, ours: &Ours) -> (Option<Settings>, Vec<Finding>) {
    let paths = match Paths::resolve(flags.config_file(), env) {
        Ok(paths) => paths,
        Err(failure) => return (None, vec![invalid("settings", &failure)]),
    };
    let (mut file, mut findings) = file(&paths, ours);
    let mut env = env.clone();
    let mut flags = flags.clone();
    if let Some((finding, without)) = unknown_profile(&file, profile, &env, &paths) {
        findings.push(finding);
        (env, flags) = (without, flags.without_profile());
    }
    let resolve = |env: &Env, file: &ConfigFile| Settings::resolve(flags.clone(), env, file, paths.clone());
    for _ in 0..=env.names(OURS).len() + 1 {
        let failure = match resolve(&env, &file) {
            Ok(settings) => return (Some(settings), findings),
            Err(failure) => failure,
        };
        // What is wrong is what it is not wrong without, or not in the same way.
        let message = failure.message();
        let changes = |env: &Env, file: &ConfigFile| resolve(env, file).err().is_none_or(|other| other.message() != message);
        let culprit = env.names(OURS).into_iter().find(|name| changes(&env.without(name), &file));
        let Some(name) = culprit else {
            if !changes(&env, &ConfigFile::default()) {
                // Neither: what is left is the command line, or a machine without a home.
                findings.push(invalid("settings", &failure));
                return (None, findings);
            }
            findings.retain(|finding| finding.check != "config-file");
            findings.push(in_file(&failure, &paths.config));
            file = ConfigFile::default();
            continue;
        };
        findings.push(invalid("settings", &failure).remedy(format!("unset {name}")));
        env = env.without(&name);
    }
    (None, findings)
}

/// The configuration file, or an empty one in its place.
fn file(paths: &Paths, ours: &Ours) -> (ConfigFile, Vec<Finding>) {
    let path = &paths.config;
    let shown = path.display();
    match ConfigFile::load(path) {
        Ok(Some(file)) => (file, vec![Finding::ok("config-file", shown.to_string())]),
        Ok(None) if paths.config_is_named => {
            let finding = found!("config-file", "missing", format!("there is no configuration file {shown}"));
            (ConfigFile::default(), vec![finding.remedy(ours_at(ours, path))])
        }
        Ok(None) => {
            let finding = Finding::ok("config-file", format!("none ({shown}): everything is as it is by default"));
            (ConfigFile::default(), vec![finding])
        }
        Err(failure) => (ConfigFile::default(), vec![in_file(&failure, path)]),
    }
}

/// Writes the file that is named, wherever that was done.
fn ours_at(ours: &Ours, path: &Path) -> Option<String> {
    let named = ours.command("config init")?;
    if named.contains("--config") {
        return Some(named);
    }
    Some(format!("{named} --config {}", remedy::quoted(&path.display().to_string())?))
}

/// What is wrong with the file itself: the line that is to blame is made a comment, or the whole is put aside.
fn in_file(failure: &Failure, path: &Path) -> Finding {
    match line(&failure.message(), path) {
        Some(line) => invalid("config-file", failure).remedy(remedy::comment_out(path, line)),
        None => found!("config-file", "unreadable", failure.message()).and(failure.causes()).remedy(remedy::aside(path)),
    }
}

/// The line that a message names: `config.toml, line 3`, `config.toml:3`.
fn line(message: &str, path: &Path) -> Option<usize> {
    let (_, rest) = message.split_once(&*path.display().to_string())?;
    let digits = rest.strip_prefix(", line ").or_else(|| rest.strip_prefix(':'))?;
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn invalid(check: &'static str, failure: &Failure) -> Finding {
    let message = failure.message();
    let mut lines = message.lines();
    let kind = crate::model::diagnosis::kind(check, "invalid");
    let finding = Finding::of(kind, lines.next().unwrap_or_default());
    finding.and(lines.map(|line| line.trim_end().to_owned())).and(failure.hints().iter().cloned())
}

/// The profile that was chosen, if it is not there, and an environment that does not choose it.
fn unknown_profile(file: &ConfigFile, flag: Option<&str>, env: &Env, paths: &Paths) -> Option<(Finding, Env)> {
    let variable = env.text(PROFILE_VARIABLE);
    let (name, by) = match (flag, &variable) {
        (Some(name), _) => (name, "--profile"),
        (None, Some(name)) => (name.as_str(), PROFILE_VARIABLE),
        (None, None) => return None,
    };
    if file.profiles().any(|known| known == name) {
        return None;
    }
    let path = paths.config.display().to_string();
    let what = format!("there is no profile `{name}` ({by}) in {path}");
    let known: Vec<_> = file.profiles().map(|name| format!("`{name}`")).collect();
    let finding = found!("profile", "unknown", what);
    let finding = if known.is_empty() { finding } else { finding.detail(format!("it has {}", known.join(", "))) };
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) && !name.is_empty();
    let remedy = match flag {
        None => Some(format!("unset {PROFILE_VARIABLE}")),
        Some(_) if plain => begin_profile(name, &paths.config),
        Some(_) => None,
    };
    Some((finding.remedy(remedy), env.without(PROFILE_VARIABLE)))
}

/// A profile in which nothing is set yet.
fn begin_profile(name: &str, path: &Path) -> Option<String> {
    let folder = path.parent().map(|folder| folder.display().to_string()).filter(|folder| !folder.is_empty());
    let made = folder.map_or(Some(String::new()), |folder| Some(format!("mkdir -p {} && ", remedy::quoted(&folder)?)))?;
    Some(format!("{made}printf '\\n[profiles.{name}]\\n' >> {}", remedy::quoted(&path.display().to_string())?))
}

/// Files with keys that everybody on this machine can read.
pub(super) fn key_files(settings: &Settings) -> Vec<Finding> {
    let keys: [Option<&Key>; 3] =
        [settings.honeycomb.key.as_ref(), settings.rollbar.token.as_ref(), settings.collect.guard.token.as_ref()];
    let headers = match &settings.collect.forward_headers {
        crate::config::otlp_headers::ForwardHeaders::Elsewhere(key) => Some(key),
        crate::config::otlp_headers::ForwardHeaders::Given(_) => None,
    };
    let readable = keys.into_iter().chain([headers]).flatten().filter_map(|key| Some((key.file()?, key.warning()?)));
    let findings = readable.map(|(path, _)| {
        let shown = path.display().to_string();
        let what = format!("everybody on this machine can read {shown}");
        found!("key-files", "readable", what).remedy(remedy::quoted(&shown).map(|path| format!("chmod 600 {path}")))
    });
    findings.collect()
}
