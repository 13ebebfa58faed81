//! A client of X-Ray.

use super::super::Remote;
use super::super::aws::connect;
use super::{Options, error};

/// A client with credentials at hand.
pub(super) async fn client(options: &Options) -> Result<aws_sdk_xray::Client, Remote> {
    Ok(aws_sdk_xray::Client::new(&connect::config(&error::SERVICE, &options.account()).await?))
}
