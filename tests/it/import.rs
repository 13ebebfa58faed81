//! `import`: files into the local store.

use crate::support::{Home, fixture, write};

#[test]
fn files_of_any_format_go_into_the_store() {
    let home = Home::new().with_fixtures(&["cruddur.json", "xray.json", "zipkin.json", "jaeger.json"]);
    insta::assert_snapshot!(home.line("import cruddur.json xray.json zipkin.json jaeger.json"), @r"
    ------- stderr -------
    note: cruddur.json: 34 spans in 5 traces
    note: xray.json: 7 spans in 2 traces
    warning: zipkin.json: 1 left out: a Zipkin span has no id
    note: zipkin.json: 3 spans in 1 trace
    warning: jaeger.json: 1 left out: a Jaeger span has no span id
    note: jaeger.json: 3 spans in 1 trace
    [exit status: 0]
    ");
    insta::assert_snapshot!(home.line("list --since 2000-01-01 --width 120"), @"
       started              trace                                duration  spans  errors  root
    !  2026-11-22 06:56:21  5759e988bd862e3fe1be46a994272793        12 ms      3       1  GET /api/activities/home
    !? 2026-11-22 06:56:21  bd862e3fe1be46a9                       6.5 ms      3       2  get /api · frontend
       2026-07-24 14:05:16  1-6a63711c-1900eab6c028483d7126599e   43.7 ms      3          backend-flask
    !  2026-07-24 14:04:57  6a63710987bbe879c7a5f5784a70384b       565 ms      7       3  HTTP POST · frontend-react-js
    ⋯  2026-07-24 14:04:40  6e0e527094eac2775941319a7b6a5db6       225 ms      4          HTTP POST · frontend-react-js
       2026-07-24 14:04:13  8bc626382cebdea2f7f1556261da8061       402 ms     18          GET /api/message_groups
    !  2026-07-24 14:03:46  ae98aa61f92c36ccde88da857de9bd67        48 ms      3       3  POST /api/activities
       2026-07-24 14:03:05  08fef885f38c1e32024efae4ecacf67d        75 ms      6          HTTP GET · frontend-react-js
    [exit status: 0]
    ");
}

#[test]
fn what_comes_on_stdin_is_imported_too() {
    let home = Home::new();
    let bytes = std::fs::read(fixture("xray.json")).expect("the fixture is there");
    insta::assert_snapshot!(home.run_with(["import", "-"], &bytes), @r"
    ------- stderr -------
    note: -: 7 spans in 2 traces
    [exit status: 0]
    ");
    insta::assert_snapshot!(home.line("show 1-6a63711c --width 80"), @"
    backend-flask · 43.7 ms · 3 spans · 1 service
    1-6a63711c-1900eab6c028483d7126599e · 2026-07-24 14:05:16 UTC · local · complete

    █ critical path     ▏0          ▏10 ms      ▏20 ms      ▏30 ms
    backend-flask       ██━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━███ 43.7 ms
    ┕━ user-activities    ▐█████████████████████████████████━━━━━━━━━━━██    39.1 ms
      ┕━ mock-data                                          ███████████▍      9.5 ms

    - 28.3 ms in user-activities before mock-data that nobody traced
    [exit status: 0]
    ");
}

#[test]
fn importing_twice_changes_nothing() {
    let home = Home::new().with_fixtures(&["cruddur.json", "xray.json"]);
    home.import("cruddur.json xray.json");
    let ids = ["6a637109", "6a63711c", "6e0e52", "8bc626", "ae98aa", "08fef8"];
    let everything = |home: &Home| {
        let traces = ids.map(|id| home.run(["show", id, "-o", "json"]).answer());
        (home.line("list -o json"), traces)
    };
    let before = everything(&home);
    home.import("cruddur.json cruddur.json");
    home.import("xray.json");
    assert_eq!(everything(&home), before);
    assert_eq!(home.line("list -o jsonl").stdout.lines().count(), 6);
}

#[test]
fn a_file_that_cannot_be_read_leaves_the_store_as_it_was() {
    let home = Home::new().with_fixtures(&["cruddur.json", "xray.json"]);
    write(&home.path("notes.txt"), "Dear diary,\nno spans today.\n");
    write(&home.path("cut.json"), &std::fs::read_to_string(fixture("cruddur.json")).expect("it is there")[..9_000]);
    write(&home.path("other.json"), r#"{"ResponseMetadata": {"RetryAttempts": 0}}"#);
    write(&home.path("empty.json"), "");
    for broken in ["notes.txt", "cut.json", "other.json", "empty.json", "nowhere.json"] {
        let output = home.run(["import", "cruddur.json", broken]);
        assert_eq!((output.code, output.stdout.as_str()), (Some(3), ""), "{output}");
        assert!(!home.path("data").exists(), "nothing is half imported: {broken}");
    }
    insta::assert_snapshot!(home.line("import xray.json notes.txt"), @r"
    ------- stderr -------
    error: cannot make sense of notes.txt: not in any known format (OTLP, X-Ray, Jaeger, Zipkin): it is no JSON, and as OTLP protobuf a group ends that has not begun at byte 1
    [exit status: 3]
    ");
    insta::assert_snapshot!(home.line("import xray.json cut.json"), @r"
    ------- stderr -------
    error: cannot make sense of cut.json: not OTLP/JSON: EOF while parsing a string, line 27 column 1060, in resourceSpans[1].scopeSpans[3].spans[2].events[0].attributes[2].value.stringValue
    [exit status: 3]
    ");
    insta::assert_snapshot!(home.line("import xray.json other.json"), @r"
    ------- stderr -------
    error: cannot make sense of other.json: not in any known format (OTLP, X-Ray, Jaeger, Zipkin): it is JSON whose keys belong to none of them: `ResponseMetadata`
    [exit status: 3]
    ");
    insta::assert_snapshot!(home.line("import xray.json empty.json"), @r"
    ------- stderr -------
    error: cannot make sense of empty.json: not in any known format (OTLP, X-Ray, Jaeger, Zipkin): it is empty
    [exit status: 3]
    ");
    insta::assert_snapshot!(home.line("import xray.json nowhere.json"), @r"
    ------- stderr -------
    error: cannot read nowhere.json: No such file or directory (os error 2)
    [exit status: 3]
    ");
    home.import("xray.json");
    let before = home.line("list -o json");
    assert_eq!(home.line("import cruddur.json cut.json").code, Some(3));
    assert_eq!(home.line("list -o json"), before);
}

#[test]
fn parts_that_cannot_be_read_are_named() {
    let home = Home::new();
    write(
        &home.path("parts.json"),
        r#"{"resourceSpans": [{"scopeSpans": [{"spans": [
            {"traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7", "name": "good", "startTimeUnixNano": "1784901785000000000", "endTimeUnixNano": "1784901785000000001"},
            {"traceId": "", "spanId": "00f067aa0ba902b8", "name": "no trace"}
        ]}]}]}"#,
    );
    insta::assert_snapshot!(home.line("import parts.json"), @r"
    ------- stderr -------
    warning: parts.json: 1 left out: the trace id is not 16 bytes, or all of them are zero
    note: parts.json: 1 span in 1 trace
    [exit status: 0]
    ");
}
