//! Cells merged over several records or columns.

use super::cells::{BLANK, Cell, Sheet};
use super::codes::Words;
use super::findings::Change;
use super::header::{Component, Header, Target};
use super::rules::Rule;
use crate::catalogue::{ColumnType, Table};
use std::collections::BTreeMap;

/// Marks a number, mark or date merged across several schema columns as shared: none of them has it alone. A text may just be wide.
pub(super) fn share_across(sheet: &mut Sheet, table: &Table, header: &Header) {
    let start = header.first + header.height;
    let column = |place: usize| header.columns[place].1.as_ref().and_then(|target| Some((target, table.column(&target.column)?)));
    for merged in sheet.merged.clone().into_iter().filter(|m| m.columns.0 < m.columns.1) {
        let inside = |place: u32| (merged.columns.0..=merged.columns.1).contains(&place);
        let places: Vec<usize> = (0..sheet.columns.len()).filter(|at| inside(sheet.columns[*at].0)).collect();
        let ours: Vec<usize> = places.iter().copied().filter(|at| column(*at).is_some()).collect();
        let is_text = |at: usize| {
            let is_whole = |target: &Target| target.part == Component::Whole;
            column(at).is_none_or(|(target, c)| is_whole(target) && matches!(c.kind, ColumnType::Text | ColumnType::Area))
        };
        if ours.len() < 2 || ours.iter().all(|at| is_text(*at)) {
            continue;
        }
        let rows = (start..sheet.rows.len()).filter(|row| (merged.rows.0 + 1..=merged.rows.1 + 1).contains(&sheet.rows[*row]));
        for row in rows.collect::<Vec<_>>() {
            let is_filled = |at: usize| sheet.columns[at].1.code(row) != BLANK;
            let holds_more = (0..sheet.columns.len()).any(|at| !places.contains(&at) && is_filled(at));
            if holds_more && places.iter().any(|at| is_filled(*at)) {
                for at in ours.iter().filter(|at| !is_text(**at)) {
                    sheet.columns[*at].1.put(row, Cell::Shared);
                }
            }
        }
    }
}

/// Repeats a cell merged over several records for each of them, in its first column. A common amount belongs to none of them.
pub(super) fn fill_merged(sheet: &mut Sheet, header: &Header) -> Vec<Change> {
    let mut filled: BTreeMap<String, u64> = BTreeMap::new();
    let start = header.first + header.height;
    for merged in sheet.merged.clone() {
        let (Ok(top), Ok(place)) =
            (sheet.rows.binary_search(&(merged.rows.0 + 1)), sheet.columns.binary_search_by_key(&merged.columns.0, |(place, _)| *place))
        else {
            continue;
        };
        let Some(target) = header.columns[place].1.as_ref().filter(|_| top >= start) else { continue };
        let is_amount = Words::get().is_amount(&target.column);
        let holds = |row: usize| (0..sheet.columns.len()).any(|other| other != place && sheet.columns[other].1.code(row) != BLANK);
        let rows = (top + 1..sheet.rows.len()).take_while(|row| sheet.rows[*row] <= merged.rows.1 + 1);
        // A row without any other cell is not a record.
        let rows: Vec<usize> = rows.filter(|row| !is_amount || holds(*row)).collect();
        let column = &mut sheet.columns[place].1;
        let code = column.code(top);
        if code == BLANK || rows.is_empty() {
            continue;
        }
        if is_amount {
            column.put(top, Cell::Shared);
        }
        let code = column.code(top);
        for row in rows {
            if column.code(row) == BLANK {
                column.put_code(row, code);
                *filled.entry(target.column.clone()).or_default() += u64::from(!is_amount);
            }
        }
    }
    filled.retain(|_, rows| *rows > 0);
    filled.into_iter().map(|(column, rows)| Change { column, rule: Rule::MergedCell, rows }).collect()
}
