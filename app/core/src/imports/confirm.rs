//! Taking a list over, once.

use super::read::Read;
use super::{Choices, may_import};
use crate::attendees::{Known, put_in};
use crate::audit;
use crate::drafts::{self, Kind};
use crate::error::Error;
use crate::ids::{DraftId, EventId, OrgId};
use crate::messages::Effects;
use crate::messages::waiting::Change;
use crate::people::Person;
use crate::service::Service;
use crate::store::{Tx, on_store, on_tx, repeated};

/// What an import did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Imported {
    /// People who came onto the event's list.
    pub created: i64,
    /// People who were on it.
    pub updated: i64,
    /// Rows that were left out.
    pub left_out: i64,
}

/// Takes the good rows of a draft over; whoever says it twice is told the same twice.
///
/// # Errors
/// [`Error::NotFound`] for a draft that is not this person's, not of this event, or past its time,
/// [`Error::NotAllowed`] for a role that may not.
pub async fn confirm(
    service: &Service,
    person: &Person,
    event: EventId,
    draft: DraftId,
    choices: &Choices,
) -> Result<Imported, Error> {
    may_import(person)?;
    if let Some(done) = done(service, person.org_id, event, draft).await? {
        return Ok(done);
    }
    let read = match Read::of(service, person, event, draft, choices).await {
        // The other click took it over between these two looks.
        Err(Error::NotFound) => {
            return done(service, person.org_id, event, draft).await?.ok_or(Error::NotFound);
        }
        read => read?,
    };
    if read.good().is_empty() {
        return Err(Error::Refused("No row of this list can be taken. Nothing was saved.".into()));
    }
    // Others may hold the same people and their texts in another order.
    repeated(|| take(service, person, event, draft, &read, choices.keep)).await
}

async fn take(
    service: &Service,
    person: &Person,
    event: EventId,
    draft: DraftId,
    read: &Read,
    keep: bool,
) -> Result<Imported, Error> {
    let author = person.author();
    let now = service.clock.now();
    let change = Change { org: person.org_id, author: &author, now };
    let known = if keep { Known::Keep } else { Known::Replace };
    let mut effects = Effects::default();
    let mut tx = service.store.begin().await?;
    if !drafts::take_in(&mut tx, person, Kind::Import, draft).await? {
        drop(tx);
        return done(service, person.org_id, event, draft).await?.ok_or(Error::NotFound);
    }
    let put = put_in(&mut tx, service, &change, event, &read.good(), known, &mut effects).await?;
    let left_out = read.refused() + put.rejected.len();
    let number = |many: usize| i64::try_from(many).unwrap_or(i64::MAX);
    let imported =
        Imported { created: number(put.created), updated: number(put.updated), left_out: number(left_out) };
    remember(&mut tx, service, person, event, draft, read, imported).await?;
    audit::note(&mut tx, service, person.org_id, &author, "import people", &put.subject(left_out)).await?;
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(imported)
}

/// What an import of this draft did, if it was done.
async fn done(
    service: &Service,
    org: OrgId,
    event: EventId,
    draft: DraftId,
) -> Result<Option<Imported>, sqlx::Error> {
    let sql =
        "select created, updated, left_out from imports where org_id = $1 and event_id = $2 and id = $3";
    on_store!(read & service.store, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(event)
        .bind(draft)
        .fetch_optional(ex)
        .await)
}

async fn remember(
    tx: &mut Tx,
    service: &Service,
    person: &Person,
    event: EventId,
    draft: DraftId,
    read: &Read,
    imported: Imported,
) -> Result<(), sqlx::Error> {
    let sql =
        "insert into imports (id, org_id, event_id, hash, file_name, actor, created, updated, left_out, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(draft)
        .bind(person.org_id)
        .bind(event)
        .bind(read.hash.as_bytes())
        .bind(&read.file_name)
        .bind(person.label())
        .bind(imported.created)
        .bind(imported.updated)
        .bind(imported.left_out)
        .bind(service.clock.now())
        .execute(ex)
        .await
        .map(drop))
}
