//! Trace ids as X-Ray writes them, and the time that is in them:
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html>.

use crate::model::id::hex;
use crate::model::time::SECOND;
use crate::model::{Nanos, Time, TraceId};

const DAY: Nanos = 24 * 3600 * SECOND;

/// How long after its beginning a trace may still be looked for: X-Ray keeps traces for 30 days, and a day more for the sake of
/// clocks that differ.
const KEPT: Nanos = 31 * DAY;

/// `1-`, 8 hex digits, `-`, 24 hex digits, in lower case. `None` for ids that X-Ray cannot have: text, and nothing but zeros.
pub fn spelling(id: &TraceId) -> Option<String> {
    let bytes = id.bytes().filter(|_| id.is_valid())?;
    Some(format!("1-{}-{}", hex(&bytes[..4]), hex(&bytes[4..])))
}

/// When the trace began, to the second, as an id of X-Ray's own making says in its first 32 bits. `None` where that is not within
/// the last 31 days, or more than a day ahead of `now`: then the id is W3C's, of which all bits are random.
pub fn time_of(id: &TraceId, now: Time) -> Option<Time> {
    let [a, b, c, d, ..] = id.bytes()?;
    let time = Time(u64::from(u32::from_be_bytes([a, b, c, d])) * SECOND as u64);
    (-DAY..=KEPT).contains(&now.since(time)).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "1-5759e988-bd862e3fe1be46a994272793";
    /// 2016-06-09T22:11:20Z.
    const BEGAN: Time = Time(0x5759_e988 * 1_000_000_000);

    #[test]
    fn every_spelling_becomes_the_one_of_x_ray() {
        for text in [ID, "5759E988BD862E3FE1BE46A994272793", "1-5759E988-bd862e3fe1be46a994272793"] {
            assert_eq!(spelling(&TraceId::from_text(text)).as_deref(), Some(ID), "{text}");
        }
        let short = spelling(&TraceId::from_text("bd862e3fe1be46a9"));
        assert_eq!(short.as_deref(), Some("1-00000000-00000000bd862e3fe1be46a9"), "as OpenTelemetry pads it");
    }

    #[test]
    fn what_x_ray_cannot_have_has_no_spelling() {
        for text in ["checkout-7", "", "1-5759e988-bd86", "00000000000000000000000000000000"] {
            assert_eq!(spelling(&TraceId::from_text(text)), None, "{text}");
        }
    }

    #[test]
    fn the_time_in_an_id_counts_if_it_is_lately() {
        let id = TraceId::from_text(ID);
        let at = |by: Nanos| time_of(&id, BEGAN.saturating_add(by));
        assert_eq!(BEGAN.to_rfc3339(), "2016-06-09T22:11:20Z");
        assert_eq!([at(0), at(31 * DAY), at(-DAY)], [Some(BEGAN); 3]);
        assert_eq!([at(31 * DAY + 1), at(-DAY - 1)], [None; 2]);
        assert_eq!(time_of(&TraceId::from_text("checkout-7"), BEGAN), None);
    }

    proptest! {
        #[test]
        fn a_spelling_is_the_same_id(bytes: [u8; 16], now: u64) {
            let id = TraceId::from_bytes(bytes);
            let text = spelling(&id);
            prop_assert_eq!(text.is_some(), bytes != [0; 16]);
            prop_assert!(text.is_none_or(|text| text.len() == 35 && TraceId::from_text(&text) == id));
            if let Some(time) = time_of(&id, Time(now)) {
                prop_assert!(time <= Time(now).saturating_add(DAY) && time.saturating_add(KEPT) >= Time(now));
            }
        }
    }
}
