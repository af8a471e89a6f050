//! Counts of a caller's own table, by dimensions and conditions of the caller's own, without any indicator.

use crate::area::{AreaList, Level, Split};
use crate::catalogue::{Catalogue, ColumnType, Condition, ETHNICITY, EthnicList, Table, Time, band_labels};
use crate::error::{Error, Fact, Phrase, Result, once};
use crate::grid::{Categories, Columns, Cross, UNKNOWN, check_rows};
use crate::period::Period;
use crate::question::{Block, How, IN_PERIOD, Question, UnknownAreas};
use crate::tally::{Context, Counting, Margins, Tally, areas_of};
use polars_core::prelude::DataFrame;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Columns of the result: no dimension may have these names.
const TAKEN: [&str; 5] = ["quantity", "area", "area_level", "count", "undecided"];

/// A way of counting: rows, distinct values or a sum, over the rows that meet a condition.
///
/// ```
/// use chitieu::Count;
/// let girls = Count::rows().filter("sex = 'female' AND age < 16");
/// let callers = Count::distinct("caller_id");
/// let minutes = Count::sum("minutes").filter("topic IN ('abuse', 'bullying')");
/// # let _ = (girls, callers, minutes);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    how: How,
    condition: Option<String>,
}

impl Count {
    /// Counts rows.
    #[must_use]
    pub fn rows() -> Self {
        Self { how: How::Rows, condition: None }
    }

    /// Counts distinct values of a text column. Each row without a value counts as one.
    #[must_use]
    pub fn distinct(column: impl Into<String>) -> Self {
        Self { how: How::Distinct(column.into()), condition: None }
    }

    /// Sums a column of whole numbers, in which neither nulls nor numbers below 0 are allowed.
    #[must_use]
    pub fn sum(column: impl Into<String>) -> Self {
        Self { how: How::Sum(column.into()), condition: None }
    }

    /// Counts only rows that meet a condition in SQL; see [`Condition::read`] for what is understood. Rows for which a null leaves it
    /// open are counted in `undecided`.
    #[must_use]
    pub fn filter(mut self, sql: impl Into<String>) -> Self {
        self.condition = Some(sql.into());
        self
    }
}

/// Counts of one table by dimensions, and by area if it has one: the counting machine for your own records.
///
/// ```
/// use chitieu::catalogue::{ColumnType, Table};
/// use chitieu::{Count, Crosstab};
/// use polars_core::prelude::*;
///
/// let calls = Table::new("calls").with("topic", ColumnType::Text).with("age", ColumnType::Integer);
/// let crosstab = Crosstab::of(calls)
///     .by("topic", ["abuse", "school"])
///     .count("calls", Count::rows())
///     .count("under_16", Count::rows().filter("age < 16"))
///     .build()?;
/// let frame = df!["topic" => ["abuse", "school", "abuse", "weather"], "age" => [Some(9), Some(17), None, Some(12)]]?;
///
/// // Any split of the rows gives the same tally, and tallies merge.
/// let tally = crosstab.count([Ok(frame.head(Some(1)))])?.merge(&crosstab.count([Ok(frame.slice(1, 3))])?)?;
/// let table = crosstab.finish(&tally)?;
/// // For each quantity: total, abuse, school, unknown (here the weather).
/// assert_eq!(table.column("count")?.i64()?.to_vec_null_aware().left(), Some(vec![4, 2, 1, 1, 2, 1, 0, 1]));
/// // The child without an age may be under 16.
/// assert_eq!(table.column("undecided")?.i64()?.get(5), Some(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Crosstab {
    pub(crate) question: Question,
    context: Context,
    /// Name, series counted and series undecided.
    counts: Vec<(String, usize, usize)>,
    /// The name of each series in errors.
    names: Vec<String>,
}

/// A crosstab in the making; see [`Crosstab::of`].
#[derive(Debug, Clone)]
pub struct CrosstabBuilder {
    table: Table,
    by: Vec<(String, By)>,
    counts: Vec<(String, Count)>,
    area: Option<(String, AreaList, Level)>,
    unknown_areas: UnknownAreas,
    period: Option<(String, Period)>,
    ethnic_list: Option<EthnicList>,
}

