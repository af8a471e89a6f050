//! What ties counts by form of abuse, by how many forms, and by two forms: a child counts in each of its forms.

use super::book::{Book, Tie};
use super::named::Id;
use crate::grid::UNKNOWN;
use std::collections::BTreeMap;

/// The most forms that one can have, and the most pairs of them.
const FORMS: i32 = 7;
const PAIRS: i32 = FORMS * (FORMS - 1) / 2;

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
    for place in places.values().filter(|place| place.with.len() == FORMS as usize) {
        place.ties().into_iter().for_each(|tie| book.tie(tie));
    }
}

impl Place {
    fn ties(&self) -> Vec<Tie> {
        let with = |times: i32| self.with.values().map(move |cell| (*cell, times));
        let pairs = |times: i32| self.pairs.values().map(move |cell| (*cell, times));
        let has_pairs = self.pairs.len() == PAIRS as usize;
        let mut found: Vec<Vec<(u32, i32)>> = Vec::new();
        if let [Some(one), Some(two), Some(more)] = self.many {
            // All forms of all: one of each with one, two of each with two, three at least of the others.
            found.push(with(1).chain([(one, -1), (two, -2), (more, -3)]).collect());
            found.push(with(-1).chain([(one, 1), (two, 2), (more, FORMS)]).collect());
            if has_pairs {
                found.push(pairs(1).chain([(two, -1), (more, -3)]).collect());
                found.push(pairs(-1).chain([(two, 1), (more, PAIRS)]).collect());
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
