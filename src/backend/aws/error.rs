//! Why a service of AWS did not answer, and what to do about it.

use std::error::Error;
use std::time::Duration;

use aws_sdk_xray::config::http::HttpResponse;
use aws_sdk_xray::error::{ProvideErrorMetadata, SdkError};

use super::super::{Remote, Trouble};
use super::{Account, Service};

/// Why a request got no answer. `action` is its name in policies and in the API.
pub(in crate::backend) fn of<E>(service: &Service, action: &str, error: &SdkError<E, HttpResponse>, account: &Account) -> Remote
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ServiceError(refusal) => {
            let status = refusal.raw().status().as_u16();
            let code = refusal.err().code().unwrap_or_default();
            let message = refusal.err().message().unwrap_or_default();
            refused(service, action, (status, code, message), account)
        }
        SdkError::ConstructionFailure(_) => Remote {
            kind: Trouble::Question,
            message: format!("no request can be made of this configuration of AWS: {}", deepest(error)),
            hints: vec!["check the region (`--region`, AWS_REGION) and AWS_ENDPOINT_URL".to_owned()],
        },
        SdkError::TimeoutError(_) => timeout(service, action, account),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => timeout(service, action, account),
        SdkError::DispatchFailure(_)
            if in_chain::<aws_credential_types::provider::error::CredentialsError>(error).is_some() =>
        {
            let name = service.name;
            expired(&format!("the AWS credentials could not be renewed while {name} was asked: {}", deepest(error)), account)
        }
        SdkError::DispatchFailure(_) => Remote {
            kind: Trouble::Unreachable,
            message: format!("the connection to {} failed at {action}: {}", service.name, deepest(error)),
            hints: vec!["check the network, the region (`--region`) and AWS_ENDPOINT_URL".to_owned()],
        },
        _ => broken(service, action, &format!("its answer makes no sense: {}", deepest(error))),
    }
}

fn refused(service: &Service, action: &str, (status, code, message): (u16, &str, &str), account: &Account) -> Remote {
    let Service { name, prefix, policy, patience, .. } = service;
    let said = match (code, message) {
        ("", "") => format!("HTTP {status}"),
        (code, "") => code.to_owned(),
        ("", message) => message.to_owned(),
        (code, message) => format!("{code}: {message}"),
    };
    let remote = |kind, message: String, hints: Vec<String>| Remote { kind, message, hints };
    match code {
        "ExpiredTokenException" | "ExpiredToken" | "TokenRefreshRequired" => {
            expired(&format!("the AWS credentials have expired ({said})"), account)
        }
        "UnrecognizedClientException" | "InvalidClientTokenId" | "MissingAuthenticationTokenException" => remote(
            Trouble::Credentials,
            format!("AWS does not know these credentials ({said})"),
            vec!["`aws sts get-caller-identity` tells whether they work at all".to_owned()],
        ),
        "RequestTimeTooSkewed" | "RequestExpired" => clock(&said),
        "InvalidSignatureException" | "SignatureDoesNotMatch" if speaks_of_time(message) => clock(&said),
        "InvalidSignatureException" | "SignatureDoesNotMatch" | "IncompleteSignatureException" => remote(
            Trouble::Credentials,
            format!("AWS refuses the signature of the request ({said})"),
            vec!["the secret key does not belong to the access key: `aws configure` writes both anew".to_owned()],
        ),
        "AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation" => remote(
            Trouble::Denied,
            format!("these AWS credentials may not do {prefix}:{action} ({said})"),
            vec![format!("attach the managed policy {policy} to the user or role, or choose another with --aws-profile")],
        ),
        "ThrottledException" | "ThrottlingException" | "TooManyRequestsException" => remote(
            Trouble::Throttled,
            format!("{name} was asked too often, also after waiting and asking again: {action} ({said})"),
            vec![(*patience).to_owned()],
        ),
        "InvalidRequestException" | "ValidationException" | "InvalidParameterException" | "MalformedQueryException" => {
            remote(Trouble::Question, format!("{name} refuses {action}: {said}"), Vec::new())
        }
        _ if status == 429 => remote(
            Trouble::Throttled,
            format!("{name} was asked too often, also after waiting and asking again: {action} ({said})"),
            vec!["try again in a minute".to_owned()],
        ),
        _ if status == 404 => remote(
            Trouble::Unsupported,
            format!("{name} does not know {action} at this address ({said})"),
            vec!["is AWS_ENDPOINT_URL right? An emulator may not have this operation".to_owned()],
        ),
        _ if status < 400 => broken(service, action, &format!("its answer is not one of {name}'s; is there a proxy between?")),
        _ => broken(service, action, &said),
    }
}

