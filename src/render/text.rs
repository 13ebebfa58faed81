//! Text from outside, made fit for a terminal: nothing in it moves the cursor, changes its colours, reorders or hides anything, and
//! it takes as many columns as [`width`] says.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The most characters that one cell may be composed of. The longest emoji sequences have ten; what has more is an attack
/// on the lines above and below.
const MAX_COMPOSED: usize = 16;

/// The same text with everything invisible made visible: control characters as their pictures (`␛`), bidirectional controls,
/// zero-width characters, separators of lines and marks that have nothing to stand on as `\u{202e}`. With `ascii`, all that is not
/// printable ASCII is written like that.
pub fn sanitise(text: &str, ascii: bool) -> Cow<'_, str> {
    // Without a way out on the way, which processors take many bytes at a time.
    if text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 8);
    for (at, cluster) in text.grapheme_indices(true) {
        if ascii {
            cluster.chars().for_each(|c| push_ascii(&mut clean, c));
        } else {
            push_cluster(&mut clean, cluster, at == 0);
        }
    }
    Cow::Owned(clean)
}

fn push_ascii(clean: &mut String, c: char) {
    match c {
        ' '..='~' => clean.push(c),
        _ => push_escaped(clean, c),
    }
}

fn push_escaped(clean: &mut String, c: char) {
    write!(clean, "\\u{{{:x}}}", u32::from(c)).expect("a string takes all that is written to it");
}

/// One cell's worth of text. What follows the first character may join (an emoji's parts, a letter's marks) only if that is
/// visible to begin with, because an invisible joiner between plain letters can only deceive.
fn push_cluster(clean: &mut String, cluster: &str, first: bool) {
    // A mark at the very beginning would join whatever is drawn before the text.
    let joins_before = first && !cluster.is_ascii() && format!(" {cluster}").graphemes(true).count() == 1;
    let nothing_to_see = cluster.width() == 0 || joins_before;
    let joiners_belong = cluster.chars().next().is_some_and(|c| !c.is_ascii()) || cluster.contains('\u{20e3}');
    for (nth, c) in cluster.chars().enumerate() {
        let joiner = matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
        match c {
            '\0'..='\u{1f}' => clean.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}')),
            '\u{7f}' => clean.push('\u{2421}'),
            _ if joiner && nth > 0 && joiners_belong && nth < MAX_COMPOSED && !nothing_to_see => clean.push(c),
            _ if joiner || is_invisible(c) || nothing_to_see || nth >= MAX_COMPOSED => push_escaped(clean, c),
            _ => clean.push(c),
        }
    }
}

/// Characters that show nothing, end a line or reorder their neighbours: Unicode's format characters and separators, C1
/// controls, fillers and the noncharacters.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fdd0}'..='\u{fdef}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// How many columns sanitised text takes.
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else if text.chars().all(is_simple) {
        text.chars().count()
    } else {
        text.graphemes(true).map(UnicodeWidthStr::width).sum()
    }
}

/// Characters of one column that never join their neighbours: Latin letters and what bars and guides are drawn with. Finding
/// clusters costs many times more than counting.
fn is_simple(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '•' | '…' | '⋯' | '↺' | '\u{2500}'..='\u{259f}')
}

/// Sanitised text in at most `columns` columns: cut, and ended with `…` (`...` with `ascii`), where it is longer.
pub fn truncate(text: &str, columns: usize, ascii: bool) -> Cow<'_, str> {
    // A byte is never wider than a column.
    if text.len() <= columns || width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mark = ellipsis(ascii);
    let room = columns.saturating_sub(width(mark));
    let (mut end, mut used) = (0, 0);
    for (at, cluster) in text.grapheme_indices(true) {
        used += width(cluster);
        if used > room {
            break;
        }
        end = at + cluster.len();
    }
    // All that is left of the mark where not even that fits; only the ASCII one has parts.
    let mark = if columns >= width(mark) { mark } else { mark.get(..columns).unwrap_or_default() };
    Cow::Owned(format!("{}{mark}", &text[..end]))
}

/// What stands for text that was cut.
pub fn ellipsis(ascii: bool) -> &'static str {
    if ascii { "..." } else { "…" }
}

/// Sanitised text in exactly `columns` columns, cut or filled up with blanks at the end.
pub fn pad(text: &str, columns: usize, ascii: bool) -> String {
    let text = truncate(text, columns, ascii);
    let blanks = columns.saturating_sub(width(&text));
    format!("{text}{:blanks$}", "")
}

/// As [`pad`], with the blanks in front.
pub fn pad_left(text: &str, columns: usize, ascii: bool) -> String {
    let text = truncate(text, columns, ascii);
    let blanks = columns.saturating_sub(width(&text));
    format!("{:blanks$}{text}", "")
}

/// Sanitised text broken at blanks into lines of at most `columns` columns; a longer word is broken where it must be. A single
/// cell is never broken, and hostile ones may be over thirty columns wide.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut wide = width(word);
        if used > 0 && used + 1 + wide <= columns {
            lines.last_mut().expect("there is always a line").push(' ');
            used += 1;
        } else if used > 0 {
            lines.push(String::new());
            used = 0;
        }
        for cluster in word.graphemes(true) {
            let cell = width(cluster);
            if used > 0 && used + cell > columns && wide > columns {
                lines.push(String::new());
                wide -= used.min(wide);
                used = 0;
            }
            lines.last_mut().expect("there is always a line").push_str(cluster);
            used += cell;
        }
    }
    lines
}

