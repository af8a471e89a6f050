//! Results of plans made safe to publish, together with others and with what was published before.

use super::book::{Book, Count, Key, ROW, Settled, Spot, Tie, unknown};
use super::changes::{tie_lists, tie_periods};
use super::named::Id;
use super::protect::SUPPRESSED;
use super::relations::UNBOUNDED;
use super::rule::{Rule, WholeGroups, Zeros};
use super::spell::Spell;
use super::suppress::{Place, at_least};
use crate::area::AreaList;
use crate::catalogue::{Condition, Kind};
use crate::error::{Error, Fact, Result};
use crate::grid::UNKNOWN;
use crate::period::Period;
use crate::plan::{Output, Plan};
use crate::question::{Block, How};
use crate::stats::{SMALLEST_DENOMINATOR, quotient};
use polars_core::prelude::*;
use std::collections::{HashMap, HashSet};

/// Tables of abuse and of its handling.
const ABUSE: [&str; 3] = ["victims", "perpetrators", "sanctions"];
/// What is counted that is no person and nobody's affair.
const PLACES: [&str; 3] = ["commune", "village", "school"];

/// Whose records each have one day, and count once.
const DECISIONS: &str = "sanctions";

/// The method in rows of hidden counts: the limits are what anyone can work out.
const PUBLIC_BOUNDS: &str = "public_bounds";

/// Which indicators are protected.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// Those of abuse and of its handling.
    Abuse,
    /// All that count people or what happened to them.
    People,
    /// Some, by their ids.
    Only(Vec<String>),
}

/// Results that can be published.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ProtectedResults {
    /// The tables, in the order and with the rows and columns they had.
    pub tables: Vec<DataFrame>,
    /// For the office that made them, not for their readers.
    pub report: ResultsReport,
}

/// How results were protected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ResultsReport {
    /// Counts in the results that could be hidden; one that stands in several rows counts once.
    pub counts: u64,
    /// Small counts, hidden for their own sake.
    pub primary: u64,
    /// Counts hidden to protect others.
    pub secondary: u64,
    /// Small counts, in the results or implied by them, that were certified.
    pub certified: u64,
    /// Small counts that what was published before gives away: indicator or what is counted, area, categories.
    pub exposed: Vec<Vec<String>>,
    /// Published shares of exactly 0 or 100 % in groups below 30: all know it of each in the group.
    pub whole_groups: u64,
}

impl ResultsReport {
    pub(super) fn new(counts: &[Count], settled: &Settled, names: &[Vec<String>], whole_groups: u64) -> Self {
        let of = |is: &dyn Fn(usize) -> bool| (0..counts.len()).filter(|nth| is(*nth)).count() as u64;
        Self {
            counts: of(&|nth| [Place::Open, Place::Hidden].contains(&counts[nth].place)),
            primary: of(&|nth| settled.hidden[nth] && counts[nth].is_small),
            secondary: of(&|nth| settled.hidden[nth] && !counts[nth].is_small),
            certified: settled.certified,
            exposed: settled.exposed.iter().map(|nth| names[*nth as usize].clone()).collect(),
            whole_groups,
        }
    }
}

/// A result that was published before: what its readers know.
#[derive(Debug, Clone)]
pub struct Released {
    /// The plan it was computed by.
    pub plan: Plan,
    /// Its protected table, as it was published.
    pub table: DataFrame,
    /// Whether zeros were shown in it.
    pub zeros: Zeros,
}

/// What is done about small differences between two releases, or between a period and a longer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Changes {
    /// They are counts too, and hidden like others: one of the two numbers is not published.
    Protected,
    /// They may be known.
    Known,
}

/// What is protected, by which rule, and against whom: someone who read what was released before.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Terms {
    /// What is small, and how well it is hidden.
    pub rule: Rule,
    /// Which indicators are protected.
    pub scope: Scope,
    /// What was published before, in its order.
    pub released: Vec<Released>,
    /// What is done about small differences.
    pub changes: Changes,
}

impl Terms {
    /// The terms of a rule, for some indicators, where nothing was published before.
    #[must_use]
    pub fn new(rule: Rule, scope: Scope) -> Self {
        Self { rule, scope, released: Vec::new(), changes: Changes::Protected }
    }

    /// Adds what was published before.
    #[must_use]
    pub fn after(mut self, released: Vec<Released>) -> Self {
        self.released = released;
        self
    }
}

