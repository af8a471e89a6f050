//! The commune that a title above the header, the sheet's name or the file's name gives to every record, if no column does. With any doubt
//! (two communes, a name that is not in the list, one that several communes share) none is taken.

use crate::area::{AreaNames, Found, Level};
use crate::error::Phrase;
use crate::spelling::{alike, bare, nfc};
use std::collections::BTreeSet;

/// Expected where the communes named do not agree.
pub(super) const EXPECTED: Phrase = Phrase::OneCommuneOfTitles;
/// Most words of a name, and most letters of a title.
const NAME: usize = 6;
const TITLE: usize = 300;
/// How lines begin that name others than the sender: recipients and authors.
const ADDRESSED: [&str; 6] = ["kinh gui", "noi nhan", "nguoi lap", "nguoi ky", "nguoi bao cao", "can bo"];

/// The commune named by titles, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    Nothing,
    One(String),
    Doubtful,
    /// A column whose header is not known names communes.
    Unmatched,
}

impl Named {
    /// What would have been right, where the records of a sheet have no commune for a reason.
    pub fn expected(&self) -> Option<Phrase> {
        match self {
            Self::Nothing | Self::One(_) => None,
            Self::Doubtful => Some(EXPECTED),
            Self::Unmatched => Some(Phrase::HeaderOfCommunes),
        }
    }
}

/// A unit named with its type word: the name, and the units that it may be.
struct Mention {
    level: Level,
    name: String,
    found: Found,
}

struct Token {
    text: String,
    /// Punctuation separates it from what follows.
    ends: bool,
    /// The punctuation is a colon, as behind a label.
    colon: bool,
}

/// The words of a text, with the punctuation between them.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for word in text.split_whitespace() {
        let plain = word.trim_matches(|c: char| !c.is_alphanumeric());
        if !word.starts_with(|c: char| c.is_alphanumeric())
            && let Some(last) = tokens.last_mut()
        {
            last.ends = true;
            last.colon = word == ":";
        }
        if !plain.is_empty() {
            let ends = !word.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '\'' | '’'));
            tokens.push(Token { text: plain.to_owned(), ends, colon: word.ends_with(':') });
        }
    }
    tokens
}

/// A type word: its possible levels, its number of words, and whether it belongs to the name ("Xã") or is only a label ("Xã/Phường").
struct TypeWord {
    levels: &'static [Level],
    width: usize,
    belongs: bool,
}

/// The type word at a position. "Thành phố" may be a province or a district.
fn type_word(tokens: &[Token], at: usize) -> Option<TypeWord> {
    const CITY: &[Level] = &[Level::Province, Level::District];
    let word = |at: usize| tokens.get(at).map(|token| bare(&token.text)).unwrap_or_default();
    let two = if tokens[at].ends { String::new() } else { format!("{} {}", word(at), word(at + 1)) };
    let of = |levels: &'static [Level], width: usize, belongs: bool| Some(TypeWord { levels, width, belongs });
    match (two.as_str(), word(at).as_str()) {
        ("thi tran", _) => of(&[Level::Commune], 2, true),
        ("thi xa", _) => of(&[Level::District], 2, true),
        ("thanh pho", _) => of(CITY, 2, true),
        ("tinh thanh pho", _) => of(&[Level::Province], 2, false),
        ("xa phuong thi tran" | "phuong xa thi tran", _) => of(&[Level::Commune], 2, false),
        (_, "xa" | "phuong") => of(&[Level::Commune], 1, true),
        (_, "xa phuong" | "phuong xa" | "xa phuong tt" | "phuong xa tt" | "xa phuong thi tran") => of(&[Level::Commune], 1, false),
        (_, "huyen" | "quan") => of(&[Level::District], 1, true),
        (_, "huyen quan" | "quan huyen" | "huyen tx tp" | "huyen tp") => of(&[Level::District], 1, false),
        (_, "tinh") => of(&[Level::Province], 1, true),
        (_, "tinh tp") => of(&[Level::Province], 1, false),
        (_, "tp") => of(CITY, 1, true),
        _ => None,
    }
}

