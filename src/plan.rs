//! What is asked, as a value: it prints, compares, travels as JSON, and says which columns it needs.

use crate::area::{AreaList, Level, Split, bad, day_of_codes, edition, editions_in, is_same_list};
use crate::catalogue::{Catalogue, Condition, Dimension, Indicator, Kind, Measure, Quantity, Time};
use crate::error::{Error, Fact, Phrase, Result, once};
use crate::grid::{Categories, Cross};
use crate::period::Period;
use crate::question::{Block, Fit, How, IN_PERIOD, Question, UnknownAreas};
use crate::tally::Vintage;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The written form of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    chitieu_plan: u32,
    period: String,
    every_indicator: bool,
    indicators: Vec<Indicator>,
    quantities: Vec<Quantity>,
    by: Vec<Dimension>,
    area_level: Level,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    area_vintage: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Split::is_unallocated")]
    split: Split,
    unknown_areas: UnknownAreas,
}

impl Written {
    /// What every plan is held to, whether it was put together or read.
    fn check(&self, period: &Period) -> Result<()> {
        once("by", self.by.iter().map(|d| d.word()))?;
        once("indicators", self.indicators.iter().map(|i| i.id.as_str()))?;
        once("quantities", self.quantities.iter().map(|q| q.id.as_str()))?;
        if let Some(indicator) = self.indicators.iter().find(|i| !i.periods.is_empty() && !i.periods.contains(&period.kind())) {
            return Err(Error::PeriodNotDefined {
                indicator: indicator.id.clone(),
                period: self.period.clone(),
                allowed: indicator.periods.iter().map(|k| k.word().to_owned()).collect(),
            });
        }
        self.split.check()
    }

    /// The quantities that are counted, all of them, and no other.
    fn check_quantities(&self) -> Result<()> {
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
fn quantities_of(indicators: &[Indicator]) -> BTreeSet<&String> {
    indicators.iter().flat_map(|i| std::iter::once(&i.numerator).chain(&i.denominator)).collect()
}

/// The column of every table of records that says where.
const COMMUNE: &str = "commune";

/// The version of the written form.
const PLAN_VERSION: u32 = 1;

/// One measure of one indicator, in terms of series.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pub indicator: usize,
    pub measure: Measure,
    pub numerator: usize,
    pub denominator: Option<usize>,
    /// Pairs: records undecided, and those of the same key that are decided after all.
    pub undecided: Vec<(usize, usize)>,
}

/// A plan: indicators, period, dimensions and area level, checked and ready to count.
///
/// ```
/// use chitieu::{Catalogue, Plan};
/// let plan = Plan::new(&Catalogue::builtin(), "2022")
///     .indicators(["birth_registration_under_5"])
///     .by(["sex"])
///     .area_level("district")
///     .build()?;
/// assert_eq!(plan.columns("children"), ["birth_date", "birth_year", "sex", "commune", "birth_registered"]);
/// # Ok::<(), chitieu::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Plan {
    written: Written,
    json: String,
    period: Period,
    pub(crate) catalogue: Catalogue,
    pub(crate) question: Question,
    pub(crate) outputs: Vec<Output>,
}

impl AsRef<Question> for Plan {
    fn as_ref(&self) -> &Question {
        &self.question
    }
}

