//! The token endpoint: codes, refresh tokens and an application's own credentials, each exchanged for tokens.

use std::sync::Arc;

use wardkey_domain::application::scope::{OFFLINE_ACCESS, OPENID};
use wardkey_domain::application::token::{self as text, Code, RefreshToken};
use wardkey_domain::application::{
    CodeRefusal, CodeVerdict, GrantType, PresentedCode, RefreshRefusal, RefreshVerdict, Scopes,
};
use wardkey_domain::audit::Event;
use wardkey_domain::op::Op;
use wardkey_store::application::{Rotation, SavedGrant};
use wardkey_store::{self as store, Tx};

use crate::application::client::Client;
use crate::application::issue::{NewRefresh, TokenAnswer, Wanted};
use crate::application::refuse::{TokenRefusal, append_refusal, refuse};
use crate::application::token;
use crate::{App, Result};

/// A code as a client presents it at the token endpoint.
#[derive(Clone, Copy, Debug)]
pub struct CodeExchange<'a> {
    /// The code.
    pub code: &'a str,
    /// The `redirect_uri`.
    pub redirect_uri: Option<&'a str>,
    /// The `code_verifier`.
    pub verifier: Option<&'a str>,
}

/// Exchanges an authorization code [RFC 6749 §4.1.3].
pub async fn exchange_code(
    app: &App,
    op: &Op,
    client: &Arc<Client>,
    exchange: CodeExchange<'_>,
) -> Result<TokenAnswer> {
    if !client.settings.may(GrantType::AuthorizationCode) {
        return refused(app, op, client, TokenRefusal::GrantNotAllowed).await;
    }
    let Some(code) = Code::parse(exchange.code) else {
        return refused(app, op, client, TokenRefusal::Code(CodeRefusal::Unknown)).await;
    };
    let presented = PresentedCode {
        application: client.id(),
        hash: code.hash,
        redirect_uri: exchange.redirect_uri,
        verifier: exchange.verifier,
    };
    let mut tx = app.store().begin().await?;
    let Some(saved) = store::application::find_grant(&mut tx, code.grant).await? else {
        drop(tx);
        return refused(app, op, client, TokenRefusal::Code(CodeRefusal::Unknown)).await;
    };
    let verdict = match &saved.code {
        Some(stored) => saved.grant.judge_code(stored, &presented, op.now),
        None => CodeVerdict::Refuse(CodeRefusal::Unknown),
    };
    let answer = match verdict {
        CodeVerdict::Spend => spend(app, op, &mut tx, client, &saved).await?,
        CodeVerdict::Burn(refusal) => {
            store::application::spend_code(&mut tx, saved.grant.id, None, op.now).await?;
            refuse_in(&mut tx, op, client, &saved, TokenRefusal::Code(refusal)).await?
        }
        CodeVerdict::Replayed => replayed(&mut tx, op, client, &saved).await?,
        CodeVerdict::Refuse(refusal) => refuse_in(&mut tx, op, client, &saved, TokenRefusal::Code(refusal)).await?,
    };
    tx.commit().await?;
    Ok(answer)
}

async fn spend(app: &App, op: &Op, tx: &mut Tx, client: &Arc<Client>, saved: &SavedGrant) -> Result<TokenAnswer> {
    let grant = &saved.grant;
    let refresh = NewRefresh::first(app, op, client, grant);
    let stored = refresh.as_ref().map(|refresh| refresh.stored);
    if !store::application::spend_code(tx, grant.id, stored, op.now).await? {
        // Another node was faster with the same code.
        return replayed(tx, op, client, saved).await;
    }
    let Some(person) = token::person(app, tx, grant.account).await? else {
        store::application::revoke_grant(tx, grant.id, "account_refused", op.now).await?;
        return refuse_in(tx, op, client, saved, TokenRefusal::Account).await;
    };
    let wanted = Wanted {
        client,
        scope: grant.scope.clone(),
        bearer: Some((grant, &person)),
        flow: GrantType::AuthorizationCode,
    };
    let issued = wanted.issue(app, op, tx, refresh.map(|refresh| refresh.text)).await?;
    Ok(TokenAnswer::Issued(Box::new(issued)))
}

/// Revokes all that a code gave when it is presented again [RFC 6749 §4.1.2].
async fn replayed(tx: &mut Tx, op: &Op, client: &Client, saved: &SavedGrant) -> Result<TokenAnswer> {
    let grant = &saved.grant;
    if store::application::revoke_grant(tx, grant.id, "code_replayed", op.now).await? {
        let event = Event::CodeReused { application: client.id(), account: Some(grant.account), grant: grant.id };
        store::audit::append(tx, op, Some(grant.organisation), event).await?;
    }
    refuse_in(tx, op, client, saved, TokenRefusal::Code(CodeRefusal::Replayed)).await
}

