//! What errors expected and found, in Vietnamese: English patterns with `{}` for what varies.
//!
//! The facts of an error ([`crate::Error::expected`], [`crate::Error::got`]) stay in English so that programs can rely on them;
//! only the sentence told to a person is translated.

const PHRASES: &[(&str, &str)] = &[
    ("lists of {}", "danh sách gồm {}"),
    ("a date from 1800 to 2200", "ngày từ năm 1800 đến năm 2200"),
    ("a year from {} to {}", "năm từ {} đến {}"),
    ("a whole number from {} to {}", "số nguyên từ {} đến {}"),
    ("a whole number of 32 bits", "số nguyên 32 bit"),
    ("a whole number in the unit of its column", "số nguyên theo đơn vị của cột"),
    ("a whole number without a fraction", "số nguyên, không có phần lẻ"),
    ("a whole number", "số nguyên"),
    ("a date or a timestamp without time zone", "ngày hoặc thời điểm không kèm múi giờ"),
    ("a date, with the time of day and a zone such as +07:00, or without them", "ngày, có giờ và múi giờ, ví dụ +07:00, hoặc chỉ có ngày"),
    ("a date", "ngày"),
    ("true or false", "đúng hoặc sai"),
    ("text in single quotes", "văn bản trong dấu nháy đơn"),
    ("list of text", "danh sách văn bản"),
    ("text", "văn bản"),
    ("boolean", "đúng/sai"),
    ("date", "ngày"),
    ("integer", "số nguyên"),
    ("a code of the official list of ethnic groups, 01 to 54", "mã dân tộc trong danh mục chính thức, từ 01 đến 54"),
    ("a code of the list {} ({} … {})", "mã trong danh mục {} ({} … {})"),
    ("a code of the list {}", "mã trong danh mục {}"),
    ("the name of an ethnic group", "tên một dân tộc"),
    ("a school year such as 2021-2022", "năm học, ví dụ 2021-2022"),
    ("the case_id of a row of the table victims", "case_id của một dòng trong bảng victims"),
    ("a number of days of one life", "số ngày của một đời người"),
    ("a condition of at most {} bytes", "điều kiện không quá {} byte"),
    ("other bytes", "các byte khác"),
    ("No such file or directory (os error {})", "không có tệp hoặc thư mục này"),
    ("Not a directory (os error {})", "không phải thư mục"),
    ("bytes that reading holds", "byte phải giữ khi đọc"),
    ("places for cells (rows × columns); cells too far apart", "chỗ cho các ô (dòng × cột); các ô cách nhau quá xa"),
    ("columns; cells too far apart", "cột; các ô cách nhau quá xa"),
    ("bytes of text in one cell", "byte văn bản trong một ô"),
    ("columns", "cột"),
    ("a regular file", "tệp thông thường"),
    ("a pipe, a device or a socket", "đường ống, thiết bị hoặc socket"),
    ("a name of a file", "tên tệp"),
    ("a name that no file can have", "tên mà không tệp nào có thể mang"),
    ("{} bytes", "{} byte"),
    ("{} cells in a sheet", "{} ô trong một trang"),
    ("a text without zero bytes", "văn bản không có byte 0"),
    ("one in line {}", "một byte ở dòng {}"),
    ("{} lines that are records, parts of records or blank", "{} dòng là bản ghi, phần của bản ghi hoặc trống"),
    ("{} rows that are records, set aside, or the header", "{} dòng là bản ghi, để riêng hoặc tiêu đề"),
    ("a header that ends with its line", "tiêu đề kết thúc ở dòng của nó"),
    ("one of {} cells above records of {}", "tiêu đề {} ô trên các bản ghi {} ô"),
    (
        "as many cells as the header; a delimiter was lost or added, or two lines became one",
        "số ô bằng tiêu đề; dấu phân cách bị thiếu hoặc thừa, hoặc hai dòng bị nối làm một",
    ),
    (
        "one header; {} mean this column: name one in the mapping, such as \"Ngày sinh#2\"",
        "một tiêu đề; có {} tiêu đề chỉ cột này: hãy nêu một tiêu đề trong tệp ánh xạ, ví dụ \"Ngày sinh#2\"",
    ),
    (
        "a value of this cell; it is merged over several rows or columns",
        "giá trị của riêng ô này; ô được gộp qua nhiều dòng hoặc nhiều cột",
    ),
    (
        "a header that says whose date it is, or a mapping; \"{}\" stands beside another name",
        "tiêu đề nêu rõ ngày của ai, hoặc tệp ánh xạ; \"{}\" đứng cạnh họ tên người khác",
    ),
    ("an identifier with all its digits; those of a long number are lost", "mã còn đủ chữ số; chữ số của số dài đã bị mất"),
    ("a word or a code; the figures of this column are not known to be ours", "từ hoặc mã; các con số của cột này chưa chắc theo danh mục"),
    ("quotation marks that are closed", "dấu ngoặc kép được đóng"),
    ("one open from line {}", "một dấu mở từ dòng {}"),
    ("a date whose order of day and month is certain", "ngày có thứ tự ngày, tháng rõ ràng"),
    ("a date; the cell holds a year in the format of a date", "một ngày; ô này chứa một năm ở định dạng ngày"),
    ("text or a number", "văn bản hoặc số"),
    ("a commune code that agrees with the name, the district and the unit of the file", "mã xã khớp với tên, huyện và đơn vị của tệp"),
    ("one of male, female; T is short for Trai and for Tổng", "male hoặc female; T viết tắt cho Trai và cho Tổng"),
    ("one value in each cell", "mỗi ô một giá trị"),
    ("two in row {}", "hai giá trị ở dòng {}"),
    ("text in utf-16", "văn bản utf-16"),
    ("a finite number", "số hữu hạn"),
    ("a column that is never null", "cột không bao giờ trống"),
    ("a whole number from 0", "số nguyên từ 0"),
    ("a condition in SQL", "điều kiện SQL"),
    ("one condition", "một điều kiện"),
    ("\"{}\" after it", "\"{}\" ở phía sau"),
    ("one column compared with a literal", "một cột so với một giá trị cho trước"),
    ("dates compared with dates, or numbers with numbers", "ngày so với ngày, hoặc số so với số"),
    ("a number or a date", "số hoặc ngày"),
    ("a condition over columns", "điều kiện trên các cột"),
    ("a condition", "điều kiện"),
    ("a boolean column", "cột đúng/sai"),
    ("a list column", "cột danh sách"),
    ("a column of the table {}", "một cột của bảng {}"),
    ("a column of {} with one value in each row", "một cột của bảng {} có một giá trị ở mỗi dòng"),
    ("a {} column of {}", "cột kiểu {} của bảng {}"),
    ("a column", "một cột"),
    ("{}, which is {}", "{}, có kiểu {}"),
    ("{} on {}, which is {}", "{} trên {}, có kiểu {}"),
    ("a comparison that fits the column", "phép so sánh hợp với cột"),
    ("IN over a text or integer column", "IN trên cột văn bản hoặc số nguyên"),
    ("communes of {}", "xã của danh mục ngày {}"),
    ("one of {}", "một trong {}"),
    ("TRUE or FALSE", "TRUE hoặc FALSE"),
    ("a function", "một hàm"),
    ("arguments", "các đối số"),
    ("a plain argument", "đối số đơn giản"),
    ("a file of rules", "tệp quy tắc hợp lệ"),
    ("a code that is used once", "mã chỉ dùng một lần"),
    ("the same code twice", "mã bị lặp lại"),
    ("a code of a-z, 0-9 and _", "mã gồm a-z, 0-9 và _"),
    ("a where beside must", "where đi cùng must"),
    ("another table", "một bảng khác"),
    ("one rule of updates for the table {}", "một quy tắc updates cho bảng {}"),
    ("another beside {}", "một quy tắc nữa bên cạnh {}"),
    ("several", "nhiều mục"),
    ("neither or both", "không có mục nào hoặc có cả hai"),
    ("a period such as 2022, 2022H1, 2022Q1 or 2022-03", "kỳ, ví dụ 2022, 2022H1, 2022Q1 hoặc 2022-03"),
    ("a period of whole months", "kỳ gồm trọn các tháng"),
    ("a catalogue file", "tệp danh mục hợp lệ"),
    ("an id that is used once", "mã chỉ dùng một lần"),
    ("the same id twice", "mã bị lặp lại"),
    ("an id of a-z, 0-9 and _", "mã gồm a-z, 0-9 và _"),
    ("a name in vi and in en", "tên bằng vi và en"),
    ("a text in vi and in en", "văn bản bằng vi và en"),
    ("an empty one", "văn bản trống"),
    ("the id of a quantity", "mã của một đại lượng"),
    ("at least one measure", "ít nhất một đơn vị đo"),
    ("none", "không có"),
    ("both", "cả hai"),
    ("distinct or sum", "distinct hoặc sum"),
    ("a table of events", "bảng sự kiện"),
    ("a dimension that {} has", "phân tổ mà {} có"),
    ("dimensions of {}", "phân tổ của {}"),
    ("an output that uses it", "một giá trị đầu ra dùng đến nó"),
    ("count alone", "chỉ có count"),
    ("proportion, ratio or rate", "proportion, ratio hoặc rate"),
    ("a proportion of one thing counted, or ratio / rate", "tỷ lệ của cùng một đơn vị đếm, hoặc ratio / rate"),
    ("{} of {} over {} of {}", "{} của {} trên {} của {}"),
    ("two or more rising ages", "từ hai tuổi trở lên, tăng dần"),
    ("two or more rising numbers", "từ hai số trở lên, tăng dần"),
    ("a name that does not begin with #", "tên không bắt đầu bằng #"),
    ("a column of area codes", "cột mã đơn vị hành chính"),
    ("a name that no table of the catalogue has", "tên mà danh mục chưa dùng cho bảng nào"),
    ("a batch with the columns {} after one with {}", "một lô có các cột {} sau một lô có {}"),
    ("a batch of other columns or types: {}", "một lô có cột hoặc kiểu khác: {}"),
    ("a number from 0", "số từ 0 trở lên"),
    ("a number from 0 to {}", "số từ 0 đến {}"),
    ("a whole number up to {}", "số nguyên không quá {}"),
    ("a number above 0 where there are events", "số lớn hơn 0 ở nơi có sự kiện"),
    ("numbers whose result is finite", "các số cho kết quả hữu hạn"),
    ("a sum above 2^64", "tổng lớn hơn 2^64"),
    ("{} numbers, as many as {}", "{} số, bằng số phần tử của {}"),
    ("at least one stratum", "ít nhất một tầng"),
    ("{} lists, one for each stratum", "{} danh sách, mỗi tầng một danh sách"),
    ("persons whose events add up to {}", "số người có tổng số sự kiện bằng {}"),
    ("dobson where repeats are given", "dobson khi có repeats"),
    ("at least two different scores", "ít nhất hai điểm khác nhau"),
    ("at least two years", "ít nhất hai năm"),
    ("each year once", "mỗi năm chỉ một lần"),
    ("1, 3, 6 or 12", "1, 3, 6 hoặc 12"),
    ("an identifier", "một mã định danh"),
    ("16 or 18", "16 hoặc 18"),
    ("every form once, {} too", "mỗi hình thức một lần, cả {}"),
    ("a period of whole calendar windows ({})", "kỳ gồm trọn các {} theo lịch"),
    ("whole numbers from 1 to 1200", "số nguyên từ 1 đến 1200"),
    ("month", "tháng"),
    ("quarter", "quý"),
    ("half_year", "nửa năm"),
    ("year", "năm"),
    ("an age not below age_from", "tuổi không nhỏ hơn age_from"),
    ("the same answer as confirmed", "kết quả trùng với cột confirmed"),
    ("a day not before the step it follows", "ngày không trước bước liền trước"),
    ("a day not after decided_on", "ngày không sau decided_on"),
    ("an article such as 22 or 22.1", "điều khoản, ví dụ 22 hoặc 22.1"),
    ("area_vintage {}, ethnic_list {}", "area_vintage {}, ethnic_list {}"),
    ("a share from 0 to 1", "tỷ lệ từ 0 đến 1"),
    ("shares that are 1 together", "các tỷ lệ cộng lại bằng 1"),
    ("each pair once", "mỗi cặp một lần"),
    ("a commune of {} that was split by {}", "một xã của danh mục ngày {} đã bị chia tách đến ngày {}"),
    ("one of {}", "một trong {}"),
    ("{} to {}", "{} đến {}"),
    ("between 0 and 1", "giữa 0 và 1"),
    ("a number above 0", "số lớn hơn 0"),
    ("0 <= x <= n and n > 0", "0 <= x <= n và n > 0"),
    ("a table of at most {} rows", "bảng không quá {} dòng"),
    ("{} rows", "{} dòng"),
    ("a province that can be made", "một tỉnh có thể tạo được"),
    ("a value; the cell holds an error", "một giá trị; ô này báo lỗi"),
    ("a whole date, with day and month", "ngày đầy đủ, có ngày và tháng"),
    ("a date as day/month/year, not month/day/year", "ngày theo thứ tự ngày/tháng/năm, không phải tháng/ngày/năm"),
    ("a date as day/month/year", "ngày theo thứ tự ngày/tháng/năm"),
    ("a date with a year of four digits", "ngày có năm bốn chữ số"),
    ("a date in columns of day, month and year", "ngày gồm các cột ngày, tháng, năm"),
    ("a day that the month has", "ngày có trong tháng"),
    ("a day and a month", "ngày và tháng"),
    ("a year from {} to {}", "năm từ {} đến {}"),
    ("a year", "năm"),
    ("yes or no (Có, Không, x, 1, 0)", "có hoặc không (Có, Không, x, 1, 0)"),
    ("text, not a date", "văn bản, không phải ngày"),
    ("the name of an ethnic group, or its code, 01 to 54", "tên dân tộc, hoặc mã từ 01 đến 54"),
    ("a province of that day", "tỉnh có vào ngày đó"),
    ("a district of that day, in its province", "huyện có vào ngày đó, thuộc tỉnh đã ghi"),
    ("a commune of that day, in its district", "xã có vào ngày đó, thuộc huyện đã ghi"),
    ("a commune code of five digits", "mã xã gồm năm chữ số"),
    ("one unit; the name may mean {}", "một đơn vị; tên này có thể chỉ {}"),
    ("a mark, such as x", "dấu, ví dụ x"),
    ("one mark, not several", "một dấu, không phải nhiều dấu"),
    ("one date, below one of the two sexes", "một ngày, ghi ở cột của một giới tính"),
    ("the sex below which the date stands", "giới tính trùng với cột ghi ngày sinh"),
    (
        "one commune of that day, the same in the title, the sheet's name and the file's name",
        "một xã có vào ngày đó, giống nhau ở tiêu đề, tên trang và tên tệp",
    ),
    ("{\"header of the file\": \"column\"}, such as {}", "{\"tiêu đề trong tệp\": \"cột\"}, ví dụ {}"),
    ("the same value as that of the file", "cùng giá trị với giá trị của tệp"),
    ("one record for each {}, or rows that differ in {} alone", "một bản ghi cho mỗi {}, hoặc các dòng chỉ khác nhau ở {}"),
    (
        "slides: copy their table into a spreadsheet and save that as .xlsx",
        "trang trình chiếu: hãy chép bảng sang bảng tính rồi lưu thành .xlsx",
    ),
    (
        "a document of text: copy its table into a spreadsheet and save that as .xlsx",
        "văn bản soạn thảo: hãy chép bảng sang bảng tính rồi lưu thành .xlsx",
    ),
    ("a message of mail: save what is attached to it", "thư điện tử: hãy lưu tệp đính kèm"),
    ("a list of codes", "danh sách mã"),
    ("a whole workbook", "tệp bảng tính nguyên vẹn"),
    ("a damaged one", "tệp bị hỏng"),
    ("a workbook without a password", "tệp bảng tính không có mật khẩu"),
    ("one with a password", "tệp có mật khẩu"),
    ("a workbook of at most {} parts", "tệp bảng tính không quá {} phần"),
    ("{} parts", "{} phần"),
    ("a workbook that unpacks to less memory", "tệp bảng tính khi giải nén không quá lớn"),
    ("more than {} MB in one part", "hơn {} MB trong một phần"),
    ("{} shared texts", "{} chuỗi dùng chung"),
    ("a file", "một tệp"),
    ("a folder", "một thư mục"),
    ("a table that fits the memory", "bảng vừa với bộ nhớ"),
    ("cells too far apart", "các ô cách nhau quá xa"),
    ("{} columns", "{} cột"),
    ("a table", "một bảng"),
    ("an empty file", "tệp trống"),
    ("a sheet named {}", "trang có tên {}"),
    ("a sheet with cells", "trang có ô dữ liệu"),
    ("rows in order", "các dòng theo thứ tự"),
    ("row {} after row {}", "dòng {} sau dòng {}"),
    ("a text file of less than {} GB", "tệp văn bản nhỏ hơn {} GB"),
    ("{} MB", "{} MB"),
    ("a workbook or a text with delimiters", "tệp bảng tính hoặc văn bản có dấu phân cách"),
    (
        "a web page or XML: open it in a spreadsheet program and save it as .xlsx",
        "trang web hoặc XML: hãy mở bằng chương trình bảng tính rồi lưu thành .xlsx",
    ),
    ("a PDF: copy its table into a spreadsheet and save that as .xlsx", "tệp PDF: hãy chép bảng sang bảng tính rồi lưu thành .xlsx"),
    ("an archive: unpack it and read the files inside", "tệp nén: hãy giải nén rồi đọc các tệp bên trong"),
    ("a picture: its table has to be typed", "tệp ảnh: phải nhập lại bảng"),
    ("a drawing", "tệp hình vẽ"),
    ("a program", "tệp chương trình"),
    ("a database: export the table as .csv", "cơ sở dữ liệu: hãy xuất bảng thành .csv"),
    ("a Parquet file of another name: name it .parquet", "tệp Parquet mang tên khác: hãy đặt đuôi .parquet"),
    ("a workbook of Numbers: export it as .xlsx", "bảng tính Numbers: hãy xuất thành .xlsx"),
    ("a text with delimiters", "văn bản có dấu phân cách"),
    ("a text file", "tệp văn bản"),
    ("bytes that are no text", "dữ liệu không phải văn bản"),
    ("text in utf-8", "văn bản utf-8"),
    ("other bytes", "dữ liệu khác"),
    (
        "a text in an encoding that can be told; name it, encoding=\"tcvn3\" or \"vni\"",
        "văn bản có bảng mã nhận ra được; hãy chỉ rõ encoding=\"tcvn3\" hoặc \"vni\"",
    ),
    ("bytes of no known encoding", "bảng mã không nhận ra được"),
    ("a Parquet file", "tệp Parquet"),
    ("a mapping in TOML", "tệp ánh xạ TOML"),
    ("a mapping", "ánh xạ"),
    ("rows without the one that tells their number", "các dòng thiếu dòng ghi tổng số dòng"),
    ("several tallies in one table: read each and merge them", "nhiều bảng đếm trong một bảng: hãy đọc từng bảng rồi gộp"),
    ("{} rows of {}", "{} trong {} dòng"),
    ("rows that were changed", "các dòng đã bị thay đổi"),
    ("a key without its set", "khóa không có tập hợp"),
    ("a quantity that no indicator counts: {}", "đại lượng không chỉ tiêu nào dùng đến: {}"),
    ("no quantity {}", "không có đại lượng {}"),
    ("a table that was checked", "bảng đã kiểm tra"),
    ("one that was not", "bảng chưa kiểm tra"),
    ("a dataset without it", "bộ dữ liệu không có bảng này"),
    ("the values that were checked, in their order", "đúng các giá trị đã kiểm tra, theo đúng thứ tự"),
    ("others", "giá trị khác"),
    ("the file that was named", "đúng tệp đã nêu"),
    ("one that has changed since", "tệp đã thay đổi sau đó"),
    ("a damaged file", "tệp bị hỏng"),
    ("columns of the same names", "các cột cùng tên"),
    ("{} values in a column", "{} giá trị trong một cột"),
    ("counts below {} together", "tổng các số đếm nhỏ hơn {}"),
    ("larger ones", "số lớn hơn"),
    ("plan {}, version {}", "kế hoạch {}, phiên bản {}"),
    ("plan {}", "kế hoạch {}"),
];

