//! What is worth a warning before a receiver opens its doors: who else could send, and who could listen in.

use std::net::SocketAddr;

use crate::collect::Config;

/// What to warn of, once for each door that others than this machine can reach.
pub(super) fn warnings(config: &Config) -> Vec<String> {
    let (token, tls) = (config.token.is_some(), config.tls.is_some());
    let mut warnings = Vec::new();
    // Of each door: what it is, its flag, where it is, and whether its protocol has room for a token and for TLS.
    let doors = [
        ("OTLP/HTTP", "--otlp-http", config.otlp_http, true),
        ("OTLP/gRPC", "--otlp-grpc", config.otlp_grpc, true),
        ("Zipkin's spans", "--zipkin", config.zipkin, true),
        ("X-Ray segments", "--xray", config.xray, false),
    ];
    for (what, flag, address, guarded) in doors {
        let Some(address) = address.filter(is_reachable) else { continue };
        let local = SocketAddr::from(([127, 0, 0, 1], address.port()));
        match (guarded, token, tls) {
            (true, true, true) => {}
            (true, true, false) => warnings.push(format!(
                "the token for {what} crosses the network unencrypted to {address}: --tls-cert and --tls-key encrypt it"
            )),
            (true, false, _) => warnings.push(format!(
                "anybody who can reach {address} can send {what}: --token-file asks for a token, {flag} {local} keeps others out"
            )),
            (false, ..) => warnings.push(format!(
                "anybody who can reach {address} can send {what}, whose protocol knows no token: {flag} {local} keeps others out"
            )),
        }
    }
    if config.allowed_origins.iter().any(|origin| origin == "*") {
        warnings.push("every web page that is open on a machine that reaches this receiver may send to it (`*`)".to_owned());
    }
    warnings
}

/// Whether others than this machine can reach it.
fn is_reachable(address: &SocketAddr) -> bool {
    // An IPv4 address may be written as IPv6.
    !address.ip().to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::TlsFiles;
    use crate::secret::Secret;

    fn config(addresses: [&str; 3]) -> Config {
        let [otlp_http, zipkin, xray] = addresses.map(|address| Some(address.parse().unwrap()));
        Config { otlp_http, zipkin, xray, ..Config::default() }
    }

    #[test]
    fn nobody_is_warned_of_this_machine() {
        assert_eq!(warnings(&config(["127.0.0.1:1", "[::1]:2", "[::ffff:127.0.0.1]:3"])), Vec::<String>::new());
        assert_eq!(warnings(&Config::default()), Vec::<String>::new());
    }

    #[test]
    fn each_door_to_the_network_is_warned_of_once() {
        let open = config(["0.0.0.0:4318", "[::]:9411", "192.0.2.1:2000"]);
        insta::assert_snapshot!(warnings(&open).join("\n"), @"
        anybody who can reach 0.0.0.0:4318 can send OTLP/HTTP: --token-file asks for a token, --otlp-http 127.0.0.1:4318 keeps others out
        anybody who can reach [::]:9411 can send Zipkin's spans: --token-file asks for a token, --zipkin 127.0.0.1:9411 keeps others out
        anybody who can reach 192.0.2.1:2000 can send X-Ray segments, whose protocol knows no token: --xray 127.0.0.1:2000 keeps others out
        ");
        let token = Config { token: Some(Secret::new("t")), ..open };
        insta::assert_snapshot!(warnings(&token).join("\n"), @"
        the token for OTLP/HTTP crosses the network unencrypted to 0.0.0.0:4318: --tls-cert and --tls-key encrypt it
        the token for Zipkin's spans crosses the network unencrypted to [::]:9411: --tls-cert and --tls-key encrypt it
        anybody who can reach 192.0.2.1:2000 can send X-Ray segments, whose protocol knows no token: --xray 127.0.0.1:2000 keeps others out
        ");
        let tls = Config { tls: Some(TlsFiles { cert: "c".into(), key: "k".into() }), ..token };
        insta::assert_snapshot!(warnings(&tls).join("\n"), @"anybody who can reach 192.0.2.1:2000 can send X-Ray segments, whose protocol knows no token: --xray 127.0.0.1:2000 keeps others out");
        let open = Config { token: None, ..tls };
        assert_eq!(warnings(&open).len(), 3, "TLS keeps nobody out");
    }

    #[test]
    fn every_page_is_worth_a_warning() {
        let config = Config { allowed_origins: vec!["http://a".into(), "*".into()], ..Config::default() };
        assert!(warnings(&config)[0].starts_with("every web page"));
    }
}
