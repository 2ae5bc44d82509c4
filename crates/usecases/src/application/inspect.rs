//! Questions about tokens: introspection [RFC 7662] and userinfo, both answered from memory.

use std::sync::Arc;

use wardkey_domain::application::scope::OPENID;
use wardkey_domain::application::token::RefreshToken;
use wardkey_domain::application::{ClaimName, ClaimValue, Introspection, RefreshVerdict};
use wardkey_domain::id::AccountId;
use wardkey_domain::secret::TokenHash;
use wardkey_store as store;

use crate::application::client::Client;
use crate::application::issue::claims;
use crate::application::token::{self, Bearer, TokenFacts, access_token};
use crate::{App, Result};

/// The facts of a token, if it is good and `caller` may know; anything else looks the same to the caller.
pub async fn introspect(app: &App, caller: &Client, token: &TokenHash) -> Result<Option<Arc<TokenFacts>>> {
    let facts = access_token(app, token).await?;
    Ok(facts.filter(|facts| match caller.settings.introspection {
        Introspection::All => true,
        Introspection::Own => facts.client.id() == caller.id(),
    }))
}

/// The facts of a refresh token, if it is good and the caller's own: nobody else has business with one.
///
/// One that was used before looks like any that is not good. Asking is not using, so nothing is revoked.
pub async fn introspect_refresh(app: &App, caller: &Arc<Client>, presented: &str) -> Result<Option<TokenFacts>> {
    let Some(presented) = RefreshToken::parse(presented) else { return Ok(None) };
    let mut tx = app.store().read().await?;
    let saved = store::application::find_grant(&mut tx, presented.grant).await?;
    let Some((grant, stored)) = saved.and_then(|saved| saved.refresh.map(|stored| (saved.grant, stored))) else {
        return Ok(None);
    };
    if grant.judge_refresh(&stored, caller.id(), &presented, app.now()) != RefreshVerdict::Rotate {
        return Ok(None);
    }
    let Some(person) = token::person(app, &mut tx, grant.account).await? else { return Ok(None) };
    Ok(Some(TokenFacts {
        hash: stored.turn,
        client: Arc::clone(caller),
        scope: grant.scope.clone(),
        issued_at: grant.created_at,
        expires_at: stored.expires_at,
        bearer: Some(Bearer { grant, person }),
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
