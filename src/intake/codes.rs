//! Words to codes: the lists of the catalogue with their names in both languages, and other words of registers.

use super::rules::{Rule, Rules};
use super::tidy::is_digits;
use super::value::{Parsed, Value};
use crate::catalogue::{Catalogue, Codes, Column, EthnicGroup, EthnicList};
use crate::error::Phrase;
use crate::spelling::{alike, bare, nfc};
use crate::text::Text;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, LazyLock};

/// The words of all lists, indexed for lookup.
pub(super) struct Words {
    codes: Arc<Codes>,
    blank: HashSet<String>,
    nothing: HashSet<String>,
    flags: HashMap<String, bool>,
    /// Words of headers that may follow the first word of a phrase without changing its meaning.
    again: HashSet<String>,
    /// For each column of numbers the words allowed before and behind a number.
    before: HashMap<String, HashSet<String>>,
    behind: HashMap<String, HashSet<String>>,
    amounts: Vec<String>,
    /// For each list, keys of words to codes.
    lists: HashMap<String, HashMap<String, String>>,
    ethnic: HashMap<String, usize>,
    /// For each list, short names that mean a code only below the heading of that list.
    below: HashMap<String, HashMap<String, String>>,
    /// Names without marks and spaces; `None` where several groups share one.
    ethnic_bare: HashMap<String, Option<usize>>,
}

#[derive(serde::Deserialize)]
struct File {
    blank: Vec<String>,
    yes: Vec<String>,
    no: Vec<String>,
    nothing: Vec<String>,
    again: Vec<String>,
    before: BTreeMap<String, Vec<String>>,
    behind: BTreeMap<String, Vec<String>>,
    amounts: Vec<String>,
    #[serde(flatten)]
    lists: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

/// Marks that mean yes.
const MARKS: [&str; 5] = ["✓", "✔", "☑", "√", "●"];

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("values.toml")).expect("values.toml is whole");
    let codes = Catalogue::builtin().codes().clone();
    let mut lists: HashMap<String, HashMap<String, String>> = HashMap::new();
    for list in codes.lists() {
        let words = lists.entry(list.id.clone()).or_default();
        let more = file.lists.get(&list.id);
        for code in &list.items {
            let extra = more.and_then(|m| m.get(&code.code)).into_iter().flatten();
            for word in [&code.code, &code.vi, &code.en].into_iter().chain(extra) {
                let key = alike(word);
                // A group and its only subgroup may share a name: the first keeps it.
                words.entry(without_child(&key).to_owned()).or_insert_with(|| code.code.clone());
                words.entry(key).or_insert_with(|| code.code.clone());
            }
        }
    }
    let mut ethnic = HashMap::new();
    let mut ethnic_bare: HashMap<String, Option<usize>> = HashMap::new();
    for (at, group) in codes.ethnic_groups().iter().enumerate() {
        let extra = file.lists.get("ethnicity").and_then(|m| m.get(&group.name)).into_iter().flatten();
        for word in std::iter::once(&group.name).chain(extra) {
            ethnic.entry(alike(word)).or_insert(at);
            ethnic_bare.entry(joined(word)).and_modify(|known| *known = known.filter(|k| *k == at)).or_insert(Some(at));
        }
    }
    let keys = |words: &[String]| words.iter().map(|w| alike(w)).filter(|k| !k.is_empty()).collect::<HashSet<_>>();
    let units = |columns: &BTreeMap<String, Vec<String>>| -> HashMap<String, HashSet<String>> {
        columns.iter().map(|(column, words)| (column.clone(), words.iter().map(|w| bare(w)).collect())).collect()
    };
    let flags = keys(&file.yes).into_iter().map(|k| (k, true)).chain(keys(&file.no).into_iter().map(|k| (k, false))).collect();
    Words {
        blank: keys(&file.blank),
        nothing: keys(&file.nothing),
        again: file.again.iter().flat_map(|phrase| alike(phrase).split(' ').map(str::to_owned).collect::<Vec<_>>()).collect(),
        before: units(&file.before),
        behind: units(&file.behind),
        amounts: file.amounts.clone(),
        flags,
        below: codes
            .lists()
            .iter()
            .filter_map(|list| {
                let short = file.lists.get(&format!("{}_below", list.id))?;
                let keys = short.iter().flat_map(|(code, words)| words.iter().map(move |word| (alike(word), code.clone())));
                Some((list.id.clone(), keys.collect()))
            })
            .collect(),
        lists,
        ethnic,
        ethnic_bare,
        codes,
    }
});

