//! What a column of a file is to us, and how its header was matched.

/// What one column of a file is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::intake) struct Target {
    pub column: String,
    pub part: Part,
}

/// Which part of one of our columns.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::intake) enum Part {
    Whole,
    Day,
    Month,
    Year,
    Code,
    District,
    Province,
    /// A column of marks for one code of a list. Below a date it is the sex of those whose dates stand there, below a flag `yes`, `no`
    /// or `any`: one of several columns, any of which says yes.
    Tick(String),
}

/// What says yes where several columns of marks make one flag.
pub(in crate::intake) const ANY: &str = "any";

impl Target {
    /// A target by its name: "sex", "birth_date.year", "circumstances.d".
    pub fn from_name(name: &str) -> Self {
        let (column, part) = name.split_once('.').map_or((name, None), |(column, part)| (column, Some(part)));
        let part = match part {
            None => Part::Whole,
            Some("day") => Part::Day,
            Some("month") => Part::Month,
            Some("year") => Part::Year,
            Some("code") => Part::Code,
            Some("district") => Part::District,
            Some("province") => Part::Province,
            Some(code) => Part::Tick(code.to_owned()),
        };
        Self { column: column.to_owned(), part }
    }

    /// Its name.
    pub fn name(&self) -> String {
        let part = match &self.part {
            Part::Whole => return self.column.clone(),
            Part::Day => "day",
            Part::Month => "month",
            Part::Year => "year",
            Part::Code => "code",
            Part::District => "district",
            Part::Province => "province",
            Part::Tick(code) => code,
        };
        format!("{}.{part}", self.column)
    }

    pub fn is_tick(&self) -> bool {
        matches!(self.part, Part::Tick(_))
    }

    /// True for one of several columns that make one flag together.
    pub fn is_any(&self) -> bool {
        matches!(&self.part, Part::Tick(code) if code == ANY)
    }
}

/// How a header was matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::intake) enum How {
    Id,
    Synonym,
    Mapping,
    Ignored,
    /// Another column means the same, and nothing tells which of them is meant; or it gives way to one that names it.
    Repeated,
    /// Its parentheses tell another unit, order or code than ours: it is no column of ours.
    Parentheses,
    /// A line above tells another unit than ours for all amounts.
    Unit,
    /// A date beside the name of a parent or another adult: it may be theirs.
    Whose,
    /// It tells which rows are deleted.
    Deleted,
}

impl How {
    pub fn word(self) -> &'static str {
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
