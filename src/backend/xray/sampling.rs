//! What SDKs ask about sampling, passed on to X-Ray as the X-Ray daemon does it: signed, and otherwise byte by byte, in both
//! directions. So X-Ray itself judges what was asked, and what it answers is whole, whether this SDK knows each part of it or not.
//!
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-daemon.html>

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_xray::config::http::{HttpRequest, HttpResponse};
use aws_sdk_xray::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_xray::config::retry::RetryConfig;
use aws_sdk_xray::config::{self, ConfigBag, Intercept, RuntimeComponents};
use tokio::sync::OnceCell;

use super::super::Remote;
use super::{GRACE, Options, connect, error};

/// Which of the two calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SamplingCall {
    /// `GetSamplingRules`: <https://docs.aws.amazon.com/xray/latest/api/API_GetSamplingRules.html>.
    Rules,
    /// `GetSamplingTargets`: <https://docs.aws.amazon.com/xray/latest/api/API_GetSamplingTargets.html>.
    Targets,
}

/// X-Ray's answer, also where that is no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// The HTTP status.
    pub status: u16,
    /// The header `x-amzn-errortype`, where there is one.
    pub error: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// X-Ray of one account and region, asked for others.
#[derive(Debug)]
pub struct SamplingCalls {
    options: Options,
    client: OnceCell<aws_sdk_xray::Client>,
}

impl SamplingCalls {
    /// Ready to be asked; `options.timeout` is for each call as a whole.
    pub fn new(options: Options) -> Self {
        Self { options, client: OnceCell::new() }
    }

    /// Looks for credentials and a region.
    ///
    /// # Errors
    ///
    /// There are none that can be used. They are looked for again with the next call.
    pub async fn connect(&self) -> Result<(), Remote> {
        self.client().await.map(drop)
    }

    async fn client(&self) -> Result<&aws_sdk_xray::Client, Remote> {
        self.client.get_or_try_init(|| connect::client(&self.options)).await
    }

    /// Asks X-Ray what somebody has asked.
    ///
    /// # Errors
    ///
    /// There is no answer of X-Ray.
    pub async fn pass_on(&self, call: SamplingCall, body: &[u8]) -> Result<Passed, Remote> {
        let asking = self.ask(call, body.to_vec());
        // Who asks has some patience of its own, but not for all that may be waited for within.
        tokio::time::timeout(self.options.timeout + GRACE, asking).await.unwrap_or_else(|_| Err(error::late(&self.options)))
    }

    async fn ask(&self, call: SamplingCall, body: Vec<u8>) -> Result<Passed, Remote> {
        let client = self.client().await?;
        let heard = Heard::default();
        // SDKs ask again by themselves; X-Ray need not be asked for them more often than they do.
        let once = config::Builder::default().retry_config(RetryConfig::disabled());
        let raw = move |request: &mut HttpRequest| {
            request.headers_mut().insert("content-length", body.len().to_string());
            *request.body_mut() = body.clone().into();
        };
        // Each request is made empty, and given its body before it is signed.
        let failed = match call {
            SamplingCall::Rules => {
                let request = client.get_sampling_rules().customize();
                let answer = request.config_override(once).mutate_request(raw).interceptor(heard.clone()).send().await;
                answer.err().map(|error| error::of("GetSamplingRules", &error, &self.options))
            }
            SamplingCall::Targets => {
                // The model wants a list.
                let request = client.get_sampling_targets().set_sampling_statistics_documents(Some(Vec::new())).customize();
                let answer = request.config_override(once).mutate_request(raw).interceptor(heard.clone()).send().await;
                answer.err().map(|error| error::of("GetSamplingTargets", &error, &self.options))
            }
        };
        let heard = heard.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (heard, failed) {
            (Some(passed), None) => Ok(passed),
            // A refusal is an answer. A success that cannot be read is none: it may come from anybody between.
            (Some(passed), Some(_)) if passed.status >= 400 => Ok(passed),
            (_, Some(remote)) => Err(remote),
            (None, None) => Err(error::broken("the answer", "it has no body")),
        }
    }
}

/// Keeps an answer as it came.
#[derive(Debug, Clone, Default)]
struct Heard(Arc<Mutex<Option<Passed>>>);

impl Intercept for Heard {
    fn name(&self) -> &'static str {
        "Heard"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = passed(context.response());
        Ok(())
    }
}

fn passed(response: &HttpResponse) -> Option<Passed> {
    let error = response.headers().get("x-amzn-errortype").map(ToOwned::to_owned);
    Some(Passed { status: response.status().as_u16(), error, body: response.body().bytes()?.to_vec() })
}
