//! Writing back texts and attempts that facts have changed, each kind in one statement; two where some
//! were only told more about. SQLite writes the entries of every index that knows a column which a
//! statement sets, whether or not its value changes, so what a receipt leaves alone is not set.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::super::text::{Attempt, Text};
use crate::ids::{AttemptId, MessageId};
use crate::messages::{KnownBy, Status};
use crate::store::{Tx, as_parameter, on_tx, optional_time, rows, time};

/// A text before and after.
pub(super) struct Changed<T> {
    pub old: T,
    pub new: T,
}

/// Writes texts back.
pub(super) async fn texts(tx: &mut Tx, texts: &[Changed<Text>]) -> Result<(), sqlx::Error> {
    let told = |Changed { old, new }: &Changed<Text>| {
        let left_alone = |text: &Text| (text.counts, text.due_at, text.tries);
        left_alone(old) == left_alone(new)
            && (&old.hold, &old.reason) == (&new.hold, &new.reason)
            && (&old.price, &old.price_unit) == (&new.price, &new.price_unit)
    };
    let rows = |are_told: bool| -> Vec<TextRow<'_>> {
        texts.iter().filter(|text| told(text) == are_told).map(|text| TextRow::from(&text.new)).collect()
    };
    write_told_texts(tx, &rows(true)).await?;
    write_moved_texts(tx, &rows(false)).await
}

/// Writes attempts back.
pub(super) async fn attempts(tx: &mut Tx, attempts: &[Changed<Attempt>]) -> Result<(), sqlx::Error> {
    let told = |Changed { old, new }: &Changed<Attempt>| {
        (old.ended_at, &old.result, old.http_status) == (new.ended_at, &new.result, new.http_status)
            && (old.exclusive, &old.sid) == (new.exclusive, &new.sid)
    };
    let rows = |are_told: bool| -> Vec<AttemptRow<'_>> {
        let changed = attempts.iter().filter(|attempt| told(attempt) == are_told);
        changed.map(|attempt| AttemptRow::from(&attempt.new)).collect()
    };
    write_told_attempts(tx, &rows(true)).await?;
    write_ended_attempts(tx, &rows(false)).await
}

#[derive(Serialize)]
struct TextRow<'a> {
    id: MessageId,
    status: Status,
    hold: Option<&'a str>,
    reason: Option<&'a str>,
    error_code: Option<i64>,
    final_by: Option<KnownBy>,
    counts: bool,
    #[serde(serialize_with = "time")]
    due_at: DateTime<Utc>,
    tries: i64,
    from_phone: Option<&'a str>,
    segments: i64,
    price: Option<&'a str>,
    price_unit: Option<&'a str>,
    #[serde(serialize_with = "optional_time")]
    sent_at: Option<DateTime<Utc>>,
    #[serde(serialize_with = "optional_time")]
    delivered_at: Option<DateTime<Utc>>,
    #[serde(serialize_with = "optional_time")]
    final_at: Option<DateTime<Utc>>,
}

impl<'a> From<&'a Text> for TextRow<'a> {
    fn from(text: &'a Text) -> Self {
        Self {
            id: text.id,
            status: text.status,
            hold: text.hold.as_deref(),
            reason: text.reason.as_deref(),
            error_code: text.error_code,
            final_by: text.final_by,
            counts: text.counts,
            due_at: text.due_at,
            tries: text.tries,
            from_phone: text.from_phone.as_deref(),
            segments: text.segments,
            price: text.price.as_deref(),
            price_unit: text.price_unit.as_deref(),
            sent_at: text.sent_at,
            delivered_at: text.delivered_at,
            final_at: text.final_at,
        }
    }
}

