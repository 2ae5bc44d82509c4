//! The queries on `grants`: codes and refresh tokens are columns of the grant that they belong to.

use std::time::Duration;

use wardkey_domain::application::{CodeChallenge, Grant, StoredCode, StoredRefresh};
use wardkey_domain::id::{AccountId, ApplicationId, GrantId, OrganisationId, SessionId};
use wardkey_domain::secret::TokenHash;
use wardkey_domain::time::Timestamp;

use crate::cluster::ClusterEvent;
use crate::{Row, StoreError, Tx, args};

macro_rules! columns {
    () => {
        "id, organisation_id, application_id, account_id, session_id, scope, details, created_at, revoked_at, code_hash, \
         code_redirect_uri, code_challenge, code_expires_at, code_spent_at, refresh_family, refresh_turn, refresh_expires_at"
    };
}

/// A grant with what hangs from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedGrant {
    /// The grant.
    pub grant: Grant,
    /// Its code, unless it came about without one.
    pub code: Option<StoredCode>,
    /// Its refresh token, if it has one.
    pub refresh: Option<StoredRefresh>,
}

/// A grant that was revoked, as far as others need to hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevokedGrant {
    /// The grant.
    pub id: GrantId,
    /// Whose it was.
    pub application: ApplicationId,
    /// For whom.
    pub account: AccountId,
    /// The organisation of that account.
    pub organisation: OrganisationId,
}

/// The turn of a refresh token.
#[derive(Clone, Copy, Debug)]
pub struct Rotation {
    /// The grant.
    pub grant: GrantId,
    /// The client that presents the token.
    pub application: ApplicationId,
    /// The hash of the token's family.
    pub family: TokenHash,
    /// The hash of the turn that is presented.
    pub turn: TokenHash,
    /// The hash of the turn that takes its place.
    pub next: TokenHash,
    /// How long the new one lives when nobody uses it.
    pub idle: Duration,
    /// How long all of them live together.
    pub absolute: Duration,
}

/// Saves a new grant; `ends_at` is when nothing of it can be good any more.
pub async fn insert_grant(tx: &mut Tx, saved: &SavedGrant, ends_at: Timestamp) -> Result<(), StoreError> {
    let SavedGrant { grant, code, refresh } = saved;
    let details = serde_json::to_value(&grant.details).map_err(|error| StoreError::corrupt("grants.details", error))?;
    tx.exec(
        "INSERT INTO grants (id, organisation_id, application_id, account_id, session_id, scope, details, created_at, \
         ends_at, code_hash, code_redirect_uri, code_challenge, code_expires_at, refresh_family, refresh_turn, \
         refresh_expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        args![
            grant.id,
            grant.organisation,
            grant.application,
            grant.account,
            grant.session,
            grant.scope.to_string(),
            details,
            grant.created_at,
            ends_at,
            code.as_ref().map(|code| code.hash),
            code.as_ref().map(|code| code.redirect_uri.as_str()),
            code.as_ref().and_then(|code| code.challenge.as_ref()).map(CodeChallenge::as_str),
            code.as_ref().map(|code| code.expires_at),
            refresh.map(|refresh| refresh.family),
            refresh.map(|refresh| refresh.turn),
            refresh.map(|refresh| refresh.expires_at),
        ],
    )
    .await?;
    Ok(())
}

/// Holds a session as it is until this transaction ends. Says whether it was still going on.
///
/// SECURITY: whoever ends the session at the same moment waits, and then finds the grant that is being made; without this
/// a grant could be made for a session that has just ended.
pub async fn hold_session(tx: &mut Tx, session: SessionId) -> Result<bool, StoreError> {
    let held =
        tx.exec("UPDATE sessions SET ended_at = NULL WHERE id = $1 AND ended_at IS NULL", args![session]).await?;
    Ok(held == 1)
}

/// The grant with this identifier, revoked or not.
pub async fn find_grant(tx: &mut Tx, id: GrantId) -> Result<Option<SavedGrant>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM grants WHERE id = $1");
    tx.opt(sql, args![id]).await?.as_ref().map(saved).transpose()
}

