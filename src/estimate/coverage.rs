//! Which communes reported, and in each area how many of those expected.
//!
//! Expected are the communes of the result's list in the provinces that have records. Whether one has reported a table is
//! said by its submissions where there are any; else by its rows, if every commune has rows of that table; else it is not
//! known. A commune that the result's list puts together from others has reported if all of them have.

use crate::area::{AreaList, Level, covers};
use crate::catalogue::Time;
use crate::error::Result;
use crate::period::Days;
use crate::question::{Block, Question};
use crate::record::{shift, shift_last};
use crate::tally::{Presence, Sender, Tally};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// What a commune sent of one pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sent {
    /// Nothing.
    Nothing,
    /// Only what came from units that were split: nobody knows how many are its own.
    Elsewhere,
    /// Some of it.
    Part,
    /// All of it.
    All,
    /// Nobody knows who reported, and some records cannot be given to it.
    Less,
    /// Nobody knows who reported: a zero may be silence.
    Unknown,
}

/// What a commune sent, as it counts in itself and in what holds it.
#[derive(Debug, Clone, Copy)]
struct Standing {
    /// Whether a row is its own.
    has_rows: bool,
    own: Sent,
    /// From `holder` on, which holds all parts of the split units that a part of it comes from.
    held: Sent,
    holder: u32,
}

/// What is known of the communes of an area, for one pass or for two together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Reports {
    /// The communes that reported; none if nothing tells.
    pub reported: Option<u32>,
    /// All communes.
    pub expected: u32,
    with_rows: u32,
    some: u32,
    elsewhere: u32,
    less: u32,
}

impl Reports {
    /// True if no record can be given to the area, though all its communes should have some or should have said that they have none.
    pub fn is_empty(self) -> bool {
        self.reported == Some(0) && self.some == 0 && self.expected > 0
    }

    /// True if there are records that may be those of the area or of another.
    pub fn is_elsewhere(self) -> bool {
        self.elsewhere > 0
    }

    /// True if some commune did not report all.
    pub fn is_partial(self) -> bool {
        self.less > 0 || self.reported.is_some_and(|reported| reported < self.expected)
    }

    /// True if some commune has no row.
    pub fn has_silence(self) -> bool {
        self.with_rows < self.expected
    }

    fn add(&mut self, sent: Sent, has_rows: bool) {
        self.expected += 1;
        self.with_rows += u32::from(has_rows);
        self.some += u32::from(matches!(sent, Sent::Part | Sent::All));
        self.elsewhere += u32::from(sent == Sent::Elsewhere);
        self.less += u32::from(sent == Sent::Less);
        if !matches!(sent, Sent::Unknown | Sent::Less) {
            *self.reported.get_or_insert(0) += u32::from(sent == Sent::All);
        }
    }
}

/// What every commune sent of every pass.
pub(super) struct Coverage<'a> {
    areas: &'a AreaList,
    /// Places of the communes expected, and by pass what each sent.
    expected: Vec<u32>,
    sent: BTreeMap<u32, Vec<Standing>>,
}

impl<'a> Coverage<'a> {
    pub fn new(question: &'a Question, tally: &Tally) -> Result<Self> {
        let areas = &*question.areas;
        let crossings = Crossing::all(question, &tally.presence)?;
        let is_commune = |place: &u32| areas.commune(&areas.get(*place).code) == Some(*place);
        // Back in time a commune may be an island district that had none.
        let is_island = |place: &u32| areas.get(*place).level == Level::District && crossings.iter().any(|c| c.leads_to(*place));
        let has_records = |place: &u32| tally.provinces.contains(&areas.up_to(*place, Level::Province));
        let is_expected = |place: &u32| has_records(place) && (is_commune(place) || is_island(place));
        let expected: Vec<u32> = (0..areas.areas().len() as u32).filter(is_expected).collect();
        let passes: BTreeSet<u32> = (0..question.blocks.len()).map(|block| question.pass_of(block)).collect();
        let of = |pass| {
            let asking = Asking::new(question, &tally.presence, &crossings, pass)?;
            Ok((pass, expected.iter().map(|place| asking.standing(*place)).collect()))
        };
        let sent = passes.into_iter().map(of).collect::<Result<_>>()?;
        Ok(Self { areas, expected, sent })
    }

