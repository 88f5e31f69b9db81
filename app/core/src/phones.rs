//! Phone numbers. What is *possible* in E.164 is accepted; whether it works, Twilio decides.

mod regions;

pub use regions::{Region, all as all_regions};

use phonenumber::country;

/// A number in E.164, such as `+15551234567`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phone(String);

/// Why something is no phone number; each says what to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Nothing was given.
    #[error("Enter a phone number.")]
    Missing,
    /// Not a number of any country.
    #[error("That is not a phone number. Write it with its country code, such as +1 555 123 4567.")]
    NotANumber,
    /// Letters among the digits.
    #[error("A phone number has no letters. Check for a typing error.")]
    Letters,
    /// A number behind a switchboard.
    #[error("An extension cannot be texted. Write a number without one.")]
    Extension,
    /// Fewer digits than any number of that country has.
    #[error("That number is too short. Check for a missing digit.")]
    TooShort,
    /// More digits than any number of that country has.
    #[error("That number is too long. Check for an extra digit.")]
    TooLong,
}

impl PhoneError {
    /// As it is told in a cell of a list.
    #[must_use]
    pub fn in_a_cell(self) -> &'static str {
        match self {
            Self::Missing => "Missing",
            Self::NotANumber => "Not a phone number",
            Self::Letters => "Letters in the number",
            Self::Extension => "An extension cannot be texted",
            Self::TooShort => "Number is too short",
            Self::TooLong => "Number is too long",
        }
    }
}

impl Phone {
    /// Reads a number in any usual form; without `+` it is read as one of `region`.
    ///
    /// # Errors
    /// [`PhoneError`] says what to change.
    pub fn parse(text: &str, region: Option<country::Id>) -> Result<Self, PhoneError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PhoneError::Missing);
        }
        if text.len() > 64 || text.chars().any(char::is_control) {
            return Err(PhoneError::NotANumber);
        }
        let text = without_scheme(text);
        no_letters(text)?;
        let (text, region) = with_plus(text, region);
        let number = phonenumber::parse(region, &*text).map_err(|error| match error {
            phonenumber::ParseError::TooShortAfterIdd | phonenumber::ParseError::TooShortNsn => {
                PhoneError::TooShort
            }
            phonenumber::ParseError::TooLong => PhoneError::TooLong,
            _ => PhoneError::NotANumber,
        })?;
        let e164 = number.format().mode(phonenumber::Mode::E164).to_string();
        // ITU-T E.164: at most 15 digits; the shortest international numbers in use have 7.
        match e164.len() - 1 {
            0..7 => Err(PhoneError::TooShort),
            7..=15 => Ok(Self(e164)),
            _ => Err(PhoneError::TooLong),
        }
    }

    /// Reads what a person typed or a file holds: without `+` as a number of `region`, and only if numbers of
    /// that country can be as long as this one.
    ///
    /// # Errors
    /// [`PhoneError`] says what to change.
    pub fn typed(text: &str, region: Option<Region>) -> Result<Self, PhoneError> {
        let phone = Self::parse(text, region.map(Region::id))?;
        match length(phone.as_str()) {
            Length::Possible => Ok(phone),
            Length::TooShort => Err(PhoneError::TooShort),
            Length::TooLong => Err(PhoneError::TooLong),
        }
    }

    /// Reads what a form holds that showed this number: one that stays as it is need not be one that we would
    /// take today.
    ///
    /// # Errors
    /// As [`Phone::typed`].
    pub(crate) fn retyped(text: &str, before: &str, region: Option<Region>) -> Result<Self, PhoneError> {
        if [before, &shown(before)].contains(&text.trim()) {
            return Self::parse(before, None);
        }
        Self::typed(text, region)
    }

    /// Whether libphonenumber knows numbers like this one; `false` is worth a warning, no more: its lists age,
    /// and Twilio decides.
    #[must_use]
    pub fn looks_valid(&self) -> bool {
        phonenumber::parse(None, &self.0).is_ok_and(|number| number.is_valid())
    }

    /// The number in E.164.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Lists that were copied from web pages hold `tel:` before a number (RFC 3966).
