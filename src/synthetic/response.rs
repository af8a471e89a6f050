//! How fast each victim got help: hours to the emergency measure, days of the plan and of its approval.

use super::columns::{Grow, Numbers};
use super::random::{Dice, Purpose};
use polars_arrow::array::ArrayRef;

/// The columns of the steps, as they are filled. They have draws of their own, which do not change the other columns.
pub(super) struct Response {
    dice: Dice,
    emergency_hours: Numbers<i32>,
    plan_date: Numbers<i32>,
    approved_date: Numbers<i32>,
}

impl Response {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed, Purpose::Response, 0),
            emergency_hours: Numbers::new(0),
            plan_date: Numbers::dates(0),
            approved_date: Numbers::dates(0),
        }
    }

    /// Adds steps that are mostly within 12 hours, 5 and 2 working days, and sometimes late or not recorded.
    pub(super) fn push(&mut self, received: i32) {
        let dice = &mut self.dice;
        let hours = if dice.chance(8_500) { dice.between(1, 12) } else { dice.between(13, 72) };
        self.emergency_hours.push(dice.recorded(hours, 900));
        let plan = received + if dice.chance(8_000) { dice.between(1, 6) } else { dice.between(7, 30) };
        let plan = dice.recorded(plan, 700);
        let took = if dice.chance(7_500) { dice.between(0, 2) } else { dice.between(3, 14) };
        self.plan_date.push(plan);
        self.approved_date.push(plan.map(|day| day + took).filter(|_| !dice.chance(600)));
    }

    pub(super) fn done(self) -> Result<[(&'static str, Vec<ArrayRef>); 3], String> {
        Ok([
            ("emergency_hours", vec![self.emergency_hours.done()?]),
            ("plan_date", vec![self.plan_date.done()?]),
            ("approved_date", vec![self.approved_date.done()?]),
        ])
    }
}
