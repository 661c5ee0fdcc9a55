//! A thread on which documents are read: with the stack that parsing needs, and replaced when a document breaks it or
//! keeps it busy for too long. Knows nothing of documents.

use std::{
    panic,
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::Duration,
};

use super::Refusal;
use crate::parse::STACK_SIZE;

/// The longest that one document is waited for.
const WAIT_MAX: Duration = Duration::from_mins(1);

const NAME: &str = "preview";

type Work = Box<dyn FnOnce() + Send>;

/// Does one piece of work after another.
#[derive(Default)]
pub(super) struct Worker {
    thread: Option<Sender<Work>>,
}

impl Worker {
    /// What the work comes to.
    ///
    /// # Errors
    /// [`Refusal::Died`] where it panicked, [`Refusal::TooSlow`] where it does not end (its thread is left behind), and
    /// [`Refusal::NoMeans`] where there is no thread for it.
    pub(super) fn run<Answer, Task>(&mut self, task: Task) -> Result<Answer, Refusal>
    where
        Answer: Send + 'static,
        Task: FnOnce() -> Answer + Send + 'static,
    {
        self.run_within(WAIT_MAX, task)
    }

    fn run_within<Answer, Task>(&mut self, limit: Duration, task: Task) -> Result<Answer, Refusal>
    where
        Answer: Send + 'static,
        Task: FnOnce() -> Answer + Send + 'static,
    {
        // Put back only when the work has ended well.
        let thread = self.thread.take().map_or_else(spawn, Ok)?;
        let (answer, answered) = mpsc::channel();
        let work: Work = Box::new(move || {
            // Nobody may be waiting any more.
            let _ = answer.send(task());
        });
        thread.send(work).map_err(|_| Refusal::Died)?;
        let answer = answered.recv_timeout(limit).map_err(|error| match error {
            RecvTimeoutError::Timeout => Refusal::TooSlow(limit),
            // The work's end of the channel is dropped by its panic.
            RecvTimeoutError::Disconnected => Refusal::Died,
        })?;
        self.thread = Some(thread);
        Ok(answer)
    }
}

fn spawn() -> Result<Sender<Work>, Refusal> {
    let (sender, works) = mpsc::channel::<Work>();
    let thread = thread::Builder::new().name(NAME.to_owned()).stack_size(STACK_SIZE);
    thread.spawn(move || works.into_iter().for_each(|work| work())).map_err(Refusal::NoMeans)?;
    Ok(sender)
}

/// Keeps panics over documents off stderr: they are told as refusals, or mended within the parser. Who sets
/// `RUST_BACKTRACE` wants to see them.
pub(super) fn silence_panics() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if thread::current().name() != Some(NAME) || std::env::var_os("RUST_BACKTRACE").is_some() {
            before(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_panics_or_never_ends_costs_itself_alone() {
        let mut worker = Worker::default();
        assert!(matches!(worker.run(|| -> u8 { panic!("as documents make it") }), Err(Refusal::Died)));
        let (never, ends) = mpsc::channel::<u8>();
        let stuck = worker.run_within(Duration::from_millis(1), move || ends.recv());
        assert!(matches!(stuck, Err(Refusal::TooSlow(_))));
        assert_eq!(worker.run(|| 7).ok(), Some(7));
        drop(never);
    }

    #[test]
    fn one_thread_serves_all_and_has_the_stack_that_parsing_needs() {
        let mut worker = Worker::default();
        let mut thread = || worker.run(|| (thread::current().id(), deep(STACK_SIZE / 4 / 1024))).unwrap();
        assert_eq!(thread(), thread());
    }

    /// Takes at least a kibibyte of stack for each step, and in a debug build up to three.
    fn deep(steps: usize) -> usize {
        let frame = [0_u8; 1024];
        std::hint::black_box(&frame);
        if steps == 0 { usize::from(frame[0]) } else { deep(steps - 1) + usize::from(frame[1]) }
    }
}
