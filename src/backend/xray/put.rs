//! Sending segment documents: `PutTraceSegments`, as the X-Ray daemon does it.
//!
//! <https://docs.aws.amazon.com/xray/latest/api/API_PutTraceSegments.html>

use aws_sdk_xray::error::SdkError;
use aws_sdk_xray::operation::put_trace_segments::PutTraceSegmentsError;
use tokio::sync::OnceCell;

use super::super::Remote;
use super::{Options, connect, error};

/// X-Ray as a place to send to.
#[derive(Debug)]
pub struct Uplink {
    options: Options,
    client: OnceCell<aws_sdk_xray::Client>,
}

/// A document that X-Ray did not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unprocessed {
    /// Its segment's id, as X-Ray repeats it.
    pub id: String,
    /// Why, in X-Ray's words.
    pub reason: String,
    /// Whether it may take the same document later.
    pub later: bool,
}

/// Why a request as a whole was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// X-Ray will not take it, however often it is sent.
    #[error("{0}")]
    Refused(String),
    /// It may take it later: the network, the credentials, too many requests.
    #[error("{0}")]
    Later(Remote),
}

impl Uplink {
    /// Nothing is asked yet.
    pub fn new(options: Options) -> Self {
        Self { options, client: OnceCell::new() }
    }

    /// Sends documents, at most 50 and each of at most 64 KiB, and answers those of them that X-Ray did not take.
    pub async fn put(&self, documents: Vec<String>) -> Result<Vec<Unprocessed>, PutError> {
        let client = self.client.get_or_try_init(|| connect::client(&self.options)).await.map_err(PutError::Later)?;
        let answer = client.put_trace_segments().set_trace_segment_documents(Some(documents)).send().await;
        let answer = answer.map_err(|failure| match &failure {
            SdkError::ServiceError(refusal)
                if matches!(refusal.err(), PutTraceSegmentsError::InvalidRequestException(_)) || is_too_large(&failure) =>
            {
                PutError::Refused(error::of("PutTraceSegments", &failure, &self.options).message)
            }
            _ => PutError::Later(error::of("PutTraceSegments", &failure, &self.options)),
        })?;
        let unprocessed = answer.unprocessed_trace_segments().iter().map(|each| {
            let code = each.error_code().unwrap_or_default();
            Unprocessed {
                id: each.id().unwrap_or_default().to_owned(),
                reason: [code, each.message().unwrap_or_default()].join(": "),
                later: ["throttl", "internal", "unavailable", "timeout"].iter().any(|word| code.to_lowercase().contains(word)),
            }
        });
        Ok(unprocessed.collect())
    }
}

fn is_too_large(failure: &SdkError<PutTraceSegmentsError, aws_sdk_xray::config::http::HttpResponse>) -> bool {
    failure.raw_response().is_some_and(|answer| answer.status().as_u16() == 413)
}
