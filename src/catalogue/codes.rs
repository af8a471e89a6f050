//! The lists of codes: the values a column may hold, and their names.

use super::condition::Condition;
use super::indicator::{Dimension, ReadIn};
use super::table::{ETHNICITY, Table};
use crate::error::{Error, Fact, Phrase, Result, choose};
use crate::text::{Text, one_or_both_if_any};
use serde::Deserialize;
use std::str::FromStr;

/// A code of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The code.
    pub code: String,
    /// The code of the group it belongs to.
    pub parent: Option<String>,
    /// Vietnamese name.
    pub vi: String,
    /// English name.
    pub en: String,
    /// The source of the name, if other than that of the list.
    pub read_in: Option<ReadIn>,
}

impl Code {
    /// The name in both languages.
    #[must_use]
    pub fn name(&self) -> Text {
        Text::new(&self.vi, &self.en)
    }
}

/// A list of codes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeList {
    /// Its name, as columns refer to it.
    pub id: String,
    /// Its name for people.
    pub name: Text,
    /// Its kind of source.
    pub read_in: ReadIn,
    /// The legal text.
    #[serde(default, deserialize_with = "one_or_both_if_any")]
    pub source: Option<Text>,
    /// The codes.
    pub items: Vec<Code>,
}

/// One of the 54 ethnic groups, with its code in both official lists.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EthnicGroup {
    /// Its official name, which is also its category in a result.
    pub name: String,
    /// Its code in Decision 121-TCTK/PPCĐ of 1979.
    pub code_1979: String,
    /// Its code in Decision 1019/QĐ-TCTK of 2008.
    pub code_2008: String,
}

/// Which official list the ethnic codes of a dataset belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, Deserialize)]
pub enum EthnicList {
    /// Decision 121-TCTK/PPCĐ, 1979.
    #[serde(rename = "1979")]
    Of1979,
    /// Decision 1019/QĐ-TCTK, 2008.
    #[serde(rename = "2008")]
    Of2008,
}

impl EthnicList {
    /// Its year, which is its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Of1979 => "1979",
            Self::Of2008 => "2008",
        }
    }
}

/// The list of a year.
impl FromStr for EthnicList {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        choose("ethnic_list", word, &[Self::Of1979, Self::Of2008].map(|list| (list.as_str(), list)))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListFile {
    list: Vec<CodeList>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EthnicFile {
    group: Vec<EthnicGroup>,
}

/// All lists of codes of the crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes {
    lists: Vec<CodeList>,
    ethnic: Vec<EthnicGroup>,
}

impl Codes {
    pub(super) fn read(lists: &str, ethnic: &str) -> Result<Self, toml::de::Error> {
        Ok(Self { lists: toml::from_str::<ListFile>(lists)?.list, ethnic: toml::from_str::<EthnicFile>(ethnic)?.group })
    }

    /// The lists.
    #[must_use]
    pub fn lists(&self) -> &[CodeList] {
        &self.lists
    }

    /// The list of that id.
    #[must_use]
    pub fn list(&self, id: &str) -> Option<&CodeList> {
        self.lists.iter().find(|l| l.id == id)
    }

    /// The 54 ethnic groups.
    #[must_use]
    pub fn ethnic_groups(&self) -> &[EthnicGroup] {
        &self.ethnic
    }

    /// The name of a code in a list.
    #[must_use]
    pub fn name(&self, list: &str, code: &str) -> Option<Text> {
        self.list(list)?.items.iter().find(|c| c.code == code).map(Code::name)
    }

    /// True if a list has a code; for ethnic groups, if a group has that name.
    #[must_use]
    pub fn has(&self, list: &str, code: &str) -> bool {
        if list == ETHNICITY {
            return self.ethnic.iter().any(|g| g.name == code);
        }
        self.list(list).is_some_and(|l| l.items.iter().any(|c| c.code == code))
    }

    /// Refuses a condition on a code that the column's list does not have: it would silently count 0.
    pub(crate) fn check(&self, condition: &Condition, table: &Table) -> Result<(), (Fact, Fact)> {
        for (column, word) in condition.words() {
            let list = table.column(column).and_then(|c| c.codes.as_deref());
            if let Some(list) = list.filter(|list| !self.has(list, word)) {
                let expected = if list == ETHNICITY { Phrase::EthnicName } else { Phrase::CodeOf(list.to_owned()) };
                return Err((expected.into(), Fact::quoted(word)));
            }
        }
        Ok(())
    }

    /// The categories of a dimension, without `total` and `unknown`; empty for age groups, whose
    /// categories are the bands of the indicator.
    #[must_use]
    pub fn categories(&self, dimension: Dimension) -> Vec<&str> {
        self.categories_of(dimension.as_str())
    }

    /// The codes of a list except `unknown`, or the names of the ethnic groups; empty for an unknown list.
    pub(crate) fn categories_of(&self, list: &str) -> Vec<&str> {
        if list == ETHNICITY {
            return self.ethnic.iter().map(|g| g.name.as_str()).collect();
        }
        let items = self.list(list).map(|l| l.items.as_slice()).unwrap_or_default();
        items.iter().map(|c| c.code.as_str()).filter(|c| *c != "unknown").collect()
    }

    /// The group of a code in one of the two official lists.
    #[must_use]
    pub fn ethnic_group(&self, list: EthnicList, code: &str) -> Option<&EthnicGroup> {
        self.ethnic.iter().find(|g| match list {
            EthnicList::Of1979 => g.code_1979 == code,
            EthnicList::Of2008 => g.code_2008 == code,
        })
    }
}
