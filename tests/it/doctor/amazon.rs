//! AWS: credentials, region, X-Ray and CloudWatch Logs.

use cruddur_trace::model::Time;
use cruddur_trace::model::time::SECOND;

use super::{cure, cure_by, told};
use crate::support::cloudwatch_logs::CloudWatchLogs;
use crate::support::spans::now;
use crate::support::xray::{Date, Destination, XRay};
use crate::support::{Home, write};

const WORDS: &str = "-b xray";
const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// What is typed where a key is asked for.
const TYPED: &str = "AKIAIOSFODNN7EXAMPLF\nwJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEZ\n";

/// Both services, and where the program finds them.
struct Aws {
    xray: XRay,
    logs: CloudWatchLogs,
}

impl Aws {
    fn start() -> Self {
        Self { xray: XRay::start(), logs: CloudWatchLogs::start() }
    }

    /// Without credentials, a region, or a file that has any.
    fn bare(&self) -> Home {
        let home = super::home().with("AWS_ENDPOINT_URL_XRAY", &self.xray.endpoint());
        let home = home.with("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", &format!("http://{}", self.logs.address()));
        home.with("AWS_CONFIG_FILE", "/dev/null").with("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    }

    fn home(&self) -> Home {
        self.bare().with("AWS_REGION", "eu-central-1").with("AWS_ACCESS_KEY_ID", KEY).with("AWS_SECRET_ACCESS_KEY", SECRET)
    }

    /// With a profile in AWS's own configuration.
    fn with_profile(&self, name: &str, content: &str) -> Home {
        let home = self.bare().with("AWS_REGION", "eu-central-1").with("AWS_CONFIG_FILE", "aws-config");
        write(&home.path("aws-config"), &format!("[{name}]\n{content}"));
        home
    }
}

#[test]
fn all_is_well_where_traces_can_be_read_and_groups_searched() {
    let aws = Aws::start();
    for group in ["cruddur", "/aws/lambda/thumbs"] {
        aws.logs.create(group);
    }
    let told = told(&aws.home(), "-b xray --log-group cruddur --log-group /aws/lambda/thumbs");
    assert_eq!(told.output.status.code(), Some(0), "{}", told.all());
    let what = |check| told.finds((check, "ok"))["what"].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        (what("aws-credentials").as_str(), what("aws-region").as_str()),
        ("AWS_ACCESS_KEY_ID", "eu-central-1 (AWS_REGION)")
    );
    assert_eq!(what("xray-permissions"), "xray:GetTraceSummaries, xray:BatchGetTraces");
    assert_eq!(what("logs-permissions"), "logs:FilterLogEvents, logs:StartQuery");
    assert_eq!(what("log-groups"), "cruddur, /aws/lambda/thumbs (--log-group)");
    assert_eq!(aws.logs.count("StopQuery"), 1, "the query is not left to run");
}

#[test]
fn credentials_that_are_missing_are_typed() {
    let aws = Aws::start();
    let home = aws.bare().with("AWS_REGION", "eu-central-1");
    cure(&home, WORDS, ("aws-credentials", "missing"), TYPED);
    assert_eq!(told(&home, "").output.status.code(), Some(0), "nobody has named X-Ray");
}

#[test]
fn credentials_that_another_shell_has_are_read_from_where_it_has_them() {
    let aws = Aws::start();
    let home = aws.bare().with("AWS_REGION", "eu-central-1");
    write(&home.path(".env"), &format!("exit 1\nAWS_ACCESS_KEY_ID={KEY}\n\texport AWS_SECRET_ACCESS_KEY={SECRET}\n"));
    cure(&home, "", ("aws-credentials", "elsewhere"), "");
}

#[test]
fn credentials_that_cannot_be_had_are_not_asked_for() {
    let aws = Aws::start();
    let unusable = ("aws-credentials", "unusable");
    cure(&aws.home().with("CRUDDUR_TRACE_XRAY_AWS_PROFILE", "nobody"), WORDS, unusable, "");
    let bare = aws.bare().with("AWS_REGION", "eu-central-1");
    // Without it, there are none, which is no problem.
    cure(&bare.with("AWS_PROFILE", "nobody"), "", unusable, "");
    let home = aws.with_profile("default", "credential_process = false\n");
    cure(&home, WORDS, unusable, TYPED);
}

#[test]
fn credentials_that_are_over_or_unknown_are_exchanged() {
    let aws = Aws::start();
    aws.xray.configure(|rules| rules.expired_keys.extend([KEY.to_owned()]));
    cure(&aws.home().with("AWS_SESSION_TOKEN", "over"), "", ("aws-credentials", "expired"), TYPED);
    aws.xray.configure(|rules| {
        rules.expired_keys.clear();
        rules.unknown_keys.extend([KEY.to_owned()]);
    });
    cure(&aws.home(), "", ("aws-credentials", "refused"), TYPED);
}

#[test]
fn the_credentials_of_a_profile_are_had_anew_by_awss_own_tool() {
    let keys = format!("aws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n");
    for (chosen, name) in [(true, "profile dev"), (false, "default")] {
        let aws = Aws::start();
        let home = || {
            let home = aws.with_profile(name, &keys);
            if chosen { home.with("CRUDDUR_TRACE_XRAY_AWS_PROFILE", "dev") } else { home }
        };
        aws.xray.configure(|rules| rules.expired_keys.extend([KEY.to_owned()]));
        let renewed = || aws.xray.configure(|rules| rules.expired_keys.clear());
        cure_by(&home(), WORDS, ("aws-credentials", "expired"), "aws", renewed);
        aws.xray.configure(|rules| rules.unknown_keys.extend([KEY.to_owned()]));
        let renewed = || aws.xray.configure(|rules| rules.unknown_keys.clear());
        cure_by(&home(), WORDS, ("aws-credentials", "refused"), "aws", renewed);
    }
}

#[test]
fn a_region_that_is_missing_is_named() {
    let aws = Aws::start();
    let home = aws.bare().with("AWS_ACCESS_KEY_ID", KEY).with("AWS_SECRET_ACCESS_KEY", SECRET);
    cure(&home, WORDS, ("aws-region", "missing"), "");
    write(&home.path(".env"), "AWS_REGION=ca-central-1\n");
    cure(&home, WORDS, ("aws-region", "missing"), "");
}

#[test]
fn permissions_that_are_lacking_are_given_by_a_policy() {
    for operation in ["GetTraceSummaries", "BatchGetTraces"] {
        let aws = Aws::start();
        aws.xray.configure(|rules| rules.denied.extend([operation.to_owned()]));
        let home = aws.home();
        let lacking = ("xray-permissions", "lacking");
        let found = told(&home, WORDS);
        assert_eq!(found.finds_only(lacking)["what"], format!("these credentials may not do xray:{operation}"));
        cure_by(&home, WORDS, lacking, "aws", || aws.xray.configure(|rules| rules.denied.clear()));
    }
    for operation in ["FilterLogEvents", "StartQuery"] {
        let aws = Aws::start();
        aws.logs.create("one");
        aws.logs.create("two");
        aws.logs.configure(|rules| rules.denied.extend([operation.to_owned()]));
        let (home, words) = (aws.home(), "-b xray --log-group one --log-group two");
        let lacking = ("logs-permissions", "lacking");
        let found = told(&home, words);
        assert_eq!(found.finds_only(lacking)["what"], format!("these credentials may not do logs:{operation}"));
        cure_by(&home, words, lacking, "aws", || aws.logs.configure(|rules| rules.denied.clear()));
    }
}

#[test]
fn a_clock_that_is_off_is_set() {
    let aws = Aws::start();
    for (seconds, kind) in [(20, ("xray-clock", "drifts")), (-200, ("xray-clock", "off")), (3600, ("xray-clock", "off"))] {
        let at = Time(now().0).saturating_add(seconds * SECOND);
        aws.xray.configure(|rules| rules.clock = Some(at));
        cure_by(&aws.home(), WORDS, kind, "timedatectl", || aws.xray.configure(|rules| rules.clock = None));
    }
}

#[test]
fn a_clock_is_off_too_where_only_the_refusal_says_so() {
    let aws = Aws::start();
    let at = Time(now().0).saturating_add(3600 * SECOND);
    aws.xray.configure(|rules| (rules.clock, rules.date) = (Some(at), Date::Empty));
    let off = ("xray-clock", "off");
    let what = told(&aws.home(), WORDS).finds_only(off)["what"].as_str().unwrap_or_default().to_owned();
    assert!(!what.contains("exact to"), "nobody has said how far: {what}");
    cure_by(&aws.home(), WORDS, off, "timedatectl", || aws.xray.configure(|rules| rules.clock = None));
}

#[test]
fn transaction_search_is_worth_a_note() {
    let aws = Aws::start();
    aws.xray.configure(|rules| rules.destination = Destination::CloudWatchLogs);
    told(&aws.home(), WORDS).finds_only(("xray-indexing", "partial"));
}

#[test]
fn log_groups_that_are_not_there_are_left_out() {
    let aws = Aws::start();
    aws.logs.create("cruddur");
    let named = |groups: &str| aws.home().with("CRUDDUR_TRACE_CLOUDWATCH_LOGS_GROUPS", groups);
    cure(&named("cruddur,thumbs"), WORDS, ("log-groups", "missing"), "");
    cure(&named("thumbs"), WORDS, ("log-groups", "missing"), "");
    told(&aws.home(), WORDS).finds_only(("log-groups", "none"));
}

#[test]
fn log_groups_are_not_asked_for_by_nobody() {
    let aws = Aws::start();
    let home = aws.bare().with("CRUDDUR_TRACE_CLOUDWATCH_LOGS_GROUPS", "cruddur");
    told(&home, "").finds_only(("log-groups", "not-asked"));
    assert_eq!(aws.logs.requests().len() + aws.xray.requests().len(), 0);
}
