//! What a person's text wishes: to get no more texts, to get them again, or neither.

/// Twilio's opt-out words: the whole text must be one. The last two since 2025-05-14.
const STOP: [&str; 8] = ["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"];
/// Twilio's opt-in words. YES does not lift a toll-free opt-out.
const START: [&str; 3] = ["start", "unstop", "yes"];
const HELP: [&str; 2] = ["help", "info"];
/// Whole texts that say the same in other words; the FCC accepts any reasonable wording.
const PHRASES: [&str; 22] = [
    "stop please",
    "please stop",
    "stop it",
    "stop now",
    "stop texting",
    "stop texting me",
    "please stop texting me",
    "stop messaging me",
    "stop sending me texts",
    "stop sending me messages",
    "stop all",
    "opt out",
    "opt me out",
    "i want to opt out",
    "remove me",
    "please remove me",
    "take me off",
    "take me off this list",
    "unsubscribe me",
    "do not text me",
    "don't text me",
    "no more texts",
];

/// Words that make a wish polite and change nothing about it.
const POLITE: [&str; 7] = ["please", "pls", "plz", "kindly", "thanks", "thx", "hi"];

/// What a text wishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// No more texts.
    Stop {
        /// In words that are not Twilio's, so that it neither blocks nor answers.
        by_phrase: bool,
    },
    /// Texts again; by YES, which toll-free numbers do not take.
    Start {
        /// The word was YES.
        by_yes: bool,
    },
    /// Twilio answers this one.
    Help,
    /// It has an opt-out word in it and may or may not mean it: for a person to read.
    MaybeStop,
    /// Anything else.
    Nothing,
}

/// Reads a text. `opt_out_type` is Twilio's own reading, where the Messaging Service has one, and
/// decides.
#[must_use]
pub fn read(body: &str, opt_out_type: Option<&str>) -> Wish {
    match opt_out_type {
        Some("STOP") => return Wish::Stop { by_phrase: false },
        Some("START") => return Wish::Start { by_yes: false },
        Some("HELP") => return Wish::Help,
        _ => {}
    }
    let words = fold(body);
    let word = words.as_str();
    if STOP.contains(&word) {
        Wish::Stop { by_phrase: false }
    } else if PHRASES.contains(&word) || PHRASES.contains(&without_politeness(word).as_str()) {
        Wish::Stop { by_phrase: true }
    } else if START.contains(&word) {
        Wish::Start { by_yes: word == "yes" }
    } else if HELP.contains(&word) {
        Wish::Help
    } else if word.split(' ').any(|part| STOP.contains(&part) || part == "remove" || part == "opt")
        || PHRASES.iter().any(|phrase| format!(" {word} ").contains(&format!(" {phrase} ")))
    {
        Wish::MaybeStop
    } else {
        Wish::Nothing
    }
}

/// Whether an opt-out may have meant the seat: Twilio blocks these words as any other.
#[must_use]
pub fn may_mean_seat(body: &str) -> bool {
    matches!(fold(body).as_str(), "cancel" | "end" | "quit")
}

fn without_politeness(words: &str) -> String {
    words.split(' ').filter(|word| !POLITE.contains(word)).collect::<Vec<_>>().join(" ")
}

/// Lower case, one space between words, no punctuation around them.
fn fold(body: &str) -> String {
    let lower = body.to_lowercase().replace('’', "'");
    let words = lower.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_twilios_is_read_in_any_case_and_with_punctuation() {
        for word in STOP {
            for text in [word.to_owned(), word.to_uppercase(), format!(" {word}. "), format!("“{word}!”")]
            {
                assert_eq!(read(&text, None), Wish::Stop { by_phrase: false }, "{text}");
            }
        }
        for word in START {
            assert_eq!(read(&word.to_uppercase(), None), Wish::Start { by_yes: word == "yes" });
        }
        for word in HELP {
            assert_eq!(read(word, None), Wish::Help);
        }
    }

    #[test]
    fn politeness_changes_no_wish_and_a_phrase_within_others_is_for_a_person_to_read() {
        for text in ["Please take me off this list", "take me off this list, thanks!", "pls don’t text me"]
        {
            assert_eq!(read(text, None), Wish::Stop { by_phrase: true }, "{text}");
        }
        for text in ["Please don't text me any more", "can you take me off this list by Friday"] {
            assert_eq!(read(text, None), Wish::MaybeStop, "{text}");
        }
        assert_eq!(read("thanks", None), Wish::Nothing);
    }

    #[test]
    fn other_words_for_stop_are_read_too() {
        let by_phrase = Wish::Stop { by_phrase: true };
        for phrase in PHRASES {
            assert_eq!(read(phrase, None), by_phrase, "{phrase}");
            assert_eq!(read(&format!("{}!!", phrase.to_uppercase()), None), by_phrase, "{phrase}");
        }
        assert_eq!(read("Don’t text me", None), by_phrase);
    }

    #[test]
    fn a_sentence_with_such_a_word_is_for_a_person_to_read() {
        for text in ["I can't stop dancing", "Please cancel my seat", "is this the end?", "opt me in"] {
            assert_eq!(read(text, None), Wish::MaybeStop, "{text}");
        }
        for text in ["", "see you there", "Yes please", "starting now", "weekend", "🙂"] {
            assert_eq!(read(text, None), Wish::Nothing, "{text}");
        }
    }

    #[test]
    fn words_that_may_have_meant_the_seat_are_told_apart() {
        for text in ["CANCEL", "end.", " Quit"] {
            assert!(may_mean_seat(text), "{text}");
        }
        for text in ["STOP", "unsubscribe", "cancel it"] {
            assert!(!may_mean_seat(text), "{text}");
        }
    }

    #[test]
    fn twilios_own_reading_decides() {
        assert_eq!(read("ARRET", Some("STOP")), Wish::Stop { by_phrase: false });
        assert_eq!(read("stop", Some("HELP")), Wish::Help);
        assert_eq!(read("stop", Some("")), Wish::Stop { by_phrase: false });
    }
}
