//! What `GetTraceSummaries` says of a trace, as a line of a listing.

use aws_sdk_xray::primitives::DateTime;
use aws_sdk_xray::types;

use super::id;
use crate::model::time::SECOND;
use crate::model::{Evidence, Time, TraceId, TraceSummary};

/// A trace that X-Ray listed.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// As much of a listing's line as X-Ray says: nobody counted its spans.
    pub(super) summary: TraceSummary,
    /// Goes up as more of the trace arrives.
    pub(super) revision: i32,
}

impl Found {
    /// `None` for a summary that does not say which trace it is about.
    ///
    /// X-Ray's documentation promises none of the fields but `Revision`. Where the start is missing, the time in the id stands for
    /// it, or else the time by which it was found.
    pub(super) fn read(said: &types::TraceSummary, now: Time) -> Option<Self> {
        let trace = TraceId::from_text(said.id.as_deref().filter(|id| !id.is_empty())?);
        let length = said.duration.and_then(nanos);
        let matched = said.matched_event_time.as_ref().and_then(time);
        let start = said.start_time.as_ref().and_then(time).or_else(|| id::time_of(&trace, now));
        let start = start.or_else(|| matched.map(|at| at.saturating_add(-length.unwrap_or(0)))).unwrap_or(Time::UNKNOWN);
        let entry = said.entry_point.as_ref().and_then(|entry| entry.name.clone()).filter(|name| !name.is_empty());
        let mut services: Vec<_> = said
            .service_ids
            .iter()
            .flatten()
            // A client is whoever called, not a service that answered.
            .filter(|service| service.r#type.as_deref() != Some("client"))
            .filter_map(|service| service.name.clone())
            .collect();
        services.sort_unstable();
        services.dedup();
        let failed = [said.has_error, said.has_fault, said.has_throttle].contains(&Some(true))
            || said.fault_root_causes.as_ref().is_some_and(|causes| !causes.is_empty())
            || said.error_root_causes.as_ref().is_some_and(|causes| !causes.is_empty());
        let summary = TraceSummary {
            id: trace,
            backends: vec![super::NAME.to_owned()],
            start,
            // A length that is none is not told; it is not zero.
            end: length.map_or(Time::UNKNOWN, |length| start.saturating_add(length)),
            root_name: entry.clone(),
            root_service: entry,
            services,
            request: said.http.as_ref().and_then(request),
            span_count: None,
            error_count: None,
            failed,
            evidence: if said.is_partial == Some(true) { vec![Evidence::Partial] } else { Vec::new() },
            unread: true,
            received: matched,
            link: None,
        };
        Some(Self { summary, revision: said.revision })
    }
}

/// Method and URL; of a server's own URL, the path says it.
fn request(http: &types::Http) -> Option<String> {
    let url = http.http_url.as_deref().unwrap_or_default();
    let after_host = url.split_once("://").map_or(url, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    match (http.http_method.as_deref().unwrap_or_default(), after_host) {
        ("", "") => None,
        (method, "") => Some(method.to_owned()),
        ("", path) => Some(path.to_owned()),
        (method, path) => Some(format!("{method} {path}")),
    }
}

/// Nanoseconds out of decimal seconds.
pub(super) fn nanos(seconds: f64) -> Option<i128> {
    Time::from_secs_f64(seconds).map(|time| i128::from(time.0))
}

/// `None` before 1970 and after 2554.
pub(super) fn time(at: &DateTime) -> Option<Time> {
    let nanos = i128::from(at.secs()) * SECOND + i128::from(at.subsec_nanos());
    u64::try_from(nanos).ok().map(Time)
}

/// As the SDK wants it, in whole milliseconds.
pub(super) fn date_time(at: Time) -> DateTime {
    DateTime::from_millis(i64::try_from(at.0 / 1_000_000).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_xray::types::{Http, ServiceId};

    const NOW: Time = Time(1_784_901_900_000_000_000);

    #[test]
    fn a_summary_without_anything_but_an_id_still_has_a_time() {
        let said = types::TraceSummary::builder().id("1-6a637109-87bbe879c7a5f5784a70384b").build();
        let found = Found::read(&said, NOW).unwrap();
        assert_eq!(found.summary.start, Time(0x6a63_7109 * 1_000_000_000));
        assert_eq!((found.summary.span_count, found.summary.failed, found.summary.complete()), (None, false, true));
        assert!(Found::read(&types::TraceSummary::builder().build(), NOW).is_none());
    }

    #[test]
    fn what_the_root_was_asked_for_is_its_method_and_path() {
        let asked = |method: Option<&str>, url: Option<&str>| {
            let http = Http::builder().set_http_method(method.map(Into::into)).set_http_url(url.map(Into::into)).build();
            request(&http)
        };
        assert_eq!(asked(Some("GET"), Some("http://a:4567/api/home?x=1")).unwrap(), "GET /api/home?x=1");
        assert_eq!(asked(Some("GET"), Some("http://a")).unwrap(), "GET /");
        assert_eq!(asked(None, Some("/api")).unwrap(), "/api");
        assert_eq!(asked(None, None), None);
    }

    #[test]
    fn failures_are_known_without_being_counted() {
        let client = ServiceId::builder().name("web").r#type("client").build();
        let web = ServiceId::builder().name("web").r#type("AWS::EC2::Instance").build();
        let said = types::TraceSummary::builder()
            .id("1-6a637109-87bbe879c7a5f5784a70384b")
            .has_throttle(true)
            .is_partial(true)
            .duration(1.5)
            .service_ids(client)
            .service_ids(web.clone())
            .service_ids(ServiceId::builder().name("db").build())
            .entry_point(web)
            .build();
        let summary = Found::read(&said, NOW).unwrap().summary;
        assert!(summary.failed && !summary.complete());
        assert_eq!(
            (summary.duration(), summary.services, summary.error_count),
            (1_500_000_000, vec!["db".into(), "web".into()], None)
        );
    }
}
