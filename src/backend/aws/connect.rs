//! Credentials and region, by the standard chain of AWS's SDKs:
//! <https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>.

use std::time::Duration;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::provider::ProvideCredentials as _;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::service_config::ServiceConfigKey;

use super::super::{Remote, Trouble};
use super::hiding::hiding;
use super::{Account, Service, error};

/// How often a request is tried in all, where the user has not set it (`AWS_MAX_ATTEMPTS`). X-Ray publishes no limits for reading,
/// and answers 429 when they are reached; CloudWatch Logs allows five searches a second.
const ATTEMPTS: u32 = 6;
/// What `aws-config` says where the user has set nothing.
const DEFAULT_ATTEMPTS: u32 = 3;
/// Before the second attempt; doubled, and made random, before each further one.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// To begin a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// Where nobody has named the service, this is how long its credentials may keep the others waiting.
const UNNAMED: Duration = Duration::from_secs(5);

/// The configuration for a client of this service, with credentials at hand.
pub(in crate::backend) async fn config(service: &Service, account: &Account) -> Result<SdkConfig, Remote> {
    let patience = if account.named { account.timeout } else { account.timeout.min(UNNAMED) };
    // A command that should give credentials may do anything but that.
    match tokio::time::timeout(patience, connect(service, account)).await {
        Ok(config) => config,
        Err(_) => Err(error::late_credentials(patience)),
    }
}

async fn connect(service: &Service, account: &Account) -> Result<SdkConfig, Remote> {
    let config = load(account).await;
    if config.region().is_none() {
        return Err(no_region(account));
    }
    credentials(&config, account).await?;
    tracing::info!(service = service.name, region = ?config.region(), "AWS credentials are there");
    Ok(reachable(service, config))
}

/// A configuration, perhaps without a region, and whether it has credentials.
pub(super) async fn look(account: &Account) -> (SdkConfig, Result<(), Remote>) {
    let config = load(account).await;
    let credentials = credentials(&config, account).await;
    (config, credentials)
}

/// Asked for here, and not with the first request, where their absence would look like a network that fails.
async fn credentials(config: &SdkConfig, account: &Account) -> Result<(), Remote> {
    let Some(provider) = config.credentials_provider() else { return Err(error::no_credentials(account)) };
    provider.provide_credentials().await.map(drop).map_err(|cause| error::credentials(&cause, account))
}

/// With what the service's address needs.
pub(super) fn reachable(service: &Service, config: SdkConfig) -> SdkConfig {
    let http = if address(service, &config).is_some_and(|address| address.starts_with("http://")) {
        // Half of the time to start goes into certificates, which such an address has no use for.
        aws_smithy_http_client::Builder::new().build_http()
    } else {
        config.http_client().unwrap_or_else(https)
    };
    config.into_builder().http_client(hiding(http)).build()
}

/// Where the service is, if somebody has set that: `AWS_ENDPOINT_URL_XRAY`, `AWS_ENDPOINT_URL`, or `endpoint_url` of a profile
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).
fn address(service: &Service, config: &SdkConfig) -> Option<String> {
    let key =
        ServiceConfigKey::builder().service_id(service.id).env("AWS_ENDPOINT_URL").profile("endpoint_url").build().ok()?;
    let of_service = config.service_config().and_then(|service| service.load_config(key));
    of_service.or_else(|| config.endpoint_url().map(str::to_owned))
}

async fn load(account: &Account) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT.min(account.timeout))
        .operation_timeout(account.timeout)
        .operation_attempt_timeout(account.timeout)
        .build();
    let http = https();
    let providers = ProviderConfig::default().with_http_client(http.clone());
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts).http_client(http);
    if let Some(profile) = &account.aws_profile {
        loader = loader.profile_name(profile);
    }
    // What needs no network is looked at first: the rest of the chain is expensive even to set up.
    let near = region_without_metadata(account);
    let region = match &account.region {
        Some(region) => Some(Region::new(region.clone())),
        None => near.region().await,
    };
    if region.is_some() || !account.named {
        loader = loader.region(RegionProviderChain::first_try(region));
    }
    let environment = EnvironmentVariableCredentialsProvider::new();
    loader = match &account.aws_profile {
        // As the `aws` command has it, a profile that is named wins over keys in the environment.
        Some(name) => loader
            .credentials_provider(ProfileFileCredentialsProvider::builder().configure(&providers).profile_name(name).build()),
        None if environment.provide_credentials().await.is_ok() => loader.credentials_provider(environment),
        None if account.named => loader,
        None => without_metadata(loader, &providers),
    };
    let config = loader.load().await;
    let retries = config.retry_config().cloned().unwrap_or_else(aws_config::retry::RetryConfig::standard);
    let attempts = if retries.max_attempts() == DEFAULT_ATTEMPTS { ATTEMPTS } else { retries.max_attempts() };
    let retries = retries.with_max_attempts(attempts).with_initial_backoff(FIRST_WAIT);
    config.into_builder().retry_config(retries).build()
}

fn https() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

fn region_without_metadata(account: &Account) -> RegionProviderChain {
    let mut profile = ProfileFileRegionProvider::builder();
    if let Some(name) = &account.aws_profile {
        profile = profile.profile_name(name);
    }
    RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new()).or_else(profile.build())
}

/// The same chain up to the metadata of the machine, which only answers on EC2 and keeps everybody else waiting.
fn without_metadata(loader: ConfigLoader, providers: &ProviderConfig) -> ConfigLoader {
    let chain = CredentialsProviderChain::first_try("Environment", EnvironmentVariableCredentialsProvider::new())
        .or_else("Profile", ProfileFileCredentialsProvider::builder().configure(providers).build())
        .or_else("WebIdentityToken", WebIdentityTokenCredentialsProvider::builder().configure(providers).build())
        .or_else("EcsContainer", EcsCredentialsProvider::builder().configure(providers).build());
    loader.credentials_provider(chain)
}

fn no_region(account: &Account) -> Remote {
    let profile = account.aws_profile.as_ref().map_or_else(String::new, |name| format!(" --profile {name}"));
    Remote {
        kind: Trouble::Unconfigured,
        message: "no AWS region is set".to_owned(),
        hints: vec![format!(
            "add `--region us-east-1`, set AWS_REGION, or write it once with `aws configure set region us-east-1{profile}`"
        )],
    }
}
