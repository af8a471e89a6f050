//! What ties the cells of published tables together: sums, and totals of distinct things that are no sums.
//!
//! A cell is a number; cells that are no sum of others are *inner*, and every cell is a sum of inner ones. All relations
//! between cells are kept, also those that follow from others: bounds are carried along each of them.

use super::lists::Lists;
use std::collections::HashMap;

/// A bound that is not known: larger than any count, small enough to be added up.
pub(super) const UNBOUNDED: i64 = 1 << 52;

/// A whole number times a cell, an inner cell or a row.
pub(super) type Term = (u32, i32);

/// Relations in the making; a cell is its number.
#[derive(Debug, Default)]
pub(super) struct Relations {
    cells: u32,
    terms: Lists<Term>,
    range: Vec<(i64, i64)>,
    /// By cell, the first relation that says which cells it is the sum of.
    sum: Vec<Option<u32>>,
}

impl Relations {
    pub fn cell(&mut self) -> u32 {
        self.sum.push(None);
        self.cells += 1;
        self.cells - 1
    }

    /// `least` ≤ Σ terms ≤ `most`.
    pub fn between(&mut self, terms: impl IntoIterator<Item = Term>, least: i64, most: i64) -> u32 {
        self.range.push((least, most));
        self.terms.push(terms)
    }

    /// A total that is the sum of its parts.
    pub fn sum(&mut self, total: u32, parts: impl IntoIterator<Item = u32>) {
        let relation = self.between([(total, -1)].into_iter().chain(parts.into_iter().map(|part| (part, 1))), 0, 0);
        self.sum[total as usize].get_or_insert(relation);
    }

    /// A number that is at most the sum of others.
    pub fn at_most(&mut self, number: u32, others: impl IntoIterator<Item = u32>) {
        self.between([(number, -1)].into_iter().chain(others.into_iter().map(|other| (other, 1))), 0, UNBOUNDED);
    }

    /// The relations with what follows from them.
    pub fn system(self) -> System {
        System::new(self)
    }
}

/// Cells, what they are sums of, and all relations between them.
#[derive(Debug)]
pub(super) struct System {
    cells: usize,
    /// All relations, in cells.
    pub terms: Lists<Term>,
    pub range: Vec<(i64, i64)>,
    /// By cell, the relation that says which cells it is the sum of.
    sum: Vec<Option<u32>>,
    /// By cell, the relations it is in, with its coefficient.
    pub of_cell: Lists<Term>,
    /// The cells that are no sums.
    pub inner: Vec<u32>,
    /// By cell, the inner cells it is the sum of, by their place in `inner`.
    pub members: Lists<Term>,
    /// Relations that do not follow from `members`, as sums of inner cells.
    pub extra: Lists<Term>,
    pub extra_range: Vec<(i64, i64)>,
}

impl System {
    fn new(relations: Relations) -> Self {
        let Relations { cells, terms, range, mut sum } = relations;
        let cells = cells as usize;
        let mut members: Vec<Option<Vec<Term>>> = vec![None; cells];
        let mut inner = Vec::new();
        for cell in 0..cells as u32 {
            if sum[cell as usize].is_none() {
                members[cell as usize] = Some(vec![(inner.len() as u32, 1)]);
                inner.push(cell);
            }
        }
        let mut waiting: Vec<u32> = (0..cells as u32).collect();
        let mut is_begun = vec![false; cells];
        while let Some(cell) = waiting.pop() {
            let Some(relation) = sum[cell as usize].filter(|_| members[cell as usize].is_none()) else { continue };
            let parts = &terms.of(relation)[1..];
            let open: Vec<u32> = parts.iter().map(|(part, _)| *part).filter(|part| members[*part as usize].is_none()).collect();
            if open.iter().any(|part| is_begun[*part as usize]) {
                // Two totals of each other, as of areas in two lists: one of them is no sum then, and the relation one more.
                sum[cell as usize] = None;
                members[cell as usize] = Some(vec![(inner.len() as u32, 1)]);
                inner.push(cell);
            } else if open.is_empty() {
                let of_parts = parts.iter().flat_map(|(part, _)| members[*part as usize].iter().flatten().copied());
                members[cell as usize] = Some(together(of_parts.collect()));
            } else {
                is_begun[cell as usize] = true;
                waiting.push(cell);
                waiting.extend(open);
            }
        }
        let mut lists = Lists::default();
        for list in &members {
            lists.push(list.iter().flatten().copied());
        }
        let (mut extra, mut extra_range) = (Lists::default(), Vec::new());
        for (nth, list) in terms.iter().enumerate() {
            if list.first().is_some_and(|(total, _)| sum[*total as usize] == Some(nth as u32)) {
                continue;
            }
            let in_inner = list.iter().flat_map(|(cell, times)| lists.of(*cell).iter().map(move |(of, n)| (*of, n * times)));
            let found = together(in_inner.collect());
            let (least, most) = range[nth];
            if !found.is_empty() || least > 0 || most < 0 {
                extra.push(found);
                extra_range.push((least, most));
            }
        }
        let of_cell = terms.inverted(cells, |relation, (cell, times)| (cell, (relation, times)));
        Self { cells, terms, range, sum, of_cell, inner, members: lists, extra, extra_range }
    }

    /// Some of the cells, in their order, and some of the relations between them; cells are numbered anew.
    pub fn part(&self, cells: &[u32], relations: &[u32]) -> Self {
        let new: HashMap<u32, u32> = cells.iter().copied().zip(0..).collect();
        let mut part = Relations::default();
        for _ in cells {
            part.cell();
        }
        for relation in relations {
            let terms = self.terms.of(*relation);
            let (least, most) = self.range[*relation as usize];
            let nth = part.between(terms.iter().map(|(cell, times)| (new[cell], *times)), least, most);
            if let Some((total, _)) = terms.first().filter(|(total, _)| self.sum[*total as usize] == Some(*relation)) {
                part.sum[new[total] as usize] = Some(nth);
            }
        }
        part.system()
    }

    pub fn cells(&self) -> usize {
        self.cells
    }
}

/// The terms with those of one thing added up; those that cancel are left out.
pub(super) fn together<N: Copy + std::ops::AddAssign + PartialEq + Default>(mut terms: Vec<(u32, N)>) -> Vec<(u32, N)> {
    terms.sort_unstable_by_key(|(of, _)| *of);
    terms.dedup_by(|next, before| {
        let same = next.0 == before.0;
        if same {
            before.1 += next.1;
        }
        same
    });
    terms.retain(|(_, times)| *times != N::default());
    terms
}
