//! Who wrote, newest first, each person once.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Meaning;
use crate::error::Error;
use crate::ids::{ContactId, MessageId, OrgId};
use crate::store::{Store, cut, on_store};

/// How many people a page shows.
const PAGE: i64 = 30;
/// So many unread texts are looked at for the number beside the navigation.
const COUNTED: i64 = 1_000;

/// Whose texts to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// Everybody's.
    #[default]
    All,
    /// Of those who wait for an answer.
    ToAnswer,
    /// Of those who opted out, may have, or came back.
    OptOuts,
}

/// A person who wrote, with their newest text that the list is about.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Listed {
    /// The text.
    pub id: MessageId,
    /// The person.
    pub contact_id: ContactId,
    /// Empty until somebody gives it.
    pub name: String,
    /// Their number.
    pub phone: String,
    /// What they wrote; may be empty.
    pub body: String,
    /// What it means, as stored.
    reason: Option<String>,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// Nobody has read the newest of their texts.
    pub unread: bool,
    /// They wait for an answer.
    pub to_answer: bool,
    /// They want no texts.
    pub suppressed: bool,
    /// Their number gets none.
    pub dead: bool,
    /// The event they probably mean: that of the last text they got.
    pub event_name: Option<String>,
}

impl Listed {
    /// What it means, where it is more than a reply.
    #[must_use]
    pub fn meaning(&self) -> Option<Meaning> {
        self.reason.as_deref().and_then(Meaning::parse)
    }
}

/// One page of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Newest first.
    pub rows: Vec<Listed>,
    /// Others wrote before this text.
    pub older: Option<MessageId>,
}

/// Each person's newest text of a kind: `$1` the organization, `$2` only those before it, `$3` how many.
macro_rules! newest {
    ($m:literal, $n:literal) => {
        concat!(
            "select m.id, m.contact_id, c.name, c.phone, m.body, m.reason, m.created_at,
               exists (select 1 from messages u where u.org_id = m.org_id and u.contact_id = m.contact_id
                 and u.attention = 'unread') as unread,
               exists (select 1 from messages u where u.org_id = m.org_id and u.contact_id = m.contact_id
                 and u.direction = 'in' and u.attention is not null) as to_answer,
               exists (select 1 from suppressions s where s.org_id = c.org_id and s.phone = c.phone
                 and s.lifted_at is null and s.source <> 'dead') as suppressed,
               exists (select 1 from suppressions s where s.org_id = c.org_id and s.phone = c.phone
                 and s.lifted_at is null and s.source = 'dead') as dead,
               (select e.name from messages o join events e on e.id = o.event_id where o.org_id = m.org_id
                 and o.contact_id = m.contact_id and o.direction = 'out' order by o.id desc limit 1) as event_name
             from messages m join contacts c on c.id = m.contact_id
             where m.org_id = $1 and m.id < $2 and m.direction = 'in' and ",
            $m,
            " and not exists (select 1 from messages n where n.org_id = m.org_id and n.contact_id = m.contact_id
                 and n.direction = 'in' and n.id > m.id and ",
            $n,
            ") order by m.id desc limit $3"
        )
    };
}

const ALL: &str = newest!("true", "true");
const TO_ANSWER: &str = newest!("m.attention is not null", "n.attention is not null");
const OPT_OUTS: &str = newest!(
    "m.reason in ('stop', 'may_mean_seat', 'may_opt_out', 'start')",
    "n.reason in ('stop', 'may_mean_seat', 'may_opt_out', 'start')"
);

/// One page of the people who wrote.
///
/// # Errors
/// If the database fails.
pub async fn list(store: &Store, org: OrgId, show: Show, before: Option<MessageId>) -> Result<Page, Error> {
    let sql = match show {
        Show::All => ALL,
        Show::ToAnswer => TO_ANSWER,
        Show::OptOuts => OPT_OUTS,
    };
    let mut rows: Vec<Listed> = on_store!(read store, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(before.map_or(Uuid::max(), |before| before.0))
        .bind(PAGE + 1)
        .fetch_all(ex)
        .await)?;
    let older = cut(&mut rows, PAGE, |row| row.id);
    Ok(Page { rows, older })
}

/// How many people wrote something that nobody has read yet; looks at a thousand texts at most.
///
/// # Errors
/// If the database fails.
pub async fn unread(store: &Store, org: OrgId) -> Result<i64, Error> {
    let sql = "select count(distinct contact_id) from (
           select contact_id from messages where org_id = $1 and attention = 'unread' limit $2) unread";
    Ok(on_store!(read store, |ex| sqlx::query_scalar(sql).bind(org).bind(COUNTED).fetch_one(ex).await)?)
}
