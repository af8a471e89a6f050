//! One byte of damage to a good file: the number of records is right, or the file is refused, or the loss is reported.
//!
//! Not checked, since no reader could notice it: a value that became another valid value of the same shape (a letter of a name, a digit
//! of a code or a date, another shared text of a workbook). Checked is that no record disappears, appears or loses a neighbour
//! unnoticed: the records and the rows set aside are all rows of the file. A text cut off at the end of a line shows no damage: it is
//! checked by its remaining lines.
#![cfg(feature = "files")]

use crate::numbers::Numbers;
use chitieu::intake::{Reader, Reading};
use chitieu::{Error, Result};
use std::path::{Path, PathBuf};

const ROWS: usize = 40;

#[derive(Debug, Clone, Copy)]
enum Damage {
    Overwrite(u8),
    Insert(u8),
    Delete,
    Cut,
}

/// Bytes with a meaning in delimited text; random ones are used too.
const SIGNS: [u8; 12] = *b"\";\n\r\t, '|=\0\xff";

fn damaged(good: &[u8], numbers: &mut Numbers) -> (usize, Damage, Vec<u8>) {
    let at = numbers.below(good.len());
    let mut bytes = good.to_vec();
    let byte = if numbers.below(2) == 0 { SIGNS[numbers.below(SIGNS.len())] } else { numbers.below(256) as u8 };
    let damage = match numbers.below(4) {
        0 => Damage::Overwrite(byte),
        1 => Damage::Insert(byte),
        2 => Damage::Delete,
        _ => Damage::Cut,
    };
    match damage {
        Damage::Overwrite(byte) => bytes[at] = byte,
        Damage::Insert(byte) => bytes.insert(at, byte),
        Damage::Delete => drop(bytes.remove(at)),
        Damage::Cut => bytes.truncate(at),
    }
    (at, damage, bytes)
}

fn rows() -> impl Iterator<Item = [String; 6]> {
    (1..=ROWS).map(|n| {
        let sex = if n % 2 == 0 { "Nam" } else { "Nữ" };
        // Days below and above 12, and some empty cells.
        let registered = if n % 5 == 0 { "" } else { "x" };
        [
            format!("T{n}"),
            format!("Nguyễn Văn {n}"),
            format!("{:02}/{:02}/2014", n % 28 + 1, n % 12 + 1),
            sex.into(),
            "12364".into(),
            registered.into(),
        ]
    })
}

const HEADER: [&str; 6] = ["Mã trẻ", "Họ và tên", "Ngày sinh", "Giới tính", "Xã", "Đã đăng ký khai sinh"];

struct Bench {
    folder: PathBuf,
}

impl Bench {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("chitieu_damage_{name}_{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    fn read(&self, name: &str, bytes: &[u8]) -> Result<Reading> {
        let file = self.folder.join(name);
        std::fs::write(&file, bytes).unwrap();
        Reader::new().read(&file, "children")
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn set_aside(reading: &Reading) -> usize {
    reading.parts.iter().map(|p| p.aside.len()).sum()
}

fn findings(reading: &Reading) -> usize {
    reading.parts.iter().map(|p| p.findings.len()).sum()
}

/// True if a loss is reported: a sheet not read, a row set aside, a finding, or a change of the column `source_row`.
fn reports_loss(reading: &Reading, whole: &Reading) -> bool {
    let skipped = |reading: &Reading| {
        let changes = reading.parts.iter().flat_map(|p| &p.changes);
        changes.filter(|c| c.column == "source_row").map(|c| c.rows).sum::<u64>()
    };
    findings(reading) > findings(whole)
        || set_aside(reading) > set_aside(whole)
        || reading.not_read.len() > whole.not_read.len()
        || skipped(reading) > skipped(whole)
}

/// Reads damaged files and fails if some count is wrong without a report; returns how many were refused and how many reported.
fn run(name: &str, good: &[u8], times: usize, expected: impl Fn(Damage, &[u8]) -> usize) -> (usize, usize) {
    let bench = Bench::new(&name.replace('.', "_"));
    let whole = bench.read(name, good).unwrap();
    assert_eq!(whole.rows(), ROWS);
    assert_eq!((findings(&whole), set_aside(&whole), whole.not_read.len()), (0, 0, 0));
    let mut numbers = Numbers(7);
    let (mut refused, mut reported) = (0, 0);
    let mut silent = Vec::new();
    for _ in 0..times {
        let (at, damage, bytes) = damaged(good, &mut numbers);
        match bench.read(name, &bytes) {
            Err(Error::Frame { .. }) => panic!("{damage:?} at {at}: an error of ours"),
            Err(_) => refused += 1,
            Ok(reading) if reports_loss(&reading, &whole) => reported += 1,
            Ok(reading) if reading.rows() == expected(damage, &bytes) => {}
            Ok(reading) => silent.push(format!("{damage:?} at {at}: {} records", reading.rows())),
        }
    }
    assert!(silent.is_empty(), "{} of {times} are silent:\n{}", silent.len(), silent[..silent.len().min(40)].join("\n"));
    (refused, reported)
}

fn text(delimiter: &str, quoted: bool, end: &str) -> Vec<u8> {
    let cell = |text: &str| if quoted { format!("\"{text}\"") } else { text.to_owned() };
    let line = |cells: &[&str]| cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(delimiter) + end;
    let mut text = line(&HEADER);
    for row in rows() {
        text += &line(&row.each_ref().map(String::as_str));
    }
    text.into_bytes()
}

/// The most records that a text could have: its lines that are not blank, less the header.
fn lines(bytes: &[u8]) -> usize {
    let text = String::from_utf8_lossy(bytes);
    text.lines().filter(|line| !line.trim().is_empty()).count().saturating_sub(1)
}

#[test]
fn a_damaged_text_loses_nothing_unreported() {
    for (delimiter, quoted, end) in [(";", false, "\n"), (",", true, "\r\n"), ("\t", false, "\r\n")] {
        let good = text(delimiter, quoted, end);
        let (refused, reported) =
            run("a.csv", &good, 1500, |damage, bytes| if matches!(damage, Damage::Cut) { lines(bytes) } else { ROWS });
        assert!(refused > 20 && reported > 200, "{refused} {reported}");
    }
}

#[test]
fn a_damaged_workbook_loses_nothing_unreported() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, header) in HEADER.iter().enumerate() {
        sheet.write(0, column as u16, *header).unwrap();
    }
    for (row, cells) in rows().enumerate() {
        for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            sheet.write(row as u32 + 1, column as u16, text.as_str()).unwrap();
        }
    }
    let good = book.save_to_buffer().unwrap();
    let (refused, _) = run("a.xlsx", &good, 2000, |_, _| ROWS);
    assert!(refused > 1000, "{refused}");
}

/// `tests/files/children.ods` and `.xlsb` hold the same rows, written by `tests/python/workbooks.py`.
#[test]
fn damaged_workbooks_of_other_kinds_lose_nothing_unreported() {
    for name in ["children.ods", "children.xlsb"] {
        let good = std::fs::read(Path::new("tests/files").join(name)).unwrap();
        let (refused, _) = run(name, &good, 1500, |_, _| ROWS);
        assert!(refused > 700, "{name}: {refused}");
    }
}

/// `tests/files/children.xls` holds the same rows, written by xlwt.
#[test]
fn a_damaged_old_workbook_loses_nothing_unreported() {
    let good = std::fs::read(Path::new("tests/files/children.xls")).unwrap();
    let (refused, _) = run("a.xls", &good, 3000, |_, _| ROWS);
    assert!(refused > 1000, "{refused}");
}
