//! One child: its true facts, drawn age first, and how much of them the register holds.

use super::calendar::{day, is_leap};
use super::random::Dice;

/// How much of the birth the register holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Birth {
    Dated,
    YearOnly,
    Unknown,
}

/// The true facts of a child.
#[derive(Clone)]
pub(super) struct Child {
    pub(super) commune: usize,
    /// 0 male, 1 female.
    pub(super) sex: usize,
    /// The sex as recorded: 0, 1, or 2 for not recorded.
    pub(super) recorded_sex: usize,
    /// Completed years on the last day of the year; -1 if born after it.
    pub(super) age: i32,
    /// Completed months on the last day of the year.
    pub(super) months: i32,
    pub(super) birth: i32,
    pub(super) birth_year: i32,
    pub(super) knows: Birth,
    pub(super) ethnicity: usize,
    pub(super) household: Household,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Household {
    Poor = 0,
    NearPoor = 1,
    Other = 2,
}

/// Weights of the ages 0 to 17: low at 16 and 17, when children leave the register.
const AGES: [u32; 18] = [58, 60, 61, 62, 64, 65, 66, 66, 65, 64, 63, 62, 60, 59, 58, 57, 17, 12];
/// Ages at which the range of some indicator begins or ends.
const LIMITS: [i32; 9] = [1, 3, 5, 6, 7, 8, 9, 11, 16];
/// Boys among 10,000 births: 112 for 100 girls.
pub(super) const BOYS: u32 = 5_283;

impl Child {
    /// Draws a child of a commune; `twin_of` is the child before it in the same commune.
    pub(super) fn draw(dice: &mut Dice, commune: usize, poverty: u32, year: i32, twin_of: Option<&Child>) -> Self {
        let sex = usize::from(!dice.chance(BOYS));
        let recorded_sex = dice.recorded(sex, 90).unwrap_or(2);
        if let Some(twin) = twin_of.filter(|t| t.knows == Birth::Dated)
            && dice.chance(110)
        {
            return Self { sex, recorded_sex, ..twin.clone() };
        }
        let (age, month, day_of_month) = draw_age(dice, year);
        let birth_year = year - age;
        let household = match dice.below(10_000) {
            n if n < poverty => Household::Poor,
            n if n < 2 * poverty + 150 => Household::NearPoor,
            _ => Household::Other,
        };
        // Nearly everyone is Kinh; the other groups are those found everywhere.
        let ethnicity = if dice.chance(9_965) { 0 } else { 1 + dice.below(7) as usize };
        let knows = match dice.below(10_000) {
            0..50 if age >= 0 => Birth::YearOnly,
            50..56 if age >= 0 => Birth::Unknown,
            _ => Birth::Dated,
        };
        Self {
            commune,
            sex,
            recorded_sex,
            age,
            months: 12 * age + 12 - month as i32,
            birth: day(birth_year, month, day_of_month),
            birth_year,
            knows,
            ethnicity,
            household,
        }
    }

    /// Whether the child is born by the last day of the year.
    pub(super) fn is_there(&self) -> bool {
        self.age >= 0
    }

    /// Whether the age is from `low` to `high`, as far as the register shows. On 31 December the year of birth is enough.
    pub(super) fn aged(&self, low: i32, high: i32) -> Option<bool> {
        (self.knows != Birth::Unknown).then(|| (low..=high).contains(&self.age))
    }

    /// Whether the child has completed `low` but not `end` months, as far as the register shows.
    pub(super) fn months_from(&self, low: i32, end: i32) -> Option<bool> {
        let months = low..end;
        match self.knows {
            Birth::Unknown => None,
            Birth::Dated => Some(months.contains(&self.months)),
            Birth::YearOnly => {
                let (first, last) = (12 * self.age, 12 * self.age + 11);
                let inside = (first..=last).filter(|m| months.contains(m)).count();
                match inside {
                    0 => Some(false),
                    12 => Some(true),
                    _ => None,
                }
            }
        }
    }

    /// A share in 10,000 that is higher for poor children.
    pub(super) fn by_wealth(&self, poor: u32, near_poor: u32, other: u32) -> u32 {
        match self.household {
            Household::Poor => poor,
            Household::NearPoor => near_poor,
            Household::Other => other,
        }
    }
}

/// Age on 31 December first, then a month and day of birth that give it.
fn draw_age(dice: &mut Dice, year: i32) -> (i32, u32, u32) {
    match dice.below(10_000) {
        // Born after the year: in the register, but not in the population of the year.
        0..20 => (-1, 1 + dice.below(3), 1 + dice.below(28)),
        20..70 => {
            let limit = LIMITS[dice.below(LIMITS.len() as u32) as usize];
            // The birthday that reaches the limit is the last day of the year, or the day after.
            if dice.chance(5_000) { (limit, 12, 31) } else { (limit - 1, 1, 1) }
        }
        // Three months old on 30 December, or on 1 January of the next year.
        70..76 => {
            if dice.chance(5_000) {
                (0, 9, 30)
            } else {
                (0, 10, 1)
            }
        }
        76..96 => {
            let leap: Vec<i32> = (0..16).filter(|age| is_leap(year - age)).collect();
            let age = leap.get(dice.below(leap.len() as u32) as usize).copied().unwrap_or(0);
            (age, 2, if leap.is_empty() { 28 } else { 29 })
        }
        _ => {
            let age = dice.pick(&AGES) as i32;
            let month = 12 - dice.below(12);
            let longest = match month {
                2 => 28 + u32::from(is_leap(year - age)),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            (age, month, 1 + dice.below(longest))
        }
    }
}
