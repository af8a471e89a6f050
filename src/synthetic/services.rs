//! Communes, villages, schools, and the numbers of pupils by school year.

use super::columns::{Dictionary, Flags, Grow, Numbers, Text, frame};
use super::layout::{Layout, SEXES};
use super::ledger::Ledger;
use super::part::Part;
use super::province::{Province, Tables};
use super::random::{Dice, Purpose};
use super::register::{Census, Heads};
use polars_core::prelude::DataFrame;

/// The ledger's sex of records without one.
const NO_SEX: usize = SEXES.len();

/// A flag of a facility: its column, its part in the truth, and how many in 10,000 have it.
type Flag = (&'static str, Part, u32);
const COMMUNE: &[Flag] = &[("child_friendly", Part::Friendly, 6_700), ("play_area", Part::PlayArea, 4_250)];
const VILLAGE: &[Flag] = &[("facility", Part::VillageFacilities, 6_100)];
const SCHOOL: &[Flag] = &[
    ("sanitation", Part::Sanitation, 9_700),
    ("psychological_support", Part::PsychologicalSupport, 6_300),
    ("disability_access", Part::DisabilityAccess, 4_800),
];

pub(super) fn tables(province: &Province, layout: &Layout, census: &Census, ledger: &mut Ledger) -> Result<Tables, String> {
    let words = Dictionary::new(province.communes.iter().map(|c| &c.code));
    let mut communes = Facilities::new(None, &words, COMMUNE);
    let mut villages = Facilities::new(Some("village_id"), &words, VILLAGE);
    let mut schools = Facilities::new(Some("school_id"), &words, SCHOOL);
    let (mut village, mut school) = (0, 0);
    for commune in 0..province.communes.len() {
        let mut dice = Dice::new(province.seed, Purpose::Facilities, commune);
        let (next_village, next_school) = (village + dice.between(4, 10) as usize, school + dice.between(3, 6) as usize);
        // The table holds the year before too, so that the period matters.
        for back in [1, 0] {
            let year = province.year - back;
            let mut truth = (back == 0).then_some(&mut *ledger);
            communes.push(&mut dice, b"", commune, year, truth.as_deref_mut());
            for nth in village..next_village {
                villages.push(&mut dice, layout.id(b"T", nth).bytes(), commune, year, truth.as_deref_mut());
            }
            for nth in school..next_school {
                schools.push(&mut dice, layout.id(b"S", nth).bytes(), commune, year, truth.as_deref_mut());
            }
        }
        (village, school) = (next_village, next_school);
    }
    Ok(vec![
        ("communes", communes.done()?),
        ("villages", villages.done()?),
        ("schools", schools.done()?),
        ("pupils", pupils(province, census, &words, ledger)?),
    ])
}

/// A table of communes, villages or schools with flags by year.
struct Facilities<'w> {
    id: Option<(&'static str, Text<'w>)>,
    commune: Text<'w>,
    year: Numbers<i32>,
    flags: Vec<(Flag, Flags)>,
}

impl<'w> Facilities<'w> {
    fn new(id: Option<&'static str>, communes: &'w Dictionary, flags: &[Flag]) -> Self {
        Self {
            id: id.map(|name| (name, Text::new(0))),
            commune: Text::of(communes, 0),
            year: Numbers::new(0),
            flags: flags.iter().map(|flag| (*flag, Flags::new(0))).collect(),
        }
    }

    fn push(&mut self, dice: &mut Dice, id: &[u8], commune: usize, year: i32, mut truth: Option<&mut Ledger>) {
        if let Some((_, ids)) = &mut self.id {
            ids.short(Some(id));
        }
        self.commune.entry(Some(commune));
        self.year.push(Some(year));
        for ((_, part, share), column) in &mut self.flags {
            let value = dice.flag(*share, 220);
            column.push(value);
            if let Some(ledger) = &mut truth {
                ledger.share(*part, commune, NO_SEX, Some(true), value);
            }
        }
    }

    fn done(self) -> Result<DataFrame, String> {
        let mut columns = Vec::new();
        if let Some((name, ids)) = self.id {
            columns.push((name, vec![ids.done()?]));
        }
        columns.push(("commune", vec![self.commune.done()?]));
        columns.push(("year", vec![self.year.done()?]));
        for ((name, _, _), values) in self.flags {
            columns.push((name, vec![values.done()?]));
        }
        frame(columns)
    }
}