/// Those that were only told more about.
async fn write_told_texts(tx: &mut Tx, texts: &[TextRow<'_>]) -> Result<(), sqlx::Error> {
    if texts.is_empty() {
        return Ok(());
    }
    let sql = rows!(id uuid, status text, error_code bigint, final_by text, from_phone text, segments bigint,
        sent_at timestamptz, delivered_at timestamptz, final_at timestamptz =>
        "update messages set status = i.status, error_code = i.error_code, final_by = i.final_by,
           from_phone = i.from_phone, segments = i.segments, sent_at = i.sent_at, delivered_at = i.delivered_at,
           final_at = i.final_at, secret = case when i.final_at is null then messages.secret end
         from input i where messages.id = i.id")
    .text(tx);
    on_tx!(tx, |ex| sqlx::query(sql).bind(as_parameter(texts)?).execute(ex).await.map(drop))
}

async fn write_moved_texts(tx: &mut Tx, texts: &[TextRow<'_>]) -> Result<(), sqlx::Error> {
    if texts.is_empty() {
        return Ok(());
    }
    let sql = rows!(id uuid, status text, hold text, reason text, error_code bigint, final_by text, counts boolean,
        due_at timestamptz, tries bigint, from_phone text, segments bigint, price text, price_unit text, sent_at timestamptz,
        delivered_at timestamptz, final_at timestamptz =>
        "update messages set status = i.status, hold = i.hold, reason = i.reason, error_code = i.error_code,
           final_by = i.final_by, counts = i.counts, due_at = i.due_at, tries = i.tries, from_phone = i.from_phone,
           segments = i.segments, price = i.price, price_unit = i.price_unit, sent_at = i.sent_at,
           delivered_at = i.delivered_at, final_at = i.final_at,
           secret = case when i.final_at is null then messages.secret end
         from input i where messages.id = i.id")
    .text(tx);
    on_tx!(tx, |ex| sqlx::query(sql).bind(as_parameter(texts)?).execute(ex).await.map(drop))
}

#[derive(Serialize)]
struct AttemptRow<'a> {
    id: AttemptId,
    #[serde(serialize_with = "optional_time")]
    ended_at: Option<DateTime<Utc>>,
    result: Option<&'a str>,
    http_status: Option<i64>,
    exclusive: bool,
    sid: Option<&'a str>,
    status: Option<Status>,
    error_code: Option<i64>,
    known_by: Option<KnownBy>,
    #[serde(serialize_with = "optional_time")]
    known_at: Option<DateTime<Utc>>,
    #[serde(serialize_with = "optional_time")]
    first_known_at: Option<DateTime<Utc>>,
    #[serde(serialize_with = "optional_time")]
    next_lookup_at: Option<DateTime<Utc>>,
    lookups: i64,
}

impl<'a> From<&'a Attempt> for AttemptRow<'a> {
    fn from(attempt: &'a Attempt) -> Self {
        Self {
            id: attempt.id,
            ended_at: attempt.ended_at,
            result: attempt.result.as_deref(),
            http_status: attempt.http_status,
            exclusive: attempt.exclusive,
            sid: attempt.sid.as_deref(),
            status: attempt.status,
            error_code: attempt.error_code,
            known_by: attempt.known_by,
            known_at: attempt.known_at,
            first_known_at: attempt.first_known_at,
            next_lookup_at: attempt.next_lookup_at,
            lookups: attempt.lookups,
        }
    }
}

/// Those that were only told more about.
async fn write_told_attempts(tx: &mut Tx, attempts: &[AttemptRow<'_>]) -> Result<(), sqlx::Error> {
    if attempts.is_empty() {
        return Ok(());
    }
    let sql = rows!(id uuid, status text, error_code bigint, known_by text, known_at timestamptz,
        first_known_at timestamptz, next_lookup_at timestamptz, lookups bigint =>
        "update attempts set status = i.status, error_code = i.error_code, known_by = i.known_by,
           known_at = i.known_at, first_known_at = i.first_known_at, next_lookup_at = i.next_lookup_at, lookups = i.lookups
         from input i where attempts.id = i.id")
    .text(tx);
    on_tx!(tx, |ex| sqlx::query(sql).bind(as_parameter(attempts)?).execute(ex).await.map(drop))
}

async fn write_ended_attempts(tx: &mut Tx, attempts: &[AttemptRow<'_>]) -> Result<(), sqlx::Error> {
    if attempts.is_empty() {
        return Ok(());
    }
    let sql = rows!(id uuid, ended_at timestamptz, result text, http_status bigint, exclusive boolean, sid text,
        status text, error_code bigint, known_by text, known_at timestamptz, first_known_at timestamptz,
        next_lookup_at timestamptz, lookups bigint =>
        "update attempts set ended_at = i.ended_at, result = i.result, http_status = i.http_status,
           exclusive = i.exclusive, sid = i.sid, status = i.status, error_code = i.error_code, known_by = i.known_by,
           known_at = i.known_at, first_known_at = i.first_known_at, next_lookup_at = i.next_lookup_at, lookups = i.lookups
         from input i where attempts.id = i.id")
    .text(tx);
    on_tx!(tx, |ex| sqlx::query(sql).bind(as_parameter(attempts)?).execute(ex).await.map(drop))
}
