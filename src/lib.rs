//! `cruddur-trace`: distributed traces in the terminal.
//!
//! Folders are verbs of the pipeline, in reading order: [`cli`] (what the user typed) → [`commands`] (what it does: one file per
//! verb) → [`query`] (the question) → [`backend`] (where traces come from; [`wire`] turns their bytes into the [`model`]) →
//! [`analysis`] (what it means) → [`render`] (how it looks) → `ui` (the only one that prints). [`collect`] is the door in.
//!
//! Imports go one way, by this table; a test reads the source against it.
//!
//! | module | may use |
//! |---|---|
//! | model | nothing of ours |
//! | query, wire | model |
//! | analysis | model, query |
//! | render | model, analysis |
//! | backend | model, query, wire |
//! | collect | model, query, wire, backend |
//! | cli | query, model |
//! | commands | all of the above, but not each other |

pub mod analysis;
pub mod backend;
pub mod cli;
pub mod collect;
pub mod commands;
pub mod config;
pub mod error;
pub mod exit;
pub mod model;
pub mod query;
pub mod render;
pub mod wire;
