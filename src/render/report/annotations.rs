//! Verdicts at the lines of a change: workflow commands, which GitHub reads from what a step prints
//! (<https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>).

use chrono::FixedOffset;

use crate::analysis::assertion::Verdict;
use crate::render::{Look, text, units};

use super::{Answer, Report, parts};

/// GitHub shows so many errors of a step, and as many warnings, and not that there are more
/// (<https://docs.github.com/en/rest/checks/runs#create-a-check-run>).
const MOST: usize = 10;
/// A title may have 255 characters.
const TITLE: usize = 250;
/// The most bytes of what is said with a verdict: a box between lines of code is no place for more.
const DETAIL: usize = 2_000;

/// Writes a command for each assertion that does not hold or cannot be told, each in a line of its own: an error, and a warning. Of
/// more than ten of a kind, the tenth says how many more there are.
pub fn annotations(report: &Report<'_>) -> String {
    let mut out = Vec::new();
    for (command, verdict) in [("error", Verdict::Fails), ("warning", Verdict::Unknown)] {
        let of_kind = || report.answers.iter().filter(|answer| answer.verdict == verdict);
        let count = of_kind().count();
        let told = if count > MOST { MOST - 1 } else { count };
        of_kind().take(told).for_each(|answer| out.push(annotation(command, answer)));
        if told < count {
            let what = if verdict == Verdict::Fails { "do not hold" } else { "cannot be told" };
            let more = units::plural(count - told, "more assertion", "more assertions");
            out.push(format!("::{command} title=and {}::{more} {what}: GitHub shows {MOST} of a step\n", property(&more)));
        }
    }
    out.concat()
}

fn annotation(command: &str, answer: &Answer) -> String {
    let look = look();
    let mut properties = Vec::new();
    if let Some(place) = &answer.place {
        // Not cut: a part of a path is none.
        properties.push(format!("file={}", property(&text::sanitise(&place.file, false))));
        properties.push(format!("line={}", place.line));
    }
    let title: String = parts::name(answer, &look).chars().take(TITLE).collect();
    properties.push(format!("title={}", property(&title)));
    let detail = parts::detail(answer, DETAIL, &look);
    let message = [&*parts::line(&answer.message, &look)].into_iter().chain(detail.lines()).collect::<Vec<_>>().join("\n");
    let link = answer.link.as_ref().map_or_else(String::new, |link| format!("\nsee {}", parts::line(link, &look)));
    format!("::{command} {}::{}\n", properties.join(","), data(&format!("{message}{link}")))
}

fn look() -> Look {
    let zone = FixedOffset::east_opt(0).expect("no offset is one");
    Look { width: Look::MIN_WIDTH, ascii: false, color: false, zone, now: None }
}

/// As GitHub's own toolkit writes what stands behind the second `::`
/// (<https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>).
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The same of what stands before it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::report::samples::{answer, hostile, of_all_verdicts, report};

    #[test]
    fn annotations_of_all_verdicts() {
        let answers = of_all_verdicts();
        insta::assert_snapshot!(annotations(&report(&answers)), @r#"
        ::error file=checks/login.toml,line=9,title=no query | is throttled%2C by `dynamodb`::does not hold: 1 of 1 trace matches (expected none)%0Anearest:%0A  2 of 3 conditions: dynamodb DynamoDB.Query cruddur-messages%0Asee https://ui.honeycomb.io/cruddur/trace?trace_id=5759e988
        ::warning title=name = "checkout" && duration < 2s::cannot tell: no trace matches, but 1 trace may still grow
        "#);
    }

    #[test]
    fn what_would_end_a_property_or_a_command_is_written_by_its_number() {
        let mut hostile = answer("100%, a::b\n::error::x", Verdict::Fails);
        hostile.message = "50% :: a, b\r\n::set-env name=PATH::x".to_owned();
        let written = annotations(&report(&[hostile]));
        assert_eq!(written, "::error title=100%25%2C a%3A%3Ab␊%3A%3Aerror%3A%3Ax::50%25 :: a, b␍␊::set-env name=PATH::x\n");
    }

    #[test]
    fn the_tenth_says_how_many_more_there_are() {
        let fails = |count| vec![answer("a", Verdict::Fails); count];
        assert_eq!(annotations(&report(&fails(10))).lines().filter(|line| line.starts_with("::error title=a::")).count(), 10);
        let of_12: Vec<Answer> = fails(12).into_iter().chain([answer("b", Verdict::Unknown)]).collect();
        let written = annotations(&report(&of_12));
        let lines: Vec<&str> = written.lines().collect();
        assert_eq!(lines.len(), 11);
        assert_eq!(lines[9], "::error title=and 3 more assertions::3 more assertions do not hold: GitHub shows 10 of a step");
        assert!(lines[10].starts_with("::warning title=b::"));
    }

    proptest::proptest! {
        #[test]
        fn each_is_one_line_whatever_it_says(answer in hostile()) {
            let written = annotations(&report(std::slice::from_ref(&answer)));
            proptest::prop_assert_eq!(written.matches('\n').count(), 1);
            proptest::prop_assert!(!written.trim_end_matches('\n').chars().any(char::is_control), "{:?}", written);
            // Read as the runner does: what is between the first two `::`, split at commas.
            let (properties, _) = written.strip_prefix("::error ").unwrap().split_once("::").unwrap();
            let keys: Vec<&str> = properties.split(',').map(|property| property.split_once('=').unwrap().0).collect();
            let expected: &[&str] = if answer.place.is_some() { &["file", "line", "title"] } else { &["title"] };
            proptest::prop_assert_eq!(keys, expected);
        }
    }
}
