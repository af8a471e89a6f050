//! Decisions on administrative sanctions, by the decree in force on the day of the act.

use super::choice::{period_word, told_period};
use super::facts::Facts;
use super::known::{Known, categories, fine_bands};
use super::register::Register;
use super::report::{Decision, NONE};
use super::select::missing;
use super::spots::{Spots, each};
use super::table::{Columns, Table};
use super::unit::Unit;
use crate::area::Level;
use crate::catalogue::{Catalogue, Codes, days};
use crate::error::{Error, Result, choose};
use crate::period::Period;
use crate::question::check_rows;
use crate::task::Watched;
use crate::text::Text;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A breakdown of decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SanctionDimension {
    /// The decree in force on the day of the act.
    Decree,
    /// The article violated.
    Article,
    /// The article with its clause.
    Clause,
    /// The form of the sanction.
    Form,
    /// The band of the fine.
    FineBand,
    /// Person or organisation.
    Violator,
}

impl SanctionDimension {
    /// Every dimension.
    pub const ALL: [Self; 6] = [Self::Decree, Self::Article, Self::Clause, Self::Form, Self::FineBand, Self::Violator];

    /// The word, which is also the column of a result.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Decree => "decree",
            Self::Article => "article",
            Self::Clause => "clause",
            Self::Form => "form",
            Self::FineBand => "fine_band",
            Self::Violator => "violator",
        }
    }

    /// The dimension of a word.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`].
    pub fn from_word(word: &str) -> Result<Self> {
        choose("by", word, &Self::ALL.map(|d| (d.word(), d)))
    }
}

/// The first day of Decree 130/2021/NĐ-CP.
const SINCE_2022: NaiveDate = NaiveDate::from_ymd_opt(2022, 1, 1).expect("a day of the calendar");

fn since_2022() -> i32 {
    days(SINCE_2022)
}

impl Decision {
    /// The decree in force on the day of the act; without that day, the earlier one if the decision itself is older than the later,
    /// else the one recorded.
    pub(super) fn decree_of_act(&self, known: &Known) -> u8 {
        match self.act {
            Some(act) if act < since_2022() => known.of_2013,
            Some(_) => known.of_2021,
            None if self.decided < since_2022() => known.of_2013,
            None => self.decree,
        }
    }

    /// Article and clause as they are written.
    pub(super) fn clause(&self) -> Option<String> {
        self.article.map(|(article, clause)| if clause == 0 { article.to_string() } else { format!("{article}.{clause}") })
    }
}

/// The labels of a dimension, `total` first, and where a decision falls.
struct Axis {
    dimension: SanctionDimension,
    labels: Vec<String>,
    articles: Vec<(u16, u16)>,
    /// Ends of the bands of fines, in the order of the labels.
    bands: Vec<(i64, i64)>,
    known: Known,
}

impl Axis {
    fn new(dimension: SanctionDimension, codes: &Codes, known: Known, decisions: &[&Decision]) -> Result<Self> {
        // Articles are those of the records: decrees have a hundred, few of them on children.
        let of = |(article, clause): (u16, u16)| if dimension == SanctionDimension::Article { (article, 0) } else { (article, clause) };
        let articles: Vec<(u16, u16)> = match dimension {
            SanctionDimension::Article | SanctionDimension::Clause => {
                decisions.iter().filter_map(|d| d.article).map(of).collect::<BTreeSet<_>>().into_iter().collect()
            }
            _ => Vec::new(),
        };
        let bands = fine_bands(codes)?;
        let written = |(article, clause): &(u16, u16)| if *clause == 0 { article.to_string() } else { format!("{article}.{clause}") };
        let (inner, last): (Vec<String>, &str) = match dimension {
            SanctionDimension::Decree => (categories(codes, "decree"), "unknown"),
            SanctionDimension::Article | SanctionDimension::Clause => (articles.iter().map(written).collect(), "unknown"),
            SanctionDimension::Form => (categories(codes, "sanction_form"), "unknown"),
            SanctionDimension::FineBand => (bands.iter().map(|(code, ..)| code.clone()).collect(), "none"),
            SanctionDimension::Violator => (categories(codes, "violator"), "unknown"),
        };
        let labels = ["total".to_owned()].into_iter().chain(inner).chain([last.to_owned()]).collect();
        Ok(Self { dimension, labels, articles, bands: bands.into_iter().map(|(_, low, high)| (low, high)).collect(), known })
    }

    fn place(&self, decision: &Decision) -> usize {
        let last = self.labels.len() - 1;
        let code = |code: u8| if code == NONE { last } else { usize::from(code) + 1 };
        match self.dimension {
            SanctionDimension::Decree => code(decision.decree_of_act(&self.known)),
            SanctionDimension::Form => code(decision.form),
            SanctionDimension::Violator => code(decision.violator),
            SanctionDimension::FineBand => decision
                .fine
                .and_then(|fine| self.bands.iter().position(|(low, high)| (*low..*high).contains(&i64::from(fine))))
                .map_or(last, |band| band + 1),
            SanctionDimension::Article | SanctionDimension::Clause => {
                let clause_of = |clause| if self.dimension == SanctionDimension::Article { 0 } else { clause };
                decision.article.and_then(|(a, c)| self.articles.iter().position(|x| *x == (a, clause_of(c)))).map_or(last, |p| p + 1)
            }
        }
    }
}

