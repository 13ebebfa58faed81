//! `show -o html`: what the program does around the page. What is on it is tested where it is written; how a browser reads it, by
//! `tests/browser/run`.

use serde_json::Value as Json;

use crate::show::{AVATAR, GROUPS, home, show};

/// What an element of data holds.
fn data(page: &str, id: &str) -> Json {
    let (_, from) = page.split_once(&format!("id=\"{id}\">")).unwrap_or_else(|| panic!("there is {id}"));
    serde_json::from_str(from.split("</script>").next().unwrap_or_default()).expect("it is JSON")
}

#[test]
fn the_page_is_the_answer_and_nothing_else() {
    let page = show(&[GROUPS, "-o", "html"]).answer();
    assert!(page.starts_with("<!doctype html>\n") && page.ends_with("</html>\n"));
    assert!(page.contains("<title>GET /api/message_groups · cruddur-trace</title>"));
    assert_eq!((&data(&page, "trace-0")["id"], &data(&page, "asked")), (&GROUPS.into(), &Json::Array(Vec::new())));
    assert_eq!(
        page,
        show(&[GROUPS, "-o", "html", "--width", "40", "--ascii", "--color", "always"]).answer(),
        "a page has no width"
    );
}

#[test]
fn several_traces_are_on_one_page() {
    let page = home().run(["show", "-b", "file:cruddur.json", "-b", "file:xray.json", GROUPS, AVATAR, "-o", "html"]).answer();
    assert!(page.contains("<title>GET /api/message_groups and 1 more trace · cruddur-trace</title>"));
    assert_eq!(data(&page, "trace-0")["id"], GROUPS);
    let other = data(&page, "trace-1");
    assert_eq!((&other["id"], other["more"][1][1].as_str()), (&AVATAR.into(), Some("C file:cruddur.json + X file:xray.json")));
}

#[test]
fn what_was_asked_for_is_said_on_the_page_and_on_stderr() {
    let output = show(&[GROUPS, "-o", "html", "--where", "duration > 40ms", "--depth", "1"]);
    let note = "3 of 18 spans satisfy duration > 40ms";
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), format!("note: {note}\n").as_str()));
    assert_eq!(data(&output.stdout, "asked"), Json::from(vec![note]));
    let trace = data(&output.stdout, "trace-0");
    assert_eq!(trace["left_out"][0], "only 3 of 18 spans are on this page");
    assert_eq!((&trace["closed"], trace["depth"].as_array().map(Vec::len)), (&Json::from(vec![0, 1]), Some(3)));
}

#[test]
fn one_span_is_what_the_page_opens_with() {
    let trace = data(&show(&["ae98aa", "-o", "html", "--span", "INSERT"]).answer(), "trace-0");
    let selected = trace["selected"].as_u64().expect("one is selected") as usize;
    let name = trace["name"][selected].as_u64().expect("it has a name") as usize;
    assert_eq!((&trace["texts"][name], &trace["left_out"]), (&"INSERT".into(), &Json::Array(Vec::new())));
}
