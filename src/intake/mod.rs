//! Files as they come: spreadsheets and text files of communes and departments to the tables of records.
//!
//! A sheet is found, its header matched by synonyms, its values worked out once for each distinct text. What was matched, what was
//! changed, and what could not be read is told; nothing is guessed, and no value of a record is told.
//!
//! ```
//! use chitieu::intake::Reader;
//! let file = std::env::temp_dir().join("chitieu_example.csv");
//! std::fs::write(&file, "UBND XÃ HẢI TRIỀU;;\nHọ và tên;Ngày sinh;Giới tính\nNguyễn Văn A;05/03/2014;Nam\nTrần Thị B;2015;Nữ\n")?;
//!
//! let reading = Reader::new().read(&file, "children")?;
//! let table = reading.frame()?;
//! assert_eq!(table.column("sex")?.str()?.get(1), Some("female"));
//! assert_eq!(table.column("birth_year")?.i32()?.get(1), Some(2015));
//! assert_eq!(table.column("source_row")?.u32()?.get(0), Some(3));
//! let rules: Vec<_> = reading.parts[0].changes.iter().map(|c| (c.column.as_str(), c.rule.code(), c.rows)).collect();
//! assert!(rules.contains(&("birth_date", "year_only", 1)));
//! # std::fs::remove_file(&file)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod account;
mod biff;
mod book;
mod cells;
mod clean;
mod codes;
mod dates;
mod decode;
mod folder;
mod format;
mod frame;
mod guard;
mod header;
mod kind;
mod legacy;
mod lines;
mod long;
mod mapping;
mod markup;
mod moment;
mod numbers;
mod ods;
mod ole;
mod places;
mod report;
mod rows;
mod rules;
mod signs;
mod titles;
mod values;
mod whole;
mod wide;
mod xlsb;

pub use clean::{Change, Finding};
pub use decode::TextEncoding;
pub use folder::{files_below, why_skipped};
pub use mapping::Mapping;
pub use report::{Folder, NotRead, Part, Reading};
pub use rows::Aside;
pub use rules::Rule;

use crate::area::{AreaList, AreaNames, Level};
use crate::catalogue::{Catalogue, ColumnType, EthnicList, Table};
use crate::error::{Error, Phrase, Result};
use crate::limits::{Bound, Limits};
use crate::text::{Language, Text};
use cells::{Cell, Sheet};
use chrono::NaiveDate;
use header::{Header, Top};
use places::Places;
use polars::prelude::DataFrame;
use std::path::Path;
use std::sync::Arc;
use titles::Named;

/// Distinct texts looked at to tell an old font.
const SAMPLE: u32 = 300;

/// Where sheets come from: a file, or a frame that has but a name.
#[derive(Debug, Clone, Copy)]
struct Source<'a> {
    name: &'a str,
    is_file: bool,
}

/// How files are read.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    mapping: Mapping,
    sheet: Option<String>,
    encoding: Option<TextEncoding>,
    areas: Option<Arc<AreaNames>>,
    within: Option<String>,
    ethnic_list: Option<EthnicList>,
    tables: Option<Vec<String>>,
    from_zero: bool,
    limits: Limits,
}

impl Reader {
    /// A reader that knows the synonyms of the crate alone.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What the user says of the files.
    #[must_use]
    pub fn mapping(mut self, mapping: Mapping) -> Self {
        self.mapping = mapping;
        self
    }

    /// Only the sheet of that name.
    #[must_use]
    pub fn sheet(mut self, name: impl Into<String>) -> Self {
        self.sheet = Some(name.into());
        self
    }

    /// How text is written, where it cannot be told.
    #[must_use]
    pub fn encoding(mut self, encoding: TextEncoding) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// The day whose list of areas names are looked up in.
    ///
    /// # Errors
    /// [`Error::NoAreaList`] for a day outside the lists that the crate ships.
    pub fn area_vintage(mut self, day: NaiveDate) -> Result<Self> {
        self.areas = Some(Arc::new(AreaList::on(day)?.names()));
        Ok(self)
    }

    /// The code of the province or district that all communes of the files lie in.
    #[must_use]
    pub fn within(mut self, code: impl Into<String>) -> Self {
        self.within = Some(code.into());
        self
    }

