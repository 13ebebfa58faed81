//! One trace: which row is selected, what is folded, what is looked for, and what each key does to that.

mod fold;
#[cfg(test)]
mod tests;
mod view;
mod walk;

use std::collections::HashMap;

use super::Effect;
use super::help;
use super::key::{Key, Move};
use super::outline::{Folding, Outline};
use super::prompt::{Prompt, Typed};
use super::search::{Needle, Search};
use super::subject::{Cut, Start, Subject};
use crate::analysis::What;
use crate::render::waterfall::Entry;
use crate::render::{Look, Pieces, text, units};
use view::{Page, Sheet};

/// A trace on the screen.
#[derive(Debug)]
pub struct Viewer {
    subject: Subject,
    outline: Outline,
    /// As wide as the place for the rows.
    look: Look,
    /// What was seen before each zoom; `None` where it began with one.
    zooms: Vec<Option<Outline>>,
    /// The selected row; always one that is seen.
    selected: usize,
    /// The place of the first row on the screen among those that are seen.
    top: usize,
    /// How many rows were on the screen the last time.
    on_screen: usize,
    /// Rows that have been painted for this width.
    painted: HashMap<usize, Vec<Pieces>>,
    /// What stands above the rows, and for which width.
    header: Option<(usize, Vec<Pieces>)>,
    search: Option<Search>,
    prompt: Option<Asking>,
    /// The node from which on the first hit is to be selected, as soon as there is one and as long as nothing else is pressed.
    follow: Option<usize>,
    /// Whether all about the selected span is shown, and from which line on.
    details: Option<usize>,
    /// The lines of that: of which row, how wide.
    about: Option<(usize, usize, Vec<Pieces>)>,
    page: Option<Page>,
    message: String,
    /// The nodes whose spans failed, in order.
    errors: Vec<usize>,
    /// The nodes on the critical path, in order.
    critical: Vec<usize>,
}

/// Text being typed, and how it was before.
#[derive(Debug)]
struct Asking {
    prompt: Prompt,
    node: Option<usize>,
    row: usize,
    folding: Folding,
}

impl Viewer {
    /// Looks at every span, once.
    pub fn new(subject: Subject, start: Start, look: Look) -> Self {
        let cut = Cut { zoom: start.zoom, max_rows: start.max_rows, filtered: !subject.keep.is_empty() };
        let folding = Folding::new(&subject, start.zoom, start.depth, start.expand);
        let outline = Outline::new(&subject, cut, folding, &look);
        let errors = subject.nodes(|node| subject.failed(node));
        let critical = subject.nodes(|node| subject.analysis.path.visit_of(node).is_some());
        let mut viewer = Self {
            subject,
            outline,
            look,
            zooms: start.zoom.map(|_| None).into_iter().collect(),
            selected: 0,
            top: 0,
            on_screen: 0,
            painted: HashMap::new(),
            header: None,
            search: None,
            prompt: None,
            follow: None,
            details: None,
            about: None,
            page: None,
            message: String::new(),
            errors,
            critical,
        };
        viewer.settle();
        viewer
    }

    /// Says something in the last line, until the next key.
    pub(super) fn say(&mut self, message: impl Into<String>) {
        self.message = message.into();
    }

    /// Whether there is something to do between keys.
    pub(super) fn is_busy(&self) -> bool {
        self.search.as_ref().is_some_and(|search| !search.is_done())
    }

    /// Looks for what is looked for, a little further.
    pub(super) fn work(&mut self) {
        let Some(search) = self.search.as_mut().filter(|search| !search.is_done()) else { return };
        for node in search.step(&self.subject, &self.outline) {
            self.outline.mark(&self.subject, node, true);
        }
        self.follow_search();
        self.settle();
    }

    /// Takes a key.
    pub(super) fn press(&mut self, key: Key) -> Effect {
        self.message.clear();
        let effect = if key == Key::Ctrl('c') {
            Effect::Interrupt
        } else if self.page.is_some() {
            self.press_in_page(key);
            Effect::None
        } else if self.prompt.is_some() {
            self.press_in_prompt(key);
            Effect::None
        } else {
            self.press_in_rows(key)
        };
        self.settle();
        effect
    }

    fn press_in_rows(&mut self, key: Key) -> Effect {
        self.follow = None;
        if let Some(to) = Move::of(key, self.on_screen) {
            let seen = self.outline.visible();
            let to = to.from(self.outline.place(self.selected), seen.len());
            self.selected = seen.get(to).copied().unwrap_or(0);
            return Effect::None;
        }
        match key {
            Key::Char('h') | Key::Left => self.fold_or_leave(),
            Key::Char('l') | Key::Right => self.unfold_or_enter(),
            Key::Char(' ') => self.toggle(),
            Key::Char('H' | '-') => self.fold_all(true),
            Key::Char('L' | '+') => self.fold_all(false),
            Key::Char('x') => self.spread_all(),
            Key::Char('w') => self.toggle_filter(),
            Key::Char('/') => self.ask(),
            Key::Char('n') => self.next_hit(false),
            Key::Char('N') => self.next_hit(true),
            Key::Char('e') => self.next_error(false),
            Key::Char('E') => self.next_error(true),
            Key::Char('c') => self.next_critical(false),
            Key::Char('C') => self.next_critical(true),
            Key::Char('d') | Key::Enter => self.details = if self.details.is_none() { Some(0) } else { None },
            Key::Char('J') => self.details = self.details.map(|top| top + 1),
            Key::Char('K') => self.details = self.details.map(|top| top.saturating_sub(1)),
            Key::Char('z') => self.zoom_in(),
            Key::Char('Z') | Key::Backspace => self.zoom_out(),
            Key::Char('i') => self.page = Some(Page::new(Sheet::Trace)),
            Key::Char('?') => self.page = Some(Page::new(Sheet::Keys)),
            Key::Char('y') => return self.copy_span(),
            Key::Char('Y') => return self.copied("trace id", self.subject.trace.id().to_string()),
            Key::Char('q') => return Effect::Quit,
            Key::Ctrl('z') => return Effect::Suspend,
            Key::Escape if self.details.is_some() => self.details = None,
            Key::Escape if self.search.is_some() => self.forget_search(),
            Key::Escape => return Effect::Back,
            _ => {}
        }
        Effect::None
    }

