//! The report as a page to keep beside the log of a job: everything is in it, it runs nothing, and nothing is asked of any server.
//!
//! A headline, a table of all verdicts, and a section for each that is not good news, with the picture of its trace. The page is written
//! so that it is XML, too. A policy lets nothing be loaded, and nothing but its own rules style it
//! (<https://www.w3.org/TR/CSP3/#external-hash>).

use crate::analysis::assertion::Verdict;
use crate::render::html::hash;
use crate::render::waterfall::{Section, svg};
use crate::render::{Look, escape, units};

use super::{Answer, Report, parts};

const STYLE: &str = include_str!("style.css");
/// What a trace is drawn in.
const COLUMNS: usize = 136;
const ROWS: usize = 100;
/// So many traces are drawn: a picture may take more than 100 kB, and nobody looks at more.
const PICTURES: usize = 100;
/// The most bytes of what is said with a verdict.
const DETAIL: usize = 100_000;

/// Writes a report as a page. Of how it shall look, only the zone of times counts: a page is read at any time.
pub fn html(report: &Report<'_>, look: &Look) -> String {
    let look = Look { width: COLUMNS, ascii: false, color: false, now: None, ..*look };
    let style = format!("{STYLE}{}", svg::style());
    let policy = format!("default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'", hash(&style));
    let headline = parts::headline(report);
    let mark = mark(report.verdict);
    let mut out = vec![format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n<meta name=\"referrer\" content=\"no-referrer\"/>\n\
         <meta name=\"generator\" content=\"cruddur-trace {}\"/>\n<title>{mark} {headline} · cruddur-trace</title>\n\
         <style>{style}</style>\n</head>\n<body>\n<header>\n<h1 class=\"{}\">{mark} {headline}</h1>\n\
         <p class=\"when\">cruddur-trace assert · took {}</p>\n</header>\n<main>\n",
        env!("CARGO_PKG_VERSION"),
        class(report.verdict),
        parts::when(report, &look),
    )];
    table(report.answers, &look, &mut out);
    let mut pictures = 0;
    for (nth, answer) in report.answers.iter().enumerate().filter(|(_, answer)| answer.verdict != Verdict::Holds) {
        pictures += usize::from(answer.trace.is_some());
        section(nth, answer, pictures <= PICTURES, &look, &mut out);
    }
    out.push("</main>\n</body>\n</html>\n".to_owned());
    out.concat()
}

fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "✓",
        Verdict::Fails => "✗",
        Verdict::Unknown => "?",
    }
}

fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Fails => "fails",
        Verdict::Unknown => "unknown",
    }
}

fn table(answers: &[Answer], look: &Look, out: &mut Vec<String>) {
    if answers.is_empty() {
        return;
    }
    let columns = "<th scope=\"col\">verdict</th><th scope=\"col\">assertion</th><th scope=\"col\">what was found</th>\
        <th scope=\"col\" class=\"took\">took</th>";
    out.push(format!(
        "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"All assertions\">\n<table>\n\
         <thead><tr>{columns}</tr></thead>\n<tbody>\n"
    ));
    for (nth, answer) in answers.iter().enumerate() {
        let name = escape::xml(&parts::name(answer, look)).into_owned();
        // Of what holds, there is no more to say.
        let name = if answer.verdict == Verdict::Holds { name } else { format!("<a href=\"#a{nth}\">{name}</a>") };
        out.push(format!(
            "<tr class=\"{}\"><td class=\"verdict\">{} {}</td><th scope=\"row\">{name}</th><td class=\"found\">{}</td><td class=\"took\">{}</td></tr>\n",
            class(answer.verdict),
            mark(answer.verdict),
            parts::words(answer.verdict),
            escape::xml(&parts::line(&answer.message, look)),
            units::duration(answer.took, look.ascii),
        ));
    }
    out.push("</tbody>\n</table>\n</div>\n".to_owned());
}

