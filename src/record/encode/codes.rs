//! Columns of codes, identifiers and other text.

use super::encoded::{Encoded, NO_WORD, place, push};
use super::encoder::Encoder;
use crate::catalogue::{Column as ColumnSchema, ColumnType, ETHNICITY};
use crate::error::{Fact, Phrase};
use crate::spelling::{identifier, nfc};
use polars_core::prelude::*;
use std::collections::{HashMap, HashSet};

impl Encoder<'_> {
    pub(super) fn words(&mut self, schema: &ColumnSchema) -> PolarsResult<Encoded> {
        let series = self.series(&schema.id, &DataType::String)?;
        let mut known: HashMap<&str, u32> = HashMap::new();
        let mut spelled: HashMap<String, u32> = HashMap::new();
        let mut words: Vec<String> = Vec::new();
        let mut codes = Vec::with_capacity(series.len());
        let mut refused = Refused::default();
        for (i, value) in series.str()?.iter().enumerate() {
            let Some(text) = value else {
                // A missing area code is reported with the unknown ones.
                if schema.required && schema.kind != ColumnType::Area {
                    self.problems.value(&self.table.id, &schema.id, Phrase::Text, self.row(i));
                }
                codes.push(NO_WORD);
                continue;
            };
            let code = known.get(text).copied().unwrap_or_else(|| {
                let code = match self.canonical(schema, text, &mut refused) {
                    None => NO_WORD,
                    Some(word) if schema.codes.is_some() => place(&mut words, word),
                    // Spellings of one identifier share a code.
                    Some(word) => {
                        if let Some(at) = known.get(word.as_str()).or_else(|| spelled.get(&word)) {
                            *at
                        } else {
                            let at = push(&mut words, word.clone());
                            if word != text {
                                spelled.insert(word, at);
                            }
                            at
                        }
                    }
                };
                known.insert(text, code);
                code
            });
            if code == NO_WORD
                && let Some(expected) = refused.of(text)
            {
                self.problems.value(&self.table.id, &schema.id, expected.clone(), self.row(i));
            }
            codes.push(code);
        }
        Ok(Encoded::Words { codes, words })
    }

    pub(super) fn list(&mut self, schema: &ColumnSchema) -> PolarsResult<Encoded> {
        let series = self.series(&schema.id, &DataType::List(Box::new(DataType::String)))?;
        let mut starts = vec![0_u32];
        let mut codes = Vec::new();
        let mut known_rows = Vec::with_capacity(series.len());
        let mut words: Vec<String> = Vec::new();
        let mut known: HashMap<String, u32> = HashMap::new();
        let mut refused = Refused::default();
        let lists = series.list()?;
        let inner = lists.get_inner();
        let inner = inner.str()?.rechunk();
        let offsets = lists.offsets()?;
        let base = offsets.first();
        let valid = lists.is_not_null();
        for (i, (start, length)) in offsets.offset_and_length_iter().enumerate() {
            let there = valid.get(i).unwrap_or(false);
            known_rows.push(there);
            if there {
                let before = codes.len();
                let (mut bad, mut blank) = (false, 0);
                for k in start..start + length {
                    // A blank item is not recorded.
                    let item = inner.as_ref().get(k - usize::try_from(*base).unwrap_or(0));
                    let Some(text) = item.filter(|text| !nfc(text).is_empty()) else {
                        blank += 1;
                        continue;
                    };
                    let code = known.get(text).copied().unwrap_or_else(|| {
                        let code = self.canonical(schema, text, &mut refused).map_or(NO_WORD, |word| place(&mut words, word));
                        known.insert(text.to_owned(), code);
                        code
                    });
                    bad |= code == NO_WORD && refused.of(text).is_some();
                    if code != NO_WORD {
                        codes.push(code);
                    }
                }
                // A blank beside a code is an error: what it should be is unknown.
                bad |= blank > 0 && blank < length;
                // A list of only `unknown` or blanks is not recorded.
                if codes.len() == before
                    && length > 0
                    && let Some(last) = known_rows.last_mut()
                {
                    *last = false;
                }
                if bad {
                    let list = schema.codes.as_deref().unwrap_or_default();
                    let expected = Phrase::ListsOf(self.expected(list));
                    self.problems.value(&self.table.id, &schema.id, expected, self.row(i));
                }
            }
            starts.push(u32::try_from(codes.len()).unwrap_or(u32::MAX));
        }
        Ok(Encoded::List { starts, codes, known: known_rows, words })
    }

    /// The value of a code; none for `unknown`, for a code not on the list, and for text that is no identifier.
    fn canonical(&self, schema: &ColumnSchema, text: &str, refused: &mut Refused) -> Option<String> {
        let Some(list) = schema.codes.as_deref() else {
            if !self.table.is_identifier(&schema.id) {
                return Some(text.to_owned());
            }
            let found = identifier(text).map(std::borrow::Cow::into_owned);
            if found.is_none() && schema.required {
                refused.add(text, || Phrase::Text.into());
            }
            return found;
        };
        if text == "unknown" {
            return None;
        }
        let found = if list == ETHNICITY {
            let group = self.ethnic.and_then(|e| self.codes.ethnic_group(e, text));
            group.map(|g| g.name.clone())
        } else {
            self.codes.has(list, text).then(|| text.to_owned())
        };
        if found.is_none() {
            refused.add(text, || self.expected(list));
        }
        found
    }

    fn expected(&self, list: &str) -> Fact {
        if list == ETHNICITY {
            return Phrase::EthnicCode.into();
        }
        let codes: Vec<&str> = self.codes.list(list).map(|l| l.items.iter().map(|c| c.code.as_str()).collect()).unwrap_or_default();
        if codes.len() > 16 {
            return Phrase::CodeFromTo(list.to_owned(), codes[0].to_owned(), codes[codes.len() - 1].to_owned()).into();
        }
        Fact::verbatim(codes.join(", "))
    }
}

/// Texts that are not on a list of codes.
#[derive(Default)]
struct Refused {
    texts: HashSet<String>,
    expected: Option<Fact>,
}

impl Refused {
    fn add(&mut self, text: &str, expected: impl FnOnce() -> Fact) {
        self.expected.get_or_insert_with(expected);
        self.texts.insert(text.to_owned());
    }

    /// What was expected instead of a text, if it was refused.
    fn of(&self, text: &str) -> Option<&Fact> {
        self.expected.as_ref().filter(|_| self.texts.contains(text))
    }
}
