//! Every fact and every message exists in both languages.

use super::part::System;
use super::{ABUSE, COVERAGE, Error, Fact, NOT_A_CODE, Phrase};
use crate::text::{Language, Text};

/// Data to fill a fact with.
pub(super) trait Sample {
    fn sample(part: &'static str) -> Self;
}

impl Sample for String {
    fn sample(part: &'static str) -> Self {
        format!("⟨{part}⟩")
    }
}

impl Sample for &'static str {
    fn sample(_: &'static str) -> Self {
        "⟨word⟩"
    }
}

impl Sample for Text {
    fn sample(_: &'static str) -> Self {
        Self::new("chữ", "word")
    }
}

impl Sample for Fact {
    fn sample(_: &'static str) -> Self {
        Phrase::TrueOrFalse.into()
    }
}

impl Sample for System {
    fn sample(_: &'static str) -> Self {
        Self::of(&std::io::Error::from_raw_os_error(2)).unwrap()
    }
}

macro_rules! sample_numbers {
    ($($kind:ty),+) => {
        $(impl Sample for $kind {
            fn sample(_: &'static str) -> Self {
                7
            }
        })+
    };
}
sample_numbers!(i32, i64, u64);

/// English words that no Vietnamese text has.
const ENGLISH: &str = "a and are boolean by cannot code column date each expected file found from integer is it list not number of on \
    one or row rows table text than that the to which with without";

/// The English words in a Vietnamese text.
fn english_of(vi: &str) -> Vec<&str> {
    let words = vi.split_whitespace().map(|word| word.trim_matches(|c: char| c.is_ascii_punctuation()));
    words.filter(|word| ENGLISH.split_whitespace().any(|english| english == *word)).collect()
}

#[test]
fn every_fact_has_a_text_of_its_own_in_both_languages() {
    for fact in Phrase::samples() {
        let (vi, en) = (fact.text(Language::Vi), fact.text(Language::En));
        assert!(!vi.is_empty() && !en.is_empty(), "{fact:?}");
        assert_eq!(vi == en, matches!(fact, Phrase::Verbatim(_)), "{vi}");
        assert!(english_of(&vi).is_empty(), "{vi}");
    }
}

#[test]
fn both_texts_of_a_fact_show_all_of_its_data() {
    let holes = |text: &str| {
        let words = text.matches('⟨').count() + text.matches('7').count();
        words + ["đúng hoặc sai", "true or false"].iter().map(|fact| text.matches(fact).count()).sum::<usize>()
    };
    for fact in Phrase::samples() {
        let (vi, en) = (fact.text(Language::Vi), fact.text(Language::En));
        assert_eq!(holes(&vi), holes(&en), "{vi} | {en}");
    }
}

#[test]
fn facts_hold_facts() {
    let codes = Phrase::CodeFromTo("circumstance".to_owned(), "a".to_owned(), "o3".to_owned());
    let lists = Fact::from(Phrase::ListsOf(codes.into()));
    assert_eq!(lists.text(Language::En), "lists of a code of the list circumstance (a … o3)");
    assert_eq!(lists.text(Language::Vi), "danh sách gồm mã trong danh mục circumstance (a … o3)");
    let column = Fact::from(Phrase::ColumnIs("works".to_owned(), Phrase::Boolean.into()));
    assert_eq!(column.text(Language::Vi), "works, có kiểu đúng/sai");
    assert_eq!(Fact::verbatim("male, female").text(Language::Vi), "male, female");
    assert_eq!(Fact::from(Phrase::WholeNumberFromTo(0, 9)).text(Language::Vi), "số nguyên từ 0 đến 9");
}

