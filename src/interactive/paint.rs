//! Pieces onto a screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use crate::render::theme::{Role, SERVICE_COLOURS};
use crate::render::{Look, Pieces, text};

/// What [`crate::render::theme::style`] says, in this library's words; a test holds them together.
pub(super) fn style(role: Role, color: bool) -> Style {
    let style = Style::new();
    if !color {
        return style;
    }
    match role {
        Role::Plain => style,
        Role::Title => style.add_modifier(Modifier::BOLD),
        Role::Faint | Role::Heading => style.add_modifier(Modifier::DIM),
        Role::Error => style.fg(Color::Red).add_modifier(Modifier::BOLD),
        Role::Id | Role::Warning => style.fg(Color::Yellow),
        Role::Good => style.fg(Color::Green),
        Role::Service(number) => style.fg(match number % SERVICE_COLOURS {
            0 => Color::Cyan,
            1 => Color::Green,
            2 => Color::Blue,
            3 => Color::Magenta,
            4 => Color::LightBlue,
            _ => Color::Yellow,
        }),
    }
}

/// Writes a line at the top of an area, cut where that ends. Each piece begins where the layout put it, also where a terminal's
/// idea of a letter's width is another than ours.
pub(super) fn line(buffer: &mut Buffer, area: Rect, pieces: &Pieces, color: bool) {
    if area.is_empty() {
        return;
    }
    let mut column = 0;
    for (role, piece) in pieces {
        let left = usize::from(area.width).saturating_sub(column);
        if left == 0 {
            return;
        }
        buffer.set_stringn(area.x + column as u16, area.y, piece, left, style(*role, color));
        column += text::width(piece);
    }
}

/// Writes lines below each other, as many as there is room for.
pub(super) fn lines<'a>(buffer: &mut Buffer, area: Rect, lines: impl IntoIterator<Item = &'a Pieces>, color: bool) {
    for (row, pieces) in rows(area).zip(lines) {
        line(buffer, row, pieces, color);
    }
}

/// The lines of an area, from top to bottom.
pub(super) fn rows(area: Rect) -> impl Iterator<Item = Rect> {
    (area.y..area.bottom()).map(move |y| Rect { y, height: 1, ..area })
}

/// Marks what is selected: so many columns of a line, from `from` to `to`.
pub(super) fn select(buffer: &mut Buffer, line: Rect, from: usize, to: usize) {
    let width = usize::from(line.width);
    let (from, to) = (from.min(width), to.min(width));
    let part = Rect { x: line.x + from as u16, width: to.saturating_sub(from) as u16, ..line };
    // Reversed is seen on every terminal and without any colour. Dimmed as well, it would not be.
    buffer.set_style(part, Style::new().add_modifier(Modifier::REVERSED).remove_modifier(Modifier::DIM));
}

/// A line across an area, with words in it.
pub(super) fn rule(words: &str, width: usize, look: &Look) -> Pieces {
    let dash = if look.ascii { "-" } else { "─" };
    let words = text::truncate(words, width.saturating_sub(4), look.ascii);
    let rest = width.saturating_sub(text::width(&words) + 4);
    if words.is_empty() {
        return vec![(Role::Faint, dash.repeat(width))];
    }
    vec![(Role::Faint, dash.repeat(2)), (Role::Plain, format!(" {words} ")), (Role::Faint, dash.repeat(rest))]
}

/// Words at the left of a line and others at its right. Where there is no room for both, the left is cut.
pub(super) fn both_ends(left: &Pieces, right: &Pieces, width: usize, ascii: bool) -> Pieces {
    let wide = |pieces: &Pieces| pieces.iter().map(|(_, piece)| text::width(piece)).sum::<usize>();
    let right_width = wide(right);
    let mut room = width.saturating_sub(right_width + usize::from(right_width > 0));
    let mut line = Pieces::new();
    for (role, piece) in left {
        let cut = text::truncate(piece, room, ascii).into_owned();
        room -= text::width(&cut).min(room);
        line.push((*role, cut));
    }
    let blanks = width.saturating_sub(wide(&line) + right_width);
    line.push((Role::Plain, " ".repeat(blanks)));
    line.extend(right.iter().cloned());
    line
}

/// As many of the hints as there is room for, the first ones first.
pub(super) fn hints(hints: &[&str], room: usize) -> String {
    let mut line = String::new();
    for hint in hints {
        if text::width(&line) + 2 + text::width(hint) > room {
            break;
        }
        if !line.is_empty() {
            line.push_str("  ");
        }
        line.push_str(hint);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::theme;

    /// The numbers of the escape sequence for a style (ECMA-48's SGR).
    fn numbers(style: Style) -> Vec<u8> {
        let color = |color| match color {
            Color::Red => 31,
            Color::Green => 32,
            Color::Yellow => 33,
            Color::Blue => 34,
            Color::Magenta => 35,
            Color::Cyan => 36,
            Color::LightBlue => 94,
            other => panic!("{other:?} is not in the theme"),
        };
        let modifiers = [(Modifier::BOLD, 1), (Modifier::DIM, 2)];
        let set = modifiers.into_iter().filter(|(modifier, _)| style.add_modifier.contains(*modifier));
        style.fg.map(color).into_iter().chain(set.map(|(_, number)| number)).collect()
    }

    #[test]
    fn every_role_looks_as_it_does_elsewhere() {
        let roles = [Role::Plain, Role::Title, Role::Faint, Role::Heading, Role::Id, Role::Error, Role::Warning, Role::Good];
        for role in roles.into_iter().chain((0..=SERVICE_COLOURS).map(Role::Service)) {
            let shown = theme::style(role).style("x").to_string();
            let theirs: Vec<u8> = match shown.strip_prefix("\u{1b}[").and_then(|rest| rest.split_once('m')) {
                Some((numbers, _)) => numbers.split(';').map(|number| number.parse().unwrap()).collect(),
                None => Vec::new(),
            };
            assert_eq!(numbers(style(role, true)), theirs, "{role:?}");
            assert_eq!(style(role, false), Style::new());
        }
    }

    #[test]
    fn what_is_at_the_right_is_whole_as_long_as_it_fits() {
        let pieces = |words: &str| vec![(Role::Plain, words.to_owned())];
        let line = |left: &str, right: &str, width| -> String {
            both_ends(&pieces(left), &pieces(right), width, false).into_iter().map(|(_, piece)| piece).collect()
        };
        assert_eq!(line("left", "right", 12), "left   right");
        assert_eq!(line("longer than that", "right", 12), "longe… right");
        assert_eq!(line("left", "", 6), "left  ");
        assert_eq!(line("left", "right", 3), "right");
    }
}