/// Which counts of a book the numbers of a row are; none where the rule is not for them.
#[derive(Debug, Clone, Default)]
struct RowCounts {
    numerator: Option<u32>,
    denominator: Option<u32>,
    /// Of what is undecided, the parts that are added up.
    undecided: Vec<u32>,
}

/// Hides small counts in results, and as many others as it takes that none can be worked out.
///
/// Results given together are protected together: a count that stands in several of them is one. Numerators, denominators, their
/// differences (the rest of a share), undecided records and wider areas are tied as they are in the records; totals of distinct children
/// by part ≤ total ≤ sum of parts; periods to those inside them; and all of it to what was published before, in any list of areas.
/// In a row with a hidden count the value is hidden too; `lower` and `upper` hold what anyone can work out, and `method` says so
/// (`public_bounds`). `status` is `suppressed` for small counts and for others alike.
///
/// # Errors
/// [`Error::OtherRecords`] for results that count the same differently, [`Error::Contradiction`] for earlier releases that cannot be.
///
/// ```
/// use chitieu::disclosure::{Rule, Scope, Terms, protect_results};
/// use chitieu::{Catalogue, Dataset, Plan, compute};
/// use polars_core::prelude::*;
/// let plan = Plan::new(&Catalogue::builtin(), "2022").indicators(["birth_registration_under_5"]).build()?;
/// let children = df!["birth_year" => [2020_i64; 9], "commune" => ["12364"; 9], "birth_registered" => [true, true, true, true, true, true, true, true, false]]?;
/// let found = compute(&plan, &Dataset::new().with("children", children)?)?;
/// let safe = protect_results(&[(&plan, &found.table)], &Terms::new(Rule::default(), Scope::People))?;
/// // 8 of 9 would tell that one is not registered.
/// assert_eq!(safe.tables[0].column("value")?.null_count(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn protect_results(results: &[(&Plan, &DataFrame)], terms: &Terms) -> Result<ProtectedResults> {
    let mut ledger = Ledger { book: Book::default(), rule: &terms.rule, scope: &terms.scope };
    let rows: Vec<Vec<RowCounts>> = results.iter().map(|(plan, table)| ledger.enter(plan, table)).collect::<Result<_>>()?;
    for (of_rows, (plan, table)) in rows.iter().zip(results) {
        let read = Read::new(plan, table, &mut ledger.book, 0)?;
        ledger.tie(&read, of_rows)?;
    }
    for (released, nth) in terms.released.iter().zip(1..) {
        ledger.recall(released, nth)?;
    }
    let mut book = ledger.book;
    tie_periods(&mut book, &terms.rule, terms.changes == Changes::Protected)?;
    tie_lists(&mut book)?;
    let counts: Vec<Count> = (0..book.len() as u32).map(|nth| *book.count(nth)).collect();
    let names: Vec<Vec<String>> = (0..book.len() as u32).map(|nth| book.words(nth)).collect();
    let settled = book.settle(&terms.rule)?;
    let tables = rows.iter().zip(results).map(|(rows, (_, table))| hide(table, rows, &settled, &terms.rule)).collect::<Result<Vec<_>>>()?;
    let whole = tables.iter().map(whole_groups).sum::<Result<u64>>()?;
    let report = ResultsReport::new(&counts, &settled, &names, whole);
    Ok(ProtectedResults { tables, report })
}

/// What was published of a count: its number, or what is known of it.
struct Seen {
    key: Key,
    number: Option<i64>,
    known: (i64, i64),
}

/// Enters results into a book.
struct Ledger<'r> {
    book: Book,
    rule: &'r Rule,
    scope: &'r Scope,
}

