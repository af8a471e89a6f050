//! Which communes reported, and in each area how many of those expected.
//!
//! Expected are the communes of the result's list in the provinces that have records. A commune has reported a table if its
//! submissions say so; without submissions, if it has rows and the table is one in which every commune has rows; otherwise it
//! is not known. A commune made of several others has reported if all of them have.

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
    /// Only records of units that were split: how many are its own is unknown.
    Elsewhere,
    /// Records, but not for all days asked.
    Part,
    /// Reports for all days asked.
    All,
    /// Who reported is unknown, and some records cannot be assigned to it.
    Less,
    /// Who reported is unknown: a zero may be a missing report.
    Unknown,
}

/// What a commune sent, for its own cells and for those of the areas above it.
#[derive(Debug, Clone, Copy)]
struct CommuneReport {
    /// Whether any row is its own.
    has_rows: bool,
    own: Sent,
    /// What counts from `holder` upwards: the area that contains all parts of the split units it received a part of.
    held: Sent,
    holder: u32,
}

/// What is known of the communes of an area, for one pass or for two together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Reports {
    /// The communes that reported; none if unknown.
    pub reported: Option<u32>,
    /// The communes expected.
    pub expected: u32,
    with_rows: u32,
    some: u32,
    elsewhere: u32,
    less: u32,
}

impl Reports {
    /// True if the area has no record, and none of its communes reported having none.
    pub fn is_empty(self) -> bool {
        self.reported == Some(0) && self.some == 0 && self.expected > 0
    }

    /// True if some records may belong to the area or to another.
    pub fn is_elsewhere(self) -> bool {
        self.elsewhere > 0
    }

    /// True if some commune did not report everything.
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
    /// The communes expected, as places in the list; and by pass what each sent.
    expected: Vec<u32>,
    sent: BTreeMap<u32, Vec<CommuneReport>>,
}

impl<'a> Coverage<'a> {
    pub fn new(question: &'a Question, tally: &Tally) -> Result<Self> {
        let areas = &*question.areas;
        let crosswalks = Crosswalk::all(question, &tally.presence)?;
        let is_commune = |place: &u32| areas.commune(&areas.get(*place).code) == Some(*place);
        // In older lists an island district without communes counts as one.
        let is_island = |place: &u32| areas.get(*place).level == Level::District && crosswalks.iter().any(|c| c.leads_to(*place));
        let has_records = |place: &u32| tally.provinces.contains(&areas.up_to(*place, Level::Province));
        let is_expected = |place: &u32| has_records(place) && (is_commune(place) || is_island(place));
        let expected: Vec<u32> = (0..areas.areas().len() as u32).filter(is_expected).collect();
        let passes: BTreeSet<u32> = (0..question.blocks.len()).map(|block| question.pass_of(block)).collect();
        let of = |pass| {
            let reports = PassReports::new(question, &tally.presence, &crosswalks, pass)?;
            Ok((pass, expected.iter().map(|place| reports.report_of(*place)).collect()))
        };
        let sent = passes.into_iter().map(of).collect::<Result<_>>()?;
        Ok(Self { areas, expected, sent })
    }

    /// For every place, what is known of a pass, or of two passes needed together.
    pub fn of(&self, pass: u32, with: Option<u32>) -> Vec<Reports> {
        let mut found = vec![Reports::default(); self.areas.areas().len()];
        for (nth, place) in self.expected.iter().enumerate() {
            let passes: Vec<CommuneReport> = std::iter::once(pass).chain(with).map(|pass| self.sent[&pass][nth]).collect();
            let mut held = vec![false; passes.len()];
            let mut above = Some(*place);
            while let Some(area) = above {
                let states = passes.iter().zip(&mut held).map(|(report, held)| {
                    *held |= report.holder == area;
                    if *held { report.held } else { report.own }
                });
                // The lesser of the two counts; where one is unknown, the other decides.
                found[area as usize].add(states.min().unwrap_or(Sent::Unknown), passes.iter().all(|report| report.has_rows));
                above = self.areas.get(area).parent;
            }
        }
        found
    }
}

/// From the records' list of areas to the result's.
struct Crosswalk {
    list: NaiveDate,
    /// Whether the two lists differ.
    is_other: bool,
    /// By place in the result's list: units that lie in it whole or are shared out.
    whole: Vec<Vec<u32>>,
    /// By place in the result's list: units it received a part of, each with the area that contains all parts.
    split: Vec<Vec<(u32, u32)>>,
    /// By place in the records' list: its province.
    province: Vec<u32>,
}

impl Crosswalk {
    fn all(question: &Question, presence: &Presence) -> Result<Vec<Self>> {
        let of_rows = presence.rows.keys().map(|(list, _)| *list);
        let submitted = presence.submitted.keys().chain(&presence.complete).map(|(list, ..)| *list);
        let lists: BTreeSet<NaiveDate> = of_rows.chain(submitted).collect();
        lists.into_iter().map(|list| Self::new(question, list)).collect()
    }

    /// True if units of another list became this place.
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

/// Who reported one pass.
struct PassReports<'a> {
    question: &'a Question,
    presence: &'a Presence,
    crosswalks: &'a [Crosswalk],
    pass: u32,
    table: u32,
    /// The days to be reported; none where every row counts.
    days: Option<Days>,
    /// Whether it is known who reported.
    is_known: bool,
}

