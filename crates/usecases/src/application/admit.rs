//! Letting an application in to an interface of ours, with the token that it got for itself [RFC 6749 §4.4].

use wardkey_domain::directory::OrganisationStatus;
use wardkey_domain::op::{ActingApplication, Actor, Mandate, Op, Origin};
use wardkey_domain::permission::ApiScope;
use wardkey_domain::secret::TokenHash;
use wardkey_store as store;

use crate::application::token::access_token;
use crate::{App, Result};

/// What became of an application that asked to be let in.
#[derive(Clone, Debug)]
pub enum Admission {
    /// It acts, by its mandate.
    Admitted(Op),
    /// The token is unknown, expired or revoked, or whoever answers for the application is no longer there.
    BadToken,
    /// The token is good, but not for this: it lacks the scope, or it speaks for a person.
    InsufficientScope,
}

/// Lets an application in that has a token of its own with the scope `needed`.
///
/// SECURITY: a token that speaks for a person opens nothing here, whatever its scopes say: an application that somebody signs
/// in to would otherwise act in their organisation with rights that they do not hold.
pub async fn admit(app: &App, origin: Origin, token: &TokenHash, needed: ApiScope) -> Result<Admission> {
    let Some(facts) = access_token(app, token).await? else { return Ok(Admission::BadToken) };
    if facts.bearer.is_some() || !facts.scope.contains(needed.as_str()) {
        return Ok(Admission::InsufficientScope);
    }
    let mut tx = app.store().read().await?;
    let organisation = store::directory::find_organisation(&mut tx, facts.client.organisation()).await?;
    let Some(organisation) = organisation.filter(|found| found.status == OrganisationStatus::Open) else {
        return Ok(Admission::BadToken);
    };
    let scopes = ApiScope::ALL.iter().copied().filter(|scope| facts.scope.contains(scope.as_str())).collect();
    let mandate = Mandate { path: organisation.path, scopes };
    let acting = ActingApplication { id: facts.client.id(), mandate: Some(mandate) };
    Ok(Admission::Admitted(app.op(Actor::Application(acting), origin)))
}
