//! When a text would go that somebody is about to write.

use chrono::{DateTime, Utc};

use super::{Purpose, why_nothing_goes};
use crate::accounts;
use crate::error::Error;
use crate::holds::limits;
use crate::holds::{self, Plan, Wish};
use crate::orgs;
use crate::people::Person;
use crate::service::Service;

/// When a text to one person goes that is sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goes {
    /// At once.
    Now,
    /// When quiet hours end where they are.
    AfterQuietHours(DateTime<Utc>),
    /// When the limit for one person allows another.
    WhenLimitAllows(DateTime<Utc>),
    /// Not at all, for this reason.
    Not(&'static str),
}

/// When a text goes that is sent now to a person with this phone and zone, at an event in this zone.
///
/// # Errors
/// If the database fails.
pub async fn when_it_goes(
    service: &Service,
    person: &Person,
    phone: &str,
    (contact_zone, event_zone): (Option<&str>, Option<&str>),
) -> Result<Goes, Error> {
    let (org, now) = (person.org_id, service.clock.now());
    let mut tx = service.store.begin_read().await?;
    if let Some(why) = why_nothing_goes(&mut tx, service, org).await? {
        return Ok(Goes::Not(why));
    }
    let settings = orgs::settings_in(&mut tx, org).await?;
    let account = accounts::account_of(&mut tx, service, org).await?;
    let free = match account.zip(settings.texts_per_contact_per_day) {
        Some((account, limit)) => {
            limits::full(&mut tx, (org, account), &[phone], limit, now).await?.remove(phone)
        }
        None => None,
    };
    tx.commit().await?;
    let free = free.filter(|free| *free > now);
    let wish = Wish {
        purpose: Purpose::Announcement,
        asked_at: now,
        send_at: free.unwrap_or(now),
        expires_at: None,
        zone: holds::zone_of(contact_zone, event_zone, &person.org_timezone),
        automatic: false,
        one_of_many: false,
        is_reply: false,
        confirms_opt_out: false,
    };
    Ok(match (holds::plan(&wish, settings.quiet_hours, now), free) {
        (Plan::Later { at, hold: "quiet_hours" }, _) => Goes::AfterQuietHours(at),
        (_, Some(free)) => Goes::WhenLimitAllows(free),
        _ => Goes::Now,
    })
}