impl PartialEq for Plan {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

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
    /// The indicators; without this call, all that the period allows.
    #[must_use]
    pub fn indicators<S: Into<String>>(mut self, ids: impl IntoIterator<Item = S>) -> Self {
        self.indicators = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// The dimensions; without this call, none.
    #[must_use]
    pub fn by<S: Into<String>>(mut self, dimensions: impl IntoIterator<Item = S>) -> Self {
        self.by = dimensions.into_iter().map(Into::into).collect();
        self
    }

    /// The finest area level; without this call, `province`.
    #[must_use]
    pub fn area_level(mut self, level: impl Into<String>) -> Self {
        self.area_level = level.into();
        self
    }

    /// The day whose list of areas the result uses; without this call that of the dataset, else the last day of the period.
    /// Counts of records whose codes belong to another list are moved.
    #[must_use]
    pub fn area_vintage(mut self, day: NaiveDate) -> Self {
        self.area_vintage = Some(day);
        self
    }

    /// What becomes of the counts of communes that were split when counts are moved.
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

    /// Checks everything and gives the plan.
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
            let dimension = Dimension::OF_INDICATORS.into_iter().find(|d| d.word() == word).ok_or_else(|| Error::UnknownChoice {
                what: "by",
                got: word.clone(),
                known: Dimension::OF_INDICATORS.iter().map(|d| d.word().to_owned()).collect(),
            })?;
            by.push(dimension);
        }
        let quantities = quantities_of(&chosen).into_iter().filter_map(|id| self.catalogue.quantities().get(id)).cloned().collect();
        Plan::compile(Written {
            chitieu_plan: PLAN_VERSION,
            period: period.to_string(),
            every_indicator: self.indicators.is_none(),
            indicators: chosen,
            quantities,
            by,
            area_level: Level::from_word(&self.area_level)?,
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

    /// The plan as JSON, whole: definitions included, so that a worker needs no catalogue file.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.json.clone()
    }

    /// The plan from its JSON.
    ///
    /// # Errors
    /// [`Error::BadPlan`] for text that is not a plan, or the error of the part that does not hold.
    pub fn from_json(json: &str) -> Result<Self> {
        let written: Written = serde_json::from_str(json).map_err(|e| Error::BadPlan { found: Fact::library(e) })?;
        if written.chitieu_plan != PLAN_VERSION {
            return Err(Error::BadPlan { found: Phrase::PlanVersion(written.chitieu_plan.into()).into() });
        }
        Self::compile(written)
    }

    /// The period.
    #[must_use]
    pub fn period(&self) -> &Period {
        &self.period
    }

    /// The indicators, in the order of the result.
    #[must_use]
    pub fn indicators(&self) -> &[Indicator] {
        &self.written.indicators
    }

    /// The dimensions, in the order of the result's columns.
    #[must_use]
    pub fn by(&self) -> &[Dimension] {
        &self.written.by
    }

    /// The finest area level.
    #[must_use]
    pub fn area_level(&self) -> Level {
        self.written.area_level
    }

    /// The day whose list of areas the result uses.
    #[must_use]
    pub fn area_vintage(&self) -> NaiveDate {
        self.written.area_vintage.unwrap_or_else(|| self.period.last())
    }

    /// True if the plan names the day of its area list, instead of taking the last day of the period.
    #[must_use]
    pub fn names_area_vintage(&self) -> bool {
        self.written.area_vintage.is_some()
    }

    /// What is done with unknown area codes.
    #[must_use]
    pub fn unknown_areas(&self) -> UnknownAreas {
        self.written.unknown_areas
    }

    /// True if the plan means every indicator the records can answer, not a chosen few.
    #[must_use]
    pub fn is_every_indicator(&self) -> bool {
        self.written.every_indicator
    }

    /// A number that two plans share only if they are the same.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.question.fingerprint
    }

    /// The same plan with the area list of another day.
    ///
    /// # Errors
    /// [`Error::NoAreaList`].
    pub fn with_area_vintage(&self, day: NaiveDate) -> Result<Self> {
        Self::compile(Written { area_vintage: Some(day), ..self.written.clone() })
    }

    /// The way from the records' list of areas to the result's.
    ///
    /// # Errors
    /// [`Error::NoAreaList`] for a day without a list, [`Error::NoVintage`] if the dataset names none and the codes of the
    /// period need not be those of the result, [`Error::BadShares`] for shares that do not fit what became of a commune.
    pub(crate) fn vintage(&self, of_records: Option<NaiveDate>) -> Result<Vintage> {
        let asked = self.area_vintage();
        match of_records {
            Some(day) if is_same_list(day, asked) => Ok(Vintage::default()),
            Some(day) => Vintage::new(&self.question, day),
            // The day that was asked for is that of the records too, unless the period has them in another list.
            None if editions_in(&self.period).into_iter().any(|of| Some(of) != edition(asked)) => {
                Err(Error::NoVintage { period: self.written.period.clone() })
            }
            None => Ok(Vintage::default()),
        }
    }