impl Ledger<'_> {
    /// Enters the counts of a result; gives those of each row.
    fn enter(&mut self, plan: &Plan, table: &DataFrame) -> Result<Vec<RowCounts>> {
        let read = Read::new(plan, table, &mut self.book, 0)?;
        let mut found = vec![RowCounts::default(); table.height()];
        // What is undecided in one count alone comes first: a quotient adds up what is undecided in both.
        for (is_sum, row) in [false, true].into_iter().flat_map(|is_sum| (0..table.height()).map(move |row| (is_sum, row))) {
            let Some(output) = read.output(row).filter(|o| (o.undecided.len() > 1) == is_sum) else { continue };
            let counts = &mut found[row];
            counts.numerator = self.enter_series(plan, &read, row, output, output.numerator, read.numerator[row])?;
            if let Some(below) = output.denominator {
                counts.denominator = self.enter_series(plan, &read, row, output, below, read.denominator[row])?;
            }
            if let Some(number) = read.undecided[row] {
                counts.undecided = self.enter_undecided(plan, &read, row, output, number)?;
            }
        }
        Ok(found)
    }

    /// Enters what was published before: numbers that all know, and hidden ones that nobody kept.
    ///
    /// Where a number has changed since, the release is kept apart, as it was.
    fn recall(&mut self, released: &Released, nth: u32) -> Result<()> {
        let (plan, table) = (&released.plan, &released.table);
        let mut read = Read::new(plan, table, &mut self.book, 0)?;
        let mut rows = self.seen(plan, &read, released)?;
        let is_other = |seen: &Seen| {
            let now = self.book.find(&seen.key).and_then(|cell| self.book.count(cell).number);
            seen.number.zip(now).is_some_and(|(then, now)| then != now)
        };
        if rows.iter().flatten().flatten().any(is_other) {
            read = Read::new(plan, table, &mut self.book, nth)?;
            rows = self.seen(plan, &read, released)?;
        }
        let mut enter = |seen: &Option<Seen>| -> Result<Option<u32>> {
            seen.as_ref().map(|seen| self.book.recall(seen.key.clone(), seen.number, seen.known, self.rule)).transpose()
        };
        let mut counts = Vec::with_capacity(rows.len());
        for [numerator, denominator, undecided] in &rows {
            let undecided = enter(undecided)?.into_iter().collect();
            counts.push(RowCounts { numerator: enter(numerator)?, denominator: enter(denominator)?, undecided });
        }
        self.tie(&read, &counts)
    }

    /// What a published table says of each row's numerator, denominator and undecided records.
    fn seen(&self, plan: &Plan, read: &Read, released: &Released) -> Result<Vec<[Option<Seen>; 3]>> {
        let least = i64::from(released.zeros == Zeros::Shown);
        let limits = read.limits(&released.table)?;
        let mut found = Vec::with_capacity(limits.len());
        for (row, limits) in limits.into_iter().enumerate() {
            let mut seen = [None, None, None];
            if let Some(output) = read.output(row) {
                let is_hidden = read.status.get(row) == Some(SUPPRESSED);
                let know = |family: Id, series: usize, number: Option<i64>, (low, high): (i64, i64)| Seen {
                    key: Key { family, area: read.spots[row], words: read.words(row, plan.block_of(series)) },
                    number,
                    known: (low.max(least), high),
                };
                let of_series = |series: usize, number: Option<i64>, limits: (i64, i64)| {
                    let is_there = self.is_protected(plan, output, series) && (number.is_some() || is_hidden);
                    is_there.then(|| know(read.families[series], series, number, limits))
                };
                seen[0] = of_series(output.numerator, read.numerator[row], limits[0]);
                seen[1] = output.denominator.and_then(|below| of_series(below, read.denominator[row], limits[1]));
                let is_there = (read.numerator[row].is_some() || is_hidden) && self.is_protected(plan, output, output.numerator);
                if let (true, [(open, closed)]) = (is_there, output.undecided.as_slice()) {
                    seen[2] = Some(know(read.undecided_in[&(*open, *closed)], *open, read.undecided[row], at_least(0)));
                }
            }
            found.push(seen);
        }
        Ok(found)
    }

    fn enter_series(
        &mut self,
        plan: &Plan,
        read: &Read,
        row: usize,
        output: &Output,
        series: usize,
        number: Option<i64>,
    ) -> Result<Option<u32>> {
        let Some(number) = number.filter(|_| self.is_protected(plan, output, series)) else { return Ok(None) };
        let block = plan.block_of(series);
        let family = read.families[series];
        let key = Key { family, area: read.spots[row], words: read.words(row, block) };
        self.book.add(key, self.count(number)).map(Some)
    }

    /// Enters what is undecided: of a quotient of two tables, in each.
    fn enter_undecided(&mut self, plan: &Plan, read: &Read, row: usize, output: &Output, number: i64) -> Result<Vec<u32>> {
        let (mut left, mut found) = (number, Vec::new());
        for (nth, (open, closed)) in output.undecided.iter().enumerate() {
            let block = plan.block_of(*open);
            let key = Key { family: read.undecided_in[&(*open, *closed)], area: read.spots[row], words: read.words(row, block) };
            let known = self.book.find(&key).and_then(|nth| self.book.count(nth).number);
            // The last has what the others leave; if another is not known alone, all are one.
            let is_last = nth + 1 == output.undecided.len();
            let (key, number) = match known {
                Some(known) if !is_last => (key, known),
                _ if is_last => (key, left),
                _ => (Key { family: read.of_output(output).together, ..key }, left),
            };
            left -= number;
            if self.is_protected(plan, output, *open) {
                found.push(self.book.add(key, self.count(number))?);
            }
            if known.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// Ties counts of different families: the rest of a share, decided and undecided, a part and its whole.
    fn tie(&mut self, read: &Read, rows: &[RowCounts]) -> Result<()> {
        let plan = read.plan;
        let mut met = HashSet::new();
        for (row, counts) in rows.iter().enumerate() {
            let (Some(output), Some(n)) = (read.output(row), counts.numerator) else { continue };
            let indicator = &plan.indicators()[output.indicator];
            let block = |series: usize| plan.block_of(series);
            if output.denominator.is_none() {
                let parts: Vec<u32> = [n].into_iter().chain(counts.undecided.iter().copied()).collect();
                self.tie_possible(read.families[output.numerator], block(output.numerator), read, row, &parts)?;
            }
            let Some(d) = counts.denominator.filter(|_| indicator.kind == Kind::Proportion) else { continue };
            if !met.insert((n, d)) {
                continue;
            }
            // The part that is decided as true is inside all that is; what is decided and what is not make up the whole.
            let [above, below] = &read.of_output(output).wholes;
            self.tie_whole(above.as_ref(), read, row, &[n]);
            let parts: Vec<u32> = [d].into_iter().chain(counts.undecided.iter().copied()).collect();
            self.tie_whole(below.as_ref(), read, row, &parts);
            if let Some((family, whole)) = below
                && read.words(row, whole) == read.words(row, block(output.numerator))
            {
                self.tie_possible(*family, whole, read, row, &parts)?;
                // A share of forms in all forms: of all records it is the whole.
                if above.as_ref().is_some_and(|(above, _)| above == family) {
                    self.book.tie_total(d, &[n], ROW, false);
                }
            }
            let crossed = |series: usize| block(series).cross.dimensions().len();
            if output.denominator.is_some_and(|below| crossed(below) == crossed(output.numerator)) {
                self.tie_rest(read, output, row, n, d)?;
            }
        }
        Ok(())
    }

    /// Ties parts to the count of all that a quantity holds, if it is in the book.
    fn tie_whole(&mut self, whole: Option<&(Id, Block)>, read: &Read, row: usize, parts: &[u32]) {
        let Some((family, block)) = whole else { return };
        let key = Key { family: *family, area: read.spots[row], words: read.words(row, block) };
        if let Some(whole) = self.book.find(&key).filter(|whole| !parts.contains(whole)) {
            self.book.tie_total(whole, parts, ROW, false);
        }
    }

    /// Certain and undecided records of a quantity make up those that may be of it, whatever else of them is asked. Distinct things may
    /// differ; then nobody can tell.
    fn tie_possible(&mut self, family: Id, block: &Block, read: &Read, row: usize, parts: &[u32]) -> Result<()> {
        let Some(number) = parts.iter().map(|part| self.book.count(*part).number).sum::<Option<i64>>() else { return Ok(()) };
        let family = self.book.derived("possible", family);
        let key = Key { family, area: read.spots[row], words: read.words(row, block) };
        if self.book.find(&key).is_none_or(|there| self.book.count(there).number == Some(number)) {
            let whole = self.book.add(key, Count { number: Some(number), place: Place::Absent, is_small: false, known: at_least(0) })?;
            self.book.guess(Tie::Sum(whole, parts.to_vec()));
        }
        Ok(())
    }

    /// The rest of a share stands in no table, and follows from it.
    fn tie_rest(&mut self, read: &Read, output: &Output, row: usize, n: u32, d: u32) -> Result<()> {
        let numbers = self.book.count(n).number.zip(self.book.count(d).number);
        let words = read.words(row, read.plan.block_of(output.numerator));
        let key = Key { family: read.of_output(output).rest, area: read.spots[row], words };
        let is_small = match numbers {
            Some((part, whole)) => {
                let (rest, is_group) = (whole - part, self.rule.whole_groups == WholeGroups::Hidden);
                let is_small_group = is_group && whole < SMALLEST_DENOMINATOR.cast_signed();
                (rest > 0 && self.rule.is_small(rest.cast_unsigned())) || (rest == 0 && is_small_group)
            }
            None => self.book.find(&key).is_none(),
        };
        let number = numbers.map(|(part, whole)| whole - part);
        let rest = self.book.add(key, Count { number, place: Place::Absent, is_small, known: at_least(0) })?;
        self.book.tie(Tie::Sum(d, vec![n, rest]));
        Ok(())
    }

    fn count(&self, number: i64) -> Count {
        let is_shown = number == 0 && self.rule.zeros == Zeros::Shown;
        let place = if is_shown { Place::Public } else { Place::Open };
        Count { number: Some(number), place, is_small: self.rule.is_small(number.cast_unsigned()), known: at_least(self.rule.floor()) }
    }

    /// True if the rule is for a series of an output.
    fn is_protected(&self, plan: &Plan, output: &Output, series: usize) -> bool {
        let table = |series: usize| plan.block_of(series).table.as_str();
        match self.scope {
            Scope::Abuse => ABUSE.contains(&table(series)),
            Scope::People => {
                let mut of_table = plan.catalogue.quantities().values().filter(|q| q.table == table(series));
                of_table.all(|q| !PLACES.contains(&q.unit.as_str()))
            }
            Scope::Only(ids) => ids.contains(&plan.indicators()[output.indicator].id) && table(series) == table(output.numerator),
        }
    }
}

/// What is counted, as text that is equal only for equal counts.
fn family(plan: &Plan, block: &Block, how: &How, condition: &Condition) -> String {
    format!("{} {:?} {} {how:?} {condition:?}{}", block.table, block.date, block.lag, of_period(plan.period()))
}

/// The text of a family as it was in a release; of release 0 are the records as they are.
fn in_release(text: &str, release: u32) -> String {
    if release == 0 { text.to_owned() } else { format!("{text} release {release}") }
}

/// How the text of a family ends: by its period.
pub(super) fn of_period(period: &Period) -> String {
    format!(" @{period}")
}

/// The families of an output besides those of its series.
struct Families {
    /// What is undecided in numerator and denominator together.
    together: Id,
    /// The denominator without the numerator.
    rest: Id,
    /// What numerator and denominator of a share are parts of, if they are counted too.
    wholes: [Option<(Id, Block)>; 2],
}

/// The columns of a result, with the numbers that a book has for its words.
struct Read<'t> {
    plan: &'t Plan,
    outputs: HashMap<(&'t str, &'t str), &'t Output>,
    indicator: &'t StringChunked,
    measure: &'t StringChunked,
    status: &'t StringChunked,
    /// By row, its area.
    spots: Vec<Id>,
    /// By dimension: its name, and for each row its category; none for the total.
    by: Vec<(&'static str, Id, Vec<Option<Id>>)>,
    /// What is in no category of a dimension: as it stands in a table, and told apart from that of other categories.
    unknown: HashMap<String, [Id; 2]>,
    numerator: Vec<Option<i64>>,
    denominator: Vec<Option<i64>>,
    undecided: Vec<Option<i64>>,
    /// By series, what it counts.
    families: Vec<Id>,
    /// By pair of series, what is undecided.
    undecided_in: HashMap<(usize, usize), Id>,
    /// By indicator and numerator.
    of_outputs: HashMap<(usize, usize), Families>,
}

impl<'t> Read<'t> {
    /// Of release 0 are the records as they are.
    fn new(plan: &'t Plan, table: &'t DataFrame, book: &mut Book, release: u32) -> Result<Self> {
        let text = |name: &str| table.column(name).and_then(|c| c.str()).map_err(wrong);
        let counts =
            |name: &str| -> Result<Vec<Option<i64>>> { Ok(table.column(name).and_then(|c| c.i64()).map_err(wrong)?.iter().collect()) };
        let name = |o: &'t Output| (plan.indicators()[o.indicator].id.as_str(), o.measure.as_str());
        let mut by = Vec::new();
        for dimension in plan.by() {
            let column = text(dimension.as_str())?.iter();
            let words = column.map(|label| label.filter(|label| *label != super::TOTAL).map(|label| book.text(label))).collect();
            by.push((dimension.as_str(), book.text(dimension.as_str()), words));
        }
        let mut told = HashMap::new();
        let mut tell_apart = |block: &Block, book: &mut Book| {
            for of in block.cross.dimensions() {
                let text = unknown(of);
                told.insert(text.clone(), [book.text(of.unknown_label), book.text(&text)]);
            }
        };
        plan.question.blocks.iter().for_each(|block| tell_apart(block, book));
        let block = |series: usize| plan.block_of(series);
        let texts: Vec<String> =
            (0..).zip(&plan.question.series).map(|(nth, of)| family(plan, block(nth), &of.how, &of.condition)).collect();
        let mut say = |text: &str, series: usize| {
            let family = book.text(&in_release(text, release));
            let is_rest = text.starts_with("rest ") || text.starts_with("undecided ");
            book.say_parts(family, block(series).cross.dimensions());
            let period = plan.period();
            let what = book.text(&text.replace(&of_period(period), ""));
            // A decision has one day.
            let is_distinct = matches!(plan.question.series[series].how, How::Distinct(_)) && block(series).table != DECISIONS;
            let is_event = block(series).date.is_some();
            book.say_spell(family, Spell { what, first: period.first(), last: period.last(), is_event, is_distinct, is_rest, release });
            family
        };
        let families = texts.iter().enumerate().map(|(series, text)| say(text, series)).collect();
        let (mut undecided_in, mut of_outputs) = (HashMap::new(), HashMap::new());
        for output in &plan.outputs {
            for (open, closed) in &output.undecided {
                undecided_in.insert((*open, *closed), say(&format!("undecided {} / {}", texts[*open], texts[*closed]), *open));
            }
            let of = |series: usize| texts[series].as_str();
            let undecided: Vec<&str> = output.undecided.iter().map(|(open, _)| of(*open)).collect();
            let quotient = format!("{} / {} / {}", of(output.numerator), output.denominator.map_or("", of), undecided.join(" / "));
            let [together, rest] = ["undecided", "rest"].map(|word| say(&format!("{word} {quotient}"), output.numerator));
            of_outputs.insert((output.indicator, output.numerator), Families { together, rest, wholes: [None, None] });
        }
        for output in plan.outputs.iter().filter(|o| plan.indicators()[o.indicator].kind == Kind::Proportion) {
            let indicator = &plan.indicators()[output.indicator];
            let mut whole = |id: Option<&str>| -> Result<Option<(Id, Block)>> {
                let Some(quantity) = id.and_then(|id| plan.catalogue.quantities().get(id)) else { return Ok(None) };
                let (condition, block, how) = plan.counted(quantity, indicator)?;
                tell_apart(&block, book);
                let text = family(plan, &block, &how, &condition);
                Ok(Some((book.text(&in_release(&text, release)), block)))
            };
            let both = [whole(Some(&indicator.numerator))?, whole(indicator.denominator.as_deref())?];
            if let Some(of) = of_outputs.get_mut(&(output.indicator, output.numerator)) {
                of.wholes = both;
            }
        }
        Ok(Self {
            plan,
            outputs: plan.outputs.iter().map(|o| (name(o), o)).collect(),
            indicator: text("indicator")?,
            measure: text("measure")?,
            status: text("status")?,
            spots: spots(&plan.question.areas, text("area")?, text("area_level")?, book),
            by,
            unknown: told,
            numerator: counts("numerator")?,
            denominator: counts("denominator")?,
            undecided: counts("undecided")?,
            families,
            undecided_in,
            of_outputs,
        })
    }

    /// For each row of a published table, what its limits tell of numerator and denominator where these are hidden.
    fn limits(&self, table: &DataFrame) -> Result<Vec<[(i64, i64); 2]>> {
        let floats = |name: &str| table.column(name).and_then(|c| c.f64()).map_err(wrong);
        let (lower, upper, multipliers) = (floats("lower")?, floats("upper")?, multipliers(table)?);
        let limits = |(row, times): (usize, f64)| {
            let mut known = [at_least(0); 2];
            let limit = |of: &Float64Chunked| of.get(row).filter(|_| self.status.get(row) == Some(SUPPRESSED)).map(|limit| limit / times);
            let is_count = self.output(row).is_none_or(|output| output.denominator.is_none());
            let (n, d) = (self.numerator[row], self.denominator[row].or(is_count.then_some(1)));
            for (limit, is_least) in [(limit(lower), true), (limit(upper), false)] {
                let Some(limit) = limit else { continue };
                if let Some(d) = d {
                    let n = nearest(limit * d as f64, is_least);
                    if is_least { known[0].0 = n } else { known[0].1 = n }
                } else if let Some(n) = n.filter(|_| limit > 0.0) {
                    let d = nearest(n as f64 / limit, !is_least);
                    if is_least { known[1].1 = d } else { known[1].0 = d }
                }
            }
            known
        };
        Ok(multipliers.into_iter().enumerate().map(limits).collect())
    }

    fn of_output(&self, output: &Output) -> &Families {
        &self.of_outputs[&(output.indicator, output.numerator)]
    }

    fn output(&self, row: usize) -> Option<&'t Output> {
        self.outputs.get(&(self.indicator.get(row)?, self.measure.get(row)?)).copied()
    }

    /// The categories of a row in the dimensions that a block has.
    fn words(&self, row: usize, block: &Block) -> Vec<(Id, Id)> {
        let word = |(name, id, words): &(&str, Id, Vec<Option<Id>>)| {
            let of = block.cross.dimensions().iter().find(|of| of.name == *name)?;
            let (word, [unknown, apart]) = (words[row]?, self.unknown[&unknown(of)]);
            Some((*id, if word == unknown { apart } else { word }))
        };
        let mut words: Vec<(Id, Id)> = self.by.iter().filter_map(word).collect();
        words.sort_unstable();
        words
    }
}

