//! Texts that count, by what became of them; kept in the transaction that changes a text, so
//! that a dashboard never counts rows.

use std::collections::BTreeMap;

use serde::Serialize;
use uuid::Uuid;

use crate::ids::{ContactId, EventId, OrgId, SendId};
use crate::live::Changed;
use crate::messages::{Outcome, Purpose, Status};
use crate::store::{Store, Tx, as_ids, as_parameter, on_tx, rows};

/// What a counter is kept by. The order of the fields is the order in which rows are locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    scope: Uuid,
    purpose: Purpose,
    status: Status,
    error_code: i64,
    org_id: OrgId,
}

/// Where a text belongs: what counts it, and which pages show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Belonging {
    pub org_id: OrgId,
    pub event_id: Option<EventId>,
    pub send_id: Option<SendId>,
    pub contact_id: ContactId,
    pub purpose: Purpose,
}

impl Belonging {
    /// Everything that counts it.
    fn scopes(&self) -> impl Iterator<Item = Uuid> {
        let org = Some(self.org_id.0);
        [org, self.event_id.map(|event| event.0), self.send_id.map(|send| send.0)].into_iter().flatten()
    }

    /// Notes that the pages that show it have changed.
    pub(crate) fn has_changed(&self, changed: &mut Changed) {
        changed.ids.extend(self.scopes().chain([self.contact_id.0]));
    }
}

/// Changes of counters, gathered over a transaction and written once at its end.
#[derive(Debug, Default)]
pub(crate) struct Changes(BTreeMap<Key, i64>);

impl Changes {
    /// One more text that counts.
    pub(crate) fn add(&mut self, text: &Belonging, status: Status, error_code: Option<i64>) {
        self.change(text, status, error_code, 1);
    }

    /// One text that counts no more.
    pub(crate) fn remove(&mut self, text: &Belonging, status: Status, error_code: Option<i64>) {
        self.change(text, status, error_code, -1);
    }

    fn change(&mut self, text: &Belonging, status: Status, error_code: Option<i64>, by: i64) {
        for scope in text.scopes() {
            let key = Key {
                scope,
                purpose: text.purpose,
                status,
                error_code: error_code.unwrap_or_default(),
                org_id: text.org_id,
            };
            *self.0.entry(key).or_default() += by;
        }
    }

    /// Writes what was gathered, in key order, so that two processes cannot wait for each other
    /// in a circle. Each process has its own `shard`, so that they do not wait at all.
    pub(crate) async fn write(self, tx: &mut Tx, shard: i64) -> Result<(), sqlx::Error> {
        #[derive(Serialize)]
        struct Row {
            org_id: OrgId,
            scope: String,
            purpose: Purpose,
            status: Status,
            error_code: i64,
            shard: i64,
            texts: i64,
        }
        let changed: Vec<Row> = self
            .0
            .into_iter()
            .filter(|(_, texts)| *texts != 0)
            .map(|(key, texts)| Row {
                org_id: key.org_id,
                scope: key.scope.simple().to_string(),
                purpose: key.purpose,
                status: key.status,
                error_code: key.error_code,
                shard,
                texts,
            })
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        let sql = rows!(org_id uuid, scope uuid, purpose text, status text, error_code bigint, shard bigint, texts bigint =>
            "insert into counters (org_id, scope, purpose, status, error_code, shard, texts)
             select org_id, scope, purpose, status, error_code, shard, texts from input where true
             order by scope, purpose, status, error_code
             on conflict (scope, purpose, status, error_code, shard) do update set texts = counters.texts + excluded.texts");
        let sql = sql.text(tx);
        on_tx!(tx, |ex| sqlx::query(sql).bind(as_parameter(&changed)?).execute(ex).await.map(drop))
    }
}

/// How many texts of one purpose stand at one status and code.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Count {
    /// Why they were sent.
    pub purpose: Purpose,
    /// What became of them.
    pub status: Status,
    /// Twilio's code; 0 for none.
    pub error_code: i64,
    /// How many.
    pub texts: i64,
}