    /// The list of areas of a day, with places for what cannot be given to one unit.
    fn areas(written: &Written, period: &Period) -> Result<AreaList> {
        let day = match written.area_vintage {
            Some(day) => day,
            None => day_of_codes(period)?.unwrap_or_else(|| period.last()),
        };
        let list = AreaList::on(day)?;
        let mut open = list.clone().with_unallocated();
        for (old, shares) in written.split.by_old() {
            let known: Vec<Option<u32>> = shares.iter().map(|s| list.commune(&s.new)).collect();
            if let Some(nth) = known.iter().position(Option::is_none) {
                return bad(old, Phrase::CommunesOf(day.to_string()), Fact::verbatim(&shares[nth].new));
            }
            let holder = list.holder_of(&known.into_iter().flatten().collect::<Vec<_>>());
            open = open.with_shared(old, holder);
        }
        Ok(open)
    }

    fn compile(written: Written) -> Result<Self> {
        let period: Period = written.period.parse()?;
        written.check(&period)?;
        let mut catalogue = Catalogue::builtin();
        catalogue.adopt(&written.quantities, &written.indicators)?;
        written.check_quantities()?;
        let json = serde_json::to_string(&written).map_err(|e| Error::BadPlan { found: Fact::library(e) })?;
        let areas = Self::areas(&written, &period)?;
        areas.check_level(written.area_level)?;
        let question = Question {
            tables: catalogue.tables().to_vec(),
            codes: catalogue.codes().clone(),
            period: Some(period.clone()),
            areas: Arc::new(areas),
            area: Some(COMMUNE.to_owned()),
            level: written.area_level,
            split: written.split.clone(),
            unknown_areas: written.unknown_areas,
            coverage: true,
            blocks: Vec::new(),
            series: Vec::new(),
            undecided: BTreeSet::new(),
            fingerprint: xxhash_rust::xxh3::xxh3_64(json.as_bytes()),
        };
        let mut plan = Self { period, catalogue, question, outputs: Vec::new(), written, json };
        for place in 0..plan.written.indicators.len() {
            plan.compile_indicator(place)?;
        }
        plan.question.undecided = plan.outputs.iter().flat_map(|o| o.undecided.iter().copied()).collect();
        Ok(plan)
    }

    fn compile_indicator(&mut self, place: usize) -> Result<()> {
        let indicator = self.written.indicators[place].clone();
        let numerator = self.quantity(&indicator.numerator)?;
        let denominator = indicator.denominator.as_deref().map(|id| self.quantity(id)).transpose()?;
        let (top, top_block, top_how) = self.part(&numerator, &indicator)?;
        let counted = self.question.series(top_block, &top_how, top.clone());
        let top_undecided = self.question.series(top_block, &top_how, top.clone().undecided());
        for &measure in &indicator.outputs {
            if measure == Measure::Count {
                self.outputs.push(Output {
                    indicator: place,
                    measure,
                    numerator: counted,
                    denominator: None,
                    undecided: vec![(top_undecided, counted)],
                });
                continue;
            }
            let Some(below) = &denominator else { continue };
            let (bottom, bottom_block, bottom_how) = self.part(below, &indicator)?;
            let output = if indicator.kind == Kind::Proportion {
                // Inside the denominator, over decided records only (domain rule "a condition that cannot be decided").
                let open = bottom.clone().undecided();
                let half = bottom.clone().and(top.clone().undecided());
                let inside = self.question.series(top_block, &top_how, bottom.clone().and(top.clone()));
                let whole = self.question.series(bottom_block, &bottom_how, bottom.clone().and(top.clone().undecided().not()));
                let decided = self.question.series(top_block, &top_how, bottom.clone().and(top.clone().undecided().not()));
                let beside = self.question.series(top_block, &top_how, Condition::Or(vec![open, half]));
                Output { indicator: place, measure, numerator: inside, denominator: Some(whole), undecided: vec![(beside, decided)] }
            } else {
                let whole = self.question.series(bottom_block, &bottom_how, bottom.clone());
                let undecided = if top_block == bottom_block && top_how == bottom_how {
                    let either = Condition::Or(vec![top.clone().undecided(), bottom.clone().undecided()]);
                    let decided = Condition::Or(vec![top.clone(), bottom.clone()]);
                    vec![(self.question.series(top_block, &top_how, either), self.question.series(top_block, &top_how, decided))]
                } else {
                    let open = self.question.series(bottom_block, &bottom_how, bottom.clone().undecided());
                    vec![(top_undecided, counted), (open, whole)]
                };
                Output { indicator: place, measure, numerator: counted, denominator: Some(whole), undecided }
            };
            self.outputs.push(output);
        }
        Ok(())
    }

