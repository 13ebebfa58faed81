//! A baseline as a file that is committed: TOML, so that it looks like other files of assertions and errors have a line.
//!
//! Operations are blocks, sorted, so that a change is seen where it belongs, and one is taken out by deleting its block. The same
//! baseline is always the same bytes. Durations are whole nanoseconds with a `_` between thousands: `12_345_678` is 12 ms and a bit, and
//! nothing is rounded, because rounded up it would be slower than itself. Which ranks they have follows from how many there were
//! ([`super::sample`]).

use std::fmt::Write as _;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use crate::model::SpanKind;

use super::{Baseline, Operation, Sample};

/// The number of this format.
pub const SCHEMA: i64 = 1;

/// How many durations are written in a line.
const IN_A_LINE: usize = 10;

/// A file that is no baseline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {why}")]
pub struct Malformed {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong. Not escaped for any medium.
    pub why: String,
}

/// What there is of a file of whatever version.
#[derive(Deserialize)]
struct Versioned {
    schema: Spanned<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(rename = "schema")]
    _schema: i64,
    traces: Spanned<i64>,
    #[serde(default, rename = "operation")]
    operations: Vec<Spanned<Block>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    service: String,
    name: String,
    kind: Spanned<String>,
    traces: Spanned<i64>,
    failed: Option<Spanned<i64>>,
    unmeasured: Option<Spanned<i64>>,
    durations: Spanned<Vec<Spanned<i64>>>,
}

impl Baseline {
    /// As a file. Ends with a line feed.
    pub fn to_toml(&self) -> String {
        let mut out = format!(
            "# How long operations take: of each, its longest span in each trace, in nanoseconds, sorted; of more than {} some of\n\
             # them. Written by `cruddur-trace`: measure again rather than edit it. An operation whose block is deleted is not compared.\n\
             schema = {SCHEMA}\ntraces = {}\n",
            super::sample::MOST,
            self.traces,
        );
        for operation in &self.operations {
            block(operation, &mut out).expect("a string takes all that is written to it");
        }
        out
    }

    /// From a file. Refuses what is not written like this, and what makes no sense: other versions, unknown keys, durations that are
    /// negative, not sorted, not whole, or not as many as the traces say, and the same operation twice.
    pub fn from_toml(text: &str) -> Result<Self, Malformed> {
        let source = Source(text);
        let read = |error: toml::de::Error| source.wrong(error.span().unwrap_or(0..0), error.message());
        let version: Versioned = toml::from_str(text).map_err(read)?;
        let schema = *version.schema.get_ref();
        if schema != SCHEMA {
            let why = format!("`schema` is {schema}, and this version reads {SCHEMA}");
            return Err(source.wrong(version.schema.span(), &why));
        }
        let document: Document = toml::from_str(text).map_err(read)?;
        let traces = source.count(&document.traces, "traces", u32::MAX)?;
        let mut operations = Vec::with_capacity(document.operations.len());
        for block in document.operations {
            let span = block.span();
            operations.push((source.operation(block.into_inner(), traces)?, span));
        }
        operations.sort_by(|a, b| a.0.key().cmp(&b.0.key()));
        if let Some(twice) = operations.windows(2).find(|pair| pair[0].0.key() == pair[1].0.key()) {
            return Err(source.wrong(twice[1].1.clone(), "the operation of this block is in another one too"));
        }
        Ok(Self { traces, operations: operations.into_iter().map(|(operation, _)| operation).collect() })
    }
}

fn block(operation: &Operation, out: &mut String) -> std::fmt::Result {
    let kind = match operation.kind {
        SpanKind::Other(number) => number.to_string(),
        named => named.name().to_owned(),
    };
    writeln!(out, "\n[[operation]]\nservice = {}\nname = {}", quoted(&operation.service), quoted(&operation.name))?;
    writeln!(out, "kind = \"{kind}\"\ntraces = {}", operation.traces)?;
    for (key, count) in [("failed", operation.failed), ("unmeasured", operation.unmeasured)] {
        if count > 0 {
            writeln!(out, "{key} = {count}")?;
        }
    }
    if operation.durations.kept().is_empty() {
        return out.write_str("durations = []\n");
    }
    out.write_str("durations = [\n")?;
    for line in operation.durations.kept().chunks(IN_A_LINE) {
        let line: Vec<String> = line.iter().map(|duration| grouped(*duration)).collect();
        writeln!(out, "  {},", line.join(", "))?;
    }
    out.write_str("]\n")
}

/// With a `_` between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out
}

