//! The log lines of a trace: those that came with its spans, and those of CloudWatch Logs.

use super::Context;
use super::ask::{self, Failed};
use crate::analysis::{Tree, logs};
use crate::backend::cloudwatch_logs::{self, Found, NAME, Search, Wanted};
use crate::backend::{Account, BackendError, CloudWatchLogs};
use crate::model::time::{MILLISECOND, Nanos, SECOND};
use crate::model::{GroupOrigin, LogGroup, LogLine, TimeRange, Trace, TraceId};
use crate::ui::Ui;

/// Around a trace, where its id is looked for: clocks differ, and work goes on behind a trace.
const BEFORE: Nanos = 60 * SECOND;
const AFTER: Nanos = 300 * SECOND;
/// The same where there is only time to go by.
const AROUND: Nanos = 100 * MILLISECOND;

/// What helps where no line holds the trace's id.
const ADVICE: &str = "watchtower sends what its formatter writes: add the trace id to that, by a logging.Filter and `%(trace_id)s` in the \
                      format; docs/one-request.md shows how";

/// Looks for lines, and keeps what there is to say about it.
#[derive(Debug)]
pub(super) struct Finder {
    logs: Option<CloudWatchLogs>,
    named: Vec<String>,
    /// One sentence each.
    pub(super) notes: Vec<String>,
    hints: Vec<String>,
    /// Who did not answer.
    pub(super) failed: Failed,
    /// Whether something was not looked at: what was not found may be there all the same.
    pub(super) cut: bool,
}

impl Finder {
    /// CloudWatch Logs is asked where a log group is named, or where AWS is set up.
    pub(super) async fn open(context: &Context, ui: &mut Ui) -> Self {
        let settings = &context.settings;
        let named = settings.log_groups.clone();
        let mut finder =
            Self { logs: None, notes: Vec::new(), hints: Vec::new(), failed: Failed::new(), cut: false, named: named.clone() };
        if named.is_empty() && !settings.xray.hinted {
            return finder;
        }
        let logs = CloudWatchLogs::new(cloudwatch_logs::Options {
            account: Account {
                aws_profile: settings.xray.aws_profile.clone(),
                region: settings.xray.region.clone(),
                timeout: settings.timeout,
                named: !named.is_empty(),
            },
            profile_named: settings.xray.profile_named,
            report: ui.reporter(),
        });
        // What was named is asked, whatever comes of it; what was not has to be there.
        match if named.is_empty() { logs.is_configured().await } else { Ok(true) } {
            Ok(true) => finder.logs = Some(logs),
            Ok(false) => {}
            Err(error) => finder.fail(error),
        }
        finder
    }

    /// What would be asked of CloudWatch Logs, as one line.
    pub(super) fn explain(&self) -> String {
        match self.logs {
            Some(_) => format!("{NAME}: {}", cloudwatch_logs::explain(&self.named, "the trace id")),
            None => format!("{NAME}: not asked, as AWS is not set up here; --log-group asks all the same"),
        }
    }

    /// Finds the lines of a trace, and puts them into it.
    pub(super) async fn attach(&mut self, trace: &mut Trace) {
        let mut lines = trace.take_log_events();
        let failed = self.failed.len();
        match self.logs.take() {
            Some(logs) => {
                self.search(&logs, trace, &mut lines).await;
                self.logs = Some(logs);
            }
            None if lines.is_empty() && failed == 0 => {
                self.say(format!("no log line came with trace {}, and CloudWatch Logs was not asked", trace.id()));
                self.advise("--log-group NAME looks in a log group of CloudWatch Logs, with AWS's credentials");
            }
            None => {}
        }
        lines.sort_by_key(|line| line.time);
        trace.logs = Some(lines);
    }

    /// Finds the lines that hold an id of which no backend has the trace.
    pub(super) async fn of_id(&mut self, id: &TraceId, window: TimeRange) -> Vec<LogLine> {
        let groups: Vec<LogGroup> = self.named.iter().map(|name| named(name)).collect();
        let Some(logs) = self.logs.take() else { return Vec::new() };
        let found = self.ask(&logs, &Search { wanted: Wanted::Trace(id), window }, &groups).await;
        self.logs = Some(logs);
        found.map(|found| found.lines).unwrap_or_default()
    }

