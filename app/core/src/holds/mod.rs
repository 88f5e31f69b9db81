//! What makes a text wait although it could go: quiet hours, limits, the pace of a sender. A hold
//! never drops a text; it has a reason and a time that the organizer sees.

pub(crate) mod limits;
pub(crate) mod pace;
mod plan;
mod quiet;

pub(crate) use plan::{Plan, Wish, plan};
pub use quiet::QuietHours;

use chrono_tz::Tz;

/// The zone that counts for a person: their own, else the event's, else the organization's. A name
/// that is no zone (any more) is passed over.
pub(crate) fn zone_of(contact: Option<&str>, event: Option<&str>, organization: &str) -> Tz {
    let known = |name: &str| name.parse().ok();
    contact
        .and_then(known)
        .or_else(|| event.and_then(known))
        .or_else(|| known(organization))
        .unwrap_or(Tz::UTC)
}
