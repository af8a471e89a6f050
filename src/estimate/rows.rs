//! Rows of a result, column by column, before they become a frame.

use super::cell::Cell;

/// Rows of a result; text columns as indices into short lists.
#[derive(Default)]
pub(super) struct ResultRows {
    pub output: Vec<u32>,
    pub area: Vec<u32>,
    /// Indices into `labels`, one column per dimension.
    pub categories: Vec<Vec<u32>>,
    pub labels: Vec<String>,
    pub numerator: Vec<Option<i64>>,
    pub denominator: Vec<Option<i64>>,
    pub value: Vec<Option<f64>>,
    pub lower: Vec<Option<f64>>,
    pub upper: Vec<Option<f64>>,
    pub undecided: Vec<Option<i64>>,
    pub reported: Vec<Option<i64>>,
    pub expected: Vec<Option<i64>>,
    /// Indices into `terms`.
    pub status: Vec<u32>,
    pub method: Vec<u32>,
    /// The statuses and methods met, none among them.
    pub terms: Vec<Option<&'static str>>,
}

impl ResultRows {
    /// The index of a label; there are a few hundred at most.
    pub fn label(&mut self, label: &str) -> u32 {
        let index = self.labels.iter().position(|l| l == label).unwrap_or_else(|| {
            self.labels.push(label.to_owned());
            self.labels.len() - 1
        });
        index as u32
    }

    pub fn push(&mut self, cell: &Cell) {
        // Signed, since every reader of tables knows signed integers.
        let signed = |count: Option<u64>| count.and_then(|n| i64::try_from(n).ok());
        self.numerator.push(signed(cell.numerator));
        self.denominator.push(signed(cell.denominator));
        self.value.push(cell.value);
        self.lower.push(cell.limits.map(|l| l.0));
        self.upper.push(cell.limits.map(|l| l.1));
        self.undecided.push(signed(cell.undecided));
        self.reported.push(cell.reported.map(i64::from));
        self.expected.push(cell.expected.map(i64::from));
        let (status, method) = (self.term(Some(cell.status)), self.term(cell.method));
        self.status.push(status);
        self.method.push(method);
    }

    /// The index of a status or method; there are a dozen at most.
    fn term(&mut self, term: Option<&'static str>) -> u32 {
        let index = self.terms.iter().position(|t| *t == term).unwrap_or_else(|| {
            self.terms.push(term);
            self.terms.len() - 1
        });
        index as u32
    }
}
