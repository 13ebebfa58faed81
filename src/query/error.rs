//! What is wrong with an expression, drawn under the place where it is.

use std::fmt;
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

/// An expression that cannot be read.
///
/// Its `Display` is several lines without one at the end, for people: what is wrong, the line with the place underlined, and
/// what to type instead. Whatever the source holds, nothing but printable text comes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    source: String,
    problem: Problem,
}

/// The same without the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    span: Range<usize>,
    message: String,
    label: String,
    help: Option<String>,
}

impl Problem {
    /// `message` says what is wrong, `label` stands beside the underlined place and says what was expected there.
    pub(super) fn new(span: Range<usize>, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self { span, message: message.into(), label: label.into(), help: None }
    }

    /// What to type instead.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same, where there is something to say.
    pub(super) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = self.help.or(help);
        self
    }

    /// With the expression that has it.
    pub(super) fn of(self, source: &str) -> ParseError {
        ParseError { source: source.to_owned(), problem: self }
    }
}

/// Columns of the source that are shown on either side of the place.
const CONTEXT: usize = 60;

impl ParseError {
    /// What is wrong, in one line.
    pub fn message(&self) -> String {
        visible(&self.problem.message)
    }

    /// Where, in bytes of the source; empty at its end.
    pub fn span(&self) -> Range<usize> {
        self.problem.span.clone()
    }

    /// What was expected there.
    pub fn label(&self) -> String {
        visible(&self.problem.label)
    }

    /// What to type instead, where that can be guessed.
    pub fn help(&self) -> Option<String> {
        self.problem.help.as_deref().map(visible)
    }

    /// The line with the place: its number, what is before the place, the place, what is after it.
    fn place(&self) -> (usize, &str, &str, &str) {
        let at = self.source.floor_char_boundary(self.problem.span.start);
        let line_start = self.source[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = self.source[at..].find('\n').map_or(self.source.len(), |newline| at + newline);
        let end = self.source.floor_char_boundary(self.problem.span.end).clamp(at, line_end);
        let number = self.source[..at].matches('\n').count() + 1;
        (number, &self.source[line_start..at], &self.source[at..end], &self.source[end..line_end])
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, before, place, after) = self.place();
        let number = number.to_string();
        let margin = " ".repeat(number.len());
        let (before, place, after) = (last_columns(before), first_columns(place), first_columns(after));
        let carets = "^".repeat(place.width().max(1));
        let indent = " ".repeat(before.width());
        writeln!(f, "{}", self.message())?;
        writeln!(f, "{margin} |")?;
        writeln!(f, "{number} | {}", format!("{before}{place}{after}").trim_end())?;
        write!(f, "{margin} | {indent}{carets} {}", self.label())?;
        match self.help() {
            Some(help) => write!(f, "\nhelp: {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ParseError {}

/// The text with everything escaped that a terminal would act upon or not show: control characters, direction marks, and what
/// has no width of its own. A tab becomes a space.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\t' {
            shown.push(' ');
        } else if hidden(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether a character must not reach a terminal as it is.
pub(crate) fn hidden(c: char) -> bool {
    let format = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    c.is_control() || format
}

fn first_columns(text: &str) -> String {
    clip(text.chars(), text.len(), String::push_str, |kept| kept.push('…'))
}

fn last_columns(text: &str) -> String {
    clip(text.chars().rev(), text.len(), |kept, piece| kept.insert_str(0, piece), |kept| kept.insert(0, '…'))
}

/// Takes characters, made visible, until there are enough columns of them.
fn clip(chars: impl Iterator<Item = char>, bytes: usize, add: impl Fn(&mut String, &str), cut: impl Fn(&mut String)) -> String {
    let mut kept = String::new();
    let (mut columns, mut taken) = (0, 0);
    for c in chars {
        let piece = visible(c.encode_utf8(&mut [0; 4]));
        columns += piece.width();
        if columns > CONTEXT {
            break;
        }
        taken += c.len_utf8();
        add(&mut kept, &piece);
    }
    if taken < bytes {
        cut(&mut kept);
    }
    kept
}

/// The nearest of `candidates`, if it is near enough to be meant.
pub(crate) fn near<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    // Long words are no slips of names this short, and the distance costs the product of both lengths.
    if length > 64 {
        return None;
    }
    let most = match length {
        0..=2 => 0,
        3..=4 => 1,
        _ => 2,
    };
    let lower = word.to_lowercase();
    let distances = candidates.into_iter().map(|known| (strsim::osa_distance(&lower, &known.to_lowercase()), known));
    distances
        .filter(|(distance, known)| *distance <= most && *known != word)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_underlined_by_the_width_that_it_has_on_screen() {
        let source = "name = \"日本\" nad root";
        let error = Problem::new(16..19, "`nad` is no operator", "expected `and`").help("did you mean `and`?").of(source);
        insta::assert_snapshot!(error, @r#"
        `nad` is no operator
          |
        1 | name = "日本" nad root
          |               ^^^ expected `and`
        help: did you mean `and`?
        "#);
    }

    #[test]
    fn only_the_line_with_the_place_is_shown_and_only_what_is_near_it() {
        let source = format!("a = 1 and\n{} @@ {}\nor b = 2", "x".repeat(100), "y".repeat(100));
        let error = Problem::new(111..113, "what is this", "expected something").of(&source);
        let shown = error.to_string();
        assert!(shown.lines().all(|line| line.width() < 2 * CONTEXT + 20), "{shown}");
        assert!(shown.contains("\n2 | …xxx") && shown.contains("yyy…\n") && !shown.contains("b = 2"), "{shown}");
    }

    #[test]
    fn what_a_terminal_would_act_upon_is_escaped() {
        let source = "a = \u{1b}[31m\u{202e}";
        let error = Problem::new(4..5, format!("`{}`?", &source[4..]), source).help(source).of(source);
        let shown = error.to_string();
        assert!(!shown.replace('\n', "").chars().any(hidden), "{shown:?}");
        assert!(shown.contains(r"^^^^^^ "), "{shown}");
    }

    #[test]
    fn a_place_that_is_not_in_the_source_does_no_harm() {
        for (start, end) in [(0, 99), (50, 99), (1, 2), (2, 1)] {
            let span = start..end;
            assert!(Problem::new(span, "m", "l").of("ä").to_string().contains("| ä"));
        }
    }

    #[test]
    fn only_slips_are_suggested() {
        let known = ["duration", "name", "root"];
        assert_eq!(near("duratoin", known), Some("duration"));
        assert_eq!(near("Name", known), Some("name"));
        assert_eq!(near("route", known), Some("root"));
        assert_eq!(near("user", known), None);
        assert_eq!(near("duration", known), None);
    }
}
