//! Where traces come from.
