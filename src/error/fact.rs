//! What errors and findings expected and found: every fact with its Vietnamese and its English text.
//!
//! One row of `phrases!` is one fact. Both texts show its data; a fact that reads the same in both languages is
//! [`Phrase::Verbatim`].

use super::part::{InLanguage, System};
use crate::text::{Language, Text};
use std::fmt::{self, Display};
use std::sync::Arc;

/// What an error expected or found. Its English text, which [`Display`] gives, does not change between versions.
///
/// ```
/// use chitieu::{Error, Fact, Language, Text};
/// let fact = Fact::from(Text::new("số chẵn", "an even number"));
/// assert_eq!(fact.to_string(), "an even number");
/// let error = Error::BadNumber { what: "n", expected: fact, found: Fact::verbatim(3) };
/// assert_eq!(error.message(Language::Vi), "n: cần số chẵn, nhưng gặp 3");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fact(Arc<Phrase>);

impl Fact {
    /// Text that reads the same in every language: words and numbers as the user wrote them, names of columns, codes.
    pub fn verbatim(text: impl Display) -> Self {
        Phrase::Verbatim(text.to_string()).into()
    }

    /// The error message of a library, which has no Vietnamese text.
    pub fn library(error: impl Display) -> Self {
        Phrase::Library(error.to_string()).into()
    }

    /// A word as the user wrote it, in quotation marks.
    pub(crate) fn quoted(word: impl Display) -> Self {
        Self::verbatim(format_args!("\"{word}\""))
    }

    /// The text in one language.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        self.0.text(language)
    }
}

impl Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::En))
    }
}

impl PartialEq<Phrase> for Fact {
    fn eq(&self, other: &Phrase) -> bool {
        *self.0 == *other
    }
}

impl From<Phrase> for Fact {
    fn from(phrase: Phrase) -> Self {
        Self(Arc::new(phrase))
    }
}

impl From<Text> for Fact {
    fn from(text: Text) -> Self {
        Phrase::Own(text).into()
    }
}

impl From<&std::io::Error> for Fact {
    fn from(error: &std::io::Error) -> Self {
        System::of(error).map_or_else(|| Self::library(error), |system| Phrase::OperatingSystem(system).into())
    }
}

impl InLanguage for Fact {
    fn in_language(&self, language: Language) -> impl Display {
        self.text(language)
    }
}

macro_rules! from_numbers {
    ($($kind:ty),+) => {
        $(impl From<$kind> for Fact {
            fn from(number: $kind) -> Self {
                Self::verbatim(number)
            }
        })+
    };
}
from_numbers!(i32, i64, u64, usize, f64);

macro_rules! phrases {
    ($($name:ident $(($($part:ident: $kind:ty),+))? = $vi:literal | $en:literal;)+) => {
        /// A fact. The order of facts decides which of two about one column an error reports.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(not(feature = "io"), allow(dead_code, reason = "facts about files"))]
        pub(crate) enum Phrase {
            $($name $(($($kind),+))?,)+
        }

        impl Phrase {
            /// The text in one language.
            pub(super) fn text(&self, language: Language) -> String {
                match self {
                    $(Self::$name $(($($part),+))? => {
                        $($(let $part = $part.in_language(language);)+)?
                        match language {
                            Language::Vi => format!($vi),
                            Language::En => format!($en),
                        }
                    })+
                }
            }

            /// All facts with sample data.
            #[cfg(test)]
            pub(super) fn samples() -> Vec<Self> {
                vec![$(Self::$name $(($(<$kind as super::tests::Sample>::sample(stringify!($part))),+))?,)+]
            }
        }
    };
}

