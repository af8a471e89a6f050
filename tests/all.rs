//! Every test of Rust in one program: each program of its own would be linked with polars again.

mod abuse;
mod cases;
mod crosstab;
mod damage;
mod examples;
mod fuzz;
mod laws;
mod numbers;
mod quality;
mod reading;
mod stats;
mod written;