/// The key without marks and spaces.
fn joined(word: &str) -> String {
    bare(word).replace(' ', "")
}

/// The key of a name without a leading "trẻ em".
fn without_child(key: &str) -> &str {
    static LEADS: LazyLock<[String; 2]> = LazyLock::new(|| ["trẻ em", "trẻ"].map(|lead| format!("{} ", alike(lead))));
    LEADS.iter().find_map(|lead| key.strip_prefix(lead.as_str())).unwrap_or(key)
}

impl Words {
    /// The words that the crate ships.
    pub fn get() -> &'static Self {
        &WORDS
    }

    /// True for a word that means "not recorded".
    pub fn is_blank(&self, text: &str) -> bool {
        // Two letters rule out most names and numbers without building a key.
        let mut letters = text.chars().map(|c| c.to_ascii_lowercase());
        let start = (letters.next().unwrap_or_default(), letters.next().unwrap_or_default());
        let may_be = matches!(start, ('k' | 'c', 'h' | 'x') | ('n', '/' | 'a' | 'u' | 'o') | ('u', 'n'));
        may_be && text.len() < 40 && self.blank.contains(&alike(text))
    }

    /// True for a word that means no code of a list applies.
    pub fn is_nothing(&self, text: &str) -> bool {
        self.nothing.contains(&alike(text))
    }

    /// True for a column of amounts: an amount that several records share belongs to none of them alone.
    pub fn is_amount(&self, column: &str) -> bool {
        self.amounts.iter().any(|amount| amount == column)
    }

    /// True if the words around a number only give the unit of its column, false if they give another unit, `None` if they give no unit.
    pub fn is_unit(&self, column: &str, before: &str, behind: &str) -> Option<bool> {
        let own = |units: &HashMap<String, HashSet<String>>, word: &str| {
            word.is_empty() || units.get(column).is_some_and(|words| words.contains(word))
        };
        let any =
            |units: &HashMap<String, HashSet<String>>, word: &str| word.is_empty() || units.values().any(|words| words.contains(word));
        if own(&self.before, before) && own(&self.behind, behind) {
            return Some(true);
        }
        (any(&self.before, before) && any(&self.behind, behind)).then_some(false)
    }

    /// True or false, from a word or a mark.
    pub fn flag(&self, text: &str) -> Option<bool> {
        if MARKS.contains(&text) {
            return Some(true);
        }
        let key = alike(text);
        if let Some(flag) = self.flags.get(&key) {
            return Some(*flag);
        }
        // "Đã đăng ký", "Chưa tiêm": the first word decides if the others only repeat the header. "Đã nghỉ" and "Có 1 phần" may mean
        // anything.
        let (first, rest) = key.split_once(' ')?;
        let leads = |word: &str| ["có", "đã", "không", "chưa"].iter().position(|lead| alike(lead) == word);
        let first = leads(first)?;
        rest.split(' ').all(|word| self.again.contains(word)).then_some(first < 2)
    }

    /// The code of a word of a list.
    fn find(&self, list: &str, text: &str) -> Option<&str> {
        let words = self.lists.get(list)?;
        // Punctuation alone is not a word.
        let key = Some(alike(text)).filter(|key| !key.is_empty())?;
        // "d 2" and "D.2" are d2; "1,2" and "1.2" are two codes, not one.
        let close = key.split_once(' ').filter(|(letter, digits)| {
            letter.chars().count() == 1
                && letter.chars().all(char::is_alphabetic)
                && is_digits(digits)
                && !text.contains([',', ';', '/', '+'])
        });
        words
            .get(&key)
            .or_else(|| words.get(without_child(&key)))
            .or_else(|| close.and_then(|(letter, digits)| words.get(&format!("{letter}{digits}"))))
            .map(String::as_str)
    }

    fn expected(&self, list: &str) -> Phrase {
        let codes = self.codes.categories_of(list);
        if codes.len() <= 8 {
            let named = |code: &str| self.codes.name(list, code).map_or_else(|| code.to_owned(), |name| name.vi);
            let vi = codes.iter().map(|code| named(code)).collect::<Vec<_>>().join(", ");
            Phrase::Own(Text::new(format!("một trong {vi}"), format!("one of {}", codes.join(", "))))
        } else {
            let (first, last) = (codes[0], codes[codes.len() - 1]);
            let name = self.codes.list(list).map_or_else(|| list.to_owned(), |list| list.name.small().vi);
            Phrase::Own(Text::new(
                format!("tên hoặc mã trong danh mục {name} ({first} … {last})"),
                format!("a code of the list {list} ({first} … {last})"),
            ))
        }
    }

    /// A column of one code; `figures` is true if figures may be codes.
    pub fn code(&self, list: &str, text: &str, figures: bool) -> Parsed {
        if !figures && is_digits(text) {
            return Parsed::unread(FIGURES);
        }
        match self.find(list, text) {
            Some(code) => Parsed::with(Value::Text(code.to_owned()), how(code, text)),
            None => Parsed::unread(self.expected(list)),
        }
    }

    /// A column of several codes; `figures` is true if figures may be codes.
    pub fn list(&self, column: &Column, text: &str, figures: bool) -> Parsed {
        let Some(list) = column.codes.as_deref() else { return Parsed::unread(Phrase::ListOfCodes) };
        if let Some(elements) = bracketed(text) {
            let parsed = if elements.is_empty() {
                Parsed::with(Value::List(Vec::new()), Rules::default()).rule(Rule::NothingWord)
            } else if elements.iter().all(|element| element == UNKNOWN) {
                Parsed::default().rule(Rule::BlankWord)
            } else {
                self.list(column, &elements.join(";"), figures)
            };
            return if parsed.unread.is_some() { parsed } else { parsed.rule(Rule::Written) };
        }
        if self.is_nothing(text) {
            return Parsed::with(Value::List(Vec::new()), Rules::default()).rule(Rule::NothingWord);
        }
        if !text.contains(char::is_alphanumeric) {
            return Parsed::default().rule(Rule::BlankWord);
        }
        if !figures && is_digits(text) {
            return Parsed::unread(FIGURES);
        }
        if let Some(code) = self.find(list, text) {
            return Parsed::with(Value::List(vec![code.to_owned()]), how(code, text));
        }
        let mut codes: Vec<String> = Vec::new();
        let mut rules = Rules::default();
        rules.add(Rule::ListSplit);
        let (mut letters, mut digits) = (false, false);
        for part in text.split([';', '\n', '+', '|']).map(str::trim).filter(|p| !p.is_empty()) {
            // Names contain commas too ("lánh nạn, tị nạn"): the longest run that is a name counts.
            let pieces: Vec<&str> = part.split_inclusive([',', '/']).collect();
            let mut start = 0;
            while start < pieces.len() {
                let run = (start + 1..=pieces.len()).rev().find_map(|end| {
                    let run = pieces[start..end].concat();
                    let run = run.trim().trim_end_matches([',', '/']).trim().trim_start_matches("- ").to_owned();
                    self.find(list, &run).map(|code| (end, code, how(code, &run)))
                });
                let Some((end, code, found)) = run else {
                    return Parsed::unread(Phrase::ListsOf(self.expected(list).into()));
                };
                let written = pieces[start..end].concat();
                let written = written.trim_matches([' ', ',', '/']);
                digits |= is_digits(written);
                letters |= written.chars().count() <= 3 && !is_digits(written);
                rules.join(found);
                if !codes.iter().any(|c| c == code) {
                    codes.push(code.to_owned());
                }
                start = end;
            }
        }
        // "c1,2" may mean c1 and c2, or c1 and the second group.
        if letters && digits {
            return Parsed::unread(Phrase::ListsOf(self.expected(list).into()));
        }
        if digits && !figures {
            return Parsed::unread(FIGURES);
        }
        Parsed::with(Value::List(codes), rules)
    }

    /// The code of a list that the header of one column of marks means.
    pub fn tick(&self, list: &str, header: &str) -> Option<&str> {
        self.find(list, header).filter(|_| header.chars().filter(|c| c.is_alphabetic()).count() > 1)
    }

    /// The code that a header means below the heading of its list: also a bare code, but no figure, since figures number columns.
    pub fn below(&self, list: &str, header: &str) -> Option<&str> {
        let found = || self.find(list, header).filter(|_| header.chars().any(char::is_alphabetic));
        found().or_else(|| self.below.get(list)?.get(&alike(header)).map(String::as_str))
    }

    /// True if the codes cover a whole list: every group itself or all of its subgroups.
    pub fn covers(&self, list: &str, codes: &[&str]) -> bool {
        let Some(list) = self.codes.lists().iter().find(|l| l.id == list) else { return false };
        let has = |code: &str| codes.contains(&code);
        list.items.iter().filter(|item| item.parent.is_none()).all(|group| {
            let mut inside = list.items.iter().filter(|item| item.parent.as_deref() == Some(group.code.as_str())).peekable();
            has(&group.code) || inside.peek().is_some() && inside.all(|item| has(&item.code))
        })
    }

    /// An ethnic group by name, or by its code in the dataset's official list.
    pub fn ethnic(&self, list: EthnicList, text: &str, figures: bool) -> Parsed {
        if !figures && is_digits(text) {
            return Parsed::unread(FIGURES);
        }
        if is_digits(text) {
            let code = format!("{text:0>2}");
            let mut rules = Rules::default();
            if code != text {
                rules.add(Rule::LeadingZeros);
            }
            return match self.codes.ethnic_group(list, &code) {
                Some(_) => Parsed::with(Value::Text(code), rules),
                None => Parsed::unread(EXPECTED_ETHNIC),
            };
        }
        let name = text.trim_start_matches("Dân tộc ").trim_start_matches("dân tộc ");
        let at = self.ethnic.get(&alike(name)).copied().or_else(|| self.ethnic_bare.get(&joined(name)).copied().flatten());
        match at.map(|at| code_of(&self.codes.ethnic_groups()[at], list)) {
            Some(code) => Parsed::with(Value::Text(code.to_owned()), Rules::default()).rule(Rule::EthnicName),
            None => Parsed::unread(EXPECTED_ETHNIC),
        }
    }
}

