//! A table of one's own, counted by dimensions and conditions of one's own, without any indicator.

use crate::area::{AreaList, Level};
use crate::catalogue::{Catalogue, ColumnType, Condition, EthnicList, Table, Time, band_labels};
use crate::error::{Error, Fact, Phrase, Result, once};
use crate::period::Period;
use crate::question::{Axis, Block, How, IN_PERIOD, Question, UnknownAreas, check_rows};
use crate::tally::{Context, Counting, Margins, Spot, Tally};
use polars::prelude::{Column, DataFrame};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Columns of the result that no dimension may be called after.
const TAKEN: [&str; 5] = ["quantity", "area", "area_level", "count", "undecided"];

/// One way of counting: rows, distinct values or a sum, of the rows that meet a condition.
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
    /// Rows.
    #[must_use]
    pub fn rows() -> Self {
        Self { how: How::Rows, condition: None }
    }

    /// Distinct values of a column of text. A row without a value cannot be told apart from others: each counts as one.
    #[must_use]
    pub fn distinct(column: impl Into<String>) -> Self {
        Self { how: How::Distinct(column.into()), condition: None }
    }

    /// The sum of a column of whole numbers, in which neither a null nor a number below 0 is allowed.
    #[must_use]
    pub fn sum(column: impl Into<String>) -> Self {
        Self { how: How::Sum(column.into()), condition: None }
    }

    /// Only of rows that meet a condition in SQL; see [`Condition::read`] for what is understood. Where a null leaves it
    /// open, the row stands in `undecided`.
    #[must_use]
    pub fn filter(mut self, sql: impl Into<String>) -> Self {
        self.condition = Some(sql.into());
        self
    }
}

/// Counts of one table by dimensions, and by area if it has one: the counting machine for an embedder's own records.
///
/// ```
/// use chitieu::catalogue::{ColumnType, Table};
/// use chitieu::{Count, Crosstab};
/// use polars::prelude::*;
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
/// // The child whose age nobody wrote down may be under 16.
/// assert_eq!(table.column("undecided")?.i64()?.get(5), Some(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Crosstab {
    question: Question,
    context: Context,
    /// Name, and the series counted and left open.
    counts: Vec<(String, usize, usize)>,
    /// What each series is called in an error.
    names: Vec<String>,
}

impl AsRef<Question> for Crosstab {
    fn as_ref(&self) -> &Question {
        &self.question
    }
}

/// A crosstab in the making; see [`Crosstab::of`].
#[derive(Debug, Clone)]
pub struct CrosstabBuilder {
    table: Table,
    by: Vec<(String, Split)>,
    counts: Vec<(String, Count)>,
    area: Option<(String, AreaList, Level)>,
    unknown_areas: UnknownAreas,
    period: Option<(String, Period)>,
    ethnic_list: Option<EthnicList>,
}

#[derive(Debug, Clone)]
enum Split {
    Words(Vec<String>),
    Bands(Vec<i32>),
}

impl CrosstabBuilder {
    /// A dimension: a column of text, codes, flags (`true`, `false`) or lists, and its categories. Any other value, and none,
    /// stands in `unknown`. A row with a list counts in each of its codes and once in `total`.
    #[must_use]
    pub fn by<S: Into<String>>(mut self, column: impl Into<String>, categories: impl IntoIterator<Item = S>) -> Self {
        self.by.push((column.into(), Split::Words(categories.into_iter().map(Into::into).collect())));
        self
    }

    /// A dimension: a column of whole numbers cut into bands; `[0, 6, 16]` is 0–5 and 6–15. A number outside every band
    /// stands in `total` alone.
    #[must_use]
    pub fn by_bands(mut self, column: impl Into<String>, cuts: impl IntoIterator<Item = i32>) -> Self {
        self.by.push((column.into(), Split::Bands(cuts.into_iter().collect())));
        self
    }

    /// A quantity to count, under a name of its own.
    #[must_use]
    pub fn count(mut self, name: impl Into<String>, count: Count) -> Self {
        self.counts.push((name.into(), count));
        self
    }

