//! Records that span several rows, one for each code of a list: joined by key, never by name.

use super::columns::Values;
use super::rules::Rules;
use super::value::{Parsed, Value};
use crate::catalogue::{Column, Table};
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

/// The tables with such records: the keys and the list. The first key whose columns are all present counts.
const LONG: [(&str, &[&str], &str); 3] = [
    ("children", &["child_id"], "circumstances"),
    ("children", &["personal_id"], "circumstances"),
    ("victims", &["case_id", "child_id"], "forms"),
];

/// The result of joining rows with a common key.
pub(super) struct Joined {
    /// The records that stay, as indices of the previous ones.
    pub kept: Vec<u32>,
    /// How many rows were merged into another.
    pub rows: u64,
    /// The list, and the last column of the key.
    pub list: String,
    pub key: String,
    /// Rows with a common key that differ in more than the list, or whose list is unknown: they stay separate.
    pub apart: Vec<u32>,
}

/// Joins rows that differ only in their list. `None` if the columns are missing, or no two rows have a common key.
pub(super) fn join(table: &Table, columns: &mut [(&Column, Values)], rows: usize) -> Option<Joined> {
    let place = |id: &str| columns.iter().position(|(column, _)| column.id == id);
    let (keys, list) = LONG.iter().find_map(|(of, keys, list)| {
        let keys: Option<Vec<usize>> = keys.iter().map(|key| place(key)).collect();
        (*of == table.id).then_some(()).and(keys).zip(place(list))
    })?;
    let mut found =
        Joined { kept: Vec::new(), rows: 0, list: columns[list].0.id.clone(), key: columns[*keys.last()?].0.id.clone(), apart: Vec::new() };
    let mut gone = vec![false; rows];
    for group in groups(columns, &keys, rows) {
        let of = |row: u32| &columns[list].1.parsed[columns[list].1.of_row[row as usize] as usize];
        if group.iter().all(|row| of(*row).value == of(group[0]).value) {
            continue;
        }
        let are_alike =
            columns.iter().enumerate().all(|(at, (_, values))| at == list || group.iter().all(|row| same(values, group[0], *row)));
        let codes: Option<Vec<&Vec<String>>> =
            group.iter().map(|row| if let Value::List(codes) = &of(*row).value { Some(codes) } else { None }).collect();
        // "None" beside a code contradicts it; an unknown list leaves the joined one incomplete.
        let Some(codes) = codes.filter(|codes| are_alike && codes.iter().all(|codes| !codes.is_empty())) else {
            found.apart.extend(group);
            continue;
        };
        let mut all: Vec<String> = Vec::new();
        for code in codes.into_iter().flatten() {
            if !all.contains(code) {
                all.push(code.clone());
            }
        }
        let mut rules = Rules::default();
        for row in &group {
            rules.join(of(*row).rules);
        }
        let values = &mut columns[list].1;
        values.parsed.push(Parsed::with(Value::List(all), rules));
        values.of_row[group[0] as usize] = values.parsed.len() as u32 - 1;
        for row in &group[1..] {
            gone[*row as usize] = true;
            found.rows += 1;
        }
    }
    if found.rows == 0 && found.apart.is_empty() {
        return None;
    }
    found.apart.sort_unstable();
    found.kept = (0..rows as u32).filter(|row| !gone[*row as usize]).collect();
    if found.rows > 0 {
        for (_, values) in columns.iter_mut() {
            values.of_row = found.kept.iter().map(|row| values.of_row[*row as usize]).collect();
        }
    }
    Some(found)
}

/// True if two rows hold the same value; unread values are equal only if their cells are equal.
fn same(values: &Values, one: u32, other: u32) -> bool {
    let (one, other) = (values.of_row[one as usize], values.of_row[other as usize]);
    let (parsed, beside) = (&values.parsed[one as usize], &values.parsed[other as usize]);
    one == other || parsed.unread.is_none() && beside.unread.is_none() && parsed.value == beside.value
}

/// Groups of rows with a common complete key, in order.
fn groups(columns: &[(&Column, Values)], keys: &[usize], rows: usize) -> Vec<Vec<u32>> {
    let hashes: Vec<Vec<Option<u128>>> = keys
        .iter()
        .map(|key| {
            let hash = |parsed: &Parsed| if let Value::Text(text) = &parsed.value { Some(xxh3_128(text.as_bytes())) } else { None };
            columns[*key].1.parsed.par_iter().with_min_len(1024).map(hash).collect()
        })
        .collect();
    let whole = |row: u32| {
        let parts = keys.iter().zip(&hashes).map(|(key, hashes)| hashes[columns[*key].1.of_row[row as usize] as usize]);
        parts.reduce(|before, part| Some(before?.rotate_left(64) ^ part?)).flatten()
    };
    let mut keyed: Vec<(u128, u32)> =
        (0..rows as u32).into_par_iter().with_min_len(1024).filter_map(|row| Some((whole(row)?, row))).collect();
    keyed.par_sort_unstable();
    keyed
        .chunk_by(|one, other| one.0 == other.0)
        .filter(|group| group.len() > 1)
        .map(|group| group.iter().map(|(_, row)| *row).collect())
        .collect()
}
