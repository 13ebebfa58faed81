//! The store's file in every state in which it may be found: what each command says, how it ends, and that the file is left
//! as it was.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::support::http::{self, PROTOBUF};
use crate::support::spans::{body, family, request, span, sql, trace_id};
use crate::support::{CommandOutput, Home, write};

/// All commands that open the store.
const COMMANDS: [&str; 6] = [
    "list",
    "show 0000000000000002",
    "assert --since 1d",
    "collect --otlp-http 127.0.0.1:0 --xray 127.0.0.1:0",
    "import one.json",
    "run -- touch started",
];

/// A file to import.
const ONE: &str = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5759e988bd862e3fe1be46a994272793","spanId":"53995c3f42cd8ad8","name":"one","startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000001000000000"}]}]}]}"#;

/// A home with a store in it that has a hundred traces.
fn home() -> Home {
    let home = Home::new();
    write(&home.path("one.json"), ONE);
    let receiver = crate::support::Receiver::start(&home, &[]);
    let root = span(1, 0, "GET /");
    let traces: Vec<_> = (0..100).map(|number| trace_id(1, number)).collect();
    let bytes = request(traces.iter().map(|trace| (trace, &root)));
    assert_eq!(http::post(receiver.otlp(), PROTOBUF, &bytes).status, 200);
    let end = receiver.stop(rustix::process::Signal::TERM);
    assert_eq!(end.code, Some(0), "{end}");
    home
}

/// Every file of a folder with its content, but for SQLite's index of its log, which any reader makes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("it is a folder").map(|entry| entry.expect("it can be read"));
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("it can be read")))
        .filter(|(name, bytes)| !(name.ends_with("-shm") || name.ends_with("-wal") && bytes.is_empty()))
        .collect()
}

/// What each command says of the store as it is, all at once. No command may change a file.
fn said(home: &Home) -> Vec<(&'static str, CommandOutput)> {
    let folder = home.path("data/cruddur-trace");
    let before = files(&folder);
    let said = ask_all(home);
    assert!(files(&folder) == before, "the files are as they were:\n{}", told(&said));
    said
}

fn ask_all(home: &Home) -> Vec<(&'static str, CommandOutput)> {
    let said = std::thread::scope(|scope| {
        let running = COMMANDS.map(|command| (command, scope.spawn(move || home.line(command))));
        running.map(|(command, output)| (command, output.join().expect("it ends"))).to_vec()
    });
    assert!(!home.path("started").exists(), "no command is run that could not be observed:\n{}", told(&said));
    said
}

