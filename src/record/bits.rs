//! Bitmaps as words of 64 bits.

use polars_arrow::bitmap::Bitmap;

/// The bits of a map, its first bit first; the last word is padded with zeros.
pub(crate) fn words(bits: &Bitmap) -> Vec<u64> {
    let mut iter = bits.fast_iter_u64();
    let mut found: Vec<u64> = iter.by_ref().collect();
    let (rest, length) = iter.remainder();
    found.extend(&rest[..length.div_ceil(64)]);
    trim(&mut found, bits.len());
    found
}

/// Clears the bits beyond the last one.
pub(crate) fn trim(words: &mut [u64], bits: usize) {
    if let Some(last) = words.last_mut().filter(|_| !bits.is_multiple_of(64)) {
        *last &= (1 << (bits % 64)) - 1;
    }
}