    async fn search(&mut self, logs: &CloudWatchLogs, trace: &Trace, lines: &mut Vec<LogLine>) {
        let mut groups = match self.named.as_slice() {
            [] => logs::groups(trace),
            all => all.iter().map(|name| LogGroup { service: logs::writer(trace, name), ..named(name) }).collect(),
        };
        if groups.is_empty() {
            self.say(format!("trace {} names no log group, and no service that one could be called after", trace.id()));
            return self.advise("--log-group NAME looks in a log group of CloudWatch Logs");
        }
        let Some(window) = around(trace, BEFORE, AFTER) else {
            return self.say(format!("trace {} has no time at which log lines could be looked for", trace.id()));
        };
        let Some(found) = self.ask(logs, &Search { wanted: Wanted::Trace(trace.id()), window }, &groups).await else { return };
        groups.retain(|group| !found.missing.contains(&group.name));
        lines.extend(found.lines);
        if lines.is_empty() && !groups.is_empty() {
            self.guess(logs, trace, &groups, lines).await;
        }
    }

    /// By what else a line may have of the trace, where none holds its id.
    async fn guess(&mut self, logs: &CloudWatchLogs, trace: &Trace, groups: &[LogGroup], lines: &mut Vec<LogLine>) {
        let names: Vec<String> = groups.iter().map(|group| format!("`{}`", group.name)).collect();
        let places = format!("{} {}", if names.len() == 1 { "log group" } else { "log groups" }, names.join(", "));
        let none = format!("no line of {places} holds the id of trace {}", trace.id());
        let paths = logs::paths(trace, &Tree::build(trace));
        // Without a path, only a group of which it is known whose it is says anything.
        let of_service: Vec<LogGroup> = groups.iter().filter(|group| group.service.is_some()).cloned().collect();
        let (wanted, groups, by) = match (paths.as_slice(), of_service.as_slice()) {
            ([], []) => {
                self.say(format!("{none}, and the trace has no path by which lines could be told"));
                return self.advise(ADVICE);
            }
            ([], some) => (Wanted::Anything, some, "time and service".to_owned()),
            (paths, _) => (Wanted::Paths(paths), groups, format!("time and path ({})", paths.join(", "))),
        };
        let Some(window) = around(trace, AROUND, AROUND) else { return };
        let Some(found) = self.ask(logs, &Search { wanted, window }, groups).await else { return };
        match found.lines.len() {
            0 => self.say(format!("{none}, and none was found by {by}")),
            1 => self.say(format!("{none}; 1 line is shown by {by}, marked `?`")),
            count => self.say(format!("{none}; {count} lines are shown by {by}, marked `?`")),
        }
        self.advise(ADVICE);
        lines.extend(found.lines);
    }

    /// One question; `None` where it was not answered.
    async fn ask(&mut self, logs: &CloudWatchLogs, search: &Search<'_>, groups: &[LogGroup]) -> Option<Found> {
        match logs.search(search, groups).await {
            Ok(found) => {
                self.cut |= found.cut;
                for name in &found.missing {
                    let custom = groups.iter().any(|group| group.name == *name && group.origin == GroupOrigin::Custom);
                    if custom {
                        self.say(format!(
                            "there is no log group `{name}`, which was looked for because a service is called so"
                        ));
                        self.advise(
                            "name the group that a service writes to with --log-group, or once in the configuration file",
                        );
                    } else {
                        self.say(format!("there is no log group `{name}` in this account and region"));
                        self.advise(
                            "`aws logs describe-log-groups` lists those that there are; --region asks in another region",
                        );
                    }
                }
                found.notes.iter().cloned().for_each(|note| self.say(note));
                Some(found)
            }
            Err(error) => {
                self.fail(error);
                None
            }
        }
    }

    /// Says what would help, after everything else.
    pub(super) fn hint(&self, ui: &mut Ui) {
        self.hints.iter().for_each(|hint| ui.hint(hint));
    }

    fn fail(&mut self, error: BackendError) {
        ask::also_failed(&mut self.failed, vec![(NAME.to_owned(), error)]);
    }

    /// Once is enough.
    fn say(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn advise(&mut self, hint: &str) {
        if !self.hints.iter().any(|known| known == hint) {
            self.hints.push(hint.to_owned());
        }
    }
}

/// A log group that the user named. Whose it is, only its lines may say.
fn named(name: &str) -> LogGroup {
    LogGroup { name: name.to_owned(), service: None, origin: GroupOrigin::Named }
}

/// The time of a trace, and so much more; `None` where no span has a time.
fn around(trace: &Trace, before: Nanos, after: Nanos) -> Option<TimeRange> {
    let times = trace.spans().iter().filter(|span| !span.start.is_unknown());
    let (mut first, mut last) = (None, None);
    for span in times {
        first = Some(first.map_or(span.start, |first: crate::model::Time| first.min(span.start)));
        let end = span.end.unwrap_or(span.start).max(span.start);
        last = Some(last.map_or(end, |last: crate::model::Time| last.max(end)));
    }
    TimeRange::new(first?.saturating_add(-before), last?.saturating_add(after))
}
