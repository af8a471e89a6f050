//! The true counts of every indicator of the catalogue, kept while the records were made.

use super::columns::{Dictionary, Grow, Numbers, Text, frame};
use super::ledger::{Cell, Keyed, Ledger, SEXES, distinct};
use super::part::Part;
use super::province::{Commune, Province};
use polars_arrow::array::ArrayRef;
use polars_core::prelude::DataFrame;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Counts of distinct keys, which do not add up over areas and sexes.
const KEYED: [Part; 5] = [Part::AbusedChildren, Part::AbusedSupported, Part::AbuseCases, Part::Perpetrators, Part::Sanctions];

/// How an indicator is computed from parts.
#[derive(Clone, Copy)]
enum Formula {
    /// A count.
    Number(Part),
    /// A part over its whole.
    Share(Part),
    /// One count over another.
    Quotient(Part, Part),
}

struct Definition {
    id: &'static str,
    outputs: &'static [&'static str],
    by_sex: bool,
    formula: Formula,
}

const fn define(id: &'static str, outputs: &'static [&'static str], by_sex: bool, formula: Formula) -> Definition {
    Definition { id, outputs, by_sex, formula }
}

use Formula::{Number, Quotient, Share};
const BOTH: &[&str] = &["count", "percent"];
const COUNT: &[&str] = &["count"];
const PERCENT: &[&str] = &["percent"];
const PER_1000: &[&str] = &["per_1000"];
const INJURY: &[&str] = &["count", "per_100000"];
const ABUSE: &[&str] = &["count", "percent", "per_100000"];

/// The indicators, as the catalogue defines them.
const DEFINITIONS: [Definition; 43] = [
    define("child_population", COUNT, true, Number(Part::ChildPopulation)),
    define("child_share_of_population", BOTH, true, Share(Part::ChildrenAmongAll)),
    define("sex_ratio_at_birth", &["ratio"], false, Quotient(Part::BornBoys, Part::BornGirls)),
    define("crude_birth_rate", PER_1000, false, Quotient(Part::Births, Part::Population)),
    define("neonatal_mortality_rate", PER_1000, true, Quotient(Part::NeonatalDeaths, Part::Births)),
    define("under_five_mortality_rate", PER_1000, true, Quotient(Part::DeathsUnder5, Part::Births)),
    define("infant_mortality_rate", PER_1000, true, Quotient(Part::DeathsUnder1, Part::Births)),
    define("special_circumstances", BOTH, true, Share(Part::Special)),
    define("special_circumstances_supported", BOTH, true, Share(Part::Supported)),
    define("children_at_risk", BOTH, true, Share(Part::AtRisk)),
    define("nursery_enrolment", BOTH, true, Share(Part::Nursery)),
    define("kindergarten_enrolment", BOTH, true, Share(Part::Kindergarten)),
    define("villages_with_facilities", PERCENT, false, Share(Part::VillageFacilities)),
    define("communes_with_play_area", PERCENT, false, Share(Part::PlayArea)),
    define("consulted_7_plus", PERCENT, true, Share(Part::Consulted)),
    define("online_safety", PERCENT, true, Share(Part::OnlineSafety)),
    define("abused_children", ABUSE, true, Quotient(Part::AbusedChildren, Part::ChildPopulation)),
    // Without a breakdown by form the share is that of all forms, which is the whole.
    define("abused_children_by_form_share", PERCENT, true, Share(Part::AbusedChildren)),
    define("abused_children_supported", BOTH, true, Share(Part::AbusedSupported)),
    define("abuse_cases", COUNT, true, Number(Part::AbuseCases)),
    define("abuse_cases_by_form_share", PERCENT, true, Share(Part::AbuseCases)),
    define("perpetrators", COUNT, true, Number(Part::Perpetrators)),
    define("sanctions", COUNT, false, Number(Part::Sanctions)),
    define("child_friendly_communes", PERCENT, false, Share(Part::Friendly)),
    define("development_services", PERCENT, true, Share(Part::DevelopmentServices)),
    define("fully_vaccinated_under_1", PERCENT, true, Share(Part::VaccinatedUnder1)),
    define("fully_vaccinated_under_5", PERCENT, true, Share(Part::VaccinatedUnder5)),
    define("schools_with_sanitation", PERCENT, false, Share(Part::Sanitation)),
    define("child_labour", BOTH, true, Share(Part::ChildLabour)),
    define("child_injury", INJURY, true, Quotient(Part::Injuries, Part::ChildPopulation)),
    define("child_injury_death", INJURY, true, Quotient(Part::FatalInjuries, Part::ChildPopulation)),
    define("under_age_marriages", COUNT, false, Number(Part::Marriages)),
    define("birth_registration_under_5", PERCENT, true, Share(Part::BirthRegistered)),
    define("on_track_under_5", PERCENT, true, Share(Part::OnTrack)),
    define("five_year_olds_in_kindergarten", PERCENT, true, Share(Part::FiveInKindergarten)),
    define("primary_completion", PERCENT, true, Quotient(Part::PrimaryCompleted, Part::Grade1)),
    define("primary_drop_out", PERCENT, true, Share(Part::PrimaryDropOut)),
    define("lower_secondary_completion", PERCENT, true, Quotient(Part::LowerSecondaryCompleted, Part::Grade6)),
    define("lower_secondary_drop_out", PERCENT, true, Share(Part::LowerSecondaryDropOut)),
    define("schools_with_psychological_support", PERCENT, false, Share(Part::PsychologicalSupport)),
    define("schools_with_disability_access", PERCENT, false, Share(Part::DisabilityAccess)),
    define("rights_awareness", PERCENT, true, Share(Part::RightsAwareness)),
    define("participation_11_plus", PERCENT, true, Share(Part::Participation)),
];

/// The true counts of a synthetic province, computed without the engine.
#[derive(Debug, Clone)]
pub struct Truth {
    frame: DataFrame,
    submissions: DataFrame,
}

impl Truth {
    /// The true counts, one row for each indicator, measure, area and sex.
    ///
    /// Columns: `indicator`; `measure`; `area`, the code of a commune, a district or the province, or `VN`; `sex`,
    /// which is `total` and, where the indicator is broken down by sex, also `male`, `female` and `unknown`;
    /// `numerator`; `denominator`, null for a plain count; `undecided`; all null where no commune of the area reported; `reported`
    /// and `expected`, the number of the area's communes that reported and of all. A share's denominator holds decided records
    /// only. Where persons are summed rather than rows counted, `undecided` counts persons too.
    #[must_use]
    pub fn to_frame(&self) -> DataFrame {
        self.frame.clone()
    }

    /// Who reported: rows of `table`, `commune` and `period`, for every table and every reporting commune.
    #[must_use]
    pub fn submissions(&self) -> DataFrame {
        self.submissions.clone()
    }

    pub(super) fn new(province: &Province, silent: &[Commune], tables: &[&str], ledger: &Ledger) -> Result<Self, String> {
        let keyed: Vec<(Part, Vec<Vec<Keyed>>)> =
            KEYED.iter().map(|part| (*part, ledger.by_commune(*part, province.communes.len()))).collect();
        let areas = areas(province, silent);
        let counts = Counts { ledger, keyed, areas: &areas };
        let words = Dictionary::new(areas.iter().map(|area| &area.code));
        let chunks: Result<Vec<_>, String> = DEFINITIONS.par_iter().map(|definition| counts.rows(definition, &words)).collect();
        let mut columns: Vec<(&'static str, Vec<_>)> =
            ["indicator", "measure", "area", "sex", "numerator", "denominator", "undecided", "reported", "expected"]
                .map(|name| (name, Vec::new()))
                .into();
        for chunk in chunks? {
            columns.iter_mut().zip(chunk).for_each(|((_, chunks), array)| chunks.push(array));
        }
        let mut frame = frame(columns)?;
        frame.rechunk_mut();
        Ok(Self { frame, submissions: submissions(province, tables)? })
    }
}

fn submissions(province: &Province, tables: &[&str]) -> Result<DataFrame, String> {
    let rows = tables.len() * province.communes.len();
    let (mut table, mut commune, mut period) = (Text::new(rows), Text::new(rows), Text::new(rows));
    let year = province.year.to_string();
    // Completion needs the pupils who began four school years before.
    let with_years_before = format!("{}-09-01/{year}-12-31", province.year - 5);
    for name in tables {
        for place in province.communes {
            table.push(Some(name));
            commune.push(Some(&place.code));
            period.push(Some(if *name == "pupils" { &with_years_before } else { &year }));
        }
    }
    frame(vec![("table", vec![table.done()?]), ("commune", vec![commune.done()?]), ("period", vec![period.done()?])])
}

/// An area of the true counts.
struct Area {
    code: String,
    /// Its reporting communes.
    communes: Vec<usize>,
    /// The number of its communes.
    expected: i64,
}

/// The country, the province, its districts, its communes.
fn areas(province: &Province, silent: &[Commune]) -> Vec<Area> {
    let mut areas: BTreeMap<(usize, &str), Area> = BTreeMap::new();
    let sending = province.communes.iter().enumerate().map(|(place, commune)| (commune, Some(place)));
    for (commune, place) in sending.chain(silent.iter().map(|commune| (commune, None))) {
        // Since July 2025 there are no districts.
        let above = ["VN", province.code, &commune.district, &commune.code].into_iter().enumerate();
        for key in above.filter(|(_, code)| !code.is_empty()) {
            let area = areas.entry(key).or_insert_with(|| Area { code: key.1.to_owned(), communes: Vec::new(), expected: 0 });
            area.communes.extend(place);
            area.expected += 1;
        }
    }
    areas.into_values().collect()
}

struct Counts<'a> {
    ledger: &'a Ledger,
    keyed: Vec<(Part, Vec<Vec<Keyed>>)>,
    areas: &'a [Area],
}

impl Counts<'_> {
    /// The cell of some communes together, for one sex or (`None`) for all.
    fn cell(&self, part: Part, communes: &[usize], sex: Option<usize>) -> Cell {
        let fits = |s: usize| sex.is_none_or(|only| only == s);
        if let Some((_, records)) = self.keyed.iter().find(|(p, _)| *p == part) {
            return distinct(communes.iter().flat_map(|c| &records[*c]).filter(|r| fits(r.sex)));
        }
        let mut sum = Cell::default();
        for commune in communes {
            (0..SEXES).filter(|s| fits(*s)).for_each(|s| sum.add(&self.ledger.get(part, *commune, s)));
        }
        sum
    }

    /// The rows of one indicator, column by column.
    fn rows(&self, definition: &Definition, areas: &Dictionary) -> Result<[ArrayRef; 9], String> {
        let sexes: &[(&str, Option<usize>)] = &[("total", None), ("male", Some(0)), ("female", Some(1)), ("unknown", Some(2))];
        let sexes = &sexes[..if definition.by_sex { 4 } else { 1 }];
        let rows = definition.outputs.len() * self.areas.len() * sexes.len();
        let ids = Dictionary::new([definition.id]);
        let (mut indicator, mut measure, mut area, mut sex) =
            (Text::of(&ids, rows), Text::new(rows), Text::of(areas, rows), Text::new(rows));
        let [mut numerator, mut denominator, mut undecided, mut reported, mut expected] = std::array::from_fn(|_| Numbers::new(rows));
        for output in definition.outputs {
            for (place, Area { communes, expected: all, .. }) in self.areas.iter().enumerate() {
                for (word, of) in sexes {
                    let (top, bottom, open) = self.values(definition.formula, *output == "count", communes, *of);
                    let known = !communes.is_empty();
                    indicator.entry(Some(0));
                    measure.push(Some(output));
                    area.entry(Some(place));
                    sex.push(Some(word));
                    numerator.push(known.then_some(top));
                    denominator.push(bottom.filter(|_| known));
                    undecided.push(known.then_some(open));
                    reported.push(Some(communes.len() as i64));
                    expected.push(Some(*all));
                }
            }
        }
        let (places, numbers) = ([indicator, measure, area, sex], [numerator, denominator, undecided, reported, expected]);
        let places = places.into_iter().map(Text::done);
        let columns: Vec<ArrayRef> = places.chain(numbers.into_iter().map(Numbers::done)).collect::<Result<_, _>>()?;
        columns.try_into().map_err(|_| "the truth has nine columns".to_owned())
    }

    fn values(&self, formula: Formula, is_count: bool, communes: &[usize], sex: Option<usize>) -> (i64, Option<i64>, i64) {
        let cell = |part| self.cell(part, communes, sex);
        match formula {
            Number(part) => (cell(part).yes, None, cell(part).open),
            Share(part) => {
                let share = cell(part);
                if is_count { (share.yes, None, share.open_number) } else { (share.yes, Some(share.yes + share.no), share.open) }
            }
            Quotient(top, bottom) => {
                let (top, bottom) = (cell(top), cell(bottom));
                if is_count { (top.yes, None, top.open) } else { (top.yes, Some(bottom.yes), top.open + bottom.open) }
            }
        }
    }
}
