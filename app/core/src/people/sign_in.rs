//! Signing in with a password, slowly for whoever guesses.

use std::num::NonZeroU32;
use std::sync::LazyLock;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::{Person, passwords, users};
use crate::error::Error;
use crate::ids::UserId;
use crate::service::Service;
use crate::store::on_store;

/// Tries for one email: this many at once, then one every twelve seconds.
const PER_EMAIL: NonZeroU32 = NonZeroU32::new(5).expect("not zero");
/// Tries from one address, where many people may share one.
const PER_ADDRESS: NonZeroU32 = NonZeroU32::new(30).expect("not zero");

/// One limiter per process: guessing needs thousands of tries, a handful of processes gives none.
static EMAILS: LazyLock<DefaultKeyedRateLimiter<String>> =
    LazyLock::new(|| RateLimiter::keyed(Quota::per_minute(PER_EMAIL)));
static ADDRESSES: LazyLock<DefaultKeyedRateLimiter<String>> =
    LazyLock::new(|| RateLimiter::keyed(Quota::per_minute(PER_ADDRESS)));

/// Why somebody is not signed in. The words do not tell whether the email is known.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Email and password do not fit.
    #[error("That email and password do not fit together.")]
    Wrong,
    /// Too many tries.
    #[error("Too many tries. Wait a minute, then try again.")]
    TooMany,
    /// Something failed on our side.
    #[error(transparent)]
    Failed(#[from] Error),
}

/// The person with this email and password, in their first organization.
///
/// # Errors
/// [`SignInError`] says which.
pub async fn sign_in(
    service: &Service,
    email: &str,
    password: &str,
    address: &str,
) -> Result<Person, SignInError> {
    let user = check(service, email, password, address).await?;
    let first = users::memberships(&service.store, user).await?.into_iter().next();
    first.ok_or(SignInError::Wrong)
}

/// Whose email and password this is, slowly for whoever guesses.
pub(super) async fn check(
    service: &Service,
    email: &str,
    password: &str,
    address: &str,
) -> Result<UserId, SignInError> {
    let email = email.trim().to_lowercase();
    // An endless email must not become an endless key.
    let key: String = email.chars().take(254).collect();
    if ADDRESSES.check_key(&address.to_owned()).is_err() || EMAILS.check_key(&key).is_err() {
        return Err(SignInError::TooMany);
    }
    if EMAILS.len() > 10_000 || ADDRESSES.len() > 10_000 {
        EMAILS.retain_recent();
        ADDRESSES.retain_recent();
    }
    let found = find(service, &email).await.map_err(Error::from)?;
    let hash = found.as_ref().and_then(|(_, hash)| hash.as_deref());
    if !passwords::matches(password, hash, service.settings.password_memory_kib).await? {
        return Err(SignInError::Wrong);
    }
    found.map(|(user, _)| user).ok_or(SignInError::Wrong)
}

async fn find(service: &Service, email: &str) -> Result<Option<(UserId, Option<String>)>, sqlx::Error> {
    if users::email(email).is_err() {
        return Ok(None);
    }
    on_store!(read & service.store, |ex| sqlx::query_as(
        "select id, password_hash from users where email = $1"
    )
    .bind(email)
    .fetch_optional(ex)
    .await)
}
