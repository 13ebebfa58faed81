//! Reports for the tests of this folder.

use proptest::prelude::*;

use crate::analysis::assertion::Verdict;
use crate::model::time::MILLISECOND;
use crate::render::samples::{START, page, trace};
use crate::render::waterfall::tests::any_span;

use super::{Answer, Exhibit, Place, Report};

/// As the program makes it: as bad as the worst of its answers.
pub(super) fn report(answers: &[Answer]) -> Report<'_> {
    let has = |verdict| answers.iter().any(|answer| answer.verdict == verdict);
    let verdict = [Verdict::Fails, Verdict::Unknown].into_iter().find(|verdict| has(*verdict)).unwrap_or(Verdict::Holds);
    Report { verdict, start: START, took: 1_234 * MILLISECOND, answers }
}

/// An answer of the command line, with a trace where there is one.
pub(super) fn answer(name: &str, verdict: Verdict) -> Answer {
    let exhibit = || Exhibit { trace: page(), spans: vec![4] };
    Answer {
        name: name.to_owned(),
        place: None,
        verdict,
        message: "what was found".to_owned(),
        detail: String::new(),
        took: 12 * MILLISECOND,
        link: None,
        trace: (verdict != Verdict::Holds).then(exhibit),
    }
}

/// One answer of each kind, two of them from a file.
pub(super) fn of_all_verdicts() -> [Answer; 3] {
    let place = |line| Some(Place { file: "checks/login.toml".to_owned(), line });
    [
        Answer { place: place(3), message: "holds: 1 trace matches".to_owned(), ..answer("somebody logs in", Verdict::Holds) },
        Answer {
            place: place(9),
            message: "does not hold: 1 of 1 trace matches (expected none)".to_owned(),
            detail: "nearest:\n  2 of 3 conditions: dynamodb DynamoDB.Query cruddur-messages\n".to_owned(),
            link: Some("https://ui.honeycomb.io/cruddur/trace?trace_id=5759e988".to_owned()),
            ..answer("no query | is throttled, by `dynamodb`", Verdict::Fails)
        },
        Answer {
            message: "cannot tell: no trace matches, but 1 trace may still grow".to_owned(),
            took: 1_234 * MILLISECOND,
            trace: None,
            ..answer("name = \"checkout\" && duration < 2s", Verdict::Unknown)
        },
    ]
}

/// Text that anything may be in, and what attacks on the media are made of.
fn text() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        "</details>",
        "</code>",
        "</script>",
        "<script>alert(1)</script>",
        "&amp;",
        "\"",
        "'",
        "`",
        "```",
        "````text",
        "|",
        "\\|",
        "\\",
        "\n",
        "\r\n",
        "\n\n",
        "\n::error::x",
        "::",
        ",",
        "%0A",
        "%",
        "@octocat",
        "#1",
        "\u{1b}[31m",
        "\u{1b}]8;;x\u{7}",
        "\u{0}",
        "\u{b}",
        "\u{85}",
        "\u{9b}",
        "\u{202e}",
        "\u{2028}",
        "\u{fffe}",
        "\u{ffff}",
        "\u{301}",
        " ",
        "a",
        "注文",
    ]);
    prop::collection::vec(prop_oneof![nasty.prop_map(str::to_owned), any::<String>()], 0..6).prop_map(|parts| parts.concat())
}

prop_compose! {
    /// An answer that does not hold, of which every text is anybody's.
    pub(super) fn hostile()(
        name in text(), file in prop::option::of(text()), message in text(), detail in text(), spans in prop::collection::vec(any_span(), 1..8),
        text_of_span in text(), looked_at in prop::collection::vec(0_usize..9, 0..3), took in -1_i128..=i128::MAX,
    ) -> Answer {
        let mut spans = spans;
        spans[0].name = text_of_span;
        Answer {
            name, message, detail, took,
            place: file.map(|file| Place { file, line: 7 }),
            verdict: Verdict::Fails,
            link: None,
            trace: Some(Exhibit { trace: trace(spans), spans: looked_at }),
        }
    }
}
