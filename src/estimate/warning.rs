//! Warnings beside the table: what does not add up. Never hidden, and never an error.

use super::cell::Estimator;
use crate::catalogue::{Dimension, Indicator, Measure};
use crate::error::Result;
use crate::grid::Category;
use crate::plan::Plan;
use crate::tally::Tally;
use crate::text::Text;
use std::collections::BTreeSet;

/// What a reader of the result must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// A stable code for the kind of warning.
    pub code: &'static str,
    /// The indicator concerned; empty if it concerns all.
    pub indicator: String,
    /// The message.
    pub text: Text,
}

/// Indicators left out of the tally, and rows set aside before counting.
///
/// A table missing in one part may come with another. But if a part had the table without a column, its rows were not counted:
/// the totals are those of the other parts.
pub(super) fn remarks(plan: &Plan, tally: &Tally) -> Vec<Warning> {
    let mut found = Vec::new();
    for indicator in plan.indicators() {
        let answered = plan.answers(tally, &indicator.id);
        let mut reasons = tally.remarks.left_out.iter().filter(|((id, _), _)| *id == indicator.id);
        let reported = reasons.find(|((_, code), _)| !answered || code == "missing_column");
        found.extend(reported.map(|(_, text)| Warning {
            code: if answered { "counted_in_part" } else { "left_out" },
            indicator: indicator.id.clone(),
            text: text.clone(),
        }));
    }
    let list =
        |of: fn(u64) -> String| tally.set_aside().map(|(table, rows)| format!("{table}: {}", of(rows))).collect::<Vec<_>>().join("; ");
    if tally.set_aside().next().is_some() {
        found.push(Warning {
            code: "set_aside",
            indicator: String::new(),
            text: Text::new(
                format!("Không tính các dòng không đạt kiểm tra chất lượng: {}", list(|n| grouped(n, '.'))),
                format!("Rows that failed a check of quality were set aside: {}", list(|n| grouped(n, ','))),
            ),
        });
    }
    found
}

/// A number with a thousands separator.
fn grouped(number: u64, mark: char) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

pub(super) fn collect(estimator: &Estimator) -> Result<Vec<Warning>> {
    let mut found = Vec::new();
    coverage(estimator, &mut found)?;
    parts(estimator, &mut found);
    quotients(estimator, &mut found);
    mortality(estimator, &mut found);
    Ok(found)
}

/// Provinces that moved records cover only in part.
pub(super) fn territory(plan: &Plan, tally: &Tally) -> Result<Vec<Warning>> {
    let warning = |(place, missing): (u32, Vec<String>)| {
        let (name, missing) = (&plan.question.areas.get(place).name, missing.join(", "));
        Warning {
            code: "part_of_territory",
            indicator: String::new(),
            text: Text::new(
                format!("{name} ({}): dữ liệu không có dòng nào của {missing}, số liệu chỉ là của phần còn lại", plan.area_vintage()),
                format!("{name} ({}): the records have no rows of {missing}; the figures are those of the rest", plan.area_vintage()),
            ),
        }
    };
    Ok(tally.missing_provinces(&plan.question)?.into_iter().map(warning).collect())
}

