//! Words that somebody was sent already: asked about before they go again.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::first_id_of;
use crate::error::Error;
use crate::ids::{ContactId, OrgId};
use crate::service::Service;
use crate::store::{Tx, as_ids, on_tx, rows};
use crate::twilio::segments;

/// For so long somebody who writes the same words to the same person is asked whether they mean it.
const JUST_NOW: TimeDelta = TimeDelta::minutes(10);
/// For so long words that were sent are told of before they go to many again.
pub(crate) const LATELY: TimeDelta = TimeDelta::hours(24);

/// Somebody was sent these words a moment ago; nothing was recorded now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SameWords {
    /// What an organizer calls them.
    pub name: String,
    /// How long ago.
    pub since: TimeDelta,
}

/// How long ago this person was sent these words, as far as is known; `None` if they were not sent them lately,
/// or did not get them.
pub(crate) async fn just_sent(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    contact: ContactId,
    body: &str,
) -> Result<Option<TimeDelta>, sqlx::Error> {
    let now = service.clock.now();
    let sql = "select created_at from messages
         where org_id = $1 and contact_id = $2 and id >= $3 and direction = 'out' and body = $4
           and created_at >= $5 and outcome in ('delivered', 'in_progress', 'unconfirmed')
         order by id desc limit 1";
    let at: Option<DateTime<Utc>> = on_tx!(tx, |ex| sqlx::query_scalar(sql)
        .bind(org)
        .bind(contact)
        .bind(first_id_of(now - JUST_NOW))
        .bind(segments::normalize(body))
        .bind(now - JUST_NOW)
        .fetch_optional(ex)
        .await)?;
    Ok(at.map(|at| now - at))
}

/// Words, short enough to be remembered for a hundred thousand people.
pub(crate) fn fold(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Those of these people who were sent their words in the last 24 hours, or wait for them: each with their
/// words, [normalized](segments::normalize) and [folded](fold).
pub(crate) async fn sent_lately(
    tx: &mut Tx,
    org: OrgId,
    people: &[(ContactId, u64)],
    now: DateTime<Utc>,
) -> Result<HashSet<ContactId>, Error> {
    let sql = rows!(id uuid => "select m.contact_id, m.body from input i
         join messages m on m.org_id = $2 and m.contact_id = i.id and m.id >= $3
         where m.direction = 'out' and m.created_at >= $4 and m.outcome in ('delivered', 'in_progress', 'unconfirmed')")
    .text(tx);
    let ids = as_ids(people.iter().map(|(contact, _)| contact))?;
    let sent: Vec<(ContactId, String)> = on_tx!(tx, |ex| sqlx::query_as(sql)
        .bind(ids)
        .bind(org)
        .bind(first_id_of(now - LATELY))
        .bind(now - LATELY)
        .fetch_all(ex)
        .await)?;
    let wanted: HashSet<(ContactId, u64)> = people.iter().copied().collect();
    let same = sent.into_iter().filter(|(contact, body)| wanted.contains(&(*contact, fold(body))));
    Ok(same.map(|(contact, _)| contact).collect())
}
