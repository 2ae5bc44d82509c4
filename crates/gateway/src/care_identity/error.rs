//! Why nobody is signed in.

use wardkey_wire::jose::KeyError;
use wardkey_wire::oauth::upstream::IdTokenFault;

use crate::outbound::OutboundError;

/// Why the provider cannot be asked, or its answer is not used.
///
/// The text holds no code, no token and no claim.
#[derive(Debug, thiserror::Error)]
pub enum CareIdentityError {
    /// The provider cannot be reached, or answers with a status that means nothing here.
    #[error("the identity provider cannot be reached")]
    Unreachable(#[from] OutboundError),
    /// Its own document or its keys cannot be used.
    #[error("the identity provider describes itself in a way that cannot be used")]
    BadMetadata,
    /// The token endpoint's answer cannot be read.
    #[error("the identity provider's answer cannot be read")]
    BadAnswer,
    /// The token endpoint refused the code.
    #[error("the identity provider refused the code: `{error}`")]
    Refused {
        /// Its error code [RFC 6749 §5.2]: lower-case letters, digits and underscores.
        error: String,
    },
    /// Its statement about the person is not believed.
    #[error("the identity provider's statement is not believed")]
    NotBelieved(#[from] IdTokenFault),
    /// Our assertion cannot be signed.
    #[error("the client assertion cannot be signed")]
    Key(#[from] KeyError),
}

impl CareIdentityError {
    /// Whether signing in again later could help, with nothing changed here or there.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable(error) => error.is_passing(),
            Self::Refused { error } => error == "temporarily_unavailable" || error == "server_error",
            Self::BadMetadata | Self::BadAnswer | Self::NotBelieved(_) | Self::Key(_) => false,
        }
    }
}
