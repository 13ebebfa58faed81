//! Reports on a run, beside what is said on the terminal.

use std::path::{Path, PathBuf};

use super::super::{Context, files};
use crate::cli::ReportArgs;
use crate::config::Env;
use crate::error::Failure;
use crate::model::TraceId;
use crate::render::report::{self, Report};
use crate::ui::Ui;

/// Where reports go.
pub(in super::super) struct Reports {
    junit: Option<PathBuf>,
    markdown: Option<PathBuf>,
    html: Option<PathBuf>,
    /// The summary of the job, in GitHub Actions
    /// (<https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#adding-a-job-summary>).
    summary: Option<PathBuf>,
    /// Whether lines on a stream become annotations.
    annotate: bool,
    /// What ends the time in which GitHub Actions takes no line as a command, where it reads what is printed.
    token: Option<String>,
}

impl Reports {
    /// Those that are asked for. A folder that is not there is an error now, while nothing has been asked.
    pub(in super::super) fn of_args(args: &ReportArgs, env: &Env) -> Result<Self, Failure> {
        for path in [&args.junit, &args.markdown, &args.html].into_iter().flatten() {
            files::check(path)?;
        }
        let runs_there = env.text("GITHUB_ACTIONS").as_deref() == Some("true");
        let in_github = args.markdown.is_some() && runs_there;
        Ok(Self {
            junit: args.junit.clone(),
            markdown: args.markdown.clone(),
            html: args.html.clone(),
            summary: env.path("GITHUB_STEP_SUMMARY").filter(|_| in_github),
            annotate: in_github,
            token: runs_there.then(|| TraceId::from_bytes(super::super::random::<16>()).canonical()),
        })
    }

    /// From here on, what traces say is on the stream: none of it is a command
    /// (<https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#stopping-and-starting-workflow-commands>).
    pub(super) fn begin(&self, ui: &mut Ui) {
        if let Some(token) = &self.token {
            ui.detail(&format!("::stop-commands::{token}\n"));
        }
    }

    /// Writes all of them, also where one of them cannot be.
    pub(super) fn write(&self, report: &Report<'_>, context: &Context, ui: &mut Ui) -> Result<(), Failure> {
        if let Some(token) = &self.token {
            ui.detail(&format!("::{token}::\n"));
        }
        if self.annotate {
            ui.detail(&report::annotations(report));
        }
        let look = context.look_of_text();
        let to = |path: &Option<PathBuf>, text: &dyn Fn() -> String| match path {
            Some(path) => files::replace(path, &text()),
            None => Ok(()),
        };
        let written = [
            to(&self.junit, &|| report::junit(report, &look)),
            to(&self.markdown, &|| report::markdown(report, &look)),
            to(&self.html, &|| report::html(report, &look)),
        ];
        if let Some(summary) = &self.summary {
            append(summary, &report::markdown(report, &look), ui);
        }
        written.into_iter().collect()
    }
}

/// The summary is nobody's order, so that it does not fail a run.
fn append(path: &Path, text: &str, ui: &mut Ui) {
    if let Err(error) = files::append(path, text) {
        ui.warn(&format!("the job summary could not be written: {error}"));
    }
}
