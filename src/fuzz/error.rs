//! Why fuzzing could not go on: what it was doing, and what went wrong.

use std::fmt::Display;

/// Fuzzing that broke off; not a verdict on the product.
#[derive(Debug, thiserror::Error)]
#[error("{what} failed: {cause}")]
pub(crate) struct FuzzError {
    what: &'static str,
    cause: String,
}

/// Says of any error what was being done.
pub(crate) trait Doing<T> {
    /// Says what was being done.
    fn doing(self, what: &'static str) -> Result<T, FuzzError>;
}

impl<T, E: Display> Doing<T> for Result<T, E> {
    fn doing(self, what: &'static str) -> Result<T, FuzzError> {
        self.map_err(|cause| FuzzError { what, cause: cause.to_string() })
    }
}
