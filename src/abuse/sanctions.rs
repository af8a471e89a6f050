//! Decisions on administrative sanctions, by the decree in force on the day of the act.

use super::facts::Facts;
use super::known::{Known, categories, fine_bands};
use super::places::{Places, each};
use super::register::Register;
use super::report::{Decision, NONE};
use super::select::missing;
use super::table::Table;
use crate::area::Level;
use crate::catalogue::{Catalogue, Codes, days};
use crate::error::{Error, Result, choose};
use crate::grid::{Categories, Category, Columns, Cross, check_rows};
use crate::period::Period;
use crate::task::Watched;
use chrono::NaiveDate;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::str::FromStr;

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

    /// The code, which is also the column in a result.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Decree => "decree",
            Self::Article => "article",
            Self::Clause => "clause",
            Self::Form => "form",
            Self::FineBand => "fine_band",
            Self::Violator => "violator",
        }
    }
}

/// The dimension by its code.
impl FromStr for SanctionDimension {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        choose("by", word, &Self::ALL.map(|d| (d.as_str(), d)))
    }
}

/// The first day of Decree 130/2021/NĐ-CP.
const SINCE_2022: NaiveDate = NaiveDate::from_ymd_opt(2022, 1, 1).expect("a day of the calendar");

fn since_2022() -> i32 {
    days(SINCE_2022)
}

impl Decision {
    /// The decree in force on the day of the act; without that day, the earlier decree if the decision was taken before the
    /// later one, else the one recorded.
    pub(super) fn decree_of_act(&self, known: &Known) -> u8 {
        match self.act {
            Some(act) if act < since_2022() => known.of_2013,
            Some(_) => known.of_2021,
            None if self.decided < since_2022() => known.of_2013,
            None => self.decree,
        }
    }

    /// Article and clause as text.
    pub(super) fn clause(&self) -> Option<String> {
        self.article.map(|(article, clause)| if clause == 0 { article.to_string() } else { format!("{article}.{clause}") })
    }
}

/// A dimension of decisions with its categories; assigns decisions to them.
struct Breakdown {
    dimension: SanctionDimension,
    categories: Categories,
    articles: Vec<(u16, u16)>,
    /// Ends of the bands of fines, in the order of the categories.
    bands: Vec<(i64, i64)>,
    known: Known,
}

impl Breakdown {
    fn new(dimension: SanctionDimension, codes: &Codes, known: Known, decisions: &[&Decision]) -> Result<Self> {
        // Only articles in the records: decrees have about a hundred, few of them on children.
        let of = |(article, clause): (u16, u16)| if dimension == SanctionDimension::Article { (article, 0) } else { (article, clause) };
        let articles: Vec<(u16, u16)> = match dimension {
            SanctionDimension::Article | SanctionDimension::Clause => {
                decisions.iter().filter_map(|d| d.article).map(of).collect::<BTreeSet<_>>().into_iter().collect()
            }
            _ => Vec::new(),
        };
        let bands = fine_bands(codes)?;
        let written = |(article, clause): &(u16, u16)| if *clause == 0 { article.to_string() } else { format!("{article}.{clause}") };
        let labels: Vec<String> = match dimension {
            SanctionDimension::Decree => categories(codes, "decree"),
            SanctionDimension::Article | SanctionDimension::Clause => articles.iter().map(written).collect(),
            SanctionDimension::Form => categories(codes, "sanction_form"),
            SanctionDimension::FineBand => bands.iter().map(|(code, ..)| code.clone()).collect(),
            SanctionDimension::Violator => categories(codes, "violator"),
        };
        let mut categories = Categories::listed(dimension.as_str(), labels);
        if dimension == SanctionDimension::FineBand {
            categories.unknown_label = "none";
        }
        Ok(Self { dimension, categories, articles, bands: bands.into_iter().map(|(_, low, high)| (low, high)).collect(), known })
    }

    /// The category of a decision.
    fn category(&self, decision: &Decision) -> u64 {
        let code = |code: u8| (code != NONE).then(|| usize::from(code));
        let named = match self.dimension {
            SanctionDimension::Decree => code(decision.decree_of_act(&self.known)),
            SanctionDimension::Form => code(decision.form),
            SanctionDimension::Violator => code(decision.violator),
            SanctionDimension::FineBand => {
                let inside = |fine: i32| self.bands.iter().position(|(low, high)| (*low..*high).contains(&i64::from(fine)));
                decision.fine.and_then(inside)
            }
            SanctionDimension::Article | SanctionDimension::Clause => {
                let clause_of = |clause| if self.dimension == SanctionDimension::Article { 0 } else { clause };
                decision.article.and_then(|(a, c)| self.articles.iter().position(|x| *x == (a, clause_of(c))))
            }
        };
        self.categories.number(named.map_or(Category::Unknown, Category::Named))
    }
}

