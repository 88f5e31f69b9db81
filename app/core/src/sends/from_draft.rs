//! From a draft to a send, once: the draft is taken in the transaction that makes the send.

use chrono::{DateTime, Utc};

use super::check::{Show, check, fingerprint};
use super::confirm::{Origin, confirm_in};
use super::plan::planned;
use super::typed::Typed;
use crate::drafts::{self, Kind};
use crate::error::{Error, FieldError};
use crate::events;
use crate::ids::{DraftId, EventId, OrgId, SendId, TemplateId};
use crate::people::Person;
use crate::service::Service;
use crate::store::{Store, Tx, on_store, on_tx};
use crate::templates::{self, Template};
use crate::twilio::segments;

/// What became of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is one.
    Draft(Box<Typed>),
    /// It was sent.
    Sent(SendId),
}

/// What became of confirming.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// It goes out, to so many people.
    Done(SendId, i64),
    /// It was confirmed before: this is that send.
    Before(SendId),
    /// Other people, words or times than were checked; nothing was done.
    Changed,
}

/// What somebody wants done with what they typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Go on to the check page, if nothing needs mending.
    Check,
    /// Keep it.
    Keep,
    /// Take the words of the template that is picked.
    Template,
    /// Take plain characters.
    Plain,
    /// Bring back the words that were replaced last.
    Undo,
}

/// What became of what somebody typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Where it is kept.
    pub draft: DraftId,
    /// What needs mending before it can be sent.
    pub problems: Vec<FieldError>,
}

/// Keeps what somebody typed, whatever it is, and does with it what they want.
///
/// # Errors
/// [`Error::NotFound`] for a strange event, [`Error::NotAllowed`] for a role that may not send.
pub async fn write(
    service: &Service,
    person: &Person,
    event: EventId,
    draft: Option<DraftId>,
    mut typed: Typed,
    then: Then,
) -> Result<Written, Error> {
    let mut problems = Vec::new();
    match then {
        Then::Plain => typed.replace(segments::plain(&typed.body)),
        Then::Undo => typed.undo(),
        Then::Template => match picked(service, person.org_id, &typed).await {
            Ok(template) => typed.take_words_of(&template),
            Err(Error::Invalid(errors)) => problems = errors,
            Err(error) => return Err(error),
        },
        Then::Check | Then::Keep => {}
    }
    let draft = keep(service, person, event, draft, &typed).await?;
    if then == Then::Check {
        match check(service, person, event, &typed, &Show::Longest).await {
            Ok(checked) if checked.plan.total == 0 => problems.push(nobody()),
            Ok(_) => {}
            Err(Error::Invalid(errors)) => problems = errors,
            Err(error) => return Err(error),
        }
    }
    for problem in problems.iter_mut().filter(|problem| problem.field.starts_with("audience")) {
        "audience".clone_into(&mut problem.field);
    }
    Ok(Written { draft, problems })
}

/// Leaves out of a draft, or takes back in, who was sent the same words lately.
///
/// # Errors
/// [`Error::NotFound`] for a strange draft, or one that was sent; [`Error::NotAllowed`] for a role that may not
/// send.
pub async fn only_new_words(
    service: &Service,
    person: &Person,
    event: EventId,
    draft: DraftId,
    only: bool,
) -> Result<(), Error> {
    match find_draft(service, person, event, draft).await? {
        Found::Draft(typed) => {
            let only_new_words = if only { "on".to_owned() } else { String::new() };
            let typed = Typed { only_new_words, ..*typed };
            keep(service, person, event, Some(draft), &typed).await.map(drop)
        }
        Found::Sent(_) => Err(Error::NotFound),
    }
}

fn nobody() -> FieldError {
    FieldError { field: "audience".into(), message: "Nobody in this group can get this text.".into() }
}

async fn picked(service: &Service, org: OrgId, typed: &Typed) -> Result<Template, Error> {
    let id =
        TemplateId::parse(&typed.template).ok_or_else(|| Error::invalid("template", "Choose a template."))?;
    templates::usable(&service.store, org, id).await
}

