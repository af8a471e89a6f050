//! Mutated inputs, made from good ones by a seed: each gives an answer or an error of ours, in bounded time, and never a panic. A short
//! run is part of the tests; `make fuzz` runs for `CHITIEU_FUZZ_SECONDS` from another seed (`CHITIEU_FUZZ_SEED`) and prints how many
//! inputs of each kind were accepted and refused.
#![cfg(feature = "files")]

use crate::numbers::Numbers;
use chitieu::intake::{Mapping, Reader};
use chitieu::quality::Rules;
use chitieu::{Catalogue, Crosstab, Limits, Plan};
use polars_core::prelude::*;
use std::io::{Cursor, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Longest time for one input.
const SLOW: Duration = Duration::from_secs(20);

/// Tokens with a meaning in some format, which mutations insert.
const TOKENS: [&str; 44] = [
    "\"",
    "\"\"",
    "\n",
    "\r\n",
    "\0",
    ";",
    ",",
    "\t",
    "<",
    ">",
    "</",
    "/>",
    "&#0;",
    "&lt;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "r=\"XFD1048576\"",
    "9999999999999999999",
    "-1",
    "0",
    "1e308",
    "NaN",
    "[",
    "]",
    "{",
    "}",
    "=",
    "'",
    "AND",
    "OR",
    "NOT",
    "NULL",
    "(",
    ")",
    "IS",
    "Tổng cộng",
    "Ngày sinh",
    "Xã",
    "31/02/2014",
    "\u{feff}",
    "\u{301}",
    "\u{1f476}",
    "x",
];

fn mutated(good: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(bytes.len() + 1);
        match numbers.below(7) {
            0 if at < bytes.len() => bytes[at] = numbers.below(256) as u8,
            1 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
            2 => bytes.truncate(at),
            3 => {
                let end = (at + numbers.below(64)).min(bytes.len());
                drop(bytes.drain(at..end));
            }
            4 => {
                let start = numbers.below(bytes.len() + 1);
                let again = bytes[start..(start + numbers.below(256)).min(bytes.len())].to_vec();
                drop(bytes.splice(at..at, again));
            }
            _ => drop(bytes.splice(at..at, TOKENS[numbers.below(TOKENS.len())].bytes())),
        }
    }
    bytes
}

fn header() -> Vec<&'static str> {
    vec!["Mã trẻ", "Họ và tên", "Ngày sinh", "Giới tính", "Xã", "Hoàn cảnh đặc biệt", "Đã đăng ký khai sinh"]
}

fn rows() -> Vec<Vec<String>> {
    let row = |n: usize| {
        let sex = if n.is_multiple_of(2) { "Nam" } else { "Nữ" };
        ["", "Nguyễn Văn", "05/03/2014", sex, "12364", "d; đ", "x"]
            .iter()
            .map(|text| format!("{text}{}", if text.is_empty() { n.to_string() } else { String::new() }))
            .collect()
    };
    (0..12).map(row).collect()
}

fn text() -> Vec<u8> {
    let lines = std::iter::once(header().join(";")).chain(rows().into_iter().map(|row| row.join(";")));
    lines.collect::<Vec<_>>().join("\n").into_bytes()
}

