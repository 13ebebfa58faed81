//! What is asked of a comparison, and what that needs.

use super::quantile::needed;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// How many samples of an operation there must be on each side, even if fewer were enough for the confidence.
    pub samples: u32,
    /// How sure to be, of all operations together: between 0 and 1.
    pub confidence: f64,
    /// How much slower is still the same: 0.1 is a tenth.
    pub tolerance: f64,
    /// What is compared: shares between 0 and 1.
    pub quantiles: Vec<f64>,
}

impl Default for Options {
    /// The median and p95, with 95 % confidence and a tolerance of a tenth.
    fn default() -> Self {
        Self { samples: 0, confidence: 0.95, tolerance: 0.1, quantiles: vec![0.5, 0.95] }
    }
}

/// Why something cannot be asked.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Nonsense {
    /// There is no such confidence.
    #[error("a confidence lies between 0 and 1, both excluded, and {0} does not")]
    Confidence(f64),
    /// There is no such tolerance.
    #[error("a tolerance is a share of at least 0, and {0} is not")]
    Tolerance(f64),
    /// There is no such quantile.
    #[error("a quantile lies between 0 and 1, both excluded, and {0} does not")]
    Quantile(f64),
    /// There are no quantiles.
    #[error("there is no quantile to compare")]
    NoQuantile,
}

impl Options {
    /// Whether all of it can be asked.
    pub fn check(&self) -> Result<(), Nonsense> {
        let is_share = |share: f64| share > 0.0 && share < 1.0;
        if !is_share(self.confidence) {
            return Err(Nonsense::Confidence(self.confidence));
        }
        if !(self.tolerance >= 0.0 && self.tolerance.is_finite()) {
            return Err(Nonsense::Tolerance(self.tolerance));
        }
        match self.quantiles.iter().find(|quantile| !is_share(**quantile)) {
            Some(quantile) => Err(Nonsense::Quantile(*quantile)),
            None if self.quantiles.is_empty() => Err(Nonsense::NoQuantile),
            None => Ok(()),
        }
    }

    /// With how much probability each of the promises of so many operations may be judged wrongly.
    pub(super) fn level(&self, operations: usize) -> f64 {
        (1.0 - self.confidence) / (operations.max(1) * (self.quantiles.len() + 1)) as f64
    }

    /// How many samples of each of so many operations each side needs; `None` where no number is enough.
    pub fn need(&self, operations: usize) -> Option<u32> {
        let level = self.level(operations);
        let each = self.quantiles.iter().map(|quantile| needed(*quantile, level));
        each.collect::<Option<Vec<u32>>>().map(|each| each.into_iter().max().unwrap_or(0).max(self.samples).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_not_asked() {
        let with = |change: fn(&mut Options)| {
            let mut options = Options::default();
            change(&mut options);
            options.check()
        };
        assert_eq!(with(|_| ()), Ok(()));
        assert_eq!(with(|options| options.confidence = 1.0), Err(Nonsense::Confidence(1.0)));
        assert!(with(|options| options.confidence = f64::NAN).is_err());
        assert_eq!(with(|options| options.tolerance = -0.1), Err(Nonsense::Tolerance(-0.1)));
        assert_eq!(with(|options| options.tolerance = f64::INFINITY), Err(Nonsense::Tolerance(f64::INFINITY)));
        assert_eq!(with(|options| options.quantiles = vec![0.5, 0.0]), Err(Nonsense::Quantile(0.0)));
        assert_eq!(with(|options| options.quantiles.clear()), Err(Nonsense::NoQuantile));
    }

    #[test]
    fn more_promises_need_more_samples() {
        // Three promises of one operation: a level of 0.05 / 3; thirty of ten.
        let need = |samples: u32, operations: usize| Options { samples, ..Options::default() }.need(operations);
        assert_eq!([need(0, 1), need(0, 10), need(500, 10)], [118, 169, 500].map(Some));
        let median = Options { quantiles: vec![0.5], ..Options::default() };
        assert_eq!(median.need(1), Some(9), "0.5^9 is 1/512, and (1 + ln 512) / 512 is 0.0141, which is less than 0.025");
    }
}
