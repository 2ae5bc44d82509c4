//! One logout token, and its delivery.

use wardkey_domain::application::SigningAlgorithm;
use wardkey_domain::secret::Secret;
use wardkey_wire::jose::{Algorithm, KeyError, SigningKey};
use wardkey_wire::oauth::logout::{LOGOUT_TOKEN_FIELD, LOGOUT_TOKEN_TYPE, LogoutEvents, LogoutTokenClaims};

use crate::outbound::{Outbound, OutboundError};

/// How long an application may believe a logout token, in seconds [Back-Channel Logout §4: two minutes is advised].
const LIFE: i64 = 120;

/// The key that signs a logout token.
#[derive(Clone, Copy, Debug)]
pub struct SigningMaterial<'a> {
    /// Its identifier in our key set.
    pub kid: &'a str,
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// The private key.
    pub pkcs8: &'a Secret<Vec<u8>>,
}

/// What an application hears.
#[derive(Clone, Copy, Debug)]
pub struct Notice<'a> {
    /// Who says it.
    pub issuer: &'a str,
    /// To whom.
    pub client_id: &'a str,
    /// Whose session has ended.
    pub subject: &'a str,
    /// Which one.
    pub session: &'a str,
    /// Which statement this is.
    pub id: &'a str,
    /// When it is made, in seconds since 1970.
    pub now: i64,
}

/// Why an application was not told.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    /// The statement cannot be signed.
    #[error("the logout token cannot be signed")]
    Key(#[from] KeyError),
    /// The application's server cannot be reached or did not accept it.
    #[error("the logout token cannot be delivered")]
    Outbound(#[from] OutboundError),
}

impl NoticeError {
    /// Whether trying again later could help.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Key(_) => false,
            Self::Outbound(error) => error.is_passing(),
        }
    }
}

impl Notice<'_> {
    /// The signed statement.
    ///
    /// # Errors
    /// The key cannot be used.
    pub fn sign(&self, material: &SigningMaterial<'_>) -> Result<Secret<String>, KeyError> {
        let algorithm = match material.algorithm {
            SigningAlgorithm::Es256 => Algorithm::Es256,
            SigningAlgorithm::Rs256 => Algorithm::Rs256,
        };
        let key = SigningKey::from_pkcs8(algorithm, material.pkcs8.expose())?.with_kid(material.kid.to_owned());
        let claims = LogoutTokenClaims {
            iss: self.issuer,
            aud: self.client_id,
            iat: self.now,
            exp: self.now.saturating_add(LIFE),
            jti: self.id,
            sub: self.subject,
            sid: Some(self.session),
            events: LogoutEvents::default(),
        };
        key.sign(Some(LOGOUT_TOKEN_TYPE), &claims).map(Secret::new)
    }
}

/// Signs `notice` and posts it to `address`.
///
/// # Errors
/// The key cannot be used, or the application's server cannot be reached or refuses.
pub async fn deliver(
    outbound: &Outbound,
    address: &str,
    material: &SigningMaterial<'_>,
    notice: &Notice<'_>,
) -> Result<(), NoticeError> {
    let token = notice.sign(material)?;
    Ok(outbound.post_form(address, &[(LOGOUT_TOKEN_FIELD, token.expose())]).await?)
}

#[cfg(test)]
mod tests {
    use wardkey_wire::jose::{JwkSet, verify};

    use super::*;

    #[test]
    fn a_logout_token_names_who_and_which_session() {
        let key = SigningKey::generate(Algorithm::Es256).unwrap().with_kid("k1".to_owned());
        let pkcs8 = Secret::new(key.to_pkcs8().unwrap().expose().clone());
        let notice = Notice {
            issuer: "https://id.example",
            client_id: "app",
            subject: "person",
            session: "session",
            id: "1",
            now: 1_000,
        };
        let material = SigningMaterial { kid: "k1", algorithm: SigningAlgorithm::Es256, pkcs8: &pkcs8 };
        let token = notice.sign(&material).unwrap();
        let keys = JwkSet::new([key.jwk()]).verifying_keys(&[Algorithm::Es256]);
        let verified = verify(token.expose(), &keys).unwrap();
        assert!(verified.header.is_type("logout+jwt"));
        let claims = verified.claims().unwrap();
        let said = |name| claims.text(name).map(str::to_owned);
        assert_eq!(
            (said("sub"), said("sid"), said("aud")),
            (Some("person".into()), Some("session".into()), Some("app".into()))
        );
        assert!(claims.get("events").unwrap().get("http://schemas.openid.net/event/backchannel-logout").is_some());
        assert!(claims.get("nonce").is_none(), "a logout token must not pass for an ID token");
    }
}
