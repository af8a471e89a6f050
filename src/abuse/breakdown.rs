//! By what a unit can be broken down, and in which categories a report of it is.

use super::choice::Under;
use super::known::categories;
use super::report::{NONE, Person, Report};
use super::unit::Unit;
use super::view::View;
use crate::catalogue::{Codes, Dimension, band_labels};
use crate::error::{Error, Fact, Phrase, Result, choose};
use crate::grid::{Categories, Category};
use crate::record::{UNDECIDED, YES};

/// The dimensions of the reports of a child.
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
/// Those of the perpetrators in them.
const OF_PERPETRATORS: [Dimension; 2] = [Dimension::Relation, Dimension::PerpetratorSex];

impl Unit {
    /// By what it can be broken down: a perpetrator only by dimensions of its own, since its children differ.
    #[must_use]
    pub fn dimensions(self) -> Vec<Dimension> {
        match self {
            Self::Decision => Vec::new(),
            Self::Perpetrator => OF_PERPETRATORS.to_vec(),
            Self::Pair => [OF_CHILDREN.as_slice(), &OF_PERPETRATORS].concat(),
            Self::Case | Self::Child | Self::Incident => OF_CHILDREN.to_vec(),
        }
    }

    /// The dimension of a word, if the unit has it.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`].
    pub fn dimension(self, word: &str) -> Result<Dimension> {
        choose("by", word, &self.dimensions().into_iter().map(|d| (d.word(), d)).collect::<Vec<_>>())
    }
}

/// The categories that a report is in besides the total, each with how certainly.
pub(super) type Places = Vec<(u64, u8)>;

/// A dimension with its categories, and how a report is read into them.
#[derive(Debug, Clone)]
pub(super) struct Breakdown {
    pub dimension: Dimension,
    pub categories: Categories,
    /// Lower ends of the age bands, and the end of the last.
    ages: Vec<i32>,
}

impl Breakdown {
    pub fn new(dimension: Dimension, codes: &Codes, forms: &View, ages: &[i32]) -> Self {
        let labels: Vec<String> = match dimension {
            Dimension::Form => forms.categories.clone(),
            Dimension::Online => vec!["yes".to_owned(), "no".to_owned()],
            Dimension::AgeGroup => band_labels(ages),
            Dimension::PerpetratorSex => categories(codes, Dimension::Sex.word()),
            other => categories(codes, other.word()),
        };
        Self { dimension, categories: Categories::listed(dimension.word(), labels), ages: ages.to_vec() }
    }

    /// The categories that a report is in besides the total.
    pub fn places(&self, report: &Report, person: Option<&Person>, forms: &View) -> Places {
        let mut places = Vec::new();
        let unknown = self.categories.unknown();
        let one = |code: u8| if code == NONE { unknown } else { u64::from(code) };
        match self.dimension {
            Dimension::Sex => places.push((one(report.sex), YES)),
            Dimension::Ethnicity => places.push((one(report.ethnicity), YES)),
            Dimension::Environment => places.push((one(report.environment), YES)),
            Dimension::Outcome => places.push((one(report.outcome), YES)),
            Dimension::Relation => places.push((one(person.map_or(NONE, |p| p.relation)), YES)),
            Dimension::PerpetratorSex => places.push((one(person.map_or(NONE, |p| p.sex)), YES)),
            Dimension::Online => places.push((one([1, NONE, 0][usize::from(report.online)]), YES)),
            Dimension::Form => match forms.of(report) {
                None => places.push((unknown, YES)),
                Some(mask) => places.extend((0..8_u8).filter(|bit| mask & 1 << bit != 0).map(|bit| (u64::from(bit), YES))),
            },
            Dimension::Verification => {
                let words = report.verification;
                self.one_of(&mut places, |nth| words == 1 << nth, |nth| words & 1 << nth != 0);
            }
            Dimension::AgeGroup => {
                let ((least, most), ages) = (report.age, &self.ages);
                let inside = |nth: usize| least >= ages[nth] && most < ages[nth + 1];
                self.one_of(&mut places, inside, |nth| least < ages[nth + 1] && most >= ages[nth]);
            }
            // No unit has it.
            Dimension::Circumstance => places.push((unknown, YES)),
        }
        places
    }

    /// The one category that it is; of several none is certain.
    fn one_of(&self, places: &mut Places, is: impl Fn(usize) -> bool, can_be: impl Fn(usize) -> bool) {
        let named = || 0..self.categories.labels.len();
        let number = |nth: usize| self.categories.number(Category::Named(nth));
        if let Some(nth) = named().find(|nth| is(*nth)) {
            places.push((number(nth), YES));
        } else {
            let open: Vec<u64> = named().filter(|nth| can_be(*nth)).map(number).collect();
            // Outside of all bands it is in the total alone.
            places.extend((!open.is_empty()).then_some((self.categories.unknown(), YES)));
            places.extend(open.into_iter().map(|place| (place, UNDECIDED)));
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
