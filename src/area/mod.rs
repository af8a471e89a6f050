//! Administrative units by date, and their hierarchy: commune, district, province, country.
//!
//! `generate_units.py` beside this file writes both tables: units with their days of validity, and moves between lists.
//! `NOTICE.md` names their sources. A code without a date identifies no unit, so every question names a day.

mod coverage;
mod find;
mod moves;
mod split;

pub use coverage::{Coverage, Reported, Reports, Submissions};
pub(crate) use coverage::{Sent, covers};
pub use find::{AreaNames, Found};
pub use moves::Lies;
pub use split::{Share, Split};
pub(crate) use split::{WHOLE, bad};

use crate::error::{Error, Fact, Result, choose};
use crate::period::Period;
use chrono::{Datelike, NaiveDate};
use polars_core::prelude::{Column, DataFrame, DataType, PolarsResult};
use std::collections::{BTreeSet, HashMap};
use std::str::FromStr;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// The code of the whole country in a result.
pub const COUNTRY: &str = "VN";

/// A level of the hierarchy, from the widest to the finest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The country.
    Country,
    /// Tỉnh, thành phố trực thuộc trung ương.
    Province,
    /// Huyện, quận, thị xã, thành phố thuộc tỉnh (until 30 June 2025).
    District,
    /// Xã, phường, thị trấn.
    Commune,
}

impl Level {
    /// All levels, widest first.
    pub const ALL: [Self; 4] = [Self::Country, Self::Province, Self::District, Self::Commune];

    /// Its name in the result's column `area_level`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Province => "province",
            Self::District => "district",
            Self::Commune => "commune",
        }
    }
}

/// The level of that name.
impl FromStr for Level {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        choose("area_level", word, &Self::ALL.map(|l| (l.as_str(), l)))
    }
}

/// One unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// Its code: two digits for a province, three for a district, five for a commune.
    pub code: String,
    /// Its full name.
    pub name: String,
    /// Its level.
    pub level: Level,
    /// The position of its parent in the list.
    pub parent: Option<u32>,
    /// Xã, Phường, Huyện …
    pub kind: String,
    /// First day on which it is known to exist.
    pub valid_from: NaiveDate,
    /// Last day on which it is known to exist.
    pub valid_to: NaiveDate,
}

/// The units that exist on one day. Codes are unique within a level.
#[derive(Debug, Clone)]
pub struct AreaList {
    day: NaiveDate,
    areas: Arc<Vec<Area>>,
    communes: Arc<HashMap<String, u32>>,
    /// For a unit, its unallocated unit on the finest level.
    unallocated: Arc<HashMap<u32, u32>>,
    /// The hidden units that hold the counts of split communes until these are shared out, by the code of the commune.
    shared: HashMap<String, u32>,
}

/// One row of `units.csv`.
struct UnitRow {
    fields: [&'static str; 5],
    from: NaiveDate,
    to: NaiveDate,
}

static UNITS: LazyLock<Vec<UnitRow>> = LazyLock::new(|| {
    include_str!("units.csv")
        .lines()
        .skip(1)
        .map(|line| {
            let mut fields = line.split(',');
            let mut next = || fields.next().expect("units.csv has seven columns");
            let five = [next(), next(), next(), next(), next()];
            let mut day = || next().parse().expect("units.csv has dates");
            UnitRow { fields: five, from: day(), to: day() }
        })
        .collect()
});

/// The days on which some unit begins or has ended.
static CHANGES: LazyLock<BTreeSet<NaiveDate>> =
    LazyLock::new(|| UNITS.iter().flat_map(|l| std::iter::once(l.from).chain(l.to.succ_opt())).collect());

impl AreaList {
    /// The position of the country in every list; it holds all others.
    pub(crate) const COUNTRY: u32 = 0;

    /// The list in force on a day.
    ///
    /// ```
    /// use chitieu::area::AreaList;
    /// let list = AreaList::on("2022-12-31".parse()?)?;
    /// let place = list.commune("12364").expect("a commune of Hưng Yên in 2022");
    /// assert_eq!(list.get(place).name, "Xã Hải Triều");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NoAreaList`] for a day outside the lists that the crate ships.
    pub fn on(day: NaiveDate) -> Result<Self> {
        // Between two changes the units are the same, so each list is built once.
        static MADE: LazyLock<Mutex<HashMap<NaiveDate, AreaList>>> = LazyLock::new(Mutex::default);
        let Some(since) = last_change(day) else { return Self::made(day) };
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        let list = match made.get(&since) {
            Some(list) => list.clone(),
            None => made.entry(since).or_insert(Self::made(day)?).clone(),
        };
        Ok(Self { day, ..list })
    }

