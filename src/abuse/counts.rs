//! Counts of a unit by dimensions and areas.

use super::breakdown::{Breakdown, Memberships, bands};
use super::cells::{Count, Entry, by_cell, count, sorted};
use super::counted::Counted;
use super::entities::{Entities, Member, NO_PERSON, numbered};
use super::places::{Places, each};
use super::select::Selection;
use super::table::Table;
use super::unit::Unit;
use super::view::{FORMS_OVERLAP, View};
use crate::area::Level;
use crate::catalogue::Dimension;
use crate::error::{Error, Result};
use crate::grid::{Columns, Coverage, Cross, check_rows};
use crate::record::YES;
use crate::task::Watched;
use std::collections::HashMap;
use std::sync::Arc;

impl Selection {
    /// Entities of a unit by dimensions and areas: the full cross with its margins.
    ///
    /// An entity is certain in a cell if one of its reports is, and counts there once; so cells can add up to more than
    /// their total (a child in two forms, or in two communes), never to less. Columns: `count`, entities certain in the
    /// cell; `undecided`, those only possibly in it; `without_key`, certain ones that cannot be distinguished from others;
    /// `least` and `most`, the fewest and the most distinct entities. With K keyed entities, and u rows
    /// without a key and k keyed ones in a case, the fewest are K + max over cases of u − (K − k), or K: within a case
    /// all differ, across cases any row without a key can be anyone. The most are `count` + `undecided`.
    ///
    /// Age bands: `0, 6, 11, 16` (and 18) unless others are given; an age outside of all bands counts in the total alone.
    ///
    /// # Errors
    /// [`Error::UnknownChoice`] for a unit without counts or a dimension it lacks, [`Error::MissingTable`] if the unit needs a
    /// table that was not read, [`Error::NoEthnicList`], [`Error::BadNumber`] for age bands or a table too large to hold.
    pub fn counts(&self, unit: Unit, by: &[Dimension], level: Level, age_bands: Option<&[i32]>) -> Result<Table> {
        unit.among(&[Unit::Child, Unit::Case, Unit::Incident, Unit::Perpetrator, Unit::Pair])?;
        for (nth, dimension) in by.iter().enumerate() {
            unit.dimension(dimension.as_str())?;
            if by[..nth].contains(dimension) {
                return Err(Error::Repeated { what: "by", got: dimension.as_str().to_owned() });
            }
        }
        if by.contains(&Dimension::Ethnicity) && self.facts.ethnic.is_none() {
            return Err(Error::NoEthnicList);
        }
        let ages = bands(age_bands, self.choice.under)?;
        let view = View::new(self);
        let breakdowns: Vec<Breakdown> = by.iter().map(|d| Breakdown::new(*d, self.codes(), &view, &ages)).collect();
        let cross = Cross::new(breakdowns.iter().map(|b| b.categories.clone()).collect());
        let places = self.places(level)?;
        check_rows(cross.rows() * places.len() as u128)?;
        let counts = self.fill(&self.entities(unit)?, &breakdowns, &cross, &view, &places);
        let shown = shown(&counts, &cross);
        let each_area = cross.shown().len();
        let columns = Columns::new(shown.len()).areas(&places.rows, each_area).cross(&cross);
        let several = by.contains(&Dimension::Form) && unit != Unit::Pair;
        let mut table = with_counts(columns, &shown)
            .covered(&each(&self.covered(unit, &places), each_area))?
            .note_if(several, FORMS_OVERLAP.0, FORMS_OVERLAP.1)
            .table(Some(unit), self)?;
        table.counted = Some(Counted {
            selection: self.clone(),
            unit,
            level,
            ages: age_bands.map(<[i32]>::to_vec),
            cross,
            counts: Arc::new(counts.iter().map(|c| c.certain).collect()),
        });
        Ok(table)
    }

    /// Counts each cell, area by area; one set of margins at a time, to hold few entries in memory.
    fn fill(&self, entities: &Entities, breakdowns: &[Breakdown], cross: &Cross, view: &View, places: &Places) -> Vec<Count> {
        let size = cross.size();
        // Millions of reports share a few combinations of categories.
        let mut combinations: HashMap<Vec<Memberships>, usize> = HashMap::new();
        let mut combination = |member: &Member| {
            let report = &self.facts.reports[member.report as usize];
            let person = self.facts.persons.as_ref().filter(|_| member.person != NO_PERSON).map(|p| &p[member.person as usize]);
            let next = combinations.len();
            *combinations.entry(breakdowns.iter().map(|b| b.memberships(report, person, view)).collect()).or_insert(next)
        };
        let of_member: Vec<usize> = entities.members.iter().watched().map(&mut combination).collect();
        let mut counts = vec![Count::default(); places.len() * size as usize];
        for margins in 0..1_usize << breakdowns.len() {
            let mut cells = vec![Vec::new(); combinations.len()];
            for (combination, nth) in &combinations {
                cells[*nth] = cells_of(cross, combination, margins);
            }
            let mut entries = Vec::with_capacity(entities.members.len() * 2);
            for (member, nth) in entities.members.iter().zip(&of_member).watched() {
                for row in places.of(self.choice.commune(&self.facts.reports[member.report as usize])) {
                    entries.extend(cells[*nth].iter().map(|(cell, status)| Entry {
                        cell: u64::from(row) * size + cell,
                        entity: member.entity,
                        case: member.case,
                        possible: member.status.min(*status) != YES,
                    }));
                }
            }
            for (cell, of_cell) in by_cell(&sorted(entries)) {
                counts[cell as usize] = count(of_cell, entities.keyed);
            }
        }
        counts
    }

