use std::path::Path;

use super::*;
use crate::config::file::ConfigFile;
use crate::config::settings::Settings;
use crate::config::{Env, Flags};
use clap::Parser as _;

/// What the layers say of Honeycomb's key.
fn settings(env: &[(&str, &str)], profile: &str, file: &str) -> Result<Settings, Failure> {
    let words = ["cruddur-trace", "list"].into_iter().chain(profile.split_whitespace());
    let cli = crate::cli::Cli::try_parse_from(words).expect("the test's command line is right");
    let paths = Paths { config: "/c/config.toml".into(), config_is_named: false, data: "/data".into(), cache: "/cache".into() };
    let file = ConfigFile::parse(file.to_owned(), &paths.config)?;
    Settings::resolve(Flags::of(&cli), &env.iter().copied().collect::<Env>(), &file, paths)
}

fn place(env: &[(&str, &str)], profile: &str, file: &str) -> String {
    let key = settings(env, profile, file).unwrap().honeycomb.key;
    key.map_or_else(|| "nowhere".to_owned(), |key| key.place().to_owned())
}

const FILE: &str = "
    [honeycomb]
    api_key_file = 'key'
    [profiles.vault.honeycomb]
    api_key_command = ['vault', 'read', '-field=key', 'secret/honeycomb']
    [profiles.none.honeycomb]
    api_key_file = ''
";

#[test]
fn the_highest_layer_says_where_the_key_is() {
    let (file, command) = ("CRUDDUR_TRACE_HONEYCOMB_API_KEY_FILE", "CRUDDUR_TRACE_HONEYCOMB_API_KEY_COMMAND");
    let headers = ("OTEL_EXPORTER_OTLP_HEADERS", "x-honeycomb-team=abc");
    assert_eq!(place(&[headers], "", FILE), "`/c/key`", "relative to the file");
    assert_eq!(place(&[headers], "--profile vault", FILE), "the answer of `vault …`");
    assert_eq!(place(&[(file, "here/key"), headers], "--profile vault", FILE), "`here/key`");
    assert_eq!(place(&[(command, "pass honeycomb")], "--profile vault", FILE), "the answer of `pass …`");
    assert_eq!(place(&[("HONEYCOMB_API_KEY", "abc"), (file, "k")], "", FILE), "HONEYCOMB_API_KEY");
    assert_eq!(place(&[headers], "--profile none", FILE), "OTEL_EXPORTER_OTLP_HEADERS");
    assert_eq!(place(&[], "--profile none", FILE), "nowhere");
    assert_eq!(place(&[], "", "honeycomb.api_key_command = './bin/key now'"), "the answer of `/c/./bin/key …`");
    let failure = settings(&[(file, "x"), (command, "y")], "", FILE).unwrap_err();
    assert_eq!(failure.exit().code(), 2);
    assert_eq!(
        failure.message(),
        "both `honeycomb.api_key_file` (CRUDDUR_TRACE_HONEYCOMB_API_KEY_FILE) and `honeycomb.api_key_command` \
         (CRUDDUR_TRACE_HONEYCOMB_API_KEY_COMMAND) say where the API key is"
    );
}

#[test]
fn the_key_itself_in_the_wrong_place_is_refused_and_not_repeated() {
    for file in ["api_key_file = 'hunter2hunter2hunter2x'", "api_key_command = 'hunter2hunter2hunter2x'"] {
        let failure = settings(&[], "", &format!("[honeycomb]\n{file}\n")).unwrap_err();
        let said = format!("{failure:?} {} {:?}", failure.message(), failure.hints());
        assert!(said.contains("looks like the key itself") && !said.contains("hunter"), "{said}");
    }
    let settings =
        settings(&[("HONEYCOMB_API_KEY", "hunter2")], "", "honeycomb.api_key_command = 'vault -token=hunter2'").unwrap();
    let said = format!("{settings:?}");
    assert!(said.contains("vault …") && !said.contains("hunter"), "{said}");
}

fn in_file(path: &Path) -> Key {
    Key { what: "API key", form: Form::Word, source: Source::File(path.to_owned()), place: format!("`{}`", path.display()) }
}

