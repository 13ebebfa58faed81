//! `doctor`: what is configured, whether it works, and what to do where it does not.

use clap::{Args, ValueEnum};

use super::{HoneycombArgs, LogGroupArgs};

/// Say what is configured, what works, and the command that fixes what does not
///
/// Looks at the configuration, the local store, the receiver and its ports, and asks Honeycomb, AWS X-Ray, CloudWatch Logs and Rollbar
/// whether they answer, how far the clock is off and what the key may do. Everything is asked at the same time, for no longer than
/// --timeout, and what fails costs only itself. What is not configured is no problem, unless it is named by --backend, with which
/// only that is looked at. Nothing is changed, and no key is shown; making sure that Honeycomb takes queries adds one to the list
/// that it keeps, and costs no query result. Ends with 1 if something is wrong, and with 3 if nothing is known to be wrong and not
/// everything could be told. docs/doctor.md lists all findings.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cruddur-trace doctor
  cruddur-trace doctor -b xray --region us-east-1
  cruddur-trace doctor --test-span receiver
  cruddur-trace doctor -o json | jq -r '.findings[] | select(.level == \"problem\") | .remedy'")]
pub struct DoctorArgs {
    /// How to print what was found
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: DoctorFormat,

    /// Send one span that is marked as a test, and read it back
    ///
    /// To the receiver that is running for this store, which keeps it and sends it on as any other; or to Honeycomb, where it is an
    /// event in the dataset `cruddur-trace` (of a Classic environment, in the one that --dataset names), and where reading it back
    /// takes a few query results.
    #[arg(long, value_name = "WHERE")]
    pub test_span: Option<TestSpan>,

    /// Where lines are looked for.
    #[command(flatten)]
    pub groups: LogGroupArgs,

    /// What only Honeycomb is asked.
    #[command(flatten)]
    pub honeycomb: HoneycombArgs,
}

/// Where a test span is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TestSpan {
    /// The receiver that is running for this store
    Receiver,
    /// Honeycomb
    Honeycomb,
}

/// How `doctor` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum DoctorFormat {
    /// Text to read
    #[default]
    Text,
    /// One JSON document
    Json,
}