/// The phrase in Vietnamese; what is no known phrase stays as it is.
pub(crate) fn vietnamese(text: &str) -> String {
    for (pattern, phrase) in PHRASES {
        if let Some(parts) = holes(pattern, text) {
            let mut told = String::new();
            let mut filled = parts.into_iter();
            for (nth, piece) in phrase.split("{}").enumerate() {
                if nth > 0 {
                    told.push_str(&filled.next().map(vietnamese).unwrap_or_default());
                }
                told.push_str(piece);
            }
            return told;
        }
    }
    text.to_owned()
}

/// What stands in the holes of a pattern, if the whole text fits it.
fn holes<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut pieces = pattern.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut found = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        if piece.is_empty() && pieces.peek().is_none() {
            found.push(rest);
            rest = "";
            break;
        }
        let at = if pieces.peek().is_none() {
            rest.len().checked_sub(piece.len()).filter(|at| rest.ends_with(piece) && rest.is_char_boundary(*at))?
        } else {
            rest.find(piece)?
        };
        found.push(&rest[..at]);
        rest = &rest[at + piece.len()..];
    }
    (rest.is_empty() && found.iter().all(|f| !f.is_empty())).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_filled_and_the_rest_stays() {
        assert_eq!(vietnamese("a whole number from 0 to 9"), "số nguyên từ 0 đến 9");
        assert_eq!(
            vietnamese("lists of a code of the list circumstance (a … o3)"),
            "danh sách gồm mã trong danh mục circumstance (a … o3)"
        );
        assert_eq!(vietnamese("works, which is boolean"), "works, có kiểu đúng/sai");
        assert_eq!(vietnamese("male, female"), "male, female");
    }
}
