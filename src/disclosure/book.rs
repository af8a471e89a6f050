//! Everything that is published together, and what was published before: counts of several families, each by its key.
//!
//! A *family* is one way of counting (of children, of decisions, of those undecided) in one period. Counts of one family
//! are tied along areas and dimensions; counts of different families by ties that the caller knows of. Whether a total is
//! a sum is read from the counts: a reader who guesses that it is one would be right.

use super::bounds::{Bounds, Contradiction};
use super::certify::unproven;
use super::components::suppress;
use super::named::{Id, Named};
use super::relations::{Relations, System, UNBOUNDED};
use super::rule::{Rule, Zeros};
use super::search::{Effort, Search};
use super::spell::Spell;
use super::suppress::{Cell, Place, at_least, view};
use crate::area::AreaList;
use crate::error::{Error, Result};
use crate::grid::Categories;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How long to look for numbers of hidden cells of earlier releases that agree with what is known.
const RECALL: Effort = Effort { tries: 40, steps: 20_000, patience: 20_000 };

/// What is counted where: the family, the area, and the categories that are not the total.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub family: Id,
    pub area: Id,
    /// Dimension and category, sorted.
    pub words: Vec<(Id, Id)>,
}

/// An area by the list it is in and its place there, with its level.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Spot {
    /// 0 for the country, 3 for a commune.
    pub level: u8,
    /// The list; empty for the country, which is one in every list.
    pub list: String,
    pub code: String,
    /// The areas it lies in, the nearest first.
    pub within: Vec<(u8, String)>,
}

/// A count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    /// None for one that was hidden in an earlier release: nobody kept it.
    pub number: Option<i64>,
    pub place: Place,
    pub is_small: bool,
    /// The least and the most that the public knows it to be where it is hidden.
    pub known: (i64, i64),
    /// True if an earlier release shows or hides it.
    pub is_released: bool,
}

impl Count {
    /// One that a table shows, or hides where the rule asks for it.
    pub fn in_table(number: i64, rule: &Rule) -> Self {
        let is_shown = number == 0 && rule.zeros == Zeros::Shown;
        let place = if is_shown { Place::Public } else { Place::Open };
        let is_small = rule.is_small(number.cast_unsigned());
        Self { number: Some(number), place, is_small, known: at_least(rule.floor()), is_released: false }
    }

    /// One that stands in no table and follows from others.
    pub fn absent(number: Option<i64>, is_small: bool) -> Self {
        Self { number, place: Place::Absent, is_small, known: at_least(0), is_released: false }
    }

    /// What is left of a count: it is to stay unknown where it is small, and 0 tells nothing of anyone.
    pub fn left(number: i64, rule: &Rule) -> Self {
        Self::absent(Some(number), number > 0 && rule.is_small(number.cast_unsigned()))
    }
}

/// The categories of a dimension that make up its total, and whether one thing may be in several.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Parts {
    pub dimension: Id,
    /// The category they are parts of; none for the total.
    pub of: Option<Id>,
    pub categories: Vec<Id>,
    pub overlap: bool,
}

/// Along which counts of one row are tied.
pub(super) const ROW: &str = "row";

/// Between a category and those it is told apart from.
const OF: &str = " | ";

/// The category of what is in none, or not known to be in one: with other bands of age others are.
pub(super) fn unknown(of: &Categories) -> String {
    format!("{}{OF}{}", of.unknown_label, of.labels.join(" "))
}

/// What ties counts of different families in one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tie {
    /// A total and its parts.
    Sum(u32, Vec<u32>),
    /// Counts, each so many times, that together are 0 at least.
    NotNegative(Vec<(u32, i32)>),
    /// A total and its parts of which nobody kept all numbers; along which dimension. A reader may guess that it is their sum.
    Guess(u32, Vec<u32>, Id),
}

impl Tie {
    /// A count that is at most others together.
    pub fn at_most(count: u32, others: &[u32]) -> Self {
        Self::NotNegative(others.iter().map(|other| (*other, 1)).chain([(count, -1)]).collect())
    }

