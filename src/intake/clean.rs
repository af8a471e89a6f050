//! The records of a sheet as columns of ours. Each distinct value, or combination of values, is worked out once.

use super::cells::{BLANK, Cell, Column as Cells, Sheet};
use super::codes::{Words, is_digits};
use super::dates::{self, When};
use super::header::{Header, Part};
use super::long;
use super::numbers::{self, OWN_UNIT};
use super::places::{NoDay, Places, Told};
use super::rules::{Rule, Rules};
use super::values::{FAILED_FORMULA, Made, Reading, SHARED, Value, tidy};
use super::whole::{Whole, are_marks};
use crate::catalogue::{Column, ColumnType, Table};
use crate::error::{Error, Fact, Phrase, Result};
use crate::spelling::nfc;
use crate::task::{Watch, Watched};
use polars::prelude::*;
use rayon::prelude::*;
use std::collections::HashMap;

/// A value that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The row, as the spreadsheet shows it.
    pub row: u32,
    /// Our column.
    pub column: String,
    /// What was expected.
    pub expected: Fact,
}

/// How many values a rule changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Our column.
    pub column: String,
    /// The rule.
    pub rule: Rule,
    /// The rows concerned.
    pub rows: u64,
}

/// Columns of ours, with what was done and what could not be read.
pub(super) struct Cleaned {
    pub frame: DataFrame,
    pub changes: Vec<Change>,
    pub findings: Vec<Finding>,
}

/// The values of one column: what was made, and for each record which of it.
pub(super) struct Values {
    pub made: Vec<Made>,
    pub of_row: Vec<u32>,
}

/// What one of our columns is made of: places of columns in the sheet.
#[derive(Default)]
pub(super) struct Source {
    pub whole: Option<usize>,
    day: Option<usize>,
    month: Option<usize>,
    year: Option<usize>,
    code: Option<usize>,
    district: Option<usize>,
    province: Option<usize>,
    pub ticks: Vec<(String, usize)>,
}

impl Source {
    pub fn of(header: &Header, id: &str) -> Self {
        let mut source = Self::default();
        for (place, (_, target, _)) in header.columns.iter().enumerate() {
            let Some(target) = target.as_ref().filter(|t| t.column == id) else { continue };
            let part = match &target.part {
                Part::Whole => &mut source.whole,
                Part::Day => &mut source.day,
                Part::Month => &mut source.month,
                Part::Year => &mut source.year,
                Part::Code => &mut source.code,
                Part::District => &mut source.district,
                Part::Province => &mut source.province,
                Part::Tick(code) => {
                    source.ticks.push((code.clone(), place));
                    continue;
                }
            };
            *part = Some(place);
        }
        source
    }
}

/// Everything that a sheet is read with.
pub(super) struct Cleaner<'a> {
    pub table: &'a Table,
    pub sheet: &'a Sheet,
    pub header: &'a Header,
    pub reading: Reading<'a>,
    pub places: &'a Places<'a>,
    /// For a column the key of the mapping that gives it a value, and the value.
    pub constants: &'a std::collections::BTreeMap<String, (String, String)>,
    /// The code of the commune that all records of the sheet lie in, where no column says it.
    pub commune: Option<&'a str>,
}

