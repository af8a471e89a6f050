//! The dimensions of a table, each with its categories in a tree under the total.

use crate::error::{Error, Fact, Phrase, Result};
use std::collections::{BTreeMap, BTreeSet};

/// The word for all of a dimension.
pub const TOTAL: &str = "total";

/// A dimension of a table of counts: its column, and what its categories add up to.
///
/// ```
/// use chitieu::disclosure::Axis;
/// // Two communes of one district; the district and the total are sums.
/// let area = Axis::new("area").under("12364", "335").under("12365", "335");
/// // A child may have several forms: the total counts each child once, and is in the table itself.
/// let form = Axis::new("form").distinct();
/// # let _ = (area, form);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    pub(super) name: String,
    parents: BTreeMap<String, String>,
    pub(super) is_distinct: bool,
    order: Vec<String>,
}

impl Axis {
    /// A dimension whose categories add up to its total.
    #[must_use]
    pub fn new(column: impl Into<String>) -> Self {
        Self { name: column.into(), parents: BTreeMap::new(), is_distinct: false, order: Vec::new() }
    }

    /// Puts a category under another, such as a commune under its district.
    #[must_use]
    pub fn under(mut self, category: impl Into<String>, parent: impl Into<String>) -> Self {
        self.parents.insert(category.into(), parent.into());
        self
    }

    /// The categories overlap: a total, and every category with others under it, counts things once that may be in several. It is no
    /// sum, but at least each part and at most the sum of all, and stands in the table as a row of its own.
    #[must_use]
    pub fn distinct(mut self) -> Self {
        self.is_distinct = true;
        self
    }

    /// The order of the categories; those not named follow, sorted.
    #[must_use]
    pub fn in_order<S: Into<String>>(mut self, categories: impl IntoIterator<Item = S>) -> Self {
        self.order = categories.into_iter().map(Into::into).collect();
        self
    }

    /// The tree of the categories that a table has.
    pub(super) fn tree<'c>(&self, met: impl IntoIterator<Item = &'c str>) -> Result<Tree> {
        let mut children: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut known = BTreeSet::new();
        for category in met {
            let (mut category, mut steps) = (category, 0);
            while category != TOTAL && known.insert(category) {
                let parent = self.parents.get(category).map_or(TOTAL, String::as_str);
                children.entry(parent).or_default().insert(category);
                category = parent;
                steps += 1;
                if steps > self.parents.len() + 1 {
                    break;
                }
            }
        }
        let place: BTreeMap<&str, usize> = self.order.iter().enumerate().map(|(nth, label)| (label.as_str(), nth)).collect();
        let mut tree = Tree { axis: self.clone(), labels: Vec::new(), parents: Vec::new(), children: Vec::new(), leaves: Vec::new() };
        let mut waiting: Vec<(&str, Option<u32>)> = vec![(TOTAL, None)];
        while let Some((label, parent)) = waiting.pop() {
            let nth = tree.labels.len() as u32;
            tree.labels.push(label.to_owned());
            tree.parents.push(parent);
            tree.children.push(Vec::new());
            if let Some(parent) = parent {
                tree.children[parent as usize].push(nth);
            }
            let mut under: Vec<&str> = children.get(label).into_iter().flatten().copied().collect();
            under.sort_by_key(|label| (place.get(label).copied().unwrap_or(usize::MAX), *label));
            waiting.extend(under.into_iter().rev().map(|child| (child, Some(nth))));
        }
        // Categories in a circle are under no total.
        if let Some(lost) = known.iter().find(|label| !tree.labels.iter().any(|there| there == *label)) {
            let expected = Phrase::CategoryUnderTotal.into();
            return Err(Error::BadNumber { what: "hierarchies", expected, found: Fact::quoted(format_args!("{}: {lost}", self.name)) });
        }
        tree.leaves = vec![0; tree.labels.len()];
        for nth in (0..tree.labels.len()).rev() {
            tree.leaves[nth] = tree.children[nth].iter().map(|child| tree.leaves[*child as usize]).sum::<u64>().max(1);
        }
        Ok(tree)
    }
}

/// The categories of one dimension: the total first, each before those under it.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    pub axis: Axis,
    pub labels: Vec<String>,
    pub parents: Vec<Option<u32>>,
    pub children: Vec<Vec<u32>>,
    /// How many of the finest categories are under each.
    pub leaves: Vec<u64>,
}

impl Tree {
    /// True for a category that is no sum of others.
    pub fn is_own(&self, nth: u32) -> bool {
        self.axis.is_distinct || self.children[nth as usize].is_empty()
    }
}
