//! The orderly end.

use super::udp::{datagram, sender};
use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_before_the_stop_is_kept() {
    let sink = Memory::new();
    let receiver = receiver(&sink);
    let sender = sender(&receiver);
    for number in 0..500 {
        sender.send(&datagram(number, 0)).unwrap();
    }
    let last = receiver.stop().await;
    assert_eq!((last.documents_kept, sink.spans()), (500, 500));
}

#[tokio::test]
async fn a_request_in_flight_is_answered() {
    let sink = Memory::new();
    sink.close();
    let receiver = receiver(&sink);
    let url = format!("http://{}/v1/traces", receiver.otlp_http.unwrap());
    let request = tokio::spawn(answer(client().post(url).header("content-type", PROTOBUF).body(request(5))));
    sink.until(|state| state.offers == 1).await;
    let stop = tokio::spawn(receiver.stop());
    tokio::task::yield_now().await;
    sink.open();
    assert_eq!(request.await.unwrap().status, 200);
    assert_eq!(stop.await.unwrap().spans_kept, 5);
}

#[tokio::test]
async fn afterwards_nobody_listens_and_the_ports_are_free() {
    let receiver = receiver(&Memory::new());
    let (otlp_http, xray) = (receiver.otlp_http, receiver.xray);
    let idle = TcpStream::connect(otlp_http.unwrap()).await.unwrap();
    receiver.stop().await;
    assert!(TcpStream::connect(otlp_http.unwrap()).await.is_err());
    drop(idle);
    let again = start(Config { otlp_http, xray, ..Config::default() }, Memory::new(), now).unwrap();
    assert_eq!((again.otlp_http, again.xray), (otlp_http, xray));
}

#[tokio::test]
async fn a_sink_that_never_answers_is_not_waited_for() {
    let sink = Memory::new();
    sink.close();
    let receiver = receiver_with(&sink, Limits { drain_time: Duration::from_millis(50), ..Limits::default() });
    sender(&receiver).send(&datagram(1, 0)).unwrap();
    let last = receiver.stop().await;
    assert_eq!((last.documents, last.documents_lost, last.documents_pending()), (1, 1, 0));
}

#[tokio::test]
async fn a_receiver_that_is_dropped_stops_listening() {
    let receiver = receiver(&Memory::new());
    let (otlp_http, xray) = (receiver.otlp_http, receiver.xray);
    drop(receiver);
    super::udp::until(|| start(Config { otlp_http, xray, ..Config::default() }, Memory::new(), now).is_ok()).await;
}

#[tokio::test]
async fn a_receiver_without_a_door_does_not_start() {
    let error = start(Config::default(), Memory::new(), now).unwrap_err();
    assert_eq!(error.to_string(), "there is nothing to receive: no address to listen on");
}
