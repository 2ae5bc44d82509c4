//! Taking back: by the client [RFC 7009], and because a session ended or an account changed [SES-1, SES-5, SES-7].

use wardkey_domain::application::token::RefreshToken;
use wardkey_domain::audit::Event;
use wardkey_domain::id::{AccountId, SessionId};
use wardkey_domain::op::Op;
use wardkey_domain::secret::{TokenHash, constant_time_equal};
use wardkey_store::{self as store, Tx};

use crate::application::client::Client;
use crate::{App, Result};

/// Revokes a refresh token with its whole grant, if it is one of this client's. Says whether it was.
///
/// A token that was used before will do as well: whoever shows it wants the grant gone.
pub async fn revoke_refresh(app: &App, op: &Op, client: &Client, presented: &str) -> Result<bool> {
    let Some(presented) = RefreshToken::parse(presented) else { return Ok(false) };
    let mut tx = app.store().begin().await?;
    let saved = store::application::find_grant(&mut tx, presented.grant).await?;
    let grant = saved.filter(|saved| {
        let family = presented.family();
        saved.grant.application == client.id()
            && saved.refresh.is_some_and(|stored| constant_time_equal(stored.family.as_bytes(), family.as_bytes()))
    });
    let Some(grant) = grant.map(|saved| saved.grant) else { return Ok(false) };
    if store::application::revoke_grant(&mut tx, grant.id, "client", op.now).await? {
        let event = Event::GrantRevoked {
            application: client.id(),
            account: Some(grant.account),
            grant: grant.id,
            why: "client".into(),
        };
        store::audit::append(&mut tx, op, Some(grant.organisation), event).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// Revokes one access token, if it is one of this client's. Says whether it was.
pub async fn revoke_access(app: &App, op: &Op, client: &Client, token: &TokenHash) -> Result<bool> {
    let mut tx = app.store().begin().await?;
    let deleted = store::application::delete_access_token(&mut tx, token, client.id()).await?;
    if deleted {
        let event = Event::TokenRevoked { application: client.id() };
        store::audit::append(&mut tx, op, Some(client.organisation()), event).await?;
    }
    tx.commit().await?;
    Ok(deleted)
}

/// Revokes everything that was granted in a session that ends, refresh tokens included, and queues the news for the
/// applications that want to hear it. For the transaction that ends the session.
pub async fn revoke_session_grants(tx: &mut Tx, op: &Op, session: SessionId) -> Result<()> {
    for grant in store::application::revoke_session_grants(tx, session, "session_ended", op.now).await? {
        let event = Event::GrantRevoked {
            application: grant.application,
            account: Some(grant.account),
            grant: grant.id,
            why: "session_ended".into(),
        };
        store::audit::append(tx, op, Some(grant.organisation), event).await?;
    }
    Ok(())
}

/// Revokes everything that was granted to applications for an account. For the transaction that ends its sessions, or
/// changes what they rest on.
pub async fn revoke_account_grants(tx: &mut Tx, op: &Op, account: AccountId) -> Result<()> {
    let revoked = store::application::revoke_account_grants(tx, account, "account_changed", op.now).await?;
    let Some(organisation) = revoked.first().map(|grant| grant.organisation) else { return Ok(()) };
    let count = u32::try_from(revoked.len()).unwrap_or(u32::MAX);
    let event = Event::GrantsRevoked { account, count, why: "account_changed".into() };
    store::audit::append(tx, op, Some(organisation), event).await?;
    Ok(())
}