/// An error of each kind, and those that have a sentence or a hint of their own.
fn errors() -> Vec<Error> {
    let (word, words) = (|| "x1".to_owned(), || vec!["x1".to_owned(), "x2".to_owned()]);
    let (expected, found) = (|| Fact::from(Phrase::WholeDate), || Fact::from(Phrase::Nothing));
    let over = |what: Phrase| Error::OverLimit { path: word(), what: what.into(), most: 1, found: 2, memory: 1 << 30 };
    let codes = |codes: &[&str]| Error::UnknownAreas {
        table: word(),
        column: word(),
        rows: 1,
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        vintage: word(),
        held_by: codes.contains(&"00406").then(|| "2025-06-30".into()),
    };
    let lacks = |indicator: &str, found: Vec<String>| Error::MissingColumn {
        table: word(),
        column: word(),
        expected: Phrase::Text.into(),
        found,
        indicator: indicator.to_owned(),
    };
    let header = |found: Vec<String>| Error::NoHeader { path: word(), table: word(), row: 1, found, expected: words() };
    let value =
        |first: Vec<u64>| Error::BadValue { table: word(), column: word(), expected: Phrase::WithoutFraction.into(), rows: 2, first };
    vec![
        Error::Catalogue { file: word(), key: word(), expected: expected(), found: found() },
        Error::UnknownIndicator { got: word(), close: Vec::new() },
        Error::UnknownIndicator { got: word(), close: words() },
        Error::UnknownChoice { what: "x", got: word(), known: words() },
        Error::NoLevel { level: word(), day: word(), known: words() },
        Error::Repeated { what: "x", got: word() },
        Error::BadPeriod { got: word() },
        Error::PeriodNotDefined { indicator: word(), period: word(), allowed: words() },
        Error::BadPlan { found: found() },
        Error::BadNumber { what: "n", expected: expected(), found: found() },
        Error::NoAreaList { date: word(), known: vec![(word(), word()), (word(), "9999-12-31".to_owned())] },
        Error::NoVintage { period: word() },
        Error::BadShares { old: word(), expected: expected(), found: found() },
        Error::OtherDataset { table: word(), expected: expected(), found: found() },
        Error::TallyMismatch { expected: expected(), found: found() },
        Error::MissingTable { table: word(), indicator: word() },
        lacks("x1", Vec::new()),
        lacks(ABUSE, words()),
        lacks(COVERAGE, words()),
        Error::WrongType { table: word(), column: word(), expected: Phrase::ListOfText.into(), found: Fact::verbatim("i64") },
        value(Vec::new()),
        value(vec![1, 2]),
        codes(&[NOT_A_CODE]),
        codes(&["1"]),
        codes(&["99999"]),
        codes(&["00406"]),
        Error::NoEthnicList,
        Error::NoShare,
        Error::UnitsDiffer { numerator: word(), denominator: word() },
        Error::ChoicesDiffer { numerator: word(), denominator: word() },
        Error::File { path: word(), found: (&std::io::Error::from_raw_os_error(2)).into() },
        Error::NotWritten { path: word(), found: (&std::io::Error::from_raw_os_error(28)).into() },
        Error::Frame { table: word(), found: found() },
        Error::RowsDiffer { table: word(), expected: 1, found: 2 },
        Error::NoPermission { path: word() },
        Error::UnreadableFile { path: word(), expected: expected(), found: found() },
        over(Phrase::ColumnsApart),
        over(Phrase::BytesOfText),
        over(Phrase::PlacesApart),
        header(Vec::new()),
        header(words()),
        Error::NoAreaDate { table: word(), column: word() },
        Error::Mapping { key: word(), expected: expected(), found: found() },
    ]
}

#[test]
fn every_error_has_a_message_in_both_languages() {
    for error in errors() {
        let texts = [(error.message(Language::Vi), error.message(Language::En))];
        let hints = error.hint(Language::Vi).into_iter().zip(error.hint(Language::En));
        for (vi, en) in texts.into_iter().chain(hints) {
            assert_ne!(vi, en);
            assert!(english_of(&vi).is_empty(), "{vi}");
        }
    }
}

#[test]
fn programs_get_english_facts_in_either_language() {
    let error = Error::BadNumber { what: "level", expected: Phrase::Between(0, 1).into(), found: 2.into() };
    assert_eq!((error.expected().as_deref(), error.got().as_deref()), (Some("between 0 and 1"), Some("2")));
    assert_eq!(error.message(Language::Vi), "level: cần giữa 0 và 1, nhưng gặp 2");
    assert_eq!(error.to_string(), "level: expected between 0 and 1, found 2");
    let gone = Error::File { path: "a.csv".to_owned(), found: (&std::io::Error::from_raw_os_error(2)).into() };
    assert_eq!(gone.message(Language::Vi), "a.csv: không có tệp hoặc thư mục này");
    #[cfg(target_os = "linux")]
    assert_eq!(gone.got(), Some(std::io::Error::from_raw_os_error(2).to_string()));
}
