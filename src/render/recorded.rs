//! The errors that were recorded of a trace elsewhere, below its drawing: how sure it is that they belong to it, and why.

use crate::model::Recorded;
use crate::model::error_report::{ErrorReport, Exception, Frame, Reports, Sureness};

use super::line::Line;
use super::theme::{Look, Role};
use super::{text, units};

/// How an error comes to carry the id of its trace.
const ADVICE: &str = "an error is certain where its request came with a traceparent or X-Amzn-Trace-Id header, or where the \
                      application adds the id to what it sends: extra_data={\"trace_id\": id} with pyrollbar";

/// Nothing where nobody asked; else lines behind an empty one. None but those of links is wider than [`Look::columns`].
pub fn render(recorded: &Recorded, look: &Look) -> String {
    let mut page = Page { look, out: String::new(), line: Line::default() };
    match recorded {
        Recorded::NotAsked => return String::new(),
        Recorded::Unknown => page.heading("errors in Rollbar: not known; the warning or note on stderr says why"),
        Recorded::Found(found) => page.found(found),
    }
    page.out
}

/// Text in the making.
struct Page<'a> {
    look: &'a Look,
    out: String,
    line: Line,
}

impl Page<'_> {
    fn found(&mut self, found: &Reports) {
        let count = |sureness| found.reports.iter().filter(|report| report.sureness == sureness).count();
        let counts: Vec<_> = [Sureness::Certain, Sureness::Probable]
            .into_iter()
            .filter(|sureness| count(*sureness) > 0)
            .map(|sureness| format!("{} {}", units::count(count(sureness)), sureness.name()))
            .collect();
        if counts.is_empty() {
            self.heading(&format!("errors in Rollbar: {}", self.none(found)));
        } else {
            self.heading(&format!("errors in Rollbar: {}", counts.join(", ")));
        }
        for (at, report) in found.reports.iter().enumerate() {
            let before = &found.reports[..at];
            self.report(report, before.iter().any(|before| before.item.is_some() && before.item == report.item));
        }
        if count(Sureness::Certain) == 0 {
            self.words(0, Role::Faint, &format!("- {ADVICE}"));
        }
    }

    fn none(&self, found: &Reports) -> String {
        let time = |at| units::time_to_second(at, self.look.zone);
        let between = format!("between {} and {}", time(found.window.start()), time(found.window.end()));
        match found.looked_at {
            0 => format!("none was recorded {between}"),
            some => format!(
                "none; {} {between} {} looked at, and none carries the trace id or fits by time and class or path",
                units::plural(some, "occurrence", "occurrences"),
                if some == 1 { "was" } else { "were" }
            ),
        }
    }

    fn report(&mut self, report: &ErrorReport, item_is_known: bool) {
        let occurrence = &report.occurrence;
        let title = match (occurrence.class(), occurrence.message()) {
            ("", "") => report.item.as_ref().map_or("(no message)", |item| item.title.as_str()).to_owned(),
            ("", message) => message.to_owned(),
            (class, "") => class.to_owned(),
            (class, message) => format!("{class}: {message}"),
        };
        let role = if matches!(occurrence.level.as_str(), "debug" | "info" | "warning") { Role::Warning } else { Role::Error };
        self.words(0, role, &format!("! {title}"));
        let evidence: Vec<_> = report.evidence.iter().map(ToString::to_string).collect();
        let role = if report.sureness == Sureness::Certain { Role::Good } else { Role::Warning };
        self.words(2, role, &format!("{}: {}", report.sureness.name(), evidence.join(", ")));
        let asked = format!("{} {}", occurrence.method, occurrence.path);
        let at = units::time_to_second(occurrence.time, self.look.zone);
        let facts = [at.as_str(), &occurrence.level, &occurrence.environment, &occurrence.framework, asked.trim()];
        let facts: Vec<_> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
        self.words(2, Role::Plain, &facts.join(if self.look.ascii { " | " } else { " · " }));
        if let Some(item) = &report.item {
            let number = item.counter.map_or_else(|| format!("item {}", item.id), |counter| format!("item #{counter}"));
            if item_is_known {
                self.words(2, Role::Plain, &format!("{number}, as above"));
            } else {
                let time = |at| units::time_to_second(at, self.look.zone);
                let times = item.total.map_or_else(|| "an unknown number of times".to_owned(), times);
                let status = if item.status.is_empty() { String::new() } else { format!(", {}", item.status) };
                let seen = format!("first {}, last {}", time(item.first_seen), time(item.last_seen));
                self.words(2, Role::Plain, &format!("{number}: {times}, {seen}{status}"));
            }
        }
        if !occurrence.link.is_empty() {
            // Whole, so that it can be clicked.
            self.line.pad_to(2);
            self.line.push(Role::Faint, &text::sanitise(&occurrence.link, self.look.ascii));
            self.end();
        }
        for exception in occurrence.exceptions.iter().filter(|exception| !exception.frames.is_empty()) {
            self.stack(exception);
        }
    }

    fn stack(&mut self, exception: &Exception) {
        self.words(2, Role::Heading, &format!("stack of {}, the most recent call last", exception.class));
        if exception.left_out > 0 {
            self.words(4, Role::Faint, &format!("{} before these", units::plural(exception.left_out, "frame", "frames")));
        }
        exception.frames.iter().for_each(|frame| self.frame(frame));
    }

    fn frame(&mut self, frame: &Frame) {
        let line = frame.line.map(|line| format!(":{line}")).unwrap_or_default();
        let within = if frame.method.is_empty() { String::new() } else { format!(" in {}", frame.method) };
        self.words(4, Role::Plain, &format!("{}{line}{within}", frame.file));
        if !frame.code.is_empty() {
            self.cut(6, Role::Faint, &format!("> {}", frame.code));
        }
        for (name, value) in &frame.locals {
            self.cut(6, Role::Plain, &format!("{name} = {value}"));
        }
        if frame.left_out > 0 {
            self.words(6, Role::Faint, &format!("and {}", units::plural(frame.left_out, "variable", "variables")));
        }
    }

    fn heading(&mut self, words: &str) {
        self.out.push('\n');
        self.words(0, Role::Title, words);
    }

    /// Words in as many lines as they take, those behind the first two columns further in.
    fn words(&mut self, indent: usize, role: Role, words: &str) {
        let words = text::sanitise(words, self.look.ascii);
        for (nth, part) in text::wrap(&words, self.look.columns() - indent - 2).iter().enumerate() {
            self.line.pad_to(if nth == 0 { indent } else { indent + 2 });
            self.line.push(role, part);
            self.end();
        }
    }

    /// Words in one line.
    fn cut(&mut self, indent: usize, role: Role, words: &str) {
        let words = text::sanitise(words, self.look.ascii);
        self.line.pad_to(indent);
        self.line.push(role, &text::truncate(&words, self.look.columns() - indent, self.look.ascii));
        self.end();
    }

    fn end(&mut self) {
        self.line.write(self.look, &mut self.out).expect("a string takes all that is written to it");
    }
}