/// A basic string of TOML. A reviewer sees all of it: letters, digits and printable ASCII are written as they are, and everything else,
/// such as what changes the direction of text, as its number.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        // Letters that show nothing.
        let filler = matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}');
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            _ if matches!(c, ' '..='~') || c.is_alphanumeric() && !filler => out.push(c),
            _ => write!(out, "\\U{:08X}", u32::from(c)).expect("a string takes all that is written to it"),
        }
    }
    out.push('"');
    out
}

/// The text of a file.
struct Source<'a>(&'a str);

impl Source<'_> {
    fn operation(&self, block: Block, all: u32) -> Result<Operation, Malformed> {
        let traces = self.count(&block.traces, "traces", all)?;
        let part = |written: &Option<Spanned<i64>>, key: &str| {
            written.as_ref().map_or(Ok(0), |written| self.count(written, key, traces))
        };
        let (failed, unmeasured) = (part(&block.failed, "failed")?, part(&block.unmeasured, "unmeasured")?);
        let kind = kind(block.kind.get_ref())
            .ok_or_else(|| self.wrong(block.kind.span(), "`kind` is no kind of spans: `server`, `client`, `internal` ..."))?;
        if traces == 0 {
            return Err(self.wrong(block.traces.span(), "an operation is in one trace at least"));
        }
        let mut kept = Vec::with_capacity(block.durations.get_ref().len());
        for written in block.durations.get_ref() {
            let wrong = |why: &str| self.wrong(written.span(), &format!("a duration {why}"));
            let duration = u64::try_from(*written.get_ref()).map_err(|_| wrong("cannot be negative"))?;
            if kept.last().is_some_and(|before| *before > duration) {
                return Err(wrong("cannot be shorter than the one before it: they are sorted"));
            }
            kept.push(duration);
        }
        let (samples, found) = (traces - unmeasured, kept.len());
        let durations = Sample::restored(samples, kept).ok_or_else(|| {
            let expected = super::sample::ranks(samples).len();
            let why = format!("of {samples} traces with a duration, {expected} durations are written, and here are {found}");
            self.wrong(block.durations.span(), &why)
        })?;
        Ok(Operation { service: block.service, name: block.name, kind, traces, failed, unmeasured, durations })
    }

    /// A number of traces.
    fn count(&self, written: &Spanned<i64>, key: &str, most: u32) -> Result<u32, Malformed> {
        let count = u32::try_from(*written.get_ref()).ok().filter(|count| *count <= most);
        count.ok_or_else(|| {
            let why = format!("`{key}` is a number of traces from 0 to {most}, and not {}", written.get_ref());
            self.wrong(written.span(), &why)
        })
    }

    fn wrong(&self, span: Range<usize>, why: &str) -> Malformed {
        let before = &self.0[..self.0.floor_char_boundary(span.start)];
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Malformed { line: before.matches('\n').count() + 1, column, why: why.trim_end().replace('\n', ", ") }
    }
}

