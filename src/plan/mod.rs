//! What is asked: indicators, a period, dimensions and an area level, compiled to a question.

mod builder;
mod compile;
mod fit;
#[allow(clippy::module_inception, reason = "the room is named after what it makes")]
mod plan;
mod spec;

pub use builder::PlanBuilder;
pub(crate) use plan::Output;
pub use plan::Plan;
