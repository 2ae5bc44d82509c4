//! Whether to believe somebody else's ID token [OpenID Connect Core §3.1.3.7].

use crate::jose::{Audience, ClaimError, ClaimRules, Claims, Expiry, JoseError, VerifyingKey, verify};
use crate::oauth::id_token::{ID_TOKEN_TYPE, half_hash_beside};

/// For how long an ID token may be good, in seconds: a day.
const LONGEST_LIFE: i64 = 24 * 3_600;
/// The longest `sub` [OpenID Connect Core §2].
const LONGEST_SUBJECT: usize = 255;

/// Why what a provider says is not believed. Nothing of what it says is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenFault {
    /// The answer at our redirect address names another issuer, or none although this provider always does [RFC 9207 §2.4].
    #[error("the answer does not name the provider that was asked")]
    AnsweringIssuer,
    /// The signature or the form of the token.
    #[error(transparent)]
    Token(#[from] JoseError),
    /// A claim that every token has.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// Another type of token.
    #[error("the token is not an ID token")]
    Type,
    /// It was issued to another party.
    #[error("the token was issued to another party")]
    AuthorizedParty,
    /// It answers another request.
    #[error("the token does not have the nonce of this request")]
    Nonce,
    /// The sign-in was not as strong as was asked for.
    #[error("the token names no strength of sign-in that was asked for")]
    Strength,
    /// The person signed in too long ago.
    #[error("the sign-in is older than was asked for")]
    SignInTooOld,
    /// The access token beside it is another.
    #[error("the token came with another access token")]
    AccessToken,
    /// The userinfo endpoint talks about somebody else.
    #[error("the claims beside the token are about somebody else")]
    SomebodyElse,
    /// The claim that is to name the person is missing or malformed.
    #[error("no claim names the person")]
    Nobody,
}

/// What an ID token must say to be believed. Dates and durations are in seconds.
#[derive(Clone, Copy, Debug)]
pub struct IdTokenRules<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// Us.
    pub client_id: &'a str,
    /// What ties it to the request.
    pub nonce: &'a str,
    /// How strong a sign-in is strong enough: one of these.
    pub acr_values: &'a [String],
    /// How long ago the person may have signed in, if it matters.
    pub max_age: Option<i64>,
    /// What time it is.
    pub now: i64,
    /// By how much the clocks may disagree.
    pub leeway: i64,
}

/// An ID token that passed every check. Its one maker is [`IdTokenRules::check`].
#[derive(Clone, PartialEq)]
pub struct CheckedIdToken {
    subject: String,
    acr: String,
    auth_time: Option<i64>,
    claims: Claims,
}

impl CheckedIdToken {
    /// Whom the provider means: its `sub`.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// How strongly they signed in.
    pub fn acr(&self) -> &str {
        &self.acr
    }

    /// When, if it is said.
    pub const fn auth_time(&self) -> Option<i64> {
        self.auth_time
    }

    /// Everything it says.
    pub const fn claims(&self) -> &Claims {
        &self.claims
    }
}

impl IdTokenRules<'_> {
    /// Verifies `token`, which came together with `access_token`.
    ///
    /// # Errors
    /// Names the first reason not to believe it.
    pub fn check(
        &self,
        token: &str,
        access_token: &str,
        keys: &[VerifyingKey],
    ) -> Result<CheckedIdToken, IdTokenFault> {
        let verified = verify(token, keys)?;
        // [RFC 8725 §3.11]: what says that it is something else, such as a logout token, is something else.
        if verified.header.typ.is_some() && !verified.header.is_type(ID_TOKEN_TYPE) {
            return Err(IdTokenFault::Type);
        }
        let claims = verified.claims()?;
        self.check_parties_and_dates(&claims)?;
        if claims.text("nonce") != Some(self.nonce) {
            return Err(IdTokenFault::Nonce);
        }
        let acr = claims.text("acr").filter(|acr| self.acr_values.iter().any(|asked| asked == acr));
        let acr = acr.ok_or(IdTokenFault::Strength)?.to_owned();
        let auth_time = self.sign_in_time(&claims)?;
        // [§3.1.3.8]: it need not be there; when it is, it must be right.
        if claims.get("at_hash").is_some()
            && claims.text("at_hash") != Some(&half_hash_beside(verified.header.algorithm, access_token))
        {
            return Err(IdTokenFault::AccessToken);
        }
        let good = |subject: &&str| (1..=LONGEST_SUBJECT).contains(&subject.len());
        let subject = claims.text("sub").filter(good).ok_or(ClaimError::Missing("sub"))?.to_owned();
        Ok(CheckedIdToken { subject, acr, auth_time, claims })
    }

    fn check_parties_and_dates(&self, claims: &Claims) -> Result<(), IdTokenFault> {
        let rules = ClaimRules {
            issuer: self.issuer,
            audience: Audience::AnyOf(&[self.client_id]),
            expiry: Expiry::Within(LONGEST_LIFE),
            now: self.now,
            leeway: self.leeway,
        };
        rules.check(claims)?;
        claims.date("iat").ok_or(ClaimError::Missing("iat"))?;
        // [§3.1.3.7, 4 and 5]: who shares a token with others must be the one that it was issued to.
        match (claims.get("azp"), claims.audiences().as_slice()) {
            (None, [_]) => Ok(()),
            (Some(_), _) if claims.text("azp") == Some(self.client_id) => Ok(()),
            (_, _) => Err(IdTokenFault::AuthorizedParty),
        }
    }

    fn sign_in_time(&self, claims: &Claims) -> Result<Option<i64>, IdTokenFault> {
        let auth_time = claims.date("auth_time");
        if auth_time.is_none() && (self.max_age.is_some() || claims.get("auth_time").is_some()) {
            return Err(ClaimError::Missing("auth_time").into());
        }
        if auth_time.is_some_and(|time| time > self.now.saturating_add(self.leeway)) {
            return Err(ClaimError::NotYet.into());
        }
        // [§3.1.3.7, 13]
        let oldest = self.max_age.map(|age| self.now.saturating_sub(age).saturating_sub(self.leeway));
        if oldest.zip(auth_time).is_some_and(|(oldest, time)| time < oldest) {
            return Err(IdTokenFault::SignInTooOld);
        }
        Ok(auth_time)
    }
}

/// Holds the `iss` parameter of an answer against the provider that was asked [RFC 9207 §2.4].
///
/// SECURITY: of several providers one may be an attacker's. A code that another one issued must not be sent to it.
///
/// # Errors
/// It names another issuer, or is missing although this provider's answers have it.
pub fn check_answering_issuer(
    named: Option<&str>,
    issuer: &str,
    answers_name_issuer: bool,
) -> Result<(), IdTokenFault> {
    match named {
        Some(named) if named == issuer => Ok(()),
        None if !answers_name_issuer => Ok(()),
        Some(_) | None => Err(IdTokenFault::AnsweringIssuer),
    }
}

#[cfg(test)]
#[path = "id_token_tests.rs"]
mod tests;