    fn made(day: NaiveDate) -> Result<Self> {
        let mut areas = Self::country().areas.to_vec();
        let mut places = HashMap::from([((Level::Country, COUNTRY), 0_u32)]);
        let mut communes = HashMap::new();
        for line in UNITS.iter().filter(|l| (l.from..=l.to).contains(&day)) {
            let [code, name, level, parent, kind] = line.fields;
            let level = Level::from_str(level)?;
            let place = u32::try_from(areas.len()).unwrap_or(u32::MAX);
            areas.push(Area {
                code: code.to_owned(),
                name: name.to_owned(),
                level,
                // The next level above may be missing: there are no districts since July 2025.
                parent: Level::ALL[..level as usize].iter().rev().find_map(|wider| places.get(&(*wider, parent)).copied()),
                kind: kind.to_owned(),
                valid_from: line.from,
                valid_to: line.to,
            });
            places.insert((level, code), place);
            if level == Level::Commune {
                communes.insert(code.to_owned(), place);
            }
        }
        if areas.len() == 1 {
            return Err(Error::NoAreaList {
                date: day.to_string(),
                known: spans().iter().map(|(a, b)| (a.to_string(), b.to_string())).collect(),
            });
        }
        Ok(Self { day, areas: Arc::new(areas), communes: Arc::new(communes), ..Self::country() })
    }

    /// The country alone.
    #[must_use]
    pub fn country() -> Self {
        let spans = spans();
        let (valid_from, valid_to) = (spans[0].0, spans[spans.len() - 1].1);
        let country = Area {
            code: COUNTRY.to_owned(),
            name: "Việt Nam".to_owned(),
            level: Level::Country,
            parent: None,
            kind: "Quốc gia".to_owned(),
            valid_from,
            valid_to,
        };
        Self {
            day: valid_to,
            areas: Arc::new(vec![country]),
            communes: Arc::default(),
            unallocated: Arc::default(),
            shared: HashMap::new(),
        }
    }

    /// The day it was asked for.
    #[must_use]
    pub fn day(&self) -> NaiveDate {
        self.day
    }

    /// The first day of its edition: since then its codes mean the same.
    pub(crate) fn edition(&self) -> NaiveDate {
        edition(self.day).unwrap_or(self.day)
    }

    /// The day since which the units are the same; lists that share it are equal.
    pub(crate) fn since(&self) -> NaiveDate {
        last_change(self.day).unwrap_or(self.day)
    }

    /// The list as a table: code, name, level, parent, type, `valid_from`, `valid_to`.
    ///
    /// # Errors
    /// [`Error::Frame`] if the columns do not make a frame.
    pub fn to_frame(&self) -> Result<DataFrame> {
        let text = |f: &dyn Fn(&Area) -> Option<String>| -> Vec<Option<String>> { self.areas.iter().map(f).collect() };
        let date = |name: &str, f: &dyn Fn(&Area) -> NaiveDate| {
            let days: Vec<i32> = self.areas.iter().map(|a| f(a).to_epoch_days()).collect();
            Column::new(name.into(), days).cast(&DataType::Date)
        };
        let columns = || -> PolarsResult<Vec<Column>> {
            Ok(vec![
                Column::new("code".into(), text(&|a| Some(a.code.clone()))),
                Column::new("name".into(), text(&|a| Some(a.name.clone()))),
                Column::new("level".into(), text(&|a| Some(a.level.as_str().to_owned()))),
                Column::new("parent".into(), text(&|a| a.parent.map(|p| self.get(p).code.clone()))),
                Column::new("type".into(), text(&|a| Some(a.kind.clone()))),
                date("valid_from", &|a| a.valid_from)?,
                date("valid_to", &|a| a.valid_to)?,
            ])
        };
        columns()
            .and_then(|c| DataFrame::new(self.areas.len(), c))
            .map_err(|e| Error::Frame { table: "areas".to_owned(), found: Fact::library(e) })
    }

    /// All units: country, provinces, districts, communes, each level ordered by code.
    #[must_use]
    pub fn areas(&self) -> &[Area] {
        &self.areas
    }

    /// The position used for records whose unit is not in the list.
    pub(crate) fn unknown(&self) -> u64 {
        self.areas.len() as u64
    }

