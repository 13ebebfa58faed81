//! One trace that several backends know is one trace.

use crate::model::{Trace, segments};

/// Puts what several backends have of the same trace together: spans that both have are there once.
pub(super) fn traces(mut parts: Vec<Trace>) -> Option<Trace> {
    if parts.len() < 2 {
        return parts.pop();
    }
    let id = parts[0].id().clone();
    let backends: Vec<String> = parts.iter().flat_map(|part| part.backends.clone()).collect();
    let received = parts.iter().filter_map(|part| part.received).max();
    let truncated: Vec<String> = parts.iter().flat_map(|part| part.truncated.clone()).collect();
    let repeated: usize = parts.iter().map(|part| part.repeated).sum();
    let spans = parts.into_iter().flat_map(Trace::into_spans).collect();
    let mut whole = Trace::assemble(id, spans)?;
    whole.backends = backends;
    whole.received = received;
    whole.truncated = truncated;
    // What two backends both have is no repetition by a sender.
    whole.repeated = repeated;
    // What one of them has folded is not among its spans any more.
    whole.folded = segments::count_folded(whole.spans());
    Some(whole)
}
