//! The language of calculated fields.

use serde_json::{Value, json};

use super::{Dataset, query};
use crate::support::honeycomb::{MissingOperand, TimePrecision};

/// A dataset of one row, which does not have `gone`.
fn dataset() -> Dataset {
    let fields = json!({
        "word": "Grüße", "blank": "", "number": 7, "double": 2.5, "digits": "2.3", "yes": true, "no": false, "odd name": 1,
        "path/to:x=+?-": 2, "1st": 3, "time": "2017-07-20T11:22:44.888Z", "log": "error code: 42; error code: 7",
    });
    let mut dataset = Dataset::of(&[fields, json!({ "gone": 1 })]);
    dataset.rows[0].time_ns += 123_456_789;
    dataset
}

fn field(expression: &str) -> Value {
    query(&json!({
        "calculated_fields": [{ "name": "f", "expression": expression }], "breakdowns": ["f"],
        "filters": [{ "column": "word", "op": "exists" }],
    }))
}

/// What an expression comes to; `null` for nothing.
#[track_caller]
fn value(dataset: &Dataset, expression: &str) -> Value {
    let rows = dataset.results(&field(expression));
    assert_eq!(rows.len(), 1, "{expression}");
    rows[0].get("f").cloned().unwrap_or_default()
}

#[track_caller]
fn expect(cases: &[(&str, Value)]) {
    let dataset = dataset();
    for (expression, expected) in cases {
        assert_eq!(value(&dataset, expression), *expected, "{expression}");
    }
}

