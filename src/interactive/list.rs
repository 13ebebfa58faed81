//! Many traces: which one is selected, what is looked for, and what each key does to that.

#[cfg(test)]
mod tests;
mod view;

use super::Effect;
use super::help;
use super::key::{Key, Move};
use super::prompt::{Prompt, Typed};
use super::search::Needle;
use crate::model::{TraceId, TraceSummary};
use crate::render::theme::Role;
use crate::render::{Look, Pieces, table, text};

/// A list of traces on the screen.
#[derive(Debug)]
pub struct List {
    traces: Vec<TraceSummary>,
    /// What was said when they were listed.
    notes: Vec<String>,
    look: Look,
    /// The table for a width.
    table: Option<(usize, table::Lines)>,
    selected: usize,
    top: usize,
    on_screen: usize,
    needle: Option<Needle>,
    /// The places of the traces in which that is, in order.
    hits: Vec<usize>,
    /// Text being typed, and what was selected before.
    prompt: Option<(Prompt, usize)>,
    help: Option<usize>,
    message: String,
}

impl List {
    /// Traces in the order in which they are to be seen, and what there is to say of them.
    pub fn new(traces: Vec<TraceSummary>, notes: Vec<String>, look: Look) -> Self {
        let message = notes.join("; ");
        Self {
            traces,
            notes,
            look,
            table: None,
            selected: 0,
            top: 0,
            on_screen: 0,
            needle: None,
            hits: Vec::new(),
            prompt: None,
            help: None,
            message,
        }
    }

    /// Takes a newer list. What was selected stays so, if it is still there.
    pub(super) fn renew(&mut self, newer: Self) {
        let id = self.id().cloned();
        let needle = self.needle.take();
        let (selected, top) = (self.selected, self.top);
        *self = newer;
        let same = id.and_then(|id| self.traces.iter().position(|trace| trace.id == id));
        self.selected = same.unwrap_or(selected).min(self.traces.len().saturating_sub(1));
        // It stays on the same line of the screen where it can.
        self.top = (self.selected + top).saturating_sub(selected);
        self.look_for(needle);
    }

    /// Says something in the last line, until the next key.
    pub(super) fn say(&mut self, message: impl Into<String>) {
        self.message = message.into();
    }

    fn id(&self) -> Option<&TraceId> {
        self.traces.get(self.selected).map(|trace| &trace.id)
    }

    /// Takes a key.
    pub(super) fn press(&mut self, key: Key) -> Effect {
        self.message.clear();
        if key == Key::Ctrl('c') {
            return Effect::Interrupt;
        }
        if self.prompt.is_some() {
            self.press_in_prompt(key);
            return Effect::None;
        }
        if let Some(top) = self.help {
            self.help = match Move::of(key, 10) {
                Some(to) => Some(to.from(top, help::OF_THE_LIST.len())),
                None if matches!(key, Key::Char('?' | 'q' | ' ') | Key::Escape | Key::Enter) => None,
                None => Some(top),
            };
            return Effect::None;
        }
        if let Some(to) = Move::of(key, self.on_screen) {
            self.selected = to.from(self.selected, self.traces.len());
            return Effect::None;
        }
        match key {
            Key::Enter | Key::Char('l') | Key::Right => self.id().cloned().map_or(Effect::None, Effect::Open),
            Key::Char('r') => Effect::Refresh,
            Key::Char('y' | 'Y') => match self.id().map(ToString::to_string) {
                Some(id) => {
                    self.say(format!("copied trace id {}", text::sanitise(&id, self.look.ascii)));
                    Effect::Copy(id)
                }
                None => Effect::None,
            },
            Key::Char('/') => {
                self.prompt = Some((Prompt::default(), self.selected));
                Effect::None
            }
            Key::Char('n') => self.next_hit(false),
            Key::Char('N') => self.next_hit(true),
            Key::Char('?') => {
                self.help = Some(0);
                Effect::None
            }
            Key::Char('q') => Effect::Quit,
            Key::Ctrl('z') => Effect::Suspend,
            Key::Escape if self.needle.is_some() => {
                self.look_for(None);
                Effect::None
            }
            Key::Escape => Effect::Back,
            _ => Effect::None,
        }
    }

    fn press_in_prompt(&mut self, key: Key) {
        let Some((prompt, origin)) = &mut self.prompt else { return };
        let origin = *origin;
        match prompt.press(key) {
            Typed::Nothing => {}
            Typed::Changed => {
                let needle = Needle::new(prompt.text());
                self.look_for(needle);
                let next = self.hits.partition_point(|hit| *hit < origin);
                self.selected = self.hits.get(next).or(self.hits.first()).copied().unwrap_or(origin);
            }
            Typed::Accepted => self.prompt = None,
            Typed::Dismissed => {
                self.prompt = None;
                self.look_for(None);
                self.selected = origin;
            }
        }
    }

    fn look_for(&mut self, needle: Option<Needle>) {
        self.hits.clear();
        if let Some(needle) = &needle {
            self.hits.extend((0..self.traces.len()).filter(|place| is_said_by(needle, &self.traces[*place])));
        }
        self.needle = needle;
    }

    fn next_hit(&mut self, backwards: bool) -> Effect {
        let at = if backwards {
            let before = self.hits.partition_point(|hit| *hit < self.selected);
            before.checked_sub(1).or(self.hits.len().checked_sub(1))
        } else {
            Some(self.hits.partition_point(|hit| *hit <= self.selected)).map(|at| if at < self.hits.len() { at } else { 0 })
        };
        match at.and_then(|at| self.hits.get(at)) {
            Some(hit) => self.selected = *hit,
            None if self.needle.is_some() => self.say("not found"),
            None => self.say("nothing is looked for: / searches"),
        }
        Effect::None
    }

    fn keys(&self) -> Vec<Pieces> {
        let mut page = help::page(help::OF_THE_LIST, false, &self.look);
        if !self.notes.is_empty() {
            page.push(Pieces::new());
            let notes =
                self.notes.iter().flat_map(|note| text::wrap(&text::sanitise(note, self.look.ascii), self.look.columns()));
            page.extend(notes.map(|words| vec![(Role::Warning, words)]));
        }
        page
    }
}

/// Whether a trace says what is looked for: in its id, its root, its services or backends, or in what speaks against it.
fn is_said_by(needle: &Needle, trace: &TraceSummary) -> bool {
    let told = [&trace.root_name, &trace.root_service, &trace.request];
    needle.is_in(&trace.id.to_string())
        || needle.is_in(&trace.id.canonical())
        || told.into_iter().flatten().any(|text| needle.is_in(text))
        || trace.services.iter().chain(&trace.backends).any(|name| needle.is_in(name))
        || trace.evidence.iter().any(|evidence| needle.is_in(&evidence.to_string()))
}
