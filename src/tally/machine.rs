//! The counting machine: rows become combinations of classes, and combinations are counted.
//!
//! Every row is counted once, by its area and its *stem*: what dimensions of single categories and the period see of it.
//! Whatever else a condition reads is an *extra* of a factor, counted beside the stem, and only where it is not the most
//! common one: a flag that is nearly always true costs next to nothing. What was left out follows from the stem's counts.
//! In the end each combination that occurs is looked at once, by the same evaluator that works row by row in the simple
//! way.

use super::classes::{Asked, Source};
use super::joint::{Joint, bits};
use super::keys::{self, KeysBuilder, Pattern};
use super::pass::{Building, Columns, Effect, Pass, Seen};
use super::read::{Coded, Flags, Reader};
use crate::error::{Error, Fact, Result};
use crate::question::{How, IN_PERIOD};
use crate::record::{Encoded, NO};
use crate::spelling::identifier;
use polars_core::prelude::*;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Counts are dense up to this many places, and hashed beyond.
const DENSE: u64 = 1 << 22;
/// Counts of a machine are put away before they could overflow 32 bits.
const MOST_ROWS: u64 = 1 << 31;

/// What a machine does with the rows of a factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight<'a> {
    Rows,
    Sum(&'a str),
    Distinct(&'a str),
}

/// A pass made ready for machines.
#[derive(Debug)]
pub(super) struct Layout<'a> {
    pass: Pass<'a>,
    asked: Vec<Asked<'a>>,
    stem: Vec<usize>,
    factors: Vec<(Weight<'a>, Vec<usize>, Vec<usize>)>,
}

impl<'a> Layout<'a> {
    pub fn new(pass: Pass<'a>) -> Self {
        let asked = Asked::all(&pass);
        let stem: Vec<usize> = (1..asked.len()).filter(|c| asked[*c].is_stem(&pass)).collect();
        let mut factors: BTreeMap<(Weight, Vec<usize>), Vec<usize>> = BTreeMap::new();
        let extras_of = |series: &[usize]| -> Vec<usize> {
            let names = pass.names(series);
            (1..asked.len()).filter(|c| !stem.contains(c) && asked[*c].names.iter().any(|n| names.contains(n))).collect()
        };
        for series in &pass.series {
            let (weight, extras) = match &pass.question.series[*series].how {
                How::Rows => (Weight::Rows, extras_of(&[*series])),
                How::Sum(column) => (Weight::Sum(column), extras_of(&[*series])),
                How::Distinct(column) => {
                    let all: Vec<usize> = pass.series.iter().copied().filter(|s| pass.key_of(*s) == Some(column)).collect();
                    (Weight::Distinct(column), extras_of(&all))
                }
            };
            factors.entry((weight, extras)).or_default().push(*series);
        }
        let factors = factors.into_iter().map(|((weight, extras), series)| (weight, extras, series)).collect();
        Self { pass, asked, stem, factors }
    }

    pub fn pass(&self) -> &Pass<'a> {
        &self.pass
    }

    /// The column whose classes are communes, where rows of the period tell who sent records.
    fn communes(&self) -> Option<usize> {
        match self.pass.presence() {
            Seen::Never | Seen::InAnyRow => None,
            Seen::InPeriod => Some(0),
            Seen::Separately => self.asked.iter().position(|a| a.source == Source::Commune),
        }
    }
}

/// A row of the counts: area class, stem, extra.
type Combination = (u32, u32, u32);

/// Counts by combination.
#[derive(Debug)]
enum Counts {
    Dense(Vec<u32>),
    Hashed(PlHashMap<u64, u32>),
    /// Where area, stem and extra together need more than 64 bits.
    Wide(PlHashMap<u128, u32>),
}

/// Bits that number every area of a list.
const AREA_BITS: u32 = 20;

