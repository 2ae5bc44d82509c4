//! The public half of an app's key, and what it signs.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

/// How long an uncompressed point of P-256 is [SEC 1 §2.3.3].
const POINT: usize = 65;
const UNCOMPRESSED: u8 = 4;

/// The public half of an app's key: a point of P-256, uncompressed [SEC 1 §2.3.3, FIPS 186-5].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppKey([u8; POINT]);

/// A signature: *r* and *s*, 32 bytes each [IEEE P1363].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

/// Why bytes are not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key is an uncompressed point of P-256")]
pub struct BadKey;

/// A signature that does not fit: by another key, or over something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not fit")]
pub struct BadSignature;

impl AppKey {
    /// Takes the bytes of a point. Whether it lies on the curve shows when it has signed something.
    ///
    /// # Errors
    /// When it is not in uncompressed form.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadKey> {
        let point: [u8; POINT] = bytes.try_into().map_err(|_| BadKey)?;
        if point.first() != Some(&UNCOMPRESSED) {
            return Err(BadKey);
        }
        Ok(Self(point))
    }

    /// The point.
    pub const fn as_bytes(&self) -> &[u8; POINT] {
        &self.0
    }

    /// Checks that the holder of this key has signed `message`.
    ///
    /// # Errors
    /// When it has not.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.0)
            .verify(message, &signature.0)
            .map_err(|_| BadSignature)
    }
}

impl Signature {
    /// Takes the bytes of a signature.
    ///
    /// # Errors
    /// When there are not 64.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadSignature> {
        bytes.try_into().map(Self).map_err(|_| BadSignature)
    }
}

impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signature(..)")
    }
}
