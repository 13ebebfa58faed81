//! AWS X-Ray: whether it answers, and what the credentials may do.

use super::super::ask;
use super::aws::attach;
use super::trouble::{self, unanswered};
use super::{Case, Finding};
use crate::backend::xray::Examined;
use crate::backend::{BackendError, Remote, Trouble, XRay};
use crate::cli::value::BackendArg;
use crate::error::Failure;
use crate::model::diagnosis::kind;
use crate::ui::Ui;

/// What allows all that is asked here.
const POLICY: &str = "AWSXrayReadOnlyAccess";

/// What came of asking.
pub(super) type Asked = Result<Examined, BackendError>;

/// X-Ray, ready to be asked; `None` where nothing speaks of AWS, and nobody has named it.
///
/// # Errors
///
/// The window makes no sense.
pub(super) fn ready(case: Case<'_>, ui: &mut Ui) -> Result<Option<XRay>, Failure> {
    let named = case.wanted.is_named(&BackendArg::XRay);
    if !named && !case.settings().xray.hinted {
        return Ok(None);
    }
    Ok(Some(XRay::new(ask::xray_options(named, case.context, ui)?)))
}

/// Asks it.
pub(super) async fn ask(xray: XRay) -> Asked {
    xray.examine().await
}

/// Why it refused who asked; `None` where it did not.
pub(super) fn refusal(asked: Option<&Asked>) -> Option<&Remote> {
    let (summaries, _) = asked?.as_ref().ok()?.summaries.as_ref()?;
    summaries.as_ref().err().filter(|remote| remote.kind == Trouble::Credentials)
}

/// What that means. Of credentials and region, nothing: that is about AWS as a whole.
pub(super) fn judge(asked: &Asked, case: Case<'_>) -> Vec<Finding> {
    let examined = match asked {
        Ok(examined) => examined,
        Err(BackendError::Remote(remote)) => return vec![unanswered("xray", remote, Some("xray"), case)],
        Err(error) => return vec![Finding::of(kind("xray", "broken"), error.to_string())],
    };
    let Some((summaries, took)) = &examined.summaries else { return Vec::new() };
    let mut findings = Vec::new();
    match summaries {
        Err(remote) if matches!(remote.kind, Trouble::Credentials | Trouble::Clock | Trouble::Denied) => {}
        Err(remote) => {
            findings.push(unanswered("xray", remote, Some("xray"), case));
            return findings;
        }
        Ok(()) => findings.push(Finding::ok("xray", format!("answers in {took} ms"))),
    }
    match (trouble::clock("xray-clock", examined.clock), summaries) {
        (None, Err(remote)) if remote.kind == Trouble::Clock => {
            findings.push(found!("xray-clock", "off", &remote.message).remedy(trouble::SET_CLOCK.to_owned()));
        }
        (clock, _) => findings.extend(clock),
    }
    findings.extend(permissions(summaries, examined.traces.as_ref(), case));
    if examined.transaction_search == Some(true) {
        let what = "the account uses Transaction Search: only the traces that X-Ray has indexed are listed";
        let finding = found!("xray-indexing", "partial", what);
        findings
            .push(finding.detail("`show ID` finds the others, too; `aws xray update-indexing-rule` indexes more, at a price"));
    }
    findings
}

fn permissions(summaries: &Result<(), Remote>, traces: Option<&Result<(), Remote>>, case: Case<'_>) -> Option<Finding> {
    let denied = |asked: &Result<(), Remote>| asked.as_ref().err().is_some_and(|remote| remote.kind == Trouble::Denied);
    let asked = [("xray:GetTraceSummaries", Some(summaries)), ("xray:BatchGetTraces", traces)];
    let lacking: Vec<_> = asked.iter().filter(|(_, asked)| asked.is_some_and(denied)).collect();
    if lacking.is_empty() {
        return match traces {
            Some(Ok(())) => Some(Finding::ok("xray-permissions", "xray:GetTraceSummaries, xray:BatchGetTraces")),
            Some(Err(remote)) => Some(unanswered("xray", remote, Some("xray"), case)),
            None => None,
        };
    }
    let names: Vec<_> = lacking.iter().map(|(name, _)| *name).collect();
    let said = lacking.iter().find_map(|(_, asked)| asked.and_then(|asked| asked.as_ref().err()))?;
    let finding = found!("xray-permissions", "lacking", format!("these credentials may not do {}", names.join(" and ")));
    let command = attach(POLICY, &said.message);
    // The command does what they say.
    let hints = if command.is_none() { said.hints.clone() } else { Vec::new() };
    Some(finding.detail(&said.message).and(hints).remedy(command))
}
