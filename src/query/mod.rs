//! The question: the filter expression, its parser, printer and evaluator.
//!
//! Reading order: [`ast`](Expr), `parse`, `eval`; then what is made of an expression – `weaken`, `nearest`, `touch`, `hints`, `sugar`.
//! What follows is the reference for people who write expressions.
//!
//! # The filter expression
//!
//! ```text
//! service = "backend-flask" and name =~ "GET /api/.*" and duration > 250ms
//! status = error or http.status_code >= 500
//! { service = "web" } >> { db.system = "dynamodb" and status = error }
//! { name = "SELECT" } | count() > 20
//! ```
//!
//! A relaxed TraceQL: what Tempo reads inside of braces is mostly read here and means the same. Differences are said below.
//!
//! ## Grammar
//!
//! ```text
//! expression := comparisons                          one selector, without braces
//!             | pipeline
//! pipeline   := either ( "|" aggregate )*
//! either     := both ( ( "or" | "||" ) both )*
//! both       := structure ( ( "and" | "&&" ) structure )*
//! structure  := selector ( ( ">>" | ">" | "~" ) selector )*
//! selector   := "{" comparisons? "}" | "(" pipeline ")"
//! aggregate  := ( "count()" | function "(" field ")" ) order value
//! function   := "min" | "max" | "avg" | "sum" | "p" NUMBER
//!
//! comparisons := all ( ( "or" | "||" ) all )*
//! all         := one ( ( "and" | "&&" ) one )*
//! one         := ( "not" | "!" ) one | "(" comparisons ")" | "true" | "false" | comparison
//! comparison  := field order value | field ( "=" | "!=" ) "nil"
//!              | field ( "=~" | "!~" ) text
//!              | field ( "contains" | "starts-with" | "ends-with" ) text
//!              | field "not"? "in" "(" value ( "," value )* ")"
//!              | field "exists" | "exists" field
//!              | "root"
//! order       := "=" | "!=" | "<" | "<=" | ">" | ">="
//! field       := intrinsic | ( scope "." )? key | "." key
//! scope       := "span" | "resource" | "event" | "link" | "instrumentation"
//! ```
//!
//! `and` binds more tightly than `or`, `not` more tightly than both, relations more tightly than `and`, and `|` least of all.
//! Words of the language are recognised in any case; names of fields are not. An expression has at most 64 KiB, 64 levels of
//! nesting and 64 regular expressions.
//!
//! ## Values
//!
//! - Text is in `"…"` or `'…'`, with `\n`, `\t`, `\r`, `\u{1f600}`, `\"`, `\'` and `\\`; before anything else a backslash stays,
//!   so that `"\d+"` needs no doubling. In `` `…` `` every character is itself. A word of letters, digits and `_.-:/@$%+` that
//!   does not look like a number needs no quotes: `status = error`, `service = backend-flask`.
//! - Numbers: `500`, `-1.5`, `2e9`. `true`, `false`. `nil` is what is absent: `= nil`, `!= nil`.
//! - Durations have a unit: `ns`, `us` or `µs`, `ms`, `s`, `m`, `h`; also `1m30s`, and `-5ms` for clocks that went backwards.
//! - Statuses are `ok`, `error`, `unset`; kinds `server`, `client`, `producer`, `consumer`, `internal`, `unspecified`.
//!
//! ## Fields
//!
//! | field | TraceQL also | is |
//! |---|---|---|
//! | `name` | `span:name` | the span's name |
//! | `service` | `service.name`, `resource.service.name` | the service that sent it |
//! | `status`, `statusMessage` | `span:status`, `span:statusMessage` | how it ended |
//! | `kind` | `span:kind` | its role in a call |
//! | `duration` | `span:duration` | its end minus its start; absent while it is running |
//! | `root` | | whether it has no parent; `root` alone is `root = true` |
//! | `span:id`, `span:parentID` | | ids, in hex |
//! | `event:name` | | the names of its events |
//! | `link:traceID`, `link:spanID` | | what its links point to |
//! | `instrumentation:name`, `instrumentation:version` | | the library that made it |
//! | `trace:id` | | the trace, in any spelling that is ever pasted |
//! | `traceDuration` | `trace:duration` | from its earliest start to its latest end |
//! | `rootName`, `rootServiceName` | `trace:rootName`, `trace:rootService` | of its root span; absent while that has not arrived |
//!
//! Anything else is an **attribute**, looked for on the span, then its resource, then its instrumentation scope, then its events;
//! the first place that has it counts. `span.`, `resource.`, `event.`, `link.` and `instrumentation.` name one place. `.key` is
//! TraceQL's form for the same as `key`, and like `"key"` in quotes it is always an attribute, also where the word is an
//! intrinsic. `span."a b"` quotes a key with a scope. A text field that is empty, and an attribute that is null, is absent.
//!
//! **Old and new names** of OpenTelemetry's semantic conventions mean the same, whichever is asked for and whichever was sent:
//! `http.status_code` and `http.response.status_code`, `db.system` and `db.system.name` ([`semconv`] has the list). The name that
//! was asked for counts first. `http.target` is put together from `url.path` and `url.query`, and these are cut out of it.
//!
//! ## What satisfies a comparison
//!
//! - What is **absent** satisfies no comparison, not even `!=`, `!~` and `not in`: `a != 1` is `a exists and not a = 1`.
//!   `not (a = 1)` is satisfied where `a` is absent.
//! - **Numbers** are compared exactly, whole ones with others too. Where senders wrote a number as text, it is one: `"500"`
//!   satisfies `= 500`, and 500 satisfies `= "500"`. In the same way `true` and `"true"`. Two texts are compared as texts, by
//!   their bytes and in their case.
//! - An attribute's number has no unit, so a duration is only equal to text such as `"250ms"`.
//! - Of an **array**, and of several events or links, one value must satisfy the comparison; `!=`, `!~` and `not in` want that
//!   none satisfies the opposite.
//! - `=~` wants the **whole** text to match, as Tempo does, and `.` matches line ends too: `name =~ "GET /api/.*"`. Numbers and
//!   truth values are matched as they are written. The syntax is that of the `regex` crate.
//! - Trace and span ids are equal in all spellings; for `=~`, `contains` and `starts-with` a trace id is tried as it came and as 32
//!   hex digits.
//!
//! ## Whole traces
//!
//! Without braces, the whole expression is one selector, and a trace satisfies it when one of its spans satisfies all of it. With
//! braces:
//!
//! - `{ a } and { b }`: some span satisfies `a`, and some span, the same or another, `b`. `or` likewise. `{ }` is any span.
//! - `{ a } >> { b }`: a span that satisfies `b` is somewhere below one that satisfies `a`; `>` is directly below; `~` is below the
//!   same parent, and another span. They go on from left to right, and the spans on the right are the ones that are found. A
//!   span's parents are all spans of the id that it names; where parents go round in a circle, each is below each.
//! - `{ a } | count() > 20`: taken together, the spans that satisfy `a` satisfy the aggregate, and each further one after `|`.
//!   `count()` of no spans is 0, so `{ a } | count() = 0` is satisfied by the traces that have no such span (Tempo never shows
//!   these). The other functions are about `duration`, `traceDuration` or the numbers of an attribute, and nothing holds of them
//!   where there are none. A percentile is the smallest value that at least so many percent of the values do not exceed
//!   (nearest rank); sums and means of attributes are computed as doubles.

