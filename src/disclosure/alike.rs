//! Counts that stand in results and in tables of abuse alike: what one hides the other must not show.

use super::book::unknown;
use super::read::{texts, undecided_text};
use crate::area::AreaList;
use crate::catalogue::Catalogue;
use crate::period::Period;
use crate::plan::Plan;
use std::collections::HashMap;

/// Which records count in a table, where an indicator counts the same ones.
const USUAL: &str = "date=received place=incident verification=confirmed age_limit=under_16";
/// What a table counts, and the indicator that counts it.
const COUNTED: [(&str, &str); 2] = [("child", "abused_children"), ("case", "abuse_cases")];
/// What a table has a share of, and the indicator that is this share.
const SHARES: [(&str, &str); 1] = [("child", "abused_children_supported")];

/// Breakdowns that tables of abuse alone have.
const OWN: [&str; 2] = ["forms", "other_form"];

/// What an indicator counts as a table does.
pub(super) struct Alike {
    /// By column of the table, what is counted.
    pub families: HashMap<&'static str, String>,
    /// By dimension, what is in none of its categories.
    pub unknown: HashMap<String, String>,
}

impl Alike {
    /// For a table of some unit and some breakdowns, if there is such an indicator.
    pub fn new(unit: &str, records: &str, is_share: bool, period: &Period, areas: &AreaList, by: &[&str]) -> Option<Self> {
        let known: &[(&str, &'static str)] = if is_share { &SHARES } else { &COUNTED };
        let (_, id) = known.iter().find(|(of, _)| *of == unit && records == USUAL)?;
        let catalogue = Catalogue::builtin();
        let by = by.iter().copied().filter(|of| !OWN.contains(of));
        let plan = Plan::new(&catalogue, period.to_string()).indicators([*id]).by(by);
        let plan = plan.area_vintage(areas.edition()).build().ok()?;
        let texts = texts(&plan);
        let output = plan.outputs.iter().find(|output| output.denominator.is_some() == is_share)?;
        let mut families = HashMap::new();
        families.insert(if is_share { "numerator" } else { "count" }, texts[output.numerator].clone());
        if let Some(below) = output.denominator {
            families.insert("denominator", texts[below].clone());
        }
        if let [(open, closed)] = output.undecided.as_slice() {
            families.insert("undecided", undecided_text(&texts[*open], &texts[*closed]));
        }
        let dimensions = plan.block_of(output.numerator).cross.dimensions();
        Some(Self { families, unknown: dimensions.iter().map(|of| (of.name.clone(), unknown(of))).collect() })
    }
}
