//! What a part of a filter requires of a trace: for certain, and most likely.

use super::formula::Formula;

/// What is asked for a part of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Satisfied by every trace that satisfies the part; `None` where nothing can be asked.
    pub(super) sound: Option<Formula>,
    /// Narrower, and perhaps too narrow. There wherever `sound` is; the same where nothing narrower is known.
    pub(super) likely: Option<Formula>,
    /// Whether `sound` is satisfied by no other trace.
    pub(super) exact: bool,
}

impl Part {
    /// Every trace satisfies it.
    pub(super) fn always() -> Self {
        Self { sound: None, likely: None, exact: true }
    }

    /// Nothing can be asked.
    pub(super) fn nothing() -> Self {
        Self { sound: None, likely: None, exact: false }
    }

    /// Says neither more nor less.
    pub(super) fn exactly(formula: Formula) -> Self {
        Self { exact: true, ..Self::sound(formula) }
    }

    /// Follows from it.
    pub(super) fn sound(formula: Formula) -> Self {
        Self { likely: Some(formula.clone()), sound: Some(formula), exact: false }
    }

    /// Holds of most traces that satisfy it.
    pub(super) fn likely(formula: Formula) -> Self {
        Self { sound: None, likely: Some(formula), exact: false }
    }

    /// Something narrower that holds of most.
    #[must_use]
    pub(super) fn but_likely(self, formula: Option<Formula>) -> Self {
        Self { likely: formula.or(self.likely), ..self }
    }

    /// Whether anything is asked.
    pub(super) fn asks(&self) -> bool {
        self.likely.is_some()
    }

    /// All of these, each of the whole trace.
    pub(super) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let (mut sound, mut likely, mut exact) = (Vec::new(), Vec::new(), true);
        for part in parts {
            exact &= part.exact;
            sound.extend(part.sound);
            likely.extend(part.likely);
        }
        Self { sound: Formula::all(sound), likely: Formula::all(likely), exact }
    }

    /// All of these, of one span. X-Ray cannot say that it is the same span.
    pub(super) fn together(parts: impl IntoIterator<Item = Self>) -> Self {
        let parts: Vec<_> = parts.into_iter().collect();
        let several = parts.iter().filter(|part| part.sound.is_some()).count() > 1;
        let mut together = Self::all(parts);
        together.exact &= !several;
        together
    }

    /// One of these. What nothing can be asked for makes the rest of no account.
    pub(super) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let parts: Vec<_> = parts.into_iter().collect();
        if parts.iter().any(|part| *part == Self::always()) {
            return Self::always();
        }
        let exact = !parts.is_empty() && parts.iter().all(|part| part.exact);
        let (sound, likely): (Vec<_>, Vec<_>) = parts.into_iter().map(|part| (part.sound, part.likely)).unzip();
        let one_of = |formulas: Vec<Option<Formula>>| Formula::any(formulas.into_iter().collect::<Option<Vec<_>>>()?);
        Self { sound: one_of(sound), likely: one_of(likely), exact }
    }
}
