//! What a core function can answer instead of its result. A person sees [`Error::Invalid`] and
//! [`Error::Refused`]; the log sees the rest.

use std::collections::HashSet;

use chrono::TimeDelta;

use crate::random::NoRandomness;
use crate::vault::VaultError;

/// Something that a person typed and can mend.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FieldError {
    /// The field's name in the form or the request.
    pub field: String,
    /// What to do, in a sentence.
    pub message: String,
}

/// Why a core function did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not there, or not this organization's: the two look the same from outside.
    #[error("not found")]
    NotFound,
    /// The person's role does not allow it.
    #[error("{0}")]
    NotAllowed(&'static str),
    /// Some fields need mending.
    #[error("{} field(s) need mending", .0.len())]
    Invalid(Vec<FieldError>),
    /// It cannot be done as things stand; the sentence says why and what to do.
    #[error("{0}")]
    Refused(String),
    /// A limit is reached; it can be done again after the wait.
    #[error("{why}")]
    TooOften {
        /// Which limit, in a sentence.
        why: &'static str,
        /// Until it is over.
        wait: TimeDelta,
    },
    /// The database failed or is away.
    #[error("the database failed: {0}")]
    Store(#[from] sqlx::Error),
    /// A secret cannot be sealed or opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The system gave no random bytes.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// A rule of ours was broken inside.
    #[error("{0}")]
    Broken(String),
}

impl Error {
    /// One field needs mending.
    #[must_use]
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { field: field.into(), message: message.into() }])
    }
}

/// So many notes are kept of one form or request, whatever it holds: nobody mends more at once.
const MOST_NOTES: usize = 1_000;

/// Gathers what is wrong with a form, so that everything is said at once.
#[derive(Debug, Default)]
pub struct Problems(Vec<FieldError>);

impl Problems {
    /// Notes that a field needs mending, unless a thousand notes say that something does.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        if self.0.len() < MOST_NOTES {
            self.0.push(FieldError { field: field.into(), message: message.into() });
        }
    }

    /// The value, or a note that its field needs mending.
    pub fn take<T, E: std::fmt::Display>(&mut self, field: &str, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.add(field, error.to_string())).ok()
    }

    /// How many notes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was noted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes what an error says field by field; any other error is handed back.
    ///
    /// # Errors
    /// What is no [`Error::Invalid`].
    pub fn note<T>(&mut self, result: Result<T, Error>) -> Result<Option<T>, Error> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(Error::Invalid(errors)) => {
                errors.into_iter().for_each(|error| self.add(&error.field, error.message));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Text without control characters and outer space, of at most `max` characters.
    pub fn text(&mut self, field: &str, value: &str, max: usize) -> String {
        let cleaned = clean(value);
        if cleaned.chars().count() > max {
            self.add(field, format!("Use at most {max} characters."));
        }
        cleaned
    }

    /// As [`Problems::text`], and something must be there.
    pub fn required(&mut self, field: &str, value: &str, max: usize, missing: &str) -> String {
        let cleaned = self.text(field, value, max);
        if cleaned.is_empty() {
            self.add(field, missing);
        }
        cleaned
    }

    /// `Ok` if nothing was noted.
    ///
    /// # Errors
    /// [`Error::Invalid`] with what was noted first about each field: once that is mended, the rest
    /// may be too.
    pub fn none(mut self) -> Result<(), Error> {
        let mut told = HashSet::new();
        self.0.retain(|error| told.insert(error.field.clone()));
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}

/// Without control characters (PostgreSQL stores no NUL, and none is ever meant) and outer space.
/// Line breaks become `\n` and stay.
#[must_use]
pub fn clean(text: &str) -> String {
    let unified = text.replace("\r\n", "\n");
    unified.chars().filter(|c| *c == '\n' || !c.is_control()).collect::<String>().trim().to_owned()
}
