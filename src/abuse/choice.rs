//! Which reports count: verification, age, date and place.

use super::known::{categories, position};
use super::report::Report;
use crate::catalogue::{Catalogue, Codes, days};
use crate::error::{Error, Phrase, Result, choose};
use crate::period::Period;
use crate::record::{NO, UNDECIDED, YES};
use crate::text::Text;
use std::collections::HashMap;
use std::str::FromStr;

/// Which date decides the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateOf {
    /// The reception or detection, as published figures do.
    #[default]
    Received,
    /// The incident; where its day is not recorded it lies at or before the reception.
    Incident,
    /// The first decision in force on a sanction in the case.
    Decided,
}

/// Which place decides the area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlaceOf {
    /// Where it happened.
    #[default]
    Incident,
    /// Where the child lives.
    Residence,
}

/// Up to which age at the incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Under {
    /// Under 16: a child (Law 102/2016/QH13, Article 1).
    #[default]
    Sixteen,
    /// Under 18: a minor, as courts and the criminal code count; no child of the Law on Children.
    Eighteen,
}

impl Under {
    /// The age itself.
    #[must_use]
    pub fn years(self) -> i32 {
        match self {
            Self::Sixteen => 16,
            Self::Eighteen => 18,
        }
    }

    /// The code in a result's column `age_limit`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sixteen => "under_16",
            Self::Eighteen => "under_18",
        }
    }

    /// The limit for an age in years.
    ///
    /// # Errors
    /// [`Error::BadNumber`] for anything but 16 and 18.
    pub fn of(years: i32) -> Result<Self> {
        match years {
            16 => Ok(Self::Sixteen),
            18 => Ok(Self::Eighteen),
            other => Err(Error::BadNumber { what: "under", expected: Phrase::SixteenOrEighteen.into(), found: other.into() }),
        }
    }
}

/// The form under which prostitution of a child counts: the law names it under exploitation (Law 102/2016/QH13, Article 4(7)) and
/// under sexual abuse (Article 4(8)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prostitution {
    /// The forms as they are recorded.
    #[default]
    AsRecorded,
    /// Exploitation, not sexual abuse.
    Exploitation,
    /// Sexual abuse, not exploitation.
    SexualAbuse,
    /// Both forms.
    Both,
}

impl DateOf {
    const ALL: [Self; 3] = [Self::Received, Self::Incident, Self::Decided];

    /// The code of the choice.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Incident => "incident",
            Self::Decided => "decided",
        }
    }
}

/// The choice by its code.
impl FromStr for DateOf {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        choose("date", word, &Self::ALL.map(|choice| (choice.as_str(), choice)))
    }
}

impl PlaceOf {
    const ALL: [Self; 2] = [Self::Incident, Self::Residence];

    /// The code of the choice.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Incident => "incident",
            Self::Residence => "residence",
        }
    }
}

/// The choice by its code.
impl FromStr for PlaceOf {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        choose("place", word, &Self::ALL.map(|choice| (choice.as_str(), choice)))
    }
}

impl Prostitution {
    const ALL: [Self; 4] = [Self::AsRecorded, Self::Exploitation, Self::SexualAbuse, Self::Both];

    /// The code of the choice.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AsRecorded => "as_recorded",
            Self::Exploitation => "exploitation",
            Self::SexualAbuse => "sexual_abuse",
            Self::Both => "both",
        }
    }
}

/// The choice by its code.
impl FromStr for Prostitution {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        choose("prostitution", word, &Self::ALL.map(|choice| (choice.as_str(), choice)))
    }
}

