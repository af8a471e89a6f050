//! Which cells are hidden: the small ones, and others so that no small one follows from what is published.
//!
//! Small cells are hidden first. Where bounds prove that one can still be worked out, or no other table is found in which
//! it differs, a neighbour is hidden too, until every small cell has witnesses. Then each neighbour is published again
//! that no small cell needs, the dearest first. Which cell is dear is public: its level and its place in the table.

use super::bounds::{Bounds, Contradiction};
use super::relations::{System, UNBOUNDED};
use super::search::{Effort, Move, Search};
use crate::task::Watch;
use std::collections::{HashMap, HashSet};

/// What may become of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Published whatever happens: a zero that is shown, or what was published before.
    Public,
    /// In the table; may be hidden.
    Open,
    /// Hidden whatever happens: an earlier release hides it.
    Hidden,
    /// In no table: known by what follows alone.
    Absent,
}

/// A cell before anything is hidden.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub number: i64,
    pub place: Place,
    /// Too small to be known.
    pub is_small: bool,
    /// What the public knows of it if it is not published.
    pub known: (i64, i64),
    /// The most it can be if it is small: what all know of a cell that is hidden alone, for it protects no other.
    pub small: i64,
    /// The higher, the later it is hidden; two cells never have the same.
    pub rank: u64,
}

/// What is hidden, and the tables that prove that it stays so.
#[derive(Debug)]
pub(super) struct Pattern {
    pub hidden: Vec<bool>,
    /// Small cells that what is public gives away, whatever is hidden.
    pub exposed: Vec<u32>,
    /// For each small cell that is safe, other tables in which it has other numbers.
    pub witnesses: Vec<(u32, Vec<Move>)>,
}

/// How long to look for a witness: first for many cells, then for those that are left, and when a cell is to be published again.
/// If that many have none, it is no use to look longer before more is hidden.
const EFFORTS: [(Effort, usize); 3] = [
    (Effort { tries: 1, steps: 100, patience: 50 }, 256),
    (Effort { tries: 4, steps: 200, patience: 100 }, 32),
    (Effort { tries: 12, steps: 300, patience: 200 }, usize::MAX),
];
const AGAIN: Effort = Effort { tries: 3, steps: 100, patience: 25 };

/// So often the number of cells hidden for one that fails again is doubled.
const MOST_DOUBLINGS: u32 = 12;

/// Chooses what to hide in cells that are all tied; see [`suppress`](super::components::suppress).
pub(super) fn suppress_tied(system: &System, cells: &[Cell], values: usize, watch: &Watch) -> Result<Pattern, Contradiction> {
    let mut suppressor = Suppressor::new(system, cells, values, watch);
    suppressor.hide()?;
    suppressor.publish_again()?;
    Ok(suppressor.pattern())
}

struct Suppressor<'s> {
    system: &'s System,
    cells: &'s [Cell],
    values: usize,
    hidden: Vec<bool>,
    is_target: Vec<bool>,
    exposed: Vec<u32>,
    watch: &'s Watch,
    witnesses: Witnesses,
    /// How often a cell has failed.
    failures: HashMap<u32, u32>,
}

/// Other tables, and the numbers that cells have in them.
struct Witnesses {
    moves: Vec<Move>,
    /// By cell, the moves that change it.
    touching: Vec<Vec<u32>>,
    /// By move, the small cells of which it shows a number.
    serves: Vec<Vec<u32>>,
    /// By small cell, other numbers it can have, each with the move that shows it.
    seen: Vec<Vec<(i64, u32)>>,
}

impl<'s> Suppressor<'s> {
    fn new(system: &'s System, cells: &'s [Cell], values: usize, watch: &'s Watch) -> Self {
        let hidden = cells.iter().map(|cell| cell.place == Place::Hidden || (cell.is_small && cell.place == Place::Open)).collect();
        Self {
            system,
            cells,
            values,
            hidden,
            is_target: cells.iter().map(|cell| cell.is_small && cell.place != Place::Public).collect(),
            exposed: Vec::new(),
            watch,
            witnesses: Witnesses {
                moves: Vec::new(),
                serves: Vec::new(),
                touching: vec![Vec::new(); cells.len()],
                seen: vec![Vec::new(); cells.len()],
            },
            failures: HashMap::new(),
        }
    }

