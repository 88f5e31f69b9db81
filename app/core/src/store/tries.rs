//! Transactions that stood in each other's way.

use crate::error::Error;

/// How often one is done again.
const MOST: u8 = 3;

/// True where PostgreSQL gave this transaction up for another one's sake: a deadlock, or a serialization
/// failure. Done again it may pass.
pub(crate) fn was_in_the_way(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned));
    matches!(code.as_deref(), Some("40001" | "40P01"))
}

/// Counts how often a transaction was done.
#[derive(Debug, Default)]
pub(crate) struct Tries(u8);

impl Tries {
    /// Whether it is worth doing again after this.
    pub(crate) fn again(&mut self, error: &Error) -> bool {
        self.0 += 1;
        self.0 < MOST && matches!(error, Error::Store(error) if was_in_the_way(error))
    }
}
