//! The rules that change values when they are read, by name.

use crate::text::Text;

/// A kind of change. Every change of a value is reported under one or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// Text of a TCVN3 font became Unicode.
    Tcvn3,
    /// Text of a VNI font became Unicode.
    Vni,
    /// Decomposed letters were composed.
    Composed,
    /// Invisible or double spaces were removed.
    Spaces,
    /// A word for "not recorded" became null.
    BlankWord,
    /// A word for "none of them" became an empty list.
    NothingWord,
    /// A text in day, month, year became a date.
    DayMonthYear,
    /// A text in year, month, day became a date.
    YearMonthDay,
    /// A date in words became a date.
    DateWords,
    /// Eight digits became a date.
    DateDigits,
    /// Day, month and year from three columns became a date.
    DateParts,
    /// A number of days as Excel counts them became a date.
    ExcelSerial,
    /// A year of two digits got its century.
    ShortYear,
    /// The time of day was dropped.
    TimeDropped,
    /// A moment with a time zone became its day in Viet Nam.
    TimeZone,
    /// Of a birth date only the year is known.
    YearOnly,
    /// Of a birth date only month and year are known; the year was kept.
    MonthAndYear,
    /// Separators of thousands were removed from a number.
    NumberSeparators,
    /// Words around a number were dropped.
    NumberWords,
    /// A number in a column of text became text.
    NumberAsText,
    /// Zeros that a spreadsheet had dropped were restored.
    LeadingZeros,
    /// A word or mark became true or false.
    FlagWord,
    /// Columns of marks became codes.
    TickColumns,
    /// A blank became false because the mapping says so.
    BlankIsNo,
    /// A code was spelled differently.
    CodeSpelling,
    /// A name or number became a code.
    CodeName,
    /// Several codes in one cell were split.
    ListSplit,
    /// The name of an ethnic group became a code.
    EthnicName,
    /// The name of a unit became its code.
    AreaName,
    /// The unit has another type word in the list (Xã for Phường).
    AreaType,
    /// The result of verification decided whether the abuse is confirmed.
    FromVerification,
    /// A school year or an article was rewritten in the form of the tables.
    Written,
    /// A value was replaced by the mapping.
    MappedValue,
    /// A value that the mapping gives to every row.
    MappedConstant,
    /// A cell merged over several rows was repeated for each of them.
    MergedCell,
    /// Lines that continue a record, because of line ends inside quotation marks.
    QuotedLines,
    /// Lines that end with CR alone, where others do not.
    LineEnds,
    /// Records in hidden rows.
    HiddenRow,
    /// Values of a hidden column.
    HiddenColumn,
    /// The apostrophe that marks text in a spreadsheet was removed.
    Apostrophe,
    /// The column of a date determined the sex.
    DatesBySex,
    /// Rows of one record, each with another code of a list, were joined.
    RowsJoined,
    /// The commune of a title, a sheet's name or a file's name was given to every row.
    AreaTitle,
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 43] = [
        Self::Tcvn3,
        Self::Vni,
        Self::Composed,
        Self::Spaces,
        Self::BlankWord,
        Self::NothingWord,
        Self::DayMonthYear,
        Self::YearMonthDay,
        Self::DateWords,
        Self::DateDigits,
        Self::DateParts,
        Self::ExcelSerial,
        Self::ShortYear,
        Self::TimeDropped,
        Self::TimeZone,
        Self::YearOnly,
        Self::MonthAndYear,
        Self::NumberSeparators,
        Self::NumberWords,
        Self::NumberAsText,
        Self::LeadingZeros,
        Self::FlagWord,
        Self::TickColumns,
        Self::BlankIsNo,
        Self::CodeSpelling,
        Self::CodeName,
        Self::ListSplit,
        Self::EthnicName,
        Self::AreaName,
        Self::AreaType,
        Self::FromVerification,
        Self::Written,
        Self::MappedValue,
        Self::MappedConstant,
        Self::MergedCell,
        Self::QuotedLines,
        Self::LineEnds,
        Self::HiddenRow,
        Self::HiddenColumn,
        Self::Apostrophe,
        Self::DatesBySex,
        Self::RowsJoined,
        Self::AreaTitle,
    ];

    /// Its code, and its description in Vietnamese and in English.
    const fn entry(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Tcvn3 => ("tcvn3", "chuyển từ TCVN3 sang Unicode", "from TCVN3 to Unicode"),
            Self::Vni => ("vni", "chuyển từ VNI sang Unicode", "from VNI to Unicode"),
            Self::Composed => ("composed", "chữ tổ hợp thành chữ dựng sẵn (NFC)", "decomposed letters composed (NFC)"),
            Self::Spaces => ("spaces", "bỏ khoảng trắng thừa", "spaces tidied"),
            Self::BlankWord => ("blank_word", "từ chỉ \"không rõ\" thành trống", "a word for \"not recorded\" became null"),
            Self::NothingWord => {
                ("nothing_word", "từ chỉ \"không thuộc\" thành danh sách rỗng", "a word for \"none\" became an empty list")
            }
            Self::DayMonthYear => ("day_month_year", "ngày/tháng/năm thành ngày", "day, month, year became a date"),
            Self::YearMonthDay => ("year_month_day", "năm-tháng-ngày thành ngày", "year, month, day became a date"),
            Self::DateWords => ("date_words", "ngày viết bằng chữ thành ngày", "a date in words became a date"),
            Self::DateDigits => ("date_digits", "tám chữ số thành ngày", "eight digits became a date"),
            Self::DateParts => ("date_parts", "ghép cột ngày, tháng, năm", "columns of day, month and year joined"),
            Self::ExcelSerial => ("excel_serial", "số thứ tự ngày của Excel thành ngày", "a day number of Excel became a date"),
            Self::ShortYear => ("short_year", "năm hai chữ số thành bốn chữ số", "a year of two digits got its century"),
            Self::TimeDropped => ("time_dropped", "bỏ giờ trong ngày", "the time of day left out"),
            Self::TimeZone => {
                ("time_zone", "thời điểm có múi giờ thành ngày ở Việt Nam", "a moment with a time zone became the day in Viet Nam")
            }
            Self::YearOnly => ("year_only", "chỉ có năm sinh", "only the year of birth is known"),
            Self::MonthAndYear => {
                ("month_and_year", "chỉ có tháng và năm sinh; giữ năm", "only month and year of birth are known; the year kept")
            }
            Self::NumberSeparators => ("number_separators", "bỏ dấu phân cách hàng nghìn", "separators of thousands taken out"),
            Self::NumberWords => ("number_words", "bỏ chữ đi kèm số", "words around a number left out"),
            Self::NumberAsText => ("number_as_text", "số thành văn bản", "a number became text"),
            Self::LeadingZeros => ("leading_zeros", "thêm lại số 0 ở đầu", "leading zeros put back"),
            Self::FlagWord => ("flag_word", "từ hoặc dấu thành có/không", "a word or mark became true or false"),
            Self::TickColumns => ("tick_columns", "cột đánh dấu thành mã", "columns of marks became codes"),
            Self::BlankIsNo => ("blank_is_no", "ô trống là \"không\" theo tệp ánh xạ", "blank is \"no\" by the mapping"),
            Self::CodeSpelling => ("code_spelling", "mã viết theo cách khác", "a code written otherwise"),
            Self::CodeName => ("code_name", "tên hoặc số thành mã", "a name or number became a code"),
            Self::ListSplit => ("list_split", "tách nhiều mã trong một ô", "several codes of one cell parted"),
            Self::EthnicName => ("ethnic_name", "tên dân tộc thành mã", "the name of an ethnic group became a code"),
            Self::AreaName => ("area_name", "tên đơn vị hành chính thành mã", "the name of a unit became its code"),
            Self::AreaType => {
                ("area_type", "danh mục ghi loại đơn vị khác (xã, phường, thị trấn)", "the list has another type word (Xã, Phường)")
            }
            Self::FromVerification => {
                ("from_verification", "đã xác nhận hay chưa lấy từ kết quả xác minh", "confirmed or not, from the result of verification")
            }
            Self::Written => ("written", "viết lại theo mẫu của bảng", "written as the table has it"),
            Self::MappedValue => ("mapped_value", "thay giá trị theo tệp ánh xạ", "a value replaced by the mapping"),
            Self::MappedConstant => ("mapped_constant", "giá trị chung theo tệp ánh xạ", "one value for every row by the mapping"),
            Self::MergedCell => ("merged_cell", "ô gộp nhiều dòng", "a cell merged over several rows"),
            Self::QuotedLines => (
                "quoted_lines",
                "dòng là phần tiếp của bản ghi (xuống dòng trong ngoặc kép)",
                "lines that are parts of records (line ends in quotation marks)",
            ),
            Self::LineEnds => ("line_ends", "dòng kết thúc chỉ bằng CR", "lines that end with CR alone"),
            Self::HiddenRow => {
                ("hidden_row", "bản ghi ở dòng bị ẩn hoặc bị lọc, vẫn được đọc", "records in hidden or filtered rows, read all the same")
            }
            Self::HiddenColumn => ("hidden_column", "giá trị ở cột bị ẩn, vẫn được đọc", "values of a hidden column, read all the same"),
            Self::Apostrophe => ("apostrophe", "bỏ dấu nháy trước số", "the apostrophe before figures left out"),
            Self::DatesBySex => ("dates_by_sex", "giới tính theo cột ghi ngày sinh", "the sex, from the column that the date is in"),
            Self::RowsJoined => {
                ("rows_joined", "gộp các dòng của cùng một bản ghi, mỗi dòng một mã", "rows of one record, each with another code, joined")
            }
            Self::AreaTitle => {
                ("area_title", "xã lấy từ tiêu đề, tên trang hoặc tên tệp", "the commune of the title, the sheet's name or the file's name")
            }
        }
    }

    /// Its stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.entry().0
    }

    /// Its description.
    #[must_use]
    pub fn text(self) -> Text {
        let (_, vi, en) = self.entry();
        Text::new(vi, en)
    }
}

/// The rules applied to one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Rules(u64);

impl Rules {
    pub fn add(&mut self, rule: Rule) {
        self.0 |= 1 << rule as u32;
    }

    pub fn join(&mut self, others: Self) {
        self.0 |= others.0;
    }

    pub fn has(self, rule: Rule) -> bool {
        self.0 >> rule as u32 & 1 == 1
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Rule> {
        Rule::ALL.into_iter().filter(move |rule| self.has(*rule))
    }
}
