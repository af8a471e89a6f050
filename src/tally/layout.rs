//! A pass made ready for machines: its columns, its stem and its factors.

use super::classes::{Input, InputKind};
use super::pass::{Pass, PresenceRule};
use crate::question::How;
use std::collections::BTreeMap;

/// What a machine does with the rows of a factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight<'a> {
    Rows,
    Sum(&'a str),
    Distinct(&'a str),
}

/// A pass made ready for machines.
#[derive(Debug)]
pub(super) struct Layout<'a> {
    pub pass: Pass<'a>,
    pub inputs: Vec<Input<'a>>,
    pub stem: Vec<usize>,
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

    pub fn pass(&self) -> &Pass<'a> {
        &self.pass
    }

    /// The column whose classes are communes, where rows of the period tell who sent records.
    pub fn communes(&self) -> Option<usize> {
        match self.pass.presence_rule() {
            PresenceRule::Never | PresenceRule::AnyRow => None,
            PresenceRule::InPeriod => Some(0),
            PresenceRule::Separately => self.inputs.iter().position(|a| a.kind == InputKind::Commune),
        }
    }
}
