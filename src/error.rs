//! What can go wrong, as facts rather than sentences.
//!
//! Each error holds the table, the column, what was expected and what was found, has a stable
//! [`Error::code`], and can be told in Vietnamese or English. No error holds a value of a record:
//! rows are named by number. Area codes are the exception, since they are not personal data.

use crate::phrases::vietnamese;
use crate::text::Language;

/// The result of every fallible call of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Which of the three families an error belongs to; Python has one exception class for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// What was asked cannot be asked.
    Plan,
    /// A table lacks a column or has one of the wrong type.
    Schema,
    /// The records themselves.
    Data,
    /// A file that is not there.
    File,
    /// A file that may not be read.
    Permission,
    /// A file that cannot be written.
    Write,
}

/// The last day of a list whose end is not known.
const OPEN_END: &str = "9999-12-31";

/// An error of this crate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are named by what they hold; each variant is documented")]
pub enum Error {
    /// A catalogue file that does not hold together.
    #[error("{}", self.message(Language::En))]
    Catalogue { file: String, key: String, expected: String, found: String },
    /// An indicator that the catalogue does not have.
    #[error("{}", self.message(Language::En))]
    UnknownIndicator { got: String, close: Vec<String> },
    /// A word that is not one of a list: a dimension, a level, a method, a policy.
    #[error("{}", self.message(Language::En))]
    UnknownChoice { what: &'static str, got: String, known: Vec<String> },
    /// A level that the list of areas of a day does not have.
    #[error("{}", self.message(Language::En))]
    NoLevel { level: String, day: String, known: Vec<String> },
    /// The same word twice where once is meant.
    #[error("{}", self.message(Language::En))]
    Repeated { what: &'static str, got: String },
    /// A period that cannot be read.
    #[error("{}", self.message(Language::En))]
    BadPeriod { got: String },
    /// A period that an indicator is not defined for.
    #[error("{}", self.message(Language::En))]
    PeriodNotDefined { indicator: String, period: String, allowed: Vec<String> },
    /// A plan text that cannot be read.
    #[error("{}", self.message(Language::En))]
    BadPlan { found: String },
    /// A number outside what a method is defined for.
    #[error("{}", self.message(Language::En))]
    BadNumber { what: &'static str, expected: String, found: String },
    /// A date for which no list of areas is shipped.
    #[error("{}", self.message(Language::En))]
    NoAreaList { date: String, known: Vec<(String, String)> },
    /// Area codes without a day: the period lies in more than one list, or the result is asked in another.
    #[error("{}", self.message(Language::En))]
    NoVintage { period: String },
    /// Shares of a split commune that cannot be.
    #[error("{}", self.message(Language::En))]
    BadShares { old: String, expected: String, found: String },
    /// A check of another dataset, or of one that has changed since.
    #[error("{}", self.message(Language::En))]
    OtherDataset { table: String, expected: String, found: String },
    /// Two tallies of different plans, or a tally of another version.
    #[error("{}", self.message(Language::En))]
    TallyMismatch { expected: String, found: String },
    /// A table that the asked indicator needs.
    #[error("{}", self.message(Language::En))]
    MissingTable { table: String, indicator: String },
    /// A column that the asked indicator needs.
    #[error("{}", self.message(Language::En))]
    MissingColumn { table: String, column: String, expected: String, found: Vec<String>, indicator: String },
    /// A column of another type than its table's schema says.
    #[error("{}", self.message(Language::En))]
    WrongType { table: String, column: String, expected: String, found: String },
    /// Values outside what the column may hold. `first` are row numbers counted from 1.
    #[error("{}", self.message(Language::En))]
    BadValue { table: String, column: String, expected: String, rows: u64, first: Vec<u64> },
    /// Area codes that the list of that date does not have.
    #[error("{}", self.message(Language::En))]
    UnknownAreas { table: String, column: String, rows: u64, codes: Vec<String>, vintage: String },
    /// The dataset has ethnic codes and does not say of which official list.
    #[error("{}", self.message(Language::En))]
    NoEthnicList,
    /// A share in a table that holds no counts.
    #[error("{}", self.message(Language::En))]
    NoShare,
    /// A share whose two numbers count different things.
    #[error("{}", self.message(Language::En))]
    UnitsDiffer { numerator: String, denominator: String },
    /// A share whose two numbers were selected in different ways.
    #[error("{}", self.message(Language::En))]
    ChoicesDiffer { numerator: String, denominator: String },
    /// A file that is not there or cannot be read.
    #[error("{}", self.message(Language::En))]
    File { path: String, found: String },
    /// A file that cannot be written.
    #[error("{}", self.message(Language::En))]
    NotWritten { path: String, found: String },
    /// The tables could not be read as columns.
    #[error("{}", self.message(Language::En))]
    Frame { table: String, found: String },
    /// A table of which other rows came than were announced: its reader ended early, or its file was replaced while it was read.
    #[error("{}", self.message(Language::En))]
    RowsDiffer { table: String, expected: u64, found: u64 },
    /// A file that its user may not read.
    #[error("{}", self.message(Language::En))]
    NoPermission { path: String },
    /// A file that is damaged, too large, or no table.
    #[error("{}", self.message(Language::En))]
    UnreadableFile { path: String, expected: String, found: String },
    /// A file that is larger, or claims to be, than reading may hold ([`crate::Limits`]). `what` says of what there are too many.
    #[error("{}", self.message(Language::En))]
    OverLimit { path: String, what: String, most: u64, found: u64, memory: u64 },
    /// A file, or a sheet named behind it, without a header of the table. `found` holds the headers that were known.
    #[error("{}", self.message(Language::En))]
    NoHeader { path: String, table: String, row: u32, found: Vec<String>, expected: Vec<String> },
    /// Names of areas without the day they belong to.
    #[error("{}", self.message(Language::En))]
    NoAreaDate { table: String, column: String },
    /// A mapping that does not hold together.
    #[error("{}", self.message(Language::En))]
    Mapping { key: String, expected: String, found: String },
}

/// What a word of a list stands for.
///
/// # Errors
/// [`Error::UnknownChoice`] with every word of the list.
pub(crate) fn choose<T: Copy>(what: &'static str, word: &str, known: &[(&'static str, T)]) -> Result<T> {
    let found = known.iter().find(|(name, _)| *name == word).map(|(_, choice)| *choice);
    found.ok_or_else(|| Error::UnknownChoice {
        what,
        got: word.to_owned(),
        known: known.iter().map(|(name, _)| (*name).to_owned()).collect(),
    })
}

/// Refuses a word that stands twice.
pub(crate) fn once<'w>(what: &'static str, words: impl Iterator<Item = &'w str>) -> Result<()> {
    let mut met = std::collections::BTreeSet::new();
    for word in words {
        if !met.insert(word) {
            return Err(Error::Repeated { what, got: word.to_owned() });
        }
    }
    Ok(())
}
/// What stands for an area code that does not look like one.
pub(crate) const NOT_A_CODE: &str = "(not a code)";
/// What is expected of a decimal in a column of whole numbers.
pub(crate) const WITHOUT_FRACTION: &str = "a whole number without a fraction";

