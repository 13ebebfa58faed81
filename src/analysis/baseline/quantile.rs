//! How far apart a quantile of two populations is, with confidence, from a sample of each; without assuming how they are spread.
//!
//! Of n independent values, at most so many lie below the quantile at `p` as of n trials with probability `p` succeed: the order
//! statistics are bounds of the quantile, with a confidence that the binomial distribution says (Hahn and Meeker, *Statistical
//! Intervals*, 1991, section 5.2, <https://doi.org/10.1002/9780470316771>; David and Nagaraja, *Order Statistics*, section 7.1). Values
//! that tie change nothing but that the confidence is higher.
//!
//! Two such intervals that do not overlap differ, but to wait for that asks for about twice the samples that are necessary. Instead:
//! suppose that the quantile is at most ρ times what it was. Then there is a value v, what it was, for which both are true: it was
//! not less than v, and it is not more than ρv. Each of the two samples says how surprising its half is, as a probability from the
//! binomial distribution; the samples are independent, so Fisher's method makes one probability of both (*Statistical Methods for
//! Research Workers*, 1932, section 21.1; <https://en.wikipedia.org/wiki/Fisher%27s_method>). Whatever v is: the least surprising one
//! counts. Where even that is less probable than the level, ρ is refuted, and the largest such ρ is a lower bound of the ratio. It
//! need not be searched for: between two order statistics nothing changes.

use super::binomial::Binomial;
use super::sample::Sample;

/// How many samples each side needs at least, so that a quantile (a share between 0 and 1) has bounds at all with this confidence
/// (between 0 and 1): with fewer, it may well lie beyond the longest, or the shortest, that was seen. `None` where no number is
/// enough, or more than [`u32::MAX`].
///
/// For a single bound of a single sample, pⁿ ≤ 1 - confidence would do: 59 for p95 with 95 % (Hahn and Meeker, table A.15). Here it is
/// one of two halves of a comparison, of which the other says nothing: pⁿ(1 - ln pⁿ), which is 93.
pub fn need(quantile: f64, confidence: f64) -> Option<u32> {
    needed(quantile, 1.0 - confidence)
}

/// The same for a level: what the confidence lacks to 1.
pub(super) fn needed(quantile: f64, level: f64) -> Option<u32> {
    let outer = quantile.max(1.0 - quantile);
    let enough = |samples: u32| fisher(outer.powf(f64::from(samples)), 1.0) <= level;
    // A level of nothing is only reached by what is too small for a double.
    if level <= 0.0 || !enough(u32::MAX) {
        return None;
    }
    let (mut few, mut many) = (0, u32::MAX);
    while few < many {
        let middle = few + (many - few) / 2;
        if enough(middle) { many = middle } else { few = middle + 1 }
    }
    Some(many)
}

/// By Fisher's method, how probable it is that two independent probabilities have a product like this or a smaller one, if both are
/// true: with four degrees of freedom, the tail of the chi-squared distribution is this.
fn fisher(one: f64, other: f64) -> f64 {
    let product = one * other;
    if product <= 0.0 { 0.0 } else { product * (1.0 - product.ln()) }
}

/// A sample, looked at for one quantile.
#[derive(Debug)]
pub(super) struct Side<'a> {
    sample: &'a Sample,
    below: Binomial,
}

impl<'a> Side<'a> {
    /// The quantile is a share between 0 and 1.
    pub(super) fn new(sample: &'a Sample, quantile: f64) -> Self {
        Self { sample, below: Binomial::new(sample.count(), quantile) }
    }

    /// Of each value that is kept, how surprising it is if the quantile is not less than it; and last, of whatever is above all.
    fn not_less(&self) -> impl Iterator<Item = (Option<u64>, f64)> + '_ {
        let runs = self.sample.kept().chunk_by(|a, b| a == b);
        // So many at least are less than the value: those up to the last that is kept and less.
        let mut less = 0;
        let mut place = 0;
        let values = runs.map(move |run| {
            let said = (Some(run[0]), self.below.at_least(less));
            place += run.len();
            less = self.sample.ranks()[place - 1];
            said
        });
        values.chain([(None, self.below.at_least(self.sample.count()))])
    }

    /// The first value that is too large for this: if the quantile is not more than a smaller value, that is too surprising beside the
    /// other probability. `None` where there is none.
    fn refuted_below(&self, level: f64, other: f64) -> Option<u64> {
        // So many at most are not more than what is less than the value: those before the first that is kept and not less.
        let refuted = self.sample.ranks().partition_point(|rank| fisher(self.below.at_most(rank - 1), other) <= level);
        refuted.checked_sub(1).map(|place| self.sample.kept()[place])
    }
}

