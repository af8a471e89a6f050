//! The full cross of dimensions with its margins; a cell is a number in mixed radix.

use super::categories::{Categories, Category};

/// The full cross of some dimensions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Cross {
    dimensions: Vec<Categories>,
    size: u64,
}

impl Cross {
    pub fn new(dimensions: Vec<Categories>) -> Self {
        // Saturates: crosses this large are refused by `check_rows`.
        let size = dimensions.iter().fold(1_u64, |size, of| size.saturating_mul(of.size()));
        Self { dimensions, size }
    }

    pub fn dimensions(&self) -> &[Categories] {
        &self.dimensions
    }

    /// How many cells there are, margins included.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The number of a cell.
    pub fn cell(&self, categories: impl IntoIterator<Item = u64>) -> u64 {
        self.dimensions.iter().zip(categories).fold(0, |cell, (of, category)| cell * of.size() + category)
    }

    /// The number of every combination of the given categories, in order.
    pub fn cells<C: AsRef<[u64]>>(&self, categories: impl IntoIterator<Item = C>) -> Vec<u64> {
        self.dimensions.iter().zip(categories).fold(vec![0], |heads, (of, some)| {
            heads.iter().flat_map(|head| some.as_ref().iter().map(move |category| head * of.size() + category)).collect()
        })
    }

    /// The categories of a cell.
    pub fn categories(&self, mut cell: u64) -> Vec<u64> {
        let mut categories = vec![0; self.dimensions.len()];
        for (of, category) in self.dimensions.iter().zip(&mut categories).rev() {
            *category = cell % of.size();
            cell /= of.size();
        }
        categories
    }

    /// The cells shown in a table, in order.
    pub fn shown(&self) -> Vec<u64> {
        self.cells(self.dimensions.iter().map(|of| of.shown().map(|category| of.number(category)).collect::<Vec<_>>()))
    }

    /// How many cells are shown in a table.
    pub fn rows(&self) -> u128 {
        self.dimensions.iter().map(|of| of.labels.len() as u128 + 2).product()
    }

    /// Every cell that contains a finest cell, itself included.
    pub fn margins_of(&self, cell: u64) -> Vec<u64> {
        let categories = self.dimensions.iter().zip(self.categories(cell));
        self.cells(categories.map(|(of, category)| match category {
            _ if of.is_multiple => vec![category],
            _ if category == of.outside() => vec![of.total()],
            _ => vec![category, of.total()],
        }))
    }

    /// For each dimension the label of every cell shown.
    pub fn labels(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        let mut each: usize = self.dimensions.iter().map(|of| of.labels.len() + 2).product();
        let rows = each;
        self.dimensions.iter().map(move |of| {
            let shown: Vec<Category> = of.shown().collect();
            each /= shown.len();
            let cycle = shown.iter().flat_map(|category| std::iter::repeat_n(of.label(*category), each));
            let once: Vec<&str> = cycle.collect();
            (of.name.as_str(), once.iter().copied().cycle().take(rows).collect())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_shown_with_their_margins() {
        let of = |name: &str, labels: &[&str]| Categories::listed(name, labels.iter().map(|l| (*l).to_owned()));
        let cross = Cross::new(vec![of("sex", &["male", "female"]), of("online", &["yes"])]);
        // Total, two sexes and unknown, each with total, yes and unknown.
        assert_eq!((cross.rows(), cross.shown().len(), cross.size()), (12, 12, 5 * 4));
        let labels: Vec<(&str, Vec<&str>)> = cross.labels().collect();
        assert_eq!(labels[0].1[..4], ["total", "total", "total", "male"]);
        assert_eq!(labels[1].1[..4], ["total", "yes", "unknown", "total"]);
        // Male and online: itself, each sex's total, each online's total, and the total of both.
        let cell = cross.cell([0, 0]);
        assert_eq!(cross.categories(cell), [0, 0]);
        assert_eq!(cross.margins_of(cell), [cell, cross.cell([0, 3]), cross.cell([4, 0]), cross.cell([4, 3])]);
    }
}