    /// A count that is at least others together.
    pub fn at_least(count: u32, others: &[u32]) -> Self {
        Self::NotNegative(others.iter().map(|other| (*other, -1)).chain([(count, 1)]).collect())
    }
}

/// Totals of a family along a dimension: all of them are sums of their parts, or nobody can tell which are.
type Guessed = (Id, Id);

/// Counts that are published together.
#[derive(Debug, Default)]
pub(super) struct Book {
    texts: Named<String>,
    spots: Named<Spot>,
    keys: Vec<Key>,
    counts: Vec<Count>,
    of: HashMap<Key, u32>,
    /// By family.
    parts: BTreeMap<Id, BTreeSet<Parts>>,
    spells: BTreeMap<Id, Spell>,
    /// What ties counts as they are: a reader who guesses it is right.
    ties: Vec<Tie>,
    /// What ties them whatever they are.
    laws: Vec<Tie>,
}

/// A family, and categories.
type Group<'k> = (Id, &'k [(Id, Id)]);

/// By family and categories, the counts of two lists of areas by their places in these.
pub(super) type ByList = BTreeMap<(Id, Vec<(Id, Id)>), [BTreeMap<u32, u32>; 2]>;

/// What may be published of a book.
#[derive(Debug)]
pub(super) struct Settled {
    pub hidden: Vec<bool>,
    /// What the public can work out of each count.
    pub bounds: Vec<(i64, i64)>,
    /// Small counts that are already public or follow from it.
    pub exposed: Vec<u32>,
    pub certified: u64,
}

impl Book {
    /// The number of a text: a family, a dimension or a category.
    pub fn text(&mut self, text: &str) -> Id {
        self.texts.id(text)
    }

    /// The number of an area.
    pub fn spot(&mut self, spot: &Spot) -> Id {
        self.spots.id(spot)
    }

    /// Adds a count, or what else is known of one that is there; gives its number in the book.
    ///
    /// # Errors
    /// [`Error::OtherRecords`] if it is there with another number.
    pub fn add(&mut self, key: Key, count: Count) -> Result<u32> {
        if let Some(nth) = self.of.get(&key) {
            let there = &mut self.counts[*nth as usize];
            match (there.number, count.number) {
                (Some(a), Some(b)) if a != b => return Err(Error::OtherRecords { area: self.spots.get(key.area).code.clone() }),
                (number, other) => there.number = number.or(other),
            }
            there.is_small |= count.is_small;
            there.is_released |= count.is_released;
            there.known = (there.known.0.max(count.known.0), there.known.1.min(count.known.1));
            there.place = match (there.place, count.place) {
                (Place::Public, _) | (_, Place::Public) => Place::Public,
                (Place::Hidden, _) | (_, Place::Hidden) => Place::Hidden,
                (Place::Open, _) | (_, Place::Open) => Place::Open,
                (Place::Absent, Place::Absent) => Place::Absent,
            };
            return Ok(*nth);
        }
        let nth = self.keys.len() as u32;
        self.of.insert(key.clone(), nth);
        self.keys.push(key);
        self.counts.push(count);
        Ok(nth)
    }

    pub fn find(&self, key: &Key) -> Option<u32> {
        self.of.get(key).copied()
    }

    /// True if a count is there with another number.
    pub fn is_other(&self, key: &Key, number: Option<i64>) -> bool {
        let there = self.find(key).and_then(|nth| self.count(nth).number);
        there.zip(number).is_some_and(|(there, number)| there != number)
    }

    /// Enters a count of an earlier release: its number, or what is known of it if it was hidden. What is hidden once stays hidden
    /// while the records are the same.
    pub fn recall(&mut self, key: Key, number: Option<i64>, known: (i64, i64), rule: &Rule) -> Result<u32> {
        let there = self.find(&key).map(|cell| *self.count(cell));
        let count = if let Some(n) = number {
            let is_small = rule.is_small(n.cast_unsigned());
            Count { number, place: Place::Public, is_small, known: at_least(0), is_released: true }
        } else {
            let is_open = there.is_some_and(|there| there.place != Place::Absent);
            let place = if is_open { Place::Hidden } else { Place::Absent };
            // Which of the hidden were small nobody can tell any more: each is to stay hidden.
            Count { number, place, is_small: there.is_none(), known, is_released: true }
        };
        self.add(key, count)
    }

