//! A table counted batch after batch, by as many workers as there are threads.

use super::Tally;
use super::machine::{Layout, Machine};
use super::pass::{Building, Context, Pass};
use super::simple;
use crate::error::Result;
use crate::plan::Plan;
use crate::record::Problems;
use polars::prelude::DataFrame;
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Rows worked on at once; the result does not depend on it.
const CHUNK: usize = 1 << 15;

/// A table being counted, batch after batch; see [`Plan::counting`].
#[derive(Debug)]
pub struct Counting<'a> {
    plan: &'a Plan,
    table: &'a str,
    context: &'a Context,
    layouts: Option<Vec<Layout<'a>>>,
    workers: Vec<Worker<'a>>,
    problems: Problems,
    rows: u64,
}

/// One thread's machines, one for each pass, and what they have put away.
#[derive(Debug)]
struct Worker<'a> {
    machines: Vec<Machine>,
    building: Building<'a>,
    problems: Problems,
}

impl Plan {
    /// Begins to count a table.
    #[must_use]
    pub fn counting<'a>(&'a self, table: &'a str, context: &'a Context) -> Counting<'a> {
        Counting { plan: self, table, context, layouts: None, workers: Vec::new(), problems: Problems::default(), rows: 0 }
    }

    /// Counts a table given as batches of rows, in any split.
    ///
    /// # Errors
    /// A schema error before any row is read, or a data error that counts all rows concerned.
    pub fn count(&self, table: &str, batches: impl IntoIterator<Item = Result<DataFrame>>, context: &Context) -> Result<Tally> {
        let mut counting = self.counting(table, context);
        for batch in batches {
            counting.add(&batch?)?;
        }
        counting.finish()
    }
}

impl Counting<'_> {
    /// Counts a batch.
    ///
    /// # Errors
    /// A schema error; trouble with values is gathered and told by [`Counting::finish`].
    pub fn add(&mut self, batch: &DataFrame) -> Result<()> {
        crate::record::check_schema(self.plan.table(self.table), batch.schema(), &self.plan.columns(self.table))?;
        let layouts = match self.layouts.take() {
            Some(layouts) => layouts,
            None => Pass::all(self.plan, self.table, self.context)?.into_iter().map(Layout::new).collect(),
        };
        while self.workers.len() < rayon::current_num_threads() {
            let machines = layouts.iter().map(Machine::new).collect();
            self.workers.push(Worker { machines, building: Building::new(self.plan), problems: Problems::default() });
        }
        let batch = self.only_needed(batch);
        let next = AtomicUsize::new(0);
        let offset = self.rows;
        let done: Result<()> = self.workers.par_iter_mut().try_for_each(|worker| {
            loop {
                polars_error::abort::try_raise_polars_abort();
                let start = next.fetch_add(CHUNK, Ordering::Relaxed);
                if start >= batch.height() {
                    return Ok(());
                }
                worker.count(&layouts, &batch.slice(start.cast_signed() as i64, CHUNK), offset + start as u64)?;
            }
        });
        self.rows += batch.height() as u64;
        self.layouts = Some(layouts);
        done
    }

    /// The columns the plan reads: cutting the others into chunks would cost more than counting.
    fn only_needed(&self, batch: &DataFrame) -> DataFrame {
        let columns = self.plan.columns(self.table).iter().filter_map(|c| batch.column(c).ok().cloned()).collect();
        DataFrame::new(batch.height(), columns).unwrap_or_else(|_| batch.clone())
    }

    /// The tally of all batches.
    ///
    /// # Errors
    /// A data error that counts all rows concerned.
    pub fn finish(mut self) -> Result<Tally> {
        let layouts = self.layouts.take().unwrap_or_default();
        let parts: Vec<(Tally, Problems)> = self.workers.into_par_iter().map(|worker| worker.finish(&layouts)).collect();
        let mut tally = Tally::empty(self.plan);
        for (counted, problems) in parts {
            tally.absorb(&counted);
            self.problems.absorb(problems);
        }
        tally.counted.extend(layouts.iter().flat_map(|l| l.pass().series.iter().map(|s| *s as u32)));
        self.problems.into_result(&self.plan.area_vintage().to_string())?;
        Ok(tally)
    }
}

impl Worker<'_> {
    fn count(&mut self, layouts: &[Layout], chunk: &DataFrame, offset: u64) -> Result<()> {
        let mut trouble = false;
        for (machine, layout) in self.machines.iter_mut().zip(layouts) {
            trouble |= machine.count(layout, chunk, &mut self.building)?;
        }
        if trouble {
            let passes = layouts.iter().map(Layout::pass);
            self.problems.absorb(simple::count(passes, chunk, offset)?.1);
        }
        Ok(())
    }

    fn finish(self, layouts: &[Layout]) -> (Tally, Problems) {
        let mut building = self.building;
        for (machine, layout) in self.machines.into_iter().zip(layouts) {
            machine.finish(layout, &mut building);
        }
        (building.finish(), self.problems)
    }
}
