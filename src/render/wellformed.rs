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

#[test]
fn the_check_finds_what_is_not_well_formed() {
    for wrong in ["<g>", "<g></b>", "<g><</g>", "<g>&x</g>", "<g/>x", "<g>\u{1b}</g>", "<g a=\"<\"/>"] {
        assert!(check_xml(wrong).is_err(), "{wrong}");
    }
    check_xml("<g a=\"1\"><b/>&lt;</g>").unwrap();
}
