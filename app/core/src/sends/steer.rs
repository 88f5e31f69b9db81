//! Pausing, resuming and canceling a send. The state decides at once, for no worker takes a text
//! of a send that is not ready; the clerk then brings its waiting texts in line, piece by piece.

use super::State;
use crate::audit::{self, Deed};
use crate::counters::{self, Count, Totals};
use crate::error::Error;
use crate::ids::{OrgId, SendId};
use crate::live::Changed;
use crate::messages::{Author, Status};
use crate::people::Person;
use crate::service::Service;
use crate::store::{Tx, on_tx};

/// What somebody wants a send to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Let what has not left wait.
    Pause,
    /// Let it go on.
    Resume,
    /// Never send what has not left.
    Cancel,
}

impl Turn {
    /// The public word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Cancel => "cancel",
        }
    }
}

/// Pauses, resumes or cancels a send; doing so twice does nothing more.
///
/// # Errors
/// [`Error::NotFound`] for a strange send, [`Error::Refused`] where it is too late.
pub async fn steer(
    service: &Service,
    org: OrgId,
    author: &Author,
    id: SendId,
    turn: Turn,
) -> Result<(), Error> {
    let mut tx = service.store.begin().await?;
    let (state, work) = lock(&mut tx, org, id).await?.ok_or(Error::NotFound)?;
    let counts = counters::of_scope(&mut tx, org, id.0).await?;
    let totals = Totals::of(&counts);
    if state == State::Ready && work.is_none() && totals.in_progress == 0 {
        return Err(Error::Refused("Every text of this send has its outcome already.".into()));
    }
    let inserting = work.as_deref() == Some("insert");
    let (next, work) = match (turn, state) {
        (Turn::Pause, State::Paused) | (Turn::Resume, State::Ready | State::Preparing) => return Ok(()),
        (Turn::Cancel, State::Canceled) => return Ok(()),
        (_, State::Canceled | State::Done) => {
            return Err(Error::Refused("This send was canceled. Make a new one.".into()));
        }
        // What is still being written is parked once it is there.
        (Turn::Pause, _) => (State::Paused, if inserting { "insert" } else { "park" }),
        (Turn::Resume, _) if inserting => (State::Preparing, "insert"),
        (Turn::Resume, _) => (State::Ready, "release"),
        (Turn::Cancel, _) => (State::Canceled, "cancel"),
    };
    let now = service.clock.now();
    let sql = "update sends set state = $3, work = $4, work_author = $5, updated_at = $6,
           running_since = case when $7 then $6 else running_since end,
           left_before = case when $7 then $8 else left_before end
         where org_id = $1 and id = $2";
    let is_waiting = |count: &&Count| matches!(count.status, Status::Scheduled | Status::Queued);
    let waiting: i64 = counts.iter().filter(is_waiting).map(|count| count.texts).sum();
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(org)
        .bind(id)
        .bind(next)
        .bind(work)
        .bind(&author.name)
        .bind(now)
        .bind(turn == Turn::Resume)
        .bind(totals.total - totals.not_sent - waiting)
        .execute(ex)
        .await
        .map(drop))?;
    let subject = format!("send {id}");
    let deed = Deed {
        org: Some(org),
        user: author.user,
        actor: &author.name,
        action: turn.as_str(),
        subject: &subject,
    };
    audit::write_in(&mut tx, service, &deed).await?;
    tx.commit().await?;
    service.hub.tell(Changed { ids: [id.0].into(), outbox: true, anything: false });
    service.hub.wake_clerk();
    Ok(())
}

async fn lock(tx: &mut Tx, org: OrgId, id: SendId) -> Result<Option<(State, Option<String>)>, sqlx::Error> {
    // SQLite has one writer, so nobody else can hold this row.
    let sql = match tx {
        Tx::Sqlite(_) => "select state, work from sends where org_id = $1 and id = $2",
        Tx::Postgres(_) => "select state, work from sends where org_id = $1 and id = $2 for update",
    };
    on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_optional(ex).await)
}

/// As [`steer`], for somebody at a page.
///
/// # Errors
/// As [`steer`]; [`Error::NotAllowed`] for a role that may not send.
pub async fn steer_by(service: &Service, person: &Person, id: SendId, turn: Turn) -> Result<(), Error> {
    if !person.role.may_send() {
        return Err(Error::NotAllowed("Your role can look at sends, but not stop them. Ask an organizer."));
    }
    steer(service, person.org_id, &person.author(), id, turn).await
}
