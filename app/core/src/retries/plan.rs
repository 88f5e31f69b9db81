//! What a run would do: how many texts it would retry, and why it would not retry the others.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::filter::Filter;
use super::judge::Judge;
use crate::error::Error;
use crate::ids::{ContactId, EventId, MessageId, OrgId};
use crate::service::Service;

/// What a run would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Texts that would be retried.
    pub will_retry: i64,
    /// Texts that would not, by reason, most frequent first.
    pub will_not: Vec<NotRetried>,
    /// People to whom more than one text would go.
    pub several: i64,
    /// Events that are over, with their texts that would be retried or are passed over for that alone, most
    /// texts first.
    pub past: Vec<PastEvent>,
}

impl Plan {
    /// Texts of events that are over.
    #[must_use]
    pub fn past_texts(&self) -> i64 {
        self.past.iter().map(|event| event.texts).sum()
    }
}

/// An event that is over, of which texts did not arrive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PastEvent {
    /// Its id.
    pub event_id: EventId,
    /// Its name.
    pub name: String,
    /// How many texts.
    pub texts: i64,
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
    let mut judge = Judge::new(filter, now);
    let mut people: HashMap<ContactId, i64> = HashMap::new();
    let mut past: BTreeMap<EventId, PastEvent> = BTreeMap::new();
    let mut tx = service.store.begin_read().await?;
    let mut before = None;
    loop {
        let candidates = filter.candidates(&mut tx, org, before, newest, None).await?;
        let Some(last) = candidates.last() else { break };
        before = Some(last.id);
        for text in &candidates {
            let refusal = judge.refusal(text);
            if (refusal.is_none() || Judge::is_only_past(refusal.as_deref()))
                && let Some((event_id, name)) = text.past_event(now)
            {
                let of_event = || PastEvent { event_id, name: name.to_owned(), texts: 0 };
                past.entry(event_id).or_insert_with(of_event).texts += 1;
            }
            match refusal {
                None => *people.entry(text.contact_id).or_default() += 1,
                Some(why) => add(&mut plan.will_not, why, text.error_code, 1),
            }
        }
    }
    tx.commit().await?;
    plan.will_retry = people.values().sum();
    plan.several = people.values().map(|texts| i64::from(*texts > 1)).sum();
    plan.past = past.into_values().collect();
    plan.past.sort_by(|a, b| b.texts.cmp(&a.texts).then_with(|| a.name.cmp(&b.name)));
    sort(&mut plan.will_not);
    Ok(plan)
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
