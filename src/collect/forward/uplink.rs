//! A destination: how it is spoken to, and what its answers mean.

use std::time::Duration;

use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{StatusCode, Url};

use super::parcel::{Body, Tongue};
use super::{Destination, ForwardError, Once};
use crate::backend::retry_after;
use crate::backend::xray::{PutError, Uplink as XRay};
use crate::model::Time;
use crate::secret::Secret;
use crate::tls;
use crate::wire::otlp::response;

/// To begin a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// For an answer, from the first byte sent: what SDKs wait by default, three times.
const ANSWER: Duration = Duration::from_secs(30);
/// Bytes of an answer that are read. More is not needed to know what it means.
const LONGEST_ANSWER: usize = 64 * 1024;
/// Characters of a destination's own words that are kept.
const LONGEST_WORDS: usize = 300;
/// The program, to the destination.
const USER_AGENT: &str = concat!("cruddur-trace/", env!("CARGO_PKG_VERSION"));

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// It was taken, but for so many spans, of which the destination says why.
    Taken { rejected: u64, why: String },
    /// These documents (by their place in the body) were not taken; all others were.
    TakenBut(Vec<NotTaken>),
    /// It will not be taken as it is.
    Refused(String),
    /// It may be taken later, after so long where the destination has said that.
    Later { why: String, wait: Option<Duration> },
    /// The destination has failed at it. That may be the destination's trouble, or the request's.
    Failed(String),
}

/// How a destination is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    /// It takes requests.
    Well,
    /// It refuses the one that has nothing in it, as some do that are well.
    Unknown,
    /// It does not get to look at requests.
    Ill,
}

/// A document that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NotTaken {
    pub(super) place: usize,
    pub(super) reason: String,
    pub(super) later: bool,
}

/// A destination that can be sent to.
#[derive(Debug)]
pub(super) enum Uplink {
    Otlp(Box<Otlp>),
    XRay(Box<XRay>),
}

impl Uplink {
    pub(super) fn new(destination: Destination, clock: fn() -> Time) -> Result<Self, ForwardError> {
        match destination {
            Destination::Otlp { name, url, headers } => {
                Otlp::new(&name, &url, &headers, None, clock).map(Box::new).map(Self::Otlp)
            }
            Destination::XRay(options) => Ok(Self::XRay(Box::new(XRay::new(options)))),
        }
    }

    pub(super) fn tongue(&self) -> Tongue {
        match self {
            Self::Otlp(_) => Tongue::Otlp,
            Self::XRay(_) => Tongue::XRay,
        }
    }

    /// Sends a request once.
    pub(super) async fn send(&self, body: &Body) -> Answer {
        match (self, body) {
            (Self::Otlp(otlp), Body::Otlp(data)) => otlp.send(data).await,
            (Self::XRay(xray), Body::Documents(documents)) => put(xray, documents).await,
            _ => Answer::Refused("it is in another protocol than the destination's".to_owned()),
        }
    }

    /// How the destination is: asked before the fault is given to what it refuses.
    pub(super) async fn health(&self) -> Health {
        match self {
            // A request without spans: https://opentelemetry.io/docs/specs/otlp/#otlphttp-request.
            Self::Otlp(otlp) => match otlp.send(&[]).await {
                Answer::Taken { .. } | Answer::TakenBut(_) => Health::Well,
                Answer::Refused(_) => Health::Unknown,
                Answer::Failed(_) | Answer::Later { .. } => Health::Ill,
            },
            // Its refusals say whose fault it is.
            Self::XRay(_) => Health::Well,
        }
    }
}

async fn put(xray: &XRay, documents: &[String]) -> Answer {
    match xray.put(documents.to_vec()).await {
        Ok(unprocessed) if unprocessed.is_empty() => Answer::Taken { rejected: 0, why: String::new() },
        Ok(unprocessed) => {
            // X-Ray repeats the segment's id. Where that does not say which one it was, all are sent again in smaller requests.
            let named = |id: &str| match documents {
                [_] => Some(0),
                _ if id.is_empty() => None,
                _ => documents.iter().position(|document| document.contains(&format!("\"{id}\""))),
            };
            let not_taken = unprocessed.iter().map(|each| {
                let (reason, later) = (words(&each.reason), each.later);
                named(&each.id).map(|place| NotTaken { place, reason, later })
            });
            match not_taken.collect::<Option<Vec<_>>>() {
                Some(not_taken) => Answer::TakenBut(not_taken),
                None => Answer::Refused(words(&unprocessed[0].reason)),
            }
        }
        Err(PutError::Refused(why)) => Answer::Refused(words(&why)),
        Err(PutError::Later(remote)) => {
            let hint = remote.hints.first().map(|hint| format!(" ({hint})")).unwrap_or_default();
            Answer::Later { why: words(&format!("{}{hint}", remote.message)), wait: None }
        }
    }
}

