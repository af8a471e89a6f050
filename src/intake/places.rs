//! Communes by code or name, with their district and province.

use super::rules::{Rule, Rules};
use super::value::{Parsed, Value};
use crate::area::{AreaNames, Found, Level};
use crate::error::Phrase;
use crate::spelling::nfc;

/// Where names of communes are looked up.
pub(super) struct Places<'a> {
    /// `None` if no day was given.
    pub names: Option<&'a AreaNames>,
    /// The unit that contains all communes of the file.
    pub within: Option<u32>,
}

/// The texts of a row that describe its commune.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Address<'a> {
    pub code: &'a str,
    pub name: &'a str,
    pub district: &'a str,
    pub province: &'a str,
    /// The header says that the column holds codes.
    pub is_code: bool,
    /// The whole column holds figures: one or two digits may be a code that lost its zeros.
    pub all_figures: bool,
}

/// There are names, but no day to choose the list of areas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoDay;

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

impl Places<'_> {
    /// The code of the commune in a row.
    pub fn commune(&self, address: Address<'_>) -> Result<Parsed, NoDay> {
        let code = [address.code, address.name].into_iter().find(|text| digits(text));
        if let Some(code) = code {
            let parsed = self.commune_code(code, address);
            return Ok(if self.contradicts(&parsed, address) { Parsed::unread(CONTRADICTION) } else { parsed });
        }
        let name = if address.name.is_empty() { address.code } else { address.name };
        if name.is_empty() {
            return Ok(Parsed::default());
        }
        let Some(names) = self.names else { return Err(NoDay) };
        let mut within = self.within;
        for (text, level) in [(address.province, Level::Province), (address.district, Level::District)] {
            if text.is_empty() {
                continue;
            }
            match unit(names, text, level, within) {
                Found::One(place) => within = Some(place),
                Found::Several(places) => return Ok(several(names, &places)),
                Found::Nothing => {
                    return Ok(Parsed::unread(if level == Level::Province { Phrase::ProvinceOfDay } else { Phrase::DistrictOfDay }));
                }
            }
        }
        Ok(by_address(names, name, within))
    }
}

const CODE: Phrase = Phrase::CommuneCode;
const CONTRADICTION: Phrase = Phrase::AgreeingCommune;

impl Places<'_> {
    /// A code of five digits, of which a spreadsheet drops leading zeros. One or two digits may be the number of a ward: they are a code
    /// only below a header that says so, or in a column of figures whose province is known and has that code.
    fn commune_code(&self, code: &str, address: Address<'_>) -> Parsed {
        let whole = || Parsed::with(Value::Text(format!("{code:0>5}")), Rules::default()).rule(Rule::LeadingZeros);
        let is_listed = || self.names.map(|names| names.list().commune(&format!("{code:0>5}")).is_some());
        let province_is_known = self.within.is_some() || !address.province.is_empty() || !address.district.is_empty();
        match code.len() {
            5 => Parsed::with(Value::Text(code.to_owned()), Rules::default()),
            3 | 4 => whole(),
            1 | 2 if address.is_code && is_listed().unwrap_or(true) => whole(),
            1 | 2 if address.all_figures && province_is_known && is_listed() == Some(true) => whole(),
            _ => Parsed::unread(CODE),
        }
    }

    /// True if a code lies outside the unit of the file, or belongs to another commune than the names beside it. A code or name that is not
    /// in the list contradicts nothing.
    fn contradicts(&self, parsed: &Parsed, address: Address<'_>) -> bool {
        let (Some(names), Value::Text(code)) = (self.names, &parsed.value) else { return false };
        let list = names.list();
        let Some(place) = list.commune(code) else { return false };
        let inside = |unit: u32| list.up_to(place, list.get(unit).level) == unit;
        // The province first: district names and numbers repeat across provinces.
        let within = match unit(names, address.province, Level::Province, self.within) {
            Found::One(province) if !address.province.is_empty() && self.within.is_none() => Some(province),
            _ => self.within,
        };
        let another = |text: &str, level: Level| match unit(names, text, level, within) {
            _ if text.is_empty() => false,
            Found::One(unit) => !inside(unit),
            Found::Several(units) => !units.into_iter().any(inside),
            Found::Nothing => false,
        };
        let name = if digits(address.name) { "" } else { address.name };
        !self.within.is_none_or(inside)
            || another(address.province, Level::Province)
            || another(address.district, Level::District)
            || another(name, Level::Commune)
    }
}

/// A district or province by code or name. A figure may be a name (Quận 1) if the code lies outside the unit of the file.
fn unit(names: &AreaNames, text: &str, level: Level, within: Option<u32>) -> Found {
    if digits(text) {
        let width = if level == Level::Province { 2 } else { 3 };
        let list = names.list();
        let inside = |place: &u32| within.is_none_or(|unit| list.up_to(*place, list.get(unit).level) == unit);
        if let Some(place) = list.place(&format!("{text:0>width$}"), level) {
            return match names.find(text, level, within) {
                Found::One(named) if !inside(&place) => Found::One(named),
                _ => Found::One(place),
            };
        }
    }
    names.find(text, level, within)
}

fn several(names: &AreaNames, places: &[u32]) -> Parsed {
    const SHOWN: usize = 6;
    let more = if places.len() > SHOWN { "; …" } else { "" };
    Parsed::unread(Phrase::OneUnit(format!("{}{more}", names.told(&places[..places.len().min(SHOWN)]))))
}

/// A commune alone, or an address: "Thôn 3, xã Hải Triều, huyện Tiên Lữ, tỉnh Hưng Yên".
fn by_address(names: &AreaNames, text: &str, within: Option<u32>) -> Parsed {
    let one = |name: &str, place: u32| {
        let parsed = Parsed::with(Value::Text(names.list().get(place).code.clone()), Rules::default()).rule(Rule::AreaName);
        if names.has_other_type(name, place) { parsed.rule(Rule::AreaType) } else { parsed }
    };
    match names.find(text, Level::Commune, within) {
        Found::One(place) => return one(text, place),
        Found::Several(places) => return several(names, &places),
        Found::Nothing => {}
    }
    let mut within = within;
    let parts: Vec<String> = text.split([',', ';']).flat_map(|part| part.split(" - ")).map(nfc).filter(|p| !p.is_empty()).collect();
    let mut wider = vec![Level::District, Level::Province];
    for part in parts.iter().rev().filter(|_| parts.len() > 1) {
        // From the widest: a province, a district in it, then the commune.
        let found = wider.iter().rev().find_map(|level| match names.find(part, *level, within) {
            Found::One(place) => Some((place, *level)),
            _ => None,
        });
        if let Some((place, level)) = found {
            within = Some(place);
            wider.retain(|w| *w < level && *w == Level::Province || *w > level);
            continue;
        }
        return match names.find(part, Level::Commune, within) {
            Found::One(place) => one(part, place),
            Found::Several(places) => several(names, &places),
            Found::Nothing => Parsed::unread(Phrase::CommuneOfDay),
        };
    }
    Parsed::unread(Phrase::CommuneOfDay)
}
