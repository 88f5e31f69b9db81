//! Lists of people from files: what they would change is shown first, and nothing is saved before somebody
//! says so. The file waits in a draft; what was chosen about it comes with each call.

mod columns;
mod confirm;
mod decode;
mod judge;
mod left_out;
mod preview;
mod read;
mod table;
mod was;

pub use columns::Field;
pub use confirm::{Imported, confirm};
pub use left_out::left_out;
pub use preview::{Column, Past, Preview, Shown, preview};
pub use was::{Change, Changes};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::drafts::{self, Kind};
use crate::error::Error;
use crate::events;
use crate::ids::{DraftId, EventId};
use crate::people::Person;
use crate::phones::Region;
use crate::service::Service;
use table::Table;

/// The largest file that is taken, in bytes.
pub const LARGEST: usize = 5 * 1024 * 1024;
/// The most people that one file may have.
pub const MOST_ROWS: usize = 10_000;
/// The most columns that are looked at.
pub const MOST_COLUMNS: usize = 40;

/// What somebody chose about a file; what is not given is guessed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// In which country numbers without a country code are read.
    pub region: Option<Region>,
    /// Whether the first row names the columns.
    pub header: Option<bool>,
    /// What each column holds, from the left; `None` for one that is not used.
    pub columns: Option<Vec<Option<Field>>>,
    /// Whether people who are known keep their name, email and zone, so that the list fills in only what is missing.
    pub keep: bool,
}

/// What a draft keeps of a file.
#[derive(Debug, Serialize, Deserialize)]
struct Content {
    file_name: String,
    /// SHA-256 of the bytes as they came, in hex.
    hash: String,
    text: String,
}

/// Takes in a file, or what was pasted; nothing is saved but the draft.
///
/// # Errors
/// [`Error::Invalid`] for what cannot be read as a list, [`Error::NotFound`] for a strange event,
/// [`Error::NotAllowed`] for a role that may not.
pub async fn begin(
    service: &Service,
    person: &Person,
    event: EventId,
    file_name: &str,
    bytes: &[u8],
) -> Result<DraftId, Error> {
    may_import(person)?;
    events::find(&service.store, person.org_id, event).await?;
    let field = if file_name.is_empty() { "paste" } else { "file" };
    let text = decode::decode(bytes).map_err(|why| Error::invalid(field, why))?;
    Table::read(&text).map_err(|why| Error::invalid(field, why))?;
    let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let file_name =
        if file_name.is_empty() { "the pasted list".into() } else { crate::error::clean(file_name) };
    let content = Content { file_name: file_name.chars().take(200).collect(), hash, text };
    let content = serde_json::to_string(&content)
        .map_err(|error| Error::Broken(format!("a file cannot be kept: {error}")))?;
    drafts::create(service, person, Kind::Import, event, &content).await
}

fn may_import(person: &Person) -> Result<(), Error> {
    if person.role.may_send() {
        Ok(())
    } else {
        Err(Error::NotAllowed("Your role cannot add people. Ask an organizer."))
    }
}

/// The draft of this person for this event, as it was taken in.
async fn content(
    service: &Service,
    person: &Person,
    event: EventId,
    draft: DraftId,
) -> Result<Content, Error> {
    let draft = drafts::find(service, person, Kind::Import, draft).await?;
    if draft.event_id != Some(event) {
        return Err(Error::NotFound);
    }
    serde_json::from_str(&draft.content)
        .map_err(|error| Error::Broken(format!("a draft cannot be read: {error}")))
}
