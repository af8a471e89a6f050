//! Conditions: SQL text, read once, three-valued.
//!
//! The accepted SQL is what counts need and no more: `AND`, `OR`, `NOT`, comparisons of a column with
//! a literal, `IN`, `BETWEEN`, `IS [NOT] NULL / TRUE / FALSE / UNKNOWN`, and the list functions
//! `array_length(list)` and `array_contains(list, 'code')`. Quality rules may also compare sums of columns.

use super::table::{ColumnType, Table};
use crate::error::{Fact, Phrase};
use chrono::NaiveDate;
use sqlparser::ast::{BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, InTarget, UnaryOperator, Value};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use std::collections::BTreeSet;

/// Nobody writes a longer condition by hand, in bytes.
const LONGEST: usize = 10_000;
/// Most conditions within one another; a chain of AND or OR is one.
const DEEPEST: usize = 200;
/// Enough stack for any condition without a chain, and for each byte of one: the parser nests a chain as deep as it is long.
const STACK: (usize, usize) = (4 << 20, 6 << 10);
/// Most columns in one comparison.
const MOST_TERMS: usize = 64;
/// The reference day, under a name no table uses.
pub(crate) const TODAY: &str = "#today";

/// A comparison with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Compare {
    /// `=`
    Equal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

/// A condition over the columns of one table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Condition {
    /// True for every row.
    Always,
    /// All of them.
    And(Vec<Condition>),
    /// Any of them.
    Or(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// A boolean column.
    Flag(String),
    /// An integer, or a date as days since 1970-01-01, against a literal.
    Number(String, Compare, i32),
    /// A sum of columns, each with its sign, against a literal; dates as days since 1970-01-01.
    Linear(Vec<(String, i32)>, Compare, i64),
    /// Text that equals one of some values.
    OneOf(String, Vec<String>),
    /// The number of codes in a list.
    Length(String, Compare, i32),
    /// The list holds the code or one of its sub-codes.
    Holds(String, String),
    /// The column is not recorded.
    IsNull(String),
    /// The condition is true; never undecided.
    IsTrue(Box<Condition>),
    /// The condition is undecided; never undecided itself.
    IsUndecided(Box<Condition>),
}

impl Condition {
    /// Reads SQL text against the columns of a table.
    ///
    /// # Errors
    /// A pair (expected, found), to which the caller adds the file and the key.
    pub fn read(sql: &str, table: &Table) -> Result<Self, (Fact, Fact)> {
        Self::parse(sql, Reader { table, several: false })
    }

    /// Reads SQL text whose comparisons may be over several columns (`received_date >= incident_date`,
    /// `completed + dropped_out <= enrolled`) and with the reference day as `CURRENT_DATE`.
    ///
    /// # Errors
    /// As [`Condition::read`].
    pub fn read_over_columns(sql: &str, table: &Table) -> Result<Self, (Fact, Fact)> {
        Self::parse(sql, Reader { table, several: true })
    }

    fn parse(sql: &str, reader: Reader) -> Read<Self> {
        if sql.len() > LONGEST {
            return refuse(Phrase::ConditionUpTo(LONGEST as u64), Phrase::Bytes(sql.len() as u64));
        }
        let stack = STACK.0 + STACK.1 * sql.len();
        stacker::maybe_grow(stack, stack, || {
            let condition = Self::parse_here(sql, reader)?;
            let depth = condition.depth();
            if depth > DEEPEST { refuse(Phrase::ConditionsWithin(DEEPEST as u64), Fact::from(depth as u64)) } else { Ok(condition) }
        })
    }

    fn parse_here(sql: &str, reader: Reader) -> Read<Self> {
        let dialect = GenericDialect {};
        let mut parser = Parser::new(&dialect).try_with_sql(sql).map_err(|e| (Phrase::ConditionInSql.into(), Fact::library(e)))?;
        let expr = parser.parse_expr().map_err(|e| (Phrase::ConditionInSql.into(), Fact::library(e)))?;
        let rest = parser.peek_token();
        if rest.token != sqlparser::tokenizer::Token::EOF {
            return refuse(Phrase::OneCondition, Phrase::AfterIt(rest.to_string()));
        }
        reader.condition(&expr)
    }

