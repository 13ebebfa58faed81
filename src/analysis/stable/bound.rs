//! A bound that one can read: `500ms`, not `437.1ms`.

use crate::model::Nanos;
use crate::model::time::{MILLISECOND, SECOND};

/// The longest that an expression can ask for.
const LONGEST: Nanos = u64::MAX as Nanos;

/// Twice this, in nanoseconds, rounded up to 1, 2, 3 or 5 and zeros, and from a minute on to whole minutes or hours of these numbers. At least
/// a millisecond: what takes less is mostly noise. `None` where it is longer than anything can take.
pub(super) fn readable(slowest: Nanos) -> Option<Nanos> {
    let wanted = slowest.checked_mul(2)?.max(MILLISECOND);
    let unit = match wanted {
        wanted if wanted <= 30 * SECOND => 1,
        wanted if wanted <= 30 * 60 * SECOND => 60 * SECOND,
        _ => 3600 * SECOND,
    };
    let mut scale = unit;
    loop {
        if let Some(bound) = [1, 2, 3, 5].map(|digit| digit * scale).into_iter().find(|bound| *bound >= wanted) {
            return (bound <= LONGEST).then_some(bound);
        }
        scale = scale.checked_mul(10)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bound_is_a_number_that_people_would_choose() {
        let written = |slowest: Nanos| readable(slowest).unwrap();
        assert_eq!(written(203 * MILLISECOND), 500 * MILLISECOND);
        assert_eq!(written(500 * MILLISECOND), SECOND);
        assert_eq!(written(1), MILLISECOND);
        assert_eq!(written(-5), MILLISECOND);
        assert_eq!(written(14 * SECOND), 30 * SECOND);
        assert_eq!(written(20 * SECOND), 60 * SECOND);
        assert_eq!(written(70 * SECOND), 180 * SECOND);
        assert_eq!(written(1000 * SECOND), 3600 * SECOND);
        assert_eq!(readable(LONGEST), None);
        assert_eq!(readable(Nanos::MAX), None);
    }

    proptest! {
        #[test]
        fn a_bound_leaves_room_and_not_too_much(slowest in MILLISECOND..LONGEST / 8) {
            let bound = readable(slowest).unwrap();
            prop_assert!(bound >= slowest * 2 && bound <= slowest * 5, "{bound}");
        }
    }
}
