//! Recognises which sheet of a workbook is which table, and why some are none.

use super::book::{Book, Refused};
use super::cells::Sheet;
use super::header::{Header, Top};
use super::reader::{Origin, Reader};
use super::report::{Folder, NotRead, Reading};
use super::rules::Rule;
use super::unreadable::unreadable;
use crate::catalogue::{Catalogue, EthnicList, Table};
use crate::error::{Error, Phrase, Result};
use crate::text::{Language, Text};

impl Reader {
    pub(super) fn read_book(&self, file: Origin<'_>, book: Book, table: &Table) -> Result<Reading> {
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
        Err(nearest.unwrap_or_else(|| unreadable(file.name, Phrase::SheetWithCells, Phrase::Nothing)))
    }

    pub(super) fn recognise_book(&self, file: Origin<'_>, book: Book) -> Result<Folder> {
        let catalogue = Catalogue::builtin();
        let mut found = Folder { not_read: refused(file.name, &book), ..Folder::default() };
        for sheet in book.sheets {
            let legacy = self.legacy(&sheet, book.encoding);
            let mut fits: Vec<(usize, &Table, Header)> = Vec::new();
            // The best fit of a sheet that has the table's columns but none that identifies records.
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
                    let fit = top.fit(&header, table, &format!("{} | {}", file.name, sheet.name));
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

    /// The reading, with the list whose codes names of ethnic groups became.
    fn named(&self, mut reading: Reading) -> Reading {
        if reading.parts.iter().flat_map(|p| &p.changes).any(|c| c.rule == Rule::EthnicName) {
            reading.ethnic_list = Some(self.ethnic_list.unwrap_or(EthnicList::Of1979));
        }
        reading
    }
}

/// The message of an error in both languages.
pub(super) fn both(error: &Error) -> Text {
    Text::new(error.message(Language::Vi), error.message(Language::En))
}

fn refused(file: &str, book: &Book) -> Vec<NotRead> {
    let sheets = book.refused.iter().map(|sheet| match sheet {
        Refused::NoCells(name) => (name, Text::new("trang này không phải bảng ô", "this sheet has no cells")),
        Refused::Hidden(name) => {
            (name, Text::new("trang bị ẩn; muốn đọc, hãy nêu tên: sheet=...", "a hidden sheet; to read it, name it: sheet=..."))
        }
    });
    sheets.map(|(sheet, why)| NotRead { file: file.to_owned(), sheet: sheet.clone(), why }).collect()
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
