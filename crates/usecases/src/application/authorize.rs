//! Authorization requests: answered at once, or kept while somebody signs in.

use std::time::Duration;

use wardkey_domain::access::Admission;
use wardkey_domain::application::scope::OFFLINE_ACCESS;
use wardkey_domain::application::token::Code;
use wardkey_domain::application::{
    Answer, AuthorizationRefusal, AuthorizationRequest, Grant, GrantDetails, Scopes, SignedInFor, StoredCode,
};
use wardkey_domain::audit::Event;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::{AuthorizationRequestId, GrantId};
use wardkey_domain::op::Op;
use wardkey_domain::secret::{Secret, TokenHash, token_text};
use wardkey_domain::session::{Session, Strength};
use wardkey_domain::time::Timestamp;
use wardkey_store::application::SavedGrant;
use wardkey_store::{self as store, Tx};

use crate::application::client::{self, Client};
use crate::application::token;
use crate::session::Authenticated;
use crate::{App, Result, access};

/// What became of an authorization request.
#[derive(Debug)]
pub enum Authorized {
    /// Send the code to the application.
    Code {
        /// The request that it answers.
        request: AuthorizationRequest,
        /// The code.
        code: Secret<String>,
    },
    /// Somebody must sign in first; the request waits under this name.
    SignIn(AuthorizationRequestId),
    /// Tell the application why not.
    Refused {
        /// The request that it answers.
        request: AuthorizationRequest,
        /// Why not.
        refusal: AuthorizationRefusal,
    },
}

/// A pushed request, and how long it may be used.
#[derive(Debug)]
pub struct Pushed {
    /// The random part of its `request_uri`.
    pub reference: Secret<String>,
    /// How long it may be used.
    pub expires_in: Duration,
}

/// Answers a request that came straight from the application.
pub async fn authorize(
    app: &App,
    op: &Op,
    client: &Client,
    authenticated: Option<&Authenticated>,
    request: AuthorizationRequest,
) -> Result<Authorized> {
    let session = authenticated.map(|authenticated| &authenticated.session);
    match (request.answer(session, SignedInFor::Nothing), session) {
        (Answer::Grant, Some(session)) => {
            let mut tx = app.store().begin().await?;
            match access::admit(app, &mut tx, op, session, &request.sign_in_request()).await? {
                Admission::Admitted => {
                    let answered = grant(app, op, &mut tx, client, session, request).await?;
                    tx.commit().await?;
                    Ok(answered)
                }
                Admission::SignIn if request.prompt.none => {
                    Ok(Authorized::Refused { request, refusal: AuthorizationRefusal::InteractionRequired })
                }
                Admission::SignIn => {
                    // A transaction of its own keeps it.
                    drop(tx);
                    keep_request(app, op, client, &request).await.map(Authorized::SignIn)
                }
                Admission::Blocked => {
                    let refused = block(&mut tx, op, client, session, request).await?;
                    tx.commit().await?;
                    Ok(refused)
                }
            }
        }
        (Answer::Grant | Answer::SignIn, _) => keep_request(app, op, client, &request).await.map(Authorized::SignIn),
        (Answer::Refuse(refusal), _) => Ok(Authorized::Refused { request, refusal }),
    }
}

/// Keeps a request until the browser comes back for its answer.
///
/// Also for requests that a browser posts: they come without our cookie, since another site sends them.
pub async fn keep_request(
    app: &App,
    op: &Op,
    client: &Client,
    request: &AuthorizationRequest,
) -> Result<AuthorizationRequestId> {
    app.visits().admit(op)?;
    let id = AuthorizationRequestId::new(op.now, app.id_entropy());
    let expires_at = op.now.plus(app.settings().oidc.lifetimes.authorization_request);
    let mut tx = app.store().begin().await?;
    store::application::insert_authorization_request(&mut tx, id, client.organisation(), request, expires_at).await?;
    tx.commit().await?;
    Ok(id)
}

/// Answers a request that waited; `None` when it has expired or was answered already.
///
/// `signed_in` says whether the person comes from the sign-in pages.
pub async fn resume(
    app: &App,
    op: &Op,
    authenticated: Option<&Authenticated>,
    id: AuthorizationRequestId,
    signed_in: SignedInFor,
) -> Result<Option<Authorized>> {
    let mut tx = app.store().begin().await?;
    let Some(request) = store::application::authorization_request(&mut tx, id, op.now).await? else {
        return Ok(None);
    };
    let Some(client) = client::find_by_id(&mut tx, request.application).await? else { return Ok(None) };
    let session = authenticated.map(|authenticated| &authenticated.session);
    let answered = match (request.answer(session, signed_in), session) {
        (Answer::Grant, Some(session)) => {
            let wanted = request.sign_in_request();
            // The sign-in that led here has kept what was decided.
            let admission = match signed_in {
                SignedInFor::Nothing => access::admit(app, &mut tx, op, session, &wanted).await?,
                SignedInFor::ThisRequest => access::admission(app, &mut tx, op, session, &wanted).await?,
            };
            if admission == Admission::SignIn {
                return Ok(Some(Authorized::SignIn(id)));
            }
            if !store::application::take_authorization_request(&mut tx, id, op.now).await? {
                return Ok(None);
            }
            match admission {
                Admission::Blocked => block(&mut tx, op, &client, session, request).await?,
                Admission::Admitted | Admission::SignIn => grant(app, op, &mut tx, &client, session, request).await?,
            }
        }
        (Answer::Grant | Answer::SignIn, _) => return Ok(Some(Authorized::SignIn(id))),
        (Answer::Refuse(refusal), _) => {
            if !store::application::take_authorization_request(&mut tx, id, op.now).await? {
                return Ok(None);
            }
            Authorized::Refused { request, refusal }
        }
    };
    tx.commit().await?;
    Ok(Some(answered))
}

