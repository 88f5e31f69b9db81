//! The list of opt-outs: those in force, and those that were lifted.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Source;
use crate::error::Error;
use crate::ids::{ContactId, OrgId, SuppressionId};
use crate::search;
use crate::store::{Store, cut, on_store};

/// How many a page shows.
const PAGE: i64 = 50;

/// A phone that must not be texted, or was not to be.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Suppression {
    /// Its id.
    pub id: SuppressionId,
    /// E.164.
    pub phone: String,
    /// How it came about.
    pub source: Source,
    /// The number or service through which it came; empty where it came through none.
    pub sender: String,
    /// Why, in words.
    pub reason: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Who put it there, if somebody of the organization did.
    pub author: Option<String>,
    /// When it was lifted.
    pub lifted_at: Option<DateTime<Utc>>,
    /// Why.
    pub lifted_reason: Option<String>,
    /// By whom, if by somebody of the organization.
    pub lifter: Option<String>,
    /// The person with this number, if one is known.
    pub contact_id: Option<ContactId>,
    /// Their name.
    pub name: Option<String>,
}

/// Which opt-outs to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those that were lifted, not those in force.
    pub lifted: bool,
    /// Only those whose name or number has this in it; all for nothing.
    pub find: String,
    /// Only those before this one.
    pub before: Option<SuppressionId>,
}

/// One page of opt-outs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Newest first.
    pub rows: Vec<Suppression>,
    /// Older ones exist before this one.
    pub older: Option<SuppressionId>,
    /// How many phones belong to people who want no texts, whatever was looked for.
    pub opted_out: i64,
    /// How many others get no texts, being landlines or out of service.
    pub dead: i64,
}

macro_rules! suppression {
    ($rest:literal) => {
        concat!(
            "select s.id, s.phone, s.source, s.sender, s.reason, s.created_at, s.lifted_at, s.lifted_reason,
               c.id as contact_id, c.name, case when u.name = '' then u.email else u.name end as author,
               case when l.name = '' then l.email else l.name end as lifter
             from suppressions s left join contacts c on c.org_id = s.org_id and c.phone = s.phone
             left join users u on u.id = s.created_by left join users l on l.id = s.lifted_by where ",
            $rest
        )
    };
}

/// One opt-out of an organization, whether or not it is in force; `None` if it is none.
///
/// # Errors
/// If the database fails.
pub async fn find(store: &Store, org: OrgId, id: SuppressionId) -> Result<Option<Suppression>, Error> {
    let sql = suppression!("s.org_id = $1 and s.id = $2");
    Ok(on_store!(read store, |ex| sqlx::query_as(sql).bind(org).bind(id).fetch_optional(ex).await)?)
}

/// Why a number must not be texted; nothing if it may.
///
/// # Errors
/// If the database fails.
pub async fn in_force(store: &Store, org: OrgId, phone: &str) -> Result<Vec<Suppression>, Error> {
    let sql = suppression!("s.org_id = $1 and s.phone = $2 and s.lifted_at is null order by s.id");
    Ok(on_store!(read store, |ex| sqlx::query_as(sql).bind(org).bind(phone).fetch_all(ex).await)?)
}

/// One page of an organization's opt-outs.
///
/// # Errors
/// If the database fails.
pub async fn list(store: &Store, org: OrgId, wanted: &Wanted) -> Result<Page, Error> {
    let sql = suppression!(
        "s.org_id = $1 and s.id < $2 and (s.lifted_at is not null) = $3
           and ($4 is null or c.search like $4 escape '!' or s.phone like $4 escape '!')
         order by s.id desc limit $5"
    );
    let mut rows: Vec<Suppression> = on_store!(read store, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(wanted.before.map_or(Uuid::max(), |before| before.0))
        .bind(wanted.lifted)
        .bind(search::pattern(&wanted.find))
        .bind(PAGE + 1)
        .fetch_all(ex)
        .await)?;
    let older = cut(&mut rows, PAGE, |row| row.id);
    let sql = "select count(distinct phone), count(distinct phone) filter (where source <> 'dead')
         from suppressions where org_id = $1 and lifted_at is null";
    let (all, opted_out): (i64, i64) =
        on_store!(read store, |ex| sqlx::query_as(sql).bind(org).fetch_one(ex).await)?;
    Ok(Page { rows, older, opted_out, dead: all - opted_out })
}
