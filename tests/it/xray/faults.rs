//! What goes wrong on the way to X-Ray, and what is said of it.

use std::fmt::Write as _;

use serde_json::json;

use super::{ago, ask, home, id, put, segment};
use crate::support::Home;
use crate::support::xray::{Fault, XRay};
use cruddur_trace::model::Time;

fn with_traces(count: u64) -> XRay {
    let service = XRay::start();
    for number in 0..count {
        let start = ago(10 + number);
        put(
            &service,
            &segment(&id(start, 1), "00000000000000a1", "web", start, json!({"http": {"response": {"status": 200}}})),
        );
    }
    service
}

#[test]
fn throttling_changes_the_time_and_not_the_answer() {
    let service = with_traces(60);
    service.configure(|rules| rules.summaries_per_page = 10);
    let question = "list name=web --limit 100 -o json";
    let calm = ask(&home(&service), question).answer();
    let calls = service.requests().len();
    service.configure(|rules| rules.throttle_every = 3);
    assert_eq!(ask(&home(&service), question).answer(), calm);
    assert!(service.requests().len() - calls > calls, "some were throttled");
}

#[test]
fn every_kind_of_trouble_is_told_from_the_others() {
    let service = with_traces(1);
    let home = home(&service).with("AWS_MAX_ATTEMPTS", "2");
    let mut said = String::new();
    let mut ask = |what: &str, home: &Home, question: &str, change: &dyn Fn(&mut crate::support::xray::Rules)| {
        service.configure(|rules| *rules = crate::support::xray::Rules::default());
        service.configure(|rules| change(rules));
        let output = ask(home, question);
        write!(said, "== {what}\n{output}").expect("a string takes all that is written to it");
    };
    let key = || "AKIAIOSFODNN7EXAMPLE".to_owned();
    ask("unknown", &home, "list", &|rules| rules.unknown_keys.extend([key()]));
    ask("expired", &home, "list", &|rules| rules.expired_keys.extend([key()]));
    ask("denied", &home, "list", &|rules| rules.denied.extend(["GetTraceSummaries".to_owned()]));
    ask("throttled", &home, "list", &|rules| rules.plan("", Fault::Throttle, usize::MAX));
    ask("failing", &home, "list", &|rules| rules.plan("", Fault::Status(503), usize::MAX));
    ask("garbage", &home, "list", &|rules| rules.plan("", Fault::Garbage, usize::MAX));
    ask("cut", &home, "list", &|rules| rules.plan("", Fault::Cut, usize::MAX));
    ask("hanging", &home, "list --timeout 1s", &|rules| rules.plan("", Fault::Hang, usize::MAX));
    ask("a wrong question", &home, "list --xray-filter service(web", &|_| {});
    ask("a wrong group", &home, "list --xray-group a\"b", &|_| {});
    insta::with_settings!({filters => [(r"127\.0\.0\.1:\d+", "ADDRESS"), (r"\d{8}T\d{6}Z", "TIME")]}, {
        insta::assert_snapshot!(said, @"
        == unknown
        ------- stderr -------
        error: it cannot be told: there may well be traces
          caused by: AWS does not know these credentials (UnrecognizedClientException: The security token included in the request is invalid.)
        hint: `aws sts get-caller-identity` tells whether they work at all
        [exit status: 3]
        == expired
        ------- stderr -------
        error: it cannot be told: there may well be traces
          caused by: the AWS credentials have expired (ExpiredTokenException: The security token included in the request is expired)
        hint: sign in again: `aws sso login`, `aws login`, or new keys in the environment
        [exit status: 3]
        == denied
        ------- stderr -------
        error: it cannot be told: there may well be traces
          caused by: these AWS credentials may not do xray:GetTraceSummaries (AccessDeniedException: User: arn:aws:iam::123456789012:user/ci is not authorized to perform: xray:GetTraceSummaries because no identity-based policy allows the xray:GetTraceSummaries action)
        hint: attach the managed policy AWSXrayReadOnlyAccess to the user or role, or choose another with --aws-profile
        [exit status: 3]
        == throttled
        ------- stderr -------
        error: it cannot be told: there may well be traces
          caused by: X-Ray was asked too often, also after waiting and asking again: GetTraceSummaries (ThrottledException: Rate exceeded)
        hint: try again in a minute, over a shorter time (--since) or with a smaller --scan
        [exit status: 3]
        == failing
        ------- stderr -------
        error: it cannot be told: there may well be traces
          caused by: X-Ray failed at GetTraceSummaries: ServiceUnavailable: Service is unable to handle request.
        hint: try again
        [exit status: 3]
        == garbage
        ------- stderr -------
        error: it cannot be told: there may well be traces
          caused by: X-Ray failed at GetTraceSummaries: its answer is not one of X-Ray's; is there a proxy between?
        hint: try again
        [exit status: 3]
        == cut
        ------- stderr -------
        error: it cannot be told: there may well be traces
          caused by: the connection to X-Ray failed at GetTraceSummaries: connection closed before message completed
        hint: check the network, the region (`--region`) and AWS_ENDPOINT_URL
        [exit status: 3]
        == hanging
        ------- stderr -------
        error: it cannot be told: there may well be traces
          caused by: X-Ray did not answer GetTraceSummaries within 1s
        hint: --timeout gives it longer
        [exit status: 3]
        == a wrong question
        ------- stderr -------
        error: X-Ray refuses GetTraceSummaries: InvalidRequestException: Invalid filter expression service(web: expected a text in quotation marks
        [exit status: 2]
        == a wrong group
        ------- stderr -------
        error: X-Ray's filter expressions cannot hold quotation marks, backslashes and control characters, nor a name of over 1000 bytes
        [exit status: 2]
        ");
    });
}

#[test]
fn a_clock_that_is_an_hour_off_is_corrected_or_explained() {
    let service = with_traces(1);
    service.configure(|rules| rules.clock = Some(Time(ago(0).0 + 3_600_000_000_000)));
    let output = ask(&home(&service), "list");
    assert!(output.code == Some(0) || output.stderr.contains("the clock of this machine is too far off"), "{output}");
}

#[test]
fn without_credentials_or_region_it_says_which_command_helps() {
    let alone = Home::new().with("AWS_EC2_METADATA_DISABLED", "true");
    insta::assert_snapshot!(ask(&alone, "list"), @"
    ------- stderr -------
    error: it cannot be told: there may well be traces
      caused by: no AWS region is set
    hint: add `--region us-east-1`, set AWS_REGION, or write it once with `aws configure set region us-east-1`
    [exit status: 3]
    ");
    let region = Home::new().with("AWS_EC2_METADATA_DISABLED", "true").with("AWS_REGION", "eu-central-1");
    insta::assert_snapshot!(ask(&region, "list --aws-profile nobody"), @"
    ------- stderr -------
    error: it cannot be told: there may well be traces
      caused by: there are no AWS credentials in the profile `nobody`
    hint: `aws login` or `aws configure sso` signs you in; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY hold keys, --aws-profile names a profile
    [exit status: 3]
    ");
    insta::assert_snapshot!(ask(&region, "show 1-5759e988-bd862e3fe1be46a994272793"), @"
    ------- stderr -------
    error: it cannot be told: the trace may well exist
      caused by: there are no AWS credentials
    hint: `aws login` or `aws configure sso` signs you in; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY hold keys, --aws-profile names a profile
    [exit status: 3]
    ");
}

#[test]
fn nothing_of_aws_is_asked_where_it_was_never_set_up() {
    let home = Home::new().with_fixtures(&["cruddur.json"]);
    home.import("cruddur.json");
    let begun = std::time::Instant::now();
    let listed = home.line("list -o jsonl");
    let took = begun.elapsed();
    assert_eq!((listed.code, listed.stdout.lines().count() > 0), (Some(0), true), "{listed}");
    assert!(!listed.stderr.contains("xray"), "{listed}");
    // The metadata address of EC2, asked where there is none, costs seconds.
    assert!(took.as_secs() < 1, "{took:?}");
}

#[test]
fn what_the_service_says_is_one_line_and_what_is_explained_is_safe() {
    let service = with_traces(1);
    let home = home(&service);
    // The service repeats the expression.
    let refused = home.run(["list", "-b", "xray", "--xray-filter", "service(\"a\nhint: run `evil`"]);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("hint: run"), "it is repeated: {refused}");
    assert!(!refused.stderr.lines().any(|line| line.trim_start().starts_with("hint: run")), "{refused}");
    for command in ["list", "map", "assert"] {
        let words = [command, "-b", "xray", "--explain", "--xray-filter", "\u{1b}[2J\nx", "--xray-group", "\u{1b}]0;b"];
        let explained = home.run(words);
        assert!(explained.code == Some(0) && !explained.stdout.contains('\u{1b}'), "{command}: {explained}");
    }
}

#[cfg(unix)]
#[test]
fn a_profile_that_was_chosen_and_gives_nothing_is_said_also_where_nobody_named_x_ray() {
    let home = Home::new().with_fixtures(&["cruddur.json"]).with("AWS_EC2_METADATA_DISABLED", "true");
    home.import("cruddur.json");
    let config = "[profile bad]\nregion = us-east-1\ncredential_process = sh -c \"echo SECRET >&2; exit 7\"\n";
    crate::support::write(&home.path(".aws/config"), config);
    for (profile, said) in [("typo", "no AWS region is set"), ("bad", "no AWS credentials came")] {
        let listed = home.line(&format!("list --since 2000d --aws-profile {profile} -n 1 -o jsonl"));
        assert_eq!((listed.code, listed.stdout.lines().count()), (Some(0), 1), "{profile}: {listed}");
        assert!(listed.stderr.contains(said) && !listed.stderr.contains("SECRET"), "{profile}: {listed}");
    }
    let odd = home.with("AWS_ACCESS_KEY_ID", "a").with("AWS_SECRET_ACCESS_KEY", "b");
    let listed = odd.run(["list", "-b", "xray", "--region", "no such"]);
    assert_eq!(listed.code, Some(2), "{listed}");
    assert!(listed.stderr.contains("check the region"), "{listed}");
}

#[test]
fn a_profile_that_is_named_wins_over_keys_in_the_environment() {
    let service = with_traces(1);
    service.configure(|rules| rules.unknown_keys.extend(["AKIAIOSFODNN7EXAMPLE".to_owned()]));
    let home = home(&service);
    let config = home.path("aws-config");
    crate::support::write(
        &config,
        "[profile other]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = secret\n",
    );
    let home = home.with("AWS_CONFIG_FILE", &config.to_string_lossy());
    assert_eq!(ask(&home, "list").code, Some(3), "the keys of the environment are refused");
    assert_eq!(ask(&home, "list --aws-profile other").code, Some(0));
}
