//! The records of abuse, read once: every count of this room comes from them.

use super::choice::Choice;
use super::facts::Facts;
use super::known::Known;
use super::report::{TableReader, need};
use super::select::Selection;
use crate::area::AreaList;
use crate::catalogue::{Catalogue, EthnicList};
use crate::decree56::Decree56;
use crate::error::{Error, Fact, Phrase, Result};
use crate::question::UnknownAreas;
use crate::record::{Problems, Records, announce, parts};
use chrono::NaiveDate;
use polars_core::prelude::DataFrame;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The tables of abuse.
pub(super) const TABLES: [&str; 3] = ["victims", "perpetrators", "sanctions"];

/// Reports of abuse, perpetrators and sanctions as compact facts, without any identifier in clear.
///
/// Parts of a register merge, in any order and grouping, to the register read at once.
///
/// ```
/// use chitieu::abuse::{Choice, Register};
/// use chitieu::{Dataset, area::Level};
/// use polars_core::prelude::*;
/// // One case with two children; the first is reported again in a second case.
/// let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
/// let victims = df![
///     "case_id" => ["c1", "c1", "c2"],
///     "child_id" => ["k1", "k2", "k1"],
///     "birth_year" => [2012, 2014, 2012],
///     "commune" => ["12364"; 3],
///     "received_date" => [day("2022-02-01"), day("2022-02-01"), day("2022-09-01")],
///     "confirmed" => [true; 3],
/// ]?;
/// let register = Register::read(&Dataset::new().with("victims", victims)?, "2022-12-31".parse()?)?;
/// let selection = register.select(Choice::new().period("2022".parse()?))?;
/// let units = selection.units(Level::Country)?;
/// let counts: Vec<_> = units.frame().column("count")?.i64()?.iter().flatten().collect();
/// // Cases, children, incidents; perpetrators, pairs and decisions need other tables.
/// assert_eq!(counts, [2, 2, 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Register(pub(super) Arc<Facts>);

/// How a register is read; see [`Register::reader`].
#[derive(Debug, Clone, Copy)]
pub struct RegisterReader {
    area_vintage: NaiveDate,
    unknown_areas: UnknownAreas,
    is_part: bool,
}

impl RegisterReader {
    /// What to do with area codes that are not in the list.
    #[must_use]
    pub fn unknown_areas(mut self, policy: UnknownAreas) -> Self {
        self.unknown_areas = policy;
        self
    }

    /// The records are a part of a register: the victims of a perpetrator may be in another part. Perpetrators whose case
    /// is in no part are not counted; without this call they are an error.
    #[must_use]
    pub fn part(mut self) -> Self {
        self.is_part = true;
        self
    }

    /// Reads the tables of abuse.
    ///
    /// # Errors
    /// Schema errors before any row is read, then data errors.
    pub fn read(self, records: &dyn Records) -> Result<Register> {
        let (metadata, there) = (records.metadata(), records.tables());
        let has = |table: &str| there.iter().any(|t| t == table);
        let mut builder = Builder::new(metadata.area_vintage.unwrap_or(self.area_vintage), metadata.ethnic_list, self.unknown_areas)?;
        if !has("victims") && !has("sanctions") {
            return Err(Error::MissingTable { table: "victims".to_owned(), indicator: crate::error::ABUSE.to_owned() });
        }
        let tables = TABLES.into_iter().filter(|table| has(table));
        let asked: Vec<(&str, Vec<String>)> =
            tables.map(|table| Ok((table, Builder::columns(table, &records.columns(table)?)?))).collect::<Result<_>>()?;
        announce(records, &asked)?;
        for (table, columns) in &asked {
            for batch in parts(records, table, columns)? {
                builder.add(table, &batch?)?;
            }
        }
        builder.facts.submissions = metadata.reported(&builder.areas)?.only(&TABLES);
        builder.facts.set_aside = metadata.set_aside.clone();
        builder.facts.set_aside.retain(|table, _| asked.iter().any(|(t, _)| t == table));
        if self.is_part { builder.finish_part() } else { builder.finish() }
    }
}

/// Builds a register from batches.
struct Builder {
    catalogue: Catalogue,
    areas: Arc<AreaList>,
    ethnic: Option<EthnicList>,
    unknown_areas: UnknownAreas,
    rows: HashMap<&'static str, u64>,
    problems: Problems,
    facts: Facts,
    /// The case of each row of perpetrators, to report those without victims.
    cases: Vec<u128>,
}

