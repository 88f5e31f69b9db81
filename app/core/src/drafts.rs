//! What a person has typed or uploaded but not confirmed yet. A draft is its author's alone, and ends
//! by itself a week after it was last changed.

use chrono::{DateTime, TimeDelta, Utc};

use crate::error::Error;
use crate::ids::{DraftId, EventId};
use crate::people::Person;
use crate::service::Service;
use crate::store::{Store, Tx, on_store, on_tx};

/// How long a draft is kept after its last change.
const KEPT: TimeDelta = TimeDelta::days(7);
/// Drafts that a list shows at most.
const LONGEST_LIST: i64 = 50;

/// What a draft will become.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase", type_name = "text")]
pub enum Kind {
    /// Texts to many.
    Send,
    /// People on an event's list.
    Import,
}

/// A draft.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Draft {
    /// Its id.
    pub id: DraftId,
    /// The event it is for.
    pub event_id: Option<EventId>,
    /// What was typed, in the form of its kind.
    pub content: String,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// Begins a draft.
///
/// # Errors
/// If the database fails.
pub async fn create(
    service: &Service,
    person: &Person,
    kind: Kind,
    event: EventId,
    content: &str,
) -> Result<DraftId, Error> {
    let id = DraftId(service.clock.new_id());
    let now = service.clock.now();
    let sql =
        "insert into drafts (id, org_id, user_id, kind, event_id, content, created_at, updated_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7, $8)";
    on_store!(write & service.store, |ex| sqlx::query(sql)
        .bind(id)
        .bind(person.org_id)
        .bind(person.user_id)
        .bind(kind)
        .bind(event)
        .bind(content)
        .bind(now)
        .bind(now + KEPT)
        .execute(ex)
        .await
        .map(drop))?;
    Ok(id)
}

/// A draft of this person.
///
/// # Errors
/// [`Error::NotFound`] if it is not theirs, of another kind, or past its time.
pub async fn find(service: &Service, person: &Person, kind: Kind, id: DraftId) -> Result<Draft, Error> {
    let sql = "select id, event_id, content, created_at, expires_at from drafts
         where org_id = $1 and user_id = $2 and kind = $3 and id = $4 and expires_at > $5";
    on_store!(read & service.store, |ex| sqlx::query_as(sql)
        .bind(person.org_id)
        .bind(person.user_id)
        .bind(kind)
        .bind(id)
        .bind(service.clock.now())
        .fetch_optional(ex)
        .await)?
    .ok_or(Error::NotFound)
}

/// Keeps what was changed, and the draft for another week.
///
/// # Errors
/// [`Error::NotFound`] as [`find`].
pub async fn update(
    service: &Service,
    person: &Person,
    kind: Kind,
    id: DraftId,
    content: &str,
) -> Result<(), Error> {
    let now = service.clock.now();
    let sql = "update drafts set content = $5, updated_at = $6, expires_at = $7
         where org_id = $1 and user_id = $2 and kind = $3 and id = $4 and expires_at > $6";
    let changed = on_store!(write & service.store, |ex| sqlx::query(sql)
        .bind(person.org_id)
        .bind(person.user_id)
        .bind(kind)
        .bind(id)
        .bind(content)
        .bind(now)
        .bind(now + KEPT)
        .execute(ex)
        .await
        .map(|done| done.rows_affected()))?;
    if changed == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Throws a draft away; one that is not there (any more) is thrown away already.
///
/// # Errors
/// If the database fails.
pub async fn delete(service: &Service, person: &Person, kind: Kind, id: DraftId) -> Result<(), Error> {
    let mut tx = service.store.begin().await?;
    take_in(&mut tx, person, kind, id).await?;
    Ok(tx.commit().await?)
}

/// Takes a draft in the transaction that makes something of it; false if it is gone, so that of two
/// who take it one gets it.
pub(crate) async fn take_in(
    tx: &mut Tx,
    person: &Person,
    kind: Kind,
    id: DraftId,
) -> Result<bool, sqlx::Error> {
    let sql = "delete from drafts where org_id = $1 and user_id = $2 and kind = $3 and id = $4";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(person.org_id)
        .bind(person.user_id)
        .bind(kind)
        .bind(id)
        .execute(ex)
        .await
        .map(|gone| gone.rows_affected() > 0))
}

/// This person's drafts for an event, last changed first.
///
/// # Errors
/// If the database fails.
pub async fn list(
    store: &Store,
    person: &Person,
    kind: Kind,
    event: EventId,
    now: DateTime<Utc>,
) -> Result<Vec<Draft>, Error> {
    let sql = "select id, event_id, content, created_at, expires_at from drafts
         where org_id = $1 and user_id = $2 and kind = $3 and event_id = $4 and expires_at > $5
         order by expires_at desc, id limit $6";
    Ok(on_store!(read store, |ex| sqlx::query_as(sql)
        .bind(person.org_id)
        .bind(person.user_id)
        .bind(kind)
        .bind(event)
        .bind(now)
        .bind(LONGEST_LIST)
        .fetch_all(ex)
        .await)?)
}

/// Forgets drafts past their time.
///
/// # Errors
/// If the database fails.
pub async fn forget_expired(service: &Service) -> Result<(), sqlx::Error> {
    let sql = "delete from drafts where expires_at <= $1";
    on_store!(write & service.store, |ex| sqlx::query(sql)
        .bind(service.clock.now())
        .execute(ex)
        .await
        .map(drop))
}
