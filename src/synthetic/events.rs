//! The events of a province (births, deaths, injuries, marriages) and its population.

use super::calendar::{age_on, births_at, latest_birth};
use super::child::{BOYS, Birth};
use super::columns::{Dictionary, Flags, Grow, Numbers, Text, frame};
use super::layout::{Layout, SEXES};
use super::ledger::{Ledger, both};
use super::part::Part;
use super::province::{Province, Tables};
use super::random::{Dice, Purpose};
use super::register::{Candidate, Census, Heads};
use polars_core::prelude::DataFrame;

pub(super) fn tables(province: &Province, layout: &Layout, census: &Census, ledger: &mut Ledger) -> Result<Tables, String> {
    let communes = Dictionary::new(province.communes.iter().map(|c| &c.code));
    let events = Events { province, layout, census, communes: &communes };
    Ok(vec![
        ("births", events.births(ledger)?),
        ("deaths", events.deaths(ledger)?),
        ("population", events.population(ledger)?),
        ("injuries", events.injuries(ledger)?),
        ("marriages", events.marriages(ledger)?),
    ])
}

/// Draws the day of an event, and whether it lies in the year. About one in ten lies in the quarter before or after it.
pub(super) fn draw_day(dice: &mut Dice, layout: &Layout) -> (i32, bool) {
    let days = (layout.last_day - layout.first_day + 1).unsigned_abs();
    match dice.below(1_000) {
        0..45 => (layout.first_day - 1 - dice.below(90) as i32, false),
        45..90 => (layout.last_day + 1 + dice.below(90) as i32, false),
        90..93 => (layout.first_day, true),
        93..96 => (layout.last_day, true),
        96..98 => (layout.first_day - 1, false),
        98..100 => (layout.last_day + 1, false),
        _ => (layout.first_day + dice.below(days) as i32, true),
    }
}

/// Draws a sex as recorded: 0, 1, or 2 for not recorded.
fn draw_sex(dice: &mut Dice, boys: u32) -> usize {
    let sex = usize::from(!dice.chance(boys));
    dice.recorded(sex, 80).unwrap_or(SEXES.len())
}

fn under_16(heads: &Heads) -> u64 {
    heads.iter().flat_map(|ages| &ages[..16]).map(|n| u64::from(*n)).sum()
}

struct Events<'a> {
    province: &'a Province<'a>,
    layout: &'a Layout,
    census: &'a Census,
    communes: &'a Dictionary,
}

