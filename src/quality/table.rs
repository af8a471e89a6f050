//! Merges the verdicts on the chunks of one table, then applies the rules that need all rows.

use super::chunk::{NEVER, NOWHERE};
use super::judge::{ChunkVerdicts, FAIL, Failed, OPEN, OUT, PASS, Portion};
use super::kind::{Kind, Parts};
use super::names::{Names, similarity};
use super::plan::Plan;
use super::rule::Rule;
use crate::task::{self, Watched};
use polars_core::prelude::PlHashMap;
use rayon::slice::ParallelSliceMut;
use std::collections::{BTreeMap, BTreeSet};

/// The least number and sum of parts for a total: with less, a rest can look like a total.
const LEAST_PARTS: usize = 2;
const LEAST_SUM: i64 = 10;
/// In larger blocks each name is compared only with this many that follow it in the order of names.
const NEIGHBOURS: usize = 64;

/// The sorted keys of a table, by table and columns.
pub(super) type Keys<'a> = dyn Fn(&str, &[String]) -> Option<Vec<u128>> + 'a;

/// A commune in a window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The index in the list of areas, or [`NOWHERE`].
    pub commune: u32,
    /// 0 for a register, a month for events, a year.
    pub window: i32,
}

/// A failure of a commune rather than of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    pub commune: u32,
    /// The first month, and the number of months.
    pub month: i32,
    pub months: i32,
    pub code: &'static str,
}

/// The verdicts of one rule.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verdicts {
    pub rule: Rule,
    /// Columns or tables it lacks: with any, it was not checked.
    pub missing: Vec<String>,
    /// By place: passes, failures, undecided.
    pub counts: Vec<[u64; 4]>,
    pub failed: Failed,
    /// For rules about communes: the windows of communes that passed, and the failures.
    pub passed: u64,
    pub findings: Vec<Finding>,
}

/// One table, checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CheckedTable {
    pub table: String,
    pub rows: u64,
    pub is_stock: bool,
    pub expected: usize,
    pub places: Vec<Place>,
    /// The place of each row.
    pub of_row: Vec<u32>,
    pub totals: Vec<u64>,
    pub recorded: Vec<Vec<u64>>,
    pub verdicts: Vec<Verdicts>,
    /// Months in which communes updated rows, and whether in the first days of the month.
    pub updates: BTreeSet<(u32, i32, bool)>,
    pub has_updates: bool,
}

/// Builds the verdicts on one table, chunk by chunk.
#[derive(Debug)]
pub(super) struct TableBuilder {
    pub checked: CheckedTable,
    pub content: u64,
    numbers: PlHashMap<(u32, i32), u32>,
    /// The columns of each set of keys.
    pub keys: Vec<(Vec<String>, Vec<u128>)>,
    blocks: BTreeMap<usize, (Vec<u128>, Names)>,
    portions: BTreeMap<usize, Vec<Portion>>,
    updates: BTreeMap<usize, BTreeSet<(u32, i32, bool)>>,
    /// The columns of the first batch.
    pub columns: Vec<String>,
}

impl TableBuilder {
    pub fn new(plan: &Plan) -> Self {
        let verdicts = plan.rules.iter().zip(&plan.missing).map(|(rule, missing)| Verdicts {
            rule: (*rule).clone(),
            missing: missing.clone(),
            counts: Vec::new(),
            failed: Failed::default(),
            passed: 0,
            findings: Vec::new(),
        });
        let checked = CheckedTable {
            table: plan.table.id.clone(),
            rows: 0,
            is_stock: plan.is_stock(),
            expected: plan.expected.len(),
            places: Vec::new(),
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
            numbers: PlHashMap::default(),
            keys: plan.keys.iter().map(|columns| (columns.clone(), Vec::new())).collect(),
            blocks: BTreeMap::new(),
            portions: BTreeMap::new(),
            updates: BTreeMap::new(),
            columns: plan.columns.clone(),
        }
    }

