//! The part of Logs Insights' language that is needed: `fields`, `filter` with `@message like "text"` joined by `or`, `sort @timestamp` and
//! `limit`, separated by `|`. Everything else is refused.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html>

use super::refusal::Refusal;

/// A query that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) fields: Vec<String>,
    /// Of which a message has one; empty for all messages.
    pub(super) any: Vec<String>,
    /// Whether the oldest is first.
    pub(super) ascending: bool,
    pub(super) limit: Option<usize>,
}

impl Query {
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        let mut query =
            Self { fields: vec!["@timestamp".into(), "@message".into()], any: Vec::new(), ascending: false, limit: None };
        for command in commands(text)? {
            let (verb, rest) =
                command.trim().split_once(' ').ok_or_else(|| Refusal::malformed(format!("unexpected `{command}`")))?;
            match verb {
                "fields" => query.fields = rest.split(',').map(|field| field.trim().to_owned()).collect(),
                "filter" => query.any = rest.split(" or ").map(like).collect::<Result<_, _>>()?,
                "sort" => {
                    query.ascending = match rest.trim() {
                        "@timestamp asc" => true,
                        "@timestamp desc" | "@timestamp" => false,
                        other => return Err(Refusal::malformed(format!("cannot sort by `{other}`"))),
                    }
                }
                "limit" => {
                    let limit = rest.trim().parse().map_err(|_| Refusal::malformed(format!("`{rest}` is no limit")))?;
                    query.limit = Some(limit);
                }
                other => return Err(Refusal::malformed(format!("unexpected symbol found `{other}`"))),
            }
        }
        if query.fields.iter().any(|field| !field.starts_with('@')) {
            return Err(Refusal::malformed("only the service's own fields are known here"));
        }
        Ok(query)
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        self.any.is_empty() || self.any.iter().any(|text| message.contains(text.as_str()))
    }
}

/// At each `|` that is not within quotation marks.
fn commands(text: &str) -> Result<Vec<String>, Refusal> {
    let (mut parts, mut quoted) = (vec![String::new()], false);
    for c in text.chars() {
        quoted ^= c == '"';
        if c == '|' && !quoted {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    if quoted { Err(Refusal::malformed("a quotation mark is not closed")) } else { Ok(parts) }
}

fn like(term: &str) -> Result<String, Refusal> {
    let text = term.trim().strip_prefix("@message like \"").and_then(|rest| rest.strip_suffix('"'));
    let text = text.filter(|text| !text.contains(['"', '\\']));
    text.map(ToOwned::to_owned).ok_or_else(|| Refusal::malformed(format!("unexpected `{term}`")))
}