/// True for a word that rarely continues a name: something else follows.
fn is_stop(word: &str) -> bool {
    const STOPS: [&str; 20] = [
        "năm",
        "tháng",
        "quý",
        "kỳ",
        "đợt",
        "ngày",
        "số",
        "đến",
        "từ",
        "và",
        "huyện",
        "quận",
        "thị",
        "thành",
        "tỉnh",
        "tp",
        "xã",
        "phường",
        "theo",
        "tính",
    ];
    let is = |stop: &&str| if word.is_ascii() { bare(stop) == bare(word) } else { alike(stop) == alike(word) };
    word.bytes().any(|b| b.is_ascii_digit()) || STOPS.iter().any(is)
}

/// True for words that follow "xã" in another word: "xã hội".
fn is_no_name(word: &str) -> bool {
    matches!(bare(word).as_str(), "hoi" | "vien" | "giao" | "luan" | "nay")
}

/// The units of a level with a name. At levels above the unit of the file there is only one.
fn find(names: &AreaNames, name: &str, level: Level, within: Option<u32>) -> Found {
    let list = names.list();
    match within.filter(|unit| list.get(*unit).level >= level) {
        None => names.find(name, level, within),
        Some(unit) => match names.find(name, level, None) {
            Found::One(place) if list.up_to(unit, level) != place => Found::Nothing,
            Found::Several(places) if places.contains(&list.up_to(unit, level)) => Found::One(list.up_to(unit, level)),
            found => found,
        },
    }
}

/// The units that a text names with their type words.
fn mentions(names: &AreaNames, text: &str, within: Option<u32>) -> Vec<Mention> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some(kind) = type_word(&tokens, at) else {
            at += 1;
            continue;
        };
        let start = at + kind.width;
        let Some(first) = tokens.get(start) else { break };
        let label = tokens[start - 1].ends;
        let typed: Vec<&str> = tokens[at..start].iter().filter(|_| kind.belongs).map(|t| t.text.as_str()).collect();
        at = start;
        // "Xã: Hải Triều" is a label before its value; "xã, phường" are two words for communes.
        if label && !tokens[start - 1].colon {
            continue;
        }
        let mut ends = Vec::new();
        for run in 1..=NAME.min(tokens.len() - start) {
            let last = &tokens[start + run - 1];
            if (last.ends || tokens.get(start + run).is_none_or(|next| is_stop(&next.text)))
                && !(run == 1 && is_stop(&last.text) && !is_number(&last.text))
            {
                ends.push(run);
            }
            if last.ends {
                break;
            }
        }
        let named = |run: usize| {
            let words: Vec<&str> = typed.iter().copied().chain(tokens[start..start + run].iter().map(|t| t.text.as_str())).collect();
            words.join(" ")
        };
        let known = ends.iter().rev().find_map(|run| {
            let name = named(*run);
            kind.levels.iter().find_map(|level| match find(names, &name, *level, within) {
                Found::Nothing => None,
                units => Some(Mention { level: *level, name: name.clone(), found: units }),
            })
        });
        let is_name = first.text.starts_with(char::is_uppercase) && !is_no_name(&first.text) && !is_stop(&first.text);
        match known {
            Some(mention) => found.push(mention),
            None if is_name => found.push(Mention { level: kind.levels[0], name: named(1), found: Found::Nothing }),
            None => {}
        }
    }
    found
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

