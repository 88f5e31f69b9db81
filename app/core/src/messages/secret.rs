//! What of a text with a code is shown: everything but the code.

/// What stands where a secret was.
const MASK: &str = "••••••";

/// The words of a text with everything masked that may be its secret: words with a digit in them,
/// links among them, and words of four or more capitals. Where nothing looks like one, all of it
/// is masked: rather too much than the code.
#[must_use]
pub(crate) fn mask(body: &str) -> String {
    let mut masked = String::with_capacity(body.len());
    let mut found = false;
    for word in body.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end_matches(char::is_whitespace);
        if may_be_secret(bare) {
            found = true;
            let end = bare.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '”', '’']).len();
            masked.push_str(MASK);
            masked.push_str(&word[end..]);
        } else {
            masked.push_str(word);
        }
    }
    if found { masked } else { MASK.to_owned() }
}

fn may_be_secret(word: &str) -> bool {
    let letters = || word.chars().filter(|c| c.is_alphabetic());
    word.chars().any(char::is_numeric) || (letters().count() >= 4 && letters().all(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_links_are_masked_and_the_rest_stays() {
        for (body, shown) in [
            ("Your code is 123456.", "Your code is ••••••."),
            ("123-456 is your code.\nKeep it.", "•••••• is your code.\nKeep it."),
            ("Code:4711!", "••••••!"),
            ("Open https://x.example/b/aZ9 (soon)", "Open •••••• (soon)"),
            ("Say QWERTY at the door", "Say •••••• at the door"),
            ("Your code is ٣٤٥٦", "Your code is ••••••"),
            ("say melon at the door", "••••••"),
            ("", "••••••"),
        ] {
            assert_eq!(mask(body), shown, "{body}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_digit_is_ever_shown(body in "\\PC{0,200}") {
            assert!(!mask(&body).chars().any(char::is_numeric));
        }
    }
}