fn without_scheme(text: &str) -> &str {
    match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => text[4..].trim_start(),
        _ => text,
    }
}

/// The crate passes over letters and over whatever follows them: somebody else would get the text.
fn no_letters(text: &str) -> Result<(), PhoneError> {
    let is_letter = |c: char| c.is_alphabetic() || c == '#';
    let Some((before, rest)) = text.find(is_letter).and_then(|at| text.split_at_checked(at)) else {
        return Ok(());
    };
    let has_digit = |text: &str| text.chars().any(char::is_numeric);
    if !has_digit(text) {
        return Err(PhoneError::NotANumber);
    }
    let word: String = rest.chars().take_while(|c| is_letter(*c)).flat_map(char::to_lowercase).collect();
    let is_extension = ["x", "ext", "extn", "extension", "xtn", "#"].contains(&word.as_str());
    let end = rest.trim_start_matches(|c: char| is_letter(c));
    let is_one = is_extension && has_digit(before) && has_digit(end) && !end.contains(char::is_alphabetic);
    Err(if is_one { PhoneError::Extension } else { PhoneError::Letters })
}

/// A number that carries its country code is read without a region, or else the crate takes that region's
/// national prefix off it: `+49 151 …` read in the United States would lose its first 1. Whoever dials
/// abroad writes 00, or 011 in North America, for the plus.
fn with_plus(text: &str, region: Option<country::Id>) -> (std::borrow::Cow<'_, str>, Option<country::Id>) {
    let is_north_american = matches!(region, Some(country::US | country::CA));
    let abroad = if is_north_american { text.strip_prefix("011") } else { None };
    match text.strip_prefix("00").or(abroad) {
        Some(rest) => (format!("+{rest}").into(), None),
        None if text.trim_start_matches(['(', ' ']).starts_with('+') => (text.into(), None),
        None => (text.into(), region),
    }
}

/// How many digits a number has, against what its country's numbers can have.
enum Length {
    Possible,
    TooShort,
    TooLong,
}

fn length(e164: &str) -> Length {
    let Ok(number) = phonenumber::parse(None, e164) else { return Length::Possible };
    let code = number.code().value();
    let digits = e164.len() - 1 - code.to_string().len();
    // North America's numbers have ten digits; the lists have the seven too that are dialed locally.
    let possible: Vec<usize> = match code {
        1 => vec![10],
        _ => {
            let countries = phonenumber::metadata::DATABASE.by_code(&code).unwrap_or_default();
            let lengths =
                countries.iter().flat_map(|country| country.descriptors().general().possible_length());
            lengths.map(|length| usize::from(*length)).collect()
        }
    };
    // Within the bounds but between two lengths is left to Twilio: the lists age.
    match (possible.iter().min(), possible.iter().max()) {
        (Some(least), _) if digits < *least => Length::TooShort,
        (_, Some(most)) if digits > *most => Length::TooLong,
        _ => Length::Possible,
    }
}

impl std::fmt::Display for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The calling code of a stored number's country, such as 1 or 49.
pub(crate) fn calling_code(e164: &str) -> Option<u16> {
    phonenumber::parse(None, e164).ok().map(|number| number.code().value())
}

/// What an organizer calls a person: their name, or the number where nobody gave one.
#[must_use]
pub fn or_number(name: &str, phone: &str) -> String {
    if name.is_empty() { shown(phone) } else { name.to_owned() }
}

