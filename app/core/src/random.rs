//! Chance comes in as a parameter: tokens and keys from the system, jitter from a seed in tests.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng, TryRng};

/// Where chance comes from.
#[derive(Clone, Debug, Default)]
pub enum Random {
    /// The system's, fit for secrets.
    #[default]
    System,
    /// A seeded sequence for tests.
    Seeded(Arc<Mutex<StdRng>>),
}

/// The system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("The system gave no random bytes: {0}")]
pub struct NoRandomness(String);

impl Random {
    /// The same sequence for the same seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// Random bytes.
    ///
    /// # Errors
    /// If the system has none to give.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], NoRandomness> {
        let mut bytes = [0; N];
        match self {
            Self::System => {
                SysRng.try_fill_bytes(&mut bytes).map_err(|error| NoRandomness(error.to_string()))?
            }
            Self::Seeded(rng) => rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes),
        }
        Ok(bytes)
    }

    /// A token for links, sessions and keys: 256 bits, safe in an address.
    ///
    /// # Errors
    /// If the system has no random bytes to give.
    pub fn token(&self) -> Result<String, NoRandomness> {
        Ok(URL_SAFE_NO_PAD.encode(self.bytes::<32>()?))
    }

    /// A number from 0 up to, but not including, 1, for jitter.
    ///
    /// # Errors
    /// If the system has no random bytes to give.
    pub fn fraction(&self) -> Result<f64, NoRandomness> {
        let bits = u32::from_le_bytes(self.bytes::<4>()?);
        Ok(f64::from(bits) / (f64::from(u32::MAX) + 1.0))
    }
}