    fn quantity(&self, id: &str) -> Result<Quantity> {
        self.catalogue.quantities().get(id).cloned().ok_or_else(|| Error::BadPlan { found: Phrase::NoQuantity(id.to_owned()).into() })
    }

    /// Condition, block and way of counting of one quantity under one indicator.
    fn part(&mut self, quantity: &Quantity, indicator: &Indicator) -> Result<(Condition, usize, How)> {
        let table = self.question.table(&quantity.table)?;
        let condition = match &quantity.condition {
            None => Condition::Always,
            Some(sql) => Condition::read(sql, table)
                .map_err(|(expected, found)| Error::BadPlan { found: Phrase::Mismatch(quantity.id.clone(), expected, found).into() })?,
        };
        let codes = self.catalogue.codes();
        let asked = self.written.by.iter().filter(|d| quantity.dimensions.contains(d));
        let cross = Cross::new(asked.map(|d| Categories::of(*d, indicator.bands(), codes)).collect());
        let date = (table.time == Time::Event).then(|| quantity.date.clone().or_else(|| table.date.clone())).flatten();
        let place = self.question.block(Block { table: quantity.table.clone(), date, lag: quantity.lag_years, cross });
        let how = match (&quantity.distinct, &quantity.sum) {
            (Some(column), _) => How::Distinct(column.clone()),
            (None, Some(column)) => How::Sum(column.clone()),
            (None, None) => How::Rows,
        };
        Ok((Condition::Flag(IN_PERIOD.to_owned()).and(condition), place, how))
    }

    /// The tables that the plan reads.
    #[must_use]
    pub fn tables(&self) -> Vec<&str> {
        let mut found: BTreeSet<&str> = self.question.blocks.iter().map(|b| b.table.as_str()).collect();
        let from: Vec<&str> = found.iter().filter_map(|id| Some(self.catalogue.table(id)?.case.as_ref()?.table.as_str())).collect();
        found.extend(from);
        found.into_iter().collect()
    }

    /// The columns that the plan reads from a table, where they are there.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] if the catalogue has no such table.
    pub fn columns(&self, table: &str) -> Result<Vec<String>> {
        self.question.table(table)?;
        Ok(self.question.columns(table))
    }

    /// Which series the tables at hand allow, by the names of their columns.
    ///
    /// An indicator whose numerator lacks something is left out if the plan asks for every indicator;
    /// if it was asked by name that is an error. A denominator's missing *table* is neither: the value is
    /// then `not_available`.
    ///
    /// # Errors
    /// [`Error::MissingTable`] or [`Error::MissingColumn`].
    pub(crate) fn fit(&self, tables: &BTreeMap<String, Vec<String>>) -> Result<Fit> {
        let reasons: Vec<Option<Error>> = (0..self.question.series.len()).map(|s| self.question.missing(s, tables)).collect();
        let mut left_out: Vec<(String, Error)> = Vec::new();
        for (place, indicator) in self.written.indicators.iter().enumerate() {
            let outputs: Vec<&Output> = self.outputs.iter().filter(|o| o.indicator == place).collect();
            let named = |error: &Error| match error.clone() {
                Error::MissingTable { table, .. } => Error::MissingTable { table, indicator: indicator.id.clone() },
                Error::MissingColumn { table, column, expected, found, .. } => {
                    Error::MissingColumn { table, column, expected, found, indicator: indicator.id.clone() }
                }
                other => other,
            };
            let blocking = |series: &usize| reasons[*series].as_ref();
            let column_missing =
                outputs.iter().find_map(|o| o.denominator.as_ref().and_then(blocking).filter(|e| matches!(e, Error::MissingColumn { .. })));
            let numerator_missing = outputs.iter().find_map(|o| blocking(&o.numerator));
            let no_output =
                outputs.iter().all(|o| blocking(&o.numerator).is_some() || o.denominator.as_ref().is_some_and(|d| blocking(d).is_some()));
            let reason = numerator_missing
                .or(column_missing)
                .or_else(|| if no_output { outputs.iter().find_map(|o| o.denominator.as_ref().and_then(blocking)) } else { None });
            if let Some(reason) = reason {
                let reason = named(reason);
                if !self.written.every_indicator {
                    return Err(reason);
                }
                left_out.push((indicator.id.clone(), reason));
            }
        }
        Ok(Fit { countable: reasons.iter().map(Option::is_none).collect(), left_out })
    }
}
