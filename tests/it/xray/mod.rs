//! The unmodified program against a double of AWS X-Ray: `list`, `show`, `assert` and `map` of the backend `xray`.

mod assert;
mod faults;
mod hostile;
mod large;
mod list;
mod map;
mod property;
mod search;
mod show;

use serde_json::{Value as Json, json};

use crate::support::xray::XRay;
use crate::support::{CommandOutput, Home, spans};
use cruddur_trace::model::Time;

/// Nanoseconds.
pub(crate) const SECOND: u64 = 1_000_000_000;

/// A home in which AWS is the double.
pub(crate) fn home(service: &XRay) -> Home {
    service.environment().iter().fold(Home::new(), |home, (name, value)| home.with(name, value))
}

/// The same with all that went wrong.
pub(crate) fn ask(home: &Home, words: &str) -> CommandOutput {
    home.line(&format!("{words} -b xray"))
}

/// A trace's id in X-Ray's spelling, from when it began and a number.
pub(crate) fn id(start: Time, number: usize) -> String {
    format!("1-{:08x}-{number:024x}", start.0 / SECOND)
}

/// Decimal seconds.
pub(crate) fn seconds(at: Time) -> f64 {
    at.0 as f64 / 1e9
}

/// A segment that took 100 ms, with more fields.
pub(crate) fn segment(trace: &str, id: &str, name: &str, start: Time, more: Json) -> Json {
    let mut segment = json!({
        "trace_id": trace, "id": id, "name": name, "start_time": seconds(start), "end_time": seconds(start) + 0.1,
    });
    let (Some(fields), Json::Object(more)) = (segment.as_object_mut(), more) else { unreachable!("both are objects") };
    fields.extend(more);
    segment
}

/// It arrives when it ended.
pub(crate) fn put(service: &XRay, segment: &Json) {
    let end = segment["end_time"].as_f64().or(segment["start_time"].as_f64()).expect("a segment has a time");
    service.put(&segment.to_string(), Time::from_secs_f64(end).expect("it is a time"));
}

/// Some time ago, in whole seconds, so that what is added to it is drawn the same each time.
pub(crate) fn ago(seconds: u64) -> Time {
    Time((spans::now().0 / SECOND - seconds) * SECOND)
}