fn times(total: u64) -> String {
    if total == 1 { "once".to_owned() } else { format!("{} times", units::count(total)) }
}

#[cfg(test)]
mod tests {
    use super::super::samples::look;
    use super::*;
    use crate::model::error_report::{ErrorEvidence, ErrorItem, Occurrence};
    use crate::model::{Time, TimeRange};
    use proptest::prelude::*;

    fn at(second: u64) -> Time {
        Time((1_784_901_826 + second) * 1_000_000_000)
    }

    fn found(reports: Vec<ErrorReport>, looked_at: usize) -> Recorded {
        let window = TimeRange::new(at(0), at(360)).expect("it ends behind its start");
        Recorded::Found(Reports { reports, looked_at, window })
    }

    fn report(sureness: Sureness, evidence: Vec<ErrorEvidence>, bodies: bool) -> ErrorReport {
        let frame = Frame {
            file: "/backend-flask/services/create_activity.py".to_owned(),
            line: Some(51),
            method: "create_activity".to_owned(),
            code: "cur.execute(sql, params)".to_owned(),
            locals: vec![("message".to_owned(), "first\nsecond".to_owned()), ("sql".to_owned(), "INSERT ".repeat(30))],
            left_out: 2,
        };
        let exception = Exception {
            class: "NotNullViolation".to_owned(),
            message: "null value in column \"user_uuid\" of relation \"activities\" violates not-null constraint".to_owned(),
            frames: if bodies { vec![frame] } else { Vec::new() },
            left_out: usize::from(bodies),
        };
        let occurrence = Occurrence {
            id: 5,
            time: at(0),
            exceptions: vec![exception],
            level: "error".to_owned(),
            environment: "production".to_owned(),
            framework: "flask".to_owned(),
            method: "POST".to_owned(),
            path: "/api/activities".to_owned(),
            link: "https://rollbar.com/occurrence/uuid/?uuid=d4c7acef-55bf-4c9e-a95e-4fe9428a8287".to_owned(),
            ..Occurrence::default()
        };
        let item = ErrorItem {
            id: 3,
            counter: Some(42),
            status: "active".to_owned(),
            first_seen: Time(at(0).0 - 86_400_000_000_000),
            last_seen: at(4),
            total: Some(1017),
            ..ErrorItem::default()
        };
        ErrorReport { occurrence, item: Some(item), sureness, evidence }
    }

