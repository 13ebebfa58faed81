//! Where a trace can be looked at in a browser: <https://docs.honeycomb.io/investigate/collaborate/share-trace/>.

use reqwest::Url;

use super::auth::Auth;
use crate::model::time::SECOND;
use crate::model::{Time, TraceId};

/// The address of a trace. Both times are in it: without them, the console looks at the last two hours only, or at ten minutes.
pub(super) fn of_trace(host: &str, auth: &Auth, dataset: Option<&str>, id: &TraceId, start: Time, end: Time) -> Option<String> {
    let mut url = Url::parse(host).ok()?;
    {
        let mut path = url.path_segments_mut().ok()?;
        path.pop_if_empty().push(some(&auth.team.slug)?);
        if !auth.is_classic() {
            path.extend(["environments", &auth.environment.slug]);
        }
        if let Some(dataset) = dataset {
            path.extend(["datasets", dataset]);
        }
        path.push("trace");
    }
    let second = SECOND as u64;
    url.query_pairs_mut()
        .append_pair("trace_id", &id.to_string())
        .append_pair("trace_start_ts", &(start.0 / second).to_string())
        .append_pair("trace_end_ts", &end.0.div_ceil(second).to_string());
    Some(url.into())
}

/// The console's host, from an address that the service itself gave for a result.
pub(super) fn host(query_url: &str) -> Option<String> {
    let url = Url::parse(query_url).ok()?;
    let of_console = url.scheme() == "https" && url.host_str().is_some_and(|host| host.ends_with(".honeycomb.io"));
    of_console.then(|| url.origin().ascii_serialization())
}

/// The console that belongs to an API's address, as far as that is known.
pub(super) fn console_of(endpoint: &str) -> String {
    let region = Url::parse(endpoint).ok().and_then(|url| {
        let host = url.host_str()?.strip_prefix("api.")?.strip_suffix("honeycomb.io")?.to_owned();
        Some(host.trim_end_matches('.').to_owned())
    });
    match region.as_deref() {
        None | Some("") => "https://ui.honeycomb.io".to_owned(),
        Some(region) => format!("https://ui.{region}.honeycomb.io"),
    }
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::super::auth::{Access, Named};
    use super::*;

    fn auth(environment: &str) -> Auth {
        let named = |slug: &str| Named { name: slug.to_owned(), slug: slug.to_owned() };
        Auth {
            kind: "configuration".to_owned(),
            access: Access::default(),
            environment: named(environment),
            team: named("the team"),
        }
    }

    #[test]
    fn a_link_names_the_trace_and_both_times_rounded_outwards() {
        let id = TraceId::from_text("5759e988bd862e3fe1be46a994272793");
        let link = |auth: &Auth, dataset| {
            of_trace(
                "https://ui.honeycomb.io",
                auth,
                dataset,
                &id,
                Time(1_500_000_000_900_000_000),
                Time(1_500_000_001_000_000_001),
            )
        };
        assert_eq!(
            link(&auth("prod"), None).unwrap(),
            "https://ui.honeycomb.io/the%20team/environments/prod/trace?trace_id=5759e988bd862e3fe1be46a994272793\
             &trace_start_ts=1500000000&trace_end_ts=1500000002"
        );
        assert!(link(&auth("prod"), Some("web")).unwrap().contains("/environments/prod/datasets/web/trace?"));
        assert!(link(&auth(""), Some("web")).unwrap().contains("/the%20team/datasets/web/trace?"));
        let nobody = Auth { team: Named::default(), ..auth("prod") };
        assert_eq!(link(&nobody, None), None);
    }

    #[test]
    fn the_console_is_where_the_service_says_or_beside_the_api() {
        assert_eq!(host("https://ui.eu1.honeycomb.io/t/datasets/d/result/x").as_deref(), Some("https://ui.eu1.honeycomb.io"));
        assert_eq!(host("https://evil.example/ui.honeycomb.io"), None);
        assert_eq!(host("javascript:alert(1)"), None);
        assert_eq!(console_of("https://api.honeycomb.io"), "https://ui.honeycomb.io");
        assert_eq!(console_of("https://api.eu1.honeycomb.io"), "https://ui.eu1.honeycomb.io");
        assert_eq!(console_of("http://127.0.0.1:1"), "https://ui.honeycomb.io");
    }
}
