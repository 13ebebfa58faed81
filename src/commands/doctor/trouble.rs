//! Why a service did not answer, and how far the clock is from its own: the same of all of them.

use super::{Case, Finding};
use crate::backend::clock::Offset;
use crate::backend::{Remote, Trouble};
use crate::model::Nanos;
use crate::model::diagnosis::kind;
use crate::model::time::SECOND;
use crate::render::units;

/// Spans of two machines whose clocks are so far apart look odd beside each other.
const DRIFTS: Nanos = 2 * SECOND;
/// A clock that is so far off is not set at all. AWS refuses signatures from five minutes on
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>).
const OFF: Nanos = 60 * SECOND;
/// What sets it, on systems with systemd.
pub(super) const SET_CLOCK: &str = "timedatectl set-ntp true";

/// That there was no answer. `backend` is what `--backend` calls it, where it can.
pub(super) fn unanswered(check: &'static str, remote: &Remote, backend: Option<&str>, case: Case<'_>) -> Finding {
    let finding = match remote.kind {
        Trouble::Unreachable => "unreachable",
        Trouble::Timeout => "late",
        Trouble::Throttled => "throttled",
        _ => "broken",
    };
    let named = backend.map_or_else(String::new, |backend| format!(" -b {backend}"));
    let again = case.ours.command(&format!("doctor{named} {}", case.longer()));
    let finding = Finding::of(kind(check, finding), &remote.message).and(remote.hints.iter().cloned());
    finding.remedy(again.filter(|_| remote.kind == Trouble::Timeout))
}

/// What a clock means that is off by so much; nothing where nobody told.
pub(super) fn clock(check: &'static str, offset: Option<Offset>) -> Option<Finding> {
    let offset = offset?;
    let by = offset.at_least();
    let exact = units::duration(offset.exact_to, false);
    if by < DRIFTS {
        return Some(Finding::ok(check, format!("right, as far as can be told: to {exact}")));
    }
    let how = if offset.by > 0 { "slow" } else { "fast" };
    let what = format!("this machine's clock is {} {how}, exact to {exact}", units::duration(offset.by.abs(), false));
    let of = Finding::of(kind(check, if by < OFF { "drifts" } else { "off" }), what);
    Some(
        of.detail("spans of this machine look as if they were before or after what they belong to")
            .remedy(SET_CLOCK.to_owned()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::diagnosis::Level;

    #[test]
    fn a_clock_is_only_blamed_for_what_it_surely_is_off_by() {
        let of = |by: Nanos, exact_to: Nanos| clock("xray-clock", Some(Offset { by, exact_to })).unwrap();
        assert_eq!(of(2 * SECOND, SECOND / 2).level, Level::Ok);
        assert_eq!((of(-3 * SECOND, SECOND / 2).finding, of(61 * SECOND, 2 * SECOND).finding), ("drifts", "drifts"));
        assert_eq!(of(600 * SECOND, SECOND).what, "this machine's clock is 10 m 00 s slow, exact to 1 s");
        assert!(of(-600 * SECOND, SECOND).what.contains(" fast"));
        assert_eq!((of(600 * SECOND, SECOND).finding, of(600 * SECOND, SECOND).level), ("off", Level::Problem));
        assert_eq!(clock("xray-clock", None), None);
    }
}