    /// The official list that names of ethnic groups become codes of; that of 1979 if none is named.
    #[must_use]
    pub fn ethnic_list(mut self, list: EthnicList) -> Self {
        self.ethnic_list = Some(list);
        self
    }

    /// The tables that files of a folder may hold; all if none are named.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] for a table that there is not.
    pub fn tables(mut self, tables: Vec<String>) -> Result<Self> {
        for table in &tables {
            known_table(table)?;
        }
        self.tables = Some(tables);
        Ok(self)
    }

    /// How much memory reading may take; half of what the machine has if nothing is said.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Says that other files, read together with these, write sexes as 0 and 1: a 1 without a 2 is then not known to be a boy. Of the
    /// sheets of one file and of the files of one folder this is found out ([`Folder::counts_sexes_from_zero`]).
    #[must_use]
    pub fn sexes_from_zero(mut self) -> Self {
        self.from_zero = true;
        self
    }

    /// Reads every sheet of a file that has a header of the table.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::NoPermission`], [`Error::UnreadableFile`] for the file; [`Error::UnknownChoice`] for the table;
    /// [`Error::NoHeader`] if no sheet has its header; [`Error::NoAreaDate`] for names of communes without a day.
    pub fn read(&self, path: impl AsRef<Path>, table: &str) -> Result<Reading> {
        let (path, table) = (path.as_ref(), known_table(table)?);
        let sheet = self.mapping.table(&table.id).sheet.or_else(|| self.sheet.clone());
        let reading = self.read_book(Source { name: &file_name(path), is_file: true }, self.open(path, sheet.as_deref())?, &table)?;
        if !self.from_zero && reading.parts.len() > 1 && reading.counts_sexes_from_zero() {
            return self.clone().sexes_from_zero().read(path, &table.id);
        }
        Ok(reading)
    }

    /// Reads a frame whose columns may be called as in any file; `name` stands for the file.
    ///
    /// # Errors
    /// As [`Reader::read`].
    pub fn read_frame(&self, name: &str, frame: &DataFrame, table: &str) -> Result<Reading> {
        let table = known_table(table)?;
        self.read_book(Source { name, is_file: true }, self.of_frame(name, frame)?, &table)
    }

    /// Cleans a frame in memory as [`Reader::read`] cleans a file: the same rules, findings and rows set aside. Typed columns (dates, true
    /// and false, whole numbers) are taken as they are; rows are counted from 1.
    ///
    /// ```
    /// use chitieu::intake::Reader;
    /// use polars::prelude::*;
    /// let frame = df!["Mã trẻ" => ["k1", "k2"], "Ngày sinh" => ["05/03/2014", "31/02/2015"], "Giới tính" => ["Nam", "Nữ"]]?;
    /// let reading = Reader::new().clean(&frame, "children")?;
    /// assert_eq!(reading.frame()?.column("sex")?.str()?.get(1), Some("female"));
    /// assert_eq!(reading.parts[0].findings[0].row, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Reader::read`].
    pub fn clean(&self, frame: &DataFrame, table: &str) -> Result<Reading> {
        let table = known_table(table)?;
        self.read_book(Source { name: "frame", is_file: false }, self.of_frame("frame", frame)?, &table)
    }

    /// Finds out of each sheet of a file which table it is, and reads it; `name` stands for the file in the report.
    ///
    /// # Errors
    /// [`Error::NoAreaDate`] for names of communes without a day; everything else is told in [`Folder::not_read`].
    pub fn recognise(&self, path: impl AsRef<Path>, name: &str) -> Result<Folder> {
        let path = path.as_ref();
        match self.open(path, self.sheet.as_deref()) {
            Ok(book) => {
                let found = self.recognise_book(Source { name, is_file: true }, book)?;
                if !self.from_zero && found.counts_sexes_from_zero() {
                    return self.clone().sexes_from_zero().recognise(path, name);
                }
                Ok(found)
            }
            Err(e) => {
                Ok(Folder { not_read: vec![NotRead { file: name.to_owned(), sheet: String::new(), why: both(&e) }], ..Folder::default() })
            }
        }
    }

