//! Names without what differs from call to call: `GET /users/42` and `GET /users/43` are one operation, `GET /users/?`.
//!
//! A span's name should be of low cardinality (<https://opentelemetry.io/docs/specs/otel/trace/api/#span>), but many senders write the
//! path, the statement or the job's number into it. Each of these becomes a `?`, as in the digests of databases
//! (<https://dev.mysql.com/doc/refman/8.4/en/performance-schema-statement-digests.html>):
//!
//! - A number that stands by itself, with its dots: `42`, `3.14`, `10.0.0.1`. Digits within a word stay (`v2`, `s3`, `utf8`), and so do
//!   a statement's own placeholders (`$1`) and what follows the word HTTP (`HTTP 500`, `HTTP/1.1`): these say what is done.
//! - An id: a UUID, `0x1f`, or eight and more hexadecimal digits of which at least one is no letter.
//! - Text in quotes. Double quotes are names in SQL, so they stay in what begins with one of its verbs.

use std::borrow::Cow;
use std::ops::Range;

/// What stands for a part that differs from call to call.
const PLACEHOLDER: char = '?';

/// The verbs with which a statement begins.
const SQL: [&str; 5] = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];

/// The name with a `?` for each number, id and quoted text. The same again where it is done twice. Not escaped for any medium.
pub fn normalised(name: &str) -> Cow<'_, str> {
    if !name.bytes().any(|byte| matches!(byte, b'0'..=b'9' | b'\'' | b'"')) {
        return Cow::Borrowed(name);
    }
    let out = replaced(name, &mut Vec::new());
    if out == name { Cow::Borrowed(name) } else { Cow::Owned(out) }
}

/// Where in the name those parts are, in bytes, in order.
pub(super) fn varying(name: &str) -> Vec<Range<usize>> {
    let mut varying = Vec::new();
    replaced(name, &mut varying);
    varying
}

/// The name with the placeholders; adds where what they stand for is.
fn replaced(name: &str, varying: &mut Vec<Range<usize>>) -> String {
    let mut out = String::with_capacity(name.len());
    // Quotes that nothing closes any more: looked for once, however many there are.
    let (mut single, mut double) = (true, !SQL.iter().any(|verb| begins_with(name, verb)));
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let word = word(rest);
        let (taken, varies) = if word > 0 {
            take_word(&mut out, rest, word)
        } else if (first == '\'' && single || first == '"' && double) && !out.ends_with(is_joined) {
            let end = closed(rest, first);
            *(if first == '"' { &mut double } else { &mut single }) = end.is_some();
            out.push(if end.is_some() { PLACEHOLDER } else { first });
            (end.unwrap_or(1), end.is_some())
        } else {
            out.push(first);
            (first.len_utf8(), false)
        };
        if varies {
            let at = name.len() - rest.len();
            varying.push(at..at + taken);
        }
        rest = &rest[taken..];
    }
    out
}

/// Whether a quote behind it does not open anything: `don't`.
fn is_joined(before: char) -> bool {
    before.is_alphanumeric() || before == PLACEHOLDER
}

fn begins_with(name: &str, verb: &str) -> bool {
    name.get(..verb.len()).is_some_and(|start| start.eq_ignore_ascii_case(verb)) && word(name) == verb.len()
}

/// How many bytes the word at the beginning has.
fn word(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len())
}

/// Where what begins with a quote ends, behind its last quote. A quote within is written twice.
fn closed(text: &str, quote: char) -> Option<usize> {
    let mut from = 1;
    loop {
        let end = from + text[from..].find(quote)? + 1;
        if !text[end..].starts_with(quote) {
            return Some(end);
        }
        from = end + 1;
    }
}

