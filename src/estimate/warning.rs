//! What does not add up: told beside the table, never hidden and never a failure.

use super::outcome::Work;
use crate::catalogue::{Dimension, Measure};
use crate::error::Error;
use crate::tally::Axis;
use crate::text::{Language, Text};

/// Something a reader of the result must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// A short word for the kind of warning that never changes.
    pub code: &'static str,
    /// The indicator it is about.
    pub indicator: String,
    /// The sentence.
    pub text: Text,
}

impl Warning {
    /// An indicator that the records could not answer.
    #[must_use]
    pub fn left_out(indicator: &str, reason: &Error) -> Self {
        Self {
            code: "left_out",
            indicator: indicator.to_owned(),
            text: Text::new(reason.message(Language::Vi), reason.message(Language::En)),
        }
    }
}

pub(super) fn collect(work: &Work) -> Vec<Warning> {
    let mut found = Vec::new();
    parts(work, &mut found);
    quotients(work, &mut found);
    mortality(work, &mut found);
    found
}

/// Parts that do not sum to their total, at the country.
fn parts(work: &Work, found: &mut Vec<Warning>) {
    for output in work.plan.outputs.iter().filter(|o| o.measure == Measure::Count && work.margins.is_counted(o.numerator)) {
        let indicator = work.indicator(output);
        let total = work.total(output, 0).numerator.unwrap_or(0);
        let axes = &work.grids[work.plan.series[output.numerator].block].axes;
        for axis in axes {
            let dimension = axis.dimension;
            let parent = |code: &str| {
                let list = work.plan.catalogue.codes().list(dimension.word())?;
                list.items.iter().find(|c| c.code == code)?.parent.clone()
            };
            let groups = (0..axis.categories.len()).filter(|nth| parent(&axis.categories[*nth]).is_none());
            let sum: u64 = groups.filter_map(|nth| work.one(output, 0, dimension, |_, nth| nth as u64, nth).numerator).sum();
            let unknown = work.one(output, 0, dimension, |axis: &Axis, _| axis.unknown(), 0).numerator.unwrap_or(0);
            if sum + unknown == total && !dimension.is_multiple() {
                if unknown > 0 {
                    found.push(not_recorded(&indicator.id, dimension, total, unknown));
                }
            } else if sum != total {
                found.push(parts_warning(&indicator.id, dimension, sum, total, unknown));
            }
        }
    }
}

fn not_recorded(indicator: &str, dimension: Dimension, total: u64, unknown: u64) -> Warning {
    Warning {
        code: "not_recorded",
        indicator: indicator.to_owned(),
        text: Text::new(
            format!("{indicator} theo {dimension}: không rõ {unknown} trong {total}"),
            format!("{indicator} by {dimension}: {unknown} of {total} not recorded"),
        ),
    }
}

fn parts_warning(indicator: &str, dimension: Dimension, sum: u64, total: u64, unknown: u64) -> Warning {
    let difference = i128::from(sum) - i128::from(total);
    let (why_vi, why_en) = if dimension.is_multiple() {
        ("; một bản ghi có thể thuộc nhiều nhóm hoặc không thuộc nhóm nào", "; a record may stand in several categories or in none")
    } else {
        ("", "")
    };
    Warning {
        code: "parts_do_not_sum",
        indicator: indicator.to_owned(),
        text: Text::new(
            format!(
                "{indicator} theo {dimension}: các phần cộng lại {sum}, tổng số {total}, chênh lệch {difference:+}, không rõ {unknown}{why_vi}"
            ),
            format!(
                "{indicator} by {dimension}: the parts sum to {sum}, the total is {total}, difference {difference:+}, unknown {unknown}{why_en}"
            ),
        ),
    }
}

/// Events without a population, and shares above the whole.
fn quotients(work: &Work, found: &mut Vec<Warning>) {
    for output in work.plan.outputs.iter().filter(|o| o.denominator.is_some_and(|d| work.margins.is_counted(d))) {
        let indicator = work.indicator(output);
        let (mut empty, mut above) = (Vec::new(), Vec::new());
        for spot in &work.spots {
            let cell = work.total(output, spot.place);
            let (Some(x), Some(n)) = (cell.numerator, cell.denominator) else { continue };
            if n == 0 && x > 0 {
                empty.push(spot.code.as_str());
            } else if x > n && output.measure == Measure::Percent && indicator.kind != crate::catalogue::Kind::Ratio {
                above.push(spot.code.as_str());
            }
        }
        let list = |codes: &[&str]| {
            let more = if codes.len() > 5 { ", …" } else { "" };
            format!("{}{more}", codes.iter().take(5).copied().collect::<Vec<_>>().join(", "))
        };
        let id = &indicator.id;
        let measure = output.measure.word();
        if !empty.is_empty() {
            found.push(Warning {
                code: "events_without_population",
                indicator: id.clone(),
                text: Text::new(
                    format!("{id} ({measure}): có sự kiện nhưng mẫu số bằng 0 ở {} địa bàn: {}", empty.len(), list(&empty)),
                    format!("{id} ({measure}): events but a denominator of 0 in {} areas: {}", empty.len(), list(&empty)),
                ),
            });
        }
        if !above.is_empty() {
            found.push(Warning {
                code: "numerator_above_denominator",
                indicator: id.clone(),
                text: Text::new(
                    format!("{id} ({measure}): tử số lớn hơn mẫu số ở {} địa bàn: {}", above.len(), list(&above)),
                    format!("{id} ({measure}): the numerator is above the denominator in {} areas: {}", above.len(), list(&above)),
                ),
            });
        }
    }
}

/// Neonatal deaths are infant deaths, and these are deaths under five.
fn mortality(work: &Work, found: &mut Vec<Warning>) {
    let counts: Vec<(&str, u64)> = ["neonatal_mortality_rate", "infant_mortality_rate", "under_five_mortality_rate"]
        .iter()
        .filter_map(|id| {
            let output = work.plan.outputs.iter().find(|o| work.indicator(o).id == *id)?;
            Some((*id, work.total(output, 0).numerator?))
        })
        .collect();
    for pair in counts.windows(2).filter(|p| p[0].1 > p[1].1) {
        found.push(Warning {
            code: "mortality_order",
            indicator: pair[0].0.to_owned(),
            text: Text::new(
                format!("{}: {} ca, nhiều hơn {} ca của {}", pair[0].0, pair[0].1, pair[1].1, pair[1].0),
                format!("{}: {} deaths, more than the {} of {}", pair[0].0, pair[0].1, pair[1].1, pair[1].0),
            ),
        });
    }
}
