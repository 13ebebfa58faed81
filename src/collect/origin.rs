//! Keeping web pages out.
//!
//! Every page that is open in a browser on this machine can make it send requests to 127.0.0.1. What it cannot do is to leave out
//! the `Origin` header: browsers put it on every POST (Fetch standard, "append a request `Origin` header"), also on one to a name
//! that was made to point here (DNS rebinding), and nothing else that sends traces has one. So the origin decides. The `Host`
//! header does not: containers reach a receiver by names that it cannot know (`collector:4318`), and without a POST nothing can
//! be stored.

use axum::http::header::{self, HeaderMap, HeaderValue};

/// The origins whose pages may send.
#[derive(Debug, Clone, Default)]
pub(super) struct Origins(Vec<String>);

/// What a request's origin means for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// No web page has sent it.
    NoPage,
    /// A page that may; the answer has to say so.
    Allowed(HeaderValue),
    /// A page that may not.
    Foreign,
}

impl Origins {
    pub(super) fn new(allowed: Vec<String>) -> Self {
        Self(allowed)
    }

    pub(super) fn judge(&self, headers: &HeaderMap) -> Verdict {
        let Some(origin) = headers.get(header::ORIGIN) else { return Verdict::NoPage };
        let allowed = self.0.iter().any(|allowed| {
            allowed == "*" || origin.to_str().is_ok_and(|origin| origin.eq_ignore_ascii_case(allowed.trim_end_matches('/')))
        });
        if allowed { Verdict::Allowed(origin.clone()) } else { Verdict::Foreign }
    }
}

/// Lets the page see the answer.
pub(super) fn allow(answer: &mut HeaderMap, origin: HeaderValue) {
    answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    answer.append(header::VARY, HeaderValue::from_static("Origin"));
}

/// Answers the question that a browser asks before it sends: which methods and headers it may use.
pub(super) fn allow_preflight(answer: &mut HeaderMap, asked: &HeaderMap) {
    answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    // SDKs add headers of their own (keys for the service behind the receiver): whatever is asked for may be sent.
    if let Some(names) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    answer.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(allowed: &[&str], origin: Option<&'static str>) -> Verdict {
        let mut headers = HeaderMap::new();
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        Origins::new(allowed.iter().map(ToString::to_string).collect()).judge(&headers)
    }

    #[test]
    fn who_has_no_origin_is_no_page() {
        assert_eq!(judge(&[], None), Verdict::NoPage);
    }

    #[test]
    fn a_page_must_be_allowed_by_its_whole_origin() {
        let page = "http://localhost:3000";
        assert_eq!(judge(&[], Some(page)), Verdict::Foreign);
        assert_eq!(judge(&["http://localhost"], Some(page)), Verdict::Foreign);
        assert_eq!(judge(&["http://localhost:3000/"], Some(page)), Verdict::Allowed(HeaderValue::from_static(page)));
        assert_eq!(judge(&["http://localhost:3000"], Some("null")), Verdict::Foreign);
        assert_eq!(judge(&["*"], Some(page)), Verdict::Allowed(HeaderValue::from_static(page)));
    }
}