    /// As [`Reader::recognise`], of a frame.
    ///
    /// # Errors
    /// As [`Reader::recognise`].
    pub fn recognise_frame(&self, frame: &DataFrame, name: &str) -> Result<Folder> {
        self.recognise_book(Source { name, is_file: true }, self.of_frame(name, frame)?)
    }

    /// Reads every file below a folder, in the order of their names.
    ///
    /// # Errors
    /// [`Error::File`] if there is no such folder, [`Error::NoAreaDate`] for names of communes without a day.
    pub fn read_folder(&self, folder: impl AsRef<Path>) -> Result<Folder> {
        let folder = folder.as_ref();
        let mut found = Folder::default();
        for (path, name) in files_below(folder)? {
            found.join(match why_skipped(&path) {
                Some(why) => Folder { not_read: vec![NotRead { file: name, sheet: String::new(), why }], ..Folder::default() },
                None => self.recognise(&path, &name)?,
            });
        }
        if !self.from_zero && found.counts_sexes_from_zero() {
            return self.clone().sexes_from_zero().read_folder(folder);
        }
        Ok(found)
    }

    /// A file as sheets.
    fn open(&self, path: &Path, sheet: Option<&str>) -> Result<book::Book> {
        #[cfg(feature = "io")]
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet")) {
            return self.of_frame(&path.display().to_string(), &parquet(path, self.limits)?);
        }
        book::open(path, sheet, self.encoding, self.limits)
    }

    /// A frame as a book of one sheet.
    fn of_frame(&self, name: &str, frame: &DataFrame) -> Result<book::Book> {
        self.limits.check(name, Bound::Columns, frame.width() as u64)?;
        self.limits.check(name, Bound::Places, (frame.height() as u64).saturating_mul(frame.width() as u64))?;
        let (longest, whole) = frame::texts(frame);
        self.limits.check(name, Bound::Text, longest)?;
        self.limits.check(name, Bound::Bytes, whole)?;
        Ok(book::Book { sheets: vec![frame::sheet(frame)?], encoding: None, refused: Vec::new() })
    }

    fn read_book(&self, file: Source<'_>, book: book::Book, table: &Table) -> Result<Reading> {
        let mapping = self.mapping.table(&table.id);
        let mut reading = self.reading(table);
        reading.not_read.extend(refused(file.name, &book));
        let mut nearest: Option<Error> = None;
        for sheet in book.sheets {
            let legacy = self.legacy(&sheet, book.encoding);
            let header = Top::new(&sheet, legacy).header(table, &mapping);
            let enough = mapping.header_row.is_some() && header.known() > 0 || header.is_enough();
            let constants = mapping.constants(&table.id, file.name, &sheet.name)?;
            let lacks = if enough { header.lacks(table, &constants) } else { None };
            if enough && lacks.is_none() {
                reading.parts.push(self.part(file, sheet, book.encoding, table, &header)?);
                continue;
            }
            let error = no_header(file.name, &sheet, table, &header, lacks);
            reading.not_read.push(NotRead { file: file.name.to_owned(), sheet: sheet.name, why: both(&error) });
            if nearest.as_ref().is_none_or(|best| known_headers(best) < known_headers(&error)) {
                nearest = Some(error);
            }
        }
        if !reading.parts.is_empty() {
            return Ok(self.named(reading));
        }
        Err(nearest.unwrap_or_else(|| guard::unreadable(file.name, Phrase::SheetWithCells, Phrase::Nothing)))
    }

    fn recognise_book(&self, file: Source<'_>, book: book::Book) -> Result<Folder> {
        let catalogue = Catalogue::builtin();
        let mut found = Folder { not_read: refused(file.name, &book), ..Folder::default() };
        for sheet in book.sheets {
            let legacy = self.legacy(&sheet, book.encoding);
            let mut fits: Vec<(usize, &Table, Header)> = Vec::new();
            // How well the sheet fits a table of whose records it names none.
            let mut summary: Option<usize> = None;
            {
                let top = Top::new(&sheet, legacy);
                for table in catalogue.tables().iter().filter(|t| self.tables.as_ref().is_none_or(|known| known.contains(&t.id))) {
                    let mapping = self.mapping.table(&table.id);
                    if mapping.sheet.as_ref().is_some_and(|name| *name != sheet.name) {
                        continue;
                    }
                    let header = top.header(table, &mapping);
                    if !header.is_enough() {
                        continue;
                    }
                    let fit = header.fit(table, &top, &format!("{} | {}", file.name, sheet.name));
                    if header.lacks(table, &mapping.constants(&table.id, file.name, &sheet.name)?).is_some() {
                        summary = summary.max(Some(fit));
                    } else {
                        fits.push((fit, table, header));
                    }
                }
            }
            fits.sort_by_key(|(fit, ..)| std::cmp::Reverse(*fit));
            let best = fits.first().map(|(fit, ..)| *fit);
            let mut is_summary = summary > best;
            for (_, table, header) in fits.iter().take_while(|(fit, ..)| Some(*fit) == best) {
                let mapped = self.mapping.table(&table.id).mapped();
                is_summary |= self.rows(&sheet, table, header, legacy, &mapped)?.are_counts();
            }
            let not_read = |sheet: String, why: Text| NotRead { file: file.name.to_owned(), sheet, why };
            match &fits[..] {
                _ if is_summary => {
                    let why =
                        Text::new("có vẻ là bảng tổng hợp, không phải danh sách", "looks like a summary table, not a list of records");
                    found.not_read.push(not_read(sheet.name, why));
                }
                [] => {
                    let why = Text::new("không có tiêu đề của bảng nào", "no header of any table");
                    found.not_read.push(not_read(sheet.name, why));
                }
                [(best, one, _), (second, other, _), ..] if best == second => {
                    let why = Text::new(
                        format!("có thể là bảng {} hoặc {}; dùng ct.read(..., table=...)", one.id, other.id),
                        format!("may be the table {} or {}; use ct.read(..., table=...)", one.id, other.id),
                    );
                    found.not_read.push(not_read(sheet.name, why));
                }
                [(_, table, header), ..] => {
                    let mut reading = self.reading(table);
                    let name = sheet.name.clone();
                    match self.part(file, sheet, book.encoding, table, header) {
                        Err(e @ Error::UnreadableFile { .. }) => {
                            found.not_read.push(not_read(name, both(&e)));
                            continue;
                        }
                        part => reading.parts.push(part?),
                    }
                    found.join(Folder { readings: [(table.id.clone(), self.named(reading))].into(), not_read: Vec::new() });
                }
            }
        }
        Ok(found)
    }

    fn reading(&self, table: &Table) -> Reading {
        Reading {
            table: table.id.clone(),
            parts: Vec::new(),
            not_read: Vec::new(),
            area_vintage: self.areas.as_ref().map(|names| names.list().day()),
            ethnic_list: self.ethnic_list,
        }
    }

    /// The reading with the list that names of ethnic groups became codes of.
    fn named(&self, mut reading: Reading) -> Reading {
        if reading.parts.iter().flat_map(|p| &p.changes).any(|c| c.rule == Rule::EthnicName) {
            reading.ethnic_list = Some(self.ethnic_list.unwrap_or(EthnicList::Of1979));
        }
        reading
    }

    /// How the texts of a sheet are written, if not in Unicode.
    fn legacy(&self, sheet: &Sheet, encoding: Option<TextEncoding>) -> Option<legacy::Legacy> {
        let texts = || {
            sheet.columns.iter().flat_map(|(_, column)| {
                (0..SAMPLE.min(column.distinct() as u32)).filter_map(|code| match column.cell(code) {
                    Cell::Text(text) if !text.is_ascii() => Some(text),
                    _ => None,
                })
            })
        };
        let font = match self.encoding.or(encoding).filter(|e| *e != TextEncoding::Utf8) {
            Some(named) => named.font(),
            None => legacy::detect(texts()),
        }?;
        Some(legacy::Legacy { font, mixed: texts().any(legacy::is_unicode) })
    }

    /// What the values of a sheet are read by.
    fn values<'a>(&self, sheet: &Sheet, legacy: Option<legacy::Legacy>, mapped: &'a mapping::Mapped) -> values::Reading<'a> {
        values::Reading {
            words: codes::Words::get(),
            legacy,
            from_1904: sheet.from_1904,
            ethnic: self.ethnic_list.unwrap_or(EthnicList::Of1979),
            window: signs::ANY_CENTURY,
            keeps_year: true,
            whole: whole::Whole::default(),
            greatest: None,
            from_zero: self.from_zero,
            mapped,
        }
    }

    /// Where communes are looked up.
    fn places(&self) -> Result<Places<'_>> {
        let within = match (&self.areas, &self.within) {
            (Some(names), Some(code)) => {
                let list = names.list();
                let known = || list.areas().iter().filter(|a| a.level == Level::Province).map(|a| a.code.clone()).collect();
                Some(list.unit(code).ok_or_else(|| Error::UnknownChoice { what: "within", got: code.clone(), known: known() })?)
            }
            _ => None,
        };
        Ok(Places { names: self.areas.as_deref(), within })
    }

    /// The rows below a header.
    fn rows<'a>(
        &'a self,
        sheet: &'a Sheet,
        table: &'a Table,
        header: &'a Header,
        legacy: Option<legacy::Legacy>,
        mapped: &'a mapping::Mapped,
    ) -> Result<rows::Rows<'a>> {
        Ok(rows::Rows {
            table,
            sheet,
            header,
            reading: self.values(sheet, legacy, mapped),
            places: self.places()?,
            filled: rows::Filled::new(sheet),
        })
    }

    /// The commune that a title, the sheet's name or the file's name gives to all records, where no column and no constant says it.
    #[allow(clippy::too_many_arguments, reason = "what is known of a sheet")]
    fn commune_of(
        &self,
        file: Source<'_>,
        sheet: &Sheet,
        table: &Table,
        header: &Header,
        legacy: Option<legacy::Legacy>,
        constants: &std::collections::BTreeMap<String, (String, String)>,
        aside: &[(u32, Aside)],
    ) -> Named {
        let says = |target: &header::Target| target.column == "commune" && matches!(target.part, header::Part::Whole | header::Part::Code);
        let is_said = header.columns.iter().filter_map(|(_, target, _)| target.as_ref()).any(says) || constants.contains_key("commune");
        let (Some(names), Ok(places)) = (&self.areas, self.places()) else { return Named::Nothing };
        if is_said || table.column("commune").is_none() {
            return Named::Nothing;
        }
        let headings = aside.iter().filter(|(_, why)| *why == Aside::Section).filter_map(|(row, _)| sheet.rows.binary_search(row).ok());
        let titles = (0..header.first).chain(headings).map(|row| line(sheet, row, legacy)).collect();
        titles::Sources { titles, sheet: &sheet.name, file: file.is_file.then_some(file.name) }.commune(names, places.within)
    }

    /// Reads the records below a header.
    fn part(&self, file: Source<'_>, mut sheet: Sheet, encoding: Option<TextEncoding>, table: &Table, header: &Header) -> Result<Part> {
        let mapping = self.mapping.table(&table.id);
        let legacy = self.legacy(&sheet, encoding);
        share_across(&mut sheet, table, header);
        let merged = fill_merged(&mut sheet, header);
        let mapped = mapping.mapped();
        let rows = self.rows(&sheet, table, header, legacy, &mapped)?;
        let (kept, aside) = rows.records();
        let doubtful = doubtful_deletions(&rows, &kept);
        let constants = mapping.constants(&table.id, file.name, &sheet.name)?;
        let commune = self.commune_of(file, &sheet, table, header, legacy, &constants, &aside);
        let cleaner = clean::Cleaner {
            table,
            sheet: &sheet,
            header,
            reading: self.values(&sheet, legacy, &mapped),
            places: &self.places()?,
            constants: &constants,
            commune: if let Named::One(code) = &commune { Some(code) } else { None },
        };
        let mut cleaned = cleaner.clean(&kept)?;
        let account = account::Account { file: file.name, sheet: &sheet, header, kept: &kept, aside: &aside };
        account.check()?;
        cleaned.changes.extend(merged);
        cleaned.changes.extend(account.changes());
        cleaned.findings.extend(account.findings());
        if commune == Named::Doubtful {
            let row = sheet.rows[header.first];
            cleaned.findings.insert(0, Finding { row, column: "commune".to_owned(), expected: titles::EXPECTED.into() });
        }
        cleaned.findings.extend(doubtful);
        cleaned.findings.sort_by_key(|finding| finding.row);
        Ok(Part {
            file: file.name.to_owned(),
            sheet: sheet.name.clone(),
            header_row: sheet.rows[header.first],
            encoding: encoding.map(|e| match legacy.map(|l| l.font) {
                Some(legacy::Font::Tcvn3) => TextEncoding::Tcvn3,
                Some(legacy::Font::Vni) => TextEncoding::Vni,
                None => e,
            }),
            aside,
            columns: report::matched(header),
            changes: cleaned.changes,
            findings: cleaned.findings,
            frame: cleaned.frame,
        })
    }
}