phrases! {
    // Not ours: what the user or a file wrote, numbers, names in the catalogue; texts of other libraries.
    Verbatim(text: String) = "{text}" | "{text}";
    Own(text: Text) = "{text}" | "{text}";
    Library(text: String) = "lỗi của thư viện: {text}" | "{text}";
    OperatingSystem(error: System) = "{error}" | "{error}";

    // Types of columns.
    Boolean = "đúng/sai" | "boolean";
    DateType = "ngày" | "date";
    Integer = "số nguyên" | "integer";
    ListOfText = "danh sách văn bản" | "list of text";
    Text = "văn bản" | "text";

    // Values of a column, ordered by their English text.
    CodeOf(list: String) = "mã trong danh mục {list}" | "a code of the list {list}";
    CodeFromTo(list: String, first: String, last: String) = "mã trong danh mục {list} ({first} … {last})" | "a code of the list {list} ({first} … {last})";
    EthnicCode = "mã dân tộc trong danh mục chính thức, từ 01 đến 54" | "a code of the official list of ethnic groups, 01 to 54";
    Date = "ngày" | "a date";
    DateFromTo(first: i32, last: i32) = "ngày từ năm {first} đến năm {last}" | "a date from {first} to {last}";
    DayNotAfter(column: &'static str) = "ngày không sau {column}" | "a day not after {column}";
    DayNotBeforeLastStep = "ngày không trước bước liền trước" | "a day not before the step it follows";
    ListsOf(of: Fact) = "danh sách gồm {of}" | "lists of {of}";
    OneOf(words: String) = "một trong {words}" | "one of {words}";
    AgeNotBelow(column: String) = "tuổi không nhỏ hơn {column}" | "an age not below {column}";
    Article = "điều khoản, ví dụ 22 hoặc 22.1" | "an article such as 22 or 22.1";
    Identifier = "một mã định danh" | "an identifier";
    SameAs(column: &'static str) = "kết quả trùng với cột {column}" | "the same answer as {column}";
    SchoolYear = "năm học, ví dụ 2021-2022" | "a school year such as 2021-2022";
    CaseOfVictims = "case_id của một dòng trong bảng victims" | "the case_id of a row of the table victims";
    TrueOrFalse = "đúng hoặc sai" | "true or false";
    WholeNumber = "số nguyên" | "a whole number";
    WholeNumberFromTo(least: i64, most: i64) = "số nguyên từ {least} đến {most}" | "a whole number from {least} to {most}";
    WholeNumberOf32Bits = "số nguyên 32 bit" | "a whole number of 32 bits";
    WholeNumberUpTo(most: i64) = "số nguyên không quá {most}" | "a whole number up to {most}";
    WithoutFraction = "số nguyên, không có phần lẻ" | "a whole number without a fraction";
    YearFromTo(least: i64, most: i64) = "năm từ {least} đến {most}" | "a year from {least} to {most}";

    // Tables and batches.
    BatchOfColumns(there: String, first: String) = "một lô có các cột {there} sau một lô có {first}" | "a batch with the columns {there} after one with {first}";
    BatchOfOthers(there: String) = "một lô có cột hoặc kiểu khác: {there}" | "a batch of other columns or types: {there}";
    SomeColumns(columns: u64) = "{columns} cột" | "{columns} columns";
    ColumnsOfSameNames = "các cột cùng tên" | "columns of the same names";
    Rows(rows: String) = "{rows} dòng" | "{rows} rows";
    RowsOf(rows: u64, all: u64) = "{rows} trong {all} dòng" | "{rows} rows of {all}";
    RowNumber(row: u64) = "dòng {row}" | "row {row}";
    TableOfAtMost(rows: u64) = "bảng không quá {rows} dòng" | "a table of at most {rows} rows";
    ValuesInColumn(values: u64) = "{values} giá trị trong một cột" | "{values} values in a column";

    // Tables to be protected.
    CategoriesNotPersons = "cột phân tổ, không phải mã định danh hay họ tên" | "a column of categories, not of identifiers or names";
    CategoryInEachRow = "một phân tổ ở mỗi dòng (không rõ thì ghi unknown)" | "a category in each row (unknown where it is not recorded)";
    CategoryUnderTotal = "cây phân tổ không có vòng" | "categories in a tree, without a circle";
    AtLeastOneColumn = "ít nhất một cột" | "at least one column";
    ColumnOfCategories = "cột phân tổ, khác count, status, lower, upper" | "a column of categories other than count, status, lower, upper";
    DistinctTotals = "tổng số không nhỏ hơn từng phần và không lớn hơn tổng các phần" | "totals of at least each part and at most the sum of all";
    EachCellOnce = "mỗi ô một dòng" | "each cell once";
    InnerCells = "chỉ các ô trong cùng, không có dòng tổng" | "inner cells alone, without rows of totals";

    // Conditions in SQL.
    ConditionUpTo(bytes: u64) = "điều kiện không quá {bytes} byte" | "a condition of at most {bytes} bytes";
    ConditionsWithin(depth: u64) = "không quá {depth} điều kiện lồng nhau" | "at most {depth} conditions within one another";
    Bytes(bytes: u64) = "{bytes} byte" | "{bytes} bytes";
    ConditionInSql = "điều kiện SQL" | "a condition in SQL";
    OneCondition = "một điều kiện" | "one condition";
    AfterIt(token: String) = "\"{token}\" ở phía sau" | "\"{token}\" after it";
    OneColumnWithLiteral = "một cột so với một giá trị cho trước" | "one column compared with a literal";
    DatesOrNumbers = "ngày so với ngày, hoặc số so với số" | "dates compared with dates, or numbers with numbers";
    NumberOrDate = "số hoặc ngày" | "a number or a date";
    ConditionOverColumns = "điều kiện trên các cột" | "a condition over columns";
    Condition = "điều kiện" | "a condition";
    BooleanColumn = "cột đúng/sai" | "a boolean column";
    ListColumn = "cột danh sách" | "a list column";
    Column = "một cột" | "a column";
    ColumnOf(table: String) = "một cột của bảng {table}" | "a column of the table {table}";
    SingleColumnOf(table: String) = "một cột của bảng {table} có một giá trị ở mỗi dòng" | "a column of {table} with one value in each row";
    TypedColumnOf(kind: Fact, table: String) = "cột kiểu {kind} của bảng {table}" | "a {kind} column of {table}";
    ColumnIs(column: String, kind: Fact) = "{column}, có kiểu {kind}" | "{column}, which is {kind}";
    OperatorOnColumn(operator: String, column: String, kind: Fact) = "{operator} trên {column}, có kiểu {kind}" | "{operator} on {column}, which is {kind}";
    FittingComparison = "phép so sánh hợp với cột" | "a comparison that fits the column";
    InOverTextOrInteger = "IN trên cột văn bản hoặc số nguyên" | "IN over a text or integer column";
    TrueOrFalseInSql = "TRUE hoặc FALSE" | "TRUE or FALSE";
    Function = "một hàm" | "a function";
    Arguments = "các đối số" | "arguments";
    PlainArgument = "đối số đơn giản" | "a plain argument";
    QuotedText = "văn bản trong dấu nháy đơn" | "text in single quotes";
    EthnicName = "tên một dân tộc" | "the name of an ethnic group";

    // Files of indicators, of rules, of codes; crosstabs.
    CatalogueFile = "tệp danh mục hợp lệ" | "a catalogue file";
    RulesFile = "tệp quy tắc hợp lệ" | "a file of rules";
    IdUsedOnce = "mã chỉ dùng một lần" | "an id that is used once";
    SameIdTwice = "mã bị lặp lại" | "the same id twice";
    PlainId = "mã gồm a-z, 0-9 và _" | "an id of a-z, 0-9 and _";
    CodeUsedOnce = "mã chỉ dùng một lần" | "a code that is used once";
    SameCodeTwice = "mã bị lặp lại" | "the same code twice";
    PlainCode = "mã gồm a-z, 0-9 và _" | "a code of a-z, 0-9 and _";
    NameInBoth = "tên bằng vi và en" | "a name in vi and in en";
    TextInBoth = "văn bản bằng vi và en" | "a text in vi and in en";
    EmptyText = "văn bản trống" | "an empty one";
    QuantityId = "mã của một đại lượng" | "the id of a quantity";
    NoQuantity(id: String) = "không có đại lượng {id}" | "no quantity {id}";
    UncountedQuantity(id: String) = "đại lượng không chỉ tiêu nào dùng đến: {id}" | "a quantity that no indicator counts: {id}";
    AtLeastOneMeasure = "ít nhất một đơn vị đo" | "at least one measure";
    Nothing = "không có" | "none";
    Both = "cả hai" | "both";
    Several = "nhiều mục" | "several";
    NeitherOrBoth = "không có mục nào hoặc có cả hai" | "neither or both";
    DistinctOrSum = "distinct hoặc sum" | "distinct or sum";
    NeverNull = "cột không bao giờ trống" | "a column that is never null";
    TableOfEvents = "bảng sự kiện" | "a table of events";
    DimensionThatHas(table: String) = "phân tổ mà {table} có" | "a dimension that {table} has";
    DimensionsOf(quantity: String) = "phân tổ của {quantity}" | "dimensions of {quantity}";
    OutputThatUsesIt = "một giá trị đầu ra dùng đến nó" | "an output that uses it";
    CountAlone = "chỉ có count" | "count alone";
    ProportionRatioOrRate = "proportion, ratio hoặc rate" | "proportion, ratio or rate";
    ProportionOfOneUnit = "tỷ lệ của cùng một đơn vị đếm, hoặc ratio / rate" | "a proportion of one thing counted, or ratio / rate";
    Quotient(unit: String, table: String, other: String, over: String) = "{unit} của {table} trên {other} của {over}" | "{unit} of {table} over {other} of {over}";
    RisingAges = "từ hai tuổi trở lên, tăng dần" | "two or more rising ages";
    RisingNumbers = "từ hai số trở lên, tăng dần" | "two or more rising numbers";
    WhereBesideMust = "where đi cùng must" | "a where beside must";
    AnotherTable = "một bảng khác" | "another table";
    OneRuleOfUpdates(table: String) = "một quy tắc updates cho bảng {table}" | "one rule of updates for the table {table}";
    RuleBeside(code: String) = "một quy tắc nữa bên cạnh \"{code}\"" | "another beside \"{code}\"";
    DaysOrHours = "working_days, hoặc hours và hours_column" | "working_days, or hours and hours_column";
    TheCode(code: String) = "mã {code}" | "the code {code}";
    CodesFromTo(least: u64, most: u64) = "từ {least} đến {most} mã" | "{least} to {most} codes";
    NameWithoutHash = "tên không bắt đầu bằng #" | "a name that does not begin with #";
    NewTableName = "tên mà danh mục chưa dùng cho bảng nào" | "a name that no table of the catalogue has";
    FineBands = "khoảng như 5-10 hoặc 25+" | "bands such as 5-10 or 25+";
    AreaColumn = "cột mã đơn vị hành chính" | "a column of area codes";

    // Numbers, periods and plans.
    FiniteNumber = "số hữu hạn" | "a finite number";
    NumberFrom(least: i64) = "số từ {least} trở lên" | "a number from {least}";
    NumberFromTo(least: i64, most: String) = "số từ {least} đến {most}" | "a number from {least} to {most}";
    NumberAbove(bound: i64) = "số lớn hơn {bound}" | "a number above {bound}";
    PositiveWithEvents = "số lớn hơn 0 ở nơi có sự kiện" | "a number above 0 where there are events";
    FiniteResult = "các số cho kết quả hữu hạn" | "numbers whose result is finite";
    SumAbove64Bits = "tổng lớn hơn 2^64" | "a sum above 2^64";
    FromTo(least: i64, most: i64) = "{least} đến {most}" | "{least} to {most}";
    Between(least: i64, most: i64) = "giữa {least} và {most}" | "between {least} and {most}";
    XOutOfN = "0 <= x <= n và n > 0" | "0 <= x <= n and n > 0";
    Strata = "ít nhất một tầng" | "at least one stratum";
    ListForEachStratum(strata: u64) = "{strata} danh sách, mỗi tầng một danh sách" | "{strata} lists, one for each stratum";
    PersonsOfEvents(events: u64) = "số người có tổng số sự kiện bằng {events}" | "persons whose events add up to {events}";
    DobsonWithRepeats = "dobson khi có repeats" | "dobson where repeats are given";
    DifferentScores = "ít nhất hai điểm khác nhau" | "at least two different scores";
    TwoYears = "ít nhất hai năm" | "at least two years";
    EachYearOnce = "mỗi năm chỉ một lần" | "each year once";
    WindowLength = "1, 3, 6 hoặc 12" | "1, 3, 6 or 12";
    SixteenOrEighteen = "16 hoặc 18" | "16 or 18";
    EveryForm(left: String) = "mỗi hình thức một lần, cả {left}" | "every form once, {left} too";
    WholeWindows(window: Fact) = "kỳ gồm trọn các {window} theo lịch" | "a period of whole calendar windows ({window})";
    Month = "tháng" | "month";
    Quarter = "quý" | "quarter";
    HalfYear = "nửa năm" | "half_year";
    Year = "năm" | "year";
    WholeNumbersFromTo(least: i64, most: i64) = "số nguyên từ {least} đến {most}" | "whole numbers from {least} to {most}";
    PeriodSuchAs = "kỳ, ví dụ 2022, 2022H1, 2022Q1 hoặc 2022-03" | "a period such as 2022, 2022H1, 2022Q1 or 2022-03";
    WholeMonths = "kỳ gồm trọn các tháng" | "a period of whole months";
    ShareOfOne = "tỷ lệ từ 0 đến 1" | "a share from 0 to 1";
    SharesOfOne = "các tỷ lệ cộng lại bằng 1" | "shares that are 1 together";
    EachPairOnce = "mỗi cặp một lần" | "each pair once";
    SplitCommune(from: String, until: String) = "một xã của danh mục ngày {from} đã bị chia tách đến ngày {until}" | "a commune of {from} that was split by {until}";
    CommunesOf(day: String) = "xã của danh mục ngày {day}" | "communes of {day}";
    PlanVersion(version: u64) = "phiên bản {version}" | "version {version}";
    Mismatch(of: String, expected: Fact, found: Fact) = "{of}: cần {expected}, nhưng gặp {found}" | "{of}: expected {expected}, found {found}";

    // Tallies and checks.
    PlanOf(fingerprint: String) = "kế hoạch {fingerprint}" | "plan {fingerprint}";
    PlanOfVersion(fingerprint: String, version: u64) = "kế hoạch {fingerprint}, phiên bản {version}" | "plan {fingerprint}, version {version}";
    CountsBelow(most: u64) = "tổng các số đếm nhỏ hơn {most}" | "counts below {most} together";
    LargerOnes = "số lớn hơn" | "larger ones";
    SecretOfBytes(bytes: u64) = "khóa bí mật dài ít nhất {bytes} byte" | "a secret of at least {bytes} bytes";
    KeysWithoutSecret = "mã không có khóa bí mật" | "keys without a secret";
    KeysOfSecret(id: String) = "mã của khóa bí mật {id}" | "keys of the secret {id}";
    KeysOfASecret = "mã đã có khóa bí mật" | "keys of a secret";
    RowsWithoutNumber = "các dòng thiếu dòng ghi tổng số dòng" | "rows without the one that tells their number";
    SeveralTallies = "nhiều bảng đếm trong một bảng: hãy đọc từng bảng rồi gộp" | "several tallies in one table: read each and merge them";
    ChangedRows = "các dòng đã bị thay đổi" | "rows that were changed";
    KeyWithoutSet = "khóa không có tập hợp" | "a key without its set";
    CheckedTable = "bảng đã kiểm tra" | "a table that was checked";
    UncheckedTable = "bảng chưa kiểm tra" | "one that was not";
    DatasetWithoutIt = "bộ dữ liệu không có bảng này" | "a dataset without it";
    CheckedValues = "đúng các giá trị đã kiểm tra, theo đúng thứ tự" | "the values that were checked, in their order";
    OtherValues = "giá trị khác" | "others";

    // The synthetic province.
    PossibleProvince = "một tỉnh có thể tạo được" | "a province that can be made";
    NoCommunes = "tỉnh không có xã nào" | "a province needs at least one commune";
    SilentCommunes(all: u64, silent: u64) = "trong {all} xã phải có ít nhất một xã có bản ghi, không thể có {silent} xã không gửi" | "of {all} communes at least one must have records, not {silent} be silent";
    CommuneTwice(code: String) = "xã {code} bị lặp lại" | "the commune {code} is given twice";
    BadProvinceCode(code: String) = "mã tỉnh gồm một đến ba chữ cái hoặc chữ số, không phải \"{code}\"" | "the code of a province is one to three letters or digits, not \"{code}\"";
    YearOutside(first: i64, last: i64, year: i64) = "năm phải từ {first} đến {last}, không phải {year}" | "the year must lie between {first} and {last}, not {year}";
    TooManyChildren(children: u64) = "tạo được nhiều nhất 500.000.000 trẻ em, không phải {children}" | "at most 500,000,000 children can be made, not {children}";

    // Files.
    File = "một tệp" | "a file";
    Folder = "một thư mục" | "a folder";
    RegularFile = "tệp thông thường" | "a regular file";
    NoRegularFile = "đường ống, thiết bị hoặc socket" | "a pipe, a device or a socket";
    FileName = "tên tệp" | "a name of a file";
    ImpossibleName = "tên mà không tệp nào có thể mang" | "a name that no file can have";
    ParquetFile = "tệp Parquet" | "a Parquet file";
    Damaged = "tệp bị hỏng" | "a damaged one";
    DamagedFile = "tệp bị hỏng" | "a damaged file";
    NamedFile = "đúng tệp đã nêu" | "the file that was named";
    ChangedSince = "tệp đã thay đổi sau đó" | "one that has changed since";
    GrowingFile = "tệp dài thêm trong khi đọc" | "one that grows while it is read";
    EmptyFile = "tệp trống" | "an empty file";
    OtherBytes = "các byte khác" | "other bytes";

    // Limits of reading.
    BytesHeld = "byte phải giữ khi đọc" | "bytes that reading holds";
    PlacesApart = "chỗ cho các ô (dòng × cột); các ô cách nhau quá xa" | "places for cells (rows × columns); cells too far apart";
    BytesOfText = "byte văn bản trong một ô" | "bytes of text in one cell";
    Columns = "cột" | "columns";
    ColumnsApart = "cột; các ô cách nhau quá xa" | "columns; cells too far apart";
    TableThatFits = "bảng vừa với bộ nhớ" | "a table that fits the memory";
    CellsTooFarApart = "các ô cách nhau quá xa" | "cells too far apart";

    // Workbooks.
    WorkbookOrText = "tệp bảng tính hoặc văn bản có dấu phân cách" | "a workbook or a text with delimiters";
    WholeWorkbook = "tệp bảng tính nguyên vẹn" | "a whole workbook";
    WorkbookWithoutPassword = "tệp bảng tính không có mật khẩu" | "a workbook without a password";
    WithPassword = "tệp có mật khẩu" | "one with a password";
    WorkbookOfParts(parts: u64) = "tệp bảng tính không quá {parts} phần" | "a workbook of at most {parts} parts";
    Parts(parts: u64) = "{parts} phần" | "{parts} parts";
    Table = "một bảng" | "a table";
    SheetNamed(name: String) = "trang có tên {name}" | "a sheet named {name}";
    SheetWithCells = "trang có ô dữ liệu" | "a sheet with cells";
    CellsInSheet(cells: u64) = "{cells} ô trong một trang" | "{cells} cells in a sheet";
    RowsInOrder = "các dòng theo thứ tự" | "rows in order";
    RowAfterRow(row: u64, last: u64) = "dòng {row} sau dòng {last}" | "row {row} after row {last}";
    OneValueInCell = "mỗi ô một giá trị" | "one value in each cell";
    TwoInRow(row: u64) = "hai giá trị ở dòng {row}" | "two in row {row}";
    RecordsSetAsideOrHeader(rows: u64) = "{rows} dòng là bản ghi, để riêng hoặc tiêu đề" | "{rows} rows that are records, set aside, or the header";
    HeaderOfOneLine = "tiêu đề kết thúc ở dòng của nó" | "a header that ends with its line";
    HeaderOfCells(cells: u64, usual: u64) = "tiêu đề {cells} ô trên các bản ghi {usual} ô" | "one of {cells} cells above records of {usual}";

    // What a file without a table is.
    WebPage = "trang web hoặc XML: hãy mở bằng chương trình bảng tính rồi lưu thành .xlsx" | "a web page or XML: open it in a spreadsheet program and save it as .xlsx";
    Pdf = "tệp PDF" | "a PDF";
    PdfToCopy = "tệp PDF: hãy chép bảng sang bảng tính rồi lưu thành .xlsx" | "a PDF: copy its table into a spreadsheet and save that as .xlsx";
    Archive = "tệp nén: hãy giải nén rồi đọc các tệp bên trong" | "an archive: unpack it and read the files inside";
    Document = "văn bản soạn thảo" | "a document of text";
    DocumentToCopy = "văn bản soạn thảo: hãy chép bảng sang bảng tính rồi lưu thành .xlsx" | "a document of text: copy its table into a spreadsheet and save that as .xlsx";
    Slides = "trang trình chiếu: hãy chép bảng sang bảng tính rồi lưu thành .xlsx" | "slides: copy their table into a spreadsheet and save that as .xlsx";
    Picture = "tệp ảnh: phải nhập lại bảng" | "a picture: its table has to be typed";
    Drawing = "tệp hình vẽ" | "a drawing";
    Program = "tệp chương trình" | "a program";
    Mail = "thư điện tử: hãy lưu tệp đính kèm" | "a message of mail: save what is attached to it";
    Database = "cơ sở dữ liệu: hãy xuất bảng thành .csv" | "a database: export the table as .csv";
    RenamedParquet = "tệp Parquet mang tên khác: hãy đặt đuôi .parquet" | "a Parquet file of another name: name it .parquet";
    NumbersWorkbook = "bảng tính Numbers: hãy xuất thành .xlsx" | "a workbook of Numbers: export it as .xlsx";

    // Delimited text.
    DelimitedText = "văn bản có dấu phân cách" | "a text with delimiters";
    TextBelowGigabytes(gigabytes: u64) = "tệp văn bản nhỏ hơn {gigabytes} GB" | "a text file of less than {gigabytes} GB";
    TextFile = "tệp văn bản" | "a text file";
    NoText = "dữ liệu không phải văn bản" | "bytes that are no text";
    TextInUtf8 = "văn bản utf-8" | "text in utf-8";
    TextInUtf16 = "văn bản utf-16" | "text in utf-16";
    NameableEncoding = "văn bản có bảng mã nhận ra được; hãy chỉ rõ encoding=\"tcvn3\" hoặc \"vni\"" | "a text in an encoding that can be recognised; name it, encoding=\"tcvn3\" or \"vni\"";
    UnknownEncoding = "bảng mã không nhận ra được" | "bytes of no known encoding";
    TextWithoutZeros = "văn bản không có byte 0" | "a text without zero bytes";
    ZeroInLine(line: u64) = "một byte ở dòng {line}" | "one in line {line}";
    LinesOfRecords(lines: u64) = "{lines} dòng là bản ghi, phần của bản ghi hoặc trống" | "{lines} lines that are records, parts of records or blank";
    ClosedQuotes = "dấu ngoặc kép được đóng" | "quotation marks that are closed";
    QuoteOpenFrom(line: u64) = "một dấu mở từ dòng {line}" | "one open from line {line}";

    // Mappings.
    MappingInToml = "tệp ánh xạ TOML" | "a mapping in TOML";
    Mapping = "ánh xạ" | "a mapping";
    MappingOfTable = "ánh xạ của một bảng" | "the mapping of a table";
    HeaderThenColumn(header: String, column: String) = "{{\"tiêu đề trong tệp\": \"cột\"}}, ví dụ {{\"{header}\": \"{column}\"}}" | "{{\"header of the file\": \"column\"}}, such as {{\"{header}\": \"{column}\"}}";
    SameValueAsFile = "cùng giá trị với giá trị của tệp" | "the same value as that of the file";

    // Cells that could not be read.
    NoErrorInCell = "một giá trị; ô này báo lỗi" | "a value; the cell holds an error";
    OwnValue = "giá trị của riêng ô này; ô được gộp qua nhiều dòng hoặc nhiều cột" | "a value of this cell; it is merged over several rows or columns";
    AllDigits = "mã còn đủ chữ số; chữ số của số dài đã bị mất" | "an identifier with all its digits; those of a long number are lost";
    SexNotTotal = "male hoặc female; T viết tắt cho Trai và cho Tổng" | "one of male, female; T is short for Trai and for Tổng";
    YesOrNo = "có hoặc không (Có, Không, x, 1, 0)" | "yes or no (Có, Không, x, 1, 0)";
    KnownFigure = "từ hoặc mã; các con số của cột này chưa chắc theo danh mục" | "a word or a code; the figures of this column are not known to be ours";
    EthnicNameOrCode = "tên dân tộc, hoặc mã từ 01 đến 54" | "the name of an ethnic group, or its code, 01 to 54";
    ListOfCodes = "danh sách mã" | "a list of codes";
    TextNotDate = "văn bản, không phải ngày" | "text, not a date";
    TextOrNumber = "văn bản hoặc số" | "text or a number";
    InOwnUnit = "số nguyên theo đơn vị của cột" | "a whole number in the unit of its column";
    DateNotYear = "một ngày; ô này chứa một năm ở định dạng ngày" | "a date; the cell holds a year in the format of a date";
    WholeDate = "ngày đầy đủ, có ngày và tháng" | "a whole date, with day and month";
    DayMonthYear = "ngày theo thứ tự ngày/tháng/năm" | "a date as day/month/year";
    NotMonthDayYear = "ngày theo thứ tự ngày/tháng/năm, không phải tháng/ngày/năm" | "a date as day/month/year, not month/day/year";
    CertainOrder = "ngày có thứ tự ngày, tháng rõ ràng" | "a date whose order of day and month is certain";
    YearOfFourDigits = "ngày có năm bốn chữ số" | "a date with a year of four digits";
    DateInColumns = "ngày gồm các cột ngày, tháng, năm" | "a date in columns of day, month and year";
    DayOfTheMonth = "ngày có trong tháng" | "a day that the month has";
    DayAndMonth = "ngày và tháng" | "a day and a month";
    AYear = "năm" | "a year";
    DateWithZone = "ngày, có giờ và múi giờ, ví dụ +07:00, hoặc chỉ có ngày" | "a date, with the time of day and a zone such as +07:00, or without them";
    ProvinceOfDay = "tỉnh có vào ngày đó" | "a province of that day";
    DistrictOfDay = "huyện có vào ngày đó, thuộc tỉnh đã ghi" | "a district of that day, in its province";
    CommuneOfDay = "tên một xã có vào ngày đó, trong huyện, tỉnh đã ghi" | "a commune of that day, in its district";
    CommuneCode = "mã xã gồm năm chữ số" | "a commune code of five digits";
    AgreeingCommune = "mã xã khớp với tên, huyện và đơn vị của tệp" | "a commune code that agrees with the name, the district and the unit of the file";
    OneUnit(units: String) = "một đơn vị; tên này có thể chỉ {units}" | "one unit; the name may mean {units}";
    HeaderOfCommunes = "cột tên xã có tiêu đề nhận ra được: một cột chưa khớp có tên xã, nêu cột đó trong mapping" | "a known header above the names of communes: a column that is not matched has them, name it in the mapping";
    OneCommuneOfTitles = "một xã có vào ngày đó, giống nhau ở tiêu đề, tên trang và tên tệp" | "one commune of that day, the same in the title, the sheet's name and the file's name";
    Mark = "dấu, ví dụ x" | "a mark, such as x";
    OneMark = "một dấu, không phải nhiều dấu" | "one mark, not several";
    DateBelowOneSex = "một ngày, ghi ở cột của một giới tính" | "one date, below one of the two sexes";
    SexOfDate = "giới tính trùng với cột ghi ngày sinh" | "the sex under which the date is";
    AsManyCells = "số ô bằng tiêu đề; dấu phân cách bị thiếu hoặc thừa, hoặc hai dòng bị nối làm một" | "as many cells as the header; a delimiter was lost or added, or two lines became one";
    OneHeader(headers: String) = "một tiêu đề; có {headers} tiêu đề chỉ cột này: hãy nêu một tiêu đề trong tệp ánh xạ, ví dụ \"Ngày sinh#2\"" | "one header; {headers} mean this column: name one in the mapping, such as \"Ngày sinh#2\"";
    HeaderWithOwner(label: String) = "tiêu đề nêu rõ ngày của ai, hoặc tệp ánh xạ; \"{label}\" đứng cạnh họ tên người khác" | "a header that says whose date it is, or a mapping; \"{label}\" is beside another name";
    OneRecordForEach(key: String, list: String) = "một bản ghi cho mỗi {key}, hoặc các dòng chỉ khác nhau ở {list}" | "one record for each {key}, or rows that differ in {list} alone";
}
