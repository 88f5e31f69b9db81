//! The rows of a list that an import leaves out, as a file to mend.

use usher_core::ids::{DraftId, EventId};
use usher_core::people::Person;
use usher_core::{Error, Service, imports};

use crate::pages::import::of_query;

/// The rows that are left out as the query of the check page reads the list.
///
/// # Errors
/// [`Error::NotFound`] if there is no such draft of this person, [`Error::NotAllowed`] for a role that may not import.
pub async fn left_out(
    service: &Service,
    person: &Person,
    event: &str,
    draft: &str,
    query: &str,
) -> Result<String, Error> {
    let event = EventId::parse(event).ok_or(Error::NotFound)?;
    let draft = DraftId::parse(draft).ok_or(Error::NotFound)?;
    imports::left_out(service, person, event, draft, &of_query(query)).await
}