/// Spends the code of a grant, and gives the grant its first refresh token. Says whether nobody else was faster.
pub async fn spend_code(
    tx: &mut Tx,
    id: GrantId,
    refresh: Option<StoredRefresh>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let spent = tx
        .exec(
            "UPDATE grants SET code_spent_at = $2, refresh_family = $3, refresh_turn = $4, refresh_expires_at = $5 \
             WHERE id = $1 AND code_spent_at IS NULL AND revoked_at IS NULL",
            args![
                id,
                now,
                refresh.map(|refresh| refresh.family),
                refresh.map(|refresh| refresh.turn),
                refresh.map(|refresh| refresh.expires_at),
            ],
        )
        .await?;
    Ok(spent == 1)
}

/// Gives a refresh token its next turn, if it is good in every respect, and returns its grant.
///
/// One statement, so that of two clients or nodes that present the same token only one gets the next.
pub async fn rotate_refresh(tx: &mut Tx, rotation: &Rotation, now: Timestamp) -> Result<Option<Grant>, StoreError> {
    let sql = concat!(
        "UPDATE grants SET refresh_turn = $5, refresh_expires_at = \
         CASE WHEN created_at + CAST($8 AS BIGINT) < CAST($7 AS BIGINT) THEN created_at + CAST($8 AS BIGINT) \
         ELSE CAST($7 AS BIGINT) END \
         WHERE id = $1 AND application_id = $2 AND refresh_family = $3 AND refresh_turn = $4 \
         AND revoked_at IS NULL AND refresh_expires_at > $6 RETURNING ",
        columns!()
    );
    let row = tx
        .opt(
            sql,
            args![
                rotation.grant,
                rotation.application,
                rotation.family,
                rotation.turn,
                rotation.next,
                now,
                now.plus(rotation.idle),
                i64::try_from(rotation.absolute.as_micros()).unwrap_or(i64::MAX / 2),
            ],
        )
        .await?;
    Ok(row.as_ref().map(saved).transpose()?.map(|saved| saved.grant))
}

/// Revokes one grant with all its tokens, and tells every node. Says whether it was not revoked already.
pub async fn revoke_grant(tx: &mut Tx, id: GrantId, why: &'static str, now: Timestamp) -> Result<bool, StoreError> {
    let revoked = tx
        .exec(
            "UPDATE grants SET revoked_at = $2, revoked_why = $3 WHERE id = $1 AND revoked_at IS NULL",
            args![id, now, why],
        )
        .await?;
    tx.publish(ClusterEvent::GrantRevoked(id));
    Ok(revoked == 1)
}

/// Revokes the grants of a session, and queues the news for the applications that want to hear it.
///
/// The applications are told once for each session, whether or not their tokens still live.
pub async fn revoke_session_grants(
    tx: &mut Tx,
    session: SessionId,
    why: &'static str,
    now: Timestamp,
) -> Result<Vec<RevokedGrant>, StoreError> {
    tx.exec(
        "INSERT INTO logout_notices (application_id, session_id, organisation_id, account_id, created_at, next_try_at, \
         tries) SELECT DISTINCT g.application_id, g.session_id, g.organisation_id, g.account_id, CAST($2 AS BIGINT), \
         CAST($2 AS BIGINT), 0 FROM grants g JOIN applications a ON a.id = g.application_id \
         WHERE g.session_id = $1 AND g.revoked_at IS NULL AND a.hears_of_logout = $3 AND a.status = 'open' \
         ON CONFLICT (application_id, session_id) DO NOTHING",
        args![session, now, true],
    )
    .await?;
    let rows = tx
        .all(
            "UPDATE grants SET revoked_at = $2, revoked_why = $3 WHERE session_id = $1 AND revoked_at IS NULL \
             RETURNING id, application_id, account_id, organisation_id",
            args![session, now, why],
        )
        .await?;
    let revoked = rows.iter().map(revoked).collect::<Result<Vec<_>, _>>()?;
    for grant in &revoked {
        tx.publish(ClusterEvent::GrantRevoked(grant.id));
    }
    Ok(revoked)
}

