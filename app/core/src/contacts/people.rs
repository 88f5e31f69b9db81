//! Everybody an organization knows, by name: found by any part of a name or number, whatever they attend.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{Contact, with_phone};
use crate::attendees::{Reach, reaches};
use crate::error::Error;
use crate::ids::{AttendeeId, ContactId, EventId, MessageId, OrgId};
use crate::messages::{Purpose, Status};
use crate::people::Person;
use crate::phones::{Phone, Region};
use crate::search::Wanted;
use crate::store::{Store, Tx, as_ids, cut, on_tx, rows};

/// How many people a page shows.
const PAGE: i64 = 50;
/// So many events are named beside somebody; of the others it is said how many there are.
const NAMED: i64 = 3;
/// The shortest number of a whole country; fewer digits are a part of one.
const WHOLE_NUMBER: usize = 7;

/// Somebody in the list of people, with the last text they got.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Listed {
    /// Their id.
    pub id: ContactId,
    /// Empty until somebody gives it.
    pub name: String,
    /// E.164.
    pub phone: String,
    /// Whether texts reach them.
    pub reach: Reach,
    /// The last text that counts, of any event or none.
    pub last_id: Option<MessageId>,
    /// Why it was sent.
    pub last_purpose: Option<Purpose>,
    /// What became of it.
    pub last_status: Option<Status>,
    /// When it was made.
    pub last_at: Option<DateTime<Utc>>,
    /// The latest events they are on the list of.
    #[sqlx(skip)]
    pub events: Vec<On>,
    /// How many events there are besides.
    #[sqlx(skip)]
    pub other_events: i64,
}

/// An event that somebody is on the list of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct On {
    /// The event.
    pub id: EventId,
    /// Its name.
    pub name: String,
    /// Who they are there.
    pub attendee: AttendeeId,
}

/// One page of the people, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The people.
    pub people: Vec<Listed>,
    /// More people come after this one.
    pub next: Option<ContactId>,
}

/// What looking for somebody leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A whole number was looked for, and this is whose it is.
    One(ContactId),
    /// Whoever may be meant.
    People(Page),
}

/// Whoever has this in their name or number, however it is written; everybody if nothing is given. A page of
/// those after `after`; a strange one is none.
///
/// # Errors
/// If the database fails.
pub async fn look_up(
    store: &Store,
    person: &Person,
    find: &str,
    after: Option<ContactId>,
) -> Result<Found, Error> {
    let org = person.org_id;
    let wanted = Wanted::person(find);
    let number = wanted.as_ref().and_then(Wanted::number).filter(|_| after.is_none());
    let mut tx = store.begin_read().await?;
    if number.is_some()
        && let Ok(phone) = Phone::typed(find, Region::of_zone(&person.org_timezone))
        && let Some(Contact { id, .. }) = with_phone(&mut tx, org, &phone).await?
    {
        return Ok(Found::One(id));
    }
    let people = page(&mut tx, org, wanted.as_ref(), after).await?;
    tx.commit().await?;
    Ok(match (&people.people[..], number) {
        ([only], Some(number)) if number.len() >= WHOLE_NUMBER && only.phone.ends_with(number) => {
            Found::One(only.id)
        }
        _ => Found::People(people),
    })
}

async fn page(
    tx: &mut Tx,
    org: OrgId,
    wanted: Option<&Wanted>,
    after: Option<ContactId>,
) -> Result<Page, sqlx::Error> {
    // The index by name holds all that is looked at until somebody fits: name, number, and the order.
    const SQL: &str = concat!(
        "select c.id, c.name, c.phone, ",
        reaches!(),
        " as reach, m.id as last_id, m.purpose as last_purpose, m.status as last_status, m.created_at as last_at
         from (select p.org_id, p.id as contact_id, p.by_name, p.phone from contacts p
           where p.org_id = $1 and (p.by_name, p.phone) > ($2, $3)
             and ($4 is null or p.phone || ' ' || p.by_name like $4 escape '!')
           order by p.by_name, p.phone limit $5) a
         join contacts c on c.id = a.contact_id
         left join messages m on m.id = (select l.id from messages l where l.org_id = $1
           and l.contact_id = a.contact_id and l.counts and l.direction = 'out' order by l.id desc limit 1)
         order by a.by_name, a.phone"
    );
    let (name, phone) = match after {
        Some(after) => place(tx, org, after).await?.unwrap_or_default(),
        None => Default::default(),
    };
    let mut people: Vec<Listed> = on_tx!(tx, |ex| sqlx::query_as(SQL)
        .bind(org)
        .bind(name)
        .bind(phone)
        .bind(wanted.map(Wanted::pattern))
        .bind(PAGE + 1)
        .fetch_all(ex)
        .await)?;
    let next = cut(&mut people, PAGE, |last| last.id);
    name_events(tx, org, &mut people).await?;
    Ok(Page { people, next })
}

/// Where somebody stands in the order of names.
async fn place(tx: &mut Tx, org: OrgId, id: ContactId) -> Result<Option<(String, String)>, sqlx::Error> {
    let sql = "select by_name, phone from contacts where org_id = $1 and id = $2 and by_name is not null";
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_optional(ex).await)
}

/// Says of each which events they are on the list of, the latest first.
async fn name_events(tx: &mut Tx, org: OrgId, people: &mut [Listed]) -> Result<(), sqlx::Error> {
    let sql = rows!(id uuid =>
        "select contact_id, event_id, name, attendee_id, of_all from (
           select a.contact_id, e.id as event_id, e.name, a.id as attendee_id,
             row_number() over (partition by a.contact_id order by e.starts_at desc, e.id desc) as place,
             count(*) over (partition by a.contact_id) as of_all
           from input join attendees a on a.contact_id = input.id join events e on e.id = a.event_id
           where a.org_id = $2) latest
         where place <= $3 order by contact_id, place")
    .text(tx);
    let ids = as_ids(people.iter().map(|one| one.id))?;
    let found: Vec<(ContactId, EventId, String, AttendeeId, i64)> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(ids).bind(org).bind(NAMED).fetch_all(ex).await)?;
    let mut events: HashMap<ContactId, (Vec<On>, i64)> = HashMap::new();
    for (contact, id, name, attendee, of_all) in found {
        let (named, all) = events.entry(contact).or_default();
        named.push(On { id, name, attendee });
        *all = of_all;
    }
    for one in people {
        let (named, all) = events.remove(&one.id).unwrap_or_default();
        one.other_events = all - i64::try_from(named.len()).unwrap_or(all);
        one.events = named;
    }
    Ok(())
}
