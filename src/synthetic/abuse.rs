//! Abuse: cases with their victims and perpetrators, and the sanctions that follow.

use super::calendar::{births_at, day, latest_birth, year_of};
use super::case::Case;
use super::child::Birth;
use super::columns::{Dictionary, Flags, Grow, Lists, Numbers, Text, frame};
use super::events::draw_day;
use super::layout::{ETHNICITIES, Id, Layout, SEXES};
use super::ledger::{Keyed, Ledger, both};
use super::part::Part;
use super::perpetrators::{Perpetrators, Sanctions};
use super::province::{Province, Tables};
use super::random::{Dice, Purpose};
use super::register::Census;
use super::response::Response;
use polars_core::prelude::DataFrame;

const FORMS: [&str; 7] = ["violence", "exploitation", "sexual_abuse", "trafficking", "abandonment", "neglect", "other"];
const FORM_WEIGHTS: [u32; 7] = [32, 4, 44, 2, 5, 9, 4];
const ENVIRONMENTS: [&str; 4] = ["family", "school", "community", "other"];
const OUTCOMES: [&str; 6] = ["died", "injured", "mental_disorder", "pregnant", "dropped_out", "other"];

/// An abused child, with what is recorded of it.
#[derive(Clone)]
struct Victim {
    who: Who,
    sex: usize,
    birth: i32,
    knows: Birth,
    ethnicity: usize,
    home: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    /// A child of the register, by number.
    Registered(usize),
    /// A child outside the register, by number.
    Elsewhere(usize),
    Nameless,
}

impl Who {
    fn key(self) -> Option<u64> {
        match self {
            Self::Registered(number) => Some(2 * number as u64),
            Self::Elsewhere(number) => Some(2 * number as u64 + 1),
            Self::Nameless => None,
        }
    }

    fn id(self, layout: &Layout) -> Option<Id> {
        match self {
            Self::Registered(number) => Some(layout.child_id(number)),
            Self::Elsewhere(number) => Some(layout.id(b"X", number)),
            Self::Nameless => None,
        }
    }
}

pub(super) fn tables(province: &Province, layout: &Layout, census: &Census, ledger: &mut Ledger) -> Result<Tables, String> {
    let communes = Dictionary::new(province.communes.iter().map(|c| &c.code));
    let forms = Dictionary::new(FORMS);
    let mut dice = Dice::new(province.seed, Purpose::Abuse, 0);
    let mut victims = Victims::new(province.seed, layout, census, &communes, &forms);
    let mut perpetrators = Perpetrators::new(layout);
    let mut sanctions = Sanctions::new(province, layout, &communes);
    // About one counted victim per 1,500 children; the other victims are outside the year, unconfirmed or 16 and over.
    let cases = (province.children * 102 / 100_000).max(20);
    for number in 0..cases {
        let mut case = draw_case(&mut dice, layout, number, province.children);
        victims.push_case(&mut dice, &mut case, ledger);
        perpetrators.push_case(&mut dice, &case, ledger);
        sanctions.push_case(&case, ledger);
    }
    Ok(vec![("victims", victims.done()?), ("perpetrators", perpetrators.done()?), ("sanctions", sanctions.done()?)])
}

fn draw_case(dice: &mut Dice, layout: &Layout, number: usize, children: usize) -> Case {
    let (received, in_year) = draw_day(dice, layout);
    let delay = if dice.chance(3_500) { dice.below(4) } else { dice.below(420) };
    let home = dice.below(u32::try_from(children).unwrap_or(u32::MAX)) as usize;
    Case {
        number,
        commune: layout.commune_of(home),
        received,
        in_year,
        incident: received - delay as i32,
        incident_known: !dice.chance(250),
        of_child: Some(false),
    }
}

/// The columns of victims, as they are filled.
struct Victims<'a> {
    layout: &'a Layout,
    census: &'a Census,
    elsewhere: usize,
    seen: Vec<Victim>,
    case_id: Text<'a>,
    child_id: Text<'a>,
    birth_date: Numbers<i32>,
    birth_year: Numbers<i32>,
    sex: Text<'a>,
    ethnicity: Text<'a>,
    commune: Text<'a>,
    residence: Text<'a>,
    incident_date: Numbers<i32>,
    received_date: Numbers<i32>,
    forms: Lists<'a>,
    environment: Text<'a>,
    online: Flags,
    confirmed: Flags,
    supported: Flags,
    response: Response,
    outcome: Text<'a>,
}

