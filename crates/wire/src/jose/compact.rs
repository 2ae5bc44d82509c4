//! The compact serialisation [RFC 7515 §3.1, §7.1], taken apart before anything in it is trusted.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::claims::Claims;
use super::verify::JoseError;
use crate::json;

/// The longest token that is read. The largest honest ones, with a few hundred groups, stay well below.
pub const MAX_TOKEN: usize = 16 * 1024;

/// A token taken apart. Nothing in it is trusted yet.
pub(super) struct Compact<'a> {
    pub(super) header: Map<String, Value>,
    pub(super) payload: Vec<u8>,
    pub(super) signature: Vec<u8>,
    /// Header and payload as they were signed.
    pub(super) signed: &'a str,
}

impl<'a> Compact<'a> {
    pub(super) fn parse(token: &'a str) -> Result<Self, JoseError> {
        if token.len() > MAX_TOKEN {
            return Err(JoseError::TooLarge);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(JoseError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(JoseError::Malformed)?;
        let header = json::object(&decode(header)?).map_err(|_| JoseError::Malformed)?;
        // [RFC 7515 §4.1.11]: an extension that we must understand and do not. We understand none.
        if header.contains_key("crit") {
            return Err(JoseError::CriticalHeader);
        }
        Ok(Self { header, payload: decode(payload)?, signature: decode(signature)?, signed })
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, JoseError> {
        match self.header.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(JoseError::Malformed),
        }
    }
}

/// The claims of a token whose signature nobody has checked: good for finding the key that should verify it, only.
///
/// # Errors
/// The token is malformed.
pub fn unverified_claims(token: &str) -> Result<Claims, JoseError> {
    Claims::parse(&Compact::parse(token)?.payload)
}

/// The key id that a token names, before its signature is checked: good for deciding whether to fetch keys again, only.
///
/// # Errors
/// The token is malformed.
pub fn unverified_kid(token: &str) -> Result<Option<String>, JoseError> {
    Ok(Compact::parse(token)?.text("kid")?.map(str::to_owned))
}

pub(super) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn encode_to(bytes: &[u8], to: &mut String) {
    URL_SAFE_NO_PAD.encode_string(bytes, to);
}

/// Strict base64url: no padding, no other alphabet, no stray bits at the end, so that a token has one spelling.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, JoseError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| JoseError::Malformed)
}
