//! Rounding in place of hiding: a number in every cell, none of them to be taken at its word.

use super::axis::{Axis, TOTAL};
use super::cube::{Cube, wrong};
use super::protect::numbers_of;
use super::relations::System;
use crate::error::{Error, Phrase, Result};
use polars_core::prelude::*;

/// Bases of random rounding in use: of census offices.
const BASES: [u64; 2] = [3, 5];
/// Larger bases of small counts are refused, as larger thresholds are.
const HIGHEST: u64 = 1_000;
/// The shortest secret, in bytes.
const SHORTEST_SECRET: usize = 16;
/// Passes over all small counts to bring the margins nearer.
const PASSES: usize = 20;

/// A table with rounded counts.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Rounded {
    /// One row for each cell, margins included: the dimensions and the rounded count.
    pub table: DataFrame,
    /// Cells with another number than the true one; for the office that made the table.
    pub changed: u64,
    /// The largest difference to a true number.
    pub largest: u64,
}

/// Rounds small inner counts to 0 or a base, so that every margin is still the sum of its parts and stays near the true one.
///
/// Inner counts from 1 to `base` − 1 become 0 or `base`; others stay. Which goes up follows from the margins: beginning with the nearest,
/// each small count takes the number that brings all margins it is in nearer to the truth (least squares), until none would change.
/// After the small count rounding of Ø. Langsrud and J. Heldal, Privacy in Statistical Databases 2018.
///
/// A `base` in the table is no number of children: it may stand for 1. What it does not protect: counts of `base` or more are
/// exact; another table of the same records, rounded apart, has other margins, and both together tell more than each.
///
/// # Errors
/// As [`protect`](super::protect); [`Error::BadNumber`] for a base outside 2 to 1,000.
pub fn round_small(frame: &DataFrame, axes: &[Axis], count: &str, base: u64) -> Result<Rounded> {
    if !(2..=HIGHEST).contains(&base) {
        let expected = Phrase::WholeNumberFromTo(2, HIGHEST as i64).into();
        return Err(Error::BadNumber { what: "base", expected, found: base.into() });
    }
    let base = base.cast_signed();
    let (cube, rows) = Cube::of(frame, axes, count)?;
    let system = cube.system();
    let numbers = numbers_of(&cube, &system, &rows, frame, count)?;
    let mut inner: Vec<i64> = system.inner.iter().map(|cell| numbers[*cell as usize]).collect();
    let small: Vec<usize> = (0..inner.len()).filter(|nth| (1..base).contains(&inner[*nth])).collect();
    let containing = system.members.inverted(inner.len(), |cell, (inner, _)| (inner, cell));
    // How far each cell is above the truth.
    let mut above = vec![0_i64; numbers.len()];
    let add = |above: &mut Vec<i64>, nth: usize, by: i64| containing.of(nth as u32).iter().for_each(|cell| above[*cell as usize] += by);
    for nth in &small {
        let nearest = if inner[*nth] * 2 >= base { base } else { 0 };
        add(&mut above, *nth, nearest - inner[*nth]);
        inner[*nth] = nearest;
    }
    for _ in 0..PASSES {
        crate::task::look();
        let mut is_changed = false;
        for nth in &small {
            let by = if inner[*nth] == 0 { base } else { -base };
            // The change of the sum of squares.
            let cells = containing.of(*nth as u32);
            let gain: i64 = cells.iter().map(|cell| by * (2 * above[*cell as usize] + by)).sum();
            if gain < 0 {
                add(&mut above, *nth, by);
                inner[*nth] += by;
                is_changed = true;
            }
        }
        if !is_changed {
            break;
        }
    }
    keep_distinct(&cube, &system, &numbers, &mut inner, base);
    let rounded = |cell: u32| system.members.of(cell).iter().map(|(nth, times)| inner[*nth as usize] * i64::from(*times)).sum();
    finish(&cube, count, &numbers, (0..cube.cells()).map(rounded).collect())
}

