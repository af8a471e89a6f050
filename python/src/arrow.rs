//! Frames to and from Python by the Arrow C stream, without a copy. The only unsafe code of the workspace.
#![allow(unsafe_code, reason = "the Arrow C stream is a C interface")]

use crate::error::{language, to_py};
use chitieu::error::{Error, Fact};
use chitieu::{Language, Text};
use polars_arrow::array::{Array, DictionaryArray, StructArray};
use polars_arrow::datatypes::{ArrowDataType, Field};
use polars_arrow::ffi::{ArrowArrayStream, ArrowArrayStreamReader, export_iterator};
use polars_arrow::match_integer_type;
use polars_core::prelude::*;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyCapsuleMethods};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A dictionary with more texts than rows, and more than this, is read row by row.
const FEW_TEXTS: usize = 1 << 12;

const STREAM: &std::ffi::CStr = c"arrow_array_stream";

/// Anything with `__arrow_c_stream__`, as one frame per batch; a frame without rows if there are no batches.
pub fn read(object: &Bound<'_, PyAny>) -> PyResult<Vec<DataFrame>> {
    let method = object.getattr("__arrow_c_stream__").map_err(|_| {
        let found = object.get_type().name().map_or_else(|_| "?".to_owned(), |n| n.to_string());
        PyTypeError::new_err(match language(object.py()) {
            Language::Vi => format!("cần một đối tượng có __arrow_c_stream__, nhưng gặp {found}"),
            Language::En => format!("expected an object with __arrow_c_stream__, found {found}"),
        })
    })?;
    let capsule = method.call0()?;
    let capsule = capsule.cast::<PyCapsule>()?;
    let pointer = capsule.pointer_checked(Some(STREAM))?.cast::<ArrowArrayStream>();
    // SAFETY: the capsule of that name holds a valid stream that this call now owns; it is replaced by an empty stream,
    // whose release is null, so that the capsule's destructor has nothing to free.
    let stream = unsafe { std::ptr::replace(pointer.as_ptr(), ArrowArrayStream::empty()) };
    let frame = |found: Fact| to_py(object.py(), &Error::Frame { table: "stream".to_owned(), found });
    // Polars panics at types that it was built without: the user gets an error instead.
    match catch_unwind(AssertUnwindSafe(|| from_stream(stream))) {
        Ok(frames) => frames.map_err(|e| frame(Fact::library(e))),
        Err(_) => Err(frame(Text::new("kiểu cột không được hỗ trợ", "a column type that is not supported").into())),
    }
}

/// The batches of a stream as one frame.
pub fn whole(stream: &Bound<'_, PyAny>) -> PyResult<DataFrame> {
    one_frame(read(stream)?).map_err(|e| to_py(stream.py(), &Error::Frame { table: "stream".to_owned(), found: Fact::library(e) }))
}

/// Joins the batches of one table; categories become text, since each batch may have its own dictionary.
pub fn one_frame(batches: Vec<DataFrame>) -> PolarsResult<DataFrame> {
    let mut whole: Option<DataFrame> = None;
    for batch in batches {
        let text = |column: &Column| match column.dtype() {
            DataType::Enum(..) | DataType::Categorical(..) => column.cast(&DataType::String),
            _ => Ok(column.clone()),
        };
        let batch = DataFrame::new(batch.height(), batch.columns().iter().map(text).collect::<PolarsResult<_>>()?)?;
        match &mut whole {
            Some(whole) => drop(whole.vstack_mut_owned(batch)?),
            None => whole = Some(batch),
        }
    }
    Ok(whole.unwrap_or_default())
}

