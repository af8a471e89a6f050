//! The records below a header.

use super::account::Account;
use super::cell_reader::CellReader;
use super::cells::{BLANK, Cell, Sheet};
use super::cleaner::Cleaner;
use super::codes::Words;
use super::decode::TextEncoding;
use super::findings::Finding;
use super::header::{self, Header, Target};
use super::legacy::{self, Font, Legacy};
use super::mapping::{DELETED, Mapped};
use super::merged::{fill_merged, share_across};
use super::places::{Address, Places};
use super::profile::Profile;
use super::reader::{Origin, Reader};
use super::report::{self, Part};
use super::rows::{Aside, Filled, Rows};
use super::rules::Rules;
use super::signs;
use super::tidy::tidy;
use super::titles::{self, Named};
use super::value::{Value, YES_OR_NO};
use crate::area::Level;
use crate::catalogue::{EthnicList, Table};
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// Distinct texts examined to detect a legacy font.
const SAMPLE: u32 = 300;

impl Reader {
    /// The legacy font of a sheet's texts, if any.
    pub(super) fn legacy(&self, sheet: &Sheet, encoding: Option<TextEncoding>) -> Option<Legacy> {
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
        Some(Legacy { font, mixed: texts().any(legacy::is_unicode) })
    }

    /// The reader of a sheet's cells.
    fn values<'a>(&self, sheet: &Sheet, legacy: Option<Legacy>, mapped: &'a Mapped) -> CellReader<'a> {
        CellReader {
            words: Words::get(),
            legacy,
            from_1904: sheet.from_1904,
            ethnic: self.ethnic_list.unwrap_or(EthnicList::Of1979),
            window: signs::ANY_CENTURY,
            keeps_year: true,
            profile: Profile::default(),
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
    pub(super) fn rows<'a>(
        &'a self,
        sheet: &'a Sheet,
        table: &'a Table,
        header: &'a Header,
        legacy: Option<Legacy>,
        mapped: &'a Mapped,
    ) -> Result<Rows<'a>> {
        Ok(Rows { table, sheet, header, reading: self.values(sheet, legacy, mapped), places: self.places()?, filled: Filled::new(sheet) })
    }

    /// The commune that a title, the sheet's name or the file's name gives to all records, if no column and no constant does.
    #[allow(clippy::too_many_arguments, reason = "what is known of a sheet")]
    fn commune_of(
        &self,
        file: Origin<'_>,
        sheet: &Sheet,
        table: &Table,
        header: &Header,
        legacy: Option<Legacy>,
        constants: &BTreeMap<String, (String, String)>,
        kept: &[u32],
        aside: &[(u32, Aside)],
    ) -> Named {
        let says =
            |target: &Target| target.column == "commune" && matches!(target.part, header::Component::Whole | header::Component::Code);
        let is_said = header.columns.iter().filter_map(|(_, target, _)| target.as_ref()).any(says) || constants.contains_key("commune");
        let (Some(names), Ok(places)) = (&self.areas, self.places()) else { return Named::Nothing };
        if is_said || table.column("commune").is_none() {
            return Named::Nothing;
        }
        // What the rows say goes before what a title says, even under a header that is not known. One that is known and not
        // taken, such as the place of birth, says nothing of it.
        let is_open = |place: usize| matches!(header.columns[place], (_, None, None));
        if (0..sheet.columns.len()).any(|place| is_open(place) && names_communes(sheet, place, kept, legacy, &places)) {
            return Named::Unmatched;
        }
        let headings = aside.iter().filter(|(_, why)| *why == Aside::Section).filter_map(|(row, _)| sheet.rows.binary_search(row).ok());
        let titles = (0..header.first).chain(headings).map(|row| line(sheet, row, legacy)).collect();
        titles::Titles { headings: titles, sheet: &sheet.name, file: file.is_file.then_some(file.name) }.commune(names, places.within)
    }

    /// Reads the records below a header.
    pub(super) fn part(
        &self,
        file: Origin<'_>,
        mut sheet: Sheet,
        encoding: Option<TextEncoding>,
        table: &Table,
        header: &Header,
    ) -> Result<Part> {
        let mapping = self.mapping.table(&table.id);
        let legacy = self.legacy(&sheet, encoding);
        share_across(&mut sheet, table, header);
        let merged = fill_merged(&mut sheet, header);
        let mapped = mapping.mapped();
        let rows = self.rows(&sheet, table, header, legacy, &mapped)?;
        let (kept, aside) = rows.records();
        let doubtful = doubtful_deletions(&rows, &kept);
        let constants = mapping.constants(&table.id, file.name, &sheet.name)?;
        let commune = self.commune_of(file, &sheet, table, header, legacy, &constants, &kept, &aside);
        let cleaner = Cleaner {
            table,
            sheet: &sheet,
            header,
            reading: self.values(&sheet, legacy, &mapped),
            places: &self.places()?,
            constants: &constants,
            commune: if let Named::One(code) = &commune { Some(code) } else { None },
        };
        let mut cleaned = cleaner.clean(&kept)?;
        let account = Account { file: file.name, sheet: &sheet, header, kept: &kept, aside: &aside };
        account.check()?;
        cleaned.changes.extend(merged);
        cleaned.changes.extend(account.changes());
        cleaned.findings.extend(account.findings());
        if let Some(expected) = commune.expected() {
            let row = sheet.rows[header.first];
            cleaned.findings.insert(0, Finding { row, column: "commune".to_owned(), expected: expected.into() });
        }
        cleaned.findings.extend(doubtful);
        cleaned.findings.sort_by_key(|finding| finding.row);
        Ok(Part {
            file: file.name.to_owned(),
            sheet: sheet.name.clone(),
            header_row: sheet.rows[header.first],
            encoding: encoding.map(|e| match legacy.map(|l| l.font) {
                Some(Font::Tcvn3) => TextEncoding::Tcvn3,
                Some(Font::Vni) => TextEncoding::Vni,
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

/// True for a column most of whose texts are names of communes.
fn names_communes(sheet: &Sheet, place: usize, kept: &[u32], legacy: Option<Legacy>, places: &Places<'_>) -> bool {
    let column = &sheet.columns[place].1;
    let is_name = |code: u32| match column.cell(code) {
        Cell::Text(text) => {
            let text = tidy(text, legacy, &mut Rules::default());
            let address = Address { name: &text, ..Address::default() };
            text.chars().any(char::is_alphabetic) && places.commune(address).is_ok_and(|parsed| parsed.value != Value::Null)
        }
        _ => false,
    };
    let names: Vec<bool> = (0..column.distinct() as u32).map(is_name).collect();
    let filled: Vec<usize> =
        kept.iter().map(|row| column.code(*row as usize)).filter(|code| *code != BLANK).map(|code| code as usize).collect();
    let named = filled.iter().filter(|code| names[**code]).count();
    named > 0 && named * 2 >= filled.len()
}

/// A row as one text: a label continues with the cell beside it.
fn line(sheet: &Sheet, row: usize, legacy: Option<Legacy>) -> String {
    let mut line = String::new();
    for column in 0..sheet.columns.len() {
        let Cell::Text(text) = sheet.cell(row, column) else { continue };
        let text = tidy(text, legacy, &mut Rules::default());
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

/// Findings of records whose deletion column says neither yes nor no.
fn doubtful_deletions(rows: &Rows<'_>, kept: &[u32]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (place, how) in &rows.header.deleted {
        let (column, says) = rows.deletions(*place, *how);
        let unread = kept.iter().filter(|row| says[column.code(**row as usize) as usize].is_none());
        findings.extend(unread.map(|row| Finding {
            row: rows.sheet.rows[*row as usize],
            column: DELETED.to_owned(),
            expected: YES_OR_NO.into(),
        }));
    }
    findings
}
