//! The verdicts of all rules on one chunk.

use super::chunk::{Chunk, Masks, month_of};
use super::kind::{Kind, Parts, SEX, Values, is_identifier};
use super::names::Names;
use super::plan::Plan;
use crate::catalogue::{ColumnType, Derived, days};
use crate::decree56::{Deadline, Limit, Taken, Timeliness};
use crate::error::{Error, Fact, Result};
use crate::record::{BIRTHS, Distinct, Encoded, NO, NO_WORD, UNDECIDED, YES, content};
use crate::spelling::{identifier, nfc};
use polars_core::prelude::*;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use xxhash_rust::xxh3::xxh3_128;

/// The verdict of a rule on a row.
pub(super) const PASS: u8 = 0;
pub(super) const FAIL: u8 = 1;
/// Undecided.
pub(super) const OPEN: u8 = 2;
/// The rule does not apply to the row.
pub(super) const OUT: u8 = 3;

/// Bits of a packed key that hold the row.
const ROW_BITS: u32 = 32;

/// Rows that fail a rule, counted from 0, each with a detail: columns as bits, or another row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Failed {
    pub rows: Vec<u32>,
    pub detail: Vec<u64>,
}

/// A row of a group of parts and totals: the group, whether the row is a part, its number if known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Portion {
    pub group: u128,
    pub is_part: bool,
    pub number: Option<i64>,
    pub row: u32,
}

/// The verdicts on one chunk, and what later steps need from it.
#[derive(Debug, Default)]
pub(super) struct ChunkVerdicts {
    pub rows: usize,
    /// A hash of the rows' content.
    pub content: u64,
    /// Commune and window of each place, and the place of each row.
    pub places: Vec<(u32, i32)>,
    pub of_row: Vec<u32>,
    /// By rule and place: rows that pass, fail, are undecided or out of the rule's scope.
    pub counts: Vec<Vec<[u64; 4]>>,
    pub failed: Vec<Failed>,
    /// By expected column and place.
    pub recorded: Vec<Vec<u64>>,
    pub totals: Vec<u64>,
    pub keys: Vec<Vec<u128>>,
    /// By rule, for rules of that kind.
    pub blocks: BTreeMap<usize, (Vec<u128>, Names)>,
    pub portions: BTreeMap<usize, Vec<Portion>>,
    /// By rule: commune, month, and whether the update was in the first days of the month.
    pub updates: BTreeMap<usize, BTreeSet<(u32, i32, bool)>>,
}

