//! What a sheet of .xlsx says of its rows besides their cells, looked over while the workbook is unpacked for the guard: how many cells
//! there are, and which rows and columns do not show.

use std::collections::HashMap;

/// Longest tag that is looked at.
const LONGEST: usize = 1 << 20;

/// One part of a workbook on its way by.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub cells: u64,
    /// By number, and from 0.
    pub hidden_rows: Vec<u32>,
    pub hidden_columns: Vec<u32>,
    row: u32,
    /// Before, within, and behind the rows.
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

impl Sheet {
    /// Takes the next bytes of the part.
    pub fn feed(&mut self, bytes: &[u8]) {
        let joined;
        let bytes = if self.rest.is_empty() {
            bytes
        } else {
            joined = [std::mem::take(&mut self.rest).as_slice(), bytes].concat();
            &joined
        };
        let left = tags(bytes, |tag| self.take(tag));
        if left.len() < LONGEST {
            self.rest = left.to_vec();
        }
    }

    fn take(&mut self, tag: &[u8]) {
        match (self.place, local_name(tag)) {
            (Place::Within, b"c") => self.cells += 1,
            (Place::Within, b"row") => {
                self.row = attribute(tag, b"r").and_then(|r| r.parse().ok()).unwrap_or(self.row + 1);
                if is_true(tag, b"hidden") || is_nothing(tag, b"ht") {
                    self.hidden_rows.push(self.row);
                }
            }
            (Place::Within, b"/sheetData") => self.place = Place::Behind,
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

/// Calls for each tag of a text, and answers what is left of one that is not whole.
fn tags<'a>(bytes: &'a [u8], mut take: impl FnMut(&'a [u8])) -> &'a [u8] {
    let mut at = 0;
    while let Some(start) = bytes[at..].iter().position(|b| *b == b'<').map(|n| at + n) {
        let tag = &bytes[start + 1..];
        let end = if tag.starts_with(b"!--") {
            find(tag, b"-->")
        } else if tag.starts_with(b"![CDATA[") {
            find(tag, b"]]>")
        } else if tag.len() < 8 && tag.starts_with(b"!") {
            None
        } else {
            let end = close(tag);
            if let Some(end) = end {
                take(&tag[..end - 1]);
            }
            end
        };
        let Some(end) = end else { return &bytes[start..] };
        at = start + 1 + end;
    }
    &[]
}

/// The place behind a mark.
fn find(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).position(|window| window == mark).map(|at| at + mark.len())
}

/// The place behind the end of a tag; a sign within quotation marks does not end it.
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

/// The name of a tag without its prefix; that of its end begins with a stroke.
fn local_name(tag: &[u8]) -> &[u8] {
    let end = tag.iter().position(|b| b.is_ascii_whitespace() || *b == b'/' && !tag.starts_with(b"/")).unwrap_or(tag.len());
    let name = &tag[..end];
    match name.iter().position(|b| *b == b':') {
        Some(at) if name.starts_with(b"/") => {
            if name.ends_with(b":sheetData") {
                b"/sheetData"
            } else {
                &name[at..]
            }
        }
        Some(at) => &name[at + 1..],
        None => name,
    }
}

/// The value of an attribute, as it is written.
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

/// True for a height or a width of nothing, which hides as well.
fn is_nothing(tag: &[u8], name: &[u8]) -> bool {
    attribute(tag, name).and_then(|size| size.parse::<f64>().ok()).is_some_and(|size| size <= 0.0)
}

fn is_true(tag: &[u8], name: &[u8]) -> bool {
    matches!(attribute(tag, name), Some("1" | "true"))
}

/// The parts that hold the sheets of a workbook, by the names of the sheets, out of its list of sheets and its relationships.
pub(super) fn parts(book: &[u8], relations: &[u8]) -> HashMap<String, String> {
    let mut targets: HashMap<String, String> = HashMap::new();
    tags(relations, |tag| {
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
    let mut found = HashMap::new();
    tags(book, |tag| {
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

/// True for an attribute `id` of any prefix.
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
            let mut sheet = Sheet::default();
            for piece in SHEET.as_bytes().chunks(size) {
                sheet.feed(piece);
            }
            assert_eq!((sheet.cells, &sheet.hidden_rows[..], &sheet.hidden_columns[..]), (4, &[5, 6][..], &[2, 3][..]), "{size}");
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