#[tokio::test]
async fn a_key_in_a_file_is_read_when_it_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let key = in_file(&path);
    let fetched = async || key.fetch(Duration::from_secs(5)).await;
    let failure = fetched().await.unwrap_err();
    assert_eq!((failure.exit().code(), failure.message()), (2, format!("cannot read the API key in `{}`", path.display())));
    std::fs::write(&path, "hunter2\r\n").unwrap();
    assert_eq!(fetched().await.unwrap().expose(), "hunter2");
    let long = "x".repeat(70_000);
    for (content, why) in [("", "is empty"), (" \n", "is empty"), ("hun ter2", "a blank"), (&long, "cannot read")] {
        std::fs::write(&path, content).unwrap();
        let failure = fetched().await.unwrap_err();
        assert!(failure.message().contains(why) && !format!("{failure:?}").contains("ter2"), "{failure:?}");
        assert_eq!(failure.exit().code(), 2);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_everybody_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, "hunter2").unwrap();
    let warned = |mode| {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        in_file(&path).warning()
    };
    assert_eq!((warned(0o600), warned(0o640)), (None, None));
    let path = path.display();
    let expected = format!("everybody on this machine can read `{path}` (mode 644): `chmod 600 {path}`");
    assert_eq!(warned(0o644), Some(expected));
    assert_eq!(in_file(Path::new("/nowhere")).warning(), None);
}

#[cfg(unix)]
mod commands {
    use super::*;
    use crate::config::setting::Setting as _;

    async fn fetched(command: &str, patience: Duration) -> Result<Secret, Failure> {
        let command = KeyCommand::read(command).unwrap();
        let place = format!("the answer of `{}`", command.safe());
        Key { what: "API key", form: Form::Word, source: Source::Command(command), place }.fetch(patience).await
    }

    async fn failure(command: &str) -> Failure {
        fetched(command, Duration::from_secs(20)).await.unwrap_err()
    }

    #[tokio::test]
    async fn what_it_prints_is_the_key() {
        let key = fetched("sh -c 'echo complaints >&2; echo hunter2'", Duration::from_secs(20)).await.unwrap();
        assert_eq!(key.expose(), "hunter2");
        // Its arguments are its own: nobody looks for files or commands in them.
        assert_eq!(fetched("printf %s '*$(id)'", Duration::from_secs(20)).await.unwrap().expose(), "*$(id)");
        let key = fetched("sh -c 'cat; echo nothing_on_stdin'", Duration::from_secs(20)).await.unwrap();
        assert_eq!(key.expose(), "nothing_on_stdin");
    }

    #[tokio::test]
    async fn a_command_that_fails_says_why_without_what_it_printed() {
        let told = failure("sh -c 'echo hunter2; echo vault: hunter2 is sealed >&2; exit 3'").await;
        assert_eq!(told.message(), "`sh …` was to print the API key, and ended with 3: vault: … is sealed");
        assert_eq!(told.exit().code(), 3, "it cannot be told");
        assert_eq!(failure("false").await.message(), "`false` was to print the API key, and ended with 1, and said nothing");
        let killed = failure("sh -c 'kill -9 $$'").await;
        assert_eq!(killed.message(), "`sh …` was to print the API key, and was killed, and said nothing");
        // One that leaves something behind which holds its stderr open.
        let left = failure("sh -c 'echo no >&2; sleep 5 > /dev/null & exit 1'").await;
        assert!(left.message().starts_with("`sh …` was to print the API key, and ended with 1"), "{}", left.message());
    }

    #[tokio::test]
    async fn what_makes_no_key_is_refused() {
        let none = failure("true").await;
        assert_eq!((none.exit().code(), none.message()), (2, "the API key in the answer of `true` is empty".to_owned()));
        let two = failure("echo hunter2 hunter3").await;
        assert!(two.message().starts_with("the API key in the answer of `echo …` has a blank"), "{}", two.message());
        let endless = failure("head -c 1000000 /dev/zero").await;
        assert!(endless.message().ends_with("printed more than 64 KiB"), "{}", endless.message());
        let missing = failure("no-such-program-here --token hunter2").await;
        assert_eq!(missing.message(), "cannot run `no-such-program-here …` for the API key");
        assert_eq!((missing.exit().code(), missing.causes().len()), (2, 1));
    }

    #[tokio::test]
    async fn one_that_does_not_end_is_ended() {
        let failure = fetched("sleep 60", Duration::from_millis(50)).await.unwrap_err();
        assert_eq!(failure.message(), "`sleep …` was to print the API key, and did not end within 50ms");
        assert_eq!(failure.exit().code(), 3);
    }
}
