//! What a trace means: pure functions over the model.
//!
//! [`tree`] puts the spans in order, whatever their parent pointers say. [`assertion`] judges what was seen.

pub mod assertion;
pub mod tree;

pub use tree::{Marks, Node, Tree, Trouble, What};