const COUNTS: &str = "select purpose, status, error_code, cast(sum(texts) as bigint) as texts from counters
    where org_id = $1 and scope = $2 group by purpose, status, error_code having sum(texts) <> 0
    order by purpose, status, error_code";

/// The counters of one scope, read in the caller's transaction.
pub(crate) async fn of_scope(tx: &mut Tx, org: OrgId, scope: Uuid) -> Result<Vec<Count>, sqlx::Error> {
    on_tx!(tx, |ex| sqlx::query_as(COUNTS).bind(org).bind(scope).fetch_all(ex).await)
}

/// How many texts of an organization have not left yet.
///
/// # Errors
/// If the database fails.
pub async fn waiting(store: &Store, org: OrgId) -> Result<i64, sqlx::Error> {
    let mut tx = store.begin_read().await?;
    let counts = of_scope(&mut tx, org, org.0).await?;
    tx.commit().await?;
    let waits = |count: &&Count| matches!(count.status, Status::Scheduled | Status::Queued);
    Ok(counts.iter().filter(waits).map(|count| count.texts).sum())
}

/// The totals of several scopes, read in the caller's transaction; one without texts is left out.
pub(crate) async fn totals_of(
    tx: &mut Tx,
    org: OrgId,
    scopes: impl IntoIterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, Totals>, sqlx::Error> {
    let sql = rows!(id uuid =>
        "select c.scope, c.status, cast(sum(c.texts) as bigint) as texts from input i
         join counters c on c.scope = i.id where c.org_id = $2 group by c.scope, c.status")
    .text(tx);
    let ids = as_ids(scopes.into_iter().map(|scope| scope.simple().to_string()))?;
    let counts: Vec<(Uuid, Status, i64)> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(ids).bind(org).fetch_all(ex).await)?;
    let mut totals: BTreeMap<Uuid, Totals> = BTreeMap::new();
    for (scope, status, texts) in counts {
        totals.entry(scope).or_default().add(status, texts);
    }
    Ok(totals)
}

/// The five outcomes; `total` is their sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// All texts that count.
    pub total: i64,
    /// Reached the phone.
    pub delivered: i64,
    /// Did not.
    pub failed: i64,
    /// Not known yet.
    pub in_progress: i64,
    /// Never to be known.
    pub unconfirmed: i64,
    /// Never left us.
    pub not_sent: i64,
}

impl Totals {
    /// Adds up texts by their outcome.
    #[must_use]
    pub fn of(counts: &[Count]) -> Self {
        let mut totals = Self::default();
        for count in counts {
            totals.add(count.status, count.texts);
        }
        totals
    }

    /// Adds texts of one status; inbound ones are outside every counter.
    pub fn add(&mut self, status: Status, texts: i64) {
        if let Some(outcome) = status.outcome() {
            self.add_outcome(outcome, texts);
        }
    }

    /// Adds texts of one outcome.
    pub(crate) fn add_outcome(&mut self, outcome: Outcome, texts: i64) {
        self.total += texts;
        match outcome {
            Outcome::Delivered => self.delivered += texts,
            Outcome::Failed => self.failed += texts,
            Outcome::InProgress => self.in_progress += texts,
            Outcome::Unconfirmed => self.unconfirmed += texts,
            Outcome::NotSent => self.not_sent += texts,
        }
    }

    /// How many texts had this outcome.
    #[must_use]
    pub fn of_outcome(&self, outcome: Outcome) -> i64 {
        match outcome {
            Outcome::Delivered => self.delivered,
            Outcome::Failed => self.failed,
            Outcome::InProgress => self.in_progress,
            Outcome::Unconfirmed => self.unconfirmed,
            Outcome::NotSent => self.not_sent,
        }
    }

    /// Percent of delivered + failed + unconfirmed, rounded; `None` before the first of them.
    #[must_use]
    pub fn percent(&self, outcome: Outcome) -> Option<i64> {
        let known = self.delivered + self.failed + self.unconfirmed;
        (known > 0).then(|| (self.of_outcome(outcome) * 100 + known / 2) / known)
    }
}
