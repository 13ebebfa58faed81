//! `show`, as files for other programs: Perfetto, speedscope, spreadsheets.

use serde_json::{Value as Json, json};

use crate::show::{AVATAR, GROUPS, home, show};
use crate::show_parts::with;
use crate::support::CommandOutput;

/// The lines of a sheet, cells by heading.
fn sheet(output: CommandOutput) -> Vec<csv::StringRecord> {
    let written = output.stdout;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(written.as_bytes());
    reader.records().collect::<Result<_, _>>().expect("lines are equally long")
}

/// The cells of some columns, a line each.
fn columns(sheet: &[csv::StringRecord], wanted: &[&str]) -> String {
    let places: Vec<usize> =
        wanted.iter().map(|name| sheet[0].iter().position(|known| known == *name).expect("it is a heading")).collect();
    let line = |record: &csv::StringRecord| places.iter().map(|place| &record[*place]).collect::<Vec<_>>().join(" | ");
    sheet[1..].iter().map(line).collect::<Vec<_>>().join("\n")
}

fn events(output: &str) -> Vec<Json> {
    let file: Json = serde_json::from_str(output).expect("it is JSON");
    file["traceEvents"].as_array().expect("it is a list").clone()
}

#[test]
fn a_sheet_has_a_line_for_each_span_with_what_it_means() {
    let figures =
        ["name", "depth", "error_role", "start_offset_ns", "duration_ns", "self_time_ns", "critical_path_ns", "events"];
    insta::assert_snapshot!(columns(&sheet(show(&["ae98aa", "-o", "csv"])), &figures), @"
    POST /api/activities | 0 | propagated | 0 | 48000000 | 8500000 | 8500000 | 0
    create-activity | 1 | propagated | 5800000 | 39500000 | 10500000 | 10500000 | 1
    INSERT | 2 | origin | 12800000 | 29000000 | 29000000 | 29000000 | 1
    ");
}

#[test]
fn of_a_part_the_figures_are_those_of_the_whole() {
    let figures = ["span_id", "depth", "self_time_ns", "critical_path_ns", "slack_ns"];
    let all = columns(&sheet(show(&[GROUPS, "-o", "csv"])), &figures);
    let output = show(&[GROUPS, "-o", "csv", "--where", "name = \"render-json\""]);
    assert_eq!(output.stderr, "note: 1 of 18 spans satisfies name = \"render-json\"; 2 above are shown too\n");
    let some = columns(&sheet(output), &figures);
    assert_eq!((all.lines().count(), some.lines().count()), (18, 3));
    assert!(some.lines().all(|line| all.lines().any(|other| other == line)), "{some}\n\n{all}");
}

#[test]
fn what_limits_a_drawing_limits_a_file_and_is_said() {
    for (limit, lines, note) in [
        (&["--max-rows", "5"][..], 3, "note: 3 of 18 spans are written\n"),
        (&["--depth", "1"], 1, "note: 1 of 18 spans is written\n"),
        (&["--zoom", "list-message-groups"], 15, "note: 15 of 18 spans are written\n"),
        (&["--span", "render-json"], 1, "note: 1 of 18 spans is written\n"),
    ] {
        let sheet_of = show(&[&[GROUPS, "-o", "csv"][..], limit].concat());
        assert_eq!((sheet_of.code, sheet_of.stderr.as_str()), (Some(0), note), "{limit:?}");
        assert_eq!(sheet(sheet_of).len(), lines + 1, "{limit:?}");
        let timeline = show(&[&[GROUPS, "-o", "perfetto"][..], limit].concat());
        assert_eq!(timeline.stderr, note);
        let file: Json = serde_json::from_str(&timeline.stdout).expect("it is JSON");
        assert_eq!(
            (&file["otherData"]["traces"][0]["written"], &file["otherData"]["traces"][0]["span_count"]),
            (&json!(lines), &json!(18))
        );
        let flames: Json =
            serde_json::from_str(&show(&[&[GROUPS, "-o", "speedscope"][..], limit].concat()).stdout).expect("it is JSON");
        let name = format!("own time: {lines} of 18 spans, {} not asked for", 18 - lines);
        assert_eq!(flames["profiles"][0]["name"], name);
    }
}

#[test]
fn what_was_looked_for_and_what_was_moved_is_marked() {
    let skewed = with(&[
        ("web", 1, 0, 2, 0, 100),
        ("web", 2, 1, 3, 10, 90),
        ("api", 3, 2, 2, 1_020, 1_080),
        ("api", 4, 3, 1, 1_030, 1_070),
    ]);
    let output = skewed.line("show -b file:trace.json 5555 -o csv --correct-skew --highlight service=api");
    assert!(output.stderr.contains("clocks are corrected") && output.stderr.contains("2 of 4 spans satisfy"), "{output}");
    insta::assert_snapshot!(columns(&sheet(output), &["name", "start", "clock_shift_ns", "marks"]), @"
    web 1 | 2026-07-24T13:33:20.000000000Z |  | 
    web 2 | 2026-07-24T13:33:20.010000000Z |  | 
    api 3 | 2026-07-24T13:33:20.030000000Z | -990000000 | match
    api 4 | 2026-07-24T13:33:20.040000000Z | -990000000 | match
    ");
}

#[test]
fn a_timeline_has_a_process_for_each_service_and_arrows_between_them() {
    let output = home().run(["show", "-b", "file:cruddur.json", "-b", "file:xray.json", AVATAR, "-o", "perfetto"]).answer();
    let events = events(&output);
    let named = |what: &str| -> Vec<String> {
        let found = events.iter().filter(|event| event["name"] == what);
        found.map(|event| event["args"]["name"].as_str().expect("it is a name").to_owned()).collect()
    };
    assert_eq!(named("process_name")[..4], ["critical path", "frontend-react-js", "backend-flask", "cruddur-thumbs"]);
    let phase = |phase: &str| events.iter().filter(|event| event["ph"] == phase).count();
    assert_eq!((phase("s"), phase("f")), (2, 2));
    let spans = events.iter().filter(|event| event["ph"] == "X" && event["cat"] != "critical path").count();
    assert_eq!(spans, 7);
}

#[test]
fn every_file_is_the_same_each_time_and_several_traces_share_one() {
    for format in ["perfetto", "speedscope", "csv"] {
        let both = || show(&[GROUPS, "ae98aa", "-o", format]).answer();
        let written = both();
        assert_eq!(written, both(), "{format}");
        assert!(written.contains(GROUPS) && written.contains("ae98aa61f92c36ccde88da857de9bd67"), "{format}");
        assert!(show(&["nothing", "-o", format]).stdout.is_empty(), "{format}");
    }
}

#[test]
fn both_profiles_of_a_request_are_as_wide_as_it_took() {
    let file: Json = serde_json::from_str(&show(&[GROUPS, "-o", "speedscope"]).answer()).expect("it is JSON");
    let told: Vec<_> = file["profiles"]
        .as_array()
        .expect("it is a list")
        .iter()
        .map(|profile| (&profile["name"], &profile["endValue"]))
        .collect();
    assert_eq!(
        told,
        [(&json!("own time: 18 of 18 spans"), &json!(402_000_000)), (&json!("critical path"), &json!(402_000_000))]
    );
}
