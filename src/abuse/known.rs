//! The codes that this room uses by name, as indices into the lists of the catalogue. They are resolved once, so nothing
//! depends on the order of a list, and a list that lacks a code is an error.

use crate::catalogue::Codes;
use crate::error::{Error, Fact, Phrase, Result};

/// The file of the lists.
const FILE: &str = "codes.toml";

/// Indices of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    /// Results of a verification, as bits.
    pub confirmed: u8,
    pub any_verification: u8,
    pub exploitation: u8,
    pub sexual_abuse: u8,
    pub abandonment: u8,
    pub neglect: u8,
    pub of_2013: u8,
    pub of_2021: u8,
    pub in_force: u8,
    pub annulled: u8,
    pub to_criminal: u8,
    pub person: u8,
    pub organisation: u8,
    pub warning: u8,
    pub fine: u8,
}

impl Known {
    /// # Errors
    /// [`Error::Catalogue`] if a list lacks a code, or has more codes than bits.
    pub fn new(codes: &Codes) -> Result<Self> {
        let position = |list: &str, code: &str| position(&categories(codes, list), list, code);
        let (verifications, _) = (as_bits(codes, "verification")?, as_bits(codes, "form")?);
        Ok(Self {
            confirmed: 1 << position("verification", "confirmed")?,
            any_verification: verifications,
            exploitation: position("form", "exploitation")?,
            sexual_abuse: position("form", "sexual_abuse")?,
            abandonment: position("form", "abandonment")?,
            neglect: position("form", "neglect")?,
            of_2013: position("decree", "144/2013")?,
            of_2021: position("decree", "130/2021")?,
            in_force: position("sanction_status", "in_force")?,
            annulled: position("sanction_status", "annulled")?,
            to_criminal: position("sanction_status", "to_criminal")?,
            person: position("violator", "person")?,
            organisation: position("violator", "organisation")?,
            warning: position("sanction_form", "a")?,
            fine: position("sanction_form", "b")?,
        })
    }
}

/// The codes of a list in its order.
pub(super) fn categories(codes: &Codes, list: &str) -> Vec<String> {
    codes.categories_of(list).into_iter().map(str::to_owned).collect()
}

/// The position of a code in its list.
///
/// # Errors
/// [`Error::Catalogue`] if the list lacks it.
pub(super) fn position(categories: &[String], list: &str, code: &str) -> Result<u8> {
    let found = categories.iter().position(|c| c == code).and_then(|position| u8::try_from(position).ok());
    found.ok_or_else(|| lacks(list, Phrase::TheCode(code.to_owned()), Fact::verbatim(categories.join(", "))))
}

/// All codes of a list as bits.
fn as_bits(codes: &Codes, list: &str) -> Result<u8> {
    let count = categories(codes, list).len() as u32;
    match count {
        1..=7 => Ok((1 << count) - 1),
        8 => Ok(u8::MAX),
        other => Err(lacks(list, Phrase::CodesFromTo(1, 8), Fact::verbatim(other))),
    }
}

fn lacks(list: &str, expected: Phrase, found: Fact) -> Error {
    Error::Catalogue { file: FILE.to_owned(), key: list.to_owned(), expected: expected.into(), found }
}

/// The bands of fines: code, lower end and excluded upper end in đồng.
///
/// # Errors
/// [`Error::Catalogue`] if a code is not a band such as 5-10 or 25+, in million đồng.
pub(super) fn fine_bands(codes: &Codes) -> Result<Vec<(String, i64, i64)>> {
    const MILLION: i64 = 1_000_000;
    let read = |code: &str| {
        let (low, high) = match code.split_once('-') {
            Some((low, high)) => (low, high.parse::<i64>().ok()?.checked_mul(MILLION)?),
            None => (code.strip_suffix('+')?, i64::MAX),
        };
        let low = low.parse::<i64>().ok()?.checked_mul(MILLION)?;
        (low < high).then_some((code.to_owned(), low, high))
    };
    let of = |code: &String| read(code).ok_or_else(|| lacks("fine_band", Phrase::FineBands, Fact::verbatim(code)));
    categories(codes, "fine_band").iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn codes_are_found_by_name_and_a_missing_one_is_an_error() {
        let catalogue = Catalogue::builtin();
        let known = Known::new(catalogue.codes()).unwrap();
        let code = |list: &str, index: u8| categories(catalogue.codes(), list)[usize::from(index)].clone();
        assert_eq!((code("decree", known.of_2021), code("form", known.neglect)), ("130/2021".to_owned(), "neglect".to_owned()));
        assert_eq!(code("verification", known.confirmed.trailing_zeros() as u8), "confirmed");
        let list = ["refuted", "confirmed"].map(str::to_owned);
        assert_eq!(position(&list, "verification", "confirmed"), Ok(1));
        assert_eq!(position(&list, "verification", "suspected").unwrap_err().code(), "catalogue");
    }

    #[test]
    fn bands_of_fines_leave_no_amount_out() {
        let bands = fine_bands(Catalogue::builtin().codes()).unwrap();
        for fine in [0, 4_999_999, 5_000_000, 24_999_999, 25_000_000, i64::from(i32::MAX)] {
            assert_eq!(bands.iter().filter(|(_, low, high)| (*low..*high).contains(&fine)).count(), 1, "{fine}");
        }
    }
}