/// True if counts of so many areas, stems and extras are dense.
fn is_dense(places: usize, bits: u32) -> bool {
    1_u64.checked_shl(bits).is_some_and(|places_of_area| places_of_area <= DENSE / (places as u64).max(1))
}

/// Counts by area, stem and extra, in fields of bits.
#[derive(Debug)]
struct Histogram {
    stem_bits: u32,
    extra_bits: u32,
    counts: Counts,
}

impl Histogram {
    fn new() -> Self {
        Self { stem_bits: 0, extra_bits: 0, counts: Counts::Dense(Vec::new()) }
    }

    /// True if the fields have to grow, so that what was counted must be put away first.
    fn is_too_small(&self, places: usize, stems: usize, extras: usize) -> bool {
        bits(stems) > self.stem_bits
            || bits(extras) > self.extra_bits
            || matches!(self.counts, Counts::Dense(_)) && !is_dense(places, self.stem_bits + self.extra_bits)
    }

    /// Empties it, with room for so many.
    fn reset(&mut self, places: usize, stems: usize, extras: usize) {
        self.stem_bits = bits(stems);
        self.extra_bits = bits(extras);
        let bits = self.stem_bits + self.extra_bits;
        self.counts = match is_dense(places, bits) {
            true => Counts::Dense(Vec::new()),
            false if bits + AREA_BITS <= u64::BITS => Counts::Hashed(PlHashMap::default()),
            false => Counts::Wide(PlHashMap::default()),
        };
    }

    fn make_room(&mut self, places: usize) {
        if let Counts::Dense(counts) = &mut self.counts {
            let needed = places << (self.stem_bits + self.extra_bits);
            if counts.len() < needed {
                counts.resize(needed, 0);
            }
        }
    }

    /// Counts rows: area and stem packed, and an extra for each.
    fn add(&mut self, rows: impl Iterator<Item = (u64, u32)>) {
        let shift = self.extra_bits;
        match &mut self.counts {
            Counts::Dense(counts) => rows.for_each(|(row, extra)| counts[(row << shift | u64::from(extra)) as usize] += 1),
            Counts::Hashed(counts) => rows.for_each(|(row, extra)| *counts.entry(row << shift | u64::from(extra)).or_insert(0) += 1),
            Counts::Wide(counts) => {
                rows.for_each(|(row, extra)| *counts.entry(u128::from(row) << shift | u128::from(extra)).or_insert(0) += 1);
            }
        }
    }

    /// Counts the rows whose bits are set, all with one extra.
    fn add_bits(&mut self, packed: &[u64], words: impl Iterator<Item = u64>, extra: u32) {
        let (shift, extra) = (self.extra_bits, u64::from(extra));
        match &mut self.counts {
            Counts::Dense(counts) => each_set(packed, words, |row| counts[(row << shift | extra) as usize] += 1),
            Counts::Hashed(counts) => each_set(packed, words, |row| *counts.entry(row << shift | extra).or_insert(0) += 1),
            Counts::Wide(counts) => {
                each_set(packed, words, |row| *counts.entry(u128::from(row) << shift | u128::from(extra)).or_insert(0) += 1);
            }
        }
    }

    /// Of a dense histogram, the extras that occur with an area and stem, with their counts.
    fn extras_of(&self, area: u32, stem: u32) -> impl Iterator<Item = (u32, u64)> + '_ {
        let counts = match &self.counts {
            Counts::Dense(counts) => counts.as_slice(),
            Counts::Hashed(_) | Counts::Wide(_) => &[],
        };
        let first = ((area as usize) << self.stem_bits | stem as usize) << self.extra_bits;
        let of = counts.get(first..first + (1 << self.extra_bits)).unwrap_or_default();
        of.iter().enumerate().filter(|(_, n)| **n > 0).map(|(extra, n)| (extra as u32, u64::from(*n)))
    }

    /// Every combination that occurs, with its count.
    fn entries(&self) -> Vec<(Combination, u64)> {
        let split = |packed: u128| {
            let field = |shift: u32, bits: u32| (packed >> shift & ((1 << bits) - 1)) as u32;
            ((packed >> (self.stem_bits + self.extra_bits)) as u32, field(self.extra_bits, self.stem_bits), field(0, self.extra_bits))
        };
        match &self.counts {
            Counts::Dense(counts) => {
                counts.iter().enumerate().filter(|(_, n)| **n > 0).map(|(at, n)| (split(at as u128), u64::from(*n))).collect()
            }
            Counts::Hashed(counts) => counts.iter().map(|(packed, n)| (split(u128::from(*packed)), u64::from(*n))).collect(),
            Counts::Wide(counts) => counts.iter().map(|(packed, n)| (split(*packed), u64::from(*n))).collect(),
        }
    }
}

