//! Durations, times, counts and sizes as a person reads them. Nothing else in the program formats them.

mod fixed;

pub use fixed::Fixed;

use chrono::FixedOffset;

use crate::model::Time;
use crate::model::time::{MICROSECOND, MILLISECOND, Nanos, SECOND};

const MINUTE: Nanos = 60 * SECOND;
const HOUR: Nanos = 60 * MINUTE;
const DAY: Nanos = 24 * HOUR;

/// A length of time to three significant digits: `0 ns`, `1.23 ms`, `59.9 s`, `1 m 04 s`, `2 h 03 m`, `1 d 02 h`, `-5 ms`. Trailing
/// zeros are left out only where the length is exactly what is shown: `3 ms` is three milliseconds, `3.00 ms` almost.
///
/// With `ascii`, microseconds are `us`.
pub fn duration(length: Nanos, ascii: bool) -> String {
    let sign = if length < 0 { "-" } else { "" };
    let length = length.saturating_abs();
    let micro = if ascii { "us" } else { "µs" };
    for (unit, name, limit) in
        [(1, "ns", MICROSECOND), (MICROSECOND, micro, MILLISECOND), (MILLISECOND, "ms", SECOND), (SECOND, "s", MINUTE)]
    {
        if length >= limit {
            continue;
        }
        // A length that rounds up to the next unit is written in that.
        let mut text = String::with_capacity(16);
        text.push_str(sign);
        if significant(length, unit, limit, &mut text) {
            text.push(' ');
            text.push_str(name);
            return text;
        }
    }
    let (unit, name, part, part_name) = match length {
        ..HOUR if rounded(length, SECOND) < 3600 => (MINUTE, "m", SECOND, "s"),
        ..DAY if rounded(length, MINUTE) < 24 * 60 => (HOUR, "h", MINUTE, "m"),
        _ => (DAY, "d", HOUR, "h"),
    };
    let parts = rounded(length, part);
    let whole = count((parts / (unit / part)) as u128);
    format!("{sign}{whole} {name} {:02} {part_name}", parts % (unit / part))
}

fn rounded(length: Nanos, unit: Nanos) -> Nanos {
    length / unit + Nanos::from(length % unit * 2 >= unit)
}

/// Writes `length` in `unit`s with three significant digits; nothing, and false, where it is rounded to `limit` or more.
fn significant(length: Nanos, unit: Nanos, limit: Nanos, text: &mut String) -> bool {
    // Below a minute everything fits, and dividing 128 bits costs ten times as much.
    let fits = (u64::try_from(length), u64::try_from(unit), u64::try_from(limit));
    let (Ok(length), Ok(unit), Ok(limit)) = fits else { return false };
    for parts in [100, 10, 1] {
        let step = (unit / parts).max(1);
        let steps = length / step + u64::from(length % step * 2 >= step);
        if steps >= 1000 || steps * step >= limit {
            continue;
        }
        let per_unit = unit / step;
        let (whole, mut fraction) = (steps / per_unit, steps % per_unit);
        push_number(text, whole);
        if fraction > 0 || steps * step != length && per_unit > 1 {
            text.push('.');
            let mut place = per_unit / 10;
            while place > 0 && (fraction > 0 || steps * step != length) {
                push_number(text, fraction / place);
                (fraction, place) = (fraction % place, place / 10);
            }
        }
        return true;
    }
    false
}

/// A number below a thousand. Most of what a waterfall says is a duration, and formatting would be most of what that costs.
fn push_number(text: &mut String, number: u64) {
    let digits = [number / 100 % 10, number / 10 % 10, number % 10];
    let blank = digits.iter().take_while(|digit| **digit == 0).count().min(2);
    text.extend(digits[blank..].iter().map(|digit| char::from(b'0' + *digit as u8)));
}

