//! Signing with a shared key, for a peer that knows no better [RFC 7518 §3.2].

use aws_lc_rs::hmac;
use serde::Serialize;

use super::compact::encode_to;
use super::signing::KeyError;

/// The shortest key: as long as the hash [RFC 7518 §3.2].
const SHORTEST: usize = 256 / 8;

/// Signs `claims` with HMAC and SHA-256; the header names the algorithm and `JWT`, and no key.
///
/// # Errors
/// The key is shorter than 256 bits, or the claims cannot be written as JSON.
pub fn sign_hs256(key: &[u8], claims: &impl Serialize) -> Result<String, KeyError> {
    if key.len() < SHORTEST {
        return Err(KeyError::Unreadable);
    }
    let payload = serde_json::to_vec(claims).map_err(|_| KeyError::Claims)?;
    let mut token = String::with_capacity(payload.len() * 4 / 3 + 96);
    encode_to(br#"{"alg":"HS256","typ":"JWT"}"#, &mut token);
    token.push('.');
    encode_to(&payload, &mut token);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), token.as_bytes());
    token.push('.');
    encode_to(tag.as_ref(), &mut token);
    Ok(token)
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
    use serde_json::{Value, json};

    use super::*;

    const KEY: &[u8] = b"3d844edf-8d35-48ac-975b-e847b4f122b0";

    fn read(token: &str, key: &[u8]) -> Option<Value> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        decode::<Value>(token, &DecodingKey::from_secret(key), &validation).ok().map(|data| data.claims)
    }

    #[test]
    fn another_implementation_reads_what_is_signed() {
        let claims = json!({ "iss": "26785a09-ab16-4eb0-8407-a37497a57506", "iat": 1_568_818_578 });
        let token = sign_hs256(KEY, &claims).unwrap();
        assert_eq!(read(&token, KEY), Some(claims));
        assert_eq!(read(&token, b"3d844edf-8d35-48ac-975b-e847b4f122b1"), None);
    }

    #[test]
    fn a_short_key_is_refused() {
        assert_eq!(sign_hs256(&[7; 31], &json!({})), Err(KeyError::Unreadable));
    }

    #[test]
    fn our_own_verifier_never_takes_it() {
        let token = sign_hs256(KEY, &json!({})).unwrap();
        assert_eq!(super::super::verify(&token, &[]).unwrap_err(), super::super::JoseError::UnsupportedAlgorithm);
    }
}
