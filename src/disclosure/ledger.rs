//! Results entered into a book: what they count, and what ties that; and results of earlier releases.

use super::book::{Book, Count, Key, ROW, Tie};
use super::named::Id;
use super::protect::SUPPRESSED;
use super::read::Read;
use super::rule::{Rule, WholeGroups, Zeros};
use super::suppress::at_least;
use super::terms::{Released, Scope, Terms};
use crate::catalogue::Kind;
use crate::error::Result;
use crate::plan::{Output, Plan};
use crate::question::Block;
use crate::stats::SMALLEST_DENOMINATOR;
use std::collections::HashSet;

/// Tables of abuse and of its handling.
const ABUSE: [&str; 3] = ["victims", "perpetrators", "sanctions"];
/// What is counted that is no person and nobody's affair.
const PLACES: [&str; 3] = ["commune", "village", "school"];

/// Which counts of a book the numbers of a row are; none where the rule is not for them.
#[derive(Debug, Clone, Default)]
pub(super) struct RowCounts {
    pub numerator: Option<u32>,
    pub denominator: Option<u32>,
    /// Of what is undecided, the parts that are added up.
    pub undecided: Vec<u32>,
}

/// What was published of a count: its number, or what is known of it.
struct Seen {
    key: Key,
    number: Option<i64>,
    known: (i64, i64),
}

/// Enters results into a book.
pub(super) struct Ledger<'r> {
    book: &'r mut Book,
    rule: &'r Rule,
    scope: &'r Scope,
}

impl<'r> Ledger<'r> {
    pub fn new(book: &'r mut Book, terms: &'r Terms) -> Self {
        Self { book, rule: &terms.rule, scope: &terms.scope }
    }

    /// Enters the counts of a result; gives those of each row.
    pub fn enter(&mut self, read: &Read) -> Result<Vec<RowCounts>> {
        let mut found = vec![RowCounts::default(); read.spots.len()];
        // What is undecided in one count alone comes first: a quotient adds up what is undecided in both.
        for (is_sum, row) in [false, true].into_iter().flat_map(|is_sum| (0..read.spots.len()).map(move |row| (is_sum, row))) {
            let Some(output) = read.output(row).filter(|o| (o.undecided.len() > 1) == is_sum) else { continue };
            let counts = &mut found[row];
            counts.numerator = self.enter_series(read, row, output, output.numerator, read.numerator[row])?;
            if let Some(below) = output.denominator {
                counts.denominator = self.enter_series(read, row, output, below, read.denominator[row])?;
            }
            if let Some(number) = read.undecided[row] {
                counts.undecided = self.enter_undecided(read, row, output, number)?;
            }
        }
        Ok(found)
    }

    /// Enters what was published before: numbers that all know, and hidden ones that nobody kept.
    ///
    /// Where a number has changed since, the release is kept apart, as it was.
    pub fn recall(&mut self, released: &Released, nth: u32) -> Result<()> {
        let (plan, table) = (&released.plan, &released.table);
        let mut read = Read::new(plan, table, self.book, 0)?;
        let mut rows = self.seen(plan, &read, released)?;
        if rows.iter().flatten().flatten().any(|seen| self.book.is_other(&seen.key, seen.number)) {
            read = Read::new(plan, table, self.book, nth)?;
            rows = self.seen(plan, &read, released)?;
        }
        let mut enter = |seen: &Option<Seen>| -> Result<Option<u32>> {
            seen.as_ref().map(|seen| self.book.recall(seen.key.clone(), seen.number, seen.known, self.rule)).transpose()
        };
        let mut counts = Vec::with_capacity(rows.len());
        for [numerator, denominator, undecided] in &rows {
            let undecided = enter(undecided)?.into_iter().collect();
            counts.push(RowCounts { numerator: enter(numerator)?, denominator: enter(denominator)?, undecided });
        }
        self.tie(&read, &counts)
    }

