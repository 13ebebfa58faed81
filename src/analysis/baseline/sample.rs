//! Many durations, by a bounded number of their order statistics.
//!
//! Up to [`MOST`] durations are all kept. Of more, those are kept whose ranks lie at the shares 3u² - 2u³ of all, for u in
//! a hundred equal steps from 0 to 1, and those of the percentiles that people ask for. That curve is close to sin²(πu/2), the
//! inverse of the transformation that gives binomial shares the same variance everywhere (Anscombe 1948,
//! <https://doi.org/10.1093/biomet/35.3-4.246>): between two neighbours there is the same number of standard errors of a rank,
//! which is less than one up to 1,000 durations, and three at 10,000. It is a polynomial of whole numbers, so that every machine keeps
//! the same ranks. The shortest and the longest are always kept.
//!
//! What lies between two that are kept is only known to be between them. Whoever concludes something takes the less convincing end, so
//! that this costs a little power and no confidence.

/// So many are all kept.
pub const MOST: u32 = 105;

/// How many steps there are from the shortest to the longest.
const STEPS: u64 = 100;

/// Percentiles of which the exact rank is kept.
const PERCENTILES: [u64; 4] = [50, 90, 95, 99];

/// Durations in nanoseconds, sorted, and which ranks they have among all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sample {
    count: u32,
    kept: Vec<u64>,
    ranks: Vec<u32>,
}

impl Sample {
    /// Of all durations, in any order. Costs O(n log n). More than [`u32::MAX`] do not fit in any memory.
    pub fn of(mut durations: Vec<u64>) -> Self {
        durations.sort_unstable();
        let count = u32::try_from(durations.len()).unwrap_or(u32::MAX);
        let ranks = ranks(count);
        let kept = ranks.iter().map(|rank| durations[*rank as usize - 1]).collect();
        Self { count, kept, ranks }
    }

    /// Of those that were kept of so many; `None` where these are not as many as are kept, or not sorted.
    pub fn restored(count: u32, kept: Vec<u64>) -> Option<Self> {
        let ranks = ranks(count);
        (ranks.len() == kept.len() && kept.is_sorted()).then_some(Self { count, kept, ranks })
    }

    /// How many durations there were.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Those that are kept, sorted.
    pub fn kept(&self) -> &[u64] {
        &self.kept
    }

    /// The ranks of those that are kept, from 1.
    pub fn ranks(&self) -> &[u32] {
        &self.ranks
    }

    /// A quantile by nearest rank, or the next that is kept: what this share of all durations does not exceed. `None` of none.
    pub fn quantile(&self, share: f64) -> Option<u64> {
        // A percentile such as 0.95 is not exact in binary: 0.95 of 20 is the 19th.
        let rank = (share * f64::from(self.count) - 1e-9).ceil().max(1.0);
        let place = self.ranks.partition_point(|kept| f64::from(*kept) < rank);
        self.kept.get(place).or(self.kept.last()).copied()
    }
}

/// Which ranks are kept of so many, sorted.
pub(super) fn ranks(count: u32) -> Vec<u32> {
    if count <= MOST {
        return (1..=count).collect();
    }
    let all = u64::from(count);
    let whole = u128::from(STEPS.pow(3));
    let steps = (0..=STEPS).map(|step| {
        let share = u128::from(step * step * (3 * STEPS - 2 * step));
        1 + ((u128::from(all - 1) * share + whole / 2) / whole) as u32
    });
    let mut ranks: Vec<u32> = steps.chain(PERCENTILES.map(|percent| (all * percent).div_ceil(100) as u32)).collect();
    ranks.sort_unstable();
    ranks.dedup();
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_few_are_all_kept_and_of_many_the_ends_and_the_percentiles() {
        assert!(ranks(0).is_empty());
        assert_eq!(ranks(3), [1, 2, 3]);
        assert_eq!(ranks(MOST).len(), MOST as usize);
        let many = ranks(10_000);
        // By hand: 1 + 9,999 * 0.000298, and 1 + 9,999 * 0.001184, rounded.
        assert_eq!(many[..3], [1, 4, 13]);
        assert!([5_000, 9_000, 9_500, 9_900, 10_000].iter().all(|rank| many.contains(rank)), "{many:?}");
        assert!(many.len() <= MOST as usize);
        assert_eq!(ranks(u32::MAX).last(), Some(&u32::MAX));
    }

    #[test]
    fn quantiles_are_those_of_nearest_rank() {
        let sample = |count: u64| Sample::of((1..=count).rev().collect());
        assert_eq!([0.0, 0.5, 0.95, 0.99, 1.0].map(|share| sample(20).quantile(share)), [1, 10, 19, 20, 20].map(Some));
        assert_eq!(
            [0.5, 0.9, 0.95, 0.99].map(|share| sample(12_345).quantile(share)),
            [6_173, 11_111, 11_728, 12_222].map(Some)
        );
        assert_eq!(sample(0).quantile(0.5), None);
    }

    #[test]
    fn what_was_not_kept_like_this_is_not_restored() {
        assert_eq!(Sample::restored(2, vec![1, 2, 3]), None);
        assert_eq!(Sample::restored(2, vec![2, 1]), None);
        assert_eq!(Sample::restored(u32::MAX, vec![1]), None);
        assert_eq!(Sample::restored(2, vec![1, 2]), Some(Sample::of(vec![2, 1])));
    }

    proptest! {
        #[test]
        fn ranks_rise_from_first_to_last_and_between_two_are_few_standard_errors(count in 1..5_000_000_u32) {
            let ranks = ranks(count);
            prop_assert_eq!((ranks[0], ranks[ranks.len() - 1]), (1, count));
            prop_assert!(ranks.len() <= MOST as usize);
            for pair in ranks.windows(2) {
                prop_assert!(pair[0] < pair[1]);
                let share = f64::from(pair[0] + pair[1]) / 2.0 / f64::from(count);
                let error = (f64::from(count) * share * (1.0 - share)).sqrt();
                prop_assert!(f64::from(pair[1] - pair[0]) <= 1.0 + 0.045 * f64::from(count).sqrt() * error, "{pair:?} of {count}");
            }
        }
    }
}
