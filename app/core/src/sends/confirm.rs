//! From a plan to a send: one row that holds everything, from which its texts are then written.

use std::fmt::Write;

use super::left_out;
use super::plan::{NewSend, Plan, plan};
use crate::audit;
use crate::error::{Error, clean};
use crate::ids::{AttendeeId, DraftId, EventId, OrgId, SendId};
use crate::live::Changed;
use crate::messages::Author;
use crate::service::Service;
use crate::store::{Tx, on_tx};

/// A send that was confirmed.
#[derive(Clone, Debug)]
pub struct Confirmed {
    /// Its id.
    pub id: SendId,
    /// What it does.
    pub plan: Plan,
}

/// Plans a send and starts it: its texts are written and leave by themselves.
///
/// # Errors
/// [`Error::Invalid`] for what was asked, also if nobody would get a text; [`Error::NotFound`] for
/// a strange event.
pub async fn confirm(
    service: &Service,
    org: OrgId,
    author: &Author,
    event: EventId,
    new: &NewSend,
) -> Result<Confirmed, Error> {
    let plan = plan(service, org, event, new).await?;
    let mut tx = service.store.begin().await?;
    let (confirmed, changed) =
        confirm_in(&mut tx, service, org, author, event, new, plan, Origin::default()).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    service.hub.wake_clerk();
    Ok(confirmed)
}

/// Where a send comes from.
#[derive(Default)]
pub(super) struct Origin {
    /// The draft that it was.
    pub draft: Option<DraftId>,
    /// Whom it is for, in a few words.
    pub audience: String,
}

/// Records a planned send in the caller's transaction. After the commit the clerk is to be woken.
#[expect(
    clippy::too_many_arguments,
    reason = "who sends what to whom, in whose transaction, and where it comes from"
)]
pub(super) async fn confirm_in(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    author: &Author,
    event: EventId,
    new: &NewSend,
    plan: Plan,
    origin: Origin,
) -> Result<(Confirmed, Changed), Error> {
    if plan.audience.is_empty() {
        return Err(Error::invalid("audience", "Nobody in this group can get this text."));
    }
    let id = SendId(service.clock.new_id());
    let broken = |error: serde_json::Error| Error::Broken(error.to_string());
    let skipped = serde_json::to_string(&plan.skipped).map_err(broken)?;
    let event_values = plan.event.written()?;
    let sql = "insert into sends (id, org_id, event_id, purpose, body, template_id, template_version, audience, state,
           to_prepare, total, skipped, segments, send_at, created_by, author, via, created_at, updated_at, work, draft_id,
           event_values, left_out)
         values ($1, $2, $3, $4, $5, $6, $7, $17, 'preparing', $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, 'insert', $18, $19, $20)";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(id)
        .bind(org)
        .bind(event)
        .bind(new.purpose)
        .bind(clean(&new.body))
        .bind(new.template.map(|(template, _)| template))
        .bind(new.template.map(|(_, version)| version))
        .bind(i64::try_from(plan.audience.len()).unwrap_or(i64::MAX))
        .bind(plan.total)
        .bind(skipped)
        .bind(plan.segments)
        .bind(new.send_at)
        .bind(author.user)
        .bind(&author.name)
        .bind(author.via)
        .bind(service.clock.now())
        .bind(&origin.audience)
        .bind(origin.draft)
        .bind(event_values)
        .bind(left_out::written(&plan.skipped)?)
        .execute(ex)
        .await
        .map(drop))?;
    let sql = "insert into send_audiences (send_id, attendees) values ($1, $2)";
    on_tx!(tx, |ex| sqlx::query(sql).bind(id).bind(written(&plan.audience)?).execute(ex).await.map(drop))?;
    let subject = format!("send {id} to {} people", plan.total);
    audit::note(tx, service, org, author, "send", &subject).await?;
    let changed = Changed { ids: [event.0, org.0, id.0].into(), ..Changed::default() };
    Ok((Confirmed { id, plan }, changed))
}

/// Ids as one string of 32 hex digits each.
fn written(ids: &[AttendeeId]) -> Result<String, Error> {
    let mut text = String::with_capacity(32 * ids.len());
    for id in ids {
        write!(text, "{}", id.0.simple()).map_err(|error| Error::Broken(error.to_string()))?;
    }
    Ok(text)
}

/// Reads what [`written`] wrote.
pub(super) fn read(text: &str) -> Result<Vec<AttendeeId>, Error> {
    let broken = || Error::Broken("the audience of a send cannot be read".into());
    let id = |bytes: &[u8]| AttendeeId::parse(std::str::from_utf8(bytes).ok()?);
    text.as_bytes().chunks(32).map(|bytes| id(bytes).ok_or_else(broken)).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_audience_survives_the_store() {
        let ids: Vec<AttendeeId> = (0..50).map(|n| AttendeeId(Uuid::from_u128(n << 64 | n))).collect();
        assert_eq!(read(&written(&ids).expect("written")).expect("read"), ids);
        assert!(read("not an audience").is_err());
    }
}
