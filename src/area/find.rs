//! Finding units by their names, as people write them.

use super::{Area, AreaList, Level};
use crate::spelling::{alike, bare, leaves_out, nfc};
use std::collections::HashMap;
use std::sync::LazyLock;

/// The units that a name may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// One unit.
    One(u32),
    /// Candidates, in the order of the list: several of one name, or one whose name has other marks.
    Several(Vec<u32>),
    /// No unit.
    Nothing,
}

/// Type words and their abbreviations: as `alike` writes them with marks, and without.
const TYPES: [(&str, &[&str]); 8] = [
    ("tỉnh", &["t"]),
    ("thành phố", &["tp"]),
    ("thị xã", &["tx"]),
    ("thị trấn", &["tt"]),
    ("huyện", &["h"]),
    ("quận", &["q"]),
    ("phường", &["p"]),
    ("xã", &["x"]),
];
/// Common abbreviations of provinces, as [`bare`] writes them without spaces. Letters that could mean several provinces
/// (HN, ĐN) count only after the word for a city.
const SHORT: [(&str, &str); 13] = [
    ("hcm", "Hồ Chí Minh"),
    ("tphcm", "Hồ Chí Minh"),
    ("tphochiminh", "Hồ Chí Minh"),
    ("thanhphohcm", "Hồ Chí Minh"),
    ("hcmc", "Hồ Chí Minh"),
    ("hochiminhcity", "Hồ Chí Minh"),
    ("tphn", "Hà Nội"),
    ("tphp", "Hải Phòng"),
    ("tpdn", "Đà Nẵng"),
    ("tpct", "Cần Thơ"),
    ("brvt", "Bà Rịa - Vũng Tàu"),
    ("tthue", "Thừa Thiên Huế"),
    ("tthuathienhue", "Thừa Thiên Huế"),
];

/// The province that an abbreviation means: "TPHCM", "TP.HCM", "T.P. HCM", "BR-VT".
fn short(name: &str, level: Level) -> Option<&'static str> {
    let key: String = bare(name).replace(' ', "");
    let found = SHORT.iter().find(|(short, _)| level == Level::Province && *short == key);
    found.map(|(_, full)| *full)
}

/// How tolerantly a name is read, the strictest first; the first way that finds any unit decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Way {
    Exact,
    AlikeTyped,
    Alike,
    Bare,
}

/// The names of a list of areas, indexed.
///
/// ```
/// use chitieu::area::{AreaList, Found, Level};
/// let list = AreaList::on("2022-12-31".parse()?)?;
/// let names = list.names();
/// let hung_yen = list.areas().iter().position(|a| a.level == Level::Province && a.code == "33").unwrap() as u32;
/// let Found::One(place) = names.find("X. Hải Triều", Level::Commune, Some(hung_yen)) else { panic!("one commune") };
/// assert_eq!(list.get(place).code, "12364");
/// assert!(matches!(names.find("Tân Lập", Level::Commune, None), Found::Several(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct AreaNames {
    list: AreaList,
    names: HashMap<(Level, Way, String), Vec<u32>>,
}

/// The type words as [`alike`] and as [`bare`] write them.
static ALIKE_TYPES: LazyLock<Vec<String>> = LazyLock::new(|| TYPES.iter().map(|(word, _)| alike(word)).collect());
static BARE_TYPES: LazyLock<Vec<String>> = LazyLock::new(|| TYPES.iter().map(|(word, _)| bare(word)).collect());

/// The index of the type word that a key begins with, and the key without it.
fn parts<'a>(key: &'a str, types: &[String]) -> (Option<usize>, &'a str) {
    for (at, (long, (_, short))) in types.iter().zip(TYPES).enumerate() {
        for lead in std::iter::once(long.as_str()).chain(short.iter().copied()) {
            let Some(rest) = key.strip_prefix(lead) else { continue };
            // "P3" has no space, "Phường" alone is no name.
            if let Some(name) = rest.strip_prefix(' ') {
                return (Some(at), name);
            }
            if rest.bytes().all(|b| b.is_ascii_digit()) && !rest.is_empty() {
                return (Some(at), rest.trim_start_matches('0'));
            }
        }
    }
    (None, key)
}

