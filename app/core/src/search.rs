//! Finding people by name or number, alike on both engines: what is looked for and what it is looked
//! for in are folded here, since the engines fold accents and case each in its own way.

mod fill;

pub(crate) use fill::fill;

use unicode_normalization::UnicodeNormalization;

use crate::error::clean;

/// What people write between the digits of a number.
const BETWEEN: &str = " +-()./·•‐‑‒–—−";

/// Nobody types more to find somebody.
const LONGEST_WORDS: usize = 200;

/// A text without accents, case and width: `Zoë`, `ZOE` and `ｚｏｅ` fold to `zoe`.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|c| !is_accent(*c)).flat_map(char::to_lowercase) {
        match letter {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            _ => folded.push(letter),
        }
    }
    let composed: String = folded.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is written above, below or beside a letter and left out by whoever types in a hurry: accents,
/// the points of Hebrew and Arabic, and characters without width. The vowels of Indic scripts are letters.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}'
        | '\u{5c4}' | '\u{5c5}' | '\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{feff}' | '\u{ad}')
}

/// What stands in a contact's `search`: the number's digits, and after them the folded name, so that words
/// of a name are never found to go on in the number.
#[must_use]
pub(crate) fn of_contact(name: &str, phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    format!("+{digits} {}", fold(name))
}

/// What stands in an event's `search`: its folded name, place and host, a line each.
#[must_use]
pub(crate) fn of_event(name: &str, location: &str, host_name: &str) -> String {
    [name, location, host_name].map(fold).join("\n")
}

/// Words that somebody looks for: they are found in their order, whatever stands between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted(Vec<String>);

impl Wanted {
    /// For people; `None` if nothing was typed, which finds everybody. A number is found with or without its
    /// country code, spaces, dashes and leading zeros.
    pub(crate) fn person(typed: &str) -> Option<Self> {
        // Numbers that were copied from elsewhere bring dashes, spaces and marks of their own.
        let short = fold(&short(typed));
        let digits: String = short.chars().filter(char::is_ascii_digit).collect();
        let is_number =
            !digits.is_empty() && short.chars().all(|c| c.is_ascii_digit() || BETWEEN.contains(c));
        match digits.trim_start_matches('0') {
            // Before a national number stands a zero that the international one lacks.
            number if is_number && !number.is_empty() => Some(Self(vec![number.to_owned()])),
            _ => Self::words(typed),
        }
    }

    /// For what has no number; `None` if nothing was typed.
    pub(crate) fn words(typed: &str) -> Option<Self> {
        let folded = fold(&short(typed));
        let words: Vec<String> = folded.split_whitespace().map(str::to_owned).collect();
        if words.is_empty() { None } else { Some(Self(words)) }
    }

    /// The digits, if it is a number.
    pub(crate) fn number(&self) -> Option<&str> {
        let [word] = &self.0[..] else { return None };
        Some(word.as_str()).filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// As in `search like $1 escape '!'`.
    pub(crate) fn pattern(&self) -> String {
        let escaped = |word: &String| word.replace('!', "!!").replace('%', "!%").replace('_', "!_");
        let words: Vec<String> = self.0.iter().map(escaped).collect();
        format!("%{}%", words.join("%"))
    }

    /// Whether somebody is meant, as the pattern would have it.
    pub(crate) fn fits(&self, name: &str, phone: &str) -> bool {
        let text = of_contact(name, phone);
        let mut rest = text.as_str();
        self.0.iter().all(|word| match rest.split_once(word.as_str()) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    }
}

fn short(typed: &str) -> String {
    clean(typed).chars().take(LONGEST_WORDS).collect()
}

/// What to look for in `contacts.search`, as in `c.search like $1 escape '!'`; `None` if nothing was typed,
/// which finds everybody. Several words are found in their order, whatever stands between them; a number
/// is found with or without its country code, spaces, dashes and leading zeros.
#[must_use]
pub fn pattern(typed: &str) -> Option<String> {
    Wanted::person(typed).map(|wanted| wanted.pattern())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_width_do_not_matter() {
        for (written, folded) in [
            ("Zoë  Müller", "zoe muller"),
            ("STRAẞE", "strasse"),
            ("Søren Ångström", "soren angstrom"),
            ("İbrahim Işık", "ibrahim isik"),
            ("ＺＯＥ", "zoe"),
            ("مُحَمَّد أحمد", "محمد احمد"),
            ("Ёлкин", "елкин"),
            ("ΟΔΥΣΣΕΎΣ", "οδυσσευσ"),
            ("王小明", "王小明"),
            ("김철수", "김철수"),
            ("कमल किशोर", "कमल किशोर"),
            ("👩‍👩‍👧", "👩👩👧"),
            ("O\u{200b}'Brien", "o'brien"),
        ] {
            assert_eq!(fold(written), folded, "{written}");
            assert_eq!(fold(&fold(written)), fold(written), "{written} folds twice");
        }
    }

    #[test]
    fn a_number_is_found_however_people_write_it() {
        for typed in [
            "555-234",
            "(555) 234",
            "555 234",
            "555.234",
            "0555234",
            "555\u{a0}–\u{a0}234",
            "\u{202a}555‑234\u{202c}",
            "５５５２３４",
        ] {
            assert_eq!(pattern(typed).as_deref(), Some("%555234%"), "{typed}");
        }
        assert_eq!(of_contact("Zoë", "+15552340500"), "+15552340500 zoe");
    }

    #[test]
    fn nothing_typed_means_nothing_and_no_sign_is_a_wildcard() {
        assert_eq!(pattern(" \u{0}\n "), None);
        assert_eq!(pattern("100%_!").as_deref(), Some("%100!%!_!!%"));
        assert_eq!(pattern("Zoë Lopez").as_deref(), Some("%zoe%lopez%"));
        assert_eq!(pattern("000").as_deref(), Some("%000%"));
        assert_eq!(Wanted::words("7/8").map(|wanted| wanted.pattern()).as_deref(), Some("%7/8%"));
    }

    #[test]
    fn whoever_fits_is_whom_the_pattern_finds() {
        let fits = |typed: &str, name: &str, phone: &str| {
            Wanted::person(typed).is_none_or(|wanted| wanted.fits(name, phone))
        };
        assert!(fits("MULL", "Zoë Müller", "+4915112345678"));
        assert!(fits("grossmann", "Jörg Großmann", "+4915112345678"));
        assert!(fits("ana lopez", "Ana María López", "+15552340500"));
        assert!(!fits("lopez ana", "Ana María López", "+15552340500"));
        assert!(!fits("ana ana", "Ana", "+15552340500"));
        for typed in ["0049", "0151-123", "151/123", "", " "] {
            assert!(fits(typed, "Zoë", "+4915112345678"), "{typed}");
        }
        assert!(!fits("Guest 1", "Guest 0", "+15552340500"), "words do not go on in the number");
    }
}