impl Events<'_> {
    /// Each commune with its own generator and its numbers of children.
    fn each(&self, purpose: Purpose) -> impl Iterator<Item = (usize, Dice, &Heads)> {
        let seed = self.province.seed;
        self.census.heads.iter().enumerate().map(move |(commune, heads)| (commune, Dice::new(seed, purpose, commune), heads))
    }

    fn live_births(heads: &Heads) -> u64 {
        u64::from(heads[0][0]) + u64::from(heads[1][0])
    }

    fn births(&self, ledger: &mut Ledger) -> Result<DataFrame, String> {
        let (mut date, mut sex, mut place) = (Numbers::dates(0), Text::new(0), Text::of(self.communes, 0));
        for (commune, mut dice, heads) in self.each(Purpose::Births) {
            // About nine in ten fall in the year, a few more than the infants alive at its end.
            for _ in 0..dice.part_of(Self::live_births(heads), 11_230) {
                let (day, in_year) = draw_day(&mut dice, self.layout);
                let recorded = draw_sex(&mut dice, BOYS);
                date.push(Some(day));
                sex.push(SEXES.get(recorded).copied());
                place.entry(Some(commune));
                if in_year {
                    ledger.number(Part::Births, commune, recorded, 1);
                    let is = |wanted: usize| (recorded < SEXES.len()).then_some(recorded == wanted);
                    ledger.verdict(Part::BornBoys, commune, recorded, is(0));
                    // A birth whose sex is not recorded is undecided once, not on both sides of the ratio.
                    ledger.verdict(Part::BornGirls, commune, recorded, Some(is(1) == Some(true)));
                }
            }
        }
        frame(vec![("date", vec![date.done()?]), ("sex", vec![sex.done()?]), ("commune", vec![place.done()?])])
    }

    fn deaths(&self, ledger: &mut Ledger) -> Result<DataFrame, String> {
        const CAUSES: [&str; 5] = ["prematurity", "congenital", "infection", "injury", "other"];
        let (mut date, mut birth_date, mut age_days) = (Numbers::dates(0), Numbers::dates(0), Numbers::<i32>::new(0));
        let (mut sex, mut place, mut cause) = (Text::new(0), Text::of(self.communes, 0), Text::new(0));
        for (commune, mut dice, heads) in self.each(Purpose::Deaths) {
            for _ in 0..dice.part_of(Self::live_births(heads), 235) {
                let (day, in_year) = draw_day(&mut dice, self.layout);
                let (birth, age) = draw_death(&mut dice, day);
                let days = day - birth;
                let recorded = draw_sex(&mut dice, 5_600);
                // Days alone leave the age undecided around a birthday, since years differ in length: there the date is recorded.
                let near_birthday = days % 365 <= days / 365 && days >= 365;
                let (dated, counted) = match dice.below(100) {
                    0..3 => (near_birthday, near_birthday),
                    3..13 => (near_birthday, true),
                    13..60 => (true, true),
                    _ => (true, false),
                };
                date.push(Some(day));
                birth_date.push(dated.then_some(birth));
                age_days.push(counted.then_some(days));
                sex.push(SEXES.get(recorded).copied());
                place.entry(Some(commune));
                let of = dice.one_of(if age == 0 { &CAUSES } else { &CAUSES[1..] });
                cause.push(dice.recorded(of, 250));
                if in_year {
                    let known = dated || counted;
                    ledger.verdict(Part::NeonatalDeaths, commune, recorded, known.then_some(days < 28));
                    ledger.verdict(Part::DeathsUnder1, commune, recorded, known.then_some(age < 1));
                    ledger.verdict(Part::DeathsUnder5, commune, recorded, known.then_some(age < 5));
                }
            }
        }
        frame(vec![
            ("date", vec![date.done()?]),
            ("birth_date", vec![birth_date.done()?]),
            ("age_days", vec![age_days.done()?]),
            ("sex", vec![sex.done()?]),
            ("commune", vec![place.done()?]),
            ("cause", vec![cause.done()?]),
        ])
    }

    /// Average population of the year and of the year before: children as in the register, the rest by a simple pyramid.
    fn population(&self, ledger: &mut Ledger) -> Result<DataFrame, String> {
        let (mut year, mut place, mut sex) = (Numbers::<i32>::new(0), Text::of(self.communes, 0), Text::new(0));
        let (mut age, mut persons) = (Numbers::<i32>::new(0), Numbers::<i64>::new(0));
        for (commune, mut dice, heads) in self.each(Purpose::Population) {
            for back in [1, 0] {
                for (of_sex, of_age, count) in pyramid(&mut dice, heads, 10_000 - 90 * back) {
                    year.push(Some(self.province.year - back as i32));
                    place.entry(Some(commune));
                    sex.push(SEXES.get(of_sex).copied());
                    age.push(of_age);
                    persons.push(Some(count));
                    if back == 0 {
                        ledger.number(Part::Population, commune, of_sex, count);
                        ledger.shares(Part::ChildrenAmongAll, commune, of_sex, count, Some(true), of_age.map(|a| a < 16));
                    }
                }
            }
        }
        frame(vec![
            ("year", vec![year.done()?]),
            ("commune", vec![place.done()?]),
            ("sex", vec![sex.done()?]),
            ("age", vec![age.done()?]),
            ("persons", vec![persons.done()?]),
        ])
    }

    fn injuries(&self, ledger: &mut Ledger) -> Result<DataFrame, String> {
        let (mut child_id, mut date, mut birth_date) = (Text::new(0), Numbers::dates(0), Numbers::dates(0));
        let (mut sex, mut place, mut fatal) = (Text::new(0), Text::of(self.communes, 0), Flags::new(0));
        let candidates = &self.census.candidates;
        for (commune, mut dice, heads) in self.each(Purpose::Injuries) {
            let first = candidates.partition_point(|c| c.child.commune < commune);
            let mut registered = candidates[first..].iter().take_while(|c| c.child.commune == commune);
            for _ in 0..dice.part_of(under_16(heads), 61) {
                let (day, in_year) = draw_day(&mut dice, self.layout);
                let injured = match dice.chance(3_000).then(|| registered.next()).flatten() {
                    Some(known) if known.child.birth <= day => Injured::registered(known, day),
                    _ => Injured::draw(&mut dice, day),
                };
                let died = dice.flag(270, 180);
                child_id.short(injured.number.map(|n| self.layout.child_id(n)).as_ref().map(super::layout::Id::bytes));
                date.push(Some(day));
                birth_date.push(injured.dated.then_some(injured.birth));
                sex.push(SEXES.get(injured.sex).copied());
                place.entry(Some(commune));
                fatal.push(died);
                if in_year {
                    let is_child = injured.dated.then_some(injured.age < 16);
                    ledger.verdict(Part::Injuries, commune, injured.sex, is_child);
                    ledger.verdict(Part::FatalInjuries, commune, injured.sex, both(is_child, died));
                }
            }
        }
        frame(vec![
            ("child_id", vec![child_id.done()?]),
            ("date", vec![date.done()?]),
            ("birth_date", vec![birth_date.done()?]),
            ("sex", vec![sex.done()?]),
            ("commune", vec![place.done()?]),
            ("fatal", vec![fatal.done()?]),
        ])
    }

    fn marriages(&self, ledger: &mut Ledger) -> Result<DataFrame, String> {
        let (mut date, mut place, mut under_age) = (Numbers::dates(0), Text::of(self.communes, 0), Flags::new(0));
        for (commune, mut dice, heads) in self.each(Purpose::Marriages) {
            for _ in 0..dice.part_of(under_16(heads), 240) {
                let (day, in_year) = draw_day(&mut dice, self.layout);
                let early = dice.chance(45);
                date.push(Some(day));
                place.entry(Some(commune));
                under_age.push(Some(early));
                if in_year {
                    ledger.verdict(Part::Marriages, commune, SEXES.len(), Some(early));
                }
            }
        }
        frame(vec![("date", vec![date.done()?]), ("commune", vec![place.done()?]), ("under_age", vec![under_age.done()?])])
    }
}

