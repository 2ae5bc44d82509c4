//! How facts become claims: the one place to look for what a token or an answer says.

use serde_json::{Map, Value};
use wardkey_domain::application::{ClaimName, ClaimValue, acr};
use wardkey_domain::secret::Secret;
use wardkey_usecases::application::{AccessText, Identity, Issued, TokenFacts};
use wardkey_usecases::{Error, Result};
use wardkey_wire::jose::SigningKey;
use wardkey_wire::oauth::Scope;
use wardkey_wire::oauth::access_token::{ACCESS_TOKEN_TYPE, AccessTokenClaims};
use wardkey_wire::oauth::id_token::{ID_TOKEN_TYPE, IdTokenClaims, half_hash};
use wardkey_wire::oauth::introspection::ActiveToken;
use wardkey_wire::oauth::token::TokenType;

/// The text of an access token: the reference, or a signed statement [RFC 9068].
pub fn access_token(issuer: &str, issued: &Issued, key: &SigningKey) -> Result<Secret<String>> {
    let (id, audience) = match &issued.access {
        AccessText::Reference(text) => return Ok(text.clone()),
        AccessText::Signed { id, audience } => (id, audience),
    };
    let subject = issued.identity.as_ref().map(|identity| identity.subject.to_string());
    let details = issued.identity.as_ref().map(|identity| &identity.details);
    let amr = details.map(|details| acr::amr(&details.factors, details.strength)).unwrap_or_default();
    let claims = AccessTokenClaims {
        iss: issuer,
        // [RFC 9068 §2.2]: the client itself when there is no person.
        sub: subject.as_deref().unwrap_or(issued.client.client_id()),
        aud: audience,
        exp: issued.issued_at.plus(issued.expires_in).as_seconds(),
        iat: issued.issued_at.as_seconds(),
        jti: id,
        client_id: issued.client.client_id(),
        scope: scope(&issued.scope)?,
        auth_time: details.map(|details| details.authenticated_at.as_seconds()),
        acr: details.map(|details| acr::acr(details.strength)),
        amr: &amr,
    };
    sign(key, ACCESS_TOKEN_TYPE, &claims)
}

/// An ID token [OpenID Connect Core §2].
pub fn id_token(
    issuer: &str,
    issued: &Issued,
    identity: &Identity,
    access_token: &str,
    key: &SigningKey,
) -> Result<Secret<String>> {
    let details = &identity.details;
    let amr = acr::amr(&details.factors, details.strength);
    let claims = IdTokenClaims {
        iss: issuer,
        sub: &identity.subject.to_string(),
        aud: issued.client.client_id(),
        exp: issued.issued_at.plus(identity.id_token_life).as_seconds(),
        iat: issued.issued_at.as_seconds(),
        auth_time: details.authenticated_at.as_seconds(),
        nonce: details.nonce.as_deref(),
        acr: Some(acr::acr(details.strength)),
        amr: &amr,
        sid: Some(&identity.session.to_string()),
        at_hash: Some(half_hash(access_token)),
        extra: person(&identity.claims),
    };
    sign(key, ID_TOKEN_TYPE, &claims)
}

/// The answer of the userinfo endpoint [OpenID Connect Core §5.3.2].
pub fn userinfo(subject: &str, claims: &[(ClaimName, ClaimValue)]) -> Map<String, Value> {
    let mut members = person(claims);
    members.insert("sub".to_owned(), Value::String(subject.to_owned()));
    members
}

/// The answer of the introspection endpoint [RFC 7662 §2.2], written as JSON.
///
/// A refresh token has no type.
pub fn introspection(issuer: &str, facts: &TokenFacts, token_type: Option<TokenType>) -> Result<Vec<u8>> {
    let subject = facts.bearer.as_ref().map(|bearer| bearer.person.id.to_string());
    let client_id = facts.client.client_id();
    let scope = facts.scope.to_string();
    let sub = subject.as_deref().unwrap_or(client_id);
    let (iat, exp) = (facts.issued_at.as_seconds(), facts.expires_at.as_seconds());
    let mut active = ActiveToken::new(issuer, client_id, sub, &scope, iat, exp);
    active.token_type = token_type;
    if let Some(bearer) = &facts.bearer {
        active.username = Some(&bearer.person.address);
        active.acr = Some(acr::acr(bearer.grant.details.strength));
        active.auth_time = Some(bearer.grant.details.authenticated_at.as_seconds());
    }
    serde_json::to_vec(&active).map_err(|error| Error::internal("write an introspection", error))
}

/// Our scopes as the wire's.
pub fn scope(scopes: &wardkey_domain::application::Scopes) -> Result<Scope> {
    Scope::parse(&scopes.to_string()).map_err(|error| Error::internal("write a scope", error))
}

fn person(claims: &[(ClaimName, ClaimValue)]) -> Map<String, Value> {
    let value = |value: &ClaimValue| match value {
        ClaimValue::Text(text) => Value::String(text.clone()),
        ClaimValue::Flag(flag) => Value::Bool(*flag),
    };
    claims.iter().map(|(name, claim)| (name.as_str().to_owned(), value(claim))).collect()
}

fn sign(key: &SigningKey, typ: &str, claims: &impl serde::Serialize) -> Result<Secret<String>> {
    key.sign(Some(typ), claims).map(Secret::new).map_err(|error| Error::internal("sign a token", error))
}
