//! Every name in the shipped files refers to something that exists, so that no wrong name becomes a wrong number.

use super::*;

/// A column that a condition could read, and its type.
fn kind(table: &Table, column: &str) -> ColumnType {
    table.column(column).unwrap_or_else(|| panic!("{} has no column {column}", table.id)).kind
}

#[test]
fn columns_name_lists_and_fit_the_bits_of_a_mask() {
    let catalogue = Catalogue::builtin();
    for table in catalogue.tables() {
        assert!(table.columns.len() < 63, "{}", table.id);
        for (column, list) in table.columns.iter().filter_map(|c| Some((&c.id, c.codes.as_deref()?))) {
            assert!(!catalogue.codes().categories_of(list).is_empty(), "{}.{column}: no list {list}", table.id);
        }
    }
}

#[test]
fn rows_belong_to_a_period_by_a_column() {
    let catalogue = Catalogue::builtin();
    for table in catalogue.tables() {
        let column = table.time_column();
        let expected = match table.time {
            Time::Stock => None,
            Time::Event => Some(ColumnType::Date),
            Time::Year => Some(ColumnType::Integer),
            Time::SchoolYear => Some(ColumnType::Text),
        };
        assert_eq!(column.map(|c| table.seen(c).unwrap_or_else(|| panic!("{}: no column {c}", table.id))), expected);
        assert!(table.age.is_some() || table.time != Time::Stock, "{}: a register needs days of birth", table.id);
    }
}

#[test]
fn ages_come_from_columns_of_their_types() {
    let catalogue = Catalogue::builtin();
    let with_age: Vec<(&Table, &Age)> = catalogue.tables().iter().filter_map(|t| Some((t, t.age.as_ref()?))).collect();
    assert!(with_age.len() > 3);
    for (table, age) in with_age {
        let numbers = age.columns();
        assert_eq!(numbers[0], age.born);
        assert_eq!(kind(table, &age.born), ColumnType::Date);
        assert!(numbers[1..].iter().all(|c| kind(table, c) == ColumnType::Integer), "{}", table.id);
        assert!(age.on.iter().flatten().all(|c| kind(table, c) == ColumnType::Date), "{}", table.id);
        assert!(age.lived.is_none() || table.date.is_some(), "{}: days lived until when", table.id);
    }
    let from = |table: &str, number: &str| catalogue.table(table).unwrap().derived_from(number).map(|c| c.join(" "));
    assert_eq!(from("victims", "age").unwrap(), "birth_date birth_year age_from age_to");
    assert_eq!(from("deaths", "age_days").unwrap(), "birth_date age_days");
    assert_eq!((from("perpetrators", "age"), from("children", "age_days")), (None, None));
}

#[test]
fn facts_of_cases_come_from_columns_of_their_types() {
    let catalogue = Catalogue::builtin();
    let (own, case) = catalogue.of_case().unwrap();
    let reports = catalogue.table(&case.table).unwrap();
    for (column, fact) in [
        (&case.received, CaseFact::Received),
        (&case.incident, CaseFact::Incident),
        (&case.commune, CaseFact::Commune),
        (&case.confirmed, CaseFact::Confirmed),
    ] {
        assert_eq!((case.fact(column), Some(kind(reports, column))), (Some(fact), own.seen(column)));
    }
    assert_eq!(own.seen(&case.of_child), Some(ColumnType::Flag));
    for identifier in [&case.id, &case.child] {
        assert!(own.is_identifier(identifier) && reports.is_identifier(identifier), "{identifier}");
    }
    assert!(own.is_identifier(&case.person));
}

#[test]
fn dimensions_have_names_and_categories() {
    let catalogue = Catalogue::builtin();
    for dimension in Dimension::OF_INDICATORS {
        assert!(catalogue.codes().name("dimension", dimension.as_str()).is_some(), "{dimension}");
        assert_eq!(catalogue.codes().categories(dimension).is_empty(), dimension == Dimension::AgeGroup, "{dimension}");
        assert!(catalogue.tables().iter().any(|table| table.seen(dimension.column()).is_some()), "{dimension}");
    }
}

#[test]
fn rates_of_mortality_are_in_order() {
    assert_eq!(Catalogue::builtin().mortality_order().len(), 3);
    let unknown = Catalogue::builtin().with_text("mine.toml", "mortality_order = [\"child_mortality\"]").unwrap_err();
    assert_eq!(unknown.code(), "unknown_indicator");
}

/// As long as a condition may be, on the stack of a thread (2 MiB): whatever is chained, it is read or refused.
#[test]
fn a_long_condition_is_read_or_refused() {
    let catalogue = Catalogue::builtin();
    let table = catalogue.table("children").unwrap();
    let chained = |first: &str, link: &str| first.to_owned() + &link.repeat((10_000 - first.len()) / link.len());
    let columns = |sql: &str| Condition::read_over_columns(sql, table).map(|c| c.columns().len());
    for link in [" OR supported", " AND supported", " IS NOT NULL", " IS TRUE", "+1", "=1", " ::int", " IN ('1')"] {
        let chain = chained("supported", link);
        let read = columns(&chain);
        assert_eq!(read.is_ok(), matches!(link, " OR supported" | " AND supported"), "{link}: {read:?}");
    }
    assert_eq!(columns(&("supported".to_owned() + &" IS TRUE".repeat(199))), Ok(1));
    assert!(columns(&("supported".to_owned() + &" IS TRUE".repeat(200))).is_err());
    assert!(columns(&chained("", "NOT ")).is_err());
    assert!(columns(&chained("", "(")).is_err());
}
