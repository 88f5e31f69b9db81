//! How far a send has come.

use chrono::{DateTime, Utc};

use super::State;
use super::plan::Skipped;
use crate::counters::{self, Count, Totals};
use crate::error::Error;
use crate::ids::{EventId, OrgId, SendId, TemplateId};
use crate::messages::{Purpose, Status};
use crate::store::{Store, Tx, cut, on_tx};

/// How many sends a page of the list shows.
const PAGE: i64 = 50;

/// A send and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Send {
    /// Its id.
    pub id: SendId,
    /// The event, if it is for one.
    pub event_id: Option<EventId>,
    /// Why.
    pub purpose: Purpose,
    /// The words, with variables.
    pub body: String,
    /// Where it stands.
    pub state: State,
    /// How many people get a text.
    pub total: i64,
    /// How many of the audience have their row, including those who only get a blocked one.
    pub prepared: i64,
    /// How many get a row in the end.
    pub to_prepare: i64,
    /// Who gets no text, and why; left out in a list and on the send's page.
    pub skipped: Vec<Skipped>,
    /// Segments of all texts, as planned.
    pub segments: i64,
    /// When it was to go, if not at once.
    pub send_at: Option<DateTime<Utc>>,
    /// Who confirmed it.
    pub author: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// What became of its texts.
    pub totals: Totals,
    /// Texts that have not left and are to leave, those that are not written yet included.
    pub waiting: i64,
    /// Those of them that are written.
    pub written: i64,
    /// The template and version that its words came from.
    pub template: Option<(TemplateId, i64)>,
    /// Whom it was for, in a few words; empty for one that a program made.
    pub audience: String,
    /// Since when it goes on after a pause.
    pub running_since: Option<DateTime<Utc>>,
    /// How many of its texts had left by then.
    pub left_before: i64,
}

impl Send {
    /// Texts that left: they are with Twilio, or were.
    #[must_use]
    pub fn left(&self) -> i64 {
        self.totals.total - self.totals.not_sent - self.written
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: SendId,
    event_id: Option<EventId>,
    purpose: Purpose,
    body: String,
    state: State,
    total: i64,
    prepared: i64,
    to_prepare: i64,
    skipped: String,
    segments: i64,
    send_at: Option<DateTime<Utc>>,
    author: String,
    created_at: DateTime<Utc>,
    at_work: bool,
    template_id: Option<TemplateId>,
    template_version: Option<i64>,
    audience: String,
    running_since: Option<DateTime<Utc>>,
    left_before: i64,
}

macro_rules! send {
    ($skipped:literal, $($rest:literal)*) => {
        concat!(
            "select id, event_id, purpose, body, state, total, prepared, to_prepare, ", $skipped, ",
               segments, send_at, author, created_at, work is not null as at_work, template_id, template_version,
               audience, running_since, left_before from sends ",
            $($rest),*
        )
    };
}

/// One send of an organization.
///
/// # Errors
/// [`Error::NotFound`] if it is not this organization's.
pub async fn find(store: &Store, org: OrgId, id: SendId) -> Result<Send, Error> {
    let mut tx = store.begin_read().await?;
    let send = read(&mut tx, org, id, send!("skipped", "where org_id = $1 and id = $2")).await?;
    tx.commit().await?;
    Ok(send)
}

/// As [`find`] in the caller's transaction, without who was skipped, which may be megabytes.
pub(super) async fn brief_in(tx: &mut Tx, org: OrgId, id: SendId) -> Result<Send, Error> {
    read(tx, org, id, send!("'[]' as skipped", "where org_id = $1 and id = $2")).await
}

async fn read(tx: &mut Tx, org: OrgId, id: SendId, sql: &'static str) -> Result<Send, Error> {
    let row: Option<Row> = on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_optional(ex).await)?;
    with_totals(tx, org, row.ok_or(Error::NotFound)?).await
}

/// One page of the sends of an event, newest first; and the last of them, if older ones follow.
///
/// # Errors
/// If the database fails.
pub async fn list(
    store: &Store,
    org: OrgId,
    event: EventId,
    before: Option<SendId>,
) -> Result<(Vec<Send>, Option<SendId>), Error> {
    let mut tx = store.begin_read().await?;
    let sql = send!(
        "'[]' as skipped",
        "where org_id = $1 and event_id = $2 and ($3 is null or id < $3) order by id desc limit $4"
    );
    let mut rows: Vec<Row> = on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(event)
        .bind(before)
        .bind(PAGE + 1)
        .fetch_all(ex)
        .await)?;
    let older = cut(&mut rows, PAGE, |row| row.id);
    let mut sends = Vec::with_capacity(rows.len());
    for row in rows {
        sends.push(with_totals(&mut tx, org, row).await?);
    }
    tx.commit().await?;
    Ok((sends, older))
}

async fn with_totals(tx: &mut Tx, org: OrgId, row: Row) -> Result<Send, Error> {
    let counts = counters::of_scope(tx, org, row.id.0).await?;
    let totals = Totals::of(&counts);
    let is_waiting = |count: &&Count| matches!(count.status, Status::Scheduled | Status::Queued);
    let written: i64 = counts.iter().filter(is_waiting).map(|count| count.texts).sum();
    // Those of a canceled send that are not written yet never will be.
    let unwritten = if row.state == State::Canceled { 0 } else { row.to_prepare - row.prepared };
    let skipped = serde_json::from_str(&row.skipped)
        .map_err(|error| Error::Broken(format!("who was skipped cannot be read: {error}")))?;
    let is_done = row.state == State::Ready && !row.at_work && totals.in_progress == 0;
    Ok(Send {
        id: row.id,
        event_id: row.event_id,
        purpose: row.purpose,
        body: row.body,
        state: if is_done { State::Done } else { row.state },
        total: row.total,
        prepared: row.prepared,
        to_prepare: row.to_prepare,
        skipped,
        segments: row.segments,
        send_at: row.send_at,
        author: row.author,
        created_at: row.created_at,
        totals,
        waiting: written + unwritten,
        written,
        template: row.template_id.zip(row.template_version),
        audience: row.audience,
        running_since: row.running_since,
        left_before: row.left_before,
    })
}
