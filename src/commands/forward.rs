//! What `collect` sends on: where to, and what there is to say of it.

use std::sync::Arc;
use std::time::Duration;

use super::{Context, ask, keys};
use crate::backend::local::Writer;
use crate::cli::forward::ForwardTo;
use crate::collect::forward::{self, Destination, Forwarding, Report};
use crate::config::otlp_headers::ForwardHeaders;
use crate::error::{Failure, Kind};
use crate::render::units;
use crate::secret::Secret;
use crate::ui::Ui;

/// How often it is looked whether there is something to say.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Starts to send on, if anything is to be.
pub(super) async fn start(context: &Context, writer: &Writer, ui: &mut Ui) -> Result<Forwarding, Failure> {
    let mut destinations = Vec::new();
    for to in &context.settings.collect.forward {
        let destination = destination(to, context, ui).await?;
        if !destinations.iter().any(|known: &Destination| known.name() == destination.name()) {
            destinations.push(destination);
        }
    }
    forward::start(destinations, writer, context.clock, random).await.map_err(|error| Failure::from_error(Kind::Config, error))
}

async fn destination(to: &ForwardTo, context: &Context, ui: &mut Ui) -> Result<Destination, Failure> {
    let settings = &context.settings;
    Ok(match to {
        ForwardTo::Honeycomb => {
            if let Some(unusable) = &settings.honeycomb.unusable {
                return Err(unusable.hints.iter().fold(Failure::config(unusable.message.clone()), Failure::hint));
            }
            let Some(key) = &settings.honeycomb.key else {
                return Err(Failure::config("there is no API key with which to send to Honeycomb")
                    .hint("set HONEYCOMB_API_KEY to the key that applications send with: an ingest key is enough"));
            };
            let mut headers = vec![("x-honeycomb-team".to_owned(), keys::fetched(key, context, ui).await?)];
            // Classic environments need it; others go by the service's name.
            if let Some(dataset) = &settings.honeycomb.dataset {
                headers.push(("x-honeycomb-dataset".to_owned(), Secret::new(dataset)));
            }
            let url = settings.honeycomb.endpoint.parse().map_err(|error| Failure::from_error(Kind::Config, error))?;
            Destination::Otlp { name: to.to_string(), url, headers }
        }
        ForwardTo::Otlp(url) => {
            let headers = match &settings.collect.forward_headers {
                ForwardHeaders::Given(headers) => headers.clone(),
                ForwardHeaders::Elsewhere(key) => {
                    ForwardHeaders::read(keys::fetched(key, context, ui).await?.expose(), key.place())?
                }
            };
            Destination::Otlp { name: to.to_string(), url: url.clone(), headers }
        }
        ForwardTo::XRay => {
            let mut options = ask::xray_options(true, context, ui)?;
            options.report = Arc::new(|_| {});
            Destination::XRay(options)
        }
    })
}

/// From 0 to 1.
fn random() -> f64 {
    let bytes: [u8; 4] = super::random();
    f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX)
}

/// Says, for as long as it is waited for, when a destination gets into trouble and out of it, and what it will not take.
pub(super) async fn watch(forwarding: &Forwarding, ui: &mut Ui) {
    let mut before = forwarding.reports();
    if before.is_empty() {
        std::future::pending::<()>().await;
    }
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let now = forwarding.reports();
        for (before, now) in before.iter().zip(&now) {
            for said in changes(before, now) {
                match said {
                    Said::Warning(text) => ui.warn(&text),
                    Said::Note(text) => ui.note(&text),
                }
            }
        }
        before = now;
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Said {
    Warning(String),
    Note(String),
}

fn changes(before: &Report, now: &Report) -> Vec<Said> {
    let mut said = Vec::new();
    let name = &now.destination;
    match (&before.trouble, &now.trouble) {
        (None, Some(why)) => {
            let text = format!("nothing can be forwarded to {name} now, and it is tried again: {why}");
            said.push(Said::Warning(text));
        }
        (Some(_), None) => said.push(Said::Note(format!("{name} takes what is forwarded again"))),
        _ => {}
    }
    let more = |before: u64, now: u64, one: &str, many: &str| {
        (now > before).then(|| units::plural((now - before) as usize, one, many))
    };
    let (one, many) = unit(now);
    if let Some(what) = more(before.set_aside, now.set_aside, one, many) {
        said.push(Said::Warning(format!("{name} will not take {what}: set aside")));
    }
    if let Some(what) = more(before.evicted, now.evicted, "batch", "batches") {
        said.push(Said::Warning(format!("retention took {what} that {name} had not got yet")));
    }
    said
}

/// What is counted: X-Ray takes documents, of which one may hold several spans.
pub(super) fn unit(report: &Report) -> (&'static str, &'static str) {
    if report.destination == ForwardTo::XRay.to_string() { ("document", "documents") } else { ("span", "spans") }
}

/// What was forwarded, and what was not: the lines at the end.
pub(super) fn tell(reports: &[Report], ui: &mut Ui) {
    for report in reports {
        let name = &report.destination;
        let (one, many) = unit(report);
        ui.note(&format!("forwarded to {name} so far: {}", units::plural(report.spans as usize, one, many)));
        let left = [
            (report.waiting, "batch is waiting for next time", "batches are waiting for next time"),
            (report.rejected, "span was rejected by it", "spans were rejected by it"),
            (report.set_aside, "is set aside, as it will not be taken", "are set aside, as they will not be taken"),
            (report.evicted, "batch was evicted before", "batches were evicted before"),
        ];
        let left: Vec<String> = left
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| units::plural(count as usize, one, many))
            .collect();
        if !left.is_empty() {
            let why = report.trouble.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
            ui.warn(&format!("{name}: {}{why}", left.join(", ")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_said_once_and_its_end_too() {
        let fine = Report { destination: "honeycomb".to_owned(), ..Report::default() };
        let down = Report { trouble: Some("it is down".to_owned()), retries: 1, ..fine.clone() };
        let warning = "nothing can be forwarded to honeycomb now, and it is tried again: it is down";
        assert_eq!(changes(&fine, &down), [Said::Warning(warning.to_owned())]);
        assert_eq!(changes(&down, &Report { retries: 5, ..down.clone() }), []);
        assert_eq!(changes(&down, &fine), [Said::Note("honeycomb takes what is forwarded again".to_owned())]);
    }

    #[test]
    fn what_is_set_aside_or_evicted_is_said_when_it_happens() {
        let before = Report { destination: "xray".to_owned(), set_aside: 1, ..Report::default() };
        let now = Report { set_aside: 2, evicted: 3, ..before.clone() };
        let said = ["xray will not take 1 document: set aside", "retention took 3 batches that xray had not got yet"];
        assert_eq!(changes(&before, &now), said.map(|text| Said::Warning(text.to_owned())));
    }
}
