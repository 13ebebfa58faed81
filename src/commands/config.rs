//! `config`: writes, explains and finds the configuration.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use serde::Serialize;

use crate::cli::config::ConfigFormat;
use crate::cli::{ConfigArgs, ConfigCommand};
use crate::config::file::{ConfigFile, SAMPLE};
use crate::config::{Env, Flags, Origin, Paths, Settings};
use crate::error::{Failure, Kind, OrFail as _};
use crate::exit::Exit;
use crate::render::text;
use crate::ui::Ui;

pub(crate) fn run(args: &ConfigArgs, flags: Flags, env: &Env, ui: &mut Ui) -> Result<Exit, Failure> {
    match args.command {
        ConfigCommand::Init => init(&Paths::resolve(flags.config_file(), env)?, ui),
        ConfigCommand::Show { output } => show(&Settings::load(flags, env)?, output, ui),
        ConfigCommand::Path { output } => path(flags, env, output, ui),
    }?;
    Ok(Exit::Yes)
}

fn init(paths: &Paths, ui: &mut Ui) -> Result<(), Failure> {
    let path = paths.config.display();
    match create_private(&paths.config) {
        Ok(mut file) => file.write_all(SAMPLE.as_bytes()).or_fail(Kind::Config, || format!("cannot write `{path}`"))?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(Failure::config(format!("`{path}` is already there, and was left alone"))
                .hint("`cruddur-trace config init --config FILE` writes to another place, to compare"));
        }
        Err(error) => return Err(error).or_fail(Kind::Config, || format!("cannot create `{path}`")),
    }
    ui.note("every setting is explained in it, and none is set");
    ui.out(&format!("{}\n", text::sanitise(&path.to_string(), ui.is_ascii())))
}

/// A new file that only its owner may read, in folders that only their owner may enter: keys will be named in it.
fn create_private(path: &Path) -> io::Result<std::fs::File> {
    let (mut folders, mut file) = (DirBuilder::new(), OpenOptions::new());
    folders.recursive(true);
    file.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
        folders.mode(0o700);
        file.mode(0o600);
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        folders.create(folder)?;
    }
    file.open(path)
}

/// `config show -o json`.
#[derive(Serialize)]
struct ShowDocument<'a> {
    schema: u32,
    settings: Vec<SettingDocument<'a>>,
}

/// One setting. The value is spelled as in an environment variable.
#[derive(Serialize)]
struct SettingDocument<'a> {
    key: &'a str,
    value: &'a str,
    /// `flag`, `env`, `file` or `default`.
    origin: &'static str,
    /// The flag, the variable or the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'a str>,
}

fn show(settings: &Settings, format: ConfigFormat, ui: &mut Ui) -> Result<(), Failure> {
    match format {
        ConfigFormat::Json => {
            let settings = settings.report.iter().map(|line| {
                let (origin, place, number, profile) = match &line.origin {
                    Origin::Flag(flag) => ("flag", Some(flag.clone()), None, None),
                    Origin::Env(name) => ("env", Some(name.clone()), None, None),
                    Origin::File { path, line, profile } => {
                        ("file", Some(path.display().to_string()), Some(*line), profile.as_deref())
                    }
                    Origin::Default => ("default", None, None, None),
                };
                SettingDocument { key: line.key, value: &line.value, origin, place, line: number, profile }
            });
            json(&ShowDocument { schema: 1, settings: settings.collect() }, ui)
        }
        ConfigFormat::Text => {
            let rows = settings.report.iter().map(|line| [line.key.to_owned(), line.value.clone(), line.origin.to_string()]);
            ui.out(&columns(&rows.collect::<Vec<_>>(), ui.is_ascii()))
        }
    }
}

/// `config path -o json`.
#[derive(Serialize)]
struct PathDocument {
    schema: u32,
    config: String,
    config_exists: bool,
    data: String,
    cache: String,
    store: Option<String>,
}

fn path(flags: Flags, env: &Env, format: ConfigFormat, ui: &mut Ui) -> Result<(), Failure> {
    let paths = Paths::resolve(flags.config_file(), env)?;
    let exists = paths.config.exists();
    // The paths are what one needs to know when the file is broken, so only the one that it can change is left out then. The
    // file may also be one that is named and is yet to be written.
    let loaded =
        if exists { Settings::load(flags, env) } else { Settings::resolve(flags, env, &ConfigFile::default(), paths.clone()) };
    let store = match loaded {
        Ok(settings) => Some(settings.store),
        Err(failure) => {
            ui.warn(&format!("the store is not known: {}", failure.message()));
            None
        }
    };
    let shown = |path: &Path| path.display().to_string();
    match format {
        ConfigFormat::Json => json(
            &PathDocument {
                schema: 1,
                config: shown(&paths.config),
                config_exists: exists,
                data: shown(&paths.data),
                cache: shown(&paths.cache),
                store: store.as_deref().map(shown),
            },
            ui,
        ),
        ConfigFormat::Text => {
            let absent = |exists| if exists { "" } else { "not there" }.to_owned();
            let mut rows = vec![
                ["config".to_owned(), shown(&paths.config), absent(exists)],
                ["data".to_owned(), shown(&paths.data), absent(paths.data.exists())],
                ["cache".to_owned(), shown(&paths.cache), absent(paths.cache.exists())],
            ];
            rows.extend(store.map(|store| ["store".to_owned(), shown(&store), absent(store.exists())]));
            ui.out(&columns(&rows, ui.is_ascii()))
        }
    }
}

/// Three columns as wide as they have to be, two blanks apart.
fn columns(rows: &[[String; 3]], ascii: bool) -> String {
    let rows: Vec<_> = rows.iter().map(|row| row.each_ref().map(|cell| text::sanitise(cell, ascii))).collect();
    let width = |column: usize| rows.iter().map(|row| text::width(&row[column])).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    rows.iter().fold(String::new(), |table, [key, value, origin]| {
        let row = format!("{}  {}  {origin}", text::pad(key, first, ascii), text::pad(value, second, ascii));
        table + row.trim_end() + "\n"
    })
}

fn json(document: &impl Serialize, ui: &mut Ui) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(document).or_fail(Kind::Internal, || "cannot write JSON".to_owned())?;
    ui.out(&(text + "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_have_to_be() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned);
        let rows = [row(["a", "世界", "x"]), row(["long", "1", ""]), row(["b", "evil\n", "y"])];
        assert_eq!(
            columns(&rows, false),
            "a     世界   x\n\
             long  1\n\
             b     evil␊  y\n"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_is_private_and_an_old_one_is_left_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/config.toml");
        create_private(&path).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert_eq!(create_private(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }
}
