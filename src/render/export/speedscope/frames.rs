//! What is called the same is one frame.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::analysis::normalised;
use crate::model::Span;

use super::super::write;

/// All frames of a file, in the order in which they were first asked for.
#[derive(Debug, Default)]
pub(super) struct Frames<'a> {
    listed: Vec<What<'a>>,
    by_name: HashMap<What<'a>, usize>,
    /// Names as they were received: most come often, and are made equal once.
    received: HashMap<(&'a str, &'a str), usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum What<'a> {
    Called {
        service: &'a str,
        name: Cow<'a, str>,
    },
    /// All parents that have not arrived.
    Missing,
    /// All that is too deep.
    Deeper,
}

impl<'a> Frames<'a> {
    /// The place of the frame of a span, or of a parent that has not arrived.
    pub(super) fn of(&mut self, span: Option<&'a Span>) -> usize {
        let Some(span) = span else { return self.place(What::Missing) };
        let key = (span.service(), span.name.as_str());
        if let Some(&known) = self.received.get(&key) {
            return known;
        }
        let place = self.place(What::Called { service: key.0, name: normalised(key.1) });
        self.received.insert(key, place);
        place
    }

    /// The place of the frame of all that is too deep to have one of its own.
    pub(super) fn deeper(&mut self) -> usize {
        self.place(What::Deeper)
    }

    fn place(&mut self, what: What<'a>) -> usize {
        if let Some(&known) = self.by_name.get(&what) {
            return known;
        }
        self.listed.push(what.clone());
        self.by_name.insert(what, self.listed.len() - 1);
        self.listed.len() - 1
    }

    /// Writes them as items of a list. The service is a part of the name, because that is all that is drawn, and the file, because
    /// colours are by file.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        for (nth, frame) in self.listed.iter().enumerate() {
            out.extend_from_slice(if nth == 0 { b"\n{\"name\":" } else { b",\n{\"name\":" });
            match frame {
                What::Missing => write::json(out, "(not arrived)"),
                What::Deeper => write::json(out, "(deeper)"),
                What::Called { service, name } => {
                    let name = if name.is_empty() { "(no name)" } else { name };
                    if service.is_empty() {
                        write::json(out, name);
                    } else {
                        write::json(out, &format!("{name} · {service}"));
                        out.extend_from_slice(b",\"file\":");
                        write::json(out, service);
                    }
                }
            }
            out.push(b'}');
        }
    }
}