    /// Every unit side by side: how many cases, children, incidents, perpetrators, pairs and decisions.
    ///
    /// A unit whose table was not read has no rows.
    ///
    /// # Errors
    /// [`Error::Frame`] if the columns cannot be put together.
    pub fn units(&self, level: Level) -> Result<Table> {
        let span = self.choice.span();
        let in_force = self.facts.known.in_force;
        let decisions = self.facts.decisions.iter().flatten().filter(|d| d.status == in_force && d.within(span));
        let places = Places::new(&self.facts.areas, level, self.communes().chain(self.facts.communes_of_sanctions()))?;
        let mut of_unit: Vec<(Unit, Vec<Count>)> = Vec::new();
        for unit in Unit::ALL {
            let counts = match unit {
                Unit::Decision if self.facts.decisions.is_none() => continue,
                Unit::Perpetrator | Unit::Pair if self.facts.persons.is_none() => continue,
                Unit::Decision => {
                    let found: Vec<_> = decisions.clone().collect();
                    let (keys, keyed) = numbered(&found.iter().map(|d| Some(d.key)).collect::<Vec<_>>());
                    let entry = |(nth, row): (usize, u32)| Entry { cell: u64::from(row), entity: keys[nth], case: 0, possible: false };
                    let entries = found.iter().enumerate().flat_map(|(nth, d)| places.of(d.commune).map(move |row| (nth, row))).map(entry);
                    let mut counts = vec![Count::default(); places.len()];
                    by_cell(&sorted(entries.collect())).for_each(|(cell, of_cell)| counts[cell as usize] = count(of_cell, keyed));
                    counts
                }
                unit => self.fill(&self.entities(unit)?, &[], &Cross::new(Vec::new()), &View::new(self), &places),
            };
            of_unit.push((unit, counts));
        }
        let rows: Vec<(Unit, Count)> =
            (0..places.len()).flat_map(|row| of_unit.iter().map(move |(unit, counts)| (*unit, counts[row]))).collect();
        let counts: Vec<Count> = rows.iter().map(|(_, count)| *count).collect();
        let of: Vec<Vec<Coverage>> = of_unit.iter().map(|(unit, _)| self.covered(*unit, &places)).collect();
        let covered: Vec<Coverage> = (0..places.len()).flat_map(|row| of.iter().map(move |covered| covered[row])).collect();
        let columns = Columns::new(rows.len()).words("unit", rows.iter().map(|(unit, _)| unit.as_str())).areas(&places.rows, of_unit.len());
        with_counts(columns, &counts).covered(&covered)?.table(None, self)
    }

    /// Pairs of child and perpetrator by relation; `by_case` are those known only by the case: no row of the
    /// perpetrator in it names the child.
    ///
    /// # Errors
    /// [`Error::MissingTable`] without `perpetrators`.
    pub fn relations(&self, level: Level) -> Result<Table> {
        let view = View::new(self);
        let breakdowns = [Breakdown::new(Dimension::Relation, self.codes(), &view, &[])];
        let cross = Cross::new(vec![breakdowns[0].categories.clone()]);
        let places = self.places(level)?;
        let entities = self.entities(Unit::Pair)?;
        let named = Entities { members: entities.members.iter().copied().filter(|m| !m.by_case).collect(), keyed: entities.keyed };
        let counts = shown(&self.fill(&entities, &breakdowns, &cross, &view, &places), &cross);
        let named = shown(&self.fill(&named, &breakdowns, &cross, &view, &places), &cross);
        let each_area = cross.shown().len();
        let columns = Columns::new(counts.len()).areas(&places.rows, each_area).cross(&cross);
        with_counts(columns, &counts)
            .counts("by_case", counts.iter().zip(&named).map(|(all, named)| all.certain - named.certain))
            .covered(&each(&self.covered(Unit::Pair, &places), each_area))?
            .table(Some(Unit::Pair), self)
    }
}

/// The counts of the cells a table shows, in its order.
fn shown(counts: &[Count], cross: &Cross) -> Vec<Count> {
    let cells = cross.shown();
    counts.chunks(cross.size() as usize).flat_map(|of_area| cells.iter().map(|cell| of_area[*cell as usize])).collect()
}

/// The cells of a combination, each with its certainty; the bits of `margins` are the dimensions taken as totals.
fn cells_of(cross: &Cross, combination: &[Memberships], margins: usize) -> Vec<(u64, u8)> {
    cross.dimensions().iter().zip(combination).enumerate().fold(vec![(0, YES)], |cells, (nth, (of, memberships))| {
        let total = [(of.total(), YES)];
        let here = if margins & 1 << nth == 0 { memberships.as_slice() } else { &total };
        cells
            .into_iter()
            .flat_map(|(cell, status)| here.iter().map(move |(category, certainty)| (cell * of.size() + category, status.min(*certainty))))
            .collect()
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