    /// The column with the codes of communes, their list, and the finest level counted. Without this call all rows are
    /// counted together.
    #[must_use]
    pub fn areas(mut self, column: impl Into<String>, list: AreaList, level: Level) -> Self {
        self.area = Some((column.into(), list, level));
        self
    }

    /// What to do with codes that the list does not have.
    #[must_use]
    pub fn unknown_areas(mut self, policy: UnknownAreas) -> Self {
        self.unknown_areas = policy;
        self
    }

    /// Only rows with a date in a period; a row without a date stands in `undecided`.
    #[must_use]
    pub fn period(mut self, column: impl Into<String>, period: Period) -> Self {
        self.period = Some((column.into(), period));
        self
    }

    /// The official list of the codes in columns whose `codes` are `ethnicity`.
    #[must_use]
    pub fn ethnic_list(mut self, list: EthnicList) -> Self {
        self.ethnic_list = Some(list);
        self
    }

    /// Checks everything and gives the crosstab.
    ///
    /// # Errors
    /// [`Error::Catalogue`] names the table and what of it does not hold, [`Error::Repeated`] what stands twice.
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
            if let Some(list) = column.codes.as_deref().filter(|list| *list != "ethnicity" && codes.list(list).is_none()) {
                let known: Vec<&str> = codes.lists().iter().map(|l| l.id.as_str()).chain(["ethnicity"]).collect();
                return Err(refuse(key, Phrase::OneOf(known.join(", ")).into(), Fact::quoted(list)));
            }
        }
        once("column", self.table.columns.iter().map(|c| c.id.as_str()))?;
        once("count", self.counts.iter().map(|(name, _)| name.as_str()))?;
        once("by", self.by.iter().map(|(name, _)| name.as_str()).chain(TAKEN))?;
        let mut table = self.table.clone();
        let seen = |column: &str, key: &str, kinds: &[ColumnType]| match self.table.seen(column) {
            Some(kind) if kinds.contains(&kind) => Ok(kind),
            Some(kind) => {
                let expected = if kinds == [ColumnType::Area] { Phrase::AreaColumn.into() } else { kinds[0].fact() };
                Err(refuse(format!("{key} \"{column}\""), expected, kind.fact()))
            }
            None => Err(refuse(key.to_owned(), Phrase::ColumnOf(id.clone()).into(), Fact::quoted(column))),
        };
        let mut axes = Vec::new();
        for (column, split) in &self.by {
            let key = || format!("by \"{column}\"");
            let (categories, cuts, is_multiple) = match split {
                Split::Bands(cuts) => {
                    seen(column, "by", &[ColumnType::Integer])?;
                    if cuts.len() < 2 || !cuts.windows(2).all(|w| w[0] < w[1]) {
                        return Err(refuse(key(), Phrase::RisingNumbers.into(), Fact::verbatim(format_args!("{cuts:?}"))));
                    }
                    (band_labels(cuts), cuts.clone(), false)
                }
                Split::Words(words) => {
                    let kind = seen(column, "by", &[ColumnType::Text, ColumnType::Area, ColumnType::Flag, ColumnType::List])?;
                    once("category", words.iter().map(String::as_str).chain(["total", "unknown"]))?;
                    let list = self.table.column(column).and_then(|c| c.codes.as_deref());
                    if let Some((list, word)) = list.and_then(|list| Some((list, words.iter().find(|w| !codes.has(list, w))?))) {
                        return Err(refuse(key(), Phrase::CodeOf(list.to_owned()).into(), Fact::quoted(word)));
                    }
                    (words.clone(), Vec::new(), kind == ColumnType::List)
                }
            };
            let parents = vec![None; categories.len()];
            axes.push(Axis { name: column.clone(), column: column.clone(), categories, parents, cuts, is_multiple });
        }
        let cells = axes.iter().try_fold(1_u64, |cells, axis| cells.checked_mul(axis.size())).map_or(u128::MAX, u128::from);
        check_rows(cells)?;
        let date = self.period.as_ref().map(|(column, _)| column.clone());
        if let Some(column) = &date {
            seen(column, "period", &[ColumnType::Date])?;
        }
        let (area, areas, level) = match self.area.clone() {
            Some((column, list, level)) => {
                seen(&column, "areas", &[ColumnType::Area])?;
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
                How::Distinct(column) => drop(seen(column, &key, &[ColumnType::Text, ColumnType::Area])?),
                How::Sum(column) => {
                    seen(column, &key, &[ColumnType::Integer])?;
                    // A missing number would count as nothing and never say so.
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
            split: crate::area::Split::Unallocated,
            unknown_areas: self.unknown_areas,
            coverage: false,
            blocks: vec![Block { table: id.clone(), date, lag: 0, axes }],
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
    /// Begins a crosstab of a table, whose columns are named beforehand. Of the columns only those are read that some
    /// dimension or condition asks for.
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

    /// Begins to count, batch after batch.
    #[must_use]
    pub fn counting(&self) -> Counting<'_> {
        Counting::new(&self.question, &self.question.tables[0].id, &self.context).with_every_column(&self.names)
    }

    /// Counts the rows of some batches, in any split.
    ///
    /// # Errors
    /// A schema error before any row of a batch is read, or a data error that counts all rows concerned.
    pub fn count(&self, batches: impl IntoIterator<Item = Result<DataFrame>>) -> Result<Tally> {
        self.counting().all(batches)
    }

    /// From a tally to a table: `quantity`, with areas `area` and `area_level`, the dimensions (`total`, each category,
    /// `unknown`), `count` and `undecided`. Every cell has a row; areas are the country and all units of the provinces met.
    ///
    /// # Errors
    /// [`Error::TallyMismatch`] if the tally is of another question, [`Error::BadNumber`] if the table would be too large.
    pub fn finish(&self, tally: &Tally) -> Result<DataFrame> {
        tally.check_is_of(&self.question)?;
        let margins = Margins::new(&self.question, tally)?;
        let grid = &margins.grids[0];
        let lines: Vec<Vec<u64>> = grid.axes.iter().map(|axis| [axis.total()].into_iter().chain(0..=axis.unknown()).collect()).collect();
        let spots = Spot::all(&self.question, tally);
        let rows = lines.iter().map(|line| line.len() as u128).product::<u128>() * (spots.len() * self.counts.len()) as u128;
        check_rows(rows)?;
        let offsets = grid.offsets(&lines.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let categories: Vec<Vec<u64>> = offsets.iter().map(|offset| grid.split(*offset).1).collect();
        let cells = spots.iter().flat_map(|spot| offsets.iter().map(move |offset| (spot.place, *offset)));
        let of_counts = || self.counts.iter().flat_map(|of| cells.clone().map(move |cell| (of, cell)));
        let column = |name: &str, numbers: Vec<i64>| Column::new(name.into(), numbers);
        let text = |name: &str, words: Vec<&str>| Column::new(name.into(), words);
        let in_areas = |word: fn(&Spot) -> &str| {
            let once = spots.iter().flat_map(|spot| std::iter::repeat_n(word(spot), offsets.len()));
            self.counts.iter().flat_map(|_| once.clone()).collect::<Vec<_>>()
        };
        let mut columns = vec![text("quantity", of_counts().map(|((name, ..), _)| name.as_str()).collect())];
        if self.question.area.is_some() {
            columns.extend([text("area", in_areas(|s| &s.code)), text("area_level", in_areas(|s| s.level))]);
        }
        for (nth, axis) in grid.axes.iter().enumerate() {
            let label = |category: u64| match axis.categories.get(category as usize) {
                Some(named) => named.as_str(),
                None if category == axis.total() => "total",
                None => "unknown",
            };
            let once = categories.iter().map(|of| label(of[nth]));
            columns.push(text(&axis.name, (0..spots.len() * self.counts.len()).flat_map(|_| once.clone()).collect()));
        }
        let signed = |count: u64| count.cast_signed();
        columns.extend([
            column("count", of_counts().map(|((_, c, _), (area, at))| signed(margins.count(*c, area, at))).collect()),
            column("undecided", of_counts().map(|((_, c, o), (area, at))| signed(margins.undecided(*o, *c, area, at))).collect()),
        ]);
        DataFrame::new(usize::try_from(rows).unwrap_or(0), columns)
            .map_err(|e| Error::Frame { table: self.question.tables[0].id.clone(), found: Fact::library(e) })
    }
}
