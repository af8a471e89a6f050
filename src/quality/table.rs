//! What was told of one table: parts put together in the order of rows, then what only all rows together tell.

use super::chunk::{NEVER, NOWHERE};
use super::judge::{FAIL, Failed, OPEN, OUT, PASS, Part, Portion};
use super::kind::{Kind, Parts};
use super::names::{Names, similarity};
use super::plan::Plan;
use super::rule::Rule;
use crate::task::{self, Watched};
use polars_core::prelude::PlHashMap;
use rayon::slice::ParallelSliceMut;
use std::collections::{BTreeMap, BTreeSet};

/// A total has so many parts that add up to so much: among smaller numbers a rest looks like one.
const LEAST_PARTS: usize = 2;
const LEAST_SUM: i64 = 10;
/// In a block of more rows each name is compared with so many that follow it in the order of names.
const NEIGHBOURS: usize = 64;

/// The keys of a table under some columns, in order.
pub(super) type Keys<'a> = dyn Fn(&str, &[String]) -> Option<Vec<u128>> + 'a;

/// One commune in one window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    /// Its place in the list of areas, or [`NOWHERE`].
    pub place: u32,
    /// 0 for a register, a month for events, a year.
    pub window: i32,
}

/// Something told of a commune and not of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    pub place: u32,
    /// Its first month, and how many.
    pub month: i32,
    pub months: i32,
    pub word: &'static str,
}

/// One rule's verdicts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verdicts {
    pub rule: Rule,
    /// Columns or tables it wants that are not there: it was not judged.
    pub missing: Vec<String>,
    /// By spot: passes, failures, undecided.
    pub counts: Vec<[u64; 4]>,
    pub failed: Failed,
    /// For rules about communes: how many windows of communes passed, and the others.
    pub passed: u64,
    pub findings: Vec<Finding>,
}

/// One table, checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Checked {
    pub table: String,
    pub rows: u64,
    pub is_stock: bool,
    pub expected: usize,
    pub spots: Vec<Spot>,
    /// The spot of each row.
    pub of_row: Vec<u32>,
    pub totals: Vec<u64>,
    pub recorded: Vec<Vec<u64>>,
    pub verdicts: Vec<Verdicts>,
    /// Months in which communes brought rows up to date, and whether in its first days.
    pub updates: BTreeSet<(u32, i32, bool)>,
    pub has_updates: bool,
}

/// One table in the making.
#[derive(Debug)]
pub(super) struct Making {
    pub checked: Checked,
    pub content: u64,
    places: PlHashMap<(u32, i32), u32>,
    /// The columns of each set of keys.
    pub keys: Vec<(Vec<String>, Vec<u128>)>,
    blocks: BTreeMap<usize, (Vec<u128>, Names)>,
    portions: BTreeMap<usize, Vec<Portion>>,
    updates: BTreeMap<usize, BTreeSet<(u32, i32, bool)>>,
    /// The columns of the first batch.
    pub columns: Vec<String>,
}

impl Making {
    pub fn new(plan: &Plan) -> Self {
        let verdicts = plan.rules.iter().zip(&plan.missing).map(|(rule, missing)| Verdicts {
            rule: (*rule).clone(),
            missing: missing.clone(),
            counts: Vec::new(),
            failed: Failed::default(),
            passed: 0,
            findings: Vec::new(),
        });
        let checked = Checked {
            table: plan.table.id.clone(),
            rows: 0,
            is_stock: plan.is_stock(),
            expected: plan.expected.len(),
            spots: Vec::new(),
            of_row: Vec::new(),
            totals: Vec::new(),
            recorded: vec![Vec::new(); plan.expected.len()],
            verdicts: verdicts.collect(),
            updates: BTreeSet::new(),
            has_updates: plan.columns.iter().any(|c| c == "updated_on"),
        };
        Self {
            checked,
            content: 0,
            places: PlHashMap::default(),
            keys: plan.keys.iter().map(|columns| (columns.clone(), Vec::new())).collect(),
            blocks: BTreeMap::new(),
            portions: BTreeMap::new(),
            updates: BTreeMap::new(),
            columns: plan.columns.clone(),
        }
    }

