//! The register of children, made in chunks.

use super::child::{Birth, Child};
use super::columns::{Dictionary, Flags, Grow, Lists, Numbers, Text};
use super::facts::{ATTENDS, CIRCUMSTANCES, Facts};
use super::layout::{ETHNICITIES, Layout, SEXES};
use super::ledger::{Ledger, both};
use super::names;
use super::part::Part;
use super::province::Province;
use super::random::{Dice, Purpose};
use polars_arrow::array::ArrayRef;

/// Children made with one generator. The records depend on it, so it never changes.
pub(super) const CHUNK: usize = 65_536;

/// Children in 10,000 who may be victims in the records of abuse.
const CANDIDATES: u32 = 20;

/// A child that the records of abuse may name.
#[derive(Clone)]
pub(super) struct Candidate {
    pub(super) number: usize,
    pub(super) child: Child,
}

/// The true number of children of a commune, by sex and age.
pub(super) type Heads = [[u32; 18]; 2];

/// One chunk of the register, with its true counts.
pub(super) struct Chunk {
    pub(super) columns: Vec<(&'static str, ArrayRef)>,
    pub(super) ledger: Ledger,
    pub(super) first_commune: usize,
    pub(super) heads: Vec<Heads>,
    pub(super) candidates: Vec<Candidate>,
}

/// The dictionaries that all chunks share.
pub(super) struct Vocabulary {
    communes: Dictionary,
    sexes: Dictionary,
    ethnicities: Dictionary,
    circumstances: Dictionary,
    households: Dictionary,
    attends: Dictionary,
    names: Dictionary,
}

impl Vocabulary {
    pub(super) fn new(province: &Province) -> Self {
        Self {
            communes: Dictionary::new(province.communes.iter().map(|c| &c.code)),
            sexes: Dictionary::new(SEXES),
            ethnicities: Dictionary::new(ETHNICITIES),
            circumstances: Dictionary::new(CIRCUMSTANCES.iter().map(|(code, _)| code)),
            households: Dictionary::new(["poor", "near_poor", "other"]),
            attends: Dictionary::new(ATTENDS),
            names: names::all(),
        }
    }
}

/// The columns of the register, as they are filled.
struct Rows<'w> {
    child_id: Text<'w>,
    birth_date: Numbers<i32>,
    birth_year: Numbers<i32>,
    sex: Text<'w>,
    ethnicity: Text<'w>,
    commune: Text<'w>,
    circumstances: Lists<'w>,
    supported: Flags,
    at_risk: Flags,
    birth_registered: Flags,
    fully_vaccinated: Flags,
    household: Text<'w>,
    attends: Text<'w>,
    consulted: Flags,
    participates: Flags,
    aware_of_rights: Flags,
    online_safety: Flags,
    development_services: Flags,
    on_track: Flags,
    works: Flags,
    updated_on: Numbers<i32>,
    personal_id: Text<'w>,
    full_name: Text<'w>,
}

impl<'w> Rows<'w> {
    fn new(words: &'w Vocabulary, rows: usize) -> Self {
        Self {
            child_id: Text::new(rows),
            birth_date: Numbers::dates(rows),
            birth_year: Numbers::new(rows),
            sex: Text::of(&words.sexes, rows),
            ethnicity: Text::of(&words.ethnicities, rows),
            commune: Text::of(&words.communes, rows),
            circumstances: Lists::of(&words.circumstances, rows),
            supported: Flags::new(rows),
            at_risk: Flags::new(rows),
            birth_registered: Flags::new(rows),
            fully_vaccinated: Flags::new(rows),
            household: Text::of(&words.households, rows),
            attends: Text::of(&words.attends, rows),
            consulted: Flags::new(rows),
            participates: Flags::new(rows),
            aware_of_rights: Flags::new(rows),
            online_safety: Flags::new(rows),
            development_services: Flags::new(rows),
            on_track: Flags::new(rows),
            works: Flags::new(rows),
            updated_on: Numbers::dates(rows),
            personal_id: Text::new(rows),
            full_name: Text::of(&words.names, rows),
        }
    }

    fn push(&mut self, dice: &mut Dice, layout: &Layout, number: usize, child: &Child, facts: &Facts) {
        self.child_id.short(Some(layout.child_id(number).bytes()));
        self.birth_date.push((child.knows == Birth::Dated).then_some(child.birth));
        // Where the day is recorded the year mostly is not.
        self.birth_year.push(match child.knows {
            Birth::Dated => dice.chance(400).then_some(child.birth_year),
            Birth::YearOnly => Some(child.birth_year),
            Birth::Unknown => None,
        });
        self.sex.entry((child.recorded_sex < SEXES.len()).then_some(child.recorded_sex));
        self.ethnicity.entry(dice.recorded(child.ethnicity, 60));
        self.commune.entry(Some(child.commune));
        self.circumstances.push(facts.circumstances.as_ref().map(|(codes, held)| &codes[..*held]));
        self.supported.push(facts.supported);
        self.at_risk.push(facts.at_risk);
        self.birth_registered.push(facts.birth_registered);
        self.fully_vaccinated.push(facts.fully_vaccinated);
        self.household.entry(dice.recorded(child.household as usize, 150));
        self.attends.entry(facts.attends);
        self.consulted.push(facts.consulted);
        self.participates.push(facts.participates);
        self.aware_of_rights.push(facts.aware_of_rights);
        self.online_safety.push(facts.online_safety);
        self.development_services.push(facts.development_services);
        self.on_track.push(facts.on_track);
        self.works.push(facts.works);
        let years_back = i32::from(dice.chance(900));
        let updated = layout.first_day - 365 * years_back + dice.below(365) as i32;
        self.updated_on.push(dice.recorded(updated.max(child.birth), 100));
        let has_number = child.knows != Birth::Unknown && !dice.chance(child.by_wealth(500, 300, 200));
        let digits = has_number.then(|| layout.personal_id(number, child.sex, child.birth_year));
        self.personal_id.short(digits.as_ref().map(|d| &d[..]));
        let name = names::draw(dice, child.sex);
        self.full_name.entry(dice.recorded(name, 50));
    }

