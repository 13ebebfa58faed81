//! What was found out about a set-up, for machines.

use serde::Serialize;

use super::{SCHEMA, text};
use crate::model::diagnosis::{Section, worst};

#[derive(Serialize)]
struct DoctorDocument<'a> {
    schema: u32,
    level: &'static str,
    findings: Vec<FoundView<'a>>,
}

#[derive(Serialize)]
struct FoundView<'a> {
    section: &'static str,
    check: &'static str,
    finding: &'static str,
    level: &'static str,
    what: &'a str,
    details: &'a [String],
    remedy: Option<&'a str>,
}

/// What was found out about a set-up: `{"schema": 1, "level": …, "findings": […]}`, where the level is that of the worst. A finding has its
/// `section`, what was looked at (`check`), what was found (`finding`), its `level` (`ok`, `note`, `unknown` or `problem`): words that do not
/// change, but for new ones. `what` and `details` are for people, and `remedy` is a command for `sh`, or `null`.
pub fn doctor(sections: &[Section]) -> String {
    let findings = sections.iter().flat_map(views).collect();
    text(|out| {
        serde_json::to_writer_pretty(&mut *out, &DoctorDocument { schema: SCHEMA, level: worst(sections).name(), findings })?;
        out.push(b'\n');
        Ok(())
    })
}

fn views(section: &Section) -> impl Iterator<Item = FoundView<'_>> {
    section.findings.iter().map(|finding| FoundView {
        section: section.name,
        check: finding.check,
        finding: finding.finding,
        level: finding.level.name(),
        what: &finding.what,
        details: &finding.details,
        remedy: finding.remedy.as_deref(),
    })
}
