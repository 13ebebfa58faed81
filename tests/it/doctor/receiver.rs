//! The receiver, and its ports.

use std::net::{TcpListener, UdpSocket};

use rustix::process::Signal;

use super::{Kind, cure, cure_by_asking_again, home, told};
use crate::support::{Receiver, signal};

/// Of each port: the end of its variable, and what is found where somebody else has it, and where nobody can have it.
const PORTS: [(&str, Kind, Kind); 4] = [
    ("OTLP_HTTP", ("port-otlp-http", "taken"), ("port-otlp-http", "unusable")),
    ("OTLP_GRPC", ("port-otlp-grpc", "taken"), ("port-otlp-grpc", "unusable")),
    ("ZIPKIN", ("port-zipkin", "taken"), ("port-zipkin", "unusable")),
    ("XRAY", ("port-xray", "taken"), ("port-xray", "unusable")),
];

#[test]
fn a_port_that_is_taken_is_exchanged_for_one_that_is_free() {
    for (door, taken, _) in PORTS {
        let (tcp, udp) = (TcpListener::bind("127.0.0.1:0"), UdpSocket::bind("127.0.0.1:0"));
        let (tcp, udp) = (tcp.expect("there is a free port"), udp.expect("there is a free port"));
        let address = if door == "XRAY" { udp.local_addr() } else { tcp.local_addr() }.expect("it is bound").to_string();
        let home = home().with(&format!("CRUDDUR_TRACE_COLLECT_{door}"), &address);
        let found = told(&home, "-b local");
        let found = found.finds_only(taken);
        assert!(found["what"].as_str().is_some_and(|what| what.starts_with(&address)), "{found:#}");
        cure(&home, "-b local", taken, "");
    }
}

#[test]
fn an_address_that_is_not_this_machines_is_exchanged() {
    for (door, _, unusable) in PORTS {
        let home = home().with(&format!("CRUDDUR_TRACE_COLLECT_{door}"), "192.0.2.1:0");
        cure(&home, "-b local", unusable, "");
    }
}

#[test]
fn the_ports_of_a_receiver_that_is_running_are_its_own() {
    let home = home();
    let receiver = Receiver::start(&home, &[]);
    let home = home.with("CRUDDUR_TRACE_COLLECT_OTLP_HTTP", &receiver.otlp().to_string());
    let told = told(&home, "-b local");
    assert_eq!(told.output.status.code(), Some(0), "{}", told.all());
    let what = |check| told.finds((check, "ok"))["what"].as_str().unwrap_or_default().to_owned();
    assert_eq!(what("port-otlp-http"), format!("{}: the receiver's", receiver.otlp()));
    assert_eq!(what("port-zipkin"), format!("{}: the receiver's", receiver.zipkin()));
    assert!(what("receiver").starts_with(&format!("process {}, started ", receiver.pid())));
}

#[test]
fn a_receiver_that_does_not_answer_may_answer_later() {
    let home = home();
    let receiver = Receiver::start(&home, &[]);
    signal(receiver.pid(), Signal::STOP);
    // It goes on in any case, so that it can be stopped.
    let pid = receiver.pid();
    cure_by_asking_again(&home, "-b local --timeout 1s", ("receiver", "silent"), || signal(pid, Signal::CONT));
}
