//! Filter patterns of terms: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>.
//!
//! A term is a word of letters, digits and `_`, or anything within quotation marks. All have to be there; of those with a `?` one; those
//! with a `-` may not be. Where there are both, the ones with a `?` do not count. Patterns for JSON and columns, and regular expressions, are
//! refused.

use super::refusal::Refusal;

/// A pattern that was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pattern {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Pattern {
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        if text.len() > 1024 {
            return Err(Refusal::invalid("filterPattern has more than 1024 characters"));
        }
        let mut pattern = Self::default();
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let list = match first {
                '?' => &mut pattern.any,
                '-' => &mut pattern.none,
                _ => &mut pattern.all,
            };
            let term = rest.strip_prefix(['?', '-']).unwrap_or(rest);
            let (term, behind) = match term.strip_prefix('"') {
                Some(quoted) => {
                    quoted.split_once('"').ok_or_else(|| Refusal::invalid("Unclosed quotation mark in filterPattern"))?
                }
                None => term.split_at(term.find(char::is_whitespace).unwrap_or(term.len())),
            };
            let quoted = rest.trim_start_matches(['?', '-']).starts_with('"');
            if !quoted && (term.is_empty() || !term.chars().all(|c| c.is_alphanumeric() || c == '_')) {
                return Err(Refusal::invalid(format!("Invalid character(s) in term '{term}'")));
            }
            if behind.starts_with(|c: char| !c.is_whitespace()) {
                return Err(Refusal::invalid("terms are separated by blanks"));
            }
            list.push(term.to_owned());
            rest = behind.trim_start();
        }
        Ok(pattern)
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        let has = |term: &String| message.contains(term.as_str());
        let any = self.any.is_empty() || !self.all.is_empty() || self.any.iter().any(has);
        self.all.iter().all(has) && any && !self.none.iter().any(has)
    }
}
