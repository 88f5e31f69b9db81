//! A send with everything its page tells: its texts by outcome, what holds them, who got none, and what
//! it cost. Read in one transaction, so that counts and list never disagree.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::check::Left;
use super::cost::{Money, millionths};
use super::left_out;
use super::progress::{Send, brief_in};
use crate::error::Error;
use crate::events::{self, Event};
use crate::ids::{AttendeeId, ContactId, MessageId, OrgId, SendId, TemplateId};
use crate::messages::{Outcome, Status};
use crate::store::{Store, Tx, cut, on_tx};

/// Texts that one page of the list shows.
const PAGE: i64 = 50;

/// Which texts of the send to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tab {
    /// Only those with this outcome.
    pub outcome: Option<Outcome>,
    /// Only those before this one.
    pub before: Option<MessageId>,
}

/// One text of the send.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Listed {
    /// Its id.
    pub id: MessageId,
    /// Whom it is for.
    pub contact_id: ContactId,
    /// The person as an attendee of the event, if they still are one.
    pub attendee_id: Option<AttendeeId>,
    /// Empty until somebody gives it.
    pub name: String,
    /// The number it went to.
    pub to_phone: String,
    /// What became of it.
    pub status: Status,
    /// Why it waits.
    pub hold: Option<String>,
    /// Why it was blocked or canceled.
    pub reason: Option<String>,
    /// Twilio's code.
    pub error_code: Option<i64>,
    /// When it is due, while it waits.
    pub due_at: DateTime<Utc>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When its outcome was known.
    pub final_at: Option<DateTime<Utc>>,
}

/// Texts that wait for one reason.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Hold {
    /// Why.
    pub hold: String,
    /// How many.
    pub texts: i64,
    /// When the first of them is due.
    pub first: DateTime<Utc>,
    /// When the last of them is due.
    pub last: DateTime<Utc>,
}

/// A send as its page shows it.
#[derive(Clone, Debug)]
pub struct Page {
    /// The send.
    pub send: Send,
    /// The event it is for.
    pub event: Option<Event>,
    /// The template's name and whether it has newer words by now.
    pub template: Option<(TemplateId, String, i64)>,
    /// What holds its texts.
    pub holds: Vec<Hold>,
    /// What Twilio billed so far, and for how many texts; not looked up while texts are in progress.
    pub price: Option<(Money, i64)>,
    /// Who got no text, by reason.
    pub left: BTreeMap<String, Left>,
    /// One page of its texts, newest first.
    pub texts: Vec<Listed>,
    /// Older texts exist before this one.
    pub older: Option<MessageId>,
}

/// A send and its texts.
///
/// # Errors
/// [`Error::NotFound`] if it is not this organization's.
pub async fn page(store: &Store, org: OrgId, id: SendId, tab: Tab) -> Result<Page, Error> {
    let mut tx = store.begin_read().await?;
    let send = brief_in(&mut tx, org, id).await?;
    let event = match send.event_id {
        Some(event) => Some(events::find_in(&mut tx, org, event).await?),
        None => None,
    };
    let template = match send.template {
        Some((template, version)) => {
            let found = crate::templates::find_in(&mut tx, org, template).await?;
            Some((found.id, found.name, version))
        }
        None => None,
    };
    let sql = "select hold, count(*) as texts, min(due_at) as first, max(due_at) as last from messages
         where send_id = $1 and org_id = $2 and status = 'scheduled' and hold is not null group by hold order by min(due_at)";
    let holds = on_tx!(tx, |ex| sqlx::query_as(sql).bind(id).bind(org).fetch_all(ex).await)?;
    // Prices come hours later, and the page of a send that is under way is read again and again.
    let price = if send.totals.in_progress == 0 { price(&mut tx, org, id).await? } else { None };
    let left = left_out::of_send(&mut tx, org, id).await?;
    let mut texts = texts(&mut tx, org, id, tab).await?;
    tx.commit().await?;
    let older = cut(&mut texts, PAGE, |text| text.id);
    Ok(Page { send, event, template, holds, price, left, texts, older })
}

async fn texts(tx: &mut Tx, org: OrgId, id: SendId, tab: Tab) -> Result<Vec<Listed>, sqlx::Error> {
    macro_rules! texts {
        ($outcome:literal) => {
            concat!(
                "select m.id, m.contact_id, a.id as attendee_id, c.name, m.to_phone, m.status, m.hold, m.reason, m.error_code,
                   m.due_at, m.created_at, m.final_at
                 from messages m join contacts c on c.id = m.contact_id
                 left join attendees a on a.event_id = m.event_id and a.contact_id = m.contact_id
                 where m.send_id = $2 and m.org_id = $1 and m.counts and ($3 is null or m.id < $3) and ",
                $outcome,
                " order by m.id desc limit $5"
            )
        };
    }
    // What did not arrive has an index of its own, which only its very words find.
    let sql = match tab.outcome {
        Some(Outcome::Failed | Outcome::Unconfirmed | Outcome::NotSent) => {
            texts!("m.outcome in ('failed', 'unconfirmed', 'not_sent') and m.outcome = $4")
        }
        _ => texts!("($4 is null or m.outcome = $4)"),
    };
    on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(id)
        .bind(tab.before)
        .bind(tab.outcome.map(Outcome::as_str))
        .bind(PAGE + 1)
        .fetch_all(ex)
        .await)
}

/// What Twilio billed, and for how many texts; `None` before the first price, or where prices are in
/// two currencies.
async fn price(tx: &mut Tx, org: OrgId, id: SendId) -> Result<Option<(Money, i64)>, sqlx::Error> {
    let sql = "select price, price_unit, count(*) from messages where send_id = $1 and org_id = $2 and price is not null
           and price_unit is not null group by price, price_unit";
    let prices: Vec<(String, String, i64)> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(id).bind(org).fetch_all(ex).await)?;
    let Some((_, currency, _)) = prices.first().cloned() else { return Ok(None) };
    let (mut sum, mut texts) = (0_i64, 0);
    for (price, unit, of_texts) in prices {
        let Some(each) = millionths(&price).filter(|_| unit == currency) else { return Ok(None) };
        sum = sum.saturating_add(each.saturating_mul(of_texts));
        texts += of_texts;
    }
    Ok(Some((Money::of_millionths(sum, currency), texts)))
}
