//! Assertions in files, and reports on them.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Which assertions are read from files.
#[derive(Debug, Clone, Default, Args)]
pub struct SuiteArgs {
    /// Read assertions from a TOML file; may be given several times
    ///
    /// `[[assert]]` begins one. It has a `name`, and the options of `assert` as keys, such as `expr`, `every` and `wait`; `[defaults]`
    /// may have `wait` and `settle` for all. The worst of the verdicts counts: "no" before "cannot tell".
    #[arg(short, long = "file", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,

    /// Write snapshots and baselines anew, from the traces that match, instead of comparing them
    #[arg(long)]
    pub update: bool,

    /// Of the assertions in files, only those that have this in their name; may be given several times
    #[arg(long, value_name = "TEXT", requires = "files")]
    pub only: Vec<String>,
}

/// Files that are written beside what is said.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Reports")]
pub struct ReportArgs {
    /// Also write a JUnit XML file, which CI servers read
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub junit: Option<PathBuf>,

    /// Also write Markdown; in GitHub Actions it goes to the job summary as well, with annotations
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub markdown: Option<PathBuf>,

    /// Also write a page for a browser
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub html: Option<PathBuf>,
}

impl ReportArgs {
    /// Whether there is one.
    pub fn any(&self) -> bool {
        [&self.junit, &self.markdown, &self.html].into_iter().any(Option::is_some)
    }
}
