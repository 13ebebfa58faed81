//! AWS: whose credentials there are, and for which region. X-Ray and CloudWatch Logs share them.

use super::{Case, Finding, remedy};
use crate::backend::{Remote, Trouble, Who};
use crate::cli::value::BackendArg;
use crate::config::Origin;

/// The variables of keys, in the order in which they are asked for.
const KEY: &str = "AWS_ACCESS_KEY_ID";
const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
const REGION: &str = "AWS_REGION";
/// The region of the command, where nobody says which: the one that AWS's own examples have.
const SOME_REGION: &str = "us-east-1";

/// What it means. `who` is `None` where nobody was looked for; `refused` is why the service refused who asked.
pub(super) fn judge(who: Option<&Who>, refused: Option<&Remote>, case: Case<'_>) -> Vec<Finding> {
    let Some(who) = who else {
        // Nothing here speaks of AWS, so that nobody was asked for a role.
        let named = case.wanted.is_named(&BackendArg::XRay);
        return if case.settings().xray.hinted || named { Vec::new() } else { vec![missing(case)] };
    };
    let mut findings = Vec::new();
    match (&who.credentials, refused) {
        (Err(remote), _) if remote.kind == Trouble::Unconfigured && !case.settings().xray.profile_named => {
            findings.push(missing(case));
        }
        (Err(remote), _) => findings.push(unusable(remote, case)),
        (Ok(()), Some(remote)) => findings.push(refusal(remote, case)),
        (Ok(()), None) => findings.push(Finding::ok("aws-credentials", source(case))),
    }
    match &who.region {
        Some(region) => findings.push(Finding::ok("aws-region", format!("{region} ({})", region_from(case)))),
        None if who.credentials.is_ok() => findings.push(no_region(case)),
        None => {}
    }
    findings
}

/// Where credentials come from, in the order in which AWS's tools look for them:
/// <https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>.
fn source(case: Case<'_>) -> String {
    let set = |name: &str| case.env.text(name).is_some();
    match (profile(case), case.settings().xray.aws_profile.is_some()) {
        (Some((name, from)), true) => format!("the profile `{name}` ({from})"),
        _ if set(KEY) => KEY.to_owned(),
        (Some((name, from)), false) => format!("the profile `{name}` ({from})"),
        (None, _) if set("AWS_WEB_IDENTITY_TOKEN_FILE") => "AWS_WEB_IDENTITY_TOKEN_FILE".to_owned(),
        (None, _) if set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") || set("AWS_CONTAINER_CREDENTIALS_FULL_URI") => {
            "the container's role".to_owned()
        }
        (None, _) => "the profile `default`, or the machine's role".to_owned(),
    }
}

/// The profile that was chosen, and where.
fn profile(case: Case<'_>) -> Option<(String, String)> {
    let ours = case.settings().xray.aws_profile.clone();
    match ours {
        Some(name) => Some((name, case.origin("xray.aws_profile").to_string())),
        None => Some((case.env.text("AWS_PROFILE")?, "AWS_PROFILE".to_owned())),
    }
}

fn region_from(case: Case<'_>) -> String {
    match case.origin("xray.region") {
        Origin::Default => {
            let set = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find(|name| case.env.text(name).is_some());
            set.map_or_else(|| "the profile's".to_owned(), str::to_owned)
        }
        origin => origin.to_string(),
    }
}

/// Takes both parts of a key, and leaves out what would be taken before it.
fn read_keys(case: Case<'_>) -> String {
    let session = if case.env.text("AWS_SESSION_TOKEN").is_some() { "unset AWS_SESSION_TOKEN; " } else { "" };
    format!("{session}read -r {KEY} && read -r {SECRET} && export {KEY} {SECRET}")
}

fn missing(case: Case<'_>) -> Finding {
    if let Some(nearby) = [KEY, "AWS_PROFILE"].iter().find_map(|variable| case.nearby(variable, |_| true)) {
        let what = format!("there are none here; {}:{} sets their variable", nearby.file.display(), nearby.line);
        let why = "a shell that has read that file has it, and this one has not";
        return found!("aws-credentials", "elsewhere", what).detail(why).remedy(remedy::take_all("AWS_", &nearby));
    }
    let finding = found!("aws-credentials", "missing", format!("there are none: neither {KEY} nor a profile"));
    let finding =
        finding.detail("`aws login` or `aws configure sso` signs you in; the command takes a key from the next two lines");
    finding.problem_if(case.wanted.is_named(&BackendArg::XRay)).remedy(read_keys(case))
}

