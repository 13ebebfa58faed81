//! Where a trace can be looked at in a browser.

use super::home;
use crate::support::eventually;
use crate::support::honeycomb::Honeycomb;
use crate::support::spans::{family, trace_id};

#[cfg(target_os = "linux")]
#[test]
fn the_page_of_a_trace_is_opened() {
    use std::os::unix::fs::PermissionsExt as _;
    let service = Honeycomb::start();
    let id = trace_id(1, 1);
    service.ingest_spans(family(1).into_iter().map(|span| (id.clone(), span)));
    let home = home(&service);
    let (folder, opened) = (home.path("bin"), home.path("opened"));
    crate::support::write(
        &folder.join("xdg-open"),
        &format!("#!/bin/sh\nprintf '%s\\n' \"$@\" > '{0}.new' && mv '{0}.new' '{0}'\n", opened.display()),
    );
    std::fs::set_permissions(folder.join("xdg-open"), std::fs::Permissions::from_mode(0o755))
        .expect("it can be made a program");
    let home = home.with("PATH", &format!("{}:/usr/bin:/bin", folder.display()));
    let output = home.line(&format!("show -b honeycomb --open -o json {id}"));
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{output}");
    let document: serde_json::Value = serde_json::from_str(&output.stdout).expect("it is JSON");
    let link = document["traces"][0]["link"].as_str().expect("it has a link").to_owned();
    eventually("the page is opened", || opened.exists());
    assert_eq!(std::fs::read_to_string(&opened).expect("it was opened").trim(), link);
    let span = &family(1)[0];
    let page = format!("https://ui.honeycomb.io/cruddur/environments/test/trace?trace_id={id}&trace_start_ts=");
    assert!(link.starts_with(&page), "{link}");
    let begin: u64 = link[page.len()..].split('&').next().and_then(|text| text.parse().ok()).expect("a number");
    assert!(span.start.0 / 1_000_000_000 - begin < 60, "{link}");
}

#[test]
fn a_page_of_one_dataset_is_within_it() {
    let service = Honeycomb::start();
    let id = trace_id(1, 1);
    service.ingest_spans(family(1).into_iter().map(|span| (id.clone(), span)));
    let output = home(&service).line(&format!("show -b honeycomb --dataset web {id}"));
    assert!(
        output.stdout.contains(&format!("https://ui.honeycomb.io/cruddur/environments/test/datasets/web/trace?trace_id={id}&")),
        "{output}"
    );
}