/// No credentials anywhere.
pub(super) fn no_credentials(account: &Account) -> Remote {
    let profile = account.aws_profile.as_ref().map_or_else(String::new, |name| format!(" in the profile `{name}`"));
    Remote {
        kind: Trouble::Unconfigured,
        message: format!("there are no AWS credentials{profile}"),
        hints: vec![
            "`aws login` or `aws configure sso` signs you in; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY hold keys, \
             --aws-profile names a profile"
                .to_owned(),
        ],
    }
}

/// Why there are no credentials that can be used.
pub(super) fn credentials(cause: &aws_credential_types::provider::error::CredentialsError, account: &Account) -> Remote {
    use aws_credential_types::provider::error::CredentialsError as Cause;
    let why = deepest(cause);
    match cause {
        Cause::CredentialsNotLoaded(_) => no_credentials(account),
        Cause::InvalidConfiguration(_) => Remote {
            kind: Trouble::Credentials,
            message: format!("the AWS configuration makes no sense: {why}"),
            hints: vec!["`aws configure list` shows what is set, and where".to_owned()],
        },
        Cause::ProviderTimedOut(_) => late_credentials(account.timeout),
        // A profile that was named and is not there is an error, not an absence.
        _ if why.contains("profile") && why.contains("not defined") => Remote {
            kind: Trouble::Credentials,
            message: format!("there are no AWS credentials: {why}"),
            ..no_credentials(account)
        },
        _ if why.contains("external process") => Remote {
            kind: Trouble::Credentials,
            // What it wrote may be secret.
            message: format!("no AWS credentials came: {}", why.split(" Stderr:").next().unwrap_or_default()),
            hints: vec!["run the `credential_process` of the profile by hand to see what is wrong with it".to_owned()],
        },
        _ => expired(&format!("the AWS credentials cannot be had: {why}"), account),
    }
}

/// Nobody gave credentials in time.
pub(super) fn late_credentials(patience: Duration) -> Remote {
    Remote {
        kind: Trouble::Timeout,
        message: format!("nobody gave AWS credentials within {}", humantime::format_duration(patience)),
        hints: vec!["`aws configure list` shows where they come from".to_owned()],
    }
}

/// The whole question was not answered in time.
pub(in crate::backend) fn late(service: &Service, account: &Account) -> Remote {
    timeout(service, "all that was asked", account)
}

fn expired(message: &str, account: &Account) -> Remote {
    let profile = account.aws_profile.as_ref().map_or_else(String::new, |name| format!(" --profile {name}"));
    Remote {
        kind: Trouble::Credentials,
        message: message.to_owned(),
        hints: vec![format!("sign in again: `aws sso login{profile}`, `aws login{profile}`, or new keys in the environment")],
    }
}

fn clock(said: &str) -> Remote {
    Remote {
        kind: Trouble::Clock,
        message: format!("the clock of this machine is too far off for AWS to accept its signatures ({said})"),
        hints: vec!["set the clock: `timedatectl set-ntp true`, or `hwclock --hctosys` in a container's host".to_owned()],
    }
}

fn speaks_of_time(message: &str) -> bool {
    ["expired", "not yet current", "is now earlier", "is still later", "skew"].iter().any(|words| message.contains(words))
}

fn timeout(service: &Service, action: &str, account: &Account) -> Remote {
    Remote {
        kind: Trouble::Timeout,
        message: format!("{} did not answer {action} within {}", service.name, humantime::format_duration(account.timeout)),
        hints: vec!["--timeout gives it longer".to_owned()],
    }
}

/// The service failed, or answered with something that is no answer.
pub(in crate::backend) fn broken(service: &Service, action: &str, what: &str) -> Remote {
    let message = format!("{} failed at {action}: {what}", service.name);
    Remote { kind: Trouble::Broken, message, hints: vec!["try again".to_owned()] }
}

/// The innermost cause says the most.
fn deepest(error: &dyn Error) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}

fn in_chain<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
        .find_map(|error| error.downcast_ref())
}