    /// For every place, what is known of a pass, or of two that are needed together.
    pub fn of(&self, pass: u32, with: Option<u32>) -> Vec<Reports> {
        let mut found = vec![Reports::default(); self.areas.areas().len()];
        for (nth, place) in self.expected.iter().enumerate() {
            let passes: Vec<Standing> = std::iter::once(pass).chain(with).map(|pass| self.sent[&pass][nth]).collect();
            let mut held = vec![false; passes.len()];
            let mut above = Some(*place);
            while let Some(area) = above {
                let states = passes.iter().zip(&mut held).map(|(standing, held)| {
                    *held |= standing.holder == area;
                    if *held { standing.held } else { standing.own }
                });
                // What one lacks, both lack; what is not known of one is decided by the other.
                found[area as usize].add(states.min().unwrap_or(Sent::Unknown), passes.iter().all(|standing| standing.has_rows));
                above = self.areas.get(area).parent;
            }
        }
        found
    }
}

/// From a list that records belong to, to that of the result.
struct Crossing {
    list: NaiveDate,
    /// Whether it is another list than the result's.
    is_other: bool,
    /// By place in the result's list: those that lie in it whole, or are shared out.
    whole: Vec<Vec<u32>>,
    /// Those of which it got a part, each with the unit that holds all its parts.
    split: Vec<Vec<(u32, u32)>>,
    /// By place in the records' list.
    province: Vec<u32>,
}

impl Crossing {
    fn all(question: &Question, presence: &Presence) -> Result<Vec<Self>> {
        let of_rows = presence.rows.keys().map(|(list, _)| *list);
        let said = presence.submitted.keys().chain(&presence.complete).map(|(list, ..)| *list);
        let lists: BTreeSet<NaiveDate> = of_rows.chain(said).collect();
        lists.into_iter().map(|list| Self::new(question, list)).collect()
    }

    /// True if units of another list became this one.
    fn leads_to(&self, place: u32) -> bool {
        self.is_other && !(self.whole[place as usize].is_empty() && self.split[place as usize].is_empty())
    }

    fn new(question: &Question, list: NaiveDate) -> Result<Self> {
        let to = &*question.areas;
        let size = to.areas().len() as u32;
        let provinces = |list: &AreaList| (0..list.areas().len() as u32).map(|place| list.up_to(place, Level::Province)).collect();
        if list == to.since() {
            let whole = (0..size).map(|place| vec![place]).collect();
            return Ok(Self { list, is_other: false, whole, split: vec![Vec::new(); size as usize], province: provinces(to) });
        }
        let (mut whole, mut split) = (vec![Vec::new(); size as usize], vec![Vec::new(); size as usize]);
        let from = AreaList::on(list)?;
        for (place, lies) in (0_u32..).zip(from.moves_to(to)) {
            let Some(lies) = lies else { continue };
            let is_given = lies.whole || to.shared_unit(&from.get(place).code).is_some();
            for new in &lies.places {
                if is_given {
                    whole[*new as usize].push(place);
                } else {
                    split[*new as usize].push((place, to.holder_of(&lies.places)));
                }
            }
        }
        Ok(Self { list, is_other: true, whole, split, province: provinces(&from) })
    }
}

/// One pass, and what it takes to have reported it.
struct Asking<'a> {
    question: &'a Question,
    presence: &'a Presence,
    crossings: &'a [Crossing],
    pass: u32,
    table: u32,
    /// The days that must be reported; none where every row counts.
    days: Option<Days>,
    /// Whether something tells who reported.
    is_known: bool,
}

impl<'a> Asking<'a> {
    fn new(question: &'a Question, presence: &'a Presence, crossings: &'a [Crossing], pass: u32) -> Result<Self> {
        let block = &question.blocks[pass as usize];
        let of = question.table(&block.table)?;
        // Perpetrators come with the victims of their case: where nothing is said of them, what is said of victims holds.
        let own = question.table_place(&block.table)?;
        let is_named = |table: u32| presence.submitted.keys().chain(&presence.complete).any(|(_, of, _)| *of == table);
        let table = match &of.case {
            Some(case) if !is_named(own) => question.table_place(&case.table)?,
            _ => own,
        };
        let days = days(question, block, of.time);
        let is_said = |asked: Days| {
            let of_table = |(_, of, _): &Sender| *of == table;
            let mut submitted = presence.submitted.iter().filter(|(sender, _)| of_table(sender));
            submitted.any(|(_, sent)| sent.iter().any(|(days, _)| overlap(*days, asked).is_some()))
                || presence.complete.iter().any(of_table)
        };
        let is_known = of.every_commune || days.is_some_and(is_said);
        Ok(Self { question, presence, crossings, pass, table, days, is_known })
    }

