//! What of a text with a code is shown. Nobody can tell a code from a word by its looks, so only
//! words that a program has set apart from its variables are shown, and of those only the plain ones.

use std::borrow::Cow;

use super::render::{Missing, Words};

/// What stands where a secret was.
pub(crate) const MASK: &str = "••••••";

/// A text as it is shown: what the program gave for its variables is masked, and so is every word
/// that may be a code or a link all the same. Words that use nothing of what was given may hold the
/// code anywhere: all of them are masked.
///
/// # Errors
/// Names the first variable without a value.
pub(super) fn shown<'v>(
    words: &Words<'_>,
    is_given: impl Fn(&str) -> bool,
    value: impl Fn(&str) -> Option<Cow<'v, str>>,
) -> Result<String, Missing> {
    if !words.variables().into_iter().any(&is_given) {
        return Ok(MASK.to_owned());
    }
    let text = words.render(|name| if is_given(name) { Some(Cow::Borrowed(MASK)) } else { value(name) })?;
    Ok(mask_words(&text))
}

/// Masks every word that may be a code or a link: one with a digit, `/`, `:` or mixed case inside,
/// or of four or more capitals.
fn mask_words(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end_matches(char::is_whitespace);
        let end = bare.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '”', '’']).len();
        if may_be_secret(&bare[..end]) {
            masked.push_str(MASK);
            masked.push_str(&word[end..]);
        } else {
            masked.push_str(word);
        }
    }
    masked
}

fn may_be_secret(word: &str) -> bool {
    let letters = || word.chars().filter(|c| c.is_alphabetic());
    let mixed = letters().skip(1).any(char::is_uppercase) && letters().any(char::is_lowercase);
    let shouted = letters().count() >= 4 && letters().all(char::is_uppercase);
    word.chars().any(|c| c.is_numeric() || c == '/' || c == ':') || mixed || shouted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of somebody called Ana, with these variables given by a program.
    fn shown_with(body: &str, given: &[&str]) -> String {
        let words = Words::parse(body).expect("words");
        let known = |name: &str| (name == "first_name").then_some("Ana".into());
        shown(&words, |name| given.contains(&name), known).expect("every variable has a value")
    }

    #[test]
    fn words_without_variables_of_the_programs_are_masked_whole() {
        for body in [
            "Your sign-in word is falcon. Valid for 10 minutes.",
            "Confirm your seat at https://x.example/c/aZbQkRtW before 7 PM",
            "Your code: kXqZpR (valid 10 min)",
            "Your code is 123456.",
            "Hi {{first_name}}, say melon at the door",
            "",
        ] {
            assert_eq!(shown_with(body, &[]), MASK, "{body}");
            assert_eq!(shown_with(body, &["unused"]), MASK, "{body}");
        }
    }

    #[test]
    fn what_a_program_gave_is_masked_and_what_we_know_stays() {
        for (body, masked) in [
            ("Hi {{first_name}}, your word is {{code}}.", "Hi Ana, your word is ••••••."),
            ("{{code}}\nKeep it.", "••••••\nKeep it."),
            ("#{{code}}!", "#••••••!"),
            ("{{code}}: valid for 10 minutes", "••••••: valid for •••••• minutes"),
            ("Open https://x.example/c/{{code}} (soon)", "Open •••••• (soon)"),
            ("{{code}}, or x.example/b/azq", "••••••, or ••••••"),
            ("{{code}}, or kXqZpR, or say:melon", "••••••, or ••••••, or ••••••"),
            ("{{code}} or QWERTY or ٣٤٥٦", "•••••• or •••••• or ••••••"),
        ] {
            assert_eq!(shown_with(body, &["code"]), masked, "{body}");
        }
        assert_eq!(shown_with("Hi {{first_name}}", &["first_name"]), "Hi ••••••");
    }

    proptest::proptest! {
        #[test]
        fn no_digit_is_ever_shown(body in "[^{}]{0,200}") {
            assert!(!shown_with(&format!("{{{{code}}}} {body}"), &["code"]).chars().any(char::is_numeric));
        }
    }
}
