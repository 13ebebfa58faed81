//! Requests that are never the same, sent by many connections: a receiver that was sent the same again would have little to do.

use std::collections::HashSet;
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cruddur_trace::wire::otlp;

use super::receiver::{connect, post};
use super::support::{self, TOGETHER, now, requests};

/// A request of which every trace can be made another one, of now.
pub(crate) struct Template {
    pub(crate) body: Vec<u8>,
    /// Where the first halves of the traces' ids are.
    pub(crate) ids: Vec<usize>,
    /// Where its times are, and how long before the request each of them is, in nanoseconds.
    times: Vec<(usize, u64)>,
}

impl Template {
    /// The first half of the ids of the traces in the request of this number: spread over all that there are, as random ones are.
    pub(crate) fn id(number: u64) -> [u8; 8] {
        // The multiplier of Knuth's hash for 64 bits: odd, so that no two numbers have the same.
        number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()
    }

    fn fill(&self, number: u64, body: &mut Vec<u8>) {
        body.clone_from(&self.body);
        for &at in &self.ids {
            body[at..at + 8].copy_from_slice(&Self::id(number));
        }
        let now = now().0;
        for &(at, before) in &self.times {
            body[at..at + 8].copy_from_slice(&(now - before).to_le_bytes());
        }
    }
}

/// What was answered.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) taken: AtomicU64,
    pub(crate) put_off: AtomicU64,
    pub(crate) other: AtomicU64,
}

/// Requests of [`TOGETHER`] spans each, with ten attributes.
pub(crate) fn templates() -> Vec<Template> {
    requests(2_000, now()).iter().filter(|spans| spans.len() == TOGETHER).map(template).collect()
}

pub(crate) struct Load<'a> {
    pub(crate) to: SocketAddr,
    pub(crate) templates: &'a [Template],
    pub(crate) number: &'a AtomicU64,
}

impl Load<'_> {
    /// Sends so many spans a second, or as many as are taken, for so long.
    pub(crate) fn run(&self, connections: usize, rate: Option<f64>, length: Duration) -> Tally {
        let (tally, stop) = (Tally::default(), AtomicBool::new(false));
        let begun = Instant::now();
        let sent = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..connections {
                scope.spawn(|| {
                    let mut stream = connect(self.to);
                    let mut body = Vec::new();
                    while !stop.load(Ordering::Relaxed) {
                        if let Some(rate) = rate {
                            // The next request's time, whichever connection takes it.
                            let place = sent.fetch_add(1, Ordering::Relaxed);
                            let due = Duration::try_from_secs_f64(place as f64 * TOGETHER as f64 / rate).expect("it is soon");
                            if due >= length {
                                return;
                            }
                            std::thread::sleep(due.saturating_sub(begun.elapsed()));
                        }
                        self.send(&mut stream, &mut body, &tally);
                    }
                });
            }
            std::thread::sleep(length);
            stop.store(true, Ordering::Relaxed);
        });
        tally
    }

    fn send(&self, stream: &mut TcpStream, body: &mut Vec<u8>, tally: &Tally) {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let template = &self.templates[number as usize % self.templates.len()];
        template.fill(number, body);
        match post(stream, body) {
            200 => drop(tally.taken.fetch_add(1, Ordering::Relaxed)),
            429 | 503 => {
                tally.put_off.fetch_add(1, Ordering::Relaxed);
                // As SDKs do: not at once.
                std::thread::sleep(Duration::from_secs(1));
            }
            _ => drop(tally.other.fetch_add(1, Ordering::Relaxed)),
        }
    }

    /// One request on a connection of its own, which must be taken; its number.
    pub(crate) fn one(&self) -> u64 {
        let tally = Tally::default();
        let number = self.number.load(Ordering::Relaxed);
        self.send(&mut connect(self.to), &mut Vec::new(), &tally);
        assert_eq!(tally.taken.load(Ordering::Relaxed), 1, "afterwards the next one is taken");
        number
    }
}

impl Tally {
    pub(crate) fn refused(&self) -> u64 {
        self.put_off.load(Ordering::Relaxed) + self.other.load(Ordering::Relaxed)
    }

    /// Acknowledged spans a second.
    pub(crate) fn rate(&self, length: Duration) -> f64 {
        (self.taken.load(Ordering::Relaxed) * TOGETHER as u64) as f64 / length.as_secs_f64()
    }
}

fn template(spans: &support::Spans) -> Template {
    const MARK: [u8; 8] = *b"\xa5soakid\x5a";
    let mut spans = spans.clone();
    for (id, _) in &mut spans {
        let mut bytes = id.bytes().expect("it is 16 bytes");
        bytes[..8].copy_from_slice(&MARK);
        *id = cruddur_trace::model::TraceId::from_bytes(bytes);
    }
    let times: HashSet<u64> =
        spans.iter().flat_map(|(_, span)| [Some(span.start.0), span.end.map(|end| end.0)]).flatten().collect();
    let (body, refused) = otlp::encode(spans.iter().map(|(id, span)| (id, span)));
    assert_eq!(refused, []);
    let ids: Vec<usize> = (0..body.len() - 8).filter(|&at| body[at..at + 8] == MARK).collect();
    assert_eq!(ids.len(), spans.len(), "each span names its trace once");
    let last = times.iter().copied().max().unwrap_or_default();
    let time = |at: usize| {
        let time = u64::from_le_bytes(body[at..at + 8].try_into().expect("eight bytes"));
        times.contains(&time).then_some((at, last - time))
    };
    let times: Vec<(usize, u64)> = (0..body.len() - 8).filter_map(time).collect();
    assert_eq!(times.len(), spans.len() * 2, "each has a start and an end");
    Template { body, ids, times }
}
