//! Limits, comparisons and trends for the counts of official statistics. Every float is computed here, once, from counts.
//!
//! | question | function | default method |
//! |---|---|---|
//! | how sure is a share? | [`wilson`], [`clopper_pearson`] | Wilson's score limits |
//! | how sure is a rate? | [`rate`] | Byar; exact Poisson below 10 events |
//! | and with the age structure of a standard? | [`standardised_rate`], [`standardised_ratio`], [`indirect_rate`] | Dobson; Byar |
//! | do two areas or years differ? | [`rate_ratio`], [`rate_difference`], [`proportion_ratio`], [`proportion_difference`] | exact; square-and-add; Koopman; Newcombe |
//! | which areas lie apart from the rest? | [`funnel`], [`modified_z`] | exact 95 and 99.8 % limits; median and MAD |
//! | does it rise or fall, and fast enough? | [`trend_test`], [`annual_change`], [`required_change`] | Cochran–Armitage, Poisson score |
//!
//! # How far a number can be relied on
//!
//! [`Status`] says so by fixed rules; each rule is a decision of this project, given with the source it follows.
//!
//! - `not_available`: there is no value. A denominator is 0; or a directly standardised rate of fewer than 10 events with
//!   Dobson's limits (England's public-health methods give none; J. K. Morris and others, Population Health Metrics 16 (2018)).
//! - `unreliable`: the value is given but should not be read alone. A rate or a standardised ratio of fewer than
//!   [`FEWEST_EVENTS`] events; a share of a denominator below [`SMALLEST_DENOMINATOR`]; a comparison with such a side.
//! - `ok`: anything else.
#![allow(clippy::float_cmp, clippy::neg_cmp_op_on_partial_ord, reason = "exact equality is meant; NaN must end a loop")]

mod check;
mod compare;
mod funnel;
mod interval;
mod proportion;
mod rate;
mod reliability;
mod robust;
mod standardised;
mod survival;
mod tail;
mod trend;

pub use compare::{Comparison, proportion_difference, proportion_ratio, rate_difference, rate_ratio};
pub use funnel::{FunnelLimits, FunnelMethod, FunnelPoint, Place, funnel, funnel_limits};
pub(crate) use interval::quotient;
pub use interval::{Estimate, Interval, LEVEL, round_half_up};
pub use proportion::{ProportionMethod, clopper_pearson, proportion, wilson};
pub use rate::{Rate, RateMethod, rate};
pub use reliability::{FEWEST_EVENTS, Kind, SMALLEST_DENOMINATOR, Status};
pub use robust::{OUTLYING, modified_z};
pub use standardised::{DirectMethod, IndirectStratum, Stratum, indirect_rate, standardised_rate, standardised_ratio};
pub(crate) use survival::{Followed, kaplan_meier};
pub use trend::{ChangeMethod, Group, Trend, annual_change, required_change, trend_test};
