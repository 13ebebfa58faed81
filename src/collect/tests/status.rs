//! Asking a receiver how it does.

use std::net::TcpListener;
use std::path::Path;

use super::*;
use crate::backend::local::WriterFigures;
use crate::collect::status::{Endpoint, Found, Kept, Listening, Silent, Status, ask};

fn status(process: u32) -> Status {
    Status {
        process,
        since_unix_nano: now().0.to_string(),
        listening: Listening { otlp_http: Some(ANY), ..Listening::default() },
        retention: Kept { max_age_seconds: Some(60), max_bytes: None },
        received: crate::collect::Snapshot { spans_kept: u64::MAX, ..Default::default() },
        waiting_documents: 1,
        store: WriterFigures { evicted_traces: 7, ..WriterFigures::default() },
        forwarding: vec![crate::collect::forward::Report { destination: "xray".to_owned(), ..Default::default() }],
    }
}

async fn answers(store: &Path) -> Vec<Result<Status, Silent>> {
    ask(store, SOON).await.unwrap().into_iter().map(|found: Found| found.answer).collect()
}

#[tokio::test]
async fn every_receiver_of_a_store_is_found_and_asked() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("traces.db");
    assert_eq!(answers(&folder.path().join("none/traces.db")).await, []);
    assert_eq!(answers(&store).await, []);
    let one = Endpoint::open(&store, || status(1)).await.unwrap();
    let two = Endpoint::open(&store, || status(2)).await.unwrap();
    let other = Endpoint::open(&folder.path().join("other.db"), || status(3)).await.unwrap();
    let mut both = answers(&store).await;
    both.sort_by_key(|answer| answer.as_ref().unwrap().process);
    assert_eq!(both, [Ok(status(1)), Ok(status(2))]);
    drop(one);
    assert_eq!(answers(&store).await, [Ok(status(2))]);
    drop((two, other));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
}

#[cfg(unix)]
#[tokio::test]
async fn only_who_can_read_the_file_is_answered() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("traces.db");
    let _endpoint = Endpoint::open(&store, || status(1)).await.unwrap();
    let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap();
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let place: serde_json::Value = serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
    let (address, token) = (place["address"].as_str().unwrap(), place["token"].as_str().unwrap());
    assert!(address.starts_with("127.0.0.1:") && token.len() == 64, "{address}");
    let url = format!("http://{address}/status");
    assert_eq!(answer(client().get(&url)).await.status, 401);
    assert_eq!(answer(client().get(&url).bearer_auth("0".repeat(64))).await.status, 401);
    assert_eq!(answer(client().get(&url).bearer_auth(token)).await.status, 200);
}

#[tokio::test]
async fn what_a_killed_receiver_left_is_told_and_cleared_away_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("traces.db");
    let left =
        |name: &str, text: String| std::fs::write(folder.path().join(format!("traces.db.receiver-{name}")), text).unwrap();
    let free = TcpListener::bind(ANY).unwrap().local_addr().unwrap();
    left("a", serde_json::json!({"address": free, "token": "x"}).to_string());
    // Another program has the port by now, and asks for a token of its own.
    let other = receiver(&Memory::new());
    left("b", serde_json::json!({"address": other.otlp_http.unwrap(), "token": "x"}).to_string());
    left("c", "{".to_owned());
    left("d", serde_json::json!({"address": "192.0.2.1:80", "token": "x"}).to_string());
    let said = answers(&store).await;
    assert_eq!(said[..2], [Err(Silent::Gone), Err(Silent::Gone)]);
    assert!(said[2..].iter().all(|answer| matches!(answer, Err(Silent::NoAnswer(_)))), "{said:?}");
    let living = std::fs::File::open(folder.path().join("traces.db.receiver-c")).unwrap();
    living.lock().unwrap();
    let _endpoint = Endpoint::open(&store, || status(1)).await.unwrap();
    let said = answers(&store).await;
    assert_eq!(said.len(), 2, "whose file is locked lives: {said:?}");
    assert!(said.contains(&Ok(status(1))) && said.iter().any(|answer| matches!(answer, Err(Silent::NoAnswer(_)))), "{said:?}");
}

#[tokio::test]
async fn one_that_hangs_is_told_from_one_that_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("traces.db");
    let hanging = TcpListener::bind(ANY).unwrap();
    let place = serde_json::json!({"address": hanging.local_addr().unwrap(), "token": "x"});
    std::fs::write(folder.path().join("traces.db.receiver-a"), place.to_string()).unwrap();
    let said = ask(&store, Duration::from_millis(50)).await.unwrap().remove(0).answer.unwrap_err();
    assert!(matches!(&said, Silent::NoAnswer(why) if why.contains("within 50ms")), "{said:?}");
}
