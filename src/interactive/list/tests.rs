//! Whole screens of a list, and what its keys do.

use super::*;
use crate::interactive::testing::{press, screen, viewer};
use crate::interactive::{App, Subject};
use crate::model::{Evidence, Time};
use crate::render::samples::{look, page, span, trace};

fn summaries(count: u64) -> Vec<TraceSummary> {
    let one = |nth: u64| {
        let mut one =
            trace(vec![span(nth, 0, "backend-flask", &format!("GET /{nth}"), -i128::from(nth) * 1_000_000, 0)]).summary();
        one.id = TraceId::from_text(&format!("{nth:032x}"));
        one
    };
    let mut all: Vec<_> = (1..=count).map(one).collect();
    if let Some(third) = all.get_mut(2) {
        *third = page().summary();
        third.evidence.push(Evidence::Running(1));
    }
    all
}

fn app(count: u64) -> App {
    App::of_list(List::new(summaries(count), Vec::new(), look(80)), false)
}

#[test]
fn a_list_on_80_by_12() {
    let mut app = app(30);
    press(&mut app, "jj");
    insta::assert_snapshot!(screen(&mut app, 80, 12), @"
       age  trace                               took  spans  root
       3 m  00000000000000000000000000000001     1 s      1  GET /1 · backend-flask
       3 m  00000000000000000000000000000002     2 s      1  GET /2 · backend-flask
    !? 3 m  5759e988bd862e3fe1be46a994272793  812 ms     31  GET /@andrewbrown
       3 m  00000000000000000000000000000004     4 s      1  GET /4 · backend-flask
       3 m  00000000000000000000000000000005     5 s      1  GET /5 · backend-flask
       3 m  00000000000000000000000000000006     6 s      1  GET /6 · backend-flask
       3 m  00000000000000000000000000000007     7 s      1  GET /7 · backend-flask
       3 m  00000000000000000000000000000008     8 s      1  GET /8 · backend-flask
       3 m  00000000000000000000000000000009     9 s      1  GET /9 · backend-flask
       3 m  0000000000000000000000000000000a    10 s      1  GET /10 · backend-flask
    ? keys  Enter open  q quit  / search  r ask again  y copy id          trace 3/30
    ");
}

#[test]
fn where_an_id_has_a_line_of_its_own_it_goes_with_its_trace() {
    let mut app = app(9);
    screen(&mut app, 44, 9);
    press(&mut app, "G");
    insta::assert_snapshot!(screen(&mut app, 44, 9), @"
       age    took  spans  err  root
      00000000000000000000000000000007
       3 m     7 s      1       GET /7
      00000000000000000000000000000008
       3 m     8 s      1       GET /8
      00000000000000000000000000000009
       3 m     9 s      1       GET /9

    ? keys  Enter open  q quit         trace 9/9
    ");
}

#[test]
fn enter_asks_for_the_trace_and_escape_comes_back_to_the_same_place() {
    let mut app = app(30);
    screen(&mut app, 80, 12);
    press(&mut app, "<pgdn><pgdn>j");
    let before = screen(&mut app, 80, 12);
    assert!(before.contains("trace 22/30"), "{before}");
    assert_eq!(app.press(Key::Enter), Effect::Open(TraceId::from_text(&format!("{:032x}", 22))));
    app.wait_for("opening it");
    assert!(screen(&mut app, 80, 12).contains("⠋ opening it"));
    app.tick();
    assert!(screen(&mut app, 80, 12).contains("⠙ opening it"));
    app.open(viewer(Subject::new(page())));
    assert!(screen(&mut app, 80, 12).contains("GET /@andrewbrown"));
    assert_eq!(app.press(Key::Escape), Effect::None);
    assert_eq!(screen(&mut app, 80, 12), before);
    assert_eq!(app.press(Key::Escape), Effect::Quit);
}

#[test]
fn escape_lets_be_what_is_asked_for() {
    let mut app = app(3);
    app.press(Key::Enter);
    app.wait_for("opening it");
    assert_eq!(app.press(Key::Escape), Effect::Cancel);
    assert!(!app.is_waiting());
}

#[test]
fn a_backend_that_fails_is_told_in_one_safe_line() {
    let mut app = app(3);
    app.wait_for("opening it");
    app.fail("it cannot\nbe told: \u{1b}[2J");
    let shown = screen(&mut app, 80, 12);
    assert!(shown.contains("it cannot be told: ␛[2J"), "{shown}");
    press(&mut app, "j");
    assert!(!screen(&mut app, 80, 12).contains("cannot"));
}

#[test]
fn a_search_finds_what_a_trace_is_called_and_what_is_wrong_with_it() {
    let mut app = app(30);
    press(&mut app, "/ANDREW<enter>");
    assert!(screen(&mut app, 80, 12).contains("hit 1/1 · trace 3/30"));
    press(&mut app, "/get /1<enter>n");
    assert!(screen(&mut app, 80, 12).contains("hit 3/11 · trace 11/30"));
    press(&mut app, "N");
    assert!(screen(&mut app, 80, 12).contains("trace 10/30"));
    press(&mut app, "/still<esc>");
    assert!(screen(&mut app, 80, 12).contains("trace 10/30"));
    press(&mut app, "/nothing like it<enter>n");
    assert!(screen(&mut app, 80, 12).contains("not found"));
}

#[test]
fn a_newer_list_keeps_the_selection_where_it_is_on_the_screen() {
    let mut app = app(30);
    press(&mut app, "jjjjjjjjj");
    screen(&mut app, 80, 12);
    assert_eq!(app.press(Key::Char('r')), Effect::Refresh);
    let mut newer = summaries(30);
    newer.insert(0, TraceSummary { id: TraceId::from_text("new"), start: Time(1), ..newer[0].clone() });
    app.renew(List::new(newer, vec!["xray did not answer".into()], look(80)));
    let shown = screen(&mut app, 80, 12);
    assert!(shown.contains("xray did not answer") && shown.contains("trace 11/31"), "{shown}");
    app.renew(List::new(summaries(2), Vec::new(), look(80)));
    assert!(screen(&mut app, 80, 12).contains("trace 2/2"));
}

#[test]
fn no_traces_are_no_trouble() {
    let mut app = app(0);
    for keys in ["j", "G", "y", "<enter>", "/x", "<enter>", "n", "?"] {
        press(&mut app, keys);
        for (width, height) in [(80, 12), (1, 1), (0, 0)] {
            screen(&mut app, width, height);
        }
    }
    press(&mut app, "<esc><esc>");
    assert!(screen(&mut app, 80, 12).starts_with("no traces\n"));
}
