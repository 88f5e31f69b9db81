//! What the people of a send were texted before, and lately.

use chrono::{DateTime, Utc};

use super::audience::PIECE;
use crate::error::Error;
use crate::events::Event;
use crate::ids::{ContactId, OrgId, SendId};
use crate::messages::same_words::{LATELY, sent_lately};
use crate::store::{Tx, as_ids, on_tx, rows};

/// The same words that went to the same event today.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Before {
    /// The send.
    pub id: SendId,
    /// When.
    pub created_at: DateTime<Utc>,
    /// How many people it was for.
    pub total: i64,
}

/// How many of these people this organization has never texted.
pub(super) async fn newcomers(tx: &mut Tx, org: OrgId, contacts: &[(ContactId, u64)]) -> Result<i64, Error> {
    let sql = rows!(id uuid => "select count(*) from input i where not exists (select 1 from messages m
         where m.org_id = $2 and m.contact_id = i.id and m.direction = 'out')")
    .text(tx);
    let mut newcomers = 0;
    for piece in contacts.chunks(PIECE) {
        let ids = as_ids(piece.iter().map(|(contact, _)| contact))?;
        let found: i64 = on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(ids).bind(org).fetch_one(ex).await)?;
        newcomers += found;
    }
    Ok(newcomers)
}

/// How many of these people were sent their words in the last 24 hours.
pub(super) async fn same_words(
    tx: &mut Tx,
    org: OrgId,
    contacts: &[(ContactId, u64)],
    now: DateTime<Utc>,
) -> Result<i64, Error> {
    let mut same = 0;
    for piece in contacts.chunks(PIECE) {
        same += sent_lately(tx, org, piece, now).await?.len();
    }
    Ok(i64::try_from(same).unwrap_or(i64::MAX))
}

/// The newest send of the same words to the same event in the last 24 hours.
pub(super) async fn same_words_today(
    tx: &mut Tx,
    org: OrgId,
    event: &Event,
    body: &str,
    now: DateTime<Utc>,
) -> Result<Option<Before>, sqlx::Error> {
    let sql =
        "select id, created_at, total from sends where org_id = $1 and event_id = $2 and created_at > $3
           and body = $4 and state <> 'canceled' order by id desc limit 1";
    on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(event.id)
        .bind(now - LATELY)
        .bind(body)
        .fetch_optional(ex)
        .await)
}