/// What stands in a row, as one text: a label goes on with the cell beside it.
fn line(sheet: &Sheet, row: usize, legacy: Option<legacy::Legacy>) -> String {
    let mut line = String::new();
    for column in 0..sheet.columns.len() {
        let Cell::Text(text) = sheet.cell(row, column) else { continue };
        let text = values::tidy(text, legacy, &mut rules::Rules::default());
        line.push_str(if line.is_empty() {
            ""
        } else if line.ends_with(':') {
            " "
        } else {
            " , "
        });
        line.push_str(&text);
    }
    line
}

/// Findings of records whose column of deletions says neither yes nor no.
fn doubtful_deletions(rows: &rows::Rows<'_>, kept: &[u32]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (place, how) in &rows.header.deleted {
        let (column, says) = rows.deletions(*place, *how);
        let unread = kept.iter().filter(|row| says[column.code(**row as usize) as usize].is_none());
        findings.extend(unread.map(|row| Finding {
            row: rows.sheet.rows[*row as usize],
            column: header::DELETED.to_owned(),
            expected: values::YES_OR_NO.into(),
        }));
    }
    findings
}

/// Marks a value merged across several columns of ours as one that none of them has alone: a number, a mark, a date. A text may be wide.
fn share_across(sheet: &mut Sheet, table: &Table, header: &Header) {
    let start = header.first + header.height;
    let column = |place: usize| header.columns[place].1.as_ref().and_then(|target| Some((target, table.column(&target.column)?)));
    for merged in sheet.merged.clone().into_iter().filter(|m| m.columns.0 < m.columns.1) {
        let inside = |place: u32| (merged.columns.0..=merged.columns.1).contains(&place);
        let places: Vec<usize> = (0..sheet.columns.len()).filter(|at| inside(sheet.columns[*at].0)).collect();
        let ours: Vec<usize> = places.iter().copied().filter(|at| column(*at).is_some()).collect();
        let is_text = |at: usize| {
            let is_whole = |target: &header::Target| target.part == header::Part::Whole;
            column(at).is_none_or(|(target, c)| is_whole(target) && matches!(c.kind, ColumnType::Text | ColumnType::Area))
        };
        if ours.len() < 2 || ours.iter().all(|at| is_text(*at)) {
            continue;
        }
        let rows = (start..sheet.rows.len()).filter(|row| (merged.rows.0 + 1..=merged.rows.1 + 1).contains(&sheet.rows[*row]));
        for row in rows.collect::<Vec<_>>() {
            let is_filled = |at: usize| sheet.columns[at].1.code(row) != cells::BLANK;
            let holds_more = (0..sheet.columns.len()).any(|at| !places.contains(&at) && is_filled(at));
            if holds_more && places.iter().any(|at| is_filled(*at)) {
                for at in ours.iter().filter(|at| !is_text(**at)) {
                    sheet.columns[*at].1.put(row, Cell::Shared);
                }
            }
        }
    }
}

