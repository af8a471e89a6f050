//! Periods: months, quarters, half-years, years, school years and free ranges of days.
//!
//! Values are of calendar half years and years; the cut-offs of the two yearly reports (data received before 15 May and
//! before 15 November) concern the report, not the value (Hưng Yên, plan 42/KH-UBND of 11 March 2022, section V).

use crate::error::{Error, Result};
use crate::text::Text;
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The kind of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Hash)]
#[serde(rename_all = "snake_case")]
pub enum PeriodKind {
    /// A calendar month, `2022-03`.
    Month,
    /// A calendar quarter, `2022Q1`.
    Quarter,
    /// A calendar half year, `2022H1`.
    Half,
    /// A calendar year, `2022`.
    Year,
    /// A school year, `2021-2022`: 1 September to 31 August (a decision of this project).
    SchoolYear,
    /// Any range of days, `2015-01-01/2019-06-30`.
    Custom,
}

impl PeriodKind {
    /// Its name in catalogue files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Half => "half",
            Self::Year => "year",
            Self::SchoolYear => "school_year",
            Self::Custom => "custom",
        }
    }
}

/// First and last day.
pub(crate) type Days = (NaiveDate, NaiveDate);

/// A period of whole days, first and last day included.
///
/// ```
/// use chitieu::Period;
/// let half: Period = "2022H1".parse()?;
/// assert_eq!(half.last().to_string(), "2022-06-30");
/// assert_eq!(half.to_string(), "2022H1");
/// # Ok::<(), chitieu::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Period {
    kind: PeriodKind,
    first: NaiveDate,
    last: NaiveDate,
}

impl Period {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> PeriodKind {
        self.kind
    }

    /// The first day.
    #[must_use]
    pub fn first(&self) -> NaiveDate {
        self.first
    }

    /// The last day: the reference date of every stock.
    #[must_use]
    pub fn last(&self) -> NaiveDate {
        self.last
    }

    /// The year whose yearly tables (population, communes, villages, schools) belong to the period:
    /// that of its last day; for a school year, the year in which it ends.
    #[must_use]
    pub fn year(&self) -> i32 {
        self.last.year()
    }

    /// The school year that belongs to the period, by the year in which it ends.
    #[must_use]
    pub fn school_year_end(&self) -> i32 {
        self.last.year()
    }

    fn new(kind: PeriodKind, first: (i32, u32, u32), last_exclusive: (i32, u32, u32)) -> Option<Self> {
        let first = NaiveDate::from_ymd_opt(first.0, first.1, first.2)?;
        let last = NaiveDate::from_ymd_opt(last_exclusive.0, last_exclusive.1, last_exclusive.2)?.pred_opt()?;
        Some(Self { kind, first, last })
    }

    fn read(text: &str) -> Option<Self> {
        if let Some((a, b)) = text.split_once('/') {
            let (first, last) = (a.parse().ok()?, b.parse().ok()?);
            return (first <= last).then_some(Self { kind: PeriodKind::Custom, first, last });
        }
        let year: i32 = text.get(..4)?.parse().ok().filter(|y| (1900..=2200).contains(y))?;
        let rest = &text[4..];
        let number = |prefix: &str, most: u32| -> Option<u32> {
            let digits = rest.strip_prefix(prefix)?;
            let n: u32 = digits.parse().ok()?;
            (digits.bytes().all(|b| b.is_ascii_digit()) && (1..=most).contains(&n)).then_some(n)
        };
        let months = |kind, from: u32, span: u32| {
            let next = from + span;
            let end = if next > 12 { (year + 1, next - 12, 1) } else { (year, next, 1) };
            Self::new(kind, (year, from, 1), end)
        };
        if rest.is_empty() {
            return months(PeriodKind::Year, 1, 12);
        }
        if let Some(half) = number("H", 2) {
            return months(PeriodKind::Half, (half - 1) * 6 + 1, 6);
        }
        if let Some(quarter) = number("Q", 4) {
            return months(PeriodKind::Quarter, (quarter - 1) * 3 + 1, 3);
        }
        let digits = rest.strip_prefix('-')?;
        match digits.len() {
            2 => number("-", 12).and_then(|m| months(PeriodKind::Month, m, 1)),
            4 if digits.parse() == Ok(year + 1) => Self::new(PeriodKind::SchoolYear, (year, 9, 1), (year + 1, 9, 1)),
            _ => None,
        }
    }
}

