//! The report that CI servers read: the XML of `JUnit`, as Jenkins' schema has it
//! (<https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd>).
//!
//! One suite for each file, and one for what was asked on the command line. What does not hold is a failure. What cannot be told is an
//! error: it did not pass, and nothing was found to be wrong either; skipped tests, the only other way to say so, leave a CI job green.
//!
//! The schema of Apache Ant (<https://github.com/windyroad/JUnit-Schema>) is not followed: it allows no counts in `testsuites` and no zone
//! behind times, which others read, and wants the name of a host.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use crate::analysis::assertion::Verdict;
use crate::model::Nanos;
use crate::render::Look;

use super::{Answer, Report, parts};

/// What all of it is called, and the suite of the command line.
const NAME: &str = "cruddur-trace assert";
/// What a trace is drawn in: what CI servers show without a scroll bar.
const COLUMNS: usize = 100;
const ROWS: usize = 40;
/// The most bytes of what is said with a verdict.
const DETAIL: usize = 100_000;

/// Writes a report as XML. `look` says which letters and whose time.
pub fn junit(report: &Report<'_>, look: &Look) -> String {
    let look = Look { width: COLUMNS, color: false, now: None, ..*look };
    let start = (!report.start.is_unknown()).then(|| report.start.to_datetime().with_timezone(&look.zone));
    let mut out = quick_junit::Report::new(NAME);
    out.set_time(length(report.took));
    for (file, answers) in suites(report.answers) {
        let name = file.map(|file| parts::line(file, &look)).filter(|file| !file.is_empty());
        let mut suite = TestSuite::new(name.as_deref().unwrap_or(NAME));
        if let Some(file) = &name {
            suite.extra.insert("file".into(), file.as_ref().into());
        }
        if let Some(start) = start {
            suite.set_timestamp(start);
        }
        // They are waited for at the same time.
        suite.set_time(length(answers.iter().map(|answer| answer.took).max().unwrap_or(0)));
        let mut names = Names::default();
        suite.add_test_cases(answers.into_iter().map(|answer| case(answer, &mut names, &look)));
        out.add_test_suite(suite);
    }
    let written = out.to_string().expect("a string takes all that is written to it");
    // The schema counts what is skipped in each suite, not in all of them. Nothing is.
    written.replacen(" skipped=\"0\"", "", 1)
}

/// The answers by the file in which they are written, in the order in which that is first named.
fn suites(answers: &[Answer]) -> Vec<(Option<&str>, Vec<&Answer>)> {
    let mut suites: Vec<(Option<&str>, Vec<&Answer>)> = Vec::new();
    let mut places = HashMap::new();
    for answer in answers {
        let file = answer.place.as_ref().map(|place| place.file.as_str());
        let place = *places.entry(file).or_insert_with(|| {
            suites.push((file, Vec::new()));
            suites.len() - 1
        });
        suites[place].1.push(answer);
    }
    suites
}

fn case(answer: &Answer, names: &mut Names, look: &Look) -> TestCase {
    let status = match answer.verdict {
        Verdict::Holds => TestCaseStatus::success(),
        Verdict::Fails => missed(NonSuccessKind::Failure, "assertion", answer, look),
        Verdict::Unknown => missed(NonSuccessKind::Error, parts::words(Verdict::Unknown), answer, look),
    };
    let mut case = TestCase::new(names.unused(&parts::name(answer, look)), status);
    case.set_classname(parts::class(answer.place.as_ref(), look));
    case.set_time(length(answer.took));
    case
}

/// What is told of an assertion that does not hold, or that cannot be told. The schema knows no lines of files: the text has it.
fn missed(kind: NonSuccessKind, ty: &str, answer: &Answer, look: &Look) -> TestCaseStatus {
    let message = parts::line(&answer.message, look);
    let mut lines = vec![format!("{message}\n")];
    lines.extend(answer.place.as_ref().map(|place| format!("at {}\n", parts::place(place, look))));
    lines.extend(Some(parts::detail(answer, DETAIL, look)).filter(|detail| !detail.is_empty()));
    lines.extend(answer.trace.as_ref().map(|exhibit| format!("\n{}", parts::waterfall(exhibit, ROWS, look))));
    lines.extend(answer.link.as_ref().map(|link| format!("\nsee {}\n", parts::line(link, look))));
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(ty).set_message(message).set_description(lines.concat());
    status
}

/// The names of a suite. Of two tests with one name, some CI servers show one (<https://docs.gitlab.com/ci/testing/unit_test_reports/>).
#[derive(Default)]
struct Names {
    used: HashSet<String>,
    /// Of each name that more than one have, how many have it.
    many: HashMap<String, usize>,
}

impl Names {
    fn unused(&mut self, name: &str) -> String {
        if self.used.insert(name.to_owned()) {
            return name.to_owned();
        }
        let nth = self.many.entry(name.to_owned()).or_insert(1);
        loop {
            *nth += 1;
            let numbered = format!("{name} ({nth})");
            if self.used.insert(numbered.clone()) {
                return numbered;
            }
        }
    }
}