/// One factor of a machine.
#[derive(Debug)]
struct Factor {
    extras: Joint,
    numbers: Vec<u32>,
    histogram: Histogram,
    /// The extra that is not counted but follows from the stem.
    common: Option<u32>,
    /// Of sums, and of rows without a key.
    weighed: PlHashMap<Combination, u64>,
    keys: KeysBuilder,
    sets: PlHashMap<Combination, u32>,
}

/// What one worker has counted of one pass.
#[derive(Debug)]
pub(super) struct Machine {
    readers: Vec<Reader>,
    coded: Vec<Coded>,
    stem: Joint,
    stems: Vec<u32>,
    /// Area and stem of each row, packed.
    packed: Vec<u64>,
    /// Stems that lie outside the period.
    outside: Vec<bool>,
    /// Classes of communes with rows in the period.
    present: Vec<bool>,
    base: Histogram,
    factors: Vec<Factor>,
    rows: u64,
}

impl Machine {
    pub fn new(layout: &Layout) -> Self {
        let factor = |(_, extras, _): &(Weight, Vec<usize>, Vec<usize>)| Factor {
            extras: Joint::new(extras.clone()),
            numbers: Vec::new(),
            histogram: Histogram::new(),
            common: None,
            weighed: PlHashMap::default(),
            keys: KeysBuilder::default(),
            sets: PlHashMap::default(),
        };
        Self {
            readers: layout.asked.iter().map(|_| Reader::default()).collect(),
            coded: layout.asked.iter().map(|_| Coded::default()).collect(),
            stem: Joint::new(layout.stem.clone()),
            stems: Vec::new(),
            packed: Vec::new(),
            outside: Vec::new(),
            present: Vec::new(),
            base: Histogram::new(),
            factors: layout.factors.iter().map(factor).collect(),
            rows: 0,
        }
    }

