//! Stopping one text that has not left.

use super::Status;
use super::enqueue::Effects;
use super::waiting::{self, Change};
use crate::error::Error;
use crate::ids::MessageId;
use crate::people::Person;
use crate::service::Service;
use crate::store::{Tx, on_tx};

/// What became of stopping a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It is never sent.
    Now,
    /// It was stopped before; nothing was done.
    Before,
}

/// Stops a text that has not left; one that a worker has just taken goes.
///
/// # Errors
/// [`Error::NotFound`] for a strange text, [`Error::Refused`] for one that has left,
/// [`Error::NotAllowed`] for a role that may not send.
pub async fn stop(service: &Service, person: &Person, id: MessageId) -> Result<Stopped, Error> {
    if !person.role.may_send() {
        return Err(Error::NotAllowed(
            "Your role can look and retry, but not stop a text. Ask an organizer.",
        ));
    }
    let author = person.author();
    let change = Change { org: person.org_id, author: &author, now: service.clock.now() };
    let mut effects = Effects::default();
    let mut tx = service.store.begin().await?;
    if waiting::cancel_one(&mut tx, &change, id, &mut effects).await? == 0 {
        return match status(&mut tx, person, id).await?.ok_or(Error::NotFound)? {
            Status::Canceled => Ok(Stopped::Before),
            _ => Err(Error::Refused(
                "This text does not wait any more, so it cannot be stopped. Its steps tell what became of it.".into(),
            )),
        };
    }
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(Stopped::Now)
}

async fn status(tx: &mut Tx, person: &Person, id: MessageId) -> Result<Option<Status>, sqlx::Error> {
    let sql = "select status from messages where org_id = $1 and id = $2 and direction = 'out'";
    on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(person.org_id).bind(id).fetch_optional(ex).await)
}