/// An answer as it came.
struct Told {
    status: StatusCode,
    content_type: Option<String>,
    wait: Option<Duration>,
    body: Vec<u8>,
}

/// An OTLP receiver, by HTTP and protobuf.
#[derive(Debug)]
pub(super) struct Otlp {
    http: reqwest::Client,
    url: Url,
    /// The words of the headers, of which none may be repeated: of `Bearer …`, the second is the key.
    secrets: Vec<Secret>,
    clock: fn() -> Time,
}

impl Otlp {
    /// `trusted` are certificates in PEM that are believed beside those that all believe.
    pub(super) fn new(
        name: &str,
        url: &Url,
        headers: &[(String, Secret)],
        trusted: Option<&[u8]>,
        clock: fn() -> Time,
    ) -> Result<Self, ForwardError> {
        let mut all = HeaderMap::new();
        for (header, value) in headers {
            let unusable = || ForwardError::Header { destination: name.to_owned(), header: header.clone() };
            let mut value = HeaderValue::from_str(value.expose()).map_err(|_| unusable())?;
            value.set_sensitive(true);
            all.append(HeaderName::from_bytes(header.as_bytes()).map_err(|_| unusable())?, value);
        }
        let failed = |error: reqwest::Error| ForwardError::Client { destination: name.to_owned(), cause: error.to_string() };
        let mut http = tls::http_client();
        if let Some(pem) = trusted {
            http = http.tls_certs_merge(reqwest::Certificate::from_pem_bundle(pem).map_err(failed)?);
        }
        let http = http
            .user_agent(USER_AGENT)
            .default_headers(all)
            // Wherever it leads, the headers stay here.
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .build()
            .map_err(failed)?;
        let words = headers.iter().flat_map(|(_, value)| value.expose().split_whitespace());
        Ok(Self { http, url: traces(url.clone()), secrets: words.map(Secret::new).collect(), clock })
    }

    async fn send(&self, data: &[u8]) -> Answer {
        match self.ask(data).await {
            Ok(told) => Self::meaning(told.status, told.content_type.as_deref(), told.wait, &told.body),
            Err(why) => Answer::Later { why, wait: None },
        }
    }

    /// Sends a request, once, for somebody who waits for what becomes of it.
    pub(super) async fn send_once(&self, data: &[u8]) -> Once {
        let told = match self.ask(data).await {
            Ok(told) => told,
            Err(why) => return Once::Unanswered(why),
        };
        let later = matches!(told.status.as_u16(), 408 | 425 | 429 | 500..);
        match Self::meaning(told.status, told.content_type.as_deref(), None, &told.body) {
            Answer::Taken { rejected: 0, .. } | Answer::TakenBut(_) => Once::Taken,
            Answer::Taken { why, .. } => Once::Refused(why),
            Answer::Refused(why) | Answer::Failed(why) | Answer::Later { why, .. } => {
                if later {
                    Once::Unanswered(why)
                } else {
                    Once::Refused(why)
                }
            }
        }
    }

    /// What is answered, or why nothing is.
    async fn ask(&self, data: &[u8]) -> Result<Told, String> {
        let request = self.http.post(self.url.clone()).header(CONTENT_TYPE, "application/x-protobuf");
        let request = match super::gzip::zipped(data) {
            Some(zipped) => request.header(CONTENT_ENCODING, "gzip").body(zipped),
            // Where there is no body, its length would not be said, and not every receiver takes that.
            None if data.is_empty() => request.header(CONTENT_LENGTH, 0),
            None => request.body(data.to_vec()),
        };
        let answer = request.send().await.map_err(|error| unreachable(&error))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        // Where it breaks off, whether it was taken is not known.
        let body = read(answer).await.map_err(|error| unreachable(&error))?;
        let body = self.secrets.iter().fold(body, |body, secret| secret.hidden_in(body));
        let header = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let wait = header(&RETRY_AFTER).and_then(|text| retry_after::wait(text, (self.clock)()));
        Ok(Told { status, content_type: header(&CONTENT_TYPE).map(str::to_owned), wait, body })
    }

