//! The counting machine: encode, count, merge, roll up.
//!
//! A tally holds counts by cell, and for distinct counts the hashes of keys; no name enters it. Merging is associative and
//! commutative, the tally of no rows is neutral, and any split of the rows gives the identical tally.

mod cells;
mod classes;
mod classify;
mod coded;
mod count;
mod days;
mod effects;
mod factor;
mod frame;
mod histogram;
mod joint;
mod keys;
mod layout;
mod machine;
mod margins;
mod moved;
mod pass;
mod presence;
mod remarks;
mod simple;
mod submitted;
#[allow(clippy::module_inception, reason = "the room is named after what it makes")]
mod tally;
#[cfg(test)]
mod tests;

pub(crate) use count::Counting;
pub(crate) use margins::{Margins, areas_of};
pub(crate) use moved::Vintage;
pub(crate) use pass::Context;
pub(crate) use presence::{Presence, Sender};
pub use tally::Tally;
