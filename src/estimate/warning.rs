//! Warnings beside the table: what does not add up. Never hidden, and never an error.

use super::cell::Estimator;
use crate::catalogue::{Dimension, Indicator, Measure};
use crate::error::Result;
use crate::grid::Category;
use crate::plan::Plan;
use crate::tally::Tally;
use crate::text::Text;
use std::collections::{BTreeMap, BTreeSet};

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
    let aside: Vec<(Text, u64)> = tally
        .set_aside()
        .map(|(id, rows)| (plan.catalogue.table(id).map_or_else(|| Text::new(id, id), |table| table.name.clone()), rows))
        .collect();
    if !aside.is_empty() {
        let list = |of: &dyn Fn(&(Text, u64)) -> String| aside.iter().map(of).collect::<Vec<_>>().join(", ");
        let vi = list(&|(name, rows)| format!("{} dòng của bảng {}", in_vi(*rows), name.vi));
        let en = list(&|(name, rows)| format!("{} of {}", in_en(*rows), name.en));
        found.push(Warning {
            code: "set_aside",
            indicator: String::new(),
            text: Text::new(
                format!("Đã loại {vi} vì không đạt kiểm tra chất lượng"),
                format!("Rows that failed a check of quality were set aside: {en}"),
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

/// A number as Vietnamese texts write it.
fn in_vi(number: u64) -> String {
    grouped(number, '.')
}

/// A number as English texts write it.
fn in_en(number: u64) -> String {
    grouped(number, ',')
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
    let mut incomplete: BTreeMap<(u32, u32), BTreeSet<Text>> = BTreeMap::new();
    let mut unknown: BTreeSet<Text> = BTreeSet::new();
    for pass in passes {
        let name = &plan.question.table(&plan.question.blocks[pass as usize].table)?.name;
        let reports = estimator.reports_of(pass, 0);
        match reports.reported {
            Some(reported) if reported < reports.expected => {
                incomplete.entry((reported, reports.expected)).or_default().insert(name.clone());
            }
            None if reports.has_silence() => drop(unknown.insert(name.clone())),
            _ => {}
        }
    }
    let list = |names: &BTreeSet<Text>| {
        let join = |of: fn(&Text) -> &String| names.iter().map(of).cloned().collect::<Vec<_>>().join(", ");
        (join(|t| &t.vi), join(|t| &t.en))
    };
    if !incomplete.is_empty() {
        let (vi, en): (Vec<String>, Vec<String>) = incomplete
            .iter()
            .map(|((reported, expected), names)| {
                let (vi, en) = list(names);
                let (n, all) = (u64::from(*reported), u64::from(*expected));
                (format!("{}/{} xã ({vi})", in_vi(n), in_vi(all)), format!("{} of {} communes ({en})", in_en(n), in_en(all)))
            })
            .unzip();
        let (vi, en) = (vi.join("; "), en.join("; "));
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
        let (vi, en) = list(&unknown);
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

/// An indicator by a dimension: its id, its name, the name of the dimension, and what is counted.
struct Subject {
    id: String,
    name: Text,
    by: Text,
    unit: Text,
}

impl Subject {
    fn new(estimator: &Estimator, indicator: &Indicator, dimension: Dimension) -> Self {
        let catalogue = &estimator.plan.catalogue;
        let named = |list: &str, code: &str| catalogue.codes().name(list, code).unwrap_or_else(|| Text::new(code, code));
        let by = named("dimension", dimension.as_str());
        let unit = catalogue.quantities().get(&indicator.numerator).map_or("", |quantity| quantity.unit.as_str());
        Self {
            id: indicator.id.clone(),
            name: indicator.name.clone(),
            by: Text::new(by.vi.to_lowercase(), by.en.to_lowercase()),
            unit: named("unit", unit),
        }
    }
}

fn not_recorded(subject: &Subject, total: u64, unknown: u64) -> Warning {
    Warning {
        code: "not_recorded",
        indicator: subject.id.clone(),
        text: Text::new(
            format!("{}: {}/{} {} không ghi {}", subject.name.vi, in_vi(unknown), in_vi(total), subject.unit.vi, subject.by.vi),
            format!("{}: {} not recorded for {} of {}", subject.name.en, subject.by.en, in_en(unknown), in_en(total)),
        ),
    }
}

fn parts_warning(subject: &Subject, dimension: Dimension, sum: u64, total: u64, unknown: u64) -> Warning {
    let sign = if sum < total { '-' } else { '+' };
    let difference = sum.abs_diff(total);
    let (why_vi, why_en) = if dimension.is_multiple() {
        ("; một bản ghi có thể thuộc nhiều nhóm hoặc không thuộc nhóm nào", "; a record may be in several categories or in none")
    } else {
        ("", "")
    };
    Warning {
        code: "parts_do_not_sum",
        indicator: subject.id.clone(),
        text: Text::new(
            format!(
                "{} theo {}: các phần cộng lại {}, tổng số {}, chênh lệch {sign}{}, không xác định {}{why_vi}",
                subject.name.vi,
                subject.by.vi,
                in_vi(sum),
                in_vi(total),
                in_vi(difference),
                in_vi(unknown)
            ),
            format!(
                "{} by {}: the parts sum to {}, the total is {}, difference {sign}{}, not recorded {}{why_en}",
                subject.name.en,
                subject.by.en,
                in_en(sum),
                in_en(total),
                in_en(difference),
                in_en(unknown)
            ),
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
                empty.push(named(estimator, *place, estimator.areas.code(nth)));
            } else if x > n && output.measure == Measure::Percent && indicator.kind != crate::catalogue::Kind::Ratio {
                above.push(named(estimator, *place, estimator.areas.code(nth)));
            }
        }
        let list = |areas: &[String]| {
            let more = if areas.len() > 5 { ", …" } else { "" };
            format!("{}{more}", areas.iter().take(5).cloned().collect::<Vec<_>>().join(", "))
        };
        let id = &indicator.id;
        let measure = output.measure.as_str();
        let measure = estimator.plan.catalogue.codes().name("measure", measure).unwrap_or_else(|| Text::new(measure, measure));
        let (vi, en) = (format!("{} ({})", indicator.name.vi, measure.vi), format!("{} ({})", indicator.name.en, measure.en));
        if !empty.is_empty() {
            let (n, areas) = (empty.len() as u64, list(&empty));
            found.push(Warning {
                code: "events_without_population",
                indicator: id.clone(),
                text: Text::new(
                    format!("{vi}: có sự kiện nhưng mẫu số bằng 0 ở {} địa bàn: {areas}", in_vi(n)),
                    format!("{en}: events but a denominator of 0 in {} areas: {areas}", in_en(n)),
                ),
            });
        }
        if !above.is_empty() {
            let (n, areas) = (above.len() as u64, list(&above));
            found.push(Warning {
                code: "numerator_above_denominator",
                indicator: id.clone(),
                text: Text::new(
                    format!("{vi}: tử số lớn hơn mẫu số ở {} địa bàn: {areas}", in_vi(n)),
                    format!("{en}: the numerator is above the denominator in {} areas: {areas}", in_en(n)),
                ),
            });
        }
    }
}

/// An area by its name and code.
fn named(estimator: &Estimator, place: u32, code: &str) -> String {
    let areas = &estimator.plan.question.areas;
    if (place as usize) < areas.areas().len() { format!("{} ({code})", areas.get(place).name) } else { code.to_owned() }
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
                format!("{}: {} ca, nhiều hơn {} ca của {}", narrow.name.vi, in_vi(few), in_vi(many), wide.name.vi),
                format!("{}: {} deaths, more than the {} of {}", narrow.name.en, in_en(few), in_en(many), wide.name.en),
            ),
        });
    }
}