/// Keeps what somebody typed: in this draft of theirs, or in a new one.
///
/// # Errors
/// [`Error::NotFound`] for a strange event; a draft that is gone is begun anew.
async fn keep(
    service: &Service,
    person: &Person,
    event: EventId,
    draft: Option<DraftId>,
    typed: &Typed,
) -> Result<DraftId, Error> {
    may_send(person)?;
    events::find(&service.store, person.org_id, event).await?;
    let content = serde_json::to_string(typed).map_err(|error| Error::Broken(error.to_string()))?;
    if let Some(draft) = draft {
        match drafts::find(service, person, Kind::Send, draft).await {
            Ok(there) if there.event_id == Some(event) => {
                drafts::update(service, person, Kind::Send, draft, &content).await?;
                return Ok(draft);
            }
            Ok(_) | Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    drafts::create(service, person, Kind::Send, event, &content).await
}

/// A draft of this person for this event, or the send that it became.
///
/// # Errors
/// [`Error::NotFound`] if there is neither.
pub async fn find_draft(
    service: &Service,
    person: &Person,
    event: EventId,
    draft: DraftId,
) -> Result<Found, Error> {
    match drafts::find(service, person, Kind::Send, draft).await {
        Ok(draft) if draft.event_id == Some(event) => {
            let typed = serde_json::from_str(&draft.content);
            let typed = typed.map_err(|error| Error::Broken(format!("a draft cannot be read: {error}")))?;
            Ok(Found::Draft(Box::new(typed)))
        }
        Ok(_) => Err(Error::NotFound),
        Err(Error::NotFound) => {
            sent_from(&service.store, person.org_id, draft).await?.map(Found::Sent).ok_or(Error::NotFound)
        }
        Err(error) => Err(error),
    }
}

/// Confirms a draft that was checked: `checked` is the fingerprint of what was seen.
///
/// # Errors
/// [`Error::Invalid`] if what was typed cannot be sent (any more), also if nobody would get a text;
/// [`Error::NotFound`] for a strange draft; [`Error::NotAllowed`] for a role that may not send.
pub async fn confirm_draft(
    service: &Service,
    person: &Person,
    event: EventId,
    draft: DraftId,
    checked: &str,
) -> Result<Confirmation, Error> {
    may_send(person)?;
    let typed = match find_draft(service, person, event, draft).await? {
        Found::Draft(typed) => typed,
        Found::Sent(send) => return Ok(Confirmation::Before(send)),
    };
    let org = person.org_id;
    let event = events::find_open(&service.store, org, event).await?;
    let read = typed.read(service, org, &event).await?;
    let new = read.new;
    let plan = planned(service, org, &event, &new, read.problems, &mut |_, _| ()).await?;
    if fingerprint(&new, &plan) != checked {
        return Ok(Confirmation::Changed);
    }
    let total = plan.total;
    let mut tx = service.store.begin().await?;
    if !drafts::take_in(&mut tx, person, Kind::Send, draft).await? {
        let send = sent_from_in(&mut tx, org, draft).await?.ok_or(Error::NotFound)?;
        return Ok(Confirmation::Before(send));
    }
    let origin = Origin { draft: Some(draft), audience: typed.audience_words() };
    let (confirmed, changed) =
        confirm_in(&mut tx, service, org, &person.author(), event.id, &new, plan, origin).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    service.hub.wake_clerk();
    Ok(Confirmation::Done(confirmed.id, total))
}

fn may_send(person: &Person) -> Result<(), Error> {
    if person.role.may_send() {
        return Ok(());
    }
    Err(Error::NotAllowed("Your role can look at sends, but not make any. Ask an organizer."))
}

const SENT_FROM: &str = "select id from sends where org_id = $1 and draft_id = $2";

async fn sent_from(store: &Store, org: OrgId, draft: DraftId) -> Result<Option<SendId>, sqlx::Error> {
    on_store!(read store, |ex| sqlx::query_scalar(SENT_FROM).bind(org).bind(draft).fetch_optional(ex).await)
}

async fn sent_from_in(tx: &mut Tx, org: OrgId, draft: DraftId) -> Result<Option<SendId>, sqlx::Error> {
    on_tx!(tx, |ex| sqlx::query_scalar(SENT_FROM).bind(org).bind(draft).fetch_optional(ex).await)
}

/// Throws a draft of this person away.
///
/// # Errors
/// If the database fails.
pub async fn discard(service: &Service, person: &Person, draft: DraftId) -> Result<(), Error> {
    drafts::delete(service, person, Kind::Send, draft).await
}

/// This person's drafts of sends for an event, last changed first, each with when it ends by itself.
///
/// # Errors
/// If the database fails.
pub async fn drafts_of(
    service: &Service,
    person: &Person,
    event: EventId,
) -> Result<Vec<(DraftId, Typed, DateTime<Utc>)>, Error> {
    let found = drafts::list(&service.store, person, Kind::Send, event, service.clock.now()).await?;
    let read = |draft: drafts::Draft| {
        let typed = serde_json::from_str(&draft.content);
        let typed = typed.map_err(|error| Error::Broken(format!("a draft cannot be read: {error}")))?;
        Ok((draft.id, typed, draft.expires_at))
    };
    found.into_iter().map(read).collect()
}