/// What a cell holds: keys, so that each decision and violator counts once.
#[derive(Default)]
struct Cell {
    decisions: HashSet<u128>,
    violators: [HashSet<(bool, u128)>; 2],
    fined: HashSet<u128>,
    fine_missing: HashSet<u128>,
    fine_total: u64,
    left_out: [HashSet<u128>; 2],
}

impl Cell {
    fn add(&mut self, decision: &Decision, codes: &Known) {
        for (place, status) in [codes.annulled, codes.to_criminal].into_iter().enumerate() {
            if decision.status == status {
                self.left_out[place].insert(decision.key);
            }
        }
        if decision.status != codes.in_force {
            return;
        }
        self.decisions.insert(decision.key);
        for (place, violator) in [codes.person, codes.organisation].into_iter().enumerate() {
            if decision.violator == violator {
                // Whoever is not named is taken for somebody of its own.
                let named = decision.violator_key;
                self.violators[place].insert((named.is_some(), named.unwrap_or(decision.key)));
            }
        }
        if let Some(fine) = decision.fine {
            self.fined.insert(decision.key);
            self.fine_total += u64::from(fine.unsigned_abs());
        } else if decision.form == codes.fine {
            self.fine_missing.insert(decision.key);
        }
    }
}

impl Facts {
    /// The decisions of a period, whatever became of them.
    pub(super) fn decisions_of(&self, period: Option<&Period>) -> Result<Vec<&Decision>> {
        let decisions = self.decisions.as_ref().ok_or_else(|| missing("sanctions"))?;
        let span = period.map_or((i32::MIN, i32::MAX), |p| (days(p.first()), days(p.last())));
        Ok(decisions.iter().filter(|d| d.within(span)).collect())
    }
}

impl Register {
    /// Decisions in force, persons and organisations sanctioned, and fines, by the day of the decision.
    ///
    /// Columns: `decisions`; `persons` and `organisations`, each once by `violator_id` (without one each decision its own);
    /// `fine_total` in đồng and `fined`, the decisions with a fine; `fine_missing`, fines without an amount; and, left out of all
    /// of these, `annulled` and `to_criminal`. The decree is the one in force on the day of the act: Decree 144/2013/NĐ-CP
    /// before 1 January 2022, Decree 130/2021/NĐ-CP from then.
    ///
    /// # Errors
    /// [`Error::MissingTable`] without `sanctions`, [`Error::Repeated`] for a dimension twice, [`Error::BadNumber`] for a
    /// table too large to hold.
    pub fn sanctions(&self, period: Option<&Period>, by: &[SanctionDimension], level: Level) -> Result<Table> {
        for (nth, dimension) in by.iter().enumerate() {
            if by[..nth].contains(dimension) {
                return Err(Error::Repeated { what: "by", got: dimension.word().to_owned() });
            }
        }
        let decisions = self.0.decisions_of(period)?;
        let catalogue = Catalogue::builtin();
        let known = self.0.known;
        let axes = by.iter().map(|d| Axis::new(*d, catalogue.codes(), known, &decisions)).collect::<Result<Vec<Axis>>>()?;
        // Of every decision, so that tables of different periods have the same rows.
        let spots = Spots::new(&self.0.areas, level, self.0.communes_of_sanctions())?;
        let size: usize = axes.iter().map(|a| a.labels.len()).product();
        check_rows(size as u128 * spots.len() as u128)?;
        let mut cells: BTreeMap<usize, Cell> = BTreeMap::new();
        for decision in decisions.iter().watched() {
            let mut offsets = vec![0];
            for axis in &axes {
                let place = axis.place(decision);
                offsets = offsets.into_iter().flat_map(|o| [o * axis.labels.len(), o * axis.labels.len() + place]).collect();
            }
            for spot in spots.of(decision.place) {
                for offset in &offsets {
                    cells.entry(spot as usize * size + offset).or_default().add(decision, &known);
                }
            }
        }
        let reported = self.0.submissions.reported("sanctions", period, &self.0.areas, &self.0.communes_of_decisions(period));
        let who = self.0.told_coverage(&reported, self.0.communes_of_sanctions());
        let rows = size * spots.len();
        let of = |count: fn(&Cell) -> u64| (0..rows).map(|nth| cells.get(&nth).map_or(0, count)).collect::<Vec<_>>();
        Columns::new(rows)
            .word("unit", Unit::Decision.word())
            .areas(&spots, size)
            .cross(axes.iter().map(|a| (a.dimension.word(), a.labels.as_slice())))
            .counts("decisions", of(|c| c.decisions.len() as u64))
            .counts("persons", of(|c| c.violators[0].len() as u64))
            .counts("organisations", of(|c| c.violators[1].len() as u64))
            .counts("fine_total", of(|c| c.fine_total))
            .counts("fined", of(|c| c.fined.len() as u64))
            .counts("fine_missing", of(|c| c.fine_missing.len() as u64))
            .counts("annulled", of(|c| c.left_out[0].len() as u64))
            .counts("to_criminal", of(|c| c.left_out[1].len() as u64))
            .covered(each(&self.0.decisions_covered(&spots, period), size))?
            .note(&who.vi, &who.en)
            .word("period", &period_word(period))
            .table(Some(Unit::Decision), told(period))
    }
}

/// The period of decisions, told to a person.
pub(super) fn told(period: Option<&Period>) -> Text {
    let by = Catalogue::builtin().codes().name("abuse_date", "decided").unwrap_or_else(|| Text::new("decided", "decided"));
    let of = told_period(period);
    Text::new(format!("{}; {}", of.vi, by.vi), format!("{}; {}", of.en, by.en))
}