    pub fn count(&self, nth: u32) -> &Count {
        &self.counts[nth as usize]
    }

    /// Says what makes up the totals of some dimensions in a family.
    pub fn say_parts(&mut self, family: Id, dimensions: &[Categories]) {
        for of in dimensions {
            let dimension = self.text(&of.name);
            let inside = |parent: Option<usize>| {
                (0..of.labels.len()).filter(move |nth| of.parents[*nth] == parent).map(|nth| of.labels[nth].as_str())
            };
            let in_none = self.texts.id(&unknown(of));
            let top: Vec<Id> = inside(None).map(|label| self.texts.id(label)).chain([in_none]).collect();
            let mut parts = vec![Parts { dimension, of: None, categories: top, overlap: of.is_multiple }];
            for nth in 0..of.labels.len() {
                let categories: Vec<Id> = inside(Some(nth)).map(|label| self.texts.id(label)).collect();
                if !categories.is_empty() {
                    parts.push(Parts { dimension, of: Some(self.texts.id(of.labels[nth].as_str())), categories, overlap: true });
                }
            }
            self.parts.entry(family).or_default().extend(parts);
        }
    }

    /// Says which period and which release a family is of.
    pub fn say_spell(&mut self, family: Id, spell: Spell) {
        self.spells.insert(family, spell);
    }

    pub fn spells(&self) -> BTreeMap<Id, Spell> {
        self.spells.clone()
    }

    pub fn spell(&self, family: Id) -> Option<&Spell> {
        self.spells.get(&family)
    }

    pub fn key(&self, nth: u32) -> &Key {
        &self.keys[nth as usize]
    }

    /// The level of the area of a count.
    pub fn level(&self, nth: u32) -> u8 {
        self.spots.get(self.keys[nth as usize].area).level
    }

    /// The counts of each family.
    pub fn by_family(&self) -> BTreeMap<Id, Vec<u32>> {
        let mut found: BTreeMap<Id, Vec<u32>> = BTreeMap::new();
        for (nth, key) in (0..).zip(&self.keys) {
            found.entry(key.family).or_default().push(nth);
        }
        found
    }

    /// The family of what is worked out from another.
    pub fn derived(&mut self, word: &str, family: Id) -> Id {
        let text = format!("{word} {}", self.texts.get(family));
        self.text(&text)
    }

    /// The family of what lies between two others.
    pub fn text_of_pair(&mut self, family: Id, part: Id) -> Id {
        let text = format!("{} without {}", self.texts.get(family), self.texts.get(part));
        self.text(&text)
    }

    /// The lists of areas that counts are in, the earliest first.
    pub fn lists(&self) -> Vec<NaiveDate> {
        let days: BTreeSet<NaiveDate> = self.spots.things.iter().filter_map(|spot| spot.list.parse().ok()).collect();
        days.into_iter().collect()
    }

    /// By family and categories, the counts of two lists by their places there; the country is in both.
    pub fn by_list(&self, old: &AreaList, new: &AreaList) -> ByList {
        let index = |list: &AreaList| -> HashMap<(u8, String), u32> {
            (0..).zip(list.areas()).map(|(place, area)| ((area.level as u8, area.code.clone()), place)).collect()
        };
        let lists = [old, new].map(|list| (list.edition().to_string(), index(list)));
        let mut found: ByList = BTreeMap::new();
        for (nth, key) in (0..).zip(&self.keys) {
            let spot = self.spots.get(key.area);
            for (side, (name, places)) in lists.iter().enumerate() {
                if let Some(place) = places.get(&(spot.level, spot.code.clone())).filter(|_| spot.list == *name || spot.level == 0) {
                    found.entry((key.family, key.words.clone())).or_default()[side].insert(*place, nth);
                }
            }
        }
        found.retain(|_, [before, after]| before.len() > 1 && after.len() > 1);
        found
    }

