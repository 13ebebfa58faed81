//! TLS, with certificates that are made for the test.

use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tempfile::TempDir;

use super::*;
use crate::collect::TlsFiles;

struct Certificate {
    folder: TempDir,
    pem: String,
}

impl Certificate {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        std::fs::write(folder.path().join("cert.pem"), made.cert.pem()).unwrap();
        std::fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        Self { folder, pem: made.cert.pem() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn files(&self) -> TlsFiles {
        TlsFiles { cert: self.path("cert.pem"), key: self.path("key.pem") }
    }

    fn client(&self) -> reqwest::Client {
        let root = reqwest::Certificate::from_pem(self.pem.as_bytes()).unwrap();
        crate::tls::http_client().no_proxy().timeout(SOON).tls_certs_only([root]).build().unwrap()
    }
}

fn encrypted(sink: &Memory, files: TlsFiles, limits: Limits) -> Running {
    let config = Config {
        otlp_http: Some(ANY),
        otlp_grpc: Some(ANY),
        zipkin: Some(ANY),
        xray: Some(ANY),
        tls: Some(files),
        limits,
        ..Config::default()
    };
    start(config, sink.clone(), now).unwrap()
}

#[tokio::test]
async fn a_client_that_trusts_the_certificate_sends_encrypted() {
    let (sink, certificate) = (Memory::new(), Certificate::new());
    let receiver = encrypted(&sink, certificate.files(), Limits::default());
    let client = certificate.client();
    // Larger than one record of TLS, and twice over one connection.
    for _ in 0..2 {
        let url = format!("https://localhost:{}/v1/traces", receiver.otlp_http.unwrap().port());
        let sent = client.post(url).header("content-type", PROTOBUF).body(request(2000));
        assert_eq!(answer(sent).await.status, 200);
    }
    let url = format!("https://localhost:{}/health", receiver.zipkin.unwrap().port());
    assert_eq!(answer(client.get(url)).await.status, 200);
    let rules = client.post(format!("http://{}/GetSamplingRules", receiver.xray.unwrap()));
    assert_eq!(answer(rules).await.status, 200, "X-Ray's SDKs speak plain HTTP");
    assert_eq!((sink.spans(), receiver.counters().tls_failures), (4000, 0));
    let last = receiver.stop().await;
    assert_eq!(last.spans_kept, 4000, "and it stops, although the client keeps its connections");
}

#[tokio::test]
async fn who_speaks_no_tls_or_trusts_another_is_not_let_in() {
    let (sink, certificate) = (Memory::new(), Certificate::new());
    let receiver = encrypted(&sink, certificate.files(), Limits::default());
    let to = receiver.otlp_http.unwrap();
    let plain = raw(to, b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").await;
    assert!(!plain.contains("HTTP/"), "{plain}");
    let other = Certificate::new().client().get(format!("https://localhost:{}/", to.port())).send().await;
    assert!(other.unwrap_err().is_connect());
    // What its client thinks of the certificate reaches the receiver after its client knows.
    let both = async {
        while receiver.counters().tls_failures < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, both).await.unwrap();
    assert_eq!(sink.state().offers, 0);
}

#[tokio::test]
async fn a_handshake_that_does_not_come_keeps_nobody_out_and_is_not_waited_for() {
    let (sink, certificate) = (Memory::new(), Certificate::new());
    let limits = Limits { request_time: Duration::from_secs(1), ..Limits::default() };
    let receiver = encrypted(&sink, certificate.files(), limits);
    let to = receiver.otlp_http.unwrap();
    // The first bytes of a handshake, of which the rest never comes.
    let slow: Vec<_> = (0..20).map(|_| tokio::spawn(raw(to, &[0x16, 0x03, 0x01, 0x02, 0x00, 0x01]))).collect();
    let silent = tokio::spawn(raw(to, b""));
    let sent = certificate.client().post(format!("https://localhost:{}/v1/traces", to.port()));
    assert_eq!(answer(sent.header("content-type", PROTOBUF).body(request(1))).await.status, 200);
    for connection in slow {
        assert_eq!(connection.await.unwrap(), "");
    }
    assert_eq!(silent.await.unwrap(), "");
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named() {
    let (one, other) = (Certificate::new(), Certificate::new());
    std::fs::write(one.path("empty.pem"), "").unwrap();
    let refused = |cert: PathBuf, key: PathBuf| {
        let tls = Some(TlsFiles { cert, key });
        let error = start(Config { otlp_http: Some(ANY), tls, ..Config::default() }, Memory::new(), now).unwrap_err();
        assert!(error.hint().contains("--tls-cert"), "{}", error.hint());
        error.to_string()
    };
    let (cert, key) = (one.path("cert.pem"), one.path("key.pem"));
    let none = one.path("none.pem");
    assert_eq!(refused(none.clone(), key.clone()), format!("cannot read the certificate in `{}`", none.display()));
    assert_eq!(refused(cert.clone(), none.clone()), format!("cannot read the private key in `{}`", none.display()));
    let empty = one.path("empty.pem");
    assert_eq!(refused(empty.clone(), key.clone()), format!("there is no certificate in `{}`", empty.display()));
    assert_eq!(refused(key.clone(), key), format!("there is no certificate in `{}`", one.path("key.pem").display()));
    assert_eq!(refused(cert.clone(), cert.clone()), format!("cannot read the private key in `{}`", cert.display()));
    let mismatch = refused(cert.clone(), other.path("key.pem"));
    let files = format!("`{}` and the private key in `{}`", cert.display(), other.path("key.pem").display());
    assert_eq!(mismatch, format!("the certificate in {files} cannot be used together"));
}

#[tokio::test]
async fn calls_are_encrypted_too_by_the_protocol_that_the_handshake_agrees_on() {
    let (sink, certificate) = (Memory::new(), Certificate::new());
    let receiver = encrypted(&sink, certificate.files(), Limits::default());
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(certificate.pem.as_bytes()).unwrap()).unwrap();
    let config = rustls::ClientConfig::builder_with_provider(crate::tls::provider()).with_safe_default_protocol_versions();
    let mut config = config.unwrap().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec(), b"h2".to_vec()];
    let stream = TcpStream::connect(receiver.otlp_grpc.unwrap()).await.unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let stream = connector.connect("localhost".try_into().unwrap(), stream).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]), "the receiver's own preference");
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let message = request(3);
    let framed = [&[0][..], &(message.len() as u32).to_be_bytes(), &message].concat();
    let call = hyper::Request::post("https://localhost/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        .header("content-type", "application/grpc")
        .body(Full::<Bytes>::from(framed))
        .unwrap();
    let answer = tokio::time::timeout(SOON, client.send_request(call)).await.unwrap().unwrap();
    let body = answer.into_body().collect().await.unwrap();
    assert_eq!(body.trailers().unwrap()["grpc-status"], "0");
    assert_eq!((sink.spans(), receiver.counters().tls_failures), (3, 0));
}
