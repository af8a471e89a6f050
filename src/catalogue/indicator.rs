//! Indicators, and the quantities they are made of.

use crate::period::PeriodKind;
use crate::text::{Text, one_or_both};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// How the numerator and denominator of an indicator are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Hash)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A number of records, children, cases …
    Count,
    /// A part of a whole: the numerator is counted inside the denominator, over decided records only.
    Proportion,
    /// One quantity over another that need not contain it.
    Ratio,
    /// Events over an exposure.
    Rate,
}

/// The unit in which a value is expressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Hash, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The numerator itself.
    Count,
    /// Per hundred.
    Percent,
    /// Numerator per hundred of the denominator, as the sex ratio at birth is given.
    Ratio,
    /// Per thousand.
    #[serde(rename = "per_1000")]
    Per1000,
    /// Per hundred thousand.
    #[serde(rename = "per_100000")]
    Per100000,
}

impl Measure {
    /// Its name in the result's column `measure`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Percent => "percent",
            Self::Ratio => "ratio",
            Self::Per1000 => "per_1000",
            Self::Per100000 => "per_100000",
        }
    }

    /// What the quotient is multiplied by.
    #[must_use]
    pub fn multiplier(self) -> u32 {
        match self {
            Self::Count => 1,
            Self::Percent | Self::Ratio => 100,
            Self::Per1000 => 1_000,
            Self::Per100000 => 100_000,
        }
    }
}

/// The kind of source in which a part of a definition was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Hash)]
#[serde(rename_all = "snake_case")]
pub enum ReadIn {
    /// In the circular itself.
    Circular,
    /// In an official summary of its annex.
    Notice,
    /// In Decision 23/QĐ-TTg.
    Decision,
    /// In the statistics office's specification of the same-named indicator.
    Gso,
    /// In a law or decree.
    Law,
    /// Decided by this project.
    Ours,
}

impl ReadIn {
    /// Its name in catalogue files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Circular => "circular",
            Self::Notice => "notice",
            Self::Decision => "decision",
            Self::Gso => "gso",
            Self::Law => "law",
            Self::Ours => "ours",
        }
    }
}

/// The kind of source of each part of an indicator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The name.
    pub name: ReadIn,
    /// The code.
    pub code: ReadIn,
    /// The formula.
    pub formula: ReadIn,
    /// The breakdowns.
    pub breakdowns: ReadIn,
}

/// A place in a legal or methodological text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The text.
    #[serde(deserialize_with = "one_or_both")]
    pub text: Text,
    /// The article, annex or target in it.
    #[serde(rename = "where", deserialize_with = "one_or_both")]
    pub place: Text,
    /// Anything to add.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// A value that a text sets for the end of a year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// By the end of this year.
    pub year: i32,
    /// The output it is about.
    pub measure: Measure,
    /// One of `<`, `<=`, `>`, `>=`.
    pub op: String,
    /// The value.
    pub value: f64,
    /// Anything to add.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// Who is responsible, and from when to when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agency {
    /// From this day, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// To this day, if it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Its name.
    pub name: Text,
    /// The kind of source.
    pub read_in: ReadIn,
}

/// A standard dimension of a breakdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Hash, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// Sex.
    Sex,
    /// Age, in the bands of the indicator.
    AgeGroup,
    /// Ethnic group.
    Ethnicity,
    /// Special circumstances, by group and sub-group; a child may have several.
    Circumstance,
    /// Form of abuse; a child may suffer several.
    Form,
    /// Where the abuse took place.
    Environment,
    /// Relation of the perpetrator to the child.
    Relation,
    /// Outcome for the child.
    Outcome,
    /// Online or not, in any environment. This and the following ones are for abuse tables only.
    #[serde(skip_deserializing)]
    Online,
    /// Suspected, confirmed, refuted.
    #[serde(skip_deserializing)]
    Verification,
    /// Sex of the perpetrator.
    #[serde(skip_deserializing)]
    PerpetratorSex,
}

impl Dimension {
    /// The dimensions of indicators.
    pub const OF_INDICATORS: [Self; 8] =
        [Self::Sex, Self::AgeGroup, Self::Ethnicity, Self::Circumstance, Self::Form, Self::Environment, Self::Relation, Self::Outcome];

