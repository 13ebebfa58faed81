use super::*;
use crate::analysis::baseline::{Baseline, Operation, Options, Sample, compare};
use crate::render::samples::look;
use proptest::prelude::*;

const MS: u64 = 1_000_000;

/// From a tenth below to a tenth above so many milliseconds.
fn around(middle: u64, count: u64) -> Vec<u64> {
    (0..count).map(|n| middle * MS * 9 / 10 + middle * MS / 5 * n / count).collect()
}

fn operation(service: &str, name: &str, kind: SpanKind, durations: Vec<u64>) -> Operation {
    let (traces, durations) = (durations.len() as u32, Sample::of(durations));
    Operation { service: service.into(), name: name.into(), kind, traces, durations, ..Operation::default() }
}

fn baseline(mut operations: Vec<Operation>) -> Baseline {
    operations.sort_by(|a, b| a.key().cmp(&b.key()));
    Baseline { traces: 300, operations }
}

fn compared() -> Comparison {
    use SpanKind::{Client, Internal, Server};
    let was = vec![
        operation("backend-flask", "GET /api/activities/home", Server, around(120, 300)),
        operation("backend-flask", "GET /api/activities/@?", Server, around(200, 300)),
        operation("backend-flask", "cognito-verify-token", Internal, around(40, 300)),
        operation("dynamodb", "DynamoDB.Query", Client, around(8, 20)),
        operation("backend-flask", "warm-up", Internal, around(8, 2)),
        operation("postgres", "SELECT users WHERE handle = $1", Client, around(12, 300)),
        operation("backend-flask", "notifications", Internal, around(30, 300)),
    ];
    let now = vec![
        operation("backend-flask", "GET /api/activities/home", Server, around(170, 300)),
        operation("backend-flask", "GET /api/activities/@?", Server, around(201, 300)),
        Operation {
            traces: 300,
            unmeasured: 4,
            failed: 90,
            ..operation("backend-flask", "cognito-verify-token", Internal, around(20, 296))
        },
        operation("dynamodb", "DynamoDB.Query", Client, around(8, 31)),
        operation("postgres", "SELECT users WHERE handle = $1", Client, around(800, 300)),
        operation("postgres", "SELECT users WHERE handle = $1", Internal, around(1, 1)),
        operation("\u{202e}evil\u{1b}[31m", "a\nb", Internal, around(3, 7)),
    ];
    let options = Options { samples: 200, ..Options::default() };
    compare(&baseline(was), &baseline(now), &options).unwrap()
}

