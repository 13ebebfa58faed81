//! What takes longer than it did, what is gone, and what cannot be told.
//!
//! An operation is **slower** where, with the confidence that is asked for, one of its quantiles is more than the tolerance above what
//! it was. That nothing is slower cannot be shown of anything that varies, only that it is not slower by more than so much: an operation
//! is the **same** where there are enough samples and no slowdown beyond the tolerance can be shown, and how large one might still
//! hide is said with it ([`Ratio::at_most`]). Without enough samples it **cannot be told**.
//!
//! An operation that is not there any more is **vanished** where chance hardly explains it: if traces now had it as often as those of
//! the baseline, how probable is it that all that have it are in the baseline? That is counted out, as in Fisher's exact test
//! (<https://en.wikipedia.org/wiki/Fisher%27s_exact_test>). What was in three traces of two hundred may well be missing from the next
//! hundred: that cannot be told.
//!
//! The confidence is that of all of it together. A baseline of k operations makes k · (q + 1) promises, q quantiles of each and that it is
//! there, and each may be judged wrongly with the same part of what the confidence lacks to 1 (Bonferroni's correction). Holm's is finer
//! where several fail, but its first step, which decides whether anything does, is the same, and with it the bounds would not hold
//! together. Where nothing is slower by more than the tolerance, and nothing rarer, anything is called slower or vanished with at most
//! that probability. What is called faster has the same of its own, and so has what is said to be at most so much.
//!
//! All this is about chance from trace to trace. A machine that was busy during a whole run made all its traces slow together, and no
//! figures of that run can show it: that is what the tolerance is for.

use std::cmp::Ordering;

use crate::analysis::assertion::Verdict;

use super::options::{Nonsense, Options};
use super::quantile::{Side, at_least};
use super::{Baseline, Operation};

/// What differs from a baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What was asked.
    pub options: Options,
    /// How many traces there were, and are.
    pub traces: [u32; 2],
    /// How many samples of an operation each side needs, for all quantiles; `None` where no number is enough.
    pub need: Option<u32>,
    /// Each operation of either side, the worst first.
    pub entries: Vec<Entry>,
}

/// What there is to say of an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What was known of it, and what is: one of both at least.
    pub sides: [Option<Operation>; 2],
    /// How it compares, of each quantile in the order in which they are asked for; none where samples are missing on one side.
    pub ratios: Vec<Ratio>,
    /// What follows.
    pub outcome: Outcome,
}

/// A quantile now and before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// Which, as a share.
    pub quantile: f64,
    /// In the samples of the baseline, in nanoseconds.
    pub was: u64,
    /// In the samples now.
    pub now: u64,
    /// It is at least so many times what it was; 0 where that cannot be told.
    pub at_least: f64,
    /// It is at most so many times what it was; infinite where that cannot be told.
    pub at_most: f64,
}

/// What can be said of an operation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// Slower by more than the tolerance; at which quantile most, a place in [`Entry::ratios`].
    Slower(usize),
    /// Not there any more, which chance hardly explains.
    Vanished,
    /// There are not enough samples on one side or on both.
    TooFew {
        /// How many there are on the side that has fewer.
        have: u32,
        /// How many each side needs; `None` where no number is enough.
        need: Option<u32>,
    },
    /// Not seen, which may be chance.
    Unseen,
    /// Not in the baseline.
    New,
    /// No slowdown beyond the tolerance can be shown; at which quantile one may hide most.
    Same(usize),
    /// Faster by more than the tolerance, and not slower; at which quantile most.
    Faster(usize),
}

impl Outcome {
    /// Whether what the baseline promises of this operation holds.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Slower(_) | Self::Vanished => Verdict::Fails,
            Self::TooFew { .. } | Self::Unseen => Verdict::Unknown,
            Self::New | Self::Same(_) | Self::Faster(_) => Verdict::Holds,
        }
    }

    /// The worst has the least.
    fn rank(self) -> u8 {
        match self {
            Self::Slower(_) => 0,
            Self::Vanished => 1,
            Self::TooFew { .. } => 2,
            Self::Unseen => 3,
            Self::New => 4,
            Self::Same(_) => 5,
            Self::Faster(_) => 6,
        }
    }
}

impl Entry {
    /// The operation, as it is or was.
    pub fn operation(&self) -> &Operation {
        let [was, now] = &self.sides;
        now.as_ref().or(was.as_ref()).expect("it is on one side at least")
    }

    /// The quantile that the outcome is about, or else the first.
    pub fn ratio(&self) -> Option<&Ratio> {
        match self.outcome {
            Outcome::Slower(place) | Outcome::Same(place) | Outcome::Faster(place) => self.ratios.get(place),
            _ => self.ratios.first(),
        }
    }

    /// How bad it is among others with the same outcome.
    fn badness(&self) -> f64 {
        let bound = |ratio: &Ratio| if matches!(self.outcome, Outcome::Slower(_)) { ratio.at_least } else { ratio.at_most };
        self.ratio().map_or(0.0, bound)
    }
}

