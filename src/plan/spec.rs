//! What a plan is written as in JSON, with the checks that every plan passes.

use crate::area::{Level, Split};
use crate::catalogue::{Dimension, Indicator, Quantity};
use crate::error::{Error, Fact, Phrase, Result, once};
use crate::period::Period;
use crate::question::UnknownAreas;
use crate::text::Text;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The version of the JSON form.
pub(super) const PLAN_VERSION: u32 = 1;

/// A plan as written in JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spec {
    pub chitieu_plan: u32,
    pub period: String,
    pub every_indicator: bool,
    pub indicators: Vec<Indicator>,
    pub quantities: Vec<Quantity>,
    pub by: Vec<Dimension>,
    pub area_level: Level,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area_vintage: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Split::is_unallocated")]
    pub split: Split,
    pub unknown_areas: UnknownAreas,
}

impl Spec {
    /// Checks every plan, built or read from JSON.
    pub fn check(&self, period: &Period) -> Result<()> {
        once("by", self.by.iter().map(|d| d.as_str()))?;
        once("indicators", self.indicators.iter().map(|i| i.id.as_str()))?;
        once("quantities", self.quantities.iter().map(|q| q.id.as_str()))?;
        if let Some(indicator) = self.indicators.iter().find(|i| !i.periods.is_empty() && !i.periods.contains(&period.kind())) {
            return Err(Error::PeriodNotDefined {
                indicator: indicator.id.clone(),
                period: self.period.clone(),
                allowed: indicator.periods.iter().map(|k| k.as_str().to_owned()).collect(),
            });
        }
        self.split.check()
    }

    /// What identifies the counts of a plan: all but what is only read by people, which may be reworded.
    pub fn fingerprint(&self) -> Result<u64> {
        let mut counted = self.clone();
        let unsaid = || Text::new("", "");
        for indicator in &mut counted.indicators {
            (indicator.name, indicator.concept) = (unsaid(), unsaid());
            (indicator.agency, indicator.references, indicator.targets) = (Vec::new(), Vec::new(), Vec::new());
        }
        for quantity in &mut counted.quantities {
            quantity.name = unsaid();
        }
        let json = serde_json::to_string(&counted).map_err(|e| Error::BadPlan { found: Fact::library(e) })?;
        Ok(xxhash_rust::xxh3::xxh3_64(json.as_bytes()))
    }

    /// Checks that the quantities are exactly those that the indicators use.
    pub fn check_quantities(&self) -> Result<()> {
        let mut counted = quantities_of(&self.indicators);
        if let Some(other) = self.quantities.iter().find(|q| !counted.remove(&q.id)) {
            return Err(Error::BadPlan { found: Phrase::UncountedQuantity(other.id.clone()).into() });
        }
        if let Some(missing) = counted.first() {
            return Err(Error::BadPlan { found: Phrase::NoQuantity((*missing).clone()).into() });
        }
        Ok(())
    }
}

/// The quantities that indicators are made of.
pub(super) fn quantities_of(indicators: &[Indicator]) -> BTreeSet<&String> {
    indicators.iter().flat_map(|i| std::iter::once(&i.numerator).chain(&i.denominator)).collect()
}
