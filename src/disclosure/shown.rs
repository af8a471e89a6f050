//! A result without what is hidden.

use super::book::Settled;
use super::ledger::RowCounts;
use super::protect::SUPPRESSED;
use super::read::{multipliers, wrong};
use super::relations::UNBOUNDED;
use super::rule::{Rule, Zeros};
use crate::error::Result;
use crate::stats::{SMALLEST_DENOMINATOR, quotient};
use polars_core::prelude::*;

/// The method in rows of hidden counts: the limits are what anyone can work out.
const PUBLIC_BOUNDS: &str = "public_bounds";

/// The least and the most that a value can be.
type Ends = (Option<f64>, Option<f64>);

/// The table without what is hidden.
pub(super) fn hide(table: &DataFrame, rows: &[RowCounts], settled: &Settled, rule: &Rule) -> Result<DataFrame> {
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

/// How many shares of exactly 0 or 100 % in small groups a table shows.
pub(super) fn whole_groups(table: &DataFrame) -> Result<u64> {
    let counts = |name: &str| table.column(name).and_then(|c| c.i64()).map_err(wrong);
    let measures = table.column("measure").and_then(|c| c.str()).map_err(wrong)?;
    let (numerators, denominators) = (counts("numerator")?, counts("denominator")?);
    let is_whole = |((n, d), measure): ((Option<i64>, Option<i64>), Option<&str>)| {
        measure == Some("percent")
            && n.zip(d).is_some_and(|(n, d)| (n == 0 || n == d) && (1..SMALLEST_DENOMINATOR.cast_signed()).contains(&d))
    };
    Ok(numerators.iter().zip(denominators.iter()).zip(measures.iter()).filter(|of| is_whole(*of)).count() as u64)
}
