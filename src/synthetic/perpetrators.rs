//! The perpetrators and the administrative sanctions.

use super::calendar::{births_at, day};
use super::case::Case;
use super::columns::{Dictionary, Grow, Numbers, Text, frame};
use super::layout::{Id, Layout, SEXES};
use super::ledger::{Keyed, Ledger};
use super::part::Part;
use super::province::Province;
use super::random::{Dice, Purpose};
use polars_core::prelude::DataFrame;

const RELATIONS: [&str; 7] = ["parent", "step_parent", "other_relative", "teacher_or_carer", "acquaintance", "friend", "stranger"];

#[derive(Clone, Copy)]
struct Person {
    number: usize,
    sex: usize,
    birth: i32,
}

/// The columns of perpetrators, as they are filled.
pub(super) struct Perpetrators<'a> {
    layout: &'a Layout,
    seen: Vec<Person>,
    case_id: Text<'a>,
    person_id: Text<'a>,
    sex: Text<'a>,
    birth_date: Numbers<i32>,
    relation: Text<'a>,
}

impl<'a> Perpetrators<'a> {
    pub(super) fn new(layout: &'a Layout) -> Self {
        Self {
            layout,
            seen: Vec::new(),
            case_id: Text::new(0),
            person_id: Text::new(0),
            sex: Text::new(0),
            birth_date: Numbers::dates(0),
            relation: Text::new(0),
        }
    }

    pub(super) fn push_case(&mut self, dice: &mut Dice, case: &Case, ledger: &mut Ledger) {
        let persons = dice.pick(&[2, 88, 8, 2]);
        let mut here: Vec<usize> = Vec::new();
        for _ in 0..persons {
            let person = self.draw(dice, case.received, &here);
            here.push(person.number);
            let key = dice.recorded(person.number, 700);
            let sex = dice.recorded(person.sex, 200).unwrap_or(SEXES.len());
            self.case_id.short(Some(self.layout.id(b"A", case.number).bytes()));
            self.person_id.short(key.map(|n| self.layout.id(b"P", n)).as_ref().map(Id::bytes));
            self.sex.push(SEXES.get(sex).copied());
            self.birth_date.push(dice.recorded(person.birth, 300));
            let relation = RELATIONS[dice.pick(&[17, 9, 14, 6, 33, 9, 12])];
            self.relation.push(dice.recorded(relation, 300));
            if case.in_year {
                let key = key.map(|n| n as u64);
                ledger.key(Part::Perpetrators, Keyed { commune: case.commune, sex, key, whole: case.of_child, inside: Some(true) });
            }
        }
    }

    /// Draws a person of an earlier case, or a new one of 14 to 75 years.
    fn draw(&mut self, dice: &mut Dice, received: i32, here: &[usize]) -> Person {
        if dice.chance(700)
            && let Some(known) = self.seen.get(dice.below(self.seen.len() as u32) as usize)
            && !here.contains(&known.number)
        {
            return *known;
        }
        let age = dice.between(14, 55) + if dice.chance(1_500) { 20 } else { 0 };
        let (low, high) = births_at(received, age);
        let person = Person { number: self.seen.len(), sex: usize::from(dice.chance(900)), birth: dice.between(low, high) };
        self.seen.push(person);
        person
    }

    pub(super) fn done(self) -> Result<DataFrame, String> {
        frame(vec![
            ("case_id", vec![self.case_id.done()?]),
            ("person_id", vec![self.person_id.done()?]),
            ("sex", vec![self.sex.done()?]),
            ("birth_date", vec![self.birth_date.done()?]),
            ("relation", vec![self.relation.done()?]),
        ])
    }
}

/// Articles of Decree 130/2021 with their fines for a person in million đồng. The bands of 27, 31 and 36 are invented.
const ARTICLES: [(&str, i64, i64); 8] = [
    ("21", 20, 25),
    ("22(1)", 10, 20),
    ("23(1)", 3, 5),
    ("23(2)", 10, 15),
    ("23(3)", 20, 25),
    ("27", 5, 10),
    ("31", 5, 10),
    ("36", 10, 20),
];
const FORMS: [&str; 5] = ["a", "b", "c", "d", "đ"];
const FINE: usize = 1;
const STATUSES: [&str; 3] = ["in_force", "annulled", "to_criminal"];