/// With a probability of error of at most `level`: the quantile of `now` is at least so many times that of `was`. 0 where nothing can
/// be said, infinite where it was nothing and is something.
pub(super) fn at_least(was: &Side<'_>, now: &Side<'_>, level: f64) -> f64 {
    let mut least = f64::INFINITY;
    for (value, surprise) in was.not_less() {
        // Surprising enough by itself, whatever is now.
        if fisher(surprise, 1.0) <= level {
            continue;
        }
        let ratio = match (value, now.refuted_below(level, surprise)) {
            (None, _) | (Some(_), None | Some(0)) => 0.0,
            (Some(was), Some(now)) => now as f64 / was as f64,
        };
        least = least.min(ratio);
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(was: &[u64], now: &[u64], quantile: f64, level: f64) -> f64 {
        let (was, now) = (Sample::of(was.to_vec()), Sample::of(now.to_vec()));
        at_least(&Side::new(&was, quantile), &Side::new(&now, quantile), level)
    }

    #[test]
    fn fishers_method_is_the_tail_of_chi_squared() {
        // The table's 95 % quantile with four degrees of freedom is 9.487729; two that make it have the product exp(-9.487729 / 2).
        assert!((fisher((-9.487_729_f64 / 2.0).exp(), 1.0) - 0.05).abs() < 1e-7);
        assert!((fisher((-13.276_704_f64 / 4.0).exp(), (-13.276_704_f64 / 4.0).exp()) - 0.01).abs() < 1e-7);
        assert!(fisher(0.0, 1.0) == 0.0 && (fisher(1.0, 1.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_number_of_samples_is_the_smallest_that_is_enough() {
        // 0.5^7 = 1/128, and (1 + ln 128) / 128 = 0.0457; 0.5^6 gives 0.0806.
        assert_eq!(need(0.5, 0.95), Some(7));
        assert_eq!([need(0.95, 0.95), need(0.05, 0.95)], [Some(93), Some(93)]);
        assert_eq!(need(0.99, 1.0 - 0.05 / 3.0), Some(602));
        assert_eq!(need(0.5, 0.0), Some(0), "no confidence needs no samples");
        assert_eq!([need(0.5, 1.0), need(1.0, 0.95), need(f64::NAN, 0.9)], [None; 3]);
    }

    #[test]
    fn a_bound_is_there_from_that_number_on() {
        let list = |count: usize| vec![10_u64; count];
        for (quantile, level, enough) in [(0.5, 0.05, 7), (0.95, 0.05, 93)] {
            assert!((bound(&list(enough), &list(enough), quantile, level) - 1.0).abs() < 1e-12, "{quantile}");
            assert!(bound(&list(enough - 1), &list(enough), quantile, level) == 0.0, "{quantile}");
        }
    }

    #[test]
    fn a_small_case_is_the_one_that_is_counted_by_hand() {
        // Seven against seven at the median, with 5 %: Fisher's method accepts products up to 0.00870. So many or more of seven coins
        // are 128, 127, 120, 99, 64, 29, 8 and 1 of 128 (from none on), and so many or fewer the same from the other end.
        // It was not less than 10: says nothing (1). Beside that, only that none is below is surprising enough now: 1/128 = 0.0078.
        // So now it is not less than the first, 20, which is 20/10. Not less than 15, with five below: 29/128, and with one below
        // now 29/128 · 8/128 = 0.0142 is too much: 20/15. Not less than 16: 8/128 · 8/128 = 0.0039 is enough for the second, and
        // 8/128 · 29/128 is too much: 21/16. Above 16: 1/128 is enough by itself.
        let was = [10, 11, 12, 13, 14, 15, 16];
        let now = [20, 21, 22, 23, 24, 25, 26];
        assert!((bound(&was, &now, 0.5, 0.05) - 21.0 / 16.0).abs() < 1e-12);
        // With a larger second value, the sixth is the least.
        assert!((bound(&was, &[20, 30, 31, 32, 33, 34, 35], 0.5, 0.05) - 20.0 / 15.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_is_not_divided_by_nothing() {
        let zeros = [0; 20];
        assert!(bound(&zeros, &zeros, 0.5, 0.05) == 0.0);
        assert!(bound(&zeros, &[1; 20], 0.5, 0.05) == f64::INFINITY);
        assert!(bound(&[1; 20], &zeros, 0.5, 0.05) == 0.0);
        assert!(bound(&[], &[1; 20], 0.5, 0.05) == 0.0 && bound(&[1; 20], &[], 0.5, 0.05) == 0.0);
    }
}