/// What is known of one assertion.
fn section(nth: usize, answer: &Answer, drawn: bool, look: &Look, out: &mut Vec<String>) {
    let name = escape::xml(&parts::name(answer, look)).into_owned();
    let (class, mark, words) = (class(answer.verdict), mark(answer.verdict), parts::words(answer.verdict));
    out.push(format!(
        "<section id=\"a{nth}\" class=\"{class}\" aria-labelledby=\"h{nth}\">\n<h2 id=\"h{nth}\"><span class=\"verdict\">{mark} {words}:</span> {name}</h2>\n\
         <p>{}</p>\n",
        escape::xml(&parts::line(&answer.message, look)),
    ));
    let mut facts = vec![format!("took {}", units::duration(answer.took, look.ascii))];
    facts.extend(answer.place.as_ref().map(|place| format!("at {}", escape::xml(&parts::place(place, look)))));
    facts.extend(answer.link.as_deref().map(|link| address(link, look)));
    out.push(format!("<p class=\"facts\">{}</p>\n", facts.join(" · ")));
    let detail = parts::detail(answer, DETAIL, look);
    if !detail.is_empty() {
        let lines: Vec<_> = detail.lines().map(escape::xml).collect();
        out.push(format!("<pre tabindex=\"0\">{}</pre>\n", lines.join("\n")));
    }
    match &answer.trace {
        Some(exhibit) if drawn => {
            let picture =
                parts::shown(exhibit, ROWS, |shown, options| svg::within(&[Section { shown, options, span: None }], look));
            out.push(format!(
                "<div class=\"picture\" tabindex=\"0\" role=\"region\" aria-label=\"Waterfall\">\n{picture}</div>\n"
            ));
        }
        Some(_) => out.push(format!("<p>Its trace is not drawn: only the first {PICTURES} are.</p>\n")),
        None => {}
    }
    out.push("<p class=\"back\"><a href=\"#\">All assertions</a></p>\n</section>\n".to_owned());
}

