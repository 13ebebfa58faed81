//! What the documentation leaves open, each as a switch. As they come, they are set to what is likely.

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a test sets one of them by its name")]
pub(crate) struct Switches {
    /// How exact `EVENT_TIMESTAMP()` and `INGEST_TIMESTAMP()` are.
    pub(crate) time: TimePrecision,
    /// How a result writes that a group has nothing in a breakdown.
    pub(crate) missing: Missing,
    /// Breakdowns of a query. The published schema says 100.
    pub(crate) most_breakdowns: usize,
    /// What becomes of a query that ends in the future.
    pub(crate) future_end: FutureEnd,
    /// Values of an `in` or `not-in`.
    pub(crate) most_in: usize,
    /// Bytes of a query. A maximum is documented for triggers and for `/2/`: theirs.
    pub(crate) largest_body: usize,
    /// What becomes of a query that names a column that is not there.
    pub(crate) unknown_column: UnknownColumn,
    /// Whether there is `usage_mode`, which older specifications do not have.
    pub(crate) usage_mode: bool,
    /// Whether there is `calculated_fields`, which older specifications do not have.
    pub(crate) calculated_fields: bool,
    /// What a query gives that finds no event.
    pub(crate) empty: Empty,
    /// Whether `COALESCE` comes to a literal, or passes over it. The documentation has a text as an example, and no number.
    pub(crate) coalesce_takes_literals: bool,
    /// Whether `""` is among the empty values that `COALESCE` passes over.
    pub(crate) coalesce_skips_blank: bool,
    /// What a column that a row does not have is in `SUM`, `SUB`, `MUL`, `DIV` and `MOD`.
    pub(crate) missing_operand: MissingOperand,
    /// Whether `!=`, `not-in` and the other negative conditions hold for a row that does not have the column.
    pub(crate) not_equal_matches_missing: bool,
    /// What the values of a column are that has several types, which happens when datasets disagree.
    pub(crate) mixed_types: MixedTypes,
    /// Characters of an expression. The maximum is documented for those that are saved.
    pub(crate) longest_expression: usize,
    /// Whether groups that `orders` does not tell apart come in the order of their first events, and not in any order.
    pub(crate) ties_as_arrived: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            time: TimePrecision::Micros,
            missing: Missing::Absent,
            most_breakdowns: 100,
            future_end: FutureEnd::Accepted,
            most_in: usize::MAX,
            largest_body: 100_000,
            unknown_column: UnknownColumn::RefusedAtQuery,
            usage_mode: true,
            calculated_fields: true,
            empty: Empty::NoRows,
            coalesce_takes_literals: true,
            coalesce_skips_blank: true,
            missing_operand: MissingOperand::Zero,
            not_equal_matches_missing: true,
            mixed_types: MixedTypes::AsStored,
            longest_expression: 4095,
            ties_as_arrived: false,
        }
    }
}

/// How exact a time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimePrecision {
    /// What a double holds of today's date: a quarter of a microsecond.
    Micros,
    /// The service keeps milliseconds.
    Millis,
    /// The service keeps seconds.
    Seconds,
    /// The service keeps all, and writes doubles, of whatever column, with so many significant digits.
    Digits(usize),
}

/// A breakdown of which a group has nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// The row of the result does not name it.
    Absent,
    /// `null`
    Null,
    /// `""`
    Blank,
}

/// A query that ends in the future.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FutureEnd {
    Accepted,
    /// With this status.
    Refused(u16),
}

/// A query that names a column that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnknownColumn {
    /// 422 with `type_detail`.
    RefusedAtQuery,
    /// 422 with `{"error": …}`.
    RefusedLegacy,
    /// It is taken, and its result is complete and an error.
    ErrorInResult,
}

/// A query that finds no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Empty {
    NoRows,
    /// `{"data": {"COUNT": 0}}`
    ZeroRow,
}

/// Nothing, in arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MissingOperand {
    /// "Unparseable strings or other values evaluate to zero":
    /// <https://docs.honeycomb.io/reference/calculated-field-expression/math/>.
    Zero,
    /// "Most functions return null if any required argument is null": the examples of
    /// <https://github.com/honeycombio/honeycomb-derived-column-validator>.
    Null,
}

/// A column of several types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MixedTypes {
    /// Each value has the type that it was sent with.
    AsStored,
    /// All are texts.
    AsText,
}
