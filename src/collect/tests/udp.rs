//! X-Ray documents by UDP.

use std::net::UdpSocket;

use super::*;
use crate::wire::Format;

const HEADER: &str = "{\"format\":\"json\",\"version\":1}\n";

/// A document as the Python SDK sends it, with its header.
pub(super) fn datagram(number: u64, padding: usize) -> Vec<u8> {
    let document = serde_json::json!({
        "id": format!("{:016x}", number + 1),
        "trace_id": format!("1-6b029215-{:024x}", number / 10 + 1),
        "name": "backend-flask",
        "start_time": 1_795_330_581.487_246_8,
        "end_time": 1_795_330_581.493_573_7,
        "in_progress": false,
        "metadata": {"default": {"padding": "x".repeat(padding)}},
    });
    format!("{HEADER}{document}").into_bytes()
}

pub(super) fn sender(to: &Running) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(to.xray.unwrap()).unwrap();
    socket
}

#[tokio::test]
async fn documents_are_kept() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let sender = sender(&receiver);
    sender.send(&datagram(1, 0)).unwrap();
    sink.until(|state| state.spans == 1).await;
    sender.send(&datagram(2, 60_000)).unwrap();
    sink.until(|state| state.spans == 2).await;
    assert!(sink.formats().iter().all(|format| *format == Format::XRay));
    let last = receiver.stop().await;
    assert_eq!(
        (last.datagrams, last.documents, last.documents_kept, last.segments_kept, last.documents_missing()),
        (2, 2, 2, 2, 0)
    );
}

#[tokio::test]
async fn what_is_no_document_is_counted_by_its_reason() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let sender = sender(&receiver);
    let bad: [&[u8]; 6] = [
        b"{\"id\":1}",
        b"{\"format\":\"xml\",\"version\":1}\n{}",
        b"{\"format\":\"json\",\"version\":2}\n{}",
        b"{\"format\":\"json\",\"version\":1}\n\n",
        b"{\"format\":\"json\",\"version\":1}\nno json",
        b"",
    ];
    for datagram in bad {
        sender.send(datagram).unwrap();
    }
    sender.send(&datagram(1, 0)).unwrap();
    sink.until(|state| state.spans == 1).await;
    let last = receiver.stop().await;
    assert_eq!((last.datagrams_without_document, last.datagrams_bad_header, last.datagrams_empty), (2, 2, 1));
    assert_eq!((last.documents, last.documents_refused, last.documents_kept), (2, 1, 1));
    assert_eq!((last.datagrams, last.documents_missing()), (7, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_five_thousand_is_kept_or_counted() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let sender = sender(&receiver);
    let sent =
        tokio::task::spawn_blocking(move || (0..5000).filter(|number| sender.send(&datagram(*number, 300)).is_ok()).count());
    assert_eq!(sent.await.unwrap(), 5000);
    let last = receiver.stop().await;
    assert_eq!(last.documents_kept + last.datagrams_dropped_by_kernel, 5000, "{last:?}");
    assert_eq!(last.segments_kept as usize, sink.spans());
    assert_eq!(last.documents_pending(), 0);
    // With the buffer that was asked for, none is dropped.
    if last.datagrams_dropped_by_kernel > 0 {
        assert!(receiver_buffer() < 8 << 20, "{last:?}");
    }
}

/// What the kernel grants here.
fn receiver_buffer() -> usize {
    crate::collect::listen::udp(ANY, 4 << 20).unwrap().buffer
}

#[tokio::test]
async fn a_busy_sink_is_asked_again() {
    let sink = Memory::busy(|offer| offer < 3, Duration::from_millis(1));
    let receiver = receiver(&sink);
    sender(&receiver).send(&datagram(1, 0)).unwrap();
    sink.until(|state| state.spans == 1).await;
    assert_eq!(sink.state().offers, 4);
}

#[tokio::test]
async fn what_the_queue_cannot_hold_is_counted_and_the_rest_is_kept() {
    let sink = Memory::new();
    sink.close();
    // The least that a queue holds is two MiB.
    let receiver = receiver_with(&sink, Limits { queued: 0, ..Limits::default() });
    let sender = sender(&receiver);
    for number in 0..100 {
        sender.send(&datagram(number, 50_000)).unwrap();
        let counters = || receiver.counters();
        until(|| counters().documents + counters().datagrams_dropped_by_kernel > number).await;
    }
    until(|| receiver.counters().documents_dropped_busy > 0).await;
    sink.open();
    let last = receiver.stop().await;
    assert_eq!(last.documents_kept + last.documents_dropped_busy, 100, "{last:?}");
    assert_eq!(sink.spans() as u64, last.documents_kept);
    assert!(last.documents_kept >= 20, "{last:?}");
}

/// For what happens in another thread and tells nobody.
pub(super) async fn until(is: impl Fn() -> bool) {
    let reached = async {
        while !is() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(SOON, reached).await.expect("it comes to pass");
}
