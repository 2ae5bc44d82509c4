//! The data keys, unwrapped in memory, and what is done with them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::aead::{AES_256_GCM, RandomizedNonceKey};
use aws_lc_rs::{hkdf, hmac};
use uuid::Uuid;
use wardkey_domain::secret::Secret;

use super::master::{decrypt, encrypt};

/// The number of a MAC key: kept beside a MAC that must be verifiable for years.
pub type MacId = i64;

/// The first byte of a sealed value: how the rest is laid out (key number, nonce, ciphertext, tag).
const LAYOUT: u8 = 1;
/// Layout and key number.
pub(super) const HEADER: usize = 5;

/// The one place where a sealed value opens.
#[derive(Clone, Copy, Debug)]
pub struct SealedAt {
    /// The table.
    pub table: &'static str,
    /// The row.
    pub id: Uuid,
    /// The column.
    pub column: &'static str,
}

/// Why a secret cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// It was sealed with a data key that this node does not know, perhaps not yet.
    #[error("data key {0} is not known")]
    UnknownKey(i64),
    /// It was sealed for another place, changed, or is not a sealed value at all.
    #[error("value in `{table}.{column}` was not sealed for this row")]
    NotGenuine {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A data key is wrapped by a master key that was not supplied.
    #[error("the database's keys are wrapped by master key `{0}`, which is not among those supplied")]
    UnknownMasterKey(String),
    /// A data key does not open with the master key of that id.
    #[error("master key `{0}` is not the one that wrapped the database's keys")]
    WrongMasterKey(String),
    /// The database has no keys yet: its schema was never prepared.
    #[error("the database is not prepared; migrate it first")]
    NotPrepared,
    /// Another node is rotating keys at this moment.
    #[error("keys are being rotated already")]
    AlreadyRotating,
    /// The cipher or the source of randomness failed.
    #[error("cryptography failed")]
    Cipher,
}

/// The data keys of one database.
pub(crate) struct Keyring {
    seals: HashMap<i64, RandomizedNonceKey>,
    sealing: i64,
    macs: HashMap<MacId, hkdf::Prk>,
    macing: MacId,
    lookup: MacId,
    derived: RwLock<HashMap<(MacId, &'static str), Arc<hmac::Key>>>,
    stale: Arc<AtomicBool>,
}

/// The data keys as they were read, for building a [`Keyring`].
pub(super) struct Parts {
    pub(super) seals: HashMap<i64, Secret<Vec<u8>>>,
    pub(super) sealing: i64,
    pub(super) macs: HashMap<MacId, Secret<Vec<u8>>>,
    pub(super) macing: MacId,
    pub(super) lookup: MacId,
}

impl Keyring {
    /// Builds a ring; `stale` is raised when a value turns up that was sealed with an unknown key.
    pub(super) fn new(parts: Parts, stale: Arc<AtomicBool>) -> Result<Self, SealError> {
        let cipher = |key: &Secret<Vec<u8>>| RandomizedNonceKey::new(&AES_256_GCM, key.expose());
        let seals = parts.seals.iter().map(|(number, key)| Ok((*number, cipher(key)?)));
        let seals = seals.collect::<Result<_, aws_lc_rs::error::Unspecified>>().map_err(|_| SealError::Cipher)?;
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"wardkey mac keys");
        let macs = parts.macs.iter().map(|(number, key)| (*number, salt.extract(key.expose()))).collect();
        Ok(Self {
            seals,
            sealing: parts.sealing,
            macs,
            macing: parts.macing,
            lookup: parts.lookup,
            derived: RwLock::new(HashMap::new()),
            stale,
        })
    }

    /// A ring without keys, for the transactions that prepare them.
    pub(crate) fn empty() -> Self {
        Self {
            seals: HashMap::new(),
            sealing: 0,
            macs: HashMap::new(),
            macing: 0,
            lookup: 0,
            derived: RwLock::new(HashMap::new()),
            stale: Arc::default(),
        }
    }

    /// Seals `plain` with the current key.
    pub(crate) fn seal(&self, at: SealedAt, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let key = self.seals.get(&self.sealing).ok_or(SealError::NotPrepared)?;
        let mut sealed = self.header()?.to_vec();
        sealed.extend(encrypt(key, &about(at), plain)?);
        Ok(sealed)
    }

    /// Opens a value that any known key has sealed.
    pub(crate) fn unseal(&self, at: SealedAt, sealed: &[u8]) -> Result<Secret<Vec<u8>>, SealError> {
        let not_genuine = || SealError::NotGenuine { table: at.table, column: at.column };
        let Some(([LAYOUT, a, b, c, d], body)) = sealed.split_first_chunk::<HEADER>() else {
            return Err(not_genuine());
        };
        let number = i64::from(u32::from_be_bytes([*a, *b, *c, *d]));
        let Some(key) = self.seals.get(&number) else {
            self.stale.store(true, Ordering::Release);
            return Err(SealError::UnknownKey(number));
        };
        decrypt(key, &about(at), body).ok_or_else(not_genuine)
    }