impl Builder {
    /// An empty register with the list of areas of a day.
    ///
    /// # Errors
    /// [`Error::NoAreaList`].
    fn new(area_vintage: NaiveDate, ethnic: Option<EthnicList>, unknown_areas: UnknownAreas) -> Result<Self> {
        let areas = Arc::new(AreaList::on(area_vintage)?);
        let catalogue = Catalogue::builtin();
        let known = Known::new(catalogue.codes())?;
        let facts = Facts::new(areas.clone(), ethnic, known);
        Ok(Self { catalogue, areas, ethnic, unknown_areas, rows: HashMap::new(), problems: Problems::default(), facts, cases: Vec::new() })
    }

    /// The columns to read from a table, of those it has.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] for another table, [`Error::MissingColumn`] without a column that every count needs.
    fn columns(table: &str, there: &[String]) -> Result<Vec<String>> {
        let catalogue = Catalogue::builtin();
        let known = || TABLES.map(str::to_owned).to_vec();
        let Some(schema) = catalogue.table(table).filter(|_| TABLES.contains(&table)) else {
            return Err(Error::UnknownChoice { what: "table", got: table.to_owned(), known: known() });
        };
        let needed: &[&[&str]] = match table {
            "victims" => &[
                &["case_id"],
                &["received_date"],
                &["commune"],
                &["birth_date", "birth_year", "age_from", "age_to"],
                &["confirmed", "verification"],
            ],
            "perpetrators" => &[&["case_id"]],
            "sanctions" => &[&["decision_id"], &["decided_on"], &["commune"], &["status"]],
            other => return Err(Error::UnknownChoice { what: "table", got: other.to_owned(), known: known() }),
        };
        for any_of in needed {
            need(schema, there, any_of, "abuse")?;
        }
        Ok(schema.columns.iter().filter(|c| !c.private && there.contains(&c.id)).map(|c| c.id.clone()).collect())
    }

    /// Adds a batch of `victims`, `perpetrators` or `sanctions`.
    ///
    /// # Errors
    /// A schema error; wrong values are collected and reported by [`Builder::finish`].
    fn add(&mut self, table: &str, batch: &DataFrame) -> Result<()> {
        let there: Vec<String> = batch.get_column_names().iter().map(ToString::to_string).collect();
        Self::columns(table, &there)?;
        let Some((name, schema)) = TABLES.iter().find(|t| **t == table).zip(self.catalogue.table(table)) else { return Ok(()) };
        let mut reader = TableReader {
            catalogue: &self.catalogue,
            areas: &self.areas,
            ethnic: self.ethnic,
            unknown_areas: self.unknown_areas,
            known: self.facts.known,
            table: schema,
            rows: self.rows.get(name).copied().unwrap_or(0),
            problems: Problems::default(),
        };
        match *name {
            "victims" => {
                self.facts.victims = true;
                self.facts.reports.extend(reader.reports(batch)?);
                for (kept, (_, step)) in self.facts.steps.iter_mut().zip(Decree56::steps()) {
                    *kept |= step.recorded_in().iter().any(|column| there.iter().any(|t| t == column));
                }
            }
            "perpetrators" => {
                let persons = reader.persons(batch)?;
                self.cases.extend(persons.iter().map(|p| p.case));
                self.facts.persons.get_or_insert_default().extend(persons);
            }
            "sanctions" => self.facts.decisions.get_or_insert_default().extend(reader.decisions(batch)?),
            other => return Err(Error::UnknownChoice { what: "table", got: other.to_owned(), known: TABLES.map(str::to_owned).to_vec() }),
        }
        self.rows.insert(name, reader.rows);
        self.problems.absorb(reader.problems);
        Ok(())
    }

    /// The register.
    ///
    /// # Errors
    /// A data error that counts all rows concerned, also perpetrators whose case has no row of victims.
    fn finish(mut self) -> Result<Register> {
        let known: HashSet<u128> = self.facts.reports.iter().map(|r| r.case).collect();
        for (row, _) in self.cases.iter().enumerate().filter(|(_, case)| !known.contains(case)) {
            self.problems.value("perpetrators", "case_id", Phrase::CaseOfVictims, row as u64 + 1);
        }
        self.finish_part()
    }

    /// A part of a register: victims of its perpetrators may be in another part; perpetrators whose case is in no part are
    /// not counted.
    ///
    /// # Errors
    /// A data error that counts all rows concerned.
    fn finish_part(mut self) -> Result<Register> {
        self.problems.into_result(&self.areas.day().to_string())?;
        self.facts.sort();
        Ok(Register(Arc::new(self.facts)))
    }
}

impl Register {
    /// Reads the tables of abuse with the list of areas that the records name, else that of `area_vintage`.
    ///
    /// # Errors
    /// As [`RegisterReader::read`].
    pub fn read(records: &dyn Records, area_vintage: NaiveDate) -> Result<Self> {
        Self::reader(area_vintage).read(records)
    }