    /// Both conditions, without needless nesting.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Always, c) | (c, Self::Always) => c,
            (Self::And(mut a), Self::And(b)) => {
                a.extend(b);
                Self::And(a)
            }
            (Self::And(mut a), c) => {
                a.push(c);
                Self::And(a)
            }
            (a, b) => Self::And(vec![a, b]),
        }
    }

    /// The condition's negation.
    #[must_use]
    #[allow(clippy::should_implement_trait, reason = "three-valued negation reads best as a plain method")]
    pub fn not(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// True where this one is undecided.
    #[must_use]
    pub fn undecided(self) -> Self {
        Self::IsUndecided(Box::new(self))
    }

    /// The columns it reads.
    #[must_use]
    pub fn columns(&self) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        self.collect(&mut found);
        found
    }

    /// The texts that columns are compared with, as pairs (column, text).
    #[must_use]
    pub fn words(&self) -> Vec<(&str, &str)> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::words).collect(),
            Self::Not(c) | Self::IsTrue(c) | Self::IsUndecided(c) => c.words(),
            Self::OneOf(column, words) => words.iter().map(|w| (column.as_str(), w.as_str())).collect(),
            Self::Holds(column, word) => vec![(column, word)],
            Self::Always | Self::Flag(_) | Self::Number(..) | Self::Linear(..) | Self::Length(..) | Self::IsNull(_) => Vec::new(),
        }
    }

    /// The leaves, which read one column or a sum of columns, each once.
    pub(crate) fn leaves<'a>(&'a self, found: &mut BTreeSet<&'a Self>) {
        match self {
            Self::Always => {}
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|p| p.leaves(found)),
            Self::Not(c) | Self::IsTrue(c) | Self::IsUndecided(c) => c.leaves(found),
            leaf => {
                found.insert(leaf);
            }
        }
    }

    /// How many conditions are within one another.
    fn depth(&self) -> usize {
        1 + match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().map(Self::depth).max().unwrap_or(0),
            Self::Not(c) | Self::IsTrue(c) | Self::IsUndecided(c) => c.depth(),
            _ => 0,
        }
    }

    fn collect<'a>(&'a self, found: &mut BTreeSet<&'a str>) {
        match self {
            Self::Always => {}
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|p| p.collect(found)),
            Self::Not(c) | Self::IsTrue(c) | Self::IsUndecided(c) => c.collect(found),
            Self::Linear(terms, ..) => found.extend(terms.iter().map(|(c, _)| c.as_str()).filter(|c| *c != TODAY)),
            Self::Flag(c) | Self::Number(c, ..) | Self::OneOf(c, _) | Self::Length(c, ..) | Self::Holds(c, _) | Self::IsNull(c) => {
                found.insert(c);
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    table: &'a Table,
    /// Whether a comparison may be over several columns.
    several: bool,
}

/// A sum of columns with their signs, which tracks whether it mixes dates with numbers.
#[derive(Default)]
struct Sum {
    terms: Vec<(String, i32)>,
    literal: i64,
    /// Dates added minus dates subtracted: 0 for a difference of days.
    dates: i32,
    has_dates: bool,
    has_numbers: bool,
}

type Read<T> = Result<T, (Fact, Fact)>;

fn refuse<T>(expected: impl Into<Fact>, found: impl Into<Fact>) -> Read<T> {
    Err((expected.into(), found.into()))
}

fn column_is(column: String, kind: ColumnType) -> Phrase {
    Phrase::ColumnIs(column, kind.fact())
}

