//! The client: where a sign-in begins, and what its answer is worth.

use std::fmt;
use std::sync::Arc;

use url::Url;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;
use wardkey_wire::jose::{JoseError, JwkSet, SigningKey};
use wardkey_wire::oauth::client::ASSERTION_TYPE;
use wardkey_wire::oauth::pkce::CodeVerifier;
use wardkey_wire::oauth::token::GrantType;
use wardkey_wire::oauth::upstream::{
    ASSERTION_TOKEN_TYPE, AssertionClaims, CheckedIdToken, IdTokenFault, IdTokenRules, ProviderMetadata, TokenAnswer,
    check_answering_issuer, refusal_code, userinfo_of,
};

use super::error::CareIdentityError;
use super::identity::{AssertedIdentity, Sources};
use super::memory::Memory;
use super::settings::{CareIdentitySettings, CareIdentitySetupError};
use crate::outbound::{FormAnswer, Outbound};

/// What a request for a sign-in carries. Each value is drawn for this request, and kept where the browser cannot change it.
#[derive(Clone, Copy)]
pub struct UpstreamRequest<'a> {
    /// What comes back with the answer, so that nobody can bring somebody else's [RFC 6749 §10.12].
    pub state: &'a str,
    /// What comes back in the ID token.
    pub nonce: &'a str,
    /// What [`code_challenge`] makes of the verifier [RFC 7636 §4.2].
    pub code_challenge: &'a str,
}

/// What came back, and what was kept of the request. That `state` is the right one is checked before this is made.
#[derive(Clone, Copy)]
pub struct UpstreamAnswer<'a> {
    /// The code.
    pub code: &'a str,
    /// What shows that the code is for us [RFC 7636 §4.5].
    pub code_verifier: &'a Secret<String>,
    /// The nonce of the request.
    pub nonce: &'a str,
    /// The parameter `iss`, if it is there [RFC 9207 §2].
    pub iss: Option<&'a str>,
}

/// The client of one provider. Cheap to clone.
#[derive(Clone)]
pub struct CareIdentity(Arc<Inner>);

struct Inner {
    settings: CareIdentitySettings,
    key: SigningKey,
    outbound: Outbound,
    memory: Memory,
}

impl CareIdentity {
    /// Sets the client up. Nothing is fetched yet.
    ///
    /// # Errors
    /// The key cannot be read, or the settings would never lead to a sign-in.
    pub fn new(settings: CareIdentitySettings, outbound: Outbound) -> Result<Self, CareIdentitySetupError> {
        settings.check(&outbound)?;
        let key = SigningKey::from_pkcs8(settings.key.algorithm, settings.key.pkcs8.expose())?
            .with_kid(settings.key.kid.clone());
        let memory = Memory::new(settings.issuer.clone());
        Ok(Self(Arc::new(Inner { settings, key, outbound, memory })))
    }

    /// The settings it was set up with.
    pub fn settings(&self) -> &CareIdentitySettings {
        &self.0.settings
    }

    /// The public half of our key as a key set, for registering it with the provider.
    pub fn key_set(&self) -> String {
        JwkSet::new([self.0.key.jwk()]).to_json()
    }

