//! Which schema column a column of a file is, and how its header was matched.

/// The meaning of one column of a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::intake) struct Target {
    pub column: String,
    pub part: Component,
}

/// Which part of a schema column.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::intake) enum Component {
    Whole,
    Day,
    Month,
    Year,
    Code,
    District,
    Province,
    /// A column of marks for one code of a list. Below a date it is the sex of the children whose dates it holds; below a flag `yes`, `no`
    /// or `any` (one of several columns, any of which means yes).
    Tick(String),
}

/// The part name of columns of marks that together make one flag.
pub(in crate::intake) const ANY: &str = "any";

impl Target {
    /// Parses a target: "sex", "birth_date.year", "circumstances.d".
    pub fn from_name(name: &str) -> Self {
        let (column, part) = name.split_once('.').map_or((name, None), |(column, part)| (column, Some(part)));
        let part = match part {
            None => Component::Whole,
            Some("day") => Component::Day,
            Some("month") => Component::Month,
            Some("year") => Component::Year,
            Some("code") => Component::Code,
            Some("district") => Component::District,
            Some("province") => Component::Province,
            Some(code) => Component::Tick(code.to_owned()),
        };
        Self { column: column.to_owned(), part }
    }

    /// Its name.
    pub fn name(&self) -> String {
        let part = match &self.part {
            Component::Whole => return self.column.clone(),
            Component::Day => "day",
            Component::Month => "month",
            Component::Year => "year",
            Component::Code => "code",
            Component::District => "district",
            Component::Province => "province",
            Component::Tick(code) => code,
        };
        format!("{}.{part}", self.column)
    }

    pub fn is_tick(&self) -> bool {
        matches!(self.part, Component::Tick(_))
    }

    /// True for one of several columns that together make one flag.
    pub fn is_any(&self) -> bool {
        matches!(&self.part, Component::Tick(code) if code == ANY)
    }
}

/// How a header was matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::intake) enum How {
    Id,
    Synonym,
    Mapping,
    Ignored,
    /// Several columns have this meaning and none is preferred, or the column is a fallback for one that names it.
    Repeated,
    /// Its parentheses announce another unit, order or code than the schema's: it is not used.
    Parentheses,
    /// A line above announces another unit for all amounts.
    Unit,
    /// A date beside the name of a parent or another adult, who may be meant.
    Whose,
    /// It marks deleted rows.
    Deleted,
}

impl How {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Synonym => "synonym",
            Self::Mapping => "mapping",
            Self::Ignored => "ignored",
            Self::Repeated => "repeated",
            Self::Parentheses => "parentheses",
            Self::Unit => "unit",
            Self::Whose => "whose",
            Self::Deleted => "deleted",
        }
    }
}
