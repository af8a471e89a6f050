//! The planted truth: every indicator of the catalogue, counted while the records were made.

use super::columns::{Grow, Numbers, Text, Words, frame};
use super::ledger::{Cell, Keyed, Ledger, SEXES, distinct};
use super::part::Part;
use super::province::{Commune, Province};
use polars_arrow::array::ArrayRef;
use polars_core::prelude::DataFrame;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Parts that count distinct keys: they do not add up over areas and sexes.
const KEYED: [Part; 5] = [Part::AbusedChildren, Part::AbusedSupported, Part::AbuseCases, Part::Perpetrators, Part::Sanctions];

/// How an indicator is made of parts.
#[derive(Clone, Copy)]
enum Make {
    /// The number itself.
    Number(Part),
    /// The part over the whole it lies in.
    Share(Part),
    /// One number over another.
    Quotient(Part, Part),
}

struct Line {
    id: &'static str,
    outputs: &'static [&'static str],
    by_sex: bool,
    make: Make,
}

const fn line(id: &'static str, outputs: &'static [&'static str], by_sex: bool, make: Make) -> Line {
    Line { id, outputs, by_sex, make }
}

use Make::{Number, Quotient, Share};
const BOTH: &[&str] = &["count", "percent"];
const COUNT: &[&str] = &["count"];
const PERCENT: &[&str] = &["percent"];
const PER_1000: &[&str] = &["per_1000"];
const INJURY: &[&str] = &["count", "per_100000"];
const ABUSE: &[&str] = &["count", "percent", "per_100000"];

/// The indicators, as the catalogue defines them.
const LINES: [Line; 43] = [
    line("child_population", COUNT, true, Number(Part::ChildPopulation)),
    line("child_share_of_population", BOTH, true, Share(Part::ChildrenAmongAll)),
    line("sex_ratio_at_birth", &["ratio"], false, Quotient(Part::BornBoys, Part::BornGirls)),
    line("crude_birth_rate", PER_1000, false, Quotient(Part::Births, Part::Population)),
    line("neonatal_mortality_rate", PER_1000, true, Quotient(Part::NeonatalDeaths, Part::Births)),
    line("under_five_mortality_rate", PER_1000, true, Quotient(Part::DeathsUnder5, Part::Births)),
    line("infant_mortality_rate", PER_1000, true, Quotient(Part::DeathsUnder1, Part::Births)),
    line("special_circumstances", BOTH, true, Share(Part::Special)),
    line("special_circumstances_supported", BOTH, true, Share(Part::Supported)),
    line("children_at_risk", BOTH, true, Share(Part::AtRisk)),
    line("nursery_enrolment", BOTH, true, Share(Part::Nursery)),
    line("kindergarten_enrolment", BOTH, true, Share(Part::Kindergarten)),
    line("villages_with_facilities", PERCENT, false, Share(Part::VillageFacilities)),
    line("communes_with_play_area", PERCENT, false, Share(Part::PlayArea)),
    line("consulted_7_plus", PERCENT, true, Share(Part::Consulted)),
    line("online_safety", PERCENT, true, Share(Part::OnlineSafety)),
    line("abused_children", ABUSE, true, Quotient(Part::AbusedChildren, Part::ChildPopulation)),
    // Without a breakdown by form each share is that of all forms: of the whole itself.
    line("abused_children_by_form_share", PERCENT, true, Share(Part::AbusedChildren)),
    line("abused_children_supported", BOTH, true, Share(Part::AbusedSupported)),
    line("abuse_cases", COUNT, true, Number(Part::AbuseCases)),
    line("abuse_cases_by_form_share", PERCENT, true, Share(Part::AbuseCases)),
    line("perpetrators", COUNT, true, Number(Part::Perpetrators)),
    line("sanctions", COUNT, false, Number(Part::Sanctions)),
    line("child_friendly_communes", PERCENT, false, Share(Part::Friendly)),
    line("development_services", PERCENT, true, Share(Part::DevelopmentServices)),
    line("fully_vaccinated_under_1", PERCENT, true, Share(Part::VaccinatedUnder1)),
    line("fully_vaccinated_under_5", PERCENT, true, Share(Part::VaccinatedUnder5)),
    line("schools_with_sanitation", PERCENT, false, Share(Part::Sanitation)),
    line("child_labour", BOTH, true, Share(Part::ChildLabour)),
    line("child_injury", INJURY, true, Quotient(Part::Injuries, Part::ChildPopulation)),
    line("child_injury_death", INJURY, true, Quotient(Part::FatalInjuries, Part::ChildPopulation)),
    line("under_age_marriages", COUNT, false, Number(Part::Marriages)),
    line("birth_registration_under_5", PERCENT, true, Share(Part::BirthRegistered)),
    line("on_track_under_5", PERCENT, true, Share(Part::OnTrack)),
    line("five_year_olds_in_kindergarten", PERCENT, true, Share(Part::FiveInKindergarten)),
    line("primary_completion", PERCENT, true, Quotient(Part::PrimaryCompleted, Part::Grade1)),
    line("primary_drop_out", PERCENT, true, Share(Part::PrimaryDropOut)),
    line("lower_secondary_completion", PERCENT, true, Quotient(Part::LowerSecondaryCompleted, Part::Grade6)),
    line("lower_secondary_drop_out", PERCENT, true, Share(Part::LowerSecondaryDropOut)),
    line("schools_with_psychological_support", PERCENT, false, Share(Part::PsychologicalSupport)),
    line("schools_with_disability_access", PERCENT, false, Share(Part::DisabilityAccess)),
    line("rights_awareness", PERCENT, true, Share(Part::RightsAwareness)),
    line("participation_11_plus", PERCENT, true, Share(Part::Participation)),
];

/// What is true of a made-up province, whatever an engine makes of its records.
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
    /// `numerator`; `denominator`, null for a plain count; `undecided`; all null where no commune of the area sent anything;
    /// `reported` and `expected`, the communes of the area that sent records and all of them. A share's denominator holds the decided
    /// records only. Where persons are summed and not rows, `undecided` counts persons too.
    #[must_use]
    pub fn to_frame(&self) -> DataFrame {
        self.frame.clone()
    }

    /// Who reported: rows of `table`, `commune` and `period`, for every table and every commune that sends records.
    #[must_use]
    pub fn submissions(&self) -> DataFrame {
        self.submissions.clone()
    }

    pub(super) fn new(province: &Province, silent: &[Commune], tables: &[&str], ledger: &Ledger) -> Result<Self, String> {
        let keyed: Vec<(Part, Vec<Vec<Keyed>>)> =
            KEYED.iter().map(|part| (*part, ledger.by_commune(*part, province.communes.len()))).collect();
        let areas = areas(province, silent);
        let book = Book { ledger, keyed, areas: &areas };
        let words = Words::new(areas.iter().map(|area| &area.code));
        let chunks: Result<Vec<_>, String> = LINES.par_iter().map(|line| book.rows(line, &words)).collect();
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
    // Completion looks back to those who began four school years before.
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

/// An area of the truth.
struct Area {
    code: String,
    /// Its communes with records.
    communes: Vec<usize>,
    /// How many communes it has.
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

struct Book<'a> {
    ledger: &'a Ledger,
    keyed: Vec<(Part, Vec<Vec<Keyed>>)>,
    areas: &'a [Area],
}

impl Book<'_> {
    /// The cell of some communes together, of one sex or (`None`) of all.
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
    fn rows(&self, line: &Line, areas: &Words) -> Result<[ArrayRef; 9], String> {
        let sexes: &[(&str, Option<usize>)] = &[("total", None), ("male", Some(0)), ("female", Some(1)), ("unknown", Some(2))];
        let sexes = &sexes[..if line.by_sex { 4 } else { 1 }];
        let rows = line.outputs.len() * self.areas.len() * sexes.len();
        let ids = Words::new([line.id]);
        let (mut indicator, mut measure, mut area, mut sex) =
            (Text::of(&ids, rows), Text::new(rows), Text::of(areas, rows), Text::new(rows));
        let [mut numerator, mut denominator, mut undecided, mut reported, mut expected] = std::array::from_fn(|_| Numbers::new(rows));
        for output in line.outputs {
            for (place, Area { communes, expected: all, .. }) in self.areas.iter().enumerate() {
                for (word, of) in sexes {
                    let (top, bottom, open) = self.values(line.make, *output == "count", communes, *of);
                    let known = !communes.is_empty();
                    indicator.word(Some(0));
                    measure.push(Some(output));
                    area.word(Some(place));
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

    fn values(&self, make: Make, is_count: bool, communes: &[usize], sex: Option<usize>) -> (i64, Option<i64>, i64) {
        let cell = |part| self.cell(part, communes, sex);
        match make {
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
