//! This receiver beside another one, in turns and by the same clients: `PEER=127.0.0.1:4318 cargo bench --bench peers`, with the other
//! one listening there for OTLP over HTTP. `benches/README.md` says which ones were measured, and what they do with what they are sent.
//!
//! Linux only: memory is read from `/proc`.

#[expect(dead_code, reason = "not every benchmark needs single requests")]
mod load;
mod receiver;
#[expect(dead_code, reason = "not every benchmark measures processes that end")]
mod support;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use load::{Load, templates};
use receiver::{start, stop};
use support::{TOGETHER, show};

/// Connections that send at once.
const CONNECTIONS: usize = 4;
/// How often each has its turn, and for how long.
const TURNS: usize = 5;
const TURN: Duration = Duration::from_secs(6);

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let peer = std::env::var("PEER").expect("PEER says where the other receiver listens, as 127.0.0.1:4318");
    let peer = peer.parse().expect("PEER is an address with its port");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = folder.path().join("peers.db");
    let templates = templates();
    let (mut child, ours) = start(folder.path(), &store, &["--max-size", "8GiB"]);
    // No trace is sent twice, also when this is run again for the same receiver.
    let number = AtomicU64::new(support::now().0);
    show(&format!("{TOGETHER} spans a request, {CONNECTIONS} connections, turns of {TURN:?}\n"));
    show("| turn | this program | the other | ratio |\n|---|---|---|---|");
    let (mut kept, mut best) = (0, [0.0_f64; 2]);
    for turn in 1..=TURNS {
        let rates = [ours, peer].map(|to| {
            let tally = Load { to, templates: &templates, number: &number }.run(CONNECTIONS, None, TURN);
            assert_eq!(tally.refused(), 0, "each takes what so few connections send");
            kept += if to == ours { tally.taken.load(Ordering::Relaxed) * TOGETHER as u64 } else { 0 };
            tally.rate(TURN)
        });
        best = [best[0].max(rates[0]), best[1].max(rates[1])];
        show(&format!("| {turn} | {:.0} spans/s | {:.0} spans/s | {:.1} |", rates[0], rates[1], rates[0] / rates[1]));
    }
    show(&format!("| best | {:.0} spans/s | {:.0} spans/s | {:.1} |", best[0], best[1], best[0] / best[1]));
    stop(&mut child);
    let stored: i64 = rusqlite::Connection::open(&store)
        .expect("the store")
        .query_row("SELECT sum(spans) FROM batches", [], |row| row.get(0))
        .expect("a sum");
    assert_eq!(u64::try_from(stored), Ok(kept), "everything that was acknowledged is kept");
}