    /// <https://opentelemetry.io/docs/specs/otlp/#otlphttp-response>. What must not be sent again is not, unless the fault may well be
    /// of the address or the key, which somebody can mend.
    fn meaning(status: StatusCode, content_type: Option<&str>, wait: Option<Duration>, body: &[u8]) -> Answer {
        if status.is_success() {
            let (rejected, why) = response::rejected(body, content_type.is_some_and(|kind| kind.contains("json")));
            return Answer::Taken { rejected, why: words(&why) };
        }
        let said = words(&response::said(body));
        let why = if said.is_empty() {
            format!("it answers HTTP {}", status.as_u16())
        } else {
            format!("it answers HTTP {}: {said}", status.as_u16())
        };
        match status.as_u16() {
            401 | 403 | 404 | 405 | 300..=399 => Answer::Later { why: format!("{why} (check its address and the key)"), wait },
            408 | 425 | 429 | 502 | 503 | 504 => Answer::Later { why, wait },
            500..=599 => Answer::Failed(why),
            // 400, 413, 415, 422 and whatever else says that it is of the request.
            _ => Answer::Refused(why),
        }
    }
}

/// Why nothing was answered.
fn unreachable(error: &reqwest::Error) -> String {
    let what = if error.is_timeout() {
        format!("no answer within {} s", ANSWER.as_secs())
    } else if error.is_connect() {
        "the connection fails".to_owned()
    } else {
        "the connection broke".to_owned()
    };
    let mut deepest: &dyn std::error::Error = error;
    while let Some(cause) = deepest.source() {
        deepest = cause;
    }
    format!("{what}: {}", words(&deepest.to_string()))
}

async fn read(mut answer: reqwest::Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        let room = LONGEST_ANSWER.saturating_sub(body.len());
        if room == 0 {
            break;
        }
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    Ok(body)
}

/// Where a receiver takes traces: `/v1/traces` below its address, as SDKs have it, unless that is it already.
/// <https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp>
fn traces(mut url: Url) -> Url {
    if !url.path().ends_with("/v1/traces") {
        let path = format!("{}/v1/traces", url.path().trim_end_matches('/'));
        url.set_path(&path);
    }
    url
}

/// Of what a destination says, so much as is worth keeping, on one line.
fn words(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(LONGEST_WORDS).collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_are_sent_below_the_address() {
        let to = |url| traces(Url::parse(url).unwrap()).to_string();
        assert_eq!(to("http://localhost:4318"), "http://localhost:4318/v1/traces");
        assert_eq!(to("http://localhost:4318/"), "http://localhost:4318/v1/traces");
        assert_eq!(to("https://tempo.example/otlp/"), "https://tempo.example/otlp/v1/traces");
        assert_eq!(to("https://tempo.example/otlp/v1/traces"), "https://tempo.example/otlp/v1/traces");
    }

    #[test]
    fn an_answer_means_what_the_standard_says() {
        let meaning = |status: u16, body: &[u8]| Otlp::meaning(StatusCode::from_u16(status).unwrap(), None, None, body);
        assert_eq!(meaning(200, b""), Answer::Taken { rejected: 0, why: String::new() });
        assert!(matches!(meaning(400, b""), Answer::Refused(why) if why == "it answers HTTP 400"));
        for status in [413, 415, 422, 431] {
            assert!(matches!(meaning(status, b""), Answer::Refused(_)), "{status}");
        }
        for status in [301, 401, 403, 404, 405, 408, 429, 502, 503, 504] {
            assert!(matches!(meaning(status, b""), Answer::Later { .. }), "{status}");
        }
        for status in [500, 501, 505] {
            assert!(matches!(meaning(status, b""), Answer::Failed(_)), "{status}");
        }
    }

    #[test]
    fn what_a_destination_says_is_cut_and_on_one_line() {
        assert_eq!(words("a\u{1b}[31m\nb "), "a [31m b");
        assert_eq!(words(&"x".repeat(1000)).len(), LONGEST_WORDS);
    }

    #[test]
    fn a_header_that_is_none_is_named_without_its_value() {
        let headers = [("x-key".to_owned(), Secret::new("se\ncret"))];
        let error = Otlp::new("there", &Url::parse("http://localhost").unwrap(), &headers, None, || Time(0)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the header x-key for there cannot be sent: it has a line end or a control character in it"
        );
    }
}