    /// What a published table says of each row's numerator, denominator and undecided records.
    fn seen(&self, plan: &Plan, read: &Read, released: &Released) -> Result<Vec<[Option<Seen>; 3]>> {
        let least = i64::from(released.zeros == Zeros::Shown);
        let limits = read.limits(&released.table)?;
        let mut found = Vec::with_capacity(limits.len());
        for (row, limits) in limits.into_iter().enumerate() {
            let mut seen = [None, None, None];
            if let Some(output) = read.output(row) {
                let is_hidden = read.status.get(row) == Some(SUPPRESSED);
                let know = |family: Id, series: usize, number: Option<i64>, (low, high): (i64, i64)| Seen {
                    key: Key { family, area: read.spots[row], words: read.words(row, plan.block_of(series)) },
                    number,
                    known: (low.max(least), high),
                };
                let of_series = |series: usize, number: Option<i64>, limits: (i64, i64)| {
                    let is_there = self.is_protected(plan, output, series) && (number.is_some() || is_hidden);
                    is_there.then(|| know(read.families[series], series, number, limits))
                };
                seen[0] = of_series(output.numerator, read.numerator[row], limits[0]);
                seen[1] = output.denominator.and_then(|below| of_series(below, read.denominator[row], limits[1]));
                let is_there = (read.numerator[row].is_some() || is_hidden) && self.is_protected(plan, output, output.numerator);
                if let (true, [(open, closed)]) = (is_there, output.undecided.as_slice()) {
                    seen[2] = Some(know(read.undecided_in[&(*open, *closed)], *open, read.undecided[row], at_least(0)));
                }
            }
            found.push(seen);
        }
        Ok(found)
    }

    fn enter_series(&mut self, read: &Read, row: usize, output: &Output, series: usize, number: Option<i64>) -> Result<Option<u32>> {
        let Some(number) = number.filter(|_| self.is_protected(read.plan, output, series)) else { return Ok(None) };
        let block = read.plan.block_of(series);
        let family = read.families[series];
        let key = Key { family, area: read.spots[row], words: read.words(row, block) };
        self.book.add(key, Count::in_table(number, self.rule)).map(Some)
    }

