//! Writing people and attendees, a thousand at a time.

use std::collections::HashMap;

use serde::Serialize;
use uuid::Uuid;

use super::{Checked, Known};
use crate::attendees::Rsvp;
use crate::error::Error;
use crate::ids::{AttendeeId, ContactId, EventId, OrgId};
use crate::search;
use crate::service::Service;
use crate::store::{Tx, as_ids, as_parameter, hex, on_tx, rows};

/// How many people will not be known as before.
pub(super) async fn count_changes(
    tx: &mut Tx,
    org: OrgId,
    event: EventId,
    piece: &[&Checked],
    known: Known,
) -> Result<usize, Error> {
    #[derive(Serialize)]
    struct New<'a> {
        phone: &'a str,
        name: &'a str,
        email: Option<&'a str>,
        timezone: Option<&'a str>,
        rsvp: Option<Rsvp>,
    }
    let new: Vec<New<'_>> = piece
        .iter()
        .map(|row| New {
            phone: &row.phone,
            name: &row.name,
            email: row.email.as_deref(),
            timezone: row.timezone.as_deref(),
            rsvp: row.rsvp,
        })
        .collect();
    let sql = rows!(phone text, name text, email text, timezone text, rsvp text =>
        "select count(*) from input i join contacts c on c.org_id = $2 and c.phone = i.phone
         left join attendees a on a.org_id = $2 and a.event_id = $3 and a.contact_id = c.id
         where (i.name <> '' and i.name <> c.name and (c.name = '' or not $4))
           or (i.email is not null and i.email is distinct from c.email and (c.email is null or not $4))
           or (i.timezone is not null and i.timezone is distinct from c.timezone and (c.timezone is null or not $4))
           or i.rsvp <> a.rsvp")
    .text(tx);
    let changes: i64 = on_tx!(tx, |ex| sqlx::query_scalar(sql)
        .bind(as_parameter(&new)?)
        .bind(org)
        .bind(event)
        .bind(known == Known::Keep)
        .fetch_one(ex)
        .await)?;
    Ok(usize::try_from(changes).unwrap_or_default())
}

pub(super) async fn write_contacts(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    piece: &[&Checked],
    known: Known,
) -> Result<HashMap<String, ContactId>, Error> {
    #[derive(Serialize)]
    struct New<'a> {
        id: ContactId,
        phone: &'a str,
        name: &'a str,
        search: String,
        email: Option<&'a str>,
        timezone: Option<&'a str>,
    }
    let new: Vec<New<'_>> = piece
        .iter()
        .map(|row| New {
            id: ContactId(service.clock.new_id()),
            phone: &row.phone,
            name: &row.name,
            search: search::of_contact(&row.name, &row.phone),
            email: row.email.as_deref(),
            timezone: row.timezone.as_deref(),
        })
        .collect();
    // What is not given never takes the place of what is known.
    let sql = rows!(id uuid, phone text, name text, search text, email text, timezone text =>
        "insert into contacts (id, org_id, phone, name, search, email, timezone, created_at, updated_at)
         select id, $2, phone, name, search, email, timezone, $3, $3 from input where true order by phone
         on conflict (org_id, phone) do update set
           name = case when excluded.name = '' or ($4 and contacts.name <> '') then contacts.name else excluded.name end,
           search = case when excluded.name = '' or ($4 and contacts.name <> '') then contacts.search else excluded.search end,
           email = case when $4 then coalesce(contacts.email, excluded.email) else coalesce(excluded.email, contacts.email) end,
           timezone = case when $4 then coalesce(contacts.timezone, excluded.timezone)
             else coalesce(excluded.timezone, contacts.timezone) end,
           updated_at = excluded.updated_at
         returning phone, id")
    .text(tx);
    let written: Vec<(String, ContactId)> = on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(as_parameter(&new)?)
        .bind(org)
        .bind(service.clock.now())
        .bind(known == Known::Keep)
        .fetch_all(ex)
        .await)?;
    Ok(written.into_iter().collect())
}

