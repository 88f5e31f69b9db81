//! Who looks at a page, and with what.

use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tower_sessions::{Expiry, Session};
use usher_core::ids::{OrgId, UserId};
use usher_core::people::{self, Person};
use usher_core::{Error, Service};
use uuid::Uuid;

/// What the pages need from the program.
#[derive(Clone)]
pub struct Ui {
    /// The product behind the pages.
    pub service: Service,
    /// Changes when a style sheet or script changes, so that browsers fetch the new one.
    pub assets_version: &'static str,
    /// What is wrong with the set-up, in a sentence for whoever can mend it.
    pub set_up_problem: Option<String>,
    /// Where the first owner makes the first organization.
    pub first_start_token: String,
}

/// An unused session of somebody signed in ends after this time.
pub const IDLE_SESSION: time::Duration = time::Duration::days(7);
/// A session lasts this long at most, however much it is used.
const LONGEST_SESSION: TimeDelta = TimeDelta::days(30);
/// A page that a person opens keeps an idle session alive; at most one write in this time.
const TOUCH_EVERY: TimeDelta = TimeDelta::minutes(5);
const KEY: &str = "signed_in";

/// What a session knows of who signed in.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct SignedIn {
    user_id: Uuid,
    org_id: Uuid,
    at: DateTime<Utc>,
    touched_at: DateTime<Utc>,
}

/// Somebody signed in, and their session.
#[derive(Clone)]
pub struct Visitor {
    /// Who, where, and what they may do.
    pub person: Person,
    /// Their session.
    pub session: Session,
}

/// The person of a session; `None` once it ended, was revoked, or they are no longer let in.
/// `keep_alive` is true where a person acts, false where their page refreshes itself.
///
/// # Errors
/// If the store is away.
pub async fn visitor(
    service: &Service,
    session: &Session,
    keep_alive: bool,
) -> Result<Option<Visitor>, Error> {
    let signed_in: Option<SignedIn> = session.get(KEY).await.map_err(broken)?;
    let now = service.clock.now();
    let Some(mut signed_in) = signed_in.filter(|signed_in| now - signed_in.at < LONGEST_SESSION) else {
        return Ok(None);
    };
    let (user, org) = (UserId(signed_in.user_id), OrgId(signed_in.org_id));
    let Some(person) = people::find_member(&service.store, user, org).await? else {
        return Ok(None);
    };
    if keep_alive && now - signed_in.touched_at > TOUCH_EVERY {
        signed_in.touched_at = now;
        session.insert(KEY, signed_in).await.map_err(broken)?;
    }
    Ok(Some(Visitor { person, session: session.clone() }))
}

/// Signs a person in, under a new session key so that an older one is worth nothing.
pub(crate) async fn begin(service: &Service, session: &Session, person: &Person) -> Result<(), Error> {
    session.cycle_id().await.map_err(broken)?;
    session.set_expiry(Some(Expiry::OnInactivity(IDLE_SESSION)));
    let at = service.clock.now();
    let signed_in = SignedIn { user_id: person.user_id.0, org_id: person.org_id.0, at, touched_at: at };
    session.insert(KEY, signed_in).await.map_err(broken)
}

/// Whether somebody signed in during this very request.
pub(crate) async fn has_begun(session: &Session) -> bool {
    matches!(session.get::<SignedIn>(KEY).await, Ok(Some(_)))
}

/// Signs out and forgets the session.
pub(crate) async fn end(session: &Session) -> Result<(), Error> {
    session.flush().await.map_err(broken)
}

pub(crate) fn broken(error: tower_sessions::session::Error) -> Error {
    Error::Broken(format!("the session cannot be used: {error}"))
}

/// The program's parts, in a component or server function.
pub(crate) fn ui() -> Ui {
    expect_context::<Ui>()
}

/// Whoever is signed in, in a component or server function; pages that ask are never shown to
/// others.
pub(crate) fn signed_in() -> Option<Visitor> {
    use_context::<Option<Visitor>>().flatten()
}

/// The zone of pages that belong to no event: the organization's.
pub(crate) fn zone() -> chrono_tz::Tz {
    signed_in().map_or(chrono_tz::UTC, |visitor| usher_core::events::zone(&visitor.person.org_timezone))
}
