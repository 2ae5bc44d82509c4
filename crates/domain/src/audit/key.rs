//! The keys that sign blocks: Ed25519 [RFC 8032], whose signatures need no randomness.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use super::chain::Digest;
use crate::id::KeyId;
use crate::secret::Secret;

/// The private half; lives sealed in the store and in the sealer's memory.
pub struct SigningKey {
    id: KeyId,
    pair: Ed25519KeyPair,
}

/// The bytes are not the seed of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a signing key")]
pub struct NotAKey;

impl SigningKey {
    /// Makes the key that belongs to 32 random bytes.
    ///
    /// # Errors
    /// When there are not 32 of them.
    pub fn from_seed(id: KeyId, seed: &Secret<Vec<u8>>) -> Result<Self, NotAKey> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose()).map_err(|_| NotAKey)?;
        Ok(Self { id, pair })
    }

    /// Its identifier.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey { id: self.id, bytes: self.pair.public_key().as_ref().to_vec() }
    }

    /// A signature over `message`.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.id)
    }
}

/// The public half; may be given to anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    id: KeyId,
    bytes: Vec<u8>,
}

impl PublicKey {
    /// Takes a key that was read from the store.
    ///
    /// # Errors
    /// When it does not have 32 bytes.
    pub fn from_bytes(id: KeyId, bytes: Vec<u8>) -> Result<Self, NotAKey> {
        if bytes.len() == 32 { Ok(Self { id, bytes }) } else { Err(NotAKey) }
    }

    /// Its identifier.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The key as bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What people compare by eye: the SHA-256 of the key, in hexadecimal groups of four.
    pub fn fingerprint(&self) -> String {
        let text = Digest::of(&self.bytes).to_string();
        let groups: Vec<String> =
            text.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four).into_owned()).collect();
        groups.join(" ")
    }

    /// The key in the form that other tools read: SubjectPublicKeyInfo in PEM [RFC 8410 §4].
    pub fn to_pem(&self) -> String {
        const PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        let mut der = PREFIX.to_vec();
        der.extend_from_slice(&self.bytes);
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", data_encoding::BASE64.encode(&der))
    }

    /// Whether `signature` over `message` is by this key.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.bytes).verify(message, signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn a_signature_holds_for_its_key_and_message_only() {
        let id = KeyId::new(Timestamp::from_seconds(1), [0; 10]);
        let one = SigningKey::from_seed(id, &Secret::new(vec![1; 32])).unwrap();
        let other = SigningKey::from_seed(id, &Secret::new(vec![2; 32])).unwrap();
        let signature = one.sign(b"message");
        assert!(one.public().verifies(b"message", &signature));
        assert!(!one.public().verifies(b"massage", &signature));
        assert!(!other.public().verifies(b"message", &signature));
        assert!(SigningKey::from_seed(id, &Secret::new(vec![1; 31])).is_err());
    }

    /// The second test vector of [RFC 8032 §7.1] gives the public key of its seed.
    #[test]
    fn the_public_half_is_the_standards() {
        let seed = data_encoding::HEXLOWER
            .decode(b"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
            .unwrap();
        let id = KeyId::new(Timestamp::from_seconds(1), [0; 10]);
        let public = SigningKey::from_seed(id, &Secret::new(seed)).unwrap().public();
        assert_eq!(
            data_encoding::HEXLOWER.encode(public.as_bytes()),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        );
        assert_eq!(public.to_pem().lines().nth(1).unwrap().len(), 60);
        assert_eq!(public.fingerprint().len(), 64 + 15);
    }
}