/// The verdicts on a chunk whose first row is row `offset` of its table.
pub(super) fn judge(plan: &Plan, frame: &DataFrame, offset: u32) -> Result<ChunkVerdicts> {
    let mut chunk = Chunk::new(plan, frame);
    let (distinct, places) = chunk.places()?;
    let wrong = |e: PolarsError| Error::Frame { table: plan.table.id.clone(), found: Fact::library(e) };
    let content = content(frame, u64::from(offset)).map_err(wrong)?;
    let mut part = ChunkVerdicts { rows: frame.height(), content, totals: vec![0; places.len()], places, ..ChunkVerdicts::default() };
    distinct.of_row.iter().for_each(|place| part.totals[*place as usize] += 1);
    let masks = masks(&mut chunk)?;
    let mut leaves = chunk.leaves(plan.conditions())?;
    let mut conditions = leaves.evaluator();
    for columns in &plan.keys {
        part.keys.push(keys(&chunk, columns, offset)?);
    }
    for (nth, rule) in plan.rules.iter().enumerate() {
        let mut counts = vec![[0; 4]; part.places.len()];
        let mut failed = Failed::default();
        if plan.missing[nth].is_empty() {
            let mut mask = None;
            let verdicts = match &rule.kind {
                Kind::Must { must, scope } => implied(&conditions.truth(scope), &conditions.truth(must)),
                Kind::Values(values) => {
                    mask = masks.get(values);
                    mask.map_or_else(|| vec![PASS; part.rows], |mask| mask.iter().map(|m| if *m == 0 { PASS } else { FAIL }).collect())
                }
                Kind::Unique(columns) => with_key(&chunk, columns)?,
                Kind::Refers(refers) => with_key(&chunk, &refers.columns)?.into_iter().map(|v| if v == OPEN { OUT } else { v }).collect(),
                Kind::Probable(probable) => {
                    let columns: Vec<String> = probable.same.iter().chain([&probable.name]).cloned().collect();
                    let verdicts = all_there(&chunk, &columns)?;
                    let names = Names::of(chunk.texts(&probable.name)?.as_ref(), part.rows);
                    let blocks = keys(&chunk, &probable.same, offset)?;
                    let is_there = |key: &u128| verdicts[(*key as u32 - offset) as usize] == PASS;
                    part.blocks.insert(nth, (blocks.into_iter().filter(is_there).collect(), names));
                    verdicts
                }
                Kind::Identification(number) => identification(&mut chunk, number)?,
                Kind::Deadline(deadline) => steps(&mut chunk, deadline)?,
                Kind::Parts(parts) => {
                    let found = portions(&mut chunk, parts, offset)?;
                    part.portions.insert(nth, found);
                    vec![OUT; part.rows]
                }
                Kind::Updates { column, grace } => {
                    part.updates.insert(nth, updates(&mut chunk, column, *grace)?);
                    vec![OUT; part.rows]
                }
                Kind::Outlier(_) => vec![OUT; part.rows],
            };
            count(&verdicts, &distinct, &part.totals, &mut counts);
            let rows = (0_u32..).zip(&verdicts).filter(|(_, v)| **v == FAIL).map(|(row, _)| row);
            failed.rows = rows.map(|row| row + offset).collect();
            if let Some(mask) = mask {
                failed.detail = failed.rows.iter().map(|row| mask[(*row - offset) as usize]).collect();
            }
        }
        part.counts.push(counts);
        part.failed.push(failed);
    }
    part.recorded = recorded(&mut chunk, &distinct, &part.totals)?;
    part.of_row = distinct.of_row;
    Ok(part)
}

/// Most rows pass or are out of scope: totals count those, and only the others are counted one by one.
fn count(verdicts: &[u8], distinct: &Distinct, totals: &[u64], counts: &mut [[u64; 4]]) {
    let outside: usize = verdicts.iter().map(|v| usize::from(*v == OUT)).sum();
    let common = if outside * 2 > verdicts.len() { OUT } else { PASS };
    counts.iter_mut().zip(totals).for_each(|(counts, total)| counts[usize::from(common)] = *total);
    for (place, verdict) in distinct.of_row.iter().zip(verdicts).filter(|(_, v)| **v != common) {
        counts[*place as usize][usize::from(common)] -= 1;
        counts[*place as usize][usize::from(*verdict)] += 1;
    }
}

/// A row fails if the scope is true and the condition false; it is undecided if either is undecided.
fn implied(scope: &[u8], must: &[u8]) -> Vec<u8> {
    let of = |scope: u8, must: u8| match (scope, must) {
        (NO, _) => OUT,
        (YES, YES) => PASS,
        (YES, NO) => FAIL,
        _ => OPEN,
    };
    scope.iter().zip(must).map(|(scope, must)| of(*scope, *must)).collect()
}

/// Passes rows in which all the columns are recorded; others are undecided.
fn all_there(chunk: &Chunk, columns: &[String]) -> Result<Vec<u8>> {
    let mut verdicts = vec![PASS; chunk.rows()];
    for column in columns {
        match chunk.blanks(column)? {
            None => verdicts.fill(OPEN),
            Some(blanks) if !blanks.any() => {}
            Some(blanks) => {
                verdicts.iter_mut().zip(blanks.iter()).filter(|(_, blank)| *blank == Some(true)).for_each(|(v, _)| *v = OPEN);
            }
        }
    }
    Ok(verdicts)
}

/// Passes rows in which the identifiers of a key are recorded; others are undecided.
fn with_key(chunk: &Chunk, columns: &[String]) -> Result<Vec<u8>> {
    let identifiers: Vec<String> = columns.iter().filter(|c| is_identifier(chunk.plan.table, c)).cloned().collect();
    all_there(chunk, &identifiers)
}

