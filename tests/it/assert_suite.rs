//! `assert --file`: assertions in a file, each with its verdict, and the worst of them as exit code.

use serde_json::Value as Json;

use crate::support::{CommandOutput, Home, write};

const CHECKS: &str = r#"
[defaults]
settle = "0s"

[[assert]]
name = "the home feed is there"
expr = 'name = "GET /api/activities/home"'
every = 'duration < 10s'

[[assert]]
name = "one request fails"
expr = 'status = error'
count = 1

[[assert]]
name = "nothing is slow"
expr = 'duration > 300ms'
absent = true

[[assert]]
name = "a slip"
expr = 'name = "GET /api/mesage_groups"'
"#;

fn home(files: &[(&str, &str)]) -> Home {
    let home = Home::new().with_fixtures(&["cruddur.json"]);
    for (name, text) in files {
        write(&home.path(name), text);
    }
    home
}

/// What is said of a file that holds this.
fn of(text: &str) -> CommandOutput {
    home(&[("bad.toml", text)]).run(["assert", "-b", "file:cruddur.json", "--file", "bad.toml"])
}

#[test]
fn each_assertion_has_its_verdict_and_the_worst_counts() {
    let home = home(&[("checks.toml", CHECKS)]);
    let all = ["assert", "-b", "file:cruddur.json", "--file", "checks.toml"];
    insta::assert_snapshot!(home.run(all), @r#"
    ------- stderr -------
    holds: the home feed is there: 1 trace satisfies name = "GET /api/activities/home"
    holds: one request fails: 1 trace satisfies status = error (expected 1)
    does not hold: nothing is slow: at least 1 trace satisfies duration > 300ms (expected none)
    frontend-react-js  HTTP POST · 565 ms · 3 spans · 2 services
    6a63710987bbe879c7a5f5784a70384b · 2026-07-24 14:04:57.600 UTC · file:cruddur.json · complete

      █ critical path  ▄ own time  ─ waits            ▏0              ▏200 ms        ▏400 ms
    › HTTP POST                    frontend-react-js  █━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█ 565 ms
    › ┕━ POST /api/profile/avatar  backend-flask      ▐█━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█▌ 551 ms
    ›   ┕━ Lambda.Invoke           backend-flask       ▐███████████████████████████████████████▌  522 ms
    does not hold: a slip: no trace satisfies name = "GET /api/mesage_groups"
    nearest:
      0 of 1 conditions: backend-flask GET /api/message_groups
        in trace 8bc626382cebdea2f7f1556261da8061
        wanted name = "GET /api/mesage_groups", but it is GET /api/message_groups
    backend-flask  GET /api/message_groups · 402 ms · 18 spans · 1 service
    8bc626382cebdea2f7f1556261da8061 · 2026-07-24 14:04:13.908 UTC · file:cruddur.json · complete

      █ critical path  ▄ own time  ─ waits     ▏0           ▏100 ms     ▏200 ms     ▏300 ms
    › GET /api/message_groups · backend-flask  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█  402 ms
      ┝━ cognito-jwt-verify                    ▉                                                  7.1 ms
      ┝━ SELECT                                 █▌                                               12.4 ms
      ┕━ list-message-groups                     ▐━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━   372 ms
        ┝━ ×13 DynamoDB.Query                     ██████████████████████████████████████████      345 ms
        │   p50 23.8 ms max 48 ms
        ┕━ render-json                                                                      ███  22.1 ms

    - N+1: DynamoDB.Query, 13 times one after the other in list-message-groups: 319 ms
    4 assertions: 2 hold, 2 do not hold
    [exit status: 1]
    "#);
    for (only, code) in [("home", 0), ("fails", 0), ("slow", 1), ("s", 1)] {
        let output = home.run(all.iter().chain(&["--only", only]));
        assert_eq!(output.code, Some(code), "{only}: {output}");
    }
    let both = home.run(all.iter().chain(&["--only", "home", "--only", "fails", "-o", "json"]));
    let document: Json = serde_json::from_str(&both.stdout).expect("it is JSON");
    assert_eq!((both.code, &document["verdict"]), (Some(0), &"holds".into()), "{both}");
    let named = |at: usize| document["assertions"][at]["name"].as_str().map(str::to_owned);
    assert_eq!((named(0).as_deref(), named(1).as_deref()), (Some("the home feed is there"), Some("one request fails")));
    assert_eq!(document["assertions"][1]["traces"][0]["trace_id"], "ae98aa61f92c36ccde88da857de9bd67", "{both}");
}

#[test]
fn what_cannot_be_told_is_worse_than_yes_and_better_than_no() {
    let unsure = "[[assert]]\nname = 'grows'\nexpr = 'name = late'\nsettle = '100000d'\n";
    let holds = "[[assert]]\nname = 'errors'\nexpr = 'status = error'\n";
    let fails = "[[assert]]\nname = 'none'\nexpr = 'status = error'\nabsent = true\n";
    let home = home(&[("a.toml", unsure), ("b.toml", holds), ("c.toml", fails)]);
    for (files, code) in [(&["b.toml"][..], 0), (&["a.toml", "b.toml"], 3), (&["a.toml", "b.toml", "c.toml"], 1)] {
        let files = files.iter().flat_map(|file| ["--file", file]);
        let output = home.run(["assert", "-b", "file:cruddur.json"].into_iter().chain(files));
        assert_eq!(output.code, Some(code), "{output}");
    }
    // What the command line says goes first.
    let output = home.run(["assert", "-b", "file:cruddur.json", "--file", "a.toml", "--settle", "0s"]);
    assert_eq!(output.code, Some(1), "{output}");
}

#[test]
fn what_is_wrong_in_a_file_is_told_with_its_place() {
    insta::assert_snapshot!(of("x = 1"), @"
    ------- stderr -------
    error: bad.toml:1:1: unknown field `x`, expected `defaults` or `assert`
      | x = 1
    [exit status: 2]
    ");
    insta::assert_snapshot!(of("[[assert]]\nname = 'a'\nabsnt = true"), @"
    ------- stderr -------
    error: bad.toml:3:1: unknown field `absnt`, expected one of `name`, `expr`, `every`, `count`, `absent`, `across`, `critical-path`, `snapshot`, `baseline`, `samples`, `tolerance`, `trace`, `newest`, `wait`, `settle`
      | absnt = true
    [exit status: 2]
    ");
    insta::assert_snapshot!(of("[[assert]]\nexpr = 'a = 1'"), @"
    ------- stderr -------
    error: bad.toml:1:1: missing field `name`
      | [[assert]]
    [exit status: 2]
    ");
    insta::assert_snapshot!(of("[[assert]]\nname = 'a'\nexpr = 'duration > 5 and'"), @"
    ------- stderr -------
    error: bad.toml:3:8: the expression cannot be read
      caused by: `5` has no unit
      |
    1 | duration > 5 and
      |            ^ expected a duration with a unit: ns, us, ms, s, m or h
    help: did you mean `5ms`?
    [exit status: 2]
    ");
    insta::assert_snapshot!(of("[[assert]]\nname = 'a'\ncount = 'many'"), @"
    ------- stderr -------
    error: bad.toml:3:9: expected a number such as `3`, `>=3`, `<10`, or a range such as `2..5`
      | count = 'many'
    [exit status: 2]
    ");
    insta::assert_snapshot!(of("[defaults]\nwait = '5'\n[[assert]]\nname = 'a'"), @"
    ------- stderr -------
    error: bad.toml:2:8: a unit is missing, as in `5s` or `5ms`
      | wait = '5'
    [exit status: 2]
    ");
    insta::assert_snapshot!(of("[[assert]]\nname = 'é'\nabsent = true\nevery = 'a = 1'"), @"
    ------- stderr -------
    error: bad.toml:4:9: this asks what `absent` says is not there
      | every = 'a = 1'
    [exit status: 2]
    ");
    insta::assert_snapshot!(of("[[assert]]\nname = 'a'\nexpr = '{ } and { }'\nevery = 'a = 1'"), @"
    ------- stderr -------
    error: bad.toml:4:9: `every` asks each span that satisfies { } and { }, and cannot
      | every = 'a = 1'
    [exit status: 2]
    ");
    insta::assert_snapshot!(of("[[assert]]\nname = 'a'\n[[assert]]\nname = 'a'"), @"
    ------- stderr -------
    error: two assertions are called `a`
    [exit status: 2]
    ");
    insta::assert_snapshot!(of(""), @"
    ------- stderr -------
    error: there is no assertion in bad.toml
    hint: an assertion begins with `[[assert]]`
    [exit status: 2]
    ");
    let home = home(&[("checks.toml", CHECKS)]);
    let file = ["assert", "-b", "file:cruddur.json", "--file"];
    insta::assert_snapshot!(home.run(file.iter().chain(&["nowhere.toml"])), @"
    ------- stderr -------
    error: cannot read nowhere.toml
      caused by: No such file or directory (os error 2)
    [exit status: 2]
    ");
    insta::assert_snapshot!(home.run(file.iter().chain(&["checks.toml", "--only", "nobody"])), @"
    ------- stderr -------
    error: none of 4 assertions has `nobody` in its name
    [exit status: 2]
    ");
    insta::assert_snapshot!(home.run(file.iter().chain(&["checks.toml", "--error"])), @"
    ------- stderr -------
    error: filter options are for an assertion on the command line, and --file has its own
    [exit status: 2]
    ");
}
