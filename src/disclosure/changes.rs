//! What ties counts of different periods, of different releases, and of areas before and after they were rearranged.

use super::book::{Book, Count, Key, Tie};
use super::named::Id;
use super::relations::UNBOUNDED;
use super::rule::Rule;
use super::spell::Spell;
use crate::area::AreaList;
use crate::error::Result;
use chrono::{Days, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};

/// Ties counts of a period to those of periods inside it, and to those of earlier releases.
///
/// What lies between two published counts stands in no table and follows from them: where it is small and changes are
/// protected, one of them is hidden.
pub(super) fn tie_periods(book: &mut Book, rule: &Rule, protects_changes: bool) -> Result<()> {
    let spells = book.spells();
    let cells = book.by_family();
    let of = |family: Id| cells.get(&family).map_or(&[][..], Vec::as_slice);
    for (family, spell) in &spells {
        for (part, _) in spells.iter().filter(|(_, other)| spell.holds(other)) {
            tie_pair(book, *family, *part, of(*part), rule, protects_changes)?;
        }
        if let Some(parts) = tiles(&spells, spell) {
            for whole in of(*family) {
                let key = book.key(*whole).clone();
                let cells: Option<Vec<u32>> = parts.iter().map(|part| book.find(&Key { family: *part, ..key.clone() })).collect();
                if let Some(cells) = cells {
                    book.tie_total(*whole, &cells, "period", false);
                }
            }
        }
    }
    Ok(())
}

fn tie_pair(book: &mut Book, family: Id, part: Id, cells: &[u32], rule: &Rule, protects_changes: bool) -> Result<()> {
    let mut pairs = Vec::new();
    for cell in cells {
        let key = book.key(*cell).clone();
        if let Some(whole) = book.find(&Key { family, ..key }) {
            pairs.push((whole, *cell));
        }
    }
    let is_less = |(whole, cell): &(u32, u32)| book.count(*whole).number.zip(book.count(*cell).number).is_some_and(|(n, part)| part > n);
    // Records were taken back: any of the counts may have become less.
    let least = if pairs.iter().any(is_less) { -UNBOUNDED } else { 0 };
    let between = book.text_of_pair(family, part);
    let is_rest = book.spell(family).is_some_and(|spell| spell.is_rest);
    for (whole, cell) in pairs {
        let number = book.count(whole).number.zip(book.count(cell).number).map(|(n, part)| n - part);
        // What is undecided in a period may be certain in a longer one.
        if is_rest && number.is_none() {
            continue;
        }
        let is_small = protects_changes && number.is_some_and(|n| n != 0 && rule.is_small(n.unsigned_abs()));
        let key = Key { family: between, ..book.key(cell).clone() };
        let rest = book.add(key, Count { known: (least, UNBOUNDED), ..Count::absent(number, is_small) })?;
        let parts = vec![cell, rest];
        let tie = if number.is_some() { Tie::Sum(whole, parts) } else { Tie::Guess(whole, parts, book.text("later")) };
        book.guess(tie);
    }
    Ok(())
}

/// Families of shorter periods that make up a period, if there are any.
fn tiles(spells: &BTreeMap<Id, Spell>, of: &Spell) -> Option<Vec<Id>> {
    let inside: Vec<(&Id, &Spell)> =
        spells.iter().filter(|(_, s)| s.what == of.what && s.is_event && s.release == of.release && of.holds(s)).collect();
    lay(&inside, of.first, of.last).filter(|parts| parts.len() > 1)
}

/// Families that lie one after the other from a day to another.
fn lay(inside: &[(&Id, &Spell)], from: NaiveDate, last: NaiveDate) -> Option<Vec<Id>> {
    if from > last {
        return Some(Vec::new());
    }
    inside.iter().filter(|(_, s)| s.first == from && s.last <= last).find_map(|(family, s)| {
        let rest = lay(inside, s.last.checked_add_days(Days::new(1))?, last)?;
        Some([**family].into_iter().chain(rest).collect())
    })
}