    /// Options for reading a register; `area_vintage` is the day whose list of areas the codes belong to, if the records name none.
    ///
    /// ```
    /// use chitieu::{Dataset, UnknownAreas, abuse::Register};
    /// use polars_core::prelude::*;
    /// let day = "2022-02-01".parse::<chrono::NaiveDate>()?;
    /// let victims = df![
    ///     "case_id" => ["c1", "c2"],
    ///     "birth_year" => [2012, 2014],
    ///     "commune" => ["12364", "99999"],
    ///     "received_date" => [day; 2],
    ///     "confirmed" => [true; 2],
    /// ]?;
    /// let dataset = Dataset::new().with("victims", victims)?;
    /// let reader = Register::reader("2022-12-31".parse()?);
    /// // The second code is not a commune: an error, unless unknown codes are kept.
    /// assert!(reader.read(&dataset).is_err());
    /// assert_eq!(reader.unknown_areas(UnknownAreas::Keep).read(&dataset)?.rows(), (2, 0, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn reader(area_vintage: NaiveDate) -> RegisterReader {
        RegisterReader { area_vintage, unknown_areas: UnknownAreas::default(), is_part: false }
    }

    /// By table, rows that a check set aside.
    pub fn set_aside(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.set_aside.iter().map(|(table, rows)| (table.as_str(), *rows))
    }

    /// Merges two parts of one register.
    ///
    /// # Errors
    /// [`Error::TallyMismatch`] if they use different lists of areas or ethnic groups.
    pub fn merge(&self, other: &Self) -> Result<Self> {
        let lists = |r: &Self| format!("area_vintage {}, ethnic_list {}", r.0.areas.day(), r.0.ethnic.map_or("–", EthnicList::as_str));
        if lists(self) != lists(other) {
            return Err(Error::TallyMismatch { expected: Fact::verbatim(lists(self)), found: Fact::verbatim(lists(other)) });
        }
        let mut both = Facts::clone(&self.0);
        both.reports.extend_from_slice(&other.0.reports);
        both.submissions = both.submissions.merge(&other.0.submissions, &self.0.tables(), &other.0.tables());
        for (table, rows) in &other.0.set_aside {
            let sum = both.set_aside.entry(table.clone()).or_default();
            *sum = sum.saturating_add(*rows);
        }
        both.victims |= other.0.victims;
        both.steps = std::array::from_fn(|nth| both.steps[nth] || other.0.steps[nth]);
        if let Some(persons) = &other.0.persons {
            both.persons.get_or_insert_default().extend_from_slice(persons);
        }
        if let Some(decisions) = &other.0.decisions {
            both.decisions.get_or_insert_default().extend_from_slice(decisions);
        }
        both.sort();
        Ok(Self(Arc::new(both)))
    }

    /// This register updated by a later snapshot: its cases and decisions replace the earlier ones.
    ///
    /// Each table is updated on its own: where the later snapshot lacks a table, all earlier rows of that table stay, also
    /// those of its cases.
    ///
    /// # Errors
    /// As [`Register::merge`].
    pub fn updated_by(&self, later: &Self) -> Result<Self> {
        let mut cases: HashSet<u128> = later.0.reports.iter().map(|r| r.case).collect();
        let decisions: HashSet<u128> = later.0.decisions.iter().flatten().map(|d| d.key).collect();
        let mut kept = Facts::clone(&self.0);
        // For its own tables, the later snapshot also replaces what was set aside.
        kept.set_aside.retain(|table, _| !later.0.tables().contains(&table.as_str()));
        kept.reports.retain(|r| !cases.contains(&r.case));
        if let Some(persons) = &later.0.persons {
            cases.extend(persons.iter().map(|p| p.case));
            kept.persons.iter_mut().for_each(|p| p.retain(|p| !cases.contains(&p.case)));
        }
        kept.decisions.iter_mut().for_each(|d| d.retain(|d| !decisions.contains(&d.key)));
        Self(Arc::new(kept)).merge(later)
    }

    /// The reports that count.
    ///
    /// # Errors
    /// [`Error::MissingTable`] without a table of victims, or without sanctions if the date of decision decides.
    pub fn select(&self, choice: Choice) -> Result<Selection> {
        Selection::new(self.0.clone(), choice)
    }

    /// The day whose list of areas is used.
    #[must_use]
    pub fn area_vintage(&self) -> NaiveDate {
        self.0.areas.day()
    }

    /// How many reports, perpetrators and decisions were read.
    #[must_use]
    pub fn rows(&self) -> (usize, usize, usize) {
        let Facts { reports, persons, decisions, .. } = &*self.0;
        (reports.len(), persons.as_ref().map_or(0, Vec::len), decisions.as_ref().map_or(0, Vec::len))
    }
}