/// Writes the word of so many bytes at the beginning, or what stands for it, and answers how far that is, and whether it varies.
fn take_word(out: &mut String, text: &str, word: usize) -> (usize, bool) {
    let (length, varies) = if let Some(length) = uuid(text, word) {
        (length, true)
    } else if is_digits(&text[..word]) {
        let length = number(text, word);
        (length, !says_what(out, length))
    } else {
        (word, is_id(&text[..word]))
    };
    if varies {
        out.push(PLACEHOLDER);
    } else {
        out.push_str(&text[..length]);
    }
    (length, varies)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// How far a number of so many digits goes, with what follows its dots.
fn number(text: &str, digits: usize) -> usize {
    let mut end = digits;
    while let Some(rest) = text[end..].strip_prefix('.') {
        let more = word(rest);
        if !is_digits(&rest[..more]) {
            break;
        }
        end += 1 + more;
    }
    end
}

/// Whether a number of so many bytes behind this is no argument: `$1`, `HTTP 500`, `HTTP/1.1`.
fn says_what(before: &str, length: usize) -> bool {
    let http = || {
        let before = before.strip_suffix([' ', '/'])?;
        let start = before.len().checked_sub(4).filter(|start| before.is_char_boundary(*start))?;
        let apart = !before[..start].ends_with(char::is_alphanumeric);
        Some(length <= 3 && apart && before[start..].eq_ignore_ascii_case("http"))
    };
    before.ends_with('$') || http().unwrap_or(false)
}

fn is_id(word: &str) -> bool {
    let hex = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let numbered = || word.bytes().any(|byte| byte.is_ascii_digit());
    word.strip_prefix("0x").is_some_and(hex) || (word.len() >= 8 && numbered() && hex(word))
}

/// The length of the UUID (RFC 9562) at the beginning, whose first word has so many bytes.
fn uuid(text: &str, word: usize) -> Option<usize> {
    const LENGTH: usize = 36;
    let bytes = text.as_bytes().get(..LENGTH).filter(|_| word == 8)?;
    let fits = |(at, byte): (usize, &u8)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    let ends = !text.get(LENGTH..)?.starts_with(char::is_alphanumeric);
    (ends && bytes.iter().enumerate().all(fits)).then_some(LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_differs_from_call_to_call_is_left_out() {
        for (name, expected) in [
            ("GET /users/42", "GET /users/?"),
            ("GET /users/42/orders/7.json", "GET /users/?/orders/?.json"),
            ("GET /u/0191d3a0-5e5b-7cc3-9a31-5c1f9b1d2e3f/x", "GET /u/?/x"),
            ("GET /u/5F2a9c0e1b", "GET /u/?"),
            ("GET http://10.0.0.1:8080/a?b=3.14", "GET http://?:?/a?b=?"),
            ("job-17 of shard_3", "job-? of shard_?"),
            ("lock 0x1f", "lock ?"),
            ("load 'it''s' and \"b c\"", "load ? and ?"),
            ("SELECT \"id\" FROM t WHERE a = 'x' LIMIT 10", "SELECT \"id\" FROM t WHERE a = ? LIMIT ?"),
            ("2024-05-01", "?-?-?"),
        ] {
            assert_eq!(normalised(name), expected, "{name}");
        }
    }

    #[test]
    fn what_says_what_is_done_stays() {
        for name in [
            "",
            "GET /users/{id}",
            "GET /api/v2/users",
            "SELECT $1",
            "select \"a\" from \"b\"",
            "HTTP 500",
            "HTTP/1.1 GET",
            "s3.GetObject",
            "sha256",
            "deadbeef",
            "don't",
            "5ms",
            "été2",
            "'",
        ] {
            assert!(matches!(normalised(name), Cow::Borrowed(same) if same == name), "{name}");
        }
    }

    #[test]
    fn quotes_that_nothing_closes_cost_no_more_than_others() {
        let name = format!("a {}", "'' ".repeat(200_000)) + "'";
        assert!(normalised(&name).ends_with('\''));
        let never = "'".to_owned() + &" ''".repeat(200_000);
        assert_eq!(normalised(&never), never);
    }

    proptest! {
        #[test]
        fn twice_is_the_same_as_once(name in "(?:[a-c1-3 '\"$?./é-]|HTTP|SELECT |0x|12345678|-1234){0,24}") {
            let once = normalised(&name).into_owned();
            prop_assert_eq!(normalised(&once).into_owned(), once);
        }

        #[test]
        fn what_varies_is_what_placeholders_stand_for(name in "(?:[a-c1-3 '\"$?./é-]|HTTP|SELECT |0x|12345678|-1234){0,24}") {
            let (mut put, mut at) = (String::new(), 0);
            for range in varying(&name) {
                put.push_str(&name[at..range.start]);
                put.push(PLACEHOLDER);
                at = range.end;
            }
            put.push_str(&name[at..]);
            prop_assert_eq!(put, normalised(&name).into_owned());
        }

        #[test]
        fn no_name_panics(name: String) {
            normalised(&name);
        }

        #[test]
        fn the_number_in_a_name_makes_no_difference(before in "[a-z /_-]{0,8}", a: u32, b: u32, after in "[ /_-][a-z /_-]{0,8}") {
            let name = |number: u32| normalised(&format!("{before}/{number}{after}")).into_owned();
            prop_assert_eq!(name(a), name(b));
        }
    }
}
