//! The lines and the spans at one place of both trees: which are the same, which are probably meant, and which have no counterpart.

use std::collections::HashMap;

use super::Label;
use super::fits::Matcher;

/// Up to so many pairs the most similar are looked for. Beyond, those that stand in the same order are taken.
const MOST_PAIRS: usize = 4_096;
/// Of so many children at most it is looked how similar they are.
const MOST_CHILDREN: usize = 64;

/// What was found.
#[derive(Debug)]
pub(super) struct Level {
    /// Every line.
    pub(super) lines: Vec<Matched>,
    /// A line, a unit that does not fit it but is probably what it has become, and how many of that.
    pub(super) pairs: Vec<(usize, usize, u64)>,
    /// Units that no line has, and how many of each.
    pub(super) unexpected: Vec<(usize, u64)>,
}

/// What became of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Matched {
    pub(super) line: usize,
    /// How many fit, more than there may be included.
    pub(super) fits: u64,
    /// How many spans are in these.
    pub(super) spans: u64,
    /// How many are paired with it that do not fit.
    pub(super) paired: u64,
}

impl Matched {
    fn room(self, limit: u64) -> u64 {
        limit.saturating_sub(self.fits + self.paired)
    }
}

impl Level {
    /// Matches lines that stand below one line with units that stand below one span.
    pub(super) fn of(matcher: &mut Matcher<'_>, lines: &[usize], there: &[(usize, u64)]) -> Self {
        let (fitting, assigned) = matcher.share(lines, there);
        let mut all: Vec<Matched> = Vec::with_capacity(lines.len());
        for (&line, got) in lines.iter().zip(&assigned.got) {
            let fits = got.iter().map(|(_, many)| many).sum();
            let spans = got.iter().map(|&(place, many)| matcher.units[there[place].0].spans * many).sum();
            all.push(Matched { line, fits, spans, paired: 0 });
        }
        let mut left: Vec<(usize, u64)> = there.iter().zip(&assigned.left).map(|((unit, _), left)| (*unit, *left)).collect();
        let mut level = Self { lines: all, pairs: Vec::new(), unexpected: Vec::new() };
        level.pair(matcher, &mut left, |matcher, line| matcher.expected.lines[line].count.least);
        // Rather more of what may be there than some of what may not.
        for is_wanted in [true, false] {
            for (place, fit) in fitting.iter().enumerate() {
                if (matcher.expected.lines[lines[place]].count.limit() > 0) == is_wanted {
                    for &of in fit {
                        level.add(matcher, place, &mut left[of]);
                    }
                }
            }
        }
        level.pair(matcher, &mut left, |matcher, line| matcher.expected.lines[line].count.limit());
        level.pair_renamed(matcher, &mut left);
        level.unexpected = left.into_iter().filter(|(_, many)| *many > 0).collect();
        level
    }

    /// What is left and fits a line is more of that.
    fn add(&mut self, matcher: &Matcher<'_>, place: usize, (unit, many): &mut (usize, u64)) {
        self.lines[place].fits += *many;
        self.lines[place].spans += matcher.units[*unit].spans * *many;
        *many = 0;
    }

