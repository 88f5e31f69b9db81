//! Everything that ever happened to a text, in order, raw payloads included.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Status;
use crate::ids::{AttemptId, MessageId, OrgId};
use crate::store::{Tx, as_ids, as_parameter, on_tx, rows, time};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type, Serialize)]
#[sqlx(rename_all = "snake_case", type_name = "text")]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It was recorded.
    Created,
    /// It waits for a better time.
    Held,
    /// Somebody lets it go on.
    Released,
    /// A worker took it to hand it to Twilio.
    Claimed,
    /// Twilio answered our request.
    Answered,
    /// Twilio refused our request.
    Refused,
    /// The request ended without an answer: nobody knows yet whether Twilio has the text.
    OutcomeUnknown,
    /// The request never reached Twilio; it is tried again.
    NotSent,
    /// Twilio called back.
    Callback,
    /// We looked it up at Twilio.
    LookedUp,
    /// A second sid for the same text turned up.
    Doubled,
    /// A person or a rule stopped it.
    Canceled,
    /// We refused to send it.
    Blocked,
    /// A second text was made from it.
    Retried,
    /// It waits for another number: the person's was corrected.
    Readdressed,
    /// It says what its event is now: that was changed while it waited.
    Rewritten,
    /// It came from the person.
    Received,
    /// Somebody dismissed it from the failures.
    Dismissed,
    /// Somebody put it back among the failures.
    Restored,
}

/// One step of a text's trail.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Step {
    /// The text.
    pub message_id: MessageId,
    /// Orders the trail.
    pub seq: i64,
    /// When we learned it.
    pub at: DateTime<Utc>,
    /// What happened.
    pub kind: Kind,
    /// The status it reported, in our words.
    pub status: Option<Status>,
    /// Twilio's code, if one came.
    pub error_code: Option<i64>,
    /// Who did it, for what people do.
    pub actor: Option<String>,
    /// In a few words.
    pub note: Option<String>,
    /// What was received, as JSON text.
    pub payload: Option<String>,
}

/// A step to be written.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewStep {
    pub message_id: MessageId,
    pub seq: i64,
    pub org_id: OrgId,
    pub attempt_id: Option<AttemptId>,
    #[serde(serialize_with = "time")]
    pub at: DateTime<Utc>,
    pub kind: Kind,
    pub status: Option<Status>,
    pub error_code: Option<i64>,
    pub actor: Option<String>,
    pub note: Option<String>,
    pub payload: Option<String>,
}

impl NewStep {
    /// A step with nothing but what happened; the rest is filled in by name.
    pub(crate) fn new(org_id: OrgId, message_id: MessageId, seq: i64, kind: Kind, at: DateTime<Utc>) -> Self {
        Self {
            message_id,
            seq,
            org_id,
            attempt_id: None,
            at,
            kind,
            status: None,
            error_code: None,
            actor: None,
            note: None,
            payload: None,
        }
    }
}

/// How far a text has come.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(crate) struct Progress {
    message_id: MessageId,
    /// Attempts made.
    pub attempts: i64,
    /// Steps in its trail.
    pub steps: i64,
}

/// How far texts have come. A statement of its own, after the one that locked them: in the same
/// one PostgreSQL would count from before the wait for the lock.
pub(crate) async fn progress(
    tx: &mut Tx,
    texts: impl Iterator<Item = MessageId>,
) -> Result<HashMap<MessageId, Progress>, sqlx::Error> {
    let ids: Vec<MessageId> = texts.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = rows!(id uuid =>
        "select i.id as message_id, (select count(*) from attempts a where a.message_id = i.id) as attempts,
           (select coalesce(max(t.seq), 0) from trail t where t.message_id = i.id) as steps from input i")
    .text(tx);
    let found: Vec<Progress> = on_tx!(tx, |ex| sqlx::query_as(sql).bind(as_ids(ids)?).fetch_all(ex).await)?;
    Ok(found.into_iter().map(|progress| (progress.message_id, progress)).collect())
}

/// Appends steps; the caller holds their texts' rows, so that no seq is taken twice.
pub(crate) async fn write(tx: &mut Tx, steps: &[NewStep]) -> Result<(), sqlx::Error> {
    if steps.is_empty() {
        return Ok(());
    }
    // PostgreSQL keeps no NUL, and none is ever meant; what came with one must not be lost for it.
    let without_nul = |text: &Option<String>| text.as_ref().map(|text| text.replace('\0', "\u{fffd}"));
    let steps: Vec<NewStep> = steps
        .iter()
        .map(|step| NewStep {
            payload: without_nul(&step.payload),
            note: without_nul(&step.note),
            ..step.clone()
        })
        .collect();
    let sql = rows!(message_id uuid, seq bigint, org_id uuid, attempt_id uuid, at timestamptz, kind text, status text,
        error_code bigint, actor text, note text, payload text =>
        "insert into trail (message_id, seq, org_id, attempt_id, at, kind, status, error_code, actor, note, payload)
         select message_id, seq, org_id, attempt_id, at, kind, status, error_code, actor, note, payload from input");
    let sql = sql.text(tx);
    on_tx!(tx, |ex| sqlx::query(sql).bind(as_parameter(&steps)?).execute(ex).await.map(drop))
}