    /// Counts a chunk; true if something is wrong with it, which the simple way then tells.
    pub fn count(&mut self, layout: &Layout, frame: &DataFrame, building: &mut Building) -> Result<bool> {
        let rows = frame.height();
        let mut encoder = layout.pass.encoder(frame, 0);
        let mut bad = false;
        for ((asked, reader), coded) in layout.asked.iter().zip(&mut self.readers).zip(&mut self.coded) {
            bad |= reader.read(asked, &layout.pass, &mut encoder, coded)?;
        }
        self.stem.number(&mut self.coded, &self.readers, rows, &mut self.stems);
        for (factor, (weight, ..)) in self.factors.iter_mut().zip(&layout.factors) {
            // Bits are counted as they are.
            if *weight == Weight::Rows && factor.is_one_flag(&self.coded) {
                continue;
            }
            factor.extras.number(&mut self.coded, &self.readers, rows, &mut factor.numbers);
        }
        self.mark_outside(layout);
        self.mark_present(layout);
        bad |= self.has_no_place();
        if self.rows + rows as u64 > MOST_ROWS || self.is_too_small() {
            self.put_away(layout, building);
        }
        self.rows += rows as u64;
        let places = self.readers[0].classes.len();
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
                    let mut nobody = false;
                    let mut add = |text: Option<&str>, combination: Combination| {
                        nobody |= text.is_none();
                        if !self.outside[combination.1 as usize] {
                            factor.add_key(text, combination);
                        }
                    };
                    let combinations = combinations(areas, &self.stems, &numbers);
                    let wrong = |e: PolarsError| Error::Frame { table: layout.pass.table.id.clone(), found: Fact::library(e) };
                    match (found, frame.column(column)) {
                        // Plain text needs no encoder.
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
                    bad |= nobody && found.is_some_and(|c| c.required);
                    factor.numbers = numbers;
                }
            }
        }
        // What the encoder read whole it also checked whole.
        Ok(bad | !encoder.problems.rows().is_empty())
    }

    fn mark_outside(&mut self, layout: &Layout) {
        let stems = self.stem.len(&self.readers);
        let Some(nth) = self.stem.columns.iter().position(|c| layout.asked[*c].names.contains(&IN_PERIOD)) else { return };
        let flags = self.readers[self.stem.columns[nth]].classes.outside().unwrap_or_default();
        for stem in self.outside.len()..stems {
            self.outside.push(flags.get(self.stem.class(stem as u32, nth)) == Some(&NO));
        }
    }

    /// Notes the communes of the rows that may lie in the period.
    fn mark_present(&mut self, layout: &Layout) {
        let Some(column) = layout.communes() else { return };
        self.present.resize(self.readers[column].classes.len(), false);
        for (commune, stem) in self.coded[column].codes().iter().zip(&self.stems) {
            self.present[*commune as usize] |= !self.outside[*stem as usize];
        }
    }

    /// The communes that sent records.
    fn tell_present(&self, layout: &Layout, building: &mut Building) {
        let pass = &layout.pass;
        let list = pass.question.areas.since();
        let mut tell = |commune| building.tally.presence.row(list, pass.number(), commune);
        if pass.presence() == Seen::InAnyRow {
            self.readers[0].classes.met.iter().copied().for_each(&mut tell);
        }
        if let Some(column) = layout.communes() {
            let found = self.readers[column].classes.places.iter().zip(&self.present).filter(|(_, present)| **present);
            // The area of codes that the list does not have is no commune.
            let communes = found.filter_map(|(place, _)| u32::try_from((*place)?).ok());
            communes.filter(|place| (*place as usize) < pass.question.areas.areas().len()).for_each(tell);
        }
    }

    /// True if a row of the period has no place.
    fn has_no_place(&mut self) -> bool {
        let Some(nowhere) = self.readers[0].classes.places.iter().position(Option::is_none) else { return false };
        let areas = self.coded[0].codes();
        areas.iter().zip(&self.stems).any(|(area, stem)| *area as usize == nowhere && !self.outside[*stem as usize])
    }

    fn is_too_small(&self) -> bool {
        let (places, stems) = (self.readers[0].classes.len(), self.stem.len(&self.readers));
        let is_too_small = |f: &Factor| f.histogram.is_too_small(places, stems, f.extras.len(&self.readers));
        self.base.is_too_small(places, stems, 1) || self.factors.iter().any(is_too_small)
    }

    /// Works out what was counted, and starts afresh with more room.
    fn put_away(&mut self, layout: &Layout, building: &mut Building) {
        self.work_out(layout, building);
        // Twice what is needed, so that growing ends soon.
        let (places, stems) = (2 * self.readers[0].classes.len(), 2 * self.stem.len(&self.readers));
        self.base.reset(places, stems, 1);
        for factor in &mut self.factors {
            factor.histogram.reset(places, stems, factor.extras.len(&self.readers));
        }
        self.rows = 0;
    }

    fn work_out(&mut self, layout: &Layout, building: &mut Building) {
        let pass = &layout.pass;
        let base = self.base.entries();
        let places = &self.readers[0].classes.places;
        for ((area, stem, _), _) in &base {
            if let (Some(area), false) = (places[*area as usize], self.outside[*stem as usize]) {
                building.tally.provinces.insert(pass.province(area));
            }
        }
        for (factor, (weight, _, series)) in self.factors.iter_mut().zip(&layout.factors) {
            let entries = match weight {
                Weight::Rows => factor.entries(&base),
                Weight::Sum(_) | Weight::Distinct(_) => factor.weighed.drain().collect::<Vec<_>>().into(),
            };
            let effects = Effects::of(layout, series, &self.readers, &self.stem, &factor.extras, entries.iter().map(|(c, _)| *c));
            for &((area, stem, extra), count) in entries.iter() {
                if let Some(area) = places[area as usize] {
                    effects.at(stem, extra).iter().for_each(|effect| building.add(pass, effect, area, count));
                }
            }
        }
    }

    /// Everything that is left, and the keys.
    pub fn finish(mut self, layout: &Layout, building: &mut Building) {
        self.work_out(layout, building);
        self.tell_present(layout, building);
        let places = &self.readers[0].classes.places;
        for (factor, (_, _, series)) in self.factors.into_iter().zip(&layout.factors) {
            let effects = Effects::of(layout, series, &self.readers, &self.stem, &factor.extras, factor.sets.keys().copied());
            let patterns: Vec<Pattern> = effects.effects.iter().map(|of| Pass::pattern(of)).collect();
            let mut sets = vec![None; factor.sets.len()];
            for ((area, stem, extra), number) in &factor.sets {
                sets[*number as usize] = places[*area as usize].map(|area| (area as u32, effects.places[&(*stem, *extra)]));
            }
            building.tally.keys.absorb(&factor.keys.finish(&sets, &patterns));
        }
    }
}

