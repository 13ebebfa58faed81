//! What is sent: OTLP and events, with the answers to them. <https://docs.honeycomb.io/send-data/opentelemetry/>,
//! <https://docs.honeycomb.io/api/events/>.

use std::io::Read as _;

use axum::http::HeaderMap;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde_json::{Value, json};

use super::answer::Answer;
use super::events::{self, Weight};
use super::keys::{Key, is_classic};
use super::row::Row;
use super::{ingest, logs, otlp_json};

/// A body has so many bytes at most, unpacked.
const LARGEST: u64 = 20 << 20;
const TYPES: [&str; 3] = ["application/protobuf", "application/x-protobuf", "application/json"];

/// `google.rpc.Status`, by which OTLP says no.
#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// A request that brings something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delivery<'a> {
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
    pub(super) now_ns: u64,
}

impl Delivery<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty())
    }

    /// `POST /v1/traces`
    pub(super) fn traces(self) -> Result<(Vec<Row>, Answer), Answer> {
        let kind = self.otlp()?;
        let dataset = self.header("x-honeycomb-dataset");
        let classic = is_classic(self.header("x-honeycomb-team").unwrap_or_default());
        if classic && dataset.is_none() {
            return Err(refusal(kind, 401, "missing 'x-honeycomb-dataset' header"));
        }
        let body = self.unpacked();
        let request = if kind == "application/json" {
            body.and_then(|body| otlp_json::traces(&serde_json::from_slice(&body).ok()?))
        } else {
            body.and_then(|body| ExportTraceServiceRequest::decode(body.as_slice()).ok())
        };
        let request = request.ok_or_else(|| refusal(kind, 400, "failed to parse OTLP request body"))?;
        Ok((ingest::rows(&request, dataset.filter(|_| classic), self.now_ns), success(kind)))
    }

    /// `POST /v1/logs`, in JSON.
    pub(super) fn logs(self) -> Result<(Vec<Row>, Answer), Answer> {
        let kind = self.otlp()?;
        if kind != "application/json" {
            return Err(refusal(kind, 415, "this emulator reads log records in JSON"));
        }
        let body = self.unpacked().and_then(|body| serde_json::from_slice(&body).ok());
        let rows = body.and_then(|body: Value| logs::rows(&body, self.header("x-honeycomb-dataset"), self.now_ns));
        rows.map(|rows| (rows, success(kind))).ok_or_else(|| refusal(kind, 400, "failed to parse OTLP request body"))
    }

    /// The content type, of those that OTLP has. A missing key is said here, where the service says it in the form of OTLP.
    fn otlp(&self) -> Result<&'static str, Answer> {
        let given = self.header("content-type").unwrap_or_default();
        let kind = TYPES.into_iter().find(|known| *known == given);
        let unsupported = || format!("unsupported content-type, valid types are: {}", TYPES.join(", "));
        kind.ok_or_else(|| Answer::new(415, "text/plain", unsupported()))
    }

    /// `POST /1/events/…`: one event.
    pub(super) fn event(self, dataset: &str) -> Result<(Vec<Row>, Answer), Answer> {
        let data = self.json()?;
        let time = self.header("x-honeycomb-event-time").map(|text| events::time_of(&json!(text)));
        let time_ns = time.unwrap_or(Some(self.now_ns)).ok_or_else(|| Answer::error(400, "bad event time"))?;
        let rate = self.header("x-honeycomb-samplerate").map_or(Ok(1), str::parse);
        let sample_rate = rate.map_err(|_| Answer::error(400, "bad sample rate"))?.max(1);
        let row = events::row(&data, dataset, Weight { time_ns, sample_rate }, self.now_ns);
        let row = row.map_err(|why| Answer::error(400, why))?;
        Ok((vec![row], Answer::new(200, "text/plain", "")))
    }

    /// `POST /1/batch/…`: several, each with its own verdict.
    pub(super) fn batch(self, dataset: &str) -> Result<(Vec<Row>, Answer), Answer> {
        let items = self.json()?;
        let items = items.as_array().ok_or_else(Answer::malformed)?;
        let (mut rows, mut verdicts) = (Vec::new(), Vec::new());
        for item in items {
            match events::of_batch(item, dataset, self.now_ns) {
                Ok(row) => {
                    rows.push(row);
                    verdicts.push(json!({"status": 202}));
                }
                Err(why) => verdicts.push(json!({"status": 400, "error": why})),
            }
        }
        Ok((rows, Answer::json(200, &Value::Array(verdicts))))
    }

    fn json(&self) -> Result<Value, Answer> {
        self.unpacked().and_then(|body| serde_json::from_slice(&body).ok()).ok_or_else(Answer::malformed)
    }

    /// The body without its encoding; `None` where that is unknown or broken, or the body too large.
    fn unpacked(&self) -> Option<Vec<u8>> {
        let mut unpacked = Vec::new();
        let most = LARGEST + 1;
        match self.header("content-encoding").unwrap_or("identity") {
            "identity" => self.body.take(most).read_to_end(&mut unpacked),
            "gzip" => flate2::read::GzDecoder::new(self.body).take(most).read_to_end(&mut unpacked),
            "zstd" => zstd::Decoder::new(self.body).ok()?.take(most).read_to_end(&mut unpacked),
            _ => return None,
        }
        .ok()
        .filter(|read| *read as u64 <= LARGEST)?;
        Some(unpacked)
    }
}

/// Whether a key may put something into a dataset that is not there yet, or at all.
pub(super) fn may_write(key: &Key, exists: bool) -> Result<(), Answer> {
    let may = |permission: &str| key.may.contains(&permission);
    // An ingest key is there to send; only of a configuration key it is said.
    if (key.is_ingest() || may("events")) && (exists || may("createDatasets")) {
        Ok(())
    } else {
        Err(Answer::error(401, "this key may not send events to this dataset"))
    }
}

fn success(kind: &'static str) -> Answer {
    Answer::new(200, kind, if kind == "application/json" { "{}" } else { "" })
}

fn refusal(kind: &'static str, status: u16, message: &str) -> Answer {
    if kind == "application/json" {
        return Answer::new(status, kind, json!({"message": message}).to_string());
    }
    Answer::new(status, kind, Status { code: 0, message: message.to_owned() }.encode_to_vec())
}
