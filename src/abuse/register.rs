//! The records of abuse, read once: what every count of this room is taken from.

use super::choice::Choice;
use super::known::Known;
use super::report::{Decision, NOWHERE, Person, Reader, Report, need};
use super::select::Selection;
use super::spots::{Here, Spots};
use super::things::Numbers;
use crate::area::{AreaList, Coverage, Reported, Submissions};
use crate::catalogue::{Catalogue, EthnicList, days};
use crate::error::{Error, Fact, Phrase, Result};
use crate::period::Period;
use crate::question::UnknownAreas;
use crate::record::{Dataset, Problems};
use crate::text::Text;
use chrono::NaiveDate;
use polars::prelude::DataFrame;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

/// The tables of abuse.
pub(super) const TABLES: [&str; 3] = ["victims", "perpetrators", "sanctions"];

/// Reports of abuse, perpetrators and sanctions as small facts, without any identifier in clear.
///
/// Parts of a register merge in any order and grouping to what it is when it is read at once.
///
/// ```
/// use chitieu::abuse::{Choice, Register};
/// use chitieu::{Dataset, area::Level};
/// use polars::prelude::*;
/// // One case with two children; the first comes back in a second case.
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
/// // Cases, children, incidents; perpetrators, pairs and decisions need tables of their own.
/// assert_eq!(counts, [2, 2, 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Register(pub(super) Arc<Facts>);

/// What a register holds.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub areas: Arc<AreaList>,
    pub ethnic: Option<EthnicList>,
    pub reports: Vec<Report>,
    /// None if the table was not there.
    pub persons: Option<Vec<Person>>,
    pub decisions: Option<Vec<Decision>>,
    /// Whether the table of victims is there, and the columns of each step of the response.
    pub victims: bool,
    pub steps: [bool; 3],
    /// Who is said to have reported.
    pub submissions: Submissions,
    /// The codes known by name.
    pub known: Known,
    /// Worked out when first asked for.
    numbers: OnceLock<Numbers>,
}

impl Facts {
    /// Whether a table was read.
    fn has(&self, table: &str) -> bool {
        match table {
            "victims" => self.victims,
            "perpetrators" => self.persons.is_some(),
            "sanctions" => self.decisions.is_some(),
            _ => false,
        }
    }

    fn tables(&self) -> Vec<&'static str> {
        TABLES.into_iter().filter(|table| self.has(table)).collect()
    }

    /// The communes that submissions of some tables name: their provinces stand in a table of areas without any record too.
    pub fn named<'a>(&'a self, tables: &'a [&'a str]) -> impl Iterator<Item = u32> + 'a {
        let named = self.submissions.senders().filter(|(table, ..)| tables.contains(table));
        named.filter_map(|(_, commune, _)| self.areas.commune(commune))
    }

    /// The communes of all decisions, and those that submissions name.
    pub fn communes_of_sanctions(&self) -> impl Iterator<Item = u32> + '_ {
        self.decisions.iter().flatten().map(|d| d.place).chain(self.named(&["sanctions"]))
    }

    /// Who reported decisions, spot by spot.
    pub fn decisions_covered(&self, spots: &Spots, period: Option<&Period>) -> Vec<Here> {
        let sent = self.communes_of_decisions(period);
        spots.covered(&self.submissions.reported("sanctions", period, &self.areas, &sent), &sent)
    }

    /// The communes with decisions in a period.
    pub fn communes_of_decisions(&self, period: Option<&Period>) -> HashSet<u32> {
        let span = period.map_or((i32::MIN, i32::MAX), |p| (days(p.first()), days(p.last())));
        self.decisions.iter().flatten().filter(|d| d.within(span)).map(|d| d.place).collect()
    }

    /// How many communes reported, of those in the provinces of some, told to a person.
    pub fn told_coverage(&self, reported: &Reported, communes: impl Iterator<Item = u32>) -> Text {
        let coverage = Coverage::new(&self.areas, communes.filter(|c| *c != NOWHERE), reported);
        let Some((came, all)) = coverage.of(0).and_then(|r| Some((r.reported?, r.expected))).filter(|_| *reported != Reported::Unknown)
        else {
            return Text::new(
                "Chưa biết xã nào đã báo cáo: số 0 có thể là chưa báo cáo; nêu submissions=... hoặc complete=[...] khi đọc",
                "It is not known which communes reported: a zero may be a report that has not come; say who reported with submissions=... or complete=[...] when reading",
            );
        };
        let less = came < all;
        Text::new(
            format!("{came}/{all} xã đã báo cáo{}", if less { "; các tổng chưa đủ" } else { "" }),
            format!("{came} of {all} communes reported{}", if less { "; totals are partial" } else { "" }),
        )
    }
}

