//! A person's SMS history: every text of one contact in one organization, in and out, newest
//! first, each with its trail.

use super::Status;
use super::text::{Entry, Text, text, trails};
use crate::counters::Totals;
use crate::error::Error;
use crate::ids::{ContactId, EventId, MessageId, OrgId};
use crate::store::{Store, Tx, cut, on_tx};

/// How many texts a page of a history shows.
const PAGE: i64 = 50;

/// One page of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The texts of this page, newest first.
    pub entries: Vec<Entry>,
    /// What became of all texts that count, on every page.
    pub totals: Totals,
    /// Older texts exist before this one.
    pub older: Option<MessageId>,
}

/// One page of a contact's whole history, the newest or those before `before`, each with its trail.
///
/// # Errors
/// If the database fails. A strange contact has an empty history.
pub async fn history(
    store: &Store,
    org: OrgId,
    contact: ContactId,
    before: Option<MessageId>,
) -> Result<History, Error> {
    history_of(store, org, contact, None, before).await
}

/// As [`history`], only the texts of one event if it is given.
///
/// # Errors
/// As [`history`].
pub async fn history_of(
    store: &Store,
    org: OrgId,
    contact: ContactId,
    event: Option<EventId>,
    before: Option<MessageId>,
) -> Result<History, Error> {
    let mut tx = store.begin_read().await?;
    let totals = totals(&mut tx, org, contact, event).await?;
    let mut texts = texts(&mut tx, org, contact, event, before, PAGE + 1).await?;
    let older = cut(&mut texts, PAGE, |text| text.id);
    let mut trails = trails(&mut tx, org, &texts).await?;
    tx.commit().await?;
    let entries = texts
        .into_iter()
        .map(|text| Entry { trail: trails.remove(&text.id).unwrap_or_default(), text })
        .collect();
    Ok(History { entries, totals, older })
}

/// At most `limit` texts of a contact, the newest or those before `before`, and what became of all
/// that count; only those of one event, if it is given.
///
/// # Errors
/// If the database fails. A strange contact has no texts.
pub async fn texts_of(
    store: &Store,
    org: OrgId,
    contact: ContactId,
    event: Option<EventId>,
    before: Option<MessageId>,
    limit: i64,
) -> Result<(Vec<Text>, Totals), Error> {
    let mut tx = store.begin_read().await?;
    let totals = totals(&mut tx, org, contact, event).await?;
    let texts = texts(&mut tx, org, contact, event, before, limit).await?;
    tx.commit().await?;
    Ok((texts, totals))
}

async fn texts(
    tx: &mut Tx,
    org: OrgId,
    contact: ContactId,
    event: Option<EventId>,
    before: Option<MessageId>,
    limit: i64,
) -> Result<Vec<Text>, Error> {
    let sql = text!(
        "where m.org_id = $1 and m.contact_id = $2 and ($3 is null or m.id < $3) and ($4 is null or m.event_id = $4)
         order by m.id desc limit $5"
    );
    Ok(on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(contact)
        .bind(before)
        .bind(event)
        .bind(limit)
        .fetch_all(ex)
        .await)?)
}

/// A contact has few texts, so their outcomes are counted from the rows.
async fn totals(
    tx: &mut Tx,
    org: OrgId,
    contact: ContactId,
    event: Option<EventId>,
) -> Result<Totals, Error> {
    let sql = "select status, count(*) from messages
         where org_id = $1 and contact_id = $2 and ($3 is null or event_id = $3) and counts and direction = 'out'
         group by status";
    let counted: Vec<(Status, i64)> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(contact).bind(event).fetch_all(ex).await)?;
    let mut totals = Totals::default();
    for (status, texts) in counted {
        totals.add(status, texts);
    }
    Ok(totals)
}
