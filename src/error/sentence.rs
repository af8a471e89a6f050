//! Errors as sentences, with what the user can do about them: each in Vietnamese and in English.

use super::{ABUSE, COVERAGE, DISCLOSURE, Error, NO_CODE, NOT_A_CODE, Phrase, SUBMISSIONS};
use crate::text::Language;
use chrono::NaiveDate;

/// The last day of a list whose end is not known.
const OPEN_END: &str = "9999-12-31";

/// Formats one of two texts, by language.
macro_rules! say {
    ($language:expr, $vi:literal | $en:literal) => {
        match $language {
            Language::Vi => format!($vi),
            Language::En => format!($en),
        }
    };
}

/// What needs a table or a column.
fn needed_by(indicator: &str, language: Language) -> String {
    match indicator {
        ABUSE => say!(language, "thống kê xâm hại" | "abuse"),
        DISCLOSURE => say!(language, "việc che số liệu" | "protecting a table"),
        COVERAGE => say!(language, "bảng theo dõi báo cáo" | "a table of submissions"),
        indicator => say!(language, "chỉ tiêu {indicator}" | "{indicator}"),
    }
}

fn first_rows(first: &[u64], language: Language) -> String {
    if first.is_empty() {
        return String::new();
    }
    let list = first.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
    say!(language, " (các dòng đầu tiên: {list})" | " (first rows: {list})")
}

/// Area codes as they are shown.
fn shown(codes: &[String], language: Language) -> String {
    let show = |code: &String| if code == NOT_A_CODE { say!(language, "(không phải mã)" | "(not a code)") } else { code.clone() };
    codes.iter().map(show).collect::<Vec<_>>().join(", ")
}

/// The first and last day of a list of areas.
fn span((from, to): &(String, String), language: Language) -> String {
    if to == OPEN_END {
        say!(language, "từ {from}" | "since {from}")
    } else {
        say!(language, "từ {from} đến {to}" | "from {from} to {to}")
    }
}

