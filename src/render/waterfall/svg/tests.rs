//! What holds of pictures of any trace.

use std::sync::LazyLock;

use proptest::prelude::*;
use regex::Regex;

use super::*;
use crate::analysis::Analysis;
use crate::model::{Span, Trace};
use crate::render::samples::{failed, look, page, running, span, trace};
use crate::render::text;
use crate::render::waterfall::Shown;
use crate::render::waterfall::tests::any_span;
use crate::render::wellformed::check_xml;

fn drawn_with(trace: &Trace, options: Options<'_>, look: &Look) -> String {
    let analysis = Analysis::of(trace);
    let shown = Shown { trace, analysis: &analysis };
    render(&[Section { shown, options, span: None }], look)
}

fn drawn(trace: &Trace) -> String {
    drawn_with(trace, Options::default(), &look(100))
}

/// What each row says of itself.
fn tips(picture: &str) -> Vec<&str> {
    let rows = picture.split("<g class=\"row\"><title>").skip(1);
    rows.map(|row| row.split("</title>").next().unwrap_or_default()).collect()
}

#[test]
fn each_row_tells_all_of_itself() {
    let picture = drawn(&page());
    let tips = tips(&picture);
    assert_eq!(tips.len(), 9);
    assert_eq!(
        tips[2],
        "cognito-verify-token\nservice backend-flask\ntook 39.6 ms (39600000 ns)\nbegan 22.1 ms (22100000 ns) after the trace\n\
         39.6 ms (39600000 ns) of the critical path\nspan 0000000000000003"
    );
    assert!(
        tips[5].starts_with("×23 SELECT replies WHERE activity_uuid = $1\n") && tips[5].ends_with(" and 22 like it"),
        "{}",
        tips[5]
    );
    assert!(tips[7].contains("\nhandled: ProvisionedThroughputExceededException: rate exceeded\n"), "{}", tips[7]);
    check_xml(&picture).unwrap();
}

#[test]
fn heavy_areas_are_the_critical_path_and_what_failed_is_red() {
    let spans = vec![
        span(1, 0, "web", "GET /", 0, 100),
        failed(span(2, 1, "db", "slow", 10, 90), "no"),
        span(3, 1, "db", "beside", 20, 40),
        running(span(4, 0, "db", "runs", 50, 0)),
    ];
    let picture = drawn(&trace(spans));
    let rows: Vec<&str> = picture.split("<g class=\"row\">").skip(1).collect();
    let heights = |row: &str| -> Vec<String> {
        let bars = row.split("<rect class=\"bar\"").skip(1);
        bars.filter_map(|bar| Some(bar.split("height=\"").nth(1)?.split('"').next()?.to_owned())).collect()
    };
    // The first is the tag of the service.
    assert_eq!(heights(rows[0]), ["12", "12", "3", "12"], "{}", rows[0]);
    assert_eq!(heights(rows[1]), ["12", "12"], "{}", rows[1]);
    assert!(rows[1].contains("<g class=\"failed\">") && rows[1].contains(">handled: no</tspan>"), "{}", rows[1]);
    assert_eq!(heights(rows[2]), ["12", "6"], "{}", rows[2]);
    assert!(rows[3].contains("class=\"dash\"") && rows[3].contains(">running</tspan>"), "{}", rows[3]);
}

#[test]
fn several_traces_lie_below_each_other_and_one_span_is_told_whole() {
    let (one, two) = (page(), trace(vec![span(1, 0, "web", "the other", 0, 5)]));
    let (of_one, of_two) = (Analysis::of(&one), Analysis::of(&two));
    let section = |trace, analysis, span| Section { shown: Shown { trace, analysis }, options: Options::default(), span };
    let picture = render(&[section(&one, &of_one, None), section(&two, &of_two, None)], &look(100));
    assert!(picture.contains("<title>2 traces</title>") && picture.contains("the other"), "{picture}");
    assert_eq!(tips(&picture).len(), 10);
    let picture = render(&[section(&one, &of_one, Some(6))], &look(100));
    assert!(tips(&picture).is_empty() && picture.contains(">own time</tspan>"), "{picture}");
    check_xml(&picture).unwrap();
}

#[test]
fn a_large_trace_is_drawn_as_far_as_browsers_go_and_the_rest_is_counted() {
    let spans = (1..=3_000).map(|n| span(n, u64::from(n > 1), "web", &format!("s{n}"), i128::from(n), 20_000));
    let trace = trace(spans.collect());
    let picture = drawn(&trace);
    assert_eq!(tips(&picture).len(), ROWS);
    assert!(picture.contains("… 2,001 more spans"), "{}", &picture[picture.len() - 900..]);
    assert!(picture.contains(" 2,001 spans are counted in their rows, not drawn</text>"));
    let all = Options { max_rows: Some(5_000), ..Options::default() };
    assert_eq!(tips(&drawn_with(&trace, all, &look(100))).len(), 3_000);
    let chain =
        crate::render::samples::trace((1..=3_000).map(|n| span(n, n - 1, "web", "step", i128::from(n), 20_000)).collect());
    assert_eq!(tips(&drawn_with(&chain, all, &look(100))).len(), 3_000);
}