/// The keys of the rows that have one: 96 bits of hash, then the row.
fn keys(chunk: &Chunk, columns: &[String], offset: u32) -> Result<Vec<u128>> {
    let texts = columns.iter().map(|c| chunk.texts(c)).collect::<Result<Vec<_>>>()?;
    let there = with_key(chunk, columns)?;
    let packed = |row: u32, hash: u128| hash >> ROW_BITS << ROW_BITS | u128::from(row + offset);
    let rows = (0_u32..).zip(&there).filter(|(_, v)| **v == PASS).map(|(row, _)| row);
    if let [Some(text)] = texts.as_slice() {
        let array = text.downcast_as_array();
        return Ok(rows.map(|row| packed(row, xxh3_128(array.value(row as usize).as_bytes()))).collect());
    }
    let mut bytes = Vec::new();
    Ok(rows.map(|row| packed(row, hash_of(&texts, row as usize, &mut bytes))).collect())
}

/// The hash of several texts; a missing one is a value of its own.
fn hash_of(texts: &[Option<StringChunked>], row: usize, bytes: &mut Vec<u8>) -> u128 {
    bytes.clear();
    for text in texts {
        let text = text.as_ref().and_then(|t| t.get(row));
        bytes.extend(text.map_or(u32::MAX, |t| t.len() as u32).to_le_bytes());
        bytes.extend(text.unwrap_or_default().as_bytes());
    }
    xxh3_128(bytes)
}

/// The wrong values of each kind.
fn masks(chunk: &mut Chunk) -> Result<Masks> {
    let (plan, rows) = (chunk.plan, chunk.rows());
    let mut found = Masks::new();
    let mut set = |values: Values, row: usize, bit: u64| found.entry(values).or_insert_with(|| vec![0; rows])[row] |= bit;
    let is_checked = |column: &String| !(column == "source_unread" || plan.is_open(column));
    let columns: Vec<&String> = plan.columns.iter().filter(|c| is_checked(c)).collect();
    // Birth and age are derived from several columns, so their problems concern several columns.
    let beside = plan.table.age.iter().flat_map(|age| {
        let is_estimated = age.estimated.is_some().then_some(Derived::Age.as_str());
        is_estimated.into_iter().chain((age.births().len() > 1).then_some(BIRTHS))
    });
    for name in columns.iter().map(|c| c.as_str()).chain(beside) {
        let schema = plan.table.column(name);
        if schema.is_some_and(|c| c.private) {
            continue;
        }
        let read = chunk.read(name)?;
        // An absent column has no wrong values.
        for (column, classes) in read.refused.iter().filter(|(column, _)| is_checked(column)) {
            let Some(nulls) = chunk.series(column).map(|s| s.is_null()) else { continue };
            let bit = plan.bit(column);
            for (row, _) in read.distinct.of_row.iter().enumerate().filter(|(_, class)| classes[**class as usize]) {
                // A placeholder for an identifier counts as missing.
                let is_null = nulls.get(row) == Some(true) || plan.table.is_identifier(column);
                set(if is_null { Values::Required } else { Values::Allowed }, row, bit);
            }
        }
        if let (Some(schema), ColumnType::Area) = (schema, schema.map_or(ColumnType::Text, |c| c.kind)) {
            let Encoded::Words { codes, words } = &*read.values else { continue };
            let known: Vec<bool> = words.iter().map(|w| plan.areas.commune(w).is_some()).collect();
            let odd: Vec<Option<Values>> = codes
                .iter()
                .map(|code| match *code {
                    NO_WORD => schema.required.then_some(Values::Required),
                    code => (!known[code as usize]).then_some(Values::Areas),
                })
                .collect();
            if odd.iter().any(Option::is_some) {
                let of_rows = read.distinct.of_row.iter().enumerate();
                of_rows.for_each(|(row, class)| {
                    if let Some(values) = odd[*class as usize] {
                        set(values, row, plan.bit(name));
                    }
                });
            }
        }
    }
    for name in plan.columns.iter().filter(|c| plan.table.is_identifier(c) && plan.table.column(c).is_some_and(|c| !c.required)) {
        if let Some(unnamed) = chunk.unnamed(name)? {
            let rows = unnamed.iter().enumerate().filter(|(_, is_unnamed)| *is_unnamed == Some(true));
            rows.for_each(|(row, _)| set(Values::Unnamed, row, plan.bit(name)));
        }
    }
    if let Some(unread) = chunk.texts("source_unread")? {
        for (row, text) in unread.iter().enumerate().filter_map(|(row, text)| Some((row, text.filter(|t| !t.is_empty())?))) {
            set(Values::Read, row, text.split(',').fold(0, |bits, column| bits | plan.bit(column.trim())));
        }
    }
    Ok(found)
}