/// The area of each row.
pub(super) fn spots(areas: &AreaList, codes: &StringChunked, levels: &StringChunked, book: &mut Book) -> Vec<Id> {
    let named = |(place, area): (usize, &'_ crate::area::Area)| ((area.level.as_str(), area.code.clone()), place);
    let places: HashMap<(&str, String), usize> = areas.areas().iter().enumerate().map(named).collect();
    let mut known: HashMap<usize, Id> = HashMap::new();
    let mut of = |code: Option<&str>, level: Option<&str>| {
        let place = places.get(&(level.unwrap_or(UNKNOWN), code.unwrap_or(UNKNOWN).to_owned())).copied();
        let place = place.unwrap_or(areas.areas().len());
        *known.entry(place).or_insert_with(|| book.spot(&spot(areas, place)))
    };
    codes.iter().zip(levels.iter()).map(|(code, level)| of(code, level)).collect()
}

/// An area by its place in a list; one beyond the list holds codes that are not in it.
pub(super) fn spot(areas: &AreaList, place: usize) -> Spot {
    let list = areas.edition().to_string();
    let Some(here) = areas.areas().get(place) else {
        let country = areas.get(AreaList::COUNTRY).code.clone();
        return Spot { level: 1, list, code: UNKNOWN.to_owned(), within: vec![(0, country)] };
    };
    let above = std::iter::successors(here.parent, |place| areas.get(*place).parent).map(|place| areas.get(place));
    let within = above.map(|area| (area.level as u8, area.code.clone())).collect();
    let list = if here.level as u8 == 0 { String::new() } else { list };
    Spot { level: here.level as u8, list, code: here.code.clone(), within }
}

/// The least and the most that a value can be.
type Ends = (Option<f64>, Option<f64>);

/// The table without what is hidden.
fn hide(table: &DataFrame, rows: &[RowCounts], settled: &Settled, rule: &Rule) -> Result<DataFrame> {
    let is_hidden = |of: Option<u32>| of.is_some_and(|nth| settled.hidden[nth as usize]);
    let has_hidden: Vec<bool> = rows.iter().map(|of| is_hidden(of.numerator) || is_hidden(of.denominator)).collect();
    let column = |name: &str| table.column(name).and_then(|c| c.i64()).map_err(wrong);
    let (numerators, denominators) = (column("numerator")?, column("denominator")?);
    let bounds: Vec<Option<Ends>> = (0..rows.len())
        .map(|row| has_hidden[row].then(|| public_bounds(&rows[row], [numerators.get(row), denominators.get(row)], settled)))
        .collect();
    let mut shown = table.clone();
    let mut put = |name: &str, column: Column| shown.replace(name, column).map(|_| ()).map_err(wrong);
    let multiplier = multipliers(table)?;
    let counts = |name: &str, of: &dyn Fn(&RowCounts) -> Option<u32>| -> Result<Column> {
        let numbers = table.column(name).and_then(|c| c.i64()).map_err(wrong)?;
        let kept: Vec<Option<i64>> = numbers.iter().zip(rows).map(|(n, row)| n.filter(|_| !is_hidden(of(row)))).collect();
        Ok(Column::new(name.into(), kept))
    };
    put("numerator", counts("numerator", &|row| row.numerator)?)?;
    put("denominator", counts("denominator", &|row| row.denominator)?)?;
    let undecided = table.column("undecided").and_then(|c| c.i64()).map_err(wrong)?.iter().zip(rows);
    let kept: Vec<Option<i64>> = undecided.map(|(n, row)| n.filter(|_| !row.undecided.iter().any(|nth| is_hidden(Some(*nth))))).collect();
    put("undecided", Column::new("undecided".into(), kept))?;
    if rule.zeros == Zeros::Hidden {
        // A commune that is known to have reported by its rows alone has one at least.
        let reported = table.column("reported").and_then(|c| c.i64()).map_err(wrong)?.iter().zip(&has_hidden);
        let kept: Vec<Option<i64>> = reported.map(|(n, is_hidden)| n.filter(|_| !is_hidden)).collect();
        put("reported", Column::new("reported".into(), kept))?;
    }
    let floats = |name: &str, side: fn(&Ends) -> Option<f64>| -> Result<Column> {
        let numbers = table.column(name).and_then(|c| c.f64()).map_err(wrong)?;
        let of = |((n, bound), times): ((Option<f64>, &Option<Ends>), &f64)| match bound {
            Some(bound) => side(bound).map(|bound| bound * times),
            None => n,
        };
        Ok(Column::new(name.into(), numbers.iter().zip(&bounds).zip(&multiplier).map(of).collect::<Vec<_>>()))
    };
    put("value", floats("value", |_| None)?)?;
    put("lower", floats("lower", |of| of.0)?)?;
    put("upper", floats("upper", |of| of.1)?)?;
    let words = |name: &str, word: &str| -> Result<Column> {
        let there = table.column(name).and_then(|c| c.str()).map_err(wrong)?;
        let found = there.iter().zip(&has_hidden).map(|(before, is)| if *is { Some(word) } else { before });
        Ok(found.collect::<StringChunked>().with_name(name.into()).into_column())
    };
    put("status", words("status", SUPPRESSED)?)?;
    put("method", words("method", PUBLIC_BOUNDS)?)?;
    Ok(shown)
}

/// What anyone can work out of a row's value, for a multiplier of 1; numbers that the rule is not for are known.
fn public_bounds(of: &RowCounts, row: [Option<i64>; 2], settled: &Settled) -> Ends {
    let bounds = |count: Option<u32>, number: Option<i64>| count.map(|nth| settled.bounds[nth as usize]).or(number.map(|n| (n, n)));
    let known = |most: i64| u64::try_from(most).ok().filter(|_| most < UNBOUNDED);
    let Some((least, most)) = bounds(of.numerator, row[0]) else { return (None, None) };
    let Some((below, above)) = bounds(of.denominator, row[1]) else {
        return (known(least).map(|n| n as f64), known(most).map(|n| n as f64));
    };
    let lower = known(above).filter(|d| *d > 0).zip(known(least)).map(|(d, n)| quotient(n, d, 1));
    let upper = known(below).filter(|d| *d > 0).zip(known(most)).map(|(d, n)| quotient(n, d, 1));
    (lower, upper)
}

/// The whole number that a limit lies at, or the next inside it.
fn nearest(limit: f64, is_least: bool) -> i64 {
    let room = limit.abs().max(1.0) * 1e-9;
    if is_least { (limit - room).ceil() as i64 } else { (limit + room).floor() as i64 }
}

/// What a quotient of each row is multiplied by.
fn multipliers(table: &DataFrame) -> Result<Vec<f64>> {
    let measures = table.column("measure").and_then(|c| c.str()).map_err(wrong)?;
    let of = |measure: Option<&str>| match measure {
        Some("percent" | "ratio") => 100.0,
        Some("per_1000") => 1_000.0,
        Some("per_100000") => 100_000.0,
        _ => 1.0,
    };
    Ok(measures.iter().map(of).collect())
}

/// How many shares of exactly 0 or 100 % in small groups a table shows.
fn whole_groups(table: &DataFrame) -> Result<u64> {
    let counts = |name: &str| table.column(name).and_then(|c| c.i64()).map_err(wrong);
    let measures = table.column("measure").and_then(|c| c.str()).map_err(wrong)?;
    let (numerators, denominators) = (counts("numerator")?, counts("denominator")?);
    let is_whole = |((n, d), measure): ((Option<i64>, Option<i64>), Option<&str>)| {
        measure == Some("percent")
            && n.zip(d).is_some_and(|(n, d)| (n == 0 || n == d) && (1..SMALLEST_DENOMINATOR.cast_signed()).contains(&d))
    };
    Ok(numerators.iter().zip(denominators.iter()).zip(measures.iter()).filter(|of| is_whole(*of)).count() as u64)
}

fn wrong(e: PolarsError) -> Error {
    Error::Frame { table: "result".to_owned(), found: Fact::library(e) }
}