    /// The unit at a position.
    #[must_use]
    pub fn get(&self, place: u32) -> &Area {
        &self.areas[place as usize]
    }

    /// The position of a commune, by its code.
    #[must_use]
    pub fn commune(&self, code: &str) -> Option<u32> {
        self.communes.get(code).copied()
    }

    /// The levels with at least one unit, widest first.
    #[must_use]
    pub fn levels(&self) -> Vec<Level> {
        Level::ALL.into_iter().filter(|level| self.areas.iter().any(|area| area.level == *level)).collect()
    }

    /// Refuses a level without units, such as districts since July 2025.
    ///
    /// # Errors
    /// [`Error::NoLevel`] with the levels of the list.
    pub fn check_level(&self, level: Level) -> Result<()> {
        let levels = self.levels();
        if levels.contains(&level) {
            return Ok(());
        }
        let known = levels.into_iter().map(|level| level.as_str().to_owned()).collect();
        Err(Error::NoLevel { level: level.as_str().to_owned(), day: self.day.to_string(), known })
    }

    /// The unit of a wider level that holds this one.
    #[must_use]
    pub fn up_to(&self, mut place: u32, level: Level) -> u32 {
        while let Some(wider) = self.get(place).parent.filter(|_| self.get(place).level > level) {
            place = wider;
        }
        place
    }
}

/// The spans of days, in order, for which the crate ships a list; between two of them units were changing.
#[must_use]
pub fn spans() -> &'static [(NaiveDate, NaiveDate)] {
    &SPANS
}

static SPANS: LazyLock<Vec<(NaiveDate, NaiveDate)>> = LazyLock::new(|| {
    let mut found: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    let terms: BTreeSet<(NaiveDate, NaiveDate)> = UNITS.iter().map(|l| (l.from, l.to)).collect();
    for (from, to) in terms {
        match found.last_mut() {
            Some((_, last)) if from <= last.succ_opt().unwrap_or(*last) => *last = to.max(*last),
            _ => found.push((from, to)),
        }
    }
    found
});

/// The first and last day of each list. A list begins when most of its units do, so the days of the first unit are taken; a
/// unit that changes in between begins no list.
fn editions() -> impl Iterator<Item = (NaiveDate, NaiveDate)> {
    let code = UNITS[0].fields[0];
    UNITS.iter().filter(move |l| l.fields[0] == code).map(|l| (l.from, l.to))
}

/// The first day of the list that a day belongs to; none for a day without one. Within a list codes mean the same.
#[must_use]
pub fn edition(day: NaiveDate) -> Option<NaiveDate> {
    editions().find(|(from, to)| (*from..=*to).contains(&day)).map(|(from, _)| from)
}

/// A day of the latest list that has all of some communes, if any has.
pub(crate) fn list_with(codes: &[String]) -> Option<Box<str>> {
    let mut lists: Vec<(NaiveDate, NaiveDate)> = editions().collect();
    lists.sort_unstable_by(|a, b| b.cmp(a));
    // A list that still holds has no last day of which one could speak.
    let days = lists.into_iter().map(|(from, to)| if to.year() < 9_999 { to } else { from });
    let has_all = |day: &NaiveDate| AreaList::on(*day).is_ok_and(|list| codes.iter().all(|code| list.commune(code).is_some()));
    days.into_iter().find(has_all).map(|day| day.to_string().into())
}

/// The lists in force on some day of a period, by their first days.
pub(crate) fn editions_in(period: &Period) -> Vec<NaiveDate> {
    editions().filter(|(from, to)| *from <= period.last() && period.first() <= *to).map(|(from, _)| from).collect()
}

/// The day assumed for codes without one: the last of the period, if one list is in force on all days of it that any list
/// covers; none if no list covers any of it.
///
/// # Errors
/// [`Error::NoVintage`] if more than one list may be meant.
pub(crate) fn day_of_codes(period: &Period) -> Result<Option<NaiveDate>> {
    let (first, last) = (period.first().max(SPANS[0].0), period.last());
    if last < first {
        return Ok(None);
    }
    if edition(last).is_some() && edition(first) == edition(last) {
        return Ok(Some(last));
    }
    Err(Error::NoVintage { period: period.to_string() })
}

/// The latest change of units up to a day.
fn last_change(day: NaiveDate) -> Option<NaiveDate> {
    CHANGES.range(..=day).next_back().copied()
}

/// True if the units are the same on both days.
#[must_use]
pub fn is_same_list(a: NaiveDate, b: NaiveDate) -> bool {
    last_change(a) == last_change(b)
}
