//! What is on a page, and what never is.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::analysis::Analysis;
use crate::model::{Attributes, Event, Link, Span, SpanId, Trace};
use crate::render::samples::{failed, look, page, running, span, trace};
use crate::render::waterfall::tests::any_span;
use crate::render::{text, units};

fn written(trace: &Trace, options: Options<'_>, notes: &[String]) -> String {
    let analysis = Analysis::of(trace);
    render(&[Page { shown: Shown { trace, analysis: &analysis }, options, selected: None }], notes, &look(80))
}

/// Only the data of a page, without what is the same on all of them.
fn only_data(trace: &Trace, options: Options<'_>) -> String {
    let analysis = Analysis::of(trace);
    let mut out = Vec::new();
    super::trace(&mut out, 0, &Page { shown: Shown { trace, analysis: &analysis }, options, selected: None }, &look(80));
    String::from_utf8(out).unwrap()
}

/// What an element of data holds.
fn data_of(page: &str, id: &str) -> Value {
    let begin = format!("<script type=\"application/json\" id=\"{id}\">");
    let from = page.find(&begin).unwrap_or_else(|| panic!("there is {id}")) + begin.len();
    let json = page[from..].split("</script>").next().unwrap();
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{id} is JSON: {error}"))
}

/// The page without its data: what a browser takes for markup, style and script.
fn markup(page: &str) -> String {
    let mut parts = page.split("<script type=\"application/json\" id=\"");
    let mut markup = parts.next().unwrap().to_owned();
    for part in parts {
        markup.push_str(part.split_once("</script>").expect("the element ends").1);
    }
    markup
}

fn numbers(value: &Value) -> Vec<u64> {
    value.as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect()
}

/// Of each item: its name, and how deep it is.
fn tree(page: &str) -> Vec<String> {
    let data = data_of(page, "trace-0");
    let texts = data["texts"].as_array().unwrap();
    let names = numbers(&data["name"]).into_iter().map(|name| texts[name as usize].as_str().unwrap().to_owned());
    let depths = numbers(&data["depth"]).into_iter().map(|depth| "  ".repeat(depth as usize));
    depths.zip(names).map(|(indent, name)| indent + &name).collect()
}

/// The ids of the spans whose details are on a page, in order.
fn ids(page: &str) -> Vec<String> {
    let count = data_of(page, "trace-0")["depth"].as_array().unwrap().len();
    let mut ids = Vec::new();
    for part in 0..count.div_ceil(PART) {
        let part = data_of(page, &format!("part-0-{part}"));
        let spans = part["spans"].as_array().unwrap().iter().filter(|span| !span.is_null());
        ids.extend(spans.map(|span| part["texts"][span[0].as_u64().unwrap() as usize].as_str().unwrap().to_owned()));
    }
    ids
}

#[test]
fn folded_siblings_stand_behind_the_row_that_folds_them() {
    let page = page();
    let written = written(&page, Options::default(), &[]);
    let tree = tree(&written);
    let fold = tree.iter().position(|name| name.trim() == "SELECT replies WHERE activity_uuid = $1").unwrap();
    assert!(tree[fold].starts_with("      S"), "{tree:?}");
    assert!(tree[fold + 1..=fold + 23].iter().all(|name| *name == format!("  {}", tree[fold])), "{tree:?}");
    assert!(!tree[fold + 24].contains("replies"));
    let data = data_of(&written, "trace-0");
    assert_eq!((&data["folds"], &data["closed"]), (&serde_json::json!([[fold, 23]]), &serde_json::json!([fold])));
    assert_eq!(ids(&written).len(), 31);
}