    fn done(self) -> Result<Vec<(&'static str, ArrayRef)>, String> {
        Ok(vec![
            ("child_id", self.child_id.done()?),
            ("birth_date", self.birth_date.done()?),
            ("birth_year", self.birth_year.done()?),
            ("sex", self.sex.done()?),
            ("ethnicity", self.ethnicity.done()?),
            ("commune", self.commune.done()?),
            ("circumstances", self.circumstances.done()?),
            ("supported", self.supported.done()?),
            ("at_risk", self.at_risk.done()?),
            ("birth_registered", self.birth_registered.done()?),
            ("fully_vaccinated", self.fully_vaccinated.done()?),
            ("household", self.household.done()?),
            ("attends", self.attends.done()?),
            ("consulted", self.consulted.done()?),
            ("participates", self.participates.done()?),
            ("aware_of_rights", self.aware_of_rights.done()?),
            ("online_safety", self.online_safety.done()?),
            ("development_services", self.development_services.done()?),
            ("on_track", self.on_track.done()?),
            ("works", self.works.done()?),
            ("updated_on", self.updated_on.done()?),
            ("personal_id", self.personal_id.done()?),
            ("full_name", self.full_name.done()?),
        ])
    }
}

/// Makes the children of one chunk.
pub(super) fn chunk(province: &Province, layout: &Layout, words: &Vocabulary, nth: usize) -> Result<Chunk, String> {
    let numbers = nth * CHUNK..((nth + 1) * CHUNK).min(province.children);
    let mut dice = Dice::new(province.seed, Purpose::Children, nth);
    let (first, last) = (layout.commune_of(numbers.start), layout.commune_of(numbers.end.saturating_sub(1).max(numbers.start)));
    let mut ledger = Ledger::new(first, last + 1 - first);
    let mut heads = vec![Heads::default(); last + 1 - first];
    let mut rows = Rows::new(words, numbers.len());
    let mut candidates = Vec::new();
    let mut before: Option<Child> = None;
    let mut commune = first;
    for number in numbers {
        while number >= layout.starts[commune + 1] {
            commune += 1;
            before = None;
        }
        let child = Child::draw(&mut dice, commune, layout.poverty[commune], province.year, before.as_ref());
        let facts = Facts::draw(&mut dice, &child);
        rows.push(&mut dice, layout, number, &child, &facts);
        count(&mut ledger, &child, &facts);
        if child.is_there() {
            heads[commune - first][child.sex][child.age.clamp(0, 17) as usize] += 1;
            if dice.chance(CANDIDATES) {
                candidates.push(Candidate { number, child: child.clone() });
            }
        }
        before = Some(child);
    }
    Ok(Chunk { columns: rows.done()?, ledger, first_commune: first, heads, candidates })
}

/// Counts a child, by its true facts as far as the register holds them.
fn count(ledger: &mut Ledger, child: &Child, facts: &Facts) {
    if !child.is_there() {
        return;
    }
    let (commune, sex) = (child.commune, child.recorded_sex);
    let under_16 = child.aged(0, 15);
    let under_5 = child.aged(0, 4);
    let special = facts.circumstances.map(|(_, held)| held > 0);
    let attends = |place: usize| facts.attends.map(|p| p == place);
    ledger.verdict(Part::ChildPopulation, commune, sex, under_16);
    let mut share = |part, whole, inside| ledger.share(part, commune, sex, whole, inside);
    share(Part::Special, under_16, special);
    share(Part::Supported, both(under_16, special), facts.supported);
    share(Part::AtRisk, under_16, facts.at_risk);
    share(Part::OnlineSafety, under_16, facts.online_safety);
    share(Part::RightsAwareness, under_16, facts.aware_of_rights);
    share(Part::VaccinatedUnder1, child.aged(0, 0), facts.fully_vaccinated);
    share(Part::VaccinatedUnder5, under_5, facts.fully_vaccinated);
    share(Part::BirthRegistered, under_5, facts.birth_registered);
    share(Part::OnTrack, under_5, facts.on_track);
    share(Part::DevelopmentServices, child.aged(0, 8), facts.development_services);
    share(Part::Nursery, child.months_from(3, 36), attends(Facts::NURSERY));
    share(Part::Kindergarten, child.months_from(36, 72), attends(Facts::KINDERGARTEN));
    share(Part::FiveInKindergarten, child.aged(5, 5), attends(Facts::KINDERGARTEN));
    share(Part::ChildLabour, child.aged(5, 17), facts.works);
    share(Part::Consulted, child.aged(7, 15), facts.consulted);
    share(Part::Participation, child.aged(11, 15), facts.participates);
}

/// What the other tables need of the register.
pub(super) struct Census {
    pub(super) heads: Vec<Heads>,
    pub(super) candidates: Vec<Candidate>,
}
