//! `--open`: a trace in the browser.

use std::io;

use reqwest::Url;

use crate::model::TraceId;
use crate::ui::Ui;

/// So many pages are opened at most: a slip of the hand shall not fill a screen with windows.
const MOST: usize = 5;

/// A trace that may have a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page<'a> {
    pub(super) trace: &'a TraceId,
    /// Where it was read from.
    pub(super) backends: &'a [String],
    /// Its address, as the backend says it.
    pub(super) link: Option<&'a str>,
}

/// Opens the pages. What cannot be opened is a warning: the answer is there without it.
pub(super) fn open<'a>(pages: impl IntoIterator<Item = Page<'a>>, ui: &mut Ui) {
    open_by(|address| open::that_detached(address), pages, ui);
}

fn open_by<'a>(mut start: impl FnMut(&str) -> io::Result<()>, pages: impl IntoIterator<Item = Page<'a>>, ui: &mut Ui) {
    let mut addresses = Vec::new();
    for page in pages {
        match page.link.map(safe) {
            None => ui.warn(&format!("trace {} cannot be opened: {} has no page for it", page.trace, whose(page.backends))),
            Some(None) => {
                ui.warn(&format!("trace {} is not opened: its link is no address of a web page", page.trace));
            }
            Some(Some(address)) => addresses.push(address),
        }
    }
    if addresses.len() > MOST {
        ui.warn(&format!("of {} traces, the first {MOST} are opened", addresses.len()));
    }
    for address in addresses.iter().take(MOST) {
        if let Err(error) = start(address) {
            ui.warn(&format!("the browser cannot be started: {error}"));
            ui.hint(&format!("the trace is at {address}"));
            // The next one will not start either.
            break;
        }
    }
}

/// The address as a browser may be given it. A link comes from a server, and what opens it opens files and starts programs as well.
fn safe(link: &str) -> Option<String> {
    let url = Url::parse(link).ok()?;
    (matches!(url.scheme(), "https" | "http") && url.has_host()).then(|| url.to_string())
}

fn whose(backends: &[String]) -> String {
    if backends.is_empty() { "its backend".to_owned() } else { backends.join(" + ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Wishes;
    use crate::ui::testing::captured;

    /// What is started for the links, and what is said.
    fn opened(links: &[Option<&str>], broken: bool) -> (Vec<String>, String) {
        let (mut ui, _, err) = captured(Wishes::default());
        let mut started = Vec::new();
        let trace = TraceId::from_bytes([7; 16]);
        let backends = ["honeycomb".to_owned()];
        let start = |address: &str| {
            started.push(address.to_owned());
            if broken { Err(io::ErrorKind::NotFound.into()) } else { Ok(()) }
        };
        open_by(start, links.iter().map(|link| Page { trace: &trace, backends: &backends, link: *link }), &mut ui);
        (started, err.text())
    }

    #[test]
    fn a_page_is_opened_and_one_that_is_not_there_is_a_warning() {
        let (started, said) = opened(&[Some("https://ui.honeycomb.io/a?b=c d"), None], false);
        assert_eq!(started, ["https://ui.honeycomb.io/a?b=c%20d"]);
        assert_eq!(said, "warning: trace 07070707070707070707070707070707 cannot be opened: honeycomb has no page for it\n");
    }

    #[test]
    fn what_is_no_web_page_is_never_opened() {
        for link in ["file:///etc/passwd", "javascript:alert(1)", "--help", "/bin/sh", "", "calculator:", "https:", "\u{1b}"] {
            let (started, said) = opened(&[Some(link)], false);
            assert!(started.is_empty() && said.contains("no address of a web page"), "{link}: {started:?}, {said}");
        }
    }

    #[test]
    fn five_pages_are_opened_at_most() {
        let (started, said) = opened(&[Some("https://ui.honeycomb.io/a"); 7], false);
        assert_eq!((started.len(), said.as_str()), (5, "warning: of 7 traces, the first 5 are opened\n"));
    }

    #[test]
    fn a_browser_that_cannot_be_started_is_tried_once() {
        let (started, said) = opened(&[Some("https://ui.honeycomb.io/a"); 3], true);
        assert_eq!(started.len(), 1);
        assert_eq!(
            said,
            "warning: the browser cannot be started: entity not found\nhint: the trace is at https://ui.honeycomb.io/a\n"
        );
    }
}
