//! Whether two lists of durations could differ as they do by chance alone.
//!
//! The test of Mann and Whitney (<https://doi.org/10.1214/aoms/1177730491>): if it made no difference on which side a trace is, how
//! often would one side have ranks at least as far from the middle as it has? It assumes nothing of how durations are spread, but that
//! traces are independent of each other. Small samples are counted out exactly, ties and all; large ones are approximated by the normal
//! distribution, with corrections for ties and for continuity, as `SciPy` does
//! (<https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.mannwhitneyu.html>).

use crate::model::time::Nanos;

/// Sums are counted out exactly where that takes no more steps than this.
const STEPS: usize = 2_000_000;

/// How likely a difference is where there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance {
    /// The probability of a difference at least as large, in either direction, from 0 to 1.
    pub p: f64,
    /// Whether it was counted out, and not approximated.
    pub exact: bool,
}

impl Chance {
    /// Below this, by convention, chance alone is not believed to explain a difference.
    pub const UNLIKELY: f64 = 0.05;

    /// Whether chance alone hardly explains it.
    pub fn is_unlikely(self) -> bool {
        self.p < Self::UNLIKELY
    }
}

/// Compares two lists; `None` where one of them is empty.
pub fn mann_whitney(a: &[Nanos], b: &[Nanos]) -> Option<Chance> {
    // Which is which makes no difference; the shorter is the less work.
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() {
        return None;
    }
    let mut all: Vec<(Nanos, bool)> = short.iter().map(|length| (*length, true)).collect();
    all.extend(long.iter().map(|length| (*length, false)));
    all.sort_unstable();
    let count = all.len();
    // Ranks from 1 on; those that tie share the mean of theirs. Twice that, which is whole.
    let mut ranks = Vec::with_capacity(count);
    let (mut sum, mut ties) = (0, 0.0);
    for tied in all.chunk_by(|a, b| a.0 == b.0) {
        let rank = ranks.len() * 2 + 1 + tied.len();
        sum += rank * tied.iter().filter(|(_, short)| *short).count();
        ranks.resize(ranks.len() + tied.len(), rank);
        ties += (tied.len() as f64).powi(3) - tied.len() as f64;
    }
    let middle = short.len() * (count + 1);
    let off = sum.abs_diff(middle);
    let steps = count.saturating_mul(short.len()).saturating_mul(count * (count + 1));
    let exact = steps <= STEPS;
    let p = if exact { counted(&ranks, short.len(), off) } else { approximated(short.len(), long.len(), ties, off) };
    Some(Chance { p: p.clamp(0.0, 1.0), exact })
}

/// The share of all choices of so many ranks whose sum is at least so far from the middle.
fn counted(ranks: &[usize], chosen: usize, off: usize) -> f64 {
    let most: usize = ranks.iter().sum();
    // How many choices of so many ranks have this sum. Counts above 2^53 are rounded, which no figure shows.
    let mut choices = vec![vec![0.0_f64; most + 1]; chosen + 1];
    choices[0][0] = 1.0;
    let mut reached = 0;
    for &rank in ranks {
        reached += rank;
        for count in (1..=chosen).rev() {
            let (fewer, more) = choices.split_at_mut(count);
            for sum in rank..=reached {
                more[0][sum] += fewer[count - 1][sum - rank];
            }
        }
    }
    let middle = chosen * (ranks.len() + 1);
    let (mut far, mut all) = (0.0, 0.0);
    for (sum, count) in choices[chosen].iter().enumerate() {
        all += count;
        far += if sum.abs_diff(middle) >= off { *count } else { 0.0 };
    }
    far / all
}

fn approximated(short: usize, long: usize, ties: f64, off: usize) -> f64 {
    let (short, long) = (short as f64, long as f64);
    let count = short + long;
    let variance = short * long / 12.0 * (count + 1.0 - ties / (count * (count - 1.0)));
    if variance <= 0.0 {
        return 1.0;
    }
    2.0 * upper_tail((off as f64 / 2.0 - 0.5).max(0.0) / variance.sqrt())
}

