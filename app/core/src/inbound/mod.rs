//! Texts from people: kept in their history, and obeyed when they ask for no more.

mod route;
mod wish;

pub use wish::{Wish, read as read_wish};

use chrono::{DateTime, Utc};

use crate::contacts;
use crate::error::{Error, clean};
use crate::ids::{AccountId, MessageId, OrgId};
use crate::live::Changed;
use crate::messages::{Kind, NewStep, Purpose, Status, write_trail};
use crate::phones::Phone;
use crate::service::Service;
use crate::store::{Tx, on_tx};
use crate::suppressions::{self, Source};
use crate::twilio::segments;

/// A text from a person, as Twilio told us of it.
#[derive(Clone, Debug)]
pub struct Inbound {
    /// The account it came to.
    pub account_id: AccountId,
    /// Twilio's name for it.
    pub sid: String,
    /// The person's phone.
    pub from: String,
    /// The number they wrote to.
    pub to: String,
    /// The Messaging Service that the number is in, if it is in one.
    pub messaging_service: Option<String>,
    /// What they wrote; may be empty.
    pub body: String,
    /// Twilio's own reading of it, where there is one.
    pub opt_out_type: Option<String>,
    /// All that came, as JSON text.
    pub payload: String,
}

impl Inbound {
    /// What an opt-out through this text is kept under: a block spans the whole Messaging Service.
    fn sender(&self) -> &str {
        self.messaging_service.as_deref().unwrap_or(&self.to)
    }
}

/// Stores a text from a person and does what it wishes. The same one twice is one.
///
/// # Errors
/// If the database fails.
pub async fn receive(service: &Service, text: &Inbound) -> Result<(), Error> {
    let now = service.clock.now();
    let mut changed = Changed::default();
    let mut tx = service.store.begin().await?;
    let phone = Phone::parse(&text.from, None).ok().filter(|phone| phone.as_str() == text.from);
    let org = route::find(&mut tx, service, text).await?;
    match org.zip(phone.as_ref()) {
        Some((org, phone)) => {
            let stored = keep(&mut tx, service, org, phone, text, now).await?;
            let Some(contact) = stored else {
                tracing::debug!(sid = text.sid, "this text came before");
                return Ok(());
            };
            changed.ids.extend([org.0, contact]);
        }
        None => route::keep_for_operator(&mut tx, service, text, now).await?,
    }
    if let Some(phone) = &phone {
        obey(&mut tx, service, phone, text, now).await?;
    }
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(())
}

/// Inserts the text into the person's history; `None` if it is there already.
async fn keep(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    phone: &Phone,
    text: &Inbound,
    now: DateTime<Utc>,
) -> Result<Option<uuid::Uuid>, Error> {
    let contact = contacts::ensure(tx, &service.clock, org, phone, "").await?;
    let id = MessageId(service.clock.new_id());
    let body = segments::normalize(&clean(&text.body));
    let count = segments::count(&body);
    let maybe = read_wish(&body, text.opt_out_type.as_deref()) == Wish::MaybeStop;
    let sql = "insert into messages (id, org_id, direction, contact_id, purpose, to_phone, from_phone, body, status,
           reason, counts, chain_id, chain_position, priority, due_at, tries, segments, encoding, inbound_sid,
           created_via, created_at, final_at)
         values ($1, $2, 'in', $3, $4, $5, $6, $7, $8, $9, $10, $1, 0, 2, $11, 0, $12, $13, $14, 'webhook', $11, $11)
         on conflict do nothing returning id";
    let stored: Option<MessageId> = on_tx!(tx, |ex| sqlx::query_scalar(sql)
        .bind(id)
        .bind(org)
        .bind(contact)
        .bind(Purpose::Custom)
        .bind(clean(&text.to))
        .bind(phone.as_str())
        .bind(&body)
        .bind(Status::Received)
        .bind(maybe.then_some("may_opt_out"))
        .bind(false)
        .bind(now)
        .bind(i64::from(count.segments))
        .bind(count.encoding.as_str())
        .bind(&text.sid)
        .fetch_optional(ex)
        .await)?;
    let Some(id) = stored else { return Ok(None) };
    let mut step = NewStep::new(org, id, 1, Kind::Received, now);
    step.status = Some(Status::Received);
    step.payload = Some(text.payload.clone());
    write_trail(tx, &[step]).await?;
    Ok(Some(contact.0))
}

/// STOP binds every organization that uses the sender, since Twilio blocks the sender; START lifts
/// what came through it.
async fn obey(
    tx: &mut Tx,
    service: &Service,
    phone: &Phone,
    text: &Inbound,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    match read_wish(&text.body, text.opt_out_type.as_deref()) {
        Wish::Stop => {
            let mut orgs = route::users_of(tx, service, text).await?;
            orgs.extend(route::find(tx, service, text).await?);
            orgs.sort_unstable();
            orgs.dedup();
            let reason: String = clean(&text.body).chars().take(100).collect();
            let new: Vec<suppressions::New> = orgs
                .into_iter()
                .map(|org_id| suppressions::New {
                    id: service.clock.new_id(),
                    org_id,
                    phone: phone.to_string(),
                    source: Source::Stop,
                    sender: text.sender().to_owned(),
                    reason: format!("They wrote “{reason}”"),
                    at: now,
                })
                .collect();
            suppressions::add(tx, &new).await?;
        }
        Wish::Start { by_yes } if !(by_yes && is_toll_free(&text.to)) => {
            let senders = [Some(text.to.as_str()), text.messaging_service.as_deref()];
            for sender in senders.into_iter().flatten() {
                suppressions::lift_by_start(tx, phone, sender, now).await?;
            }
        }
        Wish::Start { .. } | Wish::Help | Wish::MaybeStop | Wish::Nothing => {}
    }
    Ok(())
}

/// North American toll-free numbers keep their opt-outs in the network.
fn is_toll_free(number: &str) -> bool {
    ["800", "833", "844", "855", "866", "877", "888"]
        .iter()
        .any(|code| number.strip_prefix("+1").is_some_and(|rest| rest.starts_with(code)))
}
