//! Proof that what is hidden stays hidden. It knows nothing of how cells were chosen or witnesses were found: it adds up.

use super::relations::System;
use super::search::Move;
use std::collections::HashMap;

/// The cells of which witnesses do not show that they can be at least `values` numbers.
///
/// A witness is another table: it must keep every relation, have each published number, and be inside what is known of
/// each hidden cell. All tables of a cell, the true one among them, must show different numbers of it.
pub(super) fn unproven(system: &System, numbers: &[i64], view: &[(i64, i64)], witnesses: &[(u32, Vec<Move>)], values: usize) -> Vec<u32> {
    let is_proven = |(cell, moves): &(u32, Vec<Move>)| {
        let mut seen = vec![0];
        for by in moves.iter().filter(|of| agrees(system, numbers, view, of)).map(|of| change_of(of, *cell)) {
            if !seen.contains(&by) {
                seen.push(by);
            }
        }
        seen.len() >= values
    };
    witnesses.iter().filter(|of| !is_proven(of)).map(|(cell, _)| *cell).collect()
}

fn change_of(changes: &Move, cell: u32) -> i64 {
    changes.iter().find(|(of, _)| *of == cell).map_or(0, |(_, by)| *by)
}

/// True if a table with some changes agrees with all that is published.
fn agrees(system: &System, numbers: &[i64], view: &[(i64, i64)], changes: &Move) -> bool {
    let by: HashMap<u32, i64> = changes.iter().copied().collect();
    let is_inside = |(cell, by): (&u32, &i64)| {
        let (least, most) = view[*cell as usize];
        (least..=most).contains(&(numbers[*cell as usize] + by))
    };
    let keeps = |relation: u32| {
        let number = |cell: u32| numbers[cell as usize] + by.get(&cell).copied().unwrap_or(0);
        let sum: i64 = system.terms.of(relation).iter().map(|(cell, times)| number(*cell) * i64::from(*times)).sum();
        let (least, most) = system.range[relation as usize];
        (least..=most).contains(&sum)
    };
    let touched = by.keys().flat_map(|cell| system.of_cell.of(*cell)).map(|(relation, _)| *relation);
    by.len() == changes.len() && by.iter().all(is_inside) && touched.collect::<std::collections::BTreeSet<_>>().into_iter().all(keeps)
}