#[test]
fn columns_and_literals_are_expressions() {
    expect(&[
        ("$word", json!("Grüße")),
        ("$\"odd name\"", json!(1)),
        ("$`odd name`", json!(1)),
        ("$path/to:x=+?-", json!(2)),
        ("$\"1st\"", json!(3)),
        ("$gone", json!(null)),
        (r#""a\"b\\\n\u00e9\x41\101""#, json!("a\"b\\\né\u{41}A")),
        (r"`a\d`", json!("a\\d")),
        ("-3", json!(-3)),
        ("12.02", json!(12.02)),
        (".5", json!(0.5)),
        ("4e-2", json!(0.04)),
        ("4e+2", json!(400)),
        ("true", json!(true)),
        ("null", json!(null)),
        (" \t\nSUM( 1 , 2 , ) ", json!(3)),
    ]);
}

#[test]
fn what_the_grammar_does_not_have_is_refused() {
    let cases = [
        ("", "empty expression"),
        ("IF(1,2", "mismatched input '<EOF>' expecting ')'"),
        ("DECREASE(1)", "invalid function: DECREASE"),
        ("sum(1, 2)", "invalid function: sum"),
        ("$1st", "token recognition error at: '$'"),
        ("$odd name", "extraneous input Name(\"name\")"),
        ("$gone,", "extraneous input Sign(\",\")"),
        ("\"a", "a text does not end"),
        ("\"a\nb\"", "invalid syntax: a line ends within a text"),
        (r#""\'""#, "invalid syntax: no such escape"),
        (r#""\xff""#, "invalid syntax: no such escape"),
        ("SUM(1 2)", "mismatched input Int(2) expecting ')'"),
        ("SUM(,)", "extraneous input Sign(\",\")"),
        ("TRUE", "mismatched input '<EOF>' expecting '('"),
        ("1 +", "mismatched input '<EOF>'"),
        ("-$number", "mismatched input Some(Column(\"number\")) after '-'"),
        ("9223372036854775808", "9223372036854775808: no number"),
        ("#", "token recognition error at: '#'"),
        ("FORMAT_TIME(\"%H\", 1)", "FORMAT_TIME: not emulated"),
    ];
    let dataset = dataset();
    for (expression, reason) in cases {
        assert_eq!(dataset.refused(&field(expression)), format!("400 f: {reason}"), "{expression}");
    }
}

#[test]
fn functions_take_as_many_arguments_as_they_take() {
    let cases = [
        "IF(1)",
        "SWITCH($word, \"a\")",
        "COALESCE()",
        "LT(1)",
        "EQUALS(1, 2, 3)",
        "IN(1)",
        "EXISTS()",
        "NOT(1, 2)",
        "AND()",
        "SUM()",
        "SUB(1)",
        "DIV(1, 2, 3)",
        "LOG10()",
        "INT(1, 2)",
        "CONTAINS($word)",
        "LENGTH()",
        "REG_MATCH($word)",
        "EVENT_TIMESTAMP(1)",
        "UNIX_TIMESTAMP()",
        "BUCKET($double)",
    ];
    let dataset = dataset();
    for expression in cases {
        let no = dataset.refused(&field(expression));
        assert!(no.starts_with("400 f: ") && no.contains("wrong number of arguments"), "{expression}: {no}");
    }
}

#[test]
fn operators_bind_as_in_the_published_grammar() {
    expect(&[
        ("1 + 2 * 3", json!(7)),
        ("(1 + 2) * 3", json!(9)),
        ("1 - 2 - 3", json!(-4)),
        // Minus binds more closely than plus.
        ("10 - 2 + 3", json!(11)),
        ("$\"1st\"-5-$\"1st\"--5", json!(0)),
        ("7 % 4 = 3 AND !false OR 1 / 0 > 2", json!(true)),
        ("1 != 2", json!(true)),
        ("!$yes = false", json!(true)),
        ("$yes AND AND($yes OR $no, $yes)", json!(true)),
        ("$number <= 7 AND $double >= 2.5", json!(true)),
    ]);
}

#[test]
fn conditions_are_what_is_true() {
    expect(&[
        ("IF($yes, \"a\", \"b\")", json!("a")),
        ("IF($gone, 1)", json!(null)),
        ("IF($no, 1, \"true\", 2, 3)", json!(2)),
        ("IF($no, 1, \"yes\", 2, 3)", json!(3)),
        ("IF(-0.5, 1, 2)", json!(1)),
        ("SWITCH($word, \"x\", 1, \"Grüße\", 2)", json!(2)),
        ("SWITCH($number, \"7\", 1, 0)", json!(0)),
        ("COALESCE($gone, $blank, $word, \"x\")", json!("Grüße")),
        ("COALESCE($gone, 0)", json!(0)),
        ("NOT($gone)", json!(true)),
        ("AND($yes, $gone)", json!(false)),
        ("OR($gone, $number)", json!(true)),
        ("EXISTS($gone)", json!(false)),
        ("EXISTS($blank)", json!(true)),
    ]);
    let dataset = dataset().with(|switches| (switches.coalesce_takes_literals, switches.coalesce_skips_blank) = (false, false));
    assert_eq!(value(&dataset, "COALESCE($gone, 0)"), json!(null));
    assert_eq!(value(&dataset, "COALESCE($gone, $blank)"), json!(""));
    assert_eq!(dataset.refused(&field("SWITCH($word, 1, 2)")), "400 f: SWITCH: cases must be string literals");
}

#[test]
fn comparisons_tell_types_apart_and_are_false_of_nothing() {
    expect(&[
        ("EQUALS($number, 7)", json!(true)),
        ("EQUALS($number, 7.0)", json!(true)),
        ("EQUALS($number, \"7\")", json!(false)),
        ("EQUALS($yes, \"true\")", json!(false)),
        ("EQUALS($gone, null)", json!(false)),
        ("IN($word, 1, \"Grüße\")", json!(true)),
        ("IN($gone, 1, 2)", json!(false)),
        ("LT($number, 7.5)", json!(true)),
        ("LTE(\"a\", \"a\")", json!(true)),
        ("GT(\"b\", \"a\")", json!(true)),
        ("GTE($digits, 2)", json!(false)),
        ("LT($gone, 1)", json!(false)),
        ("GT(true, false)", json!(false)),
    ]);
}

#[test]
fn arithmetic_reads_texts_and_takes_what_is_no_number_for_zero() {
    expect(&[
        ("SUM(1.0, 5, $digits)", json!(8.3)),
        ("SUM($word, $yes, $gone, 2)", json!(2)),
        ("SUM(9223372036854775807, 1)", json!(9_223_372_036_854_775_808_u64 as f64)),
        ("SUB($number, 10)", json!(-3)),
        ("MUL($double, 2, 2)", json!(10)),
        ("MUL($gone, 2)", json!(0)),
        ("DIV($number, 2)", json!(3.5)),
        ("DIV($number, $gone)", json!(null)),
        ("MOD($number, 4)", json!(3)),
        ("MOD($number, 0)", json!(null)),
        ("LOG10(\"1000\")", json!(3)),
        ("LOG10($gone)", json!(null)),
        ("MIN($gone, $number, $word, $double)", json!(2.5)),
        ("MAX($word, 1, \"a\")", json!("a")),
        ("MUL(1e308, 10)", json!(null)),
    ]);
    let dataset = dataset().with(|switches| switches.missing_operand = MissingOperand::Null);
    assert_eq!(value(&dataset, "SUM($gone, 2)"), json!(null));
    assert_eq!(value(&dataset, "SUM($word, 2)"), json!(2));
}

#[test]
fn casts_always_come_to_something() {
    expect(&[
        ("INT(-2.9)", json!(-2)),
        ("INT($digits)", json!(2)),
        ("INT($gone)", json!(0)),
        ("INT(\"x\")", json!(0)),
        ("FLOAT(\"2.75\")", json!(2.75)),
        ("FLOAT($yes)", json!(0)),
        ("BOOL($gone)", json!(false)),
        ("BOOL(\"true\")", json!(true)),
        ("BOOL(\"yes\")", json!(false)),
        ("STRING(300.5)", json!("300.5")),
        ("STRING(5.0)", json!("5")),
        ("STRING($gone)", json!("")),
        ("STRING(true)", json!("true")),
        ("CONCAT($word, $gone, 1, \"-\", 2.5)", json!("Grüße1-2.5")),
    ]);
}

#[test]
fn texts_are_searched() {
    expect(&[
        ("STARTS_WITH($word, \"Gr\")", json!(true)),
        ("ENDS_WITH($word, \"E\")", json!(false)),
        ("CONTAINS($number, \"7\")", json!(false)),
        ("TO_LOWER(\"ABÇ\")", json!("abç")),
        ("TO_LOWER($number)", json!(null)),
        ("LENGTH($word)", json!(5)),
        ("LENGTH($word, \"bytes\")", json!(7)),
        ("LENGTH($number, \"chars\")", json!(0)),
        ("REG_MATCH($log, `code: \\d+`)", json!(true)),
        ("REG_MATCH($log, `^code`)", json!(false)),
        ("REG_MATCH($gone, `.*`)", json!(false)),
        ("REG_VALUE($log, `code: ([0-9]+)`)", json!("42")),
        ("REG_VALUE($log, `[0-9]+`)", json!("42")),
        ("REG_VALUE($log, `x+`)", json!(null)),
        ("REG_COUNT($log, `\\berror\\b`)", json!(2)),
        ("REG_COUNT($number, `7`)", json!(0)),
        // In ASCII, as in Go.
        ("REG_MATCH($word, `^\\w+$`)", json!(false)),
        ("REG_MATCH($word, `^\\pL+$`)", json!(true)),
        ("REG_MATCH($word, `(?i)^gRÜ[^\\d\\s&&[:digit:]]+$`)", json!(true)),
        ("REG_MATCH(\"a<b\", `a\\<b`)", json!(true)),
        ("REG_MATCH(\"a{,2}{2\", `^a{,2}{2$`)", json!(true)),
        ("REG_MATCH(\"aab\", `^a{1,2}?b{1}$`)", json!(true)),
        ("REG_MATCH(\"a]\", `^a[]]$`)", json!(true)),
    ]);
}

#[test]
fn patterns_are_those_of_go_and_are_literals() {
    let dataset = dataset();
    for pattern in
        ["a(?=b)", "(?<!a)b", "(?x) a", "a**", "a+{2}", "a{1001}", "(", "[z-a]", r"\u0041", r"\b{start}a", r"(a)\1", "a\\"]
    {
        let no = dataset.refused(&field(&format!("REG_MATCH($word, `{pattern}`)")));
        assert!(no.starts_with("400 f: error parsing regexp: "), "{pattern}: {no}");
    }
    let no = dataset.refused(&field("REG_MATCH($word, $word)"));
    assert_eq!(no, "400 f: REG_MATCH: the regular expression must be a literal");
    assert_eq!(
        dataset.refused(&field("LENGTH($word, \"runes\")")),
        "400 f: LENGTH: the second argument must be \"bytes\" or \"chars\""
    );
}

#[test]
fn buckets_are_named_after_their_bounds() {
    expect(&[
        ("BUCKET(0, 10, 0, 30)", json!("< 0")),
        ("BUCKET(5, 10, 0, 30)", json!("0 - 10")),
        ("BUCKET(10, 10, 0, 30)", json!("0 - 10")),
        ("BUCKET(10.5, 10, 0, 30)", json!("10 - 20")),
        ("BUCKET(31, 10, 0, 30)", json!("> 30")),
        ("BUCKET(31, 10, 5)", json!("25 - 35")),
        ("BUCKET(-3, 10)", json!("-10 - 0")),
        ("BUCKET($word, 10)", json!(null)),
    ]);
    let dataset = dataset();
    assert_eq!(dataset.refused(&field("BUCKET($double, 0)")), "400 f: BUCKET: the size must be positive");
    let no = dataset.refused(&field("BUCKET($double, $number)"));
    assert_eq!(no, "400 f: BUCKET: size, min and max must be numbers, and no columns");
}

#[test]
fn times_are_seconds_as_doubles() {
    expect(&[
        ("UNIX_TIMESTAMP($time)", json!(1_500_549_764.888)),
        ("UNIX_TIMESTAMP($word)", json!(null)),
        ("EVENT_TIMESTAMP()", json!(1_795_514_400.123_456_7)),
        ("SUB(INGEST_TIMESTAMP(), EVENT_TIMESTAMP()) > 1.5", json!(true)),
        ("INT(SUM(MUL(SUB(EVENT_TIMESTAMP(), 1795514400), 1000000), 0.5))", json!(123_457)),
    ]);
}

#[test]
fn times_are_as_exact_as_the_service_is() {
    let time = |precision| value(&dataset().with(|switches| switches.time = precision), "EVENT_TIMESTAMP()");
    assert_eq!(time(TimePrecision::Millis), json!(1_795_514_400.123));
    assert_eq!(time(TimePrecision::Seconds).to_string(), "1795514400");
    assert_eq!(time(TimePrecision::Digits(12)), json!(1_795_514_400.12));
    let micros = "INT(SUM(MUL(SUB(EVENT_TIMESTAMP(), 1795514400), 1000000), 0.5))";
    let exact = dataset().with(|switches| switches.time = TimePrecision::Digits(12));
    assert_eq!(value(&exact, micros), json!(123_457), "what is calculated is not what is written");
}

#[test]
fn what_nests_without_end_is_refused() {
    let dataset = dataset().with(|switches| switches.longest_expression = usize::MAX);
    for expression in ["NOT(".repeat(5000), "!".repeat(5000), "(".repeat(5000), format!("1{}", "+1".repeat(5000))] {
        assert_eq!(dataset.refused(&field(&expression)), "400 f: nested too deeply");
    }
    assert_eq!(value(&dataset, &format!("{}1{}", "INT(".repeat(50), ")".repeat(50))), json!(1));
}