#[test]
fn the_facts_are_those_of_the_terminal() {
    let mut page = page();
    page.backends = vec!["local".into()];
    page.link = Some("https://ui.honeycomb.io/x".into());
    let data = data_of(&written(&page, Options::default(), &[]), "trace-0");
    let facts: Vec<_> = data["facts"].as_array().unwrap().iter().map(|fact| fact[1].as_str().unwrap()).collect();
    assert_eq!(facts, ["frontend-react-js", "812 ms", "31 spans", "4 services", "1 error"]);
    let more: Vec<_> = data["more"].as_array().unwrap().iter().map(|fact| fact[1].as_str().unwrap()).collect();
    assert_eq!(more, ["2026-07-24 14:03:05.123 UTC", "local", "complete"]);
    assert_eq!(data["title"], "GET /@andrewbrown");
    let note = "172 ms in GET /@andrewbrown after GET /api/activities/@andrewbrown that nobody traced";
    assert_eq!(data["notes"], serde_json::json!([["-", note, 1]]));
    assert_eq!((&data["left_out"], &data["link"]), (&serde_json::json!([]), &"https://ui.honeycomb.io/x".into()));
}

#[test]
fn what_is_left_out_is_said() {
    let page = page();
    let limited = Options { max_rows: Some(6), fold: false, ..Options::default() };
    let data = data_of(&written(&page, limited, &[]), "trace-0");
    assert_eq!(data["left_out"], serde_json::json!(["only 4 of 31 spans are on this page", "at most 6 rows were asked for"]));
    assert_eq!(data["facts"][2], serde_json::json!(["warning", "4 of 31 spans"]));
    let zoomed = Options { zoom: Some(3), ..Options::default() };
    let data = data_of(&written(&page, zoomed, &[]), "trace-0");
    let said = ["only 25 of 31 spans are on this page", "what is not below user-activities-data was left out"];
    assert_eq!(data["left_out"], serde_json::json!(said));
    let keep: Vec<bool> = (0..31).map(|node| node < 3).collect();
    let data = data_of(&written(&page, Options { keep: &keep, ..Options::default() }, &[]), "trace-0");
    let said = ["only 3 of 31 spans are on this page", "what the filter does not keep was left out"];
    assert_eq!(data["left_out"], serde_json::json!(said));
}

#[test]
fn how_many_levels_are_shown_is_how_the_page_opens() {
    let page = page();
    let whole = written(&page, Options::default(), &[]);
    let some = written(&page, Options { depth: Some(2), ..Options::default() }, &[]);
    assert_eq!(tree(&whole), tree(&some));
    assert_eq!(data_of(&some, "trace-0")["closed"][0], 1);
    assert_eq!(data_of(&some, "trace-0")["left_out"], serde_json::json!([]));
}

#[test]
fn how_it_was_asked_for_is_on_the_page() {
    let notes = ["3 of 31 spans satisfy name = \"</script>\u{202e}\"".to_owned()];
    let said = data_of(&written(&page(), Options::default(), &notes), "asked");
    assert_eq!(said, serde_json::json!(["3 of 31 spans satisfy name = \"</script>\\u{202e}\""]));
}

