//! Classes: values that no condition and no dimension of a pass distinguishes.
//!
//! Some six thousand days of birth become a few dozen classes. Conditions are then evaluated once for each combination of
//! classes that occurs, not for each row.

use super::pass::{CategoryCodes, Columns, Pass, PresenceRule};
use crate::catalogue::{Condition, Time};
use crate::error::Result;
use crate::question::IN_PERIOD;
use crate::record::{Encoded, Encoder, Rows};
use polars_core::prelude::PlHashMap;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// What an input is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum InputKind {
    /// The area of a row at the question's level.
    Place,
    /// The commune of a row, if the question's level is wider: presence is noted by commune at every level.
    Commune,
    /// Everything derived from the possible days of birth of a child in the register.
    Births,
    /// Whether an event is in the period.
    Period,
    /// One name, as read by the encoder.
    Name,
}

impl InputKind {
    pub fn is_area(&self) -> bool {
        matches!(self, Self::Place | Self::Commune)
    }
}

/// One input of the machine: its names, and the conditions and dimensions that read them.
#[derive(Debug)]
pub(super) struct Input<'a> {
    pub kind: InputKind,
    pub names: Vec<&'a str>,
    leaves: Vec<&'a Condition>,
    /// Block and dimension.
    dimensions: Vec<(usize, usize)>,
}

impl<'a> Input<'a> {
    /// The area, then what the series read.
    pub fn all(pass: &Pass<'a>) -> Vec<Self> {
        let new = |kind: InputKind| Self { kind, names: Vec::new(), leaves: Vec::new(), dimensions: Vec::new() };
        let mut found = vec![new(InputKind::Place)];
        if pass.presence_rule() == PresenceRule::Separately {
            found.push(new(InputKind::Commune));
        }
        let mut names: BTreeSet<&'a str> = pass.names(&pass.series);
        names.insert(IN_PERIOD);
        for name in names {
            let kind = Self::kind_of(pass, name);
            let place = found.iter().position(|a| a.kind == kind && kind == InputKind::Births).unwrap_or_else(|| {
                found.push(new(kind));
                found.len() - 1
            });
            found[place].names.push(name);
        }
        let mut leaves: BTreeSet<&'a Condition> = BTreeSet::new();
        for series in &pass.series {
            pass.question.series[*series].condition.leaves(&mut leaves);
        }
        for leaf in leaves {
            if let Some(input) = found.iter_mut().find(|a| leaf.columns().iter().any(|c| a.names.contains(c))) {
                input.leaves.push(leaf);
            }
        }
        for (block, of) in pass.blocks.iter().enumerate() {
            for (dimension, a) in of.grid.cross.dimensions().iter().enumerate() {
                if let Some(input) = found.iter_mut().find(|f| f.names.contains(&a.column.as_str())) {
                    input.dimensions.push((block, dimension));
                }
            }
        }
        found
    }

    fn kind_of(pass: &Pass, name: &str) -> InputKind {
        match name {
            _ if pass.table.time == Time::Stock && (name == IN_PERIOD || pass.table.derived_from(name).is_some()) => InputKind::Births,
            IN_PERIOD => InputKind::Period,
            _ => InputKind::Name,
        }
    }

    /// True if the period reads it, or a dimension with one category per row.
    pub fn is_stem(&self, pass: &Pass) -> bool {
        let single = |(block, dimension): &(usize, usize)| !pass.blocks[*block].grid.cross.dimensions()[*dimension].is_multiple;
        matches!(self.kind, InputKind::Births | InputKind::Period) || self.dimensions.iter().any(single)
    }

    /// The columns of the records from which it is read.
    pub fn reads(&self, pass: &Pass<'a>) -> Vec<&'a str> {
        match self.kind {
            InputKind::Place | InputKind::Commune => pass.question.area.as_deref().into_iter().collect(),
            InputKind::Births | InputKind::Period => pass.dates(),
            InputKind::Name => self.names.clone(),
        }
    }

    /// Its names, encoded.
    pub fn encode(&self, pass: &Pass, encoder: &mut Encoder) -> Result<Columns> {
        let names = if self.kind.is_area() { self.reads(pass) } else { self.names.clone() };
        names.iter().map(|name| Ok(((*name).to_owned(), pass.encode(encoder, name)?))).collect()
    }
}

/// The classes of one input met so far.
#[derive(Debug, Default)]
pub(super) struct Classes {
    by_signature: PlHashMap<Vec<u64>, u32>,
    /// One example row per class, by name.
    examples: BTreeMap<String, Encoded>,
    /// The area of each class; for the inputs of areas.
    pub places: Vec<Option<u64>>,
    /// The communes met in any row; for the inputs of areas.
    pub met: BTreeSet<u32>,
}

impl Classes {
    pub fn len(&self) -> usize {
        self.by_signature.len()
    }

    /// The class of each row of encoded columns.
    pub fn of(&mut self, input: &Input, pass: &Pass, columns: &Columns, rows: usize) -> Vec<u32> {
        let mut signatures: Vec<Vec<u64>> = vec![Vec::new(); rows];
        if input.kind.is_area() {
            let communes = pass.communes(columns, rows);
            self.met.extend(communes.iter().flatten());
            let places = if input.kind == InputKind::Place {
                pass.places(columns, rows)
            } else {
                communes.into_iter().map(|c| c.map(u64::from)).collect()
            };
            places.iter().zip(&mut signatures).for_each(|(place, s)| s.push(place.map_or(u64::MAX, |p| p)));
        }
        let mut evaluator = Rows { count: rows, columns, known: HashMap::new() };
        for leaf in &input.leaves {
            let truth = evaluator.truth(leaf);
            truth.iter().zip(&mut signatures).for_each(|(value, s)| s.push(u64::from(*value)));
        }
        for (block, dimension) in &input.dimensions {
            let categories = &pass.blocks[*block].grid.cross.dimensions()[*dimension];
            let codes = CategoryCodes::new(categories, &columns[&categories.column]);
            for (row, s) in signatures.iter_mut().enumerate() {
                s.push(codes.of(row).len() as u64);
                s.extend(codes.of(row));
            }
        }
        let mut new = Vec::new();
        let mut classes = Vec::with_capacity(rows);
        for (row, signature) in signatures.into_iter().enumerate() {
            let next = self.by_signature.len() as u32;
            let place = input.kind.is_area().then(|| signature[0]);
            let class = *self.by_signature.entry(signature).or_insert(next);
            if class == next {
                new.push(row);
                self.places.push(place.filter(|p| *p != u64::MAX));
            }
            classes.push(class);
        }
        if !input.kind.is_area() && !new.is_empty() {
            for (name, encoded) in columns {
                let added = encoded.gather(&new);
                match self.examples.get_mut(name) {
                    Some(known) => known.extend(added),
                    None => drop(self.examples.insert(name.clone(), added)),
                }
            }
        }
        classes
    }

    /// Adds columns with an example row for each of the given classes.
    pub fn columns(&self, classes: &[usize], into: &mut Columns) {
        for (name, encoded) in &self.examples {
            into.insert(name.clone(), Rc::new(encoded.gather(classes)));
        }
    }

    /// Whether each class is in the period; see [`Encoded::Flag`].
    pub fn in_period(&self) -> Option<&[u8]> {
        match self.examples.get(IN_PERIOD) {
            Some(Encoded::Flag(values)) => Some(values),
            _ => None,
        }
    }
}
