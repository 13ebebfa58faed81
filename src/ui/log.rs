//! What the program says about itself when asked with -v.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// The filter for so many -v; `None` for none. Ours in full, the libraries' a step behind.
pub(crate) fn filter(verbose: u8) -> Option<&'static str> {
    match verbose {
        0 => None,
        1 => Some("warn,cruddur_trace=info"),
        2 => Some("info,cruddur_trace=debug"),
        _ => Some("debug,cruddur_trace=trace"),
    }
}

/// Writes what passes the filter to `writer`, from now on and for the whole process. The first call wins.
///
/// # Errors
///
/// The filter cannot be read: what is wrong with it.
pub(crate) fn start<W>(filter: &str, color: bool, writer: W) -> Result<(), String>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(filter).map_err(|error| error.to_string())?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_timer(tracing_subscriber::fmt::time::uptime())
        .with_ansi(color)
        .with_writer(writer)
        .finish();
    // A second call can only come from a second run in the same process, whose log the first one shows.
    tracing::subscriber::set_global_default(subscriber).ok();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_v_says_more() {
        assert_eq!(filter(0), None);
        for verbose in 1..=4 {
            EnvFilter::try_new(filter(verbose).unwrap()).unwrap();
        }
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_refused() {
        assert!(start("a=b=c", false, std::io::sink).is_err());
    }
}