/// A cell: keys, so that each decision and violator counts once.
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
        for (nth, status) in [codes.annulled, codes.to_criminal].into_iter().enumerate() {
            if decision.status == status {
                self.left_out[nth].insert(decision.key);
            }
        }
        if decision.status != codes.in_force {
            return;
        }
        self.decisions.insert(decision.key);
        for (nth, violator) in [codes.person, codes.organisation].into_iter().enumerate() {
            if decision.violator == violator {
                // A violator without an id counts as a separate one.
                let named = decision.violator_key;
                self.violators[nth].insert((named.is_some(), named.unwrap_or(decision.key)));
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
    /// The decisions of a period, of any status.
    pub(super) fn decisions_of(&self, period: Option<&Period>) -> Result<Vec<&Decision>> {
        let decisions = self.decisions.as_ref().ok_or_else(|| missing("sanctions"))?;
        let span = period.map_or((i32::MIN, i32::MAX), |p| (days(p.first()), days(p.last())));
        Ok(decisions.iter().filter(|d| d.within(span)).collect())
    }
}

impl Register {
    /// Decisions in force, persons and organisations sanctioned, and fines, by the day of the decision.
    ///
    /// Columns: `decisions`; `persons` and `organisations`, each once by `violator_id` (without an id, once per decision);
    /// `fine_total` in đồng and `fined`, the decisions with a fine; `fine_missing`, fines without an amount; and, not in any
    /// of these, `annulled` and `to_criminal`. The decree is the one in force on the day of the act: Decree 144/2013/NĐ-CP
    /// before 1 January 2022, Decree 130/2021/NĐ-CP from then.
    ///
    /// # Errors
    /// [`Error::MissingTable`] without `sanctions`, [`Error::Repeated`] for a dimension twice, [`Error::BadNumber`] for a
    /// table too large to hold.
    pub fn sanctions(&self, period: Option<&Period>, by: &[SanctionDimension], level: Level) -> Result<Table> {
        for (nth, dimension) in by.iter().enumerate() {
            if by[..nth].contains(dimension) {
                return Err(Error::Repeated { what: "by", got: dimension.as_str().to_owned() });
            }
        }
        let decisions = self.0.decisions_of(period)?;
        let catalogue = Catalogue::builtin();
        let known = self.0.known;
        let breakdowns = by.iter().map(|d| Breakdown::new(*d, catalogue.codes(), known, &decisions)).collect::<Result<Vec<Breakdown>>>()?;
        let cross = Cross::new(breakdowns.iter().map(|b| b.categories.clone()).collect());
        // Areas of all decisions, so that tables of different periods have the same rows.
        let places = Places::new(&self.0.areas, level, self.0.communes_of_sanctions())?;
        check_rows(cross.rows() * places.len() as u128)?;
        let mut cells: HashMap<(u32, u64), Cell> = HashMap::new();
        for decision in decisions.iter().watched() {
            let finest = cross.cell(breakdowns.iter().map(|b| b.category(decision)));
            for row in places.of(decision.commune) {
                for cell in cross.margins_of(finest) {
                    cells.entry((row, cell)).or_default().add(decision, &known);
                }
            }
        }
        let reported = self.0.submissions.reported("sanctions", period, &self.0.areas, &self.0.communes_of_decisions(period));
        let coverage = self.0.coverage_text(&reported, self.0.communes_of_sanctions());
        let shown = cross.shown();
        let rows = || (0..places.len() as u32).flat_map(|row| shown.iter().map(move |cell| (row, *cell)));
        let of = |count: fn(&Cell) -> u64| rows().map(|row| cells.get(&row).map_or(0, count)).collect::<Vec<_>>();
        Columns::new(places.len() * shown.len())
            .areas(&places.rows, shown.len())
            .cross(&cross)
            .counts("decisions", of(|c| c.decisions.len() as u64))
            .counts("persons", of(|c| c.violators[0].len() as u64))
            .counts("organisations", of(|c| c.violators[1].len() as u64))
            .counts("fine_total", of(|c| c.fine_total))
            .counts("fined", of(|c| c.fined.len() as u64))
            .counts("fine_missing", of(|c| c.fine_missing.len() as u64))
            .counts("annulled", of(|c| c.left_out[0].len() as u64))
            .counts("to_criminal", of(|c| c.left_out[1].len() as u64))
            .covered(&each(&self.0.decisions_covered(&places, period), shown.len()))?
            .note(&coverage.vi, &coverage.en)
            .table_of_decisions(period)
    }
}
