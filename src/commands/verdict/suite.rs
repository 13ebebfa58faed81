//! Assertions in a file: TOML, in which every unknown key is refused.
//!
//! ```toml
//! [defaults]                # for all that do not say otherwise; what the command line says goes first
//! wait = "30s"
//! settle = "5s"
//!
//! [[assert]]
//! name = "messages are listed quickly"
//! expr = 'name = "GET /api/message_groups"'
//! every = 'duration < 500ms'
//!
//! [[assert]]
//! name = "nothing fails"
//! expr = 'status = error'
//! absent = true             # or `count = ">=3"`
//! ```

use std::collections::HashSet;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::case::{Case, Times, Wanted, Which, counted, nothing_to_update};
use super::check::Check;
use crate::analysis::assertion::Expected;
use crate::cli::SuiteArgs;
use crate::cli::value::{Count, Percent, aggregate, duration};
use crate::error::{Failure, Kind, OrFail as _};
use crate::model::TraceId;
use crate::query::Expr;
use crate::render::report::Place;
use crate::ui::Ui;

/// More than anyone writes by hand; less than a device that never ends.
const MAX_BYTES: u64 = 1 << 20;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Suite {
    #[serde(default)]
    defaults: Defaults,
    #[serde(default, rename = "assert")]
    cases: Vec<Entry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Defaults {
    wait: Option<Spanned<String>>,
    settle: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Spanned<String>,
    expr: Option<Spanned<String>>,
    every: Option<Spanned<String>>,
    count: Option<Spanned<Number>>,
    #[serde(default)]
    absent: bool,
    across: Option<Spanned<String>>,
    #[serde(rename = "critical-path")]
    critical_path: Option<Spanned<String>>,
    snapshot: Option<Spanned<PathBuf>>,
    baseline: Option<Spanned<PathBuf>>,
    samples: Option<Spanned<u32>>,
    tolerance: Option<Spanned<String>>,
    trace: Option<Spanned<String>>,
    #[serde(default)]
    newest: bool,
    wait: Option<Spanned<String>>,
    settle: Option<Spanned<String>>,
}

/// `3`, and `">=3"`.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a number, or text such as `>=3`")]
enum Number {
    Exactly(u64),
    Words(String),
}

/// The assertions of all files, in their order; of several that are wanted by name, those.
pub(in super::super) fn read(args: &SuiteArgs, times: Times, ui: &mut Ui) -> Result<Vec<Case>, Failure> {
    let (mut cases, mut names) = (Vec::new(), HashSet::new());
    for path in &args.files {
        let text = text(path)?;
        let lines = text.match_indices('\n').map(|(at, _)| at).collect();
        let source = Source { path, text: &text, lines };
        let (wanted, all) = source.cases(&args.only, times, args.update, ui)?;
        cases.extend(wanted);
        for name in all {
            if name.trim().is_empty() {
                return Err(Failure::usage("an assertion has an empty name").context(format!("cannot use {}", path.display())));
            }
            if names.contains(&name) {
                return Err(Failure::usage(format!("two assertions are called `{name}`")));
            }
            names.insert(name);
        }
    }
    if names.is_empty() {
        let files: Vec<_> = args.files.iter().map(|path| path.display().to_string()).collect();
        let failure = Failure::usage(format!("there is no assertion in {}", files.join(", ")));
        return Err(failure.hint("an assertion begins with `[[assert]]`"));
    }
    if cases.is_empty() {
        let (all, only) = (names.len(), args.only.join("` or `"));
        return Err(Failure::usage(format!("none of {all} assertions has `{only}` in its name")));
    }
    if args.update && !cases.iter().any(Case::updates) {
        return Err(nothing_to_update());
    }
    Ok(cases)
}

fn text(path: &Path) -> Result<String, Failure> {
    let doing = || format!("cannot read {}", path.display());
    let file = std::fs::File::open(path).or_fail(Kind::Usage, doing)?;
    let mut text = String::new();
    file.take(MAX_BYTES + 1).read_to_string(&mut text).or_fail(Kind::Usage, doing)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(Failure::usage("it is larger than 1 MiB").context(doing()));
    }
    Ok(text)
}

/// A file that is being read.
struct Source<'a> {
    path: &'a Path,
    text: &'a str,
    /// Where its lines end.
    lines: Vec<usize>,
}

