//! The simple way to count: encode every column of a chunk whole, evaluate every condition for every row.
//!
//! When the machine finds something wrong in a chunk, this reports what, with the rows. In tests it is the machine's oracle.

use super::keys::{self, KeysBuilder, Pattern, Set};
use super::pass::{Columns, Effect, Pass, PresenceRule, TallyBuilder};
use super::tally::Tally;
use crate::error::Result;
use crate::question::{How, IN_PERIOD, UnknownAreas};
use crate::record::{Encoded, NO, NO_WORD, Problems};
use crate::spelling::identifier;
use polars_core::prelude::DataFrame;
use std::collections::BTreeMap;

/// Counts a chunk; `offset` rows of its table came before.
pub(super) fn count<'p, 'a: 'p>(
    passes: impl IntoIterator<Item = &'p Pass<'a>>,
    frame: &DataFrame,
    offset: u64,
) -> Result<(Tally, Problems)> {
    let mut reported = vec![false; frame.height()];
    let mut problems = Problems::default();
    let mut passes = passes.into_iter().peekable();
    let Some(first) = passes.peek() else { return Ok((Tally::default(), problems)) };
    let mut builder = TallyBuilder::new(first.question);
    for pass in passes {
        let mut encoder = pass.encoder(frame, offset);
        let mut columns = Columns::new();
        let area = pass.question.area.as_deref();
        for name in pass.names(&pass.series).into_iter().chain([IN_PERIOD]).chain(area) {
            columns.insert(name.to_owned(), pass.encode(&mut encoder, name)?);
        }
        for series in &pass.series {
            if let How::Sum(name) | How::Distinct(name) = &pass.question.series[*series].how {
                columns.insert(name.clone(), pass.encode(&mut encoder, name)?);
            }
        }
        let Encoded::Flag(in_period) = &*columns[IN_PERIOD] else { continue };
        let places: Vec<Option<u64>> = pass
            .places(&columns, frame.height())
            .into_iter()
            .zip(in_period)
            .map(|(place, inside)| place.filter(|_| *inside != 0))
            .collect();
        if let (Some(area), UnknownAreas::Error) = (area, pass.question.unknown_areas) {
            for row in (0..frame.height()).filter(|row| places[*row].is_none() && in_period[*row] != 0) {
                if !reported[row] {
                    report_area(pass, area, &columns[area], row, &mut reported, &mut encoder.problems);
                }
            }
        }
        if pass.presence_rule() != PresenceRule::Never {
            let list = pass.question.areas.since();
            let communes = pass.communes(&columns, frame.height()).into_iter().zip(in_period);
            let present = communes.filter(|(_, inside)| pass.presence_rule() == PresenceRule::AnyRow || **inside != NO);
            present.filter_map(|(place, _)| place).for_each(|place| builder.tally.presence.row(list, pass.number(), place));
        }
        fill(pass, &columns, &places, &mut builder);
        problems.unite(encoder.problems);
    }
    Ok((builder.finish(), problems))
}

fn report_area(pass: &Pass, area: &str, codes: &Encoded, row: usize, reported: &mut [bool], problems: &mut Problems) {
    let Encoded::Words { codes, words } = codes else { return };
    // A perpetrator without a case is reported as such.
    if pass.table.case.is_some() && codes[row] == NO_WORD {
        return;
    }
    reported[row] = true;
    problems.area(&pass.table.id, area, words.get(codes[row] as usize).map(String::as_str));
}

fn fill(pass: &Pass, columns: &Columns, places: &[Option<u64>], builder: &mut TallyBuilder) {
    builder.tally.counted.extend(pass.series.iter().map(|s| *s as u32));
    let effects = pass.effects(&pass.series, columns, places.len());
    let (mut sets, mut patterns): (Vec<Option<Set>>, Vec<Pattern>) = (Vec::new(), Vec::new());
    let mut keys = KeysBuilder::default();
    for (row, place) in places.iter().enumerate() {
        let Some(area) = *place else { continue };
        builder.tally.provinces.insert(pass.province(area));
        let mut of_keys: BTreeMap<&str, Vec<Effect>> = BTreeMap::new();
        for effect in &effects[row] {
            match &pass.question.series[effect.series].how {
                How::Rows => builder.add(pass, effect, area, 1),
                How::Sum(name) => {
                    if let Encoded::Number { low, .. } = &*columns[name] {
                        builder.add(pass, effect, area, u64::try_from(low[row]).unwrap_or(0));
                    }
                }
                How::Distinct(name) => of_keys.entry(name).or_default().push(effect.clone()),
            }
        }
        for (name, effects) in of_keys {
            let Encoded::Words { codes, words } = &*columns[name] else { continue };
            // Codes of a list are no identifiers.
            let is_code = pass.table.column(name).is_none_or(|c| c.codes.is_some());
            let key = words.get(codes[row] as usize).map(String::as_str);
            match key.and_then(|word| if is_code { Some(word.into()) } else { identifier(word) }) {
                Some(key) => {
                    keys.add(keys::hash(&key), sets.len() as u32);
                    sets.push(Some((area as u32, patterns.len() as u32)));
                    patterns.push(Pass::pattern(&effects));
                }
                // A row without a key counts as one.
                None => effects.iter().for_each(|effect| builder.add(pass, effect, area, 1)),
            }
        }
    }
    builder.tally.keys.absorb(&keys.finish(&sets, &patterns));
}
