//! Workbooks of the rows that communes must verify, addressed by file, sheet and row.

use super::check::Check;
use super::chunk::NOWHERE;
use super::names::folded;
use super::report::Address;
use super::rule::{Severity, column_name};
use crate::error::{Error, Fact, Result};
use crate::paper::{LINE, height};
use crate::period::Period;
use crate::text::Language;
use polars_core::prelude::{DataFrame, DataType, PolarsResult};
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};
use std::collections::{BTreeMap, HashMap};
use std::io::ErrorKind::{FileTooLarge, IsADirectory, PermissionDenied, QuotaExceeded, ResourceBusy, StorageFull};
use std::path::{Path, PathBuf};

/// Rows of one sheet, below the limit of spreadsheets.
const MOST_ROWS: usize = 1_000_000;

/// File, sheet and row in the sheet.
type Source = (Option<String>, Option<String>, Option<u32>);

/// The files, sheets and rows from which the rows of tables were read.
#[derive(Debug, Default)]
pub struct Sources(HashMap<(String, u32), Source>);

impl Sources {
    /// Adds the sources of rows: a frame with `row` (from 1) and, optionally, `source_file`, `source_sheet`, `source_row`.
    ///
    /// # Errors
    /// [`Error::Frame`] if `row` is missing or a column is of another type.
    pub fn add(&mut self, table: &str, frame: &DataFrame) -> Result<()> {
        self.read(table, frame).map_err(|e| Error::Frame { table: table.to_owned(), found: Fact::library(e) })
    }

    fn read(&mut self, table: &str, frame: &DataFrame) -> PolarsResult<()> {
        let column = |name: &str, to: &DataType| frame.column(name).ok().map(|c| c.as_materialized_series().cast(to)).transpose();
        let rows = frame.column("row")?.as_materialized_series().cast(&DataType::UInt32)?;
        let (files, sheets) = (column("source_file", &DataType::String)?, column("source_sheet", &DataType::String)?);
        let source_rows = column("source_row", &DataType::UInt32)?;
        for (nth, row) in rows.u32()?.iter().enumerate().filter_map(|(nth, row)| Some((nth, row?))) {
            let text = |series: &Option<polars_core::prelude::Series>| -> PolarsResult<Option<String>> {
                Ok(match series {
                    Some(series) => series.str()?.get(nth).map(str::to_owned),
                    None => None,
                })
            };
            let source_row = match &source_rows {
                Some(series) => series.u32()?.get(nth),
                None => None,
            };
            self.0.insert((table.to_owned(), row), (text(&files)?, text(&sheets)?, source_row));
        }
        Ok(())
    }
}

/// The formats of cells.
struct Formats {
    title: Format,
    plain: Format,
    head: Format,
    fill: Format,
    cell: Format,
}

/// One row of a table, with all that is wrong in it: it is corrected in one line.
struct Line<'a> {
    table: &'a str,
    /// Counted from 0.
    row: Option<u32>,
    problems: Vec<Address<'a>>,
}

/// The lines of a commune, in the order of its tables and their rows; what is about no row has a line of its own.
fn lines(addresses: Vec<Address<'_>>) -> Vec<Line<'_>> {
    let mut by_row: BTreeMap<(&str, u32), Vec<Address>> = BTreeMap::new();
    let mut found = Vec::new();
    for address in addresses {
        match address.row {
            Some(row) => by_row.entry((address.table, row)).or_default().push(address),
            None => found.push(Line { table: address.table, row: None, problems: vec![address] }),
        }
    }
    let of_rows = by_row.into_iter().map(|((table, row), mut problems)| {
        problems.sort_by_key(|problem| std::cmp::Reverse(problem.rule.severity));
        Line { table, row: Some(row), problems }
    });
    of_rows.chain(found).collect()
}

impl Formats {
    fn new() -> Self {
        let cell = Format::new()
            .set_border(FormatBorder::Thin)
            .set_border_color(Color::RGB(0x00BF_C7D1))
            .set_align(FormatAlign::Top)
            .set_text_wrap();
        Self {
            title: Format::new().set_bold().set_font_size(14),
            plain: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            head: cell.clone().set_bold().set_background_color(Color::RGB(0x00DD_E7F0)).set_align(FormatAlign::VerticalCenter),
            fill: cell.clone().set_background_color(Color::RGB(0x00FF_F8DC)),
            cell,
        }
    }
}

fn say(language: Language, vi: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Vi => vi,
        Language::En => en,
    }
}