/// Who of them has come so far and does not any more. Whoever had said so before may have texts that were
/// written knowing it.
pub(super) async fn leaving(
    tx: &mut Tx,
    org: OrgId,
    event: EventId,
    piece: &[&Checked],
    contacts: &HashMap<String, ContactId>,
) -> Result<Vec<ContactId>, Error> {
    let staying_away = piece.iter().filter(|row| row.rsvp.is_some_and(Rsvp::stays_away));
    let staying_away: Vec<ContactId> =
        staying_away.filter_map(|row| contacts.get(&row.phone).copied()).collect();
    if staying_away.is_empty() {
        return Ok(staying_away);
    }
    let sql = rows!(id uuid => "select a.contact_id from input i join attendees a on a.contact_id = i.id
         where a.org_id = $2 and a.event_id = $3 and a.rsvp not in ('declined', 'canceled')")
    .text(tx);
    let ids = as_ids(&staying_away)?;
    Ok(on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(ids).bind(org).bind(event).fetch_all(ex).await)?)
}

/// Returns how many of them are new to the event.
pub(super) async fn write_attendees(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    event: EventId,
    piece: &[&Checked],
    contacts: &HashMap<String, ContactId>,
    taken: &mut HashMap<String, (AttendeeId, ContactId)>,
) -> Result<usize, Error> {
    #[derive(Serialize)]
    struct New {
        #[serde(serialize_with = "hex")]
        id: Uuid,
        contact_id: ContactId,
        rsvp: Rsvp,
    }
    // What is not given must not change: two statements, the second of which leaves an RSVP alone.
    let given = rows!(id uuid, contact_id uuid, rsvp text =>
        "insert into attendees (id, org_id, event_id, contact_id, rsvp, rsvp_at, created_at)
         select id, $2, $3, contact_id, rsvp, $4, $4 from input where true
         on conflict (event_id, contact_id) do update set rsvp = excluded.rsvp,
           rsvp_at = case when attendees.rsvp = excluded.rsvp then attendees.rsvp_at else excluded.rsvp_at end
         returning contact_id, id");
    let kept = rows!(id uuid, contact_id uuid, rsvp text =>
        "insert into attendees (id, org_id, event_id, contact_id, rsvp, rsvp_at, created_at)
         select id, $2, $3, contact_id, rsvp, $4, $4 from input where true
         on conflict (event_id, contact_id) do update set rsvp = attendees.rsvp
         returning contact_id, id");
    let mut created = 0;
    let mut ids: HashMap<ContactId, AttendeeId> = HashMap::with_capacity(piece.len());
    for (sql, has_rsvp) in [(given, true), (kept, false)] {
        let new: Vec<New> = piece
            .iter()
            .filter(|row| row.rsvp.is_some() == has_rsvp)
            .filter_map(|row| {
                let contact_id = *contacts.get(&row.phone)?;
                let rsvp = row.rsvp.unwrap_or(Rsvp::Invited);
                Some(New { id: service.clock.new_id(), contact_id, rsvp })
            })
            .collect();
        if new.is_empty() {
            continue;
        }
        let sql = sql.text(tx);
        let written: Vec<(ContactId, AttendeeId)> = on_tx!(tx, |ex| sqlx::query_as(sql)
            .bind(as_parameter(&new)?)
            .bind(org)
            .bind(event)
            .bind(service.clock.now())
            .fetch_all(ex)
            .await)?;
        let fresh: HashMap<ContactId, Uuid> = new.iter().map(|row| (row.contact_id, row.id)).collect();
        created += written.iter().filter(|(contact, id)| fresh.get(contact) == Some(&id.0)).count();
        ids.extend(written);
    }
    for row in piece {
        let contact = contacts.get(&row.phone).copied();
        let pair = contact.and_then(|contact| Some((*ids.get(&contact)?, contact)));
        let pair = pair.ok_or_else(|| Error::Broken("somebody on a list was not written".into()))?;
        taken.insert(row.phone.clone(), pair);
    }
    Ok(created)
}
