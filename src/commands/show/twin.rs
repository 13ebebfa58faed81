//! The other traces of the same request: the X-Ray SDK and OpenTelemetry in one application make one each.

use crate::analysis::stitch::{self, Sought};
use crate::backend::{Answer, Source, Sources};
use crate::cli::ShowArgs;
use crate::error::Failure;
use crate::model::{Trace, TraceId, TraceSummary, Twins};
use crate::query::{Query, Sugar};

/// So many traces of that time are listed.
const MOST_LISTED: usize = 200;
/// So many of them are read, those that began nearest to the request.
const MOST_READ: usize = 20;

/// What clap cannot know to be wrong.
pub(super) fn check(args: &ShowArgs) -> Result<(), Failure> {
    if !args.stitch {
        return Ok(());
    }
    if args.ids.len() > 2 {
        return Err(Failure::usage("--stitch draws two traces as one").hint("give one id, and the other is looked for, or two"));
    }
    if !args.output().has_twins() {
        return Err(Failure::usage(
            "--stitch is for drawings and for `-o json`: a file for other programs keeps each trace under its own id",
        )
        .hint("give both ids without --stitch"));
    }
    Ok(())
}

/// Whether the other trace of a request is looked for: where one was asked for, and there is a place to say so.
pub(super) fn is_sought(args: &ShowArgs) -> bool {
    !args.no_twins && args.ids.len() == 1 && args.output().has_twins()
}

/// What would be asked for, as one line.
pub(super) fn explain() -> String {
    format!(
        "then, for the other trace of the same request: list the traces of its services around its time, and read at most {MOST_READ} of \
         them, from the local store, files and X-Ray; from Honeycomb only if X-Ray has made the first"
    )
}

/// Looks for traces that are probably the same request, says so in the trace, and returns them. `asked` says whether the user wants to know
/// why there is none.
pub(super) async fn seek(sources: &Sources, trace: &mut Trace, asked: bool) -> Vec<Trace> {
    let Some(sought) = stitch::sought(trace) else { return Vec::new() };
    // What the X-Ray SDK sends never comes to Honeycomb.
    let wanted = |source: &Source| !(sought.of_xray && matches!(source, Source::Honeycomb(_)));
    let filter = Sugar { services: sought.services.clone(), ..Sugar::default() }.and(None);
    let query = Query { range: sought.range, filter, limit: MOST_LISTED };
    let Answer { value: listing, failed, .. } = sources.list_from(&query, wanted).await;
    let mut unknown: Vec<String> = failed.iter().map(|(name, error)| format!("{name}: {error}")).collect();
    let (ids, left_out) = nearest(listing.traces, &sought, trace.id());
    let others = if ids.is_empty() {
        Vec::new()
    } else {
        let Answer { value, failed, .. } = sources.fetch_many_from(&ids, wanted).await;
        unknown.extend(failed.iter().map(|(name, error)| format!("{name}: {error}")));
        value
    };
    unknown.dedup();
    for why in unknown {
        trace.notes.push(format!("whether there is another trace of the same request is not known everywhere: {why}"));
    }
    trace.twins = stitch::twins(trace, &others);
    let Twins::Sought { found, .. } = &trace.twins else { return Vec::new() };
    // Of what nobody asked for and nobody claims, there is nothing to say.
    if (listing.more || listing.left_out || left_out) && (asked || !found.is_empty()) {
        let note = "not all traces of that time were looked at to find another one of the same request: there are too many";
        trace.notes.push(note.to_owned());
    }
    others.into_iter().filter(|other| found.iter().any(|twin| twin.trace == *other.id())).collect()
}

/// Why nothing could be stitched, where it was asked for.
pub(super) fn why_alone(trace: &Trace) -> String {
    let id = trace.id();
    match (&trace.twins, stitch::sought(trace)) {
        (_, None) => format!(
            "nothing was stitched to trace {id}: it has no finished HTTP request that a server answered, or both records of it"
        ),
        (Twins::Sought { unclear, .. }, _) if !unclear.is_empty() => format!(
            "nothing was stitched to trace {id}: several traces fit; `show {id} {} --stitch` draws these two as one",
            unclear.first().map_or_else(String::new, ToString::to_string)
        ),
        (_, Some(Sought { services, of_xray, .. })) => {
            let sdk = if of_xray { "the X-Ray SDK" } else { "OpenTelemetry" };
            let services = services.join("` or `");
            format!("nothing was stitched to trace {id}: no trace of {sdk} has a request to `{services}` that fits")
        }
    }
}

/// Those that ran at the time of the request, and whether there are more than are read.
fn nearest(listed: Vec<TraceSummary>, sought: &Sought, own: &TraceId) -> (Vec<TraceId>, bool) {
    let (start, end) = (sought.overlaps.start(), sought.overlaps.end());
    let mut at_that_time: Vec<TraceSummary> = listed
        .into_iter()
        .filter(|summary| summary.id != *own && summary.start < end && (summary.end.is_unknown() || summary.end >= start))
        .collect();
    at_that_time.sort_by_key(|summary| (summary.start.since(start).abs(), summary.id.clone()));
    let more = at_that_time.len() > MOST_READ;
    at_that_time.truncate(MOST_READ);
    (at_that_time.into_iter().map(|summary| summary.id).collect(), more)
}
