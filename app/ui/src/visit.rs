//! Who looks at a page, and with what.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
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

/// Where a session was opened, for the list of sessions. Read by the session store under this name.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct OpenedFrom {
    address: Option<String>,
    user_agent: Option<String>,
}
const OPENED_FROM: &str = "opened_from";
/// A browser's name for itself has about a hundred characters.
const LONGEST_USER_AGENT: usize = 300;

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
    session.insert(OPENED_FROM, opened_from().await).await.map_err(broken)?;
    session.insert(KEY, signed_in).await.map_err(broken)
}

/// Lets somebody signed in act in another of their organizations, in the same session.
pub(crate) async fn switch(session: &Session, person: &Person) -> Result<(), Error> {
    let signed_in: Option<SignedIn> = session.get(KEY).await.map_err(broken)?;
    let before = signed_in.ok_or(Error::NotFound)?;
    session.insert(KEY, SignedIn { org_id: person.org_id.0, ..before }).await.map_err(broken)
}

/// As whoever listens for us saw it: behind a proxy the address is the proxy's.
async fn opened_from() -> OpenedFrom {
    let address = leptos_axum::extract::<ConnectInfo<SocketAddr>>().await.ok();
    let user_agent = leptos_axum::extract::<http::HeaderMap>().await.ok().and_then(|headers| {
        let name = headers.get(http::header::USER_AGENT)?.to_str().ok()?;
        Some(name.chars().take(LONGEST_USER_AGENT).collect())
    });
    OpenedFrom { address: address.map(|peer| peer.ip().to_string()), user_agent }
}

/// `Firefox on Linux`, out of what a browser calls itself.
pub(crate) fn browser_word(user_agent: &str) -> String {
    // The order matters: each of them also names the ones after it.
    let browsers = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS", "Firefox"),
        ("Chrome/", "Chrome"),
        ("CriOS", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let systems = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let of = |list: &[(&str, &'static str)]| {
        list.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, word)| *word)
    };
    match (of(&browsers), of(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => user_agent.chars().take(40).collect(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_called_by_its_own_name() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36";
        assert_eq!(browser_word(chrome), "Chrome on Linux");
        assert_eq!(browser_word(&format!("{chrome} Edg/126.0")), "Edge on Linux");
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1";
        assert_eq!(browser_word(iphone), "Safari on iPhone");
        assert_eq!(browser_word("curl/8.0"), "curl/8.0");
    }
}