    /// Enters what is undecided: of a quotient of two tables, in each.
    fn enter_undecided(&mut self, read: &Read, row: usize, output: &Output, number: i64) -> Result<Vec<u32>> {
        let (mut left, mut found) = (number, Vec::new());
        for (nth, (open, closed)) in output.undecided.iter().enumerate() {
            let block = read.plan.block_of(*open);
            let key = Key { family: read.undecided_in[&(*open, *closed)], area: read.spots[row], words: read.words(row, block) };
            let known = self.book.find(&key).and_then(|nth| self.book.count(nth).number);
            // The last has what the others leave; if another is not known alone, all are one.
            let is_last = nth + 1 == output.undecided.len();
            let (key, number) = match known {
                Some(known) if !is_last => (key, known),
                _ if is_last => (key, left),
                _ => (Key { family: read.of_output(output).together, ..key }, left),
            };
            left -= number;
            if self.is_protected(read.plan, output, *open) {
                found.push(self.book.add(key, Count::in_table(number, self.rule))?);
            }
            if known.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// Ties counts of different families: the rest of a share, decided and undecided, a part and its whole.
    pub fn tie(&mut self, read: &Read, rows: &[RowCounts]) -> Result<()> {
        let plan = read.plan;
        let mut met = HashSet::new();
        for (row, counts) in rows.iter().enumerate() {
            let (Some(output), Some(n)) = (read.output(row), counts.numerator) else { continue };
            let indicator = &plan.indicators()[output.indicator];
            let block = |series: usize| plan.block_of(series);
            if output.denominator.is_none() {
                let parts: Vec<u32> = [n].into_iter().chain(counts.undecided.iter().copied()).collect();
                self.tie_possible(read.families[output.numerator], block(output.numerator), read, row, &parts)?;
            }
            let Some(d) = counts.denominator.filter(|_| indicator.kind == Kind::Proportion) else { continue };
            if !met.insert((n, d)) {
                continue;
            }
            // The part that is decided as true is inside all that is; what is decided and what is not make up the whole.
            let [above, below] = &read.of_output(output).wholes;
            self.tie_whole(above.as_ref(), read, row, &[n]);
            let parts: Vec<u32> = [d].into_iter().chain(counts.undecided.iter().copied()).collect();
            self.tie_whole(below.as_ref(), read, row, &parts);
            if let Some((family, whole)) = below
                && read.words(row, whole) == read.words(row, block(output.numerator))
            {
                self.tie_possible(*family, whole, read, row, &parts)?;
                // A share of forms in all forms: of all records it is the whole.
                if above.as_ref().is_some_and(|(above, _)| above == family) {
                    self.book.tie_total(d, &[n], ROW, false);
                }
            }
            let crossed = |series: usize| block(series).cross.dimensions().len();
            if output.denominator.is_some_and(|below| crossed(below) == crossed(output.numerator)) {
                self.tie_rest(read, output, row, n, d)?;
            }
        }
        Ok(())
    }

    /// Ties parts to the count of all that a quantity holds, if it is in the book.
    fn tie_whole(&mut self, whole: Option<&(Id, Block)>, read: &Read, row: usize, parts: &[u32]) {
        let Some((family, block)) = whole else { return };
        let key = Key { family: *family, area: read.spots[row], words: read.words(row, block) };
        if let Some(whole) = self.book.find(&key).filter(|whole| !parts.contains(whole)) {
            self.book.tie_total(whole, parts, ROW, false);
        }
    }

    /// Certain and undecided records of a quantity make up those that may be of it, whatever else of them is asked. Distinct things may
    /// differ; then nobody can tell.
    fn tie_possible(&mut self, family: Id, block: &Block, read: &Read, row: usize, parts: &[u32]) -> Result<()> {
        let Some(number) = parts.iter().map(|part| self.book.count(*part).number).sum::<Option<i64>>() else { return Ok(()) };
        let family = self.book.derived("possible", family);
        let key = Key { family, area: read.spots[row], words: read.words(row, block) };
        if self.book.find(&key).is_none_or(|there| self.book.count(there).number == Some(number)) {
            let whole = self.book.add(key, Count::absent(Some(number), false))?;
            self.book.guess(Tie::Sum(whole, parts.to_vec()));
        }
        Ok(())
    }

    /// The rest of a share stands in no table, and follows from it.
    fn tie_rest(&mut self, read: &Read, output: &Output, row: usize, n: u32, d: u32) -> Result<()> {
        let numbers = self.book.count(n).number.zip(self.book.count(d).number);
        let words = read.words(row, read.plan.block_of(output.numerator));
        let key = Key { family: read.of_output(output).rest, area: read.spots[row], words };
        let is_small = match numbers {
            Some((part, whole)) => {
                let (rest, is_group) = (whole - part, self.rule.whole_groups == WholeGroups::Hidden);
                let is_small_group = is_group && whole < SMALLEST_DENOMINATOR.cast_signed();
                (rest > 0 && self.rule.is_small(rest.cast_unsigned())) || (rest == 0 && is_small_group)
            }
            None => self.book.find(&key).is_none(),
        };
        let number = numbers.map(|(part, whole)| whole - part);
        let rest = self.book.add(key, Count::absent(number, is_small))?;
        self.book.tie(Tie::Sum(d, vec![n, rest]));
        Ok(())
    }

    /// True if the rule is for a series of an output.
    fn is_protected(&self, plan: &Plan, output: &Output, series: usize) -> bool {
        let table = |series: usize| plan.block_of(series).table.as_str();
        match self.scope {
            Scope::Abuse => ABUSE.contains(&table(series)),
            Scope::People => {
                let mut of_table = plan.catalogue.quantities().values().filter(|q| q.table == table(series));
                of_table.all(|q| !PLACES.contains(&q.unit.as_str()))
            }
            Scope::Only(ids) => ids.contains(&plan.indicators()[output.indicator].id) && table(series) == table(output.numerator),
        }
    }
}
