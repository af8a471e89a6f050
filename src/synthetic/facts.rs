//! The facts of a child in the register besides its birth, sex and home, consistent with each other.

use super::child::{Child, Household};
use super::random::Dice;

/// Special circumstances: the letters of the 14 groups and the sub-groups, each with its weight.
pub(super) const CIRCUMSTANCES: [(&str, u32); 59] = [
    ("a1", 6),
    ("a2", 3),
    ("a3", 3),
    ("a4", 2),
    ("b1", 4),
    ("b2", 2),
    ("c1", 8),
    ("c2", 6),
    ("c3", 5),
    ("c4", 4),
    ("c5", 4),
    ("c6", 3),
    ("c7", 3),
    ("c8", 2),
    ("c9", 2),
    ("c10", 2),
    ("c11", 1),
    ("c12", 1),
    ("d1", 18),
    ("d2", 34),
    ("d3", 26),
    ("đ1", 5),
    ("e1", 2),
    ("e2", 1),
    ("e3", 1),
    ("e4", 1),
    ("g1", 1),
    ("g2", 1),
    ("h1", 3),
    ("h2", 2),
    ("i1", 3),
    ("k1", 2),
    ("k2", 1),
    ("k3", 1),
    ("k4", 1),
    ("k5", 1),
    ("l1", 2),
    ("l2", 1),
    ("l3", 2),
    ("l4", 2),
    ("l5", 1),
    ("m1", 1),
    ("m2", 1),
    ("n1", 10),
    ("n2", 8),
    ("o1", 2),
    ("o2", 1),
    ("o3", 1),
    ("a", 1),
    ("b", 1),
    ("c", 2),
    ("d", 6),
    ("đ", 1),
    ("e", 1),
    ("h", 1),
    ("i", 1),
    ("k", 1),
    ("l", 1),
    ("o", 1),
];
/// The index of a code that a child of any age and household can have.
const ALWAYS_FITS: u8 = 20;
/// The kinds of school a child may attend.
pub(super) const ATTENDS: [&str; 5] = ["nursery", "kindergarten", "primary", "lower_secondary", "none"];

/// The facts recorded of a child besides its birth, sex and home; `None` is not recorded.
pub(super) struct Facts {
    /// The codes, and how many of them.
    pub(super) circumstances: Option<([u8; 3], usize)>,
    pub(super) supported: Option<bool>,
    pub(super) at_risk: Option<bool>,
    pub(super) birth_registered: Option<bool>,
    pub(super) fully_vaccinated: Option<bool>,
    /// An index into [`ATTENDS`].
    pub(super) attends: Option<usize>,
    pub(super) consulted: Option<bool>,
    pub(super) participates: Option<bool>,
    pub(super) aware_of_rights: Option<bool>,
    pub(super) online_safety: Option<bool>,
    pub(super) development_services: Option<bool>,
    pub(super) on_track: Option<bool>,
    pub(super) works: Option<bool>,
}

impl Facts {
    /// Indices into [`ATTENDS`].
    pub(super) const NURSERY: usize = 0;
    pub(super) const KINDERGARTEN: usize = 1;

    pub(super) fn draw(dice: &mut Dice, child: &Child) -> Self {
        let age = child.age;
        let special = dice.chance(child.by_wealth(800, 420, 160));
        let (codes, held) = if special { draw_circumstances(dice, child) } else { ([0; 3], 0) };
        let helped = if special { child.by_wealth(9_400, 9_100, 8_700) } else { 120 };
        Self {
            circumstances: dice.recorded((codes, held), 150),
            supported: dice.flag(helped, 200),
            at_risk: dice.flag(child.by_wealth(2_600, 1_300, 300), 220),
            birth_registered: dice.flag(if age < 1 && child.months < 2 { 7_200 } else { child.by_wealth(9_700, 9_850, 9_930) }, 100),
            fully_vaccinated: dice.flag(if age < 1 { child.by_wealth(8_700, 9_200, 9_620) } else { 9_780 }, 150),
            attends: {
                let place = draw_school(dice, child);
                dice.recorded(place, 120)
            },
            consulted: dice.flag(if age >= 7 { 3_150 } else { 420 }, 250),
            participates: dice.flag(if age >= 11 { 3_200 } else { 350 }, 250),
            aware_of_rights: dice.flag(if age >= 7 { 8_700 } else { 6_100 }, 280),
            online_safety: dice.flag(if age >= 6 { child.by_wealth(5_200, 6_000, 6_900) } else { 900 }, 300),
            development_services: if age <= 8 { dice.flag(child.by_wealth(8_100, 8_800, 9_250), 200) } else { None },
            on_track: if age <= 5 { dice.flag(child.by_wealth(9_600, 9_800, 9_920), 270) } else { None },
            works: dice.flag(
                match age {
                    ..5 => 0,
                    5..12 => child.by_wealth(190, 130, 70),
                    12..15 => child.by_wealth(1_100, 800, 480),
                    _ => child.by_wealth(2_900, 2_200, 1_350),
                },
                160,
            ),
        }
    }
}

fn draw_circumstances(dice: &mut Dice, child: &Child) -> ([u8; 3], usize) {
    const WEIGHTS: [u32; CIRCUMSTANCES.len()] = {
        let mut weights = [0; CIRCUMSTANCES.len()];
        let mut i = 0;
        while i < weights.len() {
            weights[i] = CIRCUMSTANCES[i].1;
            i += 1;
        }
        weights
    };
    let held = 1 + usize::from(dice.chance(1_300)) + usize::from(dice.chance(150));
    let mut codes = [u8::MAX; 3];
    for place in 0..held {
        // A code impossible at the child's age or in its household is drawn again, in the end as a disability.
        let drawn = (0..6).map(|_| dice.pick(&WEIGHTS)).find(|code| {
            let (word, _) = CIRCUMSTANCES[*code];
            let fits = match word.as_bytes().first() {
                Some(b'e' | b'g' | b'h') => child.age >= 12,
                Some(b'n') => child.household == if word == "n1" { Household::Poor } else { Household::NearPoor },
                _ => true,
            };
            fits && !codes.contains(&(*code as u8))
        });
        match drawn {
            Some(code) => codes[place] = code as u8,
            None if place == 0 => codes[0] = ALWAYS_FITS,
            None => return (codes, place),
        }
    }
    (codes, held)
}

fn draw_school(dice: &mut Dice, child: &Child) -> usize {
    const NONE: usize = 4;
    let (place, share) = match (child.age, child.months) {
        (_, ..3) => (NONE, 10_000),
        (_, 3..36) => (Facts::NURSERY, child.by_wealth(2_100, 2_500, 3_100)),
        (3 | 4, _) => (Facts::KINDERGARTEN, child.by_wealth(8_500, 8_900, 9_350)),
        (5, _) => (Facts::KINDERGARTEN, child.by_wealth(9_800, 9_880, 9_940)),
        (6..=10, _) => (2, 9_940),
        (11..=14, _) => (3, child.by_wealth(9_200, 9_500, 9_750)),
        _ => (3, 900),
    };
    if dice.chance(share) { place } else { NONE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_that_always_fits_is_a_disability() {
        assert_eq!(CIRCUMSTANCES[usize::from(ALWAYS_FITS)].0, "d3");
        assert!(CIRCUMSTANCES.len() < usize::from(u8::MAX));
    }
}