/// The elements of a list as programs write it, `["a", "d2"]`; null or blank ones become [`UNKNOWN`].
fn bracketed(text: &str) -> Option<Vec<String>> {
    let inside = text.strip_prefix('[')?.strip_suffix(']')?.trim();
    if inside.is_empty() {
        return Some(Vec::new());
    }
    let blank = |element: &str| element.is_empty() || matches!(bare(element).as_str(), "null" | "none" | "nan" | "na");
    let elements = inside.split([',', ';', '\n']).map(|element| nfc(element.trim().trim_matches(['"', '\''])));
    Some(elements.map(|element| if blank(&element) { UNKNOWN.to_owned() } else { element }).collect())
}

/// Replaces a null among the codes of a list: not a code, but a word, so that it is reported and not skipped as punctuation.
pub(super) const UNKNOWN: &str = "null";
/// Expected instead of a figure in a column whose figures are ambiguous.
pub(super) const FIGURES: Phrase = Phrase::KnownFigure;
const EXPECTED_ETHNIC: Phrase = Phrase::EthnicNameOrCode;

fn code_of(group: &EthnicGroup, list: EthnicList) -> &str {
    match list {
        EthnicList::Of1979 => &group.code_1979,
        EthnicList::Of2008 => &group.code_2008,
    }
}

/// How a code was written.
fn how(code: &str, text: &str) -> Rules {
    let mut rules = Rules::default();
    if code != text {
        let same = alike(code) == alike(text) || alike(code) == alike(text).replace(' ', "");
        rules.add(if same { Rule::CodeSpelling } else { Rule::CodeName });
    }
    rules
}
