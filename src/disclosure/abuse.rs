//! Tables of abuse entered into a book, and without what is hidden.

use super::abuse_read::{DERIVED, Keys, MONTHS};
use super::book::{Book, Count, Key, ROW, Settled, Tie};
use super::named::Id;
use super::protect::SUPPRESSED;
use super::read::wrong;
use super::rule::Rule;
use super::suppress::Place;
use crate::area::AreaList;
use crate::error::Result;
use polars_core::prelude::*;
use std::collections::BTreeMap;

/// The column of a sum of money.
const FINES: &str = "fine_total";
/// Counts of a row that are made up of others, where they are there.
const SUMS: [(&str, &[&str]); 4] = [
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

/// By months, a row and its count.
type Horizons = BTreeMap<Option<i64>, (usize, u32)>;

/// A table in a book: by column of counts and row, its count there.
pub(super) struct Entered {
    columns: BTreeMap<String, Vec<Option<u32>>>,
}

impl Entered {
    pub fn new(frame: &DataFrame, areas: &AreaList, book: &mut Book, rule: &Rule) -> Result<Self> {
        let keys = Keys::new(frame, areas, book, 0);
        let mut columns: BTreeMap<String, Vec<Option<u32>>> = BTreeMap::new();
        for (name, of) in &keys.of {
            let numbers = frame.column(name).and_then(|c| c.i64()).map_err(wrong)?;
            let mut cells = vec![None; frame.height()];
            for (row, number) in numbers.iter().enumerate() {
                let Some(number) = number.filter(|n| *n >= 0) else { continue };
                let mut found = Count::in_table(number, rule);
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
        entered.tie_steps(&keys, book, rule)?;
        if let Ok(months) = frame.column(MONTHS).and_then(|c| c.i64()) {
            entered.tie_horizons(months, &keys, book, rule)?;
        }
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
                    book.tie(Tie::at_most(part, &[whole]));
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
                let beyond = book.add(key, Count::absent(beyond, false))?;
                book.tie(Tie::Sum(incidents, vec![children, beyond]));
                book.tie(Tie::at_most(back, &[beyond]));
            }
        }
        Ok(())
    }

    /// Steps recorded late, and those never recorded, stand in no column: they follow from the others.
    fn tie_steps(&self, keys: &Keys, book: &mut Book, rule: &Rule) -> Result<()> {
        let of = |name: &str| self.columns.get(name);
        let (Some(recorded), Some(on_time), Some(late)) = (of("recorded"), of("on_time"), of("late")) else { return Ok(()) };
        for (row, ((recorded, on_time), late)) in recorded.iter().zip(on_time).zip(late).enumerate() {
            let (Some(recorded), Some(on_time), Some(late)) = (*recorded, *on_time, *late) else { continue };
            let number = |cell: u32| book.count(cell).number.unwrap_or_default();
            let recorded_late = number(recorded) - number(on_time);
            let never = number(late) - recorded_late;
            if recorded_late < 0 || never < 0 {
                continue;
            }
            let mut derived = |word: &str, number: i64| {
                let family = book.derived(word, book.family(recorded));
                let key = Key { family, area: keys.spots[row], words: keys.words.rows[row].clone() };
                book.add(key, Count::left(number, rule))
            };
            let (recorded_late, never) = (derived("late", recorded_late)?, derived("never", never)?);
            book.tie(Tie::Sum(recorded, vec![on_time, recorded_late]));
            book.tie(Tie::Sum(late, vec![recorded_late, never]));
        }
        Ok(())
    }

    /// What happens between two horizons stands in no row, and follows from both.
    fn tie_horizons(&self, months: &Int64Chunked, keys: &Keys, book: &mut Book, rule: &Rule) -> Result<()> {
        let dimension = book.text(MONTHS);
        for cells in ["events", "censored"].into_iter().filter_map(|name| self.columns.get(name)) {
            let mut horizons: BTreeMap<(Id, Vec<(Id, Id)>), Horizons> = BTreeMap::new();
            for (row, cell) in cells.iter().enumerate().filter_map(|(row, cell)| Some((row, (*cell)?))) {
                let others = keys.words.rows[row].iter().copied().filter(|(of, _)| *of != dimension).collect();
                horizons.entry((keys.spots[row], others)).or_default().insert(months.get(row), (row, cell));
            }
            for of_place in horizons.values() {
                for ((_, sooner), (row, later)) in of_place.values().zip(of_place.values().skip(1)) {
                    let number = |cell: u32| book.count(cell).number;
                    let between = number(*later).zip(number(*sooner)).map(|(later, sooner)| later - sooner);
                    let Some(between) = between.filter(|n| *n >= 0) else { continue };
                    let family = book.derived("sooner", book.family(*later));
                    let key = Key { family, area: keys.spots[*row], words: keys.words.rows[*row].clone() };
                    let between = book.add(key, Count::left(between, rule))?;
                    book.tie(Tie::Sum(*later, vec![*sooner, between]));
                }
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
                    book.tie(Tie::at_most(*cell, &[whole]));
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
            let key = Key { family, area: keys.spots[row], words: keys.words.rows[row].clone() };
            let rest = book.add(key, Count::left(whole - part, rule))?;
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
                    book.tie(Tie::at_most(*few, &[*many]));
                }
            }
        }
    }

    /// The table without what is hidden.
    pub fn hide(&self, frame: &DataFrame, settled: &Settled, rule: &Rule) -> Result<DataFrame> {
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