/// The different answers, each with the commands that gave it.
fn told(said: &[(&str, CommandOutput)]) -> String {
    let mut by_answer = Vec::<(String, String)>::new();
    for (command, output) in said {
        let verb = command.split(' ').next().unwrap_or_default();
        // Without how long it took.
        let lines: Vec<_> =
            output.to_string().lines().filter_map(|line| line.split(", after ").next().map(str::to_owned)).collect();
        let answer = lines.join("\n") + "\n";
        match by_answer.iter_mut().find(|(known, _)| *known == answer) {
            Some((_, verbs)) => {
                verbs.push_str(", ");
                verbs.push_str(verb);
            }
            None => by_answer.push((answer, verb.to_owned())),
        }
    }
    by_answer.into_iter().flat_map(|(answer, verbs)| [verbs, ":\n".to_owned(), answer]).collect()
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let home = Home::new();
    write(&home.path("one.json"), ONE);
    write(&home.store(), &"these are somebody's notes, and longer than the header of a database\n".repeat(10));
    insta::assert_snapshot!(told(&said(&home)), @"
    list, show, assert, collect, import, run:
    ------- stderr -------
    error: $HOME/data/cruddur-trace/traces.db is not a store of cruddur-trace: it is no SQLite database
    hint: name another file with --store
    [exit status: 2]
    ");
}

#[test]
fn another_programs_database_is_left_alone() {
    let home = Home::new();
    write(&home.path("one.json"), ONE);
    write(&home.store(), "");
    let other = Connection::open(home.store()).expect("a database");
    other.execute_batch("CREATE TABLE bookmarks (url); INSERT INTO bookmarks VALUES ('x')").expect("it is written");
    drop(other);
    insta::assert_snapshot!(told(&said(&home)), @"
    list, show, assert, collect, import, run:
    ------- stderr -------
    error: $HOME/data/cruddur-trace/traces.db is not a store of cruddur-trace: it is another program's SQLite database
    hint: name another file with --store
    [exit status: 2]
    ");
}

#[test]
fn a_store_from_the_future_is_left_alone() {
    let home = home();
    let store = Connection::open(home.store()).expect("it opens");
    store.pragma_update(None, "user_version", 99).expect("it is written");
    drop(store);
    insta::assert_snapshot!(told(&said(&home)), @"
    list, show, assert, collect, import, run:
    ------- stderr -------
    error: $HOME/data/cruddur-trace/traces.db was written by a newer cruddur-trace (store version 99, this program knows 4)
    hint: upgrade cruddur-trace, or name another store with --store
    [exit status: 2]
    ");
}

#[test]
fn a_damaged_store_is_an_error_and_not_an_empty_answer() {
    let home = home();
    let mut bytes = std::fs::read(home.store()).expect("it is there");
    // All but the first page, where it says what it is.
    bytes[4096..].fill(0xa5);
    std::fs::write(home.store(), &bytes).expect("it is written");
    insta::assert_snapshot!(told(&said(&home)), @"
    list:
    ------- stderr -------
    error: it cannot be told: there may well be traces
      caused by: the store $HOME/data/cruddur-trace/traces.db is damaged: database disk image is malformed
    hint: `sqlite3 STORE .recover` may save what is left; move the file away to begin anew
    [exit status: 3]
    show:
    ------- stderr -------
    error: it cannot be told: the trace may well exist
      caused by: the store $HOME/data/cruddur-trace/traces.db is damaged: database disk image is malformed
    hint: `sqlite3 STORE .recover` may save what is left; move the file away to begin anew
    [exit status: 3]
    assert:
    ------- stderr -------
    warning: local did not answer: the store $HOME/data/cruddur-trace/traces.db is damaged: database disk image is malformed
    cannot tell: there is no trace with --since 1d, but not every backend answered
    [exit status: 3]
    collect, import, run:
    ------- stderr -------
    error: the store $HOME/data/cruddur-trace/traces.db is damaged: database disk image is malformed
    hint: `sqlite3 STORE .recover` may save what is left; move the file away to begin anew
    [exit status: 3]
    ");
}

#[test]
fn a_store_that_was_cut_off_is_an_error_and_not_an_empty_answer() {
    let home = home();
    let bytes = std::fs::read(home.store()).expect("it is there");
    std::fs::write(home.store(), &bytes[..bytes.len() / 2]).expect("it is written");
    insta::assert_snapshot!(told(&said(&home)), @"
    list, show, assert, collect, import, run:
    ------- stderr -------
    error: the store $HOME/data/cruddur-trace/traces.db is damaged: database disk image is malformed
    hint: `sqlite3 STORE .recover` may save what is left; move the file away to begin anew
    [exit status: 3]
    ");
}

#[test]
fn a_folder_in_the_stores_place_is_a_mistake_of_the_configuration() {
    let home = Home::new();
    write(&home.path("one.json"), ONE);
    write(&home.store().join("inside"), "");
    insta::assert_snapshot!(told(&said(&home)), @"
    list, show, assert, collect, import, run:
    ------- stderr -------
    error: $HOME/data/cruddur-trace/traces.db is not a store of cruddur-trace: it is a folder
    hint: name another file with --store
    [exit status: 2]
    ");
}

#[test]
fn a_store_below_a_file_cannot_be_made() {
    let home = Home::new().with("CRUDDUR_TRACE_DATA_DIR", "one.json/below");
    write(&home.path("one.json"), ONE);
    std::fs::create_dir_all(home.path("data/cruddur-trace")).expect("it can be made");
    insta::assert_snapshot!(told(&said(&home)), @"
    list, show, assert, collect, import, run:
    ------- stderr -------
    error: the store one.json/below/traces.db cannot be used: Not a directory (os error 20)
    [exit status: 3]
    ");
    assert_eq!(std::fs::read_to_string(home.path("one.json")).expect("it is there"), ONE);
}

/// Somebody has made the file and not yet what is in it.
#[test]
fn an_empty_file_is_a_store_in_which_nothing_is_yet() {
    let home = Home::new();
    write(&home.path("one.json"), ONE);
    write(&home.store(), "");
    insta::assert_snapshot!(home.line("list"), @"
    ------- stderr -------
    note: there are no traces yet
    hint: `cruddur-trace demo` shows what it looks like; `cruddur-trace run -- CMD` or `cruddur-trace collect` receives your own
    [exit status: 0]
    ");
    assert_eq!(home.line("assert --absent").code, Some(0));
    assert_eq!(std::fs::metadata(home.store()).expect("it is there").len(), 0, "reading makes nothing");
    assert_eq!(home.line("import one.json").code, Some(0));
    assert_eq!(home.line("-q list -o jsonl").answer().lines().count(), 1);
}

/// The one test that has to wait for as long as the program waits for a lock.
#[test]
fn a_store_that_is_locked_is_waited_for_and_then_an_error() {
    let home = home();
    let holder = Connection::open(home.store()).expect("it opens");
    // In exclusive mode SQLite keeps readers out of a log, too.
    holder
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; DELETE FROM fragments; ROLLBACK")
        .expect("it is free");
    // Looking into the file from here would end the lock: it is this process's, and closing any of its files ends it.
    let begun = Instant::now();
    insta::assert_snapshot!(told(&ask_all(&home)), @"
    list, show, assert, collect, import, run:
    ------- stderr -------
    error: the store $HOME/data/cruddur-trace/traces.db is locked by another process
    hint: end the process that holds it, or try again
    [exit status: 3]
    ");
    assert!(begun.elapsed() > Duration::from_secs(9), "{:?}", begun.elapsed());
    drop(holder);
    assert_eq!(home.line("-q list --limit 1000 -o jsonl").answer().lines().count(), 100);
}

#[test]
fn readers_never_wait_for_a_writer() {
    let home = home();
    let mut writer = Connection::open(home.store()).expect("it opens");
    let transaction = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).expect("it is free");
    transaction.execute("DELETE FROM trace_rows", []).expect("it is written");
    let begun = Instant::now();
    assert_eq!(home.line("-q list --limit 1000 -o jsonl").answer().lines().count(), 100);
    assert_eq!(home.run(["-q", "assert", "--count", "100"]).code, Some(0));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    drop(transaction);
}

/// A writer that is held up by somebody else goes on when that one is done: the sender waits, and is told the truth.
#[test]
fn a_receiver_waits_for_another_writer() {
    let home = home();
    let receiver = crate::support::Receiver::start(&home, &[]);
    let mut writer = Connection::open(home.store()).expect("it opens");
    let transaction = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).expect("it is free");
    let to = receiver.otlp();
    let sender = std::thread::spawn(move || http::post(to, PROTOBUF, &body(&trace_id(7, 7), &family(2))));
    std::thread::sleep(Duration::from_millis(500));
    assert!(!sender.is_finished(), "nothing is acknowledged before it is kept");
    transaction.commit().expect("there is nothing in it");
    assert_eq!(sender.join().expect("it is answered").status, 200);
    assert_eq!(sql(&home.store(), "SELECT count(*) FROM spans WHERE trace_id LIKE '0000000000000008%'"), "3");
}

/// The documented views, as the `sqlite3` shell shows them.
#[test]
fn the_store_can_be_read_with_the_sqlite3_shell() {
    let home = Home::new();
    write(&home.path("one.json"), &std::fs::read_to_string(fixture("python.json")).expect("the fixture is there"));
    assert_eq!(home.line("import one.json").code, Some(0));
    insta::assert_snapshot!(sql(&home.store(), "SELECT * FROM traces"), @"
    5759e988bd862e3fe1be46a994272793|2026-11-22T06:56:21.487Z|6.573456|backend-flask|GET /api/activities/home|2|1|0|0
    ");
    insta::assert_snapshot!(sql(&home.store(), "SELECT * FROM spans ORDER BY started"), @"
    5759e988bd862e3fe1be46a994272793|53995c3f42cd8ad8||backend-flask|GET /api/activities/home|server|2026-11-22T06:56:21.487Z|6.573456|0|0
    5759e988bd862e3fe1be46a994272793|0102030405060708|53995c3f42cd8ad8|backend-flask|GET|client|2026-11-22T06:56:21.488Z|2|1|0
    ");
    let slowest = "SELECT service, name, max(duration_ms) FROM spans GROUP BY service, name ORDER BY 3 DESC LIMIT 1";
    assert_eq!(sql(&home.store(), slowest), "backend-flask|GET /api/activities/home|6.573456");
    assert_eq!(sql(&home.store(), "PRAGMA journal_mode"), "wal");
}

fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/otlp/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Of another user, who may read it and no more. The superuser may write everything, so that a test that runs as one becomes
/// somebody else for this.
#[test]
fn a_store_that_may_only_be_read_is_read_and_refused_to_writers() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt as _;
    let home = home();
    let folder = home.path("data/cruddur-trace");
    // A copy, because the folder in which the program was built may be closed to others.
    let program = home.path("program");
    std::fs::copy(crate::support::PROGRAM, &program).expect("the program can be copied");
    let mode = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("it is ours");
    mode(&home.store(), 0o444);
    for path in [home.path("data"), home.path(""), home.path("program")] {
        mode(&path, 0o755);
    }
    mode(&folder, 0o555);
    let before = files(&folder);
    let run = |words: &str| {
        let mut command = std::process::Command::new(&program);
        command.args(words.split(' ')).current_dir(home.path("")).env_clear().envs([("HOME", "/nonexistent"), ("TZ", "UTC")]);
        command.env("CRUDDUR_TRACE_STORE", home.store());
        if rustix::process::getuid().is_root() {
            command.uid(65534).gid(65534);
        }
        let output = command.output().expect("it can be started");
        let text = |bytes| String::from_utf8(bytes).expect("it is text");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, listed, stderr) = run("list --limit 1000 -o jsonl");
    assert_eq!((code, listed.lines().count()), (Some(0), 100), "reading needs no more: {stderr}");
    for words in ["import one.json", "collect --otlp-http 127.0.0.1:0 --otlp-grpc off --zipkin off --xray off"] {
        let (code, _, stderr) = run(words);
        assert_eq!(code, Some(3), "{words}: {stderr}");
        assert!(stderr.contains("traces.db cannot be written: "), "{words}: {stderr}");
        assert!(stderr.contains("hint: make the file and its folder writable"), "{words}: {stderr}");
    }
    assert!(files(&folder) == before, "the files are as they were");
    // So that it can be cleared away.
    mode(&folder, 0o755);
}
