//! Who asks: the shape of the signature, the keys that are refused, and the clock. The signature itself is not computed again.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>

use axum::http::HeaderMap;
use cruddur_trace::model::Time;

use super::refusal::Refusal;
use super::rules::Rules;

/// How far a caller's clock may be away from the service's, in nanoseconds: five minutes.
const TOLERANCE: u64 = 300_000_000_000;

/// Refuses who may not call `operation`.
pub(super) fn admit(headers: &HeaderMap, operation: &str, rules: &Rules) -> Result<(), Refusal> {
    let missing = || Refusal::new(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let key = header("authorization").and_then(access_key).ok_or_else(missing)?;
    let signed_at = header("x-amz-date").ok_or_else(missing)?;
    if let Some(clock) = rules.clock {
        in_time(signed_at, clock)?;
    }
    if rules.unknown_keys.contains(key) {
        let message = "The security token included in the request is invalid.";
        return Err(Refusal::new(403, "UnrecognizedClientException", message));
    }
    if rules.expired_keys.contains(key) {
        let message = "The security token included in the request is expired";
        return Err(Refusal::new(403, "ExpiredTokenException", message));
    }
    if rules.denied.contains(operation) {
        let message = format!(
            "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: xray:{operation} because no identity-based \
             policy allows the xray:{operation} action"
        );
        return Err(Refusal::new(403, "AccessDeniedException", message));
    }
    Ok(())
}

/// The access key id of a Signature Version 4 that is scoped to this service:
/// `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/xray/aws4_request, SignedHeaders=…, Signature=…`.
fn access_key(authorization: &str) -> Option<&str> {
    let members = authorization.strip_prefix("AWS4-HMAC-SHA256 ")?;
    let member = |name: &str| {
        let found = members.split(',').filter_map(|member| member.trim().split_once('='));
        found.into_iter().find_map(|(key, value)| (key == name).then_some(value))
    };
    let scope: Vec<&str> = member("Credential")?.split('/').collect();
    let [key, date, region, "xray", "aws4_request"] = scope.as_slice() else { return None };
    let signature = member("Signature")?;
    let signed = member("SignedHeaders")?.split(';').any(|name| name == "host");
    let shaped = date.len() == 8 && !region.is_empty() && signature.len() == 64 && signed;
    (shaped && signature.bytes().all(|byte| byte.is_ascii_hexdigit()) && !key.is_empty()).then_some(*key)
}

fn in_time(signed_at: &str, clock: Time) -> Result<(), Refusal> {
    let early = amz_date(Time(clock.0.saturating_sub(TOLERANCE)));
    let late = amz_date(Time(clock.0.saturating_add(TOLERANCE)));
    let now = amz_date(clock);
    // `20261124T000849Z`: earlier is smaller.
    let message = if signed_at < early.as_str() {
        format!("Signature expired: {signed_at} is now earlier than {early} ({now} - 5 min.)")
    } else if signed_at > late.as_str() {
        format!("Signature not yet current: {signed_at} is still later than {late} ({now} + 5 min.)")
    } else {
        return Ok(());
    };
    Err(Refusal::new(403, "InvalidSignatureException", message))
}

/// As in the header `x-amz-date`.
fn amz_date(at: Time) -> String {
    at.to_datetime().format("%Y%m%dT%H%M%SZ").to_string()
}

/// As in the header `Date`.
pub(super) fn http_date(at: Time) -> String {
    at.to_datetime().format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