fn combinations<'r>(areas: &'r [u32], stems: &'r [u32], extras: &'r [u32]) -> impl Iterator<Item = Combination> + 'r {
    areas.iter().zip(stems).zip(extras).map(|((area, stem), extra)| (*area, *stem, *extra))
}

impl Factor {
    /// True if its only extra is a column of flags in bits.
    fn is_one_flag(&self, coded: &[Coded]) -> bool {
        matches!(self.extras.columns.as_slice(), [column] if coded[*column].flags.is_some())
    }

    fn count_rows(&mut self, packed: &[u64], coded: &[Coded], places: usize) {
        self.histogram.make_room(places);
        let flags = match self.extras.columns.as_slice() {
            [column] => coded[*column].flags.as_ref(),
            _ => None,
        };
        if let Some(flags) = flags {
            let common = *self.common.get_or_insert_with(|| most_common_flag(flags, packed.len()));
            let no = flags.yes.iter().zip(&flags.unknown).map(|(yes, unknown)| !(yes | unknown));
            self.count_bits(packed, no, flags.classes[0], common);
            self.count_bits(packed, flags.unknown.iter().copied(), flags.classes[1], common);
            self.count_bits(packed, flags.yes.iter().copied(), flags.classes[2], common);
            return;
        }
        let common = *self.common.get_or_insert_with(|| most_common(&self.numbers));
        self.histogram.add(packed.iter().copied().zip(self.numbers.iter().copied()).filter(|(_, extra)| *extra != common));
    }

    fn count_bits(&mut self, packed: &[u64], words: impl Iterator<Item = u64>, class: u32, common: u32) {
        if class == common {
            return;
        }
        self.histogram.add_bits(packed, words, class);
    }

    fn add_key(&mut self, key: Option<&str>, combination: Combination) {
        match key {
            Some(key) => {
                let next = self.sets.len() as u32;
                let set = *self.sets.entry(combination).or_insert(next);
                self.keys.add(keys::hash(key), set);
            }
            None => *self.weighed.entry(combination).or_insert(0) += 1,
        }
    }

