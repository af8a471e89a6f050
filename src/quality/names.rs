//! Comparison of people's names, which never leave the check.

use crate::spelling::bare;
use polars_core::prelude::StringChunked;

/// Words with fewer letters pair only if equal.
const LEAST_LETTERS: usize = 4;
/// Longer text is not a name.
const MOST_BYTES: usize = 400;

/// The names of consecutive rows, concatenated.
#[derive(Default)]
pub(super) struct Names {
    text: String,
    ends: Vec<usize>,
}

/// Never shows names.
impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Names({})", self.ends.len())
    }
}

impl Names {
    pub fn of(names: Option<&StringChunked>, rows: usize) -> Self {
        let mut found = Self::default();
        for row in 0..rows {
            let name = names.and_then(|n| n.get(row)).unwrap_or_default();
            found.text.push_str(if name.len() > MOST_BYTES { "" } else { name });
            found.ends.push(found.text.len());
        }
        found
    }

    pub fn extend(&mut self, other: &Self) {
        let base = self.text.len();
        self.text.push_str(&other.text);
        self.ends.extend(other.ends.iter().map(|end| end + base));
    }

    /// The words of a row's name, folded.
    pub fn words(&self, row: usize) -> Vec<String> {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        folded(&self.text[start..self.ends[row]])
    }
}

/// The words of a name without case, tone and other marks.
pub(super) fn folded(name: &str) -> Vec<String> {
    bare(name).split_whitespace().map(str::to_owned).collect()
}

/// Twice the number of pairs of words, over the words of both names; 0 without words.
pub(super) fn similarity(one: &[String], other: &[String]) -> f64 {
    let words = one.len() + other.len();
    if words == 0 { 0.0 } else { (2 * pairs(one, other)) as f64 / words as f64 }
}

fn pairs(one: &[String], other: &[String]) -> usize {
    let mut left: Vec<&String> = other.iter().collect();
    let mut pairs = 0;
    // Pair equal words first, so that a near word does not use up an equal one.
    let mut rest: Vec<&String> = Vec::new();
    for word in one {
        match left.iter().position(|w| *w == word) {
            Some(at) => {
                left.remove(at);
                pairs += 1;
            }
            None => rest.push(word),
        }
    }
    for word in rest {
        if let Some(at) = left.iter().position(|w| is_near(w, word)) {
            left.remove(at);
            pairs += 1;
        }
    }
    pairs
}

/// Both of at least four letters, and at most one letter added, removed or replaced.
fn is_near(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().min(b.len()) < LEAST_LETTERS || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    if a == b {
        return true;
    }
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (short, long) = if a.len() < b.len() { (&a, &b) } else { (&b, &a) };
    long[start + 1..] == short[start + usize::from(a.len() == b.len())..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paired(a: &str, b: &str) -> usize {
        pairs(&folded(a), &folded(b))
    }

    #[test]
    fn names_are_compared_by_words() {
        // Marks, their placement and case do not matter.
        assert_eq!(paired("Nguyễn Thị Hoà", "NGUYEN THI HÒA"), 3);
        // phuong and phuog are one letter apart.
        assert_eq!(paired("Trần Đức Phương", "Tran Duc Phuog"), 3);
        // an and anh are too short to pair.
        assert_eq!(paired("Nguyễn Văn An", "Nguyễn Văn Anh"), 2);
        assert_eq!(paired("Nguyễn Thị Phương Anh", "Nguyễn Phương Anh"), 3);
        assert_eq!(paired("", ""), 0);
        assert!(is_near("phuong", "phuongg") && is_near("thanh", "thinh") && !is_near("thanh", "thinn"));
        // Two of three words each: 4 / 6.
        assert!((similarity(&folded("a b c"), &folded("a b d")) - 4.0 / 6.0).abs() < 1e-12);
    }
}
