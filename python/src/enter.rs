//! Every call into Rust goes through here: it releases the interpreter's lock and handles Ctrl-C, progress, language, errors and panics.
//!
//! The work runs in a thread of its own while the calling thread watches it: only the calling thread gets signals and runs Python.

use crate::error::{forked, internal, language, set_thread_language, to_py};
use crate::records::{Fetching, PyRecords, Request, Served};
use chitieu::Records;
use chitieu::error::Error;
use chitieu::task::{Task, run};
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, scope};
use std::time::Duration;

/// Time between two checks for signals, and between two reports of progress.
const PAUSE: Duration = Duration::from_millis(40);
/// Enough for nested conditions.
const STACK: usize = 16 << 20;

/// The process in which this library has worked; 0 before the first call.
static PROCESS: AtomicU32 = AtomicU32::new(0);

/// True if this library has worked in this process, or in the one it was forked from.
#[pyfunction]
pub fn has_worked() -> bool {
    PROCESS.load(Ordering::Relaxed) != 0
}

/// A message of the work to the calling thread.
enum Message {
    Done,
    Fetch(Request),
}

/// Runs `work` detached from the interpreter.
pub fn enter<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T, Error> + Send) -> PyResult<T> {
    reporting(py, None, work)
}

/// As [`enter`]; `on_progress` is called with the amount done and the total, once the work knows the total.
pub fn reporting<T: Send>(py: Python<'_>, on_progress: Option<&Py<PyAny>>, work: impl FnOnce() -> Result<T, Error> + Send) -> PyResult<T> {
    run_beside(py, on_progress, None, |_| work())
}

/// As [`reporting`], for work that reads the records of a Python dataset.
pub fn reading<T: Send>(
    dataset: &Bound<'_, PyAny>,
    on_progress: Option<&Py<PyAny>>,
    work: impl FnOnce(&dyn Records) -> Result<T, Error> + Send,
) -> PyResult<T> {
    let records = PyRecords::new(dataset)?;
    run_beside(dataset.py(), on_progress, Some(Served::new(dataset.clone())), |from| work(&records.served(from)))
}

fn run_beside<T: Send>(
    py: Python<'_>,
    on_progress: Option<&Py<PyAny>>,
    mut served: Option<Served<'_>>,
    work: impl FnOnce(&Fetching) -> Result<T, Error> + Send,
) -> PyResult<T> {
    // A forked process does not have its parent's threads.
    let (here, first) = (std::process::id(), PROCESS.load(Ordering::Relaxed));
    if first != 0 && first != here {
        return Err(forked(py));
    }
    PROCESS.store(here, Ordering::Relaxed);
    let (task, language) = (Arc::new(Task::default()), language(py));
    let (sender, receiver) = sync_channel(1);
    let (receiver, mut thrown) = (Mutex::new(receiver), None);
    let found = scope(|scope| {
        let of = task.clone();
        let work = move || {
            set_thread_language(language);
            let ask = sender.clone();
            let fetching = Fetching(Box::new(move |request| drop(ask.send(Message::Fetch(request)))));
            let found = run(of, || work(&fetching));
            let _ = sender.send(Message::Done);
            found
        };
        let Ok(working) = Builder::new().stack_size(STACK).spawn_scoped(scope, work) else { return Err(internal(py)) };
        let mut last = (0, 0);
        loop {
            let message = py.detach(|| wait(&receiver));
            let answered = match message {
                Ok(Message::Fetch(request)) if thrown.is_none() => served.as_mut().map_or(Ok(()), |served| served.answer(request)),
                Ok(Message::Fetch(_)) | Err(RecvTimeoutError::Timeout) => Ok(()),
                Ok(Message::Done) | Err(RecvTimeoutError::Disconnected) => break,
            };
            let now = task.progress();
            let report = |call: &Py<PyAny>| call.call1(py, (now.0.min(now.1), now.1)).map(drop);
            let is_news = now.1 > 0 && now != last;
            let outcome = answered.and_then(|()| py.check_signals()).and_then(|()| on_progress.filter(|_| is_news).map_or(Ok(()), report));
            last = now;
            if let Err(exception) = outcome {
                task.stop();
                thrown.get_or_insert(exception);
            }
        }
        py.detach(|| working.join()).map_err(|_| internal(py))
    })?;
    if let Some(exception) = thrown {
        return Err(exception);
    }
    py.check_signals()?;
    // The last report is of the total, and work shorter than a pause is reported once too.
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

fn wait(receiver: &Mutex<Receiver<Message>>) -> Result<Message, RecvTimeoutError> {
    receiver.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(PAUSE)
}