    /// What was counted, and the common extra as what is left of the stem.
    fn entries<'b>(&self, base: &'b [(Combination, u64)]) -> Cow<'b, [(Combination, u64)]> {
        if self.extras.columns.is_empty() {
            return Cow::Borrowed(base);
        }
        let Some(common) = self.common else { return Cow::Borrowed(&[]) };
        let mut entries = Vec::with_capacity(base.len());
        match &self.histogram.counts {
            Counts::Dense(_) => {
                for ((area, stem, _), n) in base {
                    let mut rest = *n;
                    for (extra, n) in self.histogram.extras_of(*area, *stem) {
                        entries.push(((*area, *stem, extra), n));
                        rest -= n;
                    }
                    if rest > 0 {
                        entries.push(((*area, *stem, common), rest));
                    }
                }
            }
            Counts::Hashed(_) | Counts::Wide(_) => {
                entries = self.histogram.entries();
                let mut counted: PlHashMap<(u32, u32), u64> = PlHashMap::default();
                for ((area, stem, _), n) in &entries {
                    *counted.entry((*area, *stem)).or_insert(0) += n;
                }
                entries.extend(base.iter().filter_map(|((area, stem, _), n)| {
                    let rest = n - counted.get(&(*area, *stem)).copied().unwrap_or(0);
                    (rest > 0).then_some(((*area, *stem, common), rest))
                }));
            }
        }
        Cow::Owned(entries)
    }
}

/// The rows whose bits are set.
fn each_set(packed: &[u64], words: impl Iterator<Item = u64>, mut with: impl FnMut(u64)) {
    for (rows, word) in packed.chunks(64).zip(words) {
        let mut word = word & u64::MAX >> (64 - rows.len());
        while word != 0 {
            with(rows[word.trailing_zeros() as usize]);
            word &= word - 1;
        }
    }
}

fn most_common_flag(flags: &Flags, rows: usize) -> u32 {
    let count = |words: &[u64]| words.iter().map(|w| w.count_ones() as usize).sum::<usize>();
    let (yes, unknown) = (count(&flags.yes), count(&flags.unknown));
    let counts = [rows - yes - unknown, unknown, yes];
    flags.classes[(0..3).max_by_key(|i| counts[*i]).unwrap_or(0)]
}

fn most_common(numbers: &[u32]) -> u32 {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for number in numbers {
        *counts.entry(*number).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, n)| *n).map_or(0, |(number, _)| number)
}

/// What each pair of stem and extra counts for.
struct Effects {
    places: PlHashMap<(u32, u32), u32>,
    effects: Vec<Vec<Effect>>,
}

impl Effects {
    fn of(
        layout: &Layout,
        series: &[usize],
        readers: &[Reader],
        stem: &Joint,
        extras: &Joint,
        combinations: impl Iterator<Item = Combination>,
    ) -> Self {
        let mut places: PlHashMap<(u32, u32), u32> = PlHashMap::default();
        let mut pairs = Vec::new();
        for (_, stem, extra) in combinations {
            places.entry((stem, extra)).or_insert_with(|| {
                pairs.push((stem, extra));
                pairs.len() as u32 - 1
            });
        }
        if pairs.is_empty() {
            return Self { places, effects: Vec::new() };
        }
        let mut columns = Columns::new();
        for (nth, column) in stem.columns.iter().enumerate() {
            let classes: Vec<usize> = pairs.iter().map(|(s, _)| stem.class(*s, nth)).collect();
            readers[*column].classes.columns(&classes, &mut columns);
        }
        for (nth, column) in extras.columns.iter().enumerate() {
            let classes: Vec<usize> = pairs.iter().map(|(_, e)| extras.class(*e, nth)).collect();
            readers[*column].classes.columns(&classes, &mut columns);
        }
        Self { places, effects: layout.pass.effects(series, &columns, pairs.len()) }
    }

    fn at(&self, stem: u32, extra: u32) -> &[Effect] {
        self.places.get(&(stem, extra)).map_or(&[], |place| &self.effects[*place as usize])
    }
}
