//! Submissions, noted in a tally.

use super::moved::Vintage;
use super::tally::Tally;
use crate::area::{Level, Submissions};
use crate::question::Question;

impl Tally {
    /// Adds which communes reported. Tables that the question does not count are skipped. A complete table is complete for
    /// provinces with rows or submissions.
    pub(crate) fn report(&mut self, submissions: &Submissions, onto: &Question, vintage: &Vintage) {
        let moved = vintage.moved();
        let question = moved.map_or(onto, |moved| &moved.question);
        let list = &*question.areas;
        let since = list.since();
        let reads = |id: &str| question.blocks.iter().any(|b| b.table == id) || question.takes_from(id).is_some();
        let table = |id: &str| reads(id).then(|| question.table_index(id).ok()).flatten();
        for (id, code, sent) in submissions.senders() {
            let (Some(table), Some(place)) = (table(id), list.commune(code)) else { continue };
            self.presence.submitted.entry((since, table, place)).or_default().extend(sent);
            let province = list.up_to(place, Level::Province);
            match moved {
                _ if !sent.iter().any(|(_, came)| *came) => {}
                Some(moved) => moved.note_province(province, self),
                None => drop(self.provinces.insert(province)),
            }
        }
        let with_records: Vec<u32> = match moved {
            Some(_) => self.origins.iter().filter(|(of, _)| *of == list.edition()).map(|(_, province)| *province).collect(),
            None => self.provinces.iter().copied().filter(|place| (*place as usize) < list.areas().len()).collect(),
        };
        for table in submissions.complete_tables().filter_map(table) {
            self.presence.complete.extend(with_records.iter().map(|province| (since, table, *province)));
        }
    }
}
