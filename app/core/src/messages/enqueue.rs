//! Recording texts that should be sent.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::trail::{Kind, NewStep};
use super::{Purpose, Status};
use crate::accounts;
use crate::clock::made_at;
use crate::counters::{Belonging, Changes};
use crate::error::Error;
use crate::holds::{self, Plan, Wish};
use crate::ids::{ContactId, EventId, MessageId, OrgId, SendId, TemplateId, UserId};
use crate::live::Changed;
use crate::orgs::{self, Settings};
use crate::service::Service;
use crate::store::{Tx, as_parameter, on_tx, optional_bytes, optional_time, rows, time};
use crate::suppressions::Source;
use crate::twilio::segments;

/// Who wants a text sent, and through what.
#[derive(Clone, Debug)]
pub struct Author {
    /// The person, if it was one.
    pub user: Option<UserId>,
    /// What the trail calls them.
    pub name: String,
    /// `page`, `api`, `reminder`, …
    pub via: &'static str,
}

/// `via` of what answers a text from a person.
pub(crate) const REPLY: &str = "reply";

impl Author {
    /// The program itself, at somebody's command.
    #[must_use]
    pub fn command_line() -> Self {
        Self { user: None, name: "command line".into(), via: "command line" }
    }
}

/// A text that should reach one phone: the contact's number of today.
#[derive(Clone, Debug)]
pub(crate) struct NewText {
    pub contact_id: ContactId,
    pub event_id: Option<EventId>,
    pub send_id: Option<SendId>,
    pub purpose: Purpose,
    /// What is shown; a secret in it is masked.
    pub body: String,
    /// What the phone gets, where `body` masks a secret.
    pub secret_body: Option<String>,
    /// The template it was made from, and its version.
    pub template: Option<(TemplateId, i64)>,
    /// What it is about in the program that sent it: type and id.
    pub related: Option<(String, String)>,
    /// Not before.
    pub send_at: Option<DateTime<Utc>>,
    /// Of no use from then on.
    pub expires_at: Option<DateTime<Utc>>,
    /// It may go earlier rather than not at all: a reminder.
    pub automatic: bool,
    /// It answers an opt-out, the one text that may follow it.
    pub confirms_opt_out: bool,
    /// The text it repeats, with that one's chain and place in it.
    pub retry_of: Option<RetryOf>,
}

impl NewText {
    /// A text with nothing but what every text has; the rest is filled in by name.
    pub(crate) fn new(contact_id: ContactId, purpose: Purpose, body: String) -> Self {
        Self {
            contact_id,
            event_id: None,
            send_id: None,
            purpose,
            body,
            secret_body: None,
            template: None,
            related: None,
            send_at: None,
            expires_at: None,
            automatic: false,
            confirms_opt_out: false,
            retry_of: None,
        }
    }
}

/// Where in its chain a retry stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryOf {
    pub message_id: MessageId,
    pub chain_id: Uuid,
    pub position: i64,
}

#[derive(Serialize)]
struct Row {
    id: MessageId,
    org_id: OrgId,
    contact_id: ContactId,
    event_id: Option<EventId>,
    send_id: Option<SendId>,
    purpose: Purpose,
    template_id: Option<TemplateId>,
    template_version: Option<i64>,
    related_type: Option<String>,
    related_id: Option<String>,
    to_phone: String,
    body: String,
    #[serde(serialize_with = "optional_bytes")]
    secret: Option<Vec<u8>>,
    status: Status,
    hold: Option<&'static str>,
    reason: Option<&'static str>,
    retry_of: Option<MessageId>,
    chain_id: String,
    chain_position: i64,
    priority: i64,
    #[serde(serialize_with = "time")]
    due_at: DateTime<Utc>,
    #[serde(serialize_with = "optional_time")]
    send_at: Option<DateTime<Utc>>,
    #[serde(serialize_with = "optional_time")]
    expires_at: Option<DateTime<Utc>>,
    segments: i64,
    encoding: &'static str,
    confirms_opt_out: bool,
    created_by: Option<UserId>,
    created_via: &'static str,
    #[serde(serialize_with = "time")]
    created_at: DateTime<Utc>,
    #[serde(serialize_with = "optional_time")]
    final_at: Option<DateTime<Utc>>,
}

/// What a transaction that records texts has to write and tell at its end.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    pub counters: Changes,
    pub changed: Changed,
}

impl Effects {
    /// Writes the counters, which come last in a transaction, and hands over what to tell after
    /// its commit.
    pub(crate) async fn write(self, tx: &mut Tx, service: &Service) -> Result<Changed, sqlx::Error> {
        self.counters.write(tx, service.shard()).await?;
        Ok(self.changed)
    }
}

