//! How many of the abused children were supported.

use super::select::Selection;
use super::table::{Share, Table, share};
use super::unit::Unit;
use crate::area::Level;
use crate::error::Result;
use crate::grid::Columns;
use crate::record::{NO, UNDECIDED, YES};
use crate::task::Watched;

impl Selection {
    /// Abused children who were supported or got an intervention, by any of their certain reports in the area.
    ///
    /// `numerator`: supported; `denominator`: support known, yes or no; `undecided`: not known. Indicator II.0107 of
    /// Circular 13/2021/TT-BLĐTBXH.
    ///
    /// # Errors
    /// [`crate::Error::Frame`] if the columns cannot be put together.
    pub fn supported(&self, level: Level) -> Result<Table> {
        let places = self.places(level)?;
        let mut found: Vec<(u32, u32, u8)> = Vec::new();
        for member in self.entities(Unit::Child)?.members.iter().watched().filter(|m| m.status == YES) {
            let report = &self.facts.reports[member.report as usize];
            found.extend(places.of(self.choice.commune(report)).map(|row| (row, member.entity, report.supported)));
        }
        found.sort_unstable();
        let mut counts = vec![[0_u64; 3]; places.len()];
        for of_child in found.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            // Sorted: the last is YES if any report says so.
            let (row, _, supported) = of_child[of_child.len() - 1];
            counts[row as usize][usize::from(supported)] += 1;
        }
        let of = |which: u8| usize::from(which);
        let decided: Vec<(u64, u64)> = counts.iter().map(|c| (c[of(YES)], c[of(YES)] + c[of(NO)])).collect();
        let shares: Vec<Share> = decided.iter().map(|(x, n)| share(*x, *n)).collect();
        Columns::new(counts.len())
            .areas(&places.rows, 1)
            .counts("numerator", decided.iter().map(|d| d.0))
            .counts("denominator", decided.iter().map(|d| d.1))
            .counts("undecided", counts.iter().map(|c| c[of(UNDECIDED)]))
            .shares(&shares)
            .covered(&self.covered(Unit::Child, &places))?
            .table(Some(Unit::Child), self)
    }
}
