//! A snapshot as text.

use std::fmt;

use super::{Count, Snapshot, VERSION};

/// What the first line begins with; the version follows.
pub(super) const HEADER: &str = "cruddur-trace snapshot ";
/// How many blanks each level is indented by.
pub(super) const INDENT: usize = 2;
/// The deepest level that is indented by itself. Below it lines begin with their level, because the blanks of a chain of ten thousand
/// spans would take a hundred megabytes.
pub(super) const DEEPEST: usize = 40;

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}{VERSION}")?;
        for line in &self.lines {
            for comment in &line.comments {
                writeln!(f, "{:1$}#{comment}", "", line.depth.min(DEEPEST) * INDENT)?;
            }
            write!(f, "{:1$}", "", line.depth.min(DEEPEST) * INDENT)?;
            if line.depth > DEEPEST {
                write!(f, "@{} ", line.depth)?;
            }
            if line.count != Count::ONE {
                write!(f, "{} × ", line.count)?;
            }
            let (head, name, rest) = line.label.written(line.took);
            writeln!(f, "{head}{name}{rest}")?;
        }
        self.end.iter().try_for_each(|comment| writeln!(f, "#{comment}"))
    }
}
