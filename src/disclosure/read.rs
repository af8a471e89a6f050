//! The rows of a result as counts of a book.

use super::book::{Book, Spot, unknown};
use super::named::Id;
use super::protect::SUPPRESSED;
use super::spell::Spell;
use super::suppress::at_least;
use crate::area::AreaList;
use crate::catalogue::{Condition, Kind};
use crate::error::{Error, Fact, Result};
use crate::grid::UNKNOWN;
use crate::period::Period;
use crate::plan::{Output, Plan};
use crate::question::{Block, How};
use polars_core::prelude::*;
use std::collections::HashMap;

/// Whose records each have one day, and count once.
const DECISIONS: &str = "sanctions";

/// What is counted, as text that is equal only for equal counts.
fn family(plan: &Plan, block: &Block, how: &How, condition: &Condition) -> String {
    format!("{} {:?} {} {how:?} {condition:?}{}", block.table, block.date, block.lag, of_period(plan.period()))
}

/// What each series of a plan counts.
pub(super) fn texts(plan: &Plan) -> Vec<String> {
    (0..).zip(&plan.question.series).map(|(nth, of)| family(plan, plan.block_of(nth), &of.how, &of.condition)).collect()
}

/// What is undecided between a series with all that may be counted and one without.
pub(super) fn undecided_text(open: &str, closed: &str) -> String {
    format!("undecided {open} / {closed}")
}

/// The text of a family as it was in a release; of release 0 are the records as they are.
pub(super) fn in_release(text: &str, release: u32) -> String {
    if release == 0 { text.to_owned() } else { format!("{text} release {release}") }
}

/// How the text of a family ends: by its period.
pub(super) fn of_period(period: &Period) -> String {
    format!(" @{period}")
}

/// The families of an output besides those of its series.
pub(super) struct Families {
    /// What is undecided in numerator and denominator together.
    pub together: Id,
    /// The denominator without the numerator.
    pub rest: Id,
    /// What numerator and denominator of a share are parts of, if they are counted too.
    pub wholes: [Option<(Id, Block)>; 2],
}

/// The columns of a result, with the numbers that a book has for its words.
pub(super) struct Read<'t> {
    pub plan: &'t Plan,
    outputs: HashMap<(&'t str, &'t str), &'t Output>,
    indicator: &'t StringChunked,
    measure: &'t StringChunked,
    pub status: &'t StringChunked,
    /// By row, its area.
    pub spots: Vec<Id>,
    /// By dimension: its name, and for each row its category; none for the total.
    by: Vec<(&'static str, Id, Vec<Option<Id>>)>,
    /// What is in no category of a dimension: as it stands in a table, and told apart from that of other categories.
    unknown: HashMap<String, [Id; 2]>,
    pub numerator: Vec<Option<i64>>,
    pub denominator: Vec<Option<i64>>,
    pub undecided: Vec<Option<i64>>,
    /// By series, what it counts.
    pub families: Vec<Id>,
    /// By pair of series, what is undecided.
    pub undecided_in: HashMap<(usize, usize), Id>,
    /// By indicator and numerator.
    of_outputs: HashMap<(usize, usize), Families>,
}

