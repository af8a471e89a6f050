//! What is entered in a book settled against what was published before.

use super::abuse_read;
use super::book::{Book, Count, Settled};
use super::changes::{tie_lists, tie_periods};
use super::circles::circles;
use super::forms::tie_forms;
use super::ledger::Ledger;
use super::suppress::Place;
use super::terms::{Changes, Terms};
use crate::error::Result;

/// How results were protected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ResultsReport {
    /// Counts in the results that could be hidden; one that stands in several rows counts once.
    pub counts: u64,
    /// Small counts, hidden for their own sake.
    pub primary: u64,
    /// Counts hidden to protect others.
    pub secondary: u64,
    /// Small counts, in the results or implied by them, that were certified.
    pub certified: u64,
    /// Small counts that what was published before gives away: indicator or what is counted, area, categories.
    pub exposed: Vec<Vec<String>>,
    /// Published shares of exactly 0 or 100 % in groups below 30: all know it of each in the group.
    pub whole_groups: u64,
    /// Things that are counted by breakdowns in a circle: these tables say more together than was taken into account.
    pub circles: u64,
}

impl ResultsReport {
    fn new(counts: &[Count], settled: &Settled, names: &[Vec<String>]) -> Self {
        let of = |is: &dyn Fn(usize) -> bool| (0..counts.len()).filter(|nth| is(*nth)).count() as u64;
        Self {
            counts: of(&|nth| [Place::Open, Place::Hidden].contains(&counts[nth].place)),
            primary: of(&|nth| settled.hidden[nth] && counts[nth].is_small),
            secondary: of(&|nth| settled.hidden[nth] && !counts[nth].is_small),
            certified: settled.certified,
            exposed: settled.exposed.iter().map(|nth| names[*nth as usize].clone()).collect(),
            whole_groups: 0,
            circles: 0,
        }
    }
}

/// Takes what was published before as known, and chooses what to hide.
pub(super) fn settle(mut book: Book, terms: &Terms) -> Result<(Settled, ResultsReport)> {
    let mut releases = 1..;
    for (released, nth) in terms.released.iter().zip(&mut releases) {
        Ledger::new(&mut book, terms).recall(released, nth)?;
    }
    for (released, nth) in terms.released_abuse.iter().zip(&mut releases) {
        abuse_read::recall(released, &mut book, &terms.rule, nth)?;
    }
    let circles = circles(&book);
    tie_forms(&mut book);
    tie_periods(&mut book, &terms.rule, terms.changes == Changes::Protected)?;
    tie_lists(&mut book)?;
    let counts: Vec<Count> = (0..book.len() as u32).map(|nth| *book.count(nth)).collect();
    let names: Vec<Vec<String>> = (0..book.len() as u32).map(|nth| book.words(nth)).collect();
    let settled = book.settle(&terms.rule)?;
    let report = ResultsReport { circles, ..ResultsReport::new(&counts, &settled, &names) };
    Ok((settled, report))
}