/// The name of a file or sheet without any type word: two words or more, no numbers except a code before or behind.
fn plain_name(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let words: Vec<&str> = words.iter().copied().filter(|word| !word.bytes().all(|b| b.is_ascii_digit())).collect();
    let is_name = words.len() > 1 && words.iter().all(|word| word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’')));
    is_name.then(|| words.join(" "))
}

/// A commune code at the beginning of a name, unless it may be a month and a year ("12022").
fn code(names: &AreaNames, text: &str, within: Option<u32>) -> Option<u32> {
    let first = text.split_whitespace().next().filter(|word| word.len() == 5 && word.bytes().all(|b| b.is_ascii_digit()))?;
    let place = names.list().commune(first).filter(|_| !("1990".."2100").contains(&&first[1..]))?;
    let list = names.list();
    within.filter(|unit| list.up_to(place, list.get(*unit).level) == *unit).map(|_| place)
}

/// Where a commune may be named.
pub(super) struct Titles<'a> {
    /// Rows above the header, and headings of groups below it.
    pub headings: Vec<String>,
    pub sheet: &'a str,
    /// The name of the file, if any.
    pub file: Option<&'a str>,
}

impl Titles<'_> {
    /// The commune of all records.
    pub fn commune(&self, names: &AreaNames, within: Option<u32>) -> Named {
        let stem = self.file.map(|file| {
            let name = file.rsplit('/').next().unwrap_or(file);
            nfc(name.rsplit_once('.').map_or(name, |(stem, _)| stem)).replace(['_', '-', '+', '.', ',', '(', ')'], " ")
        });
        let labels: Vec<String> = [Some(nfc(self.sheet)), stem].into_iter().flatten().filter(|label| !label.is_empty()).collect();
        let is_title = |t: &&String| t.chars().count() <= TITLE && !ADDRESSED.iter().any(|start| bare(t).starts_with(start));
        let titles: Vec<String> = self.headings.iter().filter(is_title).cloned().collect();
        let texts = || titles.iter().chain(&labels);

        // The widest unit first: a district in its province, a commune in its district.
        let mut within = within;
        let mut wider_is_known = true;
        for level in [Level::Province, Level::District] {
            let units: Vec<Mention> = texts().flat_map(|text| mentions(names, text, within)).filter(|m| m.level == level).collect();
            let ones: BTreeSet<u32> =
                units.iter().filter_map(|m| if let Found::One(place) = m.found { Some(place) } else { None }).collect();
            match ones.len() {
                0 => wider_is_known &= units.is_empty(),
                1 if units.iter().all(|m| matches!(m.found, Found::One(_))) => within = ones.first().copied(),
                _ => wider_is_known = false,
            }
        }

        let mut places: Vec<(String, Found)> = texts()
            .flat_map(|text| mentions(names, text, within))
            .filter(|m| m.level == Level::Commune)
            .map(|m| (m.name, m.found))
            .collect();
        for label in &labels {
            if let Some(place) = code(names, label, within) {
                places.push((names.list().get(place).name.clone(), Found::One(place)));
            }
            let typed = mentions(names, label, within).iter().any(|m| m.level == Level::Commune);
            if let Some(name) = plain_name(label).filter(|_| !typed) {
                match names.find(&name, Level::Commune, within) {
                    Found::Nothing => {}
                    found => places.push((name, found)),
                }
            }
        }
        if places.is_empty() {
            return Named::Nothing;
        }
        let mut common: Option<BTreeSet<u32>> = None;
        for (_, found) in &places {
            let may_be: BTreeSet<u32> = match found {
                Found::One(place) => [*place].into(),
                Found::Several(places) => places.iter().copied().collect(),
                Found::Nothing => BTreeSet::new(),
            };
            common = Some(common.map_or(may_be.clone(), |common| common.intersection(&may_be).copied().collect()));
        }
        let common = common.unwrap_or_default();
        let list = names.list();
        let agrees =
            |place: u32| places.iter().all(|(name, _)| names.find(name, Level::Commune, list.get(place).parent) == Found::One(place));
        match common.first() {
            Some(place) if common.len() == 1 && wider_is_known && agrees(*place) => Named::One(list.get(*place).code.clone()),
            _ => Named::Doubtful,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::AreaList;

    /// The commune of a title, a sheet and a file in Hưng Yên on 31 December 2022.
    fn named_in(title: &str, sheet: &str, file: &str, within: Option<&str>) -> Named {
        static NAMES: std::sync::LazyLock<AreaNames> =
            std::sync::LazyLock::new(|| AreaList::on("2022-12-31".parse().unwrap()).unwrap().names());
        let within = within.map(|code| NAMES.list().unit(code).unwrap());
        let titles = title.split('|').filter(|t| !t.is_empty()).map(str::to_owned).collect();
        Titles { headings: titles, sheet, file: Some(file) }.commune(&NAMES, within)
    }

    #[test]
    fn communes_of_titles_sheets_and_files() {
        let hai_trieu = Named::One("12364".to_owned());
        for (title, sheet, file) in [
            ("UBND XÃ HẢI TRIỀU", "", "a.csv"),
            ("Uỷ ban nhân dân xã Hải Triều", "Sheet1", "a.csv"),
            ("Xã Hải Triều, huyện Tiên Lữ", "", "a.csv"),
            ("UBND HUYỆN TIÊN LỮ|DANH SÁCH TRẺ EM XÃ HẢI TRIỀU NĂM 2022", "", "a.csv"),
            ("Xã: Hải Triều - Huyện: Tiên Lữ - Tỉnh: Hưng Yên", "", "a.csv"),
            ("Xã/Phường/TT: Hải Triều", "", "a.csv"),
            ("Phòng Lao động - Thương binh và Xã hội", "Hải Triều", "a.csv"),
            ("", "Xã Hải Triều", "danh sach.xlsx"),
            ("", "", "xa_hai_trieu.csv"),
            ("", "", "so_tre_em_xa_hai_trieu_2022.csv"),
            ("", "", "Hải Triều 2022.xlsx"),
            ("", "", "12364-xa-hai-trieu.xlsx"),
            ("", "", "12364_thang_3.xlsx"),
            ("Xã Hải Triều", "Hải Triều", "bao_cao/xa hai trieu.xls"),
        ] {
            assert_eq!(named_in(title, sheet, file, Some("33")), hai_trieu, "{title} / {sheet} / {file}");
        }
        assert_eq!(named_in("Xã Hải Triều, huyện Tiên Lữ, tỉnh Hưng Yên", "", "a.csv", None), hai_trieu);
        assert_eq!(named_in("UBND thị trấn Vương", "", "a.csv", Some("332")), Named::One("12337".to_owned()));
    }

    #[test]
    fn nothing_is_named() {
        for (title, sheet, file) in [
            ("", "Sheet1", "tre_em.csv"),
            ("DANH SÁCH TRẺ EM NĂM 2022", "Danh sách", "children.csv"),
            ("Sở Lao động - Thương binh và Xã hội tỉnh Hưng Yên", "Trẻ em", "bao cao thang 3.xlsx"),
            ("UBND HUYỆN TIÊN LỮ|Danh sách các xã, phường, thị trấn", "1", "p1.csv"),
            ("Biểu của xã năm 2022", "T3", "12022.csv"),
        ] {
            assert_eq!(named_in(title, sheet, file, Some("33")), Named::Nothing, "{title} / {sheet} / {file}");
        }
    }

    #[test]
    fn doubt_names_none() {
        for (title, sheet, file) in [
            ("Xã Hải Triều", "Thủ Sỹ", "a.csv"),
            ("Xã Hải Triều", "", "xa_thu_sy.csv"),
            ("Xã Hải Triều và xã Thủ Sỹ", "", "a.csv"),
            ("Xã Không Có Tên", "Hải Triều", "a.csv"),
            ("Xã Hải Triều, huyện Mộc Châu", "", "a.csv"),
            ("Xã Hải Triệu", "", "a.csv"),
        ] {
            assert_eq!(named_in(title, sheet, file, Some("33")), Named::Doubtful, "{title} / {sheet} / {file}");
        }
        assert_eq!(named_in("Xã Tân Lập", "", "a.csv", None), Named::Doubtful);
        assert_eq!(named_in("Xã Hải Triều, tỉnh Hải Dương", "", "a.csv", Some("33")), Named::Doubtful);
    }
}
