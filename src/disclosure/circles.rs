//! Breakdowns in a circle: tables that say more together than the relations between them tell.
//!
//! Sex by age, age by form and form by sex are margins of a table that nobody prints, and whose cells cannot be below 0. Without a
//! circle no such bound says more than the margins do: the breakdowns are then decomposable (S. L. Lauritzen, Graphical Models,
//! 1996, chapter 4). They are tried by taking away, again and again, what stands in one breakdown alone and breakdowns that are part
//! of another (M. H. Graham, 1979; C. T. Yu and M. Z. Özsoyoğlu, 1979).

use super::book::Book;
use super::named::Id;
use std::collections::{BTreeMap, BTreeSet};

/// What a count is broken down by: a level of areas, or a dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Area(u8),
    Dimension(Id),
}

/// The number of families whose breakdowns are in a circle.
pub(super) fn circles(book: &Book) -> u64 {
    let mut breakdowns: BTreeMap<Id, BTreeSet<BTreeSet<By>>> = BTreeMap::new();
    for nth in 0..book.len() as u32 {
        let key = book.key(nth);
        // What is left or undecided follows from counts that are looked at themselves.
        if book.spell(key.family).is_none_or(|spell| spell.is_rest) {
            continue;
        }
        // A commune tells its province.
        let areas = (1..=book.level(nth)).map(By::Area);
        let by = areas.chain(key.words.iter().map(|(of, _)| By::Dimension(*of))).collect();
        breakdowns.entry(key.family).or_default().insert(by);
    }
    breakdowns.into_values().filter(|of| is_circle(of.iter().cloned().collect())).count() as u64
}

fn is_circle(mut edges: Vec<BTreeSet<By>>) -> bool {
    loop {
        let before = edges.clone();
        let mut times: BTreeMap<By, u32> = BTreeMap::new();
        edges.iter().flatten().for_each(|by| *times.entry(*by).or_default() += 1);
        for edge in &mut edges {
            edge.retain(|by| times[by] > 1);
        }
        let mut kept: Vec<BTreeSet<By>> = Vec::new();
        edges.sort_by_key(|edge| std::cmp::Reverse(edge.len()));
        for edge in edges {
            if !kept.iter().any(|other| edge.is_subset(other)) {
                kept.push(edge);
            }
        }
        if kept.len() < 2 {
            return false;
        }
        if kept == before {
            return true;
        }
        edges = kept;
    }
}

#[cfg(test)]
mod tests {
    use super::{By, is_circle};
    use std::collections::BTreeSet;

    fn edges(of: &[&str]) -> Vec<BTreeSet<By>> {
        // Letters are dimensions, numbers levels of areas.
        let by = |letter: char| By::Area(letter as u8);
        of.iter().map(|edge| edge.chars().map(by).collect()).collect()
    }

    #[test]
    fn only_breakdowns_that_close_are_a_circle() {
        assert!(is_circle(edges(&["sa", "af", "fs", "s", "a", "f", ""])));
        // By form and by age in communes, and both in the province.
        assert!(is_circle(edges(&["f123", "g123", "fg1"])));
        assert!(is_circle(edges(&["ab", "bc", "cd", "da"])));
        assert!(!is_circle(edges(&["saf", "sa", "af", "fs"])));
        assert!(!is_circle(edges(&["sa", "af"])));
        assert!(!is_circle(edges(&["s123", "a123", "f1"])));
        assert!(!is_circle(edges(&[""])));
        assert!(!is_circle(edges(&[])));
    }
}
