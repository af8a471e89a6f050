//! The counting machine: rows become combinations of classes, and combinations are counted.
//!
//! Each row is counted once by its area and its *stem*: the classes read by the period and by dimensions with one category
//! per row. Anything else that a condition reads is an *extra* of a factor, counted beside the stem unless it is the most common
//! extra, whose counts follow from the stem's: a flag that is nearly always true costs next to nothing. At the end each
//! combination that occurs is evaluated once, by the evaluator that the simple way runs for every row.

use super::classify::Classifier;
use super::coded::Coded;
use super::effects::Effects;
use super::factor::Factor;
use super::histogram::{Combination, Histogram};
use super::joint::Joint;
use super::keys::Pattern;
use super::layout::{Layout, Weight};
use super::pass::{Pass, PresenceRule, TallyBuilder};
use crate::error::{Error, Fact, Result};
use crate::question::IN_PERIOD;
use crate::record::{Encoded, NO};
use crate::spelling::identifier;
use polars_core::prelude::*;

/// Counts are flushed before they could overflow 32 bits.
const MOST_ROWS: u64 = 1 << 31;

/// The counts of one worker in one pass.
#[derive(Debug)]
pub(super) struct Machine {
    classifiers: Vec<Classifier>,
    coded: Vec<Coded>,
    stem: Joint,
    stems: Vec<u32>,
    /// Area and stem of each row, packed.
    packed: Vec<u64>,
    /// For each stem, whether it is outside the period.
    outside: Vec<bool>,
    /// For each class of communes, whether it has rows in the period.
    present: Vec<bool>,
    base: Histogram,
    factors: Vec<Factor>,
    rows: u64,
}

impl Machine {
    pub fn new(layout: &Layout) -> Self {
        Self {
            classifiers: layout.inputs.iter().map(|_| Classifier::default()).collect(),
            coded: layout.inputs.iter().map(|_| Coded::default()).collect(),
            stem: Joint::new(layout.stem.clone()),
            stems: Vec::new(),
            packed: Vec::new(),
            outside: Vec::new(),
            present: Vec::new(),
            base: Histogram::new(),
            factors: layout.factors.iter().map(|(_, extras, _)| Factor::new(extras.clone())).collect(),
            rows: 0,
        }
    }

    /// Counts a chunk; true if something is wrong with it, which the simple way then reports.
    pub fn count(&mut self, layout: &Layout, frame: &DataFrame, builder: &mut TallyBuilder) -> Result<bool> {
        let rows = frame.height();
        let mut encoder = layout.pass.encoder(frame, 0);
        let mut bad = false;
        for ((input, classifier), coded) in layout.inputs.iter().zip(&mut self.classifiers).zip(&mut self.coded) {
            bad |= classifier.read(input, &layout.pass, &mut encoder, coded)?;
        }
        self.stem.number(&mut self.coded, &self.classifiers, rows, &mut self.stems);
        for (factor, (weight, ..)) in self.factors.iter_mut().zip(&layout.factors) {
            // Flags held as bits are counted as bits.
            if *weight == Weight::Rows && factor.is_one_flag(&self.coded) {
                continue;
            }
            factor.extras.number(&mut self.coded, &self.classifiers, rows, &mut factor.numbers);
        }
        self.mark_outside(layout);
        self.mark_present(layout);
        bad |= self.has_no_area();
        if self.rows + rows as u64 > MOST_ROWS || self.is_too_small() {
            self.flush(layout, builder);
        }
        self.rows += rows as u64;
        let places = self.classifiers[0].classes.len();
        self.base.make_room(places);
        let shift = self.base.stem_bits;
        self.packed.clear();
        let areas = self.coded[0].codes();
        self.packed.extend(areas.iter().zip(&self.stems).map(|(area, stem)| u64::from(*area) << shift | u64::from(*stem)));
        self.base.add(self.packed.iter().map(|row| (*row, 0)));
        for (factor, (weight, ..)) in self.factors.iter_mut().zip(&layout.factors) {
            match weight {
                Weight::Rows if factor.extras.columns.is_empty() => {}
                Weight::Rows => factor.count_rows(&self.packed, &self.coded, places),
                Weight::Sum(column) => {
                    let weights = encoder.encode(column)?;
                    if let Encoded::Number { low, .. } = &*weights {
                        for (row, combination) in combinations(areas, &self.stems, &factor.numbers).enumerate() {
                            *factor.weighed.entry(combination).or_insert(0) += u64::try_from(low[row]).unwrap_or(0);
                        }
                    }
                }
                Weight::Distinct(column) => {
                    let found = layout.pass.table.column(column);
                    let numbers = std::mem::take(&mut factor.numbers);
                    let mut without_key = false;
                    let mut add = |text: Option<&str>, combination: Combination| {
                        without_key |= text.is_none();
                        if !self.outside[combination.1 as usize] {
                            factor.add_key(text, combination);
                        }
                    };
                    let combinations = combinations(areas, &self.stems, &numbers);
                    let wrong = |e: PolarsError| Error::Frame { table: layout.pass.table.id.clone(), found: Fact::library(e) };
                    match (found, frame.column(column)) {
                        // Text without a code list needs no encoder.
                        (Some(schema), Ok(keys)) if schema.codes.is_none() => {
                            let texts = keys.cast(&DataType::String).map_err(wrong)?;
                            let texts = texts.as_materialized_series().rechunk();
                            for (text, combination) in texts.str().map_err(wrong)?.iter().zip(combinations) {
                                add(text.and_then(identifier).as_deref(), combination);
                            }
                        }
                        _ => {
                            let encoded = encoder.encode(column)?;
                            let Encoded::Words { codes, words } = &*encoded else { continue };
                            for (code, combination) in codes.iter().zip(combinations) {
                                add(words.get(*code as usize).map(String::as_str), combination);
                            }
                        }
                    }
                    bad |= without_key && found.is_some_and(|c| c.required);
                    factor.numbers = numbers;
                }
            }
        }
        // The encoder checked what it read whole.
        Ok(bad | !encoder.problems.rows().is_empty())
    }

