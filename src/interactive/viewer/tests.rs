//! Whole screens of one trace, and what holds whatever is pressed.

use proptest::prelude::*;

use super::*;
use crate::interactive::App;
use crate::interactive::testing::{press, screen, subject, viewer};
use crate::model::{Span, Time};
use crate::render::samples::{failed, look, page, span, trace};
use crate::render::waterfall::tests::any_span;

fn app(subject: Subject) -> App {
    App::of_trace(viewer(subject), false)
}

fn pressed(keys: &str, width: u16, height: u16) -> String {
    let mut app = app(Subject::new(page()));
    screen(&mut app, width, height);
    press(&mut app, keys);
    screen(&mut app, width, height)
}

/// The line that is last on the screen, and the name in the selected row.
fn told(viewer: &Viewer) -> String {
    let tree = &viewer.subject.analysis.tree;
    let span = viewer.node().and_then(|node| tree.span(&viewer.subject.trace, node));
    span.map_or_else(String::new, |span| span.name.clone())
}

fn press_all(viewer: &mut Viewer, keys: impl IntoIterator<Item = Key>) {
    for key in keys {
        viewer.press(key);
        while viewer.is_busy() {
            viewer.work();
        }
    }
}

fn letters(text: &str) -> impl Iterator<Item = Key> {
    text.chars().map(Key::Char)
}

