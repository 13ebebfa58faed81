//! Traces as flame graphs for <https://www.speedscope.app> (<https://www.speedscope.app/file-format-schema.json>).
//!
//! Each trace has two profiles, in nanoseconds:
//!
//! - *own time*: spans that are called the same on the same way down are one (`fold`), as wide as the own time of all of them
//!   together, with what is below. Its axis is that time and not the clock: left to right is nothing but the order of the tree.
//! - *critical path*: of each moment that the trace took, whose work was waited for, and by whom, from left to right (`path`). It is
//!   exactly as wide as the path is long.
//!
//! Both are lists of frames that open and close, and not of whole stacks: a chain of ten thousand spans takes twenty thousand lines,
//! where its stacks would take fifty million. What is below a thousand levels has one frame there, `(deeper)`, because speedscope
//! itself recurses, and fails on three thousand; the profile's name says of how many spans that is. All times stay in the sums.
//!
//! A frame is a service and a name without what differs from call to call ([`normalised`](crate::analysis::normalised())).

mod fold;
mod frames;
mod path;
#[cfg(test)]
mod tests;

use super::{Part, write};

use fold::Fold;
use frames::Frames;

/// So many levels have frames of their own.
const LEVELS: usize = 1_000;

/// Writes one or several traces as one file, an event on each line.
pub fn render(parts: &[Part<'_>]) -> String {
    let mut frames = Frames::default();
    let profiles: Vec<_> = parts.iter().map(|part| (Fold::of(part, &mut frames), path::steps(part, &mut frames))).collect();
    let mut file = File(Vec::new());
    file.put("{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\"exporter\":\"cruddur-trace\",\"name\":");
    let ids: Vec<String> = parts.iter().map(|part| part.shown.trace.id().to_string()).collect();
    write::json(&mut file.0, &ids.join(", "));
    file.put(",\"activeProfileIndex\":0,\"shared\":{\"frames\":[");
    frames.write(&mut file.0);
    file.put("\n]},\"profiles\":[");
    for (nth, ((fold, steps), part)) in profiles.iter().zip(parts).enumerate() {
        let whose = if parts.len() > 1 { format!(" · {}", part.shown.trace.id()) } else { String::new() };
        file.put(if nth == 0 { "\n" } else { ",\n" });
        file.profile(&format!("own time: {}{whose}", fold.words()), fold.total(), &fold.steps());
        file.put(",\n");
        let duration = part.shown.analysis.path.duration();
        let name = if steps.is_empty() { "critical path: no time is known" } else { "critical path" };
        file.profile(&format!("{name}{whose}"), duration, steps);
    }
    file.put("\n]}\n");
    write::text(file.0)
}

/// A frame opens or closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    opens: bool,
    /// Its place in the list of frames.
    frame: usize,
    /// When, in nanoseconds from the beginning of the profile.
    at: i128,
}

struct File(Vec<u8>);

impl File {
    fn profile(&mut self, name: &str, end: i128, steps: &[Step]) {
        self.put("{\"type\":\"evented\",\"name\":");
        write::json(&mut self.0, name);
        self.put(",\"unit\":\"nanoseconds\",\"startValue\":0,\"endValue\":");
        write::integer(&mut self.0, end);
        self.put(",\"events\":[");
        for (nth, step) in steps.iter().enumerate() {
            self.put(if nth == 0 { "\n{\"type\":" } else { ",\n{\"type\":" });
            self.put(if step.opens { "\"O\",\"frame\":" } else { "\"C\",\"frame\":" });
            write::integer(&mut self.0, step.frame as i128);
            self.put(",\"at\":");
            write::integer(&mut self.0, step.at);
            self.put("}");
        }
        self.put("]}");
    }

    fn put(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }
}
