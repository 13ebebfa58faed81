//! Lengths of time: from our nanoseconds to X-Ray's seconds, which have three decimals.

use super::formula::Formula;
use crate::model::Nanos;
use crate::model::time::MILLISECOND;
use crate::query::{Literal, Op, Test};

/// Longer than 584 years no trace can be; nothing beyond is asked.
const LONGEST: Nanos = u64::MAX as Nanos;

/// Between what lengths of time a comparison holds, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    least: Option<Nanos>,
    most: Option<Nanos>,
}

impl Bounds {
    /// `None` where it is no comparison with a length of time that requires one.
    pub(super) fn of(test: &Test) -> Option<Self> {
        let nanos = |literal: &Literal| if let Literal::Duration(nanos) = literal { Some(*nanos) } else { None };
        match test {
            Test::Compare(op, literal) => {
                let value = Some(nanos(literal)?);
                match op {
                    Op::Eq => Some(Self { least: value, most: value }),
                    Op::Gt | Op::Ge => Some(Self { least: value, most: None }),
                    Op::Lt | Op::Le => Some(Self { least: None, most: value }),
                    Op::Ne => None,
                }
            }
            Test::In(literals) => {
                let all: Vec<_> = literals.iter().map(nanos).collect::<Option<_>>()?;
                Some(Self { least: Some(*all.iter().min()?), most: all.iter().max().copied() })
            }
            _ => None,
        }
    }

    /// Only from below: what is true of a whole where it is of its part.
    pub(super) fn least(self) -> Self {
        Self { most: None, ..self }
    }

    /// Only from above.
    pub(super) fn most(self) -> Self {
        Self { least: None, ..self }
    }

    /// As conditions on a keyword whose value is rounded to milliseconds, in whatever direction; `None` where they say nothing.
    pub(super) fn formula(self, keyword: &str) -> Option<Formula> {
        let least = self.least.map(|nanos| nanos.min(LONGEST).div_euclid(MILLISECOND) - 1).filter(|millis| *millis > 0);
        let most = self.most.filter(|nanos| *nanos <= LONGEST);
        // No length of time is less than none.
        let most = most.map(|nanos| (1 - (-nanos.max(-LONGEST)).div_euclid(MILLISECOND)).max(0));
        let least = least.map(|millis| Formula::Is(format!("{keyword} >= {}", seconds(millis))));
        let most = most.map(|millis| Formula::Is(format!("{keyword} <= {}", seconds(millis))));
        Formula::all(least.into_iter().chain(most))
    }
}

/// Milliseconds as decimal seconds.
fn seconds(millis: Nanos) -> String {
    let text = format!("{}.{:03}", millis / 1000, millis % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(op: Op, nanos: Nanos) -> String {
        let bounds = Bounds::of(&Test::Compare(op, Literal::Duration(nanos))).unwrap();
        bounds.formula("duration").map_or("nothing".to_owned(), |formula| formula.to_string())
    }

    #[test]
    fn a_bound_leaves_room_for_rounding_in_its_own_direction() {
        assert_eq!(asked(Op::Gt, 250 * MILLISECOND), "duration >= 0.249");
        assert_eq!(asked(Op::Ge, 250 * MILLISECOND + 999_999), "duration >= 0.249");
        assert_eq!(asked(Op::Lt, 250 * MILLISECOND - 1), "duration <= 0.251");
        assert_eq!(asked(Op::Le, 250 * MILLISECOND + 1), "duration <= 0.252");
        assert_eq!(asked(Op::Eq, 5001 * MILLISECOND), "duration >= 5 AND duration <= 5.002");
    }

    #[test]
    fn what_every_duration_satisfies_is_not_asked() {
        assert_eq!(asked(Op::Gt, 0), "nothing");
        assert_eq!(asked(Op::Ge, 1_999_999), "nothing");
        assert_eq!(asked(Op::Gt, Nanos::MIN), "nothing");
        assert_eq!(asked(Op::Lt, Nanos::MAX), "nothing");
        assert_eq!(asked(Op::Lt, Nanos::MIN), "duration <= 0");
        assert_eq!(asked(Op::Gt, Nanos::MAX), "duration >= 18446744073.708");
    }
}
