//! Passwords: argon2id, and nothing stored but the hash.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};

use tokio::sync::Semaphore;

use crate::error::Error;

/// NIST SP 800-63B asks for at least eight characters; we ask for a little more.
pub const SHORTEST_PASSWORD: usize = 10;
/// Longer input costs time and proves nothing.
const LONGEST_PASSWORD: usize = 200;

/// Hashes under way at once: each takes a core and its memory, and anybody may ask for one.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// What is wrong with a new password, if anything.
pub(super) fn problem(password: &str) -> Option<String> {
    match password.chars().count() {
        0..SHORTEST_PASSWORD => Some(format!("Use at least {SHORTEST_PASSWORD} characters.")),
        SHORTEST_PASSWORD..=LONGEST_PASSWORD => None,
        _ => Some(format!("Use at most {LONGEST_PASSWORD} characters.")),
    }
}

/// Hashes a password, off the async threads: it takes a while on purpose.
pub(super) async fn hash(password: &str, memory_kib: u32) -> Result<String, Error> {
    let password = password.to_owned();
    let work = move || hasher(memory_kib)?.hash_password(password.as_bytes()).map(|hash| hash.to_string());
    let _turn = AT_ONCE.acquire().await.map_err(|error| Error::Broken(error.to_string()))?;
    let hashed = tokio::task::spawn_blocking(work).await;
    hashed
        .map_err(|error| Error::Broken(error.to_string()))?
        .map_err(|error| Error::Broken(error.to_string()))
}

/// Whether a password has this hash. Without a hash it takes as long, and says no.
pub(super) async fn matches(password: &str, hash: Option<&str>, memory_kib: u32) -> Result<bool, Error> {
    if password.chars().count() > LONGEST_PASSWORD {
        return Ok(false);
    }
    let Some(hash) = hash.map(str::to_owned) else {
        self::hash(password, memory_kib).await?;
        return Ok(false);
    };
    let password = password.to_owned();
    let work = move || -> Result<bool, argon2::password_hash::Error> {
        let hash = PasswordHash::new(&hash).map_err(|_| argon2::password_hash::Error::EncodingInvalid)?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    };
    let _turn = AT_ONCE.acquire().await.map_err(|error| Error::Broken(error.to_string()))?;
    let matched = tokio::task::spawn_blocking(work).await;
    matched
        .map_err(|error| Error::Broken(error.to_string()))?
        .map_err(|error| Error::Broken(error.to_string()))
}

fn hasher(memory_kib: u32) -> Result<Argon2<'static>, argon2::password_hash::Error> {
    let params = Params::new(memory_kib, Params::DEFAULT_T_COST, Params::DEFAULT_P_COST, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}
