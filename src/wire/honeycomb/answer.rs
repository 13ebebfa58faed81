//! The answer of `POST` and `GET /1/query_results/…`: <https://docs.honeycomb.io/api/query-results/>.

use serde::Deserialize;

use super::super::WireError;
use super::table::Table;

const FORMAT: &str = "a Honeycomb query result";

/// A query result, done or still in the making.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// By which it is asked for again; empty where the answer does not say.
    pub id: String,
    /// Whether it is done.
    pub complete: bool,
    /// Why there are no rows. A query that failed is complete.
    pub error: Option<String>,
    /// Where the query can be looked at in a browser.
    pub query_url: Option<String>,
    /// The rows, where the answer has any data.
    pub table: Option<Table>,
}

#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    id: Option<String>,
    complete: bool,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    links: Option<Links>,
    #[serde(default)]
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Links {
    #[serde(default)]
    query_url: Option<String>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    results: Option<Table>,
}

impl Answer {
    /// From the body. What it says besides is passed over.
    ///
    /// # Errors
    ///
    /// It is no such answer: not JSON, without `complete`, of other types than documented, a row that holds anything but texts,
    /// numbers and truth values, more than 256 columns or more than 20,000 rows.
    pub fn parse(bytes: &[u8]) -> Result<Self, WireError> {
        // A struct would also be read from a list of its fields.
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
            return Err(WireError::new(FORMAT, "not an object"));
        }
        let written: Written = serde_json::from_slice(bytes).map_err(|error| WireError::json(FORMAT, &error, String::new()))?;
        Ok(Self {
            id: written.id.unwrap_or_default(),
            complete: written.complete,
            error: written.error.filter(|why| !why.is_empty()),
            query_url: written.links.and_then(|links| links.query_url),
            table: written.data.and_then(|data| data.results),
        })
    }
}
