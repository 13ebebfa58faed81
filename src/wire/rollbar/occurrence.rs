//! One time that an error happened: <https://docs.rollbar.com/reference/list-all-occurrences-in-a-project>, whose `data` is what the
//! application's SDK sent.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value as Json;

use super::carried::Carried;
use super::exception;
use super::field::{level, number, text, time};
use crate::model::TraceId;
use crate::model::address::path_of;
use crate::model::error_report::Occurrence;

/// What does not stand for itself in an address.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// `None` for what has no number or no time.
pub(super) fn read(value: &Json, wanted: &TraceId, bodies: bool) -> Option<Occurrence> {
    let data = &value["data"];
    let at = [&value["timestamp"], &data["timestamp"]].into_iter().map(time).find(|at| !at.is_unknown())?;
    let Carried { places, in_locals, others } = Carried::of(data, wanted);
    let request = &data["request"];
    let id = number(&value["id"])?;
    let uuid = text(&data["uuid"]);
    Some(Occurrence {
        id,
        item: number(&value["item_id"]),
        link: link(id, number(&value["item_id"]), &uuid),
        uuid,
        time: at,
        exceptions: exception::all(&data["body"], bodies),
        level: level(&data["level"]),
        environment: text(&data["environment"]),
        framework: text(&data["framework"]),
        context: text(&data["context"]),
        method: text(&request["method"]),
        path: path_of(&text(&request["url"])).to_owned(),
        carries: places,
        in_locals,
        others,
    })
}

/// The page of an occurrence: as SDKs print it (<https://github.com/rollbar/rollbar.js>, src/server/transport.js), or by numbers, which
/// <https://docs.rollbar.com/reference/get-an-item-by-id> has as an example.
fn link(id: u64, item: Option<u64>, uuid: &str) -> String {
    match (uuid, item) {
        ("", None) => String::new(),
        ("", Some(item)) => format!("https://rollbar.com/item/{item}/instance/{id}/"),
        (uuid, _) => format!("https://rollbar.com/occurrence/uuid/?uuid={}", utf8_percent_encode(uuid, ESCAPED)),
    }
}