/// The columns of each step of the response.
const STEPS: [&[&str]; 3] = [&["emergency_hours", "emergency_date"], &["plan_date"], &["approved_date"]];

impl PartialEq for Facts {
    fn eq(&self, other: &Self) -> bool {
        self.areas.day() == other.areas.day()
            && self.ethnic == other.ethnic
            && self.reports == other.reports
            && self.persons == other.persons
            && self.decisions == other.decisions
            && (self.victims, self.steps) == (other.victims, other.steps)
            && self.submissions == other.submissions
    }
}

/// A register being read, batch after batch.
pub struct Reading {
    catalogue: Catalogue,
    areas: Arc<AreaList>,
    ethnic: Option<EthnicList>,
    unknown_areas: UnknownAreas,
    rows: HashMap<&'static str, u64>,
    problems: Problems,
    facts: Facts,
    /// The case of each row of perpetrators, to tell of those without victims.
    cases: Vec<u128>,
}

impl Reading {
    /// Begins with the list of areas of a day.
    ///
    /// # Errors
    /// [`Error::NoAreaList`].
    pub fn new(area_vintage: NaiveDate, ethnic: Option<EthnicList>, unknown_areas: UnknownAreas) -> Result<Self> {
        let areas = Arc::new(AreaList::on(area_vintage)?);
        let catalogue = Catalogue::builtin();
        let known = Known::new(catalogue.codes())?;
        let facts = Facts {
            areas: areas.clone(),
            ethnic,
            reports: Vec::new(),
            persons: None,
            decisions: None,
            victims: false,
            steps: [false; 3],
            submissions: Submissions::new(),
            known,
            numbers: OnceLock::new(),
        };
        Ok(Self { catalogue, areas, ethnic, unknown_areas, rows: HashMap::new(), problems: Problems::default(), facts, cases: Vec::new() })
    }

