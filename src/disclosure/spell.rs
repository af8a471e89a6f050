//! Which period and which release the counts of a family are of.

use super::named::Id;
use chrono::NaiveDate;

/// Which counts a family holds, so that it can be found in another period.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spell {
    /// What is counted, whatever the period.
    pub what: Id,
    pub first: NaiveDate,
    pub last: NaiveDate,
    /// True for things that happen, false for what there is on a day.
    pub is_event: bool,
    /// True for things that count once, though they happen in several periods.
    pub is_distinct: bool,
    /// True for what is left of a whole, or undecided.
    pub is_rest: bool,
    /// The release it is of, if what was published there has changed since; 0 for the records as they are.
    pub release: u32,
}

impl Spell {
    /// True if all that is counted in another is counted here: a longer period, or the same with later reports.
    pub fn holds(&self, other: &Self) -> bool {
        let is_same = (self.first, self.last) == (other.first, other.last);
        let is_longer = self.is_event && self.first <= other.first && other.last <= self.last && !is_same;
        let is_later = is_same && self.release == 0 && other.release > 0;
        self.what == other.what && (is_longer || is_later)
    }
}
