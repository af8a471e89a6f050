//! How high a row of a sheet must be: not every spreadsheet works it out from the texts in it.

/// Points of a line of letters of 11 or 12 points.
pub(crate) const LINE: f64 = 16.0;

/// Points of a text that is broken into lines of so many letters.
pub(crate) fn height(text: &str, letters: f64) -> f64 {
    LINE * text.split('\n').map(|line| (line.chars().count() as f64 / letters).ceil().max(1.0)).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_by_breaks_and_by_width() {
        for (text, letters, lines) in [("", 5.0, 1.0), ("12345", 5.0, 1.0), ("123456", 5.0, 2.0), ("1\n123456", 5.0, 3.0)] {
            assert!((height(text, letters) / LINE - lines).abs() < 1e-9, "{text:?}");
        }
    }
}