impl<'a> Victims<'a> {
    fn new(seed: u64, layout: &'a Layout, census: &'a Census, communes: &'a Dictionary, forms: &'a Dictionary) -> Self {
        Self {
            layout,
            census,
            elsewhere: 0,
            seen: Vec::new(),
            case_id: Text::new(0),
            child_id: Text::new(0),
            birth_date: Numbers::dates(0),
            birth_year: Numbers::new(0),
            sex: Text::new(0),
            ethnicity: Text::new(0),
            commune: Text::of(communes, 0),
            residence: Text::of(communes, 0),
            incident_date: Numbers::dates(0),
            received_date: Numbers::dates(0),
            forms: Lists::of(forms, 0),
            environment: Text::new(0),
            online: Flags::new(0),
            confirmed: Flags::new(0),
            supported: Flags::new(0),
            response: Response::new(seed),
            outcome: Text::new(0),
        }
    }

    fn push_case(&mut self, dice: &mut Dice, case: &mut Case, ledger: &mut Ledger) {
        let victims = 1 + usize::from(dice.chance(650)) + usize::from(dice.chance(120));
        let mut here: Vec<Victim> = Vec::new();
        for nth in 0..victims {
            let mut victim = self.draw_victim(dice, case.incident);
            if let Some(first) = here.first()
                && victim.who.key().is_some()
                && here.iter().any(|v| v.who == victim.who)
            {
                // No child is twice in a case: a twin of the first is used instead.
                victim = Victim { who: self.next_elsewhere(), ..first.clone() };
            }
            if nth == 0
                && let Some(home) = victim.home
                && dice.chance(8_800)
            {
                case.commune = home;
            }
            here.push(victim);
        }
        for victim in here {
            self.push(dice, case, &victim, ledger);
            self.seen.push(victim);
        }
    }

    fn next_elsewhere(&mut self) -> Who {
        self.elsewhere += 1;
        Who::Elsewhere(self.elsewhere)
    }

    /// Draws a child born by the incident: an earlier victim, a child of the register, or a new one.
    fn draw_victim(&mut self, dice: &mut Dice, incident: i32) -> Victim {
        let kind = dice.below(100);
        let place = |dice: &mut Dice, length: usize| dice.below(length as u32) as usize;
        if kind < 11
            && let Some(seen) = self.seen.get(place(dice, self.seen.len()))
            && seen.birth <= incident
        {
            let mut again = seen.clone();
            // A fact recorded the first time may be missing the second.
            again.sex = dice.recorded(again.sex, 400).unwrap_or(SEXES.len());
            again.knows = if dice.chance(500) { Birth::Unknown } else { again.knows };
            return again;
        }
        if (11..78).contains(&kind)
            && let Some(known) = self.census.candidates.get(place(dice, self.census.candidates.len()))
            && known.child.birth <= incident
        {
            let child = &known.child;
            return Victim {
                who: if dice.chance(400) { Who::Nameless } else { Who::Registered(known.number) },
                sex: child.recorded_sex,
                birth: child.birth,
                knows: child.knows,
                ethnicity: child.ethnicity,
                home: Some(child.commune),
            };
        }
        let (low, high) = match kind {
            // Sixteen on the day of the incident, or one day younger.
            78..82 => (latest_birth(incident, 16), latest_birth(incident, 16)),
            82..86 => (latest_birth(incident, 16) + 1, latest_birth(incident, 16) + 1),
            _ => births_at(incident, dice.pick(&[2, 2, 3, 4, 5, 5, 6, 6, 6, 7, 7, 8, 9, 10, 11, 11, 4, 2]) as i32),
        };
        Victim {
            who: if dice.chance(3_500) { Who::Nameless } else { self.next_elsewhere() },
            sex: {
                let sex = usize::from(dice.chance(7_400));
                dice.recorded(sex, 150).unwrap_or(SEXES.len())
            },
            birth: dice.between(low, high),
            knows: match dice.below(100) {
                0..5 => Birth::YearOnly,
                5..8 => Birth::Unknown,
                _ => Birth::Dated,
            },
            ethnicity: if dice.chance(9_900) { 0 } else { 1 + place(dice, ETHNICITIES.len() - 1) },
            home: None,
        }
    }

