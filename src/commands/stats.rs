//! `stats`: how often, how fast and how often in vain, by service and operation.

use super::Context;
use super::ask;
use super::read::{self, Read};
use crate::analysis::StatsBuilder;
use crate::analysis::stats::{Period, Sort, Totals};
use crate::cli::StatsArgs;
use crate::cli::stats::{StatsBy, StatsFormat, StatsSort};
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::{Time, TimeRange};
use crate::query::Query;
use crate::render::stats::{By, View, csv, markdown};
use crate::render::{json, stats, units};
use crate::ui::Ui;

/// Asks, says what is odd, prints.
pub(crate) async fn run(args: &StatsArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let settings = &context.settings.per_command.stats;
    let filter = ask::filter(args.expr.as_deref(), &args.filter, ui)?;
    let window = ask::window(context)?;
    let sources = ask::open(context, ui).await?;
    sources.attend_to(filter.as_ref());
    let query = Query { range: window.for_sources(&sources), filter, limit: settings.limit };
    if args.explain && args.traces.is_empty() {
        return ask::explain(&sources, &query, ui);
    }
    if args.explain {
        return ask::explain_fetch(&sources, ui);
    }
    let mut builder = StatsBuilder::default();
    let Read { mut notes, silent, all_of_window, .. } = if args.traces.is_empty() {
        read::newest(&sources, &query, window, ui, |trace, matched| builder.add(trace, matched)).await?
    } else {
        read::named(&sources, &args.traces, query.filter.as_ref(), ui, |trace, matched| builder.add(trace, matched)).await?
    };
    let mut figures = builder.finish();
    let sort = sort(settings.sort);
    figures.sort(sort);
    let asked_for = if all_of_window { seen(query.range, (context.clock)()) } else { None };
    let period = asked_for.or(figures.spanned());
    notes.extend(uncertain(&figures.totals(), period));
    for note in &notes {
        ui.note(note);
    }
    if figures.services.is_empty() {
        ask::say_nothing(&sources, &query, ui);
    }
    let by = args.by.map_or(By::Both, |by| if by == StatsBy::Service { By::Service } else { By::Operation });
    let view = View { by, sort, max_rows: args.max_rows };
    let look = context.look(ui);
    match settings.output {
        StatsFormat::Text => ui.page(&stats::render(&figures, period, view, &look))?,
        StatsFormat::Json => ui.out(&json::stats(&figures, period, &[&notes[..], &silent].concat()))?,
        StatsFormat::Csv => ui.out(&csv::render(&figures, period, by, sort))?,
        StatsFormat::Markdown => ui.out(&markdown::render(&figures, period, view, &look))?,
    }
    Ok(Exit::Yes)
}

/// The window up to now; `None` for all of time, which is no window.
fn seen(range: TimeRange, now: Time) -> Option<Period> {
    let period = Period { start: range.start(), end: range.end().min(now), asked_for: true };
    (range != TimeRange::ALL && period.start <= period.end).then_some(period)
}

fn sort(by: StatsSort) -> Sort {
    match by {
        StatsSort::Count => Sort::Count,
        StatsSort::Errors => Sort::Errors,
        StatsSort::P50 => Sort::Percentile(5_000),
        StatsSort::P90 => Sort::Percentile(9_000),
        StatsSort::P99 => Sort::Percentile(9_900),
        StatsSort::Max => Sort::Percentile(10_000),
        StatsSort::SelfTime => Sort::SelfTime,
        StatsSort::Name => Sort::Name,
    }
}

/// What of the figures is not as it seems.
fn uncertain(totals: &Totals, period: Option<Period>) -> Vec<String> {
    let outside = period.map_or(0, |period| totals.outside(period));
    let said = [
        (totals.running, "span has not ended (yet): counted", "spans have not ended (yet): counted", "in no percentile"),
        (totals.without_start, "span has no start: counted", "spans have no start: counted", "in no percentile and no trend"),
        (totals.reversed, "span ends before it starts", "spans end before they start", "negative in percentiles, as received"),
        (
            outside,
            "span began outside of the window: counted",
            "spans began outside of the window: counted",
            "not in the trend",
        ),
    ];
    let each = said.into_iter().filter(|(count, ..)| *count > 0);
    each.map(|(count, one, many, so)| {
        format!("{}, and {so}", units::plural(usize::try_from(count).unwrap_or(usize::MAX), one, many))
    })
    .collect()
}
