//! What people type where something else is expected, and what they meant.

use std::ops::Range;

use super::trace::function;
use super::{Kind, Parser, Problem, Token};
use crate::query::error::{near, visible};
use crate::query::field::Field;

/// Operators that are words of other languages: what was typed, what it is here.
const FOREIGN: &[(&str, &str)] = &[
    ("is", "="),
    ("eq", "="),
    ("equals", "="),
    ("ne", "!="),
    ("gt", ">"),
    ("ge", ">="),
    ("gte", ">="),
    ("lt", "<"),
    ("le", "<="),
    ("lte", "<="),
    ("like", "=~"),
    ("matches", "=~"),
    ("regex", "=~"),
    ("has", "contains"),
    ("includes", "contains"),
    ("startswith", "starts-with"),
    ("starts_with", "starts-with"),
    ("begins-with", "starts-with"),
    ("endswith", "ends-with"),
    ("ends_with", "ends-with"),
    ("exist", "exists"),
];

impl Parser<'_> {
    /// The next token, for a sentence.
    pub(super) fn describe(&self) -> String {
        match self.peek() {
            None => "the end of the expression".to_owned(),
            Some(token) => {
                let mut text = visible(self.text(token));
                if let Some((cut, _)) = text.char_indices().nth(40) {
                    text.truncate(cut);
                    text.push('…');
                }
                format!("`{text}`")
            }
        }
    }

    /// A field without an operator.
    pub(super) fn no_operator(&self, field: &Field, place: Range<usize>, at: Range<usize>) -> Problem {
        let expected = "expected `=`, `>`, `=~`, `in`, `exists`, `contains` …";
        let word = match self.peek() {
            Some(token) if token.kind == Kind::Word => self.text(token),
            Some(Token { kind: Kind::Symbol(">>" | "~"), .. }) => {
                return Problem::new(
                    at,
                    format!("{} is between selectors, not between comparisons", self.describe()),
                    expected,
                )
                .help("put both sides into braces: `{ … } >> { … }`");
            }
            Some(Token { kind: Kind::Text(_), .. }) => {
                return Problem::new(at, format!("there is no operator between `{field}` and this"), expected);
            }
            _ => "",
        };
        if let Some((_, meant)) = FOREIGN.iter().find(|(typed, _)| word.eq_ignore_ascii_case(typed)) {
            return Problem::new(at, format!("`{word}` is no operator here"), expected).help(format!("use `{meant}`"));
        }
        let connects = ["and", "or", ""].iter().any(|end| word.eq_ignore_ascii_case(end));
        if !connects {
            let operators = ["in", "exists", "contains", "starts-with", "ends-with"];
            let help = near(word, operators).map(|meant| format!("did you mean `{meant}`?"));
            return Problem::new(at, format!("{} is no operator", self.describe()), expected).maybe_help(help);
        }
        let help = match field {
            Field::Attribute(attribute) if ["error", "fault"].contains(&attribute.key()) => {
                "did you mean `status = error`?".into()
            }
            Field::Attribute(_) => format!("use `{field} exists` if it must be there, `{field} = true` if it must be true"),
            Field::Intrinsic(_) => format!("compare it with something: `{field} = …`"),
        };
        Problem::new(place, format!("`{field}` is compared with nothing"), "expected an operator after this").help(help)
    }

    /// A token that cannot follow here. Relations only stand here between comparisons: between selectors they were taken.
    pub(super) fn left_over(&self, token: &Token) -> Problem {
        let span = token.span.clone();
        let text = self.text(token);
        let expected = "expected `and`, `or` or the end";
        match token.kind {
            Kind::Symbol(close @ (")" | "}")) => {
                Problem::new(span, format!("this `{close}` closes nothing that is open"), expected)
            }
            Kind::Symbol("|") => {
                let name = self.tokens.get(self.at + 1).map_or("", |token| self.text(token));
                let problem = Problem::new(span, "a single `|` passes selected spans on", expected);
                if name.eq_ignore_ascii_case("count") || function(name).is_some() {
                    problem.help("put the comparisons before it into braces: `{ … } | count() > 20`")
                } else {
                    problem.help("for one or the other, use `or` or `||`")
                }
            }
            Kind::Symbol(symbol @ (">>" | ">" | "~")) => {
                Problem::new(span, format!("`{symbol}` is between selectors, not between comparisons"), expected)
                    .help(format!("put both sides into braces: `{{ … }} {symbol} {{ … }}`"))
            }
            Kind::Symbol("<") => Problem::new(span, "ancestors and parents cannot be selected", expected)
                .help("turn it round: `{ parent } > { child }` or `{ ancestor } >> { descendant }`"),
            Kind::Symbol("{") => {
                Problem::new(span, "a selector cannot follow here", "expected `and`, `or`, `>>`, `>`, `~`, `|` or the end")
            }
            Kind::Word if near(text, ["and", "or"]).is_some() => {
                let meant = near(text, ["and", "or"]).unwrap_or("and");
                Problem::new(span, format!("{} joins nothing", self.describe()), expected)
                    .help(format!("did you mean `{meant}`?"))
            }
            Kind::Word | Kind::Text(_) => Problem::new(span, format!("{} comes unexpectedly", self.describe()), expected)
                .help("text with spaces or other signs in it must be quoted; two comparisons are joined by `and` or `or`"),
            Kind::Symbol(_) => Problem::new(span, format!("{} comes unexpectedly", self.describe()), expected),
        }
    }
}