/// A point in time in a zone, to the millisecond: `2026-07-24 14:03:05.123 UTC`, `… +02:00`. `unknown time` where there is none.
pub fn time(at: Time, zone: FixedOffset) -> String {
    stamp(at, zone, "%Y-%m-%d %H:%M:%S%.3f")
}

/// As [`time`], to the second: `2026-07-24 14:03:05 UTC`.
pub fn time_to_second(at: Time, zone: FixedOffset) -> String {
    stamp(at, zone, "%Y-%m-%d %H:%M:%S")
}

/// As [`time`], to the second and without the zone: for columns under a heading that says it.
pub fn short_time(at: Time, zone: FixedOffset) -> String {
    if at.is_unknown() {
        return "unknown".to_owned();
    }
    at.to_datetime().with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// A zone as it is written behind times: `UTC`, `+02:00`.
pub fn zone(zone: FixedOffset) -> String {
    if zone.local_minus_utc() == 0 { "UTC".to_owned() } else { zone.to_string() }
}

fn stamp(at: Time, in_zone: FixedOffset, format: &str) -> String {
    if at.is_unknown() {
        return "unknown time".to_owned();
    }
    format!("{} {}", at.to_datetime().with_timezone(&in_zone).format(format), zone(in_zone))
}

/// How long ago, in one unit, rounded down: `now`, `12 s ago`, `3 m ago`, `5 h ago`, `9 d ago`, and `in 3 m` for the future.
pub fn ago(at: Time, now: Time) -> String {
    let since = now.since(at);
    match (age(at, now), since) {
        (age, _) if age == "now" => age,
        (age, ..0) => format!("in {}", age.trim_start_matches('-')),
        (age, _) => format!("{age} ago"),
    }
}

/// As [`ago`], as short as it gets: `now`, `12 s`, `3 m`, `5 h`, `9 d`, `-3 m`.
pub fn age(at: Time, now: Time) -> String {
    if at.is_unknown() {
        return "unknown".to_owned();
    }
    let since = now.since(at);
    let sign = if since < 0 { "-" } else { "" };
    let length = since.abs();
    let units = [(DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (SECOND, "s")];
    match units.iter().find(|(unit, _)| length >= *unit) {
        Some((unit, name)) => format!("{sign}{} {name}", count((length / unit) as u128)),
        None => "now".to_owned(),
    }
}

/// With a comma between thousands: `4,212`.
pub fn count(number: impl TryInto<u128>) -> String {
    let digits = number.try_into().map_or_else(|_| "?".to_owned(), |number| number.to_string());
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 span`, `4,212 spans`.
pub fn plural(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(number as u128), if number == 1 { one } else { many })
}

/// A share in whole percent; never 0 % of something, never 100 % of less than all. Empty of nothing.
pub fn share(part: impl Into<i128>, whole: impl Into<i128>) -> String {
    let (part, whole) = (part.into(), whole.into());
    match (part.saturating_mul(100).saturating_add(whole / 2)).checked_div(whole) {
        None => String::new(),
        Some(0) if part > 0 => "<1%".to_owned(),
        Some(100..) if part < whole => ">99%".to_owned(),
        Some(percent) => format!("{percent}%"),
    }
}

/// The unit in which rates of about this many in that time, in nanoseconds, are told: the shortest in which there is at least one.
pub fn rate_unit(number: u64, length: Nanos) -> (Nanos, &'static str) {
    let units = [(SECOND, "per s"), (MINUTE, "per min"), (HOUR, "per h")];
    let enough = |(unit, _): &(Nanos, _)| Nanos::from(number) * unit >= length;
    units.into_iter().find(enough).unwrap_or((DAY, "per d"))
}

/// So many in that time, in nanoseconds, as a rate in a unit: `1,234`, `12.3`, `0.05`, and `<0.01` for what is not nothing.
/// Empty where there is no time.
pub fn rate(number: u64, length: Nanos, unit: Nanos) -> String {
    let scaled = |parts: Nanos| (Nanos::from(number) * unit * parts + length / 2).checked_div(length).unwrap_or(0);
    match (scaled(100), scaled(10)) {
        _ if length <= 0 => String::new(),
        (0, _) if number > 0 => "<0.01".to_owned(),
        (hundredths @ ..1000, _) => format!("{}.{:02}", hundredths / 100, hundredths % 100),
        (_, tenths @ ..1000) => format!("{}.{}", tenths / 10, tenths % 10),
        _ => count(scaled(1)),
    }
}

/// A size in bytes to three significant digits, in powers of 1024: `0 B`, `1.5 KiB`, `23.4 MiB`.
pub fn bytes(size: u64) -> String {
    let mut unit: u128 = 1;
    for name in ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] {
        let tenths = |scale: u128| (u128::from(size) * scale + unit / 2) / unit;
        if tenths(1) < 1000 || name == "PiB" {
            let exact = u128::from(size) % unit == 0;
            return match (exact, tenths(100)) {
                (true, _) => format!("{} {name}", u128::from(size) / unit),
                (_, hundredths @ ..1000) => format!("{}.{:02} {name}", hundredths / 100, hundredths % 100),
                _ if tenths(10) < 1000 => format!("{}.{} {name}", tenths(10) / 10, tenths(10) % 10),
                _ => format!("{} {name}", tenths(1)),
            };
        }
        unit *= 1024;
    }
    unreachable!("the last unit takes any size")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_have_three_significant_digits() {
        let cases = [
            (0, "0 ns"),
            (1, "1 ns"),
            (999, "999 ns"),
            (1_000, "1 µs"),
            (1_001, "1.00 µs"),
            (1_234, "1.23 µs"),
            (12_340, "12.3 µs"),
            (999_499, "999 µs"),
            (999_500, "1.00 ms"),
            (3_000_000, "3 ms"),
            (3_001_000, "3.00 ms"),
            (9_994_999, "9.99 ms"),
            (9_995_000, "10.0 ms"),
            (99_950_000, "100 ms"),
            (250_000_000, "250 ms"),
            (999_999_999, "1.00 s"),
            (1_500_000_000, "1.5 s"),
            (59_940_000_000, "59.9 s"),
            (59_950_000_000, "1 m 00 s"),
            (64_000_000_000, "1 m 04 s"),
            (3_599_499_999_999, "59 m 59 s"),
            (3_599_500_000_000, "1 h 00 m"),
            (7_380_000_000_000, "2 h 03 m"),
            (93_600_000_000_000, "1 d 02 h"),
            (-5_000_000, "-5 ms"),
            (-64_000_000_000, "-1 m 04 s"),
            (i128::from(u64::MAX), "213,504 d 00 h"),
        ];
        for (length, expected) in cases {
            assert_eq!(duration(length, false), expected, "{length}");
        }
        assert_eq!(duration(1_234, true), "1.23 us");
    }

    #[test]
    fn times_are_shown_in_the_zone_with_its_name() {
        let at = Time(1_784_901_785_123_456_789);
        assert_eq!(time(at, FixedOffset::east_opt(0).unwrap()), "2026-07-24 14:03:05.123 UTC");
        assert_eq!(time(at, FixedOffset::east_opt(7200).unwrap()), "2026-07-24 16:03:05.123 +02:00");
        assert_eq!(short_time(at, FixedOffset::east_opt(0).unwrap()), "2026-07-24 14:03:05");
        assert_eq!(time(Time(0), FixedOffset::east_opt(0).unwrap()), "unknown time");
    }

    #[test]
    fn ages_are_in_one_unit_and_the_future_is_possible() {
        let now = Time(1_000_000 * 1_000_000_000);
        let before = |seconds: i128| now.saturating_add(-seconds * SECOND);
        let words: Vec<_> = [0, 12, 59, 60, 185, 7_200, 90_000, 172_800, -200].map(|s| ago(before(s), now)).into();
        assert_eq!(words, ["now", "12 s ago", "59 s ago", "1 m ago", "3 m ago", "2 h ago", "1 d ago", "2 d ago", "in 3 m"]);
        assert_eq!(age(before(185), now), "3 m");
    }

    #[test]
    fn counts_are_grouped_and_nouns_agree() {
        assert_eq!(count(999_u32), "999");
        assert_eq!(count(1_234_567_u32), "1,234,567");
        assert_eq!(plural(1, "span", "spans"), "1 span");
        assert_eq!(plural(4_212, "span", "spans"), "4,212 spans");
    }

    #[test]
    fn shares_are_never_rounded_to_nothing_or_to_everything() {
        let shares = [(1, 1000), (1, 200), (1, 3), (2, 3), (999, 1000), (5, 5), (0, 3), (1, 0)];
        assert_eq!(shares.map(|(part, whole)| share(part, whole)), ["<1%", "1%", "33%", "67%", ">99%", "100%", "0%", ""]);
    }

    #[test]
    fn rates_have_three_digits_in_the_shortest_unit_that_gives_one() {
        let cases = [
            (3600, HOUR, "1.00 per s"),
            (3599, HOUR, "60.0 per min"),
            (41, HOUR, "41.0 per h"),
            (1, HOUR, "1.00 per h"),
            (1, 2 * HOUR, "12.0 per d"),
            (1, 1000 * DAY, "<0.01 per d"),
            (0, HOUR, "0.00 per d"),
            (1_234_567, SECOND, "1,234,567 per s"),
            (5, 1, "5,000,000,000 per s"),
        ];
        for (number, length, expected) in cases {
            let (unit, name) = rate_unit(number, length);
            assert_eq!(format!("{} {name}", rate(number, length, unit)), expected);
        }
        assert_eq!(rate(5, 0, SECOND), "");
    }

    #[test]
    fn sizes_are_in_powers_of_1024() {
        let cases = [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "0.98 KiB"),
            (1536, "1.50 KiB"),
            (10 << 20, "10 MiB"),
            (24_536_678, "23.4 MiB"),
        ];
        for (size, expected) in cases {
            assert_eq!(bytes(size), expected);
        }
        assert_eq!(bytes(u64::MAX), "16384 PiB");
    }

    /// The value of a duration as it is written, and the worth of its last digit.
    fn read(text: &str) -> (i128, i128) {
        let units =
            [("ns", 1), ("µs", MICROSECOND), ("ms", MILLISECOND), ("s", SECOND), ("m", MINUTE), ("h", HOUR), ("d", DAY)];
        let words: Vec<_> = text.trim_start_matches('-').split(' ').collect();
        let (mut value, mut worth) = (0, 1);
        for pair in words.chunks(2) {
            let unit = units.iter().find(|(name, _)| *name == pair[1]).unwrap().1;
            let (whole, fraction) = pair[0].split_once('.').unwrap_or((pair[0], ""));
            worth = unit / 10_i128.pow(fraction.len() as u32);
            value += whole.replace(',', "").parse::<i128>().unwrap() * unit + fraction.parse::<i128>().unwrap_or(0) * worth;
        }
        (value, worth)
    }

    proptest! {
        #[test]
        fn a_duration_reads_back_to_within_half_of_its_last_digit(length in prop_oneof![0..2_000_000_i128, 0..i128::from(u64::MAX)]) {
            let text = duration(length, false);
            let (value, worth) = read(&text);
            prop_assert!((value - length).abs() * 2 <= worth, "{length} as {text}");
        }

        #[test]
        fn no_number_panics(length: i128, at: u64, now: u64, size: u64) {
            duration(length, true);
            ago(Time(at), Time(now));
            bytes(size);
            share(length, i128::from(at));
            rate(at, length, rate_unit(now, length).0);
        }
    }
}
