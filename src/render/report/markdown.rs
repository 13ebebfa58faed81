//! The report for the summary of a CI job, in GitHub's Markdown
//! (<https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#adding-a-job-summary>).
//!
//! A headline, a table of all verdicts, then what is known of those that are not good news, to unfold. All that comes from outside is
//! code: nothing in that is markup, a link or a mention of somebody.

use crate::analysis::assertion::Verdict;
use crate::render::waterfall::markdown::address;
use crate::render::{Look, escape, text, units};

use super::{Answer, Report, parts};

/// A step may write so much, in bytes; GitHub shows nothing of what is more.
const LIMIT: usize = 1 << 20;
/// What is left to others that write in the same step, and to the last line.
const RESERVE: usize = 50_000;
/// The most that the table takes.
const TABLE: usize = LIMIT / 4;
/// What a trace is drawn in.
const COLUMNS: usize = 100;
const ROWS: usize = 40;
/// Where that is too much.
const FEWER_ROWS: usize = 10;
/// The most bytes of what is said with a verdict.
const DETAIL: usize = 20_000;
/// The widest that a name or a message gets outside of blocks of code.
const WIDEST: usize = 160;

/// Writes a report. `look` says which letters and whose time. Of what is too much for GitHub, some is left out, first of all what holds;
/// that is said.
pub fn markdown(report: &Report<'_>, look: &Look) -> String {
    let look = Look { width: COLUMNS, color: false, now: None, ..*look };
    let mut out =
        vec![format!("### {} {}\n\nTook {}.\n", mark(report.verdict), parts::headline(report), parts::when(report, &look))];
    out.extend(table(report.answers, &look));
    let mut left = (LIMIT - RESERVE).saturating_sub(out.iter().map(String::len).sum());
    let bad: Vec<&Answer> = report.answers.iter().filter(|answer| answer.verdict != Verdict::Holds).collect();
    for (nth, answer) in bad.iter().enumerate() {
        let Some(section) = fitting(answer, left, &look) else {
            let rest =
                units::plural(bad.len() - nth, "more that is not told in full here", "more that are not told in full here");
            out.push(format!("\n{rest}: GitHub takes {} of a step.\n", units::bytes(LIMIT as u64)));
            break;
        };
        left -= section.len();
        out.push(section);
    }
    out.concat()
}

/// What is seen from afar.
fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "✅",
        Verdict::Fails => "❌",
        Verdict::Unknown => "❔",
    }
}

/// The verdicts as a table, in pieces; nothing of no answers.
fn table(answers: &[Answer], look: &Look) -> Vec<String> {
    if answers.is_empty() {
        return Vec::new();
    }
    let row = |answer: &Answer| {
        let said = format!("{} {}", mark(answer.verdict), parts::words(answer.verdict));
        let (name, message) = (code(&parts::name(answer, look), look), code(&answer.message, look));
        format!("| {said} | {name} | {message} | {} |\n", units::duration(answer.took, look.ascii))
    };
    // What holds gives way to what does not.
    let (good, bad): (Vec<usize>, Vec<usize>) = (0..answers.len()).partition(|nth| answers[*nth].verdict == Verdict::Holds);
    let mut rows: Vec<Option<String>> = vec![None; answers.len()];
    let mut used = 0;
    for nth in bad.into_iter().chain(good) {
        let row = row(&answers[nth]);
        used += row.len();
        if used > TABLE {
            break;
        }
        rows[nth] = Some(row);
    }
    let left_out = answers.iter().zip(&rows).filter(|(_, row)| row.is_none()).map(|(answer, _)| answer.verdict);
    let left_out: Vec<Verdict> = left_out.collect();
    let mut table = vec!["\n| | assertion | what was found | took |\n|---|---|---|--:|\n".to_owned()];
    table.extend(rows.into_iter().flatten());
    if !left_out.is_empty() {
        table.push(format!("\nNot in this table, which has no room for more: {}.\n", parts::tally(left_out)));
    }
    table
}

