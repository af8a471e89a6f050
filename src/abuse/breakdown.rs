//! The dimensions of each unit, and the categories a report falls into.

use super::choice::Under;
use super::known::categories;
use super::report::{NONE, Person, Report};
use super::unit::Unit;
use super::view::View;
use crate::catalogue::{Codes, Dimension, band_labels};
use crate::error::{Error, Fact, Phrase, Result, choose};
use crate::grid::{Categories, Category};
use crate::record::{UNDECIDED, YES};

/// Dimensions of a child's reports.
const OF_CHILDREN: [Dimension; 8] = [
    Dimension::Sex,
    Dimension::AgeGroup,
    Dimension::Ethnicity,
    Dimension::Form,
    Dimension::Environment,
    Dimension::Online,
    Dimension::Outcome,
    Dimension::Verification,
];
/// Dimensions of the perpetrators in them.
const OF_PERPETRATORS: [Dimension; 2] = [Dimension::Relation, Dimension::PerpetratorSex];

impl Unit {
    /// Dimensions of the unit. A perpetrator has only its own, since its children differ.
    #[must_use]
    pub fn dimensions(self) -> Vec<Dimension> {
        match self {
            Self::Decision => Vec::new(),
            Self::Perpetrator => OF_PERPETRATORS.to_vec(),
            Self::Pair => [OF_CHILDREN.as_slice(), &OF_PERPETRATORS].concat(),
            Self::Case | Self::Child | Self::Incident => OF_CHILDREN.to_vec(),
        }
    }

    /// The dimension by name, if the unit has it.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`].
    pub fn dimension(self, word: &str) -> Result<Dimension> {
        choose("by", word, &self.dimensions().into_iter().map(|d| (d.as_str(), d)).collect::<Vec<_>>())
    }
}

/// The categories a report falls into besides the total, each with its certainty: yes or undecided.
pub(super) type Memberships = Vec<(u64, u8)>;

/// A dimension with its categories; assigns reports to them.
#[derive(Debug, Clone)]
pub(super) struct Breakdown {
    pub dimension: Dimension,
    pub categories: Categories,
    /// Lower ends of the age bands, and the upper end of the last.
    ages: Vec<i32>,
}

impl Breakdown {
    pub fn new(dimension: Dimension, codes: &Codes, forms: &View, ages: &[i32]) -> Self {
        let labels: Vec<String> = match dimension {
            Dimension::Form => forms.categories.clone(),
            Dimension::Online => vec!["yes".to_owned(), "no".to_owned()],
            Dimension::AgeGroup => band_labels(ages),
            Dimension::PerpetratorSex => categories(codes, Dimension::Sex.as_str()),
            other => categories(codes, other.as_str()),
        };
        Self { dimension, categories: Categories::listed(dimension.as_str(), labels), ages: ages.to_vec() }
    }

    /// The categories of a report besides the total.
    pub fn memberships(&self, report: &Report, person: Option<&Person>, forms: &View) -> Memberships {
        let mut found = Vec::new();
        let unknown = self.categories.unknown();
        let one = |code: u8| if code == NONE { unknown } else { u64::from(code) };
        match self.dimension {
            Dimension::Sex => found.push((one(report.sex), YES)),
            Dimension::Ethnicity => found.push((one(report.ethnicity), YES)),
            Dimension::Environment => found.push((one(report.environment), YES)),
            Dimension::Outcome => found.push((one(report.outcome), YES)),
            Dimension::Relation => found.push((one(person.map_or(NONE, |p| p.relation)), YES)),
            Dimension::PerpetratorSex => found.push((one(person.map_or(NONE, |p| p.sex)), YES)),
            Dimension::Online => found.push((one([1, NONE, 0][usize::from(report.online)]), YES)),
            Dimension::Form => match forms.of(report) {
                None => found.push((unknown, YES)),
                Some(mask) => found.extend((0..8_u8).filter(|bit| mask & 1 << bit != 0).map(|bit| (u64::from(bit), YES))),
            },
            Dimension::Verification => {
                let results = report.verification;
                self.one_of(&mut found, |nth| results == 1 << nth, |nth| results & 1 << nth != 0);
            }
            Dimension::AgeGroup => {
                let ((least, most), ages) = (report.age, &self.ages);
                let inside = |nth: usize| least >= ages[nth] && most < ages[nth + 1];
                self.one_of(&mut found, inside, |nth| least < ages[nth + 1] && most >= ages[nth]);
            }
            // No unit has this dimension.
            Dimension::Circumstance => found.push((unknown, YES)),
        }
        found
    }

    /// Adds the one certain category, or all possible ones as undecided.
    fn one_of(&self, found: &mut Memberships, is: impl Fn(usize) -> bool, can_be: impl Fn(usize) -> bool) {
        let named = || 0..self.categories.labels.len();
        let number = |nth: usize| self.categories.number(Category::Named(nth));
        if let Some(nth) = named().find(|nth| is(*nth)) {
            found.push((number(nth), YES));
        } else {
            let open: Vec<u64> = named().filter(|nth| can_be(*nth)).map(number).collect();
            // An age outside of all bands counts in the total alone.
            found.extend((!open.is_empty()).then_some((self.categories.unknown(), YES)));
            found.extend(open.into_iter().map(|category| (category, UNDECIDED)));
        }
    }
}

/// The age bands asked for, or those of the yearly report.
pub(super) fn bands(asked: Option<&[i32]>, under: Under) -> Result<Vec<i32>> {
    let Some(asked) = asked else {
        return Ok([0, 6, 11, 16, 18].into_iter().filter(|age| *age <= under.years()).collect());
    };
    if asked.len() > 1 && asked[0] >= 0 && asked.windows(2).all(|w| w[0] < w[1]) {
        return Ok(asked.to_vec());
    }
    Err(Error::BadNumber {
        what: "age_bands",
        expected: Phrase::RisingAges.into(),
        found: Fact::verbatim(asked.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    })
}
