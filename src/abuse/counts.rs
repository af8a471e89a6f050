//! Counts of a unit by breakdowns and areas.

use super::axis::{Axis, Dimension, Places, bands};
use super::cells::{Count, Entry, by_cell, count, sorted};
use super::grid::Grid;
use super::select::Selection;
use super::spots::{Here, Spots, each};
use super::table::{Columns, Table};
use super::things::{Member, NOBODY, Things, numbered};
use super::unit::Unit;
use super::view::{FORMS_OVERLAP, View};
use crate::area::Level;
use crate::error::{Error, Result};
use crate::question::check_rows;
use crate::record::YES;
use crate::task::Watched;
use std::collections::HashMap;

impl Selection {
    /// Things of a unit by breakdowns and areas: the full cross with its margins.
    ///
    /// A thing is certain in a cell if one of its reports is, and counts there once; so parts can add up to more than
    /// their total (a child in two forms, or in two communes), never the total to more than its parts. Columns: `count`,
    /// things certain in the cell; `undecided`, those only possibly in it; `without_key`, certain ones that cannot be told
    /// from others; `least` and `most`, the fewest and the most things there can be. With K keyed things, and u rows
    /// without a key and k keyed ones in a case, the fewest are K + max over cases of u − (K − k), or K: within a case
    /// all differ, across cases any row without a key can be anyone. The most are `count` + `undecided`.
    ///
    /// Age bands: `0, 6, 11, 16` (and 18) unless others are given; an age outside of all bands is in the total alone.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] for a unit or dimension that cannot be asked, [`Error::MissingTable`] if it rests on a table
    /// that is not there, [`Error::NoEthnicList`], [`Error::BadNumber`] for age bands or a table too large to hold.
    pub fn counts(&self, unit: Unit, by: &[Dimension], level: Level, age_bands: Option<&[i32]>) -> Result<Table> {
        unit.among(&[Unit::Child, Unit::Case, Unit::Incident, Unit::Perpetrator, Unit::Pair])?;
        for (nth, dimension) in by.iter().enumerate() {
            Dimension::from_word(dimension.word(), unit)?;
            if by[..nth].contains(dimension) {
                return Err(Error::Repeated { what: "by", got: dimension.word().to_owned() });
            }
        }
        if by.contains(&Dimension::Ethnicity) && self.facts.ethnic.is_none() {
            return Err(Error::NoEthnicList);
        }
        let ages = bands(age_bands, self.choice.under)?;
        let view = View::new(self);
        let axes: Vec<Axis> = by.iter().map(|d| Axis::new(*d, self.codes(), &view, &ages)).collect();
        let spots = self.spots(level)?;
        let size: usize = axes.iter().map(|a| a.labels.len()).product();
        check_rows(size as u128 * spots.len() as u128)?;
        let counts = self.fill(&self.things(unit)?, &axes, &view, &spots);
        let grid = Grid::new(self, unit, level, age_bands, &axes, &counts);
        let breakdowns = axes.iter().map(|a| (a.dimension.word(), a.labels.as_slice()));
        let columns = Columns::new(counts.len()).word("unit", unit.word()).areas(&spots, size).cross(breakdowns);
        let covered = self.covered(unit, &spots);
        let several = by.contains(&Dimension::Form) && unit != Unit::Pair;
        let mut table = with_counts(columns, &counts)
            .covered(each(&covered, size))?
            .note_if(several, FORMS_OVERLAP.0, FORMS_OVERLAP.1)
            .finish(Some(unit), self)?;
        table.grid = Some(grid);
        Ok(table)
    }

    /// The counts of each cell, spot by spot; the margins of some dimensions at a time, so that few entries are held at once.
    fn fill(&self, things: &Things, axes: &[Axis], view: &View, spots: &Spots) -> Vec<Count> {
        let size: usize = axes.iter().map(|a| a.labels.len()).product();
        // Millions of reports fall on a few combinations of categories.
        let mut combinations: HashMap<Vec<Places>, usize> = HashMap::new();
        let mut combination = |member: &Member| {
            let report = &self.facts.reports[member.report as usize];
            let person = self.facts.persons.as_ref().filter(|_| member.person != NOBODY).map(|p| &p[member.person as usize]);
            let next = combinations.len();
            *combinations.entry(axes.iter().map(|axis| axis.places(report, person, view)).collect()).or_insert(next)
        };
        let of_member: Vec<usize> = things.members.iter().watched().map(&mut combination).collect();
        let mut counts = vec![Count::default(); spots.len() * size];
        for margins in 0..1_usize << axes.len() {
            let mut cells = vec![Vec::new(); combinations.len()];
            for (places, nth) in &combinations {
                cells[*nth] = cells_of(axes, places, margins);
            }
            let mut entries = Vec::with_capacity(things.members.len() * 2);
            for (member, nth) in things.members.iter().zip(&of_member).watched() {
                for spot in spots.of(self.choice.commune(&self.facts.reports[member.report as usize])) {
                    entries.extend(cells[*nth].iter().map(|(cell, status)| Entry {
                        cell: u64::from(spot) * size as u64 + cell,
                        thing: member.thing,
                        case: member.case,
                        possible: member.status.min(*status) != YES,
                    }));
                }
            }
            for (cell, of_cell) in by_cell(&sorted(entries)) {
                counts[cell as usize] = count(of_cell, things.keyed);
            }
        }
        counts
    }

