//! Secrets that must be read again (account tokens, codes in waiting texts) are sealed; secrets
//! that only need to be recognised are hashed.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

use crate::random::{NoRandomness, Random};

/// The keys of this installation: the current one seals, the previous ones still open.
#[derive(Clone)]
pub struct Vault {
    keys: Vec<SecretKey>,
    random: Random,
}

/// One 32-byte key.
#[derive(Clone)]
pub struct SecretKey {
    id: [u8; KEY_ID],
    first_start: String,
    cipher: XChaCha20Poly1305,
}

/// Bytes of a sealed secret: which key, nonce, ciphertext.
pub type Sealed = Vec<u8>;

/// How much of a key's hash names it.
const KEY_ID: usize = 4;
const NONCE: usize = 24;

/// Why something cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key is not 32 bytes in base64.
    #[error("it must be 32 bytes in base64, as `openssl rand -base64 32` prints them")]
    Key,
    /// No key of ours opens it.
    #[error(
        "a stored secret was sealed with a key that is not configured (key {0}); set SECRET_KEY_PREVIOUS to it"
    )]
    UnknownKey(String),
    /// It was altered, moved to another row, or is not ours.
    #[error("a stored secret does not open: it was altered or belongs elsewhere")]
    Broken,
    /// No nonce.
    #[error(transparent)]
    Random(#[from] NoRandomness),
}

impl SecretKey {
    /// Reads a key as configured.
    ///
    /// # Errors
    /// [`VaultError::Key`] if it is not 32 bytes in base64.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| VaultError::Key)?;
        let cipher = XChaCha20Poly1305::new_from_slice(&bytes).map_err(|_| VaultError::Key)?;
        let mut id = [0; KEY_ID];
        id.copy_from_slice(&hash(&bytes)[..KEY_ID]);
        let first_start = hash(&[b"first start".as_slice(), &bytes].concat());
        let first_start = URL_SAFE_NO_PAD.encode(first_start);
        Ok(Self { id, first_start, cipher })
    }

    /// A new key, in the form [`SecretKey::parse`] reads.
    ///
    /// # Errors
    /// If the system has no random bytes to give.
    pub fn generate(random: &Random) -> Result<String, NoRandomness> {
        Ok(STANDARD.encode(random.bytes::<32>()?))
    }
}

impl Vault {
    /// A vault that seals with `current` and opens with any of them.
    #[must_use]
    pub fn new(current: SecretKey, previous: Option<SecretKey>, random: Random) -> Self {
        Self { keys: std::iter::once(current).chain(previous).collect(), random }
    }

    /// What opens the page of the first start: the same in every process of an installation, known
    /// only to whoever reads its output, and worth nothing once there is an organization.
    #[must_use]
    pub fn first_start_token(&self) -> String {
        self.keys.first().map(|key| key.first_start.clone()).unwrap_or_default()
    }

    /// Seals a secret for one place; it opens nowhere else.
    ///
    /// # Errors
    /// If the system has no random bytes to give.
    pub fn seal(&self, place: &str, secret: &str) -> Result<Sealed, VaultError> {
        let key = self.keys.first().ok_or(VaultError::Key)?;
        let nonce: [u8; NONCE] = self.random.bytes()?;
        let payload = Payload { msg: secret.as_bytes(), aad: place.as_bytes() };
        let sealed = key.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::Broken)?;
        Ok([key.id.as_slice(), &nonce, &sealed].concat())
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// If the key is not configured, or the secret was altered or sealed for another place.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<String, VaultError> {
        let (id, rest) = sealed.split_at_checked(KEY_ID).ok_or(VaultError::Broken)?;
        let (nonce, bytes) = rest.split_at_checked(NONCE).ok_or(VaultError::Broken)?;
        let unknown = || VaultError::UnknownKey(id.iter().map(|byte| format!("{byte:02x}")).collect());
        let key = self.keys.iter().find(|key| key.id == id).ok_or_else(unknown)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| VaultError::Broken)?;
        let payload = Payload { msg: bytes, aad: place.as_bytes() };
        let opened = key.cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::Broken)?;
        String::from_utf8(opened).map_err(|_| VaultError::Broken)
    }
}

/// What is kept of a token that only needs to be recognised. Tokens have 256 bits of chance, so a
/// plain hash suffices.
#[must_use]
pub fn hash(secret: &[u8]) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(seed: u64) -> Vault {
        let random = Random::seeded(seed);
        let key = SecretKey::generate(&random).expect("a key");
        Vault::new(SecretKey::parse(&key).expect("a key"), None, random)
    }

    #[test]
    fn a_secret_opens_only_in_its_place() {
        let vault = vault(1);
        let sealed = vault.seal("account AC1 token", "sesame").expect("sealed");
        assert_eq!(vault.open("account AC1 token", &sealed).expect("opened"), "sesame");
        assert!(matches!(vault.open("account AC2 token", &sealed), Err(VaultError::Broken)));
    }

    #[test]
    fn an_altered_secret_does_not_open() {
        let vault = vault(1);
        let mut sealed = vault.seal("here", "sesame").expect("sealed");
        sealed[40] ^= 1;
        assert!(matches!(vault.open("here", &sealed), Err(VaultError::Broken)));
        sealed.truncate(3);
        assert!(matches!(vault.open("here", &sealed), Err(VaultError::Broken)));
    }

    #[test]
    fn a_rotated_key_still_opens_and_a_lost_one_is_named() {
        let random = Random::seeded(2);
        let key = |text: &str| SecretKey::parse(text).expect("a key");
        let (old, new) =
            (SecretKey::generate(&random).expect("key"), SecretKey::generate(&random).expect("key"));
        let sealed = Vault::new(key(&old), None, random.clone()).seal("here", "sesame").expect("sealed");
        let rotated = Vault::new(key(&new), Some(key(&old)), random.clone());
        assert_eq!(rotated.open("here", &sealed).expect("opened"), "sesame");
        let lost = Vault::new(key(&new), None, random);
        assert!(matches!(lost.open("here", &sealed), Err(VaultError::UnknownKey(_))));
    }

    #[test]
    fn a_key_of_the_wrong_size_is_refused() {
        for text in ["", "short", "AAAA", "not base64 at all!"] {
            assert!(matches!(SecretKey::parse(text), Err(VaultError::Key)), "{text}");
        }
    }
}
