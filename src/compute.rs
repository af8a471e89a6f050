//! The whole way: from a dataset to the table.

use crate::error::Result;
use crate::estimate::Outcome;
use crate::plan::Plan;
use crate::record::{Cases, Dataset};
use crate::tally::{Context, Counting, Tally, Vintage};
use polars::prelude::DataFrame;
use std::collections::BTreeMap;

impl Plan {
    /// Begins to count a table.
    #[must_use]
    pub fn counting<'a>(&'a self, table: &'a str, context: &'a Context) -> Counting<'a> {
        Counting::new(&self.question, table, context)
    }

    /// Counts a table given as batches of rows, in any split.
    ///
    /// # Errors
    /// A schema error before any row is read, or a data error that counts all rows concerned.
    pub fn count(&self, table: &str, batches: impl IntoIterator<Item = Result<DataFrame>>, context: &Context) -> Result<Tally> {
        self.counting(table, context).all(batches)
    }

    /// True if a tally answers an indicator: numerator and denominator of one of its outputs were counted.
    #[must_use]
    pub fn answers(&self, tally: &Tally, indicator: &str) -> bool {
        let counted = |series: usize| tally.counted.contains(&(series as u32));
        self.outputs
            .iter()
            .any(|o| self.indicators()[o.indicator].id == indicator && counted(o.numerator) && o.denominator.is_none_or(counted))
    }

    /// Counts every table of a dataset that the plan reads.
    ///
    /// # Errors
    /// Schema errors before any row is read, then data errors.
    pub fn partial(&self, dataset: &Dataset) -> Result<Tally> {
        let mut names = BTreeMap::new();
        for table in dataset.tables() {
            let schema = dataset.schema(table)?;
            crate::record::check_schema(self.question.table(table)?, &schema, &self.columns(table))?;
            names.insert(table.to_owned(), schema.iter_names().map(ToString::to_string).collect());
        }
        let mut tally = self.empty_for(&names)?;
        let vintage = self.vintage(dataset.vintage())?;
        let mut context = Context { ethnic_list: dataset.ethnic(), cases: Cases::default(), fit: Some(self.fit(&names)?), vintage };
        if let Some((own, case)) = self.catalogue.of_case()
            && let Some(there) = names.get(&own.id).filter(|_| self.tables().contains(&own.id.as_str()))
        {
            let reports = self.question.table(&case.table)?;
            // Children of a case are told apart only where perpetrators may name them.
            let is_read = |column: &String| *column != case.child || there.contains(column);
            let columns: Vec<String> = case.columns(reports).into_iter().map(str::to_owned).filter(is_read).collect();
            for victims in dataset.batches(&case.table, &columns) {
                context.cases.add(&victims?)?;
            }
        }
        for table in self.tables() {
            if names.contains_key(table) {
                let columns = self.columns(table);
                tally = tally.merge(&self.count(table, dataset.batches(table, &columns), &context)?)?;
            }
        }
        self.say(&mut tally, dataset, &context.vintage)?;
        Ok(tally)
    }

    /// Takes over into a tally of a dataset's rows what the dataset says of who reported.
    pub(crate) fn say(&self, tally: &mut Tally, dataset: &Dataset, vintage: &Vintage) -> Result<()> {
        let list = vintage.moved().map_or(&*self.question.areas, |moved| &*moved.question.areas);
        tally.say(&dataset.said(list)?, &self.question, vintage);
        Ok(())
    }

    /// The tally of no rows, which knows what tables with these columns leave out.
    ///
    /// # Errors
    /// As [`Plan::fit`].
    pub fn empty_for(&self, tables: &BTreeMap<String, Vec<String>>) -> Result<Tally> {
        let mut tally = Tally::empty(self);
        for (indicator, reason) in self.fit(tables)?.left_out {
            tally.remarks.leave_out(&indicator, &reason);
        }
        Ok(tally)
    }
}

/// Computes the indicators of a plan from a dataset. Where the plan names no day for its areas, that of the dataset counts.
///
/// # Errors
/// Any [`crate::Error`] of the families plan, schema and data.
pub fn compute(dataset: &Dataset, plan: &Plan) -> Result<Outcome> {
    let dated;
    let plan = match dataset.vintage() {
        Some(day) if !plan.names_area_vintage() => {
            dated = plan.with_area_vintage(day)?;
            &dated
        }
        _ => plan,
    };
    plan.finish(&plan.partial(dataset)?)
}
