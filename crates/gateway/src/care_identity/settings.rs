//! What the operator says about the provider, and what the provider knows of us.

use std::time::Duration;

use url::Url;
use wardkey_domain::secret::Secret;
use wardkey_wire::jose::{Algorithm, KeyError};

use crate::outbound::{Outbound, OutboundError};

/// The key that signs our assertions. Its public half is registered with the provider.
#[derive(Clone, Debug)]
pub struct AssertionKey {
    /// Its identifier, as the provider knows it.
    pub kid: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// The private key.
    pub pkcs8: Secret<Vec<u8>>,
}

/// A provider, and how we are registered with it.
#[derive(Clone, Debug)]
pub struct CareIdentitySettings {
    /// Who it is, exactly as its own document says.
    pub issuer: String,
    /// Who we are.
    pub client_id: String,
    /// What signs our assertions.
    pub key: AssertionKey,
    /// How strong a sign-in we ask for, the best first. The answer's `acr` must be one of them.
    pub acr_values: Vec<String>,
    /// What we ask for: `openid`, and more where the provider has claims elsewhere.
    pub scope: String,
    /// The claim, of the ID token or beside it, that names the person.
    pub subject_claim: String,
    /// Claims whose text is an address of the person, such as `email`. Any of them may be missing.
    pub name_claims: Vec<String>,
    /// Where the answer comes back to.
    pub redirect_uri: String,
    /// By how much the clocks may disagree.
    pub leeway: Duration,
    /// How long ago the person may have signed in at the provider, if it matters.
    pub max_age_of_sign_in: Option<Duration>,
}

/// Why a provider cannot be set up. Found when the server starts, not when the first person signs in.
#[derive(Debug, thiserror::Error)]
pub enum CareIdentitySetupError {
    /// The key that is to sign assertions cannot be used.
    #[error("the key for client assertions cannot be used")]
    Key(#[from] KeyError),
    /// The issuer is an address that would never be called.
    #[error("the issuer's address cannot be used")]
    Issuer(#[source] OutboundError),
    /// The issuer has a query, which no issuer has [OpenID Connect Core §2].
    #[error("the issuer's address has a query")]
    IssuerQuery,
    /// `openid` is missing [OpenID Connect Core §3.1.2.1].
    #[error("the scope lacks `openid`")]
    Scope,
    /// No strength of sign-in is asked for, or one has a space in it.
    #[error("`acr_values` must name at least one value, and none with a space")]
    Strengths,
    /// The client identifier, the claim that names the person or the redirect address is missing or malformed.
    #[error("the {0} is missing or malformed")]
    Malformed(&'static str),
}

impl CareIdentitySettings {
    /// A provider that is asked for no more than it must be, whose `sub` names the person.
    pub fn new(
        issuer: impl Into<String>,
        client_id: impl Into<String>,
        key: AssertionKey,
        acr_values: Vec<String>,
        redirect_uri: impl Into<String>,
    ) -> Self {
        Self {
            issuer: issuer.into(),
            client_id: client_id.into(),
            key,
            acr_values,
            scope: "openid".to_owned(),
            subject_claim: "sub".to_owned(),
            name_claims: Vec::new(),
            redirect_uri: redirect_uri.into(),
            leeway: Duration::from_secs(60),
            max_age_of_sign_in: None,
        }
    }

    pub(super) fn check(&self, outbound: &Outbound) -> Result<(), CareIdentitySetupError> {
        outbound.check(&self.issuer).map_err(CareIdentitySetupError::Issuer)?;
        if self.issuer.contains('?') {
            return Err(CareIdentitySetupError::IssuerQuery);
        }
        if !self.scope.split(' ').any(|scope| scope == "openid") {
            return Err(CareIdentitySetupError::Scope);
        }
        let one_word = |text: &String| !text.is_empty() && !text.contains(char::is_whitespace);
        if self.acr_values.is_empty() || !self.acr_values.iter().all(one_word) {
            return Err(CareIdentitySetupError::Strengths);
        }
        for (text, what) in [(&self.client_id, "client identifier"), (&self.subject_claim, "claim of the subject")] {
            if !one_word(text) {
                return Err(CareIdentitySetupError::Malformed(what));
            }
        }
        match Url::parse(&self.redirect_uri) {
            Ok(address) if address.has_host() && address.fragment().is_none() => Ok(()),
            Ok(_) | Err(_) => Err(CareIdentitySetupError::Malformed("redirect address")),
        }
    }
}
