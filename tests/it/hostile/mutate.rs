//! What becomes of good bytes on a bad way: the same from the same seed.

/// Numbers that are as good as random: splitmix64 (Steele, Lea and Flood, 2014).
#[derive(Debug)]
pub(super) struct Dice(u64);

/// Bytes that mean something to some parser.
const LOADED: &[u8] = b"\x00\x01\x7f\x80\xff\"\\{}[]:,\n\r \t0-";

/// Numbers at which parsers break, as text.
const NUMBERS: &[&str] = &[
    "18446744073709551616",
    "-9223372036854775809",
    "1e400",
    "1E-400",
    "00",
    "-",
    "0.1e",
    "1.7976931348623159e308",
    "NaN",
    "99999999999999999999999999999999999999999999",
];

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of the numbers below `limit`; 0 where there is none.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        (self.next() % (limit.max(1) as u64)) as usize
    }
}

/// The tree of a JSON text; `None` where it is none. JSON has numbers of any size, and `serde_json` keeps only those of a double; a bare
/// `NaN` is none, and is read all the same.
pub(super) fn tree(body: &[u8]) -> Option<serde_json::Value> {
    let text = std::str::from_utf8(body).ok()?;
    serde_json::from_str(&text.replace("1e400", "1e300").replace(":NaN", ":null")).ok()
}

/// One to three things done to the bytes. What comes out is not what went in.
pub(super) fn mutated(dice: &mut Dice, whole: &[u8]) -> Vec<u8> {
    loop {
        let mut bytes = whole.to_vec();
        for _ in 0..=dice.below(3) {
            mutate(dice, &mut bytes);
        }
        if bytes != whole {
            return bytes;
        }
    }
}

fn mutate(dice: &mut Dice, bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        return bytes.push(dice.next() as u8);
    }
    let at = dice.below(bytes.len());
    let end = (at + 1 + dice.below(16)).min(bytes.len());
    match dice.below(9) {
        0 | 1 => bytes[at] ^= 1 << dice.below(8),
        2 => bytes[at] = LOADED[dice.below(LOADED.len())],
        3 => bytes.truncate(at),
        4 => drop(bytes.drain(at..end)),
        5 => {
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
        }
        6 => {
            let noise: Vec<u8> = (0..=dice.below(8)).map(|_| dice.next() as u8).collect();
            bytes.splice(at..at, noise);
        }
        // A length, or a count, that promises more than there is.
        7 => drop(bytes.splice(at..=at, [0xff, 0xff, 0xff, 0xff, 0x0f])),
        _ => {
            // The next number that is written out becomes one at which parsers break.
            let Some(from) = bytes[at..].iter().position(u8::is_ascii_digit).map(|from| at + from) else { return };
            let to = bytes[from..].iter().position(|byte| !byte.is_ascii_digit()).map_or(bytes.len(), |to| from + to);
            bytes.splice(from..to, NUMBERS[dice.below(NUMBERS.len())].bytes());
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_others_give_others() {
    let of = |seed| {
        let mut dice = Dice::new(seed);
        (0..50).map(|_| mutated(&mut dice, b"{\"a\": 12, \"b\": [true]}")).collect::<Vec<_>>()
    };
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
    let mut kinds = of(1);
    kinds.sort();
    kinds.dedup();
    assert!(kinds.len() > 45, "{}", kinds.len());
}
