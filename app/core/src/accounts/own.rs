//! An organization's texting as its owner sets it up: its own account and sender instead of the
//! configured ones, and a text to oneself that proves that it works.

use chrono::{DateTime, Utc};

use super::connect;
use crate::audit::{self, Deed};
use crate::contacts;
use crate::error::{Error, Problems, clean};
use crate::idempotency::{self, Ticket};
use crate::ids::{AccountId, OrgId};
use crate::live::Changed;
use crate::messages::{Effects, NewText, Purpose, Recorded, enqueue};
use crate::people::Person;
use crate::phones::Phone;
use crate::service::Service;
use crate::store::on_store;

/// Texts whose attempts are asked for the last receipt of each sender.
const NEWEST: i64 = 500;

/// What an organization's texts go through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texting {
    /// `AC…`; `None` where nothing is configured.
    pub account: Option<String>,
    /// Whether the organization entered the account itself.
    pub own_account: bool,
    /// When Twilio last confirmed the login of its own account.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The number or Messaging Service.
    pub sender: Option<String>,
    /// The senders of the newest texts, and when each last had a receipt from Twilio.
    pub last_receipts: Vec<(String, DateTime<Utc>)>,
}

/// What an organization's texts go through.
///
/// # Errors
/// If the database fails.
pub async fn texting(service: &Service, org: OrgId) -> Result<Texting, Error> {
    let sql = "select o.account_id, o.sender, a.sid, a.confirmed_at from organizations o
         left join accounts a on a.id = coalesce(o.account_id, $2) where o.id = $1";
    type Row = (Option<AccountId>, Option<String>, Option<String>, Option<DateTime<Utc>>);
    let row: Option<Row> = on_store!(read & service.store, |ex| sqlx::query_as(sql)
        .bind(org)
        .bind(service.default_account_id)
        .fetch_optional(ex)
        .await)?;
    let (own, own_sender, account, confirmed_at) = row.ok_or(Error::NotFound)?;
    let sender = super::sender_for(service, (own, own_sender)).map(|(_, sender)| sender);
    let sql = "select a.sender, max(a.known_at) as at from
           (select id from messages where org_id = $1 and counts order by id desc limit $2) m
         join attempts a on a.message_id = m.id where a.known_by = 'callback'
         group by a.sender order by 2 desc, 1";
    let last_receipts =
        on_store!(read & service.store, |ex| sqlx::query_as(sql).bind(org).bind(NEWEST).fetch_all(ex).await)?;
    Ok(Texting { account, own_account: own.is_some(), confirmed_at, sender, last_receipts })
}

/// An account and sender as an owner types them.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// `AC…`.
    pub account: String,
    /// The auth token of that account.
    pub token: String,
    /// A number or a Messaging Service.
    pub sender: String,
}

/// Gives an organization its own account, once Twilio has confirmed the login.
///
/// # Errors
/// [`Error::Invalid`] for what cannot be one, [`Error::Refused`] if Twilio does not confirm it,
/// [`Error::NotAllowed`] for anybody but an owner.
pub async fn connect_own(service: &Service, owner: &Person, typed: &Typed) -> Result<(), Error> {
    check_owner(owner)?;
    let mut problems = Problems::default();
    let (account, token) = (clean(&typed.account), clean(&typed.token));
    if !is_sid(&account, "AC") {
        problems.add("account", "An account SID is AC and 32 letters and digits. Twilio’s console shows it.");
    }
    if token.is_empty() || token.len() > 200 || !token.is_ascii() {
        problems.add("token", "Enter the account’s auth token. Twilio’s console shows it.");
    }
    let sender = problems.take("sender", sender(&typed.sender));
    problems.none()?;
    let sender = sender.ok_or_else(|| Error::Broken("an account without sender passed its check".into()))?;
    connect(service, owner.org_id, &account, &token, &sender).await?;
    log(service, owner, "connect account", &format!("{account}, sender {sender}")).await?;
    service.hub.tell(Changed { ids: [owner.org_id.0].into(), outbox: true, anything: false });
    Ok(())
}

/// Lets an organization send through the configured account and sender again.
///
/// # Errors
/// [`Error::NotAllowed`] for anybody but an owner; else if the database fails.
pub async fn use_configured(service: &Service, owner: &Person) -> Result<(), Error> {
    check_owner(owner)?;
    let sql = "update organizations set account_id = null, sender = null where id = $1";
    on_store!(write & service.store, |ex| sqlx::query(sql).bind(owner.org_id).execute(ex).await.map(drop))?;
    log(service, owner, "use configured account", "").await?;
    service.hub.tell(Changed { ids: [owner.org_id.0].into(), outbox: true, anything: false });
    Ok(())
}

/// Texts a number of one's own, to see whether texting works; under one key of the form once.
///
/// # Errors
/// [`Error::Invalid`] for a number that is none, [`Error::NotAllowed`] for a role that may not send.
pub async fn text_yourself(
    service: &Service,
    person: &Person,
    phone: &str,
    once: &str,
) -> Result<Recorded, Error> {
    if !person.role.may_send() {
        return Err(Error::NotAllowed("Your role cannot send texts. Ask an organizer."));
    }
    let phone = Phone::parse(phone, None).map_err(|error| Error::invalid("phone", error.to_string()))?;
    let body = format!("A test from {}: texting works. You asked for this text in Usher.", person.org_name);
    let mut effects = Effects::default();
    let ticket = Ticket::of_form("form text-yourself", once, phone.as_str())?;
    let mut tx = service.store.begin().await?;
    if let Some(before) = idempotency::open(&mut tx, service, person.org_id, ticket.as_ref()).await? {
        return Ok(Recorded { id: before.text()?, before: true });
    }
    let contact = contacts::ensure(&mut tx, &service.clock, person.org_id, &phone, "").await?;
    let text = NewText::new(contact, Purpose::Custom, body);
    let ids = enqueue(&mut tx, service, person.org_id, &person.author(), vec![text], &mut effects).await?;
    let id = ids.first().copied().ok_or_else(|| Error::Broken("a recorded text has no id".into()))?;
    idempotency::close(&mut tx, person.org_id, ticket.as_ref(), idempotency::Answer::of_text(id)).await?;
    let changed = effects.write(&mut tx, service).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(Recorded { id, before: false })
}

fn check_owner(person: &Person) -> Result<(), Error> {
    if person.role.may_manage() {
        return Ok(());
    }
    Err(Error::NotAllowed("Only an owner changes the account and the sender. Ask one."))
}

/// A Messaging Service, or a number in E.164.
fn sender(text: &str) -> Result<String, String> {
    let text = clean(text);
    if is_sid(&text, "MG") {
        return Ok(text);
    }
    if text.starts_with("MG") {
        return Err("A Messaging Service is MG and 32 letters and digits.".into());
    }
    Phone::parse(&text, None).map(|phone| phone.as_str().to_owned()).map_err(|error| error.to_string())
}

fn is_sid(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

async fn log(service: &Service, owner: &Person, action: &str, subject: &str) -> Result<(), Error> {
    let deed =
        Deed { org: Some(owner.org_id), user: Some(owner.user_id), actor: &owner.email, action, subject };
    audit::write(service, &deed).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_a_number_or_a_messaging_service() {
        assert_eq!(sender(" +1 555 010 0199 ").as_deref(), Ok("+15550100199"));
        let service = format!("MG{}", "0".repeat(32));
        assert_eq!(sender(&service).as_deref(), Ok(service.as_str()));
        for none in ["", "MG1", "Usher", "12"] {
            assert!(sender(none).is_err(), "{none}");
        }
    }
}
