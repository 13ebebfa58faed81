//! `show -i` and `list -i`: what is on the screen, and what each key does to it. No terminal, no clock, no backend: a key goes in, an
//! [`Effect`] comes out, and [`App::draw`] fills whatever frame it is given. The screen itself is in `ui`, the loop in `commands`.
//!
//! Reading order: `key`; `subject` (what is looked at), `outline` (which of its rows are to be seen), `search`, `viewer` (one trace),
//! `list` (many), `app` (one upon the other); `paint` and `help` are what both draw with.
//!
//! A key press costs what is on the screen, and what it folds or unfolds; it never looks at every span. What has to look at them all
//! (a search) does so in slices, between keys.

mod app;
mod help;
mod key;
mod list;
mod outline;
mod paint;
mod prompt;
mod search;
mod subject;
#[cfg(test)]
mod testing;
mod viewer;

pub use app::{App, Effect};
pub use key::Key;
pub use list::List;
pub use subject::{Start, Subject};
pub use viewer::Viewer;
