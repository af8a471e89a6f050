//! Which communes reported, so that a true zero differs from a missing report.
//!
//! [`Submissions`] come with a dataset: rows of a table of submissions, and tables declared complete. For one table and
//! period they give the communes that reported, [`Reported`]; [`Coverage`] counts them in each area.

use super::{AreaList, Level};
use crate::error::{Error, Fact, Phrase, Result};
use crate::period::{Days, Period};
use polars_core::prelude::{Column, DataFrame, DataType};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The name of the table of submissions in messages.
const TABLE: &str = crate::error::SUBMISSIONS;

/// Who sent which records: rows of table, commune and period, and tables declared complete.
///
/// ```
/// use chitieu::area::{AreaList, Reported, Submissions};
/// use polars_core::prelude::*;
/// use std::collections::HashSet;
/// let areas = AreaList::on("2022-12-31".parse()?)?;
/// let rows = df!["table" => ["victims"; 2], "commune" => ["12364"; 2], "period" => ["2022H1", "2022H2"]]?;
/// let submissions = Submissions::read(&rows, &["victims"], &areas)?;
/// let commune = areas.commune("12364").expect("a commune of 2022");
/// // Two half-years make the year.
/// let year: chitieu::Period = "2022".parse()?;
/// assert_eq!(submissions.reported("victims", Some(&year), &areas, &HashSet::new()), Reported::Communes([commune].into()));
/// assert_eq!(submissions.reported("sanctions", Some(&year), &areas, &HashSet::new()), Reported::Unknown);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Submissions {
    /// By table and code of the commune.
    sent: BTreeMap<String, BTreeMap<String, Sent>>,
    complete: BTreeSet<String>,
}

/// Days that a commune's submissions of a table cover, and whether each was received.
pub(crate) type Sent = BTreeSet<(Days, bool)>;

/// The communes that reported a table for a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reported {
    /// Nothing is known of the table: a zero may be a missing report.
    Unknown,
    /// Every commune.
    Everyone,
    /// These, as positions in the list of areas.
    Communes(HashSet<u32>),
}

impl Submissions {
    /// No submissions, and no complete table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads rows of `table`, `commune`, `period` (`2022`, `2022H1`, `2022Q1`, `2022-03` …) and, if there is such a column,
    /// `received_on`: a row without that day is a submission not yet received.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] and [`Error::WrongType`]; [`Error::BadValue`] for rows without a table of `tables` or without
    /// a period, [`Error::UnknownAreas`] for codes that the list of areas does not have.
    pub fn read(rows: &DataFrame, tables: &[&str], areas: &AreaList) -> Result<Self> {
        let (named, communes) = (texts(rows, "table")?, texts(rows, "commune")?);
        let periods = texts(rows, "period")?;
        let mut wrong = Wrong::default();
        let mut submissions = Self::new();
        for (row, is_received) in received(rows)?.into_iter().enumerate() {
            let table = named[row].as_deref().and_then(|name| tables.iter().find(|t| **t == name.trim()));
            let commune = communes[row].as_deref().map(str::trim).filter(|code| areas.commune(code).is_some());
            let period = periods[row].as_deref().and_then(|text| text.parse::<Period>().ok());
            wrong.note(row, table.is_some(), period.is_some(), commune.is_some(), communes[row].as_deref());
            if let (Some(table), Some(commune), Some(period)) = (table, commune, period) {
                submissions.add(table, commune, (period.first(), period.last()), is_received);
            }
        }
        wrong.into_result(tables, areas)?;
        Ok(submissions)
    }

    /// Adds a submission of a commune, received or still expected.
    fn add(&mut self, table: &str, commune: &str, days: Days, is_received: bool) {
        self.sent.entry(table.to_owned()).or_default().entry(commune.to_owned()).or_default().insert((days, is_received));
    }

