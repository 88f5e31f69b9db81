//! Who of a send's audience gets no text, as its page tells it: how many for each reason, and the first of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::audience;
use super::check::Left;
use super::plan::Skipped;
use crate::error::Error;
use crate::ids::{AttendeeId, EventId, OrgId, SendId};
use crate::store::{Tx, on_tx};

/// Names that are told of each reason.
const TOLD: usize = 100;

/// People who get no text for one reason.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Group {
    people: i64,
    first: Vec<AttendeeId>,
}

fn by_reason(skipped: &[Skipped]) -> BTreeMap<&str, Group> {
    let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
    for Skipped { attendee_id, reason } in skipped {
        let group = groups.entry(reason).or_default();
        group.people += 1;
        if group.first.len() < TOLD {
            group.first.push(*attendee_id);
        }
    }
    groups
}

fn broken(error: serde_json::Error) -> Error {
    Error::Broken(format!("who gets no text cannot be kept or read: {error}"))
}

/// As `sends.left_out` keeps it.
pub(super) fn written(skipped: &[Skipped]) -> Result<String, Error> {
    serde_json::to_string(&by_reason(skipped)).map_err(broken)
}

/// Who got no text, with the names of the first of them. A page that is read again and again must not read
/// each of thousands for it.
pub(super) async fn of_send(tx: &mut Tx, org: OrgId, id: SendId) -> Result<BTreeMap<String, Left>, Error> {
    let sql = "select event_id, left_out from sends where org_id = $1 and id = $2";
    let (event, kept): (Option<EventId>, Option<String>) =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_one(ex).await)?;
    let kept = match kept {
        Some(kept) => kept,
        None => of_old_send(tx, org, id).await?,
    };
    let groups: BTreeMap<String, Group> = serde_json::from_str(&kept).map_err(broken)?;
    let mut left = BTreeMap::new();
    for (reason, Group { people, first }) in groups {
        let names = match event {
            Some(event) => audience::chosen(tx, org, event, &first).await?,
            None => Vec::new(),
        };
        let names = names.into_iter().map(|person| (person.attendee_id, person.shown())).collect();
        left.insert(reason, Left { people, names });
    }
    Ok(left)
}

/// Of a send from before this was kept.
async fn of_old_send(tx: &mut Tx, org: OrgId, id: SendId) -> Result<String, Error> {
    let sql = "select skipped from sends where org_id = $1 and id = $2";
    let skipped: String = on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(org).bind(id).fetch_one(ex).await)?;
    let skipped: Vec<Skipped> = serde_json::from_str(&skipped).map_err(broken)?;
    written(&skipped)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn everybody_is_counted_and_the_first_are_named() {
        let skipped = |n: u128| Skipped {
            attendee_id: AttendeeId(Uuid::from_u128(n)),
            reason: if n == 500 { "opted_out" } else { "same_number" }.into(),
        };
        let all: Vec<Skipped> = (0..=500).map(skipped).collect();
        let kept = written(&all).expect("written");
        let read: BTreeMap<String, Group> = serde_json::from_str(&kept).expect("read");
        assert_eq!((read["same_number"].people, read["same_number"].first.len()), (500, TOLD));
        assert_eq!(read["opted_out"].first, [AttendeeId(Uuid::from_u128(500))]);
        assert!(kept.len() < 5_000, "small however many they are: {}", kept.len());
    }
}
