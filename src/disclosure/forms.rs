//! What ties counts by form of abuse, by how many forms, and by two forms: a child counts in each of its forms.

use super::book::{Book, Tie};
use super::named::Id;
use super::suppress::Place::Public;
use crate::grid::UNKNOWN;
use std::collections::BTreeMap;

/// Forms that are told apart, and pairs of them.
const FORMS: usize = 7;
const PAIRS: usize = FORMS * (FORMS - 1) / 2;

/// Dimensions and categories.
type Words = Vec<(Id, Id)>;

/// The counts of one place that are alike but for their forms.
#[derive(Default)]
struct Place {
    total: Option<u32>,
    /// By form.
    with: BTreeMap<Id, u32>,
    /// By two forms.
    pairs: BTreeMap<[Id; 2], u32>,
    /// Those with one form, with two, with three or more.
    many: [Option<u32>; 3],
}

/// Ties the counts by form of every family and place.
pub(super) fn tie_forms(book: &mut Book) {
    let (form, forms) = (book.text("form"), book.text("forms"));
    let many = ["1", "2", "3+"].map(|many| book.text(many));
    let mut places: BTreeMap<(Id, Id, Words), Place> = BTreeMap::new();
    for nth in 0..book.len() as u32 {
        let key = book.key(nth).clone();
        let (of_form, rest): (Words, Words) = key.words.into_iter().partition(|(of, _)| [form, forms].contains(of));
        let place = places.entry((key.family, key.area, rest)).or_default();
        match of_form.as_slice() {
            [] => place.total = Some(nth),
            [(of, word)] if *of == forms => {
                if let Some(at) = many.iter().position(|of| of == word) {
                    place.many[at] = Some(nth);
                }
            }
            [(_, word)] if book.word(*word) != UNKNOWN => {
                place.with.insert(*word, nth);
            }
            [(_, one), (_, two)] => {
                place.pairs.insert([*one, *two], nth);
            }
            _ => (),
        }
    }
    for place in places.values().filter(|place| place.with.len() == FORMS) {
        place.ties(book).into_iter().for_each(|tie| book.tie(tie));
    }
}

impl Place {
    /// The most forms that one can have: those that are not known to be 0, as far as all pairs of them may go together.
    fn most(&self, book: &Book) -> i32 {
        let may_be = |cell: u32| !(book.count(cell).place == Public && book.count(cell).number == Some(0));
        let forms: Vec<Id> = self.with.iter().filter(|(_, cell)| may_be(**cell)).map(|(form, _)| *form).collect();
        let go_together = |one: &Id, two: &Id| {
            let both = self.pairs.get(&[*one, *two]).or_else(|| self.pairs.get(&[*two, *one]));
            both.is_none_or(|cell| may_be(*cell))
        };
        let fits = |set: &u32| {
            let of: Vec<&Id> = (0..forms.len()).filter(|nth| set & (1 << nth) != 0).map(|nth| &forms[nth]).collect();
            of.iter().enumerate().all(|(nth, one)| of[..nth].iter().all(|two| go_together(one, two)))
        };
        (0_u32..1 << forms.len()).filter(fits).map(|set| set.count_ones() as i32).max().unwrap_or(0)
    }

    fn ties(&self, book: &Book) -> Vec<Tie> {
        // Three or more are counted as one, so that most is three at least.
        let most = self.most(book).max(3);

        let with = |times: i32| self.with.values().map(move |cell| (*cell, times));
        let pairs = |times: i32| self.pairs.values().map(move |cell| (*cell, times));
        let has_pairs = self.pairs.len() == PAIRS;
        let mut found: Vec<Vec<(u32, i32)>> = Vec::new();
        if let [Some(one), Some(two), Some(more)] = self.many {
            // All forms of all: one of each with one, two of each with two, three at least of the others.
            found.push(with(1).chain([(one, -1), (two, -2), (more, -3)]).collect());
            found.push(with(-1).chain([(one, 1), (two, 2), (more, most)]).collect());
            if has_pairs {
                found.push(pairs(1).chain([(two, -1), (more, -3)]).collect());
                found.push(pairs(-1).chain([(two, 1), (more, most * (most - 1) / 2)]).collect());
                // Who has a form has no other, or another too.
                for (form, cell) in &self.with {
                    let others = self.pairs.iter().filter(|(both, _)| both.contains(form)).map(|(_, cell)| (*cell, 1));
                    found.push(others.chain([(one, 1), (*cell, -1)]).collect());
                }
            }
        }
        if let Some(total) = self.total.filter(|_| has_pairs) {
            found.push(pairs(1).chain(with(-1)).chain([(total, 1)]).collect());
        }
        found.into_iter().map(Tie::NotNegative).collect()
    }
}
