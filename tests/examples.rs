//! The examples of the guide, run as by their readers.

#[path = "../examples/indicator.rs"]
#[allow(dead_code, reason = "an example as its reader runs it")]
mod indicator;

#[test]
fn the_example_of_an_indicator_runs_and_its_own_checks_hold() {
    indicator::main().unwrap();
}
