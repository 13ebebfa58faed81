//! `demo`: the first minute with the program.

use crate::support::{CommandOutput, Home};

/// What differs from one demonstration to the next, as wide as it is.
fn snapshot(output: &CommandOutput) -> String {
    let mut text = output.to_string();
    for (pattern, stands_for) in [
        (r"\b1-[0-9a-f]{8}-[0-9a-f]{24}\b", "1-xxxxxxxx-xxxxxxxxxxxxxxxxxxxxxxxx"),
        (r"\b[0-9a-f]{32}\b", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "YYYY-MM-DD hh:mm:ss"),
        (r"ss\.\d{3} ", "ss.sss "),
    ] {
        text = regex::Regex::new(pattern).expect("it is a regex").replace_all(&text, stands_for).into_owned();
    }
    text
}

#[test]
fn it_lists_and_shows_what_it_has_sent() {
    insta::assert_snapshot!(snapshot(&Home::new().line("demo --width 120")), @"
      started              trace                                duration  spans  errors  root
      YYYY-MM-DD hh:mm:ss  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx        82 ms      7          HomeFeedPage · frontend-react-js
      YYYY-MM-DD hh:mm:ss  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx       423 ms     17          MessageGroupsPage · frontend-react…
    ! YYYY-MM-DD hh:mm:ss  1-xxxxxxxx-xxxxxxxxxxxxxxxxxxxxxxxx    540 ms      5       3  cruddur-upload-avatar
    ! YYYY-MM-DD hh:mm:ss  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx        69 ms      5       5  ActivityForm submit · frontend-rea…
      YYYY-MM-DD hh:mm:ss  1-xxxxxxxx-xxxxxxxxxxxxxxxxxxxxxxxx   43.7 ms      3          backend-flask
      YYYY-MM-DD hh:mm:ss  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx        82 ms      7          HomeFeedPage · frontend-react-js

    frontend-react-js  MessageGroupsPage · 423 ms · 17 spans · 2 services
    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx · YYYY-MM-DD hh:mm:ss.sss UTC · local · complete

    █ critical path  ▄ own time  ─ waits             ▏0             ▏100 ms        ▏200 ms        ▏300 ms
    MessageGroupsPage             frontend-react-js  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█  423 ms
    ┕━ HTTP GET                   frontend-react-js  ▐━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█▍  416 ms
      ┕━ GET /api/message_groups  backend-flask       ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█    402 ms
        ┝━ cognito-jwt-verify     backend-flask       █▍                                                              7.1 ms
        ┝━ SELECT users.uuid      backend-flask        ▐█▍                                                           12.4 ms
        ┕━ list-message-groups    backend-flask          ▐━━━━━━━█━━━█━━━━█━━━━━━━━━█━━━━█━━━━━━━━━━━━━█━━━━━█━━━     372 ms
          ┝━ ×10 DynamoDB.Query   backend-flask           ███████████████████████████████████████████████████▎        345 ms
          │   p50 29.7 ms max 48 ms
          ┕━ render-json          backend-flask                                                              ▐██▊    20.3 ms

    - N+1: DynamoDB.Query, 10 times one after the other in list-message-groups: 315 ms
    ------- stderr -------
    hint: `cruddur-trace --store $HOME/data/cruddur-trace/demo.db list 'status = error'` goes on from here, and so does `show ID`
    hint: `cruddur-trace run -- CMD` does the same with your own program
    [exit status: 0]
    ");
}

#[test]
fn it_can_be_repeated_and_leaves_the_users_store_alone() {
    let home = Home::new().with_fixtures(&["cruddur.json"]);
    home.import("cruddur.json");
    let before = home.line("list -o json");
    let first = home.line("demo");
    let second = home.line("demo");
    assert_eq!((first.code, second.code), (Some(0), Some(0)), "{first}{second}");
    assert_eq!(snapshot(&first), snapshot(&second), "each shows its own");
    assert_eq!(home.line("list -o json"), before);
    // The hint that it ends with is true.
    let failed = home.line("list --store data/cruddur-trace/demo.db --error -o jsonl").answer();
    assert_eq!(failed.lines().count(), 4, "both sessions are there: {failed}");
}
