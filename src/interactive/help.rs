//! What the keys do, as a page.

use crate::render::theme::Role;
use crate::render::{Look, Pieces, text};

/// The keys in the list of traces.
pub(super) const OF_THE_LIST: &[(&str, &str)] = &[
    ("j k", "down and up; also the arrows"),
    ("g G", "the first and the last; also Home and End"),
    ("ctrl-d ctrl-u", "half a screen; PgDn and PgUp a whole one"),
    ("Enter", "open the trace"),
    ("/", "search; n and N go to the next and the previous"),
    ("r", "ask again"),
    ("y", "copy the trace's id"),
    ("ctrl-z", "back to the shell; `fg` comes back"),
    ("Esc", "one step back"),
    ("q", "quit"),
];

/// The keys in a trace.
pub(super) const OF_A_TRACE: &[(&str, &str)] = &[
    ("j k", "down and up; also the arrows"),
    ("g G", "the first and the last; also Home and End"),
    ("ctrl-d ctrl-u", "half a screen; PgDn and PgUp a whole one"),
    ("h l", "fold and unfold; h on a leaf goes to its parent"),
    ("Space", "fold or unfold"),
    ("H L", "fold and unfold all; also - and +"),
    ("x", "one row for many alike, or a row for each"),
    ("/", "search names, services, messages, attributes, ids"),
    ("n N", "to the next hit and the previous"),
    ("e E", "to the next error and the previous"),
    ("c C", "along the critical path"),
    ("Enter d", "all about the span; J and K scroll that"),
    ("z Z", "zoom into what is below the span, and out again"),
    ("w", "all spans, or only those of --where and --service"),
    ("i", "all about the trace: what is missing, what stands out"),
    ("y Y", "copy the span's id, the trace's id"),
    ("ctrl-z", "back to the shell; `fg` comes back"),
    ("Esc", "one step back"),
    ("q", "quit"),
];

/// What the marks in front of rows mean.
const MARKS: &[(&str, &str, &str)] = &[
    ("›", ">", "was looked for"),
    ("!", "!", "failed, or something folded away below did"),
    ("?", "?", "still runs"),
    ("⋯", ":", "has not arrived"),
    ("↺", "@", "a cycle was cut here"),
    ("~", "~", "outside its parent in time, or was moved"),
];

/// The page: keys, and where there are bars, marks.
pub(super) fn page(keys: &[(&str, &str)], marks: bool, look: &Look) -> Vec<Pieces> {
    let wide = keys.iter().map(|(key, _)| text::width(key)).max().unwrap_or(0);
    let pair = |key: &str, what: &str| vec![(Role::Id, text::pad(key, wide + 2, look.ascii)), (Role::Plain, what.to_owned())];
    let mut page: Vec<Pieces> = keys.iter().map(|(key, what)| pair(key, what)).collect();
    if marks {
        page.push(Pieces::new());
        page.extend(MARKS.iter().map(|(sign, ascii, what)| pair(if look.ascii { ascii } else { sign }, what)));
    }
    page
}