/// Exchanges a refresh token for an access token and its own successor [RFC 6749 §6].
///
/// `scope` may ask for less than was granted.
pub async fn exchange_refresh(
    app: &App,
    op: &Op,
    client: &Arc<Client>,
    presented: &str,
    scope: Option<&Scopes>,
) -> Result<TokenAnswer> {
    if !client.settings.may(GrantType::RefreshToken) {
        return refused(app, op, client, TokenRefusal::GrantNotAllowed).await;
    }
    let Some(presented) = RefreshToken::parse(presented) else {
        return refused(app, op, client, TokenRefusal::Refresh(RefreshRefusal::Unknown)).await;
    };
    let turn = app.random();
    let lifetimes = app.settings().oidc.lifetimes;
    let rotation = Rotation {
        grant: presented.grant,
        application: client.id(),
        family: presented.family(),
        turn: presented.turn,
        next: text::hash(&turn),
        idle: lifetimes.refresh_idle,
        absolute: lifetimes.refresh_absolute,
    };
    let mut tx = app.store().begin().await?;
    let Some(grant) = store::application::rotate_refresh(&mut tx, &rotation, op.now).await? else {
        let answer = explain_refresh(&mut tx, op, client, &presented).await?;
        tx.commit().await?;
        return Ok(answer);
    };
    let Some(person) = token::person(app, &mut tx, grant.account).await? else {
        store::application::revoke_grant(&mut tx, grant.id, "account_refused", op.now).await?;
        append_refusal(&mut tx, op, client, Some(grant.account), TokenRefusal::Account).await?;
        tx.commit().await?;
        return Ok(TokenAnswer::Refused(TokenRefusal::Account));
    };
    let narrowed = match scope {
        Some(scope) if !scope.is_within(&grant.scope) => {
            // Dropped without a commit: the token that was presented stays good.
            drop(tx);
            return refused(app, op, client, TokenRefusal::Scope).await;
        }
        Some(scope) if !scope.is_empty() => scope.clone(),
        Some(_) | None => grant.scope.clone(),
    };
    // What the application may ask for can have shrunk since.
    let narrowed = client.settings.grantable(&narrowed);
    let wanted = Wanted { client, scope: narrowed, bearer: Some((&grant, &person)), flow: GrantType::RefreshToken };
    let issued = wanted.issue(app, op, &mut tx, Some(presented.next(turn))).await?;
    tx.commit().await?;
    Ok(TokenAnswer::Issued(Box::new(issued)))
}

/// Finds out why a refresh token could not be rotated; one that was used before takes its whole family with it.
async fn explain_refresh(tx: &mut Tx, op: &Op, client: &Client, presented: &RefreshToken) -> Result<TokenAnswer> {
    let saved = store::application::find_grant(tx, presented.grant).await?;
    let Some((saved, stored)) = saved.and_then(|saved| saved.refresh.map(|stored| (saved, stored))) else {
        let refusal = TokenRefusal::Refresh(RefreshRefusal::Unknown);
        append_refusal(tx, op, client, None, refusal).await?;
        return Ok(TokenAnswer::Refused(refusal));
    };
    let refusal = match saved.grant.judge_refresh(&stored, client.id(), presented, op.now) {
        RefreshVerdict::Reused => {
            let grant = &saved.grant;
            store::application::revoke_grant(tx, grant.id, "refresh_reused", op.now).await?;
            let event =
                Event::RefreshTokenReused { application: client.id(), account: Some(grant.account), grant: grant.id };
            store::audit::append(tx, op, Some(grant.organisation), event).await?;
            RefreshRefusal::Reused
        }
        RefreshVerdict::Refuse(refusal) => refusal,
        // It became good between the two looks, which only a clock set back can bring about.
        RefreshVerdict::Rotate => RefreshRefusal::Expired,
    };
    refuse_in(tx, op, client, &saved, TokenRefusal::Refresh(refusal)).await
}

/// Issues an access token to an application that acts for itself [RFC 6749 §4.4].
pub async fn exchange_client_credentials(
    app: &App,
    op: &Op,
    client: &Arc<Client>,
    scope: Option<&Scopes>,
) -> Result<TokenAnswer> {
    if !client.settings.may(GrantType::ClientCredentials) {
        return refused(app, op, client, TokenRefusal::GrantNotAllowed).await;
    }
    // There is no person, so nothing of OpenID Connect and nothing to be offline from.
    let own = |scope: &Scopes| scope.without(OPENID).without(OFFLINE_ACCESS);
    let granted = match scope {
        Some(asked) => client.settings.grantable(&own(asked)),
        None => own(&client.settings.scopes),
    };
    if granted.is_empty() && scope.is_some_and(|asked| !asked.is_empty()) {
        return refused(app, op, client, TokenRefusal::Scope).await;
    }
    let mut tx = app.store().begin_appending().await?;
    let wanted = Wanted { client, scope: granted, bearer: None, flow: GrantType::ClientCredentials };
    let issued = wanted.issue(app, op, &mut tx, None).await?;
    tx.commit().await?;
    Ok(TokenAnswer::Issued(Box::new(issued)))
}

pub(super) async fn refused(app: &App, op: &Op, client: &Client, refusal: TokenRefusal) -> Result<TokenAnswer> {
    refuse(app, op, client, refusal).await.map(TokenAnswer::Refused)
}

async fn refuse_in(
    tx: &mut Tx,
    op: &Op,
    client: &Client,
    saved: &SavedGrant,
    refusal: TokenRefusal,
) -> Result<TokenAnswer> {
    // SECURITY: a client that presents another's token learns nothing, and the person is not drawn into its audit.
    let account = (saved.grant.application == client.id()).then_some(saved.grant.account);
    append_refusal(tx, op, client, account, refusal).await?;
    Ok(TokenAnswer::Refused(refusal))
}
