//! The occurrences of a time, which can only be asked for by the number of their page, the newest first.
//!
//! Where the first page is of a later time, pages twice as far away are looked at until one reaches back to it, and the first that
//! does is found by halving: a million occurrences cost some thirty requests. From there on, page by page is read. The order is by
//! number, "which is approximately descending by timestamp" (<https://docs.rollbar.com/reference/list-all-occurrences-in-a-project>).

use std::collections::{BTreeMap, BTreeSet};

use crate::model::error_report::Occurrence;
use crate::model::{Time, TimeRange};
use crate::wire::rollbar::Page;

/// So many pages are looked at to find the time.
const MOST_TO_FIND: usize = 40;
/// So many pages of it are read.
const MOST_TO_READ: usize = 25;
/// No question costs more requests, beside one for each item.
pub const MOST_REQUESTS: usize = MOST_TO_FIND + MOST_TO_READ;

/// What was found of a time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Looked {
    /// The newest first.
    pub occurrences: Vec<Occurrence>,
    /// How many were left out that make no sense.
    pub unread: usize,
    /// From here on nothing was read, because there is too much: `None` where all was. The end of the time where it was not found.
    pub not_before: Option<Time>,
}

/// Reads the pages of a time, numbered from 1.
pub(super) async fn look<E>(window: TimeRange, fetch: impl AsyncFnMut(usize) -> Result<Page, E>) -> Result<Looked, E> {
    let mut pages = Pages { fetch, read: BTreeMap::new() };
    let Some(first) = pages.first_of(window).await? else {
        return Ok(Looked { not_before: Some(window.end()), ..Looked::default() });
    };
    let mut looked = Looked::default();
    let mut seen = BTreeSet::new();
    let mut reached = window.end();
    for number in first.. {
        if number - first == MOST_TO_READ {
            looked.not_before = Some(reached);
            break;
        }
        let page = pages.get(number).await?;
        if page.is_empty() || page.newest().is_some_and(|newest| newest < window.start()) {
            break;
        }
        reached = page.oldest().unwrap_or(reached).min(reached);
        looked.unread += page.unread;
        for occurrence in &page.occurrences {
            // While pages are read, what arrives moves others to the next page.
            if window.contains(occurrence.time) && seen.insert(occurrence.id) {
                looked.occurrences.push(occurrence.clone());
            }
        }
    }
    Ok(looked)
}

struct Pages<F> {
    fetch: F,
    read: BTreeMap<usize, Page>,
}

impl<E, F: AsyncFnMut(usize) -> Result<Page, E>> Pages<F> {
    async fn get(&mut self, number: usize) -> Result<&Page, E> {
        if !self.read.contains_key(&number) {
            let page = (self.fetch)(number).await?;
            self.read.insert(number, page);
        }
        Ok(&self.read[&number])
    }

    /// Whether something on a page, or the end of all, is as old as the end of a time.
    async fn reaches(&mut self, number: usize, window: TimeRange) -> Result<bool, E> {
        Ok(self.get(number).await?.oldest().is_none_or(|oldest| oldest < window.end()))
    }