/// Sanitised text broken into lines of at most `columns` columns, nothing left out: where blanks count.
pub fn broken(text: &str, columns: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let (mut from, mut used) = (0, 0);
    for (at, cluster) in text.grapheme_indices(true) {
        let cell = width(cluster);
        if used > 0 && used + cell > columns {
            lines.push(&text[from..at]);
            (from, used) = (at, 0);
        }
        used += cell;
    }
    lines.push(&text[from..]);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_escape_sequence_is_a_picture() {
        assert_eq!(sanitise("\u{1b}[31mred\u{7f}\r\n", false), "␛[31mred␡␍␊");
        assert_eq!(sanitise("\u{9b}2J", false), "\\u{9b}2J");
        assert_eq!(sanitise("\u{1b}[31mré", true), "\\u{1b}[31mr\\u{e9}");
    }

    #[test]
    fn what_reorders_or_hides_is_named() {
        assert_eq!(
            sanitise("a\u{202e}b\u{2066}c\u{200b}d\u{2028}e\u{feff}", false),
            "a\\u{202e}b\\u{2066}c\\u{200b}d\\u{2028}e\\u{feff}"
        );
        assert_eq!(sanitise("pay\u{200d}pal", false), "pay\\u{200d}pal", "a joiner between plain letters joins nothing");
        assert_eq!(sanitise("\u{301}x", false), "\\u{301}x", "a mark with nothing to stand on");
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        for text in ["GET /käse", "e\u{301}te\u{301}", "注文 을 поиск", "👨‍👩‍👧 🇨🇭 ❤️ 1️⃣", "می‌خواهم", "क्षत्रिय"]
        {
            assert_eq!(sanitise(text, false), text);
        }
    }

    #[test]
    fn simple_characters_are_one_column_wide_and_join_nothing() {
        let simple: String = (0..=0x2fff).filter_map(char::from_u32).filter(|c| is_simple(*c)).collect();
        assert_eq!(simple.graphemes(true).count(), simple.chars().count());
        assert!(simple.graphemes(true).all(|cluster| cluster.width() == 1));
    }

    #[test]
    fn a_tower_of_marks_is_cut_down() {
        let tower = format!("z{}", "\u{301}".repeat(100));
        assert_eq!(sanitise(&tower, false).matches('\u{301}').count(), MAX_COMPOSED - 1);
    }

    #[test]
    fn a_wide_character_that_does_not_fit_leaves_a_blank() {
        assert_eq!(pad("注文する", 4, false), "注… ");
        assert_eq!(pad("注文", 4, false), "注文");
        assert_eq!(pad_left("注文", 5, false), " 注文");
        assert_eq!(pad("abcdef", 5, true), "ab...");
        assert_eq!(pad("abcdef", 2, true), "..");
        assert_eq!(pad("abc", 0, false), "");
    }

    #[test]
    fn lines_break_at_blanks_and_long_words_where_they_must() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("a abcdefghij b", 4), ["a", "abcd", "efgh", "ij b"]);
        assert_eq!(wrap("", 4), [""]);
    }

    /// Ordinary characters and those that attacks are made of.
    fn hostile() -> impl Strategy<Value = String> {
        let nasty = prop::sample::select(vec![
            '\u{1b}',
            '\n',
            '\t',
            '\u{7f}',
            '\u{9b}',
            '\u{200d}',
            '\u{200b}',
            '\u{202e}',
            '\u{2066}',
            '\u{2028}',
            '\u{301}',
            '\u{fe0f}',
            '\u{1f3fb}',
            '👩',
            '🇨',
            '注',
            'ل',
            'ا',
            '\u{600}',
            '\u{1100}',
            '\u{1161}',
            '\u{e0041}',
            '\u{20e3}',
            '\u{fff9}',
            'क',
            '्',
        ]);
        prop::collection::vec(prop_oneof![nasty, any::<char>(), proptest::char::range(' ', '~')], 0..24)
            .prop_map(|chars| chars.into_iter().collect())
    }

    proptest! {
        #[test]
        fn nothing_that_steers_a_terminal_comes_out(text in hostile()) {
            let clean = sanitise(&text, false);
            prop_assert!(!clean.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)
                || ('\u{2066}'..='\u{2069}').contains(&c) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200b}' | '\u{200e}' | '\u{200f}')), "{clean:?}");
            prop_assert!(sanitise(&text, true).bytes().all(|byte| matches!(byte, b' '..=b'~')));
        }

        #[test]
        fn padded_text_is_exactly_as_wide_as_asked_wherever_it_stands(text in hostile(), columns in 0_usize..40, ascii: bool) {
            let clean = sanitise(&text, ascii);
            for padded in [pad(&clean, columns, ascii), pad_left(&clean, columns, ascii)] {
                prop_assert_eq!(width(&padded), columns, "{:?}", padded);
                prop_assert_eq!(width(&format!("| {padded} |")), columns + 4, "{:?}", padded);
            }
        }

        #[test]
        fn text_that_fits_is_not_cut(text in hostile()) {
            let clean = sanitise(&text, false);
            prop_assert_eq!(truncate(&clean, width(&clean), false), &*clean);
        }

        #[test]
        fn wrapped_lines_fit_and_keep_every_word(text in hostile(), columns in 40_usize..60) {
            let text = text.repeat(6);
            let clean = sanitise(&text, false);
            let lines = wrap(&clean, columns);
            prop_assert!(lines.iter().all(|line| width(line) <= columns), "{lines:?}");
            prop_assert_eq!(lines.concat().replace(' ', ""), clean.replace(' ', ""));
        }
    }
}