    /// Where the browser goes to sign in [OpenID Connect Core §3.1.2.1].
    ///
    /// # Errors
    /// The provider's document cannot be fetched or used.
    pub async fn authorization_address(
        &self,
        request: &UpstreamRequest<'_>,
        now: Timestamp,
    ) -> Result<String, CareIdentityError> {
        let metadata = self.metadata(now).await?;
        let settings = &self.0.settings;
        let mut address = Url::parse(&metadata.authorization_endpoint).map_err(|_| CareIdentityError::BadMetadata)?;
        // [RFC 6749 §3.1]: what the address has in its query already stays there.
        address
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &settings.client_id)
            .append_pair("redirect_uri", &settings.redirect_uri)
            .append_pair("scope", &settings.scope)
            .append_pair("state", request.state)
            .append_pair("nonce", request.nonce)
            .append_pair("code_challenge", request.code_challenge)
            .append_pair("code_challenge_method", "S256")
            .append_pair("acr_values", &settings.acr_values.join(" "));
        if let Some(age) = settings.max_age_of_sign_in {
            address.query_pairs_mut().append_pair("max_age", &age.as_secs().to_string());
        }
        Ok(address.into())
    }

    /// Exchanges the code and checks what is said about the person. `jti` is drawn for this call.
    ///
    /// # Errors
    /// The provider cannot be reached, refuses the code, or says something that is not believed.
    pub async fn redeem(
        &self,
        answer: &UpstreamAnswer<'_>,
        now: Timestamp,
        jti: &str,
    ) -> Result<AssertedIdentity, CareIdentityError> {
        let metadata = self.metadata(now).await?;
        // SECURITY: before the code goes anywhere.
        check_answering_issuer(answer.iss, &metadata.issuer, metadata.answers_name_issuer)?;
        let tokens = self.exchange(&metadata, answer, now, jti).await?;
        let token = self.check(&metadata, &tokens, answer.nonce, now).await?;
        let userinfo = match &metadata.userinfo_endpoint {
            Some(endpoint) if !Sources::new(token.claims(), None).suffice_for(&self.0.settings) => {
                let bearer = Secret::new(tokens.access_token.expose().clone());
                let text = self.0.outbound.get_json_as_bearer(endpoint, &bearer).await?;
                match userinfo_of(token.subject(), &text) {
                    Ok(claims) => Some(claims),
                    Err(IdTokenFault::Token(_)) => return Err(CareIdentityError::BadAnswer),
                    Err(fault) => return Err(fault.into()),
                }
            }
            Some(_) | None => None,
        };
        Ok(AssertedIdentity::new(&self.0.settings, &token, userinfo.as_ref())?)
    }

    async fn metadata(&self, now: Timestamp) -> Result<Arc<ProviderMetadata>, CareIdentityError> {
        self.0.memory.metadata(&self.0.outbound, now).await
    }

    /// The code for tokens [OpenID Connect Core §3.1.3.1, RFC 7523 §2.2, RFC 7636 §4.5].
    async fn exchange(
        &self,
        metadata: &ProviderMetadata,
        answer: &UpstreamAnswer<'_>,
        now: Timestamp,
        jti: &str,
    ) -> Result<TokenAnswer, CareIdentityError> {
        let settings = &self.0.settings;
        let claims = AssertionClaims::new(&settings.client_id, &metadata.token_endpoint, jti, now.as_seconds());
        let assertion = Secret::new(self.0.key.sign(Some(ASSERTION_TOKEN_TYPE), &claims)?);
        let fields = [
            ("grant_type", GrantType::AuthorizationCode.as_str()),
            ("code", answer.code),
            ("redirect_uri", &settings.redirect_uri),
            ("code_verifier", answer.code_verifier.expose()),
            ("client_id", &settings.client_id),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion.expose()),
        ];
        let answered = self.0.outbound.post_form_for_json(&metadata.token_endpoint, &fields).await?;
        match answered {
            FormAnswer::Taken(body) => {
                let body = Secret::new(body);
                TokenAnswer::parse(body.expose()).map_err(|_| CareIdentityError::BadAnswer)
            }
            FormAnswer::Refused(body) => match refusal_code(&body) {
                Ok(error) => Err(CareIdentityError::Refused { error }),
                Err(_) => Err(CareIdentityError::BadAnswer),
            },
        }
    }

    /// The ID token, checked with the keys that are known or, if it names another, with newer ones.
    async fn check(
        &self,
        metadata: &ProviderMetadata,
        tokens: &TokenAnswer,
        nonce: &str,
        now: Timestamp,
    ) -> Result<CheckedIdToken, CareIdentityError> {
        let Inner { settings, outbound, memory, .. } = &*self.0;
        let seconds = |duration: std::time::Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        let rules = IdTokenRules {
            issuer: &settings.issuer,
            client_id: &settings.client_id,
            nonce,
            acr_values: &settings.acr_values,
            max_age: settings.max_age_of_sign_in.map(seconds),
            now: now.as_seconds(),
            leeway: seconds(settings.leeway),
        };
        let (token, access_token) = (tokens.id_token.expose(), tokens.access_token.expose());
        let keys = memory.keys(outbound, &metadata.jwks_uri, now).await?;
        let checked = match rules.check(token, access_token, &keys) {
            Err(IdTokenFault::Token(JoseError::NoKey)) => {
                match memory.newer_keys(outbound, &metadata.jwks_uri, now).await? {
                    Some(keys) => rules.check(token, access_token, &keys),
                    None => Err(IdTokenFault::Token(JoseError::NoKey)),
                }
            }
            checked => checked,
        };
        Ok(checked?)
    }
}

impl fmt::Debug for CareIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CareIdentity").field("issuer", &self.0.settings.issuer).finish_non_exhaustive()
    }
}

/// The S256 challenge of a verifier [RFC 7636 §4.2]; `None` unless it has 43 to 128 unreserved characters.
pub fn code_challenge(verifier: &Secret<String>) -> Option<String> {
    CodeVerifier::parse(verifier.expose()).ok().map(|verifier| verifier.challenge().to_string())
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