impl Cleaner<'_> {
    /// Reads the records that stand in some rows of the sheet.
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
            let told =
                |row: &u32| Finding { row: self.sheet.rows[all[*row as usize] as usize], column: key.clone(), expected: expected.clone() };
            findings.extend(apart.iter().map(told));
        }
        let mut unread = vec![0_u64; if columns.iter().any(|(_, v)| v.made.iter().any(|m| m.unread.is_some())) { kept.len() } else { 0 }];
        for (nth, (column, values)) in columns.iter().enumerate() {
            count(&column.id, values, &mut changes);
            if values.made.iter().any(|m| m.unread.is_some()) {
                for (at, made) in values.of_row.iter().enumerate() {
                    let Some(expected) = &values.made[*made as usize].unread else { continue };
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
        frame.push(polars::prelude::Column::new("source_row".into(), rows));
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
            return Ok(Some(self.date(&source, kept)));
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
        let made = if column.kind == ColumnType::Area {
            let no_day = |NoDay| Error::NoAreaDate { table: self.table.id.clone(), column: column.id.clone() };
            self.places.commune(Told { name: &nfc(constant), ..Told::default() }).map_err(no_day)?
        } else {
            self.reading.read(column, Cell::Text(constant))
        };
        if let Some(expected) = made.unread {
            return Err(Error::Mapping { key: key.to_owned(), expected, found: Fact::verbatim(constant) });
        }
        let mut rules = Rules::default();
        rules.add(Rule::MappedConstant);
        Ok(Values { made: vec![Made { rules, ..made }], of_row: vec![0; rows] })
    }

    pub fn cells(&self, place: usize) -> &Cells {
        &self.sheet.columns[place].1
    }

    /// The text of a cell as people see it, or what it should have been.
    pub fn text(&self, place: Option<usize>, code: u32, rules: &mut Rules) -> std::result::Result<String, Phrase> {
        match place.map_or(Cell::Blank, |place| self.cells(place).cell(code)) {
            Cell::Blank => Ok(String::new()),
            Cell::Text(text) => {
                let text = tidy(text, self.reading.legacy, rules);
                let plain = super::values::without_apostrophe(&text);
                if plain.len() < text.len() {
                    rules.add(Rule::Apostrophe);
                    return Ok(plain.to_owned());
                }
                Ok(text)
            }
            Cell::Number(number) => Ok(super::values::number_text(number)),
            Cell::Error => Err(FAILED_FORMULA),
            Cell::Shared => Err(SHARED),
            Cell::Scaled => Err(OWN_UNIT),
            Cell::Date(_) | Cell::Flag(_) => Err(Phrase::TextOrNumber),
        }
    }

    /// Places by their columns; `all` is the code of the commune of every record, which a district beside it has to agree with.
    fn area(&self, source: &Source, all: Option<&str>, kept: &[u32]) -> Result<Values, NoDay> {
        let places = [source.code, source.whole, source.district, source.province];
        let (combinations, of_row) = self.combined(&places, kept);
        let column = self.table.columns.iter().find(|c| Some(c.id.as_str()) == self.target(source)).map_or("", |c| c.id.as_str());
        let figures = |place: Option<usize>| place.is_some_and(|place| self.is_all_figures(place, kept));
        let (is_code, all_figures) = (source.code.is_some(), figures(source.code.or(source.whole)));
        let made = combinations
            .par_iter()
            .map(|codes| {
                let mut rules = Rules::default();
                let texts = places.iter().zip(codes).map(|(place, code)| self.text(*place, *code, &mut rules)).collect();
                let texts: Vec<String> = match texts {
                    Ok(texts) => texts,
                    Err(expected) => return Ok(Made::unread(expected)),
                };
                let known = |at: usize| {
                    let text = self.reading.mapped.value(column, &texts[at]).unwrap_or(&texts[at]);
                    if Words::get().is_blank(text) || text.chars().all(|c| !c.is_alphanumeric()) { "" } else { text }
                };
                let told = Told {
                    code: all.unwrap_or_else(|| known(0)),
                    name: known(1),
                    district: known(2),
                    province: known(3),
                    is_code,
                    all_figures,
                };
                let blank = (told.code.is_empty() && told.name.is_empty()) && !(texts[0].is_empty() && texts[1].is_empty());
                let mut made = self.places.commune(told)?;
                if blank {
                    made.rules.add(Rule::BlankWord);
                }
                if (0..2).any(|at| self.reading.mapped.value(column, &texts[at]).is_some()) {
                    made.rules.add(Rule::MappedValue);
                }
                if made.unread.is_none() {
                    made.rules.join(rules);
                    if all.is_some() {
                        made.rules.add(Rule::AreaTitle);
                    }
                }
                Ok(made)
            })
            .collect::<Result<Vec<Made>, NoDay>>()?;
        Ok(Values { made, of_row })
    }

    /// True for a column of nothing but figures, apart from blanks and words for them.
    fn is_all_figures(&self, place: usize, kept: &[u32]) -> bool {
        let cells = self.cells(place);
        let mut seen = vec![false; cells.distinct()];
        for row in kept {
            seen[cells.code(*row as usize) as usize] = true;
        }
        let is_figure = |code: u32| match cells.cell(code) {
            Cell::Blank => true,
            Cell::Number(number) => number.fract() == 0.0,
            Cell::Text(text) => {
                let text = tidy(text, self.reading.legacy, &mut Rules::default());
                let text = super::values::without_apostrophe(&text);
                text.bytes().all(|b| b.is_ascii_digit()) || Words::get().is_blank(text)
            }
            _ => false,
        };
        (0..seen.len() as u32).filter(|code| seen[*code as usize]).all(is_figure)
    }

    /// The id of the column that a source is of.
    fn target(&self, source: &Source) -> Option<&str> {
        let place = source.whole.or(source.code)?;
        self.header.columns[place].1.as_ref().map(|t| t.column.as_str())
    }

    fn date(&self, source: &Source, kept: &[u32]) -> Values {
        let places = [source.day, source.month, source.year];
        let (combinations, of_row) = self.combined(&places, kept);
        let part = |name: &str, place: Option<usize>, code: u32, rules: &mut Rules| -> std::result::Result<Option<i32>, Phrase> {
            let text = self.text(place, code, rules)?;
            if text.is_empty() || Words::get().is_blank(&text) || text.chars().all(|c| !c.is_alphanumeric()) {
                return Ok(None);
            }
            match numbers::whole(name, Cell::Text(&text), &text).value {
                Value::Number(0) => Ok(None),
                Value::Number(number) => Ok(Some(number)),
                _ => Err(Phrase::DateInColumns),
            }
        };
        let made = combinations.par_iter().map(|codes| {
            let mut rules = Rules::default();
            let mut told = [None; 3];
            for (((into, place), code), name) in told.iter_mut().zip(places).zip(codes).zip(["day", "month", "year"]) {
                match part(name, place, *code, &mut rules) {
                    Ok(number) => *into = number,
                    Err(expected) => return Made::unread(expected),
                }
            }
            match dates::joined(told[0], told[1], told[2], self.reading.window) {
                Ok(None) => Made::default(),
                Ok(Some((When::Day(day), found))) => Made::with(Value::Day(day.to_epoch_days()), found),
                Ok(Some((When::Month(year), found))) if self.reading.keeps_year => {
                    Made::with(Value::Year(year), found).rule(Rule::MonthAndYear)
                }
                Ok(Some((When::Year(year), found))) if self.reading.keeps_year => Made::with(Value::Year(year), found).rule(Rule::YearOnly),
                Ok(Some(_)) => Made::unread(Phrase::WholeDate),
                Err(expected) => Made::unread(expected),
            }
        });
        Values { made: made.collect(), of_row }
    }

    /// A column of values that stand in one cell each.
    fn single(&self, column: &Column, place: usize, kept: &[u32]) -> Values {
        let cells = self.cells(place);
        let of_row: Vec<u32> = kept.iter().map(|row| cells.code(*row as usize)).collect();
        let rows = rows_of(cells, &of_row);
        let whole = Whole::of(column, &self.header.columns[place].0, cells, &rows, self.reading.legacy, self.reading.from_zero);
        let reading = Reading { whole, ..self.reading };
        let watch = Watch::here();
        let read = |(code, rows): (usize, &u64)| {
            if *rows > 0 {
                watch.look();
                reading.read(column, cells.cell(code as u32))
            } else {
                Made::default()
            }
        };
        Values { made: rows.par_iter().enumerate().with_min_len(256).map(read).collect(), of_row }
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

    /// The distinct combinations of some columns, and for each record which of them it has.
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
            // Records of one commune mostly stand together.
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

/// For each code how many records have it.
fn rows_of(cells: &Cells, of_row: &[u32]) -> Vec<u64> {
    let mut rows = vec![0; cells.distinct()];
    for code in of_row {
        rows[*code as usize] += 1;
    }
    rows
}

/// Counts the rows that each rule changed.
fn count(column: &str, values: &Values, changes: &mut Vec<Change>) {
    if values.made.iter().all(|m| m.rules.is_empty()) {
        return;
    }
    let mut rows = vec![0_u64; values.made.len()];
    for at in &values.of_row {
        rows[*at as usize] += 1;
    }
    let mut by_rule: std::collections::BTreeMap<Rule, u64> = std::collections::BTreeMap::new();
    for (made, rows) in values.made.iter().zip(rows).filter(|(_, rows)| *rows > 0) {
        for rule in made.rules.iter() {
            *by_rule.entry(rule).or_default() += rows;
        }
    }
    changes.extend(by_rule.into_iter().map(|(rule, rows)| Change { column: column.to_owned(), rule, rows }));
}

/// The distinct values as a series, then one for each record.
fn series(name: &str, kind: ColumnType, values: &Values) -> PolarsResult<Series> {
    let name = PlSmallStr::from(name);
    let made = || values.made.iter().map(|m| &m.value);
    let number = |value: &Value| match value {
        Value::Number(n) | Value::Day(n) => Some(*n),
        _ => None,
    };
    let distinct = match kind {
        ColumnType::Text | ColumnType::Area => {
            let text = made().map(|v| if let Value::Text(text) = v { Some(text.as_str()) } else { None });
            StringChunked::from_iter_options(name, text).into_series()
        }
        ColumnType::Flag => {
            BooleanChunked::from_iter_options(name, made().map(|v| if let Value::Flag(flag) = v { Some(*flag) } else { None }))
                .into_series()
        }
        ColumnType::Integer => Int32Chunked::from_iter_options(name, made().map(number)).into_series(),
        ColumnType::Date => Int32Chunked::from_iter_options(name, made().map(number)).into_series().cast(&DataType::Date)?,
        ColumnType::List => {
            let mut builder = ListStringChunkedBuilder::new(name, values.made.len(), 2);
            for value in made() {
                match value {
                    Value::List(codes) => builder.append_values_iter(codes.iter().map(String::as_str)),
                    _ => builder.append_null(),
                }
            }
            builder.finish().into_series()
        }
    };
    distinct.take(&IdxCa::from_vec(PlSmallStr::EMPTY, values.of_row.clone()))
}

/// The column `birth_year`, where dates of birth gave years: what its own column says comes first.
fn years(columns: &[(&Column, Values)]) -> Option<polars::prelude::Column> {
    let (_, dates) = columns
        .iter()
        .find(|(column, values)| column.id == "birth_date" && values.made.iter().any(|m| matches!(m.value, Value::Year(_))))?;
    let own = columns.iter().find(|(column, _)| column.id == "birth_year").map(|(_, values)| values);
    let years = dates.of_row.iter().enumerate().map(|(row, at)| {
        let own = own.and_then(|own| match own.made[own.of_row[row] as usize].value {
            Value::Number(year) => Some(year),
            _ => None,
        });
        own.or(match dates.made[*at as usize].value {
            Value::Year(year) => Some(year),
            _ => None,
        })
    });
    Some(polars::prelude::Column::new("birth_year".into(), years.collect::<Vec<Option<i32>>>()))
}

/// The column `confirmed`, where only the result of verification is recorded, and how many rows it decides.
fn confirmed(table: &Table, columns: &[(&Column, Values)]) -> Option<(polars::prelude::Column, u64)> {
    table.column("confirmed")?;
    let of = |id: &str| columns.iter().find(|(column, _)| column.id == id).map(|(_, values)| values);
    let results = of("verification").filter(|_| of("confirmed").is_none())?;
    let flags = results.of_row.iter().map(|at| match &results.made[*at as usize].value {
        Value::Text(code) => Some(code == "confirmed"),
        _ => None,
    });
    let flags: Vec<Option<bool>> = flags.collect();
    let decided = flags.iter().flatten().count() as u64;
    Some((polars::prelude::Column::new("confirmed".into(), flags), decided))
}

/// For each record the columns that could not be read.
fn unread_names(unread: &[u64], names: &[&str], rows: usize) -> polars::prelude::Column {
    if unread.is_empty() {
        return StringChunked::full_null("source_unread".into(), rows).into_column();
    }
    let mut told: HashMap<u64, String> = HashMap::new();
    for mask in unread.iter().filter(|mask| **mask != 0) {
        told.entry(*mask).or_insert_with(|| {
            let names: Vec<&str> = names.iter().enumerate().filter(|(nth, _)| mask >> nth & 1 == 1).map(|(_, name)| *name).collect();
            names.join(",")
        });
    }
    let names = unread.iter().map(|mask| told.get(mask).map(String::as_str));
    StringChunked::from_iter_options("source_unread".into(), names).into_column()
}
