//! What OpenTelemetry's SDKs are told to send along, in which applications that report to Honeycomb have its key:
//! `OTEL_EXPORTER_OTLP_HEADERS=x-honeycomb-team=KEY,x-honeycomb-dataset=NAME`.

use super::key::{Form, Key, Places};
use super::layers::Layers;
use super::report::{Line, Origin};
use super::{Env, Paths};
use crate::error::Failure;
use crate::secret::Secret;

/// The headers for those to whom `collect` forwards, as `config show` tells them. They are no key of the file: a file is shown around.
pub const FORWARD_HEADERS: &str = "collect.forward_headers";
/// The variable in which they are, in the same form.
const FORWARD_VARIABLE: &str = "CRUDDUR_TRACE_COLLECT_FORWARD_HEADERS";
/// Where else they may be.
const PLACES: Places = Places {
    what: "list of headers",
    form: Form::Text,
    file: "collect.forward_headers_file",
    command: "collect.forward_headers_command",
};

/// The variables, the one that wins first.
pub const VARIABLES: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"];

/// The value of a header, and the variable in which it stands. One that is empty counts as not there.
///
/// # Errors
///
/// When a variable is not Unicode.
pub fn find(env: &Env, header: &str) -> Result<Option<(String, &'static str)>, Failure> {
    for variable in VARIABLES {
        if let Some(value) = env.setting(variable)?.and_then(|list| value(list, header)) {
            return Ok(Some((value, variable)));
        }
    }
    Ok(None)
}

/// The value of a header in a list such as `key=value,key2=value2`: W3C baggage without properties, so that a `;` is part of a value
/// (<https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables>). Of several, the
/// last counts, as in the SDKs.
fn value(list: &str, header: &str) -> Option<String> {
    let pairs = list.split(',').filter_map(|entry| entry.split_once('='));
    let mut values = pairs.filter(|(key, _)| decoded(key).trim().eq_ignore_ascii_case(header));
    values.next_back().map(|(_, value)| decoded(value).trim().to_owned()).filter(|value| !value.is_empty())
}

/// The headers for those to whom `collect` forwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForwardHeaders {
    /// These.
    Given(Vec<(String, Secret)>),
    /// Those that [`ForwardHeaders::read`] makes of what is there.
    Elsewhere(Key),
}

impl ForwardHeaders {
    pub(super) fn resolve(env: &Env, paths: &Paths, layers: &mut Layers<'_>) -> Result<Self, Failure> {
        let elsewhere = Key::elsewhere(&PLACES, None, paths, layers)?;
        let given = Self::read(env.setting(FORWARD_VARIABLE)?.unwrap_or_default(), FORWARD_VARIABLE)?;
        let (headers, value, origin) = match (given, elsewhere) {
            (given, Some((origin, key))) if given.is_empty() => {
                let value = key.told().to_owned();
                (Self::Elsewhere(key), value, origin)
            }
            (given, _) if given.is_empty() => (Self::Given(given), "(not set)".to_owned(), Origin::Default),
            (given, _) => {
                let names: Vec<&str> = given.iter().map(|(name, _)| name.as_str()).collect();
                let value = format!("(set: {})", names.join(", "));
                (Self::Given(given), value, Origin::Env(FORWARD_VARIABLE.to_owned()))
            }
        };
        layers.tell(Line { key: FORWARD_HEADERS, value, origin });
        Ok(headers)
    }

    /// The headers in a list such as `key=value,key2=value2`; in a file, each may have a line of its own.
    ///
    /// # Errors
    ///
    /// One has no name or no value.
    pub fn read(list: &str, place: &str) -> Result<Vec<(String, Secret)>, Failure> {
        let mut headers = Vec::new();
        for entry in list.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty()) {
            let pair =
                entry.split_once('=').map(|(name, value)| (decoded(name).trim().to_owned(), decoded(value).trim().to_owned()));
            match pair {
                Some((name, value)) if !name.is_empty() && !value.is_empty() => headers.push((name, Secret::new(value))),
                _ => {
                    let which = format!("header {} in {place} has no name or no value", headers.len() + 1);
                    let hint = "it is written as `name=value,name2=value2`, as OTEL_EXPORTER_OTLP_HEADERS is";
                    return Err(Failure::config(which).hint(hint));
                }
            }
        }
        Ok(headers)
    }
}

/// Without percent-encoding. A `%` that begins none stays; what is not UTF-8 is replaced.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, more)) = rest.split_first() {
        let digit = |at: usize| more.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        if let (b'%', Some(high), Some(low)) = (first, digit(0), digit(1)) {
            bytes.push((high * 16 + low) as u8);
            rest = &more[2..];
        } else {
            bytes.push(first);
            rest = more;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_header_is_found_however_it_is_written() {
        let team = |list| value(list, "x-honeycomb-team");
        assert_eq!(team("x-honeycomb-team=abc").as_deref(), Some("abc"));
        assert_eq!(team("a=b, X-Honeycomb-Team = abc ,c=d").as_deref(), Some("abc"));
        assert_eq!(team("x-honeycomb-team=a%62c%3D%20").as_deref(), Some("abc="));
        assert_eq!(team("x-honeycomb-team=a=b;c").as_deref(), Some("a=b;c"));
        assert_eq!(team("x-honeycomb-team=old,x-honeycomb-team=new").as_deref(), Some("new"));
        assert_eq!(team("x-honeycomb-team=100%").as_deref(), Some("100%"));
        for nothing in ["", ",", "x-honeycomb-team", "x-honeycomb-team=", "x-honeycomb-team= ", "x-honeycomb-teams=abc"] {
            assert_eq!(team(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn the_headers_for_traces_win() {
        let both = [(VARIABLES[0], "x-honeycomb-team=traces"), (VARIABLES[1], "x-honeycomb-team=all,x-honeycomb-dataset=d")];
        let env = both.into_iter().collect::<Env>();
        assert_eq!(find(&env, "x-honeycomb-team").unwrap(), Some(("traces".to_owned(), VARIABLES[0])));
        assert_eq!(find(&env, "x-honeycomb-dataset").unwrap(), Some(("d".to_owned(), VARIABLES[1])));
        assert_eq!(find(&Env::default(), "x-honeycomb-team").unwrap(), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(list: String, broken in "[a%=, é0-9]{0,30}") {
            value(&list, "a");
            value(&broken, "a");
        }
    }
}