impl Reader<'_> {
    fn condition(&self, expr: &Expr) -> Read<Condition> {
        Ok(match expr {
            Expr::Nested(inner) => self.condition(inner)?,
            Expr::BinaryOp { op: op @ BinaryOperator::And, .. } => {
                let parts: Read<Vec<_>> = operands(expr, op).into_iter().map(|part| self.condition(part)).collect();
                parts?.into_iter().fold(Condition::Always, Condition::and)
            }
            Expr::BinaryOp { op: op @ BinaryOperator::Or, .. } => {
                Condition::Or(operands(expr, op).into_iter().map(|part| self.condition(part)).collect::<Read<_>>()?)
            }
            Expr::BinaryOp { left, op, right } => self.comparison(left, op, right)?,
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => self.condition(expr)?.not(),
            Expr::In { expr, target: InTarget::List(list), negated, .. } => {
                let among = self.among(expr, list)?;
                if *negated { among.not() } else { among }
            }
            Expr::Between { expr, negated, low, high } => {
                let both = self.comparison(expr, &BinaryOperator::GtEq, low)?.and(self.comparison(expr, &BinaryOperator::LtEq, high)?);
                if *negated { both.not() } else { both }
            }
            Expr::IsNull(inner) => Condition::IsNull(self.column(inner)?.0),
            Expr::IsNotNull(inner) => Condition::IsNull(self.column(inner)?.0).not(),
            Expr::IsTrue(inner) => Condition::IsTrue(Box::new(self.condition(inner)?)),
            Expr::IsNotTrue(inner) => Condition::IsTrue(Box::new(self.condition(inner)?)).not(),
            Expr::IsFalse(inner) => Condition::IsTrue(Box::new(self.condition(inner)?.not())),
            Expr::IsNotFalse(inner) => Condition::IsTrue(Box::new(self.condition(inner)?.not())).not(),
            Expr::IsUnknown(inner) => self.condition(inner)?.undecided(),
            Expr::IsNotUnknown(inner) => self.condition(inner)?.undecided().not(),
            Expr::Function(_) => self.holds(expr)?,
            Expr::Identifier(_) => match self.column(expr)? {
                (name, ColumnType::Flag) => Condition::Flag(name),
                (name, kind) => return refuse(Phrase::BooleanColumn, column_is(name, kind)),
            },
            Expr::Value(v) => match &v.value {
                Value::Boolean(true) => Condition::Always,
                Value::Boolean(false) => Condition::Always.not(),
                other => return refuse(Phrase::Condition, Fact::verbatim(other)),
            },
            other => return refuse(Phrase::ConditionOverColumns, Fact::verbatim(other)),
        })
    }

    fn column(&self, expr: &Expr) -> Read<(String, ColumnType)> {
        let Expr::Identifier(ident) = expr else {
            return refuse(Phrase::Column, Fact::verbatim(expr));
        };
        match self.table.seen(&ident.value) {
            Some(kind) => Ok((ident.value.clone(), kind)),
            None => refuse(Phrase::ColumnOf(self.table.id.clone()), Fact::verbatim(&ident.value)),
        }
    }

    fn comparison(&self, left: &Expr, op: &BinaryOperator, right: &Expr) -> Read<Condition> {
        let (compare, negate) = match op {
            BinaryOperator::Eq => (Compare::Equal, false),
            BinaryOperator::NotEq => (Compare::Equal, true),
            BinaryOperator::Lt => (Compare::Less, false),
            BinaryOperator::LtEq => (Compare::AtMost, false),
            BinaryOperator::Gt => (Compare::More, false),
            BinaryOperator::GtEq => (Compare::AtLeast, false),
            other => return refuse(Phrase::OneOf("= <> < <= > >=".to_owned()), Fact::verbatim(other)),
        };
        let found = if spans_columns(left) || reads_column(right) {
            self.linear(left, compare, right)?
        } else if let Expr::Function(_) = left {
            let (name, arguments) = function(left)?;
            if name != "array_length" || arguments.len() != 1 {
                return refuse(Fact::verbatim("array_length(list)"), Fact::verbatim(left));
            }
            Condition::Length(self.list(arguments[0])?, compare, integer(right)?)
        } else {
            match self.column(left)? {
                (name, ColumnType::Integer) => Condition::Number(name, compare, integer(right)?),
                (name, ColumnType::Date) => Condition::Number(name, compare, date(right)?),
                (name, ColumnType::Text | ColumnType::Area) if compare == Compare::Equal => Condition::OneOf(name, vec![text(right)?]),
                (name, ColumnType::Flag) if compare == Compare::Equal => match right {
                    Expr::Value(v) => match v.value {
                        Value::Boolean(true) => Condition::Flag(name),
                        Value::Boolean(false) => Condition::Flag(name).not(),
                        _ => return refuse(Phrase::TrueOrFalseInSql, Fact::verbatim(right)),
                    },
                    _ => return refuse(Phrase::TrueOrFalseInSql, Fact::verbatim(right)),
                },
                (name, kind) => return refuse(Phrase::FittingComparison, Phrase::OperatorOnColumn(op.to_string(), name, kind.fact())),
            }
        };
        Ok(if negate { found.not() } else { found })
    }

    fn linear(&self, left: &Expr, compare: Compare, right: &Expr) -> Read<Condition> {
        if !self.several {
            return refuse(Phrase::OneColumnWithLiteral, Fact::verbatim(format_args!("{left} … {right}")));
        }
        let mut sum = Sum::default();
        self.add(left, 1, &mut sum)?;
        self.add(right, -1, &mut sum)?;
        if sum.has_dates && (sum.has_numbers || sum.dates != 0) || sum.terms.len() > MOST_TERMS {
            return refuse(Phrase::DatesOrNumbers, Fact::verbatim(format_args!("{left} … {right}")));
        }
        Ok(Condition::Linear(sum.terms, compare, -sum.literal))
    }

    fn add(&self, expr: &Expr, sign: i32, sum: &mut Sum) -> Read<()> {
        match expr {
            Expr::Nested(inner) => self.add(inner, sign, sum)?,
            Expr::BinaryOp { left, op: BinaryOperator::Plus, right } => {
                self.add(left, sign, sum)?;
                self.add(right, sign, sum)?;
            }
            Expr::BinaryOp { left, op: BinaryOperator::Minus, right } => {
                self.add(left, sign, sum)?;
                self.add(right, -sign, sum)?;
            }
            _ if is_today(expr) => sum.date(TODAY.to_owned(), sign),
            Expr::Identifier(_) => match self.column(expr)? {
                (name, ColumnType::Date) => sum.date(name, sign),
                (name, ColumnType::Integer) => {
                    sum.has_numbers = true;
                    sum.terms.push((name, sign));
                }
                (name, kind) => return refuse(Phrase::NumberOrDate, column_is(name, kind)),
            },
            Expr::TypedString(_) => {
                sum.literal += i64::from(date(expr)?) * i64::from(sign);
                sum.dates += sign;
                sum.has_dates = true;
            }
            _ => sum.literal += i64::from(integer(expr)?) * i64::from(sign),
        }
        Ok(())
    }

    fn among(&self, expr: &Expr, list: &[Expr]) -> Read<Condition> {
        let (name, kind) = self.column(expr)?;
        match kind {
            ColumnType::Text | ColumnType::Area => Ok(Condition::OneOf(name, list.iter().map(text).collect::<Read<_>>()?)),
            ColumnType::Integer => Ok(Condition::Or(
                list.iter().map(|v| Ok(Condition::Number(name.clone(), Compare::Equal, integer(v)?))).collect::<Read<_>>()?,
            )),
            _ => refuse(Phrase::InOverTextOrInteger, column_is(name, kind)),
        }
    }

    fn holds(&self, expr: &Expr) -> Read<Condition> {
        let (name, arguments) = function(expr)?;
        match (name.as_str(), arguments.as_slice()) {
            ("array_contains", [list, code]) => Ok(Condition::Holds(self.list(list)?, text(code)?)),
            _ => refuse(Fact::verbatim("array_contains(list, 'code')"), Fact::verbatim(expr)),
        }
    }

    fn list(&self, expr: &Expr) -> Read<String> {
        match self.column(expr)? {
            (name, ColumnType::List) => Ok(name),
            (name, kind) => refuse(Phrase::ListColumn, column_is(name, kind)),
        }
    }
}

