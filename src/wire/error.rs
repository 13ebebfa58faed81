//! Why bytes could not be read, as a whole or in part.

use std::fmt;

/// Why bytes are not what they were taken for. Nothing was read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not {format}: {why}{place}")]
pub struct WireError {
    /// What was expected, such as `OTLP/JSON`.
    pub format: &'static str,
    /// What is wrong, for a person.
    pub why: String,
    /// Where.
    pub place: Place,
}

impl WireError {
    /// Something is wrong, somewhere.
    pub fn new(format: &'static str, why: impl fmt::Display) -> Self {
        Self { format, why: why.to_string(), place: Place::default() }
    }

    /// What `serde_json` says, with the place apart.
    pub(crate) fn json(format: &'static str, error: &serde_json::Error, path: String) -> Self {
        let mut why = error.to_string();
        if let Some(at) = why.rfind(" at line ") {
            why.truncate(at);
        }
        Self { format, why, place: Place { line: error.line(), column: error.column(), path } }
    }
}

/// Where in a text something is wrong. Zero and empty mean that it is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The byte within the line, from 1.
    pub column: usize,
    /// The way from the top of the document, such as `resourceSpans[0].scopeSpans`.
    pub path: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, ", line {} column {}", self.line, self.column)?;
        }
        if !self.path.is_empty() && self.path != "." {
            write!(f, ", in {}", self.path)?;
        }
        Ok(())
    }
}

/// Spans or documents that could not be kept, while the rest was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// How many. None: this is a note on what was kept, but not as it came.
    pub count: usize,
    /// Why, for a person: what OTLP's partial success says.
    pub reason: String,
}

impl Refused {
    /// Whether nothing was refused: it says what was kept otherwise than it came.
    pub fn is_note(&self) -> bool {
        self.count == 0
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_note() { f.write_str(&self.reason) } else { write!(f, "{} left out: {}", self.count, self.reason) }
    }
}

/// Gathers refusals, one entry a reason.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Vec<Refused>);

/// However many different things are wrong, this many reasons are told apart: reasons quote what was sent.
const MAX_REASONS: usize = 20;

impl Refusals {
    /// One more for this reason.
    pub(crate) fn add(&mut self, reason: &str) {
        let reason = if self.0.len() < MAX_REASONS { reason } else { "other reasons" };
        match self.0.iter_mut().find(|refused| refused.reason == reason) {
            Some(refused) => refused.count = refused.count.saturating_add(1),
            None => self.0.push(Refused { count: 1, reason: reason.to_owned() }),
        }
    }

    /// All is kept, but something in it not as it came.
    pub(crate) fn note(&mut self, what: String) {
        self.0.push(Refused { count: 0, reason: what });
    }

    /// All of these too.
    pub(crate) fn extend(&mut self, more: Vec<Refused>) {
        for refused in more {
            match self.0.iter_mut().find(|known| known.reason == refused.reason) {
                Some(known) => known.count = known.count.saturating_add(refused.count),
                None => self.0.push(refused),
            }
        }
    }

    /// One entry a reason, in the order in which they first came.
    pub(crate) fn into_vec(self) -> Vec<Refused> {
        self.0
    }
}
