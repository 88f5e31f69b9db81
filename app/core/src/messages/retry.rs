//! A person's retry: a new text in the chain of the old one, at most one per text ever.

use uuid::Uuid;

use super::enqueue::{NewText, RetryOf};
use super::trail::{Kind, NewStep};
use super::{Outcome, Purpose, Status, enqueue};
use crate::counters::{Changes, Counted};
use crate::error::Error;
use crate::ids::{ContactId, EventId, MessageId, OrgId};
use crate::live::Changed;
use crate::people::Person;
use crate::service::Service;
use crate::store::{Store, Tx, is_unique_violation, on_tx};
use crate::twilio::codes;

/// The original and at most three retries.
const LONGEST_CHAIN: i64 = 4;

#[derive(sqlx::FromRow)]
struct Original {
    event_id: Option<EventId>,
    contact_id: ContactId,
    purpose: Purpose,
    body: String,
    status: Status,
    error_code: Option<i64>,
    reason: Option<String>,
    counts: bool,
    chain_id: Uuid,
    chain_position: i64,
    phone: String,
    retried: bool,
    steps: i64,
}

/// Why a text cannot be retried, in a sentence for the organizer; `None` if it can.
#[must_use]
pub fn retry_refusal(
    purpose: Purpose,
    status: Status,
    error_code: Option<i64>,
    reason: Option<&str>,
    chain_position: i64,
) -> Option<String> {
    if purpose.holds_secret() {
        return Some("A text with a code cannot be sent again. Ask for a new code.".into());
    }
    if chain_position + 1 >= LONGEST_CHAIN {
        return Some("This text was tried four times. Reach the person another way.".into());
    }
    match status.outcome() {
        Some(Outcome::Failed) => {
            let code = error_code.and_then(|code| u32::try_from(code).ok())?;
            (!codes::person_may_retry(code)).then(|| codes::describe(code).advice.to_owned())
        }
        Some(Outcome::Unconfirmed) => None,
        Some(Outcome::NotSent) if matches!(reason, Some("not_configured" | "switched_off")) => None,
        Some(Outcome::NotSent) => Some("This text was not sent on purpose.".into()),
        Some(Outcome::Delivered) => Some("This text reached the phone.".into()),
        Some(Outcome::InProgress) | None => Some("This text is still on its way.".into()),
    }
}

/// Makes a second text from one that did not arrive.
///
/// # Errors
/// [`Error::NotFound`] for a strange text, [`Error::Refused`] with the reason where a retry can't
/// work or one was already made.
pub async fn retry(service: &Service, person: &Person, id: MessageId) -> Result<MessageId, Error> {
    let org = person.org_id;
    let mut tx = service.store.begin().await?;
    let original = lock(&mut tx, &service.store, org, id).await?.ok_or(Error::NotFound)?;
    original.check()?;
    let mut changes = Changes::default();
    changes.remove(original.counted(org));
    let sql = "update messages set counts = $3 where org_id = $1 and id = $2";
    on_tx!(tx, |ex| sqlx::query(sql).bind(org).bind(id).bind(false).execute(ex).await.map(drop))?;
    let mut step = NewStep::new(org, id, original.steps + 1, Kind::Retried, service.clock.now());
    step.actor = Some(person.author().name);
    super::write_trail(&mut tx, &[step]).await?;
    let text = NewText {
        contact_id: original.contact_id,
        // The contact's number of today: a corrected number is why many retries are made.
        to_phone: original.phone.clone(),
        event_id: original.event_id,
        purpose: original.purpose,
        body: original.body.clone(),
        retry_of: Some(RetryOf {
            message_id: id,
            chain_id: original.chain_id,
            position: original.chain_position + 1,
        }),
    };
    let made = enqueue(&mut tx, service, org, &person.author(), vec![text], &mut changes).await;
    let ids = made.map_err(|error| match error {
        Error::Store(error) if is_unique_violation(&error) => already_retried(),
        other => other,
    })?;
    changes.write(&mut tx, service.shard()).await?;
    tx.commit().await?;
    let ids_changed = [Some(original.contact_id.0), original.event_id.map(|event| event.0), Some(org.0)];
    service.hub.tell(Changed {
        ids: ids_changed.into_iter().flatten().collect(),
        outbox: true,
        anything: false,
    });
    ids.first().copied().ok_or_else(|| Error::Broken("a recorded retry has no id".into()))
}

/// Reads the text and keeps others from retrying it meanwhile.
async fn lock(
    tx: &mut Tx,
    store: &Store,
    org: OrgId,
    id: MessageId,
) -> Result<Option<Original>, sqlx::Error> {
    // SQLite holds the whole database for this transaction already.
    if let Store::Postgres(_) = store {
        let sql = "select id from messages where org_id = $1 and id = $2 for update";
        on_tx!(tx, |ex| sqlx::query(sql).bind(org).bind(id).fetch_optional(ex).await.map(drop))?;
    }
    // A second statement, so that what somebody did while we waited for the lock is seen.
    let sql =
        "select m.event_id, m.contact_id, m.purpose, m.body, m.status, m.error_code, m.reason, m.counts,
           m.chain_id, m.chain_position, c.phone,
           exists (select 1 from messages r where r.retry_of = m.id) as retried,
           (select coalesce(max(t.seq), 0) from trail t where t.message_id = m.id) as steps
         from messages m join contacts c on c.id = m.contact_id
         where m.org_id = $1 and m.id = $2 and m.direction = 'out'";
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_optional(ex).await)
}

impl Original {
    fn check(&self) -> Result<(), Error> {
        if self.retried {
            return Err(already_retried());
        }
        if !self.counts {
            return Err(Error::Refused("An earlier try of this text reached the phone after all.".into()));
        }
        let refusal = retry_refusal(
            self.purpose,
            self.status,
            self.error_code,
            self.reason.as_deref(),
            self.chain_position,
        );
        refusal.map_or(Ok(()), |why| Err(Error::Refused(why)))
    }

    fn counted(&self, org_id: OrgId) -> Counted {
        Counted {
            org_id,
            event_id: self.event_id,
            purpose: self.purpose,
            status: self.status,
            error_code: self.error_code,
        }
    }
}

fn already_retried() -> Error {
    Error::Refused("This text was already retried. The newer text is in the history.".into())
}
