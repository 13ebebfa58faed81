//! What a list looks like on a screen: headings, traces, and the last line.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::List;
use crate::interactive::paint;
use crate::render::theme::Role;
use crate::render::{Look, Pieces, table, text, units};

/// The keys that are named in the last line, what matters most first.
const HINTS: &[&str] = &["? keys", "Enter open", "q quit", "/ search", "r ask again", "y copy id"];

impl List {
    /// Draws all of it; the place of the cursor where text is typed. `waiting` is what is being asked for.
    pub(in crate::interactive) fn draw(&mut self, buffer: &mut Buffer, area: Rect, waiting: Option<&str>) -> Option<Position> {
        let width = usize::from(area.width);
        self.look.width = width;
        let body = Rect { height: area.height.saturating_sub(1), ..area };
        let last = Rect { y: body.bottom(), height: area.height - body.height, ..area };
        if self.help.is_some() {
            self.draw_help(buffer, body);
        } else {
            self.draw_traces(buffer, body);
        }
        self.draw_last(buffer, last, waiting)
    }

    fn draw_traces(&mut self, buffer: &mut Buffer, area: Rect) {
        let Self { traces, look, table, selected, top, on_screen, .. } = self;
        if table.as_ref().is_none_or(|(made_for, _)| *made_for != look.width) {
            *table = Some((look.width, table::lines(traces, look)));
        }
        let Some((_, lines)) = table else { return };
        if lines.rows.is_empty() {
            paint::line(buffer, area, &vec![(Role::Faint, "no traces".to_owned())], look.color);
            return;
        }
        paint::line(buffer, area, &lines.heading, look.color);
        let body = Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area };
        let each = lines.rows[0].len().max(1);
        *on_screen = (usize::from(body.height) / each).max(1);
        let most = lines.rows.len().saturating_sub(*on_screen);
        *top = (*top).min(*selected).max((*selected + 1).saturating_sub(*on_screen)).min(most);
        let mut left = paint::rows(body);
        for (place, row) in lines.rows.iter().enumerate().skip(*top).take(*on_screen) {
            for pieces in row {
                let Some(at) = left.next() else { return };
                paint::line(buffer, at, pieces, look.color);
                if place == *selected {
                    paint::select(buffer, at, 0, look.width);
                }
            }
        }
    }

    fn draw_help(&mut self, buffer: &mut Buffer, area: Rect) {
        let lines = self.keys();
        let look = Look { ..self.look };
        paint::line(buffer, area, &paint::rule("keys", look.width, &look), look.color);
        let inner = Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area };
        let top = self.help.unwrap_or(0).min(lines.len().saturating_sub(usize::from(inner.height)));
        self.help = Some(top);
        paint::lines(buffer, inner, &lines[top..], look.color);
    }

    fn draw_last(&self, buffer: &mut Buffer, area: Rect, waiting: Option<&str>) -> Option<Position> {
        let Look { ascii, width, color, .. } = self.look;
        let separator = if ascii { " | " } else { " · " };
        let mut facts = Vec::new();
        if self.needle.is_some() {
            facts.push(match self.hits.binary_search(&self.selected) {
                Ok(at) => format!("hit {}/{}", units::count(at + 1), units::count(self.hits.len())),
                Err(_) => units::plural(self.hits.len(), "hit", "hits"),
            });
        }
        if !self.traces.is_empty() {
            facts.push(format!("trace {}/{}", units::count(self.selected + 1), units::count(self.traces.len())));
        }
        let typed = self.prompt.as_ref().map(|(prompt, _)| text::sanitise(prompt.text(), ascii).into_owned());
        let said = |words: &str, role| vec![(role, text::sanitise(words, ascii).into_owned())];
        let left: Pieces = match (&typed, waiting) {
            (Some(typed), _) => vec![(Role::Id, "/".to_owned()), (Role::Plain, typed.clone())],
            (None, Some(waiting)) => said(waiting, Role::Warning),
            (None, None) if !self.message.is_empty() => said(&self.message, Role::Warning),
            (None, None) if self.help.is_some() => said("Esc closes this, j and k scroll", Role::Faint),
            (None, None) => {
                said(&paint::hints(HINTS, width.saturating_sub(facts.iter().map(|fact| fact.len() + 3).sum())), Role::Faint)
            }
        };
        paint::line(buffer, area, &paint::both_ends(&left, &vec![(Role::Plain, facts.join(separator))], width, ascii), color);
        typed.filter(|_| !area.is_empty()).map(|typed| {
            let column = (1 + text::width(&typed)).min(width.saturating_sub(1));
            Position { x: area.x + column as u16, y: area.y }
        })
    }
}
