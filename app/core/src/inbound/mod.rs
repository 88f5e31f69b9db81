//! Texts from people: kept in their history, and obeyed when they ask for no more.

mod answer;
mod obey;
mod route;
mod wish;

pub use wish::{Wish, may_mean_seat, read as read_wish};

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::contacts;
use crate::error::{Error, clean};
use crate::ids::{AccountId, ContactId, MessageId, OrgId};
use crate::inbox::Meaning;
use crate::live::Changed;
use crate::messages::{Kind, NewStep, Purpose, Status, write_trail};
use crate::phones::Phone;
use crate::service::Service;
use crate::store::{Tx, on_tx};
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

    /// Without control characters: PostgreSQL takes no NUL, not even to look for.
    fn cleaned(&self) -> Self {
        Self {
            from: clean(&self.from),
            to: clean(&self.to),
            messaging_service: self.messaging_service.as_deref().map(clean),
            ..self.clone()
        }
    }
}

/// How long the database may take to open a transaction, as for receipts: Twilio comes back.
const PATIENCE: Duration = Duration::from_secs(1);

/// Stores a text from a person and does what it wishes. The same one twice is one.
///
/// # Errors
/// If the database fails, or cannot begin within a second.
pub async fn receive(service: &Service, text: &Inbound) -> Result<(), Error> {
    let text = &text.cleaned();
    let now = service.clock.now();
    let mut changed = Changed::default();
    let begun = tokio::time::timeout(PATIENCE, service.store.begin()).await;
    let mut tx = begun.map_err(|_| Error::Store(sqlx::Error::PoolTimedOut))??;
    let phone = Phone::parse(&text.from, None).ok().filter(|phone| phone.as_str() == text.from);
    let org = route::find(&mut tx, service, text).await?;
    let mut writer = None;
    match org.zip(phone.as_ref()) {
        Some((org, phone)) => {
            let stored = keep(&mut tx, service, org, phone, text, now).await?;
            let Some((id, contact)) = stored else {
                tracing::debug!(sid = text.sid, "this text came before");
                return Ok(());
            };
            changed.ids.extend([org.0, contact.0]);
            writer = Some((org, contact, id));
        }
        None => route::keep_for_operator(&mut tx, service, text, now).await?,
    }
    if let Some(phone) = &phone {
        let obeyed = obey::obey(&mut tx, service, phone, text, now).await?;
        if let Some((org, contact, id)) = writer {
            ask_for_attention(&mut tx, (org, id), text, obeyed.lifted.contains(&org)).await?;
            let answered = answer::answer(&mut tx, service, (org, contact), text, &obeyed, now).await?;
            changed.merge(&answered.write(&mut tx, service).await?);
        }
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
) -> Result<Option<(MessageId, ContactId)>, Error> {
    let contact = contacts::ensure(tx, &service.clock, org, phone, "").await?;
    let id = MessageId(service.clock.new_id());
    let body = segments::normalize(&clean(&text.body));
    let count = segments::count(&body);
    let sql = "insert into messages (id, org_id, direction, contact_id, purpose, to_phone, from_phone, body, status,
           counts, chain_id, chain_position, priority, due_at, tries, segments, encoding, inbound_sid,
           created_via, created_at, final_at)
         values ($1, $2, 'in', $3, $4, $5, $6, $7, $8, $9, $1, 0, 2, $10, 0, $11, $12, $13, 'webhook', $10, $10)
         on conflict do nothing returning id";
    let stored: Option<MessageId> = on_tx!(tx, |ex| sqlx::query_scalar(sql)
        .bind(id)
        .bind(org)
        .bind(contact)
        .bind(Purpose::Custom)
        .bind(&text.to)
        .bind(phone.as_str())
        .bind(&body)
        .bind(Status::Received)
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
    Ok(Some((id, contact)))
}

/// Marks what a text means, and whether somebody should read it: not what is obeyed by itself and
/// means nothing else.
async fn ask_for_attention(
    tx: &mut Tx,
    (org, id): (OrgId, MessageId),
    text: &Inbound,
    lifted: bool,
) -> Result<(), Error> {
    let meaning = match read_wish(&text.body, text.opt_out_type.as_deref()) {
        Wish::Stop { .. } if may_mean_seat(&text.body) => Some(Meaning::MayMeanSeat),
        Wish::Stop { .. } => Some(Meaning::Stop),
        Wish::MaybeStop => Some(Meaning::MayOptOut),
        Wish::Start { .. } if lifted => Some(Meaning::Start),
        Wish::Help => Some(Meaning::Help),
        Wish::Start { .. } | Wish::Nothing => None,
    };
    let settled = matches!(meaning, Some(Meaning::Stop | Meaning::Start | Meaning::Help));
    let sql = "update messages set reason = $3, attention = $4 where org_id = $1 and id = $2";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(org)
        .bind(id)
        .bind(meaning.map(Meaning::as_str))
        .bind((!settled).then_some("unread"))
        .execute(ex)
        .await
        .map(drop))?;
    Ok(())
}
