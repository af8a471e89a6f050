//! The encoder: columns of any form become small integers.

mod ages;
mod case_facts;
mod codes;
mod encoded;
mod encoder;
mod numbers;
mod periods;

pub(crate) use ages::completed_years;
pub(crate) use encoded::{Encoded, NO, NO_WORD, UNDECIDED, YES};
pub(crate) use encoder::{BIRTHS, Encoder};
pub(crate) use periods::{is_school_year, shift, shift_last};
