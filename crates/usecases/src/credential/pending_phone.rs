//! A telephone that is being added in a session: the secret of its pending credential.

use serde::{Deserialize, Serialize};
use wardkey_domain::factor::Code;
use wardkey_domain::factor::sms::SentCode;
use wardkey_domain::factor::telephone::PhoneNumber;
use wardkey_domain::factor::voice_call::PlacedCall;
use wardkey_domain::id::{CredentialId, MessageId};
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use crate::{Error, Result};

/// A number and what was last sent to it. It is sealed like any credential's secret, and becomes the number alone.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct PendingPhone {
    /// Flattened, so that it reads as a number, too.
    #[serde(flatten)]
    pub(super) number: PhoneNumber,
    pub(super) message: MessageId,
    pub(super) code: Option<String>,
    pub(super) sent_at: Timestamp,
    pub(super) expires_at: Timestamp,
    /// How often something was sent.
    pub(super) sends: u32,
    /// The credential whose number it replaces.
    pub(super) replaces: Option<CredentialId>,
}

impl PendingPhone {
    /// The bytes to seal.
    pub(super) fn to_secret(&self) -> Result<Secret<Vec<u8>>> {
        let bytes = serde_json::to_vec(self).map_err(|error| Error::internal("write a telephone down", error))?;
        Ok(Secret::new(bytes))
    }

    /// What was sealed.
    pub(super) fn of_secret(secret: &Secret<Vec<u8>>) -> Result<Self> {
        serde_json::from_slice(secret.expose()).map_err(|error| Error::internal("read a telephone", error))
    }

    /// As the factor checks it.
    pub(super) fn sent_code(&self, credential: CredentialId) -> Result<SentCode> {
        let code = self.code.as_deref().and_then(|code| Code::parse(code).ok());
        let code = code.ok_or_else(|| Error::fault("read a code that was sent"))?;
        Ok(SentCode { credential, message: self.message, code, sent_at: self.sent_at, expires_at: self.expires_at })
    }

    /// As the factor judges it.
    pub(super) fn placed_call(&self, credential: CredentialId) -> PlacedCall {
        PlacedCall {
            credential,
            message: self.message,
            code: self.code.as_deref().and_then(|code| Code::parse(code).ok()),
            placed_at: self.sent_at,
            expires_at: self.expires_at,
        }
    }
}