impl Sum {
    fn date(&mut self, name: String, sign: i32) {
        self.terms.push((name, sign));
        self.dates += sign;
        self.has_dates = true;
    }
}

/// What a chain of one operator joins, in its order; the parser nests it to the left.
fn operands<'e>(chain: &'e Expr, of: &BinaryOperator) -> Vec<&'e Expr> {
    let (mut first, mut operands) = (chain, Vec::new());
    while let Expr::BinaryOp { left, op, right } = first
        && op == of
    {
        operands.push(&**right);
        first = left;
    }
    operands.push(first);
    operands.reverse();
    operands
}

/// `CURRENT_DATE`, the reference day.
fn is_today(expr: &Expr) -> bool {
    matches!(expr, Expr::Function(call) if call.name.to_string().eq_ignore_ascii_case("current_date"))
}

/// True for more than the one column that a plain comparison has on its left.
fn spans_columns(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => spans_columns(inner),
        Expr::BinaryOp { op, .. } => matches!(op, BinaryOperator::Plus | BinaryOperator::Minus),
        _ => is_today(expr),
    }
}

fn reads_column(expr: &Expr) -> bool {
    matches!(expr, Expr::Identifier(_)) || spans_columns(expr)
}

fn function(expr: &Expr) -> Read<(String, Vec<&Expr>)> {
    let Expr::Function(call) = expr else {
        return refuse(Phrase::Function, Fact::verbatim(expr));
    };
    let FunctionArguments::List(list) = &call.args else {
        return refuse(Phrase::Arguments, Fact::verbatim(expr));
    };
    let arguments = list
        .args
        .iter()
        .map(|a| match a {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(e)) => Ok(e),
            other => refuse(Phrase::PlainArgument, Fact::verbatim(other)),
        })
        .collect::<Read<_>>()?;
    Ok((call.name.to_string().to_ascii_lowercase(), arguments))
}

