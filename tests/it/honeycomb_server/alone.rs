//! The double for clients that are not written in Rust.

use std::io::Read as _;
use std::path::Path;

use crate::support::honeycomb::{CONFIGURATION, Honeycomb, INGEST, Key, Setup};

/// Serves the double alone. Does nothing unless `CRUDDUR_TRACE_SERVE_HONEYCOMB` names a file: then the address of the double,
/// `http://127.0.0.1:PORT`, is written there, with a line for each key, and it is there until stdin ends.
///
/// ```sh
/// mkfifo hold && CRUDDUR_TRACE_SERVE_HONEYCOMB=address cargo test --test it -- serve_honeycomb < hold
/// ```
#[test]
fn serve_honeycomb() {
    let Some(file) = std::env::var_os("CRUDDUR_TRACE_SERVE_HONEYCOMB") else { return };
    let keys = vec![Key::new(CONFIGURATION), Key::new(INGEST)];
    let service = Honeycomb::with(Setup { keys, ..Setup::default() });
    // The name is there when all is written: nobody reads half an address.
    let half = Path::new(&file).with_extension("half");
    std::fs::write(&half, format!("{}\n{CONFIGURATION}\n{INGEST}\n", service.endpoint())).expect("the file can be written");
    std::fs::rename(&half, &file).expect("the file can be renamed");
    std::io::stdin().read_to_end(&mut Vec::new()).expect("stdin can be read");
}
