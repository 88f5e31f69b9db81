//! Phone numbers. What is *possible* in E.164 is accepted; whether it works, Twilio decides.

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
    /// Fewer digits than any number of that country has.
    #[error("That number is too short. Check for a missing digit.")]
    TooShort,
    /// More digits than any number of that country has.
    #[error("That number is too long. Check for an extra digit.")]
    TooLong,
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
        let number = phonenumber::parse(region, text).map_err(|error| match error {
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

    /// The number in E.164.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
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
    fn a_number_is_shown_as_people_write_it() {
        assert_eq!(shown("+15551234567"), "+1 555-123-4567");
        assert_eq!(shown("+447400123456"), "+44 7400 123456");
        assert_eq!(shown("not a number"), "not a number");
    }
}