/// Revokes all grants of an account, tells every node, and queues the news for the applications that want to hear it.
pub async fn revoke_account_grants(
    tx: &mut Tx,
    account: AccountId,
    why: &'static str,
    now: Timestamp,
) -> Result<Vec<RevokedGrant>, StoreError> {
    tx.exec(
        "INSERT INTO logout_notices (application_id, session_id, organisation_id, account_id, created_at, next_try_at, \
         tries) SELECT DISTINCT g.application_id, g.session_id, g.organisation_id, g.account_id, CAST($2 AS BIGINT), \
         CAST($2 AS BIGINT), 0 FROM grants g JOIN applications a ON a.id = g.application_id \
         WHERE g.account_id = $1 AND g.revoked_at IS NULL AND a.hears_of_logout = $3 AND a.status = 'open' \
         ON CONFLICT (application_id, session_id) DO NOTHING",
        args![account, now, true],
    )
    .await?;
    let rows = tx
        .all(
            "UPDATE grants SET revoked_at = $2, revoked_why = $3 WHERE account_id = $1 AND revoked_at IS NULL \
             RETURNING id, application_id, account_id, organisation_id",
            args![account, now, why],
        )
        .await?;
    tx.publish(ClusterEvent::AccountGrantsRevoked(account));
    rows.iter().map(revoked).collect()
}

fn revoked(row: &Row) -> Result<RevokedGrant, StoreError> {
    Ok(RevokedGrant {
        id: row.get("id")?,
        application: row.get("application_id")?,
        account: row.get("account_id")?,
        organisation: row.get("organisation_id")?,
    })
}

fn saved(row: &Row) -> Result<SavedGrant, StoreError> {
    Ok(SavedGrant { grant: grant(row)?, code: code(row)?, refresh: refresh(row)? })
}

pub(super) fn grant(row: &Row) -> Result<Grant, StoreError> {
    let scope: String = row.get("scope")?;
    Ok(Grant {
        id: row.get("id")?,
        organisation: row.get("organisation_id")?,
        application: row.get("application_id")?,
        account: row.get("account_id")?,
        session: row.get("session_id")?,
        scope: scope.parse().map_err(|error| StoreError::corrupt("grants.scope", error))?,
        details: row.json("details")?,
        created_at: row.get("created_at")?,
        revoked_at: row.get("revoked_at")?,
    })
}

fn code(row: &Row) -> Result<Option<StoredCode>, StoreError> {
    let (Some(hash), Some(redirect_uri), Some(expires_at)) =
        (row.get::<Option<[u8; 32]>>("code_hash")?, row.get("code_redirect_uri")?, row.get("code_expires_at")?)
    else {
        return Ok(None);
    };
    let challenge: Option<String> = row.get("code_challenge")?;
    let challenge = challenge.as_deref().map(CodeChallenge::parse).transpose();
    let challenge = challenge.map_err(|error| StoreError::corrupt("grants.code_challenge", error))?;
    Ok(Some(StoredCode {
        hash: TokenHash::from_bytes(hash),
        redirect_uri,
        challenge,
        expires_at,
        spent_at: row.get("code_spent_at")?,
    }))
}

fn refresh(row: &Row) -> Result<Option<StoredRefresh>, StoreError> {
    let family: Option<[u8; 32]> = row.get("refresh_family")?;
    let turn: Option<[u8; 32]> = row.get("refresh_turn")?;
    let expires_at: Option<Timestamp> = row.get("refresh_expires_at")?;
    Ok(match (family, turn, expires_at) {
        (Some(family), Some(turn), Some(expires_at)) => {
            Some(StoredRefresh { family: TokenHash::from_bytes(family), turn: TokenHash::from_bytes(turn), expires_at })
        }
        (_, _, _) => None,
    })
}