    fn press_in_page(&mut self, key: Key) {
        let Some(page) = &mut self.page else { return };
        match Move::of(key, page.on_screen) {
            Some(to) => page.top = to.from(page.top, page.lines.len()),
            None if matches!(key, Key::Char('?' | 'i' | 'q' | ' ') | Key::Escape | Key::Enter) => self.page = None,
            None => {}
        }
    }

    fn ask(&mut self) {
        let (node, folding) = (self.node(), self.outline.folding().clone());
        self.prompt = Some(Asking { prompt: Prompt::default(), node, row: self.selected, folding });
    }

    fn press_in_prompt(&mut self, key: Key) {
        let Some(asking) = &mut self.prompt else { return };
        match asking.prompt.press(key) {
            Typed::Nothing => {}
            Typed::Changed => {
                let needle = Needle::new(asking.prompt.text());
                self.look_for(needle);
                self.work();
            }
            Typed::Accepted => self.prompt = None,
            Typed::Dismissed => {
                let back = self.prompt.take();
                self.forget_search();
                if let Some(Asking { row, folding, .. }) = back {
                    self.outline.fold_as(&self.subject, folding, &self.look);
                    self.selected = row.min(self.outline.layout.rows.len().saturating_sub(1));
                }
            }
        }
    }

    fn look_for(&mut self, needle: Option<Needle>) {
        let from = self.prompt.as_ref().and_then(|asking| asking.node).or_else(|| self.node()).unwrap_or(0);
        self.forget_search();
        self.follow = needle.as_ref().map(|_| from);
        self.search = needle.map(|needle| Search::new(needle, from, &self.subject));
    }

    fn forget_search(&mut self) {
        self.follow = None;
        if let Some(search) = self.search.take() {
            for node in search.found() {
                self.outline.mark(&self.subject, node, false);
            }
        }
    }

    /// Selects the first that is found.
    fn follow_search(&mut self) {
        let Some((from, search)) = self.follow.zip(self.search.as_ref()) else { return };
        if let Some(node) = search.first_from(from) {
            self.follow = None;
            self.go_to_hit(node);
        }
    }

    fn copy_span(&mut self) -> Effect {
        match self.outline.row(self.selected).planned.entry {
            Entry::Node(node) => {
                let tree = &self.subject.analysis.tree;
                let id = match tree.nodes()[node].what {
                    What::Span(place) => self.subject.trace.spans().get(place).map(|span| span.id.to_string()),
                    What::Missing(place) => Some(tree.missing()[place].to_string()),
                };
                id.map_or(Effect::None, |id| self.copied("span id", id))
            }
            Entry::Fold { count, .. } => {
                self.say(format!("these are {}: l gives each a row", units::plural(count, "span", "spans")));
                Effect::None
            }
            Entry::Hidden(_) => Effect::None,
        }
    }

    fn copied(&mut self, what: &str, id: String) -> Effect {
        self.say(format!("copied {what} {}", text::sanitise(&id, self.look.ascii)));
        Effect::Copy(id)
    }

    /// The node of the selected row, the first one where there are several.
    fn node(&self) -> Option<usize> {
        self.outline.row(self.selected).planned.entry.node()
    }

    /// After anything has changed: the selection is on a row that is seen, and what looks different is painted anew.
    fn settle(&mut self) {
        let seen = self.outline.seen(self.selected);
        if seen != self.selected {
            // A row that stands for others has gone: they follow it.
            let follows = self.outline.visible().get(self.outline.place(self.selected) + 1).copied();
            let group = follows.and_then(|row| self.outline.group_of(row));
            self.selected = match (group, follows) {
                (Some(group), Some(row)) if group == self.selected => row,
                _ => seen,
            };
        }
        let stale = self.outline.take_stale();
        if stale.all {
            self.painted.clear();
        }
        for row in stale.rows {
            self.painted.remove(&row);
        }
        if self.about.as_ref().is_some_and(|(row, ..)| *row != self.selected) {
            self.about = None;
            self.details = self.details.map(|_| 0);
        }
    }

    /// Which keys there are.
    fn keys(&self) -> Vec<Pieces> {
        help::page(help::OF_A_TRACE, true, &self.look)
    }
}
