//! Tables as they are printed: a workbook of one sheet.
//!
//! ```
//! use chitieu::publish::{Cell, Row, Sheet};
//!
//! let sheet = Sheet {
//!     title: "Dân số trẻ em".into(),
//!     subtitle: "Tỉnh Hưng Yên, năm 2022".into(),
//!     unit: "Đơn vị tính: trẻ em".into(),
//!     head: vec!["Địa bàn".into(), "Tổng số".into()],
//!     rows: vec![Row { name: "Huyện Tiên Lữ".into(), whole: false, cells: vec![Cell::number(1_822.0, 0)] }],
//!     notes: Vec::new(),
//! };
//! assert!(sheet.to_xlsx()?.starts_with(b"PK"));
//! # Ok::<(), chitieu::Error>(())
//! ```

use crate::error::{Error, Fact, Result};
use crate::paper::{LINE, height};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};
use serde::Deserialize;

/// A table on a sheet of paper.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Sheet {
    /// What is shown.
    pub title: String,
    /// Where and when.
    pub subtitle: String,
    /// What is counted, and in what unit.
    pub unit: String,
    /// The names of the columns; the first is that of the names of rows.
    pub head: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
    /// What a reader must know, each on a line of its own below the table; the last names the source.
    pub notes: Vec<String>,
}

/// One row of a [`Sheet`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Whether it is a whole, printed in bold.
    pub whole: bool,
    /// One for each column but the first.
    pub cells: Vec<Cell>,
}

/// One cell: a number, or the sign that stands where there is none.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Cell {
    /// The number as it is printed, rounded.
    pub number: Option<f64>,
    /// Decimals of the number.
    pub decimals: u8,
    /// What follows the number, such as `*`, or stands alone.
    pub sign: String,
    /// Whether what stands alone is words, set to the left and broken into lines.
    #[serde(default)]
    pub words: bool,
}

impl Cell {
    /// A number without a sign.
    #[must_use]
    pub fn number(number: f64, decimals: u8) -> Self {
        Self { number: Some(number), decimals, sign: String::new(), words: false }
    }

    /// How a spreadsheet prints the number: the sign is part of the format, so that the cell stays a number.
    fn format(&self) -> String {
        let decimals = if self.decimals == 0 { String::new() } else { format!(".{}", "0".repeat(self.decimals.into())) };
        let sign = if self.sign.is_empty() { String::new() } else { format!("\"{}\"", self.sign.replace('"', "")) };
        format!("#,##0{decimals}{sign}")
    }
}

/// Letters of the widest column of names.
const WIDEST: usize = 48;
/// Letters of the widest column of words.
const WIDEST_WORDS: usize = 28;
/// Letters of a column of numbers.
const NUMBERS: f64 = 15.0;
/// Columns above which the paper lies.
const UPRIGHT: usize = 7;

impl Sheet {
    /// The workbook as bytes: the same for the same table, whenever and wherever it is made.
    ///
    /// # Errors
    /// [`Error::NotWritten`] for more rows or columns than a spreadsheet has.
    pub fn to_xlsx(&self) -> Result<Vec<u8>> {
        self.workbook()
            .and_then(|mut book| book.save_to_buffer())
            .map_err(|e| Error::NotWritten { path: self.title.clone(), found: Fact::library(e) })
    }

    fn workbook(&self) -> Result<Workbook, XlsxError> {
        let mut book = Workbook::new();
        book.set_properties(&DocProperties::new().set_title(&self.title).set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
        self.fill(book.add_worksheet())?;
        Ok(book)
    }

    fn fill(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let plain = Format::new().set_font_name("Times New Roman").set_font_size(12);
        let cell = plain.clone().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter);
        let head = cell.clone().set_bold().set_align(FormatAlign::Center).set_text_wrap();
        let last = self.head.len().saturating_sub(1) as u16;
        sheet.write_string_with_format(0, 0, &self.title, &plain.clone().set_bold().set_font_size(14))?;
        sheet.write_string_with_format(1, 0, &self.subtitle, &plain)?;
        sheet.write_string_with_format(2, last, &self.unit, &plain.clone().set_italic().set_align(FormatAlign::Right))?;
        let names = self.width_of_names();
        // Heads are bold, and break between words.
        let heads = (0..).zip(&self.head).map(|(column, name)| height(name, if column == 0 { names } else { NUMBERS - 4.0 }));
        sheet.set_row_height(3, heads.fold(LINE, f64::max))?;
        for (column, name) in (0_u16..).zip(&self.head) {
            sheet.write_string_with_format(3, column, name, &head)?;
            sheet.set_column_width(column, if column == 0 { names } else { self.width(column.into()) })?;
        }
        for (at, row) in (4_u32..).zip(&self.rows) {
            let cell = if row.whole { cell.clone().set_bold() } else { cell.clone() };
            sheet.write_string_with_format(at, 0, &row.name, &cell.clone().set_text_wrap())?;
            let words = (1..).zip(&row.cells).filter(|(_, cell)| cell.words);
            let high = words.map(|(column, cell)| height(&cell.sign, self.width(column) - 2.0));
            sheet.set_row_height(at, high.fold(height(&row.name, names), f64::max))?;
            for (column, value) in (1_u16..).zip(&row.cells) {
                if value.words {
                    sheet.write_string_with_format(at, column, &value.sign, &cell.clone().set_text_wrap())?;
                    continue;
                }
                let right = cell.clone().set_align(FormatAlign::Right);
                match value.number {
                    Some(number) => sheet.write_number_with_format(at, column, number, &right.set_num_format(value.format()))?,
                    None => sheet.write_string_with_format(at, column, &value.sign, &right)?,
                };
            }
        }
        let below = 5 + self.rows.len() as u32;
        let small = plain.set_italic().set_font_size(11).set_text_wrap().set_align(FormatAlign::Top);
        let letters = names + (1..self.head.len()).map(|column| self.width(column)).sum::<f64>();
        for (at, note) in (below..).zip(&self.notes) {
            // A note is as wide as the table.
            if last == 0 {
                sheet.write_string_with_format(at, 0, note, &small)?;
            } else {
                sheet.merge_range(at, 0, at, last, note, &small)?;
            }
            sheet.set_row_height(at, height(note, letters))?;
        }
        sheet.set_freeze_panes(4, 1)?;
        sheet.set_paper_size(9).set_print_fit_to_pages(1, 0).set_repeat_rows(3, 3)?;
        if self.head.len() > UPRIGHT {
            sheet.set_landscape();
        }
        Ok(())
    }

    /// Letters of a column but the first.
    fn width(&self, column: usize) -> f64 {
        let words = self.rows.iter().filter_map(|row| row.cells.get(column - 1)).filter(|cell| cell.words);
        words.map(|cell| cell.sign.chars().count().min(WIDEST_WORDS) as f64 + 2.0).fold(NUMBERS, f64::max)
    }

    fn width_of_names(&self) -> f64 {
        let letters = self.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
        letters.clamp(14, WIDEST) as f64 + 3.0
    }
}