/// Gives a cell merged over several records to each of them, in its first column. An amount of them all is the amount of none.
fn fill_merged(sheet: &mut Sheet, header: &Header) -> Vec<Change> {
    let mut filled: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
    let start = header.first + header.height;
    for merged in sheet.merged.clone() {
        let (Ok(top), Ok(place)) =
            (sheet.rows.binary_search(&(merged.rows.0 + 1)), sheet.columns.binary_search_by_key(&merged.columns.0, |(place, _)| *place))
        else {
            continue;
        };
        let Some(target) = header.columns[place].1.as_ref().filter(|_| top >= start) else { continue };
        let is_amount = codes::Words::get().is_amount(&target.column);
        let holds = |row: usize| (0..sheet.columns.len()).any(|other| other != place && sheet.columns[other].1.code(row) != cells::BLANK);
        let rows = (top + 1..sheet.rows.len()).take_while(|row| sheet.rows[*row] <= merged.rows.1 + 1);
        // A row without any other cell is no record.
        let rows: Vec<usize> = rows.filter(|row| !is_amount || holds(*row)).collect();
        let column = &mut sheet.columns[place].1;
        let code = column.code(top);
        if code == cells::BLANK || rows.is_empty() {
            continue;
        }
        if is_amount {
            column.put(top, Cell::Shared);
        }
        let code = column.code(top);
        for row in rows {
            if column.code(row) == cells::BLANK {
                column.put_code(row, code);
                *filled.entry(target.column.clone()).or_default() += u64::from(!is_amount);
            }
        }
    }
    filled.retain(|_, rows| *rows > 0);
    filled.into_iter().map(|(column, rows)| Change { column, rule: Rule::MergedCell, rows }).collect()
}

