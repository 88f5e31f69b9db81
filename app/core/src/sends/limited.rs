//! People who have had as many texts as an organization allows one person in 24 hours: they get theirs later.

use chrono::{DateTime, Utc};

use super::audience::{PIECE, chosen};
use super::check::TOLD;
use crate::error::Error;
use crate::holds::limits::{self, Reach};
use crate::ids::{AccountId, AttendeeId, EventId, OrgId};
use crate::service::Service;
use crate::store::{Tx, on_tx};

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
    let sql = "select account_id from organizations where id = $1";
    let own: Option<AccountId> = on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(org).fetch_one(ex).await)?;
    let Some(account_id) = own.or(service.default_account_id) else { return Ok(Limited::default()) };
    let reach = |phone: &str| Reach { org_id: org, account_id, phone: phone.to_owned() };
    let mut found = Limited::default();
    let mut first = Vec::new();
    for piece in people.chunks(PIECE) {
        let reaches: Vec<Reach> = piece.iter().map(|(_, phone)| reach(phone)).collect();
        let texted = limits::texted(tx, &reaches, service.clock.now()).await?;
        for (attendee, phone) in piece {
            let free = texted.get(&reach(phone)).and_then(|texted| limits::free_again(texted, limit));
            if let Some(free) = free.filter(|free| *free > at) {
                found.people += 1;
                found.until = found.until.max(free);
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
