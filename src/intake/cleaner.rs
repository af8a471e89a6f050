//! What cleaning a sheet needs: its cells, and the source columns of each schema column.

use super::cell_reader::CellReader;
use super::cells::{BLANK, Cell, Cells, Sheet};
use super::header::{Component, Header};
use super::places::Places;
use super::profile::are_marks;
use super::rules::{Rule, Rules};
use super::tidy::{is_digits, number_text, tidy, without_apostrophe};
use super::value::{FAILED_FORMULA, OWN_UNIT, SHARED};
use crate::catalogue::Table;
use crate::error::Phrase;
use crate::task::Watched;
use std::collections::{BTreeMap, HashMap};

/// The source of one schema column: positions of columns in the sheet.
#[derive(Default)]
pub(super) struct Source {
    pub whole: Option<usize>,
    pub day: Option<usize>,
    pub month: Option<usize>,
    pub year: Option<usize>,
    pub code: Option<usize>,
    pub district: Option<usize>,
    pub province: Option<usize>,
    pub ticks: Vec<(String, usize)>,
}

impl Source {
    pub fn of(header: &Header, id: &str) -> Self {
        let mut source = Self::default();
        for (place, (_, target, _)) in header.columns.iter().enumerate() {
            let Some(target) = target.as_ref().filter(|t| t.column == id) else { continue };
            let part = match &target.part {
                Component::Whole => &mut source.whole,
                Component::Day => &mut source.day,
                Component::Month => &mut source.month,
                Component::Year => &mut source.year,
                Component::Code => &mut source.code,
                Component::District => &mut source.district,
                Component::Province => &mut source.province,
                Component::Tick(code) => {
                    source.ticks.push((code.clone(), place));
                    continue;
                }
            };
            *part = Some(place);
        }
        source
    }
}

/// All inputs of cleaning one sheet.
pub(super) struct Cleaner<'a> {
    pub table: &'a Table,
    pub sheet: &'a Sheet,
    pub header: &'a Header,
    pub reading: CellReader<'a>,
    pub places: &'a Places<'a>,
    /// For each column the mapping's key that sets it, and the value.
    pub constants: &'a BTreeMap<String, (String, String)>,
    /// The commune code of all records of the sheet, where no column has it.
    pub commune: Option<&'a str>,
}

impl Cleaner<'_> {
    pub fn cells(&self, place: usize) -> &Cells {
        &self.sheet.columns[place].1
    }

    /// The text of a cell as people see it, or what was expected.
    pub fn text(&self, place: Option<usize>, code: u32, rules: &mut Rules) -> std::result::Result<String, Phrase> {
        match place.map_or(Cell::Blank, |place| self.cells(place).cell(code)) {
            Cell::Blank => Ok(String::new()),
            Cell::Text(text) => {
                let text = tidy(text, self.reading.legacy, rules);
                let plain = without_apostrophe(&text);
                if plain.len() < text.len() {
                    rules.add(Rule::Apostrophe);
                    return Ok(plain.to_owned());
                }
                Ok(text)
            }
            Cell::Number(number) => Ok(number_text(number)),
            Cell::Error => Err(FAILED_FORMULA),
            Cell::Shared => Err(SHARED),
            Cell::Scaled => Err(OWN_UNIT),
            Cell::Date(_) | Cell::Flag(_) => Err(Phrase::TextOrNumber),
        }
    }

    pub fn is_figure(&self, place: usize, code: u32) -> bool {
        self.text(Some(place), code, &mut Rules::default()).is_ok_and(|text| is_digits(&text))
    }

    /// True if the figures of a column of marks are 1 and 0.
    pub fn are_marks(&self, place: usize, kept: &[u32]) -> bool {
        let of_row: Vec<u32> = kept.iter().map(|row| self.cells(place).code(*row as usize)).collect();
        let used = rows_of(self.cells(place), &of_row).into_iter().enumerate().filter(|(_, rows)| *rows > 0);
        are_marks(used.filter_map(|(code, _)| self.text(Some(place), code as u32, &mut Rules::default()).ok()))
    }

    /// The distinct combinations of some columns, and for each record the index of its combination.
    pub fn combined(&self, places: &[Option<usize>], kept: &[u32]) -> (Vec<Vec<u32>>, Vec<u32>) {
        let columns: Vec<Option<&Cells>> = places.iter().map(|p| p.map(|p| self.cells(p))).collect();
        let mut combinations: Vec<Vec<u32>> = Vec::new();
        let mut known: HashMap<Vec<u32>, u32> = HashMap::new();
        let mut now = vec![BLANK; places.len()];
        let mut last = 0;
        let of_row = kept.iter().watched().map(|row| {
            for (into, column) in now.iter_mut().zip(&columns) {
                *into = column.map_or(BLANK, |c| c.code(*row as usize));
            }
            // Records of one commune are mostly adjacent.
            if combinations.get(last as usize) != Some(&now) {
                last = *known.entry(now.clone()).or_insert_with(|| {
                    combinations.push(now.clone());
                    combinations.len() as u32 - 1
                });
            }
            last
        });
        let of_row = of_row.collect();
        (combinations, of_row)
    }
}

/// For each code the number of records that have it.
pub(super) fn rows_of(cells: &Cells, of_row: &[u32]) -> Vec<u64> {
    let mut rows = vec![0; cells.distinct()];
    for code in of_row {
        rows[*code as usize] += 1;
    }
    rows
}
