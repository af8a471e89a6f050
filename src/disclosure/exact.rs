//! The third opinion: an integer program for what bounds and witnesses leave open, and for exact bounds on request.

use super::bounds::Bounds;
use super::relations::{System, UNBOUNDED};
use crate::task;
use microlp::{ComparisonOp, OptimizationDirection, Problem, SolutionStatus, SolveOptions, Variable};

/// Branches looked at for one bound of one cell.
const NODES: u64 = 20_000;

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
        let mut problem = Problem::new(if is_most { OptimizationDirection::Maximize } else { OptimizationDirection::Minimize });
        let times = |inner: u32| self.system.members.of(cell).iter().find(|(of, _)| *of == inner).map_or(0, |(_, times)| *times);
        let variables: Vec<Option<Variable>> = (0..)
            .zip(&self.system.inner)
            .map(|(nth, inner)| {
                let (least, most) = self.bounds.of(*inner);
                let within = |bound: i64| i32::try_from(bound).unwrap_or(i32::MAX);
                (least < most).then(|| problem.add_integer_var(f64::from(times(nth)), (within(least), within(most))))
            })
            .collect();
        for row in 0..self.system.cells() as u32 {
            if self.system.members.of(row).len() > 1 {
                self.constrain(&mut problem, &variables, self.system.members.of(row), self.bounds.of(row));
            }
        }
        for (terms, range) in self.system.extra.iter().zip(&self.system.extra_range) {
            self.constrain(&mut problem, &variables, terms, *range);
        }
        let mut options = SolveOptions::default();
        options.node_limit = Some(NODES);
        let found = problem.solve_with(options).ok()?.into_solution().ok()?;
        let inner: Vec<i64> = variables
            .iter()
            .zip(&self.system.inner)
            .map(|(variable, cell)| variable.map_or(self.bounds.of(*cell).0, |variable| found.var_value(variable).round() as i64))
            .collect();
        let number = |cell: u32| self.system.members.of(cell).iter().map(|(of, times)| inner[*of as usize] * i64::from(*times)).sum();
        let numbers: Vec<i64> = (0..self.system.cells() as u32).map(number).collect();
        // What a solver says is added up: its numbers are floats.
        let fits = (0..).zip(&numbers).all(|(cell, number)| {
            let (least, most) = self.bounds.of(cell);
            (least..=most).contains(number)
        });
        (fits && self.keeps(&numbers)).then(|| Extreme { numbers, is_proven: found.status() == SolutionStatus::Optimal })
    }

    fn keeps(&self, numbers: &[i64]) -> bool {
        self.system.terms.iter().zip(&self.system.range).all(|(terms, (least, most))| {
            let sum: i64 = terms.iter().map(|(cell, times)| numbers[*cell as usize] * i64::from(*times)).sum();
            (*least..=*most).contains(&sum)
        })
    }

    fn constrain(&self, problem: &mut Problem, variables: &[Option<Variable>], terms: &[(u32, i32)], (least, most): (i64, i64)) {
        let mut known = 0;
        let mut sum: Vec<(Variable, f64)> = Vec::new();
        for (inner, times) in terms {
            match variables[*inner as usize] {
                Some(variable) => sum.push((variable, f64::from(*times))),
                None => known += self.bounds.of(self.system.inner[*inner as usize]).0 * i64::from(*times),
            }
        }
        if sum.is_empty() {
            return;
        }
        if least == most {
            problem.add_constraint(sum.as_slice(), ComparisonOp::Eq, (least - known) as f64);
            return;
        }
        if least > -UNBOUNDED {
            problem.add_constraint(sum.as_slice(), ComparisonOp::Ge, (least - known) as f64);
        }
        if most < UNBOUNDED {
            problem.add_constraint(sum.as_slice(), ComparisonOp::Le, (most - known) as f64);
        }
    }
}