/// A kind by its name, or by its number where it has none.
fn kind(text: &str) -> Option<SpanKind> {
    let named = SpanKind::NAMED.into_iter().find(|kind| kind.name() == text);
    named.or_else(|| text.parse().ok().map(SpanKind::from_number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> Baseline {
        let operation = |service: &str, name: &str, traces: u32, durations: Vec<u64>| Operation {
            service: service.into(),
            name: name.into(),
            kind: SpanKind::Server,
            traces,
            failed: 1,
            unmeasured: traces - durations.len() as u32,
            durations: Sample::of(durations),
        };
        let other = Operation { kind: SpanKind::Other(9), failed: 0, ..operation("web", "GET \"/\u{202e}\n", 1, vec![]) };
        let many = (1..=12).map(|n| n * 1_234_567).collect();
        Baseline { traces: 12, operations: vec![operation("web", "GET /é", 12, many), other] }
    }

    #[test]
    fn a_file_can_be_read_by_those_who_review_it() {
        insta::assert_snapshot!(sample().to_toml(), @r#"
        # How long operations take: of each, its longest span in each trace, in nanoseconds, sorted; of more than 105 some of
        # them. Written by `cruddur-trace`: measure again rather than edit it. An operation whose block is deleted is not compared.
        schema = 1
        traces = 12

        [[operation]]
        service = "web"
        name = "GET /é"
        kind = "server"
        traces = 12
        failed = 1
        durations = [
          1_234_567, 2_469_134, 3_703_701, 4_938_268, 6_172_835, 7_407_402, 8_641_969, 9_876_536, 11_111_103, 12_345_670,
          13_580_237, 14_814_804,
        ]

        [[operation]]
        service = "web"
        name = "GET \"/\U0000202E\U0000000A"
        kind = "9"
        traces = 1
        unmeasured = 1
        durations = []
        "#);
    }

    #[test]
    fn what_is_no_baseline_is_refused_with_its_place() {
        let good = sample().to_toml();
        let said = |from: &str, to: &str| {
            assert!(good.contains(from), "{from}");
            Baseline::from_toml(&good.replacen(from, to, 1)).map(drop).unwrap_err().to_string()
        };
        let all = [
            said("schema = 1", "schema = 2"),
            said("schema = 1\n", ""),
            said("traces = 12", "traces = -1"),
            said("traces = 12\n\n", "traces = 5\n\n"),
            said("traces = 12\nfailed", "traces = 13\nfailed"),
            said("failed = 1", "failed = 13"),
            said("failed = 1", "errors = 1"),
            said("  1_234_567,", "  -1,"),
            said("  1_234_567,", "  nan,"),
            said("  1_234_567,", "  9_999_999_999_999_999_999,"),
            said("  1_234_567,", "  2_469_135,"),
            said("  1_234_567,", ""),
            said("kind = \"server\"", "kind = \"sever\""),
            said("kind = \"9\"", "kind = \""),
            said("traces = 1\nunmeasured = 1", "traces = 0"),
            Baseline::from_toml(&format!("{good}{}", &good[good.find("\n[[").unwrap()..])).unwrap_err().to_string(),
            Baseline::from_toml("{}").unwrap_err().to_string(),
        ];
        insta::assert_snapshot!(all.join("\n"), @r#"
        line 3, column 10: `schema` is 2, and this version reads 1
        line 1, column 1: missing field `schema`
        line 4, column 10: `traces` is a number of traces from 0 to 4294967295, and not -1
        line 10, column 10: `traces` is a number of traces from 0 to 5, and not 12
        line 10, column 10: `traces` is a number of traces from 0 to 12, and not 13
        line 11, column 10: `failed` is a number of traces from 0 to 12, and not 13
        line 11, column 1: unknown field `errors`, expected one of `service`, `name`, `kind`, `traces`, `failed`, `unmeasured`, `durations`
        line 13, column 3: a duration cannot be negative
        line 13, column 3: invalid type: floating point `NaN`, expected i64
        line 13, column 3: invalid value: integer `9999999999999999999`, expected i64
        line 13, column 14: a duration cannot be shorter than the one before it: they are sorted
        line 12, column 13: of 12 traces with a duration, 12 durations are written, and here are 11
        line 9, column 8: `kind` is no kind of spans: `server`, `client`, `internal` ...
        line 20, column 9: invalid basic string, expected `"`
        line 21, column 10: an operation is in one trace at least
        line 36, column 1: the operation of this block is in another one too
        line 1, column 1: invalid key-value pair, expected key
        "#);
    }

    fn any_operation() -> impl Strategy<Value = Operation> {
        let kind = (-3..9_i32).prop_map(SpanKind::from_number);
        let durations = prop::collection::vec(0..=i64::MAX as u64, 0..300);
        (any::<String>(), any::<String>(), kind, durations, 0..9_u32, any::<u32>()).prop_map(
            |(service, name, kind, durations, unmeasured, failed)| {
                let traces = (durations.len() as u32 + unmeasured).max(1);
                let unmeasured = traces - durations.len() as u32;
                let failed = failed % (traces + 1);
                Operation { service, name, kind, traces, failed, unmeasured, durations: Sample::of(durations) }
            },
        )
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_again(operations in prop::collection::vec(any_operation(), 0..5)) {
            let mut operations = operations;
            operations.sort_by(|a, b| a.key().cmp(&b.key()));
            operations.dedup_by(|a, b| a.key() == b.key());
            let baseline = Baseline { traces: 1_000, operations };
            let written = baseline.to_toml();
            prop_assert!(!written.chars().any(|c| c != '\n' && c.is_control()));
            prop_assert_eq!(Baseline::from_toml(&written).unwrap(), baseline);
        }

        #[test]
        fn no_text_panics(text: String, at in 0..900_usize, c: char) {
            drop(Baseline::from_toml(&text));
            let mut changed = sample().to_toml();
            changed.insert(changed.floor_char_boundary(at.min(changed.len())), c);
            drop(Baseline::from_toml(&changed));
        }
    }
}
