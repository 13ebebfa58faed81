//! `show -o svg`, `markdown` and `mermaid`: for where there is no terminal.

use std::path::Path;

use crate::show::{AVATAR, GROUPS, home, show};
use crate::support::CommandOutput;

/// The traces that the README shows.
fn pictured(more: &[&str]) -> CommandOutput {
    home().run(["show", "-b", "file:cruddur.json", "-b", "file:xray.json", GROUPS, AVATAR].iter().chain(more))
}

#[test]
fn the_picture_in_the_readme_is_of_this_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures/waterfall.svg");
    let drawn = pictured(&["-o", "svg"]).answer();
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the folder can be made");
        std::fs::write(&path, &drawn).expect("the file can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(committed == drawn, "docs/pictures/waterfall.svg is stale: run `BLESS=1 cargo test --test it show_pictures`");
}

#[test]
fn a_picture_has_the_width_that_is_asked_for_and_no_colours_of_a_terminal() {
    let drawn = show(&[GROUPS, "-o", "svg", "--width", "120", "--color", "always"]).answer();
    assert!(drawn.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"924\" "), "{drawn}");
    assert!(drawn.ends_with("</svg>\n") && !drawn.contains('␛'), "{drawn}");
    let all = show(&[GROUPS, "-o", "svg", "--expand"]).answer();
    assert_eq!((drawn.matches("<g class=\"row\">").count(), all.matches("<g class=\"row\">").count()), (6, 18));
    let zoomed = show(&[GROUPS, "-o", "svg", "--zoom", "list-message-groups", "--where", "name = SELECT"]);
    assert!(!zoomed.stdout.contains("cognito"), "{zoomed}");
}

