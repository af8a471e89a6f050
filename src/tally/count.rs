//! Counts a table batch by batch, with one worker per thread.

use super::layout::Layout;
use super::machine::Machine;
use super::pass::{Context, Pass, TallyBuilder};
use super::simple;
use super::tally::Tally;
use crate::error::{Error, Fact, Phrase, Result};
use crate::question::Question;
use crate::record::Problems;
use crate::task::Watch;
use polars_core::prelude::DataFrame;
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Rows per chunk; the result does not depend on it.
const CHUNK: usize = 1 << 15;

/// Counts one table, batch by batch.
#[derive(Debug)]
pub(crate) struct Counting<'a> {
    question: &'a Question,
    /// The question in whose areas the tally is given.
    onto: &'a Question,
    table: &'a str,
    context: &'a Context,
    /// The name of each series, if missing columns are errors.
    names: &'a [String],
    /// The columns read, as found in the first batch.
    columns: Option<Vec<String>>,
    layouts: Option<Vec<Layout<'a>>>,
    workers: Vec<Worker>,
    problems: Problems,
    rows: u64,
    /// Perpetrators without a key who count in several places: how many rows with the same content came before.
    seen: HashMap<u128, u32>,
}

/// One thread's machines, one per pass, and the counts flushed from them.
#[derive(Debug)]
struct Worker {
    machines: Vec<Machine>,
    builder: TallyBuilder,
    problems: Problems,
}

impl<'a> Counting<'a> {
    pub(crate) fn new(question: &'a Question, table: &'a str, context: &'a Context) -> Self {
        Self {
            question: context.vintage.moved().map_or(question, |moved| &moved.question),
            onto: question,
            table,
            context,
            names: &[],
            columns: None,
            layouts: None,
            workers: Vec::new(),
            problems: Problems::default(),
            rows: 0,
            seen: HashMap::new(),
        }
    }

    /// Makes a missing column an error that names the series reading it.
    pub(crate) fn with_every_column(mut self, names: &'a [String]) -> Self {
        self.names = names;
        self
    }

    /// Counts a batch.
    ///
    /// # Errors
    /// A schema error, also if a batch differs in columns from the first. Bad values are collected and reported by [`Counting::finish`].
    pub fn add(&mut self, batch: &DataFrame) -> Result<()> {
        crate::record::check_schema(self.question.table(self.table)?, batch.schema(), &self.question.columns(self.table))?;
        let layouts = match self.layouts.take() {
            Some(layouts) => layouts,
            None => Pass::all(self.question, self.table, self.context)?.into_iter().map(Layout::new).collect(),
        };
        while self.workers.len() < rayon::current_num_threads() {
            let machines = layouts.iter().map(Machine::new).collect();
            self.workers.push(Worker { machines, builder: TallyBuilder::new(self.question), problems: Problems::default() });
        }
        let mut needed = self.only_needed(batch)?;
        if self.question.table(self.table)?.case.is_some() {
            let wrong = |e: polars_core::error::PolarsError| Error::Frame { table: self.table.to_owned(), found: Fact::library(e) };
            needed = self.context.cases.joined(&needed, self.rows, &mut self.seen).map_err(wrong)?;
        }
        let (batch, height) = (needed, batch.height());
        let next = AtomicUsize::new(0);
        let offset = self.rows;
        let watch = Watch::here();
        let done: Result<()> = self.workers.par_iter_mut().try_for_each(|worker| {
            loop {
                watch.look();
                let start = next.fetch_add(CHUNK, Ordering::Relaxed);
                if start >= batch.height() {
                    return Ok(());
                }
                worker.count(&layouts, &batch.slice(start.cast_signed() as i64, CHUNK), offset + start as u64)?;
            }
        });
        self.rows += height as u64;
        self.layouts = Some(layouts);
        done
    }

    /// Counts batches to the end.
    pub(crate) fn all(mut self, batches: impl IntoIterator<Item = Result<DataFrame>>) -> Result<Tally> {
        for batch in batches {
            self.add(&batch?)?;
        }
        self.finish()
    }

    /// Only the columns read: slicing the others into chunks would cost more than counting.
    fn only_needed(&mut self, batch: &DataFrame) -> Result<DataFrame> {
        let there = |name: &String| batch.column(name).is_ok();
        let found: Vec<String> = self.question.columns(self.table).into_iter().filter(there).collect();
        let wrong = |found: Fact| Error::Frame { table: self.table.to_owned(), found };
        match &self.columns {
            Some(first) if *first != found => {
                let (first, found) = (first.join(", "), found.join(", "));
                return Err(wrong(Phrase::BatchOfColumns(found, first).into()));
            }
            Some(_) => {}
            None => {
                let all = batch.get_column_names_owned().iter().map(ToString::to_string).collect();
                let tables = [(self.table.to_owned(), all)].into();
                for (series, name) in self.names.iter().enumerate() {
                    match self.question.missing(series, &tables) {
                        None => {}
                        Some(Error::MissingColumn { table, column, expected, found, .. }) => {
                            return Err(Error::MissingColumn { table, column, expected, found, indicator: name.clone() });
                        }
                        Some(other) => return Err(other),
                    }
                }
            }
        }
        let columns = found.iter().filter_map(|c| batch.column(c).ok().cloned()).collect();
        let needed = DataFrame::new(batch.height(), columns).map_err(|e| wrong(Fact::library(e)))?;
        self.columns = Some(found);
        Ok(needed)
    }

    /// The tally of all batches.
    ///
    /// # Errors
    /// A data error that counts all rows concerned.
    pub fn finish(mut self) -> Result<Tally> {
        let layouts = self.layouts.take().unwrap_or_default();
        let parts: Vec<(Tally, Problems)> = self.workers.into_par_iter().map(|worker| worker.finish(&layouts)).collect();
        let mut tally = Tally::empty(self.question);
        for (nth, (counted, problems)) in parts.into_iter().enumerate() {
            if nth == 0 {
                tally = counted;
            } else {
                tally.absorb(&counted);
            }
            self.problems.absorb(problems);
        }
        tally.counted.extend(layouts.iter().flat_map(|l| l.pass.series.iter().map(|s| *s as u32)));
        self.problems.into_result(&self.question.areas.day().to_string())?;
        match self.context.vintage.moved() {
            Some(moved) => moved.apply(&tally, self.onto),
            None => tally,
        }
        .checked()
    }
}

impl Worker {
    fn count(&mut self, layouts: &[Layout], chunk: &DataFrame, offset: u64) -> Result<()> {
        let mut trouble = false;
        for (machine, layout) in self.machines.iter_mut().zip(layouts) {
            trouble |= machine.count(layout, chunk, &mut self.builder)?;
        }
        if trouble {
            let passes = layouts.iter().map(|layout| &layout.pass);
            self.problems.absorb(simple::count(passes, chunk, offset)?.1);
        }
        Ok(())
    }

    fn finish(self, layouts: &[Layout]) -> (Tally, Problems) {
        let mut builder = self.builder;
        for (machine, layout) in self.machines.into_iter().zip(layouts) {
            machine.finish(layout, &mut builder);
        }
        (builder.finish(), self.problems)
    }
}
