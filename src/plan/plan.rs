//! A plan as a value: it prints, compares, travels as JSON, and says which columns it needs.

use super::spec::{PLAN_VERSION, Spec};
use crate::area::{Level, edition, editions_in, is_same_list};
use crate::catalogue::{Catalogue, Dimension, Indicator, Measure};
use crate::error::{Error, Fact, Phrase, Result};
use crate::period::Period;
use crate::question::{Question, UnknownAreas};
use crate::tally::Vintage;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// One measure of one indicator, as series.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pub indicator: usize,
    pub measure: Measure,
    pub numerator: usize,
    pub denominator: Option<usize>,
    /// Pairs of series: undecided, and decided. A key in both is decided.
    pub undecided: Vec<(usize, usize)>,
}

/// Indicators, period, dimensions and area level, checked and ready to count.
///
/// ```
/// use chitieu::{Catalogue, Plan};
/// let plan = Plan::new(&Catalogue::builtin(), "2022")
///     .indicators(["birth_registration_under_5"])
///     .by(["sex"])
///     .area_level("district")
///     .build()?;
/// assert_eq!(plan.columns("children")?, ["birth_date", "birth_year", "sex", "commune", "birth_registered"]);
/// # Ok::<(), chitieu::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) spec: Spec,
    pub(super) json: String,
    pub(super) period: Period,
    pub(crate) catalogue: Catalogue,
    pub(crate) question: Question,
    pub(crate) outputs: Vec<Output>,
}

impl PartialEq for Plan {
    fn eq(&self, other: &Self) -> bool {
        self.spec == other.spec
    }
}

impl Plan {
    /// The plan as JSON with its definitions, so that a worker needs no catalogue file.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.json.clone()
    }

    /// The plan from its JSON.
    ///
    /// # Errors
    /// [`Error::BadPlan`] for text that is not a plan, or the error of the part that is wrong.
    pub fn from_json(json: &str) -> Result<Self> {
        let spec: Spec = serde_json::from_str(json).map_err(|e| Error::BadPlan { found: Fact::library(e) })?;
        if spec.chitieu_plan != PLAN_VERSION {
            return Err(Error::BadPlan { found: Phrase::PlanVersion(spec.chitieu_plan.into()).into() });
        }
        Self::compile(spec)
    }

    /// The period.
    #[must_use]
    pub fn period(&self) -> &Period {
        &self.period
    }

    /// The indicators, in the order of the result.
    #[must_use]
    pub fn indicators(&self) -> &[Indicator] {
        &self.spec.indicators
    }

    /// The dimensions, in the order of the result's columns.
    #[must_use]
    pub fn by(&self) -> &[Dimension] {
        &self.spec.by
    }

    /// The finest area level.
    #[must_use]
    pub fn area_level(&self) -> Level {
        self.spec.area_level
    }

    /// The day whose list of areas the result uses.
    #[must_use]
    pub fn area_vintage(&self) -> NaiveDate {
        self.spec.area_vintage.unwrap_or_else(|| self.period.last())
    }

    /// True if the plan names the day of its area list; otherwise it is the last day of the period.
    #[must_use]
    pub fn names_area_vintage(&self) -> bool {
        self.spec.area_vintage.is_some()
    }

    /// What is done with unknown area codes.
    #[must_use]
    pub fn unknown_areas(&self) -> UnknownAreas {
        self.spec.unknown_areas
    }

    /// True if the plan asks for every indicator that the records can answer, not for chosen ones.
    #[must_use]
    pub fn is_every_indicator(&self) -> bool {
        self.spec.every_indicator
    }

    /// A hash that is equal only for equal plans.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.question.fingerprint
    }

    /// The same plan with the area list of another day.
    ///
    /// # Errors
    /// [`Error::NoAreaList`].
    pub fn with_area_vintage(&self, day: NaiveDate) -> Result<Self> {
        Self::compile(Spec { area_vintage: Some(day), ..self.spec.clone() })
    }

    /// How counts move from the records' list of areas to the result's.
    ///
    /// # Errors
    /// [`Error::NoAreaList`] for a day without a list, [`Error::NoVintage`] if the dataset names none and the codes of the
    /// period need not be those of the result, [`Error::BadShares`] for shares that do not fit what became of a commune.
    pub(crate) fn vintage(&self, of_records: Option<NaiveDate>) -> Result<Vintage> {
        let asked = self.area_vintage();
        match of_records {
            Some(day) if is_same_list(day, asked) => Ok(Vintage::default()),
            Some(day) => Vintage::new(&self.question, day),
            // The records are in the list asked for, unless another list was in force during the period.
            None if editions_in(&self.period).into_iter().any(|of| Some(of) != edition(asked)) => {
                Err(Error::NoVintage { period: self.spec.period.clone() })
            }
            None => Ok(Vintage::default()),
        }
    }

    /// The tables that the plan reads.
    #[must_use]
    pub fn tables(&self) -> Vec<&str> {
        let mut found: BTreeSet<&str> = self.question.blocks.iter().map(|b| b.table.as_str()).collect();
        let from: Vec<&str> = found.iter().filter_map(|id| Some(self.catalogue.table(id)?.case.as_ref()?.table.as_str())).collect();
        found.extend(from);
        found.into_iter().collect()
    }

    /// The columns that the plan reads from a table, where it has them.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] if the catalogue has no such table.
    pub fn columns(&self, table: &str) -> Result<Vec<String>> {
        self.question.table(table)?;
        Ok(self.question.columns(table))
    }
}