/// How much of the standard normal distribution lies above, to 7.5e-8: Abramowitz and Stegun, formula 26.2.17
/// (<https://personal.math.ubc.ca/~cbm/aands/page_932.htm>).
fn upper_tail(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * x);
    let terms = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let sum = terms.iter().rev().fold(0.0, |sum, term| (sum + term) * t);
    sum * (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn p(a: &[Nanos], b: &[Nanos]) -> f64 {
        mann_whitney(a, b).expect("there is something on both sides").p
    }

    fn near(a: f64, b: f64, by: f64) -> bool {
        (a - b).abs() <= by
    }

    #[test]
    fn small_samples_are_counted_out() {
        // Of the 20 ways to choose three of six, two are as far from the middle as this.
        assert!(near(p(&[1, 2, 3], &[4, 5, 6]), 0.1, 1e-12));
        assert!(near(p(&[1], &[2]), 1.0, 1e-12));
        // One against twenty can never be further out than the first or the last.
        let many: Vec<Nanos> = (2..22).collect();
        assert!(near(p(&[1], &many), 2.0 / 21.0, 1e-12));
        // Five against five, wholly apart: two of 252.
        assert!(near(p(&[1, 2, 3, 4, 5], &[6, 7, 8, 9, 10]), 2.0 / 252.0, 1e-12));
    }

    #[test]
    fn ties_are_counted_as_ties() {
        assert!(near(p(&[5, 5, 5], &[5, 5]), 1.0, 1e-12));
        // Of the six choices of two of [1, 1, 2, 2], one is [1, 1] and one is [2, 2].
        assert!(near(p(&[1, 1], &[2, 2]), 2.0 / 6.0, 1e-12));
        assert_eq!(mann_whitney(&[], &[1]), None);
    }

    #[test]
    fn the_normal_distribution_is_that_of_the_tables() {
        for (x, above) in [(0.0, 0.5), (1.0, 0.158_655_254), (1.959_963_985, 0.025), (3.290_526_731, 0.000_5)] {
            assert!(near(upper_tail(x), above, 1e-7), "{x}");
        }
    }

    #[test]
    fn large_samples_are_approximated_and_agree_with_the_count() {
        let a: Vec<Nanos> = (0..20).map(|n| n * 7 % 20).collect();
        let b: Vec<Nanos> = (0..20).map(|n| n * 3 % 20 + 4).collect();
        let exact = mann_whitney(&a, &b).unwrap();
        assert!(exact.exact);
        let (mut all, mut ties) = ([a.clone(), b.clone()].concat(), 0.0);
        all.sort_unstable();
        for tied in all.chunk_by(|a, b| a == b) {
            ties += (tied.len() as f64).powi(3) - tied.len() as f64;
        }
        let rank = |of: Nanos| 1 + all.partition_point(|it| *it < of) + all.partition_point(|it| *it <= of);
        let off = a.iter().map(|of| rank(*of)).sum::<usize>().abs_diff(20 * 41);
        assert!(near(exact.p, approximated(20, 20, ties, off), 0.01), "{exact:?}");
        let many: Vec<Nanos> = (0..3_000).collect();
        let later: Vec<Nanos> = (300..3_300).collect();
        let chance = mann_whitney(&many, &later).unwrap();
        assert!(!chance.exact && chance.p < 1e-6, "{chance:?}");
    }

    proptest! {
        #[test]
        fn it_is_a_probability_whichever_is_first_and_in_whatever_order(
            a in proptest::collection::vec(0..30_i128, 1..9), b in proptest::collection::vec(0..30_i128, 1..80),
        ) {
            let chance = mann_whitney(&a, &b).unwrap();
            prop_assert!((0.0..=1.0).contains(&chance.p), "{chance:?}");
            prop_assert_eq!(mann_whitney(&b, &a).map(|other| other.exact), Some(chance.exact));
            prop_assert!(near(p(&b, &a), chance.p, 1e-9));
            let mut turned = a.clone();
            turned.reverse();
            prop_assert_eq!(mann_whitney(&turned, &b), Some(chance));
        }
    }
}
