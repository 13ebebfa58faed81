//! What a trace means: pure functions over the model.
//!
//! [`tree`] puts the spans in order, whatever their parent pointers say. [`graph`] says who calls whom. [`assertion`] judges what
//! was seen.

pub mod assertion;
pub mod graph;
pub mod tree;

pub use graph::GraphBuilder;
pub use tree::{Marks, Node, Tree, Trouble, What};