fn workbook() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, head) in header().into_iter().enumerate() {
        sheet.write(0, column as u16, head).unwrap();
    }
    for (row, cells) in rows().into_iter().enumerate() {
        for (column, cell) in cells.into_iter().enumerate() {
            sheet.write(row as u32 + 1, column as u16, cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

/// A workbook with one part mutated, packed again so that its checksums are right.
fn with_part(book: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut old = ::zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let chosen = numbers.below(old.len());
    let mut new = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    for nth in 0..old.len() {
        let mut part = old.by_index(nth).unwrap();
        let (name, mut bytes) = (part.name().unwrap().to_string(), Vec::new());
        part.read_to_end(&mut bytes).unwrap();
        let options = ::zip::write::SimpleFileOptions::default().compression_method(::zip::CompressionMethod::Stored);
        new.start_file(name, options).unwrap();
        new.write_all(&if nth == chosen { mutated(&bytes, numbers) } else { bytes }).unwrap();
    }
    new.finish().unwrap().into_inner()
}

type Make = dyn Fn(&mut Numbers) -> Vec<u8>;
type Run = dyn Fn(&[u8]) -> bool;

struct Target {
    name: &'static str,
    make: Box<Make>,
    /// Whether the input was accepted.
    run: Box<Run>,
}

fn target(name: &'static str, make: impl Fn(&mut Numbers) -> Vec<u8> + 'static, run: impl Fn(&[u8]) -> bool + 'static) -> Target {
    Target { name, make: Box::new(make), run: Box::new(run) }
}

/// Reads bytes as a file with an extension.
fn file(ending: &'static str, folder: &std::path::Path) -> impl Fn(&[u8]) -> bool + use<> {
    let path: PathBuf = folder.join(format!("a.{ending}"));
    let reader = Reader::new().limits(Limits::new().memory(256 << 20)).area_vintage("2022-12-31".parse().unwrap()).unwrap().within("33");
    move |bytes| {
        std::fs::write(&path, bytes).unwrap();
        reader.read(&path, "children").and_then(|reading| reading.frame()).is_ok()
    }
}

const CATALOGUE: &str = r#"
[[quantity]]
id = "some"
table = "children"
name = { vi = "Một số", en = "Some" }
unit = "child"
where = "age < 16 AND (birth_registered OR sex = 'male') AND NOT circumstances IS NULL"

[[indicator]]
id = "some"
version = 1
name = { vi = "Một số", en = "Some" }
concept = { vi = "Một số trẻ em", en = "Some children" }
kind = "count"
outputs = ["count"]
numerator = "some"
read_in = { name = "ours", code = "ours", formula = "ours", breakdowns = "ours" }
"#;

const MAPPING: &str = "[children]\nheader_row = 2\nignore = [\"Ghi chú\"]\n[children.columns]\n\"Họ tên cháu\" = \"full_name\"\n\"Ngày sinh#2\" = \"birth_date\"\n[children.values.sex]\n\"1\" = \"male\"\n[children.constants]\ncommune = \"12364\"\n";

const RULES: &str = r#"
[[rule]]
code = "worker_in_school"
severity = "warning"
table = "children"
text = { vi = "a", en = "a" }
where = "works"
must = "attends IS NOT NULL AND birth_date < updated_on"
"#;

fn targets(folder: &std::path::Path) -> Vec<Target> {
    let (text, book) = (text(), workbook());
    let of_disk = |name: &str| std::fs::read(format!("tests/files/{name}")).unwrap();
    let (old, binary, open) = (of_disk("children.xls"), of_disk("children.xlsb"), of_disk("children.ods"));
    let (binary_too, open_too) = (binary.clone(), open.clone());
    let plan = || Plan::new(&Catalogue::builtin(), "2022").indicators(["abused_children", "abuse_cases"]).by(["sex"]).build().unwrap();
    let json = plan().to_json().into_bytes();
    let victims = df![
        "case_id" => ["a", "b"], "child_id" => ["k", "l"], "commune" => ["12364"; 2], "birth_year" => [2012; 2],
        "received_date" => ["2022-02-03".parse::<chrono::NaiveDate>().unwrap(); 2], "confirmed" => [true; 2], "sex" => ["male"; 2],
    ]
    .unwrap();
    let tally = plan().partial(&chitieu::Dataset::new().with("victims", victims).unwrap()).unwrap().to_frame().unwrap();
    let (one, two, three) = (text.clone(), book.clone(), book.clone());
    let mut found = vec![
        target("text", move |n| mutated(&one, n), file("csv", folder)),
        target("xlsx", move |n| mutated(&two, n), file("xlsx", folder)),
        target("xlsx, a part", move |n| with_part(&three, n), file("xlsx", folder)),
        target("xls", move |n| mutated(&old, n), file("xls", folder)),
        target("xlsb", move |n| mutated(&binary, n), file("xlsb", folder)),
        target("xlsb, a part", move |n| with_part(&binary_too, n), file("xlsb", folder)),
        target("ods", move |n| mutated(&open, n), file("ods", folder)),
        target("ods, a part", move |n| with_part(&open_too, n), file("ods", folder)),
        target(
            "header",
            |n| {
                let words: Vec<String> =
                    (0..=n.below(9)).map(|_| String::from_utf8_lossy(&mutated(header()[n.below(7)].as_bytes(), n)).into_owned()).collect();
                words.join(";").into_bytes()
            },
            {
                let read = file("csv", folder);
                move |bytes| read(&[bytes, b"\nk1;a;05/03/2014;Nam;12364;d;x\n"].concat())
            },
        ),
        target(
            "value",
            |n| mutated(["05/03/2014", "Nam", "12364", "d2; đ", "Có", "1.234"][n.below(6)].as_bytes(), n),
            |bytes| {
                let value = String::from_utf8_lossy(bytes).into_owned();
                let columns = header().into_iter().map(|name| Column::new(name.into(), [value.as_str()])).collect();
                let reader = Reader::new().area_vintage("2022-12-31".parse().unwrap()).unwrap();
                reader.clean(&DataFrame::new(1, columns).unwrap(), "children").is_ok()
            },
        ),
        target("plan", move |n| mutated(&json, n), |bytes| Plan::from_json(&String::from_utf8_lossy(bytes)).is_ok()),
        target(
            "condition",
            |n| mutated(b"age < 16 AND (a OR NOT b = 'x') AND c IN ('d', 'e') AND d IS NOT NULL", n),
            |bytes| {
                let table = chitieu::catalogue::Table::new("t")
                    .with("a", chitieu::catalogue::ColumnType::Flag)
                    .with("b", chitieu::catalogue::ColumnType::Text)
                    .with("c", chitieu::catalogue::ColumnType::Text)
                    .with("d", chitieu::catalogue::ColumnType::Integer)
                    .with("age", chitieu::catalogue::ColumnType::Integer);
                let count = chitieu::Count::rows().filter(String::from_utf8_lossy(bytes).into_owned());
                Crosstab::of(table).count("n", count).build().is_ok()
            },
        ),
        target(
            "catalogue",
            |n| mutated(CATALOGUE.as_bytes(), n),
            |bytes| Catalogue::builtin().with_text("a.toml", &String::from_utf8_lossy(bytes)).is_ok(),
        ),
        target("mapping", |n| mutated(MAPPING.as_bytes(), n), |bytes| Mapping::from_toml(&String::from_utf8_lossy(bytes)).is_ok()),
        target(
            "rules",
            |n| mutated(RULES.as_bytes(), n),
            |bytes| Rules::builtin().with_text("a.toml", &String::from_utf8_lossy(bytes)).is_ok(),
        ),
        target(
            "tally",
            |n| (0..12).map(|_| n.below(256) as u8).collect(),
            move |bytes| {
                // Rows in another order, left out or twice; one cell of another value.
                let mut n = Numbers(bytes.iter().fold(0, |sum, byte| sum << 5 ^ u64::from(*byte)));
                let rows: Vec<u32> =
                    (0..tally.height()).flat_map(|row| vec![row as u32; [1, 1, 1, 1, 1, 1, 1, 1, 0, 2][n.below(10)]]).collect();
                let mut frame = tally.take(&IdxCa::new("".into(), rows)).unwrap();
                if n.below(2) == 0 && frame.height() > 0 {
                    let name = ["series", "cell", "count"][n.below(3)];
                    let at = n.below(frame.height());
                    let column = frame.column(name).unwrap().cast(&DataType::UInt64).unwrap();
                    let values: Vec<u64> = column
                        .u64()
                        .unwrap()
                        .iter()
                        .flatten()
                        .enumerate()
                        .map(|(row, v)| if row == at { v ^ 1 << n.below(40) } else { v })
                        .collect();
                    frame.with_column(Column::new(name.into(), values)).unwrap();
                }
                plan().tally(&frame).is_ok()
            },
        ),
    ];
    #[cfg(feature = "io")]
    {
        let mut frame = df!["child_id" => ["a", "b", "c"], "commune" => ["12364"; 3], "birth_year" => [2014, 2015, 2016]].unwrap();
        let path = folder.join("good.parquet");
        polars_io::parquet::write::ParquetWriter::new(std::fs::File::create(&path).unwrap()).finish(&mut frame).unwrap();
        let good = std::fs::read(&path).unwrap();
        found.push(target("parquet", move |n| mutated(&good, n), file("parquet", folder)));
    }
    found
}

#[test]
fn no_input_makes_it_panic_or_hang() {
    let variable = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seconds = variable("CHITIEU_FUZZ_SECONDS");
    let seed = variable("CHITIEU_FUZZ_SEED").unwrap_or(1);
    let folder = tempfile::tempdir().unwrap();
    let targets = targets(folder.path());
    // The originals are good.
    Catalogue::builtin().with_text("a.toml", CATALOGUE).unwrap();
    Mapping::from_toml(MAPPING).unwrap();
    Rules::builtin().with_text("a.toml", RULES).unwrap();
    let mut lines = Vec::new();
    for target in &targets {
        // A fixed number of inputs in the tests, the same on every machine; a time limit if one is set.
        let until = Instant::now() + Duration::from_secs(seconds.unwrap_or(0)) / targets.len() as u32;
        let (mut inputs, mut taken) = (0_u64, 0_u64);
        while if seconds.is_some() { Instant::now() < until } else { inputs < 300 } {
            let mut numbers = Numbers(seed.wrapping_mul(1 << 32) ^ inputs);
            let bytes = (target.make)(&mut numbers);
            let start = Instant::now();
            let found = catch_unwind(AssertUnwindSafe(|| (target.run)(&bytes)));
            let input = format!("{}, seed {seed}, input {inputs}", target.name);
            assert!(found.is_ok(), "{input}: a panic");
            assert!(start.elapsed() < SLOW, "{input}: {:?}", start.elapsed());
            taken += u64::from(found.unwrap());
            inputs += 1;
        }
        lines.push(format!("{:<14} {inputs:>9} inputs, {taken:>9} taken, {:>9} refused", target.name, inputs - taken));
    }
    println!("{}", lines.join("\n"));
}
