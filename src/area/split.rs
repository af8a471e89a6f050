//! What becomes of the counts of a commune that was split among several.

use crate::error::{Error, Fact, Phrase, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Shares are kept in millionths, so that the parts of a count add up exactly.
pub(crate) const WHOLE: u32 = 1_000_000;
/// How far the sum of one commune's shares may be from 1.
const SLACK: f64 = 1e-6;

/// How much of an old commune a new one took over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// The code of the commune that was split.
    pub old: String,
    /// The code of one of the communes it was split among.
    pub new: String,
    /// The share of the new commune, in millionths.
    pub millionths: u32,
}

/// What becomes of the counts of communes that were split.
///
/// No official shares exist, and none are guessed: only the user's own are applied.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// They get a row of their own, "unallocated", inside the finest unit that holds all the parts.
    #[default]
    Unallocated,
    /// They are shared out; communes without shares stay unallocated.
    Shares(Vec<Share>),
}

impl Split {
    /// Shares as fractions: old code, new code, share of the old commune.
    ///
    /// ```
    /// use chitieu::area::Split;
    /// let split = Split::shares([("00016", "00004", 0.6), ("00016", "00025", 0.4)])?;
    /// assert!(Split::shares([("00016", "00004", 0.6)]).is_err());
    /// # let _ = split;
    /// # Ok::<(), chitieu::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::BadShares`] for a share below 0 or above 1, a pair named twice, or shares of one commune that do not add up to 1.
    pub fn shares<S: Into<String>>(rows: impl IntoIterator<Item = (S, S, f64)>) -> Result<Self> {
        let mut by_old: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
        for (old, new, part) in rows {
            let (old, new) = (old.into(), new.into());
            if !(0.0..=1.0).contains(&part) {
                return bad(&old, Phrase::ShareOfOne, part);
            }
            if by_old.entry(old.clone()).or_default().insert(new.clone(), part).is_some() {
                return bad(&old, Phrase::EachPairOnce, Fact::verbatim(new));
            }
        }
        let mut shares = Vec::new();
        for (old, parts) in by_old {
            let sum: f64 = parts.values().sum();
            if (sum - 1.0).abs() > SLACK {
                return bad(&old, Phrase::SharesOfOne, sum);
            }
            let millionths = whole_parts(&parts.values().copied().collect::<Vec<_>>());
            shares.extend(parts.into_keys().zip(millionths).map(|(new, millionths)| Share { old: old.clone(), new, millionths }));
        }
        Ok(Self::Shares(shares))
    }

    /// Refuses shares that [`Split::shares`] would not make, such as those of a plan edited as JSON.
    pub(crate) fn check(&self) -> Result<()> {
        for (old, shares) in self.by_old() {
            let mut met = BTreeSet::new();
            if let Some(share) = shares.iter().find(|share| !met.insert(&share.new)) {
                return bad(old, Phrase::EachPairOnce, Fact::verbatim(&share.new));
            }
            let sum: u64 = shares.iter().map(|share| u64::from(share.millionths)).sum();
            if sum != u64::from(WHOLE) {
                return bad(old, Phrase::SharesOfOne, sum as f64 / f64::from(WHOLE));
            }
        }
        Ok(())
    }

    /// True if there are no shares.
    pub(crate) fn is_unallocated(&self) -> bool {
        *self == Self::Unallocated
    }

    /// The shares by the commune that was split.
    pub(crate) fn by_old(&self) -> BTreeMap<&str, Vec<&Share>> {
        let mut found: BTreeMap<&str, Vec<&Share>> = BTreeMap::new();
        if let Self::Shares(shares) = self {
            for share in shares {
                found.entry(&share.old).or_default().push(share);
            }
        }
        found
    }
}

pub(crate) fn bad<T>(old: &str, expected: Phrase, found: impl Into<Fact>) -> Result<T> {
    Err(Error::BadShares { old: old.to_owned(), expected: expected.into(), found: found.into() })
}

/// Fractions in millionths that add up to a million: rounded down, the rest given to the largest remainders.
fn whole_parts(parts: &[f64]) -> Vec<u32> {
    let exact: Vec<f64> = parts.iter().map(|p| p * f64::from(WHOLE)).collect();
    #[allow(clippy::cast_sign_loss, reason = "parts are from 0 to 1")]
    let mut found: Vec<u32> = exact.iter().map(|p| p.floor() as u32).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|a, b| exact[*b].fract().total_cmp(&exact[*a].fract()).then(a.cmp(b)));
    let given: u32 = found.iter().sum();
    for place in order.into_iter().cycle().take(WHOLE.saturating_sub(given) as usize) {
        found[place] += 1;
    }
    let over = found.iter().sum::<u32>().saturating_sub(WHOLE);
    if let Some(most) = found.iter_mut().max() {
        *most -= over;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_a_million_together() {
        assert_eq!(whole_parts(&[1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]), [333_334, 333_333, 333_333]);
        assert_eq!(whole_parts(&[0.6, 0.4]), [600_000, 400_000]);
        assert_eq!(whole_parts(&[1.0, 0.000_000_9]).iter().sum::<u32>(), WHOLE);
    }
}
