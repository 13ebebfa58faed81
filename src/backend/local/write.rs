//! The one writer of a process: a thread that owns the connection and commits what is waiting together.
//!
//! A batch is acknowledged after the commit that holds it, and a commit is on the disk (`synchronous=FULL`). Commits cost
//! milliseconds, so everything that arrives meanwhile shares the next one.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{oneshot, watch};

use super::figures::{Figures, WriterFigures};
use super::ingest::Ingest;
use super::outbox::{self, Committed, Step};
use super::retention::{Evicted, Evictor, Retention};
use super::schema::{StoreError, identity, open_for_writing};
use crate::model::Time;
use crate::wire::Batch;

/// How many bytes of compressed batches may wait for the writer before senders are told to come back.
const MAX_WAITING: usize = 64 << 20;
/// How many batches one commit takes at most: bounds the time to the first acknowledgement.
const MAX_TOGETHER: usize = 256;
/// How many spans one commit takes at most.
const MAX_SPANS_TOGETHER: usize = 32 * 1024;
/// How often traces are looked for that are too old, besides at the start and at the end. Whether the store is too large is looked
/// at after every commit.
const RETENTION_INTERVAL: Duration = Duration::from_secs(30);
/// zstd's fastest ordinary level: the others cost more than the disk they save.
const COMPRESSION_LEVEL: i32 = 1;

/// Why a batch was not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeepError {
    /// Too much is waiting already.
    #[error("more is waiting to be written than may wait")]
    Busy,
    /// It could not be written.
    #[error("{0}")]
    Failed(String),
}

/// A handle on the writer; cheap to clone. The thread ends, having written everything, when it is told to or when the last
/// handle is gone.
#[derive(Debug, Clone)]
pub struct Writer {
    jobs: Sender<Message>,
    waiting: Arc<AtomicUsize>,
    committed: watch::Receiver<Committed>,
    figures: Arc<Figures>,
    path: Arc<Path>,
}

/// What the thread is told.
#[derive(Debug)]
enum Message {
    Keep(Job),
    Register(Vec<String>, oneshot::Sender<Result<(), KeepError>>),
    Advance(Step),
    Stop,
}

/// A batch on its way to the disk.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) batch: Batch,
    pub(super) compressed: Vec<u8>,
    done: oneshot::Sender<Result<(), KeepError>>,
}

impl Writer {
    /// Opens the store at `path`, making it where there is none, and starts the thread. `clock` dates what arrives.
    pub fn start(path: &Path, retention: Retention, clock: fn() -> Time) -> Result<(Self, JoinHandle<()>), StoreError> {
        let connection = open_for_writing(path)?;
        let (jobs, queue) = channel();
        let (waiting, figures) = (Arc::new(AtomicUsize::new(0)), Arc::new(Figures::default()));
        let (tell, committed) = watch::channel(Committed::default());
        let thread = {
            let (waiting, figures, path) = (Arc::clone(&waiting), Arc::clone(&figures), path.to_owned());
            std::thread::Builder::new()
                .name("store".into())
                .spawn(move || {
                    let shared = Shared { waiting, figures, path, retention, clock, tell };
                    write_until_closed(connection, &queue, &shared);
                })
                .map_err(|error| StoreError::Io { path: PathBuf::new(), cause: error.to_string() })?
        };
        Ok((Self { jobs, waiting, figures, committed, path: path.into() }, thread))
    }

    /// The store's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it has done so far, and what waits.
    pub fn figures(&self) -> WriterFigures {
        self.figures.now(self.waiting.load(Ordering::Relaxed))
    }

    /// Keeps a batch; answers when it is on the disk.
    pub async fn keep(&self, batch: Batch) -> Result<(), KeepError> {
        if batch.traces.is_empty() {
            return Ok(());
        }
        let compressed =
            zstd::bulk::compress(&batch.data, COMPRESSION_LEVEL).map_err(|error| KeepError::Failed(error.to_string()))?;
        // What is waiting is held twice, as it came and compressed; what counts is the larger.
        let size = batch.data.len();
        let before = self.waiting.fetch_add(size, Ordering::Relaxed);
        if before > 0 && before + size > MAX_WAITING {
            self.waiting.fetch_sub(size, Ordering::Relaxed);
            return Err(KeepError::Busy);
        }
        let (done, answer) = oneshot::channel();
        let stopped = || KeepError::Failed("the store's writer has stopped".into());
        self.jobs.send(Message::Keep(Job { batch, compressed, done })).map_err(|_| stopped())?;
        self.figures.offered.add(1);
        answer.await.map_err(|_| stopped())?
    }

