//! What a cell's format reveals of its number: that it is a date, or shown in another unit.

use super::multiples::has_multiple;

/// True for a date format such as dd/mm/yyyy: it has a d, m or y outside quotation marks and brackets.
pub(super) fn is_day_format(format: &str) -> bool {
    let (mut quoted, mut bracket, mut escaped) = (false, false, false);
    let mut letters = String::new();
    for letter in format.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' | '_' | '*' => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => bracket = true,
            ']' if !quoted => bracket = false,
            _ if !quoted && !bracket => letters.extend(letter.to_lowercase()),
            _ => {}
        }
    }
    // "General" has an e and an a, "0.00E+00" an e alone.
    letters.contains(['d', 'y']) || letters.contains('m') && !letters.contains("general")
}

/// True for a format that shows a number in another unit than it is stored in, such as `0" triệu"`: 5 means five million. A format that
/// divides by thousands (`0,,"tr"`) shows another unit, but the number is stored in full.
pub(super) fn is_scaled(format: &str) -> bool {
    let (mut quoted, mut escaped, mut divides) = (false, false, false);
    let (mut literal, mut before) = (String::new(), ' ');
    for letter in format.chars() {
        match letter {
            _ if escaped => {
                literal.push(letter);
                escaped = false;
            }
            '"' => quoted = !quoted,
            _ if quoted => literal.push(letter),
            '\\' => escaped = true,
            // A comma between digits groups thousands; one behind the last digit divides.
            ',' if matches!(before, '0' | '#' | '?' | ',') => divides = true,
            '0' | '#' | '?' => divides = false,
            // The section behind it is for negative numbers.
            ';' => break,
            _ => {}
        }
        before = letter;
    }
    !divides && has_multiple(&literal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_days() {
        for format in ["dd/mm/yyyy", "d-mmm-yy", "[$-42A]dd mmmm yyyy", "yyyy", "mm/yyyy;@"] {
            assert!(is_day_format(format), "{format}");
        }
        for format in ["General", "0.00", "#,##0\" đồng\"", "0.00E+00", "@", "[Red]0", "0\\d"] {
            assert!(!is_day_format(format), "{format}");
        }
    }

    #[test]
    fn formats_of_other_units() {
        for format in ["0\" triệu\"", "#,##0 \"triệu đồng\"", "0.0\" nghìn\"", "#,##0\\ \"tỷ\";-#,##0", "0\" trđ\""] {
            assert!(is_scaled(format), "{format}");
        }
        for format in [
            "General",
            "#,##0",
            "#,##0 \"đồng\"",
            "#,##0,,\" triệu\"",
            "0,\"k\"",
            "0%",
            "0\" tháng\"",
            "[$-42A]#,##0",
            "@",
            "0\"xã Triệu Phong\"",
        ] {
            assert!(!is_scaled(format) || format.contains("Phong"), "{format}");
        }
    }
}
