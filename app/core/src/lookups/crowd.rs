//! Many texts of one account due at once: its list is walked instead, a thousand texts a request.

use std::collections::HashMap;

use chrono::TimeDelta;

use super::due::{self, Due};
use super::find::Candidates;
use super::learn::{after_failure, payload, receive, settle};
use super::walk::{LARGEST_PAGE, Walk};
use crate::accounts;
use crate::error::Error;
use crate::ids::{AccountId, AttemptId};
use crate::service::Service;
use crate::store::on_store;
use crate::twilio::client::{CallError, Filter, Message};

/// So many texts due are looked up one by one.
const FEW: i64 = 200;
/// So many of those that are due are looked at, the oldest first.
const SEEN: i64 = 20_000;
/// At most so many are taken at once.
const MOST: i64 = 2_000;
/// Receipts that are handed to their writer together; its queue is longer.
const TOGETHER: usize = 500;
/// Nobody else walks this account's list for so long.
const LEASE: TimeDelta = TimeDelta::minutes(5);
/// After a walk that left many, they are looked up one by one for so long.
const PAUSE: TimeDelta = TimeDelta::minutes(10);

/// Walks the list of an account that has many texts due; returns how many that were.
pub(super) async fn look_up(service: &Service) -> Result<usize, Error> {
    let Some(account) = crowded(service).await? else { return Ok(0) };
    if !take_turn(service, account).await? {
        return Ok(0);
    }
    let crowd = Crowd::of(due::take(service, Some(account), MOST).await?);
    let texts = crowd.len();
    crowd.look_up(service, account).await?;
    Ok(texts)
}

/// The account with most texts due, if those are many.
async fn crowded(service: &Service) -> Result<Option<AccountId>, sqlx::Error> {
    // The limit keeps the inner query on its index, whatever is to be grouped.
    let sql = "select due.account_id from
           (select account_id from attempts where next_lookup_at <= $1 order by next_lookup_at limit $3) due
         join accounts w on w.id = due.account_id
         where w.walk_after is null or w.walk_after <= $1
         group by due.account_id having count(*) > $2 order by count(*) desc limit 1";
    on_store!(read & service.store, |ex| sqlx::query_scalar(sql)
        .bind(service.clock.now())
        .bind(FEW)
        .bind(SEEN)
        .fetch_optional(ex)
        .await)
}

/// False if another process walks this list.
async fn take_turn(service: &Service, account: AccountId) -> Result<bool, sqlx::Error> {
    let now = service.clock.now();
    let sql =
        "update accounts set walk_after = $3 where id = $1 and (walk_after is null or walk_after <= $2)";
    on_store!(write & service.store, |ex| sqlx::query(sql)
        .bind(account)
        .bind(now)
        .bind(now + LEASE)
        .execute(ex)
        .await
        .map(|done| done.rows_affected() > 0))
}

async fn end_turn(service: &Service, account: AccountId, pause: TimeDelta) -> Result<(), sqlx::Error> {
    let sql = "update accounts set walk_after = $2 where id = $1";
    let next = service.clock.now() + pause;
    on_store!(write & service.store, |ex| sqlx::query(sql)
        .bind(account)
        .bind(next)
        .execute(ex)
        .await
        .map(drop))
}

/// What a walk is after.
#[derive(Default)]
struct Crowd {
    by_sid: HashMap<String, Due>,
    /// Those whose outcome is unknown, with what could be them.
    without_sid: Vec<(Due, Candidates)>,
    /// Which of those are to this phone.
    to_phone: HashMap<String, Vec<usize>>,
}

impl Crowd {
    fn of(taken: Vec<Due>) -> Self {
        let mut crowd = Self::default();
        for due in taken {
            if let Some(sid) = due.sid.clone() {
                crowd.by_sid.insert(sid, due);
            } else {
                let place = crowd.without_sid.len();
                crowd.to_phone.entry(due.to_phone.clone()).or_default().push(place);
                crowd.without_sid.push((due, Candidates::default()));
            }
        }
        crowd
    }

    fn all(&self) -> impl Iterator<Item = &Due> {
        self.by_sid.values().chain(self.without_sid.iter().map(|(due, _)| due))
    }

    fn len(&self) -> usize {
        self.by_sid.len() + self.without_sid.len()
    }

    fn ids(&self) -> Vec<AttemptId> {
        self.all().map(|due| due.id).collect()
    }

    async fn look_up(mut self, service: &Service, account: AccountId) -> Result<(), Error> {
        let Some(since) = self.all().map(|due| due.started_at).min() else {
            return Ok(end_turn(service, account, TimeDelta::zero()).await?);
        };
        let login = accounts::login(service, account).await?;
        let filter = Filter { page_size: Some(LARGEST_PAGE), ..Filter::default() };
        let mut walk = Walk::new(service, &login, filter, since);
        while self.len() > 0 && !walk.costs_more_than(self.len()) {
            match walk.page().await {
                Ok(Some(messages)) => self.meet(service, &walk, messages).await?,
                Ok(None) => break,
                Err(error) => return self.failed(service, account, &error).await,
            }
        }
        tracing::info!(
            pages = walk.pages(),
            left = self.by_sid.len(),
            "many texts were looked up in the list"
        );
        if walk.is_complete() {
            for (due, candidates) in std::mem::take(&mut self.without_sid) {
                let found = candidates.choose(&due);
                settle(service, &due, found).await?;
            }
        }
        // What the list does not show, or not soon enough, is fetched by its sid.
        let many = i64::try_from(self.len()).unwrap_or(i64::MAX) > FEW;
        due::give_back(service, &self.ids(), service.clock.now()).await?;
        Ok(end_turn(service, account, if many { PAUSE } else { TimeDelta::zero() }).await?)
    }

    /// Records every text of a page that is one of these.
    async fn meet(
        &mut self,
        service: &Service,
        walk: &Walk<'_>,
        messages: Vec<Message>,
    ) -> Result<(), Error> {
        let mut met = Vec::new();
        for message in messages {
            if let Some(due) = self.by_sid.remove(&message.sid) {
                met.push((due, message));
                continue;
            }
            // Twilio may leave the recipient out; then it could be anybody's.
            let places = match &message.to {
                Some(to) => self.to_phone.get(to).cloned().unwrap_or_default(),
                None => (0..self.without_sid.len()).collect(),
            };
            for place in places {
                if let Some((due, candidates)) = self.without_sid.get_mut(place) {
                    candidates.consider(service, due, walk.since(), &message).await?;
                }
            }
        }
        let mut met = met.into_iter();
        loop {
            let together: Vec<(Due, Message)> = met.by_ref().take(TOGETHER).collect();
            if together.is_empty() {
                return Ok(());
            }
            let receipts = together.into_iter().map(async |(due, message)| {
                let payload = payload(&message)?;
                receive(service, &due, message, payload).await
            });
            // One that cannot be stored comes back when its lease ends; the others must not wait.
            for result in futures::future::join_all(receipts).await {
                if let Err(error) = result {
                    tracing::warn!(%error, "a look-up settled nothing");
                }
            }
        }
    }

    /// A page that did not come permits nothing: all that were not met wait.
    async fn failed(&self, service: &Service, account: AccountId, error: &CallError) -> Result<(), Error> {
        let now = service.clock.now();
        tracing::warn!(%error, texts = self.len(), "Twilio did not give a page of its list");
        let newest = self.all().map(|due| due.started_at).max().unwrap_or(now);
        let again_at = after_failure(newest, now);
        due::give_back(service, &self.ids(), again_at).await?;
        Ok(end_turn(service, account, TimeDelta::zero()).await?)
    }
}
