//! People who have had as many texts as an organization allows one person in 24 hours: they get theirs later.

use chrono::{DateTime, Utc};

use super::audience::{PIECE, chosen};
use super::check::TOLD;
use crate::accounts;
use crate::error::Error;
use crate::holds::limits;
use crate::ids::{AttendeeId, EventId, OrgId};
use crate::service::Service;
use crate::store::Tx;

/// People whom the limit for one person holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limited {
    /// How many.
    pub people: i64,
    /// The first of them.
    pub names: Vec<(AttendeeId, String)>,
    /// When the last of them may be texted.
    pub until: DateTime<Utc>,
}

/// Who of these people could not be texted at `at` yet.
pub(super) async fn limited(
    tx: &mut Tx,
    service: &Service,
    (org, event): (OrgId, EventId),
    people: &[(AttendeeId, String)],
    (limit, at): (u32, DateTime<Utc>),
) -> Result<Limited, Error> {
    let Some(account) = accounts::account_of(tx, service, org).await? else {
        return Ok(Limited::default());
    };
    let mut found = Limited::default();
    let mut first = Vec::new();
    for piece in people.chunks(PIECE) {
        let phones: Vec<&str> = piece.iter().map(|(_, phone)| phone.as_str()).collect();
        let full = limits::full(tx, (org, account), &phones, limit, service.clock.now()).await?;
        for (attendee, phone) in piece {
            if let Some(free) = full.get(phone).filter(|free| **free > at) {
                found.people += 1;
                found.until = found.until.max(*free);
                if first.len() < TOLD {
                    first.push(*attendee);
                }
            }
        }
    }
    let named = chosen(tx, org, event, &first).await?;
    found.names = named.into_iter().map(|person| (person.attendee_id, person.shown())).collect();
    Ok(found)
}