fn length(nanos: Nanos) -> Duration {
    Duration::from_nanos(u64::try_from(nanos.max(0)).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::report::samples::{answer, hostile, of_all_verdicts, report};
    use crate::render::samples::look;
    use crate::render::wellformed::elements;

    #[test]
    fn a_report_of_all_verdicts() {
        let answers = of_all_verdicts();
        insta::assert_snapshot!(junit(&report(&answers), &look(80)), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="cruddur-trace assert" tests="3" failures="1" errors="1" time="1.234">
            <testsuite name="checks/login.toml" tests="2" skipped="0" errors="0" failures="1" timestamp="2026-07-24T14:03:05.123+00:00" time="0.012" file="checks/login.toml">
                <testcase name="somebody logs in" classname="login" time="0.012"/>
                <testcase name="no query | is throttled, by `dynamodb`" classname="login" time="0.012">
                    <failure message="does not hold: 1 of 1 trace matches (expected none)" type="assertion">does not hold: 1 of 1 trace matches (expected none)
        at checks/login.toml:9
        nearest:
          2 of 3 conditions: dynamodb DynamoDB.Query cruddur-messages

        frontend-react-js  GET /@andrewbrown · 812 ms · 31 spans · 4 services · 1 error
        5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05.123 UTC · complete

          █ critical path  ▄ own time  ─ waits                              ▏0             ▏500 ms
          GET /@andrewbrown                              frontend-react-js  █━━━━━━━━━━━━━━━━━━█████  812 ms
          ┕━ GET /api/activities/@andrewbrown            backend-flask      ╺━━━━━━━━━━━━━━━━━━       619 ms
            ┝━ cognito-verify-token                      backend-flask      ▐▊                       39.6 ms
            ┝━ user-activities-data                      backend-flask       ╺━━━━━━━━━▌              329 ms
        ›   │ ┝━ SELECT users WHERE handle = $1          postgres            ▐▏                      12.4 ms
            │ ┕━ ×23 SELECT replies WHERE activity_uui…  postgres             ████████▉ max 11.8 ms   296 ms
            ┕━ notifications                             backend-flask                 ╺━━━━━━╸       239 ms
        !     ┝━ DynamoDB.Query cruddur-messages         dynamodb                      ▐██████▋       235 ms
              │   handled: ProvisionedThroughputExceededException: rate exceeded
              ┕━ momento-counter                         backend-flask                        ▕       2.4 ms

        - 172 ms in GET /@andrewbrown after GET /api/activities/@andrewbrown that nobody traced

        see https://ui.honeycomb.io/cruddur/trace?trace_id=5759e988
        </failure>
                </testcase>
            </testsuite>
            <testsuite name="cruddur-trace assert" tests="1" skipped="0" errors="1" failures="0" timestamp="2026-07-24T14:03:05.123+00:00" time="1.234">
                <testcase name="name = &quot;checkout&quot; &amp;&amp; duration &lt; 2s" classname="assert" time="1.234">
                    <error message="cannot tell: no trace matches, but 1 trace may still grow" type="cannot tell">cannot tell: no trace matches, but 1 trace may still grow
        </error>
                </testcase>
            </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn counts_are_those_of_the_verdicts() {
        let answers = of_all_verdicts();
        let read = quick_junit::Report::deserialize_from_str(&junit(&report(&answers), &look(80))).unwrap();
        assert_eq!((read.tests, read.failures, read.errors, read.skipped), (3, 1, 1, 0));
        let of_each: Vec<_> = read.test_suites.iter().map(|suite| (suite.name.as_str(), suite.tests)).collect();
        assert_eq!(of_each, [("checks/login.toml", 2), (NAME, 1)]);
    }

    #[test]
    fn of_tests_with_one_name_each_is_seen() {
        let answers = ["a", "a", "a (2)", "a"].map(|name| answer(name, Verdict::Holds));
        let read = quick_junit::Report::deserialize_from_str(&junit(&report(&answers), &look(80))).unwrap();
        let names: Vec<_> = read.test_suites[0].test_cases.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(names, ["a", "a (2)", "a (2) (2)", "a (3)"]);
    }

    #[test]
    fn nothing_is_a_report_too() {
        let written = junit(&report(&[]), &look(80));
        assert_eq!(elements(&written).unwrap(), ["testsuites"]);
    }

    #[test]
    fn a_name_of_a_megabyte_is_cut_and_says_so() {
        let long = Answer {
            message: "]]>".repeat(400_000),
            detail: "x".repeat(1 << 20),
            ..answer(&"a".repeat(1 << 20), Verdict::Fails)
        };
        let written = junit(&report(&[long]), &look(80));
        assert!(written.len() < 30_000, "{}", written.len());
        assert!(written.contains("aaa…\" classname"), "{written}");
    }

    proptest::proptest! {
        #[test]
        fn whatever_it_is_called_it_is_the_same_document(answer in hostile()) {
            let written = junit(&report(std::slice::from_ref(&answer)), &look(80));
            let expected = ["testsuites", "testsuite", "testcase", "failure"];
            proptest::prop_assert_eq!(elements(&written).map_err(|error| format!("{error}: {written}")), Ok(expected.map(str::to_owned).to_vec()));
            // What is read back is what was shown.
            let read = quick_junit::Report::deserialize_from_str(&written).unwrap();
            let case = &read.test_suites[0].test_cases[0];
            proptest::prop_assert_eq!(case.name.as_str(), &*parts::name(&answer, &look(80)));
        }
    }
}
