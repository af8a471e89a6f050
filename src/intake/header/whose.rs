//! Dates of birth that may belong to a parent or another adult.

use super::synonyms::is_other_person;
use super::target::How;
use super::vocabulary::Match;
use crate::catalogue::Table;
use crate::spelling::bare;

/// Unmatches a date of birth beside the name of a mother, a father or another adult if its header does not say whose it is, unless the
/// mapping names it.
pub(super) fn whose(mut columns: Vec<(String, Match)>, table: &Table) -> Vec<(String, Match)> {
    let is_birth = |found: &Match| {
        found.target.as_ref().is_some_and(|t| t.column == "birth_date" || (table.id.as_str(), t.column.as_str()) == ("births", "date"))
    };
    let is_other = |label: &str| {
        let last = label.rsplit(" / ").next().unwrap_or(label);
        let key = bare(last);
        let adult = |word: &str| {
            matches!(
                word,
                "me" | "cha" | "bo" | "vo" | "chong" | "mother" | "mothers" | "father" | "fathers" | "parent" | "parents" | "guardian"
            )
        };
        is_other_person(last) || key.split(' ').any(adult) || key.starts_with("nguoi di khai") || key.starts_with("nguoi khai")
    };
    // "Ngày sinh của trẻ" and "Ngày đẻ" do say whose date it is.
    let is_plain = |label: &str| {
        let key = bare(label.rsplit(" / ").next().unwrap_or(label));
        !key.split(' ').any(|word| matches!(word, "tre" | "con" | "be" | "chau" | "de" | "child"))
    };
    let births: Vec<usize> = (0..columns.len()).filter(|at| is_birth(&columns[*at].1)).collect();
    // Among several dates of birth, the plain one may belong to someone else only if another header says whose date it is.
    let says_whose = births.iter().any(|at| !is_plain(&columns[*at].0));
    let mapped = births.iter().any(|at| columns[*at].1.how == Some(How::Mapping));
    for at in births.iter().copied().filter(|_| !mapped && (births.len() == 1 || says_whose)) {
        let is_theirs = columns[at].1.how == Some(How::Synonym)
            && is_plain(&columns[at].0)
            && at.checked_sub(1).is_some_and(|left| is_other(&columns[left].0));
        if is_theirs {
            columns[at].1 = Match { how: Some(How::Whose), ..Match::default() };
        }
    }
    columns
}