    /// Pairs lines that have room with what is left of the same service, name and kind.
    fn pair(&mut self, matcher: &Matcher<'_>, left: &mut [(usize, u64)], limit: impl Fn(&Matcher<'_>, usize) -> u64) {
        let mut by_key = HashMap::<usize, (Vec<usize>, Vec<usize>)>::new();
        for (place, of) in self.lines.iter().enumerate() {
            if let Some(key) = matcher.key(of.line).filter(|_| of.room(limit(matcher, of.line)) > 0) {
                by_key.entry(key).or_default().0.push(place);
            }
        }
        if by_key.is_empty() {
            return;
        }
        for (place, (unit, many)) in left.iter().enumerate() {
            if let Some((_, units)) = by_key.get_mut(&matcher.key_of(*unit)).filter(|_| *many > 0) {
                units.push(place);
            }
        }
        let mut groups: Vec<(Vec<usize>, Vec<usize>)> = by_key.into_values().collect();
        groups.sort_unstable();
        for (lines, units) in groups {
            let mut pairs: Vec<(usize, usize, usize)> = Vec::new();
            if lines.len().saturating_mul(units.len()) <= MOST_PAIRS {
                for &line in &lines {
                    pairs.extend(units.iter().map(|&unit| (cost(matcher, self.lines[line].line, left[unit].0), line, unit)));
                }
                pairs.sort_unstable();
            } else {
                // Whatever is left of either when the other is at its end is missing or too much.
                let longer = lines.len().max(units.len());
                let one = |list: &[usize], at: usize| list[at.min(list.len() - 1)];
                pairs.extend((0..longer).map(|at| (0, one(&lines, at), one(&units, at))));
            }
            for (_, line, unit) in pairs {
                let many = left[unit].1.min(self.lines[line].room(limit(matcher, self.lines[line].line)));
                self.take(line, &mut left[unit], many);
            }
        }
    }

    fn take(&mut self, place: usize, (unit, left): &mut (usize, u64), many: u64) {
        if many > 0 {
            self.lines[place].paired += many;
            self.pairs.push((self.lines[place].line, *unit, many));
            *left -= many;
        }
    }

    /// Pairs lines of which nothing is there with what no line has: of the same name and another kind, or where most of what is below has
    /// the same names, or alone on both sides.
    fn pair_renamed(&mut self, matcher: &Matcher<'_>, left: &mut [(usize, u64)]) {
        let is_span = |label: &Label| *label != Label::Missing;
        let least = |of: &Matched| matcher.expected.lines[of.line].count.least;
        let gone: Vec<usize> = (0..self.lines.len())
            .filter(|&place| {
                let of = &self.lines[place];
                of.fits + of.paired == 0 && least(of) > 0 && is_span(&matcher.expected.lines[of.line].label)
            })
            .collect();
        let new: Vec<usize> = (0..left.len()).filter(|&at| left[at].1 > 0 && is_span(matcher.label(left[at].0))).collect();
        if gone.len().saturating_mul(new.len()) > MOST_PAIRS {
            return;
        }
        let alone = self.lines.len() == 1 && left.len() == 1;
        let mut pairs: Vec<(usize, usize, usize)> = Vec::new();
        for &place in &gone {
            for &unit in &new {
                let line = self.lines[place].line;
                let (differ, all) = children(matcher, line, left[unit].0);
                let is_called = |label: &Label| label.key().map(|(service, name, _)| (service.to_owned(), name.to_owned()));
                let same = is_called(&matcher.expected.lines[line].label) == is_called(matcher.label(left[unit].0));
                if alone || same || differ * 2 < all {
                    pairs.push((differ * 2 + fields(matcher, line, left[unit].0), place, unit));
                }
            }
        }
        pairs.sort_unstable();
        for (_, place, unit) in pairs {
            let room = self.lines[place].room(least(&self.lines[place]));
            let many = left[unit].1.min(room);
            self.take(place, &mut left[unit], many);
        }
    }
}

/// How much a unit differs from a line: what it says itself, and what is right below.
fn cost(matcher: &Matcher<'_>, line: usize, unit: usize) -> usize {
    2 * fields(matcher, line, unit) + children(matcher, line, unit).0
}

/// In how many of its fields.
fn fields(matcher: &Matcher<'_>, line: usize, unit: usize) -> usize {
    let expected = &matcher.expected.lines[line];
    let took = expected.took.is_some_and(|took| !matcher.is_within(took, unit));
    usize::from(took) + super::compare::fields(&expected.label, matcher.label(unit)).len()
}

/// How many of the lines and units right below have no counterpart of the same service, name and kind, and how many there are.
fn children(matcher: &Matcher<'_>, line: usize, unit: usize) -> (usize, usize) {
    let mut balance = HashMap::<usize, i64>::new();
    let (mut differ, mut all) = (0, 0);
    for below in matcher.expected.below(line).take(MOST_CHILDREN) {
        all += 1;
        match matcher.key(below) {
            Some(key) => *balance.entry(key).or_default() += 1,
            None => differ += 1,
        }
    }
    for &(below, _) in matcher.units[unit].below.iter().take(MOST_CHILDREN) {
        all += 1;
        *balance.entry(matcher.key_of(below)).or_default() -= 1;
    }
    differ += balance.values().map(|balance| balance.unsigned_abs() as usize).sum::<usize>();
    (differ, all)
}