    /// The columns that are read from a table, of those it has.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] for another table, [`Error::MissingColumn`] if one is not there that everything rests on.
    pub fn columns(table: &str, there: &[String]) -> Result<Vec<String>> {
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
    /// A schema error; trouble with values is gathered and told by [`Reading::finish`].
    pub fn add(&mut self, table: &str, batch: &DataFrame) -> Result<()> {
        let there: Vec<String> = batch.get_column_names().iter().map(ToString::to_string).collect();
        Self::columns(table, &there)?;
        let Some((name, schema)) = TABLES.iter().find(|t| **t == table).zip(self.catalogue.table(table)) else { return Ok(()) };
        let mut reader = Reader {
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
                for (kept, columns) in self.facts.steps.iter_mut().zip(STEPS) {
                    *kept |= columns.iter().any(|column| there.iter().any(|t| t == column));
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
    /// A data error that counts all rows concerned; a perpetrator whose case has no row of victims is one.
    pub fn finish(mut self) -> Result<Register> {
        let known: HashSet<u128> = self.facts.reports.iter().map(|r| r.case).collect();
        for (row, _) in self.cases.iter().enumerate().filter(|(_, case)| !known.contains(case)) {
            self.problems.value("perpetrators", "case_id", Phrase::CaseOfVictims, row as u64 + 1);
        }
        self.finish_part()
    }

    /// A part of a register, whose perpetrators may have their victims in another part; those whose case is in no part count
    /// nowhere.
    ///
    /// # Errors
    /// A data error that counts all rows concerned.
    pub fn finish_part(mut self) -> Result<Register> {
        self.problems.into_result(&self.areas.day().to_string())?;
        self.facts.sort();
        Ok(Register(Arc::new(self.facts)))
    }
}

impl Facts {
    /// The numbers of children and cases.
    pub fn numbers(&self) -> &Numbers {
        self.numbers.get_or_init(|| Numbers::new(&self.reports))
    }

    /// Facts in one order, so that registers of the same records are equal however they were split.
    fn sort(&mut self) {
        self.numbers = OnceLock::new();
        self.reports.sort_unstable();
        self.persons.iter_mut().for_each(|p| p.sort_unstable());
        self.decisions.iter_mut().for_each(|d| d.sort_unstable());
    }
}

impl Register {
    /// Reads the tables of abuse from a dataset, with the area list of the dataset's vintage or, without one, of a day.
    ///
    /// # Errors
    /// Schema errors before any row is read, then data errors.
    pub fn read(dataset: &Dataset, area_vintage: NaiveDate) -> Result<Self> {
        let mut reading = Reading::new(dataset.vintage().unwrap_or(area_vintage), dataset.ethnic(), UnknownAreas::Error)?;
        if !dataset.tables().any(|t| ["victims", "sanctions"].contains(&t)) {
            return Err(Error::MissingTable { table: "victims".to_owned(), indicator: crate::error::ABUSE.to_owned() });
        }
        for table in TABLES.into_iter().filter(|t| dataset.tables().any(|there| there == *t)) {
            let there: Vec<String> = dataset.schema(table)?.iter_names().map(ToString::to_string).collect();
            let columns = Reading::columns(table, &there)?;
            for batch in dataset.batches(table, &columns) {
                reading.add(table, &batch?)?;
            }
        }
        reading.finish()
    }

    /// Both together: parts of one register.
    ///
    /// # Errors
    /// [`Error::TallyMismatch`] if they are of different lists of areas or ethnic groups.
    pub fn merge(&self, other: &Self) -> Result<Self> {
        let words = |r: &Self| format!("area_vintage {}, ethnic_list {}", r.0.areas.day(), r.0.ethnic.map_or("–", EthnicList::word));
        if words(self) != words(other) {
            return Err(Error::TallyMismatch { expected: Fact::verbatim(words(self)), found: Fact::verbatim(words(other)) });
        }
        let mut both = Facts::clone(&self.0);
        both.reports.extend_from_slice(&other.0.reports);
        both.submissions = both.submissions.merge(&other.0.submissions, &self.0.tables(), &other.0.tables());
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

    /// This register brought up to date by a later snapshot: a case that stands in both is as the later one tells it, and
    /// so is a decision.
    ///
    /// Table by table: what the later snapshot says of a table it does not have is nothing, and the earlier rows of that table
    /// stay, those of its cases too.
    ///
    /// # Errors
    /// As [`Register::merge`].
    pub fn updated_by(&self, later: &Self) -> Result<Self> {
        let mut cases: HashSet<u128> = later.0.reports.iter().map(|r| r.case).collect();
        let decisions: HashSet<u128> = later.0.decisions.iter().flatten().map(|d| d.key).collect();
        let mut kept = Facts::clone(&self.0);
        kept.reports.retain(|r| !cases.contains(&r.case));
        if let Some(persons) = &later.0.persons {
            cases.extend(persons.iter().map(|p| p.case));
            kept.persons.iter_mut().for_each(|p| p.retain(|p| !cases.contains(&p.case)));
        }
        kept.decisions.iter_mut().for_each(|d| d.retain(|d| !decisions.contains(&d.key)));
        Self(Arc::new(kept)).merge(later)
    }

    /// This register, with what is said of who reported.
    #[must_use]
    pub fn with_submissions(self, submissions: Submissions) -> Self {
        Self(Arc::new(Facts { submissions, ..Facts::clone(&self.0) }))
    }

    /// The reports that count.
    ///
    /// # Errors
    /// [`Error::MissingTable`] if there is no table of victims, or none of sanctions and the date of decision is asked.
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