#[test]
fn all_that_came_with_a_span_is_there() {
    let mut one = failed(span(1, 0, "web", "GET /", 0, 100), "it broke\nhere");
    one.attributes = [("b", "2"), ("a", "1")].into_iter().collect();
    one.attributes.push("a", "again");
    one.dropped_attributes = 3;
    let attributes: Attributes = [("exception.type", "KeyError")].into_iter().collect();
    one.events = vec![Event { name: "exception".into(), time: one.start.saturating_add(5), attributes, dropped_attributes: 1 }];
    one.links = vec![Link { trace_id: "aa".into(), span_id: "bb".into(), flags: 1, ..Link::default() }];
    (one.trace_state, one.flags, one.dropped_events) = ("k=v".into(), 257, 4);
    let written = written(&trace(vec![one]), Options::default(), &[]);
    let part = data_of(&written, "part-0-0");
    insta::assert_snapshot!(part.to_string(), @r#"{"spans":[[5,null,6,7,"o",0,100000,100000,null,null,0,1,[[8,9,8,10,11,12],3],[[[5,13,[14,15],1]],4],[[[17,18,[3,16],0]],0],[1,2,3,4]]],"texts":["it broke\nhere","trace state","k=v","flags","0x101","0000000000000001","internal","error","a","1","again","b","2","exception","exception.type","KeyError","0x1","aa","bb"]}"#);
    assert_eq!(data_of(&written, "trace-0")["senders"]["texts"], serde_json::json!(["service.name", "web"]));
}

#[test]
fn a_time_that_no_double_can_hold_is_there_as_text_too() {
    let far = span(2, 1, "web", "b", 9_007_199_254_740_993, 9_007_199_254_740_994);
    let data = data_of(&written(&trace(vec![span(1, 0, "web", "a", 0, 1), far]), Options::default(), &[]), "trace-0");
    assert_eq!(data["exact"], serde_json::json!([[1, "9007199254740993000", "1000"]]));
}

#[test]
fn the_policy_allows_this_style_and_this_script_and_nothing_else() {
    let page = written(&page(), Options::default(), &[]);
    let inline = |from: &str, to: &str| {
        let begin = page.rfind(from).unwrap() + from.len();
        let text = &page[begin..begin + page[begin..].find(to).unwrap()];
        format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
    };
    let (script, style) = (inline("<script>", "</script>"), inline("<style>", "</style>"));
    let policy = format!(
        "content=\"default-src 'none'; script-src {script}; style-src {style}; img-src data:; base-uri 'none'; form-action 'none'\""
    );
    assert!(page.contains(&policy));
    assert!(page.find(&policy).unwrap() < page.find("<style>").unwrap());
}

#[test]
fn the_page_asks_nobody_for_anything() {
    let markup = markup(&written(&page(), Options::default(), &[]));
    let elsewhere = markup.replace("http://www.w3.org/2000/svg", "").replace("https?:", "");
    for scheme in ["http:", "https:", "url(", "@import", "fetch(", "XMLHttpRequest", "innerHTML", "eval(", "src="] {
        assert!(!elsewhere.contains(scheme), "{scheme}");
    }
}

#[test]
fn ten_thousand_levels_and_spans_are_no_matter() {
    let chain = trace((1..=10_000).map(|n| span(n, n - 1, "web", "step", i128::from(n), 20_000)).collect());
    assert_eq!(ids(&written(&chain, Options::default(), &[])).len(), 10_000);
}

proptest! {
    #[test]
    fn every_span_is_on_the_page_once_or_counted(
        spans in prop::collection::vec(any_span(), 1..60),
        fold: bool,
        max_rows in prop::option::of(0_usize..20),
        depth in prop::option::of(1_usize..5),
        zoom in prop::option::of(any::<prop::sample::Index>()),
        flags in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let trace = trace(spans);
        let analysis = Analysis::of(&trace);
        let tree = &analysis.tree;
        let zoom = zoom.map(|zoom| zoom.index(tree.nodes().len()));
        let (collapsed, matches): (Vec<_>, Vec<_>) = flags.into_iter().map(|flag| (flag % 4 == 0, flag % 3 == 0)).unzip();
        let options = Options { max_rows, fold, depth, zoom, collapsed: &collapsed, matches: &matches, ..Options::default() };
        let page = only_data(&trace, options);
        let data = data_of(&page, "trace-0");
        let texts = data["texts"].as_array().unwrap();
        let mut counted = 0;
        for hidden in data["hidden"].as_array().unwrap() {
            let (item, spans) = (hidden[0].as_u64().unwrap(), hidden[1].as_u64().unwrap() as usize);
            let name = texts[numbers(&data["name"])[item as usize] as usize].as_str().unwrap();
            prop_assert!(name.starts_with(&format!("… {}", units::plural(spans, "more span", "more spans"))), "{name}");
            counted += spans;
        }
        let drawn = zoom.map_or(0..tree.nodes().len(), |node| tree.subtree(node));
        let mut all: Vec<String> =
            drawn.filter_map(|node| tree.span(&trace, node)).map(|span| text::sanitise(&span.id.to_string(), false).into_owned()).collect();
        let mut there = ids(&page);
        prop_assert_eq!(there.len() + counted, all.len());
        all.sort();
        there.sort();
        if max_rows.is_none() {
            prop_assert_eq!(&there, &all);
        }
        let single = numbers(&data["bits"]).into_iter().filter(|bits| bits & u64::from(data::bits::SPAN) != 0).count();
        prop_assert_eq!(single, there.len());
        let depths = numbers(&data["depth"]);
        prop_assert!(depths.first().is_none_or(|depth| *depth == 0));
        prop_assert!(depths.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{depths:?}");
        for (item, count) in data["folds"].as_array().unwrap().iter().map(|fold| (fold[0].as_u64().unwrap(), fold[1].as_u64().unwrap())) {
            let below = depths[item as usize + 1..].iter().take_while(|depth| **depth > depths[item as usize]);
            prop_assert_eq!(below.filter(|depth| **depth == depths[item as usize] + 1).count() as u64, count);
        }
        if there.len() < trace.spans().len() {
            let said = format!("only {} of {}", units::count(there.len()), units::plural(trace.spans().len(), "span", "spans"));
            prop_assert!(data["left_out"][0].as_str().unwrap().starts_with(&said), "{}", data["left_out"]);
        }
    }

    #[test]
    fn shades_of_an_item_fill_its_time(spans in prop::collection::vec(any_span(), 1..40)) {
        let page = only_data(&trace(spans), Options::default());
        let data = data_of(&page, "trace-0");
        for shade in data["shades"].as_array().unwrap() {
            let parts: Vec<i128> = shade.as_array().unwrap().iter().map(|part| i128::from(part.as_u64().unwrap())).collect();
            let sum: i128 = parts.iter().skip(2).step_by(2).sum();
            prop_assert_eq!(Some(sum), data["long"][parts[0] as usize].as_u64().map(i128::from));
        }
    }

    #[test]
    fn no_text_is_markup(
        name in "\\PC{0,20}|.{0,20}|[<>&/!a-z\"'-]{0,30}", service in ".{0,20}|[<>&/\"']{0,9}", key in "[<>&/!a-z-]{0,30}", value in ".{0,40}|[<>&/!a-z\n-]{0,30}",
    ) {
        let mut one = failed(span(1, 0, &service, &name, 0, 10), &value);
        one.attributes.push(key.clone(), value.clone());
        one.attributes.push(value.clone(), key.clone());
        one.events.push(Event { name: value.clone(), time: one.start, ..Event::default() });
        let plain = markup(&written(&trace(vec![span(1, 0, "web", "x", 0, 10)]), Options::default(), &[]));
        let hostile = written(&trace(vec![one]), Options::default(), &[value]);
        let (before, after) = plain.split_once("<title>x · ").unwrap();
        let shown = if name.is_empty() { "(no name)".into() } else { escape::xml(&name).into_owned() };
        prop_assert_eq!(markup(&hostile), format!("{before}<title>{shown} · {after}"));
    }

    #[test]
    fn the_order_in_which_spans_came_does_not_matter(
        (spans, shuffled) in prop::collection::vec(any_span(), 1..40).prop_flat_map(|mut spans: Vec<Span>| {
            // Of two spans of one id, the order says which is the newer one.
            for (nth, span) in spans.iter_mut().enumerate() {
                span.id = SpanId::from_bytes((nth as u64 + 1).to_be_bytes());
            }
            (Just(spans.clone()), Just(spans).prop_shuffle())
        }),
    ) {
        prop_assert_eq!(only_data(&trace(spans), Options::default()), only_data(&trace(shuffled), Options::default()));
    }
}

#[test]
fn what_still_runs_or_has_not_arrived_has_no_length() {
    let odd = trace(vec![running(span(1, 0, "web", "GET /", 0, 0)), span(2, 9, "web", "orphan", 5, 9)]);
    let data = data_of(&written(&odd, Options::default(), &[]), "trace-0");
    assert_eq!(data["long"], serde_json::json!([null, 4000, 4000]));
    assert_eq!(data["at"], serde_json::json!([0, 5000, 5000]));
    let evidence = ["1 parent span has not arrived", "1 span is still running"];
    assert_eq!(data["evidence"], serde_json::json!(evidence));
}