/// The name of a unit without its type word.
fn proper(area: &Area) -> &str {
    area.name.strip_prefix(&area.kind).unwrap_or(&area.name)
}

impl AreaList {
    /// An index of the names of this list; worth keeping for many look-ups.
    #[must_use]
    pub fn names(&self) -> AreaNames {
        let mut names: HashMap<(Level, Way, String), Vec<u32>> = HashMap::new();
        for (place, area) in (0_u32..).zip(self.areas.iter()) {
            let mut add = |way: Way, key: String| {
                let places = names.entry((area.level, way, key)).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            };
            let (typed, plain) = (alike(&area.name), bare(&area.name));
            add(Way::Exact, area.name.clone());
            add(Way::Alike, parts(&typed, &ALIKE_TYPES).1.to_owned());
            add(Way::AlikeTyped, typed);
            add(Way::Bare, parts(&plain, &BARE_TYPES).1.to_owned());
            add(Way::Bare, plain);
        }
        AreaNames { list: self.clone(), names }
    }

    /// The unit of a name; see [`AreaNames::find`].
    #[must_use]
    pub fn find(&self, name: &str, level: Level, within: Option<u32>) -> Found {
        self.names().find(name, level, within)
    }

    /// The position of a province (two digits) or a district (three), by its code.
    #[must_use]
    pub fn unit(&self, code: &str) -> Option<u32> {
        self.place(code, if code.len() == 2 { Level::Province } else { Level::District })
    }

    /// The position of a unit, by its code.
    #[must_use]
    pub fn place(&self, code: &str, level: Level) -> Option<u32> {
        (0_u32..).zip(self.areas.iter()).find(|(_, a)| a.level == level && a.code == code).map(|(place, _)| place)
    }
}

impl AreaNames {
    /// The list the names are of.
    #[must_use]
    pub fn list(&self) -> &AreaList {
        &self.list
    }

    /// The units of a level that have a name, inside another unit if one is given.
    ///
    /// Spellings are tried from the strictest to the most tolerant, and the first that finds any unit decides: the name as it is;
    /// ignoring case, tone placement, y or i; without its type word (Xã, P., TT.); with marks left out. Where a mark is not missing but
    /// different ("Hải Triệu" for Hải Triều), the units are candidates only.
    #[must_use]
    pub fn find(&self, name: &str, level: Level, within: Option<u32>) -> Found {
        let name = short(name, level).map_or_else(|| nfc(name), str::to_owned);
        let (typed, plain) = (alike(&name), bare(&name));
        let (kind, untyped) = parts(&typed, &ALIKE_TYPES);
        let whole = kind.map(|at| format!("{} {untyped}", ALIKE_TYPES[at]));
        let untyped = untyped.to_owned();
        let stripped = parts(&plain, &BARE_TYPES).1.to_owned();
        let ways = [
            (Way::Exact, vec![name.clone()]),
            (Way::AlikeTyped, vec![typed, whole.unwrap_or_default()]),
            (Way::Alike, vec![untyped]),
            (Way::Bare, vec![plain, stripped]),
        ];
        for (way, keys) in ways {
            let mut places: Vec<u32> = keys.into_iter().filter_map(|key| self.names.get(&(level, way, key))).flatten().copied().collect();
            places.retain(|place| within.is_none_or(|unit| self.list.up_to(*place, self.list.get(unit).level) == unit));
            places.sort_unstable();
            places.dedup();
            if places.is_empty() {
                continue;
            }
            let fits = |place: &&u32| way != Way::Bare || leaves_out(&name, proper(self.list.get(**place)));
            let mut fitting = places.iter().filter(fits);
            return match (fitting.next(), fitting.next()) {
                (Some(place), None) => Found::One(*place),
                _ => Found::Several(places),
            };
        }
        Found::Nothing
    }

