//! A person's retry: a new text in the chain of the old one, at most one per text ever.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::enqueue::{Author, Effects, NewText, RetryOf};
use super::text::{Text, find_in};
use super::trail::{Kind, NewStep};
use super::{Outcome, Purpose, Status, enqueue, unfilled, why_nothing_goes};
use crate::api_keys::ApiKey;
use crate::counters::Belonging;
use crate::error::Error;
use crate::idempotency::{self, Answer, Answered, Ticket};
use crate::ids::{MessageId, OrgId, TemplateId};
use crate::people::Person;
use crate::service::Service;
use crate::store::{Tx, as_ids, on_tx, repeated, rows};
use crate::twilio::codes;

/// The original and at most three retries.
pub(super) const LONGEST_CHAIN: i64 = 4;

/// Why a text of an archived event is not retried.
pub(crate) const RETRY_ARCHIVED: &str = "This event is archived. Bring it back to send.";

/// A text that somebody wants retried, as it stands under lock.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Original {
    pub id: MessageId,
    #[sqlx(flatten)]
    belonging: Belonging,
    body: String,
    template_id: Option<TemplateId>,
    template_version: Option<i64>,
    related_type: Option<String>,
    related_id: Option<String>,
    pub status: Status,
    error_code: Option<i64>,
    reason: Option<String>,
    expires_at: Option<DateTime<Utc>>,
    counts: bool,
    chain_id: Uuid,
    chain_position: i64,
    retried: bool,
    suppressed: bool,
    steps: i64,
    /// The person has another number by now.
    other_number: bool,
    /// Its event sends nothing new.
    archived: bool,
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
    retry_refusal_to(false, purpose, status, error_code, reason, chain_position)
}

/// As [`retry_refusal`]; with `other_number` it would go to another number than before, so that what was
/// wrong with that one says nothing.
#[must_use]
pub fn retry_refusal_to(
    other_number: bool,
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
        Some(Outcome::Failed) if other_number => None,
        Some(Outcome::Failed) => {
            let code = error_code.and_then(|code| u32::try_from(code).ok())?;
            (!codes::person_may_retry(code)).then(|| codes::describe(code).advice.to_owned())
        }
        Some(Outcome::Unconfirmed) => None,
        Some(Outcome::NotSent) if matches!(reason, Some("not_configured" | "switched_off")) => None,
        Some(Outcome::NotSent) if other_number && matches!(reason, Some("dead_number" | "opted_out")) => None,
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
    retry_at(service, person, id, None).await
}

/// The furthest that a retry can be put off.
const LATEST: TimeDelta = TimeDelta::days(7);

/// As [`retry`]; the second text goes no earlier than `at`.
///
/// # Errors
/// As [`retry`], and [`Error::Refused`] for a time that is over a week away.
pub async fn retry_at(
    service: &Service,
    person: &Person,
    id: MessageId,
    at: Option<DateTime<Utc>>,
) -> Result<MessageId, Error> {
    if at.is_some_and(|at| at > service.clock.now() + LATEST) {
        return Err(Error::Refused("That is over a week away. Choose an earlier time.".into()));
    }
    // A retry holds its text before its contact, a change of the contact the other way round.
    repeated(|| retry_alone(service, person, id, at)).await
}

async fn retry_alone(
    service: &Service,
    person: &Person,
    id: MessageId,
    at: Option<DateTime<Utc>>,
) -> Result<MessageId, Error> {
    let mut effects = Effects::default();
    let mut tx = service.store.begin().await?;
    let made = retry_one(&mut tx, service, person.org_id, &person.author(), id, at, &mut effects).await?;
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(made)
}

/// As [`retry`], for a program; under a ticket it happens once. `answer` makes what is answered
/// out of the new text.
///
/// # Errors
/// As [`retry`], and [`Error::Refused`] if the ticket's key was used for another request.
pub async fn retry_once(
    service: &Service,
    key: &ApiKey,
    id: MessageId,
    ticket: Option<&Ticket>,
    answer: impl Fn(&Text) -> Answer,
) -> Result<Answered, Error> {
    repeated(|| retry_under(service, key, id, ticket, &answer)).await
}

