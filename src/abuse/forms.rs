//! Forms of abuse, which overlap: a child beaten and left alone is one child in two forms.

use super::choice::{Choice, Prostitution};
use super::counts::{FORMS_OVERLAP, each};
use super::known::Known;
use super::report::{Report, categories};
use super::select::Selection;
use super::spots::Spots;
use super::table::{Columns, Share, Table, share};
use super::unit::Unit;
use crate::area::Level;
use crate::error::{Error, Fact, Phrase, Result};
use crate::record::YES;
use crate::task::Watched;
use std::collections::BTreeMap;

/// Units that have forms.
const UNITS: [Unit; 3] = [Unit::Child, Unit::Case, Unit::Incident];

/// The forms as a choice sees them: merged, or with prostitution under one of its two.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub categories: Vec<String>,
    prostitution: Prostitution,
    exploitation: u8,
    sexual_abuse: u8,
    /// The bits of abandonment and of neglect, if they are one; the bits above the second move down.
    merged: Option<(u8, u8)>,
}

impl View {
    pub fn new(selection: &Selection) -> Self {
        let Choice { prostitution, abandonment_with_neglect, .. } = selection.choice;
        let mut categories = categories(selection.codes(), "form");
        let Known { exploitation, sexual_abuse, abandonment, neglect, .. } = selection.facts.known;
        let merged = abandonment_with_neglect.then_some((abandonment, neglect));
        if let Some((abandonment, neglect)) = merged {
            "abandonment_or_neglect".clone_into(&mut categories[usize::from(abandonment)]);
            categories.remove(usize::from(neglect));
        }
        Self { categories, prostitution, exploitation, sexual_abuse, merged }
    }

    /// The forms of a report as bits in the order of the categories; none if they are not recorded.
    pub fn of(&self, report: &Report) -> Option<u8> {
        let mut forms = report.forms.unwrap_or(0);
        if report.prostitution == YES {
            let (exploitation, sexual_abuse) = (1 << self.exploitation, 1 << self.sexual_abuse);
            forms = match self.prostitution {
                Prostitution::AsRecorded => forms,
                Prostitution::Exploitation => forms & !sexual_abuse | exploitation,
                Prostitution::SexualAbuse => forms & !exploitation | sexual_abuse,
                Prostitution::Both => forms | exploitation | sexual_abuse,
            };
        }
        if let Some((abandonment, neglect)) = self.merged {
            if forms & 1 << neglect != 0 {
                forms |= 1 << abandonment;
            }
            // The place of neglect closes up; abandonment is read at its place after that, as the categories have it.
            let below = (1_u8 << neglect) - 1;
            forms = forms & below | (forms >> 1) & !below;
        }
        (forms != 0).then_some(forms)
    }
}

/// The forms of a thing, over its reports in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Forms {
    recorded: u8,
    /// Some report has no recorded form.
    some_unknown: bool,
}

/// What `unknown` is where each stands once.
const NO_FORM: (&str, &str) = (
    "Mỗi đối tượng tính một lần: \"không xác định\" là đối tượng mà không lượt tiếp nhận nào ghi hình thức",
    "Each stands once: \"unknown\" are those of whom no report has a recorded form",
);

/// How a thing with several forms counts.
enum Mode {
    /// In each of them.
    Several,
    /// In the one that stands first: places of the categories in the order of priority.
    Single(Vec<u8>),
}

impl Mode {
    fn new(view: &View, priority: Option<&[String]>) -> Result<Self> {
        let Some(priority) = priority else { return Ok(Self::Several) };
        let mut places = Vec::new();
        for form in priority {
            let Some(place) = view.categories.iter().position(|c| c == form) else {
                return Err(Error::UnknownChoice { what: "priority", got: form.clone(), known: view.categories.clone() });
            };
            if places.contains(&(place as u8)) {
                return Err(Error::Repeated { what: "priority", got: form.clone() });
            }
            places.push(place as u8);
        }
        if places.len() < view.categories.len() {
            let named = |nth: &usize| !places.contains(&(*nth as u8));
            let left: Vec<&str> = (0..view.categories.len()).filter(named).map(|nth| view.categories[nth].as_str()).collect();
            return Err(Error::BadNumber {
                what: "priority",
                expected: Phrase::EveryForm(left.join(", ")).into(),
                found: Fact::verbatim(priority.join(", ")),
            });
        }
        Ok(Self::Single(places))
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Several => "several",
            Self::Single(_) => "single",
        }
    }

    /// The forms in which a thing counts.
    fn of(&self, forms: u8) -> u8 {
        match self {
            Self::Several => forms,
            Self::Single(places) => places.iter().map(|p| 1 << p).find(|bit| forms & bit != 0).unwrap_or(0),
        }
    }
}