/// A stored number as people write it: `+1 555-123-4567`. What does not parse is shown as it is.
#[must_use]
pub fn shown(e164: &str) -> String {
    phonenumber::parse(None, e164).map_or_else(
        |_| e164.to_owned(),
        |number| number.format().mode(phonenumber::Mode::International).to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_forms_become_e164() {
        for text in ["+1 555-123-4567", "+15551234567", " +1 (555) 123 4567 "] {
            assert_eq!(
                Phone::parse(text, None).map(|phone| phone.to_string()),
                Ok("+15551234567".into()),
                "{text}"
            );
        }
        let national = Phone::parse("(555) 123-4567", Some(country::US));
        assert_eq!(national.map(|phone| phone.to_string()), Ok("+15551234567".into()));
    }

    #[test]
    fn what_is_no_number_says_what_to_change() {
        assert_eq!(Phone::parse("", None), Err(PhoneError::Missing));
        assert_eq!(Phone::parse("Ana", None), Err(PhoneError::NotANumber));
        assert_eq!(Phone::parse("5551234567", None), Err(PhoneError::NotANumber));
        assert_eq!(Phone::parse("+1", None), Err(PhoneError::TooShort).or(Err(PhoneError::NotANumber)));
        assert!(Phone::parse("+12345678901234567890", None).is_err());
        assert!(Phone::parse("+1555\u{0}1234567", None).is_err());
    }

    #[test]
    fn letters_are_not_passed_over_and_an_extension_has_words_of_its_own() {
        let us = Region::parse("US");
        for text in [
            "5551230042x",
            "555123OO42",
            "1-800-FLOWERS",
            "mobile 555 123 0042",
            "+1 555 123 0042 Ana",
            "５５５x",
        ] {
            assert_eq!(Phone::typed(text, us), Err(PhoneError::Letters), "{text}");
        }
        for text in [
            "555-123-0042 x12",
            "5551230042 ext. 7",
            "tel:+15551230042;ext=5",
            "+1 555 123 0042 Extension 3",
            "555 123 0042 #9",
        ] {
            assert_eq!(Phone::typed(text, us), Err(PhoneError::Extension), "{text}");
        }
        for text in [
            "tel:555-123-0042",
            "TEL: +1 (555) 123-0042",
            "555.123.0042",
            "+1\u{a0}555\u{2011}123\u{2011}0042",
        ] {
            assert_eq!(
                Phone::typed(text, us).map(|phone| phone.to_string()),
                Ok("+15551230042".into()),
                "{text}"
            );
        }
    }

    #[test]
    fn a_typed_number_is_as_long_as_numbers_of_its_country_are() {
        let us = Region::parse("US");
        assert_eq!(
            Phone::typed("(555) 123-4567", us).map(|phone| phone.to_string()),
            Ok("+15551234567".into())
        );
        assert_eq!(
            Phone::typed("0151 12345678", Region::parse("DE")).map(|phone| phone.to_string()),
            Ok("+4915112345678".into())
        );
        assert_eq!(
            Phone::typed("+44 7400 123456", us).map(|phone| phone.to_string()),
            Ok("+447400123456".into())
        );
        for text in ["+49 151 12345678", "(+49) 151 12345678", "0049 151 12345678", "011 49 151 12345678"] {
            assert_eq!(
                Phone::typed(text, us).map(|phone| phone.to_string()),
                Ok("+4915112345678".into()),
                "{text}"
            );
        }
        assert_eq!(Phone::typed("555 1234", us), Err(PhoneError::TooShort));
        assert_eq!(Phone::typed("+1 555 123 45678", None), Err(PhoneError::TooLong));
        assert!(Phone::typed("+1 212 555 0100", None).is_ok_and(|phone| phone.looks_valid()));
        assert!(Phone::typed("+1 155 555 0100", None).is_ok_and(|phone| !phone.looks_valid()));
    }

    #[test]
    fn a_number_is_shown_as_people_write_it() {
        assert_eq!(shown("+15551234567"), "+1 555-123-4567");
        assert_eq!(shown("+447400123456"), "+44 7400 123456");
        assert_eq!(shown("not a number"), "not a number");
    }
}
