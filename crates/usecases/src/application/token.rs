//! What an access token stands for: answered from memory.

use std::sync::Arc;
use std::time::Duration;

use wardkey_domain::application::{Grant, Person, Scopes};
use wardkey_domain::directory::OrganisationStatus;
use wardkey_domain::id::AccountId;
use wardkey_domain::secret::TokenHash;
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use crate::application::client::{self, Client};
use crate::application::marks::Roots;
use crate::{App, Result};

/// How long what applications may learn of a person is kept: a changed name shows this late.
const PERSON_KEPT: Duration = Duration::from_secs(30);

/// An access token that is good.
#[derive(Clone, Debug)]
pub struct TokenFacts {
    /// The hash of the reference, or of a signed token's identifier.
    pub hash: TokenHash,
    /// The application that it was issued to.
    pub client: Arc<Client>,
    /// For whom, and with which proofs; none when the application acts for itself.
    pub bearer: Option<Bearer>,
    /// What it is good for.
    pub scope: Scopes,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it stops being good.
    pub expires_at: Timestamp,
}

/// The person that a token speaks for.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// The grant.
    pub grant: Grant,
    /// The person.
    pub person: Person,
}

impl TokenFacts {
    pub(super) fn roots(&self) -> Roots {
        Roots {
            application: Some(self.client.id()),
            grant: self.bearer.as_ref().map(|bearer| bearer.grant.id),
            account: self.bearer.as_ref().map(|bearer| bearer.grant.account),
            token: Some(self.hash),
        }
    }
}

/// The facts of the access token with this hash, if it is good.
pub async fn access_token(app: &App, hash: &TokenHash) -> Result<Option<Arc<TokenFacts>>> {
    let now = app.now();
    let is_current = app.store().cluster().is_current();
    if is_current && let Some(facts) = app.tokens().token(hash, now.minus(PERSON_KEPT)) {
        return Ok((now < facts.expires_at).then_some(facts));
    }
    let moment = app.tokens().moment();
    let mut tx = app.store().read().await?;
    let Some(found) = store::application::find_access_token(&mut tx, hash, now).await? else { return Ok(None) };
    let bearer = match found.grant {
        None => None,
        Some(grant) if grant.revoked_at.is_some() => return Ok(None),
        Some(grant) => match person(app, &mut tx, grant.account).await? {
            Some(person) => Some(Bearer { grant, person }),
            None => return Ok(None),
        },
    };
    let Some(client) = client::find_by_id(&mut tx, found.token.application).await? else { return Ok(None) };
    let facts = Arc::new(TokenFacts {
        hash: *hash,
        client,
        bearer,
        scope: found.token.scope,
        issued_at: found.token.issued_at,
        expires_at: found.token.expires_at,
    });
    if is_current {
        app.tokens().keep_token(moment, &facts, now);
    }
    Ok(Some(facts))
}

/// The person behind an account, if they may sign in now: from memory for a short while.
///
/// SECURITY: who may no longer sign in loses their grants in the same transaction, which is what keeps them out; this is
/// the second lock, and what tokens say of the person.
pub(super) async fn person(app: &App, tx: &mut Tx, id: AccountId) -> Result<Option<Person>> {
    let now = app.now();
    let is_current = app.store().cluster().is_current();
    if is_current && let Some(person) = app.tokens().person(id, now.minus(PERSON_KEPT)) {
        return Ok(Some(person));
    }
    let moment = app.tokens().moment();
    let Some(account) = store::directory::find_account(tx, id).await? else { return Ok(None) };
    if account.may_sign_in().is_err() {
        return Ok(None);
    }
    let organisation = store::directory::find_organisation(tx, account.organisation).await?;
    if !organisation.is_some_and(|organisation| organisation.status == OrganisationStatus::Open) {
        return Ok(None);
    }
    let person = Person::of(&account);
    if is_current {
        app.tokens().keep_person(moment, &person, now);
    }
    Ok(Some(person))
}