/// Brings totals of distinct things back between the largest of their parts and the sum of all.
fn keep_distinct(cube: &Cube, system: &System, numbers: &[i64], inner: &mut [i64], base: i64) {
    if cube.trees.iter().all(|tree| !tree.axis.is_distinct) {
        return;
    }
    let place: std::collections::HashMap<u32, usize> = system.inner.iter().enumerate().map(|(nth, cell)| (*cell, nth)).collect();
    // Each step raises a small number to the base, so that it ends.
    loop {
        let mut is_changed = false;
        for (total, parts) in cube.distinct_totals() {
            let (Some(whole), Some(of)) =
                (place.get(&total), parts.iter().map(|part| place.get(part).copied()).collect::<Option<Vec<usize>>>())
            else {
                continue;
            };
            let most = of.iter().map(|nth| inner[*nth]).max().unwrap_or(0);
            if inner[*whole] < most {
                inner[*whole] = base;
                is_changed = true;
            }
            while of.iter().map(|nth| inner[*nth]).sum::<i64>() < inner[*whole] {
                let low = |nth: &&usize| inner[**nth] == 0 && numbers[system.inner[**nth] as usize] > 0;
                let Some(largest) = of.iter().filter(low).max_by_key(|nth| numbers[system.inner[**nth] as usize]).copied() else { break };
                inner[largest] = base;
                is_changed = true;
            }
        }
        if !is_changed {
            return;
        }
    }
}

/// Rounds every cell to a multiple of 3 or 5, up or down by chance, so that the mean is the true number.
///
/// A count n becomes the next multiple above with probability (n mod base) ÷ base, else the next below. The chance is drawn from the
/// words of the cell and a secret (BLAKE3, keyed): the same cell gets the same answer in every table, every run and every
/// release, and who does not know the secret cannot draw it again. Margins are rounded apart, and need not add up.
///
/// What it does not protect: sums of rounded parts against a rounded total narrow down what is possible; where a cell changes by
/// one between releases, the jump tells on which side of a bound it was. Totals of distinct things may fall below a part.
///
/// # Errors
/// As [`protect`](super::protect); [`Error::BadNumber`] for another base, or a secret of fewer than 16 bytes.
pub fn round_random(frame: &DataFrame, axes: &[Axis], count: &str, base: u64, secret: &[u8]) -> Result<Rounded> {
    if !BASES.contains(&base) {
        return Err(Error::BadNumber { what: "base", expected: Phrase::OneOf("3, 5".to_owned()).into(), found: base.into() });
    }
    if secret.len() < SHORTEST_SECRET {
        let expected = Phrase::SecretOfBytes(SHORTEST_SECRET as u64).into();
        return Err(Error::BadNumber { what: "key", expected, found: Phrase::Bytes(secret.len() as u64).into() });
    }
    let key = blake3::derive_key("chitieu 2026-12-01 random rounding of counts", secret);
    let (cube, rows) = Cube::of(frame, axes, count)?;
    let system = cube.system();
    let numbers = numbers_of(&cube, &system, &rows, frame, count)?;
    let rounded = |cell: u32| {
        let number = numbers[cell as usize].cast_unsigned();
        let left = number % base;
        (number - left + if draw(&key, &cube, count, cell) % base < left { base } else { 0 }).cast_signed()
    };
    finish(&cube, count, &numbers, (0..cube.cells()).map(rounded).collect())
}

/// A number that belongs to a cell: its dimensions and categories without totals, whatever their order.
fn draw(key: &[u8; 32], cube: &Cube, count: &str, cell: u32) -> u64 {
    let words = cube.words(cell);
    let mut named: Vec<(&str, &str)> =
        cube.trees.iter().map(|tree| tree.axis.name.as_str()).zip(words.iter().map(String::as_str)).collect();
    named.retain(|(_, word)| *word != TOTAL);
    named.sort_unstable();
    let text = format!("{count:?} {named:?}");
    let hash = blake3::keyed_hash(key, text.as_bytes());
    hash.as_bytes()[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn finish(cube: &Cube, count: &str, numbers: &[i64], rounded: Vec<i64>) -> Result<Rounded> {
    let differences = || numbers.iter().zip(&rounded).map(|(a, b)| a.abs_diff(*b));
    let (changed, largest) = (differences().filter(|n| *n > 0).count() as u64, differences().max().unwrap_or(0));
    let all: Vec<u32> = (0..cube.cells()).collect();
    let mut columns = cube.columns(&all);
    columns.push(Column::new(count.into(), rounded));
    Ok(Rounded { table: DataFrame::new(all.len(), columns).map_err(wrong)?, changed, largest })
}
