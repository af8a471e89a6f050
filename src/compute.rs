//! The whole way: from records to the result of a plan.

use crate::error::Result;
use crate::estimate::Outcome;
use crate::plan::Plan;
use crate::question::Fit;
use crate::record::{Cases, Records, announce, check_schema, columns_of, parts, present};
use crate::tally::{Context, Counting, Tally};
use polars_core::prelude::DataFrame;
use std::collections::BTreeMap;

impl Plan {
    /// Counts the records that the plan asks for. Parts of the records may be counted apart if each holds whole cases; their
    /// tallies [merge](Tally::merge).
    ///
    /// ```
    /// use chitieu::{Catalogue, Dataset, Plan};
    /// use polars_core::prelude::*;
    /// let plan = Plan::new(&Catalogue::builtin(), "2022").indicators(["child_population"]).build()?;
    /// let part = |years: &[i64]| -> Result<_, Box<dyn std::error::Error>> {
    ///     let children = df!["birth_year" => years, "commune" => vec!["12364"; years.len()]]?;
    ///     Ok(plan.partial(&Dataset::new().with("children", children)?)?)
    /// };
    /// let whole = part(&[2015, 2020, 2021])?;
    /// assert_eq!(part(&[2015])?.merge(&part(&[2020, 2021])?)?, whole);
    /// assert_eq!(plan.finish(&whole)?.table.column("value")?.f64()?.get(0), Some(3.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Schema errors before any row is read, then data errors.
    pub fn partial(&self, records: &dyn Records) -> Result<Tally> {
        let (metadata, columns) = (records.metadata(), columns_of(records)?);
        let asked: Vec<(&str, Vec<String>)> =
            self.tables().into_iter().filter_map(|t| Some((t, present(self.question.columns(t), columns.get(t)?)))).collect();
        for (table, names) in &asked {
            check_schema(self.question.table(table)?, &*records.schema(table, names)?, names)?;
        }
        let (mut tally, fit) = self.empty_for(&columns)?;
        let vintage = self.vintage(metadata.area_vintage)?;
        let cases = self.cases(records, &columns)?;
        let context = Context { ethnic_list: metadata.ethnic_list, cases, fit: Some(fit), vintage };
        announce(records, &asked)?;
        for (table, names) in &asked {
            tally.absorb(&Counting::new(&self.question, table, &context).all(parts(records, table, names)?)?);
        }
        let areas = context.vintage.moved().map_or(&*self.question.areas, |moved| &*moved.question.areas);
        tally.report(&metadata.reported(areas)?, &self.question, &context.vintage);
        for (table, rows) in metadata.set_aside.iter().filter(|(table, _)| asked.iter().any(|(t, _)| t == table)) {
            tally = tally.with_set_aside(table, *rows);
        }
        tally.checked()
    }

    /// The tally of no rows.
    #[must_use]
    pub fn empty(&self) -> Tally {
        Tally::empty(&self.question)
    }

    /// The tally of this plan from its [table](Tally::to_frame).
    ///
    /// # Errors
    /// [`Error::TallyMismatch`](crate::Error::TallyMismatch) if the table is of another plan or version,
    /// [`Error::Frame`](crate::Error::Frame) if it is no complete tally.
    pub fn tally(&self, frame: &DataFrame) -> Result<Tally> {
        Tally::from_frame(&self.question, frame)
    }

    /// True if a tally answers an indicator: it counted the numerator and denominator of one of its outputs.
    #[must_use]
    pub fn answers(&self, tally: &Tally, indicator: &str) -> bool {
        let counted = |series: usize| tally.counted.contains(&(series as u32));
        self.outputs
            .iter()
            .any(|o| self.indicators()[o.indicator].id == indicator && counted(o.numerator) && o.denominator.is_none_or(counted))
    }

    /// The tally of no rows, with a remark for each indicator that tables with these columns cannot answer.
    fn empty_for(&self, tables: &BTreeMap<String, Vec<String>>) -> Result<(Tally, Fit)> {
        let fit = self.fit(tables)?;
        let mut tally = self.empty();
        for (indicator, reason) in &fit.left_out {
            tally.remarks.leave_out(indicator, reason);
        }
        Ok((tally, fit))
    }

    /// The cases from which a table of the plan takes facts over.
    fn cases(&self, records: &dyn Records, columns: &BTreeMap<String, Vec<String>>) -> Result<Cases> {
        let mut cases = Cases::default();
        let Some((own, case)) = self.catalogue.of_case().filter(|(own, _)| self.tables().contains(&own.id.as_str())) else {
            return Ok(cases);
        };
        let (Some(there), Some(reports)) = (columns.get(&own.id), columns.get(&case.table)) else { return Ok(cases) };
        if !case.required().into_iter().all(|column| reports.iter().any(|c| c == column)) {
            return Ok(cases);
        }
        // Children of a case are distinguished only if rows of the plan's table can name them.
        let is_read = |column: &String| *column != case.child || there.contains(column);
        let asked = case.columns(self.question.table(&case.table)?).into_iter().map(str::to_owned).filter(is_read).collect();
        let asked = present(asked, reports);
        for batch in records.batches(&case.table, &asked) {
            cases.add(&batch?)?;
        }
        Ok(cases)
    }
}

/// Computes the indicators of a plan from records. A plan that names no day for its areas takes that of the records.
///
/// # Errors
/// Any [`crate::Error`] of the families plan, schema and data.
pub fn compute(records: &dyn Records, plan: &Plan) -> Result<Outcome> {
    let dated;
    let plan = match records.metadata().area_vintage {
        Some(day) if !plan.names_area_vintage() => {
            dated = plan.with_area_vintage(day)?;
            &dated
        }
        _ => plan,
    };
    plan.finish(&plan.partial(records)?)
}
