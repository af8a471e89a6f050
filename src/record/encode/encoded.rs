//! One column as small integers: flags with three values, numbers as intervals, text as codes.

use crate::record::distinct::Distinct;
use std::collections::HashMap;

/// False. The three truth values are ordered, so that AND is the least, OR the greatest, NOT `2 - x`.
pub(crate) const NO: u8 = 0;
/// Undecided.
pub(crate) const UNDECIDED: u8 = 1;
/// True.
pub(crate) const YES: u8 = 2;

/// The code for text that is not recorded.
pub(crate) const NO_WORD: u32 = u32::MAX;

/// The bounds of an unknown number: below and above every other.
pub(super) const LOW: i32 = i32::MIN;
pub(super) const HIGH: i32 = i32::MAX;

/// One encoded column.
#[derive(Debug)]
pub(crate) enum Encoded {
    /// [`NO`], [`UNDECIDED`] or [`YES`].
    Flag(Vec<u8>),
    /// The least and the greatest possible value; equal where it is known.
    Number { low: Vec<i32>, high: Vec<i32> },
    /// Indices into `words`, or [`NO_WORD`].
    Words { codes: Vec<u32>, words: Vec<String> },
    /// Indices into `words`: those of a row from `starts[row]` to `starts[row + 1]`; `known` is false where no list is recorded.
    List { starts: Vec<u32>, codes: Vec<u32>, known: Vec<bool>, words: Vec<String> },
}

impl Encoded {
    pub(super) fn unknown(rows: usize) -> Self {
        Self::Number { low: vec![LOW; rows], high: vec![HIGH; rows] }
    }

    /// The given rows, in that order.
    pub fn gather(&self, rows: &[usize]) -> Self {
        match self {
            Self::Flag(values) => Self::Flag(rows.iter().map(|r| values[*r]).collect()),
            Self::Number { low, high } => {
                Self::Number { low: rows.iter().map(|r| low[*r]).collect(), high: rows.iter().map(|r| high[*r]).collect() }
            }
            Self::Words { codes, words } => {
                let mut kept = Vec::new();
                let mut places: HashMap<u32, u32> = HashMap::new();
                let mut keep = |code: u32| match code {
                    NO_WORD => NO_WORD,
                    code => *places.entry(code).or_insert_with(|| push(&mut kept, words[code as usize].clone())),
                };
                let codes = rows.iter().map(|r| keep(codes[*r])).collect();
                Self::Words { codes, words: kept }
            }
            Self::List { starts, codes, known, words } => {
                let mut found = Self::List { starts: vec![0], codes: Vec::new(), known: Vec::new(), words: words.clone() };
                if let Self::List { starts: at, codes: into, known: there, .. } = &mut found {
                    for r in rows {
                        into.extend(&codes[starts[*r] as usize..starts[r + 1] as usize]);
                        at.push(u32::try_from(into.len()).unwrap_or(u32::MAX));
                        there.push(known[*r]);
                    }
                }
                found
            }
        }
    }

    /// The distinct values.
    pub fn distinct(&self) -> Distinct {
        match self {
            Self::Flag(values) => Distinct::hashed(values.len(), values.iter()),
            Self::Number { low, high } => Distinct::hashed(low.len(), low.iter().zip(high)),
            Self::Words { codes, .. } => Distinct::hashed(codes.len(), codes.iter()),
            Self::List { starts, codes, known, .. } => {
                let items = starts.windows(2).map(|w| &codes[w[0] as usize..w[1] as usize]);
                Distinct::hashed(known.len(), items.zip(known))
            }
        }
    }

    /// Appends the rows of another column of the same kind.
    pub fn extend(&mut self, other: Self) {
        match (self, other) {
            (Self::Flag(mine), Self::Flag(theirs)) => mine.extend(theirs),
            (Self::Number { low, high }, Self::Number { low: l, high: h }) => {
                low.extend(l);
                high.extend(h);
            }
            (Self::Words { codes, words }, Self::Words { codes: c, words: w }) => {
                let places: Vec<u32> = w.into_iter().map(|word| place(words, word)).collect();
                codes.extend(c.into_iter().map(|code| if code == NO_WORD { NO_WORD } else { places[code as usize] }));
            }
            (Self::List { starts, codes, known, words }, Self::List { starts: s, codes: c, known: k, words: w }) => {
                let places: Vec<u32> = w.into_iter().map(|word| place(words, word)).collect();
                let base = starts.last().copied().unwrap_or(0);
                starts.extend(s.iter().skip(1).map(|at| base + at));
                codes.extend(c.into_iter().map(|code| places[code as usize]));
                known.extend(k);
            }
            // A name is always read as the same kind.
            _ => {}
        }
    }

    /// The bounds of a number column.
    pub(super) fn interval(&self) -> (Vec<i32>, Vec<i32>) {
        match self {
            Self::Number { low, high } => (low.clone(), high.clone()),
            _ => (Vec::new(), Vec::new()),
        }
    }
}

pub(super) fn push(words: &mut Vec<String>, word: String) -> u32 {
    words.push(word);
    u32::try_from(words.len() - 1).unwrap_or(NO_WORD)
}

/// The index of a word in a short list, added if new; several codes may share it.
pub(super) fn place(words: &mut Vec<String>, word: String) -> u32 {
    match words.iter().position(|w| *w == word) {
        Some(at) => u32::try_from(at).unwrap_or(NO_WORD),
        None => push(words, word),
    }
}