    fn targets(&self) -> Vec<u32> {
        (0..self.cells.len() as u32).filter(|cell| self.is_target[*cell as usize]).collect()
    }

    /// What the public sees of each cell.
    fn view(&self) -> Vec<(i64, i64)> {
        view(self.system, self.cells, &self.hidden)
    }

    fn search(&self, bounds: &Bounds) -> Search<'s> {
        let numbers: Vec<i64> = self.cells.iter().map(|cell| cell.number).collect();
        Search::new(self.system, &numbers, |cell| bounds.of(cell))
    }

    /// Hides small cells and neighbours, until each small cell has its witnesses.
    fn hide(&mut self) -> Result<(), Contradiction> {
        loop {
            self.watch.look();
            let bounds = Bounds::new(self.system, self.view())?;
            let targets = self.targets();
            let is_narrow = |cell: &u32| bounds.width(*cell) < self.values as i64;
            let mut failed: Vec<u32> = targets.iter().copied().filter(is_narrow).collect();
            if failed.is_empty() {
                failed = self.without_witnesses(targets, &bounds);
            }
            if failed.is_empty() {
                return Ok(());
            }
            self.hide_neighbours(&failed, &bounds);
        }
    }

    /// Looks for witnesses; the cells for which there are none, or the first of them if there are many.
    fn without_witnesses(&mut self, mut cells: Vec<u32>, bounds: &Bounds) -> Vec<u32> {
        let mut search = self.search(bounds);
        for (effort, many) in EFFORTS {
            let mut failed = Vec::new();
            for cell in cells {
                self.watch.look();
                if !self.witnesses.look_for(cell, &mut search, self.values, effort, &self.is_target) {
                    failed.push(cell);
                }
                if failed.len() == many {
                    return failed;
                }
            }
            cells = failed;
        }
        cells
    }

    /// Hides for each cell one that its bounds follow from, or near ones; a cell without any is given away.
    fn hide_neighbours(&mut self, failed: &[u32], bounds: &Bounds) {
        let before = self.hidden.clone();
        for cell in failed {
            self.watch.look();
            let proof = bounds.proof(*cell, |near| self.cells[near as usize].place == Place::Open && !before[near as usize]);
            // Each time that it fails again, twice as many: what is too much is published again in the end.
            let failures = self.failures.entry(*cell).or_default();
            let many = 1_usize << (*failures / 6).min(MOST_DOUBLINGS);
            *failures += 1;
            if many == 1 && proof.iter().any(|near| self.hidden[*near as usize]) {
                continue;
            }
            if let Some(cheapest) =
                proof.iter().filter(|near| !self.hidden[**near as usize]).min_by_key(|near| self.cells[**near as usize].rank)
            {
                self.hidden[*cheapest as usize] = true;
                if many == 1 {
                    continue;
                }
            }
            if !self.hide_near(*cell, &before, many) {
                self.is_target[*cell as usize] = false;
                self.exposed.push(*cell);
            }
        }
    }

    fn is_published(&self, cell: u32) -> bool {
        self.cells[cell as usize].place == Place::Open && !self.hidden[cell as usize]
    }

    /// Hides so many of the nearest published cells, the cheapest of the same distance first, less those that were hidden just now;
    /// false if there are none.
    fn hide_near(&mut self, cell: u32, before: &[bool], many: usize) -> bool {
        let (mut ring, mut found) = (vec![cell], 0);
        let mut met = HashSet::from([cell]);
        while !ring.is_empty() && found < many {
            let mut next = Vec::new();
            for from in &ring {
                for (relation, _) in self.system.of_cell.of(*from) {
                    next.extend(self.system.terms.of(*relation).iter().map(|(cell, _)| *cell).filter(|cell| met.insert(*cell)));
                }
            }
            found += next.iter().filter(|near| self.hidden[**near as usize] && !before[**near as usize]).count();
            let mut published: Vec<u32> = next.iter().copied().filter(|near| self.is_published(*near)).collect();
            published.sort_unstable_by_key(|near| self.cells[*near as usize].rank);
            for near in published.into_iter().take(many.saturating_sub(found)) {
                self.hidden[near as usize] = true;
                found += 1;
            }
            ring = next;
        }
        found > 0
    }

    /// Publishes again what no small cell needs.
    fn publish_again(&mut self) -> Result<(), Contradiction> {
        let mut bounds = Bounds::new(self.system, self.view())?;
        let mut search = self.search(&bounds);
        let is_secondary = |nth: &u32| {
            let cell = &self.cells[*nth as usize];
            self.hidden[*nth as usize] && !cell.is_small && cell.place == Place::Open
        };
        let mut secondary: Vec<u32> = (0..self.cells.len() as u32).filter(is_secondary).collect();
        secondary.sort_by_key(|nth| std::cmp::Reverse(self.cells[*nth as usize].rank));
        for cell in secondary {
            self.watch.look();
            if self.can_be_published(cell, &mut bounds, &mut search) {
                self.hidden[cell as usize] = false;
                bounds.keep();
            } else {
                let changed: Vec<u32> = bounds.changed().collect();
                bounds.forget();
                for cell in changed {
                    search.bound(cell, bounds.of(cell));
                }
            }
        }
        Ok(())
    }

    /// True if every small cell keeps enough witnesses when a cell is published.
    fn can_be_published(&mut self, cell: u32, bounds: &mut Bounds, search: &mut Search) -> bool {
        if self.leaves_one_alone(cell, bounds) {
            return false;
        }
        if bounds.learn(cell, self.cells[cell as usize].number).is_err() {
            return false;
        }
        let is_given_away = |changed: u32| self.is_target[changed as usize] && bounds.width(changed) < self.values as i64;
        if bounds.changed().any(is_given_away) {
            return false;
        }
        for changed in bounds.changed() {
            search.bound(changed, bounds.of(changed));
        }
        let lost: Vec<u32> = self.witnesses.touching[cell as usize].clone();
        let mut short: Vec<u32> = lost.iter().flat_map(|of| &self.witnesses.serves[*of as usize]).copied().collect();
        short.sort_unstable();
        short.dedup();
        let mut before = Vec::new();
        for near in short {
            let seen = &mut self.witnesses.seen[near as usize];
            let is_lost = |of: &u32| lost.binary_search(of).is_ok(); // moves are numbered as they come
            if seen.iter().any(|(_, of)| is_lost(of)) {
                before.push((near, seen.clone()));
                seen.retain(|(_, of)| !is_lost(of));
            }
        }
        let is_kept = before.iter().all(|(near, _)| self.witnesses.look_for(*near, search, self.values, AGAIN, &self.is_target));
        if is_kept {
            self.witnesses.touching[cell as usize].clear();
        } else {
            for (near, seen) in before {
                self.witnesses.seen[near as usize] = seen;
            }
        }
        is_kept
    }

    /// True if a small cell would be hidden alone without this one, and known too well as a small one.
    fn leaves_one_alone(&mut self, cell: u32, bounds: &Bounds) -> bool {
        self.hidden[cell as usize] = false;
        let near = self.system.of_cell.of(cell).iter().flat_map(|(relation, _)| self.system.terms.of(*relation)).map(|(near, _)| *near);
        let is_left = |near: u32| self.hidden[near as usize] && is_alone(self.system, self.cells, &self.hidden, near);
        let is_known = |near: u32| bounds.of(near).1 > self.cells[near as usize].small;
        let found = near.into_iter().any(|near| near != cell && is_left(near) && is_known(near));
        self.hidden[cell as usize] = true;
        found
    }

    fn pattern(self) -> Pattern {
        let Witnesses { moves, seen, .. } = &self.witnesses;
        let of = |cell: u32| seen[cell as usize].iter().map(|(_, nth)| moves[*nth as usize].clone()).collect();
        let witnesses = self.targets().into_iter().map(|cell| (cell, of(cell))).collect();
        Pattern { hidden: self.hidden, exposed: self.exposed, witnesses }
    }
}