    /// Adds what the rows after those so far told.
    pub fn add(&mut self, part: Part) {
        self.content = self.content.wrapping_add(part.content);
        let checked = &mut self.checked;
        let mut spots = Vec::with_capacity(part.spots.len());
        for (place, window) in &part.spots {
            let next = checked.spots.len() as u32;
            spots.push(*self.places.entry((*place, *window)).or_insert(next));
            if spots.last() == Some(&next) {
                checked.spots.push(Spot { place: *place, window: *window });
                checked.totals.push(0);
                checked.recorded.iter_mut().for_each(|counts| counts.push(0));
                checked.verdicts.iter_mut().for_each(|v| v.counts.push([0; 4]));
            }
        }
        let add = |mine: &mut Vec<u64>, theirs: &[u64]| theirs.iter().zip(&spots).for_each(|(n, spot)| mine[*spot as usize] += n);
        add(&mut checked.totals, &part.totals);
        checked.recorded.iter_mut().zip(&part.recorded).for_each(|(mine, theirs)| add(mine, theirs));
        for ((mine, counts), failed) in checked.verdicts.iter_mut().zip(&part.counts).zip(part.failed) {
            for (theirs, spot) in counts.iter().zip(&spots) {
                mine.counts[*spot as usize].iter_mut().zip(theirs).for_each(|(a, b)| *a += b);
            }
            mine.failed.rows.extend(failed.rows);
            mine.failed.detail.extend(failed.detail);
        }
        checked.of_row.extend(part.of_row.iter().map(|spot| spots[*spot as usize]));
        checked.rows += part.rows as u64;
        self.keys.iter_mut().zip(part.keys).for_each(|((_, mine), theirs)| mine.extend(theirs));
        for (rule, (blocks, names)) in part.blocks {
            let mine = self.blocks.entry(rule).or_default();
            mine.0.extend(blocks);
            mine.1.extend(&names);
        }
        for (rule, portions) in part.portions {
            self.portions.entry(rule).or_default().extend(portions);
        }
        for (rule, updates) in part.updates {
            self.updates.entry(rule).or_default().extend(updates);
        }
    }

    /// Puts the keys in order, rows of the same key together and in their order.
    pub fn sort_keys(&mut self) {
        for (_, keys) in &mut self.keys {
            task::look();
            keys.par_sort_unstable();
        }
    }

    /// The keys under some columns, if the table has them.
    pub fn keys(&self, columns: &[String]) -> Option<&[u128]> {
        self.keys.iter().find(|(of, _)| of == columns).map(|(_, keys)| keys.as_slice())
    }

    /// What keys, names and totals tell. `other` gives the keys of another table.
    pub fn finish(mut self, other: &Keys) -> Checked {
        for nth in 0..self.checked.verdicts.len() {
            task::look();
            if !self.checked.verdicts[nth].missing.is_empty() {
                continue;
            }
            let found = match &self.checked.verdicts[nth].rule.kind {
                Kind::Unique(columns) => {
                    let Some(keys) = self.keys(columns) else {
                        self.lacks(nth, columns.clone());
                        continue;
                    };
                    repeated(keys)
                }
                Kind::Refers(refers) => {
                    let Some(target) = other(&refers.to, &refers.columns) else {
                        self.lacks(nth, vec![refers.to.clone()]);
                        continue;
                    };
                    let Some(keys) = self.keys(&refers.columns) else {
                        self.lacks(nth, refers.columns.clone());
                        continue;
                    };
                    absent(keys, &target)
                }
                Kind::Probable(probable) => {
                    let (blocks, names) = self.blocks.remove(&nth).unwrap_or_default();
                    alike(blocks, &names, probable.similarity)
                }
                Kind::Parts(parts) => {
                    let of = sums(&self.portions.remove(&nth).unwrap_or_default(), parts);
                    self.told(nth, of);
                    continue;
                }
                Kind::Updates { .. } => {
                    self.checked.updates = self.updates.remove(&nth).unwrap_or_default();
                    continue;
                }
                _ => continue,
            };
            self.fail(nth, found, PASS);
        }
        self.checked
    }

    /// A rule cannot be judged after all.
    fn lacks(&mut self, nth: usize, missing: Vec<String>) {
        let verdicts = &mut self.checked.verdicts[nth];
        verdicts.missing = missing;
        verdicts.counts.iter_mut().for_each(|counts| *counts = [0; 4]);
    }

    /// Rows that were taken for another verdict fail.
    fn fail(&mut self, nth: usize, failed: Failed, from: u8) {
        let verdicts = &mut self.checked.verdicts[nth];
        for row in &failed.rows {
            let counts = &mut verdicts.counts[self.checked.of_row[*row as usize] as usize];
            counts[usize::from(from)] -= 1;
            counts[usize::from(FAIL)] += 1;
        }
        verdicts.failed = failed;
    }

    /// Rows that a rule was not taken to be about have these verdicts.
    fn told(&mut self, nth: usize, rows: Vec<(u32, u8)>) {
        let verdicts = &mut self.checked.verdicts[nth];
        for (row, verdict) in rows {
            let counts = &mut verdicts.counts[self.checked.of_row[row as usize] as usize];
            counts[usize::from(OUT)] -= 1;
            counts[usize::from(verdict)] += 1;
            if verdict == FAIL {
                verdicts.failed.rows.push(row);
            }
        }
    }
}

/// What stands in the rows of one group.
#[derive(Debug, Default)]
struct Group {
    parts: usize,
    sum: i64,
    /// Some part is not known.
    is_open: bool,
    /// Those of whom the part is not recorded.
    rest: i64,
}

