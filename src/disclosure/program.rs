//! Integer programs, and who solves them: microlp, in pure Rust; or HiGHS, where the feature `highs` is on.
//!
//! Both work in floats. What they answer is rounded, and added up in integers by who asked.

use super::relations::UNBOUNDED;

/// Branches looked at for one program.
const NODES: u32 = 20_000;

/// Whole numbers between bounds, rows of them that are between bounds, and a sum to be made least or most.
pub(super) struct Program {
    pub is_most: bool,
    /// By variable: how often it is in the sum, the least and the most that it can be.
    pub variables: Vec<(i32, i64, i64)>,
    pub rows: Vec<Row>,
}

/// `least` ≤ Σ terms ≤ `most`, each term a variable and how often.
pub(super) struct Row {
    pub terms: Vec<(usize, i32)>,
    pub least: i64,
    pub most: i64,
}

/// The numbers of the variables.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub numbers: Vec<i64>,
    /// True if no others make the sum less, or more.
    pub is_proven: bool,
}

impl Program {
    /// None if there are no such numbers, or if nothing bounds the sum.
    pub fn solve(&self) -> Option<Answer> {
        #[cfg(not(feature = "highs"))]
        return self.by_microlp();
        #[cfg(feature = "highs")]
        return self.by_highs();
    }

    #[cfg(any(not(feature = "highs"), test))]
    fn by_microlp(&self) -> Option<Answer> {
        use microlp::{ComparisonOp, OptimizationDirection, Problem, SolutionStatus, SolveOptions, Variable};
        let mut problem = Problem::new(if self.is_most { OptimizationDirection::Maximize } else { OptimizationDirection::Minimize });
        let within = |bound: i64| i32::try_from(bound).unwrap_or(i32::MAX);
        let variable = |(times, least, most): &(i32, i64, i64)| problem.add_integer_var(f64::from(*times), (within(*least), within(*most)));
        let variables: Vec<Variable> = self.variables.iter().map(variable).collect();
        for Row { terms, least, most } in &self.rows {
            let sum: Vec<(Variable, f64)> = terms.iter().map(|(nth, times)| (variables[*nth], f64::from(*times))).collect();
            let bounds = if least == most {
                [Some((ComparisonOp::Eq, least)), None]
            } else {
                let is_bound = |bound: &i64| bound.abs() < UNBOUNDED;
                [Some((ComparisonOp::Ge, least)).filter(|_| is_bound(least)), Some((ComparisonOp::Le, most)).filter(|_| is_bound(most))]
            };
            for (is, bound) in bounds.into_iter().flatten() {
                problem.add_constraint(sum.as_slice(), is, *bound as f64);
            }
        }
        let mut options = SolveOptions::default();
        options.node_limit = Some(NODES.into());
        let found = problem.solve_with(options).ok()?.into_solution().ok()?;
        let numbers = variables.iter().map(|variable| found.var_value(*variable).round() as i64).collect();
        Some(Answer { numbers, is_proven: found.status() == SolutionStatus::Optimal })
    }

    #[cfg(feature = "highs")]
    fn by_highs(&self) -> Option<Answer> {
        use highs::{HighsModelStatus, RowProblem, Sense};
        let range = |least: i64, most: i64| {
            let bound = |bound: i64| if bound.abs() < UNBOUNDED { bound as f64 } else { f64::INFINITY.copysign(bound as f64) };
            bound(least)..=bound(most)
        };
        let mut problem = RowProblem::default();
        let column = |(times, least, most): &(i32, i64, i64)| problem.add_integer_column(f64::from(*times), range(*least, *most));
        let columns: Vec<highs::Col> = self.variables.iter().map(column).collect();
        for Row { terms, least, most } in &self.rows {
            problem.add_row(range(*least, *most), terms.iter().map(|(nth, times)| (columns[*nth], f64::from(*times))));
        }
        let mut model = problem.optimise(if self.is_most { Sense::Maximise } else { Sense::Minimise });
        model.make_quiet();
        // One thread and no clock: the same answer on every machine.
        model.set_option("threads", 1);
        model.set_option("parallel", "off");
        model.set_option("mip_rel_gap", 0.0);
        model.set_option("mip_max_nodes", NODES as i32);
        let solved = model.try_solve().ok()?;
        let is_proven = match solved.status() {
            HighsModelStatus::Optimal => true,
            // The end of its branches: what it has found till then, which may be nothing and will not add up.
            HighsModelStatus::ReachedSolutionLimit | HighsModelStatus::ReachedIterationLimit => false,
            _ => return None,
        };
        let numbers = solved.get_solution().columns().iter().map(|number| number.round() as i64).collect();
        Some(Answer { numbers, is_proven })
    }
}