/// The number of rows in each place with each expected column recorded.
fn recorded(chunk: &mut Chunk, distinct: &Distinct, totals: &[u64]) -> Result<Vec<Vec<u64>>> {
    let plan = chunk.plan;
    let mut found = Vec::with_capacity(plan.expected.len());
    for column in plan.expected {
        let Some(series) = chunk.series(column) else {
            found.push(vec![0; totals.len()]);
            continue;
        };
        let mut counts = totals.to_vec();
        let mut take = |place: u32| counts[place as usize] -= 1;
        if plan.is_open(column) {
            let nulls = series.is_null();
            distinct.of_row.iter().zip(nulls.iter()).filter(|(_, null)| *null == Some(true)).for_each(|(place, _)| take(*place));
        } else {
            let read = chunk.read(column)?;
            let there = is_recorded(&read.values);
            if there.contains(&false) {
                let classes = distinct.of_row.iter().zip(&read.distinct.of_row);
                classes.filter(|(_, class)| !there[**class as usize]).for_each(|(place, _)| take(*place));
            }
        }
        found.push(counts);
    }
    Ok(found)
}

fn is_recorded(values: &Encoded) -> Vec<bool> {
    match values {
        Encoded::Flag(values) => values.iter().map(|v| *v != UNDECIDED).collect(),
        Encoded::Number { low, high } => low.iter().zip(high).map(|(low, high)| *low != i32::MIN || *high != i32::MAX).collect(),
        Encoded::Words { codes, .. } => codes.iter().map(|code| *code != NO_WORD).collect(),
        Encoded::List { known, .. } => known.clone(),
    }
}

/// An identification number has twelve digits: the fourth encodes century and sex, the next two the year.
fn identification(chunk: &mut Chunk, number: &str) -> Result<Vec<u8>> {
    let Some(written) = chunk.written(number)? else { return Ok(vec![OUT; chunk.rows()]) };
    // A blank is not a number; a number that lost digits is wrong.
    let numbers: Vec<Option<Cow<str>>> =
        written.iter().map(|text| text.filter(|t| !nfc(t).is_empty()).map(|t| identifier(t).unwrap_or(Cow::Borrowed(t)))).collect();
    let (sexes, births) = (chunk.read(SEX)?, chunk.read(BIRTHS)?);
    let Encoded::Words { codes, words } = &*sexes.values else { return Ok(vec![OPEN; chunk.rows()]) };
    let Encoded::Number { low, high } = &*births.values else { return Ok(vec![OPEN; chunk.rows()]) };
    let year = |day: i32| month_of(day).div_euclid(12);
    let provinces: BTreeSet<&str> = chunk.plan.areas.areas().iter().map(|a| a.code.as_str()).filter(|code| code.len() == 2).collect();
    let verdict = |row: usize, text: &str| {
        let digits: Vec<i32> = text.bytes().filter(u8::is_ascii_digit).map(|b| i32::from(b - b'0')).collect();
        // A first digit other than 0 belongs to a country's code, for people registered abroad.
        let is_plausible =
            digits.len() == 12 && text.len() == 12 && (digits[0] != 0 || provinces.contains(&text[1..3]) || was_province(&text[1..3]));
        if !is_plausible {
            return FAIL;
        }
        let sex = words.get(codes[sexes.distinct.of_row[row] as usize] as usize).map(|w| i32::from(w == "female"));
        let born = 1900 + digits[3] / 2 * 100 + digits[4] * 10 + digits[5];
        let class = births.distinct.of_row[row] as usize;
        let known = (low[class] != i32::MIN).then(|| (year(low[class]), year(high[class])));
        let differs = sex.is_some_and(|sex| sex != digits[3] % 2) || known.is_some_and(|(from, to)| born < from || born > to);
        match (differs, sex, known) {
            (true, ..) => FAIL,
            (false, Some(_), Some(_)) => PASS,
            _ => OPEN,
        }
    };
    Ok(numbers.iter().enumerate().map(|(row, text)| text.as_deref().map_or(OUT, |text| verdict(row, text))).collect())
}