mod aggregate;
#[cfg(test)]
pub(crate) mod arbitrary;
mod ast;
mod compare;
mod decide;
pub(crate) mod duration;
mod error;
mod eval;
mod field;
mod foresee;
mod hints;
mod keys;
mod lex;
mod literal;
mod nearest;
mod parse;
mod part;
mod print;
pub mod semconv;
mod sugar;
mod touch;
mod tree;
mod value;
mod weaken;

pub use aggregate::Across;
pub use ast::{Aggregate, Expr, Function, Measure, Op, Predicate, Relation, SpanExpr, Test};
pub use error::ParseError;
pub(crate) use error::{hidden, near};
pub use eval::Matched;
pub use field::{Attribute, Field, Intrinsic, Scope, Type};
pub use literal::{Literal, Number, Pattern};
pub use nearest::{Failed, NearMiss};
pub use parse::{MAX_DEPTH, MAX_LENGTH, MAX_PATTERNS};
pub use sugar::Sugar;
pub use weaken::Weakened;

use crate::model::TimeRange;

/// What a backend is asked: the newest traces of a time that satisfy a filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// When the traces began. What a backend cannot cut so finely is cut again by whoever asks.
    pub range: TimeRange,
    /// What they must satisfy; `None` is satisfied by all. A backend asks for what [`Expr::weaken`] leaves of it, and whoever
    /// asks checks its answer again with [`Expr::matches`].
    pub filter: Option<Expr>,
    /// How many at most. A backend that has to stop earlier, or to leave some out, says so.
    pub limit: usize,
}
