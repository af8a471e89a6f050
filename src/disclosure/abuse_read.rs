//! The rows of a table of abuse as counts of a book; and tables of earlier releases.

use super::alike::Alike;
use super::book::{Book, Key};
use super::named::Id;
use super::read::{in_release, of_period, spot, spots, wrong};
use super::rule::{Rule, Zeros};
use super::spell::Spell;
use super::suppress::at_least;
use super::terms::ReleasedAbuse;
use crate::area::AreaList;
use crate::error::Result;
use crate::grid::UNKNOWN;
use crate::period::Period;
use polars_core::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Columns of numbers that are no counts of what happened.
const CONSTANTS: [&str; 5] = ["limit", "reported", "expected", "months", "days"];
/// Numbers worked out from counts of their row: hidden with any of these.
pub(super) const DERIVED: [(&str, &[&str]); 10] = [
    ("value", QUOTIENT),
    ("lower", QUOTIENT),
    ("upper", QUOTIENT),
    ("method", QUOTIENT),
    ("least", &["count", "children", "undecided", "without_key"]),
    ("most", &["count", "children", "undecided", "without_key"]),
    ("p25", TIMES),
    ("p50", TIMES),
    ("p75", TIMES),
    ("p90", TIMES),
];
/// What a share or an estimate is made of.
const QUOTIENT: &[&str] = &["numerator", "denominator", "children", "events", "censored", "at_risk", "on_time", "late", "recorded"];
/// What quantiles tell of.
const TIMES: &[&str] = &["recorded", "on_time", "late"];
/// Columns that say which records count, or what a row is not broken down by.
const CHOICES: [&str; 11] =
    ["period", "date", "place", "verification", "age_limit", "unit", "mode", "status", "method", "limit_unit", "definition"];
/// The column of horizons.
pub(super) const MONTHS: &str = "months";
/// A choice that all tables by form have in common: each counts in each of its forms.
const EACH_FORM: &str = "mode=several";
/// Columns of text about a row.
const PROSE: [&str; 2] = ["vi", "en"];

/// Enters what was published before; a table of which a number has changed since is kept apart, as it was.
pub(super) fn recall(before: &ReleasedAbuse, book: &mut Book, rule: &Rule, nth: u32) -> Result<()> {
    let areas = AreaList::on(before.area_vintage)?;
    let mut keys = Keys::new(&before.frame, &areas, book, 0);
    if keys.known(&before.frame)?.iter().any(|(key, number)| book.is_other(key, *number)) {
        keys = Keys::new(&before.frame, &areas, book, nth);
    }
    let known = at_least(i64::from(before.zeros == Zeros::Shown));
    keys.known(&before.frame)?.into_iter().try_for_each(|(key, number)| book.recall(key, number, known, rule).map(|_| ()))
}

/// True for things that may be counted in several periods: a decision and an incident have one day.
fn is_distinct(unit: &str, column: &str) -> bool {
    match unit {
        "decision" => ["persons", "organisations"].contains(&column),
        unit => unit != "incident",
    }
}

/// The keys of a table in a book.
pub(super) struct Keys {
    /// By column of counts and row.
    pub of: BTreeMap<String, Vec<Key>>,
    pub words: Words,
    pub spots: Vec<Id>,
    pub common: String,
}