    /// Declares tables complete: every commune reported them, for every period.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] for another table, [`Error::Repeated`] for one named twice.
    pub fn complete<S: AsRef<str>>(mut self, named: impl IntoIterator<Item = S>, tables: &[&str]) -> Result<Self> {
        for table in named {
            let table = table.as_ref();
            if !tables.contains(&table) {
                let known = tables.iter().map(|t| (*t).to_owned()).collect();
                return Err(Error::UnknownChoice { what: "complete", got: table.to_owned(), known });
            }
            if !self.complete.insert(table.to_owned()) {
                return Err(Error::Repeated { what: "complete", got: table.to_owned() });
            }
        }
        Ok(self)
    }

    /// Merges the submissions of two parts of one dataset, given the tables of each: a table is complete if every part that has
    /// it declares it so.
    #[must_use]
    pub fn merge(mut self, other: &Self, own: &[&str], others: &[&str]) -> Self {
        for (table, of_table) in &other.sent {
            let sent = self.sent.entry(table.clone()).or_default();
            for (commune, days) in of_table {
                sent.entry(commune.clone()).or_default().extend(days);
            }
        }
        let agrees = |part: &Self, has: &[&str], table: &String| part.complete.contains(table) || !has.contains(&table.as_str());
        let named = self.complete.union(&other.complete);
        self.complete = named.filter(|t| agrees(&self, own, t) && agrees(other, others, t)).cloned().collect();
        self
    }

    /// The submissions of some tables.
    #[must_use]
    pub(crate) fn only(mut self, tables: &[&str]) -> Self {
        self.sent.retain(|table, _| tables.contains(&table.as_str()));
        self.complete.retain(|table| tables.contains(&table.as_str()));
        self
    }

    /// Table, commune and submissions.
    pub(crate) fn senders(&self) -> impl Iterator<Item = (&str, &str, &Sent)> {
        self.sent.iter().flat_map(|(table, sent)| sent.iter().map(move |(commune, sent)| (table.as_str(), commune.as_str(), sent)))
    }

    /// The tables declared complete.
    pub(crate) fn complete_tables(&self) -> impl Iterator<Item = &str> {
        self.complete.iter().map(String::as_str)
    }

    /// True if there is no submission and no complete table.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sent.is_empty() && self.complete.is_empty()
    }

    /// The communes whose submissions of a table cover all days of a period, in one or in parts. A commune without any submission for
    /// these days counts as reporting if it has records: `present` holds the positions of such communes. Without a period the answer is
    /// known for complete tables only.
    #[must_use]
    pub fn reported(&self, table: &str, period: Option<&Period>, areas: &AreaList, present: &HashSet<u32>) -> Reported {
        if self.complete.contains(table) {
            return Reported::Everyone;
        }
        let (Some(sent), Some(asked)) = (self.sent.get(table), period.map(|p| (p.first(), p.last()))) else { return Reported::Unknown };
        let about = |sent: &&Sent| sent.iter().any(|(days, _)| days.0 <= asked.1 && asked.0 <= days.1);
        let named: HashMap<u32, &Sent> =
            sent.iter().filter_map(|(code, sent)| Some((areas.commune(code)?, Some(sent).filter(about)?))).collect();
        if named.is_empty() {
            return Reported::Unknown;
        }
        let received = |sent: &Sent| sent.iter().filter(|(_, is_received)| *is_received).map(|(days, _)| *days).collect();
        let whole = named.iter().filter(|(_, sent)| covers(&received(sent), asked)).map(|(place, _)| *place);
        Reported::Communes(whole.chain(present.iter().copied().filter(|place| !named.contains_key(place))).collect())
    }
}

/// Whether periods together cover all days from one to another.
pub(crate) fn covers(periods: &BTreeSet<Days>, (first, last): Days) -> bool {
    let mut next = Some(first);
    for (from, to) in periods {
        // Sorted by first day: no later period fills a gap.
        match next {
            Some(day) if day <= last && *from <= day => next = (*to).max(day.pred_opt().unwrap_or(day)).succ_opt(),
            _ => break,
        }
    }
    next.is_none_or(|day| day > last)
}