    /// The family of a count.
    pub fn family(&self, nth: u32) -> Id {
        self.keys[nth as usize].family
    }

    /// Says of which categories totals are made up, if they are a sum; counts that overlap are seen by their sums.
    pub fn say_categories(&mut self, family: Id, dimensions: &[(Id, Vec<Id>)]) {
        let parts = |(dimension, categories): &(Id, Vec<Id>)| Parts {
            dimension: *dimension,
            of: None,
            categories: categories.clone(),
            overlap: false,
        };
        self.parts.entry(family).or_default().extend(dimensions.iter().map(parts));
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// A category, as it stands in tables.
    pub fn word(&self, category: Id) -> &str {
        self.texts.get(category).split(OF).next().unwrap_or_default()
    }

    /// A count in words, for reports: its area and its categories.
    pub fn words(&self, nth: u32) -> Vec<String> {
        let key = &self.keys[nth as usize];
        let text = self.texts.get(key.family);
        let during = text.split('@').nth(1).and_then(|rest| rest.split(' ').next()).map(|period| format!(" {period}"));
        let table = format!("{}{}", text.split(' ').next().unwrap_or_default(), during.unwrap_or_default());
        let words = key.words.iter().map(|(_, word)| self.word(*word).to_owned());
        [table, self.spots.get(key.area).code.clone()].into_iter().chain(words).collect()
    }

    /// Enters what ties counts by the way they are counted: all know it.
    pub fn tie(&mut self, tie: Tie) {
        self.laws.push(tie.clone());
        self.ties.push(tie);
    }

    /// Enters what a reader may guess and be right.
    pub fn guess(&mut self, tie: Tie) {
        self.ties.push(tie);
    }

    /// A total with its parts along a dimension: a sum if it is one, else what the counts allow.
    pub fn tie_total(&mut self, total: u32, parts: &[u32], along: &str, overlap: bool) {
        let spell = self.spell(self.family(total));
        // What lies between two counts is no count of its own; and what is undecided may be in another count of its row, or not.
        let is_whole = along != ROW && spell.is_some_and(|spell| !spell.is_rest);
        let is_sum = is_whole && !overlap && spell.is_some_and(|spell| !spell.is_distinct);
        let is_spelt = spell.is_some();
        let sum: Option<i64> = parts.iter().map(|part| self.count(*part).number).sum();
        let numbers = self.count(total).number.zip(sum);
        let of_distinct = if is_whole { self.distinct(total, parts, overlap) } else { Vec::new() };
        let ties = match numbers {
            Some((n, sum)) if !overlap && n == sum => vec![Tie::Sum(total, parts.to_vec())],
            Some((n, sum)) if !overlap && n > sum => vec![Tie::at_least(total, parts)],
            Some(_) => self.distinct(total, parts, false),
            None if overlap => of_distinct.clone(),
            None if is_spelt => vec![Tie::Guess(total, parts.to_vec(), self.text(along))],
            None => Vec::new(),
        };
        let holds_as_counted = is_sum && numbers.is_some_and(|(n, sum)| n >= sum);
        self.laws.extend(if holds_as_counted { ties.clone() } else { of_distinct });
        self.ties.extend(ties);
    }

    /// What is certain of a total of distinct things and its parts.
    fn distinct(&self, total: u32, parts: &[u32], overlap: bool) -> Vec<Tie> {
        let larger = |part: &u32| self.count(*part).number.zip(self.count(total).number).is_none_or(|(part, total)| part <= total);
        let mut found: Vec<Tie> = parts.iter().filter(|part| larger(part)).map(|part| Tie::at_most(*part, &[total])).collect();
        // A record may be in none of several categories: then a total is more than all of them.
        let sum: Option<i64> = parts.iter().map(|part| self.count(*part).number).sum();
        if !overlap && self.count(total).number.zip(sum).is_none_or(|(total, sum)| total <= sum) {
            found.push(Tie::at_most(total, parts));
        }
        found
    }

    /// Ties along the dimensions and areas of every family.
    fn ties_within(&mut self) {
        let mut found: Vec<(u32, Vec<u32>, String, bool)> = Vec::new();
        for (nth, key) in (0..).zip(&self.keys) {
            for parts in self.parts.get(&key.family).into_iter().flatten() {
                let here = key.words.iter().find(|(dimension, _)| *dimension == parts.dimension).map(|(_, category)| *category);
                if here != parts.of {
                    continue;
                }
                let others = key.words.iter().copied().filter(|(d, _)| *d != parts.dimension);
                let of_category = |category: &Id| {
                    let mut words: Vec<(Id, Id)> = others.clone().chain([(parts.dimension, *category)]).collect();
                    words.sort_unstable();
                    self.find(&Key { words, ..*key })
                };
                let cells: Vec<Option<u32>> = parts.categories.iter().map(of_category).collect();
                let there: Vec<u32> = cells.iter().flatten().copied().collect();
                if !there.is_empty() {
                    let along = self.texts.get(parts.dimension).clone();
                    found.push((nth, there, along, parts.overlap || cells.contains(&None) || parts.of.is_some()));
                }
            }
        }
        // With a category left out, a total is at least each of the others.
        found.extend(self.areas_within());
        let is_public = |nth: &u32| self.count(*nth).place == Place::Public;
        found.retain(|(total, parts, ..)| !(is_public(total) && parts.iter().all(is_public)));
        for (total, parts, along, is_loose) in found {
            self.tie_total(total, &parts, &along, is_loose);
        }
    }

    /// For each area, the nearest areas inside it, in every family and category.
    fn areas_within(&self) -> Vec<(u32, Vec<u32>, String, bool)> {
        let mut of: HashMap<Group, Vec<u32>> = HashMap::new();
        for (nth, key) in (0..).zip(&self.keys) {
            of.entry((key.family, &key.words)).or_default().push(nth);
        }
        let area_of = |nth: u32| self.spots.get(self.keys[nth as usize].area);
        let mut found: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for cells in of.values() {
            let there: HashMap<(u8, &str, &str), u32> =
                cells.iter().map(|nth| (area_of(*nth), *nth)).map(|(a, nth)| ((a.level, a.list.as_str(), a.code.as_str()), nth)).collect();
            for cell in cells {
                let area = area_of(*cell);
                let above = area.within.iter().find_map(|(level, code)| {
                    let list = if *level == 0 { "" } else { area.list.as_str() };
                    there.get(&(*level, list, code.as_str()))
                });
                if let Some(above) = above {
                    found.entry(*above).or_default().push(*cell);
                }
            }
        }
        // Areas of two lists make up the country twice.
        let mut by_list: Vec<(u32, Vec<u32>, String, bool)> = Vec::new();
        for (above, inside) in found {
            let mut lists: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
            for cell in inside {
                lists.entry(&area_of(cell).list).or_default().push(cell);
            }
            let along = format!("area {}", area_of(above).level);
            by_list.extend(lists.into_values().map(|cells| (above, cells, along.clone(), false)));
        }
        by_list
    }

    /// Chooses what to hide, and proves it.
    ///
    /// # Errors
    /// [`Error::NotProtected`] if a proof does not hold, [`Error::Contradiction`] if what was published before cannot be.
    pub fn settle(mut self, rule: &Rule) -> Result<Settled> {
        self.ties_within();
        let place = self.put_in_order();
        let (system, numbers) = self.agreeing()?;
        let cells = self.cells(&numbers);
        let contradiction = |_| Error::Contradiction { table: "result".to_owned() };
        let pattern = suppress(&system, &cells, rule.values()).map_err(contradiction)?;
        let seen = view(&system, &cells, &pattern.hidden);
        let failed = unproven(&system, &numbers, &seen, &pattern.witnesses, rule.values());
        if !failed.is_empty() {
            return Err(Error::NotProtected { cells: failed.len() as u64 });
        }
        // Limits are published: they hold what all know, not what a guess would add.
        let laws = self.system(&self.laws);
        let bounds = Bounds::new(&laws, seen.clone()).map_err(contradiction)?;
        let given_away = self.given_away(&system, &seen, &pattern.exposed, rule.values() as i64).map_err(contradiction)?;
        if given_away > 0 {
            return Err(Error::GivenAway { cells: given_away });
        }
        let mut exposed: Vec<u32> = Vec::new();
        for (before, now) in (0..).zip(&place) {
            if pattern.exposed.contains(now) {
                exposed.push(before);
            }
        }
        Ok(Settled {
            bounds: place.iter().map(|now| bounds.of(*now)).collect(),
            hidden: place.iter().map(|now| pattern.hidden[*now as usize]).collect(),
            exposed,
            certified: pattern.witnesses.len() as u64,
        })
    }

    /// How many small counts follow from what is published now, whatever is hidden, and not from earlier releases alone.
    fn given_away(&self, system: &System, seen: &[(i64, i64)], exposed: &[u32], values: i64) -> std::result::Result<u64, Contradiction> {
        if exposed.is_empty() || !self.counts.iter().any(|count| count.is_released) {
            return Ok(0);
        }
        let earlier = |count: &Count| match count.number {
            _ if !count.is_released => at_least(0),
            Some(n) if count.place == Place::Public => (n, n),
            _ => count.known,
        };
        let before = Bounds::new(system, self.counts.iter().map(earlier).collect())?;
        let now = Bounds::new(system, seen.to_vec())?;
        Ok(exposed.iter().filter(|cell| now.width(**cell) < values && before.width(**cell) >= values).count() as u64)
    }

    /// Numbers counts and ties by their words, so that nothing depends on the order of rows or of tables; gives the new number of each.
    fn put_in_order(&mut self) -> Vec<u32> {
        let name = |nth: &u32| {
            let key = &self.keys[*nth as usize];
            let mut words: Vec<[&String; 2]> = key.words.iter().map(|(d, c)| [self.texts.get(*d), self.texts.get(*c)]).collect();
            words.sort_unstable();
            std::cmp::Reverse((self.texts.get(key.family), self.spots.get(key.area), words))
        };
        let mut order: Vec<u32> = (0..self.keys.len() as u32).collect();
        order.sort_by_cached_key(name);
        let mut place = vec![0_u32; order.len()];
        (0..).zip(&order).for_each(|(now, before)| place[*before as usize] = now);
        self.keys = order.iter().map(|before| self.keys[*before as usize].clone()).collect();
        self.counts = order.iter().map(|before| self.counts[*before as usize]).collect();
        let there = |cell: &u32| place[*cell as usize];
        let sorted = |cells: &[u32]| {
            let mut cells: Vec<u32> = cells.iter().map(there).collect();
            cells.sort_unstable();
            cells
        };
        for ties in [&mut self.ties, &mut self.laws] {
            for tie in ties.iter_mut() {
                *tie = match tie {
                    Tie::Sum(total, parts) => Tie::Sum(there(total), sorted(parts)),
                    Tie::NotNegative(terms) => {
                        let mut terms: Vec<(u32, i32)> = terms.iter().map(|(cell, times)| (there(cell), *times)).collect();
                        terms.sort_unstable();
                        Tie::NotNegative(terms)
                    }
                    Tie::Guess(total, parts, along) => Tie::Guess(there(total), sorted(parts), *along),
                };
            }
            ties.sort_unstable();
            ties.dedup();
        }
        place
    }

    /// The ties, and numbers of all counts that agree with them. A reader may guess that totals of which nobody kept all numbers are
    /// sums: they are, but for those families and dimensions where they cannot be.
    fn agreeing(&self) -> Result<(System, Vec<i64>)> {
        let guessed = |tie: &Tie| if let Tie::Guess(total, _, along) = tie { Some((self.family(*total), *along)) } else { None };
        let mut loose = BTreeSet::new();
        if let Some(found) = self.with_loose(&loose) {
            return Ok(found);
        }
        loose.extend(self.ties.iter().filter_map(guessed));
        let mut found = self.with_loose(&loose).ok_or_else(|| Error::Contradiction { table: "releases".to_owned() })?;
        let mut guesses: Vec<Guessed> = loose.iter().copied().collect();
        guesses.sort_by_key(|(family, along)| (self.texts.get(*family), self.texts.get(*along)));
        for guess in guesses {
            crate::task::look();
            loose.remove(&guess);
            match self.with_loose(&loose) {
                Some(tighter) => found = tighter,
                None => {
                    loose.insert(guess);
                }
            }
        }
        Ok(found)
    }

    fn system<'t>(&self, ties: impl IntoIterator<Item = &'t Tie>) -> System {
        let mut relations = Relations::default();
        for _ in &self.keys {
            relations.cell();
        }
        for tie in ties {
            match tie {
                Tie::Sum(total, parts) | Tie::Guess(total, parts, _) => relations.sum(*total, parts.iter().copied()),
                Tie::NotNegative(terms) => {
                    relations.between(terms.iter().copied(), 0, UNBOUNDED);
                }
            }
        }
        relations.system()
    }