    /// Adds the verdicts on the next rows.
    pub fn add(&mut self, part: ChunkVerdicts) {
        self.content = self.content.wrapping_add(part.content);
        let checked = &mut self.checked;
        let mut places = Vec::with_capacity(part.places.len());
        for (commune, window) in &part.places {
            let next = checked.places.len() as u32;
            places.push(*self.numbers.entry((*commune, *window)).or_insert(next));
            if places.last() == Some(&next) {
                checked.places.push(Place { commune: *commune, window: *window });
                checked.totals.push(0);
                checked.recorded.iter_mut().for_each(|counts| counts.push(0));
                checked.verdicts.iter_mut().for_each(|v| v.counts.push([0; 4]));
            }
        }
        let add = |mine: &mut Vec<u64>, theirs: &[u64]| theirs.iter().zip(&places).for_each(|(n, place)| mine[*place as usize] += n);
        add(&mut checked.totals, &part.totals);
        checked.recorded.iter_mut().zip(&part.recorded).for_each(|(mine, theirs)| add(mine, theirs));
        for ((mine, counts), failed) in checked.verdicts.iter_mut().zip(&part.counts).zip(part.failed) {
            for (theirs, place) in counts.iter().zip(&places) {
                mine.counts[*place as usize].iter_mut().zip(theirs).for_each(|(a, b)| *a += b);
            }
            mine.failed.rows.extend(failed.rows);
            mine.failed.detail.extend(failed.detail);
        }
        checked.of_row.extend(part.of_row.iter().map(|place| places[*place as usize]));
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

    /// Sorts the keys, and rows of the same key in their order.
    pub fn sort_keys(&mut self) {
        for (_, keys) in &mut self.keys {
            task::look();
            keys.par_sort_unstable();
        }
    }

    /// The keys of these columns, if the table has them.
    pub fn keys(&self, columns: &[String]) -> Option<&[u128]> {
        self.keys.iter().find(|(of, _)| of == columns).map(|(_, keys)| keys.as_slice())
    }

    /// Applies the rules about keys, names and totals. `other` gives the keys of another table.
    pub fn finish(mut self, other: &Keys) -> CheckedTable {
        for nth in 0..self.checked.verdicts.len() {
            task::look();
            if !self.checked.verdicts[nth].missing.is_empty() {
                continue;
            }
            let found = match &self.checked.verdicts[nth].rule.kind {
                Kind::Unique(columns) => {
                    let Some(keys) = self.keys(columns) else {
                        self.mark_missing(nth, columns.clone());
                        continue;
                    };
                    repeated(keys)
                }
                Kind::Refers(refers) => {
                    let Some(target) = other(&refers.to, &refers.columns) else {
                        self.mark_missing(nth, vec![refers.to.clone()]);
                        continue;
                    };
                    let Some(keys) = self.keys(&refers.columns) else {
                        self.mark_missing(nth, refers.columns.clone());
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
                    self.decide(nth, of);
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

    /// Marks a rule as not checked, for lack of columns or tables.
    fn mark_missing(&mut self, nth: usize, missing: Vec<String>) {
        let verdicts = &mut self.checked.verdicts[nth];
        verdicts.missing = missing;
        verdicts.counts.iter_mut().for_each(|counts| *counts = [0; 4]);
    }

    /// Changes the verdict on these rows to a failure.
    fn fail(&mut self, nth: usize, failed: Failed, from: u8) {
        let verdicts = &mut self.checked.verdicts[nth];
        for row in &failed.rows {
            let counts = &mut verdicts.counts[self.checked.of_row[*row as usize] as usize];
            counts[usize::from(from)] -= 1;
            counts[usize::from(FAIL)] += 1;
        }
        verdicts.failed = failed;
    }

    /// Gives verdicts on rows that were out of scope so far.
    fn decide(&mut self, nth: usize, rows: Vec<(u32, u8)>) {
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

/// The sums of one group of rows.
#[derive(Debug, Default)]
struct Group {
    parts: usize,
    sum: i64,
    /// Some part has no number.
    is_open: bool,
    /// The sum of rows whose part is not recorded.
    rest: i64,
}

impl Group {
    /// A row without a part is a total if it has at least four fifths of the sum, else a rest.
    fn is_total(&self, number: i64) -> bool {
        self.parts >= LEAST_PARTS && self.sum >= LEAST_SUM && number * 5 >= self.sum * 4
    }
}

/// Checks totals against the sums of the other rows in their group; parts, and groups without parts, get no verdict.
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

impl CheckedTable {
    /// The numbers of passes, failures and undecided.
    pub fn total(verdicts: &Verdicts) -> [u64; 3] {
        let sum = |verdict: u8| verdicts.counts.iter().map(|c| c[usize::from(verdict)]).sum();
        [sum(PASS) + verdicts.passed, sum(FAIL) + verdicts.findings.len() as u64, sum(OPEN)]
    }

    /// The communes with rows.
    pub fn communes(&self) -> BTreeSet<u32> {
        self.places.iter().map(|p| p.commune).filter(|commune| *commune != NOWHERE).collect()
    }

    /// The number of rows by commune and month, for events.
    pub fn by_month(&self) -> BTreeMap<u32, BTreeMap<i32, u64>> {
        let mut found: BTreeMap<u32, BTreeMap<i32, u64>> = BTreeMap::new();
        for (place, rows) in self.places.iter().zip(&self.totals).filter(|(p, _)| p.commune != NOWHERE && p.window != NEVER) {
            *found.entry(place.commune).or_default().entry(place.window).or_default() += rows;
        }
        found
    }
}

const ROW: u128 = u32::MAX as u128;

fn row(key: u128) -> u32 {
    (key & ROW) as u32
}

/// Rows that repeat a key, each with the first row of that key.
fn repeated(sorted: &[u128]) -> Failed {
    let same = |a: &u128, b: &u128| a | ROW == b | ROW;
    let groups = sorted.chunk_by(same).filter(|group| group.len() > 1);
    in_order(groups.watched().flat_map(|group| group[1..].iter().map(|key| (row(*key), u64::from(row(group[0]))))).collect())
}

/// Rows whose key is not in another table; both sorted.
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
