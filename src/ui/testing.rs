//! A user interface whose two streams can be read back.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Streams, Ui, Wishes};

/// What was written to a stream.
#[derive(Debug, Clone, Default)]
pub(crate) struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    /// As text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A user interface, what it writes to stdout, and what it writes to stderr.
pub(crate) fn captured(wishes: Wishes) -> (Ui, Written, Written) {
    let (out, err) = (Written::default(), Written::default());
    (Ui::new(Streams::into_writers(out.clone(), err.clone()), wishes), out, err)
}