impl Group {
    /// A row without a part is a total from four fifths of the sum on, else a rest.
    fn is_total(&self, number: i64) -> bool {
        self.parts >= LEAST_PARTS && self.sum >= LEAST_SUM && number * 5 >= self.sum * 4
    }
}

/// Totals against the sums of the other rows of their group; for the parts, and without parts, there is nothing to judge.
fn sums(portions: &[Portion], asked: &Parts) -> Vec<(u32, u8)> {
    let mut groups: PlHashMap<u128, Group> = PlHashMap::default();
    for part in portions.iter().filter(|p| p.is_part) {
        let group = groups.entry(part.group).or_default();
        group.parts += 1;
        group.sum += part.number.unwrap_or(0);
        group.is_open |= part.number.is_none();
    }
    let others: Vec<(&Portion, i64)> = portions.iter().filter(|p| !p.is_part).filter_map(|p| Some((p, p.number?))).collect();
    for (other, number) in &others {
        if let Some(group) = groups.get_mut(&other.group).filter(|group| !group.is_total(*number)) {
            group.rest += number;
        }
    }
    let verdict = |(other, number): (&Portion, i64)| {
        let group = groups.get(&other.group)?;
        let is_whole = number == group.sum + group.rest;
        let verdict = match (group.is_total(number), group.is_open) {
            (false, _) => return asked.no_total.then_some((other.row, PASS)),
            (true, true) => OPEN,
            (true, false) if is_whole == asked.no_total => FAIL,
            (true, false) => PASS,
        };
        Some((other.row, verdict))
    };
    others.into_iter().filter_map(verdict).collect()
}

impl Checked {
    /// Passes, failures, undecided of all rows.
    pub fn total(verdicts: &Verdicts) -> [u64; 3] {
        let sum = |verdict: u8| verdicts.counts.iter().map(|c| c[usize::from(verdict)]).sum();
        [sum(PASS) + verdicts.passed, sum(FAIL) + verdicts.findings.len() as u64, sum(OPEN)]
    }

    /// Places of the communes with rows.
    pub fn places(&self) -> BTreeSet<u32> {
        self.spots.iter().map(|s| s.place).filter(|place| *place != NOWHERE).collect()
    }

    /// The number of rows by commune and month, for events.
    pub fn by_month(&self) -> BTreeMap<u32, BTreeMap<i32, u64>> {
        let mut found: BTreeMap<u32, BTreeMap<i32, u64>> = BTreeMap::new();
        for (spot, rows) in self.spots.iter().zip(&self.totals).filter(|(s, _)| s.place != NOWHERE && s.window != NEVER) {
            *found.entry(spot.place).or_default().entry(spot.window).or_default() += rows;
        }
        found
    }
}

const ROW: u128 = u32::MAX as u128;

fn row(key: u128) -> u32 {
    (key & ROW) as u32
}

/// Rows after the first of each key, with the first.
fn repeated(sorted: &[u128]) -> Failed {
    let same = |a: &u128, b: &u128| a | ROW == b | ROW;
    let groups = sorted.chunk_by(same).filter(|group| group.len() > 1);
    in_order(groups.watched().flat_map(|group| group[1..].iter().map(|key| (row(*key), u64::from(row(group[0]))))).collect())
}

/// Rows whose key another table does not have; both in order.
fn absent(sorted: &[u128], target: &[u128]) -> Failed {
    let mut rest = target;
    let mut rows = Vec::new();
    for key in sorted.iter().watched() {
        let hash = key & !ROW;
        rest = &rest[rest.partition_point(|t| t & !ROW < hash)..];
        if rest.first().is_none_or(|t| t & !ROW != hash) {
            rows.push(row(*key));
        }
    }
    rows.sort_unstable();
    Failed { rows, detail: Vec::new() }
}

/// Rows whose name is similar to that of an earlier row of the same block, with that row.
fn alike(mut blocks: Vec<u128>, names: &Names, least: f64) -> Failed {
    blocks.par_sort_unstable();
    let same = |a: &u128, b: &u128| a | ROW == b | ROW;
    let mut found: BTreeMap<u32, u64> = BTreeMap::new();
    for block in blocks.chunk_by(same).filter(|block| block.len() > 1) {
        task::look();
        let mut people: Vec<(Vec<String>, u32)> = block.iter().map(|key| (names.words(row(*key) as usize), row(*key))).collect();
        people.sort_unstable();
        for (nth, (words, one)) in people.iter().enumerate() {
            for (others, other) in people[nth + 1..].iter().take(NEIGHBOURS) {
                if similarity(words, others) >= least {
                    let (first, later) = (u64::from(*one.min(other)), *one.max(other));
                    found.entry(later).and_modify(|known| *known = first.min(*known)).or_insert(first);
                }
            }
        }
    }
    in_order(found.into_iter().collect())
}

fn in_order(mut rows: Vec<(u32, u64)>) -> Failed {
    rows.sort_unstable();
    let (rows, detail) = rows.into_iter().unzip();
    Failed { rows, detail }
}
