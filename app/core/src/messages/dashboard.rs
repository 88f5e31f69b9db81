//! An event's dashboard: what became of its texts, and the list below, read in one transaction
//! so that the two never disagree.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::causes::{Causes, causes};
use super::filter::Filter;
use super::meant::{Meant, bound, filtered};
use super::pace::{Pace, pace};
use super::series::{Series, series};
use super::tally::counts;
use super::{Purpose, Status};
use crate::counters::Totals;
use crate::error::Error;
use crate::ids::{AttendeeId, ContactId, EventId, MessageId, OrgId};
use crate::store::{Store, Tx, as_ids, cut, on_tx, rows};

/// How many texts a page of the list shows.
pub const PAGE: i64 = 50;

/// One text in the list.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    /// Its id.
    pub id: MessageId,
    /// The person.
    pub contact_id: ContactId,
    /// The person as an attendee of this event, if they are one.
    pub attendee_id: Option<AttendeeId>,
    /// Empty until somebody gives it.
    pub name: String,
    /// The number it went to.
    pub to_phone: String,
    /// Why it was sent.
    pub purpose: Purpose,
    /// What the phone shows; secrets masked.
    pub body: String,
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
    /// When Twilio first told of it.
    pub sent_at: Option<DateTime<Utc>>,
}

/// What an event's dashboard shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dashboard {
    /// Of all texts that the filter's base finds, by what became of them.
    pub totals: Totals,
    /// How many texts the filter finds, on all pages of the list.
    pub listed: i64,
    /// Why texts failed or were not sent.
    pub causes: Causes,
    /// One page of the list, newest first.
    pub rows: Vec<Row>,
    /// Older texts exist before this one.
    pub older: Option<MessageId>,
    /// How many texts there were over time.
    pub series: Option<Series>,
    /// How long texts took to the phone.
    pub pace: Option<Pace>,
    /// The words mean so many people that their texts were counted and listed, and nothing more: causes, series and
    /// pace are empty.
    pub of_many: bool,
    /// When the newest receipt of this page came.
    pub last_receipt: Option<DateTime<Utc>>,
}

/// The dashboard of an event, whose days are days in `zone`. Everything in it is of the filter's base; the list alone
/// is narrowed further.
///
/// # Errors
/// If the database fails. A strange event has no texts.
pub async fn dashboard(
    store: &Store,
    org: OrgId,
    event: EventId,
    filter: &Filter,
    zone: Tz,
) -> Result<Dashboard, Error> {
    let mut tx = store.begin_read().await?;
    let mut meant = Meant::of(&mut tx, org, event, filter).await?;
    meant.read_few(&mut tx).await?;
    let base = meant.base();
    let (totals, listed) = counts(&mut tx, &meant).await?;
    let (rows, older) = page(&mut tx, &meant).await?;
    let last_receipt = last_receipt(&mut tx, &rows).await?;
    let mut dashboard = Dashboard { totals, listed, rows, older, last_receipt, ..Dashboard::default() };
    if meant.people.are_many() {
        dashboard.of_many = true;
    } else {
        dashboard.causes = causes(&mut tx, &base, &totals).await?;
        dashboard.series = series(&mut tx, &base, &totals, zone).await?;
        dashboard.pace = pace(&mut tx, &base).await?;
    }
    tx.commit().await?;
    Ok(dashboard)
}

async fn page(tx: &mut Tx, meant: &Meant<'_>) -> Result<(Vec<Row>, Option<MessageId>), Error> {
    // The page is cut before anything is joined to it: SQLite would join and sort the whole event.
    let sql = filtered!(
        tx,
        meant,
        "select m.id, m.contact_id, a.id as attendee_id, c.name, m.to_phone, m.purpose, m.body, m.status, m.hold,
           m.reason, m.error_code, m.due_at, m.created_at, m.sent_at
         from (select m.* from messages m",
        "order by m.id desc limit $13) m join contacts c on c.id = m.contact_id
         left join attendees a on a.event_id = m.event_id and a.contact_id = m.contact_id order by m.id desc"
    );
    let mut rows: Vec<Row> =
        on_tx!(tx, |ex| bound!(sqlx::query_as(sql), meant).bind(PAGE + 1).fetch_all(ex).await)?;
    let older = cut(&mut rows, PAGE, |row| row.id);
    Ok((rows, older))
}

/// When the newest receipt of the texts on this page came.
async fn last_receipt(tx: &mut Tx, rows: &[Row]) -> Result<Option<DateTime<Utc>>, Error> {
    let ids = as_ids(rows.iter().map(|row| row.id))?;
    let sql = rows!(id uuid => "select max(a.known_at) from input i join attempts a on a.message_id = i.id")
        .text(tx);
    Ok(on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(ids).fetch_one(ex).await)?)
}
