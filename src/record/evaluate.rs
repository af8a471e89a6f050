//! Evaluates conditions over encoded columns, with three truth values; each part once per batch.

use super::encode::{Encoded, NO_WORD, UNDECIDED, YES};
use crate::catalogue::{Compare, Condition};
use std::collections::HashMap;
use std::rc::Rc;

/// The columns of a batch, and the truth values already known.
pub(crate) struct Rows<'a> {
    pub count: usize,
    pub columns: &'a HashMap<String, Rc<Encoded>>,
    pub known: HashMap<Condition, Rc<Vec<u8>>>,
}

const ALL: u8 = YES;
/// Replaces an unknown bound in a sum: larger than any sum of known bounds.
const ENDLESS: i64 = 1 << 48;

fn truth(yes: bool) -> u8 {
    if yes { YES } else { 0 }
}

impl Rows<'_> {
    /// The truth value of a condition for each row.
    pub fn truth(&mut self, condition: &Condition) -> Rc<Vec<u8>> {
        if let Some(found) = self.known.get(condition) {
            return found.clone();
        }
        let values = self.evaluate(condition);
        self.known.insert(condition.clone(), values.clone());
        values
    }

    fn evaluate(&mut self, condition: &Condition) -> Rc<Vec<u8>> {
        let values = match condition {
            Condition::Always => vec![YES; self.count],
            Condition::Flag(name) => match self.column(name) {
                Some(Encoded::Flag(values)) => values.clone(),
                _ => self.undecided(),
            },
            Condition::And(parts) => self.fold(parts, ALL, u8::min),
            Condition::Or(parts) => self.fold(parts, 0, u8::max),
            Condition::Not(inner) => self.truth(inner).iter().map(|v| 2 - v).collect(),
            Condition::IsTrue(inner) => self.truth(inner).iter().map(|v| truth(*v == YES)).collect(),
            Condition::IsUndecided(inner) => self.truth(inner).iter().map(|v| truth(*v == UNDECIDED)).collect(),
            Condition::Number(name, compare, literal) => match self.column(name) {
                Some(Encoded::Number { low, high }) => low
                    .iter()
                    .zip(high)
                    .map(|(low, high)| against(*compare, i64::from(*low), i64::from(*high), i64::from(*literal)))
                    .collect(),
                _ => self.undecided(),
            },
            Condition::Linear(terms, compare, literal) => self.linear(terms, *compare, *literal),
            Condition::OneOf(name, wanted) => match self.column(name) {
                Some(Encoded::Words { codes, words }) => {
                    let fits: Vec<u8> = words.iter().map(|w| truth(wanted.contains(w))).collect();
                    codes.iter().map(|c| if *c == NO_WORD { UNDECIDED } else { fits[*c as usize] }).collect()
                }
                _ => self.undecided(),
            },
            Condition::Length(name, compare, literal) => match self.column(name) {
                Some(Encoded::List { starts, known, .. }) => starts
                    .windows(2)
                    .zip(known)
                    .map(|(w, there)| {
                        let length = i64::from(w[1] - w[0]);
                        if *there { against(*compare, length, length, i64::from(*literal)) } else { UNDECIDED }
                    })
                    .collect(),
                _ => self.undecided(),
            },
            Condition::Holds(name, code) => match self.column(name) {
                Some(Encoded::List { starts, codes, known, words }) => {
                    let fits: Vec<bool> = words.iter().map(|w| is_or_is_part_of(w, code)).collect();
                    starts
                        .windows(2)
                        .zip(known)
                        .map(|(w, there)| {
                            let held = codes[w[0] as usize..w[1] as usize].iter().any(|c| fits[*c as usize]);
                            if *there { truth(held) } else { UNDECIDED }
                        })
                        .collect()
                }
                _ => self.undecided(),
            },
            Condition::IsNull(name) => match self.column(name) {
                Some(Encoded::Flag(values)) => values.iter().map(|v| truth(*v == UNDECIDED)).collect(),
                Some(Encoded::Number { low, high }) => {
                    low.iter().zip(high).map(|(low, high)| truth(*low == i32::MIN && *high == i32::MAX)).collect()
                }
                Some(Encoded::Words { codes, .. }) => codes.iter().map(|c| truth(*c == NO_WORD)).collect(),
                Some(Encoded::List { known, .. }) => known.iter().map(|there| truth(!there)).collect(),
                None => self.undecided(),
            },
        };
        Rc::new(values)
    }

    /// Compares a sum of columns with a literal, as intervals.
    fn linear(&self, terms: &[(String, i32)], compare: Compare, literal: i64) -> Vec<u8> {
        let mut sums = vec![(0_i64, 0_i64); self.count];
        for (name, sign) in terms {
            let Some(Encoded::Number { low, high }) = self.column(name) else { return self.undecided() };
            for ((least, most), (low, high)) in sums.iter_mut().zip(low.iter().zip(high)) {
                let low = if *low == i32::MIN { -ENDLESS } else { i64::from(*low) };
                let high = if *high == i32::MAX { ENDLESS } else { i64::from(*high) };
                let (low, high) = if *sign < 0 { (-high, -low) } else { (low, high) };
                *least += low;
                *most += high;
            }
        }
        sums.into_iter().map(|(least, most)| against(compare, least, most, literal)).collect()
    }

    fn column(&self, name: &str) -> Option<&Encoded> {
        self.columns.get(name).map(|c| &**c)
    }

    /// A missing column leaves every row undecided.
    fn undecided(&self) -> Vec<u8> {
        vec![UNDECIDED; self.count]
    }

    fn fold(&mut self, parts: &[Condition], start: u8, join: fn(u8, u8) -> u8) -> Vec<u8> {
        let mut values = vec![start; self.count];
        for part in parts {
            let truth = self.truth(part);
            for (value, other) in values.iter_mut().zip(truth.iter()) {
                *value = join(*value, *other);
            }
        }
        values
    }
}