fn known_table(id: &str) -> Result<Table> {
    let catalogue = Catalogue::builtin();
    catalogue.table(id).cloned().ok_or_else(|| Error::UnknownChoice {
        what: "table",
        got: id.to_owned(),
        known: catalogue.tables().iter().map(|t| t.id.clone()).collect(),
    })
}

fn both(error: &Error) -> Text {
    Text::new(error.message(Language::Vi), error.message(Language::En))
}

fn refused(file: &str, book: &book::Book) -> Vec<NotRead> {
    let told = book.refused.iter().map(|sheet| match sheet {
        book::Refused::NoCells(name) => (name, Text::new("trang này không phải bảng ô", "this sheet has no cells")),
        book::Refused::Hidden(name) => {
            (name, Text::new("trang bị ẩn; muốn đọc, hãy nêu tên: sheet=...", "a hidden sheet; to read it, name it: sheet=..."))
        }
    });
    told.map(|(sheet, why)| NotRead { file: file.to_owned(), sheet: sheet.clone(), why }).collect()
}

fn no_header(file: &str, sheet: &Sheet, table: &Table, header: &Header, lacks: Option<&[String]>) -> Error {
    Error::NoHeader {
        path: if sheet.name.is_empty() { file.to_owned() } else { format!("{file}, \"{}\"", sheet.name) },
        table: table.id.clone(),
        row: sheet.rows.get(header.first).copied().unwrap_or(0),
        found: header.known_labels(),
        expected: lacks.map_or_else(|| table.columns.iter().map(|c| c.id.clone()).collect(), <[String]>::to_vec),
    }
}

fn known_headers(error: &Error) -> usize {
    if let Error::NoHeader { found, .. } = error { found.len() } else { 0 }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

#[cfg(feature = "io")]
fn parquet(path: &Path, limits: Limits) -> Result<DataFrame> {
    use polars_io::SerReader;
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
    let told = path.display().to_string();
    let file = crate::disk::open(path)?;
    let announced = crate::record::Announced::by(path)?;
    announced.check_limits(path, limits, true)?;
    // A reader makes room for what pages claim.
    crate::record::Announced::check_pages(path, None)?;
    // Over some damage the reader panics; what it says may show values.
    let read = || polars_io::parquet::read::ParquetReader::new(file).finish();
    let frame = match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(frame)) => frame,
        Err(why) if crate::task::is_stop(why.as_ref()) => resume_unwind(why),
        Ok(Err(_)) | Err(_) => return Err(guard::unreadable(&told, Phrase::ParquetFile, Phrase::Damaged)),
    };
    if frame.height() as u64 != announced.rows {
        return Err(Error::RowsDiffer { table: told, expected: announced.rows, found: frame.height() as u64 });
    }
    Ok(frame)
}