impl std::str::FromStr for Period {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::read(text.trim()).ok_or_else(|| Error::BadPeriod { got: text.to_owned() })
    }
}

impl Period {
    /// The period as a sentence names it.
    ///
    /// ```
    /// use chitieu::Period;
    /// let half: Period = "2022H1".parse()?;
    /// assert_eq!(half.in_words().vi, "6 tháng đầu năm 2022");
    /// assert_eq!(half.in_words().en, "first half of 2022");
    /// # Ok::<(), chitieu::Error>(())
    /// ```
    #[must_use]
    pub fn in_words(&self) -> Text {
        let (first, last) = (self.first, self.last);
        let (year, month) = (first.year(), first.month());
        let part = |months: u32| (month as usize - 1) / months as usize;
        match self.kind {
            PeriodKind::Month => Text::new(format!("tháng {month} năm {year}"), first.format("%B %Y").to_string()),
            PeriodKind::Quarter => {
                Text::new(format!("quý {}/{year}", ["I", "II", "III", "IV"][part(3)]), format!("Q{} {year}", part(3) + 1))
            }
            PeriodKind::Half => {
                let (vi, en) = [("đầu", "first"), ("cuối", "second")][part(6)];
                Text::new(format!("6 tháng {vi} năm {year}"), format!("{en} half of {year}"))
            }
            PeriodKind::Year => Text::new(format!("năm {year}"), year.to_string()),
            PeriodKind::SchoolYear => Text::new(format!("năm học {year}–{}", year + 1), format!("school year {year}–{}", year + 1)),
            PeriodKind::Custom => Text::new(
                format!("từ {} đến {}", first.format("%d/%m/%Y"), last.format("%d/%m/%Y")),
                format!("{} to {}", first.format("%-d %B %Y"), last.format("%-d %B %Y")),
            ),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.first.year(), self.first.month());
        match self.kind {
            PeriodKind::Month => write!(f, "{year}-{month:02}"),
            PeriodKind::Quarter => write!(f, "{year}Q{}", (month - 1) / 3 + 1),
            PeriodKind::Half => write!(f, "{year}H{}", (month - 1) / 6 + 1),
            PeriodKind::Year => write!(f, "{year}"),
            PeriodKind::SchoolYear => write!(f, "{year}-{}", year + 1),
            PeriodKind::Custom => write!(f, "{}/{}", self.first, self.last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str) -> (String, String) {
        let p: Period = text.parse().unwrap();
        assert_eq!(p.to_string(), text, "a period prints as it was written");
        (p.first().to_string(), p.last().to_string())
    }

    #[test]
    fn each_kind_has_its_days() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(days("2022"), pair("2022-01-01", "2022-12-31"));
        assert_eq!(days("2022H2"), pair("2022-07-01", "2022-12-31"));
        assert_eq!(days("2022Q1"), pair("2022-01-01", "2022-03-31"));
        assert_eq!(days("2024-02"), pair("2024-02-01", "2024-02-29"));
        assert_eq!(days("2022-12"), pair("2022-12-01", "2022-12-31"));
        assert_eq!(days("2021-2022"), pair("2021-09-01", "2022-08-31"));
        assert_eq!(days("2015-01-01/2019-06-30"), pair("2015-01-01", "2019-06-30"));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in
            ["", "22", "2022H3", "2022Q0", "2022-13", "2022-2024", "2022Q", "2022-1", "2022H+1", "năm 2022", "2019-06-30/2015-01-01"]
        {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }
}
