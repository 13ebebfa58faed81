//! Requests and their answers: the only file that talks to the network.

use std::cell::Cell;
use std::io::Read as _;
use std::time::Duration;

use flate2::read::GzDecoder;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Method, Url};
use serde::Serialize;

use super::super::Remote;
use super::super::clock::Offset;
use super::error;
use super::refusal::{Headers, Refusal};
use crate::model::Time;
use crate::secret::Secret;
use crate::tls;

/// The header that carries the key.
const KEY: HeaderName = HeaderName::from_static("x-honeycomb-team");
const RATE_LIMIT: &str = "ratelimit";
/// Who asks, as the documentation wants it said.
const USER_AGENT: &str = concat!("cruddur-trace/", env!("CARGO_PKG_VERSION"));
/// No answer is longer, in bytes: ten thousand rows of a hundred columns are some fifty million.
const LONGEST: u64 = 1 << 30;
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// After how long the same is asked once more where nothing came of it.
const AGAIN: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(800)];

/// What came of a request.
#[derive(Debug)]
pub(super) enum Reply {
    /// An answer, with its body.
    Body(Vec<u8>),
    /// A refusal.
    Refused(Refusal),
}

/// A connection that is made when it is needed, with a key for one host.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    key: Secret,
    clock: fn() -> Time,
    /// How far that is off, by the last answer.
    offset: Cell<Option<Offset>>,
}

impl Client {
    /// For an address such as `https://api.honeycomb.io`. Nothing is asked yet.
    pub(super) fn new(endpoint: &str, key: &Secret, clock: fn() -> Time) -> Result<Self, Remote> {
        let base = Url::parse(endpoint).map_err(|why| error::address(endpoint, &why))?;
        let mut value = HeaderValue::from_str(key.expose()).map_err(|_| error::no_header())?;
        value.set_sensitive(true);
        let headers = HeaderMap::from_iter([(KEY, value), (ACCEPT_ENCODING, HeaderValue::from_static("gzip"))]);
        let http = tls::http_client()
            .user_agent(USER_AGENT)
            .default_headers(headers)
            // Wherever it leads, the key stays here.
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .build()
            .map_err(|why| error::unreachable(endpoint, &why))?;
        Ok(Self { http, base, key: key.clone(), clock, offset: Cell::default() })
    }

    /// How far the clock is off, by the last answer that told.
    pub(super) fn clock(&self) -> Option<Offset> {
        self.offset.get()
    }

    /// Asks for something that is there.
    pub(super) async fn get(&self, path: &[&str]) -> Result<Reply, Remote> {
        self.insisting(Method::GET, path, None).await
    }

    /// Sends a question. Asking twice does no harm.
    pub(super) async fn post(&self, path: &[&str], body: &impl Serialize) -> Result<Reply, Remote> {
        self.insisting(Method::POST, path, Some(in_json(body)?)).await
    }

    /// Sends a question that is counted each time that it is asked.
    pub(super) async fn post_once(&self, path: &[&str], body: &impl Serialize) -> Result<Reply, Remote> {
        self.send(Method::POST, path, Some(in_json(body)?)).await
    }

    async fn insisting(&self, method: Method, path: &[&str], body: Option<Vec<u8>>) -> Result<Reply, Remote> {
        for pause in AGAIN {
            match self.send(method.clone(), path, body.clone()).await {
                Ok(Reply::Refused(refusal)) if refusal.status >= 500 => tracing::info!(status = refusal.status, "asked again"),
                Err(remote) if remote.kind == super::super::Trouble::Unreachable => tracing::info!(%remote, "asked again"),
                answer => return answer,
            }
            tokio::time::sleep(pause).await;
        }
        self.send(method, path, body).await
    }

    async fn send(&self, method: Method, path: &[&str], body: Option<Vec<u8>>) -> Result<Reply, Remote> {
        let url = self.url(path);
        tracing::debug!(%method, %url, body = body.as_deref().map(String::from_utf8_lossy).as_deref(), "to Honeycomb");
        let host = url.host_str().unwrap_or_default().to_owned();
        let mut request = self.http.request(method, url);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body);
        }
        let sent = (self.clock)();
        let answer = request.send().await.map_err(|why| error::unreachable(&host, &why))?;
        let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
        if let Some(offset) = date.and_then(|date| Offset::of(date, sent, (self.clock)())) {
            self.offset.set(Some(offset));
        }
        let status = answer.status().as_u16();
        if answer.status().is_redirection() {
            let to = answer.headers().get("location").map(|to| self.key.hidden_in(to.as_bytes().to_vec()));
            return Err(error::redirected(&host, to.map(|to| String::from_utf8_lossy(&to).into_owned()).as_deref()));
        }
        let headers = answer.headers().clone();
        let body = self.key.hidden_in(self.body(answer).await.map_err(|why| why.of(&host, status))?);
        tracing::debug!(status, bytes = body.len(), "from Honeycomb");
        if (200..300).contains(&status) {
            return Ok(Reply::Body(body));
        }
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let headers = Headers { retry_after: header(RETRY_AFTER.as_str()), rate_limit: header(RATE_LIMIT) };
        Ok(Reply::Refused(Refusal::new(status, headers, &body, (self.clock)())))
    }

    async fn body(&self, mut answer: reqwest::Response) -> Result<Vec<u8>, BodyError> {
        let zipped =
            answer.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding.as_bytes().eq_ignore_ascii_case(b"gzip"));
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(BodyError::Cut)? {
            if body.len() as u64 + chunk.len() as u64 > LONGEST {
                return Err(BodyError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        if !zipped {
            return Ok(body);
        }
        let mut plain = Vec::with_capacity(body.len().saturating_mul(4));
        GzDecoder::new(body.as_slice()).take(LONGEST + 1).read_to_end(&mut plain).map_err(BodyError::Garbled)?;
        if plain.len() as u64 > LONGEST { Err(BodyError::TooLong) } else { Ok(plain) }
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("1").extend(path);
        }
        url
    }
}

/// Why there is no body.
enum BodyError {
    Cut(reqwest::Error),
    Garbled(std::io::Error),
    TooLong,
}

impl BodyError {
    fn of(self, host: &str, status: u16) -> Remote {
        match self {
            Self::Cut(why) => error::cut(host, &why),
            Self::Garbled(why) => error::broken(&format!("its answer (HTTP {status}) cannot be unpacked: {why}")),
            Self::TooLong => error::broken("its answer is longer than a gigabyte"),
        }
    }
}

fn in_json(body: &impl Serialize) -> Result<Vec<u8>, Remote> {
    serde_json::to_vec(body).map_err(|why| error::broken(&format!("the question cannot be written down: {why}")))
}