async fn retry_under(
    service: &Service,
    key: &ApiKey,
    id: MessageId,
    ticket: Option<&Ticket>,
    answer: impl Fn(&Text) -> Answer,
) -> Result<Answered, Error> {
    let org = key.org_id;
    let mut effects = Effects::default();
    let mut tx = service.store.begin().await?;
    if let Some(before) = idempotency::open(&mut tx, service, org, ticket).await? {
        return Ok(before);
    }
    let made = retry_one(&mut tx, service, org, &key.author(), id, None, &mut effects).await?;
    let text = find_in(&mut tx, org, made).await?;
    let answered = idempotency::close(&mut tx, org, ticket, answer(&text)).await?;
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(answered)
}

/// Makes the second text in the caller's transaction. A refusal has changed nothing.
///
/// # Errors
/// As [`retry`].
pub(crate) async fn retry_one(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    author: &Author,
    id: MessageId,
    at: Option<DateTime<Utc>>,
    effects: &mut Effects,
) -> Result<MessageId, Error> {
    let from = at.max(Some(service.clock.now())).unwrap_or_default();
    let original = may_be_retried(tx, service, org, id, from).await?;
    let ids = repeat_at(tx, service, org, author, vec![original], at, effects).await?;
    ids.first().copied().ok_or_else(|| Error::Broken("a recorded retry has no id".into()))
}

/// The text, under lock, if a retry of it that goes no earlier than `from` may be made.
async fn may_be_retried(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    id: MessageId,
    from: DateTime<Utc>,
) -> Result<Original, Error> {
    let original = lock(tx, org, &[id]).await?.pop().ok_or(Error::NotFound)?;
    if let Some(why) = original.refusal(from) {
        return Err(Error::Refused(why));
    }
    // A try that we would not make must not use up one of the four.
    if let Some(why) = why_nothing_goes(tx, service, org).await? {
        return Err(Error::Refused(why.into()));
    }
    Ok(original)
}