/// Names that would end what they stand in.
fn hostile() -> impl Strategy<Value = String> {
    let known = [
        "</title></svg><script>x</script>",
        "]]>&amp;<![CDATA[",
        "\" onload=\"alert(1)",
        "a\nb\u{0}",
        "\u{202e}x",
        "👨‍👩‍👧 🇨🇭 注文",
        "&#x26;",
        "",
    ];
    prop_oneof![prop::sample::select(known.to_vec()).prop_map(str::to_owned), any::<String>()]
}

static TEXT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"<text x="([0-9.]+)" y="[0-9.]+"( class="end")?[^>]*>(.*?)</text>"#).unwrap());
static TAG: LazyLock<Regex> = LazyLock::new(|| Regex::new("<[^>]*>").unwrap());
static BAR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"<rect class="bar" x="([0-9.]+)" y="[0-9.]+" width="([0-9.]+)""#).unwrap());
static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:… ([0-9,]+) more spans?|(?:unique-[0-9]+-|[0-9a-f]+ not arrived \(yet\)) \+([0-9,]+))").unwrap()
});

/// From where to where each text goes, in pixels.
fn texts(picture: &str) -> Vec<(f64, f64, String)> {
    let found = TEXT.captures_iter(picture).map(|found| {
        let words = TAG.replace_all(&found[3], "").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        let words = words.replace("&#39;", "'").replace("&amp;", "&");
        let (x, wide): (f64, f64) = (found[1].parse().unwrap(), picture::width(&words));
        let (from, to) = if found.get(2).is_some() { (x - wide, x) } else { (x, x + wide) };
        (from, to, words)
    });
    found.collect()
}

proptest! {
    // Each draws a trace several times.
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_span_is_drawn_once_or_counted_in_one_row(
        spans in prop::collection::vec(any_span(), 1..50),
        max_rows in prop::option::of(1_usize..20),
        depth in prop::option::of(1_usize..5),
        width in 40_usize..200,
    ) {
        let name = |(nth, span): (usize, Span)| Span { name: format!("unique-{nth}-"), ..span };
        let trace = trace(spans.into_iter().enumerate().map(name).collect());
        let picture = drawn_with(&trace, Options { max_rows, depth, ..Options::default() }, &look(width));
        let tips = tips(&picture);
        let (mut seen, mut counted) = (0, 0);
        for span in trace.spans() {
            let times = tips.iter().filter(|tip| tip.lines().next().is_some_and(|first| first.contains(&span.name))).count();
            prop_assert!(times <= 1, "{}", picture);
            seen += times;
        }
        for tip in &tips {
            if let Some(found) = COUNTED.captures(tip.lines().next().unwrap_or_default()) {
                counted += found.get(1).or(found.get(2)).unwrap().as_str().replace(',', "").parse::<usize>().unwrap();
            }
        }
        prop_assert_eq!(seen + counted, trace.spans().len(), "{}", picture);
    }

    #[test]
    fn names_stay_text_and_nothing_leaves_the_picture(
        spans in prop::collection::vec((any_span(), hostile(), hostile()), 1..30), width in 40_usize..200, ascii: bool,
        max_rows in prop::option::of(1_usize..20),
    ) {
        let name = |(span, name, message): (Span, String, String)| {
            let span = Span { name, ..span };
            if message.len() % 2 == 0 { failed(span, &message) } else { span }
        };
        let trace = trace(spans.into_iter().map(name).collect());
        let options = Options { max_rows, ..Options::default() };
        let picture = drawn_with(&trace, options, &Look { ascii, ..look(width) });
        prop_assert_eq!(check_xml(&picture), Ok(()), "{}", picture);
        let end = width as f64 * COLUMN + 2.0 * MARGIN;
        for (from, to, words) in texts(&picture) {
            prop_assert!(from > MARGIN - 0.1 && to < end - MARGIN + 0.2, "{} to {} of {}: {}", from, to, end, words);
            prop_assert!(text::width(&words) <= width);
        }
        for found in BAR.captures_iter(&picture) {
            let (x, wide): (f64, f64) = (found[1].parse().unwrap(), found[2].parse().unwrap());
            prop_assert!(x > MARGIN - 7.2 && x + wide < end - MARGIN + 0.2, "{}", &found[0]);
        }
        for element in ["<script", "<a ", "<image", "<use", "<foreign", "<style>\n\n", " href", " onload=\""] {
            prop_assert!(!picture.contains(element), "{}", element);
        }
        prop_assert_eq!(picture.matches("url(").count() + picture.matches("@import").count(), 0);
        let mut others = trace.spans().to_vec();
        others.reverse();
        let again = crate::render::samples::trace(others);
        prop_assert_eq!(drawn_with(&again, options, &Look { ascii, ..look(width) }), picture);
    }
}
