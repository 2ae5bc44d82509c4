//! Claims [RFC 7519 §4] and the rules that they are held against.

use serde_json::{Map, Value};

use super::verify::JoseError;
use crate::json;

/// The largest NumericDate that is believed: the end of the year 9999.
const LAST_DATE: i64 = 253_402_300_799;

/// The claims of a token: a JSON object with unique members.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// Reads a payload.
    ///
    /// # Errors
    /// It is not a JSON object with unique members.
    pub fn parse(payload: &[u8]) -> Result<Self, JoseError> {
        json::object(payload).map(Self).map_err(|_| JoseError::Malformed)
    }

    /// A claim of any kind.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A claim that is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// A claim that is a date: whole seconds since 1970, fractions cut off [RFC 7519 §2, NumericDate].
    pub fn date(&self, name: &str) -> Option<i64> {
        let number = self.0.get(name)?;
        let seconds = match number.as_i64() {
            Some(seconds) => seconds,
            // The range is checked first: the conversion loses the fraction, which is to be cut off, and nothing else.
            None => number.as_f64().filter(|seconds| (0.0..LAST_DATE as f64).contains(seconds))? as i64,
        };
        (0..=LAST_DATE).contains(&seconds).then_some(seconds)
    }

    /// Whom the token is for: `aud` is one text or several [RFC 7519 §4.1.3]. Anything else is nobody.
    pub fn audiences(&self) -> Vec<&str> {
        match self.0.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().map(Value::as_str).collect::<Option<_>>().unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// The claims as a JSON object.
    pub const fn members(&self) -> &Map<String, Value> {
        &self.0
    }
}

/// Which audiences are acceptable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience<'a> {
    /// The token must be for at least one of these.
    AnyOf(&'a [&'a str]),
    /// The token must be for exactly one party, which is one of these.
    OnlyOneOf(&'a [&'a str]),
    /// The caller looks at the audience itself.
    CheckedByCaller,
}

/// Whether a token may have expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// `exp` must be there and in the future, at most this many seconds away.
    Within(i64),
    /// An expired token is good too: an ID token given as a hint [RP-Initiated Logout §2].
    MayHavePassed,
}

/// What a token's registered claims must say. Dates are in seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub struct ClaimRules<'a> {
    /// Who must have issued it.
    pub issuer: &'a str,
    /// Whom it must be for.
    pub audience: Audience<'a>,
    /// Whether it may have expired.
    pub expiry: Expiry,
    /// What time it is.
    pub now: i64,
    /// By how much the clocks may disagree.
    pub leeway: i64,
}

/// Which claim breaks which rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// A claim that must be there is not, or has the wrong type.
    #[error("the claim `{0}` is missing or malformed")]
    Missing(&'static str),
    /// Another issuer.
    #[error("the token has another issuer")]
    Issuer,
    /// For somebody else.
    #[error("the token is for somebody else")]
    Audience,
    /// Too late.
    #[error("the token has expired")]
    Expired,
    /// Valid for longer than we accept.
    #[error("the token is valid for too long")]
    LivesTooLong,
    /// Too early.
    #[error("the token is not valid yet")]
    NotYet,
}

impl ClaimRules<'_> {
    /// Holds `claims` against the rules: `iss`, `aud`, `exp`, and `nbf` and `iat` when they are there.
    ///
    /// # Errors
    /// Names the first rule that is broken.
    pub fn check(&self, claims: &Claims) -> Result<(), ClaimError> {
        if claims.text("iss").ok_or(ClaimError::Missing("iss"))? != self.issuer {
            return Err(ClaimError::Issuer);
        }
        self.check_audience(claims)?;
        let latest = self.now.saturating_add(self.leeway);
        match self.expiry {
            Expiry::MayHavePassed => {}
            Expiry::Within(longest) => {
                let expires = claims.date("exp").ok_or(ClaimError::Missing("exp"))?;
                // [RFC 7519 §4.1.4]: on or after the expiry is too late.
                if expires.saturating_add(self.leeway) <= self.now {
                    return Err(ClaimError::Expired);
                }
                if expires > latest.saturating_add(longest) {
                    return Err(ClaimError::LivesTooLong);
                }
            }
        }
        for name in ["nbf", "iat"] {
            if claims.get(name).is_some() && claims.date(name).ok_or(ClaimError::Missing(name))? > latest {
                return Err(ClaimError::NotYet);
            }
        }
        Ok(())
    }

    fn check_audience(&self, claims: &Claims) -> Result<(), ClaimError> {
        let named = claims.audiences();
        let good = match self.audience {
            Audience::CheckedByCaller => true,
            Audience::AnyOf(ours) => named.iter().any(|one| ours.contains(one)),
            Audience::OnlyOneOf(ours) => matches!(named.as_slice(), [one] if ours.contains(one)),
        };
        match (good, named.is_empty()) {
            (true, _) => Ok(()),
            (false, true) => Err(ClaimError::Missing("aud")),
            (false, false) => Err(ClaimError::Audience),
        }
    }
}
