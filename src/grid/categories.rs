//! The categories of a dimension, as numbers.

use crate::catalogue::{Codes, Dimension, band_labels};

/// The label of what is not recorded, or not certain.
pub(crate) const UNKNOWN: &str = "unknown";

/// The categories of a dimension in a table.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Categories {
    /// The dimension, by its name in a result.
    pub name: String,
    /// The column read.
    pub column: String,
    /// The named categories, without `total` and `unknown`.
    pub labels: Vec<String>,
    /// The label for rows in none of them.
    pub unknown_label: &'static str,
    /// For each named category its parent.
    pub parents: Vec<Option<usize>>,
    /// Where bands of numbers begin and end.
    pub cuts: Vec<i32>,
    /// True if one row may be in several categories.
    pub is_multiple: bool,
}

/// One category of a dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Category {
    Total,
    /// One of the named categories, by its place among them.
    Named(usize),
    /// Not recorded, or not certain.
    Unknown,
}

impl Categories {
    /// The categories of a standard dimension.
    pub fn of(dimension: Dimension, bands: &[i32], codes: &Codes) -> Self {
        let (labels, cuts) = match dimension {
            Dimension::AgeGroup => (band_labels(bands), bands.to_vec()),
            other => (codes.categories(other).into_iter().map(str::to_owned).collect::<Vec<_>>(), Vec::new()),
        };
        let parent = |code: &String| {
            let parent = codes.list(dimension.as_str())?.items.iter().find(|c| c.code == *code)?.parent.as_ref()?;
            labels.iter().position(|label| label == parent)
        };
        Self {
            parents: labels.iter().map(parent).collect(),
            name: dimension.as_str().to_owned(),
            column: dimension.column().to_owned(),
            labels,
            unknown_label: UNKNOWN,
            cuts,
            is_multiple: dimension.is_multiple(),
        }
    }

    /// Categories filled by the caller, not from a column.
    pub fn listed(name: &str, labels: impl IntoIterator<Item = String>) -> Self {
        let labels: Vec<String> = labels.into_iter().collect();
        let (parents, column) = (vec![None; labels.len()], String::new());
        Self { name: name.to_owned(), column, labels, unknown_label: UNKNOWN, parents, cuts: Vec::new(), is_multiple: false }
    }

    /// The number of a category by its label; other labels are `unknown`.
    pub fn of_label(&self, label: &str) -> u64 {
        self.labels.iter().position(|known| known == label).map_or(self.unknown(), |nth| nth as u64)
    }

    pub fn unknown(&self) -> u64 {
        self.labels.len() as u64
    }

    /// The number for values outside every band: in no category, but in the total.
    pub fn outside(&self) -> u64 {
        self.unknown() + 1
    }

    pub fn total(&self) -> u64 {
        self.unknown() + 2
    }

    /// How many numbers are in use.
    pub fn size(&self) -> u64 {
        self.unknown() + 3
    }

    pub fn number(&self, category: Category) -> u64 {
        match category {
            Category::Total => self.total(),
            Category::Named(nth) => nth as u64,
            Category::Unknown => self.unknown(),
        }
    }

    /// The categories shown in a table, in order.
    pub fn shown(&self) -> impl Iterator<Item = Category> + use<> {
        [Category::Total].into_iter().chain((0..self.labels.len()).map(Category::Named)).chain([Category::Unknown])
    }

    /// The label of a category in a table.
    pub fn label(&self, category: Category) -> &str {
        match category {
            Category::Total => "total",
            Category::Named(nth) => &self.labels[nth],
            Category::Unknown => self.unknown_label,
        }
    }
}
