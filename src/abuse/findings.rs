//! Decisions that do not fit the law. They need review: the record may be wrong, or the decision.

use super::known::Known;
use super::register::Register;
use super::report::Decision;
use super::table::Table;
use crate::error::Result;
use crate::grid::Columns;
use crate::period::Period;
use crate::record::completed_years;
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

/// The fine that a decree sets for a person.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Band {
    article: u16,
    #[serde(default)]
    clause: u16,
    low: i64,
    high: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    band: Vec<Band>,
}

static BANDS: LazyLock<Vec<Band>> =
    LazyLock::new(|| toml::from_str::<File>(include_str!("bands.toml")).map(|f| f.band).expect("bands.toml is read by a test"));

/// A rule, its code and its text.
struct Rule {
    code: &'static str,
    vi: &'static str,
    en: &'static str,
    broken: fn(&Decision, &Known) -> bool,
}

const RULES: [Rule; 4] = [
    Rule {
        code: "fine_outside_band",
        vi: "Mức phạt tiền nằm ngoài khung của điều khoản (tổ chức bị phạt gấp đôi cá nhân)",
        en: "The fine lies outside the band of its article (organisations pay double)",
        broken: outside_band,
    },
    Rule {
        code: "decree_differs",
        vi: "Nghị định ghi trong quyết định không phải nghị định có hiệu lực vào ngày vi phạm",
        en: "The decree recorded is not the one in force on the day of the act",
        broken: |d, known| d.decree != super::report::NONE && d.decree != d.decree_of_act(known),
    },
    Rule {
        code: "minor_not_warned",
        vi: "Người vi phạm từ đủ 14 đến dưới 16 tuổi chỉ bị cảnh cáo",
        en: "A violator aged 14 to under 16 is only given a warning",
        broken: |d, known| {
            d.form != super::report::NONE && d.form != known.warning && age_at_act(d).is_some_and(|age| (14..16).contains(&age))
        },
    },
    Rule {
        code: "violator_under_14",
        vi: "Người vi phạm dưới 14 tuổi không bị xử phạt vi phạm hành chính",
        en: "A violator under 14 bears no administrative sanction",
        broken: |d, _| age_at_act(d).is_some_and(|age| age < 14),
    },
];

fn age_at_act(decision: &Decision) -> Option<i32> {
    Some(completed_years(decision.violator_born?, decision.act?))
}

fn outside_band(decision: &Decision, known: &Known) -> bool {
    let (Some((article, clause)), Some(fine)) = (decision.article, decision.fine) else { return false };
    if decision.decree_of_act(known) != known.of_2021 {
        return false;
    }
    // A band without a clause applies to the whole article.
    let of = |band: &&Band| band.article == article && (band.clause == clause || band.clause == 0);
    let Some(band) = BANDS.iter().find(of) else { return false };
    let inside = |times: i64| (band.low * times..=band.high * times).contains(&i64::from(fine));
    match decision.violator {
        person if person == known.person => !inside(1),
        organisation if organisation == known.organisation => !inside(2),
        _ => !inside(1) && !inside(2),
    }
}

impl Register {
    /// Decisions in force that do not fit the law, by rule and article; a rule without findings has no row.
    ///
    /// Rules: `fine_outside_band` (Decree 130/2021/NĐ-CP, the articles whose bands were read), `decree_differs`,
    /// `minor_not_warned` and `violator_under_14` (Law on Handling of Administrative Violations, Articles 5 and 22).
    ///
    /// # Errors
    /// [`crate::Error::MissingTable`] without `sanctions`.
    pub fn sanction_findings(&self, period: Option<&Period>) -> Result<Table> {
        let known = &self.0.known;
        let decisions = self.0.decisions_of(period)?;
        let mut rows: Vec<(&Rule, String, u64)> = Vec::new();
        for rule in &RULES {
            let mut found: BTreeMap<(u16, u16), (String, HashSet<u128>)> = BTreeMap::new();
            for decision in decisions.iter().filter(|d| d.status == known.in_force && (rule.broken)(d, known)) {
                let article = decision.clause().unwrap_or_else(|| "unknown".to_owned());
                let key = decision.article.unwrap_or((u16::MAX, u16::MAX));
                found.entry(key).or_insert_with(|| (article, HashSet::new())).1.insert(decision.key);
            }
            rows.extend(found.into_values().map(|(article, keys)| (rule, article, keys.len() as u64)));
        }
        Columns::new(rows.len())
            .words("rule", rows.iter().map(|r| r.0.code))
            .words("article", rows.iter().map(|r| r.1.as_str()))
            .counts("decisions", rows.iter().map(|r| r.2))
            .words("vi", rows.iter().map(|r| r.0.vi))
            .words("en", rows.iter().map(|r| r.0.en))
            .table_of_decisions(period)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_bands_can_be_read() {
        assert!(super::BANDS.iter().all(|band| band.low < band.high));
        assert_eq!(super::BANDS.len(), 5);
    }
}
