//! Who sends a message [RFC 8292].

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::jose::{Algorithm, SigningKey};
use crate::sensitive::Sensitive;

/// The key by which push services know a server.
pub struct VapidKey {
    key: SigningKey,
    point: String,
}

/// Why a key cannot be made, read or used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key cannot be made, read or used")]
pub struct VapidError;

impl VapidKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// The library has no entropy.
    pub fn generate() -> Result<Self, VapidError> {
        SigningKey::generate(Algorithm::Es256).map_err(|_| VapidError).and_then(Self::of)
    }

    /// Reads a key that [`VapidKey::to_pkcs8`] wrote.
    ///
    /// # Errors
    /// The bytes are none.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, VapidError> {
        SigningKey::from_pkcs8(Algorithm::Es256, der).map_err(|_| VapidError).and_then(Self::of)
    }

    fn of(key: SigningKey) -> Result<Self, VapidError> {
        let point = URL_SAFE_NO_PAD.encode(key.point().ok_or(VapidError)?);
        Ok(Self { key, point })
    }

    /// The private key as PKCS#8.
    ///
    /// # Errors
    /// The library failed.
    pub fn to_pkcs8(&self) -> Result<Sensitive<Vec<u8>>, VapidError> {
        self.key.to_pkcs8().map_err(|_| VapidError)
    }

    /// The public half, an uncompressed point in base64url: what a browser subscribes for [RFC 8292 §4].
    pub fn public_text(&self) -> &str {
        &self.point
    }

    /// The `Authorization` header for a push service at `origin`, good until `expires_at` in seconds since 1970, which may be
    /// a day away at most. `contact` is a `mailto:` or `https:` address of whoever runs the server.
    ///
    /// # Errors
    /// The library failed.
    pub fn authorization(&self, origin: &str, contact: &str, expires_at: i64) -> Result<String, VapidError> {
        let claims = json!({"aud": origin, "exp": expires_at, "sub": contact});
        let token = self.key.sign(Some("JWT"), &claims).map_err(|_| VapidError)?;
        // Some push services read no space after the comma, although [RFC 9110 §11.4] allows one.
        Ok(format!("vapid t={token},k={}", self.point))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_signed_by_the_key_that_it_names() {
        let key = VapidKey::generate().unwrap();
        let again = VapidKey::from_pkcs8(key.to_pkcs8().unwrap().expose()).unwrap();
        assert_eq!(again.public_text(), key.public_text());
        let header = key.authorization("https://push.example", "mailto:it@trust.example", 1_795_341_600).unwrap();
        let (token, named) = header.strip_prefix("vapid t=").unwrap().split_once(",k=").unwrap();
        assert_eq!(named, key.public_text());
        let point = URL_SAFE_NO_PAD.decode(named).unwrap();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
        let decoding = jsonwebtoken::DecodingKey::from_ec_components(&x, &y).unwrap();
        let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
        rules.set_audience(&["https://push.example"]);
        rules.validate_exp = false;
        let read = jsonwebtoken::decode::<serde_json::Value>(token, &decoding, &rules).unwrap();
        assert_eq!(read.claims["sub"], "mailto:it@trust.example");
        assert_eq!(read.claims["exp"], 1_795_341_600);
    }
}
