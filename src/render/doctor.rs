//! What was found out about a set-up, as one screen.

use super::theme::{self, Role};
use super::{Look, text, units};
use crate::model::diagnosis::{Finding, Level, Section};

/// Columns of a level's sign and what is around it.
const SIGN: usize = 4;
/// Columns of the name of what was looked at, at most.
const NAME: usize = 24;

/// A heading for each section and below it a line or more for each finding, then how many are wrong. Commands are never broken: they are there
/// to be copied. Ends with a line feed.
pub fn render(sections: &[Section], look: &Look) -> String {
    let mut out = String::new();
    for section in sections {
        push(&mut out, section.name, Role::Title, look);
        for finding in &section.findings {
            push_finding(&mut out, finding, look);
        }
        out.push('\n');
    }
    push(&mut out, &summed(sections), Role::Plain, look);
    out
}

fn push_finding(out: &mut String, finding: &Finding, look: &Look) {
    let (sign, role) = match (finding.level, look.ascii) {
        (Level::Ok, false) => ("✓", Role::Good),
        (Level::Ok, true) => ("+", Role::Good),
        (Level::Note, false) => ("·", Role::Faint),
        (Level::Note, true) => ("-", Role::Faint),
        (Level::Unknown, _) => ("?", Role::Warning),
        (Level::Problem, false) => ("✗", Role::Error),
        (Level::Problem, true) => ("x", Role::Error),
    };
    let columns = look.columns();
    // What there is to say stands beside the name, where there is room for both.
    let name = if columns < 70 { 0 } else { NAME };
    let indent = SIGN + name;
    let first = text::wrap(&text::sanitise(&finding.what, look.ascii), columns.saturating_sub(indent));
    let mut lines = first.iter();
    let head = if name == 0 {
        String::new()
    } else {
        format!("{} {}", text::pad(finding.check, name - 1, look.ascii), lines.next().map_or("", String::as_str))
    };
    let styled = |text: &str, role| if look.color { theme::style(role).style(text).to_string() } else { text.to_owned() };
    out.push_str("  ");
    out.push_str(&styled(sign, role));
    out.push(' ');
    let head = if name == 0 { finding.check.to_owned() } else { head };
    out.push_str(&styled(head.trim_end(), if finding.level == Level::Problem { Role::Plain } else { dimmed(finding.level) }));
    out.push('\n');
    let blank = " ".repeat(indent);
    for line in lines {
        push(out, &format!("{blank}{line}"), dimmed(finding.level), look);
    }
    for detail in &finding.details {
        for line in text::wrap(&text::sanitise(detail, look.ascii), columns.saturating_sub(indent)) {
            push(out, &format!("{blank}{line}"), Role::Faint, look);
        }
    }
    if let Some(command) = &finding.remedy {
        push(out, &format!("    $ {}", text::sanitise(command, false)), Role::Id, look);
    }
}

fn dimmed(level: Level) -> Role {
    if level == Level::Note { Role::Faint } else { Role::Plain }
}

/// How many of the findings are wrong, or not known.
fn summed(sections: &[Section]) -> String {
    let count = |level| sections.iter().flat_map(|section| &section.findings).filter(|finding| finding.level == level).count();
    let (problems, unknown) = (count(Level::Problem), count(Level::Unknown));
    let unknown = match unknown {
        0 => String::new(),
        some => format!(", {} could not be told", units::count(some)),
    };
    let wrong = match problems {
        0 => "nothing is wrong".to_owned(),
        some => units::plural(some, "problem", "problems"),
    };
    wrong + &unknown
}

fn push(out: &mut String, line: &str, role: Role, look: &Look) {
    if look.color {
        out.push_str(&theme::style(role).style(line).to_string());
    } else {
        out.push_str(line);
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::diagnosis::kind;
    use crate::render::samples::look;

    fn sections() -> Vec<Section> {
        let wrong =
            Finding::of(kind("honeycomb-dataset", "unknown"), "there is no dataset `\u{1b}[2Jbakend` (HONEYCOMB_DATASET)");
        let wrong =
            wrong.detail("there are `backend-flask`, `frontend-react-js`, `thumbnails`, `notifications` and others still");
        let late = Finding::of(kind("xray", "late"), "X-Ray did not answer GetTraceSummaries within 1s");
        let none = Finding::of(kind("rollbar-token", "missing"), "there is none").remedy("read -r X && export X".to_owned());
        vec![
            Section { name: "honeycomb", findings: vec![Finding::ok("honeycomb-key", "HONEYCOMB_API_KEY"), wrong] },
            Section { name: "others", findings: vec![late, none] },
        ]
    }

    #[test]
    fn text_is_wrapped_and_commands_are_not() {
        insta::assert_snapshot!(render(&sections(), &look(80)), @"
        honeycomb
          ✓ honeycomb-key           HONEYCOMB_API_KEY
          ✗ honeycomb-dataset       there is no dataset `␛[2Jbakend` (HONEYCOMB_DATASET)
                                    there are `backend-flask`, `frontend-react-js`,
                                    `thumbnails`, `notifications` and others still

        others
          ? xray                    X-Ray did not answer GetTraceSummaries within 1s
          · rollbar-token           there is none
            $ read -r X && export X

        1 problem, 1 could not be told
        ");
        insta::assert_snapshot!(render(&sections(), &Look { ascii: true, ..look(50) }), @r"
        honeycomb
          + honeycomb-key
            HONEYCOMB_API_KEY
          x honeycomb-dataset
            there is no dataset `\u{1b}[2Jbakend`
            (HONEYCOMB_DATASET)
            there are `backend-flask`,
            `frontend-react-js`, `thumbnails`,
            `notifications` and others still

        others
          ? xray
            X-Ray did not answer GetTraceSummaries within
            1s
          - rollbar-token
            there is none
            $ read -r X && export X

        1 problem, 1 could not be told
        ");
        assert_eq!(summed(&[]), "nothing is wrong");
    }
}
