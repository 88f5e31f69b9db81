//! The conversation with one person.

use super::Meaning;
use crate::contacts::{self, Contact};
use crate::error::Error;
use crate::ids::{AttendeeId, ContactId, EventId, MessageId, OrgId};
use crate::live::Changed;
use crate::messages::{Text, texts_of};
use crate::people::Person;
use crate::service::Service;
use crate::store::{Store, cut, on_store};
use crate::suppressions::Source;

/// How many texts a page of a conversation shows.
const PAGE: i64 = 50;

/// The conversation with one person.
#[derive(Clone, Debug)]
pub struct Thread {
    /// The person.
    pub contact: Contact,
    /// Texts in and out, oldest first.
    pub texts: Vec<Text>,
    /// Older texts exist before this one.
    pub older: Option<MessageId>,
    /// The newest text that is shown.
    pub newest: Option<MessageId>,
    /// Newer texts exist than are shown here.
    pub is_older_page: bool,
    /// Why they must not be texted; empty if they may.
    pub suppressed: Vec<Source>,
    /// They wait for an answer.
    pub to_answer: bool,
    /// The event they probably mean: that of the last text they got.
    pub event: Option<(EventId, String, Option<AttendeeId>)>,
}

impl Thread {
    /// What the newest text from them means, where it is more than a reply.
    #[must_use]
    pub fn meaning(&self) -> Option<Meaning> {
        let newest = self.texts.iter().rev().find(|text| text.direction == "in")?;
        newest.reason.as_deref().and_then(Meaning::parse)
    }
}

/// The conversation with a person, for somebody who reads it: what was unread is read from now on.
///
/// # Errors
/// [`Error::NotFound`] if the person is not this organization's.
pub async fn open(
    service: &Service,
    person: &Person,
    contact: ContactId,
    before: Option<MessageId>,
) -> Result<Thread, Error> {
    let (store, org) = (&service.store, person.org_id);
    let contact = contacts::find(store, org, contact).await?;
    let (mut texts, _) = texts_of(store, org, contact.id, None, before, PAGE + 1).await?;
    let older = cut(&mut texts, PAGE, |text| text.id);
    let event = texts.iter().find(|text| text.direction == "out" && text.event_id.is_some());
    let event = event.and_then(|text| Some((text.event_id?, text.event_name.clone()?, text.attendee_id)));
    let newest = texts.first().map(|text| text.id);
    texts.reverse();
    let suppressed = suppressed(store, org, &contact.phone).await?;
    let (unread, to_answer) = attention(store, org, contact.id).await?;
    if unread && let Some(newest) = newest {
        read(service, org, contact.id, newest).await?;
    }
    let is_older_page = before.is_some();
    Ok(Thread { contact, texts, older, newest, is_older_page, suppressed, to_answer, event })
}

/// Why a number must not be texted.
pub(super) async fn suppressed(store: &Store, org: OrgId, phone: &str) -> Result<Vec<Source>, Error> {
    let sql =
        "select source from suppressions where org_id = $1 and phone = $2 and lifted_at is null order by id";
    Ok(on_store!(read store, |ex| sqlx::query_scalar(sql).bind(org).bind(phone).fetch_all(ex).await)?)
}

/// Whether something of a person is unread, and whether they wait for an answer.
async fn attention(store: &Store, org: OrgId, contact: ContactId) -> Result<(bool, bool), Error> {
    let sql = "select attention from messages
         where org_id = $1 and contact_id = $2 and direction = 'in' and attention is not null group by attention";
    let found: Vec<String> =
        on_store!(read store, |ex| sqlx::query_scalar(sql).bind(org).bind(contact).fetch_all(ex).await)?;
    Ok((found.iter().any(|attention| attention == "unread"), !found.is_empty()))
}

/// What is shown now has been read; what came since has not.
async fn read(service: &Service, org: OrgId, contact: ContactId, newest: MessageId) -> Result<(), Error> {
    let sql = "update messages set attention = 'read'
         where org_id = $1 and contact_id = $2 and attention = 'unread' and id <= $3";
    on_store!(write & service.store, |ex| sqlx::query(sql)
        .bind(org)
        .bind(contact)
        .bind(newest)
        .execute(ex)
        .await
        .map(drop))?;
    service.hub.tell(Changed { ids: [org.0].into(), ..Changed::default() });
    Ok(())
}