/// There are some that cannot be had: a profile that is not there, a session that has ended, a command that fails.
fn unusable(remote: &Remote, case: Case<'_>) -> Finding {
    let (message, hints) = (&remote.message, remote.hints.iter().cloned());
    let command = match (case.settings().xray.aws_profile.is_some(), case.env.text("AWS_PROFILE")) {
        (true, _) => remedy::forget(&case.origin("xray.aws_profile")),
        (false, Some(_)) => Some("unset AWS_PROFILE".to_owned()),
        (false, None) => Some(read_keys(case)),
    };
    found!("aws-credentials", "unusable", message).and(hints).remedy(command)
}

/// AWS does not take them.
fn refusal(remote: &Remote, case: Case<'_>) -> Finding {
    let expired = remote.message.contains("expired");
    let name = if expired { "expired" } else { "refused" };
    let finding = Finding::of(crate::model::diagnosis::kind("aws-credentials", name), &remote.message);
    let finding = finding.detail(format!("they are of {}", source(case))).and(remote.hints.iter().cloned());
    let of_environment = case.env.text(KEY).is_some() && case.settings().xray.aws_profile.is_none();
    let command = match profile(case) {
        _ if of_environment => Some(read_keys(case)),
        Some((name, _)) if expired => remedy::quoted(&name).map(|name| format!("aws sso login --profile {name}")),
        Some((name, _)) => remedy::quoted(&name).map(|name| format!("aws configure --profile {name}")),
        None if expired => Some("aws sso login".to_owned()),
        None => Some("aws configure".to_owned()),
    };
    finding.remedy(command)
}

fn no_region(case: Case<'_>) -> Finding {
    if let Some(nearby) = case.nearby(REGION, |_| true) {
        let what = format!("no region is set here; {}:{} sets {REGION}", nearby.file.display(), nearby.line);
        return found!("aws-region", "missing", what).remedy(remedy::take(REGION, &nearby));
    }
    let finding =
        found!("aws-region", "missing", "no region is set").detail("the region is the one in which the application runs");
    finding.remedy(remedy::export(REGION, SOME_REGION))
}

/// Attaches a policy of AWS's own to whoever a refusal names: `User: arn:aws:iam::123456789012:user/ci is not authorized to perform …`,
/// or `…:assumed-role/NAME/SESSION`.
pub(super) fn attach(policy: &str, refusal: &str) -> Option<String> {
    let arn = refusal.split_whitespace().find(|word| word.starts_with("arn:"))?;
    let mut parts = arn.split(':');
    let partition = parts.nth(1).filter(|partition| is_plain(partition))?;
    let who = parts.nth(3)?;
    let policy = format!("--policy-arn arn:{partition}:iam::aws:policy/{policy}");
    let (kind, name) = who.split_once('/')?;
    match kind {
        // A path may stand before the name.
        "user" => Some(format!("aws iam attach-user-policy --user-name {} {policy}", plain(name.rsplit('/').next()?)?)),
        "assumed-role" => Some(format!("aws iam attach-role-policy --role-name {} {policy}", plain(name.split('/').next()?)?)),
        _ => None,
    }
}

/// What names are made of: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
fn plain(name: &str) -> Option<&str> {
    is_plain(name).then_some(name)
}

fn is_plain(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    !name.is_empty() && !name.starts_with('-') && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_attached_to_whoever_was_refused() {
        let of = |arn: &str| attach("P", &format!("AccessDeniedException: User: {arn} is not authorized to perform: x"));
        assert_eq!(
            of("arn:aws:iam::1:user/team/ci").as_deref(),
            Some("aws iam attach-user-policy --user-name ci --policy-arn arn:aws:iam::aws:policy/P")
        );
        assert_eq!(
            of("arn:aws-cn:sts::1:assumed-role/web/i-1").as_deref(),
            Some("aws iam attach-role-policy --role-name web --policy-arn arn:aws-cn:iam::aws:policy/P")
        );
        for odd in
            ["arn:aws:iam::1:root", "arn:aws:iam::1:user/$(reboot)", "arn:aws:iam::1:user/--x", "arn:a;b:iam::1:user/x", "x"]
        {
            assert_eq!(of(odd), None, "{odd}");
        }
    }
}