impl<'a> PassReports<'a> {
    fn new(question: &'a Question, presence: &'a Presence, crosswalks: &'a [Crosswalk], pass: u32) -> Result<Self> {
        let block = &question.blocks[pass as usize];
        let of = question.table(&block.table)?;
        // Perpetrators come with the victims of their case: without submissions of their own, those of victims hold.
        let own = question.table_index(&block.table)?;
        let is_named = |table: u32| presence.submitted.keys().chain(&presence.complete).any(|(_, of, _)| *of == table);
        let table = match &of.case {
            Some(case) if !is_named(own) => question.table_index(&case.table)?,
            _ => own,
        };
        let days = days(question, block, of.time);
        let is_reported = |asked: Days| {
            let of_table = |(_, of, _): &Sender| *of == table;
            let mut submitted = presence.submitted.iter().filter(|(sender, _)| of_table(sender));
            submitted.any(|(_, sent)| sent.iter().any(|(days, _)| overlap(*days, asked).is_some()))
                || presence.complete.iter().any(of_table)
        };
        let is_known = of.every_commune || days.is_some_and(is_reported);
        Ok(Self { question, presence, crosswalks, pass, table, days, is_known })
    }

    fn report_of(&self, place: u32) -> CommuneReport {
        let Some(asked) = self.days else {
            return CommuneReport { has_rows: true, own: Sent::Unknown, held: Sent::Unknown, holder: place };
        };
        let splits = |crosswalk: &Crosswalk| crosswalk.split[place as usize].clone();
        let holders: Vec<u32> = self.crosswalks.iter().flat_map(|c| splits(c).into_iter().map(|(_, holder)| holder)).collect();
        if holders.is_empty() {
            let (days, has_rows) = self.sent_by(place, false, asked);
            let own = self.sent(&days, has_rows, false, asked);
            return CommuneReport { has_rows, own, held: own, holder: place };
        }
        let elsewhere = self.crosswalks.iter().any(|c| splits(c).iter().any(|(unit, _)| self.has_rows(c, *unit)));
        let (_, has_rows) = self.sent_by(place, false, asked);
        let (days, with_split) = self.sent_by(place, true, asked);
        CommuneReport {
            has_rows,
            own: self.sent(&BTreeSet::new(), has_rows, elsewhere, asked),
            held: self.sent(&days, with_split, false, asked),
            holder: self.question.areas.holder_of(&[holders, vec![place]].concat()),
        }
    }

    fn sent(&self, days: &BTreeSet<Days>, has_rows: bool, elsewhere: bool, asked: Days) -> Sent {
        match (self.is_known, elsewhere) {
            (false, true) => Sent::Less,
            (false, false) => Sent::Unknown,
            (true, _) if covers(days, asked) => Sent::All,
            (true, _) if has_rows => Sent::Part,
            (true, true) => Sent::Elsewhere,
            (true, false) => Sent::Nothing,
        }
    }

    fn has_rows(&self, crosswalk: &Crosswalk, unit: u32) -> bool {
        self.presence.rows.get(&(crosswalk.list, self.pass)).is_some_and(|rows| rows.contains(unit))
    }

    /// The days reported by every unit that makes up a place, in any of the lists, and whether one of them has rows.
    fn sent_by(&self, place: u32, with_split: bool, asked: Days) -> (BTreeSet<Days>, bool) {
        let (mut days, mut some) = (BTreeSet::new(), false);
        for crosswalk in self.crosswalks {
            let split = crosswalk.split[place as usize].iter().filter(|_| with_split).map(|(unit, _)| *unit);
            let mut together: Option<BTreeSet<Days>> = None;
            for unit in crosswalk.whole[place as usize].iter().copied().chain(split) {
                some |= self.has_rows(crosswalk, unit);
                let of_unit = self.days_of(crosswalk, unit, asked);
                together = Some(together.map_or(of_unit.clone(), |before| both(&before, &of_unit)));
            }
            days.extend(together.into_iter().flatten());
        }
        (days, some)
    }

    /// The days a unit of a list reported.
    fn days_of(&self, crosswalk: &Crosswalk, unit: u32, asked: Days) -> BTreeSet<Days> {
        let sender = |unit: u32| (crosswalk.list, self.table, unit);
        let submitted =
            self.presence.submitted.get(&sender(unit)).filter(|sent| sent.iter().any(|(days, _)| overlap(*days, asked).is_some()));
        match submitted {
            _ if self.presence.complete.contains(&sender(crosswalk.province[unit as usize])) => [asked].into(),
            Some(submitted) => submitted.iter().filter(|(_, came)| *came).filter_map(|(days, _)| overlap(*days, asked)).collect(),
            // Without submissions for these days, rows count as a report.
            None if self.has_rows(crosswalk, unit) => [asked].into(),
            None => BTreeSet::new(),
        }
    }
}

/// The days that a pass must cover: the whole period for events, one day for stocks and years.
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

/// The days shared by two spans.
fn overlap(a: Days, b: Days) -> Option<Days> {
    let shared = (a.0.max(b.0), a.1.min(b.1));
    (shared.0 <= shared.1).then_some(shared)
}

/// The days in both.
fn both(a: &BTreeSet<Days>, b: &BTreeSet<Days>) -> BTreeSet<Days> {
    a.iter().flat_map(|a| b.iter().filter_map(|b| overlap(*a, *b))).collect()
}
