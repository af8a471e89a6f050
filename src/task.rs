//! A task under way: whether it should stop, and its progress. Another thread (the bindings, where a user may press Ctrl-C) asks it to
//! stop; long work checks now and then.
//!
//! ```
//! use chitieu::task::{Task, run};
//! use std::sync::Arc;
//! let task = Arc::new(Task::default());
//! let watched = task.clone();
//! // Another thread may call `watched.stop()` and `watched.progress()`.
//! let areas = run(task, || chitieu::area::AreaList::on("2022-12-31".parse().expect("a day"))).expect("no panic");
//! assert!(areas.is_some_and(|areas| areas.is_ok()));
//! watched.stop();
//! ```
//!
//! A stopped task unwinds from where it is, through functions that have no way to return early. This is not a panic: no panic hook runs,
//! and [`run`] reports none. Work outside of a task never stops.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The state of a task, shared with other threads.
#[derive(Debug, Default)]
pub struct Task {
    stop: AtomicBool,
    done: AtomicU64,
    all: AtomicU64,
}

/// The payload of the unwinding that stops a task.
struct Stopped;

thread_local! {
    static CURRENT: RefCell<Option<Arc<Task>>> = const { RefCell::new(None) };
}

impl Task {
    /// Asks the task to stop.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Work done and total work, in rows, cells or bytes; 0 where unknown.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.all.load(Ordering::Relaxed))
    }

    /// Stops here if asked to.
    fn look(&self) {
        if self.stop.load(Ordering::Relaxed) {
            resume_unwind(Box::new(Stopped));
        }
    }
}

/// Runs work as the task of this thread; `None` if it was stopped.
///
/// # Errors
/// The payload of a panic in the work.
pub fn run<T>(task: Arc<Task>, work: impl FnOnce() -> T) -> std::thread::Result<Option<T>> {
    let before = CURRENT.with_borrow_mut(|current| current.replace(task));
    let done = catch_unwind(AssertUnwindSafe(work));
    CURRENT.with_borrow_mut(|current| *current = before);
    match done {
        Ok(found) => Ok(Some(found)),
        Err(why) if is_stop(why.as_ref()) => Ok(None),
        Err(why) => Err(why),
    }
}

/// True if unwinding comes from a stopped task; a `catch_unwind` must resume it.
pub(crate) fn is_stop(why: &(dyn Any + Send)) -> bool {
    why.is::<Stopped>()
}

/// The task of this thread, to hand to other threads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch(Option<Arc<Task>>);

impl Watch {
    /// The task of this thread, if any.
    pub fn here() -> Self {
        Self(CURRENT.with_borrow(Clone::clone))
    }

    /// Stops here if the task was asked to.
    pub fn look(&self) {
        if let Some(task) = &self.0 {
            task.look();
        }
    }
}

/// Items between two checks.
const STEP: u32 = 1 << 12;

/// Iterators over many items that stop when their thread's task is asked to.
pub(crate) trait Watched: Iterator + Sized {
    /// The same items, with a check now and then.
    fn watched(self) -> impl Iterator<Item = Self::Item> {
        let (watch, mut nth) = (Watch::here(), 0_u32);
        self.inspect(move |_| {
            nth = nth.wrapping_add(1);
            if nth % STEP == 0 {
                watch.look();
            }
        })
    }
}

impl<I: Iterator> Watched for I {}

/// Stops here if this thread's task was asked to.
pub(crate) fn look() {
    CURRENT.with_borrow(|current| {
        if let Some(task) = current {
            task.look();
        }
    });
}

/// Stops the task of this thread here, for work that waits for an answer that will not come. Only inside [`run`].
pub fn stopped() -> ! {
    resume_unwind(Box::new(Stopped))
}

/// Adds to the total work.
pub(crate) fn expect(more: u64) {
    CURRENT.with_borrow(|current| {
        if let Some(task) = current {
            task.all.fetch_add(more, Ordering::Relaxed);
        }
    });
}

/// Adds to the work done, and stops here if this thread's task was asked to.
pub(crate) fn advance(more: u64) {
    CURRENT.with_borrow(|current| {
        if let Some(task) = current {
            task.done.fetch_add(more, Ordering::Relaxed);
            task.look();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_stops_where_it_looks_and_panics_pass() {
        let task = Arc::new(Task::default());
        let found = run(task.clone(), || {
            expect(9);
            advance(7);
            look();
            5
        });
        assert_eq!((found.unwrap(), task.progress()), (Some(5), (7, 9)));
        task.stop();
        assert_eq!(run(task.clone(), || -> i32 { (look(), 5).1 }).unwrap(), None);
        // Outside of a task nothing stops.
        look();
        assert!(run(Arc::default(), || resume_unwind(Box::new("a fault"))).is_err_and(|why| !is_stop(why.as_ref())));
    }
}
