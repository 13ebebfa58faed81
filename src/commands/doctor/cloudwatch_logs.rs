//! CloudWatch Logs: whether log groups are there, and may be searched.

use super::aws::attach;
use super::trouble::unanswered;
use super::{Case, Finding, remedy};
use crate::backend::cloudwatch_logs::{Examined, Options};
use crate::backend::{Account, BackendError, CloudWatchLogs, Remote, Report, Trouble};
use crate::cli::value::BackendArg;

/// What allows all that is asked here.
const POLICY: &str = "CloudWatchLogsReadOnlyAccess";
/// The variable of the log groups.
const GROUPS: &str = "CRUDDUR_TRACE_CLOUDWATCH_LOGS_GROUPS";
/// A log group that nobody has, where none is named: it is said to be missing to whoever may search.
const NOBODYS: &str = "cruddur-trace-doctor-asks-whether-it-may-search";

/// What came of asking; `None` where nothing speaks of AWS.
pub(super) type Asked = Option<Result<Examined, BackendError>>;

/// Asks for the groups that are named.
pub(super) async fn ask(case: Case<'_>, report: Report) -> Asked {
    let settings = case.settings();
    let named = case.wanted.is_named(&BackendArg::XRay);
    if !named && !settings.xray.hinted {
        return None;
    }
    let account = Account {
        aws_profile: settings.xray.aws_profile.clone(),
        region: settings.xray.region.clone(),
        timeout: settings.timeout,
        named,
    };
    let logs = CloudWatchLogs::new(Options { account, profile_named: settings.xray.profile_named, report });
    let groups = if settings.log_groups.is_empty() { vec![NOBODYS.to_owned()] } else { settings.log_groups.clone() };
    Some(logs.examine(&groups, case.context.now).await)
}

/// What that means.
pub(super) fn judge(asked: &Asked, case: Case<'_>) -> Vec<Finding> {
    let groups = &case.settings().log_groups;
    let origin = case.origin("cloudwatch_logs.groups");
    let told = format!("{} ({origin})", groups.join(", "));
    let none = || found!("log-groups", "none", "none is named: lines are looked for where a trace says that it wrote some");
    let examined = match asked {
        None if groups.is_empty() => return vec![none()],
        None => {
            return vec![found!("log-groups", "not-asked", format!("{told} were not asked for: there are no AWS credentials"))];
        }
        Some(Err(BackendError::Remote(remote))) => return vec![unanswered("cloudwatch-logs", remote, None, case)],
        Some(Err(error)) => return vec![found!("cloudwatch-logs", "broken", error.to_string())],
        Some(Ok(examined)) => examined,
    };
    if examined.who.credentials.is_err() || examined.who.region.is_none() {
        let what =
            if groups.is_empty() { "none is named, and nobody was asked".to_owned() } else { told + " were not asked for" };
        return vec![found!("log-groups", "not-asked", format!("{what}: credentials and a region are needed"))];
    }
    let mut findings = Vec::new();
    let refused = examined.groups.iter().filter_map(|(_, found)| found.as_ref().err());
    let refused: Vec<&Remote> = refused.chain(examined.query.as_ref().and_then(|query| query.as_ref().err())).collect();
    for remote in &refused {
        match remote.kind {
            Trouble::Denied => {}
            // Said of AWS as a whole, where X-Ray was asked, too; and here, where it was not.
            _ => findings.push(unanswered("cloudwatch-logs", remote, None, case)),
        }
    }
    if let Some(remote) = refused.iter().find(|remote| remote.kind == Trouble::Denied) {
        let actions = [("FilterLogEvents", "logs:FilterLogEvents"), ("StartQuery", "logs:StartQuery")];
        let names = actions.iter().filter(|(action, _)| refused.iter().any(|remote| remote.message.contains(action)));
        let names: Vec<_> = names.map(|(_, name)| *name).collect();
        let finding = found!("logs-permissions", "lacking", format!("these credentials may not do {}", names.join(" and ")));
        let command = attach(POLICY, &remote.message);
        // The command does what they say.
        let hints = if command.is_none() { remote.hints.clone() } else { Vec::new() };
        findings.push(finding.detail(&remote.message).and(hints).remedy(command));
    } else if refused.is_empty() {
        let query = if examined.query.is_some() { ", logs:StartQuery" } else { "" };
        findings.push(Finding::ok("logs-permissions", format!("logs:FilterLogEvents{query}")));
    }
    if groups.is_empty() {
        findings.push(none());
        return findings;
    }
    let (there, missing): (Vec<_>, Vec<_>) = examined
        .groups
        .iter()
        .filter_map(|(name, found)| Some((name.as_str(), *found.as_ref().ok()?)))
        .partition(|(_, is_there)| *is_there);
    let names = |some: &[(&str, bool)]| some.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(",");
    if !missing.is_empty() {
        let what = format!("there is no log group {} ({origin})", names(&missing));
        let finding = found!("log-groups", "missing", what).detail("not in this account and region, that is");
        let command = if there.is_empty() { remedy::forget(&origin) } else { remedy::export(GROUPS, &names(&there)) };
        findings.push(finding.remedy(command.filter(|_| !matches!(origin, crate::config::Origin::Flag(_)))));
    } else if !there.is_empty() {
        findings.push(Finding::ok("log-groups", told));
    }
    findings
}
