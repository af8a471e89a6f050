//! Records with area codes of another list than the result's: counted by their own communes, then moved.

use super::cells::CellsBuilder;
use super::keys::{KeysBuilder, Set};
use super::tally::Tally;
use crate::area::{AreaList, Level};
use crate::error::Result;
use crate::question::Question;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// How records' area codes lead to the result's, if the lists differ; made by [`Plan::vintage`](crate::Plan::vintage).
#[derive(Debug, Clone, Default)]
pub(crate) struct Vintage(Option<Arc<Moved>>);

impl Vintage {
    pub(crate) fn new(question: &Question, day: NaiveDate) -> Result<Self> {
        Ok(Self(Some(Arc::new(Moved::new(question, day)?))))
    }

    pub(crate) fn moved(&self) -> Option<&Moved> {
        self.0.as_deref()
    }
}

/// The question in the records' list of areas, and the way to the result's.
#[derive(Debug, Clone)]
pub(crate) struct Moved {
    pub question: Question,
    /// For each place of the records' list, the place in the result's list.
    to: Vec<u32>,
    /// For each province of the records' list, the province of the result's list that received most of its communes.
    provinces: HashMap<u32, u32>,
}

impl Moved {
    /// The question for records with the area codes of a day.
    ///
    /// # Errors
    /// [`crate::Error::NoAreaList`], or [`crate::Error::BadShares`] for shares that do not fit what became of a commune.
    pub fn new(question: &Question, day: NaiveDate) -> Result<Self> {
        let (from, list) = (AreaList::on(day)?, &question.areas);
        let moves = from.moves_to(list);
        question.check_shares(&from, &moves)?;
        let mut to = vec![0; from.areas().len() + 1];
        let mut votes: HashMap<u32, HashMap<u32, u32>> = HashMap::new();
        for (place, lies) in moves.iter().enumerate() {
            let Some(lies) = lies else { continue };
            let area = from.get(place as u32);
            let is_commune = |place: &&u32| list.get(**place).level == Level::Commune;
            let one = lies.places.first().filter(|_| lies.whole).filter(is_commune).copied();
            let found = one.or_else(|| list.shared_unit(&area.code)).or_else(|| list.unallocated(&lies.places));
            // What is shared out keeps a place of its own until counts are known.
            let found = found.unwrap_or(AreaList::COUNTRY);
            to[place] = if list.is_shared(found) { found } else { list.up_to(found, question.level) };
            let province = list.up_to(found, Level::Province);
            if list.get(province).level == Level::Province && !list.is_unallocated(province) {
                *votes.entry(from.up_to(place as u32, Level::Province)).or_default().entry(province).or_default() += 1;
            }
        }
        to[from.areas().len()] = list.areas().len() as u32;
        let most = |votes: HashMap<u32, u32>| votes.into_iter().max_by_key(|(place, n)| (*n, std::cmp::Reverse(*place))).map(|(p, _)| p);
        let provinces = votes.into_iter().filter_map(|(from, of)| Some((from, most(of)?))).collect();
        let question = Question { areas: from.into(), level: Level::Commune, ..question.clone() };
        Ok(Self { question, to, provinces })
    }

    /// Moves counts to the units of the result.
    pub fn apply(&self, tally: &Tally, onto: &Question) -> Tally {
        let mut moved = Tally::empty(onto);
        moved.counted.clone_from(&tally.counted);
        moved.presence.clone_from(&tally.presence);
        moved.remarks.clone_from(&tally.remarks);
        let unknown = onto.areas.areas().len() as u32;
        for (place, (cells, block)) in tally.blocks.iter().zip(&onto.blocks).enumerate() {
            let (before, after) = (self.question.grid(block), onto.grid(block));
            let mut builder = CellsBuilder::new(onto.series_of(place).count(), after.size());
            for (cell, counts) in cells.iter() {
                let (area, of_cross) = before.split(cell);
                let area = u64::from(self.to[area as usize]);
                moved.provinces.extend(province_of(onto, area as u32));
                for (local, count) in counts.iter().enumerate() {
                    let slot = builder.slot(after.at(area, of_cross), local);
                    *slot = slot.saturating_add(*count);
                }
            }
            moved.blocks[place] = builder.finish();
        }
        let mut keys = KeysBuilder::default();
        for (key, set) in tally.keys.iter() {
            keys.add(key, set);
        }
        let sets: Vec<Option<Set>> = tally.keys.sets().iter().map(|(area, pattern)| Some((self.to[*area as usize], *pattern))).collect();
        moved.provinces.extend(sets.iter().flatten().filter_map(|(area, _)| province_of(onto, *area)));
        moved.keys = keys.finish(&sets, tally.keys.patterns());
        let from_unknown = self.question.areas.areas().len() as u32;
        for province in &tally.provinces {
            if *province == from_unknown {
                moved.provinces.insert(unknown);
            }
            self.note_province(*province, &mut moved);
        }
        moved
    }

    /// Notes in a moved tally that a province of the records' list has records.
    pub fn note_province(&self, province: u32, moved: &mut Tally) {
        moved.provinces.extend(self.provinces.get(&province));
        moved.origins.insert((self.question.areas.edition(), province));
    }
}

/// The province that contains a place, if any.
fn province_of(onto: &Question, place: u32) -> Option<u32> {
    let list = &onto.areas;
    if place as usize >= list.areas().len() {
        return Some(place);
    }
    let province = list.up_to(place, Level::Province);
    (list.get(province).level == Level::Province && !list.is_unallocated(province)).then_some(province)
}

impl Tally {
    /// Provinces of the result that moved records cover only in part, each with the names of the provinces it was made of that
    /// have no rows.
    pub(crate) fn missing_provinces(&self, question: &Question) -> Result<Vec<(u32, Vec<String>)>> {
        let mut found: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
        let days: BTreeSet<NaiveDate> = self.origins.iter().map(|(day, _)| *day).collect();
        for day in days {
            let moved = Moved::new(question, day)?;
            let has_rows = |province: &u32| self.origins.contains(&(day, *province));
            let reached: BTreeSet<u32> = moved.provinces.iter().filter(|(from, _)| has_rows(from)).map(|(_, to)| *to).collect();
            for (from, to) in moved.provinces.iter().filter(|(from, to)| reached.contains(to) && !has_rows(from)) {
                found.entry(*to).or_default().insert(moved.question.areas.get(*from).name.clone());
            }
        }
        Ok(found.into_iter().map(|(place, names)| (place, names.into_iter().collect())).collect())
    }

    /// The `…-unallocated` areas that have counts, with those that contain them.
    pub(super) fn unallocated(&self, question: &Question) -> BTreeSet<u32> {
        let list = &question.areas;
        let mut found = BTreeSet::new();
        if self.origins.is_empty() {
            return found;
        }
        let cells = self.blocks.iter().zip(&question.blocks).flat_map(|(cells, block)| {
            let grid = question.grid(block);
            cells.iter().map(move |(cell, _)| grid.split(cell).0 as u32).collect::<BTreeSet<u32>>()
        });
        for mut place in cells.chain(self.keys.sets().iter().map(|(area, _)| *area)) {
            while (place as usize) < list.areas().len() && list.is_unallocated(place) && found.insert(place) {
                place = list.get(place).parent.unwrap_or(AreaList::COUNTRY);
            }
        }
        found
    }
}