/// Ties counts of the same things in two lists of areas: a unit is the sum of those that it was made of, where that is certain.
pub(super) fn tie_lists(book: &mut Book) -> Result<()> {
    let lists: Vec<NaiveDate> = book.lists();
    for (nth, later) in lists.iter().enumerate() {
        for earlier in &lists[..nth] {
            let (old, new) = (AreaList::on(*earlier)?, AreaList::on(*later)?);
            let made_of = Made::new(&old, &new);
            let pairs = book.by_list(&old, &new);
            for [before, after] in pairs.values() {
                for (place, cell) in after {
                    match made_of.parts(*place, &old, before) {
                        Some(parts) => book.tie_total(*cell, &parts, "area list", false),
                        None => made_of.inside(*place, before).into_iter().for_each(|part| book.tie(Tie::at_most(part, &[*cell]))),
                    }
                    if let Some(around) = made_of.around(*place, &old, before) {
                        book.tie(Tie::at_most(*cell, &[around]));
                    }
                }
            }
        }
    }
    Ok(())
}

/// Which communes of an earlier list lie in each unit of a later one.
struct Made {
    /// By unit of the later list: the earlier communes that have a part in it.
    touching: BTreeMap<u32, BTreeSet<u32>>,
    /// And those that lie in it whole.
    whole: BTreeMap<u32, BTreeSet<u32>>,
    /// By unit of the earlier list, its communes.
    communes: BTreeMap<u32, BTreeSet<u32>>,
}

impl Made {
    fn new(old: &AreaList, new: &AreaList) -> Self {
        let [mut touching, mut whole, mut communes]: [BTreeMap<u32, BTreeSet<u32>>; 3] = Default::default();
        for (commune, lies) in (0..).zip(old.moves_to(new)) {
            let Some(lies) = lies else { continue };
            for unit in std::iter::successors(Some(commune), |place| old.get(*place).parent) {
                communes.entry(unit).or_default().insert(commune);
            }
            let mut units: BTreeMap<u32, usize> = BTreeMap::new();
            for place in &lies.places {
                for unit in std::iter::successors(Some(*place), |place| new.get(*place).parent) {
                    *units.entry(unit).or_default() += 1;
                }
            }
            for (unit, parts) in units {
                touching.entry(unit).or_default().insert(commune);
                if parts == lies.places.len() {
                    whole.entry(unit).or_default().insert(commune);
                }
            }
        }
        Self { touching, whole, communes }
    }

    /// The earlier units that make up a later one exactly, if all of them are counted.
    fn parts(&self, unit: u32, old: &AreaList, there: &BTreeMap<u32, u32>) -> Option<Vec<u32>> {
        let (touching, whole) = (self.touching.get(&unit)?, self.whole.get(&unit)?);
        if touching != whole {
            return None;
        }
        let mut found = BTreeSet::new();
        for commune in whole {
            // The widest unit that is counted and lies in it whole.
            let above: Vec<u32> = std::iter::successors(Some(*commune), |place| old.get(*place).parent).collect();
            let widest = above.iter().rev().find(|place| there.contains_key(place) && self.lies_in(**place, whole))?;
            found.insert(there[widest]);
        }
        Some(found.into_iter().collect())
    }

    /// Earlier units that are counted and lie in a later one.
    fn inside(&self, unit: u32, there: &BTreeMap<u32, u32>) -> Vec<u32> {
        let Some(whole) = self.whole.get(&unit) else { return Vec::new() };
        there.iter().filter(|(place, _)| self.lies_in(**place, whole)).map(|(_, cell)| *cell).collect()
    }

    fn lies_in(&self, unit: u32, whole: &BTreeSet<u32>) -> bool {
        self.communes.get(&unit).is_some_and(|communes| communes.is_subset(whole))
    }

    /// The smallest earlier unit that is counted and holds all of a later one.
    fn around(&self, unit: u32, old: &AreaList, there: &BTreeMap<u32, u32>) -> Option<u32> {
        let touching = self.touching.get(&unit)?;
        let holder = old.holder_of(&touching.iter().copied().collect::<Vec<_>>());
        std::iter::successors(Some(holder), |place| old.get(*place).parent).find_map(|place| there.get(&place).copied())
    }
}