/// What the public sees of each cell.
pub(super) fn view(system: &System, cells: &[Cell], hidden: &[bool]) -> Vec<(i64, i64)> {
    let seen = |(nth, (cell, is_hidden)): (u32, (&Cell, &bool))| match cell.place {
        Place::Absent => cell.known,
        _ if !is_hidden => (cell.number, cell.number),
        _ if is_alone(system, cells, hidden, nth) => (cell.known.0, cell.small),
        _ => cell.known,
    };
    (0..).zip(cells.iter().zip(hidden)).map(seen).collect()
}

/// True for a small cell that nothing hidden or unpublished is tied to: it can be hidden for its own sake alone.
fn is_alone(system: &System, cells: &[Cell], hidden: &[bool], cell: u32) -> bool {
    let is_unseen = |near: u32| hidden[near as usize] || cells[near as usize].place == Place::Absent;
    let of = system.of_cell.of(cell).iter().flat_map(|(relation, _)| system.terms.of(*relation));
    cells[cell as usize].is_small && !of.into_iter().any(|(near, _)| *near != cell && is_unseen(*near))
}

impl Witnesses {
    fn are_enough(&self, cell: u32, values: usize) -> bool {
        self.seen[cell as usize].len() + 1 >= values
    }

    /// Looks until a cell can be enough numbers; true if so.
    fn look_for(&mut self, cell: u32, search: &mut Search, values: usize, effort: Effort, is_target: &[bool]) -> bool {
        let once = Effort { tries: 1, ..effort };
        let number = search.number(cell);
        for _ in 0..effort.tries {
            for away in (1..=values as i64).flat_map(|away| [away, -away]) {
                if self.are_enough(cell, values) {
                    return true;
                }
                let (least, most) = search.range(cell);
                let other = number + away;
                if other < least || other > most || self.seen[cell as usize].iter().any(|(seen, _)| *seen == other) {
                    continue;
                }
                if let Some(found) = search.with(cell, other, once) {
                    self.keep(found, search, values, is_target);
                }
            }
        }
        self.are_enough(cell, values)
    }

