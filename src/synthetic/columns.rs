//! Builders of columns: text with its repeated values stored once, flags as bits, lists as offsets.

use polars_arrow::array::{ArrayRef, BooleanArray, ListArray, PrimitiveArray, Utf8ViewArray, View};
use polars_arrow::bitmap::BitmapBuilder;
use polars_arrow::datatypes::ArrowDataType;
use polars_arrow::offset::OffsetsBuffer;
use polars_arrow::types::NativeType;
use polars_core::prelude::{Column, DataFrame, PlSmallStr, Series};

/// Texts that columns repeat: their bytes are stored once and shared by all rows and all chunks.
pub(super) struct Dictionary(Utf8ViewArray);

impl Dictionary {
    pub(super) fn new<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> Self {
        let words: Vec<S> = words.into_iter().collect();
        Self(Utf8ViewArray::from_slice_values(words))
    }
}

/// A column that grows row by row and ends as an Arrow array.
pub(super) trait Grow {
    fn done(self) -> Result<ArrayRef, String>;
}

/// Text: entries of a shared dictionary, or any text.
pub(super) struct Text<'w> {
    words: Option<&'w Dictionary>,
    views: Vec<View>,
    present: BitmapBuilder,
    bytes: Vec<u8>,
}

impl<'w> Text<'w> {
    pub(super) fn new(rows: usize) -> Self {
        Self { words: None, views: Vec::with_capacity(rows), present: BitmapBuilder::with_capacity(rows), bytes: Vec::new() }
    }

    pub(super) fn of(words: &'w Dictionary, rows: usize) -> Self {
        Self { words: Some(words), ..Self::new(rows) }
    }

    /// Adds an entry of the shared dictionary.
    pub(super) fn entry(&mut self, place: Option<usize>) {
        let view = self.words.zip(place).and_then(|(w, p)| w.0.views().get(p)).copied();
        self.views.push(view.unwrap_or_default());
        self.present.push(view.is_some());
    }

    pub(super) fn push(&mut self, text: Option<&str>) {
        let text_bytes = text.unwrap_or_default().as_bytes();
        let own = self.words.map_or(0, |w| w.0.data_buffers().len()) as u32;
        self.views.push(View::new_from_bytes(text_bytes, own, self.bytes.len() as u32));
        if text_bytes.len() > View::MAX_INLINE_SIZE as usize {
            self.bytes.extend_from_slice(text_bytes);
        }
        self.present.push(text.is_some());
    }

    /// Adds at most twelve bytes of ASCII, which fit inside the row's view.
    pub(super) fn short(&mut self, text: Option<&[u8]>) {
        self.views.push(text.map_or_else(View::default, View::new_inline));
        self.present.push(text.is_some());
    }
}

impl Grow for Text<'_> {
    fn done(self) -> Result<ArrayRef, String> {
        let mut buffers: Vec<_> = self.words.iter().flat_map(|w| w.0.data_buffers().iter().cloned()).collect();
        if !self.bytes.is_empty() {
            buffers.push(self.bytes.into());
        }
        // `try_new` checks that every view lies inside the buffers.
        let array = Utf8ViewArray::try_new(ArrowDataType::Utf8View, self.views.into(), buffers.into(), self.present.into_opt_validity());
        array.map(Utf8ViewArray::boxed).map_err(|e| e.to_string())
    }
}

/// True, false or not recorded.
pub(super) struct Flags {
    values: BitmapBuilder,
    present: BitmapBuilder,
}

impl Flags {
    pub(super) fn new(rows: usize) -> Self {
        Self { values: BitmapBuilder::with_capacity(rows), present: BitmapBuilder::with_capacity(rows) }
    }

    pub(super) fn push(&mut self, value: Option<bool>) {
        self.values.push(value.unwrap_or_default());
        self.present.push(value.is_some());
    }
}

impl Grow for Flags {
    fn done(self) -> Result<ArrayRef, String> {
        let array = BooleanArray::try_new(ArrowDataType::Boolean, self.values.freeze(), self.present.into_opt_validity());
        array.map(BooleanArray::boxed).map_err(|e| e.to_string())
    }
}

/// Whole numbers, or dates as days since 1970-01-01.
pub(super) struct Numbers<T> {
    dtype: ArrowDataType,
    values: Vec<T>,
    present: BitmapBuilder,
}

impl Numbers<i32> {
    pub(super) fn dates(rows: usize) -> Self {
        Self { dtype: ArrowDataType::Date32, values: Vec::with_capacity(rows), present: BitmapBuilder::with_capacity(rows) }
    }
}

impl<T: NativeType> Numbers<T> {
    pub(super) fn new(rows: usize) -> Self {
        Self { dtype: T::PRIMITIVE.into(), values: Vec::with_capacity(rows), present: BitmapBuilder::with_capacity(rows) }
    }

    pub(super) fn push(&mut self, value: Option<T>) {
        self.values.push(value.unwrap_or_default());
        self.present.push(value.is_some());
    }
}

impl<T: NativeType> Grow for Numbers<T> {
    fn done(self) -> Result<ArrayRef, String> {
        let array = PrimitiveArray::try_new(self.dtype, self.values.into(), self.present.into_opt_validity());
        array.map(PrimitiveArray::boxed).map_err(|e| e.to_string())
    }
}

/// Lists of dictionary entries.
pub(super) struct Lists<'w> {
    ends: Vec<i64>,
    words: Text<'w>,
    present: BitmapBuilder,
}

impl<'w> Lists<'w> {
    pub(super) fn of(words: &'w Dictionary, rows: usize) -> Self {
        let mut ends = Vec::with_capacity(rows + 1);
        ends.push(0);
        Self { ends, words: Text::of(words, 0), present: BitmapBuilder::with_capacity(rows) }
    }

    pub(super) fn push(&mut self, places: Option<&[u8]>) {
        for place in places.unwrap_or_default() {
            self.words.entry(Some(usize::from(*place)));
        }
        self.ends.push(self.words.views.len() as i64);
        self.present.push(places.is_some());
    }
}

impl Grow for Lists<'_> {
    fn done(self) -> Result<ArrayRef, String> {
        let dtype = ListArray::<i64>::default_datatype(ArrowDataType::Utf8View);
        let ends = OffsetsBuffer::try_from(self.ends).map_err(|e| e.to_string())?;
        let array = ListArray::try_new(dtype, ends, self.words.done()?, self.present.into_opt_validity());
        array.map(ListArray::boxed).map_err(|e| e.to_string())
    }
}

/// A frame from the chunks of each column.
pub(super) fn frame(columns: Vec<(&'static str, Vec<ArrayRef>)>) -> Result<DataFrame, String> {
    let height = columns.first().map_or(0, |(_, chunks)| chunks.iter().map(|c| c.len()).sum());
    let columns: Result<Vec<Column>, String> = columns
        .into_iter()
        .map(|(name, chunks)| {
            let series = Series::try_from((PlSmallStr::from_static(name), chunks)).map_err(|e| e.to_string())?;
            Ok(Column::from(series))
        })
        .collect();
    DataFrame::new(height, columns?).map_err(|e| e.to_string())
}