impl<'t> Read<'t> {
    /// Of release 0 are the records as they are.
    pub fn new(plan: &'t Plan, table: &'t DataFrame, book: &mut Book, release: u32) -> Result<Self> {
        let text = |name: &str| table.column(name).and_then(|c| c.str()).map_err(wrong);
        let counts =
            |name: &str| -> Result<Vec<Option<i64>>> { Ok(table.column(name).and_then(|c| c.i64()).map_err(wrong)?.iter().collect()) };
        let name = |o: &'t Output| (plan.indicators()[o.indicator].id.as_str(), o.measure.as_str());
        let mut by = Vec::new();
        for dimension in plan.by() {
            let column = text(dimension.as_str())?.iter();
            let words = column.map(|label| label.filter(|label| *label != super::TOTAL).map(|label| book.text(label))).collect();
            by.push((dimension.as_str(), book.text(dimension.as_str()), words));
        }
        let mut told = HashMap::new();
        let mut tell_apart = |block: &Block, book: &mut Book| {
            for of in block.cross.dimensions() {
                let text = unknown(of);
                told.insert(text.clone(), [book.text(of.unknown_label), book.text(&text)]);
            }
        };
        plan.question.blocks.iter().for_each(|block| tell_apart(block, book));
        let block = |series: usize| plan.block_of(series);
        let texts = texts(plan);
        let mut say = |text: &str, series: usize| {
            let family = book.text(&in_release(text, release));
            let is_rest = text.starts_with("rest ") || text.starts_with("undecided ");
            book.say_parts(family, block(series).cross.dimensions());
            let period = plan.period();
            let what = book.text(&text.replace(&of_period(period), ""));
            // A decision has one day.
            let is_distinct = matches!(plan.question.series[series].how, How::Distinct(_)) && block(series).table != DECISIONS;
            let is_event = block(series).date.is_some();
            book.say_spell(family, Spell { what, first: period.first(), last: period.last(), is_event, is_distinct, is_rest, release });
            family
        };
        let families = texts.iter().enumerate().map(|(series, text)| say(text, series)).collect();
        let (mut undecided_in, mut of_outputs) = (HashMap::new(), HashMap::new());
        for output in &plan.outputs {
            for (open, closed) in &output.undecided {
                undecided_in.insert((*open, *closed), say(&undecided_text(&texts[*open], &texts[*closed]), *open));
            }
            let of = |series: usize| texts[series].as_str();
            let undecided: Vec<&str> = output.undecided.iter().map(|(open, _)| of(*open)).collect();
            let quotient = format!("{} / {} / {}", of(output.numerator), output.denominator.map_or("", of), undecided.join(" / "));
            let [together, rest] = ["undecided", "rest"].map(|word| say(&format!("{word} {quotient}"), output.numerator));
            of_outputs.insert((output.indicator, output.numerator), Families { together, rest, wholes: [None, None] });
        }
        for output in plan.outputs.iter().filter(|o| plan.indicators()[o.indicator].kind == Kind::Proportion) {
            let indicator = &plan.indicators()[output.indicator];
            let mut whole = |id: Option<&str>| -> Result<Option<(Id, Block)>> {
                let Some(quantity) = id.and_then(|id| plan.catalogue.quantities().get(id)) else { return Ok(None) };
                let (condition, block, how) = plan.counted(quantity, indicator)?;
                tell_apart(&block, book);
                let text = family(plan, &block, &how, &condition);
                Ok(Some((book.text(&in_release(&text, release)), block)))
            };
            let both = [whole(Some(&indicator.numerator))?, whole(indicator.denominator.as_deref())?];
            if let Some(of) = of_outputs.get_mut(&(output.indicator, output.numerator)) {
                of.wholes = both;
            }
        }
        Ok(Self {
            plan,
            outputs: plan.outputs.iter().map(|o| (name(o), o)).collect(),
            indicator: text("indicator")?,
            measure: text("measure")?,
            status: text("status")?,
            spots: spots(&plan.question.areas, text("area")?, text("area_level")?, book),
            by,
            unknown: told,
            numerator: counts("numerator")?,
            denominator: counts("denominator")?,
            undecided: counts("undecided")?,
            families,
            undecided_in,
            of_outputs,
        })
    }

    /// For each row of a published table, what its limits tell of numerator and denominator where these are hidden.
    pub fn limits(&self, table: &DataFrame) -> Result<Vec<[(i64, i64); 2]>> {
        let floats = |name: &str| table.column(name).and_then(|c| c.f64()).map_err(wrong);
        let (lower, upper, multipliers) = (floats("lower")?, floats("upper")?, multipliers(table)?);
        let limits = |(row, times): (usize, f64)| {
            let mut known = [at_least(0); 2];
            let limit = |of: &Float64Chunked| of.get(row).filter(|_| self.status.get(row) == Some(SUPPRESSED)).map(|limit| limit / times);
            let is_count = self.output(row).is_none_or(|output| output.denominator.is_none());
            let (n, d) = (self.numerator[row], self.denominator[row].or(is_count.then_some(1)));
            for (limit, is_least) in [(limit(lower), true), (limit(upper), false)] {
                let Some(limit) = limit else { continue };
                if let Some(d) = d {
                    let n = nearest(limit * d as f64, is_least);
                    if is_least { known[0].0 = n } else { known[0].1 = n }
                } else if let Some(n) = n.filter(|_| limit > 0.0) {
                    let d = nearest(n as f64 / limit, !is_least);
                    if is_least { known[1].1 = d } else { known[1].0 = d }
                }
            }
            known
        };
        Ok(multipliers.into_iter().enumerate().map(limits).collect())
    }

