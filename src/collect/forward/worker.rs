//! One destination's work: what was kept goes out in its order, a few requests at a time, until each was taken or set aside.

use std::ops::ControlFlow;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::sync::watch;

use super::pace::Pace;
use super::parcel::{Body, Parcel, batch_at, pack};
use super::report::Shared;
use super::uplink::{Answer, Health, NotTaken, Uplink};
use crate::backend::local::{Committed, Outbox, SetAside, Step, StoreError, Stored, Writer};
use crate::model::Time;

/// Requests in flight at once.
const IN_FLIGHT: usize = 4;
/// Bytes that are read from the store at once: bounds the memory that a destination takes while it is down.
const AT_ONCE: usize = 8 * 1024 * 1024;
/// How often a destination may fail at a request before the fault is looked for in the request.
const FAILURES: u32 = 4;
/// After the store could not be read.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// Everything that forwarding to one destination needs.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) name: String,
    pub(super) uplink: Uplink,
    pub(super) writer: Writer,
    pub(super) report: Shared,
    pub(super) stop: watch::Receiver<bool>,
    pub(super) clock: fn() -> Time,
    pub(super) random: fn() -> f64,
}

/// A part of a parcel that is still to be sent.
#[derive(Debug)]
struct Left {
    body: Body,
    /// Of its first span, in the parcel.
    place: u64,
    /// How often the destination may fail at it before the fault is looked for in it.
    failures: u32,
}

/// What came of a parcel.
#[derive(Debug, Default)]
struct Delivered {
    spans: u64,
    batch: i64,
    ends: bool,
    evicted: u64,
    aside: Vec<SetAside>,
}

/// The destination does not answer, and we are to stop: what is left will be sent next time.
#[derive(Debug)]
struct GaveUp;

impl Worker {
    /// Sends what is there and what comes, until stopped: then what can be sent without waiting.
    pub(super) async fn run(self) {
        let mut committed = self.writer.committed();
        // How far it has come in which file: what was noted in the store last may not be on the disk yet.
        let mut come = Committed::default();
        loop {
            let goal = *committed.borrow_and_update();
            if come.file != goal.file {
                come = Committed { file: goal.file, batch: 0 };
            }
            match self.catch_up(&mut come).await {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => return,
                Err(error) => {
                    tracing::warn!(destination = self.name, %error, "the store cannot be read to forward from it");
                    self.report.again(&error.to_string());
                    if self.pause(STORE_PAUSE).await.is_err() {
                        return;
                    }
                    continue;
                }
            }
            let mut stop = self.stop.clone();
            tokio::select! {
                biased;
                changed = committed.changed() => if changed.is_err() { return },
                // What was kept before is seen above once more.
                _ = stop.wait_for(|stop| *stop) => if *committed.borrow() == goal { return },
            }
        }
    }

    /// Sends everything that is in the store.
    async fn catch_up(&self, come: &mut Committed) -> Result<ControlFlow<()>, StoreError> {
        let path = self.writer.path().to_owned();
        let mut outbox = blocking(move || Outbox::open(&path)).await?;
        let Some(place) = outbox.place(&self.name)? else { return Ok(ControlFlow::Continue(())) };
        let mut upto = place.upto.max(come.batch);
        loop {
            let (back, stored) = blocking(move || {
                let stored = outbox.after(upto, AT_ONCE);
                (outbox, stored)
            })
            .await;
            outbox = back;
            let stored = stored?;
            let Some(last) = stored.last().map(|batch| batch.number) else {
                return Ok(ControlFlow::Continue(()));
            };
            if self.forward(stored, upto, come.file).await.is_err() {
                return Ok(ControlFlow::Break(()));
            }
            upto = last;
            come.batch = last;
            if !outbox.is_current() {
                // Moved or removed: in the new one, this destination has a place of its own.
                return Ok(ControlFlow::Continue(()));
            }
        }
    }

    async fn forward(&self, stored: Vec<Stored>, upto: i64, file: u64) -> Result<(), GaveUp> {
        let arrived: Vec<(i64, Time)> = stored.iter().map(|batch| (batch.number, batch.received)).collect();
        let come = |upto: i64| {
            let next = arrived.iter().find(|(number, _)| *number > upto).map(|(_, received)| *received);
            self.report.come(Committed { file, batch: upto }, next);
        };
        come(upto);
        let (tongue, now) = (self.uplink.tongue(), (self.clock)());
        let parcels = blocking(move || pack(tongue, stored, upto, now)).await;
        let mut deliveries = stream::iter(parcels.into_iter().map(|parcel| self.deliver(parcel))).buffered(IN_FLIGHT);
        // Only the end of a batch is a place to go on from.
        let mut step = Delivered::default();
        while let Some(delivered) = deliveries.next().await {
            let Delivered { spans, batch, ends, evicted, aside } = delivered?;
            step.spans += spans;
            step.evicted += evicted;
            step.aside.extend(aside);
            if ends {
                self.note(std::mem::take(&mut step), batch, file);
                come(batch);
            }
        }
        Ok(())
    }

