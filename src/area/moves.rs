//! The crosswalk between lists: where the communes of one list lie in another, whole ones exactly, split ones as candidates.
//!
//! `moves.csv` has a row for each pair of an old and a new commune on the day the new list begins. A commune without a row
//! on that day keeps its code and its territory; the rows with one `new` code name all communes that it was made of.

use super::{Area, AreaList, Level};
use crate::error::{Error, Fact, Result};
use chrono::NaiveDate;
use polars_core::prelude::{Column, DataFrame};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};

/// The suffix of the codes of unallocated units, which take the counts that no single unit can take.
const UNALLOCATED: &str = "-unallocated";

/// Where a commune of one list lies in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lies {
    /// True if all of it lies in the one unit named.
    pub whole: bool,
    /// The positions of the units it lies in, in order: communes, or a district without communes; none if its target is unknown.
    pub places: Vec<u32>,
}

/// From each code of one list to those of the next.
type Moves = HashMap<&'static str, Vec<&'static str>>;

/// The moves of one day, in both directions.
#[derive(Default)]
struct Day {
    forth: Moves,
    back: Moves,
}

static DAYS: LazyLock<BTreeMap<NaiveDate, Day>> = LazyLock::new(|| {
    let mut days: BTreeMap<NaiveDate, Day> = BTreeMap::new();
    for line in include_str!("moves.csv").lines().skip(1) {
        let mut fields = line.split(',');
        let mut next = || fields.next().expect("moves.csv has four columns");
        let (date, old, new) = (next().parse().expect("moves.csv has dates"), next(), next());
        let day = days.entry(date).or_default();
        day.forth.entry(old).or_default().push(new);
        day.back.entry(new).or_default().push(old);
    }
    days
});