    pub fn of_output(&self, output: &Output) -> &Families {
        &self.of_outputs[&(output.indicator, output.numerator)]
    }

    pub fn output(&self, row: usize) -> Option<&'t Output> {
        self.outputs.get(&(self.indicator.get(row)?, self.measure.get(row)?)).copied()
    }

    /// The categories of a row in the dimensions that a block has.
    pub fn words(&self, row: usize, block: &Block) -> Vec<(Id, Id)> {
        let word = |(name, id, words): &(&str, Id, Vec<Option<Id>>)| {
            let of = block.cross.dimensions().iter().find(|of| of.name == *name)?;
            let (word, [unknown, apart]) = (words[row]?, self.unknown[&unknown(of)]);
            Some((*id, if word == unknown { apart } else { word }))
        };
        let mut words: Vec<(Id, Id)> = self.by.iter().filter_map(word).collect();
        words.sort_unstable();
        words
    }
}

/// The area of each row.
pub(super) fn spots(areas: &AreaList, codes: &StringChunked, levels: &StringChunked, book: &mut Book) -> Vec<Id> {
    let named = |(place, area): (usize, &'_ crate::area::Area)| ((area.level.as_str(), area.code.clone()), place);
    let places: HashMap<(&str, String), usize> = areas.areas().iter().enumerate().map(named).collect();
    let mut known: HashMap<usize, Id> = HashMap::new();
    let mut of = |code: Option<&str>, level: Option<&str>| {
        let place = places.get(&(level.unwrap_or(UNKNOWN), code.unwrap_or(UNKNOWN).to_owned())).copied();
        let place = place.unwrap_or(areas.areas().len());
        *known.entry(place).or_insert_with(|| book.spot(&spot(areas, place)))
    };
    codes.iter().zip(levels.iter()).map(|(code, level)| of(code, level)).collect()
}

/// An area by its place in a list; one beyond the list holds codes that are not in it.
pub(super) fn spot(areas: &AreaList, place: usize) -> Spot {
    let list = areas.edition().to_string();
    let Some(here) = areas.areas().get(place) else {
        let country = areas.get(AreaList::COUNTRY).code.clone();
        return Spot { level: 1, list, code: UNKNOWN.to_owned(), within: vec![(0, country)] };
    };
    let above = std::iter::successors(here.parent, |place| areas.get(*place).parent).map(|place| areas.get(place));
    let within = above.map(|area| (area.level as u8, area.code.clone())).collect();
    let list = if here.level as u8 == 0 { String::new() } else { list };
    Spot { level: here.level as u8, list, code: here.code.clone(), within }
}

/// The whole number that a limit lies at, or the next inside it.
fn nearest(limit: f64, is_least: bool) -> i64 {
    let room = limit.abs().max(1.0) * 1e-9;
    if is_least { (limit - room).ceil() as i64 } else { (limit + room).floor() as i64 }
}

/// What a quotient of each row is multiplied by.
pub(super) fn multipliers(table: &DataFrame) -> Result<Vec<f64>> {
    let measures = table.column("measure").and_then(|c| c.str()).map_err(wrong)?;
    let of = |measure: Option<&str>| match measure {
        Some("percent" | "ratio") => 100.0,
        Some("per_1000") => 1_000.0,
        Some("per_100000") => 100_000.0,
        _ => 1.0,
    };
    Ok(measures.iter().map(of).collect())
}

pub(super) fn wrong(e: PolarsError) -> Error {
    Error::Frame { table: "result".to_owned(), found: Fact::library(e) }
}
