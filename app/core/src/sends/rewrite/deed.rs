//! That somebody brings texts up to date: who, of which event, and that it is on record.

use super::Rewritten;
use crate::audit;
use crate::ids::{EventId, OrgId};
use crate::messages::Author;
use crate::service::Service;
use crate::store::Tx;

/// Somebody brings the texts of an event up to date.
pub(super) struct Deed {
    pub service: Service,
    pub org: OrgId,
    pub event: EventId,
    /// What the event is called.
    pub name: String,
    pub author: Author,
}

impl Deed {
    /// Notes the deed in the transaction of the first texts that it changes: none is changed without it, and it is
    /// noted once. Which texts they were is in the trail of each.
    pub(super) async fn note(&self, tx: &mut Tx, before: i64, now: &Rewritten) -> Result<(), sqlx::Error> {
        if before > 0 || now.changed == 0 {
            return Ok(());
        }
        let action = "bring waiting texts up to date";
        audit::note(tx, &self.service, self.org, &self.author, action, &self.name).await
    }
}
