//! Documents on their way into the store, and back out of it.

use super::convert::{FORMAT, convert};
use super::shapes::{self, Item};
use crate::model::{Span, TraceId};
use crate::wire::batch::{Batch, Format, Indexer, Row};
use crate::wire::error::{Refusals, Refused, WireError};
use crate::wire::lenient::{Text, object};
use crate::wire::read::{Records, Take};

impl Batch {
    /// From segment documents as the daemon receives them, without the header line; one may be a list of documents. Those that
    /// are none are refused, with the reason, and are not in the batch's data.
    pub fn from_xray(documents: &[impl AsRef<[u8]>]) -> (Self, Vec<Refused>) {
        let mut data = Vec::new();
        let mut spans = Vec::new();
        let mut refusals = Refusals::default();
        for document in documents {
            let mut empty = true;
            let mut keep = |item: Result<Item<'_>, WireError>| {
                empty = false;
                match item {
                    Ok(Item::Document(document)) => match convert(document) {
                        Ok(of_document) => {
                            spans.extend(of_document);
                            // Within JSON's strings there are no line ends, so that what becomes a space is one already.
                            data.extend(document.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte }));
                            data.push(b'\n');
                        }
                        Err(error) => refusals.add(&error.to_string()),
                    },
                    Ok(Item::Note(_)) => {}
                    Err(error) => refusals.add(&error.to_string()),
                }
            };
            let whole = shapes::each(document.as_ref(), &mut keep);
            if whole.is_ok() && empty {
                refusals.add(&WireError::new(FORMAT, "there is none in it").to_string());
            }
            if let Err(error) = whole {
                refusals.add(&error.to_string());
            }
        }
        (index(&spans).finish(Format::XRay, data), refusals.into_vec())
    }
}

/// A resource without a service belongs to a subsegment sent apart from its segment.
fn index(spans: &[(TraceId, Span)]) -> Indexer<'_> {
    let mut indexer = Indexer::default();
    for (id, span) in spans {
        let inherits = span.attributes.get(crate::model::trace::INHERITS_RESOURCE).is_some() && span.service().is_empty();
        let service = indexer.service((!inherits).then(|| span.service()));
        let operation = indexer.operation(service, &span.name, span.kind);
        let trace = indexer.trace(id);
        indexer.rows.push(Row {
            trace,
            operation,
            id: span.id.clone(),
            parent: span.parent.clone(),
            start: span.start,
            end: span.end,
            error: span.is_error(),
            inferred: span.is_inferred(),
        });
    }
    indexer
}

/// All spans of a batch's documents, in order.
pub(crate) fn read_all(data: &[u8]) -> Result<Records, WireError> {
    let mut spans = Vec::new();
    for line in lines(data)? {
        spans.extend(convert(line)?);
    }
    Ok(spans)
}

/// The spans of the wanted traces, in order. Of other documents only `trace_id` is looked at.
pub(crate) fn read_some(data: &[u8], wanted: &dyn Fn(&TraceId) -> bool, take: Take<'_>) -> Result<(), WireError> {
    for line in lines(data)? {
        let peek = serde_json::from_str::<Peek<'_>>(line).map_err(|error| WireError::json(FORMAT, &error, String::new()))?;
        if wanted(&TraceId::from_text(&peek.trace_id.0)) {
            convert(line)?.into_iter().for_each(|(id, span)| take(id, span));
        }
    }
    Ok(())
}

object! {
    struct Peek<'a> {
        trace_id: Text<'a> = "trace_id",
    }
}

fn lines(data: &[u8]) -> Result<impl Iterator<Item = &str>, WireError> {
    let text = std::str::from_utf8(data).map_err(|error| WireError::new(FORMAT, error))?;
    Ok(text.lines().filter(|line| !line.is_empty()))
}
