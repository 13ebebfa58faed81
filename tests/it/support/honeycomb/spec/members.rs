//! Reading the members of a query: what is not in the published schema is refused.

use serde_json::{Map, Value as Json};

use super::problem::{Code, Problem};

type Read<T> = Result<T, Problem>;

/// An object within a query.
#[derive(Debug, Clone, Copy)]
pub(super) struct Members<'a> {
    /// Where it is: `filters[2]`, and `""` for the query itself.
    path: &'a str,
    members: &'a Map<String, Json>,
}

impl<'a> Members<'a> {
    /// An object that has no other members than these.
    pub(super) fn of(json: &'a Json, path: &'a str, known: &[&str]) -> Read<Self> {
        let Some(members) = json.as_object() else {
            return Err(Problem::invalid(path, Code::IncorrectType, &format!("{path}: must be an object")));
        };
        let all = Self { path, members };
        match members.keys().find(|member| !known.contains(&member.as_str())) {
            Some(stranger) => Err(all.wrong(stranger, Code::Invalid, "unknown property")),
            None => Ok(all),
        }
    }

    /// A problem with a member.
    pub(super) fn wrong(&self, member: &str, code: Code, why: &str) -> Problem {
        let separator = if self.path.is_empty() { "" } else { "." };
        let field = format!("{}{separator}{member}", self.path);
        Problem::invalid(&field, code, &format!("{field}: {why}"))
    }

    /// A member as it is, also where it is `null`.
    pub(super) fn get(&self, member: &str) -> Option<&'a Json> {
        self.members.get(member)
    }

    /// A list of at most so many; an empty one where there is none.
    pub(super) fn list(&self, member: &str, most: usize) -> Read<&'a [Json]> {
        match self.members.get(member) {
            None => Ok(&[]),
            Some(Json::Array(list)) if list.len() > most => {
                Err(self.wrong(member, Code::Invalid, &format!("must have at most {most} items")))
            }
            Some(Json::Array(list)) => Ok(list),
            Some(_) => Err(self.wrong(member, Code::IncorrectType, "must be an array")),
        }
    }

    /// A text, where there is one.
    pub(super) fn text(&self, member: &str) -> Read<Option<&'a str>> {
        match self.members.get(member) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(member, Code::IncorrectType, "must be a string")),
        }
    }

    /// A text where the schema also allows `null`.
    pub(super) fn text_or_null(&self, member: &str) -> Read<Option<&'a str>> {
        if self.members.get(member).is_some_and(Json::is_null) { Ok(None) } else { self.text(member) }
    }

    /// A text that must be there.
    pub(super) fn required_text(&self, member: &str) -> Read<&'a str> {
        self.text(member)?.ok_or_else(|| self.wrong(member, Code::Missing, "is required"))
    }

    /// A whole number from 1, where there is one.
    pub(super) fn whole(&self, member: &str) -> Read<Option<u64>> {
        match self.members.get(member) {
            None => Ok(None),
            Some(Json::Number(number)) if number.is_f64() => Err(self.wrong(member, Code::IncorrectType, "must be an integer")),
            Some(Json::Number(number)) => match number.as_u64() {
                Some(number) if number > 0 => Ok(Some(number)),
                _ => Err(self.wrong(member, Code::Invalid, "must be at least 1")),
            },
            Some(_) => Err(self.wrong(member, Code::IncorrectType, "must be an integer")),
        }
    }

    /// A truth; false where there is none.
    pub(super) fn truth(&self, member: &str) -> Read<bool> {
        match self.members.get(member) {
            None => Ok(false),
            Some(Json::Bool(is)) => Ok(*is),
            Some(_) => Err(self.wrong(member, Code::IncorrectType, "must be a boolean")),
        }
    }
}
