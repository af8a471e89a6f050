//! `synonyms.toml`, indexed for lookup: words for schema columns, by table, and for columns to ignore.

use super::target::{Component, Target};
use crate::catalogue::{Catalogue, Table};
use crate::intake::codes::Words;
use crate::spelling::{alike, bare};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

/// Words for the columns of one table.
pub(super) struct TableWords {
    alike: HashMap<String, Target>,
    bare: HashMap<String, Option<Target>>,
    pub titles: Vec<String>,
    /// A list of records has at least one column of each group.
    pub needs: Vec<Vec<String>>,
    /// Columns that may come as columns of marks, with the list of their codes.
    ticks: Vec<(String, String)>,
    /// Flags that may come as one column per kind, any of which means yes.
    pub any: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    numbering: Vec<String>,
    ignored: Vec<String>,
    others: Vec<String>,
    gives_way: Vec<String>,
    kinds: Vec<String>,
    deleted: Deleted,
    common: BTreeMap<String, Vec<String>>,
    #[serde(flatten)]
    tables: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

/// Words for columns that mark deleted rows.
#[derive(Deserialize)]
struct Deleted {
    flags: Vec<String>,
    dates: Vec<String>,
    states: Vec<String>,
    words: Vec<String>,
}

/// How a column marks deleted rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::intake) enum Deletion {
    /// By yes.
    Flag,
    /// By the day of deletion.
    Date,
    /// By a word among words for other states.
    State,
}

struct Synonyms {
    numbering: HashSet<String>,
    ignored: HashSet<String>,
    /// Names of people other than the child.
    others: HashSet<String>,
    gives_way: HashSet<String>,
    /// Kinds of support, which occur below its heading.
    kinds: HashSet<String>,
    deletions: Vec<(HashSet<String>, Deletion)>,
    deleted_words: HashSet<String>,
    tables: HashMap<String, TableWords>,
}

static SYNONYMS: LazyLock<Synonyms> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../synonyms.toml")).expect("synonyms.toml is whole");
    let catalogue = Catalogue::builtin();
    let tables = catalogue.tables().iter().map(|table| {
        let own = file.tables.get(&table.id);
        (table.id.clone(), TableWords::new(table, own, &file.common))
    });
    let keys = |words: &[String]| words.iter().flat_map(|word| [alike(word), bare(word)]).collect();
    let deletions = [(&file.deleted.flags, Deletion::Flag), (&file.deleted.dates, Deletion::Date), (&file.deleted.states, Deletion::State)];
    Synonyms {
        numbering: keys(&file.numbering),
        ignored: keys(&file.ignored),
        others: keys(&file.others),
        gives_way: keys(&file.gives_way),
        kinds: keys(&file.kinds),
        deletions: deletions.into_iter().map(|(words, how)| (keys(words), how)).collect(),
        deleted_words: keys(&file.deleted.words),
        tables: tables.collect(),
    }
});

impl TableWords {
    /// The words of a table.
    pub fn of(table: &Table) -> &'static Self {
        &SYNONYMS.tables[&table.id]
    }

    fn new(table: &Table, own: Option<&BTreeMap<String, Vec<String>>>, common: &BTreeMap<String, Vec<String>>) -> Self {
        let mut words =
            Self { alike: HashMap::new(), bare: HashMap::new(), titles: Vec::new(), needs: Vec::new(), ticks: Vec::new(), any: Vec::new() };
        let of = |name: &str| table.column(name.split('.').next().unwrap_or_default());
        // A table's own words come before the common ones.
        for (name, synonyms) in own.into_iter().flatten().chain(common) {
            match name.as_str() {
                "titles" => words.titles = synonyms.iter().map(|title| bare(title)).collect(),
                "needs" => {
                    words.needs = synonyms.iter().map(|group| group.split('|').map(|id| id.trim().to_owned()).collect()).collect();
                }
                "ticks" => {
                    let lists = synonyms.iter().filter_map(|id| Some((id.clone(), of(id)?.codes.clone()?)));
                    words.ticks = lists.collect();
                }
                "any" => words.any.clone_from(synonyms),
                name if of(name).is_some() => {
                    for synonym in synonyms {
                        words.add(synonym, Target::from_name(name));
                    }
                }
                _ => {}
            }
        }
        words
    }

    fn add(&mut self, synonym: &str, target: Target) {
        let known = self.alike.entry(alike(synonym)).or_insert_with(|| target.clone()).clone();
        if known == target {
            let same = self.bare.entry(bare(synonym)).or_insert_with(|| Some(target.clone()));
            if same.as_ref() != Some(&target) {
                *same = None;
            }
        }
    }

    pub fn synonym(&self, text: &str) -> Option<Target> {
        let marked = self.alike.get(&alike(text)).cloned();
        marked.or_else(|| self.bare.get(&bare(text)).filter(|_| text.is_ascii()).cloned().flatten())
    }

    pub fn tick(&self, text: &str) -> Option<Target> {
        self.ticks.iter().find_map(|(column, list)| {
            let code = Words::get().tick(list, text)?;
            Some(Target { column: column.clone(), part: Component::Tick(code.to_owned()) })
        })
    }
}

fn has(words: &HashSet<String>, text: &str) -> bool {
    words.contains(&alike(text)) || text.is_ascii() && words.contains(&bare(text))
}

/// How a column with that header marks deleted rows, if it may.
pub(super) fn deletion(label: &str) -> Option<Deletion> {
    let last = label.rsplit(" / ").next().unwrap_or(label);
    SYNONYMS.deletions.iter().find(|(words, _)| has(words, last)).map(|(_, how)| *how)
}

/// True for a word that means "deleted".
pub(in crate::intake) fn says_deleted(text: &str) -> bool {
    has(&SYNONYMS.deleted_words, text)
}

/// True for the header of a column to ignore.
pub(super) fn is_ignored(text: &str) -> bool {
    has(&SYNONYMS.ignored, text) || has(&SYNONYMS.others, text) || is_numbering(text)
}

/// True for the header of the column that numbers the rows.
pub(super) fn is_numbering(text: &str) -> bool {
    has(&SYNONYMS.numbering, text)
}

/// True for a word that names a person other than the child.
pub(super) fn is_other_person(text: &str) -> bool {
    has(&SYNONYMS.others, text)
}

/// True for a kind of support.
pub(super) fn is_kind(text: &str) -> bool {
    has(&SYNONYMS.kinds, text)
}

/// True for the header of an address, used only if no other column names the commune.
pub(super) fn gives_way(text: &str) -> bool {
    has(&SYNONYMS.gives_way, text)
}