/// Which reports count. The default is that of indicator II.0101: confirmed, under 16, by the day of reception, where it
/// happened; and all time.
///
/// ```
/// use chitieu::abuse::{Choice, DateOf, Under};
/// let choice = Choice::new().period("2022".parse()?).date(DateOf::Incident).under(Under::Eighteen);
/// let suspected_too = Choice::new().verification(["suspected", "confirmed"])?;
/// # let _ = (choice, suspected_too);
/// # Ok::<(), chitieu::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub(super) period: Option<Period>,
    pub(super) date: DateOf,
    pub(super) place: PlaceOf,
    /// Codes of the list `verification`, in its order.
    pub(super) verification: Vec<String>,
    pub(super) under: Under,
    pub(super) abandonment_with_neglect: bool,
    pub(super) prostitution: Prostitution,
}

impl Default for Choice {
    fn default() -> Self {
        Self::new()
    }
}

impl Choice {
    /// The reports of indicator II.0101, of all time.
    #[must_use]
    pub fn new() -> Self {
        Self {
            period: None,
            date: DateOf::default(),
            place: PlaceOf::default(),
            verification: vec!["confirmed".to_owned()],
            under: Under::default(),
            abandonment_with_neglect: false,
            prostitution: Prostitution::default(),
        }
    }

    /// Only reports of a period.
    #[must_use]
    pub fn period(mut self, period: Period) -> Self {
        self.period = Some(period);
        self
    }

    /// By another date.
    #[must_use]
    pub fn date(mut self, date: DateOf) -> Self {
        self.date = date;
        self
    }

    /// By another place.
    #[must_use]
    pub fn place(mut self, place: PlaceOf) -> Self {
        self.place = place;
        self
    }

    /// By another age limit.
    #[must_use]
    pub fn under(mut self, under: Under) -> Self {
        self.under = under;
        self
    }

    /// Abandonment and neglect as one form, which published figures often do.
    #[must_use]
    pub fn abandonment_with_neglect(mut self, merged: bool) -> Self {
        self.abandonment_with_neglect = merged;
        self
    }

    /// The prostitution of a child under another form.
    #[must_use]
    pub fn prostitution(mut self, view: Prostitution) -> Self {
        self.prostitution = view;
        self
    }

    /// Reports with any of these results of verification: `suspected`, `confirmed`, `refuted`.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] for an unknown result or none, [`Error::Repeated`] for one given twice.
    pub fn verification<S: AsRef<str>>(mut self, words: impl IntoIterator<Item = S>) -> Result<Self> {
        let known = categories(Catalogue::builtin().codes(), "verification");
        self.verification.clear();
        for word in words {
            let word = word.as_ref();
            if !known.iter().any(|k| k == word) {
                return Err(Error::UnknownChoice { what: "verification", got: word.to_owned(), known });
            }
            if self.verification.iter().any(|chosen| chosen == word) {
                return Err(Error::Repeated { what: "verification", got: word.to_owned() });
            }
            self.verification.push(word.to_owned());
        }
        if self.verification.is_empty() {
            return Err(Error::UnknownChoice { what: "verification", got: String::new(), known });
        }
        self.verification.sort_by_key(|word| known.iter().position(|k| k == word));
        Ok(self)
    }

