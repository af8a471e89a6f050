//! Reads spreadsheets and text files of communes and departments, as they come, into tables of records.
//!
//! Finds the sheets, matches their headers by synonyms, and reads each distinct text once. Matches, changes and unread values are reported;
//! nothing is guessed, and no value of a record is shown.
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
mod cell_reader;
mod cells;
mod clean;
mod cleaner;
mod codes;
mod columns;
mod communes;
mod dates;
mod decode;
mod findings;
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
mod merged;
mod moment;
mod multiples;
mod numbers;
mod ods;
mod ole;
mod open;
mod places;
mod profile;
mod read;
mod reader;
mod recognise;
mod records;
mod report;
mod rows;
mod rules;
mod signs;
mod tidy;
mod titles;
mod unreadable;
mod value;
mod wide;
mod workbook;
mod xlsb;

pub use decode::TextEncoding;
pub use findings::{Change, Finding};
pub use folder::{files_below, why_skipped};
pub use mapping::Mapping;
pub use reader::Reader;
pub use report::{Folder, NotRead, Part, Reading};
pub use rows::Aside;
pub use rules::Rule;
