//! What a run would do: how many texts it would retry, and why it would not retry the others.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::filter::{Candidate, Filter};
use crate::error::Error;
use crate::failures::{Key, Need};
use crate::ids::{MessageId, OrgId};
use crate::messages::{Outcome, RETRY_ARCHIVED, retry_refusal};
use crate::service::Service;

/// What a run would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Texts that would be retried.
    pub will_retry: i64,
    /// Texts that would not, by reason, most frequent first.
    pub will_not: Vec<NotRetried>,
}

/// Texts that are not retried for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotRetried {
    /// In a sentence.
    pub why: String,
    /// Twilio's code, where one came.
    pub error_code: Option<i64>,
    /// How many.
    pub texts: i64,
}

/// What a run would do now. Texts that are on their way or arrived are no part of it.
///
/// # Errors
/// If the database fails.
pub async fn plan(service: &Service, org: OrgId, filter: &Filter) -> Result<Plan, Error> {
    let mut plan = Plan::default();
    let newest = MessageId(service.clock.new_id());
    let now = service.clock.now();
    let mut tx = service.store.begin_read().await?;
    let mut after = None;
    loop {
        let candidates = filter.candidates(&mut tx, org, after, newest).await?;
        let Some(last) = candidates.last() else { break };
        after = Some(last.id);
        for candidate in &candidates {
            match refusal(filter, candidate, now) {
                None => plan.will_retry += 1,
                Some(why) => add(&mut plan.will_not, why, candidate.error_code, 1),
            }
        }
    }
    tx.commit().await?;
    sort(&mut plan.will_not);
    Ok(plan)
}

/// Why a run passes a text over; `None` if it retries it.
pub(super) fn refusal(filter: &Filter, text: &Candidate, now: DateTime<Utc>) -> Option<String> {
    if text.status.outcome() == Some(Outcome::Unconfirmed) {
        return Some("The phone may have it already. Look at it, and retry it by itself.".into());
    }
    if text.dismissed {
        return Some("Somebody dismissed it.".into());
    }
    if text.archived {
        return Some(RETRY_ARCHIVED.into());
    }
    if text.suppressed {
        return Some("They must not be texted any more.".into());
    }
    if text.expires_at.is_some_and(|expires_at| expires_at <= now) {
        return Some("It was of use until a time that has passed.".into());
    }
    let refusal = retry_refusal(
        text.purpose,
        text.status,
        text.error_code,
        text.reason.as_deref(),
        text.chain_position,
    );
    let key = Key::of(text.status.outcome()?, text.error_code, text.reason.as_deref());
    let is_ready = !filter.ready || key.is_none_or(|key| key.need() == Need::Retry);
    refusal.or_else(|| (!is_ready).then(|| "Something has to be put right before another try.".into()))
}

/// Counts texts that are passed over for a reason.
pub(super) fn add(passed_over: &mut Vec<NotRetried>, why: String, error_code: Option<i64>, texts: i64) {
    match passed_over.iter_mut().find(|not| not.why == why && not.error_code == error_code) {
        Some(not) => not.texts += texts,
        None => passed_over.push(NotRetried { why, error_code, texts }),
    }
}

/// Most frequent first.
pub(super) fn sort(passed_over: &mut [NotRetried]) {
    passed_over.sort_by(|a, b| b.texts.cmp(&a.texts).then_with(|| a.why.cmp(&b.why)));
}