impl Selection {
    /// Things of a unit by form of abuse, with the share of each form in the total.
    ///
    /// Without a priority a thing counts in each of its forms, and the shares add up to more than 100 % where forms
    /// overlap (see [`Selection::overlaps`]). With one, an order of all forms, it counts in the first that it has, and forms
    /// and `unknown` add up to the total. The forms of a thing are those of its certain reports in the area; `unknown` are those
    /// with a report without a recorded form, as in [`Selection::counts`], or with a priority those without any form.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] for a unit without forms or an unknown form, [`Error::Repeated`] for one twice,
    /// [`Error::BadNumber`] if one is left out.
    pub fn forms(&self, unit: Unit, priority: Option<&[String]>, level: Level) -> Result<Table> {
        unit.among(&UNITS)?;
        let view = View::new(self);
        let mode = Mode::new(&view, priority)?;
        let mut labels = vec!["total".to_owned()];
        labels.extend(view.categories.iter().cloned());
        labels.push("unknown".to_owned());
        let spots = self.spots(level)?;
        let mut cells: Vec<(u64, u64)> = Vec::new();
        for masks in self.masks(unit, &view, &spots)? {
            let total: u64 = masks.values().sum();
            let of = |test: &dyn Fn(Forms) -> bool| masks.iter().filter(|(m, _)| test(**m)).map(|(_, n)| n).sum::<u64>();
            cells.push((total, total));
            cells.extend((0..view.categories.len()).map(|bit| (of(&|m| mode.of(m.recorded) & 1 << bit != 0), total)));
            let unknown = |m: Forms| match &mode {
                Mode::Several => m.some_unknown,
                Mode::Single(_) => m.recorded == 0,
            };
            cells.push((of(&unknown), total));
        }
        let shares: Vec<Share> = cells.iter().map(|(x, n)| share(*x, *n)).collect();
        Columns::new(cells.len())
            .word("unit", unit.word())
            .areas(&spots, labels.len())
            .cross([("form", labels.as_slice())].into_iter())
            .counts("count", cells.iter().map(|c| c.0))
            .counts("denominator", cells.iter().map(|c| c.1))
            .shares(&shares)
            .covered(each(&self.covered(unit, &spots), labels.len()))?
            .note_if(matches!(mode, Mode::Several), FORMS_OVERLAP.0, FORMS_OVERLAP.1)
            .note_if(matches!(mode, Mode::Single(_)), NO_FORM.0, NO_FORM.1)
            .finish_with(Some(unit), self, Some(("mode", mode.word())))
    }

    /// How many things of a unit have exactly one form, two, three or more.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] for a unit without forms.
    pub fn overlaps(&self, unit: Unit, level: Level) -> Result<Table> {
        unit.among(&UNITS)?;
        let spots = self.spots(level)?;
        let labels = ["total", "1", "2", "3+", "unknown"].map(str::to_owned);
        let mut cells = Vec::new();
        for masks in self.masks(unit, &View::new(self), &spots)? {
            let of = |test: &dyn Fn(u32) -> bool| masks.iter().filter(|(m, _)| test(m.recorded.count_ones())).map(|(_, n)| n).sum::<u64>();
            cells.extend([of(&|_| true), of(&|n| n == 1), of(&|n| n == 2), of(&|n| n > 2), of(&|n| n == 0)]);
        }
        Columns::new(cells.len())
            .word("unit", unit.word())
            .areas(&spots, labels.len())
            .cross([("forms", labels.as_slice())].into_iter())
            .counts("count", cells)
            .covered(each(&self.covered(unit, &spots), labels.len()))?
            .note(NO_FORM.0, NO_FORM.1)
            .finish(Some(unit), self)
    }

    /// Form by form, in the whole country: how many things have both; on the diagonal, the form at all.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] for a unit without forms.
    pub fn form_matrix(&self, unit: Unit) -> Result<Table> {
        unit.among(&UNITS)?;
        let view = View::new(self);
        let masks = self.masks(unit, &view, &self.spots(Level::Country)?)?.swap_remove(0);
        let forms = 0..view.categories.len();
        let both = |a: usize, b: usize| 1_u8 << a | 1 << b;
        let of = |wanted: u8| masks.iter().filter(|(m, _)| m.recorded & wanted == wanted).map(|(_, n)| n).sum::<u64>();
        let labels = view.categories.as_slice();
        Columns::new(labels.len() * labels.len())
            .word("unit", unit.word())
            .cross([("form", labels), ("other_form", labels)].into_iter())
            .counts("count", forms.clone().flat_map(|a| forms.clone().map(move |b| both(a, b))).map(of))
            .finish(Some(unit), self)
    }

    /// For each spot how many certain things have exactly which forms.
    fn masks(&self, unit: Unit, view: &View, spots: &Spots) -> Result<Vec<BTreeMap<Forms, u64>>> {
        let mut found: Vec<(u32, u32, Option<u8>)> = Vec::new();
        for member in self.things(unit)?.members.iter().watched().filter(|m| m.status == YES) {
            let report = &self.facts.reports[member.report as usize];
            let forms = view.of(report);
            found.extend(spots.of(self.choice.commune(report)).map(|spot| (spot, member.thing, forms)));
        }
        found.sort_unstable();
        let mut masks = vec![BTreeMap::new(); spots.len()];
        for of_thing in found.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let forms = Forms {
                recorded: of_thing.iter().filter_map(|(.., forms)| *forms).fold(0, |mask, forms| mask | forms),
                some_unknown: of_thing.iter().any(|(.., forms)| forms.is_none()),
            };
            *masks[of_thing[0].0 as usize].entry(forms).or_default() += 1;
        }
        Ok(masks)
    }
}