/// True if `word` is the code or one of its sub-codes, as `d2` of `d`.
pub(crate) fn is_or_is_part_of(word: &str, code: &str) -> bool {
    let is_group = !code.ends_with(|c: char| c.is_ascii_digit());
    word == code || is_group && word.strip_prefix(code).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
}

/// Compares a number known to be in an interval with a literal.
fn against(compare: Compare, low: i64, high: i64, literal: i64) -> u8 {
    let (sure, possible) = match compare {
        Compare::Less => (high < literal, low < literal),
        Compare::AtMost => (high <= literal, low <= literal),
        Compare::More => (low > literal, high > literal),
        Compare::AtLeast => (low >= literal, high >= literal),
        Compare::Equal => (low == literal && high == literal, (low..=high).contains(&literal)),
    };
    if sure {
        YES
    } else if possible {
        UNDECIDED
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_decides_only_what_is_certain() {
        assert_eq!(against(Compare::Less, 3, 4, 5), YES);
        assert_eq!(against(Compare::Less, 4, 5, 5), UNDECIDED);
        assert_eq!(against(Compare::Less, 5, 6, 5), 0);
        assert_eq!(against(Compare::Equal, 5, 5, 5), YES);
        assert_eq!(against(Compare::Equal, 4, 5, 5), UNDECIDED);
        assert_eq!(against(Compare::AtLeast, i64::from(i32::MIN), i64::from(i32::MAX), 7), UNDECIDED);
    }

    #[test]
    fn a_sum_of_columns_decides_only_what_is_certain() {
        let number = |values: [(i32, i32); 4]| {
            let (low, high) = values.into_iter().unzip();
            Rc::new(Encoded::Number { low, high })
        };
        let columns = HashMap::from([
            ("a".to_owned(), number([(3, 3), (3, 3), (3, 3), (i32::MIN, i32::MAX)])),
            ("b".to_owned(), number([(1, 2), (2, 5), (4, 5), (1, 1)])),
        ]);
        let mut rows = Rows { count: 4, columns: &columns, known: HashMap::new() };
        let at_least = Condition::Linear(vec![("a".to_owned(), 1), ("b".to_owned(), -1)], Compare::AtLeast, 0);
        assert_eq!(*rows.truth(&at_least), [YES, UNDECIDED, 0, UNDECIDED]);
        let no_column = Condition::Linear(vec![("c".to_owned(), 1)], Compare::Less, 0);
        assert_eq!(*rows.truth(&no_column), [UNDECIDED; 4]);
    }

    #[test]
    fn a_group_holds_its_sub_groups_only() {
        assert!(is_or_is_part_of("d2", "d") && is_or_is_part_of("d", "d"));
        assert!(!is_or_is_part_of("đ1", "d") && !is_or_is_part_of("d", "d2") && !is_or_is_part_of("c12", "c1"));
    }
}
