//! A text that was retried turns out delivered after all: its chain is delivered, so it counts
//! in place of the retry, and a retry that still waits is stopped.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::super::text::{Case, DELIVERED_AFTER_ALL};
use super::Desk;
use crate::counters::{Changes, Counted};
use crate::ids::{EventId, MessageId, OrgId};
use crate::messages::{Kind, NewStep, Purpose, Status, write_trail};
use crate::store::{Tx, on_tx};

#[derive(sqlx::FromRow)]
struct Counting {
    id: MessageId,
    org_id: OrgId,
    event_id: Option<EventId>,
    purpose: Purpose,
    status: Status,
    error_code: Option<i64>,
    steps: i64,
}

/// Lets every text that has just been delivered count in place of the retry that replaced it.
pub(super) async fn recount(
    tx: &mut Tx,
    desk: &Desk,
    cases: &mut BTreeMap<MessageId, Case>,
    counters: &mut Changes,
) -> Result<(), sqlx::Error> {
    let late: Vec<(MessageId, Uuid)> = cases
        .values()
        .filter(|case| case.text.status == Status::Delivered && !case.text.counts)
        .map(|case| (case.text.id, case.text.chain_id))
        .collect();
    for (id, chain_id) in late {
        let in_hand = cases.values_mut().find(|case| case.text.chain_id == chain_id && case.text.counts);
        let replaced = match in_hand {
            Some(case) if case.text.status == Status::Delivered => false,
            Some(case) => {
                case.stop_counting(desk.clock.now());
                true
            }
            None => stop_counting_at_rest(tx, desk, chain_id, id, counters).await?,
        };
        if let Some(case) = cases.get_mut(&id) {
            case.text.counts = replaced;
        }
    }
    Ok(())
}

/// The same for a retry that no fact of this batch is about; false if it is delivered itself.
async fn stop_counting_at_rest(
    tx: &mut Tx,
    desk: &Desk,
    chain_id: Uuid,
    delivered: MessageId,
    counters: &mut Changes,
) -> Result<bool, sqlx::Error> {
    let sql = "select id, org_id, event_id, purpose, status, error_code,
           (select coalesce(max(t.seq), 0) from trail t where t.message_id = messages.id) as steps
         from messages where (id = $1 or chain_id = $1 and retry_of is not null) and counts and id <> $2";
    let counting: Option<Counting> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(chain_id).bind(delivered).fetch_optional(ex).await)?;
    let Some(other) = counting.filter(|other| other.status != Status::Delivered) else {
        return Ok(false);
    };
    counters.remove(Counted {
        org_id: other.org_id,
        event_id: other.event_id,
        purpose: other.purpose,
        status: other.status,
        error_code: other.error_code,
    });
    let waits = matches!(other.status, Status::Scheduled | Status::Queued);
    let sql = "update messages set counts = $2, status = $3, hold = case when $4 then null else hold end,
           reason = case when $4 then $6 else reason end, final_at = case when $4 then $5 else final_at end where id = $1";
    let status = if waits { Status::Canceled } else { other.status };
    let now = desk.clock.now();
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(other.id)
        .bind(false)
        .bind(status)
        .bind(waits)
        .bind(now)
        .bind(DELIVERED_AFTER_ALL)
        .execute(ex)
        .await
        .map(drop))?;
    if waits {
        let mut step = NewStep::new(other.org_id, other.id, other.steps + 1, Kind::Canceled, now);
        step.note = Some("delivered after all".into());
        write_trail(tx, &[step]).await?;
    }
    Ok(true)
}
