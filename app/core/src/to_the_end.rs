//! Work that is done to its end, whatever becomes of whoever asked for it.

use crate::error::Error;

/// Does work of several transactions to its end. A request ends with its tab, and what it does itself would
/// stop between two of them.
///
/// # Errors
/// Those of the work.
pub(crate) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::spawn(work).await;
    done.map_err(|error| Error::Broken(format!("work ended before its end: {error}")))?
}