impl Check {
    /// Writes a workbook of rows to verify for each commune, and returns the paths.
    ///
    /// Each row of a table has one line: file, sheet and row from `sources` where known, the row of the table, all that
    /// is wrong, the columns to verify, and two empty cells for the right values and a note. It holds no value of a record. The first sheet
    /// counts the rows by rule. Files are written under a temporary name and moved when complete.
    ///
    /// # Errors
    /// [`Error::File`] or [`Error::NoPermission`] for a folder, [`Error::NotWritten`] if a file cannot be written.
    pub fn write_corrections(&self, folder: &Path, severity: Severity, sources: &Sources, language: Language) -> Result<Vec<PathBuf>> {
        let not_written = |found: Fact, path: &Path| Error::NotWritten { path: path.display().to_string(), found };
        // A missing or forbidden folder gives the usual errors of files; a full disk does not mean a missing file.
        let disk = |e: std::io::Error, path: &Path| match e.kind() {
            StorageFull | QuotaExceeded | FileTooLarge | IsADirectory | ResourceBusy => not_written((&e).into(), path),
            PermissionDenied => Error::NoPermission { path: path.display().to_string() },
            _ => Error::File { path: path.display().to_string(), found: (&e).into() },
        };
        std::fs::create_dir_all(folder).map_err(|e| disk(e, folder))?;
        let mut by_commune: BTreeMap<u32, Vec<Address>> = BTreeMap::new();
        for address in self.addresses(move |rule| rule.severity >= severity) {
            by_commune.entry(address.commune).or_default().push(address);
        }
        let mut written = Vec::new();
        crate::task::expect(by_commune.len() as u64);
        for (commune, addresses) in by_commune {
            let path = folder.join(self.file_name(commune, language));
            let bytes = self
                .workbook(commune, addresses, sources, language)
                .and_then(|mut book| book.save_to_buffer())
                .map_err(|e| not_written(Fact::library(e), &path))?;
            crate::disk::write(&path, &bytes).map_err(|e| disk(e, &path))?;
            written.push(path);
            crate::task::advance(1);
        }
        Ok(written)
    }

    /// Code and name in ASCII letters.
    fn file_name(&self, commune: u32, language: Language) -> String {
        if commune == NOWHERE {
            return say(language, "khong-xac-dinh-xa.xlsx", "commune-unknown.xlsx").to_owned();
        }
        let area = self.setting.areas.get(commune);
        format!("{}-{}.xlsx", area.code, folded(&area.name).join("-"))
    }

    fn workbook(&self, commune: u32, addresses: Vec<Address>, sources: &Sources, language: Language) -> Result<Workbook, XlsxError> {
        let (mut book, formats) = (Workbook::new(), Formats::new());
        self.overview(book.add_worksheet(), commune, &addresses, language, &formats)?;
        let lines = lines(addresses);
        for (nth, of_sheet) in lines.chunks(MOST_ROWS).enumerate() {
            let sheet = book.add_worksheet();
            sheet.set_name(format!("{} {}", say(language, "Cần xác minh", "To verify"), nth + 1))?;
            self.rows_to_verify(sheet, of_sheet, sources, language, &formats)?;
        }
        Ok(book)
    }

    fn overview(
        &self,
        sheet: &mut Worksheet,
        commune: u32,
        addresses: &[Address],
        language: Language,
        formats: &Formats,
    ) -> Result<(), XlsxError> {
        sheet.set_name(say(language, "Tổng hợp", "Summary"))?;
        let area = (commune != NOWHERE).then(|| self.setting.areas.get(commune));
        let name =
            area.map_or_else(|| say(language, "Không xác định xã", "Commune unknown").to_owned(), |a| format!("{} ({})", a.name, a.code));
        sheet.write_string_with_format(
            0,
            0,
            format!("{}: {name}", say(language, "Bản ghi cần xác minh", "Records to verify")),
            &formats.title,
        )?;
        let day = self.reference().format(say(language, "%d/%m/%Y", "%Y-%m-%d"));
        sheet.write_string(1, 0, format!("{}: {day}", say(language, "Ngày đối chiếu", "Reference day")))?;
        let how = say(
            language,
            "Mở tệp gốc ở đúng dòng, đối chiếu hồ sơ, ghi giá trị đúng và ghi chú vào hai cột màu vàng, rồi gửi lại.",
            "Open the original file at the row, compare with the record, enter the right value and a note in the yellow columns, send it back.",
        );
        let widths = [12.0, 26.0, 80.0, 10.0];
        sheet.merge_range(2, 0, 2, 3, how, &formats.plain)?;
        sheet.set_row_height(2, height(how, widths.iter().sum()))?;
        let heads = [
            say(language, "Mức độ", "Severity"),
            say(language, "Bảng", "Table"),
            say(language, "Nội dung", "What is wrong"),
            say(language, "Số dòng", "Rows"),
        ];
        for (column, (head, width)) in (0_u16..).zip(heads.into_iter().zip(widths)) {
            sheet.write_string_with_format(4, column, head, &formats.head)?;
            sheet.set_column_width(column, width)?;
        }
        let mut counts: BTreeMap<(std::cmp::Reverse<Severity>, &str, &str), (u32, &Address)> = BTreeMap::new();
        for address in addresses {
            counts.entry((std::cmp::Reverse(address.rule.severity), address.table, &address.rule.code)).or_insert((0, address)).0 += 1;
        }
        for (row, ((severity, ..), (count, address))) in (5_u32..).zip(counts) {
            sheet.write_string_with_format(row, 0, severity_name(severity.0, language), &formats.cell)?;
            sheet.write_string_with_format(row, 1, self.table_name(address.table, language), &formats.cell)?;
            let what = address.rule.text.get(language);
            sheet.write_string_with_format(row, 2, plain(what.to_owned()), &formats.cell)?;
            sheet.write_number_with_format(row, 3, count, &formats.cell)?;
            sheet.set_row_height(row, height(what, widths[2]))?;
        }
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_repeat_rows(4, 4)?;
        Ok(())
    }