/// Draws the day of birth for a death on a day, age first, and the age in completed years.
fn draw_death(dice: &mut Dice, day: i32) -> (i32, i32) {
    let within = |dice: &mut Dice, (low, high): (i32, i32)| dice.between(low, high);
    match dice.below(100) {
        0..46 => (day - dice.between(0, 27), 0),
        46..50 => (day - if dice.chance(5_000) { 27 } else { 28 }, 0),
        50..66 => (within(dice, (latest_birth(day, 1) + 1, day - 28)), 0),
        66..69 => {
            if dice.chance(5_000) {
                (latest_birth(day, 1), 1)
            } else {
                (latest_birth(day, 1) + 1, 0)
            }
        }
        69..72 => {
            if dice.chance(5_000) {
                (latest_birth(day, 5), 5)
            } else {
                (latest_birth(day, 5) + 1, 4)
            }
        }
        72..86 => {
            let age = dice.between(1, 4);
            (within(dice, births_at(day, age)), age)
        }
        _ => {
            let age = dice.between(5, 17);
            (within(dice, births_at(day, age)), age)
        }
    }
}

/// Persons of a commune by sex (2 is not recorded) and age; 80 stands for 80 and over.
fn pyramid(dice: &mut Dice, heads: &Heads, scale: u64) -> Vec<(usize, Option<i32>, i64)> {
    let mut rows = Vec::new();
    for (sex, ages) in heads.iter().enumerate() {
        for (age, count) in ages[..16].iter().enumerate() {
            let scale = (scale - 100 + u64::from(dice.below(201))) as u32;
            rows.push((sex, Some(age as i32), dice.part_of(u64::from(*count), scale) as i64));
        }
    }
    // Children under 16 are 25.75 % of all (census of 1 April 2019).
    let others = under_16(heads) * 7_425 / 2_575 * scale / 10_000;
    let weight = |sex: usize, age: u64| {
        let all = if age < 46 {
            1_000
        } else if age < 80 {
            1_000 - (age - 45) * 26
        } else {
            640
        };
        let men = 520 - age;
        all * if sex == 0 { men } else { 1_000 - men }
    };
    let groups: Vec<(usize, u64)> = (0..2).flat_map(|sex| (16..=80).map(move |age| (sex, age))).collect();
    let total: u64 = groups.iter().map(|(sex, age)| weight(*sex, *age)).sum();
    let (mut sum, mut given) = (0, 0);
    for (sex, age) in groups {
        sum += weight(sex, age);
        let upto = others * sum / total;
        rows.push((sex, Some(age as i32), (upto - given) as i64));
        given = upto;
    }
    let lost = dice.part_of(others, 15) as i64;
    rows.extend([(0, None, lost), (1, None, lost / 2), (2, None, lost), (2, Some(7), lost / 3), (2, Some(30), lost)]);
    rows
}

/// An injured child.
struct Injured {
    number: Option<usize>,
    sex: usize,
    birth: i32,
    age: i32,
    dated: bool,
}

impl Injured {
    fn registered(known: &Candidate, day: i32) -> Self {
        let child = &known.child;
        Self {
            number: Some(known.number),
            sex: child.recorded_sex,
            birth: child.birth,
            age: age_on(day, child.birth),
            dated: child.knows == Birth::Dated,
        }
    }

    fn draw(dice: &mut Dice, day: i32) -> Self {
        let (birth, age) = match dice.below(100) {
            0..2 => (latest_birth(day, 16), 16),
            2..4 => (latest_birth(day, 16) + 1, 15),
            _ => {
                let age = dice.between(0, 17);
                let (low, high) = births_at(day, age);
                (dice.between(low, high), age)
            }
        };
        Self { number: None, sex: draw_sex(dice, 6_100), birth, age, dated: !dice.chance(250) }
    }
}
