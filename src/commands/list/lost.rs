//! `list --lost-context`: whether calls in one trace have their answer in another.

use super::super::ask::{self, Failed};
use crate::analysis::matchmaking::{Matches, Matchmaker};
use crate::backend::Sources;
use crate::model::{TraceId, TraceSummary};
use crate::render::units;
use crate::ui::Ui;

/// How many traces are in memory at once.
const AT_ONCE: usize = 20;

/// What came of looking, in how many traces, and for programs, what stood in the way, which is said at once.
pub(super) async fn find(sources: &Sources, listed: &[TraceSummary], ui: &mut Ui) -> (Matches, usize, Vec<String>) {
    let ids: Vec<TraceId> = listed.iter().map(|summary| summary.id.clone()).collect();
    let mut maker = Matchmaker::default();
    let mut failed = Failed::new();
    let mut read = 0;
    for some in ids.chunks(AT_ONCE) {
        let answer = sources.fetch_many(some).await;
        ask::also_failed(&mut failed, answer.failed);
        answer.value.iter().for_each(|trace| maker.add(trace));
        read += answer.value.len();
    }
    ask::report(&failed, ui);
    let mut notes: Vec<String> = failed.iter().map(ask::did_not_answer).collect();
    if read < ids.len() {
        let gone = units::plural(ids.len() - read, "trace that was listed", "traces that were listed");
        let note = format!("{gone} could not be read, so that what was lost between them and others is not known");
        ui.note(&note);
        notes.push(note);
    }
    (maker.finish(), read, notes)
}