/// Codes of the statistics office for the 63 provinces until 30 June 2025; identification numbers keep them.
fn was_province(code: &str) -> bool {
    const CODES: &str = "01 02 04 06 08 10 11 12 14 15 17 19 20 22 24 25 26 27 30 31 33 34 35 36 37 38 40 42 44 45 46 48 49 51 52 54 56 58 60 62 64 66 67 68 70 72 74 75 77 79 80 82 83 84 86 87 89 91 92 93 94 95 96";
    CODES.split(' ').any(|known| known == code)
}

/// The verdicts on a step and its time limit.
fn steps(chunk: &mut Chunk, deadline: &Deadline) -> Result<Vec<u8>> {
    let until = Some(days(chunk.plan.reference));
    let (from, to) = (chunk.numbers(&deadline.from)?, chunk.numbers(&deadline.to)?);
    let hours = match &deadline.limit {
        Limit::Hours { column, .. } => Some(chunk.numbers(column)?),
        Limit::WorkingDays { .. } => None,
    };
    let known = |number: i32| (number != i32::MIN).then_some(number);
    let verdict = |row: usize| {
        let Some(from) = known(from[row]) else { return OUT };
        let step = Taken { from, to: known(to[row]), hours: hours.as_ref().and_then(|hours| known(hours[row])) };
        match deadline.judge(step, until, &chunk.plan.all.calendar).0 {
            Timeliness::OnTime => PASS,
            Timeliness::Late => FAIL,
            Timeliness::Undecided => OPEN,
        }
    };
    Ok((0..chunk.rows()).map(verdict).collect())
}

fn portions(chunk: &mut Chunk, parts: &Parts, offset: u32) -> Result<Vec<Portion>> {
    let numbers = chunk.numbers(&parts.of)?;
    let texts = parts.within.iter().map(|c| chunk.texts(c)).collect::<Result<Vec<_>>>()?;
    let over = chunk.blanks(&parts.over)?;
    // Without all other dimensions recorded, a total cannot be distinguished from a rest.
    let within: Vec<String> = parts.within.iter().filter(|c| chunk.series(c).is_some()).cloned().collect();
    let there = all_there(chunk, &within)?;
    let mut bytes = Vec::new();
    let portion = |(row, number): (usize, &i32)| Portion {
        group: hash_of(&texts, row, &mut bytes),
        is_part: over.as_ref().is_some_and(|blanks| blanks.get(row) == Some(false)),
        number: (*number != i32::MIN).then(|| i64::from(*number)),
        row: row as u32 + offset,
    };
    Ok(numbers.iter().enumerate().filter(|(row, _)| there[*row] == PASS).map(portion).collect())
}

/// The months in which communes updated rows.
fn updates(chunk: &mut Chunk, column: &str, grace: u32) -> Result<BTreeSet<(u32, i32, bool)>> {
    use chrono::Datelike;
    let (communes, days) = (chunk.read("commune")?, chunk.read(column)?);
    let both = communes.distinct.with(&days.distinct);
    let indices = chunk.communes(&communes.values, communes.distinct.firsts.len());
    let Encoded::Number { low, .. } = &*days.values else { return Ok(BTreeSet::new()) };
    let mut seen: HashMap<i32, (i32, bool)> = HashMap::new();
    let of = |row: &IdxSize| {
        let row = *row as usize;
        let day = low[days.distinct.of_row[row] as usize];
        let (month, is_early) = *seen.entry(day).or_insert_with(|| {
            let of_month = chrono::NaiveDate::from_epoch_days(day).map_or(0, |d| d.day());
            (month_of(day), of_month <= grace)
        });
        (indices[communes.distinct.of_row[row] as usize], month, is_early)
    };
    Ok(both.firsts.iter().map(of).collect())
}
