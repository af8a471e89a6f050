//! Turns the records of a sheet into schema columns. Each distinct value, or combination of values, is read once.

use super::cell_reader::CellReader;
use super::cells::Cell;
use super::cleaner::{Cleaner, Source, rows_of};
use super::columns::{Values, confirmed, count, series, unread_names, years};
use super::dates;
use super::findings::{Change, Finding};
use super::long;
use super::places::{Address, NoDay};
use super::profile::Profile;
use super::rules::{Rule, Rules};
use super::value::Parsed;
use crate::catalogue::{Column, ColumnType};
use crate::error::{Error, Fact, Phrase, Result};
use crate::spelling::nfc;
use crate::task::Watch;
use polars_core::prelude::*;
use rayon::prelude::*;

/// Schema columns, with the changes and the values that could not be read.
pub(super) struct Cleaned {
    pub frame: DataFrame,
    pub changes: Vec<Change>,
    pub findings: Vec<Finding>,
}

impl Cleaner<'_> {
    /// Reads the records in the given rows of the sheet.
    pub fn clean(mut self, kept: &[u32]) -> Result<Cleaned> {
        let failed = |e: PolarsError| Error::Frame { table: self.table.id.clone(), found: Fact::library(e) };
        let mut columns: Vec<(&Column, Values)> = Vec::new();
        for column in &self.table.columns {
            crate::task::look();
            self.reading.window = dates::window(&self.table.id, &column.id, self.places.names.map(|n| n.list().day()));
            self.reading.greatest = self.table.greatest(&column.id);
            self.reading.keeps_year = column.id == "birth_date" && self.table.column("birth_year").is_some();
            if let Some(values) = self.values(column, kept)? {
                columns.push((column, values));
            }
        }
        let mut frame = Vec::new();
        let mut changes = Vec::new();
        let mut findings: Vec<Finding> = Vec::new();
        let joined = long::join(self.table, &mut columns, kept.len());
        let all = kept;
        let stay: Vec<u32> = joined.as_ref().map_or_else(Vec::new, |joined| joined.kept.iter().map(|row| all[*row as usize]).collect());
        let kept = if joined.is_some() { &stay[..] } else { all };
        if let Some(long::Joined { rows, list, key, apart, .. }) = &joined {
            if *rows > 0 {
                changes.push(Change { column: list.clone(), rule: Rule::RowsJoined, rows: *rows });
            }
            let expected = Fact::from(Phrase::OneRecordForEach(key.clone(), list.clone()));
            let finding =
                |row: &u32| Finding { row: self.sheet.rows[all[*row as usize] as usize], column: key.clone(), expected: expected.clone() };
            findings.extend(apart.iter().map(finding));
        }
        let mut unread = vec![0_u64; if columns.iter().any(|(_, v)| v.parsed.iter().any(|m| m.unread.is_some())) { kept.len() } else { 0 }];
        for (nth, (column, values)) in columns.iter().enumerate() {
            count(&column.id, values, &mut changes);
            if values.parsed.iter().any(|m| m.unread.is_some()) {
                for (at, parsed) in values.of_row.iter().enumerate() {
                    let Some(expected) = &values.parsed[*parsed as usize].unread else { continue };
                    unread[at] |= 1 << nth;
                    let row = self.sheet.rows[kept[at] as usize];
                    findings.push(Finding { row, column: column.id.clone(), expected: expected.clone() });
                }
            }
            frame.push(series(&column.id, column.kind, values).map_err(failed)?.into_column());
        }
        if let Some((confirmed, rows)) = confirmed(self.table, &columns) {
            frame.push(confirmed);
            changes.push(Change { column: "confirmed".to_owned(), rule: Rule::FromVerification, rows });
        }
        if let Some(years) = years(&columns) {
            frame.retain(|c| c.name() != "birth_year");
            frame.push(years);
        }
        findings.sort_by_key(|finding| finding.row);
        let rows: Vec<u32> = kept.iter().map(|row| self.sheet.rows[*row as usize]).collect();
        frame.push(polars_core::prelude::Column::new("source_row".into(), rows));
        let names: Vec<&str> = columns.iter().map(|(column, _)| column.id.as_str()).collect();
        frame.push(unread_names(&unread, &names, kept.len()));
        let frame = DataFrame::new(kept.len(), frame).map_err(failed)?;
        Ok(Cleaned { frame, changes, findings })
    }

    fn values(&self, column: &Column, kept: &[u32]) -> Result<Option<Values>> {
        let no_day = |NoDay| Error::NoAreaDate { table: self.table.id.clone(), column: column.id.clone() };
        if let Some((key, constant)) = self.constants.get(&column.id) {
            return self.constant(column, key, constant, kept.len()).map(Some);
        }
        let source = Source::of(self.header, &column.id);
        if let Some(code) = self.commune.filter(|_| column.id == "commune") {
            return self.area(&source, Some(code), kept).map(Some).map_err(no_day);
        }
        if column.id == "sex"
            && let Some(dates) = self.dates_below_sexes()
        {
            return Ok(Some(self.sex_of_dates(column, &source, dates, kept)));
        }
        if column.kind == ColumnType::Area && (source.whole.is_some() || source.code.is_some()) {
            return self.area(&source, None, kept).map(Some).map_err(no_day);
        }
        if let Some(place) = source.whole {
            return Ok(Some(self.single(column, place, kept)));
        }
        if source.year.is_some() {
            return Ok(Some(self.date_of_parts(&source, kept)));
        }
        if !source.ticks.is_empty() {
            return Ok(Some(match column.kind {
                ColumnType::Date => self.dates_by_sex(column, &source.ticks, kept),
                ColumnType::Flag => self.flag_of_ticks(column, &source.ticks, kept),
                _ => self.ticks(column, &source.ticks, kept),
            }));
        }
        Ok(None)
    }

    /// The value that the mapping gives to every record, whatever the file says.
    fn constant(&self, column: &Column, key: &str, constant: &str, rows: usize) -> Result<Values> {
        let parsed = if column.kind == ColumnType::Area {
            let no_day = |NoDay| Error::NoAreaDate { table: self.table.id.clone(), column: column.id.clone() };
            self.places.commune(Address { name: &nfc(constant), ..Address::default() }).map_err(no_day)?
        } else {
            self.reading.read(column, Cell::Text(constant))
        };
        if let Some(expected) = parsed.unread {
            return Err(Error::Mapping { key: key.to_owned(), expected, found: Fact::verbatim(constant) });
        }
        let mut rules = Rules::default();
        rules.add(Rule::MappedConstant);
        Ok(Values { parsed: vec![Parsed { rules, ..parsed }], of_row: vec![0; rows] })
    }

    /// A column whose values come from one cell each.
    fn single(&self, column: &Column, place: usize, kept: &[u32]) -> Values {
        let cells = self.cells(place);
        let of_row: Vec<u32> = kept.iter().map(|row| cells.code(*row as usize)).collect();
        let rows = rows_of(cells, &of_row);
        let profile = Profile::of(column, &self.header.columns[place].0, cells, &rows, self.reading.legacy, self.reading.from_zero);
        let reading = CellReader { profile, ..self.reading };
        let watch = Watch::here();
        let read = |(code, rows): (usize, &u64)| {
            if *rows > 0 {
                watch.look();
                reading.read(column, cells.cell(code as u32))
            } else {
                Parsed::default()
            }
        };
        Values { parsed: rows.par_iter().enumerate().with_min_len(256).map(read).collect(), of_row }
    }
}