/// An address to follow, if it is one of the web, and else its text.
fn address(link: &str, look: &Look) -> String {
    let is_web = link.starts_with("https://") || link.starts_with("http://");
    if is_web && link.chars().all(|c| c.is_ascii_graphic()) {
        let link = escape::xml(link);
        format!("<a href=\"{link}\" rel=\"noreferrer\">{link}</a>")
    } else {
        escape::xml(&parts::line(link, look)).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::report::samples::{answer, hostile, of_all_verdicts, report};
    use crate::render::samples::look;
    use crate::render::wellformed::elements;

    /// The page without its rules and its pictures.
    fn words(page: &str) -> String {
        let mut out = page.to_owned();
        for (start, end) in [("<style>", "</style>"), ("<svg ", "</svg>")] {
            while let Some(from) = out.find(start) {
                let to = from + out[from..].find(end).expect("it ends") + end.len();
                out.replace_range(from..to, &start[..4]);
            }
        }
        out
    }

    #[test]
    fn a_report_of_all_verdicts() {
        let answers = of_all_verdicts();
        let page = html(&report(&answers), &look(80));
        let body = words(&page);
        insta::assert_snapshot!(&body[body.find("<body>").unwrap()..], @r##"
        <body>
        <header>
        <h1 class="fails">✗ 3 assertions: 1 holds, 1 does not hold, 1 cannot be told</h1>
        <p class="when">cruddur-trace assert · took 1.23 s, from 2026-07-24 14:03:05 UTC</p>
        </header>
        <main>
        <div class="table" tabindex="0" role="region" aria-label="All assertions">
        <table>
        <thead><tr><th scope="col">verdict</th><th scope="col">assertion</th><th scope="col">what was found</th><th scope="col" class="took">took</th></tr></thead>
        <tbody>
        <tr class="holds"><td class="verdict">✓ holds</td><th scope="row">somebody logs in</th><td class="found">holds: 1 trace matches</td><td class="took">12 ms</td></tr>
        <tr class="fails"><td class="verdict">✗ does not hold</td><th scope="row"><a href="#a1">no query | is throttled, by `dynamodb`</a></th><td class="found">does not hold: 1 of 1 trace matches (expected none)</td><td class="took">12 ms</td></tr>
        <tr class="unknown"><td class="verdict">? cannot tell</td><th scope="row"><a href="#a2">name = &quot;checkout&quot; &amp;&amp; duration &lt; 2s</a></th><td class="found">cannot tell: no trace matches, but 1 trace may still grow</td><td class="took">1.23 s</td></tr>
        </tbody>
        </table>
        </div>
        <section id="a1" class="fails" aria-labelledby="h1">
        <h2 id="h1"><span class="verdict">✗ does not hold:</span> no query | is throttled, by `dynamodb`</h2>
        <p>does not hold: 1 of 1 trace matches (expected none)</p>
        <p class="facts">took 12 ms · at checks/login.toml:9 · <a href="https://ui.honeycomb.io/cruddur/trace?trace_id=5759e988" rel="noreferrer">https://ui.honeycomb.io/cruddur/trace?trace_id=5759e988</a></p>
        <pre tabindex="0">nearest:
          2 of 3 conditions: dynamodb DynamoDB.Query cruddur-messages</pre>
        <div class="picture" tabindex="0" role="region" aria-label="Waterfall">
        <svg
        </div>
        <p class="back"><a href="#">All assertions</a></p>
        </section>
        <section id="a2" class="unknown" aria-labelledby="h2">
        <h2 id="h2"><span class="verdict">? cannot tell:</span> name = &quot;checkout&quot; &amp;&amp; duration &lt; 2s</h2>
        <p>cannot tell: no trace matches, but 1 trace may still grow</p>
        <p class="facts">took 1.23 s</p>
        <p class="back"><a href="#">All assertions</a></p>
        </section>
        </main>
        </body>
        </html>
        "##);
        elements(&page).unwrap();
    }

    #[test]
    fn nothing_is_loaded_or_run_and_only_what_the_policy_names_styles_it() {
        let answers = of_all_verdicts();
        let page = html(&report(&answers), &look(80));
        let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        assert!(page.contains(&format!("default-src 'none'; style-src '{}';", hash(style))));
        assert_eq!(page.matches("<style").count(), 1, "the pictures have none of their own, which would not be allowed");
        assert!(!page.contains(" style=") && !page.contains("<script") && !page.contains("src=") && !page.contains("url("));
    }

    #[test]
    fn only_addresses_of_the_web_can_be_followed() {
        for hostile in ["javascript:alert(1)", "https://a\" onclick=\"b", "http://a b", "data:text/html,x", "https://\u{202e}a"]
        {
            let answer = Answer { link: Some(hostile.to_owned()), ..answer("a", Verdict::Unknown) };
            let page = html(&report(&[answer]), &look(80));
            elements(&page).unwrap();
            assert!(!words(&page).contains("rel=\"noreferrer\"") || hostile.contains('"'), "{hostile}");
        }
    }

    #[test]
    fn what_is_too_much_to_draw_is_said() {
        let answers = vec![answer("a", Verdict::Fails); PICTURES + 1];
        let page = html(&report(&answers), &look(80));
        assert_eq!(page.matches("<svg ").count(), PICTURES);
        assert_eq!(page.matches("Its trace is not drawn: only the first 100 are.").count(), 1);
    }

    proptest::proptest! {
        #[test]
        fn whatever_it_is_called_it_is_the_same_page(hostile in hostile()) {
            let plain = Answer {
                name: "a".to_owned(),
                message: "b".to_owned(),
                detail: if hostile.detail.is_empty() { String::new() } else { "c".to_owned() },
                ..hostile.clone()
            };
            let [hostile, plain] = [hostile, plain].map(|answer| elements(&html(&report(&[answer]), &look(80))));
            proptest::prop_assert_eq!(&hostile, &plain);
            proptest::prop_assert!(hostile.is_ok());
        }
    }
}