#[cfg(test)]
mod tests {
    use super::{Program, Row, UNBOUNDED};

    /// x + 2y ≤ 7, x − y ≥ 1, all at least 0; what is x + 3y at most, and at least?
    fn program(is_most: bool) -> Program {
        let rows = vec![
            Row { terms: vec![(0, 1), (1, 2)], least: -UNBOUNDED, most: 7 },
            Row { terms: vec![(0, 1), (1, -1)], least: 1, most: UNBOUNDED },
        ];
        Program { is_most, variables: vec![(1, 0, 9), (3, 0, 9)], rows }
    }

    #[test]
    fn a_small_program_is_solved_to_the_end() {
        // Where x = 3 and y = 2, x + 3y is 9; y = 3 asks for x ≥ 4 and x ≤ 1. The least is at x = 1, y = 0.
        let sum = |is_most: bool| program(is_most).solve().map(|of| (of.numbers[0] + 3 * of.numbers[1], of.is_proven));
        assert_eq!([sum(false), sum(true)], [Some((1, true)), Some((9, true))]);
    }

    #[test]
    fn rows_that_contradict_each_other_have_no_answer() {
        let mut program = program(true);
        program.rows.push(Row { terms: vec![(0, 1)], least: 0, most: 0 });
        assert_eq!(program.solve(), None);
    }

    #[cfg(feature = "highs")]
    #[test]
    fn both_solvers_find_the_same_extremes() {
        use rand_pcg::Pcg64Mcg;
        use rand_pcg::rand_core::Rng;
        let mut random = Pcg64Mcg::new(1);
        let mut below = move |n: u64| (random.next_u64() >> 33) % n;
        let mut solved = 0;
        for nth in 0..300 {
            let many = 2 + below(6) as usize;
            let numbers: Vec<i64> = (0..many).map(|_| below(9) as i64).collect();
            let mut rows = Vec::new();
            for _ in 0..=below(4) {
                let mut terms: Vec<(usize, i32)> = Vec::new();
                for of in 0..many {
                    let times = [0, 0, 0, 0, 1, 1, 1, -1][below(8) as usize];
                    terms.extend((times != 0).then_some((of, times)));
                }
                let sum: i64 = terms.iter().map(|(of, times)| numbers[*of] * i64::from(*times)).sum();
                let [least, most] = [(sum, sum), (sum - 2, UNBOUNDED), (-UNBOUNDED, sum + 1)][below(3) as usize].into();
                if !terms.is_empty() {
                    rows.push(Row { terms, least, most });
                }
            }
            let program = Program { is_most: nth % 2 == 0, variables: vec![(1, 0, 12); many], rows };
            let sum = |of: super::Answer| (of.numbers.iter().sum::<i64>(), of.is_proven);
            let found = [program.by_microlp().map(sum), program.by_highs().map(sum)];
            assert_eq!(found[0], found[1], "program {nth}");
            solved += u32::from(found[0].is_some_and(|(_, is_proven)| is_proven));
        }
        assert_eq!(solved, 300);
    }
}