impl Keys {
    /// Of release 0 are the records as they are.
    pub fn new(frame: &DataFrame, areas: &AreaList, book: &mut Book, release: u32) -> Self {
        let text = |name: &str| frame.column(name).ok().and_then(|c| c.str().ok());
        let is_broken_down = |name: &str| text(name).is_some_and(|words| words.iter().any(|word| word == Some(super::TOTAL)));
        let choices: Vec<&str> = CHOICES.iter().copied().filter(|name| !is_broken_down(name)).collect();
        // What every number of the table has in common, but for the unit where each row names its own.
        let common: Vec<String> = choices
            .iter()
            .filter(|name| !["status", "method", "limit_unit", "unit", "period"].contains(name))
            .filter_map(|name| Some(format!("{name}={}", text(name)?.iter().next()??)))
            .filter(|choice| choice != EACH_FORM)
            .collect();
        let common = common.join(" ");
        let period: Option<Period> = text("period").and_then(|of| of.iter().next().flatten()).and_then(|of| of.parse().ok());
        let names: Vec<&str> = frame.get_column_names().into_iter().map(PlSmallStr::as_str).collect();
        let columns: Vec<(&str, &StringChunked)> = names
            .iter()
            .filter(|name| !["area", "area_level"].contains(name) && !PROSE.contains(name) && !choices.contains(name))
            .filter_map(|name| Some((*name, text(name)?)))
            .collect();
        let spots = match (text("area"), text("area_level")) {
            (Some(area), Some(level)) => spots(areas, area, level, book),
            _ => vec![book.spot(&spot(areas, AreaList::COUNTRY as usize)); frame.height()],
        };
        let is_by_form = text("form").is_some() && text("mode").is_some();
        let is_share = frame.column("numerator").is_ok() && !is_by_form;
        let by: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let alike = |unit: &str| Alike::new(unit, &common, is_share, period.as_ref()?, areas, &by);
        let units: BTreeSet<&str> = text("unit").into_iter().flat_map(|of| of.iter().flatten()).collect();
        let alike: BTreeMap<&str, Alike> = units.into_iter().filter_map(|unit| Some((unit, alike(unit)?))).collect();
        let words = Words::of_rows(frame, &columns, &text, alike.values().next(), book);
        let is_count = |name: &&&str| {
            let derived = DERIVED.iter().any(|(of, _)| *of == **name);
            frame.column(name).is_ok_and(|c| c.dtype() == &DataType::Int64) && !derived && !CONSTANTS.contains(*name)
        };
        let mut of = BTreeMap::new();
        for name in names.iter().filter(is_count) {
            // A table of shares by form holds the counts by form.
            let counted = if *name == "numerator" && is_by_form { "count" } else { name };
            let mut family_of = |unit: &str| {
                let during = period.as_ref().map(of_period).unwrap_or_default();
                // Who may be of a share is not who may be counted.
                let kind = if *name == "undecided" && is_share { " of a share" } else { "" };
                let own = || format!("{unit} {counted}{kind} {common}{during}");
                let what = alike.get(unit).and_then(|alike| alike.families.get(counted)).cloned().unwrap_or_else(own);
                let family = book.text(&in_release(&what, release));
                if let Some(period) = &period {
                    let what = book.text(&what.replace(&during, ""));
                    let (first, last) = (period.first(), period.last());
                    let (is_distinct, is_rest) = (is_distinct(unit, name), *name == "undecided");
                    book.say_spell(family, Spell { what, first, last, is_event: true, is_distinct, is_rest, release });
                }
                book.say_categories(family, &words.parts);
                family
            };
            let mut families: BTreeMap<&str, Id> = BTreeMap::new();
            let mut keys = Vec::with_capacity(frame.height());
            for (row, area) in spots.iter().enumerate() {
                let unit = text("unit").and_then(|of| of.get(row)).unwrap_or_default();
                let family = *families.entry(unit).or_insert_with(|| family_of(unit));
                // Who is followed is the same at every horizon.
                let of_row = if *name == "children" && frame.column(MONTHS).is_ok() { Vec::new() } else { words.rows[row].clone() };
                keys.push(Key { family, area: *area, words: of_row });
            }
            of.insert((*name).to_owned(), keys);
        }
        Self { of, words, spots, common: in_release(&common, release) }
    }

    /// The counts of a published table, none for those that it hides.
    fn known(&self, frame: &DataFrame) -> Result<Vec<(Key, Option<i64>)>> {
        let status = frame.column("status").and_then(|c| c.str()).map_err(wrong)?;
        let mut found = Vec::new();
        for (name, keys) in &self.of {
            let numbers = frame.column(name).and_then(|c| c.i64()).map_err(wrong)?;
            for ((key, number), status) in keys.iter().zip(numbers.iter()).zip(status.iter()) {
                if number.is_some() || status != Some("not_reported") {
                    found.push((key.clone(), number));
                }
            }
        }
        Ok(found)
    }
}

/// The categories of each row of a table, and of which a total is made up.
pub(super) struct Words {
    pub rows: Vec<Vec<(Id, Id)>>,
    pub parts: Vec<(Id, Vec<Id>)>,
}

impl Words {
    fn of_rows<'f>(
        frame: &DataFrame,
        columns: &[(&str, &StringChunked)],
        text: &impl Fn(&str) -> Option<&'f StringChunked>,
        alike: Option<&Alike>,
        book: &mut Book,
    ) -> Self {
        let mut rows: Vec<Vec<(Id, Id)>> = vec![Vec::new(); frame.height()];
        let mut parts = Vec::new();
        let period = text("period").and_then(|of| of.iter().next().flatten()).unwrap_or_default().to_owned();
        // In a matrix the two forms may change places.
        let is_matrix = columns.iter().any(|(name, _)| *name == "other_form");
        for (name, column) in columns {
            let dimension = book.text(if *name == "other_form" { "form" } else { name });
            let mut categories: Vec<Id> = Vec::new();
            for (row, word) in column.iter().enumerate() {
                // The whole period is the total of its windows.
                let word = word.filter(|word| *word != super::TOTAL && !(*name == "window" && *word == period));
                let apart = alike.and_then(|alike| alike.unknown.get(*name)).filter(|_| word == Some(UNKNOWN));
                let Some(word) = apart.map(String::as_str).or(word).map(|word| book.text(word)) else { continue };
                rows[row].push((dimension, word));
                if !categories.contains(&word) {
                    categories.push(word);
                }
            }
            let has_total = column.iter().any(|word| word == Some(super::TOTAL) || (*name == "window" && word == Some(period.as_str())));
            if has_total && !is_matrix {
                parts.push((dimension, categories));
            }
        }
        // Horizons are told apart by their months.
        if let Ok(months) = frame.column(MONTHS).and_then(|c| c.i64()) {
            let dimension = book.text(MONTHS);
            for (row, months) in rows.iter_mut().zip(months.iter()) {
                row.push((dimension, book.text(&months.unwrap_or_default().to_string())));
            }
        }
        for row in &mut rows {
            row.sort_unstable();
            row.dedup();
        }
        Self { rows, parts }
    }
}
