//! Facts about a part of .xlsx or .ods besides its cells' values, collected while the guard unpacks it: the number of cells, hidden rows
//! and columns, the longest tag or text, and the number of texts that it claims.

use super::format::is_scaled;
use std::collections::HashMap;
use std::rc::Rc;

/// Bytes that a reader may keep per tag, and per shared text besides its letters.
const KEPT: u64 = 256;
const SHARED_TEXT: u64 = 64;

/// A part of a workbook, scanned as it is unpacked.
#[derive(Debug, Default)]
pub(super) struct PartScan {
    /// Bytes of the longest tag, comment or run of text, and of the longest text of a cell or shared text.
    pub longest: u64,
    /// The claimed number of shared texts.
    pub shared: u64,
    /// Bytes that a reader may keep for tags outside of cells.
    pub kept: u64,
    /// Rows or cells occur behind the sheet data, where no reader looks for them.
    pub is_stray: bool,
    text: u64,
    inside: bool,
    pub cells: u64,
    /// By number, and from 0.
    pub hidden_rows: Vec<u32>,
    pub hidden_columns: Vec<u32>,
    /// Cells whose format shows another unit than the stored one: row and column from 0, in order.
    pub scaled: Vec<(u32, u32)>,
    /// In a part of styles, for each cell style whether it shows another unit.
    pub styles: Vec<bool>,
    /// The cell styles of the workbook.
    known: Rc<Vec<bool>>,
    formats: HashMap<u32, bool>,
    in_styles: bool,
    row: u32,
    column: u32,
    /// Before, within, or behind the rows.
    place: Place,
    rest: Vec<u8>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    #[default]
    Before,
    Within,
    Behind,
}

impl PartScan {
    /// A part of a workbook with those cell styles.
    pub fn with(known: &Rc<Vec<bool>>) -> Self {
        Self { known: known.clone(), ..Self::default() }
    }

    /// Takes the next bytes of the part. An incomplete tag or text is kept: the caller stops when `longest` exceeds its limit.
    pub fn feed(&mut self, bytes: &[u8]) {
        let joined;
        let bytes = if self.rest.is_empty() {
            bytes
        } else {
            joined = [std::mem::take(&mut self.rest).as_slice(), bytes].concat();
            &joined
        };
        let left = tags(bytes, |found| match found {
            Found::Tag(tag) => self.take(tag),
            Found::Text(length) => self.pass(length as u64),
        });
        self.longest = self.longest.max(left.len() as u64);
        self.rest = left.to_vec();
    }

    /// Text between tags; all runs within a cell count together.
    fn pass(&mut self, length: u64) {
        self.text = if self.inside { self.text + length } else { length };
        self.longest = self.longest.max(self.text);
    }

    fn take(&mut self, tag: &[u8]) {
        self.longest = self.longest.max(tag.len() as u64);
        if self.place != Place::Within && !self.inside {
            self.kept += if local_name(tag) == b"si" { SHARED_TEXT } else { KEPT };
        }
        match local_name(tag) {
            b"c" | b"si" | b"table-cell" | b"covered-table-cell" => (self.inside, self.text) = (!tag.ends_with(b"/"), 0),
            b"/c" | b"/si" | b"/table-cell" | b"/covered-table-cell" => (self.inside, self.text) = (false, 0),
            b"sst" => {
                let claimed = |name: &[u8]| attribute(tag, name).map(|n| n.trim().parse::<u64>().unwrap_or(u64::MAX));
                self.shared = self.shared.max(claimed(b"uniqueCount").or(claimed(b"count")).unwrap_or(0));
            }
            _ => {}
        }
        match (self.place, local_name(tag)) {
            (Place::Within, b"c") => self.cell(tag),
            (_, b"numFmt") => {
                let id = attribute(tag, b"numFmtId").and_then(|id| id.parse().ok());
                if let (Some(id), Some(format)) = (id, attribute(tag, b"formatCode")) {
                    self.formats.insert(id, is_scaled(&unescaped(format)));
                }
            }
            (_, b"cellXfs") => self.in_styles = true,
            (_, b"/cellXfs") => self.in_styles = false,
            (_, b"xf") if self.in_styles => {
                let format = attribute(tag, b"numFmtId").and_then(|id| id.parse().ok());
                self.styles.push(format.and_then(|id: u32| self.formats.get(&id).copied()).unwrap_or(false));
            }
            (Place::Within, b"row") => {
                self.column = 0;
                self.row = attribute(tag, b"r").and_then(|r| r.parse().ok()).unwrap_or(self.row + 1);
                if is_true(tag, b"hidden") || is_nothing(tag, b"ht") {
                    self.hidden_rows.push(self.row);
                }
            }
            (Place::Within, b"/sheetData") => self.place = Place::Behind,
            (Place::Behind, b"sheetData" | b"row") => self.is_stray = true,
            (Place::Before, b"sheetData") => {
                self.place = if tag.ends_with(b"/") { Place::Behind } else { Place::Within };
            }
            (Place::Before, b"col") if is_true(tag, b"hidden") || is_nothing(tag, b"width") => {
                let number = |name: &[u8]| attribute(tag, name).and_then(|n| n.parse::<u32>().ok());
                if let (Some(first), Some(last)) = (number(b"min"), number(b"max")) {
                    self.hidden_columns.extend(first.saturating_sub(1)..last.min(16_384));
                }
            }
            _ => {}
        }
    }
}

