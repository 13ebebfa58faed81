//! What holds of all reports.

use crate::analysis::assertion::Verdict;
use crate::render::samples::look;

use super::samples::{answer, of_all_verdicts, report};
use super::{Answer, annotations, html, junit, markdown, tally};

const VERDICTS: [Verdict; 3] = [Verdict::Holds, Verdict::Fails, Verdict::Unknown];

/// What tells a verdict in a medium: at least one of these must be found, and none of those of the others.
fn signs(verdict: Verdict) -> [&'static [&'static str]; 4] {
    match verdict {
        Verdict::Holds => [&[], &["✅", "1 holds"], &[], &["class=\"holds\"", "1 holds"]],
        Verdict::Fails => [
            &["<failure ", "failures=\"1\""],
            &["❌", "1 does not hold", "❌ does not hold"],
            &["::error "],
            &["class=\"fails\"", "1 does not hold", "✗ does not hold</td>"],
        ],
        Verdict::Unknown => [
            &["<error ", "errors=\"1\""],
            &["❔", "1 cannot be told", "❔ cannot tell"],
            &["::warning "],
            &["class=\"unknown\"", "1 cannot be told", "? cannot tell</td>"],
        ],
    }
}

fn written(answers: &[Answer]) -> [String; 4] {
    let report = report(answers);
    [junit(&report, &look(80)), markdown(&report, &look(80)), annotations(&report), html(&report, &look(80))]
}

#[test]
fn every_medium_says_the_verdict_and_no_other() {
    for verdict in VERDICTS {
        let media = written(&[answer("a", verdict)]);
        for other in VERDICTS {
            for (document, signs) in media.iter().zip(signs(other)) {
                for sign in signs {
                    assert_eq!(document.contains(sign), other == verdict, "{sign} for {verdict:?}: {document}");
                }
            }
        }
    }
}

#[test]
fn the_same_report_is_the_same_bytes() {
    assert_eq!(written(&of_all_verdicts()), written(&of_all_verdicts()));
}

#[test]
fn verdicts_are_counted_in_words() {
    use Verdict::{Fails, Holds, Unknown};
    assert_eq!(tally([]), "0 assertions");
    assert_eq!(tally([Holds]), "1 assertion: 1 holds");
    assert_eq!(tally([Holds, Fails, Holds, Unknown, Fails]), "5 assertions: 2 hold, 2 do not hold, 1 cannot be told");
}
