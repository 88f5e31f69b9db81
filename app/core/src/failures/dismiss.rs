//! Dismissing failures: somebody has dealt with them, or nobody needs to. They leave the page and
//! the count beside the navigation, and stay in every counter and history. It can be undone.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::list::{Failed, Page};
use super::{Key, failure};
use crate::audit::{self, Deed};
use crate::clock::first_id_of;
use crate::error::{Error, Problems};
use crate::ids::{ContactId, MessageId, OrgId};
use crate::live::Changed;
use crate::messages::{Kind, NewStep, trail, write_trail};
use crate::people::Person;
use crate::service::Service;
use crate::store::{Store, Tx, as_ids, on_store, on_tx, rows};
use crate::to_the_end::to_the_end;

/// How many are dismissed in one transaction.
const PIECE: i64 = 1_000;
/// How many the list shows.
const PAGE: i64 = 50;
/// Characters of a reason.
const LONGEST: usize = 200;

/// A text that was dismissed.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Dismissed {
    /// The text.
    #[sqlx(flatten)]
    pub text: Failed,
    /// Why somebody dismissed it.
    pub why: String,
    /// Who.
    pub author: String,
    /// When.
    pub dismissed_at: DateTime<Utc>,
}

fn checked(reason: &str) -> Result<String, Error> {
    let mut problems = Problems::default();
    let reason = problems.required("reason", reason, LONGEST, "Say why, so that others understand it.");
    problems.none()?;
    Ok(reason)
}

/// Dismisses one failure; again does nothing.
///
/// # Errors
/// [`Error::Invalid`] without a reason, [`Error::NotFound`] for a strange text, [`Error::Refused`] for
/// one that is no failure any more.
pub async fn dismiss(service: &Service, person: &Person, id: MessageId, reason: &str) -> Result<(), Error> {
    let reason = checked(reason)?;
    let org = person.org_id;
    let mut tx = service.store.begin().await?;
    lock(&mut tx, org, &[id]).await?;
    let sql = "select counts and outcome in ('failed', 'unconfirmed', 'not_sent') from messages
         where org_id = $1 and id = $2 and direction = 'out'";
    let fails: Option<bool> =
        on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(org).bind(id).fetch_optional(ex).await)?;
    if !fails.ok_or(Error::NotFound)? {
        return Err(Error::Refused(
            "This text is no failure any more: it was retried or has arrived.".into(),
        ));
    }
    let changed = put_aside(&mut tx, service, person, &[id], &reason).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(())
}

/// Dismisses all that failed of this since then; returns how many. In pieces, so that nobody waits
/// for it long.
///
/// # Errors
/// [`Error::Invalid`] without a reason, [`Error::NotAllowed`] for staff.
pub async fn dismiss_all(
    service: &Service,
    person: &Person,
    key: Key,
    since: DateTime<Utc>,
    reason: &str,
) -> Result<i64, Error> {
    if !person.role.may_send() {
        return Err(Error::NotAllowed(
            "Your role can dismiss failures one by one. Ask an organizer to dismiss all.",
        ));
    }
    let reason = checked(reason)?;
    let (service, person) = (service.clone(), person.clone());
    to_the_end(async move { dismiss_pieces(&service, &person, key, since, &reason).await }).await
}

async fn dismiss_pieces(
    service: &Service,
    person: &Person,
    key: Key,
    since: DateTime<Utc>,
    reason: &str,
) -> Result<i64, Error> {
    const SQL: &str = concat!(
        "select m.id from messages m where ",
        failure!(),
        " and m.id <= $3 and m.outcome = $4 and ($5 is null or coalesce(m.error_code, 0) = $5)
           and ($6 is null or m.reason = $6)
         order by m.id limit $7"
    );
    // What fails while this goes on is news.
    let newest = MessageId(service.clock.new_id());
    let mut dismissed = 0;
    loop {
        let mut tx = service.store.begin().await?;
        let ids: Vec<MessageId> = on_tx!(tx, |ex| sqlx::query_scalar(SQL)
            .bind(person.org_id)
            .bind(first_id_of(since))
            .bind(newest)
            .bind(key.outcome().as_str())
            .bind(key.code())
            .bind(key.reason())
            .bind(PIECE)
            .fetch_all(ex)
            .await)?;
        let found = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        if found > 0 {
            lock(&mut tx, person.org_id, &ids).await?;
            let changed = put_aside(&mut tx, service, person, &ids, reason).await?;
            tx.commit().await?;
            service.hub.tell(changed);
        }
        dismissed += found;
        if found < PIECE {
            return Ok(dismissed);
        }
    }
}

