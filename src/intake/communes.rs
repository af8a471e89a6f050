//! Communes of records: a code or name in one column, its district and province in others.

use super::cells::Cell;
use super::cleaner::{Cleaner, Source};
use super::codes::Words;
use super::columns::Values;
use super::places::{Address, NoDay};
use super::rules::{Rule, Rules};
use super::tidy::{tidy, without_apostrophe};
use super::value::Parsed;
use rayon::prelude::*;

impl Cleaner<'_> {
    /// Communes from their columns; `all` is the commune code of every record, which a district in the row must agree with.
    pub fn area(&self, source: &Source, all: Option<&str>, kept: &[u32]) -> Result<Values, NoDay> {
        let places = [source.code, source.whole, source.district, source.province];
        let (combinations, of_row) = self.combined(&places, kept);
        let column = self.table.columns.iter().find(|c| Some(c.id.as_str()) == self.target(source)).map_or("", |c| c.id.as_str());
        let figures = |place: Option<usize>| place.is_some_and(|place| self.is_all_figures(place, kept));
        let (is_code, all_figures) = (source.code.is_some(), figures(source.code.or(source.whole)));
        let parsed = combinations
            .par_iter()
            .map(|codes| {
                let mut rules = Rules::default();
                let texts = places.iter().zip(codes).map(|(place, code)| self.text(*place, *code, &mut rules)).collect();
                let texts: Vec<String> = match texts {
                    Ok(texts) => texts,
                    Err(expected) => return Ok(Parsed::unread(expected)),
                };
                let known = |at: usize| {
                    let text = self.reading.mapped.value(column, &texts[at]).unwrap_or(&texts[at]);
                    if Words::get().is_blank(text) || text.chars().all(|c| !c.is_alphanumeric()) { "" } else { text }
                };
                let address = Address {
                    code: all.unwrap_or_else(|| known(0)),
                    name: known(1),
                    district: known(2),
                    province: known(3),
                    is_code,
                    all_figures,
                };
                let blank = (address.code.is_empty() && address.name.is_empty()) && !(texts[0].is_empty() && texts[1].is_empty());
                let mut parsed = self.places.commune(address)?;
                if blank {
                    parsed.rules.add(Rule::BlankWord);
                }
                if (0..2).any(|at| self.reading.mapped.value(column, &texts[at]).is_some()) {
                    parsed.rules.add(Rule::MappedValue);
                }
                if parsed.unread.is_none() {
                    parsed.rules.join(rules);
                    if all.is_some() {
                        parsed.rules.add(Rule::AreaTitle);
                    }
                }
                Ok(parsed)
            })
            .collect::<Result<Vec<Parsed>, NoDay>>()?;
        Ok(Values { parsed, of_row })
    }

    /// True for a column of only figures, blanks and words for blank.
    fn is_all_figures(&self, place: usize, kept: &[u32]) -> bool {
        let cells = self.cells(place);
        let mut seen = vec![false; cells.distinct()];
        for row in kept {
            seen[cells.code(*row as usize) as usize] = true;
        }
        let is_figure = |code: u32| match cells.cell(code) {
            Cell::Blank => true,
            Cell::Number(number) => number.fract() == 0.0,
            Cell::Text(text) => {
                let text = tidy(text, self.reading.legacy, &mut Rules::default());
                let text = without_apostrophe(&text);
                text.bytes().all(|b| b.is_ascii_digit()) || Words::get().is_blank(text)
            }
            _ => false,
        };
        (0..seen.len() as u32).filter(|code| seen[*code as usize]).all(is_figure)
    }

    /// The id of the schema column of a source.
    fn target(&self, source: &Source) -> Option<&str> {
        let place = source.whole.or(source.code)?;
        self.header.columns[place].1.as_ref().map(|t| t.column.as_str())
    }
}