/// Reads texts, oldest first, and keeps others from retrying them meanwhile.
pub(crate) async fn lock(tx: &mut Tx, org: OrgId, ids: &[MessageId]) -> Result<Vec<Original>, sqlx::Error> {
    // SQLite holds the whole database for this transaction already.
    if let Tx::Postgres(_) = tx {
        let sql = rows!(id uuid => "select m.id from messages m where m.org_id = $2 and m.id in (select id from input)
             order by m.id for update")
        .text(tx);
        let ids = as_ids(ids)?;
        on_tx!(tx, |ex| sqlx::query(sql).bind(ids).bind(org).fetch_all(ex).await.map(drop))?;
    }
    // A second statement, so that what somebody did while we waited for the lock is seen.
    let sql = rows!(id uuid =>
        "select m.id, m.org_id, m.event_id, m.send_id, m.contact_id, m.purpose, m.body, m.template_id,
           m.template_version, m.related_type, m.related_id, m.status, m.error_code, m.reason, m.expires_at, m.counts,
           m.chain_id, m.chain_position, exists (select 1 from messages r where r.retry_of = m.id) as retried,
           exists (select 1 from contacts c join suppressions s on s.org_id = c.org_id and s.phone = c.phone
             where c.id = m.contact_id and s.lifted_at is null) as suppressed,
           (select coalesce(max(t.seq), 0) from trail t where t.message_id = m.id) as steps,
           m.to_phone <> (select c.phone from contacts c where c.id = m.contact_id) as other_number,
           exists (select 1 from events e where e.id = m.event_id and e.archived_at is not null) as archived
         from input i join messages m on m.id = i.id where m.org_id = $2 and m.direction = 'out' order by m.id")
    .text(tx);
    let ids = as_ids(ids)?;
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(ids).bind(org).fetch_all(ex).await)
}

/// Makes a second text from each of these, which are locked and were not refused.
pub(crate) async fn repeat(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    author: &Author,
    originals: Vec<Original>,
    effects: &mut Effects,
) -> Result<Vec<MessageId>, Error> {
    repeat_at(tx, service, org, author, originals, None, effects).await
}

async fn repeat_at(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    author: &Author,
    originals: Vec<Original>,
    at: Option<DateTime<Utc>>,
    effects: &mut Effects,
) -> Result<Vec<MessageId>, Error> {
    let again = |original: Original| {
        let text = NewText { send_at: at, ..original.again() };
        (original, text)
    };
    let retries =
        replace(tx, service, org, author, originals.into_iter().map(again).collect(), effects).await?;
    unfilled::keep_for_retries(tx, org, &retries).await?;
    Ok(retries)
}

/// Makes a second text in other words from one that did not arrive, in the caller's transaction. A refusal
/// has changed nothing.
///
/// # Errors
/// As [`retry`]; [`Error::NotFound`] also for a text that went to somebody else or is of another event.
pub(crate) async fn retry_in_other_words(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    author: &Author,
    id: MessageId,
    text: NewText,
    effects: &mut Effects,
) -> Result<MessageId, Error> {
    let original = may_be_retried(tx, service, org, id, service.clock.now()).await?;
    // Its words were filled in from the event of the new text, and it stays one of its own.
    let event = original.belonging.event_id;
    if original.belonging.contact_id != text.contact_id || event.is_some() && event != text.event_id {
        return Err(Error::NotFound);
    }
    let again = original.again();
    let text = NewText { purpose: text.purpose, body: text.body, template: text.template, ..again };
    let ids = replace(tx, service, org, author, vec![(original, text)], effects).await?;
    ids.first().copied().ok_or_else(|| Error::Broken("a recorded retry has no id".into()))
}

/// Records a new text in the place of each of these, which are locked and were not refused.
async fn replace(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    author: &Author,
    pairs: Vec<(Original, NewText)>,
    effects: &mut Effects,
) -> Result<Vec<MessageId>, Error> {
    let sql = rows!(id uuid => "update messages set counts = $3 from input i where messages.org_id = $2 and messages.id = i.id")
        .text(tx);
    let ids = as_ids(pairs.iter().map(|(original, _)| original.id))?;
    on_tx!(tx, |ex| sqlx::query(sql).bind(ids).bind(org).bind(false).execute(ex).await.map(drop))?;
    let now = service.clock.now();
    let mut steps = Vec::with_capacity(pairs.len());
    let mut texts = Vec::with_capacity(pairs.len());
    for (original, text) in pairs {
        effects.counters.remove(&original.belonging, original.status, original.error_code);
        let mut step = NewStep::new(org, original.id, original.steps + 1, Kind::Retried, now);
        step.actor = Some(author.name.clone());
        steps.push(step);
        texts.push(text);
    }
    super::write_trail(tx, &steps).await?;
    enqueue(tx, service, org, author, texts, effects).await
}

impl Original {
    /// Why it cannot be retried, in a sentence; `None` if it can.
    pub(crate) fn refusal(&self, now: DateTime<Utc>) -> Option<String> {
        if self.retried {
            return Some("This text was already retried. The newer text is in the history.".into());
        }
        if !self.counts {
            return Some("An earlier try of this text reached the phone after all.".into());
        }
        if self.archived {
            return Some(RETRY_ARCHIVED.into());
        }
        if self.suppressed {
            return Some("They must not be texted any more: they opted out, or the number is dead.".into());
        }
        if self.expires_at.is_some_and(|expires_at| expires_at <= now) {
            return Some("This text was of use until a time that has passed. Write a new one.".into());
        }
        let reason = self.reason.as_deref();
        let Self { other_number, status, error_code, chain_position, .. } = *self;
        retry_refusal_to(other_number, self.belonging.purpose, status, error_code, reason, chain_position)
    }

    /// The same text once more, to the contact's number of today: a corrected number is why many
    /// retries are made.
    fn again(&self) -> NewText {
        let Belonging { contact_id, purpose, event_id, send_id, .. } = self.belonging;
        NewText {
            event_id,
            send_id,
            template: self.template_id.zip(self.template_version),
            related: self.related_type.clone().zip(self.related_id.clone()),
            expires_at: self.expires_at,
            retry_of: Some(RetryOf {
                message_id: self.id,
                chain_id: self.chain_id,
                position: self.chain_position + 1,
            }),
            ..NewText::new(contact_id, purpose, self.body.clone())
        }
    }
}