/// Puts a dismissed failure back.
///
/// # Errors
/// [`Error::NotFound`] if it is not this organization's, or not dismissed.
pub async fn restore(service: &Service, person: &Person, id: MessageId) -> Result<(), Error> {
    let mut tx = service.store.begin().await?;
    lock(&mut tx, person.org_id, &[id]).await?;
    let sql = "delete from dismissals where org_id = $1 and message_id = $2 returning message_id";
    let gone: Option<MessageId> =
        on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(person.org_id).bind(id).fetch_optional(ex).await)?;
    gone.ok_or(Error::NotFound)?;
    let changed = note(&mut tx, service, person, &[id], Kind::Restored, None).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(())
}

/// One page of what was dismissed, newest texts first.
///
/// # Errors
/// If the database fails.
pub async fn dismissed(
    store: &Store,
    org: OrgId,
    before: Option<MessageId>,
) -> Result<Page<Dismissed>, Error> {
    let sql =
        "select m.id, m.contact_id, a.id as attendee_id, m.event_id, e.name as event_name, c.name, m.to_phone, m.purpose,
           m.body, m.status, m.error_code, m.reason, m.created_at, d.reason as why, d.author,
           d.created_at as dismissed_at
         from dismissals d join messages m on m.id = d.message_id join contacts c on c.id = m.contact_id
         left join events e on e.id = m.event_id
         left join attendees a on a.event_id = m.event_id and a.contact_id = m.contact_id
         where d.org_id = $1 and d.message_id < $2 order by d.message_id desc limit $3";
    let rows = on_store!(read store, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(before.map_or(Uuid::max(), |before| before.0))
        .bind(PAGE + 1)
        .fetch_all(ex)
        .await)?;
    Ok(Page::of(rows, PAGE, |row: &Dismissed| row.text.id))
}

/// Holds these texts, so that their trails grow in order.
async fn lock(tx: &mut Tx, org: OrgId, ids: &[MessageId]) -> Result<(), sqlx::Error> {
    // SQLite holds the whole database for this transaction already.
    if let Tx::Postgres(_) = tx {
        let sql = rows!(id uuid => "select m.id from messages m where m.org_id = $2 and m.id in (select id from input)
             order by m.id for update")
        .text(tx);
        let ids = as_ids(ids)?;
        on_tx!(tx, |ex| sqlx::query(sql).bind(ids).bind(org).fetch_all(ex).await.map(drop))?;
    }
    Ok(())
}

async fn put_aside(
    tx: &mut Tx,
    service: &Service,
    person: &Person,
    ids: &[MessageId],
    reason: &str,
) -> Result<Changed, Error> {
    let sql =
        rows!(id uuid => "insert into dismissals (message_id, org_id, reason, author, created_by, created_at)
         select id, $2, $3, $4, $5, $6 from input where true on conflict do nothing returning message_id")
        .text(tx);
    let new: Vec<MessageId> = on_tx!(tx, |ex| sqlx::query_scalar(sql)
        .bind(as_ids(ids)?)
        .bind(person.org_id)
        .bind(reason)
        .bind(person.label())
        .bind(person.user_id)
        .bind(service.clock.now())
        .fetch_all(ex)
        .await)?;
    note(tx, service, person, &new, Kind::Dismissed, Some(reason)).await
}

/// Writes what happened into the trails of these texts and into the audit log.
async fn note(
    tx: &mut Tx,
    service: &Service,
    person: &Person,
    ids: &[MessageId],
    kind: Kind,
    reason: Option<&str>,
) -> Result<Changed, Error> {
    let mut changed = Changed::default();
    let Some(first) = ids.first() else { return Ok(changed) };
    let actor = person.label();
    let progress = trail::progress(tx, ids.iter().copied()).await?;
    let steps = ids.iter().map(|id| {
        let seq = progress.get(id).map_or(0, |progress| progress.steps) + 1;
        let mut step = NewStep::new(person.org_id, *id, seq, kind, service.clock.now());
        step.actor = Some(actor.clone());
        step.note = reason.map(str::to_owned);
        step
    });
    write_trail(tx, &steps.collect::<Vec<_>>()).await?;
    let action = if kind == Kind::Dismissed { "dismiss failures" } else { "put back a failure" };
    let subject = if ids.len() == 1 { first.to_string() } else { format!("{} texts", ids.len()) };
    let deed = Deed {
        org: Some(person.org_id),
        user: Some(person.user_id),
        actor: &actor,
        action,
        subject: &subject,
    };
    audit::write_in(tx, service, &deed).await?;
    let sql =
        rows!(id uuid => "select distinct m.contact_id from input i join messages m on m.id = i.id").text(tx);
    let contacts: Vec<ContactId> =
        on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(as_ids(ids)?).fetch_all(ex).await)?;
    changed.ids.insert(person.org_id.0);
    changed.merge(&Changed {
        ids: contacts.into_iter().map(|contact| contact.0).collect(),
        ..Changed::default()
    });
    Ok(changed)
}
