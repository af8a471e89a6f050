//! Who lives where, and how children, cases and facilities are numbered.

use super::calendar::day;
use super::province::Province;
use super::random::{Dice, Purpose};

pub(super) const SEXES: [&str; 2] = ["male", "female"];
/// Codes of the list of 1979: Kinh, then groups found everywhere.
pub(super) const ETHNICITIES: [&str; 8] = ["01", "02", "03", "04", "06", "07", "08", "09"];

/// The plan of the province, fixed before any record is made.
pub(super) struct Layout {
    /// The number of the first child of each commune, followed by the number of children.
    pub(super) starts: Vec<usize>,
    /// Poor households among 10,000 in each commune.
    pub(super) poverty: Vec<u32>,
    /// 1 January of the year.
    pub(super) first_day: i32,
    /// 31 December of the year.
    pub(super) last_day: i32,
    code: Vec<u8>,
    shift: u64,
}

/// An identifier that fits inside a row of a text column.
#[derive(Clone, Copy)]
pub(super) struct Id {
    bytes: [u8; 12],
    length: usize,
}

impl Id {
    /// The province's code, a letter or nothing, and a number of so many digits.
    pub(super) fn new(code: &[u8], letter: &[u8], number: usize, digits: usize) -> Self {
        let mut id = Self { bytes: [b'0'; 12], length: 0 };
        for byte in code.iter().chain(letter).take(12 - digits.min(12)) {
            id.bytes[id.length] = *byte;
            id.length += 1;
        }
        let end = (id.length + digits).min(12);
        write_digits(&mut id.bytes[id.length..end], number as u64);
        id.length = end;
        id
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

fn write_digits(place: &mut [u8], mut number: u64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

impl Layout {
    pub(super) fn new(province: &Province) -> Self {
        let mut dice = Dice::new(province.seed, Purpose::Communes, 0);
        let weights: Vec<u64> =
            province.communes.iter().map(|_| u64::from(60 + dice.below(90) + if dice.chance(800) { dice.below(200) } else { 0 })).collect();
        let poverty = province.communes.iter().map(|_| 150 + dice.below(700)).collect();
        let total = weights.iter().sum::<u64>().max(1);
        let mut starts = vec![0];
        let mut sum = 0;
        for weight in weights {
            sum += weight;
            starts.push((province.children as u128 * u128::from(sum) / u128::from(total)) as usize);
        }
        Self {
            starts,
            poverty,
            first_day: day(province.year, 1, 1),
            last_day: day(province.year, 12, 31),
            code: province.code.as_bytes().to_vec(),
            shift: u64::from(dice.below(1_000_000)),
        }
    }

    /// The commune of a child.
    pub(super) fn commune_of(&self, number: usize) -> usize {
        let after = self.starts.partition_point(|start| *start <= number);
        after.saturating_sub(1).min(self.starts.len().saturating_sub(2))
    }

    pub(super) fn child_id(&self, number: usize) -> Id {
        Id::new(&self.code, b"", number + 1, 9)
    }

    /// The identifier of another entity, whose letter tells its kind.
    pub(super) fn id(&self, letter: &[u8], number: usize) -> Id {
        Id::new(&self.code, letter, number + 1, 8)
    }

    /// Twelve digits: province of registration, century and sex, year of birth, and six that are unique among a million
    /// consecutive children.
    pub(super) fn personal_id(&self, number: usize, sex: usize, birth_year: i32) -> [u8; 12] {
        let mut digits = [b'0'; 12];
        let code = &self.code[..self.code.len().min(3)];
        digits[3 - code.len()..3].copy_from_slice(code);
        let century = (birth_year.div_euclid(100) - 19).rem_euclid(5);
        digits[3] = b'0' + (2 * century) as u8 + sex as u8;
        write_digits(&mut digits[4..6], birth_year.rem_euclid(100) as u64);
        write_digits(&mut digits[6..], ((number as u64 % 1_000_000) * 617_639 + self.shift) % 1_000_000);
        digits
    }
}
