//! Chance, and the worst that can stand where a value belongs. The same seed and input number
//! always throw the same.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Values that parsers stumble over.
const HORRORS: [&str; 36] = [
    "",
    " ",
    "\0",
    "a\0b",
    "null",
    "undefined",
    "NaN",
    "-1",
    "0",
    "1e309",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "340282366920938463463374607431768211456",
    "0x1F",
    "１２３",
    "30003.5",
    "+30003",
    " 30003 ",
    "'; drop table messages; --",
    "\" or 1=1",
    "<script>alert(1)</script>",
    "]]>&lt;!--",
    "{\"json\": [1, 2",
    "%00%ff%zz",
    "\r\nX-Injected: yes",
    "\u{202e}\u{200f}\u{feff}",
    "e\u{301}\u{327}\u{308}",
    "👨‍👩‍👧‍👦🇩🇪",
    "\u{1b}[31m",
    "\u{fffd}\u{ffff}\u{10ffff}",
    "\\u0000",
    "SM00000000000000000000000000000001",
    "+15552340500",
    "../../../etc/passwd",
];

/// Bytes that mean something to somebody on the way.
const BYTES: [u8; 16] =
    [0, b'%', b'&', b'=', b'+', b';', b'#', b'?', 0x7f, 0x80, 0xc0, 0xed, 0xf4, 0xff, b'\r', b'\n'];

/// Everything that one input leaves to chance.
pub(crate) struct Dice(StdRng);

impl Dice {
    /// The dice of one input.
    pub(crate) fn of(seed: u64, input: u64) -> Self {
        // Neighbouring inputs must not have neighbouring fates.
        Self(StdRng::seed_from_u64(seed.rotate_left(32) ^ input.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// True so many times in a hundred.
    pub(crate) fn percent(&mut self, percent: u32) -> bool {
        self.0.random_range(0..100) < percent
    }

    /// A number from 0 up to, but not including, `end`; 0 if there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { self.0.random_range(0..end) }
    }

    /// One of these; `None` of nothing.
    pub(crate) fn one_of<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        choices.get(self.below(choices.len()))
    }

    /// One of these words.
    pub(crate) fn word(&mut self, words: &[&str]) -> String {
        self.one_of(words).copied().unwrap_or_default().to_owned()
    }

    /// Something that is no good value of anything.
    pub(crate) fn horror(&mut self) -> String {
        match self.below(10) {
            0 => self.characters(40),
            1 => {
                let unit = self.word(&HORRORS);
                let times = self.below(400);
                unit.repeat(times)
            }
            // Around the longest body that is read.
            2 if self.percent(20) => "x".repeat(64_000 + self.below(3_000)),
            3 => "é".repeat(self.below(2_000)),
            _ => self.word(&HORRORS),
        }
    }

    /// Any characters at all.
    pub(crate) fn characters(&mut self, most: usize) -> String {
        let count = self.below(most + 1);
        (0..count).filter_map(|_| char::from_u32(self.0.random_range(0..0x0011_0000))).collect()
    }

    /// Spoils bytes in one of the ways in which bytes are spoilt.
    pub(crate) fn spoil(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len() + 1);
        let until = (at + self.below(24)).min(bytes.len());
        match self.below(6) {
            0 => bytes.insert(at, self.byte()),
            1 => bytes.truncate(at),
            2 => {
                bytes.drain(at..until);
            }
            3 => {
                let piece = bytes[at..until].to_vec();
                bytes.splice(at..at, piece);
            }
            4 => {
                let byte = self.byte();
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
            }
            _ => {
                let junk: Vec<u8> = (0..self.below(16)).map(|_| self.byte()).collect();
                bytes.splice(at..at, junk);
            }
        }
    }

    fn byte(&mut self) -> u8 {
        match self.percent(60) {
            true => self.one_of(&BYTES).copied().unwrap_or_default(),
            false => self.0.random_range(0..=u8::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_input_throws_the_same() {
        let throw = |seed, input| {
            let mut dice = Dice::of(seed, input);
            let mut bytes = b"MessageSid=SM1&MessageStatus=sent".to_vec();
            dice.spoil(&mut bytes);
            (dice.horror(), bytes)
        };
        assert_eq!(throw(1, 7), throw(1, 7));
        assert!((0..50).any(|input| throw(1, input) != throw(2, input)));
        assert!((0..50).any(|input| throw(1, input) != throw(1, input + 1)));
    }
}
