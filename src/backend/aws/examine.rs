//! Who asks AWS, and how far this machine's clock is off: facts for whoever diagnoses a set-up.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_sdk_xray::config::interceptors::{BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef};
use aws_sdk_xray::config::{ConfigBag, Intercept, RuntimeComponents};

use super::super::Remote;
use super::super::clock::Offset;
use super::{Account, Service, connect};
use crate::model::Time;

/// Who asks, and where.
#[derive(Debug)]
pub struct Who {
    /// The region; `None` where nobody says which.
    pub region: Option<String>,
    /// Whether there are credentials.
    pub credentials: Result<(), Remote>,
}

/// Who asks, and where, with the configuration for a client if both are there.
pub(in crate::backend) async fn who(service: &Service, account: &Account) -> (Who, Option<SdkConfig>) {
    let looked = tokio::time::timeout(account.timeout, connect::look(account)).await;
    let (config, credentials) = match looked {
        Ok((config, credentials)) => (Some(config), credentials),
        Err(_) => (None, Err(super::error::late_credentials(account.timeout))),
    };
    let region = config.as_ref().and_then(|config| config.region()).map(ToString::to_string);
    let ready = config.filter(|_| region.is_some() && credentials.is_ok());
    (Who { region, credentials }, ready.map(|config| connect::reachable(service, config)))
}

/// Reads the clock in the answers to the requests that it is given to.
#[derive(Debug, Clone)]
pub(in crate::backend) struct Watch {
    clock: fn() -> Time,
    seen: Arc<Mutex<(Option<Time>, Option<Offset>)>>,
}

impl Watch {
    /// Nothing was answered yet.
    pub(in crate::backend) fn new(clock: fn() -> Time) -> Self {
        Self { clock, seen: Arc::default() }
    }

    /// How far the clock is off, by the last answer that told.
    pub(in crate::backend) fn offset(&self) -> Option<Offset> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}

impl Intercept for Watch {
    fn name(&self) -> &'static str {
        "Watch"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).0 = Some((self.clock)());
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(sent), Some(date)) = (seen.0, context.response().headers().get("date")) {
            seen.1 = Offset::of(date, sent, (self.clock)()).or(seen.1);
        }
        Ok(())
    }
}
