//! Opt-outs that somebody of the organization adds or lifts. What a person opted out of by
//! themselves, only their own START lifts.

use super::Source;
use crate::audit::{self, Deed};
use crate::contacts;
use crate::error::{Error, Problems};
use crate::ids::{ContactId, OrgId, SuppressionId};
use crate::live::Changed;
use crate::people::{Person, Role};
use crate::phones::Phone;
use crate::service::Service;
use crate::store::{Tx, on_tx};

/// Characters of a reason.
const LONGEST: usize = 200;

/// Puts a number on the list, so that it is texted no more.
///
/// # Errors
/// [`Error::Invalid`] for what was typed or a number that is on the list, [`Error::NotAllowed`] for a
/// role that may not send.
pub async fn add_by_hand(
    service: &Service,
    person: &Person,
    phone: &str,
    reason: &str,
) -> Result<Phone, Error> {
    may_add(person)?;
    let mut problems = Problems::default();
    let phone = problems.take("phone", Phone::parse(phone, None));
    let reason = why(&mut problems, reason);
    problems.none()?;
    let phone = phone.ok_or_else(|| Error::Broken("a number passed its check and is none".into()))?;
    if add(service, person, phone.as_str(), &reason).await? {
        Ok(phone)
    } else {
        Err(Error::invalid("phone", "This number is on the list already."))
    }
}

/// Puts the number of somebody we know on the list.
///
/// # Errors
/// [`Error::NotFound`] for a strange person, [`Error::Refused`] if they opted out before, and else as
/// [`add_by_hand`].
pub async fn opt_out(
    service: &Service,
    person: &Person,
    contact: ContactId,
    reason: &str,
) -> Result<(), Error> {
    may_add(person)?;
    let found = contacts::find(&service.store, person.org_id, contact).await?;
    let mut problems = Problems::default();
    let reason = why(&mut problems, reason);
    problems.none()?;
    if add(service, person, &found.phone, &reason).await? {
        Ok(())
    } else {
        Err(Error::Refused("They have opted out already, so nothing was changed.".into()))
    }
}

fn may_add(person: &Person) -> Result<(), Error> {
    if person.role.may_send() {
        Ok(())
    } else {
        Err(Error::NotAllowed("Your role cannot change the list of opt-outs. Ask an organizer."))
    }
}

fn why(problems: &mut Problems, reason: &str) -> String {
    problems.required("reason", reason, LONGEST, "Say why, such as: asked us by phone.")
}

/// False if its owner wants no texts already. A number that cannot receive texts may be given to somebody else,
/// or mended: a wish for no texts outlives that.
async fn add(service: &Service, person: &Person, phone: &str, reason: &str) -> Result<bool, Error> {
    let mut tx = service.store.begin().await?;
    if sources(&mut tx, person.org_id, phone).await?.iter().any(|source| *source != Source::Dead) {
        return Ok(false);
    }
    insert(&mut tx, service, person, phone, reason).await?;
    let changed = note(&mut tx, service, person, "add an opt-out", phone).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(true)
}

async fn insert(
    tx: &mut Tx,
    service: &Service,
    person: &Person,
    phone: &str,
    reason: &str,
) -> Result<(), Error> {
    let sql = "insert into suppressions (id, org_id, phone, source, sender, reason, created_by, created_at)
         values ($1, $2, $3, $4, '', $5, $6, $7) on conflict do nothing";
    Ok(on_tx!(tx, |ex| sqlx::query(sql)
        .bind(service.clock.new_id())
        .bind(person.org_id)
        .bind(phone)
        .bind(Source::Staff)
        .bind(reason)
        .bind(person.user_id)
        .bind(service.clock.now())
        .execute(ex)
        .await
        .map(drop))?)
}

/// What was lifted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifted {
    /// The number.
    pub phone: String,
    /// What keeps it from being texted all the same.
    pub still: Vec<Source>,
}

/// Lifts what the organization itself put there, or found out about a number.
///
/// # Errors
/// [`Error::NotAllowed`] for anybody but an owner, [`Error::NotFound`] for a strange one,
/// [`Error::Refused`] for what only the person can lift or what is lifted already,
/// [`Error::Invalid`] without a reason.
pub async fn lift(
    service: &Service,
    person: &Person,
    id: SuppressionId,
    reason: &str,
) -> Result<Lifted, Error> {
    if person.role != Role::Owner {
        return Err(Error::NotAllowed("Only an owner can let a number be texted again."));
    }
    let mut tx = service.store.begin().await?;
    let sql = "select phone, source, lifted_at is not null as lifted from suppressions where org_id = $1 and id = $2";
    let found: Option<(String, Source, bool)> =
        on_tx!(tx, |ex| sqlx::query_as(sql).bind(person.org_id).bind(id).fetch_optional(ex).await)?;
    let (phone, source, lifted) = found.ok_or(Error::NotFound)?;
    if !source.may_be_lifted() {
        return Err(Error::Refused(
            "They opted out themselves, so only they can undo it, by texting START.".into(),
        ));
    }
    if lifted {
        return Err(Error::Refused("This was lifted already.".into()));
    }
    let mut problems = Problems::default();
    let reason = problems.required("lift", reason, LONGEST, "Say why it may be texted again.");
    problems.none()?;
    let sql = "update suppressions set lifted_by = $3, lifted_reason = $4, lifted_at = $5
         where org_id = $1 and id = $2 and lifted_at is null";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(person.org_id)
        .bind(id)
        .bind(person.user_id)
        .bind(&reason)
        .bind(service.clock.now())
        .execute(ex)
        .await
        .map(drop))?;
    let still = sources(&mut tx, person.org_id, &phone).await?;
    let changed = note(&mut tx, service, person, "lift an opt-out", &phone).await?;
    tx.commit().await?;
    service.hub.tell(changed);
    Ok(Lifted { phone, still })
}

/// What is in force for a number.
async fn sources(tx: &mut Tx, org: OrgId, phone: &str) -> Result<Vec<Source>, sqlx::Error> {
    let sql =
        "select source from suppressions where org_id = $1 and phone = $2 and lifted_at is null order by id";
    on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(org).bind(phone).fetch_all(ex).await)
}

/// Writes it into the audit log; answers which pages look different now.
async fn note(
    tx: &mut Tx,
    service: &Service,
    person: &Person,
    action: &str,
    phone: &str,
) -> Result<Changed, Error> {
    let actor = person.label();
    let deed =
        Deed { org: Some(person.org_id), user: Some(person.user_id), actor: &actor, action, subject: phone };
    audit::write_in(tx, service, &deed).await?;
    let sql = "select id from contacts where org_id = $1 and phone = $2";
    let contact: Option<ContactId> =
        on_tx!(tx, |ex| sqlx::query_scalar(sql).bind(person.org_id).bind(phone).fetch_optional(ex).await)?;
    let ids = contact.map(|contact| contact.0).into_iter().chain([person.org_id.0]).collect();
    Ok(Changed { ids, ..Changed::default() })
}