    /// True if the name begins with a type word that is not that of the unit.
    #[must_use]
    pub fn has_other_type(&self, name: &str, place: u32) -> bool {
        let own = alike(&self.list.get(place).kind);
        parts(&alike(name), &ALIKE_TYPES).0.is_some_and(|given| ALIKE_TYPES[given] != own)
    }

    /// A description that distinguishes units of one name: code, full name and the unit above.
    #[must_use]
    pub fn told(&self, places: &[u32]) -> String {
        let described = places.iter().map(|place| {
            let area = self.list.get(*place);
            match area.parent.map(|p| &self.list.get(p).name) {
                Some(above) => format!("{} {} ({above})", area.code, area.name),
                None => format!("{} {}", area.code, area.name),
            }
        });
        described.collect::<Vec<_>>().join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(name: &str, level: Level, within: Option<(&str, Level)>) -> Vec<String> {
        static LIST: std::sync::LazyLock<AreaList> = std::sync::LazyLock::new(|| AreaList::on("2022-12-31".parse().unwrap()).unwrap());
        static NAMES: std::sync::LazyLock<AreaNames> = std::sync::LazyLock::new(|| LIST.names());
        let within = within.map(|(code, level)| LIST.place(code, level).expect("a unit"));
        let places = match NAMES.find(name, level, within) {
            Found::One(place) => vec![place],
            Found::Several(places) => places,
            Found::Nothing => vec![],
        };
        places.into_iter().map(|p| LIST.get(p).code.clone()).collect()
    }

    #[test]
    fn districts_of_one_name_differ_by_type_or_province() {
        for (name, district, town, province) in [
            ("Kỳ Anh", "447", "449", "42"),
            ("Cai Lậy", "820", "817", "82"),
            ("Duyên Hải", "850", "851", "84"),
            ("Cao Lãnh", "873", "866", "87"),
            ("Hồng Ngự", "870", "868", "87"),
            ("Long Mỹ", "936", "937", "93"),
        ] {
            let inside = Some((province, Level::Province));
            assert_eq!(codes(&format!("Huyện {name}"), Level::District, inside), [district], "{name}");
            assert_eq!(codes(&format!("H. {name}"), Level::District, None), [district], "{name}");
            assert!(!codes(&format!("TX {name}"), Level::District, inside).is_empty(), "{name}");
            let mut both = [district, town];
            both.sort_unstable();
            assert_eq!(codes(name, Level::District, inside), both, "{name}");
            assert_eq!(codes(&bare(name), Level::District, inside), both, "{name}");
        }
        for (name, codes_in) in [
            ("Huyện Bảo Lâm", [("04", "042"), ("68", "680")]),
            ("Huyện Chợ Mới", [("06", "065"), ("89", "893")]),
            ("Huyện Tam Nông", [("25", "236"), ("87", "871")]),
            ("Huyện An Lão", [("31", "313"), ("52", "542")]),
            ("Huyện Phong Điền", [("46", "476"), ("92", "926")]),
            ("Huyện Vĩnh Thạnh", [("52", "546"), ("92", "924")]),
            ("Huyện Phú Tân", [("89", "888"), ("96", "972")]),
        ] {
            assert_eq!(codes(name, Level::District, None).len(), 2, "{name}");
            for (province, code) in codes_in {
                assert_eq!(codes(name, Level::District, Some((province, Level::Province))), [code], "{name}");
            }
        }
        assert_eq!(codes("Châu Thành", Level::District, None).len(), 10);
    }

    #[test]
    fn names_are_found_in_the_spellings_people_use() {
        let hung_yen = Some(("33", Level::Province));
        for name in
            ["Xã Hải Triều", "xã hải triều", "X. Hải Triều", "Hải Triều", "hai trieu", "XA HAI TRIEU", "Xã  Ha\u{309}i Triê\u{300}u"]
        {
            assert_eq!(codes(name, Level::Commune, hung_yen), ["12364"], "{name}");
        }
        assert_eq!(codes("TP. Hồ Chí Minh", Level::Province, None), ["79"]);
        for name in ["TPHCM", "TP HCM", "TP.HCM", "T.P. HCM", "T.P HCM", "Tp Hồ Chí Minh", "TP.Hồ Chí Minh", "HCM", "TPHồ Chí Minh", "HCMC"]
        {
            assert_eq!(codes(name, Level::Province, None), ["79"], "{name}");
        }
        for (name, code) in
            [("TPHN", "01"), ("TP. HN", "01"), ("TP.ĐN", "48"), ("TP HP", "31"), ("TP.CT", "92"), ("BR-VT", "77"), ("TT-Huế", "46")]
        {
            assert_eq!(codes(name, Level::Province, None), [code], "{name}");
        }
        for name in ["HN", "ĐN", "HT"] {
            assert_eq!(codes(name, Level::Province, None), Vec::<String>::new(), "{name}");
        }
        assert_eq!(codes("Tỉnh Thanh Hoá", Level::Province, None), codes("Thanh Hóa", Level::Province, None));
        assert_eq!(codes("T. Hưng Yên", Level::Province, None), ["33"]);
        assert_eq!(codes("Đăk Lăk", Level::Province, None), codes("Đắk Lắk", Level::Province, None));
        assert_eq!(codes("Qui Nhơn", Level::District, None), codes("TP Quy Nhơn", Level::District, None));
        assert_eq!(codes("Quan Hoá", Level::District, Some(("38", Level::Province))).len(), 1);
        assert_eq!(codes("quan hoa", Level::District, Some(("38", Level::Province))).len(), 1);
        let district = Some(("760", Level::District));
        let ward = codes("Phường 3", Level::Commune, Some(("770", Level::District)));
        assert_eq!(ward.len(), 1);
        for name in ["P3", "P.3", "P. 03", "Phường 03", "phuong 3", "3"] {
            assert_eq!(codes(name, Level::Commune, Some(("770", Level::District))), ward, "{name}");
        }
        assert_eq!(codes("Q1", Level::District, None), ["760"]);
        assert_eq!(codes("Bến Nghé", Level::Commune, district).len(), 1);
        assert!(codes("Không Có Xã Này", Level::Commune, None).is_empty());
        assert!(codes("", Level::Commune, None).is_empty());
    }

    #[test]
    fn marks_decide_where_present_and_other_marks_give_candidates_only() {
        let district = Some(("363", Level::District));
        assert_eq!(codes("Truc Hưng", Level::Commune, district), ["14050"]);
        assert_eq!(codes("x. Truc Hùng", Level::Commune, district), ["14083"]);
        for name in ["truc hung", "Trúc Hưng"] {
            assert_eq!(codes(name, Level::Commune, district), ["14050", "14083"], "{name}");
        }
        let list = AreaList::on("2022-12-31".parse().unwrap()).unwrap();
        let place = list.commune("12364").unwrap();
        let names = list.names();
        let hung_yen = list.unit("33");
        assert_eq!(names.find("Hai Triêu", Level::Commune, hung_yen), Found::One(place));
        assert_eq!(names.find("Hải Triệu", Level::Commune, hung_yen), Found::Several(vec![place]));
        assert!(names.has_other_type("P. Hải Triều", place) && !names.has_other_type("x. Hải Triều", place));
    }

    #[test]
    fn one_name_in_two_districts_is_several_without_the_district() {
        assert!(codes("Xã Tân Lập", Level::Commune, None).len() > 5);
        assert_eq!(codes("Yên Viên", Level::Commune, Some(("018", Level::District))).len(), 2);
        assert_eq!(codes("TT Yên Viên", Level::Commune, Some(("018", Level::District))), ["00526"]);
    }
}
