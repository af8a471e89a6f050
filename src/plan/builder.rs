//! Builds a plan step by step.

use super::plan::Plan;
use super::spec::{PLAN_VERSION, Spec, quantities_of};
use crate::area::{Level, Split};
use crate::catalogue::{Catalogue, Dimension, Indicator};
use crate::error::{Error, Result};
use crate::period::Period;
use crate::question::UnknownAreas;
use chrono::NaiveDate;
use std::str::FromStr;

/// A plan in the making; see [`Plan::new`].
#[derive(Debug, Clone)]
pub struct PlanBuilder<'a> {
    catalogue: &'a Catalogue,
    period: String,
    indicators: Option<Vec<String>>,
    by: Vec<String>,
    area_level: String,
    area_vintage: Option<NaiveDate>,
    split: Split,
    unknown_areas: UnknownAreas,
}

impl PlanBuilder<'_> {
    /// The indicators; without this call, all that are defined for such a period.
    #[must_use]
    pub fn indicators<S: Into<String>>(mut self, ids: impl IntoIterator<Item = S>) -> Self {
        self.indicators = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// The dimensions; none without this call.
    #[must_use]
    pub fn by<S: Into<String>>(mut self, dimensions: impl IntoIterator<Item = S>) -> Self {
        self.by = dimensions.into_iter().map(Into::into).collect();
        self
    }

    /// The finest area level; `province` without this call.
    #[must_use]
    pub fn area_level(mut self, level: impl Into<String>) -> Self {
        self.area_level = level.into();
        self
    }

    /// The day whose list of areas the result uses; without this call that of the dataset, or the last day of the period.
    /// Counts of records with codes of another list are moved.
    #[must_use]
    pub fn area_vintage(mut self, day: NaiveDate) -> Self {
        self.area_vintage = Some(day);
        self
    }

    /// How counts of split communes are moved.
    #[must_use]
    pub fn split(mut self, split: Split) -> Self {
        self.split = split;
        self
    }

    /// What to do with unknown area codes.
    #[must_use]
    pub fn unknown_areas(mut self, policy: UnknownAreas) -> Self {
        self.unknown_areas = policy;
        self
    }

    /// Checks everything and builds the plan.
    ///
    /// # Errors
    /// One of the [`crate::error::Family::Plan`] errors.
    pub fn build(self) -> Result<Plan> {
        let period: Period = self.period.parse()?;
        let allowed = |i: &Indicator| i.periods.is_empty() || i.periods.contains(&period.kind());
        let mut chosen = Vec::new();
        match &self.indicators {
            None => chosen.extend(self.catalogue.indicators().iter().filter(|i| allowed(i)).cloned()),
            Some(ids) => {
                for id in ids {
                    chosen.push(self.catalogue.indicator(id)?.clone());
                }
            }
        }
        let mut by: Vec<Dimension> = Vec::new();
        for word in &self.by {
            let dimension = Dimension::OF_INDICATORS.into_iter().find(|d| d.as_str() == word).ok_or_else(|| Error::UnknownChoice {
                what: "by",
                got: word.clone(),
                known: Dimension::OF_INDICATORS.iter().map(|d| d.as_str().to_owned()).collect(),
            })?;
            by.push(dimension);
        }
        let quantities = quantities_of(&chosen).into_iter().filter_map(|id| self.catalogue.quantities().get(id)).cloned().collect();
        Plan::compile(Spec {
            chitieu_plan: PLAN_VERSION,
            period: period.to_string(),
            every_indicator: self.indicators.is_none(),
            indicators: chosen,
            quantities,
            by,
            area_level: Level::from_str(&self.area_level)?,
            area_vintage: self.area_vintage,
            split: self.split,
            unknown_areas: self.unknown_areas,
        })
    }
}

impl Plan {
    /// Begins a plan for a period such as `2022` or `2022Q1`.
    #[allow(clippy::new_ret_no_self, reason = "a plan is made by a builder")]
    pub fn new(catalogue: &Catalogue, period: impl Into<String>) -> PlanBuilder<'_> {
        PlanBuilder {
            catalogue,
            period: period.into(),
            indicators: None,
            by: Vec::new(),
            area_level: "province".to_owned(),
            area_vintage: None,
            split: Split::Unallocated,
            unknown_areas: UnknownAreas::Error,
        }
    }
}
