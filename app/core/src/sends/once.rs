//! A send that a program asks for: in its own words or a template's, and once however often the
//! request comes.

use chrono::{DateTime, Utc};

use super::audience::Audience;
use super::confirm::{Confirmed, Origin, confirm_in};
use super::plan::{NewSend, Plan, plan};
use crate::api_keys::ApiKey;
use crate::error::Error;
use crate::idempotency::{self, Answer, Answered, Ticket};
use crate::ids::{EventId, OrgId};
use crate::messages::{Purpose, Words};
use crate::service::Service;
use crate::templates;

/// A send as a program asks for it.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Why.
    pub purpose: Purpose,
    /// What it says.
    pub words: Words,
    /// Whom it is for.
    pub audience: Audience,
    /// When; at once if not given.
    pub send_at: Option<DateTime<Utc>>,
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
    let (field, body, template) = match wish.words {
        Words::Body(body) => ("body", body, None),
        Words::Template(id) => {
            let found = templates::usable(&service.store, org, id).await?;
            ("template", found.body, Some((found.id, found.version)))
        }
    };
    let Wish { purpose, audience, send_at, .. } = wish;
    let new = NewSend { purpose, body, template, audience, send_at, only_new_words: false };
    let plan = plan(service, org, event, &new).await.map_err(|error| match error {
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
