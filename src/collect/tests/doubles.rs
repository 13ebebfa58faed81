//! A sink in memory that can refuse and wait.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;

use super::SOON;
use crate::collect::sink::{Sink, SinkError};
use crate::wire::{Batch, Format};

/// Keeps batches in memory. What it answers can be decided for every offer by its number.
#[derive(Clone)]
pub(super) struct Memory(Arc<Inner>);

struct Inner {
    state: watch::Sender<State>,
    answer: Box<dyn Fn(usize) -> Result<(), SinkError> + Send + Sync>,
    open: watch::Sender<bool>,
    batches: Mutex<Vec<Batch>>,
}

/// What can be waited for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct State {
    pub(super) offers: usize,
    pub(super) spans: usize,
}

impl Memory {
    /// Keeps everything.
    pub(super) fn new() -> Self {
        Self::answering(|_| Ok(()))
    }

    /// Answers the nth offer, from 0, so.
    pub(super) fn answering(answer: impl Fn(usize) -> Result<(), SinkError> + Send + Sync + 'static) -> Self {
        let (state, _) = watch::channel(State::default());
        let (open, _) = watch::channel(true);
        Self(Arc::new(Inner { state, answer: Box::new(answer), open, batches: Mutex::new(Vec::new()) }))
    }

    /// Is busy at every offer whose number this says.
    pub(super) fn busy(when: impl Fn(usize) -> bool + Send + Sync + 'static, wait: Duration) -> Self {
        Self::answering(move |offer| if when(offer) { Err(SinkError::Busy(wait)) } else { Ok(()) })
    }

    /// Cannot write.
    pub(super) fn broken() -> Self {
        Self::answering(|_| Err(SinkError::Failed("the disk is full".to_owned())))
    }

    /// Lets every offer wait until [`open`](Self::open).
    pub(super) fn close(&self) {
        self.0.open.send_replace(false);
    }

    pub(super) fn open(&self) {
        self.0.open.send_replace(true);
    }

    /// Waits until something is so.
    pub(super) async fn until(&self, is: impl FnMut(&State) -> bool) -> State {
        let mut state = self.0.state.subscribe();
        let reached = tokio::time::timeout(SOON, state.wait_for(is)).await;
        *reached.unwrap_or_else(|_| panic!("never came to pass: {:?}", self.state())).unwrap()
    }

    pub(super) fn state(&self) -> State {
        *self.0.state.borrow()
    }

    pub(super) fn spans(&self) -> usize {
        self.state().spans
    }

    pub(super) fn batches(&self) -> Vec<Batch> {
        self.0.batches.lock().unwrap().clone()
    }

    /// The names of the kept spans' operations, sorted.
    pub(super) fn names(&self) -> Vec<String> {
        let batches = self.0.batches.lock().unwrap();
        let mut names: Vec<_> =
            batches.iter().flat_map(|batch| &batch.operations).map(|operation| operation.name.clone()).collect();
        names.sort_unstable();
        names
    }

    /// The bytes that were kept.
    pub(super) fn data(&self) -> Vec<Vec<u8>> {
        self.0.batches.lock().unwrap().iter().map(|batch| batch.data.clone()).collect()
    }

    pub(super) fn formats(&self) -> Vec<Format> {
        self.0.batches.lock().unwrap().iter().map(|batch| batch.format).collect()
    }
}

impl Sink for Memory {
    async fn keep(&self, batch: Batch) -> Result<(), SinkError> {
        let mut offer = 0;
        self.0.state.send_modify(|state| {
            offer = state.offers;
            state.offers += 1;
        });
        self.0.open.subscribe().wait_for(|open| *open).await.unwrap();
        (self.0.answer)(offer)?;
        let spans = batch.rows.len();
        self.0.batches.lock().unwrap().push(batch);
        self.0.state.send_modify(|state| state.spans += spans);
        Ok(())
    }
}
