//! All Rust tests in one program: each further program would be linked with polars again.

mod abuse;
mod cases;
mod crosstab;
mod damage;
mod disclosure;
#[path = "embed/src/main.rs"]
mod embed;
mod examples;
mod fuzz;
mod laws;
mod numbers;
mod quality;
mod reading;
mod stats;
mod written;

/// The program of `tests/embed`, which `make lint` checks outside of the workspace.
#[test]
fn a_program_that_embeds_the_crate_runs() {
    embed::main().unwrap();
}