/// Keeps a request that a client pushed [RFC 9126].
pub async fn push(app: &App, op: &Op, client: &Client, request: &AuthorizationRequest) -> Result<Pushed> {
    let reference = token_text(app.random());
    let expires_in = app.settings().oidc.lifetimes.pushed_request;
    let hash = TokenHash::of(reference.expose());
    let mut tx = app.store().begin().await?;
    store::application::insert_pushed_request(&mut tx, &hash, client.organisation(), request, op.now.plus(expires_in))
        .await?;
    tx.commit().await?;
    Ok(Pushed { reference, expires_in })
}

/// Takes a pushed request of this client; `None` when it has expired, was used already or is another client's.
pub async fn take_pushed(app: &App, op: &Op, client: &Client, reference: &str) -> Result<Option<AuthorizationRequest>> {
    let mut tx = app.store().begin().await?;
    let hash = TokenHash::of(reference);
    let request = store::application::take_pushed_request(&mut tx, &hash, client.id(), op.now).await?;
    tx.commit().await?;
    Ok(request)
}

/// Makes a grant with its code, unless the person or the session is no longer good.
async fn grant(
    app: &App,
    op: &Op,
    tx: &mut Tx,
    client: &Client,
    session: &Session,
    request: AuthorizationRequest,
) -> Result<Authorized> {
    if !store::application::hold_session(tx, session.id()).await? {
        let refusal = AuthorizationRefusal::LoginRequired;
        return Ok(Authorized::Refused { request, refusal });
    }
    if token::person(app, tx, session.account()).await?.is_none() {
        return block(tx, op, client, session, request).await;
    }
    let id = GrantId::new(op.now, app.id_entropy());
    let entropy = app.random();
    let code = Code::text(id, entropy);
    let saved = SavedGrant {
        grant: Grant {
            id,
            organisation: session.facts().organisation,
            application: client.id(),
            account: session.account(),
            session: session.id(),
            scope: request.scope.clone(),
            details: GrantDetails {
                nonce: request.nonce.clone(),
                id_token_claims: request.claims.id_token.clone(),
                userinfo_claims: request.claims.for_userinfo(&request.scope),
                ..details(session, request.claimed(session.strength()))
            },
            created_at: op.now,
            revoked_at: None,
        },
        code: Some(StoredCode {
            hash: wardkey_domain::application::token::hash(&entropy),
            redirect_uri: request.redirect_uri.clone(),
            challenge: request.challenge.clone(),
            expires_at: op.now.plus(app.settings().oidc.lifetimes.code),
            spent_at: None,
        }),
        refresh: None,
    };
    store::application::insert_grant(tx, &saved, ends_at(app, &request.scope, op.now)).await?;
    let event = Event::GrantMade {
        application: client.id(),
        account: Some(session.account()),
        grant: id,
        flow: "authorization_code".into(),
    };
    store::audit::append(tx, op, Some(session.facts().organisation), event).await?;
    Ok(Authorized::Code { request, code })
}

/// Tells the application that the person may not come in.
async fn block(
    tx: &mut Tx,
    op: &Op,
    client: &Client,
    session: &Session,
    request: AuthorizationRequest,
) -> Result<Authorized> {
    let refusal = AuthorizationRefusal::AccessDenied;
    let event = Event::RequestRefused {
        account: Some(session.account()),
        application: Some(client.id()),
        endpoint: "authorize".into(),
        error: refusal.error().into(),
        count: 1,
    };
    store::audit::append(tx, op, Some(session.facts().organisation), event).await?;
    Ok(Authorized::Refused { request, refusal })
}

/// What tokens will say of how a person signed in.
pub(super) fn details(session: &Session, strength: Strength) -> GrantDetails {
    let mut factors: Vec<FactorKind> = session.facts().proofs.iter().map(|proof| proof.factor).collect();
    factors.sort_unstable();
    factors.dedup();
    GrantDetails {
        nonce: None,
        authenticated_at: session.authenticated_at(),
        strength,
        factors,
        id_token_claims: Vec::new(),
        userinfo_claims: Vec::new(),
    }
}

/// When nothing of a grant can be good any more.
pub(super) fn ends_at(app: &App, scope: &Scopes, now: Timestamp) -> Timestamp {
    // An application's own access tokens live for a day at most.
    const LONGEST_ACCESS: Duration = Duration::from_secs(24 * 60 * 60);
    let lifetimes = app.settings().oidc.lifetimes;
    let life = if scope.contains(OFFLINE_ACCESS) { lifetimes.refresh_absolute } else { lifetimes.code };
    now.plus(life).plus(LONGEST_ACCESS.max(lifetimes.access_token))
}