/// Records texts in the caller's transaction and returns their ids, in order. Texts that we must
/// not or cannot send are recorded too, as `blocked`.
///
/// # Errors
/// [`Error::NotFound`] if a contact is not this organization's.
pub(crate) async fn enqueue(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
    author: &Author,
    texts: Vec<NewText>,
    effects: &mut Effects,
) -> Result<Vec<MessageId>, Error> {
    let organization = Organization::read(tx, service, org).await?;
    let mut facts = facts(tx, org, &texts).await?;
    let now = service.clock.now();
    let mut new = Vec::with_capacity(texts.len());
    let mut steps = Vec::with_capacity(texts.len());
    for (k, text) in texts.into_iter().enumerate() {
        let fact = facts.remove(&k).ok_or(Error::NotFound)?;
        let row = row(service, &organization, author, text, fact, now)?;
        let belonging = row.belonging();
        effects.counters.add(&belonging, row.status, None);
        belonging.has_changed(&mut effects.changed);
        let mut step = NewStep::new(org, row.id, 1, Kind::Created, now);
        step.status = Some(row.status);
        step.actor = Some(author.name.clone());
        step.note = row.reason.or(row.hold).map(str::to_owned);
        steps.push(step);
        new.push(row);
    }
    insert(tx, &new).await?;
    super::write_trail(tx, &steps).await?;
    effects.changed.outbox = true;
    Ok(new.into_iter().map(|row| row.id).collect())
}

/// What decides for all texts of an organization.
struct Organization {
    id: OrgId,
    timezone: String,
    settings: Settings,
    can_send: bool,
}

impl Organization {
    async fn read(tx: &mut Tx, service: &Service, org: OrgId) -> Result<Self, Error> {
        let sql = "select timezone, account_id, sender from organizations where id = $1";
        let found = on_tx!(tx, |ex| sqlx::query_as(sql).bind(org).fetch_optional(ex).await)?;
        let (timezone, account, sender) = found.ok_or(Error::NotFound)?;
        // Recorded all the same where they cannot be read: the claim then holds the text.
        let settings = orgs::settings_of(tx, [org]).await?.remove(&org).unwrap_or_default();
        let can_send = accounts::sender_for(service, (account, sender)).is_some();
        Ok(Self { id: org, timezone, settings, can_send })
    }
}

/// Why no text of this organization can go, in a sentence; `None` if texts can.
pub(crate) async fn why_nothing_goes(
    tx: &mut Tx,
    service: &Service,
    org: OrgId,
) -> Result<Option<&'static str>, Error> {
    let organization = Organization::read(tx, service, org).await?;
    Ok(if !organization.settings.sending {
        Some("Your organization has switched texting off.")
    } else if !organization.can_send {
        Some("Texting is not set up yet. An administrator must add an account and a number.")
    } else {
        None
    })
}

/// What decides for one text.
#[derive(sqlx::FromRow)]
struct Fact {
    k: i64,
    phone: String,
    contact_zone: Option<String>,
    event_zone: Option<String>,
    suppressed: Option<Source>,
}

async fn facts(tx: &mut Tx, org: OrgId, texts: &[NewText]) -> Result<HashMap<usize, Fact>, sqlx::Error> {
    #[derive(Serialize)]
    struct Key {
        k: usize,
        contact_id: ContactId,
        event_id: Option<EventId>,
    }
    let key = |(k, text): (usize, &NewText)| Key { k, contact_id: text.contact_id, event_id: text.event_id };
    let keys: Vec<Key> = texts.iter().enumerate().map(key).collect();
    let sql = rows!(k bigint, contact_id uuid, event_id uuid =>
        "select i.k, c.phone, c.timezone as contact_zone, e.timezone as event_zone,
           (select s.source from suppressions s where s.org_id = $2 and s.phone = c.phone and s.lifted_at is null
            order by case s.source when 'dead' then 1 else 0 end, s.id limit 1) as suppressed
         from input i join contacts c on c.id = i.contact_id and c.org_id = $2
         left join events e on e.id = i.event_id and e.org_id = $2")
    .text(tx);
    let found: Vec<Fact> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(as_parameter(&keys)?).bind(org).fetch_all(ex).await)?;
    Ok(found.into_iter().filter_map(|fact| Some((usize::try_from(fact.k).ok()?, fact))).collect())
}

impl Row {
    fn belonging(&self) -> Belonging {
        Belonging {
            org_id: self.org_id,
            event_id: self.event_id,
            send_id: self.send_id,
            contact_id: self.contact_id,
            purpose: self.purpose,
        }
    }
}