fn from_stream(stream: ArrowArrayStream) -> PolarsResult<Vec<DataFrame>> {
    // SAFETY: the producer promises a stream by the C interface.
    let mut reader = unsafe { ArrowArrayStreamReader::try_new(Box::new(stream)) }?;
    let ArrowDataType::Struct(fields) = reader.field().dtype().clone() else {
        polars_bail!(SchemaMismatch: "a stream of record batches is needed");
    };
    let mut frames = Vec::new();
    // SAFETY: as above, for each array of the stream.
    while let Some(array) = unsafe { reader.next() } {
        let array = array?;
        let rows = array.len();
        let Some(batch) = array.as_any().downcast_ref::<StructArray>() else {
            polars_bail!(SchemaMismatch: "a stream of record batches is needed");
        };
        let columns =
            fields.iter().zip(batch.values()).map(|(field, values)| column(field, &**values)).collect::<PolarsResult<Vec<_>>>()?;
        frames.push(DataFrame::new(rows, columns)?);
    }
    if frames.is_empty() {
        let columns = fields
            .iter()
            .map(|field| {
                let empty = polars_arrow::array::new_empty_array(field.dtype.clone());
                column(field, &*empty)
            })
            .collect::<PolarsResult<Vec<_>>>()?;
        frames.push(DataFrame::new(0, columns)?);
    }
    Ok(frames)
}

fn column(field: &Field, values: &dyn Array) -> PolarsResult<Column> {
    let found = match codes(field, values) {
        Some(codes) => codes,
        None => Series::try_from((field, values.to_boxed()))?,
    };
    Ok(found.into_column())
}

/// A dictionary of distinct texts as an enumeration with the same indices: polars would look up the text of every row.
fn codes(field: &Field, values: &dyn Array) -> Option<Series> {
    let ArrowDataType::Dictionary(key, ..) = values.dtype() else { return None };
    let (places, texts) = match_integer_type!(key, |$K| {
        let array = values.as_any().downcast_ref::<DictionaryArray<$K>>()?;
        (Series::from_arrow(field.name.clone(), array.keys().to_boxed()), array.values().clone())
    });
    let texts = Series::from_arrow(PlSmallStr::EMPTY, texts).ok()?;
    let texts = texts.str().ok().filter(|t| t.null_count() == 0 && t.len() <= values.len().max(FEW_TEXTS))?;
    let categories = FrozenCategories::new(texts.iter().flatten()).ok()?;
    let (places, dtype) = (places.ok()?, DataType::from_frozen_categories(categories));
    let physical = dtype.cat_physical().ok()?;
    let is_inside = places.max_reduce().ok()?.value().extract::<usize>().is_none_or(|most| most < texts.len());
    macro_rules! series {
        ($of:ident, $number:ident, $values:ident) => {{
            let places = places.cast(&DataType::$number).ok()?;
            let places = places.$values().ok()?.clone();
            if !is_inside {
                return Some(CategoricalChunked::<$of>::from_cats_and_dtype(places, dtype).into_series());
            }
            // SAFETY: the type is that of the indices, and every index is below the number of texts.
            unsafe { CategoricalChunked::<$of>::from_cats_and_dtype_unchecked(places, dtype) }.into_series()
        }};
    }
    Some(match physical {
        CategoricalPhysical::U8 => series!(Categorical8Type, UInt8, u8),
        CategoricalPhysical::U16 => series!(Categorical16Type, UInt16, u16),
        CategoricalPhysical::U32 => series!(Categorical32Type, UInt32, u32),
    })
}

/// A frame as the capsule of a stream.
pub fn write<'py>(py: Python<'py>, frame: &DataFrame) -> PyResult<Bound<'py, PyCapsule>> {
    let mut frame = frame.clone();
    frame.align_chunks_par();
    let fields: Vec<Field> = frame.schema().iter_fields().map(|f| f.to_arrow(CompatLevel::newest())).collect();
    let dtype = ArrowDataType::Struct(fields.clone());
    let batches: Vec<PolarsResult<Box<dyn Array>>> = frame
        .iter_chunks(CompatLevel::newest(), false)
        .map(|batch| {
            let rows = batch.len();
            StructArray::try_new(ArrowDataType::Struct(fields.clone()), rows, batch.into_arrays(), None)
                .map(|a| Box::new(a) as Box<dyn Array>)
        })
        .collect();
    let stream = export_iterator(Box::new(batches.into_iter()), Field::new(PlSmallStr::EMPTY, dtype, false));
    PyCapsule::new_with_value(py, stream, STREAM)
}