#[test]
fn a_comment_for_a_pull_request() {
    insta::assert_snapshot!(show(&["ae98aa", "-o", "markdown"]), @r#"
    ### `backend-flask` `POST /api/activities`

    **48 ms** · 3 spans · 1 service · 3 errors (1 origin) · `ae98aa61f92c36ccde88da857de9bd67` · 2026-07-24 14:03:46.308 UTC · `file:cruddur.json` · complete

    ```text
      █ critical path  ▄ own time  ─ waits  ▏0         ▏10 ms     ▏20 ms     ▏30 ms     ▏40 ms
    ! POST /api/activities · backend-flask  ██████━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━███   48 ms
      │ HTTP 500
    ! ┕━ create-activity                          ████████━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━███×    39.5 ms
    !   ┕━ INSERT                                        ▐███████████████████████████████×         29 ms
            NotNullViolation: null value in column "user_uuid" of relation "activities" violates not-nu…
    ```

    **3 errors**

    - began in `INSERT` of `backend-flask` (span `f3ae856a8964ad65`): `NotNullViolation: null value in column "user_uuid" of relation "activities" violates not-null constraint`
    - passed on by `POST /api/activities` of `backend-flask` (span `b3cd3cf865e18715`): `HTTP 500`
    - passed on by `create-activity` of `backend-flask` (span `aea7d44a67d4d415`)

    <details><summary>Where the 48 ms of the critical path went</summary>

    | operation | service | own time on the path | share | spans |
    |---|---|--:|--:|--:|
    | `INSERT` | `backend-flask` | 29 ms | 60.4 % | 1 |
    | `create-activity` | `backend-flask` | 10.5 ms | 21.9 % | 1 |
    | `POST /api/activities` | `backend-flask` | 8.5 ms | 17.7 % | 1 |
    | **all** | | **48 ms** | **100.0 %** | **3** |

    </details>
    [exit status: 0]
    "#);
    insta::assert_snapshot!(show(&[GROUPS, "-o", "markdown", "--max-rows", "3", "--width", "80"]), @"
    ### `backend-flask` `GET /api/message_groups`

    **402 ms** · 18 spans · 1 service · `8bc626382cebdea2f7f1556261da8061` · 2026-07-24 14:04:13 UTC · `file:cruddur.json` · complete

    ```text
    █ critical path  ▄ own time  ─ waits  ▏0               ▏200 ms
    GET /api/message_groups · backend-f…  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━█  402 ms
    ┝━ SELECT                             ▐▊                                 12.4 ms
    └─ … 16 more spans

    - N+1: DynamoDB.Query, 13 times one after the other in list-message-groups: 319
      ms
    ```

    16 spans are counted in these rows, not drawn: 3 rows were asked for.

    <details><summary>Where the 402 ms of the critical path went</summary>

    | operation | service | own time on the path | share | spans |
    |---|---|--:|--:|--:|
    | `DynamoDB.Query` | `backend-flask` | 319 ms | 79.3 % | 13 |
    | `list-message-groups` | `backend-flask` | 31.2 ms | 7.7 % | 1 |
    | `render-json` | `backend-flask` | 22.1 ms | 5.5 % | 1 |
    | `SELECT` | `backend-flask` | 12.4 ms | 3.1 % | 1 |
    | `GET /api/message_groups` | `backend-flask` | 10.5 ms | 2.6 % | 1 |
    | `cognito-jwt-verify` | `backend-flask` | 7.1 ms | 1.8 % | 1 |
    | **all** | | **402 ms** | **100.0 %** | **18** |

    </details>
    [exit status: 0]
    ");
}

#[test]
fn a_sequence_diagram() {
    insta::assert_snapshot!(pictured(&["-o", "mermaid"]), @"
    sequenceDiagram
      participant s0 as backend-flask
      participant s1 as postgresql cruddur<br/>(db)
      participant s2 as DynamoDB<br/>(db)
      participant s3 as frontend-react-js
      participant s4 as cruddur-thumbs
      participant s5 as S3<br/>(remote)
      Note over s0,s5: backend-flask  GET /api/message#95;groups · 402 ms · 18 spans<br/>1 service<br/>8bc626382cebdea2f7f1556261da8061 · 2026-07-24 14#58;04#58;13 UTC<br/>file#58;cruddur.json · complete
      Note over s0: GET /api/message#95;groups · 402 ms<br/>cognito-jwt-verify · 7.1 ms
      s0->>+s1: SELECT
      s1-->>-s0: 12.4 ms
      Note over s0: list-message-groups · 372 ms
      s0->>+s2: ×13 DynamoDB.Query
      s2-->>-s0: 345 ms: p50 23.8 ms max 48 ms
      Note over s0: render-json · 22.1 ms
      Note over s0,s5: frontend-react-js  HTTP POST · 565 ms · 7 spans · 3 services<br/>3 errors (1 origin)<br/>6a63710987bbe879c7a5f5784a70384b · 2026-07-24 14#58;04#58;57 UTC<br/>C file#58;cruddur.json + X file#58;xray.json · complete
      Note over s3: HTTP POST #91;C·#93; · 565 ms
      s3->>+s0: POST /api/profile/avatar #91;C·#93;
      Note over s0: Lambda.Invoke #91;C·#93; · 522 ms
      s0->>+s4: #33; cruddur-thumbs (Lambda) #91;·X#93;
      Note over s4: #33; cruddur-thumbs (Function) #91;·X#93; · 472 ms
      s4->>+s5: S3 #91;·X#93;
      s5-->>-s4: 169 ms
      Note over s4: #33; sharp.resize #91;·X#93; · 287 ms: Input buffer contains unsupported image format
      s4--x-s0: 489 ms: handled
      s0-->>-s3: 551 ms
    [exit status: 0]
    ");
}

#[test]
fn one_span_is_told_whole_but_not_in_a_sequence_diagram() {
    let written = show(&["ae98aa", "-o", "markdown", "--span", "INSERT"]).answer();
    assert!(written.starts_with("### `INSERT`\n\n```text\nINSERT\n") && written.contains("\nattributes\n"), "{written}");
    let drawn = show(&["ae98aa", "-o", "svg", "--span", "INSERT"]).answer();
    assert!(drawn.contains("<title>INSERT</title>") && drawn.contains(">db.statement</tspan>"), "{drawn}");
    insta::assert_snapshot!(show(&["ae98aa", "-o", "mermaid", "--span", "INSERT"]), @"
    ------- stderr -------
    error: a sequence diagram of one span says nothing
    hint: `--zoom` draws a span with all that is below it; `-o markdown` tells all of one
    [exit status: 2]
    ");
}