    fn note(&self, step: Delivered, upto: i64, file: u64) {
        self.report.noted(step.spans, step.evicted, step.aside.iter().map(|aside| aside.spans).sum());
        if step.evicted > 0 {
            tracing::warn!(
                destination = self.name,
                batches = step.evicted,
                "retention took batches before they were forwarded"
            );
        }
        self.writer.advance(Step {
            destination: self.name.clone(),
            file,
            upto,
            spans: step.spans,
            evicted: step.evicted,
            set_aside: step.aside,
        });
    }

    /// Sends a parcel until each of its spans was taken or set aside.
    async fn deliver(&self, parcel: Parcel) -> Result<Delivered, GaveUp> {
        let batch = parcel.last_batch();
        let Parcel { body, parts, ends, evicted, aside } = parcel;
        let mut done = Delivered { spans: 0, batch, ends, evicted, aside };
        // The next one last.
        let mut left = vec![Left { body, place: 0, failures: FAILURES }];
        while let Some(Left { body, place, failures }) = left.pop() {
            let spans = body.spans() as u64;
            if spans == 0 {
                continue;
            }
            match self.insist(&body, failures).await? {
                Answer::Taken { rejected, why } => {
                    done.spans += spans.saturating_sub(rejected);
                    self.taken(rejected, &why);
                }
                Answer::TakenBut(not_taken) => {
                    done.spans += spans.saturating_sub(not_taken.len() as u64);
                    self.taken(0, "");
                    let Body::Documents(documents) = body else { continue };
                    let again = left.len();
                    for NotTaken { place: within, reason, later } in not_taken {
                        let alone = Body::Documents(documents.get(within).cloned().into_iter().collect());
                        let place = place + within as u64;
                        if later {
                            left.push(Left { body: alone, place, failures: FAILURES });
                        } else {
                            done.aside.push(self.set_aside(&alone, batch_at(&parts, place), reason));
                        }
                    }
                    if left.len() > again {
                        self.wait(&mut Pace::default(), None, "X-Ray took only some of the documents").await?;
                    }
                }
                Answer::Refused(why) | Answer::Failed(why) | Answer::Later { why, .. } => match body.halves() {
                    Ok((first, rest)) => {
                        // It is in one of them, and the destination is known to be well.
                        let middle = place + first.spans() as u64;
                        left.push(Left { body: rest, place: middle, failures: 1 });
                        left.push(Left { body: first, place, failures: 1 });
                    }
                    Err(alone) => done.aside.push(self.set_aside(&alone, batch_at(&parts, place), why)),
                },
            }
        }
        Ok(done)
    }

    fn taken(&self, rejected: u64, why: &str) {
        self.report.taken(rejected);
        if rejected > 0 {
            tracing::warn!(destination = self.name, rejected, why, "spans were taken and not kept");
        }
    }

    /// Sends one request until something comes of it. A refusal is believed of a single span only when the destination takes
    /// other requests.
    async fn insist(&self, body: &Body, failures: u32) -> Result<Answer, GaveUp> {
        let mut pace = Pace::default();
        loop {
            let answer = self.uplink.send(body).await;
            let (why, wait) = match answer {
                Answer::Taken { .. } | Answer::TakenBut(_) => return Ok(answer),
                Answer::Later { why, wait } => (why, wait),
                Answer::Refused(why) if body.spans() > 1 => return Ok(Answer::Refused(why)),
                Answer::Failed(why) if pace.failures() < failures => (why, None),
                Answer::Refused(why) | Answer::Failed(why) => {
                    let health = self.uplink.health().await;
                    if health == Health::Well || health == Health::Unknown && self.report.has_taken() {
                        return Ok(Answer::Refused(why));
                    }
                    (why, None)
                }
            };
            self.wait(&mut pace, wait, &why).await?;
        }
    }

    async fn wait(&self, pace: &mut Pace, asked: Option<Duration>, why: &str) -> Result<(), GaveUp> {
        if pace.failures() == 0 {
            tracing::info!(destination = self.name, why, "will be sent again");
        }
        self.report.again(why);
        self.pause(pace.next(asked, (self.random)())).await
    }

    /// Waits; not when we are to stop.
    async fn pause(&self, how_long: Duration) -> Result<(), GaveUp> {
        let mut stop = self.stop.clone();
        tokio::select! {
            () = tokio::time::sleep(how_long) => Ok(()),
            // An error means that the receiver is gone, and that means to stop as well.
            _ = stop.wait_for(|stop| *stop) => Err(GaveUp),
        }
    }

    fn set_aside(&self, alone: &Body, batch: i64, reason: String) -> SetAside {
        let (trace, span) = alone.first();
        tracing::warn!(destination = self.name, trace, span, reason, "set aside: it will not be taken");
        SetAside { batch, at: (self.clock)(), spans: alone.spans() as u64, trace, span, reason }
    }
}

/// Reading the disk is no work for a thread that waits for others.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
