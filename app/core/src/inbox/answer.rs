//! What somebody does about what a person wrote: answers, says that no answer is needed, or opts
//! them out.

use chrono::TimeDelta;

use super::settle;
use super::thread::suppressed;
use crate::audit::{self, Deed};
use crate::contacts;
use crate::error::{Error, Problems};
use crate::idempotency::{self, Ticket};
use crate::ids::{ContactId, MessageId, OrgId};
use crate::messages::same_words::{SameWords, just_sent};
use crate::messages::{
    Author, Effects, LONGEST_BODY, NewText, Purpose, REPLY, Text, enqueue, find_in, why_nothing_goes,
};
use crate::people::Person;
use crate::phones;
use crate::service::Service;
use crate::store::{Store, Tx, on_store, on_tx};
use crate::suppressions::{self, Source};

/// For so long after somebody wrote, they wait for an answer, by night too.
const JUST_NOW: TimeDelta = TimeDelta::minutes(5);

/// An answer, as typed.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// What the phone will show.
    pub body: String,
    /// The key of this showing of the form; empty for none. The same answer under it is recorded once.
    pub once: String,
    /// The newest text that was shown: what came later is not answered by this.
    pub seen: Option<MessageId>,
    /// Also if they were sent the same words a moment ago.
    pub again: bool,
}

/// What became of an answer.
#[derive(Clone, Debug)]
pub enum Answered {
    /// It is recorded and stands so.
    Done(Box<Text>),
    /// It was recorded before, and nothing was done now.
    Before,
    /// Somebody else wrote to them since the conversation was shown; nothing was done.
    Overtaken,
    /// They were sent the same words a moment ago; nothing was done, and somebody is to be asked.
    Asked(SameWords),
}

/// Answers a person with a text through the outbox.
///
/// # Errors
/// [`Error::Invalid`] for what was typed, [`Error::NotFound`] for a strange person,
/// [`Error::NotAllowed`] for a role that may not send, [`Error::Refused`] if they must not be texted.
pub async fn answer(
    service: &Service,
    person: &Person,
    contact: ContactId,
    written: &Written,
) -> Result<Answered, Error> {
    if !person.role.may_send() {
        return Err(Error::NotAllowed(
            "Your role can read and mark as handled, but not answer. Ask an organizer.",
        ));
    }
    let org = person.org_id;
    let contact = contacts::find(&service.store, org, contact).await?;
    let mut problems = Problems::default();
    let body = problems.required("body", &written.body, LONGEST_BODY, "Write the answer.");
    // It would go out with its braces.
    if body.contains("{{") {
        problems.add("body", "An answer has no variables. Write out what stands between the braces.");
    }
    problems.none()?;
    if let Some(source) = suppressed(&service.store, org, &contact.phone).await?.first() {
        return Err(Error::Refused(why_not(*source).into()));
    }
    let via = if wrote_just_now(service, org, contact.id).await? { REPLY } else { "page" };
    let author = Author { via, ..person.author() };
    let mut effects = Effects::default();
    let request = format!("{} {body}", contact.id);
    let ticket = Ticket::of_form("form answer-person", &written.once, &request)?;
    let mut tx = service.store.begin().await?;
    if idempotency::open(&mut tx, service, org, ticket.as_ref()).await?.is_some() {
        return Ok(Answered::Before);
    }
    // Two who answer at once do so one after the other.
    contacts::lock(&mut tx, org, contact.id).await?;
    if was_overtaken(&mut tx, org, contact.id, written.seen).await? {
        return Ok(Answered::Overtaken);
    }
    if let Some(why) = why_nothing_goes(&mut tx, service, org).await? {
        return Err(Error::Refused(why.into()));
    }
    if !written.again
        && let Some(since) = just_sent(&mut tx, service, org, contact.id, &body).await?
    {
        return Ok(Answered::Asked(SameWords {
            name: phones::or_number(&contact.name, &contact.phone),
            since,
        }));
    }
    let new = NewText::new(contact.id, Purpose::Custom, body);
    let ids = enqueue(&mut tx, service, org, &author, vec![new], &mut effects).await?;
    let id = ids.first().copied().ok_or_else(|| Error::Broken("a recorded answer has no id".into()))?;
    settle(&mut tx, org, contact.id, written.seen).await?;
    let text = find_in(&mut tx, org, id).await?;
    idempotency::close(&mut tx, org, ticket.as_ref(), idempotency::Answer::of_text(id)).await?;
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(Answered::Done(Box::new(text)))
}

