//! Log lines by themselves: when, whose, how bad, what.

use std::fmt;

use crate::model::LogLine;
use crate::render::line::Line;
use crate::render::theme::{self, Look, Role};
use crate::render::{text, units, waterfall};

/// The widest that the column of services gets.
const SERVICE: usize = 24;

/// The lines in the order in which they are given, whole: what has several lines of its own goes on below its first. Where not all are
/// sure, a mark stands in front.
pub fn render(lines: &[LogLine], look: &Look) -> String {
    let mut out = String::new();
    write(lines, look, &mut out).expect("a string takes all that is written to it");
    out
}

fn write(lines: &[LogLine], look: &Look, out: &mut impl fmt::Write) -> fmt::Result {
    let whose = |line: &LogLine| text::sanitise(writer(line), look.ascii).into_owned();
    let service = lines.iter().map(|line| text::width(&whose(line))).max().unwrap_or(0).min(SERVICE);
    let severity = |line: &LogLine| text::sanitise(&line.severity_word().to_uppercase(), look.ascii).into_owned();
    let severities = lines.iter().map(|line| text::width(&severity(line))).max().unwrap_or(0);
    let unsure = lines.iter().any(|line| !line.belongs.is_sure());
    let mut drawn = Line::default();
    for line in lines {
        if unsure {
            drawn.push(Role::Warning, if line.belongs.is_sure() { "  " } else { "? " });
        }
        let from = drawn.width();
        drawn.push(Role::Faint, &units::time(line.time, look.zone));
        drawn.pad_to(from + text::width(&units::time(crate::model::Time(1), look.zone)) + 2);
        drawn.push(theme::service(writer(line)), &text::pad(&whose(line), service, look.ascii));
        if severities > 0 {
            drawn.push(waterfall::severity_role(line), &format!("  {}", text::pad(&severity(line), severities, look.ascii)));
        }
        let column = drawn.width() + 2;
        for (nth, part) in line.body.lines().enumerate() {
            if nth > 0 {
                drawn.write(look, out)?;
            }
            drawn.pad_to(column);
            drawn.push(Role::Plain, &text::sanitise(&part.replace('\t', "  "), look.ascii));
        }
        drawn.write(look, out)?;
    }
    Ok(())
}

/// Whose it is, or where it was read.
fn writer(line: &LogLine) -> &str {
    line.service.as_deref().or(line.group.as_deref()).unwrap_or(&line.source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Attributes, Belongs, Severity, Time};
    use crate::render::samples::{START, look};

    fn line(at: i128, service: Option<&str>, severity: Option<Severity>, body: &str, belongs: Belongs) -> LogLine {
        LogLine {
            time: START.saturating_add(at * 1_000_000),
            precision: 1,
            severity,
            severity_text: String::new(),
            body: body.to_owned(),
            source: "cloudwatch-logs".to_owned(),
            group: Some("cruddur".to_owned()),
            stream: None,
            service: service.map(str::to_owned),
            span: None,
            belongs,
            attributes: Attributes::new(),
        }
    }

    #[test]
    fn lines_are_whole_and_what_has_several_goes_on_below() {
        let lines = [
            line(0, Some("backend-flask"), Some(Severity::Info), "GET /api/activities/home? 200", Belongs::TimeAndPath),
            line(
                5,
                None,
                Some(Severity::Error),
                "Traceback (most recent call last):\n\tFile \"app.py\"\u{1b}[2J",
                Belongs::Event,
            ),
            LogLine { time: Time::UNKNOWN, ..line(0, None, None, "", Belongs::Event) },
        ];
        insta::assert_snapshot!(render(&lines, &look(40)), @r#"
        ? 2026-07-24 14:03:05.123 UTC  backend-flask  INFO   GET /api/activities/home? 200
          2026-07-24 14:03:05.128 UTC  cruddur        ERROR  Traceback (most recent call last):
                                                               File "app.py"␛[2J
          unknown time                 cruddur
        "#);
        assert_eq!(render(&[], &look(80)), "");
    }
}
