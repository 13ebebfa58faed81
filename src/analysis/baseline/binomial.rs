//! The tails of binomial distributions.

/// How many of so many independent trials succeed.
#[derive(Debug, Clone)]
pub(super) struct Binomial {
    trials: u32,
    /// The first number of successes whose probability is not too small for a double.
    first: u32,
    /// Of each number from `first` on, how likely it is that there are no more.
    at_most: Vec<f64>,
    /// The same for no less.
    at_least: Vec<f64>,
}

impl Binomial {
    /// With so many trials and the probability of success of each, which lies between 0 and 1, both excluded.
    ///
    /// Probabilities follow from the most likely one by their ratios, up to where they are too small for a double, and are then
    /// divided by their sum. (Below the smallest normal double, they would be rounded up to the same one again and again.) So it costs
    /// O(√n), loses nothing where the whole is large, and each tail is summed from its small end.
    pub(super) fn new(trials: u32, success: f64) -> Self {
        let (all, odds) = (f64::from(trials), success / (1.0 - success));
        let mode = ((all + 1.0) * success).floor().min(all);
        let mut below = Vec::new();
        let (mut k, mut mass) = (mode, 1.0);
        while k > 0.0 {
            mass *= k / ((all - k + 1.0) * odds);
            if mass < f64::MIN_POSITIVE {
                break;
            }
            k -= 1.0;
            below.push(mass);
        }
        let mut masses: Vec<f64> = below.into_iter().rev().chain([1.0]).collect();
        let first = (mode as u32) - (masses.len() - 1) as u32;
        (k, mass) = (mode, 1.0);
        while k < all {
            mass *= (all - k) * odds / (k + 1.0);
            if mass < f64::MIN_POSITIVE {
                break;
            }
            k += 1.0;
            masses.push(mass);
        }
        let running = |sum: &mut f64, mass: &f64| {
            *sum += mass;
            Some(*sum)
        };
        let mut at_most: Vec<f64> = masses.iter().scan(0.0, running).collect();
        let mut at_least: Vec<f64> = masses.iter().rev().scan(0.0, running).collect();
        at_least.reverse();
        let sum = at_most[at_most.len() - 1];
        at_most.iter_mut().chain(&mut at_least).for_each(|tail| *tail /= sum);
        Self { trials, first, at_most, at_least }
    }

    /// How likely it is that at most so many succeed.
    pub(super) fn at_most(&self, successes: u32) -> f64 {
        if successes >= self.trials {
            return 1.0;
        }
        let place = successes.checked_sub(self.first).map(|place| place as usize);
        place.map_or(0.0, |place| self.at_most.get(place).map_or(1.0, |tail| tail.min(1.0)))
    }

    /// How likely it is that at least so many succeed.
    pub(super) fn at_least(&self, successes: u32) -> f64 {
        if successes == 0 {
            return 1.0;
        }
        let place = successes.checked_sub(self.first).map(|place| place as usize);
        place.map_or(1.0, |place| self.at_least.get(place).map_or(0.0, |tail| tail.min(1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-12 + b.abs() * 1e-10
    }

    #[test]
    fn small_ones_are_counted_by_hand() {
        // Five coins: 1, 5, 10, 10, 5, 1 of 32.
        let coins = Binomial::new(5, 0.5);
        for (successes, ways) in [(0, 1.0), (1, 6.0), (2, 16.0), (3, 26.0), (4, 31.0), (5, 32.0)] {
            assert!(near(coins.at_most(successes), ways / 32.0), "{successes}");
            assert!(near(coins.at_least(5 - successes), ways / 32.0), "{successes}");
        }
        let never = Binomial::new(0, 0.3);
        assert!(near(never.at_most(0), 1.0) && near(never.at_least(0), 1.0) && near(never.at_least(1), 0.0));
    }

    #[test]
    fn large_ones_keep_their_tails() {
        let most = Binomial::new(200, 0.95);
        assert!(near(most.at_least(200), 0.95_f64.powi(200)));
        assert!(near(most.at_most(0), 0.05_f64.powi(200)));
        // Summed as fractions of whole numbers.
        assert!(near(Binomial::new(1_000, 0.95).at_most(940), 0.086_732_178_385_60));
        let huge = Binomial::new(u32::MAX, 0.5);
        assert!((huge.at_most(u32::MAX / 2) - 0.5).abs() < 1e-4 && huge.at_most.len() < 3_000_000);
        assert!(near(huge.at_most(0), 0.0) && near(huge.at_least(u32::MAX), 0.0) && near(huge.at_least(1), 1.0));
    }
}