#[derive(Debug, Clone)]
enum By {
    Categories(Vec<String>),
    Bands(Vec<i32>),
}

impl CrosstabBuilder {
    /// A dimension: a column of text, codes, flags (`true`, `false`) or lists, and its categories. Other values and nulls count as
    /// `unknown`. A row with a list counts under each of its codes and once in `total`.
    #[must_use]
    pub fn by<S: Into<String>>(mut self, column: impl Into<String>, categories: impl IntoIterator<Item = S>) -> Self {
        self.by.push((column.into(), By::Categories(categories.into_iter().map(Into::into).collect())));
        self
    }

    /// A dimension: a column of whole numbers cut into bands; `[0, 6, 16]` is 0–5 and 6–15. A number outside every band counts
    /// in `total` only.
    #[must_use]
    pub fn by_bands(mut self, column: impl Into<String>, cuts: impl IntoIterator<Item = i32>) -> Self {
        self.by.push((column.into(), By::Bands(cuts.into_iter().collect())));
        self
    }

    /// A quantity to count, and its name.
    #[must_use]
    pub fn count(mut self, name: impl Into<String>, count: Count) -> Self {
        self.counts.push((name.into(), count));
        self
    }

    /// The column of commune codes, their list, and the finest level counted. Without this call rows are not counted by area.
    #[must_use]
    pub fn areas(mut self, column: impl Into<String>, list: AreaList, level: Level) -> Self {
        self.area = Some((column.into(), list, level));
        self
    }

    /// What to do with codes that are not on the list.
    #[must_use]
    pub fn unknown_areas(mut self, policy: UnknownAreas) -> Self {
        self.unknown_areas = policy;
        self
    }

    /// Counts only rows with a date in a period; rows without a date are counted in `undecided`.
    #[must_use]
    pub fn period(mut self, column: impl Into<String>, period: Period) -> Self {
        self.period = Some((column.into(), period));
        self
    }

    /// The official list behind columns whose `codes` are `ethnicity`.
    #[must_use]
    pub fn ethnic_list(mut self, list: EthnicList) -> Self {
        self.ethnic_list = Some(list);
        self
    }