    /// Every unit side by side: how many cases, children, incidents, perpetrators, pairs and decisions.
    ///
    /// A unit whose table is not there has no rows.
    ///
    /// # Errors
    /// [`Error::Frame`] if the columns cannot be put together.
    pub fn units(&self, level: Level) -> Result<Table> {
        let span = self.choice.span();
        let in_force = self.facts.known.in_force;
        let decisions = self.facts.decisions.iter().flatten().filter(|d| d.status == in_force && d.within(span));
        let spots = Spots::new(&self.facts.areas, level, self.communes().chain(self.facts.communes_of_sanctions()))?;
        let mut of_unit: Vec<(Unit, Vec<Count>)> = Vec::new();
        for unit in Unit::ALL {
            let counts = match unit {
                Unit::Decision if self.facts.decisions.is_none() => continue,
                Unit::Perpetrator | Unit::Pair if self.facts.persons.is_none() => continue,
                Unit::Decision => {
                    let found: Vec<_> = decisions.clone().collect();
                    let (keys, keyed) = numbered(&found.iter().map(|d| Some(d.key)).collect::<Vec<_>>());
                    let entry = |(nth, spot): (usize, u32)| Entry { cell: u64::from(spot), thing: keys[nth], case: 0, possible: false };
                    let entries = found.iter().enumerate().flat_map(|(nth, d)| spots.of(d.place).map(move |spot| (nth, spot))).map(entry);
                    let mut counts = vec![Count::default(); spots.len()];
                    by_cell(&sorted(entries.collect())).for_each(|(cell, of_cell)| counts[cell as usize] = count(of_cell, keyed));
                    counts
                }
                unit => self.fill(&self.things(unit)?, &[], &View::new(self), &spots),
            };
            of_unit.push((unit, counts));
        }
        let rows: Vec<(Unit, Count)> =
            (0..spots.len()).flat_map(|spot| of_unit.iter().map(move |(unit, counts)| (*unit, counts[spot]))).collect();
        let counts: Vec<Count> = rows.iter().map(|(_, count)| *count).collect();
        let of: Vec<Vec<Here>> = of_unit.iter().map(|(unit, _)| self.covered(*unit, &spots)).collect();
        let covered = (0..spots.len()).flat_map(|spot| of.iter().map(move |covered| covered[spot])).collect();
        let columns = Columns::new(rows.len()).words("unit", rows.iter().map(|(unit, _)| unit.word())).areas(&spots, of_unit.len());
        with_counts(columns, &counts).covered(covered)?.finish(None, self)
    }

    /// Pairs of child and perpetrator by relation; `by_case` are those that rest on the case alone, since no row of the
    /// perpetrator there names the child.
    ///
    /// # Errors
    /// [`Error::MissingTable`] without `perpetrators`.
    pub fn relations(&self, level: Level) -> Result<Table> {
        let view = View::new(self);
        let axis = Axis::new(Dimension::Relation, self.codes(), &view, &[]);
        let spots = self.spots(level)?;
        let things = self.things(Unit::Pair)?;
        let named = Things { members: things.members.iter().copied().filter(|m| !m.by_case).collect(), keyed: things.keyed };
        let size = axis.labels.len();
        let labels = axis.labels.clone();
        let axes = [axis];
        let counts = self.fill(&things, &axes, &view, &spots);
        let named = self.fill(&named, &axes, &view, &spots);
        let columns = Columns::new(counts.len())
            .word("unit", Unit::Pair.word())
            .areas(&spots, size)
            .words("relation", (0..spots.len()).flat_map(|_| labels.iter()));
        with_counts(columns, &counts)
            .counts("by_case", counts.iter().zip(&named).map(|(all, named)| all.certain - named.certain))
            .covered(each(&self.covered(Unit::Pair, &spots), size))?
            .finish(Some(Unit::Pair), self)
    }
}

/// The cells of a combination whose total dimensions are those of the bits of `margins`, each with how certainly.
fn cells_of(axes: &[Axis], places: &[Places], margins: usize) -> Vec<(u64, u8)> {
    axes.iter().zip(places).enumerate().fold(vec![(0, YES)], |cells, (nth, (axis, places))| {
        let here = if margins & 1 << nth == 0 { places.as_slice() } else { &[(0, YES)] };
        let width = axis.labels.len() as u64;
        cells.into_iter().flat_map(|(cell, status)| here.iter().map(move |(place, of)| (cell * width + place, status.min(*of)))).collect()
    })
}

/// The columns of counts and their bounds.
fn with_counts(columns: Columns, counts: &[Count]) -> Columns {
    columns
        .counts("count", counts.iter().map(|c| c.certain))
        .counts("undecided", counts.iter().map(|c| c.undecided))
        .counts("without_key", counts.iter().map(|c| c.without_key))
        .counts("least", counts.iter().map(|c| c.least))
        .counts("most", counts.iter().map(|c| c.most()))
}