/// The column of a cell reference such as AB12, from 0.
fn column_of(name: &str) -> Option<u32> {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic);
    let number =
        letters.fold(0_u32, |sum, letter| sum.saturating_mul(26).saturating_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1));
    number.checked_sub(1)
}

impl PartScan {
    fn cell(&mut self, tag: &[u8]) {
        self.cells += 1;
        if self.known.is_empty() {
            return;
        }
        self.column = attribute(tag, b"r").and_then(column_of).unwrap_or(self.column);
        let style = attribute(tag, b"s").and_then(|style| style.parse::<usize>().ok());
        let is_number = matches!(attribute(tag, b"t"), None | Some("n"));
        if is_number && style.is_some_and(|style| self.known.get(style) == Some(&true)) {
            self.scaled.push((self.row.saturating_sub(1), self.column));
        }
        self.column += 1;
    }
}

/// A piece of markup.
enum Found<'a> {
    Tag(&'a [u8]),
    /// Bytes between tags, in a comment, or raw.
    Text(usize),
}

/// Calls `take` for each tag and each text between tags; returns what is left of an incomplete tag or text.
fn tags<'a>(bytes: &'a [u8], mut take: impl FnMut(Found<'a>)) -> &'a [u8] {
    let mut at = 0;
    while let Some(start) = bytes[at..].iter().position(|b| *b == b'<').map(|n| at + n) {
        if start > at {
            take(Found::Text(start - at));
        }
        let tag = &bytes[start + 1..];
        let raw = if tag.starts_with(b"!--") {
            Some(find(tag, b"-->"))
        } else if tag.starts_with(b"![CDATA[") {
            Some(find(tag, b"]]>"))
        } else {
            None
        };
        let end = if let Some(end) = raw {
            if let Some(end) = end {
                take(Found::Text(end));
            }
            end
        } else if tag.len() < 8 && tag.starts_with(b"!") {
            None
        } else {
            let end = close(tag);
            if let Some(end) = end {
                take(Found::Tag(&tag[..end - 1]));
            }
            end
        };
        let Some(end) = end else { return &bytes[start..] };
        at = start + 1 + end;
    }
    &bytes[at..]
}

/// The position behind a mark.
fn find(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).position(|window| window == mark).map(|at| at + mark.len())
}

/// The position behind the end of a tag; a `>` within quotation marks does not end it.
fn close(tag: &[u8]) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in tag.iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if *byte == open => quote = None,
            _ => {}
        }
    }
    None
}

/// The name of a tag without its prefix; that of an end tag keeps its slash.
fn local_name(tag: &[u8]) -> &[u8] {
    let end = tag.iter().skip(1).position(|b| b.is_ascii_whitespace() || *b == b'/').map_or(tag.len(), |at| at + 1);
    let name = &tag[..end];
    let Some(at) = name.iter().position(|b| *b == b':') else { return name };
    match (name.starts_with(b"/"), &name[at + 1..]) {
        (false, local) => local,
        (true, b"sheetData") => b"/sheetData",
        (true, b"cellXfs") => b"/cellXfs",
        (true, b"c") => b"/c",
        (true, b"si") => b"/si",
        (true, b"table-cell") => b"/table-cell",
        (true, b"covered-table-cell") => b"/covered-table-cell",
        (true, _) => b"/",
    }
}

/// The raw value of an attribute.
fn attribute<'a>(tag: &'a [u8], name: &[u8]) -> Option<&'a str> {
    let mut rest = tag;
    loop {
        let at = rest.iter().position(u8::is_ascii_whitespace)?;
        rest = rest[at..].trim_ascii_start();
        let equals = rest.iter().position(|b| *b == b'=')?;
        let key = rest[..equals].trim_ascii();
        let value = rest[equals + 1..].trim_ascii_start();
        let quote = *value.first()?;
        let end = value[1..].iter().position(|b| *b == quote)?;
        if key == name {
            return std::str::from_utf8(&value[1..=end]).ok();
        }
        rest = &value[end + 1..];
    }
}

/// True for a height or width of 0, which hides as well.
fn is_nothing(tag: &[u8], name: &[u8]) -> bool {
    attribute(tag, name).and_then(|size| size.parse::<f64>().ok()).is_some_and(|size| size <= 0.0)
}