    /// Checks everything and builds the crosstab.
    ///
    /// # Errors
    /// [`Error::Catalogue`] names the table and the part of it that is wrong, [`Error::Repeated`] what is given twice.
    pub fn build(self) -> Result<Crosstab> {
        let catalogue = Catalogue::builtin();
        let id = self.table.id.clone();
        let refuse = |key: String, expected: Fact, found: Fact| Error::Catalogue { file: id.clone(), key, expected, found };
        if catalogue.table(&id).is_some() {
            return Err(refuse("table".to_owned(), Phrase::NewTableName.into(), Fact::quoted(&id)));
        }
        if self.table.time != Time::Event {
            return Err(refuse("time".to_owned(), Phrase::TableOfEvents.into(), Fact::verbatim(format_args!("{:?}", self.table.time))));
        }
        let codes = catalogue.codes().clone();
        for column in &self.table.columns {
            let key = format!("column \"{}\"", column.id);
            if column.id.is_empty() || column.id.starts_with('#') {
                return Err(refuse(key, Phrase::NameWithoutHash.into(), Fact::quoted(&column.id)));
            }
            if let Some(list) = column.codes.as_deref().filter(|list| *list != ETHNICITY && codes.list(list).is_none()) {
                let known: Vec<&str> = codes.lists().iter().map(|l| l.id.as_str()).chain([ETHNICITY]).collect();
                return Err(refuse(key, Phrase::OneOf(known.join(", ")).into(), Fact::quoted(list)));
            }
        }
        once("column", self.table.columns.iter().map(|c| c.id.as_str()))?;
        once("count", self.counts.iter().map(|(name, _)| name.as_str()))?;
        once("by", self.by.iter().map(|(name, _)| name.as_str()).chain(TAKEN))?;
        let mut table = self.table.clone();
        let typed = |column: &str, key: &str, kinds: &[ColumnType]| match self.table.seen(column) {
            Some(kind) if kinds.contains(&kind) => Ok(kind),
            Some(kind) => {
                let expected = if kinds == [ColumnType::Area] { Phrase::AreaColumn.into() } else { kinds[0].fact() };
                Err(refuse(format!("{key} \"{column}\""), expected, kind.fact()))
            }
            None => Err(refuse(key.to_owned(), Phrase::ColumnOf(id.clone()).into(), Fact::quoted(column))),
        };
        let mut dimensions = Vec::new();
        for (column, by) in &self.by {
            let key = || format!("by \"{column}\"");
            let (labels, cuts, is_multiple) = match by {
                By::Bands(cuts) => {
                    typed(column, "by", &[ColumnType::Integer])?;
                    if cuts.len() < 2 || !cuts.windows(2).all(|w| w[0] < w[1]) {
                        return Err(refuse(key(), Phrase::RisingNumbers.into(), Fact::verbatim(format_args!("{cuts:?}"))));
                    }
                    (band_labels(cuts), cuts.clone(), false)
                }
                By::Categories(categories) => {
                    let kind = typed(column, "by", &[ColumnType::Text, ColumnType::Area, ColumnType::Flag, ColumnType::List])?;
                    once("category", categories.iter().map(String::as_str).chain(["total", "unknown"]))?;
                    let list = self.table.column(column).and_then(|c| c.codes.as_deref());
                    if let Some((list, code)) = list.and_then(|list| Some((list, categories.iter().find(|w| !codes.has(list, w))?))) {
                        return Err(refuse(key(), Phrase::CodeOf(list.to_owned()).into(), Fact::quoted(code)));
                    }
                    (categories.clone(), Vec::new(), kind == ColumnType::List)
                }
            };
            let parents = vec![None; labels.len()];
            dimensions.push(Categories {
                name: column.clone(),
                column: column.clone(),
                labels,
                unknown_label: UNKNOWN,
                parents,
                cuts,
                is_multiple,
            });
        }
        let cross = Cross::new(dimensions);
        check_rows(u128::from(cross.size()))?;
        let date = self.period.as_ref().map(|(column, _)| column.clone());
        if let Some(column) = &date {
            typed(column, "period", &[ColumnType::Date])?;
        }
        let (area, areas, level) = match self.area.clone() {
            Some((column, list, level)) => {
                typed(&column, "areas", &[ColumnType::Area])?;
                list.check_level(level)?;
                (Some(column), list, level)
            }
            None => (None, AreaList::country(), Level::Country),
        };
        let mut read = Vec::new();
        for (name, count) in &self.counts {
            let key = format!("count \"{name}\"");
            let condition = match &count.condition {
                None => Condition::Always,
                Some(sql) => Condition::read(sql, &table)
                    .and_then(|condition| codes.check(&condition, &table).map(|()| condition))
                    .map_err(|(expected, found)| refuse(format!("{key}.filter"), expected, found))?,
            };
            match &count.how {
                How::Rows => {}
                How::Distinct(column) => drop(typed(column, &key, &[ColumnType::Text, ColumnType::Area])?),
                How::Sum(column) => {
                    typed(column, &key, &[ColumnType::Integer])?;
                    // A missing number would silently count as 0.
                    for summed in table.columns.iter_mut().filter(|c| c.id == *column) {
                        summed.required = true;
                        summed.least = Some(summed.least.unwrap_or(0).max(0));
                    }
                }
            }
            let inside = if date.is_some() { Condition::Flag(IN_PERIOD.to_owned()) } else { Condition::Always };
            read.push((name, &count.how, inside.and(condition)));
        }
        let mut question = Question {
            codes,
            period: self.period.clone().map(|(_, period)| period),
            areas: Arc::new(areas),
            area,
            level,
            split: Split::Unallocated,
            unknown_areas: self.unknown_areas,
            coverage: false,
            blocks: vec![Block { table: id.clone(), date, lag: 0, cross }],
            series: Vec::new(),
            undecided: BTreeSet::new(),
            tables: vec![table],
            fingerprint: 0,
        };
        let mut counts = Vec::new();
        let mut names = Vec::new();
        for (name, how, condition) in read {
            let counted = question.series(0, how, condition.clone());
            let open = question.series(0, how, condition.undecided());
            names.resize(question.series.len(), name.clone());
            question.undecided.insert((open, counted));
            counts.push((name.clone(), counted, open));
        }
        let Question { tables, blocks, series, period, area, level, unknown_areas, .. } = &question;
        let list = (question.areas.day(), question.areas.areas().len(), self.ethnic_list);
        let all = format!("{:?}", (tables, blocks, series, period, (area, level, unknown_areas, list), &counts));
        question.fingerprint = xxhash_rust::xxh3::xxh3_64(all.as_bytes());
        let context = Context { ethnic_list: self.ethnic_list, ..Context::default() };
        Ok(Crosstab { question, context, counts, names })
    }
}

