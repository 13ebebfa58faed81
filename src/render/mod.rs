//! How it looks: pure functions from values to text.
//!
//! Reading order: [`text`] (what may reach a terminal), [`units`] (numbers as people read them), [`theme`] (what colours mean, and
//! [`Look`]), [`scale`] (time to columns); then [`waterfall`] (one trace), [`recorded`] (its errors), [`table`] (many), [`graph`] (who calls
//! whom), [`stats`] (how often and how fast), [`diff`] and [`snapshot`] (what is different), [`baseline`] (what is slower than it
//! was), [`logs`] (lines by themselves), [`html`] (a page for a browser), [`json`] (for machines), [`export`] (for other programs that draw), [`report`] (assertions,
//! for those who read them elsewhere), [`suite`] (assertions, as a file that is read again) and [`coverage`] (what none of them is
//! about).

pub mod baseline;
mod column;
pub mod coverage;
pub mod diff;
pub mod doctor;
pub mod escape;
pub mod export;
pub mod graph;
pub mod html;
pub mod json;
mod line;
pub mod logs;
pub mod lost;
pub mod misses;
mod picture;
pub mod recorded;
pub mod report;
pub mod scale;
pub mod snapshot;
pub mod span;
pub mod stats;
pub mod suite;
pub mod table;
pub mod text;
pub mod theme;
pub mod units;
pub mod waterfall;

pub use line::Pieces;
pub use theme::Look;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod wellformed;