    /// The name, also that of the result's column.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sex => "sex",
            Self::AgeGroup => "age_group",
            Self::Ethnicity => "ethnicity",
            Self::Circumstance => "circumstance",
            Self::Form => "form",
            Self::Environment => "environment",
            Self::Relation => "relation",
            Self::Outcome => "outcome",
            Self::Online => "online",
            Self::Verification => "verification",
            Self::PerpetratorSex => "perpetrator_sex",
        }
    }

    /// The column of the records it is read from.
    #[must_use]
    pub fn column(self) -> &'static str {
        match self {
            Self::AgeGroup => "age",
            Self::Circumstance => "circumstances",
            Self::Form => "forms",
            other => other.as_str(),
        }
    }

    /// True if one record may belong to several categories, so that they need not add up to the total.
    #[must_use]
    pub fn is_multiple(self) -> bool {
        matches!(self, Self::Circumstance | Self::Form)
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A count: of rows of a table, of distinct values of a column, or the sum of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// Its name, unique in the catalogue.
    pub id: String,
    /// The table.
    pub table: String,
    /// Its name for people.
    pub name: Text,
    /// The counting unit: child, case, decision …
    pub unit: String,
    /// The condition, as SQL; absent means every row.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Count distinct values of this column instead of rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distinct: Option<String>,
    /// Sum this column instead of counting rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<String>,
    /// The date column that decides the period, if not the table's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Counted in the period shifted back by so many years.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lag_years: i32,
    /// The dimensions it can be broken down by.
    #[serde(default)]
    pub dimensions: Vec<Dimension>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(n: &i32) -> bool {
    *n == 0
}

/// One indicator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// Its name in code, unique in the catalogue.
    pub id: String,
    /// The version of this definition, raised whenever a number would change.
    pub version: u32,
    /// Annex and code, such as `II.0101`: codes restart in each annex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Its name for people.
    pub name: Text,
    /// Meaning and method.
    pub concept: Text,
    /// How numerator and denominator are related.
    pub kind: Kind,
    /// The values it gives.
    pub outputs: Vec<Measure>,
    /// The quantity above the line.
    pub numerator: String,
    /// The quantity below the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denominator: Option<String>,
    /// The breakdowns its source asks for.
    #[serde(default)]
    pub breakdowns: Vec<Dimension>,
    /// Cut points of the age groups: `[0, 6, 16]` is 0–5 and 6–15.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub age_bands: Vec<i32>,
    /// The kinds of period it is defined for; empty means any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub periods: Vec<PeriodKind>,
    /// Printed digits after the decimal mark.
    #[serde(default = "two")]
    pub decimals: u8,
    /// Who is responsible, by date.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agency: Vec<Agency>,
    /// The kind of source of each part.
    pub read_in: Provenance,
    /// The legal and methodological texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// The targets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
    /// The file it comes from; filled in when loaded.
    #[serde(default)]
    pub source: String,
}

fn two() -> u8 {
    2
}

/// Age bands used where an indicator names none: before school, primary and lower-secondary age (ours).
pub const DEFAULT_AGE_BANDS: [i32; 4] = [0, 6, 11, 16];

impl Indicator {
    /// The cut points of its age groups.
    #[must_use]
    pub fn bands(&self) -> &[i32] {
        if self.age_bands.is_empty() { &DEFAULT_AGE_BANDS } else { &self.age_bands }
    }

    /// The definition as results name it: file, id and version.
    #[must_use]
    pub fn definition(&self) -> String {
        format!("{}/{}@{}", self.source, self.id, self.version)
    }
}

/// The label of each band between cut points.
///
/// ```
/// use chitieu::catalogue::band_labels;
/// assert_eq!(band_labels(&[0, 1, 6, 16]), ["0", "1-5", "6-15"]);
/// ```
#[must_use]
pub fn band_labels(cuts: &[i32]) -> Vec<String> {
    cuts.windows(2).map(|w| if w[1] - w[0] == 1 { w[0].to_string() } else { format!("{}-{}", w[0], w[1] - 1) }).collect()
}

/// All quantities by id.
pub type Quantities = BTreeMap<String, Quantity>;
