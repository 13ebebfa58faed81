//! How long to wait before sending again: twice as long each time, up to a bound, made random so that many senders do not come back
//! at once, and at least what the destination asked for.
//!
//! <https://opentelemetry.io/docs/specs/otlp/#otlphttp-throttling>

use std::time::Duration;

/// Before the second attempt.
const FIRST: Duration = Duration::from_millis(250);
/// At most, however often it failed.
const LONGEST: Duration = Duration::from_secs(30);
/// What a destination may ask for at most: beyond that it is asked again.
const LONGEST_ASKED: Duration = Duration::from_mins(5);

/// The waits between the attempts to send one thing.
#[derive(Debug, Default)]
pub(super) struct Pace {
    failures: u32,
}

impl Pace {
    /// How often it was asked.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    /// How long to wait now. `asked` is what the destination said, and `random` a number from 0 to 1.
    pub(super) fn next(&mut self, asked: Option<Duration>, random: f64) -> Duration {
        let doubled = FIRST.saturating_mul(2_u32.saturating_pow(self.failures)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        // Between half of it and all of it.
        let wait = doubled.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0);
        asked.map_or(wait, |asked| wait.max(asked.min(LONGEST_ASKED)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_half_a_minute() {
        let mut pace = Pace::default();
        let waits: Vec<u128> = (0..10).map(|_| pace.next(None, 1.0).as_millis()).collect();
        assert_eq!(waits, [250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
        assert_eq!(pace.failures(), 10);
        assert_eq!(Pace::default().next(None, 0.0), Duration::from_millis(125));
        let mut tired = Pace { failures: u32::MAX };
        assert_eq!(tired.next(None, 1.0), LONGEST);
    }

    #[test]
    fn what_the_destination_asks_for_is_the_least_within_reason() {
        let asked = |seconds| Pace::default().next(Some(Duration::from_secs(seconds)), 1.0);
        assert_eq!(asked(0), Duration::from_millis(250));
        assert_eq!(asked(7), Duration::from_secs(7));
        assert_eq!(asked(1_000_000), LONGEST_ASKED);
    }
}
