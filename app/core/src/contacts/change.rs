//! Changing what is known of somebody.

use super::{Contact, LONGEST_NAME, find_in};
use crate::audit;
use crate::error::{Error, Problems};
use crate::ids::{ContactId, EventId, OrgId};
use crate::live::Changed;
use crate::people::Person;
use crate::phones::Phone;
use crate::search;
use crate::service::Service;
use crate::store::{Tx, is_unique_violation, on_tx};

/// What is known of somebody from now on.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub name: String,
    pub phone: Phone,
    pub email: Option<String>,
    pub timezone: Option<String>,
}

impl Known {
    /// With what the other one of two has and this one has not.
    pub(crate) fn or_of(self, other: &Contact) -> Self {
        let name = if self.name.is_empty() { other.name.clone() } else { self.name };
        let email = self.email.or_else(|| other.email.clone());
        let timezone = self.timezone.or_else(|| other.timezone.clone());
        Self { name, phone: self.phone, email, timezone }
    }
}

/// Writes what is known of a contact whose row the caller holds.
pub(crate) async fn write(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    id: ContactId,
    known: &Known,
) -> Result<(), Error> {
    let sql =
        "update contacts set name = $3, phone = $4, search = $5, email = $6, timezone = $7, updated_at = $8,
           former_phones = case when phone = $4 then former_phones else former_phones || phone end
         where org_id = $1 and id = $2";
    let written = on_tx!(tx, |ex| sqlx::query(sql)
        .bind(org)
        .bind(id)
        .bind(&known.name)
        .bind(known.phone.as_str())
        .bind(search::of_contact(&known.name, known.phone.as_str()))
        .bind(&known.email)
        .bind(&known.timezone)
        .bind(service.clock.now())
        .execute(ex)
        .await
        .map(|written| written.rows_affected()));
    match written {
        Ok(1) => Ok(()),
        Ok(_) => Err(Error::Refused(super::number::MEANWHILE.into())),
        Err(error) if is_unique_violation(&error) => {
            Err(Error::Refused("Somebody else got this number just now. Try again to see who.".into()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Says who a number belongs to.
///
/// # Errors
/// [`Error::Invalid`] for no name or a long one, [`Error::NotFound`] for a strange contact,
/// [`Error::NotAllowed`] for a role that may not.
pub async fn rename(service: &Service, person: &Person, id: ContactId, name: &str) -> Result<(), Error> {
    if !person.role.may_send() {
        return Err(Error::NotAllowed("Your role cannot change names. Ask an organizer."));
    }
    let mut problems = Problems::default();
    let name = problems.required("name", name, LONGEST_NAME, "Write who this is.");
    problems.none()?;
    let mut tx = service.store.begin().await?;
    let Contact { phone, .. } = find_in(&mut tx, person.org_id, id).await?;
    let sql = "update contacts set name = $3, search = $4, updated_at = $5 where org_id = $1 and id = $2";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(person.org_id)
        .bind(id)
        .bind(&name)
        .bind(search::of_contact(&name, &phone))
        .bind(service.clock.now())
        .execute(ex)
        .await
        .map(drop))?;
    let subject = format!("contact {id}");
    audit::note(&mut tx, service, person.org_id, &person.author(), "name a contact", &subject).await?;
    let changed = shown_in(&mut tx, person.org_id, id).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(())
}

/// Whose pages look different once this contact has changed.
pub(crate) async fn shown_in(tx: &mut Tx, org: OrgId, id: ContactId) -> Result<Changed, sqlx::Error> {
    let sql = "select event_id from attendees where org_id = $1 and contact_id = $2";
    let events: Vec<EventId> =
        on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(org).bind(id).fetch_all(ex).await)?;
    let ids = events.into_iter().map(|event| event.0).chain([org.0, id.0]).collect();
    Ok(Changed { ids, outbox: true, ..Changed::default() })
}