impl Error {
    /// The message in one language, without the hint.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        match self {
            Self::Catalogue { file, key, expected, found } => {
                let (expected, found) = (expected.text(language), found.text(language));
                say!(language, "{file}: {key}: cần {expected}, nhưng gặp {found}" | "{file}: {key}: expected {expected}, found {found}")
            }
            Self::UnknownIndicator { got, close } => {
                let near = close.join(", ");
                let near = if close.is_empty() { near } else { say!(language, "; gần nhất: {near}" | "; the nearest are: {near}") };
                say!(language, "danh mục không có chỉ tiêu \"{got}\"{near}" | "the catalogue has no indicator \"{got}\"{near}")
            }
            Self::UnknownChoice { what, got, known } => {
                let known = known.join(", ");
                say!(language, "{what}: \"{got}\" không hợp lệ; cần một trong: {known}" | "{what}: \"{got}\" is not one of {known}")
            }
            Self::NoLevel { level, day, known } => {
                let known = known.join(", ");
                say!(
                    language,
                    "area_level: danh mục đơn vị hành chính ngày {day} không có cấp \"{level}\"; các cấp hiện có: {known}"
                        | "area_level: the list of areas of {day} has no level \"{level}\"; it has {known}"
                )
            }
            Self::Repeated { what, got } => say!(language, "{what}: \"{got}\" bị lặp lại" | "{what}: \"{got}\" is there twice"),
            Self::BadPeriod { got } => {
                let forms = self.expected().unwrap_or_default();
                say!(
                    language,
                    "kỳ \"{got}\" không đọc được; các dạng hợp lệ: {forms}"
                        | "the period \"{got}\" cannot be read; accepted forms: {forms}"
                )
            }
            Self::PeriodNotDefined { indicator, period, allowed } => {
                let allowed = allowed.join(", ");
                say!(
                    language,
                    "chỉ tiêu {indicator} không được định nghĩa cho kỳ {period}; chỉ cho: {allowed}"
                        | "{indicator} is not defined for the period {period}, only for: {allowed}"
                )
            }
            Self::BadPlan { found } => {
                let found = found.text(language);
                say!(language, "không đọc được kế hoạch: {found}" | "the plan cannot be read: {found}")
            }
            Self::BadNumber { what, expected, found } => {
                let (expected, found) = (expected.text(language), found.text(language));
                say!(language, "{what}: cần {expected}, nhưng gặp {found}" | "{what}: expected {expected}, found {found}")
            }
            Self::NoAreaList { date, known } => {
                let spans = known.iter().map(|known| span(known, language)).collect::<Vec<_>>().join("; ");
                say!(
                    language,
                    "không có danh mục đơn vị hành chính cho ngày {date}; các danh mục hiện có: {spans}"
                        | "no list of areas for {date}; the lists at hand hold {spans}"
                )
            }
            Self::NoVintage { period } => say!(
                language,
                "mã đơn vị hành chính không kèm ngày thì không xác định được đơn vị nào (kỳ {period}); mã đã được dùng lại qua các đợt sắp xếp"
                    | "area codes without a day name no unit (period {period}): codes were used again when units were rearranged"
            ),
            Self::BadShares { old, expected, found } => {
                let (expected, found) = (expected.text(language), found.text(language));
                say!(
                    language,
                    "tỷ lệ chia của xã {old}: cần {expected}, nhưng gặp {found}"
                        | "shares of the commune {old}: expected {expected}, found {found}"
                )
            }
            Self::OtherDataset { table, expected, found } => {
                let (expected, found) = (expected.text(language), found.text(language));
                say!(
                    language,
                    "kết quả kiểm tra thuộc bộ dữ liệu khác: bảng \"{table}\": cần {expected}, nhưng gặp {found}"
                        | "the check is of another dataset: table \"{table}\": expected {expected}, found {found}"
                )
            }
            Self::TallyMismatch { expected, found } => {
                let (expected, found) = (expected.text(language), found.text(language));
                say!(
                    language,
                    "bảng đếm thuộc kế hoạch hoặc phiên bản khác: cần {expected}, nhưng gặp {found}"
                        | "the tally is of another plan or version: expected {expected}, found {found}"
                )
            }
            Self::MissingTable { table, indicator } => {
                let who = needed_by(indicator, language);
                say!(language, "thiếu bảng \"{table}\": {who} cần bảng này" | "the table \"{table}\" is missing: {who} needs it")
            }
            Self::MissingColumn { table, column, expected, found, indicator } => {
                let (who, expected, there) = (needed_by(indicator, language), expected.text(language), found.join(", "));
                let there = if found.is_empty() { there } else { say!(language, "; các cột hiện có: {there}" | "; it has: {there}") };
                say!(
                    language,
                    "bảng \"{table}\" thiếu cột \"{column}\" ({expected}) mà {who} cần{there}"
                        | "the table \"{table}\" has no column \"{column}\" ({expected}), which {who} needs{there}"
                )
            }
            Self::WrongType { table, column, expected, found } => {
                let (expected, found) = (expected.text(language), found.text(language));
                say!(
                    language,
                    "bảng \"{table}\", cột \"{column}\": cần kiểu {expected}, nhưng gặp {found}"
                        | "table \"{table}\", column \"{column}\": expected {expected}, found {found}"
                )
            }
            Self::BadValue { table, column, expected, rows, first } => {
                let (expected, first) = (expected.text(language), first_rows(first, language));
                say!(
                    language,
                    "bảng \"{table}\", cột \"{column}\": cần {expected}, nhưng {rows} dòng có giá trị khác{first}"
                        | "table \"{table}\", column \"{column}\": expected {expected}, found {rows} rows with something else{first}"
                )
            }
            Self::UnknownAreas { table, column, rows, codes, vintage, held_by: _ } => {
                let codes = shown(codes, language);
                say!(
                    language,
                    "bảng \"{table}\", cột \"{column}\": {rows} dòng có mã không thuộc danh mục đơn vị hành chính ngày {vintage}: {codes}"
                        | "table \"{table}\", column \"{column}\": {rows} rows have codes that the list of areas of {vintage} does not have: {codes}"
                )
            }
            Self::Contradiction { table } => say!(
                language,
                "bảng \"{table}\": các số đã công bố mâu thuẫn với nhau, không có số đếm nào như vậy"
                    | "table \"{table}\": the published numbers contradict each other; no counts are like that"
            ),
            Self::OtherRecords { area } => say!(
                language,
                "các kết quả đưa cùng nhau đếm cùng một thứ mà ra số khác nhau (địa bàn {area}): chúng không cùng một bộ dữ liệu"
                    | "the results given together count the same differently (area {area}): they are of different records"
            ),
            Self::NotProtected { cells } => say!(
                language,
                "chưa bảo vệ được {cells} ô nhỏ: những gì đã công khai cho phép tính ra chúng"
                    | "{cells} small cells are not protected: what is public already gives them away"
            ),
            Self::GivenAway { cells } => say!(
                language,
                "che ô nào thì bảng này cùng với những gì đã công bố vẫn làm lộ {cells} số nhỏ: hãy công bố ít phân tổ hơn, địa bàn rộng hơn, hoặc ẩn cả số 0 (zeros=\"hidden\")"
                    | "whatever is hidden, this table and what was published before give {cells} small counts away: publish fewer breakdowns or wider areas, or hide zeros too (zeros=\"hidden\")"
            ),
            Self::NoEthnicList => say!(
                language,
                "dữ liệu có mã dân tộc nhưng không nói theo danh mục nào"
                    | "the dataset has ethnic codes and does not say of which official list"
            ),
            Self::NoShare => say!(
                language,
                "chỉ tính được tỷ trọng từ bảng đếm, tức kết quả của counts(...)"
                    | "a share needs a table of counts, as counts(...) gives it"
            ),
            Self::UnitsDiffer { numerator, denominator } => say!(
                language,
                "tử số đếm theo đơn vị \"{numerator}\", mẫu số đếm theo \"{denominator}\": một vụ có thể có nhiều trẻ em, một trẻ em có thể ở nhiều vụ, nên thương số không phải tỷ trọng của cái nào cả"
                    | "the numerator counts in units of \"{numerator}\", the denominator of \"{denominator}\": a case can have many children and a child many cases, so that the quotient is a share of neither"
            ),
            Self::ChoicesDiffer { numerator, denominator } => say!(
                language,
                "tử số và mẫu số chọn các bản ghi khác nhau: {numerator} và {denominator}; tử số phải là một phần của mẫu số"
                    | "numerator and denominator are of different records: {numerator} and {denominator}; the numerator has to be a part of the denominator"
            ),
            Self::File { path, found } => format!("{path}: {}", found.text(language)),
            Self::NotWritten { path, found } => {
                let found = found.text(language);
                say!(language, "không ghi được tệp {path}: {found}" | "{path} cannot be written: {found}")
            }
            Self::NoPermission { path } => say!(language, "không có quyền đọc tệp: {path}" | "no permission to read the file: {path}"),
            Self::UnreadableFile { path, expected, found } => {
                let (expected, found) = (expected.text(language), found.text(language));
                say!(
                    language,
                    "không đọc được tệp {path}: cần {expected}, nhưng gặp {found}"
                        | "{path} cannot be read: expected {expected}, found {found}"
                )
            }
            Self::OverLimit { path, what, most, found, .. } => {
                let what = what.text(language);
                say!(
                    language,
                    "{path}: nhiều hơn giới hạn {most}: {found} {what}" | "{path}: more than the limit of {most}: {found} {what}"
                )
            }
            Self::NoHeader { path, table, row, found, expected } => {
                let (there, needed) = (found.join(", "), expected.join(", "));
                if found.is_empty() {
                    return say!(
                        language,
                        "{path}: không có dòng tiêu đề nào của bảng \"{table}\"; các cột cần có: {needed}"
                            | "{path}: no row is a header of the table \"{table}\"; its columns are: {needed}"
                    );
                }
                say!(
                    language,
                    "{path}: dòng {row} chỉ có các tiêu đề quen thuộc {there}, chưa đủ cho bảng \"{table}\"; các cột cần có: {needed}"
                        | "{path}: row {row} has the known headers {there}, too few for the table \"{table}\"; its columns are: {needed}"
                )
            }
            Self::NoAreaDate { table, column } => say!(
                language,
                "bảng \"{table}\", cột \"{column}\": tên đơn vị hành chính không kèm ngày thì không xác định được đơn vị nào"
                    | "table \"{table}\", column \"{column}\": the name of a unit without a date is not an identity"
            ),
            Self::Mapping { key, expected, found } => {
                let (expected, found) = (expected.text(language), found.text(language));
                say!(language, "mapping: {key}: cần {expected}, nhưng gặp {found}" | "mapping: {key}: expected {expected}, found {found}")
            }
            Self::RowsDiffer { table, expected, found } => say!(
                language,
                "bảng \"{table}\": phải có {expected} dòng nhưng đọc được {found}: tệp hỏng, hoặc đã thay đổi trong khi đọc"
                    | "table \"{table}\": expected {expected} rows, found {found}: its file is damaged, or has changed while it was read"
            ),
            Self::Frame { table, found } => {
                let found = found.text(language);
                say!(language, "không đọc được bảng \"{table}\": {found}" | "the table \"{table}\" cannot be read: {found}")
            }
        }
    }

    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self, language: Language) -> Option<String> {
        Some(match self {
            Self::Mapping { .. } => say!(
                language,
                "cách viết: mapping={{\"children\": {{\"columns\": {{\"Ngày rà soát\": \"updated_on\"}}}}}}: bảng, rồi tiêu đề trong tệp và cột"
                    | "written as mapping={{\"children\": {{\"columns\": {{\"Ngày rà soát\": \"updated_on\"}}}}}}: the table, then header and column"
            ),
            Self::UnknownAreas { codes, .. } if codes.iter().any(|code| code == NO_CODE) => say!(
                language,
                "có dòng không ghi xã: bổ sung, hoặc unknown_areas=\"keep\" để giữ thành một dòng riêng; ct.check(dataset) nêu từng dòng"
                    | "some rows have no commune: record it, or give them a line of their own by unknown_areas=\"keep\"; ct.check(dataset) names the rows"
            ),
            Self::UnknownAreas { codes, .. } if codes.iter().any(|code| code == NOT_A_CODE) => say!(
                language,
                "cột này chứa mã xã gồm năm chữ số; tên xã thì đọc bằng ct.read hoặc ct.clean, hoặc tra bằng ct.find_area"
                    | "the column holds commune codes of five digits; read names with ct.read or ct.clean, or look them up with ct.find_area"
            ),
            Self::UnknownAreas { codes, .. } if codes.iter().any(|code| code.len() < 5 && code.bytes().all(|b| b.is_ascii_digit())) => {
                say!(
                    language,
                    "mã xã gồm năm chữ số, kể cả các số 0 ở đầu (00001); ct.read và ct.clean thêm lại các số 0"
                        | "a commune code has five digits, zeros before it too (00001); ct.read and ct.clean put the zeros back"
                )
            }
            Self::UnknownAreas { table, held_by: Some(day), .. } if table != SUBMISSIONS => say!(
                language,
                "các mã này có trong danh mục ngày {day}: nêu Dataset(..., area_vintage=\"{day}\"), số đếm được chuyển sang danh mục của kết quả"
                    | "the list of {day} has these codes: give Dataset(..., area_vintage=\"{day}\"), and counts are moved to the list of the result"
            ),
            Self::UnknownAreas { held_by: Some(day), .. } => say!(
                language,
                "các mã này có trong danh mục ngày {day}: chuyển sang mã của kỳ, xem ct.area_moves"
                    | "the list of {day} has these codes: turn them into those of the period, see ct.area_moves"
            ),
            Self::UnknownAreas { .. } => say!(
                language,
                "kiểm tra area_vintage, hoặc dùng unknown_areas=\"keep\" để giữ các dòng này thành một dòng riêng"
                    | "check area_vintage, or use unknown_areas=\"keep\" to give these rows a line of their own"
            ),
            Self::BadValue { expected, .. } if *expected == Phrase::WithoutFraction => say!(
                language,
                "làm tròn hoặc chuyển kiểu trước, ví dụ cast(sum(n) as bigint) trong DuckDB"
                    | "round the values, or convert them before, such as cast(sum(n) as bigint) in DuckDB"
            ),
            Self::GivenAway { cells } => say!(
                language,
                "che ô nào thì bảng này cùng với những gì đã công bố vẫn làm lộ {cells} số nhỏ: hãy công bố ít phân tổ hơn, địa bàn rộng hơn, hoặc ẩn cả số 0 (zeros=\"hidden\")"
                    | "whatever is hidden, this table and what was published before give {cells} small counts away: publish fewer breakdowns or wider areas, or hide zeros too (zeros=\"hidden\")"
            ),
            Self::NoEthnicList => say!(
                language,
                "hai danh mục chính thức mâu thuẫn nhau (mã 04, 05, 06): Dataset(..., ethnic_list=\"1979\") hoặc \"2008\""
                    | "two official lists conflict (codes 04, 05, 06): Dataset(..., ethnic_list=\"1979\") or \"2008\""
            ),
            Self::WrongType { expected, .. } if *expected == Phrase::Text => {
                say!(language, "mã là văn bản: số sẽ mất các số 0 ở đầu" | "codes are text: numbers lose their leading zeros")
            }
            Self::WrongType { expected, column, .. } if *expected == Phrase::ListOfText => say!(
                language,
                "tách văn bản thành danh sách mã: pl.col(\"{column}\").str.split(\";\")"
                    | "split the text into a list of codes: pl.col(\"{column}\").str.split(\";\")"
            ),
            Self::WrongType { expected, column, table, .. } if *expected == Phrase::DateType && table == SUBMISSIONS => say!(
                language,
                "ngày ghi bằng chữ: pl.col(\"{column}\").str.to_date(\"%d/%m/%Y\")"
                    | "days written as text: pl.col(\"{column}\").str.to_date(\"%d/%m/%Y\")"
            ),
            Self::WrongType { expected, column, table, .. } if *expected == Phrase::DateType => say!(
                language,
                "ngày ghi bằng chữ: pl.col(\"{column}\").str.to_date(\"%d/%m/%Y\"), hoặc ct.clean(frame, table=\"{table}\") đọc các cách ghi ngày"
                    | "days written as text: pl.col(\"{column}\").str.to_date(\"%d/%m/%Y\"), or ct.clean(frame, table=\"{table}\"), which reads them"
            ),
            Self::WrongType { expected, column, table, .. } if *expected == Phrase::Boolean => say!(
                language,
                "số 1 và 0: pl.col(\"{column}\").cast(pl.Boolean); ct.clean(frame, table=\"{table}\") đọc \"Có\", \"Không\", \"x\""
                    | "1 and 0: pl.col(\"{column}\").cast(pl.Boolean); ct.clean(frame, table=\"{table}\") reads \"Có\", \"Không\", \"x\""
            ),
            Self::UnitsDiffer { numerator, .. } => say!(
                language,
                "đếm cả hai theo cùng một đơn vị, ví dụ counts(\"{numerator}\")"
                    | "count both in the same unit, such as counts(\"{numerator}\")"
            ),
            Self::ChoicesDiffer { .. } => say!(
                language,
                "dùng cùng một lựa chọn (select) và cùng cấp; để so kết quả xác minh, dùng by=[\"verification\"] rồi share()"
                    | "use one selection and one level; to compare results of the verification use by=[\"verification\"] and share()"
            ),
            Self::MissingColumn { column, found, .. } if spelt_otherwise(column, found).is_some() => {
                let other = spelt_otherwise(column, found)?;
                say!(
                    language,
                    "cột \"{other}\" có lẽ là \"{column}\": frame.rename({{\"{other}\": \"{column}\"}})"
                        | "the column \"{other}\" may be \"{column}\": frame.rename({{\"{other}\": \"{column}\"}})"
                )
            }
            Self::MissingColumn { indicator, .. } | Self::MissingTable { indicator, .. } if indicator == ABUSE || indicator == COVERAGE => {
                say!(language, "bổ sung bảng hoặc cột này vào dữ liệu" | "add the table or the column to the dataset")
            }
            Self::MissingColumn { table, .. } => say!(
                language,
                "bổ sung cột, hoặc bỏ chỉ tiêu này khỏi indicators=[...]; ct.clean(frame, table=\"{table}\") nhận ra tên cột tiếng Việt"
                    | "add it, or leave this indicator out of indicators=[...]; ct.clean(frame, table=\"{table}\") knows Vietnamese headers"
            ),
            Self::MissingTable { .. } => say!(
                language,
                "bổ sung dữ liệu, hoặc bỏ chỉ tiêu này khỏi indicators=[...]" | "add it, or leave this indicator out of indicators=[...]"
            ),
            Self::BadPeriod { got } => {
                let (first, last) = backwards(got)?;
                say!(
                    language,
                    "ngày cuối {last} ở trước ngày đầu {first}: \"{last}/{first}\""
                        | "the last day {last} is before the first day {first}: \"{last}/{first}\""
                )
            }
            Self::NoAreaList { .. } => {
                say!(language, "dùng area_vintage trong khoảng thời gian của danh mục" | "use an area_vintage inside the span of the list")
            }
            Self::NoVintage { .. } => say!(
                language,
                "nêu ngày của danh mục mà mã thuộc về: Dataset(..., area_vintage=\"2024-08-31\")"
                    | "name the day of the list that the codes belong to: Dataset(..., area_vintage=\"2024-08-31\")"
            ),
            Self::BadShares { .. } => say!(
                language,
                "bảng tỷ lệ có các cột old, new, share; ct.area_moves(...) cho biết các xã bị chia tách"
                    | "a table of shares has the columns old, new, share; ct.area_moves(...) tells which communes were split"
            ),
            Self::NoHeader { .. } => say!(
                language,
                "chỉ ra các cột bằng mapping, ví dụ {{\"children\": {{\"columns\": {{\"Họ tên cháu\": \"full_name\"}}}}}}"
                    | "name the columns in a mapping, such as {{\"children\": {{\"columns\": {{\"Họ tên cháu\": \"full_name\"}}}}}}"
            ),
            Self::NoAreaDate { .. } => say!(
                language,
                "cùng một mã hoặc tên chỉ các đơn vị khác nhau vào các ngày khác nhau: area_vintage=\"2022-12-31\""
                    | "a code or a name means different units on different days: area_vintage=\"2022-12-31\""
            ),
            Self::OverLimit { what, .. } if *what == Phrase::Columns || *what == Phrase::ColumnsApart => {
                say!(language, "không chương trình bảng tính nào có nhiều cột hơn" | "no spreadsheet program has more columns")
            }
            Self::OverLimit { what, .. } if *what == Phrase::BytesOfText => say!(
                language,
                "nâng giới hạn: ct.limits(text=\"4 MB\") hoặc Limits::text" | "raise the limit: ct.limits(text=\"4 MB\"), or Limits::text"
            ),
            Self::OverLimit { memory, .. } => {
                let (now, next) = (memory >> 20, (memory >> 29) + 1);
                say!(
                    language,
                    "giới hạn tính từ bộ nhớ được dùng khi đọc ({now} MB); nâng lên bằng ct.limits(memory=\"{next} GB\") hoặc Limits::memory, hay chia nhỏ tệp"
                        | "the limit follows from the memory that reading may take ({now} MB); raise it with ct.limits(memory=\"{next} GB\") or Limits::memory, or part the file"
                )
            }
            Self::TallyMismatch { .. } => {
                say!(language, "chỉ gộp các bảng đếm của cùng một kế hoạch" | "merge only tallies of one and the same plan")
            }
            _ => return None,
        })
    }
}

/// The column with the same letters and digits as another.
fn spelt_otherwise<'a>(column: &str, found: &'a [String]) -> Option<&'a str> {
    let plain = |name: &str| name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    found.iter().map(String::as_str).find(|name| plain(name) == plain(column))
}

/// The days of a period that ends before it begins.
fn backwards(period: &str) -> Option<(NaiveDate, NaiveDate)> {
    let (first, last) = period.split_once('/')?;
    let days = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (days.1 < days.0).then_some(days)
}
