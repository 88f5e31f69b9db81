//! Receipts written without anything around them: the same tables and rows as the product writes for
//! a status callback, from ready-made values, with no HTTP, no signature, no reading and nobody to tell.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::database::{Database, on_database};
use super::error::{BenchError, Doing};
use super::load::Shape;

/// The columns of a receipt's row, and how PostgreSQL reads them.
const COLUMNS: &[(&str, &str)] = &[
    ("text_id", "uuid"),
    ("attempt_id", "uuid"),
    ("org_id", "uuid"),
    ("event_id", "uuid"),
    ("purpose", "text"),
    ("was", "text"),
    ("seq", "bigint"),
    ("status", "text"),
    ("at", "timestamptz"),
    ("final_at", "timestamptz"),
    ("payload", "text"),
];

/// What Twilio would have told, ready to be written.
pub(crate) struct Receipt {
    pub(crate) text: i64,
    pub(crate) delivered: bool,
}

/// Writes what one batch of receipts changes, in one transaction.
pub(crate) async fn write(
    database: &mut Database,
    shape: &Shape,
    org: Uuid,
    now: DateTime<Utc>,
    receipts: &[Receipt],
) -> Result<(), BenchError> {
    let rows: Vec<Value> = receipts.iter().map(|receipt| row(shape, org, now, receipt)).collect();
    let rows = serde_json::to_string(&rows).doing("writing rows")?;
    let input = input(database);
    let begin = match database {
        Database::Sqlite(_) => "begin immediate",
        Database::Postgres(_) => "begin",
    };
    database.run(begin).await?;
    for statement in [
        "update attempts set status = i.status, known_by = 'callback', known_at = i.at, next_lookup_at = null
           from input i where attempts.id = i.attempt_id",
        "update messages set status = i.status, sent_at = coalesce(messages.sent_at, i.at), delivered_at = i.final_at,
           final_at = i.final_at, final_by = 'callback' from input i where messages.id = i.text_id",
        "insert into trail (message_id, seq, org_id, attempt_id, at, kind, status, payload)
           select text_id, seq, org_id, attempt_id, at, 'callback', status, payload from input",
        "insert into counters (org_id, scope, purpose, status, error_code, shard, texts)
           select org_id, scope, purpose, status, 0, 99, sum(one_more) from (
             select org_id, org_id as scope, purpose, status, 1 as one_more from input
             union all select org_id, org_id, purpose, was, -1 from input
             union all select org_id, event_id, purpose, status, 1 from input
             union all select org_id, event_id, purpose, was, -1 from input) changes
           group by 1, 2, 3, 4 order by 2, 3, 4
           on conflict (scope, purpose, status, error_code, shard) do update set texts = counters.texts + excluded.texts",
    ] {
        let sql = sqlx::AssertSqlSafe(format!("{input}{statement}"));
        on_database!(database, |ex| sqlx::query(sql).bind(&rows).execute(ex).await.map(drop)).doing("writing raw")?;
    }
    database.run("commit").await
}

fn row(shape: &Shape, org: Uuid, now: DateTime<Utc>, receipt: &Receipt) -> Value {
    let at = now.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false);
    let (was, status, seq) =
        if receipt.delivered { ("sent", "delivered", 5) } else { ("accepted", "sent", 4) };
    let (event, place) = shape.place(receipt.text);
    let sid = shape.sid(receipt.text);
    let payload = format!(
        r#"{{"AccountSid":"AC00000000000000000000000000000001","ApiVersion":"2010-04-01","From":"+15550100199","MessageSid":"{sid}","MessageStatus":"{status}","SmsSid":"{sid}","SmsStatus":"{status}","To":"+15550000000"}}"#
    );
    json!({
        "text_id": shape.text(receipt.text).simple(), "attempt_id": shape.attempt(receipt.text).simple(),
        "org_id": org.simple(), "event_id": shape.event(event).simple(), "purpose": Shape::purpose(place),
        "was": was, "seq": seq, "status": status, "at": at,
        "final_at": receipt.delivered.then_some(&at), "payload": payload,
    })
}

/// `with input as (…)` out of one JSON parameter.
fn input(database: &Database) -> String {
    match database {
        Database::Sqlite(_) => {
            let columns: Vec<String> = COLUMNS
                .iter()
                .map(|(name, kind)| match *kind {
                    "uuid" => format!("unhex(value ->> '{name}') as {name}"),
                    _ => format!("value ->> '{name}' as {name}"),
                })
                .collect();
            format!(
                "with packed as materialized (select jsonb(value) as value from json_each($1)),
                   input as materialized (select {} from packed) ",
                columns.join(", ")
            )
        }
        Database::Postgres(_) => {
            let columns: Vec<String> = COLUMNS.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
            let columns = columns.join(", ");
            // One row is expected, as the product's own statements have it: else small tables are read whole.
            format!(
                "with input as materialized (select * from jsonb_to_recordset($1::jsonb) as x (one bigint, {columns}) where one is null) "
            )
        }
    }
}