impl Source<'_> {
    fn cases(&self, only: &[String], times: Times, update: bool, ui: &mut Ui) -> Result<(Vec<Case>, Vec<String>), Failure> {
        let suite: Suite =
            toml::from_str(self.text).map_err(|error| self.wrong(error.span().unwrap_or(0..0), error.message()))?;
        let is_wanted = |entry: &&Entry| only.is_empty() || only.iter().any(|part| entry.name.get_ref().contains(part));
        let wanted: Vec<&Entry> = suite.cases.iter().filter(is_wanted).collect();
        let cases =
            wanted.iter().map(|entry| self.case(entry, &suite.defaults, times, update, ui)).collect::<Result<_, _>>()?;
        Ok((cases, suite.cases.iter().map(|entry| entry.name.get_ref().clone()).collect()))
    }

    fn case(&self, entry: &Entry, defaults: &Defaults, times: Times, update: bool, ui: &mut Ui) -> Result<Case, Failure> {
        let filter = self.expression(entry.expr.as_ref(), ui)?;
        let every = self.expression(entry.every.as_ref(), ui)?;
        let asked = [&entry.every, &entry.across, &entry.critical_path].into_iter().flatten().map(Spanned::span);
        let files = [&entry.snapshot, &entry.baseline].into_iter().flatten().map(Spanned::span);
        let expected = match (&entry.count, entry.absent, asked.chain(files).next()) {
            (Some(count), true, _) => return Err(self.wrong(count.span(), "`absent` says how many there may be")),
            (_, true, Some(asked)) => return Err(self.wrong(asked, "this asks what `absent` says is not there")),
            (Some(count), ..) => counted(self.count(count)?),
            (None, true, None) => Expected::NONE,
            (None, false, _) => Expected::SOME,
        };
        let checks = self.checks(entry, update)?;
        let wanted = Wanted { filter, every, expected, checks };
        if wanted.contradicts() {
            let span = entry.count.as_ref().map_or(0..0, Spanned::span);
            return Err(self.wrong(span, "this says that there is none, and something is asked of it"));
        }
        let parts = wanted.parts().map_err(|of| {
            let span = entry.every.as_ref().map_or(0..0, Spanned::span);
            self.wrong(span, &format!("`every` asks each span that satisfies {of}, and cannot"))
        })?;
        let which = match (&entry.trace, entry.newest) {
            (Some(id), true) => return Err(self.wrong(id.span(), "`newest` says which trace it is")),
            (Some(id), false) => {
                TraceId::parse(id.get_ref()).map_err(|error| self.wrong(id.span(), &error.to_string()))?;
                Which::Id(id.get_ref().clone())
            }
            (None, true) => Which::Newest,
            (None, false) => Which::All,
        };
        let time = |flag: Option<Duration>, own: &Option<Spanned<String>>, default: &Option<Spanned<String>>| match flag {
            Some(flag) => Ok(Some(flag)),
            None => own.as_ref().or(default.as_ref()).map(|written| self.duration(written)).transpose(),
        };
        Ok(Case {
            name: Some(entry.name.get_ref().clone()),
            place: Some(Place { file: self.path.display().to_string(), line: self.line(entry.name.span().start) }),
            which,
            parts,
            wait: time(times.wait, &entry.wait, &defaults.wait)?,
            settle: time(times.settle, &entry.settle, &defaults.settle)?,
        })
    }

    fn expression(&self, written: Option<&Spanned<String>>, ui: &mut Ui) -> Result<Option<Expr>, Failure> {
        let Some(written) = written else { return Ok(None) };
        let expr = written.get_ref().parse::<Expr>().map_err(|error| {
            Failure::usage(error).context(format!("{}: the expression cannot be read", self.place(written.span().start)))
        })?;
        for hint in expr.hints() {
            ui.hint(&format!("{}: {hint}", self.place(written.span().start)));
        }
        Ok(Some(expr))
    }

    fn checks(&self, entry: &Entry, update: bool) -> Result<Vec<Check>, Failure> {
        let mut checks = Vec::new();
        if let Some(written) = &entry.across {
            let across = aggregate(written.get_ref()).map_err(|error| self.wrong(written.span(), &error))?;
            checks.push(Check::Across(across));
        }
        if let Some(written) = &entry.critical_path {
            let bound = written.get_ref().parse().map_err(|error: String| self.wrong(written.span(), &error))?;
            checks.push(Check::CriticalPath(bound));
        }
        // A file of files means those beside it.
        let beside = |path: &PathBuf| self.path.parent().map_or_else(|| path.clone(), |folder| folder.join(path));
        if let Some(path) = &entry.snapshot {
            let check = Check::snapshot(beside(path.get_ref()), update);
            checks.push(check.map_err(|failure| failure.context(self.place(path.span().start)))?);
        }
        if let Some(path) = &entry.baseline {
            if let Some(which) = entry.trace.as_ref().map(Spanned::span).or(entry.newest.then(|| path.span())) {
                return Err(self.wrong(which, "a baseline is about many traces"));
            }
            let percent = |written: &Spanned<String>| {
                let percent = written.get_ref().parse().map_err(|error: String| self.wrong(written.span(), &error));
                percent.map(|Percent(share)| share)
            };
            let tolerance = entry.tolerance.as_ref().map(percent).transpose()?;
            let samples = entry.samples.as_ref().map(|samples| *samples.get_ref());
            let check = Check::baseline(beside(path.get_ref()), samples, tolerance, update);
            checks.push(check.map_err(|failure| failure.context(self.place(path.span().start)))?);
        } else if let Some(alone) = entry.samples.as_ref().map(Spanned::span).or(entry.tolerance.as_ref().map(Spanned::span)) {
            return Err(self.wrong(alone, "this is about a `baseline`, and there is none"));
        }
        Ok(checks)
    }

    fn count(&self, written: &Spanned<Number>) -> Result<Count, Failure> {
        let words = match written.get_ref() {
            Number::Exactly(count) => count.to_string(),
            Number::Words(words) => words.clone(),
        };
        words.parse().map_err(|error: String| self.wrong(written.span(), &error))
    }

    fn duration(&self, written: &Spanned<String>) -> Result<Duration, Failure> {
        duration(written.get_ref()).map_err(|error| self.wrong(written.span(), &error))
    }

    /// What is wrong, and where, with the line.
    fn wrong(&self, span: Range<usize>, why: &str) -> Failure {
        let start = self.text.floor_char_boundary(span.start);
        let begin = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = self.text[begin..].lines().next().unwrap_or_default();
        let why = why.trim_end().replace('\n', ", ");
        Failure::usage(format!("{}: {why}\n  | {line}", self.place(span.start)))
    }

    /// Counted from 1.
    fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|end| *end < at) + 1
    }

    /// `FILE:LINE:COLUMN`, counted from 1, columns in characters.
    fn place(&self, at: usize) -> String {
        let before = &self.text[..self.text.floor_char_boundary(at)];
        let line = self.line(at);
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("{}:{line}:{column}", self.path.display())
    }
}
