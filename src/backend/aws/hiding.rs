//! The HTTP of a service of AWS, whose answers are read without the session token that they may repeat: where a signature is wrong, the
//! service says what should have been signed, headers and all
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>).

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use http_body_util::BodyExt as _;

use crate::secret::Secret;

/// The header that carries it: <https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html>.
const TOKEN: &str = "x-amz-security-token";

/// This client, with answers that do not repeat the token of their request.
pub(super) fn hiding(client: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(Hiding(client))
}

#[derive(Debug)]
struct Hiding(SharedHttpClient);

impl HttpClient for Hiding {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector(self.0.http_connector(settings, components)))
    }
}

#[derive(Debug)]
struct Connector(SharedHttpConnector);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(token) = request.headers().get(TOKEN).map(Secret::new) else { return self.0.call(request) };
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let mut answer = answer.await?;
            let repeats = |value: &str| token.hidden_in(value.into()) != value.as_bytes();
            let headers = answer.headers().iter().filter(|(_, value)| repeats(value));
            let repeating: Vec<String> = headers.map(|(name, _)| name.to_owned()).collect();
            for name in repeating {
                // An address to go to instead, which nobody follows.
                answer.headers_mut().remove(name);
            }
            // No answer is read as a stream.
            let body = answer.take_body().collect().await.map_err(ConnectorError::io)?.to_bytes();
            *answer.body_mut() = token.hidden_in(body.into()).into();
            Ok(answer)
        })
    }
}
