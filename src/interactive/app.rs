//! All of it: a trace, a list, or a trace upon a list.

use ratatui::Frame;

use super::key::Key;
use super::list::List;
use super::viewer::Viewer;
use crate::model::TraceId;

/// What a key asks of those outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Nothing but to draw again.
    None,
    /// To go one step back; where there is none, to end.
    Back,
    /// To end.
    Quit,
    /// To end as interrupted.
    Interrupt,
    /// To go to the background.
    Suspend,
    /// To put this on the clipboard.
    Copy(String),
    /// To fetch this trace.
    Open(TraceId),
    /// To list anew.
    Refresh,
    /// To forget what was asked for last.
    Cancel,
}

/// What is on the screen.
#[derive(Debug)]
pub struct App {
    list: Option<List>,
    viewer: Option<Box<Viewer>>,
    /// What is being asked for, and how often that has been looked at.
    waiting: Option<(String, usize)>,
    ascii: bool,
    /// The widest that it gets.
    most: Option<u16>,
}

impl App {
    /// One trace and nothing else.
    pub fn of_trace(viewer: Viewer, ascii: bool) -> Self {
        Self { list: None, viewer: Some(Box::new(viewer)), waiting: None, ascii, most: None }
    }

    /// A list, from which traces are opened.
    pub fn of_list(list: List, ascii: bool) -> Self {
        Self { list: Some(list), viewer: None, waiting: None, ascii, most: None }
    }

    /// The same on at most so many columns.
    #[must_use]
    pub fn at_most(self, columns: Option<u16>) -> Self {
        Self { most: columns, ..self }
    }

    /// Takes a key.
    pub fn press(&mut self, key: Key) -> Effect {
        if let Some(viewer) = &mut self.viewer {
            return match viewer.press(key) {
                Effect::Back if self.list.is_some() => {
                    self.viewer = None;
                    Effect::None
                }
                Effect::Back => Effect::Quit,
                effect => effect,
            };
        }
        let Some(list) = &mut self.list else { return Effect::Quit };
        match list.press(key) {
            Effect::Back if self.waiting.take().is_some() => Effect::Cancel,
            Effect::Back => Effect::Quit,
            effect => effect,
        }
    }

    /// Says that something is being asked for, until it is there.
    pub fn wait_for(&mut self, what: impl Into<String>) {
        self.waiting = Some((what.into(), 0));
    }

    /// Whether something is being asked for.
    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// Shows that time goes by while something is being asked for.
    pub fn tick(&mut self) {
        if let Some((_, ticks)) = &mut self.waiting {
            *ticks += 1;
        }
    }

    /// A trace has come that was asked for.
    pub fn open(&mut self, viewer: Viewer) {
        self.waiting = None;
        self.viewer = Some(Box::new(viewer));
    }

    /// A list has come that was asked for.
    pub fn renew(&mut self, list: List) {
        self.waiting = None;
        match &mut self.list {
            Some(old) => old.renew(list),
            None => self.list = Some(list),
        }
    }

    /// What was asked for will not come.
    pub fn fail(&mut self, why: &str) {
        self.waiting = None;
        self.say(why);
    }

    /// Says something in the last line, until the next key. It is made safe for a screen.
    pub fn say(&mut self, message: &str) {
        let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
        let message = crate::render::text::sanitise(&message, self.ascii).into_owned();
        match (&mut self.viewer, &mut self.list) {
            (Some(viewer), _) => viewer.say(message),
            (None, Some(list)) => list.say(message),
            (None, None) => {}
        }
    }

    /// Whether there is something to do between keys.
    pub fn is_busy(&self) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.is_busy())
    }

    /// Does a little of that.
    pub fn work(&mut self) {
        if let Some(viewer) = &mut self.viewer {
            viewer.work();
        }
    }

    /// Draws all of it.
    pub fn draw(&mut self, frame: &mut Frame<'_>) {
        let mut area = frame.area();
        area.width = area.width.min(self.most.unwrap_or(u16::MAX));
        let cursor = match (&mut self.viewer, &mut self.list) {
            (Some(viewer), _) => viewer.draw(frame.buffer_mut(), area),
            (None, Some(list)) => {
                let waiting = self.waiting.as_ref().map(|(what, ticks)| {
                    let frames: &[&str] = if self.ascii {
                        &["-", "\\", "|", "/"]
                    } else {
                        &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧"]
                    };
                    format!("{} {what}", frames[ticks % frames.len()])
                });
                list.draw(frame.buffer_mut(), area, waiting.as_deref())
            }
            (None, None) => None,
        };
        if let Some(cursor) = cursor {
            frame.set_cursor_position(cursor);
        }
    }
}