#[test]
fn a_page_on_80_by_24() {
    insta::assert_snapshot!(pressed("", 80, 24), @"
    frontend-react-js  GET /@andrewbrown · 812 ms · 31 spans · 4 services · 1 error
    5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05 UTC · 3 m ago · complete
       █ critical path  ▄ own time  ─ waits  ▏0                 ▏500 ms
       GET /@andrewbrown · frontend-react-…  █━━━━━━━━━━━━━━━━━━━━━━━███████  812 ms
       ┕━ GET /api/activities/@andrewbrown   ╺━━━━━━━━━━━━━━━━━━━━━━━▍        619 ms
         ┝━ cognito-verify-token             ▐█▎                             39.6 ms
         ┝━ user-activities-data               ━━━━━━━━━━━━▉                  329 ms
         │ ┝━ SELECT users WHERE handle = …    ▊                             12.4 ms
         │ ┕━ ×23 SELECT replies WHERE act…    ▐███████████▏ max 11.8 ms      296 ms
         ┕━ notifications                                   ━━━━━━━━━╸        239 ms
    !      ┝━ DynamoDB.Query cruddur-messa…                 █████████         235 ms
           │   handled: ProvisionedThroughputExceededException: rate exceeded
           ┕━ momento-counter                                        ▏        2.4 ms










    ? keys  / search  q quit  d details  e error           row 1/9 · 23 spans folded
    ");
}

#[test]
fn details_stand_below_on_80_by_24() {
    insta::assert_snapshot!(pressed("ed", 80, 24), @"
    frontend-react-js  GET /@andrewbrown · 812 ms · 31 spans · 4 services · 1 error
    5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05 UTC · 3 m ago · complete
       █ critical path  ▄ own time  ─ waits  ▏0                 ▏500 ms
       GET /@andrewbrown · frontend-react-…  █━━━━━━━━━━━━━━━━━━━━━━━███████  812 ms
       ┕━ GET /api/activities/@andrewbrown   ╺━━━━━━━━━━━━━━━━━━━━━━━▍        619 ms
         ┝━ cognito-verify-token             ▐█▎                             39.6 ms
         ┝━ user-activities-data               ━━━━━━━━━━━━▉                  329 ms
         │ ┝━ SELECT users WHERE handle = …    ▊                             12.4 ms
         │ ┕━ ×23 SELECT replies WHERE act…    ▐███████████▏ max 11.8 ms      296 ms
         ┕━ notifications                                   ━━━━━━━━━╸        239 ms
    !      ┝━ DynamoDB.Query cruddur-messa…                 █████████         235 ms
           │   handled: ProvisionedThroughputExceededException: rate exceeded
           ┕━ momento-counter                                        ▏        2.4 ms

    ── lines 1-8 of 17, J K ────────────────────────────────────────────────────────
    DynamoDB.Query cruddur-messages
    service        dynamodb
    kind           client
    status         error: the failure began here
    started        396 ms after the trace began, 2026-07-24 14:03:05.519 UTC
    duration       235 ms
    own time       235 ms
    critical path  235 ms of 812 ms, 28.9 %
    ? keys  / search  q quit  d details  e error           row 8/9 · 23 spans folded
    ");
}

#[test]
fn details_stand_beside_on_200_by_50() {
    insta::assert_snapshot!(pressed("ed", 200, 50), @"
    frontend-react-js  GET /@andrewbrown · 812 ms · 31 spans · 4 services · 1 error
    5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05.123 UTC · 3 m ago · complete

       █ critical path  ▄ own time  ─ waits                                   ▏0       ▏200 ms   ▏400 ms  ▏600 ms           │ DynamoDB.Query cruddur-messages
       GET /@andrewbrown                                   frontend-react-js  █━━━━━━━━━━━━━━━━━━━━━━━━━━━━████████  812 ms │ service        dynamodb
       ┕━ GET /api/activities/@andrewbrown                 backend-flask       ━━━━━━━━━━━━━━━━━━━━━━━━━━━━▏         619 ms │ kind           client
         ┝━ cognito-verify-token                           backend-flask       █▊                                   39.6 ms │ status         error: the failure began here
         ┝━ user-activities-data                           backend-flask        ╺━━━━━━━━━━━━━━▊                     329 ms │ started        396 ms after the trace began, 2026-07-24 14:03:05.519 UTC
         │ ┝━ SELECT users WHERE handle = $1               postgres             ▐▍                                  12.4 ms │ duration       235 ms
         │ ┕━ ×23 SELECT replies WHERE activity_uuid = $1  postgres              ▐████████████▉ max 11.8 ms          296 ms │ own time       235 ms
         ┕━ notifications                                  backend-flask                        ━━━━━━━━━━━          239 ms │ critical path  235 ms of 812 ms, 28.9 %
    !      ┝━ DynamoDB.Query cruddur-messages              dynamodb                             ██████████▊          235 ms │ trace          5759e988bd862e3fe1be46a994272793
           │   handled: ProvisionedThroughputExceededException: rate exceeded                                               │ span           0000000000000029
           ┕━ momento-counter                              backend-flask                                  ▕          2.4 ms │ parent         0000000000000028  notifications
                                                                                                                            │
                                                                                                                            │ status message
                                                                                                                            │   ProvisionedThroughputExceededException: rate exceeded
                                                                                                                            │
                                                                                                                            │ resource
                                                                                                                            │   service.name  dynamodb
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
                                                                                                                            │
    ? keys  / search  q quit  d details  e error  c critical path  h l fold  x alike  z zoom  i trace  y copy id                                                                   row 8/9 · 23 spans folded
    ");
}

#[test]
fn folded_and_searched_on_80_by_24() {
    insta::assert_snapshot!(pressed("/replies<enter>n", 80, 24), @"
    frontend-react-js  GET /@andrewbrown · 812 ms · 31 spans · 4 services · 1 error
    5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05 UTC · 3 m ago · complete
       █ critical path  ▄ own time  ─ waits  ▏0                 ▏500 ms
       GET /@andrewbrown · frontend-react-…  █━━━━━━━━━━━━━━━━━━━━━━━███████  812 ms
       ┕━ GET /api/activities/@andrewbrown   ╺━━━━━━━━━━━━━━━━━━━━━━━▍        619 ms
         ┝━ cognito-verify-token             ▐█▎                             39.6 ms
         ┝━ user-activities-data               ━━━━━━━━━━━━▉                  329 ms
         │ ┝━ SELECT users WHERE handle = …    ▊                             12.4 ms
    ›    │ ┕━ ×23 SELECT replies WHERE act…    ▐███████████▏ max 11.8 ms      296 ms
         ┕━ notifications                                   ━━━━━━━━━╸        239 ms
    !      ┝━ DynamoDB.Query cruddur-messa…                 █████████         235 ms
           │   handled: ProvisionedThroughputExceededException: rate exceeded
           ┕━ momento-counter                                        ▏        2.4 ms










    ? keys  / search  q quit  d details         hit 1/23 · row 6/9 · 23 spans folded
    ");
}

#[test]
fn the_keys_on_80_by_24() {
    insta::assert_snapshot!(pressed("?", 80, 24), @"
    ── keys: lines 1-22 of 26 ──────────────────────────────────────────────────────
    j k            down and up; also the arrows
    g G            the first and the last; also Home and End
    ctrl-d ctrl-u  half a screen; PgDn and PgUp a whole one
    h l            fold and unfold; h on a leaf goes to its parent
    Space          fold or unfold
    H L            fold and unfold all; also - and +
    x              one row for many alike, or a row for each
    /              search names, services, messages, attributes, ids
    n N            to the next hit and the previous
    e E            to the next error and the previous
    c C            along the critical path
    Enter d        all about the span; J and K scroll that
    z Z            zoom into what is below the span, and out again
    w              all spans, or only those of --where and --service
    i              all about the trace: what is missing, what stands out
    y Y            copy the span's id, the trace's id
    ctrl-z         back to the shell; `fg` comes back
    Esc            one step back
    q              quit

    ›              was looked for
    !              failed, or something folded away below did
    Esc closes this, j and k scroll
    ");
}

#[test]
fn the_trace_as_a_whole() {
    insta::assert_snapshot!(pressed("i", 60, 12), @"
    ── the trace as a whole ────────────────────────────────────
    frontend-react-js  GET /@andrewbrown · 812 ms · 31 spans
    4 services · 1 error
    5759e988bd862e3fe1be46a994272793 · 2026-07-24 14:03:05 UTC
    3 m ago · complete

    - 172 ms in GET /@andrewbrown after GET
      /api/activities/@andrewbrown that nobody traced



    Esc closes this, j and k scroll
    ");
}

#[test]
fn a_zoomed_subtree_has_the_axis_for_itself() {
    insta::assert_snapshot!(pressed("/notif<enter>z", 80, 12), @"
    frontend-react-js  GET /@andrewbrown · 812 ms · 3 of 31 spans · 4 services
    1 error                                                                      … i
       █ critical path  ▄ own time  ─ waits  ▏0            ▏100 ms
    ›  notifications                         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 239 ms
    !  ┝━ DynamoDB.Query cruddur-messages    ███████████████████████████████▋ 235 ms
       │   handled: ProvisionedThroughputExceededException: rate exceeded
       ┕━ momento-counter                                                   ▕ 2.4 ms




    zoomed in: Z goes back                                hit 1/1 · zoomed · row 1/3
    ");
}

#[test]
fn in_ascii_there_is_nothing_else() {
    let mut app = App::of_trace(Viewer::new(Subject::new(page()), Start::default(), Look { ascii: true, ..look(80) }), true);
    for keys in ["", "d", "/répliés", "<esc>", "?"] {
        press(&mut app, keys);
        for (width, height) in [(80, 24), (200, 50)] {
            let shown = screen(&mut app, width, height);
            assert!(shown.is_ascii(), "{shown}");
        }
    }
}

#[test]
fn folding_goes_up_and_unfolding_goes_down() {
    let mut viewer = viewer(Subject::new(page()));
    press_all(&mut viewer, letters("jjj"));
    assert_eq!(told(&viewer), "user-activities-data");
    press_all(&mut viewer, letters("h"));
    assert_eq!((told(&viewer).as_str(), viewer.outline.visible().len()), ("user-activities-data", 7));
    press_all(&mut viewer, letters("h"));
    assert_eq!(told(&viewer), "GET /api/activities/@andrewbrown");
    press_all(&mut viewer, letters("jjl"));
    assert_eq!((told(&viewer).as_str(), viewer.outline.visible().len()), ("user-activities-data", 9));
    press_all(&mut viewer, letters("ljl"));
    assert_eq!(viewer.outline.visible().len(), 31);
    assert_eq!(told(&viewer), "SELECT replies WHERE activity_uuid = $1");
    press_all(&mut viewer, letters(" "));
    assert_eq!(viewer.outline.visible().len(), 9);
    press_all(&mut viewer, letters("Hx"));
    assert_eq!((told(&viewer).as_str(), viewer.outline.visible().len()), ("GET /api/activities/@andrewbrown", 2));
    press_all(&mut viewer, letters("L"));
    assert_eq!((viewer.outline.visible().len(), viewer.outline.folded_away()), (31, 0));
}

#[test]
fn what_is_folded_away_is_unfolded_for_what_is_found_in_it() {
    let mut viewer = viewer(Subject::new(page()));
    press_all(&mut viewer, letters("Hgh"));
    assert_eq!(viewer.outline.visible().len(), 1);
    press_all(&mut viewer, letters("e"));
    assert_eq!(told(&viewer), "DynamoDB.Query cruddur-messages");
    press_all(&mut viewer, letters("Hg/momento").chain([Key::Enter]));
    assert_eq!(told(&viewer), "momento-counter");
    press_all(&mut viewer, letters("HgCC"));
    assert_eq!(viewer.outline.seen(viewer.selected), viewer.selected);
    assert_eq!(told(&viewer), "DynamoDB.Query cruddur-messages");
}

#[test]
fn a_search_that_is_dismissed_leaves_no_trace() {
    let mut app = app(Subject::new(page()));
    press(&mut app, "Hj");
    let before = screen(&mut app, 80, 24);
    press(&mut app, "/momento");
    let while_typing = screen(&mut app, 80, 24);
    assert!(while_typing.contains("momento-counter") && while_typing.contains("hit 1/1"), "{while_typing}");
    press(&mut app, "<esc>");
    assert_eq!(screen(&mut app, 80, 24), before);
}

#[test]
fn hits_are_counted_also_where_they_are_not_drawn() {
    let mut app = app(Subject::new(page()));
    press(&mut app, "/select<enter>");
    assert!(screen(&mut app, 80, 24).contains("hit 1/24"));
    press(&mut app, "n");
    assert!(screen(&mut app, 80, 24).contains("hit 2/24"));
    press(&mut app, "/notif<enter>z/select<enter>");
    assert!(screen(&mut app, 80, 24).contains("0 hits (+24 not drawn)"));
    press(&mut app, "Z");
    assert!(screen(&mut app, 80, 24).contains("24 hits"));
}

#[test]
fn a_hit_that_only_one_of_many_alike_has_is_shown_by_itself() {
    let mut spans: Vec<Span> = (2..30).map(|id| span(id, 1, "db", "SELECT", i128::from(id), i128::from(id) + 1)).collect();
    spans[9].attributes.push("row", "needle");
    spans.push(span(1, 0, "web", "GET /", 0, 100));
    let mut viewer = viewer(subject(spans));
    press_all(&mut viewer, letters("/select"));
    assert_eq!(viewer.outline.visible().len(), 2, "all of them say it");
    press_all(&mut viewer, [Key::Ctrl('u')].into_iter().chain(letters("needle")));
    assert_eq!(viewer.outline.visible().len(), 29);
    assert_eq!(
        viewer
            .node()
            .and_then(|node| viewer.subject.analysis.tree.span(&viewer.subject.trace, node))
            .map(|span| span.attributes.len()),
        Some(1)
    );
}

#[test]
fn what_is_copied_is_the_whole_id() {
    let mut viewer = viewer(Subject::new(page()));
    assert_eq!(viewer.press(Key::Char('y')), Effect::Copy("0000000000000001".into()));
    assert_eq!(viewer.message, "copied span id 0000000000000001");
    assert_eq!(viewer.press(Key::Char('Y')), Effect::Copy("5759e988bd862e3fe1be46a994272793".into()));
    press_all(&mut viewer, letters("jjjjj"));
    assert_eq!(viewer.press(Key::Char('y')), Effect::None);
    assert_eq!(viewer.message, "these are 23 spans: l gives each a row");
}

#[test]
fn escape_goes_back_one_step_at_a_time() {
    let mut viewer = viewer(Subject::new(page()));
    press_all(&mut viewer, letters("/s").chain([Key::Enter]).chain(letters("d?")));
    assert_eq!(viewer.press(Key::Escape), Effect::None);
    assert!(viewer.page.is_none() && viewer.details.is_some());
    assert_eq!(viewer.press(Key::Escape), Effect::None);
    assert!(viewer.details.is_none() && viewer.search.is_some());
    assert_eq!(viewer.press(Key::Escape), Effect::None);
    assert!(viewer.search.is_none());
    assert_eq!(viewer.press(Key::Escape), Effect::Back);
    assert_eq!(viewer.press(Key::Ctrl('c')), Effect::Interrupt);
}

#[test]
fn a_budget_is_lifted_by_unfolding_what_it_hides() {
    let start = Start { max_rows: Some(5), ..Start::default() };
    let mut viewer = Viewer::new(Subject::new(page()), start, look(80));
    assert!(viewer.outline.visible().len() <= 5);
    press_all(&mut viewer, letters("Gl"));
    assert_eq!(viewer.outline.visible().len(), 9);
    assert_eq!(viewer.message, "--max-rows holds no longer: all rows are there");
    let mut viewer = Viewer::new(Subject::new(page()), start, look(80));
    press_all(&mut viewer, letters("/verify"));
    assert_eq!((told(&viewer).as_str(), viewer.outline.visible().len()), ("cognito-verify-token", 9));
}

#[test]
fn a_filter_is_switched() {
    let mut subject = Subject::new(page());
    subject.keep = vec![false; 31];
    subject.keep[0] = true;
    let mut viewer = Viewer::new(subject, Start::default(), look(80));
    assert_eq!(viewer.outline.visible().len(), 1);
    press_all(&mut viewer, letters("w"));
    assert_eq!(viewer.outline.visible().len(), 9);
    press_all(&mut viewer, letters("Gw"));
    assert_eq!((viewer.outline.visible().len(), viewer.selected), (1, 0));
}

#[test]
fn zooming_out_leads_back_to_what_was_seen_before() {
    let mut app = app(Subject::new(page()));
    press(&mut app, "jjjh");
    let before = screen(&mut app, 80, 24);
    press(&mut app, "zH");
    assert!(screen(&mut app, 80, 24).contains("zoomed"));
    screen(&mut app, 120, 40);
    press(&mut app, "zZj");
    press(&mut app, "k");
    let after = screen(&mut app, 80, 24);
    let rows = |screen: &str| screen.lines().take(23).map(ToOwned::to_owned).collect::<Vec<_>>();
    // What was zoomed into is unfolded.
    assert!(after.contains("row 4/9") && before.contains("row 4/7"), "{after}");
    press(&mut app, "h");
    assert_eq!(rows(&screen(&mut app, 80, 24)), rows(&before));
}

#[test]
fn a_trace_without_anything_odd_says_so_when_asked() {
    let mut viewer = viewer(subject(vec![span(1, 0, "web", "GET /", 0, 10)]));
    press_all(&mut viewer, letters("e"));
    assert_eq!(viewer.message, "nothing failed here");
    press_all(&mut viewer, letters("n"));
    assert_eq!(viewer.message, "nothing is looked for: / searches");
    press_all(&mut viewer, letters("Z"));
    assert_eq!(viewer.message, "this is the whole trace");
}

#[test]
fn a_row_with_a_hundred_thousand_below_it_is_painted_once() {
    let spans =
        (1..=100_000).map(|id| span(id, u64::from(id > 1), "web", &format!("s{id}"), i128::from(id), 200_000)).collect();
    let mut app = app(subject(spans));
    let first = screen(&mut app, 80, 24);
    press(&mut app, "Ggjjkk");
    // Screens at the cost of what is new on each of them: with all that lies below the root each time, this would not end.
    for _ in 0..300 {
        press(&mut app, "jk");
        screen(&mut app, 80, 24);
    }
    assert!(first.contains("row 1/100,000"));
}

#[test]
fn that_something_is_missing_is_said_on_the_smallest_screen() {
    let spans = vec![span(1, 0, "web", "GET /", 0, 10), span(2, 7, "web", "orphan", 2, 4)];
    for height in [5, 9, 24, 50] {
        let shown = screen(&mut app(subject(spans.clone())), 60, height);
        assert!(shown.contains("incomplete"), "{shown}");
    }
}

#[test]
fn hostile_text_does_not_reach_the_screen() {
    let mut odd = failed(span(1, 0, "we\u{1b}[2Jb", "GET /\u{1b}]0;title\u{7}\u{202e}", 0, 900), "\u{9b}31m");
    odd.attributes.push("\u{1b}c", "\u{0}");
    let mut app = app(subject(vec![odd]));
    press(&mut app, "d/\u{1b}");
    let shown = screen(&mut app, 80, 24);
    assert!(shown.lines().all(|line| !line.chars().any(|letter| letter.is_control() || letter == '\u{202e}')), "{shown:?}");
}

/// A key that does something, most of them more likely than it deserves.
fn any_key() -> impl Strategy<Value = Key> {
    let letters = "jkgGhlHLxwnNeEcCdJKzZi?yY/ab1 ";
    prop_oneof![
        8 => prop::sample::select(letters.chars().map(Key::Char).collect::<Vec<_>>()),
        2 => prop::sample::select(vec![
            Key::Up, Key::Down, Key::Left, Key::Right, Key::Home, Key::End, Key::PageUp, Key::PageDown, Key::Enter, Key::Escape,
            Key::Backspace, Key::Ctrl('d'), Key::Ctrl('u'), Key::Ctrl('w'),
        ]),
        1 => any::<char>().prop_map(Key::Char),
    ]
}

proptest! {
    // Each case is many whole screens.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_pressed_the_selection_is_on_a_row_that_is_seen_and_on_the_screen(
        spans in prop::collection::vec(any_span(), 1..40),
        keys in prop::collection::vec(any_key(), 0..40),
        sizes in prop::collection::vec((1_u16..250, 1_u16..60), 1..4),
        max_rows in prop::option::of(0_usize..12),
        depth in prop::option::of(1_usize..4),
        expand: bool,
        ascii: bool,
    ) {
        let start = Start { zoom: None, depth, max_rows, expand };
        let mut viewer = Viewer::new(subject(spans), start, Look { ascii, ..look(80) });
        for (nth, key) in keys.into_iter().enumerate() {
            viewer.press(key);
            while viewer.is_busy() {
                viewer.work();
            }
            let (width, height) = sizes[nth % sizes.len()];
            let area = ratatui::layout::Rect::new(0, 0, width, height);
            let mut buffer = ratatui::buffer::Buffer::empty(area);
            viewer.draw(&mut buffer, area);
            prop_assert!(viewer.outline.visible().binary_search(&viewer.selected).is_ok());
            if viewer.page.is_none() && viewer.on_screen > 0 {
                let place = viewer.outline.place(viewer.selected);
                prop_assert!((viewer.top..viewer.top + viewer.on_screen).contains(&place));
            }
            let control = buffer.content().iter().any(|cell| cell.symbol().chars().any(char::is_control));
            prop_assert!(!control);
        }
    }

    #[test]
    fn the_order_in_which_spans_came_does_not_matter(
        spans in prop::collection::vec(any_span(), 1..30).prop_map(|spans| {
            // Of two records of one span, the last one counts.
            let mut ids = std::collections::HashSet::new();
            spans.into_iter().filter(|span| ids.insert(span.id.clone())).collect::<Vec<_>>()
        }),
        keys in prop::collection::vec(any_key(), 0..20),
        seed: u64,
    ) {
        let mut shuffled = spans.clone();
        let count = shuffled.len();
        for at in 0..count {
            shuffled.swap(at, (seed as usize).wrapping_mul(at * 31 + 7) % count);
        }
        let screens = [spans, shuffled].map(|spans| {
            let mut app = app(subject(spans));
            for key in &keys {
                app.press(*key);
                while app.is_busy() {
                    app.work();
                }
            }
            screen(&mut app, 100, 30)
        });
        prop_assert_eq!(&screens[0], &screens[1]);
    }
}

#[test]
fn a_running_trace_without_times_is_drawn() {
    let spans = vec![Span { start: Time::UNKNOWN, end: None, ..span(1, 0, "web", "GET /", 0, 0) }];
    let mut app = App::of_trace(viewer(Subject::new(trace(spans))), false);
    assert!(screen(&mut app, 40, 6).contains("GET /"));
}