/// What needs a table or a column where no indicator does.
pub(crate) const ABUSE: &str = "abuse";
/// What needs the columns of a table of submissions.
pub(crate) const COVERAGE: &str = "coverage";

/// Who needs a table or a column.
fn asker(indicator: &str, language: Language) -> String {
    match (indicator, language) {
        (ABUSE, Language::Vi) => "thống kê xâm hại".to_owned(),
        (ABUSE, Language::En) => "abuse".to_owned(),
        (COVERAGE, Language::Vi) => "bảng theo dõi báo cáo".to_owned(),
        (COVERAGE, Language::En) => "a table of submissions".to_owned(),
        (indicator, Language::Vi) => format!("chỉ tiêu {indicator}"),
        (indicator, Language::En) => indicator.to_owned(),
    }
}

fn rows(first: &[u64], language: Language) -> String {
    if first.is_empty() {
        return String::new();
    }
    let list: Vec<String> = first.iter().map(u64::to_string).collect();
    match language {
        Language::Vi => format!(" (các dòng đầu tiên: {})", list.join(", ")),
        Language::En => format!(" (first rows: {})", list.join(", ")),
    }
}

impl Error {
    /// A short word for the kind of error that never changes between versions.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Catalogue { .. } => "catalogue",
            Self::UnknownIndicator { .. } => "unknown_indicator",
            Self::UnknownChoice { .. } | Self::NoLevel { .. } => "unknown_choice",
            Self::Repeated { .. } => "repeated",
            Self::BadPeriod { .. } => "bad_period",
            Self::PeriodNotDefined { .. } => "period_not_defined",
            Self::BadPlan { .. } => "bad_plan",
            Self::BadNumber { .. } => "bad_number",
            Self::NoAreaList { .. } => "no_area_list",
            Self::NoVintage { .. } => "area_vintage",
            Self::BadShares { .. } => "bad_shares",
            Self::TallyMismatch { .. } => "tally_mismatch",
            Self::OtherDataset { .. } => "other_dataset",
            Self::MissingTable { .. } => "missing_table",
            Self::MissingColumn { .. } => "missing_column",
            Self::WrongType { .. } => "wrong_type",
            Self::BadValue { .. } => "bad_value",
            Self::UnknownAreas { .. } => "unknown_areas",
            Self::NoEthnicList => "no_ethnic_list",
            Self::NoShare => "no_share",
            Self::UnitsDiffer { .. } => "units_differ",
            Self::ChoicesDiffer { .. } => "choices_differ",
            Self::File { .. } => "file",
            Self::NotWritten { .. } => "not_written",
            Self::Frame { .. } => "frame",
            Self::RowsDiffer { .. } => "rows_differ",
            Self::NoPermission { .. } => "no_permission",
            Self::UnreadableFile { .. } => "unreadable_file",
            Self::OverLimit { .. } => "over_limit",
            Self::NoHeader { .. } => "no_header",
            Self::NoAreaDate { .. } => "no_area_date",
            Self::Mapping { .. } => "mapping",
        }
    }

    /// The family, which decides the Python exception class.
    #[must_use]
    pub fn family(&self) -> Family {
        match self {
            Self::MissingTable { .. } | Self::MissingColumn { .. } | Self::WrongType { .. } | Self::NoHeader { .. } => Family::Schema,
            Self::BadValue { .. }
            | Self::UnknownAreas { .. }
            | Self::NoEthnicList
            | Self::Frame { .. }
            | Self::RowsDiffer { .. }
            | Self::UnreadableFile { .. }
            | Self::OverLimit { .. } => Family::Data,
            Self::File { .. } => Family::File,
            Self::NotWritten { .. } => Family::Write,
            Self::NoPermission { .. } => Family::Permission,
            _ => Family::Plan,
        }
    }

    /// The column (or the key of a file) the error is about.
    #[must_use]
    pub fn column(&self) -> Option<String> {
        match self {
            Self::MissingColumn { column, .. }
            | Self::WrongType { column, .. }
            | Self::BadValue { column, .. }
            | Self::UnknownAreas { column, .. }
            | Self::NoAreaDate { column, .. } => Some(column.clone()),
            Self::Catalogue { key, .. } | Self::Mapping { key, .. } => Some(key.clone()),
            Self::NoEthnicList => Some("ethnicity".to_owned()),
            _ => None,
        }
    }

    /// What would have been right.
    #[must_use]
    pub fn expected(&self) -> Option<String> {
        match self {
            Self::Catalogue { expected, .. }
            | Self::BadNumber { expected, .. }
            | Self::BadShares { expected, .. }
            | Self::TallyMismatch { expected, .. }
            | Self::OtherDataset { expected, .. }
            | Self::MissingColumn { expected, .. }
            | Self::WrongType { expected, .. }
            | Self::BadValue { expected, .. }
            | Self::UnreadableFile { expected, .. }
            | Self::Mapping { expected, .. } => Some(expected.clone()),
            Self::RowsDiffer { expected, .. } => Some(format!("{expected} rows")),
            Self::OverLimit { what, most, .. } => Some(format!("at most {most} {what}")),
            Self::NoHeader { expected, .. } => Some(expected.join(", ")),
            Self::NoAreaDate { .. } => Some("area_vintage".to_owned()),
            Self::UnknownChoice { known, .. } | Self::NoLevel { known, .. } => Some(known.join(", ")),
            Self::UnknownIndicator { close, .. } => Some(close.join(", ")),
            Self::PeriodNotDefined { allowed, .. } => Some(allowed.join(", ")),
            Self::BadPeriod { .. } => Some("2022, 2022H1, 2022Q1, 2022-03, 2021-2022, 2015-01-01/2019-06-30".to_owned()),
            Self::NoAreaList { known, .. } => Some(known.iter().map(|(a, b)| format!("{a}/{b}")).collect::<Vec<_>>().join(", ")),
            Self::NoVintage { .. } => Some("YYYY-MM-DD".to_owned()),
            Self::UnknownAreas { vintage, .. } => Some(format!("area codes of {vintage}")),
            Self::MissingTable { table, .. } => Some(table.clone()),
            Self::NoEthnicList => Some("1979, 2008".to_owned()),
            Self::UnitsDiffer { denominator, .. } | Self::ChoicesDiffer { denominator, .. } => Some(denominator.clone()),
            _ => None,
        }
    }

    /// What was there instead. Never a value of a record.
    #[must_use]
    pub fn got(&self) -> Option<String> {
        match self {
            Self::Catalogue { found, .. }
            | Self::BadPlan { found }
            | Self::BadNumber { found, .. }
            | Self::BadShares { found, .. }
            | Self::TallyMismatch { found, .. }
            | Self::OtherDataset { found, .. }
            | Self::WrongType { found, .. }
            | Self::File { found, .. }
            | Self::NotWritten { found, .. }
            | Self::Frame { found, .. }
            | Self::UnreadableFile { found, .. }
            | Self::Mapping { found, .. } => Some(found.clone()),
            Self::RowsDiffer { found, .. } => Some(format!("{found} rows")),
            Self::OverLimit { found, .. } => Some(found.to_string()),
            Self::NoPermission { path } => Some(path.clone()),
            Self::UnknownIndicator { got, .. } | Self::UnknownChoice { got, .. } | Self::Repeated { got, .. } | Self::BadPeriod { got } => {
                Some(got.clone())
            }
            Self::PeriodNotDefined { period, .. } => Some(period.clone()),
            Self::NoAreaList { date, .. } => Some(date.clone()),
            Self::NoLevel { level, .. } => Some(level.clone()),
            Self::MissingColumn { found, .. } | Self::NoHeader { found, .. } => Some(found.join(", ")),
            Self::BadValue { rows, .. } => Some(format!("{rows} rows")),
            Self::UnknownAreas { rows, codes, .. } => Some(format!("{rows} rows: {}", codes.join(", "))),
            Self::UnitsDiffer { numerator, .. } | Self::ChoicesDiffer { numerator, .. } => Some(numerator.clone()),
            Self::MissingTable { .. } | Self::NoVintage { .. } | Self::NoEthnicList | Self::NoShare | Self::NoAreaDate { .. } => None,
        }
    }

    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self, language: Language) -> Option<String> {
        let (vi, en) = match self {
            Self::UnknownAreas { codes, .. } if codes.iter().any(|code| code == NOT_A_CODE) => (
                "cột này chứa mã xã gồm năm chữ số; tên xã thì đọc bằng ct.read hoặc ct.clean, hoặc tra bằng ct.find_area",
                "the column holds commune codes of five digits; read names with ct.read or ct.clean, or look them up with ct.find_area",
            ),
            Self::UnknownAreas { codes, .. } if codes.iter().any(|code| code.len() < 5 && code.bytes().all(|b| b.is_ascii_digit())) => (
                "mã xã gồm năm chữ số, kể cả các số 0 ở đầu (00001); ct.read và ct.clean thêm lại các số 0",
                "a commune code has five digits, zeros before it too (00001); ct.read and ct.clean put the zeros back",
            ),
            Self::BadValue { expected, .. } if expected == WITHOUT_FRACTION => (
                "làm tròn hoặc chuyển kiểu trước, ví dụ cast(sum(n) as bigint) trong DuckDB",
                "round the values, or convert them before, such as cast(sum(n) as bigint) in DuckDB",
            ),
            Self::UnknownAreas { .. } => (
                "kiểm tra area_vintage, hoặc dùng unknown_areas=\"keep\" để giữ các dòng này thành một dòng riêng",
                "check area_vintage, or use unknown_areas=\"keep\" to give these rows a line of their own",
            ),
            Self::NoEthnicList => (
                "hai danh mục chính thức mâu thuẫn nhau (mã 04, 05, 06): Dataset(..., ethnic_list=\"1979\") hoặc \"2008\"",
                "two official lists conflict (codes 04, 05, 06): Dataset(..., ethnic_list=\"1979\") or \"2008\"",
            ),
            Self::WrongType { expected, .. } if expected.contains("text") => {
                ("mã là văn bản: số sẽ mất các số 0 ở đầu", "codes are text: numbers lose their leading zeros")
            }
            Self::UnitsDiffer { numerator, .. } => {
                return Some(match language {
                    Language::Vi => format!("đếm cả hai theo cùng một đơn vị, ví dụ counts(\"{numerator}\")"),
                    Language::En => format!("count both in the same unit, such as counts(\"{numerator}\")"),
                });
            }
            Self::ChoicesDiffer { .. } => (
                "dùng cùng một lựa chọn (select) và cùng cấp; để so kết quả xác minh, dùng by=[\"verification\"] rồi share()",
                "use one selection and one level; to compare results of the verification use by=[\"verification\"] and share()",
            ),
            Self::MissingColumn { indicator, .. } | Self::MissingTable { indicator, .. } if indicator == ABUSE || indicator == COVERAGE => {
                ("bổ sung bảng hoặc cột này vào dữ liệu", "add the table or the column to the dataset")
            }
            Self::MissingColumn { .. } | Self::MissingTable { .. } => {
                ("bổ sung dữ liệu, hoặc bỏ chỉ tiêu này khỏi indicators=[...]", "add it, or leave this indicator out of indicators=[...]")
            }
            Self::NoAreaList { .. } => {
                ("dùng area_vintage trong khoảng thời gian của danh mục", "use an area_vintage inside the span of the list")
            }
            Self::NoVintage { .. } => (
                "nêu ngày của danh mục mà mã thuộc về: Dataset(..., area_vintage=\"2024-08-31\")",
                "name the day of the list that the codes belong to: Dataset(..., area_vintage=\"2024-08-31\")",
            ),
            Self::BadShares { .. } => (
                "bảng tỷ lệ có các cột old, new, share; ct.area_moves(...) cho biết các xã bị chia tách",
                "a table of shares has the columns old, new, share; ct.area_moves(...) tells which communes were split",
            ),
            Self::NoHeader { .. } => (
                "chỉ ra các cột bằng mapping, ví dụ {\"children\": {\"columns\": {\"Họ tên cháu\": \"full_name\"}}}",
                "name the columns in a mapping, such as {\"children\": {\"columns\": {\"Họ tên cháu\": \"full_name\"}}}",
            ),
            Self::NoAreaDate { .. } => (
                "cùng một mã hoặc tên chỉ các đơn vị khác nhau vào các ngày khác nhau: area_vintage=\"2022-12-31\"",
                "a code or a name means different units on different days: area_vintage=\"2022-12-31\"",
            ),
            Self::OverLimit { what, .. } if what.starts_with("columns") => {
                ("không chương trình bảng tính nào có nhiều cột hơn", "no spreadsheet program has more columns")
            }
            Self::OverLimit { what, .. } if what.contains("text") => {
                ("nâng giới hạn: ct.limits(text=\"4 MB\") hoặc Limits::text", "raise the limit: ct.limits(text=\"4 MB\"), or Limits::text")
            }
            Self::OverLimit { memory, .. } => {
                let (now, next) = (memory >> 20, (memory >> 29) + 1);
                return Some(match language {
                    Language::Vi => format!(
                        "giới hạn tính từ bộ nhớ được dùng khi đọc ({now} MB); nâng lên bằng ct.limits(memory=\"{next} GB\") hoặc Limits::memory, hay chia nhỏ tệp"
                    ),
                    Language::En => format!(
                        "the limit follows from the memory that reading may take ({now} MB); raise it with ct.limits(memory=\"{next} GB\") or Limits::memory, or part the file"
                    ),
                });
            }
            Self::TallyMismatch { .. } => ("chỉ gộp các bảng đếm của cùng một kế hoạch", "merge only tallies of one and the same plan"),
            _ => return None,
        };
        Some(match language {
            Language::Vi => vi.to_owned(),
            Language::En => en.to_owned(),
        })
    }

    /// The whole message in one language, without the hint.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        let vi = language == Language::Vi;
        match self {
            Self::Catalogue { file, key, expected, found } => {
                if vi {
                    format!("{file}: {key}: cần {}, nhưng gặp {}", vietnamese(expected), vietnamese(found))
                } else {
                    format!("{file}: {key}: expected {expected}, found {found}")
                }
            }
            Self::UnknownIndicator { got, close } => {
                let near = if close.is_empty() {
                    String::new()
                } else if vi {
                    format!("; gần nhất: {}", close.join(", "))
                } else {
                    format!("; the nearest are: {}", close.join(", "))
                };
                if vi {
                    format!("danh mục không có chỉ tiêu \"{got}\"{near}")
                } else {
                    format!("the catalogue has no indicator \"{got}\"{near}")
                }
            }
            Self::UnknownChoice { what, got, known } => {
                if vi {
                    format!("{what}: \"{got}\" không hợp lệ; cần một trong: {}", known.join(", "))
                } else {
                    format!("{what}: \"{got}\" is not one of {}", known.join(", "))
                }
            }
            Self::NoLevel { level, day, known } => {
                if vi {
                    format!(
                        "area_level: danh mục đơn vị hành chính ngày {day} không có cấp \"{level}\"; các cấp hiện có: {}",
                        known.join(", ")
                    )
                } else {
                    format!("area_level: the list of areas of {day} has no level \"{level}\"; it has {}", known.join(", "))
                }
            }
            Self::Repeated { what, got } => {
                if vi {
                    format!("{what}: \"{got}\" bị lặp lại")
                } else {
                    format!("{what}: \"{got}\" stands twice")
                }
            }
            Self::BadPeriod { got } => {
                let forms = self.expected().unwrap_or_default();
                if vi {
                    format!("kỳ \"{got}\" không đọc được; các dạng hợp lệ: {forms}")
                } else {
                    format!("the period \"{got}\" cannot be read; accepted forms: {forms}")
                }
            }
            Self::PeriodNotDefined { indicator, period, allowed } => {
                if vi {
                    format!("chỉ tiêu {indicator} không được định nghĩa cho kỳ {period}; chỉ cho: {}", allowed.join(", "))
                } else {
                    format!("{indicator} is not defined for the period {period}, only for: {}", allowed.join(", "))
                }
            }
            Self::BadPlan { found } => {
                if vi {
                    format!("không đọc được kế hoạch: {}", vietnamese(found))
                } else {
                    format!("the plan cannot be read: {found}")
                }
            }
            Self::BadNumber { what, expected, found } => {
                if vi {
                    format!("{what}: cần {}, nhưng gặp {}", vietnamese(expected), vietnamese(found))
                } else {
                    format!("{what}: expected {expected}, found {found}")
                }
            }
            Self::NoAreaList { date, known } => {
                let span = |(from, to): &(String, String)| match (to.as_str(), vi) {
                    (OPEN_END, true) => format!("từ {from}"),
                    (OPEN_END, false) => format!("since {from}"),
                    (to, true) => format!("từ {from} đến {to}"),
                    (to, false) => format!("from {from} to {to}"),
                };
                let spans = known.iter().map(span).collect::<Vec<_>>().join("; ");
                if vi {
                    format!("không có danh mục đơn vị hành chính cho ngày {date}; các danh mục hiện có: {spans}")
                } else {
                    format!("no list of areas for {date}; the lists at hand hold {spans}")
                }
            }
            Self::NoVintage { period } => {
                if vi {
                    format!(
                        "mã đơn vị hành chính không kèm ngày thì không xác định được đơn vị nào (kỳ {period}); mã đã được dùng lại qua các đợt sắp xếp"
                    )
                } else {
                    format!("area codes without a day name no unit (period {period}): codes were used again when units were rearranged")
                }
            }
            Self::BadShares { old, expected, found } => {
                if vi {
                    format!("tỷ lệ chia của xã {old}: cần {}, nhưng gặp {}", vietnamese(expected), vietnamese(found))
                } else {
                    format!("shares of the commune {old}: expected {expected}, found {found}")
                }
            }
            Self::OtherDataset { table, expected, found } => {
                if vi {
                    format!(
                        "kết quả kiểm tra thuộc bộ dữ liệu khác: bảng \"{table}\": cần {}, nhưng gặp {}",
                        vietnamese(expected),
                        vietnamese(found)
                    )
                } else {
                    format!("the check is of another dataset: table \"{table}\": expected {expected}, found {found}")
                }
            }
            Self::TallyMismatch { expected, found } => {
                if vi {
                    format!("bảng đếm thuộc kế hoạch hoặc phiên bản khác: cần {}, nhưng gặp {}", vietnamese(expected), vietnamese(found))
                } else {
                    format!("the tally is of another plan or version: expected {expected}, found {found}")
                }
            }
            Self::MissingTable { table, indicator } => {
                let who = asker(indicator, language);
                if vi {
                    format!("thiếu bảng \"{table}\": {who} cần bảng này")
                } else {
                    format!("the table \"{table}\" is missing: {who} needs it")
                }
            }
            Self::MissingColumn { table, column, expected, found, indicator } => {
                let who = asker(indicator, language);
                let (told, there) = if vi {
                    (format!("bảng \"{table}\" thiếu cột \"{column}\" ({}) mà {who} cần", vietnamese(expected)), "các cột hiện có")
                } else {
                    (format!("the table \"{table}\" has no column \"{column}\" ({expected}), which {who} needs"), "it has")
                };
                if found.is_empty() { told } else { format!("{told}; {there}: {}", found.join(", ")) }
            }
            Self::WrongType { table, column, expected, found } => {
                if vi {
                    format!("bảng \"{table}\", cột \"{column}\": cần kiểu {}, nhưng gặp {found}", vietnamese(expected))
                } else {
                    format!("table \"{table}\", column \"{column}\": expected {expected}, found {found}")
                }
            }
            Self::BadValue { table, column, expected, rows: n, first } => {
                if vi {
                    format!(
                        "bảng \"{table}\", cột \"{column}\": cần {}, nhưng {n} dòng có giá trị khác{}",
                        vietnamese(expected),
                        rows(first, language)
                    )
                } else {
                    format!(
                        "table \"{table}\", column \"{column}\": expected {expected}, found {n} rows with something else{}",
                        rows(first, language)
                    )
                }
            }
            Self::UnknownAreas { table, column, rows: n, codes, vintage } => {
                let codes = codes.join(", ");
                if vi {
                    format!(
                        "bảng \"{table}\", cột \"{column}\": {n} dòng có mã không thuộc danh mục đơn vị hành chính ngày {vintage}: {codes}"
                    )
                } else {
                    format!(
                        "table \"{table}\", column \"{column}\": {n} rows have codes that the list of areas of {vintage} does not have: {codes}"
                    )
                }
            }
            Self::NoEthnicList => {
                if vi {
                    "dữ liệu có mã dân tộc nhưng không nói theo danh mục nào".to_owned()
                } else {
                    "the dataset has ethnic codes and does not say of which official list".to_owned()
                }
            }
            Self::NoShare => {
                if vi {
                    "chỉ tính được tỷ trọng từ bảng đếm, tức kết quả của counts(...)".to_owned()
                } else {
                    "a share needs a table of counts, as counts(...) gives it".to_owned()
                }
            }
            Self::UnitsDiffer { numerator, denominator } => {
                if vi {
                    format!(
                        "tử số đếm theo đơn vị \"{numerator}\", mẫu số đếm theo \"{denominator}\": một vụ có thể có nhiều trẻ em, một trẻ em có thể ở nhiều vụ, nên thương số không phải tỷ trọng của cái nào cả"
                    )
                } else {
                    format!(
                        "the numerator counts in units of \"{numerator}\", the denominator of \"{denominator}\": a case can have many children and a child many cases, so that the quotient is a share of neither"
                    )
                }
            }
            Self::ChoicesDiffer { numerator, denominator } => {
                if vi {
                    format!("tử số và mẫu số chọn các bản ghi khác nhau: {numerator} và {denominator}; tử số phải là một phần của mẫu số")
                } else {
                    format!(
                        "numerator and denominator are of different records: {numerator} and {denominator}; the numerator has to be a part of the denominator"
                    )
                }
            }
            Self::File { path, found } => format!("{path}: {}", if vi { vietnamese(found) } else { found.clone() }),
            Self::NotWritten { path, found } => {
                if vi {
                    format!("không ghi được tệp {path}: {}", vietnamese(found))
                } else {
                    format!("{path} cannot be written: {found}")
                }
            }
            Self::NoPermission { path } => {
                if vi {
                    format!("không có quyền đọc tệp: {path}")
                } else {
                    format!("no permission to read the file: {path}")
                }
            }
            Self::UnreadableFile { path, expected, found } => {
                if vi {
                    format!("không đọc được tệp {path}: cần {}, nhưng gặp {}", vietnamese(expected), vietnamese(found))
                } else {
                    format!("{path} cannot be read: expected {expected}, found {found}")
                }
            }
            Self::OverLimit { path, what, most, found, .. } => {
                if vi {
                    format!("{path}: nhiều hơn giới hạn {most}: {found} {}", vietnamese(what))
                } else {
                    format!("{path}: more than the limit of {most}: {found} {what}")
                }
            }
            Self::NoHeader { path: place, table, row, found, expected } => {
                let (there, needed) = (found.join(", "), expected.join(", "));
                match (found.is_empty(), vi) {
                    (true, true) => format!("{place}: không có dòng tiêu đề nào của bảng \"{table}\"; các cột cần có: {needed}"),
                    (true, false) => format!("{place}: no row is a header of the table \"{table}\"; its columns are: {needed}"),
                    (false, true) => {
                        format!(
                            "{place}: dòng {row} chỉ có các tiêu đề quen thuộc {there}, chưa đủ cho bảng \"{table}\"; các cột cần có: {needed}"
                        )
                    }
                    (false, false) => {
                        format!(
                            "{place}: row {row} has the known headers {there}, too few for the table \"{table}\"; its columns are: {needed}"
                        )
                    }
                }
            }
            Self::NoAreaDate { table, column } => {
                if vi {
                    format!("bảng \"{table}\", cột \"{column}\": tên đơn vị hành chính không kèm ngày thì không xác định được đơn vị nào")
                } else {
                    format!("table \"{table}\", column \"{column}\": the name of a unit without a date is not an identity")
                }
            }
            Self::Mapping { key, expected, found } => {
                if vi {
                    format!("mapping: {key}: cần {}, nhưng gặp {}", vietnamese(expected), vietnamese(found))
                } else {
                    format!("mapping: {key}: expected {expected}, found {found}")
                }
            }
            Self::RowsDiffer { table, expected, found } => {
                if vi {
                    format!("bảng \"{table}\": phải có {expected} dòng nhưng đọc được {found}: tệp hỏng, hoặc đã thay đổi trong khi đọc")
                } else {
                    format!(
                        "table \"{table}\": expected {expected} rows, found {found}: its file is damaged, or has changed while it was read"
                    )
                }
            }
            Self::Frame { table, found } => {
                if vi {
                    format!("không đọc được bảng \"{table}\": {}", vietnamese(found))
                } else {
                    format!("the table \"{table}\" cannot be read: {found}")
                }
            }
        }
    }
}