fn is_true(tag: &[u8], name: &[u8]) -> bool {
    matches!(attribute(tag, name), Some("1" | "true"))
}

/// The parts that a workbook names, by their ids in its relationships.
pub(super) fn targets(relations: &[u8]) -> HashMap<String, String> {
    let mut targets: HashMap<String, String> = HashMap::new();
    tags(relations, |found| {
        let Found::Tag(tag) = found else { return };
        if local_name(tag) == b"Relationship"
            && let (Some(id), Some(target)) = (attribute(tag, b"Id"), attribute(tag, b"Target"))
        {
            let target = unescaped(target);
            let path = match target.strip_prefix('/') {
                Some(path) => path.to_owned(),
                None if target.starts_with("xl/") => target,
                None => format!("xl/{target}"),
            };
            targets.insert(id.to_owned(), path);
        }
    });
    targets
}

/// The parts that hold the sheets of a workbook, by sheet name, from its list of sheets and its relationships.
pub(super) fn parts(book: &[u8], relations: &[u8]) -> HashMap<String, String> {
    let targets = targets(relations);
    let mut found = HashMap::new();
    tags(book, |what| {
        let Found::Tag(tag) = what else { return };
        let id = || tag.split(u8::is_ascii_whitespace).find_map(|part| part.strip_suffix(b"\"").filter(|p| is_id(p)));
        let id =
            attribute(tag, b"r:id").or_else(|| id().and_then(|part| std::str::from_utf8(part).ok()?.split_once('"').map(|(_, id)| id)));
        if local_name(tag) == b"sheet"
            && let (Some(name), Some(path)) = (attribute(tag, b"name"), id.and_then(|id| targets.get(id)))
        {
            found.insert(unescaped(name), path.clone());
        }
    });
    found
}

/// True for an attribute `id` with any prefix.
fn is_id(part: &[u8]) -> bool {
    part.split(|b| *b == b'=').next().is_some_and(|name| name.ends_with(b":id"))
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: &str = r#"<?xml version="1.0"?><worksheet><!-- <row hidden="1"> --><cols><col min="1" max="1"/><col max="4" min='3' hidden="1"/></cols>
<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"/></row><x:row hidden="true" r="5" s=">"><x:c/></x:row><row hidden="1"></row>
<row r="9" hidden="0"><c><is><t><![CDATA[<c>]]></t></is></c></row></sheetData><row hidden="1"/><c/></worksheet>"#;

    #[test]
    fn a_sheet_in_pieces_of_any_size() {
        for size in 1..SHEET.len() {
            let mut sheet = PartScan::default();
            for piece in SHEET.as_bytes().chunks(size) {
                sheet.feed(piece);
            }
            assert_eq!((sheet.cells, &sheet.hidden_rows[..], &sheet.hidden_columns[..]), (4, &[5, 6][..], &[2, 3][..]), "{size}");
        }
    }

    #[test]
    fn the_longest_text_is_that_of_all_runs_of_a_cell() {
        let of = |text: &str, size: usize| {
            let mut part = PartScan::default();
            text.as_bytes().chunks(size).for_each(|piece| part.feed(piece));
            (part.longest, part.shared)
        };
        for size in [1, 3, 7, 1000] {
            // 2 × 30 letters of one text; a run of text outside of cells counts alone.
            let runs = format!(
                "<sst count='9' uniqueCount = \"7\"><si><r><t>{0}</t></r><r><t>{0}</t></r></si><si><t>{0}</t></si></sst>",
                "x".repeat(30)
            );
            assert_eq!(of(&runs, size), (60, 7), "{size}");
            assert_eq!(of(&format!("<a><c/>{}<x:c></x:c></a>", "y".repeat(50)), size).0, 50, "{size}");
            assert_eq!(of(&format!("<!--{}--><x:sst uniqueCount='many'>", "y".repeat(40)), size), (46, u64::MAX), "{size}");
            assert_eq!(of(&format!("<t>{}", "z".repeat(99)), size).0, 99, "{size}");
        }
    }

    #[test]
    fn sheets_are_found_by_their_names() {
        let book = br#"<sheets><sheet name="A &amp; B" sheetId="1" r:id="rId1"/><sheet sheetId="2" rel:id="rId2" name="C" state="hidden"/></sheets>"#;
        let relations = br#"<Relationships><Relationship Id="rId1" Type="x" Target="worksheets/sheet1.xml"/><Relationship Target="/xl/worksheets/b.xml" Id="rId2"/></Relationships>"#;
        let found = parts(book, relations);
        assert_eq!(found["A & B"], "xl/worksheets/sheet1.xml");
        assert_eq!(found["C"], "xl/worksheets/b.xml");
    }
}
