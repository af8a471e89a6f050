//! Forms of abuse, which overlap: a child beaten and abandoned is one child in two forms.

use super::places::{Places, each};
use super::select::Selection;
use super::table::{Share, Table, share};
use super::unit::Unit;
use super::view::{FORMS_OVERLAP, View};
use crate::area::Level;
use crate::error::{Error, Fact, Phrase, Result};
use crate::grid::{Categories, Columns, Cross};
use crate::record::YES;
use crate::task::Watched;
use std::collections::BTreeMap;

/// Units that have forms.
const UNITS: [Unit; 3] = [Unit::Child, Unit::Case, Unit::Incident];

/// The forms of an entity, over its reports in an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Forms {
    recorded: u8,
    /// Some report has no recorded form.
    some_unknown: bool,
}

/// The meaning of `unknown` where each entity counts once.
const NO_FORM: (&str, &str) = (
    "Mỗi trường hợp tính một lần: \"không xác định\" là trường hợp mà không lượt tiếp nhận nào ghi hình thức",
    "Each counts once: \"unknown\" are those of whom no report has a recorded form",
);

/// How an entity with several forms counts.
enum Mode {
    /// In each of them.
    Several,
    /// In the first it has: indices of the categories in the order of priority.
    Single(Vec<u8>),
}

impl Mode {
    fn new(view: &View, priority: Option<&[String]>) -> Result<Self> {
        let Some(priority) = priority else { return Ok(Self::Several) };
        let mut order = Vec::new();
        for form in priority {
            let Some(index) = view.categories.iter().position(|c| c == form) else {
                return Err(Error::UnknownChoice { what: "priority", got: form.clone(), known: view.categories.clone() });
            };
            if order.contains(&(index as u8)) {
                return Err(Error::Repeated { what: "priority", got: form.clone() });
            }
            order.push(index as u8);
        }
        if order.len() < view.categories.len() {
            let named = |nth: &usize| !order.contains(&(*nth as u8));
            let left: Vec<&str> = (0..view.categories.len()).filter(named).map(|nth| view.categories[nth].as_str()).collect();
            return Err(Error::BadNumber {
                what: "priority",
                expected: Phrase::EveryForm(left.join(", ")).into(),
                found: Fact::verbatim(priority.join(", ")),
            });
        }
        Ok(Self::Single(order))
    }

    fn as_str(&self) -> &'static str {
        match self {
            Self::Several => "several",
            Self::Single(_) => "single",
        }
    }

    /// The forms in which an entity counts.
    fn of(&self, forms: u8) -> u8 {
        match self {
            Self::Several => forms,
            Self::Single(order) => order.iter().map(|p| 1 << p).find(|bit| forms & bit != 0).unwrap_or(0),
        }
    }
}

impl Selection {
    /// Entities of a unit by form of abuse, with the share of each form in the total.
    ///
    /// Without a priority an entity counts in each of its forms, and the shares add up to more than 100 % where forms
    /// overlap (see [`Selection::overlaps`]). With a priority, an order of all forms, it counts in the first that it has, and
    /// forms and `unknown` add up to the total. The forms of an entity are those of its certain reports in the area; `unknown`
    /// counts those with a report without a recorded form, as in [`Selection::counts`], or with a priority those without any.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] for a unit without forms or an unknown form, [`Error::Repeated`] for one twice,
    /// [`Error::BadNumber`] if one is left out.
    pub fn forms(&self, unit: Unit, priority: Option<&[String]>, level: Level) -> Result<Table> {
        unit.among(&UNITS)?;
        let view = View::new(self);
        let mode = Mode::new(&view, priority)?;
        let cross = Cross::new(vec![Categories::listed("form", view.categories.clone())]);
        let places = self.places(level)?;
        let mut cells: Vec<(u64, u64)> = Vec::new();
        for masks in self.masks(unit, &view, &places)? {
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
            .areas(&places.rows, view.categories.len() + 2)
            .cross(&cross)
            .counts("numerator", cells.iter().map(|c| c.0))
            .counts("denominator", cells.iter().map(|c| c.1))
            .shares(&shares)
            .covered(&each(&self.covered(unit, &places), view.categories.len() + 2))?
            .note_if(matches!(mode, Mode::Several), FORMS_OVERLAP.0, FORMS_OVERLAP.1)
            .note_if(matches!(mode, Mode::Single(_)), NO_FORM.0, NO_FORM.1)
            .choice("mode", mode.as_str())
            .table(Some(unit), self)
    }

    /// How many entities of a unit have exactly one form, two, three or more.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] for a unit without forms.
    pub fn overlaps(&self, unit: Unit, level: Level) -> Result<Table> {
        unit.among(&UNITS)?;
        let places = self.places(level)?;
        let cross = Cross::new(vec![Categories::listed("forms", ["1", "2", "3+"].map(str::to_owned))]);
        let mut cells = Vec::new();
        for masks in self.masks(unit, &View::new(self), &places)? {
            let of = |test: &dyn Fn(u32) -> bool| masks.iter().filter(|(m, _)| test(m.recorded.count_ones())).map(|(_, n)| n).sum::<u64>();
            cells.extend([of(&|_| true), of(&|n| n == 1), of(&|n| n == 2), of(&|n| n > 2), of(&|n| n == 0)]);
        }
        Columns::new(cells.len())
            .areas(&places.rows, 5)
            .cross(&cross)
            .counts("count", cells)
            .covered(&each(&self.covered(unit, &places), 5))?
            .note(NO_FORM.0, NO_FORM.1)
            .table(Some(unit), self)
    }

    /// For each pair of forms, how many entities in the country have both; the diagonal counts each form.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] for a unit without forms.
    pub fn form_matrix(&self, unit: Unit) -> Result<Table> {
        unit.among(&UNITS)?;
        let view = View::new(self);
        let masks = self.masks(unit, &view, &self.places(Level::Country)?)?.swap_remove(0);
        let forms = 0..view.categories.len();
        let both = |a: usize, b: usize| 1_u8 << a | 1 << b;
        let of = |wanted: u8| masks.iter().filter(|(m, _)| m.recorded & wanted == wanted).map(|(_, n)| n).sum::<u64>();
        let labels = view.categories.as_slice();
        Columns::new(labels.len() * labels.len())
            .words("form", labels.iter().flat_map(|label| std::iter::repeat_n(label, labels.len())))
            .words("other_form", labels.iter().flat_map(|_| labels))
            .counts("count", forms.clone().flat_map(|a| forms.clone().map(move |b| both(a, b))).map(of))
            .table(Some(unit), self)
    }

    /// For each area, the number of certain entities by their exact set of forms.
    fn masks(&self, unit: Unit, view: &View, places: &Places) -> Result<Vec<BTreeMap<Forms, u64>>> {
        let mut found: Vec<(u32, u32, Option<u8>)> = Vec::new();
        for member in self.entities(unit)?.members.iter().watched().filter(|m| m.status == YES) {
            let report = &self.facts.reports[member.report as usize];
            let forms = view.of(report);
            found.extend(places.of(self.choice.commune(report)).map(|row| (row, member.entity, forms)));
        }
        found.sort_unstable();
        let mut masks = vec![BTreeMap::new(); places.len()];
        for of_entity in found.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let forms = Forms {
                recorded: of_entity.iter().filter_map(|(.., forms)| *forms).fold(0, |mask, forms| mask | forms),
                some_unknown: of_entity.iter().any(|(.., forms)| forms.is_none()),
            };
            *masks[of_entity[0].0 as usize].entry(forms).or_default() += 1;
        }
        Ok(masks)
    }
}
