//! Questions about tokens: introspection [RFC 7662] and userinfo, both answered from memory.

use std::sync::Arc;

use wardkey_domain::application::scope::OPENID;
use wardkey_domain::application::{ClaimName, ClaimValue, Introspection};
use wardkey_domain::id::AccountId;
use wardkey_domain::secret::TokenHash;

use crate::application::client::Client;
use crate::application::issue::claims;
use crate::application::token::{TokenFacts, access_token};
use crate::{App, Result};

/// The facts of a token, if it is good and `caller` may know; anything else looks the same to the caller.
pub async fn introspect(app: &App, caller: &Client, token: &TokenHash) -> Result<Option<Arc<TokenFacts>>> {
    let facts = access_token(app, token).await?;
    Ok(facts.filter(|facts| match caller.settings.introspection {
        Introspection::All => true,
        Introspection::Own => facts.client.id() == caller.id(),
    }))
}

/// What became of a request for claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Userinfo {
    /// The claims.
    Claims {
        /// The person.
        subject: AccountId,
        /// What the token's scopes and the request's wishes bring.
        claims: Vec<(ClaimName, ClaimValue)>,
    },
    /// The token is unknown, expired or revoked.
    BadToken,
    /// The token is good, but not for this: it lacks `openid`.
    InsufficientScope,
}

/// The claims about the person that a token speaks for [OpenID Connect Core §5.3].
pub async fn userinfo(app: &App, token: &TokenHash) -> Result<Userinfo> {
    let Some(facts) = access_token(app, token).await? else { return Ok(Userinfo::BadToken) };
    let Some(bearer) = facts.bearer.as_ref().filter(|_| facts.scope.contains(OPENID)) else {
        return Ok(Userinfo::InsufficientScope);
    };
    // A refresh may have asked for fewer scopes than were granted: their claims are left out.
    let narrowed = |name: &ClaimName| {
        let brought_by_scope = bearer.grant.scope.contains(name.scope());
        !brought_by_scope || facts.scope.contains(name.scope())
    };
    let names: Vec<ClaimName> = bearer.grant.details.userinfo_claims.iter().copied().filter(narrowed).collect();
    Ok(Userinfo::Claims { subject: bearer.person.id, claims: claims(&bearer.person, &names) })
}