impl Crosstab {
    /// Begins a crosstab of a table with known columns. Only columns that a dimension, condition or count uses are read.
    #[must_use]
    pub fn of(table: Table) -> CrosstabBuilder {
        CrosstabBuilder {
            table,
            by: Vec::new(),
            counts: Vec::new(),
            area: None,
            unknown_areas: UnknownAreas::Error,
            period: None,
            ethnic_list: None,
        }
    }

    /// Counts rows given in batches, split in any way.
    ///
    /// # Errors
    /// A schema error before any row of a batch is read, or a data error that counts all rows concerned.
    pub fn count(&self, batches: impl IntoIterator<Item = Result<DataFrame>>) -> Result<Tally> {
        Counting::new(&self.question, &self.question.tables[0].id, &self.context).with_every_column(&self.names).all(batches)
    }

    /// The tally of no rows.
    #[must_use]
    pub fn empty(&self) -> Tally {
        Tally::empty(&self.question)
    }

    /// The tally of this crosstab from its [table](Tally::to_frame).
    ///
    /// # Errors
    /// [`Error::TallyMismatch`] if the table is of another crosstab or version, [`Error::Frame`] if it is no complete tally.
    pub fn tally(&self, frame: &DataFrame) -> Result<Tally> {
        Tally::from_frame(&self.question, frame)
    }

    /// From a tally to a table: `quantity`, with areas `area` and `area_level`, the dimensions (`total`, each category,
    /// `unknown`), `count` and `undecided`. Every cell has a row; areas are the country and all units of provinces with rows.
    ///
    /// # Errors
    /// [`Error::TallyMismatch`] if the tally is of another question, [`Error::BadNumber`] if the table would be too large.
    pub fn finish(&self, tally: &Tally) -> Result<DataFrame> {
        tally.check_is_of(&self.question)?;
        let margins = Margins::new(&self.question, tally)?;
        let cross = margins.grids[0].cross;
        let areas = areas_of(&self.question, tally);
        check_rows(cross.rows() * (areas.len() * self.counts.len()) as u128)?;
        let shown = cross.shown();
        let of_areas = || areas.places().iter().flat_map(|place| shown.iter().map(|cell| (u64::from(*place), *cell)));
        let each = areas.len() * shown.len();
        let names = self.counts.iter().flat_map(|(name, ..)| std::iter::repeat_n(name, each));
        let count = |(_, counted, _): &(String, usize, usize)| {
            let counted = *counted;
            of_areas().map(|(area, cell)| margins.count(counted, area, cell)).collect::<Vec<_>>()
        };
        let undecided = |(_, counted, open): &(String, usize, usize)| {
            of_areas().map(|(area, cell)| margins.undecided(*open, *counted, area, cell)).collect::<Vec<_>>()
        };
        let mut columns = Columns::new(each * self.counts.len()).words("quantity", names);
        if self.question.area.is_some() {
            columns = columns.areas(&areas, shown.len());
        }
        let columns = columns
            .cross(cross)
            .counts("count", self.counts.iter().flat_map(count))
            .counts("undecided", self.counts.iter().flat_map(undecided));
        Ok(columns.finish()?.0)
    }
}