/// Whether and when this text goes, as far as that is known now; the claim looks again.
fn judge(
    organization: &Organization,
    author: &Author,
    text: &NewText,
    fact: &Fact,
    now: DateTime<Utc>,
) -> Plan {
    match fact.suppressed.filter(|_| !text.confirms_opt_out) {
        Some(Source::Dead) => return Plan::Never("dead_number"),
        Some(Source::Stop | Source::TwilioOptOut | Source::Staff) => return Plan::Never("opted_out"),
        None => {}
    }
    if !organization.settings.sending {
        return Plan::Never("switched_off");
    }
    if !organization.can_send {
        return Plan::Never("not_configured");
    }
    let zones = (fact.contact_zone.as_deref(), fact.event_zone.as_deref());
    let wish = Wish {
        purpose: text.purpose,
        asked_at: now,
        send_at: text.send_at.unwrap_or(now),
        expires_at: text.expires_at,
        zone: holds::zone_of(zones.0, zones.1, &organization.timezone),
        automatic: text.automatic,
        one_of_many: text.send_id.is_some() || text.retry_of.is_some(),
        confirms_opt_out: text.confirms_opt_out,
        is_reply: author.via == REPLY,
    };
    holds::plan(&wish, organization.settings.quiet_hours, now)
}

fn row(
    service: &Service,
    organization: &Organization,
    author: &Author,
    text: NewText,
    fact: Fact,
    now: DateTime<Utc>,
) -> Result<Row, Error> {
    let id = MessageId(service.clock.new_id());
    let plan = judge(organization, author, &text, &fact, now);
    let (status, hold, reason, due_at) = match plan {
        Plan::Now { .. } => (Status::Queued, None, None, now),
        Plan::Later { at, hold } => (Status::Scheduled, Some(hold), None, at),
        Plan::Never(reason) => (Status::Blocked, None, Some(reason), now),
    };
    let whole = segments::normalize(text.secret_body.as_deref().unwrap_or(&text.body));
    let count = segments::count(&whole);
    let secret = text.secret_body.filter(|_| reason.is_none());
    let secret = secret.map(|_| service.vault.seal(&secret_place(id), &whole)).transpose()?;
    Ok(Row {
        id,
        org_id: organization.id,
        contact_id: text.contact_id,
        event_id: text.event_id,
        send_id: text.send_id,
        purpose: text.purpose,
        template_id: text.template.map(|(template, _)| template),
        template_version: text.template.map(|(_, version)| version),
        related_type: text.related.as_ref().map(|(kind, _)| kind.clone()),
        related_id: text.related.map(|(_, id)| id),
        to_phone: fact.phone,
        body: segments::normalize(&text.body),
        secret,
        status,
        hold,
        reason,
        retry_of: text.retry_of.map(|retry| retry.message_id),
        chain_id: text.retry_of.map_or(id.0, |retry| retry.chain_id).simple().to_string(),
        chain_position: text.retry_of.map_or(0, |retry| retry.position),
        priority: text.purpose.priority(),
        due_at,
        send_at: text.send_at,
        expires_at: text.expires_at,
        segments: i64::from(count.segments),
        encoding: count.encoding.as_str(),
        confirms_opt_out: text.confirms_opt_out,
        created_by: author.user,
        created_via: author.via,
        created_at: made_at(id.0),
        final_at: reason.map(|_| now),
    })
}

/// Which secret is sealed here: this text's.
pub(crate) fn secret_place(id: MessageId) -> String {
    format!("messages {id}")
}

async fn insert(tx: &mut Tx, new: &[Row]) -> Result<(), Error> {
    let sql = rows!(id uuid, org_id uuid, contact_id uuid, event_id uuid, send_id uuid, purpose text, template_id uuid,
        template_version bigint, related_type text, related_id text, to_phone text, body text, secret bytea, status text,
        hold text, reason text, retry_of uuid, chain_id uuid, chain_position bigint, priority bigint, due_at timestamptz,
        send_at timestamptz, expires_at timestamptz, segments bigint, encoding text, confirms_opt_out boolean,
        created_by uuid, created_via text, created_at timestamptz, final_at timestamptz =>
        "insert into messages (id, org_id, direction, contact_id, event_id, send_id, purpose, template_id,
           template_version, related_type, related_id, to_phone, body, secret, status, hold, reason, counts, retry_of,
           chain_id, chain_position, priority, due_at, send_at, expires_at, tries, segments, encoding, confirms_opt_out,
           created_by, created_via, created_at, final_at)
         select id, org_id, 'out', contact_id, event_id, send_id, purpose, template_id, template_version, related_type,
           related_id, to_phone, body, secret, status, hold, reason, $2, retry_of, chain_id, chain_position, priority,
           due_at, send_at, expires_at, 0, segments, encoding, confirms_opt_out, created_by, created_via, created_at,
           final_at from input");
    let sql = sql.text(tx);
    on_tx!(tx, |ex| sqlx::query(sql).bind(as_parameter(new)?).bind(true).execute(ex).await.map(drop))?;
    Ok(())
}
