//! The third opinion: an integer program for what bounds and witnesses leave open, and for exact bounds on request.

use super::bounds::Bounds;
use super::program::{Program, Row};
use super::relations::{System, UNBOUNDED};
use crate::task;

/// All tables that agree with what is published, as an integer program over inner cells.
pub(super) struct Exact<'s> {
    system: &'s System,
    bounds: &'s Bounds<'s>,
}

/// The table in which a cell is least, or most.
pub(super) struct Extreme {
    /// The number of every cell.
    pub numbers: Vec<i64>,
    /// True if no table has it lower, or higher.
    pub is_proven: bool,
}

impl<'s> Exact<'s> {
    pub fn new(system: &'s System, bounds: &'s Bounds<'s>) -> Self {
        Self { system, bounds }
    }

    /// The table in which a cell is least, or most; none if the search ended before it found one, or if nothing bounds it.
    pub fn extreme(&self, cell: u32, is_most: bool) -> Option<Extreme> {
        task::look();
        let times = |inner: u32| self.system.members.of(cell).iter().find(|(of, _)| *of == inner).map_or(0, |(_, times)| *times);
        let mut program = Program { is_most, variables: Vec::new(), rows: Vec::new() };
        let mut variable_of: Vec<Option<usize>> = Vec::with_capacity(self.system.inner.len());
        for (nth, inner) in (0..).zip(&self.system.inner) {
            let (least, most) = self.bounds.of(*inner);
            variable_of.push((least < most).then_some(program.variables.len()));
            program.variables.extend((least < most).then(|| (times(nth), least, most)));
        }
        for row in 0..self.system.cells() as u32 {
            if self.system.members.of(row).len() > 1 {
                program.rows.extend(self.row(&variable_of, self.system.members.of(row), self.bounds.of(row)));
            }
        }
        for (terms, range) in self.system.extra.iter().zip(&self.system.extra_range) {
            program.rows.extend(self.row(&variable_of, terms, *range));
        }
        let found = program.solve()?;
        let inner: Vec<i64> = variable_of
            .iter()
            .zip(&self.system.inner)
            .map(|(variable, cell)| variable.map_or(self.bounds.of(*cell).0, |variable| found.numbers[variable]))
            .collect();
        let number = |cell: u32| self.system.members.of(cell).iter().map(|(of, times)| inner[*of as usize] * i64::from(*times)).sum();
        let numbers: Vec<i64> = (0..self.system.cells() as u32).map(number).collect();
        // What a solver says is added up: its numbers are floats.
        let fits = (0..).zip(&numbers).all(|(cell, number)| {
            let (least, most) = self.bounds.of(cell);
            (least..=most).contains(number)
        });
        (fits && self.keeps(&numbers)).then_some(Extreme { numbers, is_proven: found.is_proven })
    }

    fn keeps(&self, numbers: &[i64]) -> bool {
        self.system.terms.iter().zip(&self.system.range).all(|(terms, (least, most))| {
            let sum: i64 = terms.iter().map(|(cell, times)| numbers[*cell as usize] * i64::from(*times)).sum();
            (*least..=*most).contains(&sum)
        })
    }

    /// A row of what is not known; none if all of it is.
    fn row(&self, variable_of: &[Option<usize>], terms: &[(u32, i32)], (least, most): (i64, i64)) -> Option<Row> {
        let mut known = 0;
        let mut open: Vec<(usize, i32)> = Vec::new();
        for (inner, times) in terms {
            match variable_of[*inner as usize] {
                Some(variable) => open.push((variable, *times)),
                None => known += self.bounds.of(self.system.inner[*inner as usize]).0 * i64::from(*times),
            }
        }
        let without = |bound: i64| if bound.abs() < UNBOUNDED { bound - known } else { bound };
        (!open.is_empty()).then(|| Row { terms: open, least: without(least), most: without(most) })
    }
}
