//! The local store, and the disk that it is on.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt as _;
use std::process::Stdio;

use rusqlite::Connection;

use super::{Told, cure, home, remedy, shell_command, start, told};
use crate::support::{Home, PROGRAM, Receiver, eventually, write};

/// With a store in which there is something.
fn with_store(home: Home) -> Home {
    let home = home.with_fixtures(&["cruddur.json"]);
    home.import("cruddur.json");
    home
}

fn sql(home: &Home, sql: &str) -> Connection {
    let store = Connection::open(home.store()).expect("it opens");
    store.execute_batch(sql).expect("it can be done");
    store
}

#[test]
fn a_store_that_is_there_says_what_it_holds() {
    let told = told(&with_store(home()), "-b local");
    let what = told.finds(("store", "ok"))["what"].as_str().unwrap_or_default();
    assert!(what.contains("traces.db (default): ") && what.contains(" traces, ") && what.ends_with("schema 4"), "{what}");
    assert_eq!(told.output.status.code(), Some(0));
}

#[test]
fn a_store_that_is_not_there_yet_is_begun_by_a_receiver() {
    let home = home();
    let before = told(&home, "-b local");
    let command = remedy(before.finds_only(("store", "missing")));
    assert_eq!(command, remedy(before.finds_only(("receiver", "none"))));
    let _receiver = start(&home, &command);
    eventually("a receiver is running", || told(&home, "-b local").findings().any(|found| found["check"] == "store-size"));
    let after = told(&home, "-b local");
    after.is_green(("store", "missing"));
    after.is_green(("receiver", "none"));
    after.finds(("receiver", "ok"));
}

#[test]
fn what_is_no_store_of_ours_is_put_aside() {
    let home = home();
    write(&home.store(), &"a letter to somebody, and no database\n".repeat(50));
    cure(&home, "-b local", ("store", "foreign"), "");
    assert!(home.path("data/cruddur-trace/traces.db.aside").exists(), "nothing is lost");
}

#[test]
fn what_a_newer_version_has_written_is_put_aside() {
    let home = with_store(home());
    drop(sql(&home, "PRAGMA user_version = 99"));
    cure(&home, "-b local", ("store", "too-new"), "");
}

#[test]
fn a_damaged_store_is_put_aside() {
    let home = with_store(home());
    drop(sql(&home, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE"));
    let mut bytes = std::fs::read(home.store()).expect("it is there");
    // All pages but the first, which says what it is.
    bytes[4096..].fill(0xa5);
    std::fs::write(home.store(), bytes).expect("it is ours");
    cure(&home, "-b local", ("store", "damaged"), "");
}

#[test]
fn a_store_that_is_locked_cannot_be_told_anything_of() {
    let home = with_store(home());
    // In exclusive mode SQLite keeps readers out of a log, too.
    let holder = sql(&home, "PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; DELETE FROM fragments; ROLLBACK");
    let words = "-b local --timeout 1s";
    told(&home, words).finds_only(("store", "locked"));
    drop(holder);
    told(&home, words).is_green(("store", "locked"));
}

#[test]
fn a_store_that_cannot_be_where_it_is_named_is_where_it_is_by_default() {
    let home = home().with("CRUDDUR_TRACE_STORE", "a-file/below/traces.db");
    write(&home.path("a-file"), "");
    cure(&home, "-b local", ("store", "unusable"), "");
}

/// The superuser may write everything, so that a test that runs as one becomes somebody else for this.
#[test]
fn a_store_in_a_folder_that_may_not_be_written_is_where_it_is_by_default() {
    let home = home().with("CRUDDUR_TRACE_STORE", "closed/traces.db");
    std::fs::create_dir_all(home.path("stubs")).expect("it can be made");
    std::fs::create_dir_all(home.path("closed")).expect("it can be made");
    // The folder in which the program was built may be closed to others.
    std::fs::copy(PROGRAM, home.path("stubs/cruddur-trace")).expect("the program can be copied");
    let mode =
        |path: &str, mode| std::fs::set_permissions(home.path(path), PermissionsExt::from_mode(mode)).expect("it is ours");
    mode("", 0o777);
    mode("closed", 0o555);
    let run = |script: &str| {
        let mut command = shell_command(&home, script);
        if rustix::process::getuid().is_root() {
            command.uid(65534).gid(65534);
        }
        Told::of(command.stdin(Stdio::null()).output().expect("there is a shell"))
    };
    let ask = "cruddur-trace doctor -b local -o json";
    let unusable = ("store", "unusable");
    let command = remedy(run(ask).finds_only(unusable));
    run(&format!("{command}\nexec {ask}")).is_green(unusable);
    // So that it can be cleared away.
    mode("closed", 0o755);
}

#[test]
fn a_full_store_may_become_larger() {
    let home = with_store(home().with("CRUDDUR_TRACE_COLLECT_MAX_SIZE", "64KiB"));
    cure(&home, "-b local", ("store-size", "full"), "");
}

#[test]
fn a_receiver_that_was_told_how_large_it_may_become_is_started_anew() {
    let home = with_store(home());
    let receiver = Receiver::start(&home, &["--max-size", "32KiB"]);
    let doors = [receiver.otlp(), receiver.otlp_grpc(), receiver.zipkin(), receiver.xray()];
    let full = ("store-size", "full");
    let command = remedy(told(&home, "-b local").finds_only(full));
    let next = start(&home, &command);
    assert_eq!(receiver.end().code, Some(0), "the command has ended it");
    eventually("another is running", || {
        told(&home, "-b local").findings().any(|found| {
            found["check"] == "receiver" && found["what"].as_str().is_some_and(|what| what.contains(&next.0.id().to_string()))
        })
    });
    let after = told(&home, "-b local");
    after.is_green(full);
    assert!(doors.iter().all(|door| after.all().contains(&door.to_string())), "it has the same ports: {}", after.all());
}

#[test]
fn a_store_may_not_become_larger_than_its_disk() {
    let home = with_store(home().with("CRUDDUR_TRACE_COLLECT_MAX_SIZE", "900000TiB"));
    cure(&home, "-b local", ("disk", "too-small"), "");
}