impl AreaList {
    /// Where each commune of this list lies in another, earlier or later; by position in this list, none for wider units.
    ///
    /// ```
    /// use chitieu::area::AreaList;
    /// let (old, new) = (AreaList::on("2022-12-31".parse()?)?, AreaList::on("2025-07-01".parse()?)?);
    /// let place = old.commune("12364").expect("a commune of Hưng Yên in 2022");
    /// let moves = old.moves_to(&new);
    /// let lies = moves[place as usize].as_ref().expect("a commune");
    /// assert!(lies.whole);
    /// assert_eq!(new.get(lies.places[0]).name, "Xã Tiên Lữ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn moves_to(&self, other: &Self) -> Vec<Option<Lies>> {
        let is_forth = self.day <= other.day;
        let (first, last) = if is_forth { (self.day, other.day) } else { (other.day, self.day) };
        let days = DAYS.iter().filter(|(date, _)| first < **date && **date <= last);
        let mut steps: Vec<&Moves> = days.map(|(_, day)| if is_forth { &day.forth } else { &day.back }).collect();
        if !is_forth {
            steps.reverse();
        }
        let is_commune = |(place, area): &(usize, &Area)| area.level == Level::Commune && self.commune(&area.code) == Some(*place as u32);
        let lies = |unit: (usize, &Area)| is_commune(&unit).then(|| lies(&unit.1.code, &steps, other));
        self.areas.iter().enumerate().map(lies).collect()
    }

    /// What became of each commune in another list, a row for each pair: `old`, `old_name`, `new`, `new_name`, and `part`:
    /// `all`, or `part` (split among several). `new` is null where the target is unknown.
    ///
    /// # Errors
    /// [`Error::Frame`] if the columns do not make a frame.
    pub fn moves_frame(&self, other: &Self) -> Result<DataFrame> {
        let mut columns: [Vec<Option<String>>; 5] = Default::default();
        for (place, lies) in self.moves_to(other).into_iter().enumerate() {
            let Some(lies) = lies else { continue };
            let old = self.get(place as u32);
            let part = if lies.whole { "all" } else { "part" };
            let new: Vec<Option<&Area>> = lies.places.iter().map(|p| Some(other.get(*p))).collect();
            for new in if new.is_empty() { vec![None] } else { new } {
                let (code, name) = (new.map(|n| n.code.clone()), new.map(|n| n.name.clone()));
                let row = [Some(old.code.clone()), Some(old.name.clone()), code, name, new.map(|_| part.to_owned())];
                columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
            }
        }
        let rows = columns[0].len();
        let names = ["old", "old_name", "new", "new_name", "part"];
        let columns = names.into_iter().zip(columns).map(|(name, values)| Column::new(name.into(), values)).collect();
        DataFrame::new(rows, columns).map_err(|e| Error::Frame { table: "moves".to_owned(), found: Fact::library(e) })
    }

    /// The finest unit that holds all these units.
    #[must_use]
    pub fn holder_of(&self, places: &[u32]) -> u32 {
        let above = |place: u32| {
            let mut found = vec![place];
            while let Some(parent) = self.get(found[found.len() - 1]).parent {
                found.push(parent);
            }
            found
        };
        let mut common: Option<Vec<u32>> = None;
        for place in places {
            let held: Vec<u32> = above(*place);
            common = Some(match common {
                None => held,
                Some(before) => before.into_iter().filter(|p| held.contains(p)).collect(),
            });
        }
        common.and_then(|held| held.first().copied()).unwrap_or(Self::COUNTRY)
    }

    /// Adds an "unallocated" unit per finer level for counts of a unit that no single unit inside it can take.
    pub(crate) fn with_unallocated(mut self) -> Self {
        let levels: BTreeSet<Level> = self.areas.iter().map(|a| a.level).collect();
        let mut unallocated = HashMap::new();
        for place in 0..self.areas.len() as u32 {
            let of = self.get(place).clone();
            let mut parent = place;
            for level in levels.iter().copied().filter(|l| *l > of.level) {
                let area = Area {
                    code: format!("{}{UNALLOCATED}", of.code),
                    name: format!("Chưa phân bổ được ({})", of.name),
                    level,
                    parent: Some(parent),
                    kind: String::new(),
                    valid_from: of.valid_from,
                    valid_to: of.valid_to,
                };
                parent = self.push(area);
            }
            if parent != place {
                unallocated.insert(place, parent);
            }
        }
        self.unallocated = unallocated.into();
        self
    }

    /// Adds a hidden unit, which no code of a record matches, that holds the counts of a split commune until they are shared out.
    pub(crate) fn with_shared(mut self, old: &str, holder: u32) -> Self {
        let of = self.get(holder).clone();
        let area = Area { code: format!("{old}-shared"), level: Level::Commune, parent: Some(holder), ..of };
        let place = self.push(area);
        self.shared.insert(old.to_owned(), place);
        self
    }

    /// The hidden unit of a split commune.
    pub(crate) fn shared_unit(&self, old: &str) -> Option<u32> {
        self.shared.get(old).copied()
    }

    fn push(&mut self, area: Area) -> u32 {
        Arc::make_mut(&mut self.areas).push(area);
        self.areas.len() as u32 - 1
    }

    /// The finest unallocated unit for counts that lie in one of these units, unknown which.
    pub(crate) fn unallocated(&self, places: &[u32]) -> Option<u32> {
        let holder = self.holder_of(places);
        self.unallocated.get(&holder).or_else(|| self.unallocated.get(&self.get(holder).parent?)).copied()
    }

    /// True for an unallocated unit, which is no unit of the official list.
    pub(crate) fn is_unallocated(&self, place: u32) -> bool {
        self.get(place).code.ends_with(UNALLOCATED)
    }

    /// True for a hidden unit, whose counts are shared out.
    pub(crate) fn is_shared(&self, place: u32) -> bool {
        self.shared.values().any(|p| *p == place)
    }
}

fn lies(code: &str, steps: &[&Moves], other: &AreaList) -> Lies {
    let mut codes = BTreeSet::from([code]);
    for moves in steps {
        let after = |code: &'_ str| moves.get(code).cloned();
        codes = codes.into_iter().flat_map(|code| after(code).unwrap_or_else(|| vec![code])).collect();
    }
    // Island districts had no communes: their own code takes part in the moves.
    let place = |code: &&str| other.commune(code).or_else(|| other.place(code, Level::District));
    let mut places: Vec<u32> = codes.iter().filter_map(place).collect();
    places.sort_unstable();
    // A commune whose parts were reunited is whole.
    Lies { whole: codes.len() == 1 && places.len() == 1, places }
}