/// Whether somebody wrote to them by hand after the newest text that was shown.
async fn was_overtaken(
    tx: &mut Tx,
    org: OrgId,
    contact: ContactId,
    seen: Option<MessageId>,
) -> Result<bool, sqlx::Error> {
    let Some(seen) = seen else { return Ok(false) };
    let sql = "select exists (select 1 from messages where org_id = $1 and contact_id = $2 and id > $3
         and direction = 'out' and created_by is not null and send_id is null and retry_of is null)";
    on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(org).bind(contact).bind(seen).fetch_one(ex).await)
}

fn why_not(source: Source) -> &'static str {
    match source {
        Source::Stop | Source::TwilioOptOut => {
            "They opted out, so nothing was sent. Only they can undo it, by texting START."
        }
        Source::Staff => "They are on your list of opt-outs, so nothing was sent. An owner can lift that.",
        Source::Dead => "Their number cannot receive texts, so nothing was sent. Ask for another number.",
    }
}

async fn wrote_just_now(service: &Service, org: OrgId, contact: ContactId) -> Result<bool, Error> {
    let sql = "select exists (select 1 from messages
         where org_id = $1 and contact_id = $2 and direction = 'in' and created_at >= $3)";
    let since = service.clock.now() - JUST_NOW;
    Ok(on_store!(read & service.store, |ex| sqlx::query_scalar(sql)
        .bind(org)
        .bind(contact)
        .bind(since)
        .fetch_one(ex)
        .await)?)
}

/// No answer is needed to what was shown, whoever says so; false if none was. `seen` is the newest text
/// that was shown; all there is without it.
///
/// # Errors
/// [`Error::NotFound`] for a strange person.
pub async fn handled(
    service: &Service,
    person: &Person,
    contact: ContactId,
    seen: Option<MessageId>,
) -> Result<bool, Error> {
    let org = person.org_id;
    let contact = contacts::find(&service.store, org, contact).await?;
    let mut tx = service.store.begin().await?;
    let settled = settle(&mut tx, org, contact.id, seen).await?;
    if settled {
        let deed = Deed {
            org: Some(org),
            user: Some(person.user_id),
            actor: &person.label(),
            action: "mark as handled",
            subject: &contact.id.to_string(),
        };
        audit::write_in(&mut tx, service, &deed).await?;
    }
    tx.commit().await?;
    service.hub.tell(crate::live::Changed { ids: [org.0, contact.id.0].into(), ..Default::default() });
    Ok(settled)
}

/// Opts out a person who wrote that they want no more texts, in their own words if no reason is given.
///
/// # Errors
/// As [`suppressions::opt_out`].
pub async fn opt_out(
    service: &Service,
    person: &Person,
    contact: ContactId,
    seen: Option<MessageId>,
    reason: Option<&str>,
) -> Result<(), Error> {
    let wrote = last_words(&service.store, person.org_id, contact).await?.unwrap_or_default();
    let wrote: String = wrote.chars().take(100).collect();
    let reason = reason.map_or_else(|| format!("They wrote “{wrote}”"), str::to_owned);
    suppressions::opt_out(service, person, contact, &reason).await?;
    handled(service, person, contact, seen).await.map(drop)
}

async fn last_words(store: &Store, org: OrgId, contact: ContactId) -> Result<Option<String>, Error> {
    let sql = "select body from messages where org_id = $1 and contact_id = $2 and direction = 'in'
         order by id desc limit 1";
    Ok(on_store!(read store, |ex| sqlx::query_scalar(sql).bind(org).bind(contact).fetch_optional(ex).await)?)
}
