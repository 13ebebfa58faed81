//! What is never shown, and text that would do harm.

use std::path::Path;

use super::{home, told};
use crate::support::honeycomb::{CONFIGURATION, Denied, Honeycomb, INGEST, Setup};
use crate::support::rollbar::{Fault, READ, Rollbar};
use crate::support::spans::{family, trace_id};
use crate::support::{Receiver, write};

const AWS_SECRET: &str = "plantedAwsSecret/0123456789";
const TOKEN: &str = "planted-token-of-the-receiver";
const IN_ENV_FILE: &str = "plantedInAFile0123456789";

fn contents(folder: &Path, into: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).expect("it can be read") {
        let path = entry.expect("it can be read").path();
        into.extend(path.to_string_lossy().bytes());
        if path.is_dir() {
            contents(&path, into);
        } else if path.file_name().is_none_or(|name| name != ".env") {
            into.extend(std::fs::read(&path).expect("it can be read"));
        }
    }
}

#[test]
fn no_key_is_shown_or_written_whatever_is_found() {
    let rollbar = Rollbar::start();
    let mut all = Vec::new();
    for setup in [Setup::default(), Setup { enterprise: false, denied_as: Denied::Bare, ..Setup::default() }] {
        let honeycomb = Honeycomb::with(setup);
        for key in [CONFIGURATION, INGEST, "plantedUnknownKey01234"] {
            let home = home().with("HONEYCOMB_API_ENDPOINT", &honeycomb.endpoint()).with("HONEYCOMB_API_KEY", key);
            let home = home.with("CRUDDUR_TRACE_ROLLBAR_ENDPOINT", &rollbar.endpoint()).with("ROLLBAR_READ_TOKEN", READ);
            let home = home.with("AWS_ACCESS_KEY_ID", "AKIAPLANTED").with("AWS_SECRET_ACCESS_KEY", AWS_SECRET);
            let home = home.with("AWS_REGION", "eu-central-1").with("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
            let home = home.with("CRUDDUR_TRACE_COLLECT_TOKEN", TOKEN);
            write(&home.path(".env"), &format!("AWS_PROFILE={IN_ENV_FILE}\nHONEYCOMB_API_KEY={IN_ENV_FILE}\n"));
            let _receiver = Receiver::start(&home, &[]);
            rollbar.set_fault(Fault::Refuses(403, format!("{READ} may not")), 0, 1);
            for words in ["", "-o json", "--test-span receiver", "--test-span honeycomb -o json"] {
                let output = home.line(&format!("-vvv doctor --timeout 3s {words}"));
                all.extend(format!("{output}").bytes());
            }
            contents(&home.path("."), &mut all);
        }
    }
    let home = home().with("AWS_REGION", "eu-central-1");
    write(&home.path(".env"), &format!("HONEYCOMB_API_KEY={IN_ENV_FILE}\nROLLBAR_READ_TOKEN={IN_ENV_FILE}\n"));
    told(&home, "").finds(("honeycomb-key", "elsewhere"));
    all.extend(format!("{}", home.line("-vvv doctor")).bytes());
    let all = String::from_utf8_lossy(&all);
    assert!(all.contains("honeycomb-key") && all.contains("/1/auth"), "it was asked, and told");
    for secret in [CONFIGURATION, INGEST, "plantedUnknownKey01234", READ, AWS_SECRET, TOKEN, IN_ENV_FILE] {
        let at = all.find(secret);
        assert!(
            at.is_none(),
            "{secret} is shown: …{}",
            at.map_or("", |at| all.get(at.saturating_sub(200)..at).unwrap_or_default())
        );
    }
}

#[test]
fn what_a_service_says_moves_no_cursor_and_makes_no_command() {
    let service = Honeycomb::start();
    let spans = family(1).into_iter().map(|span| (trace_id(1, 1), span));
    service.ingest_spans(spans);
    let mut row = service.rows().remove(0);
    row.dataset = "we\u{1b}[2Jb;$(touch pwned)".to_owned();
    service.ingest_rows(vec![row]);
    let home = home().with("HONEYCOMB_API_ENDPOINT", &service.endpoint()).with("HONEYCOMB_API_KEY", CONFIGURATION);
    // Near to a name that cannot be shown as it is: there is no command that has it.
    let home = home.with("HONEYCOMB_DATASET", "we\u{1b}[2Jb;$(touch pwnee)");
    let told = told(&home, "-b honeycomb");
    let found = told.finds_only(("honeycomb-dataset", "unknown"));
    assert_eq!(found["remedy"], "unset HONEYCOMB_DATASET");
    let screen = home.line("doctor -b honeycomb --width 80");
    let raw = home.pipe(["doctor", "-b", "honeycomb"], b"");
    assert!(!raw.stdout.contains(&0x1b), "{screen}");
    assert!(!home.path("pwned").exists());
}
