//! Which columns there are: `GET /1/columns/…`, <https://docs.honeycomb.io/api/columns/>, kept for a while, and the datasets' names.

use serde::{Deserialize, Serialize};

use super::super::Remote;
use super::cache::digest;
use super::client::Reply;
use super::{Honeycomb, error};
use crate::model::time::SECOND;
use crate::model::{Nanos, Time};
use crate::wire::honeycomb::{Names, Schema};

/// Columns are asked for again after so long. They are not limited as query results are, but each time costs a moment.
const FRESH: Nanos = 3600 * SECOND;
/// So long after it has ended, the columns of a trace are there.
const SETTLED: Nanos = 120 * SECOND;

/// The columns, and when they were asked for.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    pub(super) schema: Schema,
    pub(super) at: Time,
}

/// What is kept: the answer as it came.
#[derive(Serialize, Deserialize)]
struct Kept {
    columns: String,
    definitions: Option<String>,
}

/// A dataset, as `GET /1/datasets` has it.
#[derive(Debug, Deserialize)]
struct Dataset {
    name: String,
    slug: String,
}

impl Columns {
    /// Whether a trace that ended then has all its columns among these.
    pub(super) fn know_of(&self, end: Time) -> bool {
        self.at.since(end) >= SETTLED
    }
}

/// The columns, perhaps from an hour ago.
pub(super) async fn any(honeycomb: &Honeycomb) -> Result<Columns, Remote> {
    if let Some(columns) = honeycomb.columns.borrow().clone() {
        return Ok(columns);
    }
    match kept(honeycomb) {
        Some(columns) => {
            honeycomb.columns.replace(Some(columns.clone()));
            Ok(columns)
        }
        None => fresh(honeycomb).await,
    }
}

/// The columns as they are now.
pub(super) async fn fresh(honeycomb: &Honeycomb) -> Result<Columns, Remote> {
    honeycomb.auth().await?;
    let at = honeycomb.now();
    let body = match honeycomb.client()?.get(&["columns", honeycomb.dataset()]).await? {
        Reply::Body(body) => body,
        Reply::Refused(refusal) if refusal.status == 404 => {
            let named = no_dataset(honeycomb).await;
            return Err(
                named.unwrap_or_else(|| error::refused("the columns", &refusal, &honeycomb.options, honeycomb.auth.get()))
            );
        }
        Reply::Refused(refusal) => {
            return Err(error::refused("the columns", &refusal, &honeycomb.options, honeycomb.auth.get()));
        }
    };
    let definitions = match &honeycomb.options.dataset {
        Some(dataset) => definitions(honeycomb, dataset).await?,
        None => None,
    };
    let kept = Kept { columns: String::from_utf8_lossy(&body).into_owned(), definitions };
    let schema = read(&kept).map_err(|why| error::broken(&format!("its columns make no sense: {why}")))?;
    honeycomb.cache.write(&file(honeycomb), at, &kept);
    let columns = Columns { schema, at };
    honeycomb.columns.replace(Some(columns.clone()));
    Ok(columns)
}

/// What was kept of them, if that is not too long ago.
pub(super) fn kept(honeycomb: &Honeycomb) -> Option<Columns> {
    let (at, kept) = honeycomb.cache.read::<Kept>(&file(honeycomb))?;
    let age = honeycomb.now().since(at);
    let schema = (0..=FRESH).contains(&age).then(|| read(&kept).ok())??;
    Some(Columns { schema, at })
}

fn read(kept: &Kept) -> Result<Schema, crate::wire::WireError> {
    let mut schema = Schema::parse(kept.columns.as_bytes())?;
    if let Some(definitions) = &kept.definitions {
        schema.names = Names::defined(definitions.as_bytes());
    }
    schema.prefer_existing();
    Ok(schema)
}

/// Which columns of a dataset stand for what. One that does not say has the usual ones.
async fn definitions(honeycomb: &Honeycomb, dataset: &str) -> Result<Option<String>, Remote> {
    Ok(match honeycomb.client()?.get(&["dataset_definitions", dataset]).await? {
        Reply::Body(body) => Some(String::from_utf8_lossy(&body).into_owned()),
        Reply::Refused(refusal) => {
            tracing::info!(status = refusal.status, said = refusal.said, "no definitions of the dataset");
            None
        }
    })
}

fn file(honeycomb: &Honeycomb) -> String {
    let options = &honeycomb.options;
    format!("honeycomb-columns-{}", digest(&[&options.endpoint, options.key.expose(), honeycomb.dataset()]))
}

/// The names of the datasets, where the key may ask for them.
pub(super) async fn datasets(honeycomb: &Honeycomb) -> Result<Vec<String>, Remote> {
    let reply = honeycomb.client()?.get(&["datasets"]).await?;
    let Reply::Body(body) = reply else { return Ok(Vec::new()) };
    let datasets: Vec<Dataset> = serde_json::from_slice(&body).unwrap_or_default();
    Ok(datasets.into_iter().map(|dataset| if dataset.slug.is_empty() { dataset.name } else { dataset.slug }).collect())
}

/// Why the dataset that was named is not there; `None` where none was named.
pub(super) async fn no_dataset(honeycomb: &Honeycomb) -> Option<Remote> {
    let name = honeycomb.options.dataset.as_deref()?;
    let known = datasets(honeycomb).await.unwrap_or_default();
    Some(error::no_dataset(name, nearest(name, &known), &known))
}

/// The name that is meant, if one is near.
pub(super) fn nearest<'a>(name: &str, known: &'a [String]) -> Option<&'a str> {
    let distance = |slug: &&String| strsim::osa_distance(&slug.to_lowercase(), &name.to_lowercase());
    let near = known.iter().min_by_key(distance).filter(|slug| distance(slug) <= name.chars().count().max(3) / 3);
    near.map(String::as_str)
}