/// The texts of a column; a year among periods may be a whole number.
fn texts(rows: &DataFrame, name: &str) -> Result<Vec<Option<String>>> {
    let column = column(rows, name)?;
    let fits = match column.dtype() {
        DataType::Null | DataType::String | DataType::Categorical(..) | DataType::Enum(..) => true,
        other => name == "period" && other.is_integer(),
    };
    let text = column.cast(&DataType::String).ok().filter(|_| fits).ok_or_else(|| wrong_type(column, Phrase::Text))?;
    let text = text.str().map_err(|_| wrong_type(column, Phrase::Text))?;
    Ok(text.iter().map(|value| value.map(str::to_owned)).collect())
}

/// Whether each row was received; without the column all were.
fn received(rows: &DataFrame) -> Result<Vec<bool>> {
    let Ok(column) = rows.column("received_on") else { return Ok(vec![true; rows.height()]) };
    if !matches!(column.dtype(), DataType::Null | DataType::Date | DataType::Datetime(..)) {
        return Err(wrong_type(column, Phrase::DateType));
    }
    Ok(column.is_not_null().iter().map(|there| there == Some(true)).collect())
}

fn column<'a>(rows: &'a DataFrame, name: &str) -> Result<&'a Column> {
    rows.column(name).map_err(|_| Error::MissingColumn {
        table: TABLE.to_owned(),
        column: name.to_owned(),
        expected: Phrase::Text.into(),
        found: rows.get_column_names().iter().map(ToString::to_string).collect(),
        indicator: crate::error::COVERAGE.to_owned(),
    })
}

fn wrong_type(column: &Column, expected: Phrase) -> Error {
    Error::WrongType {
        table: TABLE.to_owned(),
        column: column.name().to_string(),
        expected: expected.into(),
        found: Fact::verbatim(column.dtype()),
    }
}

/// Row numbers with values that cannot be read, by column.
#[derive(Default)]
struct Wrong {
    tables: Vec<u64>,
    periods: Vec<u64>,
    communes: Vec<u64>,
    codes: BTreeSet<String>,
}

/// Rows named in a message.
const FIRST: usize = 5;

impl Wrong {
    fn note(&mut self, row: usize, table: bool, period: bool, commune: bool, code: Option<&str>) {
        let row = row as u64 + 1;
        self.tables.extend((!table).then_some(row));
        self.periods.extend((!period).then_some(row));
        if !commune {
            self.communes.push(row);
            // Only values that look like codes are shown: no other value of a record may reach a message.
            let looks = |code: &&str| !code.is_empty() && code.len() <= 8 && code.bytes().all(|b| b.is_ascii_digit());
            self.codes.extend(code.map(str::trim).filter(looks).map(str::to_owned));
        }
    }

    fn into_result(self, tables: &[&str], areas: &AreaList) -> Result<()> {
        let bad = |column: &str, expected: Phrase, rows: &[u64]| Error::BadValue {
            table: TABLE.to_owned(),
            column: column.to_owned(),
            expected: expected.into(),
            rows: rows.len() as u64,
            first: rows.iter().take(FIRST).copied().collect(),
        };
        if !self.tables.is_empty() {
            return Err(bad("table", Phrase::OneOf(tables.join(", ")), &self.tables));
        }
        if !self.periods.is_empty() {
            return Err(bad("period", Phrase::PeriodSuchAs, &self.periods));
        }
        if !self.communes.is_empty() {
            let codes: Vec<String> = self.codes.into_iter().take(FIRST).collect();
            return Err(Error::UnknownAreas {
                table: TABLE.to_owned(),
                column: "commune".to_owned(),
                rows: self.communes.len() as u64,
                held_by: super::list_with(&codes),
                codes,
                vintage: areas.day().to_string(),
            });
        }
        Ok(())
    }
}

/// How many of an area's communes reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reports {
    /// The communes that reported; none if unknown.
    pub reported: Option<u64>,
    /// All communes of the area.
    pub expected: u64,
}

impl Reports {
    /// True if some commune is known not to have reported.
    #[must_use]
    pub fn is_partial(self) -> bool {
        self.reported.is_some_and(|reported| reported < self.expected)
    }
}