    /// Remembers from now on how far these destinations come: what is there already is not for those that are new.
    pub async fn register(&self, destinations: Vec<String>) -> Result<(), KeepError> {
        let (done, answer) = oneshot::channel();
        let stopped = || KeepError::Failed("the store's writer has stopped".into());
        self.jobs.send(Message::Register(destinations, done)).map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }

    /// Notes a destination's step, with what is committed next.
    pub fn advance(&self, step: Step) {
        // A writer that has stopped notes nothing any more: it will be sent again.
        self.jobs.send(Message::Advance(step)).ok();
    }

    /// The last batch that is on the disk, as it changes.
    pub fn committed(&self) -> watch::Receiver<Committed> {
        self.committed.clone()
    }

    /// Ends the thread, once everything that was handed over before is written. Later batches are not kept, and their senders
    /// are told so.
    pub fn stop(&self) {
        // It may have ended already, which is as good.
        self.jobs.send(Message::Stop).ok();
    }
}

struct Shared {
    waiting: Arc<AtomicUsize>,
    figures: Arc<Figures>,
    path: PathBuf,
    retention: Retention,
    clock: fn() -> Time,
    tell: watch::Sender<Committed>,
}

/// What is written in one transaction.
#[derive(Debug, Default)]
struct Together {
    jobs: Vec<Job>,
    steps: Vec<Step>,
    stop: bool,
}

fn write_until_closed(connection: Connection, queue: &Receiver<Message>, shared: &Shared) {
    let mut store = Store {
        identity: identity(&shared.path),
        connection,
        ingest: Ingest::default(),
        evictor: Evictor::default(),
        destinations: Vec::new(),
        file: 0,
        shared,
    };
    let mut looked_after = None::<Instant>;
    let (mut stopped, mut idle) = (false, false);
    store.tell();
    while !stopped {
        if looked_after.is_none_or(|at| at.elapsed() >= RETENTION_INTERVAL) {
            store.evictor.look_again();
            looked_after = Some(Instant::now());
        }
        let wait = if store.evict(idle) { Duration::ZERO } else { RETENTION_INTERVAL };
        let received = queue.recv_timeout(wait);
        idle = matches!(received, Err(RecvTimeoutError::Timeout));
        let first = match received {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let Together { jobs, steps, stop } = store.take_together(first, queue);
        stopped = stop;
        if jobs.is_empty() && steps.is_empty() {
            continue;
        }
        let size: usize = jobs.iter().map(|job| job.batch.data.len()).sum();
        let outcome = store.keep(&jobs, &steps).map_err(|error| KeepError::Failed(error.to_string()));
        if let Err(error) = &outcome
            && !steps.is_empty()
        {
            tracing::warn!(%error, "what was forwarded could not be noted, and will be sent again");
        }
        shared.waiting.fetch_sub(size, Ordering::Relaxed);
        shared.figures.commits.add(usize::from(outcome.is_ok() && !jobs.is_empty()));
        for job in jobs {
            if outcome.is_ok() {
                shared.figures.batches.add(1);
                shared.figures.spans.add(job.batch.rows.len());
            } else {
                shared.figures.failed.add(1);
            }
            // A sender that went away does not want to know.
            job.done.send(outcome.clone()).ok();
        }
    }
    store.evictor.look_again();
    while store.evict(true) {}
    // Folds the log into the file, so that it can be copied as one. Readers may prevent that; then the next writer does it.
    if let Err(error) = store.connection.pragma_update(None, "wal_checkpoint", "TRUNCATE") {
        tracing::debug!(%error, "the log was not folded in");
    }
}

/// The thread's own.
struct Store<'a> {
    connection: Connection,
    /// What tells the file that is open from another one at the same path.
    identity: Option<(u64, u64)>,
    ingest: Ingest,
    /// Those that have a place in every file.
    destinations: Vec<String>,
    /// [`Committed::file`].
    file: u64,
    evictor: Evictor,
    shared: &'a Shared,
}

