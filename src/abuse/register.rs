//! The records of abuse, read once: what every count of this room is taken from.

use super::choice::Choice;
use super::known::Known;
use super::report::{Decision, NOWHERE, Person, Reader, Report, need};
use super::select::Selection;
use super::spots::{Here, Spots};
use super::things::Numbers;
use crate::area::{AreaList, Coverage, Reported, Submissions};
use crate::catalogue::{Catalogue, EthnicList, days};
use crate::error::{Error, Result};
use crate::period::Period;
use crate::question::UnknownAreas;
use crate::record::{Problems, Records, announce, parts};
use crate::text::Text;
use chrono::NaiveDate;
use polars_core::prelude::DataFrame;
use std::collections::{BTreeMap, HashMap, HashSet};
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
/// use polars_core::prelude::*;
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
    /// By table, rows that a check took out before.
    pub set_aside: BTreeMap<String, u64>,
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

/// How a register is read; see [`Register::reader`].
#[derive(Debug, Clone, Copy, Default)]
pub struct RegisterReader {
    area_vintage: Option<NaiveDate>,
    unknown_areas: UnknownAreas,
    is_part: bool,
}

impl RegisterReader {
    /// The day whose list of areas the codes belong to, where the records name none.
    #[must_use]
    pub fn area_vintage(mut self, day: NaiveDate) -> Self {
        self.area_vintage = Some(day);
        self
    }

    /// What to do with area codes that the list does not have.
    #[must_use]
    pub fn unknown_areas(mut self, policy: UnknownAreas) -> Self {
        self.unknown_areas = policy;
        self
    }

    /// The records are a part of a register: the victims of a perpetrator may be in another part. Perpetrators whose case is in no part
    /// count nowhere; without this call they are an error.
    #[must_use]
    pub fn part(mut self) -> Self {
        self.is_part = true;
        self
    }

    /// Reads the tables of abuse.
    ///
    /// # Errors
    /// [`Error::NoVintage`] if nothing names a list of areas; schema errors before any row is read, then data errors.
    pub fn read(self, records: &dyn Records) -> Result<Register> {
        let (metadata, there) = (records.metadata(), records.tables());
        let has = |table: &str| there.iter().any(|t| t == table);
        let vintage = metadata.area_vintage.or(self.area_vintage).ok_or_else(|| Error::NoVintage { period: "–".to_owned() })?;
        let mut reading = Reading::new(vintage, metadata.ethnic_list, self.unknown_areas)?;
        if !has("victims") && !has("sanctions") {
            return Err(Error::MissingTable { table: "victims".to_owned(), indicator: crate::error::ABUSE.to_owned() });
        }
        let tables = TABLES.into_iter().filter(|table| has(table));
        let asked: Vec<(&str, Vec<String>)> =
            tables.map(|table| Ok((table, Reading::columns(table, &records.columns(table)?)?))).collect::<Result<_>>()?;
        announce(records, &asked)?;
        for (table, columns) in &asked {
            for batch in parts(records, table, columns)? {
                reading.add(table, &batch?)?;
            }
        }
        reading.facts.submissions = metadata.reported(&reading.areas)?.only(&TABLES);
        reading.facts.set_aside = metadata.set_aside.iter().filter(|(t, _)| has(t)).map(|(t, rows)| (t.clone(), *rows)).collect();
        reading.facts.set_aside.retain(|table, _| TABLES.contains(&table.as_str()));
        if self.is_part { reading.finish_part() } else { reading.finish() }
    }
}

/// A register being read, batch after batch.
struct Reading {
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
    fn new(area_vintage: NaiveDate, ethnic: Option<EthnicList>, unknown_areas: UnknownAreas) -> Result<Self> {
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
            set_aside: BTreeMap::new(),
            known,
            numbers: OnceLock::new(),
        };
        Ok(Self { catalogue, areas, ethnic, unknown_areas, rows: HashMap::new(), problems: Problems::default(), facts, cases: Vec::new() })
    }

    /// The columns that are read from a table, of those it has.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] for another table, [`Error::MissingColumn`] if one is not there that everything rests on.
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
    /// A schema error; trouble with values is gathered and told by [`Reading::finish`].
    fn add(&mut self, table: &str, batch: &DataFrame) -> Result<()> {
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
    fn finish(mut self) -> Result<Register> {
        let known: HashSet<u128> = self.facts.reports.iter().map(|r| r.case).collect();
        for (row, _) in self.cases.iter().enumerate().filter(|(_, case)| !known.contains(case)) {
            self.problems.value("perpetrators", "case_id", "the case_id of a row of the table victims", row as u64 + 1);
        }
        self.finish_part()
    }

    /// A part of a register, whose perpetrators may have their victims in another part; those whose case is in no part count
    /// nowhere.
    ///
    /// # Errors
    /// A data error that counts all rows concerned.
    fn finish_part(mut self) -> Result<Register> {
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
    /// Reads the tables of abuse, with the list of areas that the records name or, without one, that of a day.
    ///
    /// # Errors
    /// As [`RegisterReader::read`].
    pub fn read(records: &dyn Records, area_vintage: NaiveDate) -> Result<Self> {
        Self::reader().area_vintage(area_vintage).read(records)
    }

    /// Begins to say how a register is read.
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
    /// let dataset = Dataset::new().with("victims", victims)?.area_vintage("2022-12-31".parse()?);
    /// // The second code is no commune: refused, unless it is to be kept apart.
    /// assert!(Register::reader().read(&dataset).is_err());
    /// assert_eq!(Register::reader().unknown_areas(UnknownAreas::Keep).read(&dataset)?.rows(), (2, 0, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn reader() -> RegisterReader {
        RegisterReader::default()
    }

    /// By table, rows that a check took out before.
    pub fn set_aside(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.set_aside.iter().map(|(table, rows)| (table.as_str(), *rows))
    }

    /// Both together: parts of one register.
    ///
    /// # Errors
    /// [`Error::TallyMismatch`] if they are of different lists of areas or ethnic groups.
    pub fn merge(&self, other: &Self) -> Result<Self> {
        let words = |r: &Self| format!("area_vintage {}, ethnic_list {}", r.0.areas.day(), r.0.ethnic.map_or("–", EthnicList::word));
        if words(self) != words(other) {
            return Err(Error::TallyMismatch { expected: words(self), found: words(other) });
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
        // What the later snapshot sets aside is said of its own tables.
        kept.set_aside.retain(|table, _| !later.0.has(table));
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