    fn mark_outside(&mut self, layout: &Layout) {
        let stems = self.stem.len(&self.classifiers);
        let Some(nth) = self.stem.columns.iter().position(|c| layout.inputs[*c].names.contains(&IN_PERIOD)) else { return };
        let flags = self.classifiers[self.stem.columns[nth]].classes.in_period().unwrap_or_default();
        for stem in self.outside.len()..stems {
            self.outside.push(flags.get(self.stem.class(stem as u32, nth)) == Some(&NO));
        }
    }

    /// Marks the communes of rows that may be in the period.
    fn mark_present(&mut self, layout: &Layout) {
        let Some(column) = layout.communes() else { return };
        self.present.resize(self.classifiers[column].classes.len(), false);
        for (commune, stem) in self.coded[column].codes().iter().zip(&self.stems) {
            self.present[*commune as usize] |= !self.outside[*stem as usize];
        }
    }

    /// Notes in the tally which communes sent records.
    fn report_present(&self, layout: &Layout, builder: &mut TallyBuilder) {
        let pass = &layout.pass;
        let list = pass.question.areas.since();
        let mut note = |commune| builder.tally.presence.row(list, pass.number(), commune);
        if pass.presence_rule() == PresenceRule::AnyRow {
            self.classifiers[0].classes.met.iter().copied().for_each(&mut note);
        }
        if let Some(column) = layout.communes() {
            let found = self.classifiers[column].classes.places.iter().zip(&self.present).filter(|(_, present)| **present);
            // The unknown area is no commune.
            let communes = found.filter_map(|(place, _)| u32::try_from((*place)?).ok());
            communes.filter(|place| (*place as usize) < pass.question.areas.areas().len()).for_each(note);
        }
    }

    /// True if a row of the period has no area.
    fn has_no_area(&mut self) -> bool {
        let Some(no_area) = self.classifiers[0].classes.places.iter().position(Option::is_none) else { return false };
        let areas = self.coded[0].codes();
        areas.iter().zip(&self.stems).any(|(area, stem)| *area as usize == no_area && !self.outside[*stem as usize])
    }

    fn is_too_small(&self) -> bool {
        let (places, stems) = (self.classifiers[0].classes.len(), self.stem.len(&self.classifiers));
        let is_too_small = |f: &Factor| f.histogram.is_too_small(places, stems, f.extras.len(&self.classifiers));
        self.base.is_too_small(places, stems, 1) || self.factors.iter().any(is_too_small)
    }

    /// Adds the counts to the tally and starts again with more room.
    fn flush(&mut self, layout: &Layout, builder: &mut TallyBuilder) {
        self.work_out(layout, builder);
        // Twice what is needed, so that it rarely grows.
        let (places, stems) = (2 * self.classifiers[0].classes.len(), 2 * self.stem.len(&self.classifiers));
        self.base.reset(places, stems, 1);
        for factor in &mut self.factors {
            factor.histogram.reset(places, stems, factor.extras.len(&self.classifiers));
        }
        self.rows = 0;
    }

    fn work_out(&mut self, layout: &Layout, builder: &mut TallyBuilder) {
        let pass = &layout.pass;
        let base = self.base.entries();
        let places = &self.classifiers[0].classes.places;
        for ((area, stem, _), _) in &base {
            if let (Some(area), false) = (places[*area as usize], self.outside[*stem as usize]) {
                builder.tally.provinces.insert(pass.province(area));
            }
        }
        for (factor, (weight, _, series)) in self.factors.iter_mut().zip(&layout.factors) {
            let entries = match weight {
                Weight::Rows => factor.entries(&base),
                Weight::Sum(_) | Weight::Distinct(_) => factor.weighed.drain().collect::<Vec<_>>().into(),
            };
            let effects = Effects::of(layout, series, &self.classifiers, &self.stem, &factor.extras, entries.iter().map(|(c, _)| *c));
            for &((area, stem, extra), count) in entries.iter() {
                if let Some(area) = places[area as usize] {
                    effects.at(stem, extra).iter().for_each(|effect| builder.add(pass, effect, area, count));
                }
            }
        }
    }

    /// Adds the remaining counts and the keys to the tally.
    pub fn finish(mut self, layout: &Layout, builder: &mut TallyBuilder) {
        self.work_out(layout, builder);
        self.report_present(layout, builder);
        let places = &self.classifiers[0].classes.places;
        for (factor, (_, _, series)) in self.factors.into_iter().zip(&layout.factors) {
            let effects = Effects::of(layout, series, &self.classifiers, &self.stem, &factor.extras, factor.sets.keys().copied());
            let patterns: Vec<Pattern> = effects.effects.iter().map(|of| Pass::pattern(of)).collect();
            let mut sets = vec![None; factor.sets.len()];
            for ((area, stem, extra), number) in &factor.sets {
                sets[*number as usize] = places[*area as usize].map(|area| (area as u32, effects.places[&(*stem, *extra)]));
            }
            builder.tally.keys.absorb(&factor.keys.finish(&sets, &patterns));
        }
    }
}

fn combinations<'r>(areas: &'r [u32], stems: &'r [u32], extras: &'r [u32]) -> impl Iterator<Item = Combination> + 'r {
    areas.iter().zip(stems).zip(extras).map(|((area, stem), extra)| (*area, *stem, *extra))
}
