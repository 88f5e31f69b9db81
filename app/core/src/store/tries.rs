//! Transactions that stood in each other's way.

use crate::error::Error;

/// How often one is done at most.
const MOST: u8 = 3;

/// True where PostgreSQL gave this transaction up for another one's sake: a deadlock, or a serialization
/// failure. Done again it may pass.
pub(crate) fn was_in_the_way(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned));
    matches!(code.as_deref(), Some("40001" | "40P01"))
}

/// Does a transaction, and again while another one stood in its way.
///
/// # Errors
/// Those of its last try.
pub(crate) async fn repeated<T, W>(mut transaction: impl FnMut() -> W) -> Result<T, Error>
where
    W: Future<Output = Result<T, Error>>,
{
    let mut tries = 1;
    loop {
        match transaction().await {
            Err(Error::Store(error)) if tries < MOST && was_in_the_way(&error) => tries += 1,
            done => return done,
        }
    }
}