/// The columns of sanctions, as they are filled.
pub(super) struct Sanctions<'a> {
    layout: &'a Layout,
    dice: Dice,
    decisions: usize,
    decision_id: Text<'a>,
    case_id: Text<'a>,
    decided_on: Numbers<i32>,
    act_date: Numbers<i32>,
    commune: Text<'a>,
    decree: Text<'a>,
    article: Text<'a>,
    form: Text<'a>,
    fine: Numbers<i64>,
    violator: Text<'a>,
    status: Text<'a>,
}

impl<'a> Sanctions<'a> {
    pub(super) fn new(province: &Province, layout: &'a Layout, communes: &'a Dictionary) -> Self {
        Self {
            layout,
            dice: Dice::new(province.seed, Purpose::Sanctions, 0),
            decisions: 0,
            decision_id: Text::new(0),
            case_id: Text::new(0),
            decided_on: Numbers::dates(0),
            act_date: Numbers::dates(0),
            commune: Text::of(communes, 0),
            decree: Text::new(0),
            article: Text::new(0),
            form: Text::new(0),
            fine: Numbers::new(0),
            violator: Text::new(0),
            status: Text::new(0),
        }
    }

    /// Adds the decisions on a case: mostly none or one, some weeks later, so that some fall in another year.
    pub(super) fn push_case(&mut self, case: &Case, ledger: &mut Ledger) {
        for _ in 0..self.dice.pick(&[40, 54, 6]) {
            let dice = &mut self.dice;
            let decided = match dice.below(100) {
                0 => self.layout.first_day,
                1 => self.layout.last_day,
                2 => self.layout.last_day + 1,
                _ => case.received + dice.between(3, 120),
            };
            let organisation = dice.chance(700);
            let (article, low, high) = ARTICLES[dice.pick(&[6, 48, 14, 7, 3, 4, 6, 12])];
            let form = dice.pick(&[12, 80, 3, 3, 2]);
            let amount = i64::from(dice.between(low as i32 * 2, high as i32 * 2)) * 500_000 * if organisation { 2 } else { 1 };
            let status = dice.pick(&[88, 5, 7]);
            self.decision_id.short(Some(self.layout.id(b"Q", self.decisions).bytes()));
            self.case_id.short(dice.recorded(self.layout.id(b"A", case.number), 300).as_ref().map(Id::bytes));
            self.decided_on.push(Some(decided));
            let act = Some(case.incident).filter(|act| case.incident_known && *act <= decided);
            self.act_date.push(act);
            self.commune.entry(Some(case.commune));
            self.decree.push(act.map(|act| if act < day(2022, 1, 1) { "144/2013" } else { "130/2021" }));
            self.article.push(dice.recorded(article, 200));
            self.form.push(dice.recorded(FORMS[form], 150));
            self.fine.push(dice.recorded(amount, 150).filter(|_| form == FINE));
            self.violator.push(dice.recorded(if organisation { "organisation" } else { "person" }, 200));
            self.status.push(Some(STATUSES[status]));
            if (self.layout.first_day..=self.layout.last_day).contains(&decided) {
                let (key, whole) = (Some(self.decisions as u64), Some(status == 0));
                ledger.key(Part::Sanctions, Keyed { commune: case.commune, sex: SEXES.len(), key, whole, inside: Some(true) });
            }
            self.decisions += 1;
        }
    }

    pub(super) fn done(self) -> Result<DataFrame, String> {
        frame(vec![
            ("decision_id", vec![self.decision_id.done()?]),
            ("case_id", vec![self.case_id.done()?]),
            ("decided_on", vec![self.decided_on.done()?]),
            ("act_date", vec![self.act_date.done()?]),
            ("commune", vec![self.commune.done()?]),
            ("decree", vec![self.decree.done()?]),
            ("article", vec![self.article.done()?]),
            ("form", vec![self.form.done()?]),
            ("fine", vec![self.fine.done()?]),
            ("violator", vec![self.violator.done()?]),
            ("status", vec![self.status.done()?]),
        ])
    }
}
