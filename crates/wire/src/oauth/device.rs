//! Device authorization [RFC 8628].

use std::fmt;

use serde::Serialize;

use super::error::OAuthError;
use super::parameters::Parameters;
use super::scope::Scope;

/// A device's request [RFC 8628 §3.1]. The client is authenticated apart [`super::client`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRequest {
    /// What for.
    pub scope: Scope,
}

impl DeviceRequest {
    /// Reads the form.
    ///
    /// # Errors
    /// `invalid_request` or `invalid_scope`.
    pub fn parse(parameters: &Parameters) -> Result<Self, OAuthError> {
        parameters.unique()?;
        Ok(Self { scope: Scope::of(parameters)?.unwrap_or_default() })
    }
}

/// The answer to a device [RFC 8628 §3.2].
#[derive(Clone, Serialize)]
pub struct DeviceResponse<'a> {
    /// What the device polls with.
    pub device_code: &'a str,
    /// What the person types.
    pub user_code: String,
    /// Where the person types it.
    pub verification_uri: &'a str,
    /// The same with the code filled in, for a QR code. The person still confirms that the code is the one shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification_uri_complete: Option<String>,
    /// For how many seconds.
    pub expires_in: u64,
    /// How many seconds to wait between polls.
    pub interval: u64,
}

/// The letters of a user code: no vowels, so that no word appears, and none that looks like a digit [RFC 8628 §6.1].
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// How many letters a code has: 20⁸ is 34.5 bits, as in the standard's own example.
const LENGTH: usize = 8;

/// A code short enough to be typed from another screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserCode([u8; LENGTH]);

impl UserCode {
    /// Makes a code from random bytes.
    pub fn from_entropy(entropy: [u8; 16]) -> Self {
        // 128 bits spread over 20⁸ codes leave no bias worth naming (2⁻⁹³).
        let mut rest = u128::from_be_bytes(entropy);
        let mut letter = || {
            let (quotient, remainder) = (rest / 20, rest % 20);
            rest = quotient;
            usize::try_from(remainder).ok().and_then(|at| ALPHABET.get(at)).copied().unwrap_or(b'B')
        };
        Self(std::array::from_fn(|_| letter()))
    }

    /// Reads what a person typed: in any case, with any spaces and punctuation [RFC 8628 §6.1].
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > 64 {
            return None;
        }
        let letters = typed.chars().filter(|c| c.is_alphanumeric()).map(|c| u8::try_from(c.to_ascii_uppercase()).ok());
        let letters: Vec<u8> = letters.collect::<Option<_>>()?;
        let code = <[u8; LENGTH]>::try_from(letters).ok()?;
        code.iter().all(|letter| ALPHABET.contains(letter)).then_some(Self(code))
    }

    /// The eight letters without the dash, as the code is kept and compared.
    pub fn canonical(&self) -> String {
        self.0.iter().copied().map(char::from).collect()
    }
}

impl fmt::Display for UserCode {
    /// The code as a device shows it: `WDJB-MJHT`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, letter) in self.0.iter().enumerate() {
            let dash = if at == LENGTH / 2 { "-" } else { "" };
            write!(f, "{dash}{}", char::from(*letter))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        // The code of RFC 8628 §3.2.
        for typed in ["WDJB-MJHT", "wdjbmjht", " wdjb mjht ", "WDJB–MJHT", "w.d.j.b.m.j.h.t"] {
            assert_eq!(UserCode::parse(typed).unwrap().to_string(), "WDJB-MJHT", "{typed}");
        }
    }

    #[test]
    fn what_is_not_a_code_is_refused() {
        for typed in ["", "WDJB-MJH", "WDJB-MJHTB", "WDJB-MJHA", "WDJB-MJH1", "WDJB-MJHé", &"-".repeat(100)] {
            assert_eq!(UserCode::parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn an_answer_leaves_out_what_there_is_not() {
        let answer = DeviceResponse {
            device_code: "d",
            user_code: "WDJB-MJHT".to_owned(),
            verification_uri: "https://id.example/device",
            verification_uri_complete: None,
            expires_in: 600,
            interval: 5,
        };
        assert_eq!(
            serde_json::to_string(&answer).unwrap(),
            r#"{"device_code":"d","user_code":"WDJB-MJHT","verification_uri":"https://id.example/device","expires_in":600,"interval":5}"#
        );
    }

    proptest! {
        #[test]
        fn a_code_that_is_shown_is_read_back(entropy in any::<[u8; 16]>()) {
            let code = UserCode::from_entropy(entropy);
            prop_assert_eq!(UserCode::parse(&code.to_string()), Some(code.clone()));
            prop_assert_eq!(UserCode::parse(&code.canonical()), Some(code));
        }
    }
}