    fn rows_to_verify(
        &self,
        sheet: &mut Worksheet,
        lines: &[Line],
        sources: &Sources,
        language: Language,
        formats: &Formats,
    ) -> Result<(), XlsxError> {
        let heads = [
            (say(language, "Tệp", "File"), 24.0),
            (say(language, "Trang tính", "Sheet"), 14.0),
            (say(language, "Dòng trong tệp", "Row in the file"), 11.0),
            (say(language, "Bảng", "Table"), 18.0),
            (say(language, "Dòng trong bảng", "Row of the table"), 11.0),
            (say(language, "Mức độ", "Severity"), 11.0),
            (say(language, "Nội dung", "What is wrong"), 56.0),
            (say(language, "Cột cần xác minh", "Columns to verify"), 28.0),
            (say(language, "Giá trị đúng của từng cột", "Right value of each column"), 26.0),
            (say(language, "Ghi chú của người xác minh", "Verifier's note"), 30.0),
        ];
        for (column, (head, width)) in (0_u16..).zip(heads) {
            sheet.write_string_with_format(0, column, head, &formats.head)?;
            sheet.set_column_width(column, width)?;
        }
        // Heads are bold, break between words, and have the mark of the filter beside them.
        sheet.set_row_height(0, heads.iter().map(|(head, width)| height(head, width - 5.0)).fold(LINE, f64::max))?;
        for (at, line) in (1_u32..).zip(lines) {
            let row = line.row.map(|row| row + 1);
            let (file, sheet_name, in_file) = row.and_then(|row| sources.0.get(&(line.table.to_owned(), row))).cloned().unwrap_or_default();
            let severity = line.problems.iter().map(|problem| problem.rule.severity).max();
            let what: Vec<String> = line.problems.iter().map(|problem| said(problem, sources, language)).collect();
            let what = match what.as_slice() {
                [one] => one.clone(),
                all => (1..).zip(all).map(|(nth, text)| format!("{nth}) {text}")).collect::<Vec<_>>().join("\n"),
            };
            let mut columns: Vec<&str> = Vec::new();
            for column in line.problems.iter().flat_map(|problem| &problem.columns) {
                let name = column_name(column, language);
                if !columns.contains(&name) {
                    columns.push(name);
                }
            }
            let number = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
            let cells = [
                file.unwrap_or_default(),
                sheet_name.unwrap_or_default(),
                number(in_file),
                self.table_name(line.table, language).to_owned(),
                number(row),
                severity.map_or("", |severity| severity_name(severity, language)).to_owned(),
                what,
                columns.join(", "),
            ];
            let high = heads.iter().zip(&cells).map(|((_, width), text)| height(text, *width)).fold(LINE, f64::max);
            sheet.set_row_height(at, high)?;
            for (column, text) in (0_u16..).zip(cells) {
                match text.parse::<u32>() {
                    Ok(n) if column == 2 || column == 4 => sheet.write_number_with_format(at, column, n, &formats.cell)?,
                    _ => sheet.write_string_with_format(at, column, plain(text), &formats.cell)?,
                };
            }
            sheet.write_blank(at, 8, &formats.fill)?;
            sheet.write_blank(at, 9, &formats.fill)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        sheet.autofilter(0, 0, lines.len() as u32, 9)?;
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
        Ok(())
    }

    fn table_name<'a>(&'a self, id: &'a str, language: Language) -> &'a str {
        self.setting.table(id).map_or(id, |t| t.name.get(language))
    }
}

/// What is wrong, and what to do.
fn said(problem: &Address, sources: &Sources, language: Language) -> String {
    let mut what = problem.rule.text.get(language).to_owned();
    if let Some(finding) = problem.finding {
        let period = finding.period();
        let words = period.parse::<Period>().map_or(period, |period| period.in_words().get(language).to_owned());
        what = format!("{what} ({words})");
    }
    if let Some(other) = problem.other_row {
        let (file, _, at) = sources.0.get(&(problem.table.to_owned(), other + 1)).cloned().unwrap_or_default();
        let earlier = match (file, at) {
            (Some(file), Some(at)) => format!("{file}, {at}"),
            _ => (other + 1).to_string(),
        };
        what = format!("{what} ({}: {earlier})", say(language, "dòng trước", "earlier row"));
    }
    what
}

/// Keeps a text from becoming a formula after a trip through CSV: spreadsheets read these first characters as formulas (OWASP,
/// "CSV Injection"). The readers of this crate remove the apostrophe.
fn plain(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

fn severity_name(severity: Severity, language: Language) -> &'static str {
    match severity {
        Severity::Error => say(language, "Lỗi", "Error"),
        Severity::Warning => say(language, "Cảnh báo", "Warning"),
        Severity::Info => say(language, "Lưu ý", "Note"),
    }
}
