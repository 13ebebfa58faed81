//! Whether what is drawn is XML.

use std::sync::LazyLock;

use regex::Regex;

/// An element's tag.
static TAG: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"<(/?)([a-z]+)((?: [a-zA-Z:-]+="[^"<>]*")*)(/?)>"#).unwrap());
/// A reference to a character.
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| Regex::new("&(?:amp|lt|gt|quot|#39);").unwrap());

/// Whether a document is well-formed, as far as this program writes XML: tags that match, and no markup in text.
pub(crate) fn check_xml(document: &str) -> Result<(), String> {
    let mut open = Vec::new();
    let mut end = 0;
    for found in TAG.captures_iter(document) {
        let whole = found.get(0).unwrap();
        let between = REFERENCE.replace_all(&document[end..whole.start()], "");
        if between.contains(['<', '>', '&']) || (open.is_empty() && end > 0) {
            return Err(format!("markup in text: {between:?}"));
        }
        end = whole.end();
        match (&found[1], &found[4]) {
            ("/", _) if open.pop() != Some(found[2].to_owned()) => return Err(format!("{} ends what is not open", &found[0])),
            ("", "") => open.push(found[2].to_owned()),
            _ => {}
        }
    }
    let rest = document[end..].trim();
    let odd = document.chars().find(|c| c.is_control() && *c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{fffe}'..));
    if !open.is_empty() || !rest.is_empty() || odd.is_some_and(|c| c <= '\u{ffff}') {
        return Err(format!("{open:?} is open, {rest:?} is left, {odd:?} is no character"));
    }
    // Somebody else's parser takes it, too.
    xmlparser::Tokenizer::from(document).try_for_each(|token| token.map(|_| ())).map_err(|error| error.to_string())
}

/// The names of a document's elements, in the order in which they begin, as somebody else's parser reads them, if each ends within
/// the one in which it begins, and if nothing of it does anything: there are no scripts, and no attributes that are.
pub(crate) fn elements(document: &str) -> Result<Vec<String>, String> {
    use xmlparser::{ElementEnd, Token, Tokenizer};
    let (mut open, mut names) = (Vec::new(), Vec::new());
    for token in Tokenizer::from(document) {
        match token.map_err(|error| error.to_string())? {
            Token::ElementStart { local, .. } => {
                open.push(local.as_str());
                names.push(local.as_str().to_owned());
            }
            Token::ElementEnd { end: ElementEnd::Empty, .. } => drop(open.pop()),
            Token::ElementEnd { end: ElementEnd::Close(_, name), .. } if open.pop() != Some(name.as_str()) => {
                return Err(format!("{name} ends what is not open"));
            }
            Token::Attribute { local, .. } if local.starts_with("on") => return Err(format!("{local} is a script")),
            Token::Attribute { value, .. } => references(&value)?,
            Token::Text { text } if open.is_empty() && !text.trim().is_empty() => return Err(format!("{text} is in nothing")),
            Token::Text { text } => references(&text)?,
            Token::Cdata { .. } | Token::Comment { .. } | Token::EntityDeclaration { .. } => {
                return Err("there is what nobody wrote".to_owned());
            }
            _ => {}
        }
    }
    if names.iter().any(|name| name == "script") {
        return Err("there is a script".to_owned());
    }
    if open.is_empty() { Ok(names) } else { Err(format!("{open:?} is open")) }
}

/// Whether every `&` begins a reference.
fn references(text: &str) -> Result<(), String> {
    static REFERENCE: LazyLock<Regex> = LazyLock::new(|| Regex::new("&(?:amp|lt|gt|quot|apos|#39|#10|#13|#9);").unwrap());
    if REFERENCE.replace_all(text, "").contains(['&', '<']) { Err(format!("markup in text: {text:?}")) } else { Ok(()) }
}

#[test]
fn the_check_finds_what_is_not_well_formed() {
    for wrong in ["<g>", "<g></b>", "<g><</g>", "<g>&x</g>", "<g/>x", "<g>\u{1b}</g>", "<g a=\"<\"/>"] {
        assert!(check_xml(wrong).is_err(), "{wrong}");
    }
    check_xml("<g a=\"1\"><b/>&lt;</g>").unwrap();
}

#[test]
fn the_parser_finds_what_is_not_well_formed() {
    for wrong in [
        "<g>",
        "<g></b>",
        "<g>&x</g>",
        "x<g/>",
        "<g>\u{1b}</g>",
        "<g onload=\"a\"/>",
        "<g><script/></g>",
        "<g><!-- --></g>",
        "<g>]]></g>",
    ] {
        assert!(elements(wrong).is_err(), "{wrong}");
    }
    assert_eq!(elements("<?xml version=\"1.0\"?>\n<h1 a=\"1\"><b/>&lt;</h1>\n").unwrap(), ["h1", "b"]);
}
