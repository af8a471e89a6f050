//! Tables of abuse made safe to publish.

use super::book::{Book, Count, Key, ROW, Settled, Tie};
use super::changes::{tie_lists, tie_periods};
use super::named::Id;
use super::protect::SUPPRESSED;
use super::results::{Changes, ResultsReport, of_period, spot, spots};
use super::rule::{Rule, Zeros};
use super::spell::Spell;
use super::suppress::{Place, at_least};
use crate::abuse::Table;
use crate::area::AreaList;
use crate::error::{Error, Fact, Result};
use crate::period::Period;
use chrono::NaiveDate;
use polars_core::prelude::*;
use std::collections::BTreeMap;

/// Columns of numbers that are no counts of what happened.
const CONSTANTS: [&str; 5] = ["limit", "reported", "expected", "months", "days"];
/// Numbers worked out from counts of their row: hidden with any of these.
const DERIVED: [(&str, &[&str]); 10] = [
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
/// The column of horizons.
const MONTHS: &str = "months";
/// The column of a sum of money.
const FINES: &str = "fine_total";
/// Counts of a row that are made up of others, where they are there.
const SUMS: [(&str, &[&str]); 5] = [
    ("recorded", &["on_time", "late"]),
    ("children", &["new", "repeated", "without_key"]),
    ("repeated", &["repeated_in_window", "seen_before"]),
    ("children", &["events", "censored", "at_risk"]),
    ("decisions", &["persons", "organisations"]),
];
/// Counts that are inside another of their row.
const INSIDE: [(&str, &str); 7] = [
    ("numerator", "denominator"),
    ("by_case", "count"),
    ("without_key", "count"),
    ("children", "incidents"),
    ("fined", "decisions"),
    ("fine_missing", "decisions"),
    ("events", "children"),
];
/// Counts beside the one that a row is about: it keeps its status where they alone are hidden.
const BESIDE: [&str; 3] = ["undecided", "without_key", "by_case"];
/// Columns that say which records count, or what a row is not broken down by.
const CHOICES: [&str; 11] =
    ["period", "date", "place", "verification", "age_limit", "unit", "mode", "status", "method", "limit_unit", "definition"];
/// Columns of text about a row.
const PROSE: [&str; 2] = ["vi", "en"];

/// A table of abuse that was published before: what its readers know.
#[derive(Debug, Clone)]
pub struct ReleasedAbuse {
    /// Its protected rows, as they were published.
    pub frame: DataFrame,
    /// The day of its list of areas.
    pub area_vintage: NaiveDate,
    /// Whether zeros were shown in it.
    pub zeros: Zeros,
}

/// Hides small counts in tables of abuse, and as many others as it takes that none can be worked out.
///
/// Tables given together are protected together, and against someone who has read what was released before. Every count of a row is
/// a cell: things counted, undecided, without a key, repeated … What is worked out from a hidden count (a share, its limits, the
/// fewest and the most, quantiles) is hidden with it. `status` is `suppressed` where a number is hidden that a row is about; beside
/// it null says so. Notes and choices stay; what the table was computed from is not kept.
///
/// # Errors
/// [`Error::NoAreaList`] for a day without a list, [`Error::OtherRecords`] for tables that count the same differently,
/// [`Error::Contradiction`] for earlier releases that cannot be.
pub fn protect_abuse(
    tables: &[&Table],
    area_vintage: NaiveDate,
    rule: &Rule,
    released: &[ReleasedAbuse],
    changes: Changes,
) -> Result<(Vec<Table>, ResultsReport)> {
    let areas = AreaList::on(area_vintage)?;
    let mut book = Book::default();
    let entered: Vec<Entered> = tables.iter().map(|table| Entered::new(table.frame(), &areas, &mut book, rule)).collect::<Result<_>>()?;
    for (before, nth) in released.iter().zip(1..) {
        recall(before, &mut book, rule, nth)?;
    }
    tie_periods(&mut book, rule, changes == Changes::Protected)?;
    tie_lists(&mut book)?;
    let counts: Vec<Count> = (0..book.len() as u32).map(|nth| *book.count(nth)).collect();
    let names: Vec<Vec<String>> = (0..book.len() as u32).map(|nth| book.words(nth)).collect();
    let settled = book.settle(rule)?;
    let shown = tables.iter().zip(&entered).map(|(table, of)| Ok(table.with_frame(of.hide(table.frame(), &settled, rule)?)));
    let shown = shown.collect::<Result<_>>()?;
    Ok((shown, ResultsReport::new(&counts, &settled, &names, 0)))
}

/// Enters what was published before; a table of which a number has changed since is kept apart, as it was.
fn recall(before: &ReleasedAbuse, book: &mut Book, rule: &Rule, nth: u32) -> Result<()> {
    let areas = AreaList::on(before.area_vintage)?;
    let mut keys = Keys::new(&before.frame, &areas, book, 0);
    let is_other = |book: &Book, key: &Key, number: Option<i64>| {
        let now = book.find(key).and_then(|cell| book.count(cell).number);
        number.zip(now).is_some_and(|(then, now)| then != now)
    };
    if keys.known(&before.frame)?.iter().any(|(key, number)| is_other(book, key, *number)) {
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
struct Keys {
    /// By column of counts and row.
    of: BTreeMap<String, Vec<Key>>,
    words: Words,
    spots: Vec<Id>,
    common: String,
}

impl Keys {
    /// Of release 0 are the records as they are.
    fn new(frame: &DataFrame, areas: &AreaList, book: &mut Book, release: u32) -> Self {
        let text = |name: &str| frame.column(name).ok().and_then(|c| c.str().ok());
        let is_broken_down = |name: &str| text(name).is_some_and(|words| words.iter().any(|word| word == Some(super::TOTAL)));
        let choices: Vec<&str> = CHOICES.iter().copied().filter(|name| !is_broken_down(name)).collect();
        // What every number of the table has in common, but for the unit where each row names its own.
        let common: Vec<String> = choices
            .iter()
            .filter(|name| !["status", "method", "limit_unit", "unit", "period"].contains(name))
            .filter_map(|name| Some(format!("{name}={}", text(name)?.iter().next()??)))
            .collect();
        let period: Option<Period> = text("period").and_then(|of| of.iter().next().flatten()).and_then(|of| of.parse().ok());
        let version = if release == 0 { String::new() } else { format!(" release {release}") };
        let common = format!("{}{version}", common.join(" "));
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
        let words = Words::of_rows(frame, &columns, &text, book);
        let is_count = |name: &&&str| {
            let derived = DERIVED.iter().any(|(of, _)| *of == **name);
            frame.column(name).is_ok_and(|c| c.dtype() == &DataType::Int64) && !derived && !CONSTANTS.contains(*name)
        };
        let is_by_form = text("form").is_some() && text("mode").is_some();
        let mut of = BTreeMap::new();
        for name in names.iter().filter(is_count) {
            // A table of shares by form holds the counts by form.
            let counted = if *name == "numerator" && is_by_form { "count" } else { name };
            let mut keys = Vec::with_capacity(frame.height());
            for (row, area) in spots.iter().enumerate() {
                let unit = text("unit").and_then(|of| of.get(row)).unwrap_or_default();
                let what = format!("{unit} {counted} {common}");
                let family = book.text(&format!("{what}{}", period.as_ref().map(of_period).unwrap_or_default()));
                if let Some(period) = &period {
                    let what = book.text(what.strip_suffix(version.as_str()).unwrap_or(&what));
                    let (first, last) = (period.first(), period.last());
                    book.say_spell(
                        family,
                        Spell {
                            what,
                            first,
                            last,
                            is_event: true,
                            is_distinct: is_distinct(unit, name),
                            is_rest: *name == "undecided",
                            release,
                        },
                    );
                }
                book.say_categories(family, &words.parts);
                // Who is followed is the same at every horizon.
                let of_row = if *name == "children" && frame.column(MONTHS).is_ok() { Vec::new() } else { words.rows[row].clone() };
                keys.push(Key { family, area: *area, words: of_row });
            }
            of.insert((*name).to_owned(), keys);
        }
        Self { of, words, spots, common }
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

/// A table in a book: by column of counts and row, its count there.
struct Entered {
    columns: BTreeMap<String, Vec<Option<u32>>>,
}

impl Entered {
    fn new(frame: &DataFrame, areas: &AreaList, book: &mut Book, rule: &Rule) -> Result<Self> {
        let keys = Keys::new(frame, areas, book, 0);
        let mut columns: BTreeMap<String, Vec<Option<u32>>> = BTreeMap::new();
        for (name, of) in &keys.of {
            let numbers = frame.column(name).and_then(|c| c.i64()).map_err(wrong)?;
            let mut cells = vec![None; frame.height()];
            for (row, number) in numbers.iter().enumerate() {
                let Some(number) = number.filter(|n| *n >= 0) else { continue };
                let mut found = count(number, rule);
                if name == FINES {
                    // What a few have paid is theirs, however much it is.
                    let fined = frame.column("fined").ok().and_then(|c| c.i64().ok()).and_then(|c| c.get(row));
                    found.is_small = fined.is_some_and(|n| rule.is_small(n.cast_unsigned())) && found.place == Place::Open;
                }
                cells[row] = Some(book.add(of[row].clone(), found)?);
            }
            columns.insert(name.clone(), cells);
        }
        let entered = Self { columns };
        entered.tie_rows(frame.height(), book);
        entered.tie_pairs(&keys, book);
        entered.tie_returns(&keys, book)?;
        // Of a share with undecided records the rest is as telling as its numerator; shares by form have none.
        if frame.column("undecided").is_ok() && frame.column("numerator").is_ok() {
            entered.tie_rests(&keys, book, rule)?;
        }
        entered.tie_units(frame, frame.column("unit").ok().and_then(|c| c.str().ok()), book);
        Ok(entered)
    }

    /// Ties the counts of each row.
    fn tie_rows(&self, height: usize, book: &mut Book) {
        let column = |name: &str| self.columns.get(name);
        for row in 0..height {
            for (total, parts) in SUMS {
                let Some(total) = column(total).and_then(|of| of[row]) else { continue };
                let cells: Option<Vec<u32>> = parts.iter().map(|part| column(part).and_then(|of| of[row])).collect();
                if let Some(cells) = cells {
                    book.tie_total(total, &cells, ROW, false);
                }
            }
            for (part, whole) in INSIDE {
                let (Some(part), Some(whole)) = (column(part).and_then(|of| of[row]), column(whole).and_then(|of| of[row])) else {
                    continue;
                };
                if part != whole && book.count(part).number <= book.count(whole).number {
                    book.tie(Tie::AtMost(part, vec![whole]));
                }
            }
        }
    }

    /// A child that came back has an incident more than one: the incidents beyond the children bound those who did.
    fn tie_returns(&self, keys: &Keys, book: &mut Book) -> Result<()> {
        let of = |name: &str| self.columns.get(name);
        let (Some(children), Some(incidents), Some(back)) = (of("children"), of("incidents"), of("repeated_in_window")) else {
            return Ok(());
        };
        for (row, ((children, incidents), back)) in children.iter().zip(incidents).zip(back).enumerate() {
            let (Some(children), Some(incidents), Some(back)) = (*children, *incidents, *back) else { continue };
            let number = |cell: u32| book.count(cell).number;
            let beyond = number(incidents).zip(number(children)).map(|(incidents, children)| incidents - children);
            if beyond.zip(number(back)).is_some_and(|(beyond, back)| beyond >= back) {
                let family = book.derived("beyond", book.family(incidents));
                let key = Key { family, area: keys.spots[row], words: keys.words.rows[row].clone() };
                let beyond = book.add(key, Count { number: beyond, place: Place::Absent, is_small: false, known: at_least(0) })?;
                book.tie(Tie::Sum(incidents, vec![children, beyond]));
                book.tie(Tie::AtMost(back, vec![beyond]));
            }
        }
        Ok(())
    }

    /// Those with two forms are some of those with either.
    fn tie_pairs(&self, keys: &Keys, book: &mut Book) {
        for (row, cell) in self.columns.get("count").into_iter().flatten().enumerate() {
            let (Some(cell), [first, second]) = (cell, keys.words.rows[row].as_slice()) else { continue };
            if first.0 != second.0 {
                continue;
            }
            let family = book.family(*cell);
            for word in [first, second] {
                let whole = book.find(&Key { family, area: keys.spots[row], words: vec![*word] });
                if let Some(whole) = whole.filter(|whole| book.count(*cell).number <= book.count(*whole).number) {
                    book.tie(Tie::AtMost(*cell, vec![whole]));
                }
            }
        }
    }

    /// What a share leaves: those who were not supported.
    fn tie_rests(&self, keys: &Keys, book: &mut Book, rule: &Rule) -> Result<()> {
        let (Some(above), Some(below)) = (self.columns.get("numerator"), self.columns.get("denominator")) else { return Ok(()) };
        let family = book.text(&format!("rest {}", keys.common));
        book.say_categories(family, &keys.words.parts);
        for (row, (n, d)) in above.iter().zip(below).enumerate() {
            let (Some(n), Some(d)) = (*n, *d) else { continue };
            let (Some(part), Some(whole)) = (book.count(n).number, book.count(d).number) else { continue };
            let rest = whole - part;
            let is_small = rest > 0 && rule.is_small(rest.cast_unsigned());
            let count = Count { number: Some(rest), place: Place::Absent, is_small, known: at_least(0) };
            let rest = book.add(Key { family, area: keys.spots[row], words: keys.words.rows[row].clone() }, count)?;
            book.tie(Tie::Sum(d, vec![n, rest]));
        }
        Ok(())
    }

    /// A case has a child at least, and a child an incident: where every row names its unit.
    fn tie_units(&self, frame: &DataFrame, units: Option<&StringChunked>, book: &mut Book) {
        let (Some(units), Some(counts), Ok(areas)) = (units, self.columns.get("count"), frame.column("area").and_then(|c| c.str())) else {
            return;
        };
        let levels = frame.column("area_level").and_then(|c| c.str()).ok();
        let mut of_area: BTreeMap<[Option<&str>; 2], BTreeMap<&str, u32>> = BTreeMap::new();
        for (row, count) in counts.iter().enumerate() {
            if let (Some(unit), Some(count)) = (units.get(row), count) {
                of_area.entry([levels.and_then(|l| l.get(row)), areas.get(row)]).or_default().insert(unit, *count);
            }
        }
        for there in of_area.values().filter(|there| there.len() > 1) {
            for unit in ["case", "child"] {
                if let (Some(few), Some(many)) = (there.get(unit), there.get("incident"))
                    && book.count(*few).number <= book.count(*many).number
                {
                    book.tie(Tie::AtMost(*few, vec![*many]));
                }
            }
        }
    }

    /// The table without what is hidden.
    fn hide(&self, frame: &DataFrame, settled: &Settled, rule: &Rule) -> Result<DataFrame> {
        let is_hidden =
            |name: &str, row: usize| self.columns.get(name).and_then(|of| of[row]).is_some_and(|nth| settled.hidden[nth as usize]);
        let mut shown = frame.clone();
        let mut touched = vec![false; frame.height()];
        for name in self.columns.keys() {
            let rows: Vec<bool> = (0..frame.height()).map(|row| is_hidden(name, row)).collect();
            let is_main = !BESIDE.contains(&name.as_str());
            touched.iter_mut().zip(&rows).for_each(|(touched, is)| *touched |= is & is_main);
            blank(&mut shown, name, &rows)?;
        }
        for (name, of) in DERIVED.iter().filter(|(name, _)| frame.column(name).is_ok()) {
            // A quantile of few is about each of them, though their number be shown.
            let few = |row: usize, name: &str| {
                let number = frame.column(name).ok().and_then(|c| c.i64().ok()).and_then(|c| c.get(row));
                name == "recorded" && number.is_some_and(|n| rule.is_small(n.cast_unsigned()))
            };
            let rows: Vec<bool> = (0..frame.height()).map(|row| of.iter().any(|name| is_hidden(name, row) || few(row, name))).collect();
            blank(&mut shown, name, &rows)?;
        }
        if let Ok(status) = frame.column("status").and_then(|c| c.str()) {
            let found = status.iter().zip(&touched).map(|(before, is)| if *is { Some(SUPPRESSED) } else { before });
            let column = found.collect::<StringChunked>().with_name("status".into()).into_column();
            shown.replace("status", column).map_err(wrong)?;
        } else {
            let found = touched.iter().map(|is| Some(if *is { SUPPRESSED } else { "ok" }));
            shown.with_column(found.collect::<StringChunked>().with_name("status".into()).into_column()).map_err(wrong)?;
        }
        Ok(shown)
    }
}

/// Puts null into some rows of a column.
fn blank(frame: &mut DataFrame, name: &str, rows: &[bool]) -> Result<()> {
    let kept: IdxCa = rows.iter().zip(0..).map(|(is, row)| (!is).then_some(row)).collect();
    let column = frame.column(name).and_then(|c| c.take(&kept)).map_err(wrong)?;
    frame.replace(name, column).map_err(wrong)?;
    Ok(())
}

fn count(number: i64, rule: &Rule) -> Count {
    let is_shown = number == 0 && rule.zeros == Zeros::Shown;
    let place = if is_shown { Place::Public } else { Place::Open };
    Count { number: Some(number), place, is_small: rule.is_small(number.cast_unsigned()), known: at_least(rule.floor()) }
}

/// The categories of each row of a table, and of which a total is made up.
struct Words {
    rows: Vec<Vec<(Id, Id)>>,
    parts: Vec<(Id, Vec<Id>)>,
}

impl Words {
    fn of_rows<'f>(
        frame: &DataFrame,
        columns: &[(&str, &StringChunked)],
        text: &impl Fn(&str) -> Option<&'f StringChunked>,
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
                let Some(word) = word.map(|word| book.text(word)) else { continue };
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

fn wrong(e: PolarsError) -> Error {
    Error::Frame { table: "result".to_owned(), found: Fact::library(e) }
}
