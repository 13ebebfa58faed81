//! The door in: the local receiver.
