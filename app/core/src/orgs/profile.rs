//! What an owner changes about their organization by hand.

use chrono_tz::Tz;

use super::settings::{self, Change, Settings};
use crate::audit::{self, Deed};
use crate::error::{Error, Problems, clean};
use crate::live::Changed;
use crate::people::Person;
use crate::service::Service;
use crate::store::on_tx;

fn check_owner(person: &Person) -> Result<(), Error> {
    if person.role.may_manage() {
        return Ok(());
    }
    Err(Error::NotAllowed("Only an owner changes settings. Ask one."))
}

/// Gives an organization another name and zone.
///
/// # Errors
/// [`Error::Invalid`] for a name or zone that is none, [`Error::NotAllowed`] for anybody but an owner.
pub async fn rename(service: &Service, owner: &Person, name: &str, timezone: &str) -> Result<(), Error> {
    check_owner(owner)?;
    let mut problems = Problems::default();
    let name = problems.required("name", name, 200, "Give the organization a name.");
    let zone = clean(timezone).parse::<Tz>();
    let zone = problems.take(
        "timezone",
        zone.map_err(|_| "There is no such time zone. Choose one from the list, such as America/New_York."),
    );
    problems.none()?;
    let zone = zone.ok_or_else(|| Error::Broken("an organization without zone passed its check".into()))?;
    let mut tx = service.store.begin().await?;
    let sql = "update organizations set name = $2, timezone = $3 where id = $1";
    on_tx!(tx, |ex| sqlx::query(sql)
        .bind(owner.org_id)
        .bind(&name)
        .bind(zone.name())
        .execute(ex)
        .await
        .map(drop))?;
    let subject = format!("name: {name}, timezone: {zone}");
    let deed = Deed {
        org: Some(owner.org_id),
        user: Some(owner.user_id),
        actor: &owner.email,
        action: "change organization",
        subject: &subject,
    };
    audit::write_in(&mut tx, service, &deed).await?;
    tx.commit().await?;
    service.hub.tell(Changed { ids: [owner.org_id.0].into(), ..Changed::default() });
    Ok(())
}

/// Changes settings at the request of an owner.
///
/// # Errors
/// As [`settings::change`]; [`Error::NotAllowed`] for anybody but an owner.
pub async fn set(service: &Service, owner: &Person, change: &Change) -> Result<Settings, Error> {
    check_owner(owner)?;
    settings::change(service, owner.org_id, &owner.author(), change).await
}
