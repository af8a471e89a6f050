//! The one door into Rust: without the interpreter's lock, with Ctrl-C, progress, language, errors and panics mapped.
//!
//! The work goes on in a thread of its own, and the thread that called looks after it: it alone hears of signals.

use super::error::{forked, internal, language, speak, to_py};
use crate::error::Error;
use crate::task::{Task, run};
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, scope};
use std::time::Duration;

/// Time between two looks at signals, and between two words of progress.
const PAUSE: Duration = Duration::from_millis(40);
/// Room for nested conditions.
const STACK: usize = 16 << 20;

/// The process whose threads this library has.
static PROCESS: AtomicU32 = AtomicU32::new(0);

/// True if this library has worked in this process, or in the one that it was forked from.
#[pyfunction]
pub fn has_worked() -> bool {
    PROCESS.load(Ordering::Relaxed) != 0
}

/// Runs `work` detached from the interpreter.
pub fn enter<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T, Error> + Send) -> PyResult<T> {
    telling(py, None, work)
}

/// As [`enter`]; `on_progress` is called with what is done and what there is in all, as soon as the work knows of it.
pub fn telling<T: Send>(py: Python<'_>, on_progress: Option<&Py<PyAny>>, work: impl FnOnce() -> Result<T, Error> + Send) -> PyResult<T> {
    // The threads of a process stay behind when it forks.
    let (here, first) = (std::process::id(), PROCESS.load(Ordering::Relaxed));
    if first != 0 && first != here {
        return Err(forked(py));
    }
    PROCESS.store(here, Ordering::Relaxed);
    let (task, words) = (Arc::new(Task::default()), language(py));
    let (done, wait) = sync_channel(1);
    let (wait, mut told) = (Mutex::new(wait), None);
    let found = scope(|scope| {
        let of = task.clone();
        let work = move || {
            speak(words);
            let found = run(of, work);
            let _ = done.send(());
            found
        };
        let Ok(working) = Builder::new().stack_size(STACK).spawn_scoped(scope, work) else { return Err(internal(py)) };
        let mut last = (0, 0);
        while let Err(RecvTimeoutError::Timeout) = py.detach(|| wait.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(PAUSE)) {
            let now = task.progress();
            let tell = |call: &Py<PyAny>| call.call1(py, (now.0.min(now.1), now.1)).map(drop);
            let heard = py.check_signals().and_then(|()| on_progress.filter(|_| now.1 > 0 && now != last).map_or(Ok(()), tell));
            last = now;
            if let Err(why) = heard {
                task.stop();
                told.get_or_insert(why);
            }
        }
        py.detach(|| working.join()).map_err(|_| internal(py))
    })?;
    if let Some(why) = told {
        return Err(why);
    }
    py.check_signals()?;
    // What is done is done, whatever the last look saw; work too short for a look is told of once.
    let (_, all) = task.progress();
    if let (Some(call), true, Ok(Some(Ok(_)))) = (on_progress, all > 0, &found) {
        call.call1(py, (all, all))?;
    }
    match found {
        Ok(Some(found)) => found.map_err(|e| to_py(py, &e)),
        Ok(None) => Err(PyKeyboardInterrupt::new_err(())),
        Err(_) => Err(internal(py)),
    }
}
