//! AWS X-Ray, by its read API: <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-gettingdata.html>.

pub mod filter;
pub mod id;
pub mod window;
