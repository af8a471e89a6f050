//! What a count can be broken down by, and where a member falls.

use super::choice::Under;
use super::forms::View;
use super::report::{NONE, Person, Report, categories};
use super::unit::Unit;
use crate::catalogue::{Codes, band_labels};
use crate::error::{Error, Fact, Phrase, Result, choose};
use crate::record::{UNDECIDED, YES};

/// A breakdown of reports, or of the perpetrators in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// Sex of the child.
    Sex,
    /// Completed years at the incident, in bands.
    AgeGroup,
    /// Ethnic group of the child.
    Ethnicity,
    /// Form of abuse; a report stands in each of its forms.
    Form,
    /// Where it happened: family, school, community.
    Environment,
    /// Online or not, whatever the environment.
    Online,
    /// Outcome for the child.
    Outcome,
    /// Suspected, confirmed, refuted.
    Verification,
    /// Relation of the perpetrator to the child.
    Relation,
    /// Sex of the perpetrator.
    PerpetratorSex,
}

impl Dimension {
    /// Every dimension.
    pub const ALL: [Self; 10] = [
        Self::Sex,
        Self::AgeGroup,
        Self::Ethnicity,
        Self::Form,
        Self::Environment,
        Self::Online,
        Self::Outcome,
        Self::Verification,
        Self::Relation,
        Self::PerpetratorSex,
    ];

    /// The word, which is also the column of a result.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sex => "sex",
            Self::AgeGroup => "age_group",
            Self::Ethnicity => "ethnicity",
            Self::Form => "form",
            Self::Environment => "environment",
            Self::Online => "online",
            Self::Outcome => "outcome",
            Self::Verification => "verification",
            Self::Relation => "relation",
            Self::PerpetratorSex => "perpetrator_sex",
        }
    }

    /// The dimensions of a unit: of a perpetrator only its own, since its children differ.
    #[must_use]
    pub fn of(unit: Unit) -> Vec<Self> {
        let own = |d: &Self| matches!(d, Self::Relation | Self::PerpetratorSex);
        match unit {
            Unit::Decision => Vec::new(),
            Unit::Perpetrator => Self::ALL.into_iter().filter(own).collect(),
            Unit::Pair => Self::ALL.to_vec(),
            Unit::Case | Unit::Child | Unit::Incident => Self::ALL.into_iter().filter(|d| !own(d)).collect(),
        }
    }

    /// The dimension of a word, if a unit has it.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`].
    pub fn from_word(word: &str, unit: Unit) -> Result<Self> {
        choose("by", word, &Self::of(unit).into_iter().map(|d| (d.word(), d)).collect::<Vec<_>>())
    }
}

/// Places in the labels of an axis, each with how certainly.
pub(super) type Places = Vec<(u64, u8)>;

/// The categories of a dimension, between `total` and `unknown`.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub dimension: Dimension,
    pub labels: Vec<String>,
    /// Lower ends of the age bands, and the end of the last.
    ages: Vec<i32>,
}

impl Axis {
    pub fn new(dimension: Dimension, codes: &Codes, forms: &View, ages: &[i32]) -> Self {
        let inner: Vec<String> = match dimension {
            Dimension::Form => forms.categories.clone(),
            Dimension::Online => vec!["yes".to_owned(), "no".to_owned()],
            Dimension::AgeGroup => band_labels(ages),
            Dimension::PerpetratorSex => categories(codes, "sex"),
            other => categories(codes, other.word()),
        };
        let labels = ["total".to_owned()].into_iter().chain(inner).chain(["unknown".to_owned()]).collect();
        Self { dimension, labels, ages: ages.to_vec() }
    }

    fn unknown(&self) -> u64 {
        self.labels.len() as u64 - 1
    }

    /// The categories a member is in besides the total.
    pub fn places(&self, report: &Report, person: Option<&Person>, forms: &View) -> Places {
        let mut places = Vec::new();
        let one = |code: u8| if code == NONE { self.unknown() } else { u64::from(code) + 1 };
        match self.dimension {
            Dimension::Sex => places.push((one(report.sex), YES)),
            Dimension::Ethnicity => places.push((one(report.ethnicity), YES)),
            Dimension::Environment => places.push((one(report.environment), YES)),
            Dimension::Outcome => places.push((one(report.outcome), YES)),
            Dimension::Relation => places.push((one(person.map_or(NONE, |p| p.relation)), YES)),
            Dimension::PerpetratorSex => places.push((one(person.map_or(NONE, |p| p.sex)), YES)),
            Dimension::Online => places.push((one([1, NONE, 0][usize::from(report.online)]), YES)),
            Dimension::Form => match forms.of(report) {
                None => places.push((self.unknown(), YES)),
                Some(mask) => places.extend((0..8_u8).filter(|bit| mask & 1 << bit != 0).map(|bit| (u64::from(bit) + 1, YES))),
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
        }
        places
    }

    /// The one category that it is; of several none is certain.
    fn one_of(&self, places: &mut Places, is: impl Fn(usize) -> bool, can_be: impl Fn(usize) -> bool) {
        let categories = || 0..self.labels.len() - 2;
        if let Some(nth) = categories().find(|nth| is(*nth)) {
            places.push((nth as u64 + 1, YES));
        } else {
            let open: Vec<u64> = categories().filter(|nth| can_be(*nth)).map(|nth| nth as u64 + 1).collect();
            // Outside of all bands it is in the total alone.
            places.extend((!open.is_empty()).then_some((self.unknown(), YES)));
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