    /// The ties, with some guesses dropped, and numbers that agree with them; none if there are none.
    fn with_loose(&self, loose: &BTreeSet<Guessed>) -> Option<(System, Vec<i64>)> {
        let is_loose = |tie: &&Tie| matches!(tie, Tie::Guess(total, _, along) if loose.contains(&(self.family(*total), *along)));
        // Of guesses that are dropped the laws remain.
        let laws = self.laws.iter().filter(|_| !loose.is_empty());
        let system = self.system(self.ties.iter().filter(|tie| !is_loose(tie)).chain(laws));
        let numbers = self.numbers(&system)?;
        Some((system, numbers))
    }

    /// The number of every count; for those that nobody kept, one that agrees with all that is known, if there is any.
    fn numbers(&self, system: &System) -> Option<Vec<i64>> {
        if self.counts.iter().all(|count| count.number.is_some()) {
            return self.counts.iter().map(|count| count.number).collect();
        }
        let given = self.counts.iter().map(|count| count.number.map_or(count.known, |n| (n, n))).collect();
        let bounds = Bounds::new(system, given).ok()?;
        let start: Vec<i64> = (0..system.cells() as u32).map(|cell| bounds.of(cell).0).collect();
        let mut search = Search::new(system, &start, |cell| bounds.of(cell));
        search.mend(RECALL).then(|| (0..system.cells() as u32).map(|cell| search.number(cell)).collect())
    }

    fn cells(&self, numbers: &[i64]) -> Vec<Cell> {
        // A whole tells more than its parts, in every table in the same way.
        let wholes: BTreeSet<u32> =
            self.ties.iter().filter_map(|tie| if let Tie::Sum(whole, _) = tie { Some(*whole) } else { None }).collect();
        let cell = |(nth, (key, count)): (usize, (&Key, &Count))| {
            let dims = self.parts.get(&key.family).map_or(0, |parts| parts.iter().filter(|p| p.of.is_none()).count());
            let totals = dims.saturating_sub(key.words.len()) as u64;
            let height = u64::from(3 - self.spots.get(key.area).level.min(3));
            Cell {
                number: numbers[nth],
                place: count.place,
                is_small: count.is_small,
                known: count.known,
                // Not yet used here: a cell tied to nothing hidden may still be hidden for a rest that stands in no table.
                small: UNBOUNDED,
                rank: (height << 48) | (totals.min(255) << 40) | (u64::from(wholes.contains(&(nth as u32))) << 39) | nth as u64,
            }
        };
        self.keys.iter().zip(&self.counts).enumerate().map(cell).collect()
    }
}