/// What is known of an assertion in at most so many bytes, if there is any way.
fn fitting(answer: &Answer, room: usize, look: &Look) -> Option<String> {
    let ways = [Some(ROWS), Some(FEWER_ROWS), None];
    let ways = if answer.trace.is_some() { &ways[..] } else { &ways[2..] };
    ways.iter().map(|rows| section(answer, *rows, look)).find(|written| written.len() <= room)
}

fn section(answer: &Answer, rows: Option<usize>, look: &Look) -> String {
    // Within HTML, Markdown means nothing; code there is neither a mention nor the number of an issue, either.
    let name = escape::xml(&parts::name(answer, look)).into_owned();
    let summary = format!("{} <code>{name}</code> {}", mark(answer.verdict), parts::words(answer.verdict));
    let mut blocks = vec![format!("<details><summary>{summary}</summary>\n"), format!("{}\n", code(&answer.message, look))];
    blocks.extend(answer.place.as_ref().map(|place| format!("At {}\n", code(&parts::place(place, look), look))));
    let detail = parts::detail(answer, DETAIL, look);
    if !detail.is_empty() {
        blocks.push(escape::markdown_block(&detail));
    }
    match (&answer.trace, rows) {
        (Some(exhibit), Some(rows)) => blocks.push(escape::markdown_block(&parts::waterfall(exhibit, rows, look))),
        (Some(_), None) => blocks.push("Its trace is not drawn: GitHub takes no more of a step.\n".to_owned()),
        (None, _) => {}
    }
    blocks.extend(answer.link.as_ref().map(|link| format!("{}\n", address(link, look))));
    blocks.push("</details>\n".to_owned());
    format!("\n{}", blocks.join("\n"))
}

