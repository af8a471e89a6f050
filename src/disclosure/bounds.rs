//! What follows for each cell from what is published: bounds carried along the relations until nothing changes.
//!
//! The bounds are valid, whatever is hidden; they need not be the tightest that there are.

use super::relations::{System, UNBOUNDED};
use std::collections::{HashSet, VecDeque};

/// Relations looked at, for each there is: bounds can creep by one a step where they never meet.
const LOOKS: usize = 256;

/// The bounds contradict each other: no table of counts is like that.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Contradiction;

/// The least and the most that each cell can be.
#[derive(Debug, Clone)]
pub(super) struct Bounds<'s> {
    system: &'s System,
    range: Vec<(i64, i64)>,
    /// What was there before each change, to go back.
    trail: Vec<(u32, (i64, i64))>,
    /// By cell, the relation that last raised its least and lowered its most.
    reason: Vec<[Option<u32>; 2]>,
    waiting: VecDeque<u32>,
    is_waiting: Vec<bool>,
}

impl<'s> Bounds<'s> {
    /// The bounds that follow from those given for each cell.
    pub fn new(system: &'s System, given: Vec<(i64, i64)>) -> Result<Self, Contradiction> {
        let relations = system.terms.len();
        let waiting = (0..relations as u32).collect();
        let reason = vec![[None; 2]; given.len()];
        let mut bounds = Self { system, range: given, trail: Vec::new(), reason, waiting, is_waiting: vec![true; relations] };
        bounds.settle()?;
        bounds.trail.clear();
        Ok(bounds)
    }

    pub fn of(&self, cell: u32) -> (i64, i64) {
        self.range[cell as usize]
    }

    /// How many numbers a cell can be.
    pub fn width(&self, cell: u32) -> i64 {
        let (least, most) = self.of(cell);
        most - least + 1
    }

    /// What has changed since bounds were new.
    pub fn changed(&self) -> impl Iterator<Item = u32> {
        self.trail.iter().map(|(cell, _)| *cell)
    }

    /// Learns the number of a cell, and all that follows.
    pub fn learn(&mut self, cell: u32, number: i64) -> Result<(), Contradiction> {
        self.narrow(cell, number, number, None)?;
        self.settle()
    }

    /// The cells whose published numbers give the bounds of a cell, the nearest first.
    pub fn proof(&self, cell: u32, is_published: impl Fn(u32) -> bool) -> Vec<u32> {
        let (mut proof, mut at) = (Vec::new(), 0);
        let mut met = HashSet::from([(cell, 0), (cell, 1)]);
        let mut waiting = vec![(cell, 0_usize), (cell, 1)];
        while let Some((cell, side)) = waiting.get(at).copied() {
            at += 1;
            let Some(relation) = self.reason[cell as usize][side] else { continue };
            let terms = self.system.terms.of(relation);
            let Some((_, of_cell)) = terms.iter().find(|(of, _)| *of == cell) else { continue };
            for (near, times) in terms.iter().filter(|(near, _)| *near != cell) {
                // What is left for a cell is least where the others are most, unless they have the other sign.
                let side = if (*times > 0) == (*of_cell > 0) { 1 - side } else { side };
                if is_published(*near) {
                    if met.insert((*near, 0)) {
                        proof.push(*near);
                    }
                } else if met.insert((*near, side)) {
                    waiting.push((*near, side));
                }
            }
        }
        proof
    }

    /// Forgets all that was learnt since the bounds were new.
    pub fn forget(&mut self) {
        for (cell, before) in self.trail.drain(..).rev() {
            self.range[cell as usize] = before;
        }
        for relation in self.waiting.drain(..) {
            self.is_waiting[relation as usize] = false;
        }
    }

    /// Keeps what was learnt.
    pub fn keep(&mut self) {
        self.trail.clear();
    }

    fn narrow(&mut self, cell: u32, least: i64, most: i64, reason: Option<u32>) -> Result<(), Contradiction> {
        let before = self.range[cell as usize];
        let now = (before.0.max(least), before.1.min(most));
        if now.0 > now.1 {
            return Err(Contradiction);
        }
        if now != before {
            self.trail.push((cell, before));
            self.range[cell as usize] = now;
            let of = &mut self.reason[cell as usize];
            *of = [if now.0 > before.0 { reason } else { of[0] }, if now.1 < before.1 { reason } else { of[1] }];
            for (relation, _) in self.system.of_cell.of(cell) {
                if !std::mem::replace(&mut self.is_waiting[*relation as usize], true) {
                    self.waiting.push_back(*relation);
                }
            }
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<(), Contradiction> {
        let mut looks = LOOKS * (self.system.terms.len() + 1);
        while let Some(relation) = self.waiting.pop_front() {
            self.is_waiting[relation as usize] = false;
            if looks > 0 {
                looks -= 1;
                self.carry(relation)?;
            }
        }
        Ok(())
    }

    /// Carries bounds along one relation.
    fn carry(&mut self, relation: u32) -> Result<(), Contradiction> {
        let system = self.system;
        let terms = system.terms.of(relation);
        let (least, most) = system.range[relation as usize];
        let (mut sum_least, mut sum_most) = (Sum::default(), Sum::default());
        for (cell, times) in terms {
            let (low, high) = self.term(*cell, *times);
            sum_least.add(low);
            sum_most.add(high);
        }
        for (cell, times) in terms {
            let (low, high) = self.term(*cell, *times);
            // What the others leave for this term.
            let new_high = sum_least.without(low).filter(|_| most < UNBOUNDED).map_or(high, |others| high.min(most - others));
            let new_low = sum_most.without(high).filter(|_| least > -UNBOUNDED).map_or(low, |others| low.max(least - others));
            if new_low > low || new_high < high {
                let times = i64::from(*times);
                let by = times.abs();
                let (low, high) = if times > 0 { (new_low, new_high) } else { (-new_high, -new_low) };
                let low = if low <= -UNBOUNDED { low } else { -(-low).div_euclid(by) };
                let high = if high >= UNBOUNDED { high } else { high.div_euclid(by) };
                self.narrow(*cell, low, high, Some(relation))?;
            }
        }
        Ok(())
    }

    /// The least and the most of a cell times a number.
    fn term(&self, cell: u32, times: i32) -> (i64, i64) {
        let (least, most) = self.range[cell as usize];
        let times = i64::from(times);
        let by = |bound: i64| if bound >= UNBOUNDED { UNBOUNDED * times.signum() } else { bound * times };
        if times > 0 { (by(least), by(most)) } else { (by(most), by(least)) }
    }
}

/// A sum in which some terms may be unbounded.
#[derive(Default)]
struct Sum {
    known: i64,
    unbounded: u32,
}

impl Sum {
    fn add(&mut self, bound: i64) {
        if bound.abs() >= UNBOUNDED { self.unbounded += 1 } else { self.known += bound }
    }

    /// The sum of the other terms, if all of them are bounded.
    fn without(&self, bound: i64) -> Option<i64> {
        let is_unbounded = bound.abs() >= UNBOUNDED;
        (self.unbounded == u32::from(is_unbounded)).then(|| self.known - if is_unbounded { 0 } else { bound })
    }
}
