//! Why a measurement ended early.

use std::fmt::Display;

/// What was being done, and what went wrong.
#[derive(Debug, thiserror::Error)]
#[error("{doing}: {cause}")]
pub(crate) struct BenchError {
    doing: &'static str,
    cause: String,
}

impl BenchError {
    pub(crate) fn new(doing: &'static str, cause: impl Display) -> Self {
        Self { doing, cause: cause.to_string() }
    }
}

/// Says what was being done when something failed.
pub(crate) trait Doing<T> {
    fn doing(self, what: &'static str) -> Result<T, BenchError>;
}

impl<T, E: Display> Doing<T> for Result<T, E> {
    fn doing(self, what: &'static str) -> Result<T, BenchError> {
        self.map_err(|cause| BenchError::new(what, cause))
    }
}
