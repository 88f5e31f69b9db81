//! Two contacts turn out to be one person: one transaction makes them one.

use super::change::{Known, write};
use crate::attendees::Rsvp;
use crate::error::Error;
use crate::ids::{AttendeeId, ContactId, EventId, OrgId};
use crate::messages::Effects;
use crate::messages::waiting::{self, Change};
use crate::service::Service;
use crate::store::{Tx, on_tx};

/// What a merge did beside making one of two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Merged {
    /// Waiting texts that go to the other number now.
    pub readdressed: i64,
    /// Waiting texts that the person would have got twice.
    pub canceled: i64,
}

/// Makes `gone` a part of `kept`, whose number it has from now on; the caller holds both rows. Texts and
/// attendees move; of two attendees of one event the one of `kept` stays, with the further answer. What was
/// sent keeps the number it went to; what waits goes to the number of `kept`. Suppressions belong to numbers
/// and stay where they are.
///
/// # Errors
/// [`Error::Refused`] while texts to one of them are just being written.
pub(crate) async fn merge(
    tx: &mut Tx,
    service: &Service,
    change: &Change<'_>,
    (gone, kept): (ContactId, ContactId),
    known: &Known,
    effects: &mut Effects,
) -> Result<Merged, Error> {
    // A send that is half written, also one that is paused meanwhile, has one of them before it and the other behind.
    let sql = "select exists (select 1 from sends s join attendees a on a.event_id = s.event_id
         where s.org_id = $1 and s.work = 'insert' and a.contact_id in ($2, $3))";
    let being_written: bool =
        on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(change.org).bind(gone).bind(kept).fetch_one(ex).await)?;
    if being_written {
        return Err(Error::Refused(
            "A send to one of them is just being written. Try again in a moment; nothing was changed.".into(),
        ));
    }
    let canceled = waiting::cancel_doubles(tx, change, gone, kept, effects).await?;
    let readdressed = waiting::readdress(tx, change, gone, &known.phone, effects).await?;
    // A send has one text for each contact; the one that moves stands outside that rule.
    let sql =
        "update messages set contact_id = $3, merged = case when send_id is null then merged else $4 end
         where org_id = $1 and contact_id = $2";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(change.org)
        .bind(gone)
        .bind(kept)
        .bind(true)
        .execute(ex)
        .await
        .map(drop))?;
    join_attendees(tx, change.org, gone, kept).await?;
    // Texts to the number that is given up are still found by it.
    let sql = "update contacts set former_phones = former_phones
           || (select g.former_phones || g.phone from contacts g where g.org_id = $1 and g.id = $2)
         where org_id = $1 and id = $3";
    on_tx!(tx, |ex| sqlx::query(sql).bind(change.org).bind(gone).bind(kept).execute(ex).await.map(drop))?;
    let sql = "delete from contacts where org_id = $1 and id = $2";
    on_tx!(tx, |ex| sqlx::query(sql).bind(change.org).bind(gone).execute(ex).await.map(drop))?;
    write(tx, service, change.org, kept, known).await?;
    effects.changed.ids.insert(gone.0);
    Ok(Merged { readdressed, canceled })
}

/// An event that both attend: whose row is whose, and what they answered.
#[derive(sqlx::FromRow)]
struct Pair {
    gone: AttendeeId,
    gone_rsvp: Rsvp,
    gone_rsvp_at: chrono::DateTime<chrono::Utc>,
    kept: AttendeeId,
    kept_rsvp: Rsvp,
}

async fn join_attendees(
    tx: &mut Tx,
    org: OrgId,
    gone: ContactId,
    kept: ContactId,
) -> Result<(), sqlx::Error> {
    let sql = "select g.id as gone, g.rsvp as gone_rsvp, g.rsvp_at as gone_rsvp_at, k.id as kept, k.rsvp as kept_rsvp
         from attendees g join attendees k on k.event_id = g.event_id and k.contact_id = $3
         where g.org_id = $1 and g.contact_id = $2 order by g.id";
    let pairs: Vec<Pair> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(gone).bind(kept).fetch_all(ex).await)?;
    for pair in pairs {
        let rsvp = pair.kept_rsvp.further(pair.gone_rsvp);
        if rsvp != pair.kept_rsvp {
            let sql = "update attendees set rsvp = $3, rsvp_at = $4 where org_id = $1 and id = $2";
            on_tx!(tx, |ex| sqlx::query(sql)
                .bind(org)
                .bind(pair.kept)
                .bind(rsvp)
                .bind(pair.gone_rsvp_at)
                .execute(ex)
                .await
                .map(drop))?;
        }
        let sql = "delete from attendees where org_id = $1 and id = $2";
        on_tx!(tx, |ex| sqlx::query(sql).bind(org).bind(pair.gone).execute(ex).await.map(drop))?;
    }
    let sql = "update attendees set contact_id = $3 where org_id = $1 and contact_id = $2";
    on_tx!(tx, |ex| sqlx::query(sql).bind(org).bind(gone).bind(kept).execute(ex).await.map(drop))
}

/// The attendee that a contact is at an event.
pub(crate) async fn attendee_of(
    tx: &mut Tx,
    org: OrgId,
    event: EventId,
    contact: ContactId,
) -> Result<AttendeeId, Error> {
    let sql = "select id from attendees where org_id = $1 and event_id = $2 and contact_id = $3";
    on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(org).bind(event).bind(contact).fetch_optional(ex).await)?
        .ok_or(Error::NotFound)
}
