use proptest::prelude::*;

use super::*;
use crate::query::arbitrary::any_expr;

fn printed(source: &str) -> String {
    match source.parse::<Expr>() {
        Ok(expr) => expr.to_string(),
        Err(error) => panic!("{error}"),
    }
}

fn refused(source: &str) -> String {
    match source.parse::<Expr>() {
        Ok(expr) => panic!("{source} was read as {expr}"),
        Err(error) => error.to_string(),
    }
}

/// Message and help of what is wrong, in one line each.
fn mistakes(sources: &[&str]) -> String {
    let line = |source: &&str| {
        let error = source.parse::<Expr>().map_or_else(|error| error, |expr| panic!("{source} was read as {expr}"));
        let help = error.help().map(|help| format!(" => {help}")).unwrap_or_default();
        format!("{source}  # {}{help}", error.message())
    };
    sources.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_languages_spellings_are_read_and_printed_in_one() {
    let cases = [
        ("service=backend-flask", r#"service = "backend-flask""#),
        ("service.name = a && !(duration>1.5s || root)", r#"service = "a" and not (duration > 1.5s or root = true)"#),
        ("a = 1 OR b = 2 AND NOT c = 3", "a = 1 or b = 2 and not c = 3"),
        ("(a = 1 or b = 2) and (c = 3 and d = 4)", "(a = 1 or b = 2) and c = 3 and d = 4"),
        ("exists a and b exists and c != nil and d = nil", "a exists and b exists and c exists and d = nil"),
        ("a in (1, 'x', true) and b NOT IN (2)", r#"a in (1, "x", true) and b not in (2)"#),
        ("a Contains b and c starts-with d and e ends-with 5", r#"a contains "b" and c starts-with "d" and e ends-with "5""#),
        ("status=STATUS_CODE_ERROR and kind = 'SERVER'", "status = error and kind = server"),
        (
            ".name = x and span.name = y and \"and\" = z and span.\"a b\" = 1",
            r#""name" = "x" and span.name = "y" and "and" = "z" and span."a b" = 1"#,
        ),
        ("span:duration > 1m30s and trace:rootService = 5", r#"duration > 90s and rootServiceName = "5""#),
        ("a = 1e3 and b = -5 and c = .5 and d = 10000000000000000000", "a = 1000.0 and b = -5 and c = 0.5 and d = 1e19"),
        (r#"name =~ "GET /\d+" and b !~ `\w"`"#, r#"name =~ "GET /\\d+" and b !~ "\\w\"""#),
        ("{}", "{ }"),
        ("{ true }", "{ }"),
        ("{a=1}>>{b=2}>{c=3}~{d=4}", "{ a = 1 } >> { b = 2 } > { c = 3 } ~ { d = 4 }"),
        ("{a=1} || {b=2} && ({c=3} | count() > 1)", "{ a = 1 } or { b = 2 } and ({ c = 3 } | count() > 1)"),
        (
            "{a=1} | count()>20 | p99.9(duration) <= 2s | avg(x) = 1",
            "{ a = 1 } | count() > 20 | p99.9(duration) <= 2s | avg(x) = 1",
        ),
        ("({ a = 1 })", "a = 1"),
    ];
    for (source, expected) in cases {
        assert_eq!(printed(source), expected, "{source}");
    }
}

#[test]
fn the_examples_of_the_manual_are_read() {
    for source in [
        r#"service = "backend-flask" and name =~ "GET /api/.*" and duration > 250ms"#,
        "status = error or http.status_code >= 500",
        r#"{ service = "web" } >> { db.system = "dynamodb" and status = error }"#,
        r#"{ name = "SELECT" } | count() > 20"#,
    ] {
        assert_eq!(printed(source), source);
    }
}

#[test]
fn an_error_is_drawn_under_its_place() {
    insta::assert_snapshot!(refused("service = web and duration > 250"), @"
    `250` has no unit
      |
    1 | service = web and duration > 250
      |                              ^^^ expected a duration with a unit: ns, us, ms, s, m or h
    help: did you mean `250ms`?
    ");
    insta::assert_snapshot!(refused("name = \"日本\" and\n  (status = eror"), @"
    `eror` is no status
      |
    2 |   (status = eror
      |             ^^^^ expected `ok`, `error` or `unset`
    help: did you mean `error`?
    ");
    insta::assert_snapshot!(refused("status = error and "), @"
    the end of the expression is no comparison
      |
    1 | status = error and
      |                   ^ expected a field, such as `duration` or `http.route`
    ");
    insta::assert_snapshot!(refused("{ service = web } >> { name =~ \"(\" }"), @r#"
    this regular expression cannot be read: unclosed group
      |
    1 | { service = web } >> { name =~ "(" }
      |                                ^^^ unclosed group
    "#);
}

#[test]
fn mistakes_that_people_make_are_answered_with_what_to_type() {
    insta::assert_snapshot!(mistakes(&[
        "status == error",
        "name = “x”",
        "a = 1 & b = 2",
        "a = 1 | b = 2",
        "a = 1 | count() > 2",
        "a = \"b",
        "duration > 5minutes",
        "duration > 2d",
        "duration > fast",
        "status = 500",
        "status >= 500",
        "kind = servr",
        "root = maybe",
        "status =~ e.*",
        "name = /api/*",
        "a like b",
        "a is b",
        "a contians b",
        "error",
        "foo and bar = 1",
        "name",
        "a = 1 adn b = 2",
        "name = GET /api",
        "500 = http.status_code",
        "in = 5",
        "a = and b",
        "a in 5",
        "a in ()",
        "a in (1 2)",
        "a = 5xx",
        "a = 10.0.0.1",
        "span:nme = x",
        "span. = x",
        "trace:id = \"two words\"",
    ]), @r#"
    status == error  # `==` is no operator here => use `=`
    name = “x”  # `“` is a typographic quote => use straight quotes: `"…"`
    a = 1 & b = 2  # a single `&` means nothing => use `and` or `&&`
    a = 1 | b = 2  # a single `|` passes selected spans on => for one or the other, use `or` or `||`
    a = 1 | count() > 2  # a single `|` passes selected spans on => put the comparisons before it into braces: `{ … } | count() > 20`
    a = "b  # this text never ends
    duration > 5minutes  # `minutes` is no unit of time => did you mean `5m`?
    duration > 2d  # `d` is no unit of time => a day is `24h`
    duration > fast  # `duration` is a length of time, not `fast`
    status = 500  # `500` is no status => did you mean `http.status_code = 500`?
    status >= 500  # `status` has no order => did you mean `http.status_code >= 500`?
    kind = servr  # `servr` is no kind => did you mean `server`?
    root = maybe  # `root` is true or false, not `maybe`
    status =~ e.*  # `*` is no wildcard => use a regular expression in quotes: `=~ "GET .*"`
    name = /api/*  # `*` is no wildcard => use a regular expression in quotes: `=~ "GET .*"`
    a like b  # `like` is no operator here => use `=~`
    a is b  # `is` is no operator here => use `=`
    a contians b  # `contians` is no operator => did you mean `contains`?
    error  # `error` is compared with nothing => did you mean `status = error`?
    foo and bar = 1  # `foo` is compared with nothing => use `foo exists` if it must be there, `foo = true` if it must be true
    name  # `name` is compared with nothing => compare it with something: `name = …`
    a = 1 adn b = 2  # `adn` joins nothing => did you mean `and`?
    name = GET /api  # `/api` comes unexpectedly => text with spaces or other signs in it must be quoted; two comparisons are joined by `and` or `or`
    500 = http.status_code  # a comparison begins with a field, and `500` is a value => turn it round: `duration > 250ms`; quote it where it is an attribute's name
    in = 5  # `in` is a word of the language, not a field => quote it where it is an attribute's name: `"in"`
    a = and b  # `and` is no value => quote it where it is text: `"and"`
    a in 5  # `in` wants a list => write `in ("a", "b")`; for a part of a text, use `contains`
    a in ()  # `)` is no value
    a in (1 2)  # `2` does not belong in a list
    a = 5xx  # `5xx` is neither a number nor a duration => quote it if it is text: `"5xx"`
    a = 10.0.0.1  # `10.0.0.1` is neither a number nor a duration => quote it if it is text: `"10.0.0.1"`
    span:nme = x  # there is no `span:nme` => did you mean `span:name`?
    span. = x  # `span.` is followed by no key
    trace:id = "two words"  # `two words` contains characters that no trace id has
    "#);
}

#[test]
fn mistakes_about_whole_traces_are_answered_too() {
    insta::assert_snapshot!(mistakes(&[
        "service = web >> status = error",
        "service = web and { status = error }",
        "{ status = error } and service = web",
        "not { status = error }",
        "{ a = 1 } < { b = 2 }",
        "{ a = 1 } { b = 2 }",
        "{ a = 1",
        "(a = 1",
        "a = 1)",
        "{ a = 1 }}",
        "{ a = 1 ) ",
        "{ } |",
        "{ } | cuont() > 1",
        "{ } | rate() > 1",
        "{ } | p101(duration) > 1s",
        "{ } | count > 1",
        "{ } | count(a) > 1",
        "{ } | count()",
        "{ } | count() > 1s",
        "{ } | avg(duration) > 5",
        "{ } | avg(name) > 5",
        "{ } | avg(a) > 5ms",
    ]), @r#"
    service = web >> status = error  # `>>` is between selectors, not between comparisons => put both sides into braces: `{ … } >> { … }`
    service = web and { status = error }  # a selector cannot stand within another, or beside bare comparisons => put each comparison into braces of its own: `{ service = "web" } >> { status = error }`
    { status = error } and service = web  # `service` is not a selector => where there are braces, every comparison is in some
    not { status = error }  # a whole selector cannot be negated => put `not` inside the braces for a span that is otherwise, or `{ … } | count() = 0` for no such span
    { a = 1 } < { b = 2 }  # ancestors and parents cannot be selected => turn it round: `{ parent } > { child }` or `{ ancestor } >> { descendant }`
    { a = 1 } { b = 2 }  # a selector cannot follow here
    { a = 1  # this is never closed
    (a = 1  # this is never closed
    a = 1)  # this `)` closes nothing that is open
    { a = 1 }}  # this `}` closes nothing that is open
    { a = 1 )   # this `)` closes nothing that is open
    { } |  # a `|` is followed by what to compute
    { } | cuont() > 1  # `cuont` computes nothing here => did you mean `count`?
    { } | rate() > 1  # `rate` computes nothing here
    { } | p101(duration) > 1s  # `p101` computes nothing here
    { } | count > 1  # `count` wants parentheses
    { } | count(a) > 1  # `count(` is not closed => `count()` counts spans and takes nothing; use `{ … foo exists } | count()`
    { } | count()  # `count()` is compared with nothing
    { } | count() > 1s  # `count()` is a number
    { } | avg(duration) > 5  # `5` has no unit => did you mean `5ms`?
    { } | avg(name) > 5  # `name` has no numbers to compute with
    { } | avg(a) > 5ms  # `avg(a)` is a number
    "#);
}

#[test]
fn an_expression_that_is_too_much_is_refused_where_it_becomes_too_much() {
    for open in ["(", "not ", "!", "{ a = 1 } > (", "not (", "("] {
        let error =
            open.repeat(20_000).get(..MAX_LENGTH.min(open.len() * 20_000)).unwrap_or_default().parse::<Expr>().unwrap_err();
        assert!(error.message().contains("nested deeper than 64"), "{open}: {error}");
    }
    let deep = format!("{}a = 1{}", "(".repeat(MAX_DEPTH), ")".repeat(MAX_DEPTH));
    assert_eq!(printed(&deep), "a = 1");
    let long = "a = 1 and ".repeat(7_000);
    assert!(long.parse::<Expr>().unwrap_err().message().contains("70000 bytes"));
    let patterns = vec!["a =~ x"; MAX_PATTERNS + 1].join(" or ");
    assert!(patterns.parse::<Expr>().unwrap_err().message().contains("more than 64 regular expressions"));
}

#[test]
fn a_long_chain_is_no_deep_one() {
    for (part, between) in [("a = 1", " or "), ("a = 1", " and "), ("{ }", " >> "), ("{ }", " | count() > 1 or ")] {
        if between.contains('|') {
            continue;
        }
        let source = vec![part; 3_000].join(between);
        assert_eq!(printed(&source), source);
    }
}

#[test]
fn control_characters_never_leave_an_error_as_they_are() {
    for source in
        ["a = \u{1b}[31m", "\u{202e}", "a \u{7}", "status = \"\u{1b}]0;x\u{7}\"", "{ } | \u{1b}", "duration > 5\u{200b}"]
    {
        let shown = refused(source);
        assert!(shown.chars().all(|c| c == '\n' || !crate::query::error::hidden(c)), "{shown:?}");
    }
}

/// What the language is made of, and what is almost it.
fn token() -> impl Strategy<Value = String> {
    let words = [
        "{",
        "}",
        "(",
        ")",
        "and",
        "or",
        "not",
        "in",
        "exists",
        "contains",
        "=",
        "!=",
        "<",
        ">=",
        ">>",
        ">",
        "~",
        "=~",
        "!~",
        "|",
        "||",
        "&&",
        "!",
        ",",
        "count",
        "count()",
        "avg(",
        "p95(duration)",
        "status",
        "error",
        "root",
        "duration",
        "250ms",
        "5",
        "-1.5",
        "nil",
        "true",
        "\"x\"",
        "'",
        "`",
        "\"(\"",
        "span.",
        ".",
        "span:id",
        "name",
        "a",
        "\\",
        "“",
        "é",
        "\u{1b}",
        "==",
        "\n",
        "\"\\u{",
    ];
    prop_oneof![9 => proptest::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => ".{0,3}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_printed_is_read_as_the_same(expr in any_expr()) {
        let text = expr.to_string();
        match text.parse::<Expr>() {
            Ok(read) => prop_assert_eq!(read, expr, "{}", text),
            Err(error) => prop_assert!(false, "{error}"),
        }
    }

    #[test]
    fn any_text_gives_an_answer(text in ".{0,60}") {
        answer(&text)?;
    }

    #[test]
    fn any_tokens_give_an_answer(tokens in proptest::collection::vec(token(), 0..14), space in any::<bool>()) {
        answer(&tokens.join(if space { " " } else { "" }))?;
    }
}

/// Either an expression whose print is read as the same, or an error that can be drawn.
fn answer(text: &str) -> Result<(), TestCaseError> {
    match text.parse::<Expr>() {
        Ok(expr) => {
            prop_assert_eq!(expr.to_string().parse::<Expr>().ok(), Some(expr.clone()), "{}", text);
            drop(expr.hints());
        }
        Err(error) => {
            let drawn = error.to_string();
            prop_assert!(drawn.lines().count() >= 4, "{}", drawn);
            prop_assert!(text.get(error.span()).is_some(), "{}", drawn);
        }
    }
    Ok(())
}
