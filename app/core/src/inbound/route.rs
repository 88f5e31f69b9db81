//! Whose text it is: of the organization that last texted that phone from that number, else of
//! the number's only organization, else the operator's.

use chrono::{DateTime, Utc};

use super::Inbound;
use crate::error::{Error, clean};
use crate::ids::OrgId;
use crate::orgs;
use crate::service::Service;
use crate::store::{Tx, on_tx};

/// The organization that a text belongs to; `None` if that cannot be told.
pub(super) async fn find(tx: &mut Tx, service: &Service, text: &Inbound) -> Result<Option<OrgId>, Error> {
    let sql = "select a.org_id from attempts a join messages m on m.id = a.message_id
         where a.account_id = $1 and a.to_phone = $2 and (a.sender = $3 or a.sender = $4 or m.from_phone = $3)
         order by a.started_at desc limit 1";
    let last: Option<OrgId> = on_tx!(tx, |ex| sqlx::query_scalar(sql)
        .bind(text.account_id)
        .bind(&text.from)
        .bind(&text.to)
        .bind(&text.messaging_service)
        .fetch_optional(ex)
        .await)?;
    if last.is_some() {
        return Ok(last);
    }
    let users = users_of(tx, service, text).await?;
    Ok(users.first().copied().filter(|_| users.len() == 1))
}

/// Every organization that sends through this number or its Messaging Service.
pub(super) async fn users_of(tx: &mut Tx, service: &Service, text: &Inbound) -> Result<Vec<OrgId>, Error> {
    let (to, service_sid) = (text.to.as_str(), text.messaging_service.as_deref());
    Ok(orgs::using_sender(tx, &service.defaults(), text.account_id, to, service_sid).await?)
}

/// Keeps a text that no tenant may see.
pub(super) async fn keep_for_operator(
    tx: &mut Tx,
    service: &Service,
    text: &Inbound,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let sql = "insert into unrouted_texts (id, account_id, sid, from_phone, to_phone, body, payload, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(service.clock.new_id())
        .bind(text.account_id)
        .bind(&text.sid)
        .bind(&text.from)
        .bind(&text.to)
        .bind(clean(&text.body))
        .bind(&text.payload)
        .bind(now)
        .execute(ex)
        .await
        .map(drop))?;
    Ok(())
}