fn integer(expr: &Expr) -> Read<i32> {
    match expr {
        Expr::Value(v) => {
            if let Value::Number(n, _) = &v.value
                && let Ok(n) = n.parse()
            {
                return Ok(n);
            }
            refuse(Phrase::WholeNumber, Fact::verbatim(expr))
        }
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => integer(expr).map(|n| -n),
        _ => refuse(Phrase::WholeNumber, Fact::verbatim(expr)),
    }
}

fn text(expr: &Expr) -> Read<String> {
    if let Expr::Value(v) = expr
        && let Value::SingleQuotedString(s) = &v.value
    {
        return Ok(s.clone());
    }
    refuse(Phrase::QuotedText, Fact::verbatim(expr))
}

fn date(expr: &Expr) -> Read<i32> {
    let literal = match expr {
        Expr::TypedString(t) => match &t.value.value {
            Value::SingleQuotedString(s) => s.clone(),
            _ => return refuse(Fact::verbatim("DATE 'YYYY-MM-DD'"), Fact::verbatim(expr)),
        },
        _ => text(expr).map_err(|_| (Fact::verbatim("DATE 'YYYY-MM-DD'"), Fact::verbatim(expr)))?,
    };
    literal.parse::<NaiveDate>().map(days).or_else(|_| refuse(Fact::verbatim("DATE 'YYYY-MM-DD'"), Fact::verbatim(expr)))
}

/// Days since 1970-01-01.
#[must_use]
pub fn days(date: NaiveDate) -> i32 {
    date.to_epoch_days()
}
