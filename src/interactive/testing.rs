//! Traces, screens and keys for the tests of this folder.

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::outline::{Folding, Outline};
use super::subject::{Cut, Start, Subject};
use super::{App, Key, Viewer};
use crate::model::Span;
use crate::render::samples::{look, trace};

pub(super) fn subject(spans: Vec<Span>) -> Subject {
    Subject::new(trace(spans))
}

/// All of it, with like siblings folded.
pub(super) fn outline(subject: &Subject) -> Outline {
    Outline::new(subject, Cut::default(), Folding::new(subject, None, None, false), &look(80))
}

/// A trace with nothing asked about it.
pub(super) fn viewer(subject: Subject) -> Viewer {
    Viewer::new(subject, Start::default(), look(80))
}

/// What is on a screen of this size.
pub(super) fn screen(app: &mut App, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a buffer takes all");
    terminal.draw(|frame| app.draw(frame)).expect("a buffer takes all");
    let buffer = terminal.backend().buffer();
    let lines = (0..height).map(|y| {
        let mut skip = 0;
        let mut line = String::new();
        for x in 0..width {
            let symbol = buffer[(x, y)].symbol();
            if skip == 0 {
                line.push_str(symbol);
            }
            skip = crate::render::text::width(symbol).max(skip).saturating_sub(1);
        }
        line.trim_end().to_owned() + "\n"
    });
    lines.collect()
}

/// Presses the keys that a text names: letters as they are, `<…>` for the others.
pub(super) fn press(app: &mut App, keys: &str) {
    for key in keys_of(keys) {
        app.press(key);
        while app.is_busy() {
            app.work();
        }
    }
}

fn keys_of(text: &str) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'));
        if let Some((name, behind)) = named {
            keys.push(match name {
                "enter" => Key::Enter,
                "esc" => Key::Escape,
                "pgdn" => Key::PageDown,
                other => panic!("no key `{other}`"),
            });
            rest = behind;
        } else {
            keys.push(Key::Char(letter));
            rest = &rest[letter.len_utf8()..];
        }
    }
    keys
}