    /// The columns and codes that show the choices in a result.
    pub(super) fn words(&self) -> [(&'static str, String); 4] {
        [
            ("date", self.date.as_str().to_owned()),
            ("place", self.place.as_str().to_owned()),
            ("verification", self.verification.join("+")),
            ("age_limit", self.under.as_str().to_owned()),
        ]
    }

    /// The first and last day of the period.
    pub(super) fn span(&self) -> (i32, i32) {
        self.period.as_ref().map_or((i32::MIN, i32::MAX), |p| (days(p.first()), days(p.last())))
    }

    /// The results of verification that count, as bits in the order of the list.
    ///
    /// # Errors
    /// [`Error::Catalogue`] if the list lacks one.
    pub(super) fn verified(&self, codes: &Codes) -> Result<u8> {
        let list = categories(codes, "verification");
        self.verification.iter().try_fold(0, |bits, word| Ok(bits | 1 << position(&list, "verification", word)?))
    }

    /// Whether a report counts regardless of its date: verified as chosen, and young enough.
    pub(super) fn counts(&self, report: &Report, verified: u8) -> u8 {
        let verified = match report.verification & verified {
            0 => NO,
            chosen if chosen == report.verification => YES,
            _ => UNDECIDED,
        };
        let (least, most) = report.age;
        let limit = self.under.years();
        let young = if most < limit {
            YES
        } else if least >= limit {
            NO
        } else {
            UNDECIDED
        };
        verified.min(young)
    }

    /// Whether the deciding date lies between two days, both included.
    pub(super) fn within(&self, report: &Report, decided: &HashMap<u128, i32>, (first, last): (i32, i32)) -> u8 {
        let inside = |day: i32| if (first..=last).contains(&day) { YES } else { NO };
        match self.date {
            DateOf::Received => inside(report.received),
            DateOf::Decided => decided.get(&report.case).map_or(NO, |day| inside(*day)),
            DateOf::Incident => match report.incident {
                Some(day) => inside(day),
                None if first == i32::MIN && last == i32::MAX => YES,
                None if report.received >= first => UNDECIDED,
                None => NO,
            },
        }
    }

    /// The deciding day, where it is known.
    pub(super) fn day(&self, report: &Report, decided: &HashMap<u128, i32>) -> Option<i32> {
        match self.date {
            DateOf::Received => Some(report.received),
            DateOf::Incident => report.incident,
            DateOf::Decided => decided.get(&report.case).copied(),
        }
    }

    /// The deciding commune.
    pub(super) fn commune(&self, report: &Report) -> u32 {
        match self.place {
            PlaceOf::Incident => report.commune,
            PlaceOf::Residence => report.residence,
        }
    }

    /// The choices in plain words.
    #[must_use]
    pub fn description(&self) -> Text {
        let catalogue = Catalogue::builtin();
        let codes = catalogue.codes();
        let name = |list: &str, code: &str| codes.name(list, code).unwrap_or_else(|| Text::new(code, code));
        let [date, place, verification, age] = self.words().map(|(_, word)| word);
        let mut parts =
            vec![period_text(self.period.as_ref()), name("abuse_date", &date), name("abuse_place", &place), name("age_limit", &age)];
        parts.extend(verification.split('+').map(|word| name("verification", word).small()));
        if self.abandonment_with_neglect {
            parts.push(name("word", "abandonment_or_neglect"));
        }
        if self.prostitution != Prostitution::AsRecorded {
            parts.push(name("abuse_view", self.prostitution.as_str()));
        }
        let join = |of: fn(&Text) -> &str| parts.iter().map(of).collect::<Vec<_>>().join("; ");
        Text::new(join(|t| &t.vi), join(|t| &t.en))
    }
}

/// The code in a result's column `period`.
pub(super) fn period_word(period: Option<&Period>) -> String {
    period.map_or_else(|| "all".to_owned(), Period::to_string)
}

/// A period in plain words.
pub(super) fn period_text(period: Option<&Period>) -> Text {
    let all = || Catalogue::builtin().codes().name("abuse_view", "all");
    period.map_or_else(|| all().unwrap_or_else(|| Text::new("all", "all")), Period::in_words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_has_a_name_in_both_languages() {
        let catalogue = Catalogue::builtin();
        let mut known = vec![("abuse_view", "all"), ("word", "abandonment_or_neglect")];
        known.extend(DateOf::ALL.iter().map(|choice| ("abuse_date", choice.as_str())));
        known.extend(PlaceOf::ALL.iter().map(|choice| ("abuse_place", choice.as_str())));
        known.extend([Under::Sixteen, Under::Eighteen].map(|choice| ("age_limit", choice.as_str())));
        known.extend(Prostitution::ALL.iter().filter(|p| **p != Prostitution::AsRecorded).map(|choice| ("abuse_view", choice.as_str())));
        known.extend(catalogue.codes().categories_of("verification").into_iter().map(|word| ("verification", word)));
        for (list, code) in known {
            assert!(catalogue.codes().name(list, code).is_some(), "{list}: {code}");
        }
    }
}