/// Text from outside as code in one line, cut where it is very long.
fn code(untrusted: &str, look: &Look) -> String {
    let shown = text::sanitise(untrusted, look.ascii);
    if shown.is_empty() { "`-`".to_owned() } else { escape::markdown_code(&text::truncate(&shown, WIDEST, look.ascii)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::report::samples::{answer, hostile, of_all_verdicts, report};
    use crate::render::samples::{look, page};
    use proptest::prelude::*;

    #[test]
    fn a_report_of_all_verdicts() {
        let answers = of_all_verdicts();
        insta::assert_snapshot!(markdown(&report(&answers), &look(80)), @r#"
        ### ❌ 3 assertions: 1 holds, 1 does not hold, 1 cannot be told

        Took 1.23 s, from 2026-07-24 14:03:05 UTC.

        | | assertion | what was found | took |
        |---|---|---|--:|
        | ✅ holds | `somebody logs in` | `holds: 1 trace matches` | 12 ms |
        | ❌ does not hold | `` no query \| is throttled, by `dynamodb` `` | `does not hold: 1 of 1 trace matches (expected none)` | 12 ms |
        | ❔ cannot tell | `name = "checkout" && duration < 2s` | `cannot tell: no trace matches, but 1 trace may still grow` | 1.23 s |

        <details><summary>❌ <code>no query | is throttled, by `dynamodb`</code> does not hold</summary>

        `does not hold: 1 of 1 trace matches (expected none)`

        At `checks/login.toml:9`

        ```text
        nearest:
          2 of 3 conditions: dynamodb DynamoDB.Query cruddur-messages
        ```

        ```text
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
        ```

        <https://ui.honeycomb.io/cruddur/trace?trace_id=5759e988>

        </details>

        <details><summary>❔ <code>name = &quot;checkout&quot; &amp;&amp; duration &lt; 2s</code> cannot tell</summary>

        `cannot tell: no trace matches, but 1 trace may still grow`

        </details>
        "#);
    }

    #[test]
    fn what_github_would_not_show_is_left_out_and_said() {
        let mut large = answer(&"n".repeat(1 << 20), Verdict::Fails);
        large.message = "m".repeat(1 << 20);
        large.detail = "d\n".repeat(100_000);
        large.trace.as_mut().unwrap().trace = page();
        let mut answers = vec![answer("holds", Verdict::Holds); 5_000];
        answers.extend(vec![large; 1_000]);
        let written = markdown(&report(&answers), &look(80));
        assert!((800_000..LIMIT - RESERVE + 1_000).contains(&written.len()), "{}", written.len());
        assert!(written.contains("\nNot in this table, which has no room for more: "), "{}", &written[..2_000]);
        assert!(written.ends_with(" more that are not told in full here: GitHub takes 1 MiB of a step.\n"));
        assert!(written.contains("| ❌") && !written.contains("| ✅"), "what does not hold goes first");
    }

    #[test]
    fn a_trace_gives_way_to_what_is_said_of_it() {
        let long = Answer { detail: "d\n".repeat(9_000), ..answer("a", Verdict::Fails) };
        let lengths = [Some(ROWS), Some(FEWER_ROWS), None].map(|rows| section(&long, rows, &look(100)).len());
        let drawn = |room| fitting(&long, room, &look(100)).map(|written| written.contains("GET /api/activities"));
        assert_eq!(
            [lengths[0], lengths[1], lengths[1] - 1, lengths[2]].map(drawn),
            [Some(true), Some(true), Some(false), Some(false)]
        );
        assert_eq!(drawn(lengths[2] - 1), None);
    }

    /// What is not code: our own words. Fails where code does not end.
    fn frame(document: &str) -> Result<String, String> {
        let mut out = String::new();
        let mut lines = document.lines();
        while let Some(line) = lines.next() {
            let ticks = line.len() - line.trim_start_matches('`').len();
            if ticks >= 3 && line[ticks..] == *"text" {
                let ends = |line: &str| line.len() >= ticks && line.chars().all(|c| c == '`');
                lines.find(|line| ends(line)).ok_or("a block does not end")?;
                out.push_str("BLOCK\n");
                continue;
            }
            let mut rest = line;
            while let Some(start) = rest.find(['`', '<']) {
                out.push_str(&rest[..start]);
                rest = &rest[start..];
                if rest.starts_with('<') {
                    let after = rest.strip_prefix("<code>");
                    let end = after.map_or(1, |_| rest.find("</code>").unwrap_or(rest.len()));
                    out.push_str(if after.is_some() { "CODE" } else { "<" });
                    rest = &rest[end..];
                } else {
                    let ticks = rest.len() - rest.trim_start_matches('`').len();
                    let mut from = ticks;
                    let end = loop {
                        let run = from + rest[from..].find('`').ok_or("code does not end")?;
                        let length = rest[run..].len() - rest[run..].trim_start_matches('`').len();
                        from = run + length;
                        if length == ticks {
                            break from;
                        }
                    };
                    // A bar ends the cell even within code, unless it is escaped.
                    let bars = rest[..end].replace("\\|", "").matches('|').count();
                    out.push_str("CODE");
                    out.push_str(&"|".repeat(bars));
                    rest = &rest[end..];
                }
            }
            out.push_str(rest);
            out.push('\n');
        }
        Ok(out)
    }

    #[test]
    fn the_frame_is_what_is_not_code() {
        assert_eq!(
            frame("a `b` ``c`|`` <code>d</code>\n````text\n```\n````\ne").unwrap(),
            "a CODE CODE| CODE</code>\nBLOCK\ne\n"
        );
        assert!(frame("a `b").is_err());
    }

    proptest! {
        #[test]
        fn no_text_leaves_its_code(hostile in hostile()) {
            let plain = Answer {
                name: "a".to_owned(),
                message: "b".to_owned(),
                detail: if hostile.detail.is_empty() { String::new() } else { "c".to_owned() },
                place: hostile.place.clone().map(|place| super::super::Place { file: "d".to_owned(), ..place }),
                ..hostile.clone()
            };
            let [hostile, plain] = [hostile, plain].map(|answer| frame(&markdown(&report(&[answer]), &look(80))));
            prop_assert_eq!(&hostile, &plain);
            prop_assert!(hostile.is_ok());
        }
    }
}
