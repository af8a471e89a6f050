//! The parts of a system that nothing ties to each other.
//!
//! What is hidden in one part follows from nothing in another, so each is protected for itself: the same cells are hidden whatever
//! else is published with them, and parts are worked on at the same time.

use super::bounds::Contradiction;
use super::relations::System;
use super::suppress::{Cell, Pattern, Place, suppress_tied};
use crate::task::Watch;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Some cells of a system, with the relations between them.
struct Component {
    system: System,
    /// Their numbers in the whole system.
    cells: Vec<u32>,
}

/// Chooses what to hide so that each small cell can be at least `values` numbers; a contradiction if the numbers themselves break a relation.
pub(super) fn suppress(system: &System, cells: &[Cell], values: usize) -> Result<Pattern, Contradiction> {
    let components = components(system, cells)?;
    let watch = Watch::here();
    let of = |component: &Component| {
        let own: Vec<Cell> = component.cells.iter().map(|cell| cells[*cell as usize]).collect();
        suppress_tied(&component.system, &own, values, &watch)
    };
    let patterns: Vec<Pattern> = components.par_iter().with_max_len(1).map(of).collect::<Result<_, _>>()?;
    let is_exposed = |cell: &Cell| cell.is_small && cell.place == Place::Public;
    let mut whole = Pattern {
        hidden: vec![false; cells.len()],
        exposed: (0..).zip(cells).filter(|(_, cell)| is_exposed(cell)).map(|(nth, _)| nth).collect(),
        witnesses: Vec::new(),
    };
    for (Component { cells, .. }, pattern) in components.iter().zip(patterns) {
        let there = |cell: u32| cells[cell as usize];
        for (cell, _) in (0..).zip(&pattern.hidden).filter(|(_, is_hidden)| **is_hidden) {
            whole.hidden[there(cell) as usize] = true;
        }
        whole.exposed.extend(pattern.exposed.into_iter().map(there));
        let renamed = pattern.witnesses.into_iter().map(|(cell, moves)| {
            let moves = moves.into_iter().map(|of| of.into_iter().map(|(cell, by)| (there(cell), by)).collect()).collect();
            (there(cell), moves)
        });
        whole.witnesses.extend(renamed);
    }
    Ok(whole)
}

/// The components, with the largest first. A cell that is public ties nothing: it is in each component that it says something of.
fn components(system: &System, cells: &[Cell]) -> Result<Vec<Component>, Contradiction> {
    let is_public = |cell: u32| cells[cell as usize].place == Place::Public;
    let mut groups = Groups::new(cells.len());
    for terms in system.terms.iter() {
        let open: Vec<u32> = terms.iter().map(|(cell, _)| *cell).filter(|cell| !is_public(*cell)).collect();
        open.windows(2).for_each(|pair| groups.join(pair[0], pair[1]));
    }
    let mut found: BTreeMap<u32, (Vec<u32>, Vec<u32>)> = BTreeMap::new();
    for cell in (0..cells.len() as u32).filter(|cell| !is_public(*cell)) {
        found.entry(groups.of(cell)).or_default().0.push(cell);
    }
    for (relation, (terms, (least, most))) in (0..).zip(system.terms.iter().zip(&system.range)) {
        if let Some((open, _)) = terms.iter().find(|(cell, _)| !is_public(*cell)) {
            let (members, relations) = found.entry(groups.of(*open)).or_default();
            relations.push(relation);
            members.extend(terms.iter().map(|(cell, _)| *cell).filter(|cell| is_public(*cell)));
        } else {
            let sum: i64 = terms.iter().map(|(cell, times)| cells[*cell as usize].number * i64::from(*times)).sum();
            if !(*least..=*most).contains(&sum) {
                return Err(Contradiction);
            }
        }
    }
    let component = |(mut cells, relations): (Vec<u32>, Vec<u32>)| {
        cells.sort_unstable();
        cells.dedup();
        Component { system: system.part(&cells, &relations), cells }
    };
    let mut all: Vec<Component> = found.into_values().map(component).collect();
    all.sort_by_key(|component| std::cmp::Reverse(component.cells.len()));
    Ok(all)
}

/// Things in groups that are joined, each named by its first.
struct Groups {
    /// An earlier one of the same group; the first is its own.
    earlier: Vec<u32>,
}

impl Groups {
    fn new(things: usize) -> Self {
        Self { earlier: (0..things as u32).collect() }
    }

    fn of(&mut self, mut thing: u32) -> u32 {
        while self.earlier[thing as usize] != thing {
            let earlier = self.earlier[thing as usize];
            self.earlier[thing as usize] = self.earlier[earlier as usize];
            thing = earlier;
        }
        thing
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.of(one), self.of(other));
        self.earlier[one.max(other) as usize] = one.min(other);
    }
}
