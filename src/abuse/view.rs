//! The forms of abuse under a choice.

use super::choice::{Choice, Prostitution};
use super::known::{Known, categories};
use super::report::Report;
use super::select::Selection;
use crate::record::YES;

/// Why the forms do not add up.
pub(super) const FORMS_OVERLAP: (&str, &str) = (
    "Một trẻ em hoặc một vụ có thể có nhiều hình thức, nên các hình thức không cộng thành tổng số; \"không xác định\" là trường hợp có ít nhất một lượt tiếp nhận không ghi hình thức, dù lượt khác có ghi",
    "One may have several forms, so the forms do not add up to the total; \"unknown\" are those with a report without a recorded form, even if another report has one",
);

/// The forms under a choice: abandonment and neglect merged, or prostitution moved to one of its two forms.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub categories: Vec<String>,
    prostitution: Prostitution,
    exploitation: u8,
    sexual_abuse: u8,
    /// The bits of abandonment and neglect, if merged; the bits above neglect move down.
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
            // Remove the bit of neglect, as it was removed from the categories; abandonment may move down with it.
            let below = (1_u8 << neglect) - 1;
            forms = forms & below | (forms >> 1) & !below;
        }
        (forms != 0).then_some(forms)
    }
}
