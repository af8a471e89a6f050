//! Compiles indicators to a question: blocks of rows and series of counts.

use super::plan::{Output, Plan};
use super::spec::Spec;
use crate::area::{AreaList, bad, day_of_codes};
use crate::catalogue::{Catalogue, Condition, Indicator, Kind, Measure, Quantity, Time};
use crate::error::{Error, Fact, Phrase, Result};
use crate::grid::{Categories, Cross};
use crate::period::Period;
use crate::question::{Block, How, IN_PERIOD, Question};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The area column of every table of records.
const COMMUNE: &str = "commune";

impl Plan {
    /// The list of areas of the plan's day, with areas for counts that no single unit can take.
    fn areas(spec: &Spec, period: &Period) -> Result<AreaList> {
        let day = match spec.area_vintage {
            Some(day) => day,
            None => day_of_codes(period)?.unwrap_or_else(|| period.last()),
        };
        let list = AreaList::on(day)?;
        let mut open = list.clone().with_unallocated();
        for (old, shares) in spec.split.by_old() {
            let known: Vec<Option<u32>> = shares.iter().map(|s| list.commune(&s.new)).collect();
            if let Some(nth) = known.iter().position(Option::is_none) {
                return bad(old, Phrase::CommunesOf(day.to_string()), Fact::verbatim(&shares[nth].new));
            }
            let holder = list.holder_of(&known.into_iter().flatten().collect::<Vec<_>>());
            open = open.with_shared(old, holder);
        }
        Ok(open)
    }

    pub(super) fn compile(spec: Spec) -> Result<Self> {
        let period: Period = spec.period.parse()?;
        spec.check(&period)?;
        let mut catalogue = Catalogue::builtin();
        catalogue.adopt(&spec.quantities, &spec.indicators)?;
        spec.check_quantities()?;
        let json = serde_json::to_string(&spec).map_err(|e| Error::BadPlan { found: Fact::library(e) })?;
        let areas = Self::areas(&spec, &period)?;
        areas.check_level(spec.area_level)?;
        let question = Question {
            tables: catalogue.tables().to_vec(),
            codes: catalogue.codes().clone(),
            period: Some(period.clone()),
            areas: Arc::new(areas),
            area: Some(COMMUNE.to_owned()),
            level: spec.area_level,
            split: spec.split.clone(),
            unknown_areas: spec.unknown_areas,
            coverage: true,
            blocks: Vec::new(),
            series: Vec::new(),
            undecided: BTreeSet::new(),
            fingerprint: spec.fingerprint()?,
        };
        let mut plan = Self { period, catalogue, question, outputs: Vec::new(), spec, json };
        for place in 0..plan.spec.indicators.len() {
            plan.compile_indicator(place)?;
        }
        plan.question.undecided = plan.outputs.iter().flat_map(|o| o.undecided.iter().copied()).collect();
        Ok(plan)
    }

    fn compile_indicator(&mut self, place: usize) -> Result<()> {
        let indicator = self.spec.indicators[place].clone();
        let numerator = self.quantity(&indicator.numerator)?;
        let denominator = indicator.denominator.as_deref().map(|id| self.quantity(id)).transpose()?;
        let (top, top_block, top_how) = self.parts_of(&numerator, &indicator)?;
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
            let (bottom, bottom_block, bottom_how) = self.parts_of(below, &indicator)?;
            let output = if indicator.kind == Kind::Proportion {
                // Within the denominator, over decided records only (domain rule "a condition that cannot be decided").
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

    /// Condition, block and way of counting of a quantity, with the bands of an indicator.
    fn parts_of(&mut self, quantity: &Quantity, indicator: &Indicator) -> Result<(Condition, usize, How)> {
        let (condition, block, how) = self.counted(quantity, indicator)?;
        Ok((condition, self.question.block(block), how))
    }

    /// The block that a series is counted in.
    pub(crate) fn block_of(&self, series: usize) -> &Block {
        &self.question.blocks[self.question.series[series].block]
    }

    /// Condition, rows and way of counting of a quantity, with the bands of an indicator.
    pub(crate) fn counted(&self, quantity: &Quantity, indicator: &Indicator) -> Result<(Condition, Block, How)> {
        let table = self.question.table(&quantity.table)?;
        let condition = match &quantity.condition {
            None => Condition::Always,
            Some(sql) => Condition::read(sql, table)
                .map_err(|(expected, found)| Error::BadPlan { found: Phrase::Mismatch(quantity.id.clone(), expected, found).into() })?,
        };
        let codes = self.catalogue.codes();
        let asked = self.spec.by.iter().filter(|d| quantity.dimensions.contains(d));
        let cross = Cross::new(asked.map(|d| Categories::of(*d, indicator.bands(), codes)).collect());
        let date = (table.time == Time::Event).then(|| quantity.date.clone().or_else(|| table.date.clone())).flatten();
        let block = Block { table: quantity.table.clone(), date, lag: quantity.lag_years, cross };
        let how = match (&quantity.distinct, &quantity.sum) {
            (Some(column), _) => How::Distinct(column.clone()),
            (None, Some(column)) => How::Sum(column.clone()),
            (None, None) => How::Rows,
        };
        Ok((Condition::Flag(IN_PERIOD.to_owned()).and(condition), block, how))
    }
}
