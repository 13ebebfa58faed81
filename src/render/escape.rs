//! Text made safe for media that are no terminal. Each first shows what is invisible ([`text::sanitise`]), as in the terminal, so
//! that a name reads the same everywhere, and then takes away what its own medium would obey.

use std::borrow::Cow;

use super::text;

/// For the text and the quoted attributes of XML and HTML. What is forbidden in XML 1.0 is shown by a sign instead
/// (<https://www.w3.org/TR/xml/#charsets>).
pub fn xml(untrusted: &str) -> Cow<'_, str> {
    let shown = text::sanitise(untrusted, false);
    replaced(shown, |c| match c {
        '&' => Some("&amp;".into()),
        '<' => Some("&lt;".into()),
        '>' => Some("&gt;".into()),
        '"' => Some("&quot;".into()),
        '\'' => Some("&#39;".into()),
        '\u{fffe}' | '\u{ffff}' => Some("\u{fffd}".into()),
        _ => None,
    })
}

/// For text within a string of JSON that stands in a `<script>` element: what could end the element, begin a comment, or end a line of
/// JavaScript is written as JSON writes any character (<https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements>).
/// Not sanitised, because it may be a part of a string.
pub fn script(within_json: &str) -> Cow<'_, str> {
    replaced(Cow::Borrowed(within_json), |c| {
        matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}').then(|| format!("\\u{:04x}", u32::from(c)).into())
    })
}

/// For a quoted label of a Mermaid diagram: what could end it, or mean something to Mermaid, Markdown or HTML, becomes an entity code
/// (<https://mermaid.js.org/syntax/flowchart.html#special-characters-that-break-syntax>).
pub fn mermaid(untrusted: &str) -> Cow<'_, str> {
    let shown = text::sanitise(untrusted, false);
    replaced(shown, |c| {
        let plain = c.is_alphanumeric() || matches!(c, ' ' | '.' | ',' | '/' | '-' | '+' | '=' | '(' | ')' | '·' | '…' | '×');
        (!plain).then(|| format!("#{};", u32::from(c)).into())
    })
}

/// For a cell of comma-separated values, quotes left to who writes them. What a spreadsheet would take for a formula by its first
/// character has an apostrophe in front (<https://owasp.org/www-community/attacks/CSV_Injection>); tabs and line ends, which it warns
/// of too, are shown by their signs.
pub fn csv(untrusted: &str) -> Cow<'_, str> {
    let shown = text::sanitise(untrusted, false);
    let formula = shown.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if formula { format!("'{shown}").into() } else { shown }
}

/// For text in Markdown, also in a cell of a table: as code, in which nothing is markup but the backticks around it, which are more
/// than it has in a row, and the bar that would end the cell (<https://github.github.com/gfm/#example-200>). Not for empty text, of
/// which there is no code.
pub fn markdown_code(untrusted: &str) -> String {
    let shown = text::sanitise(untrusted, false).replace('|', "\\|");
    let fence = "`".repeat(shown.split(|c| c != '`').map(str::len).max().unwrap_or(0) + 1);
    // One blank on each side is taken away, where there is one on both.
    let ends = |side: Option<char>| matches!(side, Some('`' | ' '));
    let blank = if ends(shown.chars().next()) || ends(shown.chars().next_back()) { " " } else { "" };
    format!("{fence}{blank}{shown}{blank}{fence}")
}

/// Lines of sanitised text as a block of code, which nothing in them ends: its fence has more backticks than they have in a row
/// (<https://github.github.com/gfm/#fenced-code-blocks>).
pub fn markdown_block(lines: &str) -> String {
    let longest = lines.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let end = if lines.is_empty() || lines.ends_with('\n') { "" } else { "\n" };
    format!("{fence}text\n{lines}{end}{fence}\n")
}

/// With some characters replaced; borrowed where there is none of them.
fn replaced(text: Cow<'_, str>, replacement: impl Fn(char) -> Option<Cow<'static, str>>) -> Cow<'_, str> {
    let Some(first) = text.find(|c| replacement(c).is_some()) else { return text };
    let mut out = text[..first].to_owned();
    for c in text[first..].chars() {
        match replacement(c) {
            Some(replacement) => out.push_str(&replacement),
            None => out.push(c),
        }
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text_in_xml() {
        assert_eq!(xml("<img src=x onerror='a(\"&\")'>"), "&lt;img src=x onerror=&#39;a(&quot;&amp;&quot;)&#39;&gt;");
        assert_eq!(xml("GET /\u{0}\u{1b}[2J\u{202e}"), "GET /␀␛[2J\\u{202e}");
        assert!(matches!(xml("GET /api"), Cow::Borrowed(_)));
    }

    #[test]
    fn no_text_ends_a_script() {
        let hostile = "</script><!--<script>&\u{2028}\u{2029}é";
        let written = script(hostile);
        assert_eq!(written, "\\u003c/script\\u003e\\u003c!--\\u003cscript\\u003e\\u0026\\u2028\\u2029é");
        assert_eq!(serde_json::from_str::<String>(&format!("\"{written}\"")).unwrap(), hostile);
        assert!(matches!(script("GET /api"), Cow::Borrowed(_)));
    }

    #[test]
    fn no_name_is_a_formula_in_csv() {
        assert_eq!(csv("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(["+1", "-1", "@a", " =1", "＝1"].map(|text| csv(text).into_owned()), ["'+1", "'-1", "'@a", "' =1", "'＝1"]);
        assert_eq!(csv("\t=1\r\n\u{1b}[2J"), "␉=1␍␊␛[2J");
        assert!(matches!(csv("GET /a=b, c"), Cow::Borrowed(_)));
    }

    #[test]
    fn no_code_ends_early_in_markdown() {
        assert_eq!(markdown_code("GET /api"), "`GET /api`");
        assert_eq!(markdown_code("a``b`|c"), "```a``b`\\|c```");
        assert_eq!(markdown_code("`"), "`` ` ``");
        assert_eq!(markdown_code("a\n\n# b"), "`a␊␊# b`");
        assert_eq!(markdown_code("<img src=x onerror=alert(1)>"), "`<img src=x onerror=alert(1)>`");
    }

    #[test]
    fn no_block_of_code_ends_early_in_markdown() {
        assert_eq!(markdown_block("a\n"), "```text\na\n```\n");
        assert_eq!(markdown_block("```\n````` b"), "``````text\n```\n````` b\n``````\n");
        assert_eq!(markdown_block(""), "```text\n```\n");
    }

    #[test]
    fn no_label_ends_early_in_mermaid() {
        assert_eq!(mermaid("a\"]; click b"), "a#34;#93;#59; click b");
        assert_eq!(mermaid("<script>`x`#quot;"), "#60;script#62;#96;x#96;#35;quot#59;");
        assert!(matches!(mermaid("GET /api/users"), Cow::Borrowed(_)));
    }
}
