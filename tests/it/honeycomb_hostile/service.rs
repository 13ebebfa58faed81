//! Answers that no service should give.

use std::sync::Arc;

use super::has_line;
use crate::support::honeycomb::CONFIGURATION;
use crate::support::spans::now;
use crate::support::{CommandOutput, Home};

/// A server of one's own: what is written to the first connections is what the function says of a request's first line and body.
struct Liar {
    address: std::net::SocketAddr,
}

impl Liar {
    fn start(answer: impl Fn(&str, &str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        use std::io::{BufRead as _, Read as _, Write as _};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answer = Arc::clone(&answer);
                std::thread::spawn(move || {
                    let mut stream = std::io::BufReader::new(stream);
                    loop {
                        let (mut line, mut length) = (String::new(), 0);
                        if stream.read_line(&mut line).unwrap_or(0) == 0 {
                            return;
                        }
                        loop {
                            let mut header = String::new();
                            stream.read_line(&mut header).unwrap();
                            if header.trim().is_empty() {
                                break;
                            }
                            if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
                                length = value.trim().parse().unwrap();
                            }
                        }
                        let mut body = vec![0; length];
                        stream.read_exact(&mut body).unwrap();
                        let whole = answer(line.trim(), &String::from_utf8_lossy(&body));
                        if stream.get_mut().write_all(&whole).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { address }
    }

    /// One that is as it should be but for the answers of results.
    fn of_results(result: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::start(move |line, body| ordinarily(line).unwrap_or_else(|| result(body)))
    }

    fn home(&self) -> Home {
        Home::new()
            .with("HONEYCOMB_API_ENDPOINT", &format!("http://{}", self.address))
            .with("HONEYCOMB_API_KEY", CONFIGURATION)
            .with("CRUDDUR_TRACE_HONEYCOMB_RATE_LIMIT", "1000/1m")
    }
}

fn answered(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn json(body: &str) -> Vec<u8> {
    answered("200 OK", "Content-Type: application/json\r\n", body.as_bytes())
}

const AUTH: &str = r#"{"id":"x","type":"configuration","api_key_access":{"queries":true,"columns":true},
    "environment":{"name":"e","slug":"e/../x\u001b[31m"},"team":{"name":"t","slug":"../t?x#y"}}"#;
const COLUMNS: &str = r#"[{"key_name":"trace.trace_id","type":"string"},{"key_name":"trace.span_id","type":"string"},
    {"key_name":"trace.parent_id","type":"string"},{"key_name":"name","type":"string"},{"key_name":"service.name","type":"string"},
    {"key_name":"duration_ms","type":"float"},{"key_name":"error","type":"boolean"}]"#;

/// What a well-meaning service says to all but a query result.
fn ordinarily(line: &str) -> Option<Vec<u8>> {
    let path = line.split(' ').nth(1)?;
    Some(match path.split('/').nth(2)? {
        "auth" => json(AUTH),
        "columns" => json(COLUMNS),
        "queries" => json(r#"{"id":"q"}"#),
        "query_results" => return None,
        _ => json("[]"),
    })
}

/// A result of these rows.
fn rows(rows: &str) -> String {
    format!(r#"{{"id":"r","complete":true,"data":{{"results":[{rows}]}},"links":{{"query_url":"javascript:alert(1)"}}}}"#)
}

/// Nothing that a terminal would obey, no line that only looks like one of ours, and an end that is one of ours.
#[track_caller]
fn decent(home: &Home, line: &str) -> CommandOutput {
    // With its escape characters, which a test otherwise sees as pictures.
    let raw = home.pipe(line.split_whitespace(), b"");
    let output = CommandOutput::new(&raw, &home.path("."));

    let text = format!("{}{}", String::from_utf8_lossy(&raw.stdout), String::from_utf8_lossy(&raw.stderr));
    // What turns the direction of writing is text as any other where a program reads it.
    let for_programs = output.stdout.starts_with('{');
    let obeyed = |c: char| (c.is_control() && c != '\n') || (!for_programs && ('\u{202a}'..='\u{202e}').contains(&c));
    assert!(!text.contains(obeyed), "{output}");
    assert!(!output.stderr.lines().any(|line| line.starts_with("error: forged") || line.starts_with("forged")), "{output}");
    assert!(matches!(output.code, Some(0 | 1 | 3)), "{output}");
    assert!(!text.contains("panicked"), "{output}");
    output
}

#[test]
fn refusals_do_not_write_on_the_terminal() {
    let evil = r"no\nforged\nerror: forged\r\u001b]0;title\u0007\u001b[2J\u202e\u0000 \u009b31m";
    for (status, body) in [
        ("401 Unauthorized", format!(r#"{{"error":"{evil}"}}"#)),
        ("403 Forbidden", format!(r#"{{"error":"{evil}"}}"#)),
        ("422 Unprocessable", format!(r#"{{"type_detail":[{{"field":"{evil}","description":"{evil}"}}]}}"#)),
        ("429 Too Many", format!(r#"{{"detail":"{evil}"}}"#)),
        ("500 Broken", format!(r#"{{"title":"{evil}"}}"#)),
        ("200 OK", format!(r#"{{"complete":true,"error":"{evil}"}}"#)),
        ("200 OK", "[".repeat(1_000_000)),
        ("200 OK", format!("{{\"complete\":true,\"data\":{}", "{\"results\":".repeat(100_000))),
        ("200 OK", r#"{"complete":"yes"}"#.to_owned()),
        ("200 OK", r#"{"complete":true}"#.to_owned()),
        ("200 OK", r#"{"complete":true,"data":{"results":{}}}"#.to_owned()),
        ("200 OK", r#"{"complete":true,"data":{"results":[{"data":[]}]}}"#.to_owned()),
        ("302 Found", String::new()),
    ] {
        let liar =
            Liar::of_results(move |_| answered(status, "Location: https://evil.example/\u{7f}?x=%1b\r\n", body.as_bytes()));
        for line in ["list -b honeycomb --timeout 3s", "assert -b honeycomb name=x --absent --timeout 3s"] {
            let output = decent(&liar.home(), line);
            assert_eq!(output.code, Some(3), "{status}: {output}");
        }
    }
}

#[test]
fn rows_that_cannot_be_do_not_lie_or_crash() {
    let t = "4bf92f3577b34da6a3ce929d0e0e4736";
    let now = now().0 as f64 / 1e9;
    let long = "x".repeat(10_000);
    for rows_ in [
        format!(
            r#"{{"data":{{"trace.trace_id":"{t}","trace.span_id":"a","_ct_t":1e308,"_ct_us":1e300,"duration_ms":1e308,"COUNT":1e30}}}}"#
        ),
        format!(
            r#"{{"data":{{"trace.trace_id":"{t}","trace.span_id":"a","_ct_t":-5,"_ct_us":-9223372036854775808,"duration_ms":-1e308}}}}"#
        ),
        format!(
            r#"{{"data":{{"trace.trace_id":"{t}","trace.span_id":"{long}","trace.parent_id":"{long}","_ct_t":{now},"name":"{long}"}}}}"#
        ),
        format!(
            r#"{{"data":{{"trace.trace_id":"{t}","trace.span_id":"","_ct_t":"soon","name":7,"service.name":true,"duration_ms":"1"}}}}"#
        ),
        format!(
            r#"{{"data":{{"trace.trace_id":"{t}","trace.trace_id":"other","trace.span_id":"b","_ct_t":{now},"_ct_t":1,"name":"\u001b[31m\nforged"}}}}"#
        ),
        format!(r#"{{"data":{{"trace.trace_id":"../../x?y z","trace.span_id":"b","_ct_t":{now},"name":"\r\u202e"}}}}"#),
        r#"{"data":{}}"#.to_owned(),
        String::new(),
    ] {
        let whole = rows(&rows_);
        let liar = Liar::of_results(move |_| json(&whole));
        let home = liar.home();
        for line in [
            "list -b honeycomb --counts --timeout 5s",
            "list -b honeycomb --timeout 5s -o jsonl",
            "list -b honeycomb name=x --timeout 5s",
            "assert -b honeycomb name=x --timeout 5s",
            &format!("show -b honeycomb {t} --timeout 5s"),
            &format!("show -b honeycomb {t} --timeout 5s -o json"),
        ] {
            drop(decent(&home, line));
        }
    }
}

#[test]
fn a_trace_that_was_not_asked_for_is_not_shown() {
    let now = now().0 as f64 / 1e9 - 60.0;
    let other = rows(&format!(
        r#"{{"data":{{"trace.trace_id":"ffffffffffffffffffffffffffffffff","trace.span_id":"aaaaaaaaaaaaaaaa","_ct_t":{now},"name":"other",
            "MIN(_ct_t)":{now},"MAX(_ct_t)":{now},"_ct_root":true,"_ct_name":"other"}}}}"#
    ));
    let liar = Liar::of_results(move |_| json(&other));
    let output = liar.home().line("show -b honeycomb 4bf92f3577b34da6a3ce929d0e0e4736");
    assert!(output.code != Some(0) && !has_line(&output, "other"), "{output}");
}

#[test]
fn names_of_queries_and_results_stay_names() {
    let asked = Arc::new(std::sync::Mutex::new(Vec::<String>::new()));
    let seen = Arc::clone(&asked);
    let liar = Liar::start(move |line, _| {
        seen.lock().unwrap().push(line.to_owned());
        if line.starts_with("GET /1/query_results") || line.starts_with("GET /1/evil") {
            return json(&rows(""));
        }
        if line.starts_with("POST /1/queries") {
            return json(r#"{"id":"../../evil?x=1 HTTP/1.1\r\nX: y"}"#);
        }
        ordinarily(line).unwrap_or_else(|| json(r#"{"id":"../../evil?x=1#y z\r\nX: y","complete":false}"#))
    });
    let output = liar.home().line("list -b honeycomb --timeout 5s");
    assert_eq!(output.code, Some(0), "{output}");
    for line in asked.lock().unwrap().iter() {
        let path = line.split(' ').nth(1).unwrap();
        assert!(line.split(' ').count() == 3 && !path.contains("/evil") && !path.contains('?'), "{line}");
    }
    for id in ["..", ".", ""] {
        let liar = Liar::of_results(move |_| json(&format!(r#"{{"id":"{id}","complete":false}}"#)));
        let output = liar.home().line("list -b honeycomb --timeout 2s");
        assert_eq!(output.code, Some(3), "{id}: {output}");
    }
}

#[test]
fn what_is_packed_is_not_unpacked_without_end() {
    use std::io::Write as _;
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..1100 {
        bomb.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    let liar = Liar::of_results(move |_| answered("200 OK", "Content-Encoding: gzip\r\n", &bomb));
    let output = liar.home().line("list -b honeycomb --timeout 20s");
    assert_eq!(output.code, Some(3), "{output}");
    for (coding, body) in [("gzip", &b"not gzip"[..]), ("br", b"\x0b\x02\x80"), ("zstd", b"\x28\xb5\x2f\xfd"), ("gzip", b"")] {
        let liar = Liar::of_results(move |_| answered("200 OK", &format!("Content-Encoding: {coding}\r\n"), body));
        let output = decent(&liar.home(), "list -b honeycomb --timeout 5s");
        assert_eq!(output.code, Some(3), "{coding}: {output}");
    }
}
