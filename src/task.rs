//! A task under way: whether it should stop, and how far it is. Whoever waits for it (the bindings, while a user may press Ctrl-C) says
//! so from outside; long work looks now and then.
//!
//! ```
//! use chitieu::task::{Task, run};
//! use std::sync::Arc;
//! let task = Arc::new(Task::default());
//! let watched = task.clone();
//! // Another thread may say `watched.stop()`, and ask `watched.progress()`.
//! let areas = run(task, || chitieu::area::AreaList::on("2022-12-31".parse().expect("a day"))).expect("no panic");
//! assert!(areas.is_some_and(|areas| areas.is_ok()));
//! watched.stop();
//! ```
//!
//! A task that should stop unwinds from where it is, past every function that could not say why it has no answer. It is no panic: no
//! hook hears of it, and [`run`] gives none for it. Without a task of its own work goes on as ever.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What is known of a task from outside.
#[derive(Debug, Default)]
pub struct Task {
    stop: AtomicBool,
    done: AtomicU64,
    all: AtomicU64,
}

/// What unwinds when a task stops.
struct Stopped;

thread_local! {
    static CURRENT: RefCell<Option<Arc<Task>>> = const { RefCell::new(None) };
}

impl Task {
    /// Says that it should stop.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// How much of it is done and how much there is, in the unit of the work: rows, cells or bytes; 0 where that is not known.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.all.load(Ordering::Relaxed))
    }

    /// Stops here if it should.
    fn look(&self) {
        if self.stop.load(Ordering::Relaxed) {
            resume_unwind(Box::new(Stopped));
        }
    }
}

/// Runs work as a task of this thread; nothing if it was stopped.
///
/// # Errors
/// What a panic says.
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

/// True for what unwinds when a task stops: whoever catches panics hands it on.
pub(crate) fn is_stop(why: &(dyn Any + Send)) -> bool {
    why.is::<Stopped>()
}

/// The task of this thread, for work that goes on in others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch(Option<Arc<Task>>);

impl Watch {
    /// That of this thread, if it has one.
    pub fn here() -> Self {
        Self(CURRENT.with_borrow(Clone::clone))
    }

    /// Stops here if the task should.
    pub fn look(&self) {
        if let Some(task) = &self.0 {
            task.look();
        }
    }
}

/// Items between two looks.
const STEP: u32 = 1 << 12;

/// Iterators over many items that stop if the task of their thread should.
pub(crate) trait Watched: Iterator + Sized {
    /// The same items, with a look now and then.
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

/// Stops here if the task of this thread should.
pub(crate) fn look() {
    CURRENT.with_borrow(|current| {
        if let Some(task) = current {
            task.look();
        }
    });
}

/// Stops the work of this task here, past every function that could not say why it has no answer: for work that waits for an answer
/// which will not come. Only inside of [`run`].
pub fn stopped() -> ! {
    resume_unwind(Box::new(Stopped))
}

/// Says how much there is to do.
pub(crate) fn expect(more: u64) {
    CURRENT.with_borrow(|current| {
        if let Some(task) = current {
            task.all.fetch_add(more, Ordering::Relaxed);
        }
    });
}

/// Says that so much more is done, and stops here if the task of this thread should.
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
        // Outside of it nothing stops.
        look();
        assert!(run(Arc::default(), || resume_unwind(Box::new("a fault"))).is_err_and(|why| !is_stop(why.as_ref())));
    }
}
