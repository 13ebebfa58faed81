//! Requests and their answers: the only file that talks to the network.

use std::cell::Cell;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use tokio::time::Instant;

use super::super::clock::Offset;
use super::super::{Remote, Trouble};
use super::refusal::{Headers, Refusal};
use super::{Options, error};
use crate::secret::Secret;
use crate::tls;

/// The header that carries the token. The API would take it in the address, too, where others could read it.
const TOKEN: HeaderName = HeaderName::from_static("x-rollbar-access-token");
/// Who asks.
const USER_AGENT: &str = concat!("cruddur-trace/", env!("CARGO_PKG_VERSION"));
/// No answer is longer, in bytes: a page has 20 occurrences, each at most 512 KiB.
const LONGEST: usize = 32 << 20;
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// After how long the same is asked once more where nothing came of it.
const AGAIN: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(800)];
/// How often a refusal is waited for that says how long it lasts.
const TURNS: usize = 2;

/// A connection that is made when it is needed, with a token for one host.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    token: Secret,
    /// How far this machine's clock is off, by the last answer.
    offset: Cell<Option<Offset>>,
}

impl Client {
    /// For an address such as `https://api.rollbar.com`. Nothing is asked yet.
    pub(super) fn new(endpoint: &str, token: &Secret) -> Result<Self, Remote> {
        let base = Url::parse(endpoint).map_err(|why| error::address(endpoint, &why))?;
        let mut value = HeaderValue::from_str(token.expose()).map_err(|_| error::no_header())?;
        value.set_sensitive(true);
        let http = tls::http_client()
            .user_agent(USER_AGENT)
            .default_headers(HeaderMap::from_iter([(TOKEN, value)]))
            // Wherever it leads, the token stays here.
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .build()
            .map_err(|why| error::unreachable(endpoint, &why))?;
        Ok(Self { http, base, token: token.clone(), offset: Cell::default() })
    }

    /// How far the clock is off, by the last answer that told.
    pub(super) fn clock(&self) -> Option<Offset> {
        self.offset.get()
    }

    /// Asks for something that is there; the words of its path come behind `/api/1/`. What fails for a moment is asked again, and
    /// where it is said how long there are no more requests, that is waited for if it is over before `until`.
    pub(super) async fn get(
        &self,
        path: &[&str],
        page: Option<usize>,
        until: Instant,
        options: &Options,
    ) -> Result<Vec<u8>, Remote> {
        let url = self.url(path, page);
        let (mut pauses, mut turns) = (AGAIN.into_iter(), TURNS);
        loop {
            let pause = match self.send(url.clone(), options).await {
                Ok(Ok(body)) => return Ok(body),
                Ok(Err(refusal)) if refusal.status == 429 => {
                    let wait = refusal.wait.filter(|wait| turns > 0 && Instant::now() + *wait < until);
                    turns = turns.saturating_sub(1);
                    wait.ok_or_else(|| error::throttled(&refusal, options))?
                }
                Ok(Err(refusal)) if refusal.status >= 500 => {
                    pauses.next().ok_or_else(|| error::refused(path[0], &refusal, options))?
                }
                Ok(Err(refusal)) => return Err(error::refused(path[0], &refusal, options)),
                Err(remote) if remote.kind == Trouble::Unreachable => pauses.next().ok_or(remote)?,
                Err(remote) => return Err(remote),
            };
            tracing::info!(?pause, "Rollbar is asked again");
            tokio::time::sleep(pause).await;
        }
    }

    async fn send(&self, url: Url, options: &Options) -> Result<Result<Vec<u8>, Refusal>, Remote> {
        tracing::debug!(%url, "to Rollbar");
        let host = url.host_str().unwrap_or_default().to_owned();
        let sent = (options.clock)();
        let answer = self.http.get(url).send().await.map_err(|why| error::unreachable(&host, &why))?;
        let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
        if let Some(offset) = date.and_then(|date| Offset::of(date, sent, (options.clock)())) {
            self.offset.set(Some(offset));
        }
        let status = answer.status().as_u16();
        if answer.status().is_redirection() {
            let to = answer.headers().get("location").map(|to| self.token.hidden_in(to.as_bytes().to_vec()));
            return Err(error::redirected(&host, to.map(|to| String::from_utf8_lossy(&to).into_owned()).as_deref()));
        }
        let headers = answer.headers().clone();
        let body = self.token.hidden_in(body(answer, &host).await?);
        tracing::debug!(status, bytes = body.len(), "from Rollbar");
        if (200..300).contains(&status) {
            return Ok(Ok(body));
        }
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let headers = Headers {
            retry_after: header(RETRY_AFTER.as_str()),
            remaining_seconds: header("x-rate-limit-remaining-seconds"),
            reset: header("x-rate-limit-reset"),
        };
        Ok(Err(Refusal::new(status, headers, &body, (options.clock)())))
    }

    fn url(&self, path: &[&str], page: Option<usize>) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "1"]).extend(path);
        }
        if let Some(page) = page {
            url.set_query(Some(&format!("page={page}")));
        }
        url
    }
}

async fn body(mut answer: reqwest::Response, host: &str) -> Result<Vec<u8>, Remote> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|why| error::cut(host, &why))? {
        if body.len() + chunk.len() > LONGEST {
            return Err(error::broken("its answer is longer than 32 MiB"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