impl Store<'_> {
    /// Commits the batches to the file that is at the path now. Somebody may have moved or removed the one that is open: what
    /// goes there would be acknowledged and never seen again.
    fn keep(&mut self, jobs: &[Job], steps: &[Step]) -> Result<(), StoreError> {
        loop {
            let now = identity(&self.shared.path);
            if now.is_none() || now != self.identity {
                tracing::warn!(path = %self.shared.path.display(), "the store was moved or removed: going on in a new one");
                let mut connection = open_for_writing(&self.shared.path)?;
                // Before it is taken for ours: a file in which a destination has no place would never be forwarded from.
                register(&mut connection, &self.destinations).map_err(|error| StoreError::of(&self.shared.path, error))?;
                self.connection = connection;
                self.ingest = Ingest::default();
                self.evictor = Evictor::default();
                self.identity = identity(&self.shared.path);
                self.file += 1;
            }
            let steps: Vec<_> = steps.iter().filter(|step| step.file == self.file).collect();
            let spans: usize = jobs.iter().map(|job| job.batch.rows.len()).sum();
            if let Err(error) = commit(&mut self.connection, &mut self.ingest, jobs, &steps, (self.shared.clock)()) {
                // What the transaction taught us of the store was undone with it.
                self.ingest = Ingest::default();
                return Err(StoreError::of(&self.shared.path, error));
            }
            tracing::debug!(batches = jobs.len(), spans, "committed");
            if identity(&self.shared.path) == self.identity {
                self.tell();
                return Ok(());
            }
        }
    }

    /// Whatever is waiting, up to a bound.
    fn take_together(&mut self, first: Message, queue: &Receiver<Message>) -> Together {
        let mut together = Together::default();
        let mut spans = 0;
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Keep(job) => {
                    spans += job.batch.rows.len() + job.batch.log_records();
                    together.jobs.push(job);
                }
                Message::Advance(step) => together.steps.push(step),
                Message::Register(destinations, done) => {
                    let registered = self.register(destinations).map_err(|error| KeepError::Failed(error.to_string()));
                    // Whoever asked may be gone.
                    done.send(registered).ok();
                }
                Message::Stop => {
                    together.stop = true;
                    break;
                }
            }
            let full =
                together.jobs.len() >= MAX_TOGETHER || spans >= MAX_SPANS_TOGETHER || together.steps.len() >= MAX_TOGETHER;
            next = if full { None } else { queue.try_recv().ok() };
        }
        together
    }

    /// Gives these destinations a place in the file, besides those that have one in every file.
    fn register(&mut self, destinations: Vec<String>) -> Result<(), StoreError> {
        self.destinations.extend(destinations);
        register(&mut self.connection, &self.destinations).map_err(|error| StoreError::of(&self.shared.path, error))
    }

    /// Says how far the store has come, if that is further than before.
    fn tell(&self) {
        match outbox::last(&self.connection) {
            Ok(batch) => {
                let now = Committed { file: self.file, batch };
                self.shared.tell.send_if_modified(|told| std::mem::replace(told, now) != now);
            }
            Err(error) => tracing::warn!(%error, "the number of the last batch could not be read"),
        }
    }

    /// Forgets a little of what is too old or too much, or gives pages back while there is nothing else to do. Answers whether
    /// there is more of that.
    fn evict(&mut self, idle: bool) -> bool {
        let (evictor, figures) = (&mut self.evictor, &self.shared.figures);
        let mut evicted = Evicted::default();
        let turn = if idle && evictor.is_hollow() {
            evictor.give_back(&self.connection)
        } else {
            evictor.turn(&mut self.connection, &self.shared.retention, (self.shared.clock)(), &mut evicted)
        };
        if !evicted.traces.is_empty() {
            tracing::info!(traces = evicted.traces.len(), batches = evicted.batches, "retention evicted traces");
        }
        figures.evicted_traces.add(evicted.traces.len());
        figures.evicted_batches.add(evicted.batches);
        if evicted.operations {
            self.ingest = Ingest::default();
        } else {
            self.ingest.forget(&evicted.traces);
        }
        if let Err(error) = turn {
            tracing::warn!(%error, "retention failed");
            figures.evictions_failed.add(1);
            evictor.rest();
        }
        evictor.is_under_way() || evictor.is_hollow()
    }
}

fn register(connection: &mut Connection, destinations: &[String]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    outbox::register(&transaction, destinations)?;
    transaction.commit()
}

fn commit(connection: &mut Connection, ingest: &mut Ingest, jobs: &[Job], steps: &[&Step], now: Time) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    ingest.begin(&transaction)?;
    for job in jobs {
        ingest.add(&transaction, &job.batch, &job.compressed, now)?;
    }
    ingest.finish(&transaction, now)?;
    for step in steps {
        outbox::advance(&transaction, step)?;
    }
    transaction.commit()
}
