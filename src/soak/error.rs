//! Why a soak could not go on: what it was doing, and what went wrong.

use std::fmt::Display;

/// A soak that broke off; not a verdict on the product.
#[derive(Debug, thiserror::Error)]
#[error("{what} failed: {cause}")]
pub(crate) struct SoakError {
    what: String,
    cause: String,
}

impl SoakError {
    /// An error of our own.
    pub(crate) fn new(what: impl Into<String>, cause: impl Display) -> Self {
        Self { what: what.into(), cause: cause.to_string() }
    }
}

/// Says of any error what was being done.
pub(crate) trait Doing<T> {
    /// Says what was being done.
    fn doing(self, what: &str) -> Result<T, SoakError>;
}

impl<T, E: Display> Doing<T> for Result<T, E> {
    fn doing(self, what: &str) -> Result<T, SoakError> {
        self.map_err(|cause| SoakError::new(what, cause))
    }
}
