//! What is called the same is one frame.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::analysis::normalised;
use crate::model::Span;

use super::super::write;

/// All frames of a file, in the order in which they were first asked for.
#[derive(Debug, Default)]
pub(super) struct Frames<'a> {
    /// `None` stands for all parents that have not arrived.
    listed: Vec<Option<Called<'a>>>,
    by_name: HashMap<Option<Called<'a>>, usize>,
    /// Names as they were received: most come often, and are made equal once.
    received: HashMap<(&'a str, &'a str), usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Called<'a> {
    service: &'a str,
    name: Cow<'a, str>,
}

impl<'a> Frames<'a> {
    /// The place of the frame of a span, or of a parent that has not arrived.
    pub(super) fn of(&mut self, span: Option<&'a Span>) -> usize {
        let Some(span) = span else { return self.place(None) };
        let key = (span.service(), span.name.as_str());
        if let Some(&known) = self.received.get(&key) {
            return known;
        }
        let place = self.place(Some(Called { service: key.0, name: normalised(key.1) }));
        self.received.insert(key, place);
        place
    }

    fn place(&mut self, called: Option<Called<'a>>) -> usize {
        if let Some(&known) = self.by_name.get(&called) {
            return known;
        }
        self.listed.push(called.clone());
        self.by_name.insert(called, self.listed.len() - 1);
        self.listed.len() - 1
    }

    /// Writes them as items of a list. The service is a part of the name, because that is all that is drawn, and the file, because
    /// colours are by file.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        for (nth, frame) in self.listed.iter().enumerate() {
            out.extend_from_slice(if nth == 0 { b"\n{\"name\":" } else { b",\n{\"name\":" });
            match frame {
                None => write::json(out, "(not arrived)"),
                Some(Called { service, name }) => {
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