    fn standing(&self, place: u32) -> Standing {
        let Some(asked) = self.days else {
            return Standing { has_rows: true, own: Sent::Unknown, held: Sent::Unknown, holder: place };
        };
        let splits = |crossing: &Crossing| crossing.split[place as usize].clone();
        let holders: Vec<u32> = self.crossings.iter().flat_map(|c| splits(c).into_iter().map(|(_, holder)| holder)).collect();
        if holders.is_empty() {
            let (days, has_rows) = self.sent_by(place, false, asked);
            let own = self.judge(&days, has_rows, false, asked);
            return Standing { has_rows, own, held: own, holder: place };
        }
        let elsewhere = self.crossings.iter().any(|c| splits(c).iter().any(|(unit, _)| self.has_rows(c, *unit)));
        let (_, has_rows) = self.sent_by(place, false, asked);
        let (days, with_split) = self.sent_by(place, true, asked);
        Standing {
            has_rows,
            own: self.judge(&BTreeSet::new(), has_rows, elsewhere, asked),
            held: self.judge(&days, with_split, false, asked),
            holder: self.question.areas.holder_of(&[holders, vec![place]].concat()),
        }
    }

    fn judge(&self, days: &BTreeSet<Days>, has_rows: bool, elsewhere: bool, asked: Days) -> Sent {
        match (self.is_known, elsewhere) {
            (false, true) => Sent::Less,
            (false, false) => Sent::Unknown,
            (true, _) if covers(days, asked) => Sent::All,
            (true, _) if has_rows => Sent::Part,
            (true, true) => Sent::Elsewhere,
            (true, false) => Sent::Nothing,
        }
    }

    fn has_rows(&self, crossing: &Crossing, unit: u32) -> bool {
        self.presence.rows.get(&(crossing.list, self.pass)).is_some_and(|rows| rows.contains(unit))
    }

    /// The days reported by all units that a place is made of, in any of the lists, and whether one of them has rows.
    fn sent_by(&self, place: u32, with_split: bool, asked: Days) -> (BTreeSet<Days>, bool) {
        let (mut days, mut some) = (BTreeSet::new(), false);
        for crossing in self.crossings {
            let split = crossing.split[place as usize].iter().filter(|_| with_split).map(|(unit, _)| *unit);
            let mut together: Option<BTreeSet<Days>> = None;
            for unit in crossing.whole[place as usize].iter().copied().chain(split) {
                some |= self.has_rows(crossing, unit);
                let of_unit = self.days_of(crossing, unit, asked);
                together = Some(together.map_or(of_unit.clone(), |before| both(&before, &of_unit)));
            }
            days.extend(together.into_iter().flatten());
        }
        (days, some)
    }

    /// The days a unit of a list reported.
    fn days_of(&self, crossing: &Crossing, unit: u32, asked: Days) -> BTreeSet<Days> {
        let said = |unit: u32| (crossing.list, self.table, unit);
        let submitted =
            self.presence.submitted.get(&said(unit)).filter(|sent| sent.iter().any(|(days, _)| overlap(*days, asked).is_some()));
        match submitted {
            _ if self.presence.complete.contains(&said(crossing.province[unit as usize])) => [asked].into(),
            Some(submitted) => submitted.iter().filter(|(_, came)| *came).filter_map(|(days, _)| overlap(*days, asked)).collect(),
            // Its rows speak for a commune of which nothing is said for these days.
            None if self.has_rows(crossing, unit) => [asked].into(),
            None => BTreeSet::new(),
        }
    }
}

/// The days for which a pass must be reported: of events all of the period, of what is of one day that day.
fn days(question: &Question, block: &Block, time: Time) -> Option<Days> {
    let period = question.period.as_ref()?;
    let last = shift_last(period.last(), block.lag);
    Some(match time {
        Time::Event => (shift(period.first(), block.lag), last),
        Time::Stock | Time::Year => (last, last),
        Time::SchoolYear => {
            let end = NaiveDate::from_ymd_opt(period.school_year_end() - block.lag, 8, 31)?;
            (end, end)
        }
    })
}

/// The days that two spans share.
fn overlap(a: Days, b: Days) -> Option<Days> {
    let shared = (a.0.max(b.0), a.1.min(b.1));
    (shared.0 <= shared.1).then_some(shared)
}

/// The days that both hold.
fn both(a: &BTreeSet<Days>, b: &BTreeSet<Days>) -> BTreeSet<Days> {
    a.iter().flat_map(|a| b.iter().filter_map(|b| overlap(*a, *b))).collect()
}