    /// The number of the first page that reaches back to a time; `None` where it takes too many to find it.
    async fn first_of(&mut self, window: TimeRange) -> Result<Option<usize>, E> {
        let (mut later, mut number) = (0, 1);
        while !self.reaches(number, window).await? {
            if self.read.len() >= MOST_TO_FIND / 2 {
                return Ok(None);
            }
            (later, number) = (number, number * 2);
        }
        while number - later > 1 {
            let middle = later + (number - later) / 2;
            if self.reaches(middle, window).await? { number = middle } else { later = middle }
        }
        Ok(Some(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::SECOND;
    use proptest::prelude::*;

    fn range(start: u64, end: u64) -> TimeRange {
        TimeRange::new(at(start), at(end)).expect("the end is not before the start")
    }

    fn at(second: u64) -> Time {
        Time((1000 + second) * SECOND as u64)
    }

    /// A project with one occurrence at each of these seconds, in pages of so many; what is found, and which pages were asked for.
    fn look_at(seconds: impl IntoIterator<Item = u64>, per_page: usize, window: TimeRange) -> (Looked, Vec<usize>) {
        let mut all: Vec<_> = seconds.into_iter().collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        let occurrence = |(id, second): (usize, u64)| Occurrence { id: id as u64, time: at(second), ..Occurrence::default() };
        let all: Vec<_> = all.into_iter().enumerate().map(occurrence).collect();
        let mut asked = Vec::new();
        let looked = look(window, async |number: usize| {
            asked.push(number);
            let occurrences = all.chunks(per_page).nth(number - 1).unwrap_or_default().to_vec();
            Ok::<_, ()>(Page { occurrences, unread: 0 })
        });
        let looked = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(looked).unwrap();
        (looked, asked)
    }

    #[test]
    fn what_has_just_happened_costs_one_request_or_two() {
        let (looked, asked) = look_at(0..100, 20, range(90, 200));
        assert_eq!((looked.occurrences.len(), looked.not_before, asked), (10, None, vec![1, 2]));
        let (looked, asked) = look_at([], 20, range(90, 200));
        assert_eq!((looked, asked), (Looked::default(), vec![1]));
    }

    #[test]
    fn what_happened_long_ago_is_found_by_doubling_and_halving() {
        let (looked, asked) = look_at(0..1_000_000, 20, range(1000, 1050));
        assert_eq!((looked.occurrences.len(), looked.not_before), (50, None));
        assert!(asked.len() < 40, "{asked:?}");
        let unique: BTreeSet<_> = asked.iter().collect();
        assert_eq!(unique.len(), asked.len(), "no page is asked for twice: {asked:?}");
    }

    #[test]
    fn too_much_is_cut_and_said_to_be() {
        let (looked, asked) = look_at(0..2000, 20, range(0, 5000));
        assert_eq!((looked.occurrences.len(), asked.len()), (500, 25));
        assert_eq!(looked.not_before, Some(at(1500)), "the newest were read");
        // A service that repeats its first page for ever.
        let mut requests = 0;
        let again = look(range(0, 10), async |_| {
            requests += 1;
            Ok::<_, ()>(Page { occurrences: vec![Occurrence { time: at(500), ..Occurrence::default() }], unread: 0 })
        });
        let again = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(again).unwrap();
        assert_eq!((again.not_before, requests), (Some(at(10)), MOST_TO_FIND / 2));
    }

    #[test]
    fn what_moves_to_the_next_page_is_there_once() {
        let page = |ids: [u64; 2]| Page {
            occurrences: ids.map(|id| Occurrence { id, time: at(id), ..Occurrence::default() }).to_vec(),
            unread: 1,
        };
        let pages = [page([9, 8]), page([8, 7]), Page::default()];
        let looked = look(range(0, 100), async |number: usize| Ok::<_, ()>(pages[number - 1].clone()));
        let looked = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(looked).unwrap();
        let ids: Vec<_> = looked.occurrences.iter().map(|occurrence| occurrence.id).collect();
        assert_eq!((ids, looked.unread), (vec![9, 8, 7], 2));
    }

    #[test]
    fn why_there_is_no_page_is_passed_on() {
        let failed = look(range(0, 100), async |_| Err("no"));
        assert_eq!(tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(failed), Err("no"));
    }

    proptest! {
        #[test]
        fn all_of_a_time_is_found(
            seconds in proptest::collection::vec(0u64..300, 0..400), per_page in 1usize..30, start in 0u64..300, length in 0u64..60,
        ) {
            let window = range(start, start + length);
            let expected = seconds.iter().filter(|second| window.contains(at(**second))).count();
            let (looked, asked) = look_at(seconds, per_page, window);
            prop_assert!(asked.len() <= MOST_REQUESTS);
            if looked.not_before.is_none() {
                prop_assert_eq!(looked.occurrences.len(), expected);
            } else {
                prop_assert!(expected > MOST_TO_READ * per_page - 2 * per_page, "{} of {}", looked.occurrences.len(), expected);
            }
        }
    }
}
