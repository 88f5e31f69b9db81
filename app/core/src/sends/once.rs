//! A send that a program asks for: in its own words or a template's, and once however often the
//! request comes.

use chrono::{DateTime, Utc};

use super::audience::Audience;
use super::confirm::{Confirmed, Origin, confirm_in};
use super::plan::{self, NewSend, Plan};
use crate::api_keys::ApiKey;
use crate::attendees::Rsvp;
use crate::error::{Error, Problems};
use crate::events;
use crate::idempotency::{self, Answer, Answered, Ticket};
use crate::ids::{EventId, OrgId};
use crate::messages::{Purpose, Words};
use crate::service::Service;
use crate::templates;

/// A send as a program asks for it. What is always there is `None` where it could not be read.
#[derive(Debug)]
pub struct Wish {
    /// Why.
    pub purpose: Option<Purpose>,
    /// What it says.
    pub words: Option<Words>,
    /// Whom it is for.
    pub audience: Option<Audience>,
    /// When; at once if not given.
    pub send_at: Option<DateTime<Utc>>,
    /// What could not be read.
    pub problems: Problems,
}

/// What a send would do; nothing is written.
///
/// # Errors
/// [`Error::Invalid`] for what was asked, [`Error::NotFound`] for a strange event.
pub async fn preview(service: &Service, org: OrgId, event: EventId, wish: Wish) -> Result<Plan, Error> {
    Ok(planned(service, org, event, wish).await?.1)
}

/// Plans and starts a send; under a ticket it happens once. `answer` makes what is answered out of
/// what was confirmed.
///
/// # Errors
/// As [`preview`], also if nobody would get a text; [`Error::Refused`] if the ticket's key was used
/// for another request.
pub async fn confirm_once(
    service: &Service,
    key: &ApiKey,
    event: EventId,
    wish: Wish,
    ticket: Option<&Ticket>,
    answer: impl FnOnce(&Confirmed) -> Answer,
) -> Result<Answered, Error> {
    let org = key.org_id;
    // Planning reads much, and not in the transaction that writes: a request that comes again must
    // not be planned anew, for meanwhile nobody may be left to text.
    if let Some(before) = idempotency::known(service, org, ticket).await? {
        return Ok(before);
    }
    let (new, plan) = planned(service, org, event, wish).await?;
    let mut tx = service.store.begin().await?;
    if let Some(before) = idempotency::open(&mut tx, service, org, ticket).await? {
        return Ok(before);
    }
    let (confirmed, changed) =
        confirm_in(&mut tx, service, org, &key.author(), event, &new, plan, Origin::default()).await?;
    let answered = idempotency::close(&mut tx, org, ticket, answer(&confirmed)).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    service.hub.wake_clerk();
    Ok(answered)
}

async fn planned(
    service: &Service,
    org: OrgId,
    event: EventId,
    wish: Wish,
) -> Result<(NewSend, Plan), Error> {
    let event = events::find_open(&service.store, org, event).await?;
    let Wish { purpose, words, audience, send_at, mut problems } = wish;
    let (field, body, template) = match words {
        Some(Words::Body(body)) => ("body", Some(body), None),
        Some(Words::Template(id)) => {
            let found = problems.note(templates::usable(&service.store, org, id).await)?;
            let found = found.map(|found| (found.body, (found.id, found.version))).unzip();
            ("template", found.0, found.1)
        }
        None => ("body", None, None),
    };
    // What was noted already stands for what is not there; nothing more is wrong with these.
    let new = NewSend {
        purpose: purpose.unwrap_or(Purpose::Custom),
        body: body.unwrap_or_else(|| "-".to_owned()),
        template,
        audience: audience.unwrap_or_else(|| Audience::Rsvp(Rsvp::ALL.to_vec())),
        send_at,
        only_new_words: false,
    };
    let plan = plan::planned(service, org, &event, &new, problems, &mut |_, _| ()).await;
    let plan = plan.map_err(|error| match error {
        Error::Invalid(mut errors) => {
            for error in errors.iter_mut().filter(|error| error.field == "body") {
                field.clone_into(&mut error.field);
            }
            Error::Invalid(errors)
        }
        other => other,
    })?;
    Ok((new, plan))
}