    fn push(&mut self, dice: &mut Dice, case: &mut Case, victim: &Victim, ledger: &mut Ledger) {
        let confirmed = match dice.below(100) {
            0..10 => Some(false),
            10..14 => None,
            _ => Some(true),
        };
        let supported = dice.flag(8_900, 300);
        self.case_id.short(Some(self.layout.id(b"A", case.number).bytes()));
        self.child_id.short(victim.who.id(self.layout).as_ref().map(Id::bytes));
        self.birth_date.push((victim.knows == Birth::Dated).then_some(victim.birth));
        self.birth_year.push((victim.knows == Birth::YearOnly).then(|| year_of(victim.birth)));
        self.sex.push(SEXES.get(victim.sex).copied());
        self.ethnicity.push(dice.recorded(ETHNICITIES[victim.ethnicity], 150));
        self.commune.entry(Some(case.commune));
        self.residence.entry(victim.home.filter(|_| !dice.chance(250)));
        self.incident_date.push(case.incident_known.then_some(case.incident));
        self.received_date.push(Some(case.received));
        let forms = draw_forms(dice);
        self.forms.push(dice.recorded(&forms[..], 130));
        let environment = ENVIRONMENTS[dice.pick(&[42, 14, 38, 6])];
        self.environment.push(dice.recorded(environment, 300));
        self.online.push(dice.flag(900, 300));
        self.confirmed.push(confirmed);
        self.supported.push(supported);
        self.response.push(case.received);
        let outcome = OUTCOMES[dice.pick(&[1, 30, 20, 5, 6, 38])];
        self.outcome.push(dice.recorded(outcome, 300));

        let whole = both(confirmed, is_child(case, victim));
        case.of_child = match (case.of_child, whole) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (None, _) | (_, None) => None,
            _ => Some(false),
        };
        if case.in_year {
            let record = Keyed { commune: case.commune, sex: victim.sex, key: victim.who.key(), whole, inside: Some(true) };
            ledger.key(Part::AbusedChildren, record);
            ledger.key(Part::AbusedSupported, Keyed { inside: supported, ..record });
            ledger.key(Part::AbuseCases, Keyed { key: Some(case.number as u64), ..record });
        }
    }

    fn done(self) -> Result<DataFrame, String> {
        let [hours, plan, approval] = self.response.done()?;
        frame(vec![
            ("case_id", vec![self.case_id.done()?]),
            ("child_id", vec![self.child_id.done()?]),
            ("birth_date", vec![self.birth_date.done()?]),
            ("birth_year", vec![self.birth_year.done()?]),
            ("sex", vec![self.sex.done()?]),
            ("ethnicity", vec![self.ethnicity.done()?]),
            ("commune", vec![self.commune.done()?]),
            ("residence", vec![self.residence.done()?]),
            ("incident_date", vec![self.incident_date.done()?]),
            ("received_date", vec![self.received_date.done()?]),
            ("forms", vec![self.forms.done()?]),
            ("environment", vec![self.environment.done()?]),
            ("online", vec![self.online.done()?]),
            ("confirmed", vec![self.confirmed.done()?]),
            ("supported", vec![self.supported.done()?]),
            hours,
            plan,
            approval,
            ("outcome", vec![self.outcome.done()?]),
        ])
    }
}

fn draw_forms(dice: &mut Dice) -> Vec<u8> {
    let wanted = 1 + usize::from(dice.chance(1_600)) + usize::from(dice.chance(250));
    let mut forms: Vec<u8> = Vec::with_capacity(wanted);
    while forms.len() < wanted {
        let form = dice.pick(&FORM_WEIGHTS) as u8;
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    forms
}

/// Whether the child was under 16 at the incident, as far as the record shows: it gives a range of days of birth, and an incident
/// of unknown day was not after its reception.
fn is_child(case: &Case, victim: &Victim) -> Option<bool> {
    let (earliest, latest) = match victim.knows {
        Birth::Dated => (victim.birth, victim.birth),
        Birth::YearOnly => (day(year_of(victim.birth), 1, 1), day(year_of(victim.birth), 12, 31)),
        Birth::Unknown => return None,
    };
    let sixteen = latest_birth(if case.incident_known { case.incident } else { case.received }, 16);
    if earliest > sixteen {
        Some(true)
    } else if latest <= sixteen && case.incident_known {
        Some(false)
    } else {
        None
    }
}
