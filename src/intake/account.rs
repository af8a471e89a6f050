//! Accounts for every row of a sheet: none is dropped silently.

use super::cells::{BLANK, Sheet};
use super::findings::{Change, Finding};
use super::header::{Header, How};
use super::lines::usual;
use super::rows::Aside;
use super::rules::Rule;
use super::unreadable::unreadable;
use crate::error::{Phrase, Result};

/// The column under which changes of whole rows are reported.
const ROW: &str = "source_row";
const WIDTH: Phrase = Phrase::AsManyCells;

/// The rows of a sheet, split into records and others.
pub(super) struct Account<'a> {
    pub file: &'a str,
    pub sheet: &'a Sheet,
    pub header: &'a Header,
    /// The records, by position in the sheet.
    pub kept: &'a [u32],
    pub aside: &'a [(u32, Aside)],
}

impl Account<'_> {
    /// Checks that each row is above the header, part of it, a record, or set aside, and that no record shares a line with the header.
    pub fn check(&self) -> Result<()> {
        let below = self.header.first + self.header.height;
        let accounted = below + self.kept.len() + self.aside.len();
        let all = self.sheet.rows.len();
        if accounted != all {
            return Err(unreadable(self.file, Phrase::RecordsSetAsideOrHeader(all as u64), accounted));
        }
        if let Some(lines) = &self.sheet.lines {
            let (usual, even) = self.usual(&lines.widths);
            let wide = (self.header.first..below).map(|row| usize::from(lines.widths[row])).max().unwrap_or(0);
            if even && usual > 1 && wide == 2 * usize::from(usual) - 1 {
                let found = Phrase::HeaderOfCells(wide as u64, usual.into());
                return Err(unreadable(self.file, Phrase::HeaderOfOneLine, found));
            }
        }
        Ok(())
    }

    /// The usual number of cells of a record's line, and whether nearly all lines have it.
    fn usual(&self, widths: &[u16]) -> (u16, bool) {
        let of = || self.kept.iter().map(|row| widths[*row as usize]);
        let usual = usual(of());
        let narrow = of().filter(|width| *width < usual).count();
        (usual, self.kept.len() > 2 && (narrow < 2 || narrow * 10 <= self.kept.len()))
    }

    /// Columns that several headers claim, and lines wider than the header or narrower than all others.
    pub fn findings(&self) -> Vec<Finding> {
        let finding = |row: u32, column: &str, expected: Phrase| Finding { row, column: column.to_owned(), expected: expected.into() };
        let head = self.sheet.rows.get(self.header.first).copied().unwrap_or(0);
        let twice = self.header.twice.iter().map(|(column, headers)| finding(head, column, Phrase::OneHeader(headers.to_string())));
        let mut found: Vec<Finding> = twice.collect();
        for (label, _, how) in &self.header.columns {
            if *how == Some(How::Whose) {
                found.push(finding(head, ROW, Phrase::HeaderWithOwner(label.clone())));
            }
        }
        let Some(lines) = &self.sheet.lines else { return found };
        let (usual, even) = self.usual(&lines.widths);
        let places = self.sheet.columns.iter().map(|(place, _)| place + 1);
        let labelled = places.zip(&self.header.columns).filter(|(_, (label, ..))| !label.is_empty()).map(|(place, _)| place).max();
        let widest = labelled.unwrap_or(0).max(u32::from(usual));
        let beyond: Vec<_> = self.sheet.columns.iter().filter(|(place, _)| *place >= widest).map(|(_, column)| column).collect();
        for row in self.kept {
            let at = *row as usize;
            if beyond.iter().any(|column| column.code(at) != BLANK) || even && lines.widths[at] < usual {
                found.push(finding(self.sheet.rows[at], ROW, WIDTH));
            }
        }
        found
    }

    /// Lines that continue a record, unusual line ends, and hidden rows and columns.
    pub fn changes(&self) -> Vec<Change> {
        let below = (self.header.first + self.header.height) as u32;
        let hidden = |row: &&u32| self.sheet.hidden_rows.binary_search(&self.sheet.rows[**row as usize]).is_ok();
        let mut counted = vec![(ROW.to_owned(), Rule::HiddenRow, self.kept.iter().filter(hidden).count() as u64)];
        if let Some(lines) = &self.sheet.lines {
            let more = lines.more.iter().filter(|(row, _)| *row >= below).map(|(_, more)| u64::from(*more)).sum();
            counted.push((ROW.to_owned(), Rule::QuotedLines, more));
            counted.push((ROW.to_owned(), Rule::LineEnds, lines.alone));
        }
        for ((place, _), (_, target, _)) in self.sheet.columns.iter().zip(&self.header.columns) {
            if let Some(target) = target.as_ref().filter(|_| self.sheet.hidden_columns.contains(place)) {
                counted.push((target.column.clone(), Rule::HiddenColumn, self.kept.len() as u64));
            }
        }
        counted.into_iter().filter(|(.., rows)| *rows > 0).map(|(column, rule, rows)| Change { column, rule, rows }).collect()
    }
}