    /// What values begin with that the current key has sealed.
    pub(crate) fn header(&self) -> Result<[u8; HEADER], SealError> {
        let [a, b, c, d] = u32::try_from(self.sealing).map_err(|_| SealError::Cipher)?.to_be_bytes();
        Ok([LAYOUT, a, b, c, d])
    }

    /// The MAC that never changes.
    pub(crate) fn lookup_mac(&self, purpose: &'static str, bytes: &[u8]) -> [u8; 32] {
        self.mac(self.lookup, purpose, bytes).unwrap_or_default()
    }

    /// The MAC with the newest key.
    pub(crate) fn mac_with_id(&self, purpose: &'static str, bytes: &[u8]) -> (MacId, [u8; 32]) {
        (self.macing, self.mac(self.macing, purpose, bytes).unwrap_or_default())
    }

    /// The MAC with a key of the past.
    pub(crate) fn mac_for(&self, id: MacId, purpose: &'static str, bytes: &[u8]) -> Result<[u8; 32], SealError> {
        self.mac(id, purpose, bytes).ok_or_else(|| {
            self.stale.store(true, Ordering::Release);
            SealError::UnknownKey(id)
        })
    }

    fn mac(&self, id: MacId, purpose: &'static str, bytes: &[u8]) -> Option<[u8; 32]> {
        let known = self.derived.read().unwrap_or_else(PoisonError::into_inner).get(&(id, purpose)).cloned();
        let key = match known {
            Some(key) => key,
            None => {
                let root = self.macs.get(&id)?;
                let key = Arc::new(hmac::Key::from(root.expand(&[purpose.as_bytes()], hmac::HMAC_SHA256).ok()?));
                self.derived.write().unwrap_or_else(PoisonError::into_inner).insert((id, purpose), key.clone());
                key
            }
        };
        hmac::sign(&key, bytes).as_ref().try_into().ok()
    }
}

/// Binds a sealed value to its place. SECURITY: names cannot hold NUL and the id has a fixed length, so no two places read
/// the same.
fn about(at: SealedAt) -> Vec<u8> {
    [at.table.as_bytes(), b"\0", at.id.as_bytes(), at.column.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: SealedAt = SealedAt { table: "credentials", id: Uuid::from_u128(5), column: "secret" };

    fn ring(numbers: &[i64], sealing: i64) -> Keyring {
        let keys = || numbers.iter().map(|number| (*number, Secret::new(vec![*number as u8; 32]))).collect();
        let parts = Parts { seals: keys(), sealing, macs: keys(), macing: sealing, lookup: 1 };
        Keyring::new(parts, Arc::default()).unwrap()
    }

    #[test]
    fn a_sealed_value_opens_in_its_place_only() {
        let ring = ring(&[1], 1);
        let sealed = ring.seal(PLACE, b"seed").unwrap();
        assert_eq!(ring.unseal(PLACE, &sealed).unwrap().expose(), b"seed");
        for other in [
            SealedAt { table: "applications", ..PLACE },
            SealedAt { column: "label", ..PLACE },
            SealedAt { id: Uuid::from_u128(6), ..PLACE },
        ] {
            assert!(matches!(ring.unseal(other, &sealed), Err(SealError::NotGenuine { .. })), "{other:?}");
        }
    }

    #[test]
    fn a_changed_value_does_not_open() {
        let ring = ring(&[1], 1);
        let sealed = ring.seal(PLACE, b"seed").unwrap();
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(ring.unseal(PLACE, &changed).is_err(), "byte {index}");
            assert!(ring.unseal(PLACE, &sealed[..index]).is_err(), "cut at {index}");
        }
    }

    #[test]
    fn equal_secrets_do_not_look_equal() {
        let ring = ring(&[1], 1);
        assert_ne!(ring.seal(PLACE, b"same").unwrap(), ring.seal(PLACE, b"same").unwrap());
    }

    #[test]
    fn an_earlier_key_still_opens_and_an_unknown_one_is_asked_for() {
        let sealed = ring(&[1], 1).seal(PLACE, b"old").unwrap();
        assert_eq!(ring(&[1, 2], 2).unseal(PLACE, &sealed).unwrap().expose(), b"old");
        let behind = ring(&[2], 2);
        assert!(matches!(behind.unseal(PLACE, &sealed), Err(SealError::UnknownKey(1))));
        assert!(behind.stale.load(Ordering::Acquire));
    }

    #[test]
    fn a_mac_depends_on_key_and_purpose_and_old_ones_verify() {
        let (before, after) = (ring(&[1], 1), ring(&[1, 2], 2));
        let (id, mac) = before.mac_with_id("audit", b"row");
        assert_eq!(after.mac_for(id, "audit", b"row").unwrap(), mac);
        assert_ne!(after.mac_with_id("audit", b"row").1, mac);
        assert_ne!(before.mac_with_id("device", b"row").1, mac);
        assert_eq!(before.lookup_mac("device", b"x"), after.lookup_mac("device", b"x"));
        assert!(before.mac_for(2, "audit", b"row").is_err());
    }
}
