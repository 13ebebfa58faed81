//! Who asks: the shape of the signature, and the keys that are refused. The signature itself is not computed again.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>

use axum::http::HeaderMap;

use super::refusal::Refusal;
use super::rules::Rules;

/// Refuses who may not call `operation`.
pub(super) fn admit(headers: &HeaderMap, operation: &str, rules: &Rules) -> Result<(), Refusal> {
    let missing = || Refusal::new("MissingAuthenticationTokenException", "Missing Authentication Token");
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let key = header("authorization").and_then(access_key).ok_or_else(missing)?;
    header("x-amz-date").ok_or_else(missing)?;
    if rules.unknown_keys.contains(key) {
        let message = "The security token included in the request is invalid.";
        return Err(Refusal::new("UnrecognizedClientException", message));
    }
    if rules.denied.contains(operation) {
        let message = format!(
            "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: logs:{operation} because no identity-based \
             policy allows the logs:{operation} action"
        );
        return Err(Refusal::new("AccessDeniedException", message));
    }
    Ok(())
}

/// The access key id of a Signature Version 4 that is scoped to this service:
/// `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/logs/aws4_request, SignedHeaders=…, Signature=…`.
fn access_key(authorization: &str) -> Option<&str> {
    let members = authorization.strip_prefix("AWS4-HMAC-SHA256 ")?;
    let member = |name: &str| {
        let found = members.split(',').filter_map(|member| member.trim().split_once('='));
        found.into_iter().find_map(|(key, value)| (key == name).then_some(value))
    };
    let scope: Vec<&str> = member("Credential")?.split('/').collect();
    let [key, date, region, "logs", "aws4_request"] = scope.as_slice() else { return None };
    let signature = member("Signature")?;
    let signed = member("SignedHeaders")?.split(';').any(|name| name == "host");
    let shaped = date.len() == 8 && !region.is_empty() && signature.len() == 64 && signed;
    (shaped && signature.bytes().all(|byte| byte.is_ascii_hexdigit()) && !key.is_empty()).then_some(*key)
}
