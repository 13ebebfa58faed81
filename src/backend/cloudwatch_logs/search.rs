//! What is looked for: in the two languages of CloudWatch Logs, and once more here, where it is checked.
//!
//! Filter patterns (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>): what has other characters than
//! letters and digits is quoted, and `?` before each of several means that one of them will do. Both languages tell capital letters from
//! small ones.

use std::collections::HashSet;

use super::Found;
use crate::model::time::{MILLISECOND, SECOND};
use crate::model::{Belongs, TimeRange, TraceId};
use crate::wire::log_text;

/// So many lines of a trace are read at most.
pub const MOST_LINES: usize = 1_000;
/// The longest filter pattern.
const LONGEST_PATTERN: usize = 1024;

/// What makes a line one of the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// It holds this id.
    Trace(&'a TraceId),
    /// It names one of these paths.
    Paths(&'a [String]),
    /// It is there.
    Anything,
}

/// A question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Search<'a> {
    /// What is looked for.
    pub wanted: Wanted<'a>,
    /// When it was written.
    pub window: TimeRange,
}

impl Search<'_> {
    /// Why a line belongs to the trace; `None` where it does not.
    pub(super) fn check(&self, text: &str) -> Option<Belongs> {
        match self.wanted {
            Wanted::Trace(id) => log_text::carries(text, id).map(Belongs::TraceId),
            Wanted::Paths(paths) => paths.iter().any(|path| log_text::names_path(text, path)).then_some(Belongs::TimeAndPath),
            Wanted::Anything => Some(Belongs::TimeAndService),
        }
    }

    /// What is looked for, as the user would say it.
    pub(super) fn words(&self) -> String {
        match self.wanted {
            Wanted::Trace(id) => format!("the trace id {id}"),
            Wanted::Paths(paths) => paths.join(", "),
            Wanted::Anything => "all lines".to_owned(),
        }
    }

    pub(super) fn needs_pattern(&self) -> bool {
        self.wanted != Wanted::Anything
    }

    /// As a filter pattern; `None` where there is none, or it cannot be written.
    pub(super) fn pattern(&self) -> Option<String> {
        let terms: Vec<String> = self.texts()?.iter().map(|text| format!("?\"{text}\"")).collect();
        let pattern = match terms.as_slice() {
            [] => return None,
            // With a question mark, a single term would be a choice of one.
            [only] => only[1..].to_owned(),
            several => several.join(" "),
        };
        (pattern.len() <= LONGEST_PATTERN).then_some(pattern)
    }

    /// As a query of Logs Insights (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html>).
    pub(super) fn query(&self) -> String {
        let terms: Vec<String> =
            self.texts().unwrap_or_default().iter().map(|text| format!("@message like \"{text}\"")).collect();
        let filter = if terms.is_empty() { String::new() } else { format!(" | filter {}", terms.join(" or ")) };
        format!("fields @timestamp, @message, @log, @logStream{filter} | sort @timestamp asc")
    }

    /// The texts of which a line has one. `None` where one of them has characters that would have to be escaped: how that is done is not
    /// documented for either language.
    fn texts(&self) -> Option<Vec<String>> {
        let texts: Vec<String> = match self.wanted {
            Wanted::Trace(id) => log_text::spellings(id).into_iter().map(|(_, text)| text).collect(),
            Wanted::Paths(paths) => paths.to_vec(),
            Wanted::Anything => Vec::new(),
        };
        let plain = |text: &String| !text.chars().any(|c| c.is_control() || matches!(c, '"' | '\\'));
        texts.iter().all(plain).then_some(texts)
    }

    /// The window in milliseconds; both ends belong to it.
    pub(super) fn milliseconds(&self) -> (i64, i64) {
        self.in_units(MILLISECOND as u64)
    }

    /// The same in seconds.
    pub(super) fn seconds(&self) -> (i64, i64) {
        self.in_units(SECOND as u64)
    }

    fn in_units(&self, unit: u64) -> (i64, i64) {
        let whole = |time: u64| i64::try_from(time).unwrap_or(i64::MAX);
        (whole(self.window.start().0 / unit), whole(self.window.end().0.div_ceil(unit)))
    }
}

/// Leaves out what came twice, and what is more than may be.
pub(super) fn tidy(found: &mut Found) {
    let mut known = HashSet::new();
    let id =
        |line: &crate::model::LogLine| line.attributes.str("aws.log.event.id").map(|id| (line.group.clone(), id.to_owned()));
    found.lines.retain(|line| id(line).is_none_or(|id| known.insert(id)));
    found.lines.sort_by_key(|line| line.time);
    if found.lines.len() > MOST_LINES {
        found.lines.truncate(MOST_LINES);
        found.cut = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;

    fn search(wanted: Wanted<'_>) -> Search<'_> {
        Search { wanted, window: TimeRange::new(Time(1_500_000), Time(2_000_000_001)).unwrap() }
    }

    #[test]
    fn an_id_is_looked_for_in_every_spelling_in_quotes() {
        let id = TraceId::from_text("581cf771a006649127e371903a2de979");
        let search = search(Wanted::Trace(&id));
        assert_eq!(search.pattern().unwrap(), r#"?"1-581cf771-a006649127e371903a2de979" ?"581cf771a006649127e371903a2de979""#);
        assert_eq!(
            search.query(),
            "fields @timestamp, @message, @log, @logStream | filter @message like \"1-581cf771-a006649127e371903a2de979\" or \
             @message like \"581cf771a006649127e371903a2de979\" | sort @timestamp asc"
        );
        assert_eq!(search.milliseconds(), (1, 2001));
        assert_eq!(search.seconds(), (0, 3));
    }

    #[test]
    fn one_term_is_no_choice_and_none_is_no_pattern() {
        let paths = ["/api/messages".to_owned()];
        assert_eq!(search(Wanted::Paths(&paths)).pattern().as_deref(), Some("\"/api/messages\""));
        assert_eq!(search(Wanted::Anything).pattern(), None);
        assert!(!search(Wanted::Anything).query().contains("filter"));
    }

    #[test]
    fn what_would_have_to_be_escaped_is_not_asked_for() {
        for text in ["/a\"b", "/a\\b", "/a\nb", &format!("/{}", "x".repeat(1024))] {
            let paths = [text.to_owned()];
            assert_eq!(search(Wanted::Paths(&paths)).pattern(), None, "{text:?}");
        }
        let id = TraceId::from_text("check\"out");
        assert_eq!(search(Wanted::Trace(&id)).pattern(), None);
    }
}
