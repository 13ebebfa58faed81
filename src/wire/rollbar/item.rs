//! What like errors are counted under: <https://docs.rollbar.com/reference/get-an-item-by-id>.

use serde_json::Value as Json;

use super::field::{level, number, text, time};
use crate::model::error_report::ErrorItem;

/// `None` for what has no number.
pub(super) fn read(value: &Json) -> Option<ErrorItem> {
    Some(ErrorItem {
        id: number(&value["id"])?,
        counter: number(&value["counter"]),
        title: text(&value["title"]),
        level: level(&value["level"]),
        status: text(&value["status"]),
        first_seen: time(&value["first_occurrence_timestamp"]),
        last_seen: time(&value["last_occurrence_timestamp"]),
        total: number(&value["total_occurrences"]),
    })
}