impl Comparison {
    /// Whether what the baseline promises holds. A baseline that promises nothing, and no traces to compare, tell nothing.
    pub fn verdict(&self) -> Verdict {
        let has = |verdict| self.entries.iter().any(|entry| entry.outcome.verdict() == verdict);
        if has(Verdict::Fails) {
            Verdict::Fails
        } else if has(Verdict::Unknown) || self.promised() == 0 || self.traces.contains(&0) {
            Verdict::Unknown
        } else {
            Verdict::Holds
        }
    }

    /// How many operations the baseline has.
    pub fn promised(&self) -> usize {
        self.entries.iter().filter(|entry| entry.sides[0].is_some()).count()
    }

    /// How many operations have an outcome like this.
    pub fn count(&self, of: impl Fn(&Outcome) -> bool) -> usize {
        self.entries.iter().filter(|entry| of(&entry.outcome)).count()
    }
}

/// Compares what is with what was. Costs O(n log n) of the operations, and of each no more than of the root of its samples.
pub fn compare(baseline: &Baseline, now: &Baseline, options: &Options) -> Result<Comparison, Nonsense> {
    options.check()?;
    let level = options.level(baseline.operations.len());
    let need = options.need(baseline.operations.len());
    let traces = [baseline.traces, now.traces];
    let (mut was, mut is) = (baseline.operations.iter().peekable(), now.operations.iter().peekable());
    let mut entries = Vec::new();
    loop {
        let order = match (was.peek(), is.peek()) {
            (Some(was), Some(is)) => was.key().cmp(&is.key()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => break,
        };
        let sides = [was.next_if(|_| order.is_le()).cloned(), is.next_if(|_| order.is_ge()).cloned()];
        let ratios = ratios(&sides, options, level);
        let outcome = match &sides {
            [Some(was), Some(is)] => outcome(&ratios, was.samples().min(is.samples()), need, options),
            [Some(was), None] if by_chance(was.traces, traces) <= level => Outcome::Vanished,
            [Some(_), None] => Outcome::Unseen,
            [None, _] => Outcome::New,
        };
        entries.push(Entry { sides, ratios, outcome });
    }
    entries.sort_by(|a, b| {
        let worst = a.outcome.rank().cmp(&b.outcome.rank()).then(b.badness().total_cmp(&a.badness()));
        worst.then_with(|| a.operation().key().cmp(&b.operation().key()))
    });
    Ok(Comparison { options: options.clone(), traces, need, entries })
}

fn ratios(sides: &[Option<Operation>; 2], options: &Options, level: f64) -> Vec<Ratio> {
    let [Some(was), Some(now)] = sides.each_ref().map(|side| side.as_ref().map(|side| &side.durations)) else {
        return Vec::new();
    };
    let ratio = |quantile: &f64| {
        let sides = [was, now].map(|sample| Side::new(sample, *quantile));
        Some(Ratio {
            quantile: *quantile,
            was: was.quantile(*quantile)?,
            now: now.quantile(*quantile)?,
            at_least: at_least(&sides[0], &sides[1], level),
            // The other way round, it was at least so many times what it is.
            at_most: 1.0 / at_least(&sides[1], &sides[0], level),
        })
    };
    options.quantiles.iter().filter_map(ratio).collect()
}

/// A slowdown that shows with few samples shows; for everything else there must be enough.
fn outcome(ratios: &[Ratio], have: u32, need: Option<u32>, options: &Options) -> Outcome {
    let beyond = 1.0 + options.tolerance;
    let highest = |of: &dyn Fn(&Ratio) -> f64| {
        let each = ratios.iter().enumerate().map(|(place, ratio)| (place, of(ratio)));
        each.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).unwrap_or((0, 0.0))
    };
    let (slowest, at_least) = highest(&|ratio| ratio.at_least);
    let (widest, _) = highest(&|ratio| ratio.at_most);
    let (fastest, at_least_before) = highest(&|ratio| 1.0 / ratio.at_most);
    if at_least > beyond && have >= options.samples {
        Outcome::Slower(slowest)
    } else if need.is_none_or(|need| have < need) {
        Outcome::TooFew { have, need }
    } else if at_least_before > beyond {
        Outcome::Faster(fastest)
    } else {
        Outcome::Same(widest)
    }
}

/// If `had` traces of all have an operation, how probable it is that none of them is among those of now.
fn by_chance(had: u32, [was, now]: [u32; 2]) -> f64 {
    let all = f64::from(was) + f64::from(now);
    // Choosing who has it among all, or who is now among all, is the same; fewer are less work.
    let (some, others) = (had.min(now), f64::from(had.max(now)));
    let mut chance = 1.0;
    for nth in 0..some {
        let left = all - f64::from(nth);
        chance *= (left - others).max(0.0) / left;
        if chance == 0.0 {
            break;
        }
    }
    chance
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_by_chance_is_counted_out() {
        // Three of ten, then ten without: 10 · 9 · 8 of 20 · 19 · 18.
        let expected = 720.0 / 6_840.0;
        assert!((by_chance(3, [10, 10]) - expected).abs() < 1e-12);
        // All of a hundred, and one that has it not: one of 101.
        assert!((by_chance(100, [100, 1]) - 1.0 / 101.0).abs() < 1e-12);
        assert!((by_chance(5, [10, 0]) - 1.0).abs() < 1e-12);
        assert!(by_chance(u32::MAX, [u32::MAX, u32::MAX]) == 0.0);
    }
}