/// The columns of pupils, as they are filled.
struct Pupils<'w> {
    commune: Text<'w>,
    school_year: Text<'w>,
    grade: Numbers<i32>,
    sex: Text<'w>,
    enrolled: Numbers<i64>,
    completed: Numbers<i64>,
    dropped_out: Numbers<i64>,
}

/// School years by the year in which they end. Completion looks back four, so six before the one of the year are made, and one after.
const SCHOOL_YEARS: std::ops::RangeInclusive<i32> = -6..=1;

fn pupils(province: &Province, census: &Census, communes: &Dictionary, ledger: &mut Ledger) -> Result<DataFrame, String> {
    let years = Dictionary::new(SCHOOL_YEARS.map(|offset| format!("{}-{}", province.year + offset - 1, province.year + offset)));
    let mut rows = Pupils {
        commune: Text::of(communes, 0),
        school_year: Text::of(&years, 0),
        grade: Numbers::new(0),
        sex: Text::new(0),
        enrolled: Numbers::new(0),
        completed: Numbers::new(0),
        dropped_out: Numbers::new(0),
    };
    for (commune, heads) in census.heads.iter().enumerate() {
        let mut dice = Dice::new(province.seed, Purpose::Pupils, commune);
        for (place, offset) in SCHOOL_YEARS.enumerate() {
            for grade in 1..=9 {
                for sex in 0..=NO_SEX {
                    if let Some(class) = Class::draw(&mut dice, heads, offset, grade, sex) {
                        rows.push(commune, place, grade, sex, &class);
                        class.count(ledger, commune, offset, grade, sex);
                    }
                }
            }
        }
    }
    frame(vec![
        ("commune", vec![rows.commune.done()?]),
        ("school_year", vec![rows.school_year.done()?]),
        ("grade", vec![rows.grade.done()?]),
        ("sex", vec![rows.sex.done()?]),
        ("enrolled", vec![rows.enrolled.done()?]),
        ("completed", vec![rows.completed.done()?]),
        ("dropped_out", vec![rows.dropped_out.done()?]),
    ])
}

impl Pupils<'_> {
    fn push(&mut self, commune: usize, year: usize, grade: i32, sex: usize, class: &Class) {
        self.commune.entry(Some(commune));
        self.school_year.entry(Some(year));
        self.grade.push(Some(grade));
        self.sex.push(SEXES.get(sex).copied());
        self.enrolled.push(Some(class.enrolled));
        self.completed.push(Some(class.completed));
        self.dropped_out.push(Some(class.dropped_out));
    }
}

/// The pupils of a grade and sex in a commune in one school year.
struct Class {
    enrolled: i64,
    completed: i64,
    dropped_out: i64,
}

impl Class {
    /// Draws as many pupils as there were children of that age; in some communes also a few whose sex is not recorded.
    fn draw(dice: &mut Dice, heads: &Heads, offset: i32, grade: i32, sex: usize) -> Option<Self> {
        let enrolled = if sex == NO_SEX {
            if !dice.chance(300) {
                return None;
            }
            1 + u64::from(dice.below(4))
        } else {
            // Children over 15 leave the register: their number is taken to be that of age 15.
            let age = (grade + 5 - offset).clamp(0, 15) as usize;
            dice.part_of(u64::from(heads[sex][age]), 9_700 + 5 * grade.unsigned_abs())
        };
        let primary = grade <= 5;
        let dropped_out = dice.part_of(enrolled, if primary { 11 } else { 16 }).min(enrolled);
        let completed = dice.part_of(enrolled - dropped_out, if primary { 9_870 } else { 9_420 });
        Some(Self { enrolled: enrolled as i64, completed: completed as i64, dropped_out: dropped_out as i64 })
    }

    /// Counts the class if some indicator of the year needs it.
    fn count(&self, ledger: &mut Ledger, commune: usize, offset: i32, grade: i32, sex: usize) {
        let mut number = |part, amount| ledger.number(part, commune, sex, amount);
        match (offset, grade) {
            (-4, 1) => number(Part::Grade1, self.enrolled),
            (-3, 6) => number(Part::Grade6, self.enrolled),
            (0, 5) => number(Part::PrimaryCompleted, self.completed),
            (0, 9) => number(Part::LowerSecondaryCompleted, self.completed),
            _ => {}
        }
        if offset == 0 {
            let part = if grade <= 5 { Part::PrimaryDropOut } else { Part::LowerSecondaryDropOut };
            ledger.shares(part, commune, sex, self.dropped_out, Some(true), Some(true));
            ledger.shares(part, commune, sex, self.enrolled - self.dropped_out, Some(true), Some(false));
        }
    }
}
