//! Results of plans made safe to publish, together with others and with what was published before.

use super::settle::ResultsReport;
use super::terms::Terms;
use super::together::protect_together;
use crate::error::Result;
use crate::plan::Plan;
use polars_core::prelude::DataFrame;

/// Results that can be published.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ProtectedResults {
    /// The tables, in the order and with the rows and columns they had.
    pub tables: Vec<DataFrame>,
    /// For the office that made them, not for their readers.
    pub report: ResultsReport,
}

/// Hides small counts in results, and as many others as it takes that none can be worked out.
///
/// Results given together are protected together: a count that stands in several of them is one. Numerators, denominators, their
/// differences (the rest of a share), undecided records and wider areas are tied as they are in the records; totals of distinct children
/// by part ≤ total ≤ sum of parts; periods to those inside them; and all of it to what was published before, in any list of areas.
/// In a row with a hidden count the value is hidden too; `lower` and `upper` hold what anyone can work out, and `method` says so
/// (`public_bounds`). `status` is `suppressed` for small counts and for others alike.
///
/// # Errors
/// [`Error::OtherRecords`] for results that count the same differently, [`Error::Contradiction`] for earlier releases that cannot be.
///
/// ```
/// use chitieu::disclosure::{Rule, Scope, Terms, protect_results};
/// use chitieu::{Catalogue, Dataset, Plan, compute};
/// use polars_core::prelude::*;
/// let plan = Plan::new(&Catalogue::builtin(), "2022").indicators(["birth_registration_under_5"]).build()?;
/// let children = df!["birth_year" => [2020_i64; 9], "commune" => ["12364"; 9], "birth_registered" => [true, true, true, true, true, true, true, true, false]]?;
/// let found = compute(&Dataset::new().with("children", children)?, &plan)?;
/// let safe = protect_results(&[(&plan, &found.table)], &Terms::new(Rule::default(), Scope::People))?;
/// // 8 of 9 would tell that one is not registered.
/// assert_eq!(safe.tables[0].column("value")?.null_count(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn protect_results(results: &[(&Plan, &DataFrame)], terms: &Terms) -> Result<ProtectedResults> {
    let found = protect_together(results, &[], terms)?;
    Ok(ProtectedResults { tables: found.results, report: found.report })
}