/// Missing reports, and zeros that may be missing reports: one warning each, for the country.
fn coverage(estimator: &Estimator, found: &mut Vec<Warning>) -> Result<()> {
    let plan = estimator.plan;
    let series = plan.outputs.iter().flat_map(|o| std::iter::once(o.numerator).chain(o.denominator));
    let counted = series.filter(|series| estimator.margins.is_counted(*series));
    let passes: BTreeSet<u32> = counted.map(|series| plan.question.pass_of(plan.question.series[series].block)).collect();
    let (mut incomplete, mut unknown): (BTreeSet<Text>, BTreeSet<Text>) = (BTreeSet::new(), BTreeSet::new());
    for pass in passes {
        let name = &plan.question.table(&plan.question.blocks[pass as usize].table)?.name;
        let reports = estimator.reports_of(pass, 0);
        match reports.reported {
            Some(reported) if reported < reports.expected => {
                let expected = reports.expected;
                incomplete.insert(Text::new(
                    format!("{}: {reported}/{expected} xã", name.vi),
                    format!("{}: {reported} of {expected} communes", name.en),
                ));
            }
            None if reports.has_silence() => drop(unknown.insert(name.clone())),
            _ => {}
        }
    }
    let list = |texts: &BTreeSet<Text>, between: &str| {
        let join = |of: fn(&Text) -> &String| texts.iter().map(of).cloned().collect::<Vec<_>>().join(between);
        (join(|t| &t.vi), join(|t| &t.en))
    };
    if !incomplete.is_empty() {
        let (vi, en) = list(&incomplete, "; ");
        found.push(Warning {
            code: "not_all_reported",
            indicator: String::new(),
            text: Text::new(
                format!("Chưa phải xã nào cũng báo cáo; tổng số chỉ là của các xã đã báo cáo. {vi}"),
                format!("Not every commune reported; totals are those of the communes that did. {en}"),
            ),
        });
    }
    if !unknown.is_empty() {
        let (vi, en) = list(&unknown, ", ");
        found.push(Warning {
            code: "zero_or_silence",
            indicator: String::new(),
            text: Text::new(
                format!("Không phân biệt được xã có 0 trường hợp với xã chưa báo cáo, vì không biết xã nào đã báo cáo: {vi}"),
                format!("A commune with none cannot be told from one that did not report, since nothing says who reported: {en}"),
            ),
        });
    }
    Ok(())
}

/// Categories that do not sum to their total, for the country.
fn parts(estimator: &Estimator, found: &mut Vec<Warning>) {
    for output in estimator.plan.outputs.iter().filter(|o| o.measure == Measure::Count && estimator.margins.is_counted(o.numerator)) {
        let indicator = estimator.indicator(output);
        // Without any report in the country there is nothing to add up.
        let Some(total) = estimator.total(output, 0).numerator else { continue };
        let cross = estimator.margins.grids[estimator.plan.question.series[output.numerator].block].cross;
        for of in cross.dimensions() {
            let Some(dimension) = estimator.plan.by().iter().copied().find(|d| d.as_str() == of.name) else { continue };
            let subject = Subject::new(estimator, indicator, dimension);
            let groups = (0..of.labels.len()).filter(|nth| of.parents[*nth].is_none());
            let sum: u64 = groups.filter_map(|nth| estimator.one(output, 0, &of.name, Category::Named(nth)).numerator).sum();
            let unknown = estimator.one(output, 0, &of.name, Category::Unknown).numerator.unwrap_or(0);
            if sum + unknown == total && !of.is_multiple {
                if unknown > 0 {
                    found.push(not_recorded(&subject, total, unknown));
                }
            } else if sum != total {
                found.push(parts_warning(&subject, dimension, sum, total, unknown));
            }
        }
    }
}

/// An indicator by a dimension: its id, and the name used in warnings.
struct Subject {
    id: String,
    vi: String,
    en: String,
}

impl Subject {
    fn new(estimator: &Estimator, indicator: &Indicator, dimension: Dimension) -> Self {
        let of = estimator.plan.catalogue.codes().name("dimension", dimension.as_str());
        let of = of.unwrap_or_else(|| Text::new(dimension.as_str(), dimension.as_str()));
        Self {
            id: indicator.id.clone(),
            vi: format!("{} theo {}", indicator.name.vi, of.vi.to_lowercase()),
            en: format!("{} by {}", indicator.name.en, of.en.to_lowercase()),
        }
    }
}

fn not_recorded(subject: &Subject, total: u64, unknown: u64) -> Warning {
    Warning {
        code: "not_recorded",
        indicator: subject.id.clone(),
        text: Text::new(
            format!("{}: không rõ {unknown} trong {total}", subject.vi),
            format!("{}: {unknown} of {total} not recorded", subject.en),
        ),
    }
}

