//! What an operator may set about codes.

use std::time::Duration;

/// What an operator may set about codes. Digits, seconds and hash are not among them: apps ignore them [RFC 6238].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TotpRules {
    /// The name that an authenticator app shows above the code.
    pub issuer: String,
    /// How many authenticator apps one account may have [ENR-12].
    pub max_apps: usize,
    /// How long the key of an unconfirmed app is good for [ENR-20: at most ten minutes].
    pub confirm_within: Duration,
}

impl Default for TotpRules {
    fn default() -> Self {
        Self { issuer: "Wardkey".to_owned(), max_apps: 5, confirm_within: Duration::from_secs(600) }
    }
}