/// The communes that should report and those that did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    by_area: HashMap<u32, Reports>,
}

impl Coverage {
    /// All communes of the provinces in which some commune has rows are expected to report.
    #[must_use]
    pub fn new(areas: &AreaList, with_rows: impl IntoIterator<Item = u32>, reported: &Reported) -> Self {
        let provinces: HashSet<u32> = with_rows.into_iter().map(|commune| areas.up_to(commune, Level::Province)).collect();
        let known = *reported != Reported::Unknown;
        let mut by_area: HashMap<u32, Reports> = HashMap::new();
        // The country has an entry even if no province has.
        by_area.insert(0, Reports { reported: known.then_some(0), expected: 0 });
        for (place, area) in (0_u32..).zip(areas.areas()) {
            if area.level != Level::Commune || !provinces.contains(&areas.up_to(place, Level::Province)) {
                continue;
            }
            let own = match reported {
                Reported::Unknown => None,
                Reported::Everyone => Some(1),
                Reported::Communes(communes) => Some(u64::from(communes.contains(&place))),
            };
            let mut above = Some(place);
            while let Some(holder) = above {
                let here = by_area.entry(holder).or_insert(Reports { reported: known.then_some(0), expected: 0 });
                here.expected += 1;
                here.reported = here.reported.zip(own).map(|(sum, own)| sum + own);
                above = areas.get(holder).parent;
            }
        }
        Self { by_area }
    }

    /// The reports of an area; none if no expected commune lies in it.
    #[must_use]
    pub fn of(&self, area: u32) -> Option<Reports> {
        self.by_area.get(&area).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(first: &str, last: &str) -> Days {
        (first.parse().unwrap(), last.parse().unwrap())
    }

    #[test]
    fn parts_cover_a_period_if_no_day_is_left() {
        let year = days("2022-01-01", "2022-12-31");
        let of = |texts: &[&str]| {
            let period = |text: &&str| text.parse::<Period>().map(|p| (p.first(), p.last())).unwrap();
            covers(&texts.iter().map(period).collect(), year)
        };
        assert!(of(&["2022"]));
        assert!(of(&["2022Q4", "2022Q1", "2022Q3", "2022Q2"]));
        assert!(of(&["2022H1", "2022Q3", "2022-10", "2022-11", "2022-12"]));
        assert!(of(&["2021-01-01/2023-12-31"]));
        assert!(of(&["2021-2022", "2022-2023"]), "two school years hold the calendar year");
        // A short period inside a long one takes nothing away.
        assert!(of(&["2022", "2022-03"]));
        assert!(!of(&[]));
        assert!(!of(&["2022Q1", "2022Q2", "2022Q4"]));
        assert!(!of(&["2022-01-02/2022-12-31"]));
        assert!(!of(&["2022-01-01/2022-12-30"]));
        assert!(!of(&["2021", "2023"]));
        assert!(!of(&["2021", "2022H2"]));
    }

    #[test]
    fn coverage_adds_up_over_the_areas_above() {
        let areas = AreaList::on("2022-12-31".parse().unwrap()).unwrap();
        let commune = areas.commune("12364").unwrap();
        let province = areas.up_to(commune, Level::Province);
        let coverage = Coverage::new(&areas, [commune], &Reported::Communes([commune].into()));
        // Hưng Yên had 161 communes at the end of 2022 (units.csv).
        let whole = Reports { reported: Some(1), expected: 161 };
        assert_eq!(
            (coverage.of(0), coverage.of(province), coverage.of(commune)),
            (Some(whole), Some(whole), Some(Reports { reported: Some(1), expected: 1 }))
        );
        assert!(whole.is_partial());
        let unknown = Coverage::new(&areas, [commune], &Reported::Unknown).of(province).unwrap();
        assert_eq!(unknown, Reports { reported: None, expected: 161 });
        assert!(!unknown.is_partial() && Coverage::new(&areas, [commune], &Reported::Everyone).of(0).unwrap().reported == Some(161));
    }
}