fn parts_warning(subject: &Subject, dimension: Dimension, sum: u64, total: u64, unknown: u64) -> Warning {
    let difference = i128::from(sum) - i128::from(total);
    let (why_vi, why_en) = if dimension.is_multiple() {
        ("; một bản ghi có thể thuộc nhiều nhóm hoặc không thuộc nhóm nào", "; a record may be in several categories or in none")
    } else {
        ("", "")
    };
    Warning {
        code: "parts_do_not_sum",
        indicator: subject.id.clone(),
        text: Text::new(
            format!("{}: các phần cộng lại {sum}, tổng số {total}, chênh lệch {difference:+}, không rõ {unknown}{why_vi}", subject.vi),
            format!("{}: the parts sum to {sum}, the total is {total}, difference {difference:+}, unknown {unknown}{why_en}", subject.en),
        ),
    }
}

/// Events without a population, and shares above the whole.
fn quotients(estimator: &Estimator, found: &mut Vec<Warning>) {
    for output in estimator.plan.outputs.iter().filter(|o| o.denominator.is_some_and(|d| estimator.margins.is_counted(d))) {
        let indicator = estimator.indicator(output);
        let (mut empty, mut above) = (Vec::new(), Vec::new());
        for (nth, place) in estimator.areas.places().iter().enumerate() {
            let cell = estimator.total(output, u64::from(*place));
            let (Some(x), Some(n)) = (cell.numerator, cell.denominator) else { continue };
            if n == 0 && x > 0 {
                empty.push(estimator.areas.code(nth));
            } else if x > n && output.measure == Measure::Percent && indicator.kind != crate::catalogue::Kind::Ratio {
                above.push(estimator.areas.code(nth));
            }
        }
        let list = |codes: &[&str]| {
            let more = if codes.len() > 5 { ", …" } else { "" };
            format!("{}{more}", codes.iter().take(5).copied().collect::<Vec<_>>().join(", "))
        };
        let id = &indicator.id;
        let measure = output.measure.as_str();
        if !empty.is_empty() {
            found.push(Warning {
                code: "events_without_population",
                indicator: id.clone(),
                text: Text::new(
                    format!(
                        "{} ({measure}): có sự kiện nhưng mẫu số bằng 0 ở {} địa bàn: {}",
                        indicator.name.vi,
                        empty.len(),
                        list(&empty)
                    ),
                    format!("{} ({measure}): events but a denominator of 0 in {} areas: {}", indicator.name.en, empty.len(), list(&empty)),
                ),
            });
        }
        if !above.is_empty() {
            found.push(Warning {
                code: "numerator_above_denominator",
                indicator: id.clone(),
                text: Text::new(
                    format!("{} ({measure}): tử số lớn hơn mẫu số ở {} địa bàn: {}", indicator.name.vi, above.len(), list(&above)),
                    format!(
                        "{} ({measure}): the numerator is above the denominator in {} areas: {}",
                        indicator.name.en,
                        above.len(),
                        list(&above)
                    ),
                ),
            });
        }
    }
}

/// Deaths must be ordered: neonatal ≤ infant ≤ under five, since each group contains the one before.
fn mortality(estimator: &Estimator, found: &mut Vec<Warning>) {
    let order = estimator.plan.catalogue.mortality_order();
    let counts: Vec<(&Indicator, u64)> = order
        .iter()
        .filter_map(|id| {
            let output = estimator.plan.outputs.iter().find(|o| estimator.indicator(o).id == *id)?;
            Some((estimator.indicator(output), estimator.total(output, 0).numerator?))
        })
        .collect();
    for pair in counts.windows(2).filter(|p| p[0].1 > p[1].1) {
        let [(narrow, few), (wide, many)] = [pair[0], pair[1]];
        found.push(Warning {
            code: "mortality_order",
            indicator: narrow.id.clone(),
            text: Text::new(
                format!("{}: {few} ca, nhiều hơn {many} ca của {}", narrow.name.vi, wide.name.vi),
                format!("{}: {few} deaths, more than the {many} of {}", narrow.name.en, wide.name.en),
            ),
        });
    }
}