    #[test]
    fn errors_are_told_with_what_speaks_for_them() {
        let carried = report(Sureness::Certain, vec![ErrorEvidence::TraceId("request.headers.Traceparent".to_owned())], false);
        let time = ErrorEvidence::Time { span: "INSERT".to_owned(), failed: true };
        let fits = report(Sureness::Probable, vec![ErrorEvidence::Class("NotNullViolation".to_owned()), time], false);
        insta::assert_snapshot!(render(&found(vec![carried, fits], 9), &look(80)), @r#"

        errors in Rollbar: 1 certain, 1 probable
        ! NotNullViolation: null value in column "user_uuid" of relation "activities"
          violates not-null constraint
          certain: the occurrence carries the trace id (request.headers.Traceparent)
          2026-07-24 14:03:46 UTC · error · production · flask · POST /api/activities
          item #42: 1,017 times, first 2026-07-23 14:03:46 UTC, last 2026-07-24
            14:03:50 UTC, active
          https://rollbar.com/occurrence/uuid/?uuid=d4c7acef-55bf-4c9e-a95e-4fe9428a8287
        ! NotNullViolation: null value in column "user_uuid" of relation "activities"
          violates not-null constraint
          probable: same class NotNullViolation, at the time of the span `INSERT`
          2026-07-24 14:03:46 UTC · error · production · flask · POST /api/activities
          item #42, as above
          https://rollbar.com/occurrence/uuid/?uuid=d4c7acef-55bf-4c9e-a95e-4fe9428a8287
        "#);
    }

    #[test]
    fn stacks_are_told_where_they_are_there() {
        let fits = report(Sureness::Probable, vec![ErrorEvidence::Locals], true);
        insta::assert_snapshot!(render(&found(vec![fits], 9), &look(60)), @r#"

        errors in Rollbar: 1 probable
        ! NotNullViolation: null value in column "user_uuid" of
          relation "activities" violates not-null constraint
          probable: a local variable of a stack frame holds the
            trace id
          2026-07-24 14:03:46 UTC · error · production · flask ·
            POST /api/activities
          item #42: 1,017 times, first 2026-07-23 14:03:46 UTC,
            last 2026-07-24 14:03:50 UTC, active
          https://rollbar.com/occurrence/uuid/?uuid=d4c7acef-55bf-4c9e-a95e-4fe9428a8287
          stack of NotNullViolation, the most recent call last
            1 frame before these
            /backend-flask/services/create_activity.py:51 in
              create_activity
              > cur.execute(sql, params)
              message = first␊second
              sql = INSERT INSERT INSERT INSERT INSERT INSERT INSER…
              and 2 variables
        - an error is certain where its request came with a
          traceparent or X-Amzn-Trace-Id header, or where the
          application adds the id to what it sends:
          extra_data={"trace_id": id} with pyrollbar
        "#);
    }

    #[test]
    fn what_is_not_there_is_said_with_where_it_was_looked_for() {
        assert_eq!(render(&Recorded::NotAsked, &look(80)), "");
        insta::assert_snapshot!(render(&Recorded::Unknown, &look(80)), @"

        errors in Rollbar: not known; the warning or note on stderr says why
        ");
        insta::assert_snapshot!(render(&found(Vec::new(), 0), &look(80)), @r#"

        errors in Rollbar: none was recorded between 2026-07-24 14:03:46 UTC and
          2026-07-24 14:09:46 UTC
        - an error is certain where its request came with a traceparent or
          X-Amzn-Trace-Id header, or where the application adds the id to what it sends:
          extra_data={"trace_id": id} with pyrollbar
        "#);
        insta::assert_snapshot!(render(&found(Vec::new(), 1017), &look(80)), @r#"

        errors in Rollbar: none; 1,017 occurrences between 2026-07-24 14:03:46 UTC and
          2026-07-24 14:09:46 UTC were looked at, and none carries the trace id or fits
          by time and class or path
        - an error is certain where its request came with a traceparent or
          X-Amzn-Trace-Id header, or where the application adds the id to what it sends:
          extra_data={"trace_id": id} with pyrollbar
        "#);
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_nothing_reaches_the_terminal_raw(text: String, width in 40usize..120, ascii: bool) {
            let mut one = report(Sureness::Probable, vec![ErrorEvidence::Path(text.clone())], true);
            let exception = &mut one.occurrence.exceptions[0];
            (exception.class, exception.message) = (text.clone(), text.clone());
            exception.frames[0].locals.push((text.clone(), text.clone()));
            one.occurrence.link = String::new();
            one.occurrence.level.clone_from(&text);
            one.item.as_mut().expect("it has one").status = text;
            let look = Look { ascii, ..look(width) };
            let out = render(&found(vec![one], 1), &look);
            for line in out.lines() {
                prop_assert!(text::width(line) <= width, "{line}");
                prop_assert_eq!(text::sanitise(line, ascii), line);
            }
        }
    }
}
