//! A pass prepared for machines: its inputs, its stem and its factors.

use super::classes::{Input, InputKind};
use super::pass::{Pass, PresenceRule};
use crate::question::How;
use std::collections::BTreeMap;

/// How the rows of a factor are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight<'a> {
    Rows,
    Sum(&'a str),
    Distinct(&'a str),
}

/// A pass prepared for machines.
#[derive(Debug)]
pub(super) struct Layout<'a> {
    pub pass: Pass<'a>,
    pub inputs: Vec<Input<'a>>,
    /// Inputs of the stem.
    pub stem: Vec<usize>,
    /// Way of counting, inputs of the extras, series.
    pub factors: Vec<(Weight<'a>, Vec<usize>, Vec<usize>)>,
}

impl<'a> Layout<'a> {
    pub fn new(pass: Pass<'a>) -> Self {
        let inputs = Input::all(&pass);
        let stem: Vec<usize> = (1..inputs.len()).filter(|c| inputs[*c].is_stem(&pass)).collect();
        let mut factors: BTreeMap<(Weight, Vec<usize>), Vec<usize>> = BTreeMap::new();
        let extras_of = |series: &[usize]| -> Vec<usize> {
            let names = pass.names(series);
            (1..inputs.len()).filter(|c| !stem.contains(c) && inputs[*c].names.iter().any(|n| names.contains(n))).collect()
        };
        for series in &pass.series {
            let (weight, extras) = match &pass.question.series[*series].how {
                How::Rows => (Weight::Rows, extras_of(&[*series])),
                How::Sum(column) => (Weight::Sum(column), extras_of(&[*series])),
                How::Distinct(column) => {
                    let all: Vec<usize> = pass.series.iter().copied().filter(|s| pass.key_of(*s) == Some(column)).collect();
                    (Weight::Distinct(column), extras_of(&all))
                }
            };
            factors.entry((weight, extras)).or_default().push(*series);
        }
        let factors = factors.into_iter().map(|((weight, extras), series)| (weight, extras, series)).collect();
        Self { pass, inputs, stem, factors }
    }

    /// The input whose classes are communes, if rows of the period show who sent records.
    pub fn communes(&self) -> Option<usize> {
        match self.pass.presence_rule() {
            PresenceRule::Never | PresenceRule::AnyRow => None,
            PresenceRule::InPeriod => Some(0),
            PresenceRule::Separately => self.inputs.iter().position(|a| a.kind == InputKind::Commune),
        }
    }
}
