//! The one integration binary: it drives the real program, and reads the code base.
//!
//! How to test here: most cases belong beside the code, as unit tests; what stands here shows that the parts are wired together.
//! A test starts from [`support::Home`], in which the program finds nothing but what the test put there.
//! What is generated and committed is rewritten by `BLESS=1 cargo test --test it generated`, the output in the README by
//! `BLESS=1 cargo test --test it readme`.

mod architecture;
mod assert;
mod assert_backends;
mod assert_figures;
mod assert_files;
mod assert_suite;
mod assert_wait;
mod cli;
mod cloudwatch_logs_emulator;
#[cfg(unix)]
mod collect;
#[cfg(unix)]
mod collect_safety;
mod config;
mod demo;
mod diff;
#[cfg(unix)]
mod doctor;
#[cfg(unix)]
mod durability;
mod every_medium;
mod forward;
mod generated;
mod honeycomb;
mod honeycomb_config;
mod honeycomb_emulator;
#[cfg(unix)]
mod honeycomb_hostile;
mod honeycomb_server;
#[cfg(unix)]
mod hostile;
mod import;
mod interactive;
mod list;
mod logs;
mod lost;
mod map;
mod otlp_logs;
mod profiles;
mod readme;
mod rollbar;
mod rollbar_emulator;
#[cfg(unix)]
mod run;
#[cfg(unix)]
mod sampling;
#[cfg(target_os = "linux")]
mod secrets;
mod show;
mod show_backends;
mod show_exports;
mod show_html;
mod show_logs;
mod show_parts;
mod show_pictures;
mod stats;
#[cfg(unix)]
mod stitch;
mod store;
mod support;
mod xray;
mod xray_documents;
mod xray_emulator;
