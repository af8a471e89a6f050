//! Vietnamese text in its many spellings: one form to keep, and keys that are equal for different spellings.
//!
//! The same word occurs with composed or decomposed letters, with the tone on one vowel or the next (Hòa, Hoà), with i or y (Mỹ, Mĩ), and
//! in old files without marks.

mod form;
mod identifier;
mod keys;
mod letters;
mod syllable;

#[cfg(feature = "files")]
pub(crate) use form::is_tidy;
pub use form::nfc;
pub use identifier::identifier;
pub use keys::{alike, bare, leaves_out};
pub use syllable::is_syllable;