#[test]
fn the_worst_comes_first_with_its_bound() {
    insta::assert_snapshot!(table(&compared(), &look(100)), @r#"
      operation                          at      was       is  change    failed  verdict
    ! SELECT users WHERE handle = $1 …  p95  13.1 ms   871 ms     67x            slower, at least 65x
    ! GET /api/activities/home · back…  p95   131 ms   185 ms    +42%            slower, at least +39%
    ! notifications · backend-flask     p50  30.0 ms                             vanished
    ? DynamoDB.Query · dynamodb         p50  7.92 ms  7.97 ms     +1%            too few: 20 of 200
    ? warm-up · backend-flask           p50   7.2 ms                             not seen, may be chance
      SELECT users WHERE handle = $1 …  p50            900 µs                    not in the baseline
      a␊b · \u{202e}evil␛[31m           p50           2.96 ms                    not in the baseline
      GET /api/activities/@? · backen…  p50   200 ms   201 ms     +1%            same, at most +4%
      cognito-verify-token · backend-…  p95  43.6 ms  21.8 ms    -50%  0% → 30%  faster, at least -49%
    - 300 traces in the baseline and 300 now; of each the longest span of an operation, compared at p50
      and p95; 95% confidence over 7 operations together: if nothing is slower by more than 10% or
      rarer, the chance that anything is called slower or vanished is at most 5%
    - "same" is what cannot be shown to be slower by more than that; "at most" is what may still hide
    - on each side, 200 traces with it are needed to tell
    - what was rare in the baseline may be missing from so many traces by chance
    - now, an operation had not ended, or has no duration, 4 times: these are not measured
    "#);
}

#[test]
fn what_does_not_fit_is_left_out() {
    insta::assert_snapshot!(table(&compared(), &Look { ascii: true, ..look(60) }), @r#"
      operation                      is  verdict
    ! SELECT users WHERE ha...   871 ms  slower, at least 65x
    ! GET /api/activities/h...   185 ms  slower, at least +39%
    ! notifications - backe...           vanished
    ? DynamoDB.Query - dyna...  7.97 ms  too few: 20 of 200
    ? warm-up - backend-flask            not seen, may be chance
      SELECT users WHERE ha...   900 us  not in the baseline
      a\u{a}b - \u{202e}evi...  2.96 ms  not in the baseline
      GET /api/activities/@...   201 ms  same, at most +4%
      cognito-verify-token ...  21.8 ms  faster, at least -49%
    - 300 traces in the baseline and 300 now; of each the
      longest span of an operation, compared at p50 and p95; 95%
      confidence over 7 operations together: if nothing is
      slower by more than 10% or rarer, the chance that anything
      is called slower or vanished is at most 5%
    - "same" is what cannot be shown to be slower by more than
      that; "at most" is what may still hide
    - on each side, 200 traces with it are needed to tell
    - what was rare in the baseline may be missing from so many
      traces by chance
    - now, an operation had not ended, or has no duration, 4
      times: these are not measured
    "#);
}

#[test]
fn a_headline_says_what_it_comes_to() {
    let one = |count: u64| baseline(vec![operation("web", "GET /", SpanKind::Server, around(10, count))]);
    let said = |was: &Baseline, now: &Baseline| headline(&compare(was, now, &Options::default()).unwrap());
    let nothing = Baseline::default();
    let all = [
        headline(&compared()),
        said(&one(300), &one(300)),
        said(&one(300), &one(3)),
        said(&one(300), &nothing),
        said(&nothing, &one(300)),
    ];
    insta::assert_snapshot!(all.join("\n"), @"
    2 of 7 operations are slower, 1 has vanished, 1 has too few samples, 1 is not seen
    no operation of 1 is shown to be slower by more than 10%
    1 of 1 operation has too few samples
    there are no traces to compare with the baseline
    the baseline has no operations, so it promises nothing
    ");
}

#[test]
fn bounds_are_rounded_so_that_they_stay_true() {
    use Rounded::{Down, Nearest, Up};
    let said =
        [(1.409, Down), (1.401, Up), (1.1, Up), (0.801, Up), (0.999, Nearest), (12.7, Down), (f64::INFINITY, Up), (0.0, Down)];
    assert_eq!(
        said.map(|(ratio, rounded)| change(ratio, rounded).unwrap_or_default()),
        ["+40%", "+41%", "+10%", "-19%", "0%", "12x", "", "-100%"]
    );
    assert_eq!([0.95, 0.999, 0.1].map(|share| percent(share, Down)), ["95%", "99.9%", "10%"]);
    assert_eq!([0.5, 0.95, 0.999].map(quantile), ["p50", "p95", "p99.9"]);
}

proptest! {
    #[test]
    fn no_line_is_wider_than_the_screen_and_nothing_steers_it(
        names in prop::collection::vec((any::<String>(), any::<String>(), 1..400_u64, 1..400_u64), 0..6), width in 40_usize..140, ascii: bool,
    ) {
        let side = |of: fn(&(String, String, u64, u64)) -> u64| {
            let each = names.iter().map(|it| operation(&it.0, &it.1, SpanKind::Server, around(of(it) * 7, of(it))));
            let mut found = baseline(each.collect());
            found.operations.dedup_by(|a, b| a.key() == b.key());
            found
        };
        let comparison = compare(&side(|it| it.2), &side(|it| it.3), &Options::default()).unwrap();
        let drawn = table(&comparison, &Look { ascii, ..look(width) });
        prop_assert!(drawn.lines().all(|line| text::width(line) <= width), "{drawn}");
        prop_assert!(!drawn.chars().any(|c| c != '\n' && c.is_control()));
    }
}