    /// Keeps a move, and where one is not enough its multiples, for all small cells that it changes.
    fn keep(&mut self, found: Move, search: &mut Search, values: usize, is_target: &[bool]) {
        let most = values as i64 - 1;
        let times = (1..=most).flat_map(|times| [times, -times]);
        for times in times.filter(|times| *times != -1 || values > 2) {
            let scaled: Move = found.iter().map(|(cell, by)| (*cell, by * times)).collect();
            if times != 1 && !search.fits(&scaled) {
                continue;
            }
            let nth = self.moves.len() as u32;
            let mut serves = Vec::new();
            for (cell, by) in scaled.iter().filter(|(cell, _)| is_target[*cell as usize]) {
                let other = search.number(*cell) + by;
                let seen = &mut self.seen[*cell as usize];
                if seen.len() + 1 < values && seen.iter().all(|(number, _)| *number != other) {
                    seen.push((other, nth));
                    serves.push(*cell);
                }
            }
            if !serves.is_empty() {
                for (cell, _) in &scaled {
                    self.touching[*cell as usize].push(nth);
                }
                self.moves.push(scaled);
                self.serves.push(serves);
            }
        }
    }
}

/// A hidden cell of which nothing is known but that it is at least so much.
pub(super) const fn at_least(least: i64) -> (i64, i64) {
    (least, UNBOUNDED)
}
