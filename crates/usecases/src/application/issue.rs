//! Tokens as they are issued; the protocol gives them their form.

use std::sync::Arc;
use std::time::Duration;

use wardkey_domain::application::scope::{OFFLINE_ACCESS, OPENID};
use wardkey_domain::application::token::{self as text, RefreshToken};
use wardkey_domain::application::{
    AccessTokens, ClaimName, ClaimValue, Grant, GrantDetails, GrantType, Person, Scopes, StoredRefresh,
};
use wardkey_domain::audit::Event;
use wardkey_domain::id::{AccountId, KeyId, OrganisationId, SessionId};
use wardkey_domain::op::Op;
use wardkey_domain::secret::{Secret, TokenHash};
use wardkey_domain::time::Timestamp;
use wardkey_store::application::AccessToken;
use wardkey_store::{self as store, Tx};

use crate::application::client::Client;
use crate::application::refuse::TokenRefusal;
use crate::{App, Result};

/// What became of a request for tokens.
#[derive(Debug)]
pub enum TokenAnswer {
    /// Here they are.
    Issued(Box<Issued>),
    /// Why not.
    Refused(TokenRefusal),
}

/// Tokens that were issued, durably.
#[derive(Debug)]
pub struct Issued {
    /// To whom.
    pub client: Arc<Client>,
    /// The access token.
    pub access: AccessText,
    /// When.
    pub issued_at: Timestamp,
    /// How long the access token lives.
    pub expires_in: Duration,
    /// What it is good for.
    pub scope: Scopes,
    /// The refresh token.
    pub refresh: Option<Secret<String>>,
    /// The person; none when the application acts for itself.
    pub identity: Option<Identity>,
}

/// An access token: a reference, ready; or the makings of a signed one.
#[derive(Debug)]
pub enum AccessText {
    /// The text.
    Reference(Secret<String>),
    /// What a signed token must say besides the rest [RFC 9068].
    Signed {
        /// Its identifier, which the store knows by hash.
        id: String,
        /// The resource server that it is for.
        audience: String,
    },
}

/// Whom tokens speak for.
#[derive(Debug)]
pub struct Identity {
    /// The person.
    pub subject: AccountId,
    /// The session in which they said yes.
    pub session: SessionId,
    /// How they signed in.
    pub details: GrantDetails,
    /// Claims for the ID token.
    pub claims: Vec<(ClaimName, ClaimValue)>,
    /// Whether an ID token is due.
    pub wants_id_token: bool,
    /// How long the ID token lives.
    pub id_token_life: Duration,
}

/// A refresh token that is about to be issued: what the client gets, and what is kept.
pub(super) struct NewRefresh {
    pub(super) text: Secret<String>,
    pub(super) stored: StoredRefresh,
}

impl NewRefresh {
    /// The first refresh token of a grant, if it may have one.
    pub(super) fn first(app: &App, op: &Op, client: &Client, grant: &Grant) -> Option<Self> {
        if !grant.scope.contains(OFFLINE_ACCESS) || !client.settings.may(GrantType::RefreshToken) {
            return None;
        }
        let (family, turn) = (app.random(), app.random());
        Some(Self {
            text: RefreshToken::first(grant.id, family, turn),
            stored: StoredRefresh {
                family: text::hash(&family),
                turn: text::hash(&turn),
                expires_at: grant.refresh_expires_at(&app.settings().oidc.lifetimes, op.now),
            },
        })
    }
}

/// What access token is wanted, for what.
pub(super) struct Wanted<'a> {
    pub(super) client: &'a Arc<Client>,
    pub(super) scope: Scopes,
    pub(super) bearer: Option<(&'a Grant, &'a Person)>,
    pub(super) flow: GrantType,
}

impl Wanted<'_> {
    /// Issues an access token in the caller's transaction and writes that down.
    pub(super) async fn issue(
        self,
        app: &App,
        op: &Op,
        tx: &mut Tx,
        refresh: Option<Secret<String>>,
    ) -> Result<Issued> {
        let lifetimes = app.settings().oidc.lifetimes;
        let expires_in = self.client.settings.access_token_life(lifetimes.access_token);
        let (access, hash) = make(app, op, self.client);
        let token = AccessToken {
            hash,
            organisation: self.organisation(),
            application: self.client.id(),
            grant: self.bearer.map(|(grant, _)| grant.id),
            scope: self.scope.clone(),
            issued_at: op.now,
            expires_at: op.now.plus(expires_in),
        };
        store::application::insert_access_token(tx, &token).await?;
        let event = Event::TokenIssued {
            application: self.client.id(),
            account: self.bearer.map(|(grant, _)| grant.account),
            grant: token.grant,
            flow: self.flow.word().into(),
        };
        store::audit::append(tx, op, Some(token.organisation), event).await?;
        Ok(Issued {
            client: Arc::clone(self.client),
            access,
            issued_at: op.now,
            expires_in,
            refresh,
            identity: self.bearer.map(|(grant, person)| Identity {
                subject: grant.account,
                session: grant.session,
                details: GrantDetails {
                    // [OpenID Connect Core §12.2]: an ID token that a refresh brings should have no nonce.
                    nonce: grant.details.nonce.clone().filter(|_| self.flow != GrantType::RefreshToken),
                    ..grant.details.clone()
                },
                claims: claims(person, &grant.details.id_token_claims),
                wants_id_token: self.scope.contains(OPENID),
                id_token_life: lifetimes.id_token,
            }),
            scope: self.scope,
        })
    }

    fn organisation(&self) -> OrganisationId {
        self.bearer.map_or_else(|| self.client.organisation(), |(grant, _)| grant.organisation)
    }
}

/// The claims of `names` that there is something to say about.
pub(super) fn claims(person: &Person, names: &[ClaimName]) -> Vec<(ClaimName, ClaimValue)> {
    names.iter().filter_map(|name| person.claim(*name).map(|value| (*name, value))).collect()
}

fn make(app: &App, op: &Op, client: &Client) -> (AccessText, TokenHash) {
    match &client.settings.access_tokens {
        AccessTokens::Reference => {
            let (token, hash) = text::access_token(op.now, app.random());
            (AccessText::Reference(token), hash)
        }
        AccessTokens::Jwt { audience } => {
            let id = KeyId::new(op.now, app.id_entropy()).to_string();
            let hash = text::signed_token_reference(&id);
            (AccessText::Signed { id, audience: audience.clone() }, hash)
        }
    }
}
