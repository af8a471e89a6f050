//! A synthetic province whose true counts are known.
//!
//! Real records of children can never be shipped, so tests, examples and benchmarks use records made here: all tables
//! of the crate, with the difficulties of real ones (unknown values, births on an age limit, twins, repeat victims, several
//! children or perpetrators in a case, events outside the year). The true facts of each record are counted while it is
//! made; [`Truth`] holds these counts, so that an engine can be checked against something other than itself.
//!
//! The same province and seed give the same bytes on any number of threads. The proportions are plausible and nothing
//! more: no number made here describes a real place.
//!
//! ```
//! use chitieu::synthetic::{Commune, Province, generate};
//! let communes = [("12103", "323"), ("12106", "323"), ("12127", "325")]
//!     .map(|(code, district)| Commune { code: code.into(), district: district.into() });
//! let province = Province { code: "33", communes: &communes, children: 3_000, year: 2022, seed: 1, silent: 0 };
//! let (tables, truth) = generate(&province)?;
//! assert_eq!(tables[0].0, "children");
//! assert_eq!(tables[0].1.height(), 3_000);
//! assert!(truth.to_frame().height() > 0);
//! # Ok::<(), chitieu::Error>(())
//! ```

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "the ages, days and counts made here are small, and none that is cast is negative"
)]

mod abuse;
mod calendar;
mod case;
mod child;
mod columns;
mod events;
mod facts;
mod layout;
mod ledger;
mod names;
mod part;
mod perpetrators;
mod province;
mod random;
mod register;
mod response;
mod services;
#[cfg(test)]
mod tests;
mod truth;

pub use province::{Commune, Province, Tables, communes};
pub use truth::Truth;

use crate::error::{Error, Fact, Phrase};
use layout::Layout;
use ledger::Ledger;
use polars_core::prelude::DataFrame;
use random::{Dice, Purpose};
use rayon::prelude::*;
use register::{CHUNK, Census, Heads, Vocabulary};
use std::collections::BTreeSet;

/// Makes all tables of a province, `children` first, and the true counts of its year.
///
/// # Errors
/// [`Error::BadNumber`] for a province without reporting communes, with a commune twice, with a code that is not one to three letters
/// or digits, a year outside 1950 to 2150, or more than 500 million children.
pub fn generate(province: &Province) -> crate::Result<(Tables, Truth)> {
    let wrong = |found| Error::BadNumber { what: "province", expected: Phrase::PossibleProvince.into(), found };
    check(province).map_err(|found| wrong(found.into()))?;
    made(province).map_err(|error| wrong(Fact::library(error)))
}

fn made(province: &Province) -> Result<(Tables, Truth), String> {
    let (reporting, silent) = split_silent(province);
    let province = &Province { communes: &reporting, ..*province };
    let layout = Layout::new(province);
    let mut ledger = Ledger::new(0, province.communes.len());
    let (children, census) = children(province, &layout, &mut ledger)?;
    let mut tables = vec![("children", children)];
    tables.extend(events::tables(province, &layout, &census, &mut ledger)?);
    tables.extend(abuse::tables(province, &layout, &census, &mut ledger)?);
    tables.extend(services::tables(province, &layout, &census, &mut ledger)?);
    let names: Vec<&str> = tables.iter().map(|(name, _)| *name).collect();
    let truth = Truth::new(province, &silent, &names, &ledger)?;
    Ok((tables, truth))
}

/// Splits the communes, in their order, into those that report and those that do not.
fn split_silent(province: &Province) -> (Vec<Commune>, Vec<Commune>) {
    let mut dice = Dice::new(province.seed, Purpose::Silence, 0);
    let mut order: Vec<(u32, usize)> = (0..province.communes.len()).map(|place| (dice.below(u32::MAX), place)).collect();
    order.sort_unstable();
    let silent: BTreeSet<usize> = order.into_iter().take(province.silent).map(|(_, place)| place).collect();
    let of = |wanted: bool| {
        let there = province.communes.iter().enumerate().filter(|(place, _)| silent.contains(place) == wanted);
        there.map(|(_, commune)| commune.clone()).collect()
    };
    (of(false), of(true))
}

fn check(province: &Province) -> Result<(), Phrase> {
    if province.communes.is_empty() {
        return Err(Phrase::NoCommunes);
    }
    if province.silent >= province.communes.len() {
        return Err(Phrase::SilentCommunes(province.communes.len() as u64, province.silent as u64));
    }
    let mut codes: Vec<&str> = province.communes.iter().map(|c| c.code.as_str()).collect();
    codes.sort_unstable();
    if let Some([twice, ..]) = codes.windows(2).find(|w| w[0] == w[1]) {
        return Err(Phrase::CommuneTwice((*twice).to_owned()));
    }
    if !(1..=3).contains(&province.code.len()) || !province.code.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(Phrase::BadProvinceCode(province.code.to_owned()));
    }
    if !(1950..=2150).contains(&province.year) {
        return Err(Phrase::YearOutside(1950, 2150, province.year.into()));
    }
    if province.children > 500_000_000 {
        return Err(Phrase::TooManyChildren(province.children as u64));
    }
    Ok(())
}

/// The register, made in fixed chunks so that it does not depend on the number of threads.
fn children(province: &Province, layout: &Layout, ledger: &mut Ledger) -> Result<(DataFrame, Census), String> {
    let words = Vocabulary::new(province);
    let chunks = province.children.div_ceil(CHUNK).max(1);
    let made: Result<Vec<register::Chunk>, String> =
        (0..chunks).into_par_iter().map(|nth| register::chunk(province, layout, &words, nth)).collect();
    let mut census = Census { heads: vec![Heads::default(); province.communes.len()], candidates: Vec::new() };
    let mut columns: Vec<(&'static str, Vec<_>)> = Vec::new();
    for chunk in made? {
        ledger.absorb(&chunk.ledger);
        for (heads, more) in census.heads[chunk.first_commune..].iter_mut().zip(&chunk.heads) {
            heads.iter_mut().flatten().zip(more.iter().flatten()).for_each(|(a, b)| *a += b);
        }
        census.candidates.extend(chunk.candidates);
        if columns.is_empty() {
            columns = chunk.columns.iter().map(|(name, _)| (*name, Vec::with_capacity(chunks))).collect();
        }
        columns.iter_mut().zip(chunk.columns).for_each(|((_, arrays), (_, array))| arrays.push(array));
    }
    Ok((columns::frame(columns)?, census))
}
