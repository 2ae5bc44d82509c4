//! The queries on `bindings`.

use uuid::Uuid;
use wardkey_domain::factor::push::{AppKey, BindingCode, NewBinding};
use wardkey_domain::id::{AccountId, CredentialId, OrganisationId, PushRequestId};
use wardkey_domain::secret::{Secret, TokenHash};
use wardkey_domain::time::Timestamp;

use super::app::StoredSubscription;
use super::credentials::unknown;
use crate::cluster::ClusterEvent;
use crate::seal::SealedAt;
use crate::{StoreError, Tx, args};

/// A code that binds an app, to be offered.
#[derive(Debug)]
pub struct OfferedBinding<'a> {
    /// The code and what it becomes.
    pub binding: &'a NewBinding,
    /// Whose.
    pub account: AccountId,
    /// The organisation of that account.
    pub organisation: OrganisationId,
    /// The sign-in or the session that draws it.
    pub holder: Uuid,
    /// Whether the credential is there already and moves to another phone.
    pub moves: bool,
}

/// An app that has used its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoundApp {
    /// What it is about to become.
    pub credential: CredentialId,
    /// Whose.
    pub account: AccountId,
    /// The organisation of that account.
    pub organisation: OrganisationId,
}

/// What an app brought, and was given.
#[derive(Debug)]
pub struct TakenBinding {
    /// Its key.
    pub key: AppKey,
    /// What its owner calls it.
    pub device: String,
    /// Its key for codes.
    pub secret: Secret<Vec<u8>>,
    /// Where it is woken, if it said so already.
    pub subscription: Option<StoredSubscription>,
    /// Whether the credential is there already and moves to another phone.
    pub moves: bool,
}

/// How a binding stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingStanding {
    /// What the app's owner calls it, once an app has used the code.
    pub device: Option<String>,
    /// From when on the code is refused.
    pub expires_at: Timestamp,
    /// Whether the credential is there already and moves to another phone.
    pub moves: bool,
    /// The code, until an app has used it.
    pub code: Option<BindingCode>,
    /// The request by which it is confirmed in a session, once there is one.
    pub request: Option<PushRequestId>,
}

fn secret_at(id: CredentialId) -> SealedAt {
    SealedAt { table: "bindings", id: id.uuid(), column: "sealed_secret" }
}

fn code_at(id: CredentialId) -> SealedAt {
    SealedAt { table: "bindings", id: id.uuid(), column: "sealed_code" }
}

/// Offers a code; those that the account was offered before are void, with whatever used them.
pub async fn offer_binding(tx: &mut Tx, offered: &OfferedBinding<'_>, now: Timestamp) -> Result<(), StoreError> {
    delete_bindings(tx, offered.account).await?;
    let code = &offered.binding.code;
    let sealed = tx.seal(code_at(offered.binding.credential), code.text().expose().as_bytes())?;
    tx.exec(
        "INSERT INTO bindings (credential_id, organisation_id, account_id, holder, code_hash, moves, state, created_at, \
         expires_at, sealed_code) VALUES ($1, $2, $3, $4, $5, $6, 'offered', $7, $8, $9)",
        args![
            offered.binding.credential,
            offered.organisation,
            offered.account,
            offered.holder,
            code.hash(),
            offered.moves,
            now,
            offered.binding.expires_at,
            sealed,
        ],
    )
    .await?;
    Ok(())
}

/// Spends a code for an app; `None` when it is wrong, used or too old.
///
/// SECURITY: of any number of apps on any number of nodes one binds: the row is locked by the first, and the condition is
/// asked again of the others when they get it.
pub async fn bind_app(
    tx: &mut Tx,
    code: &TokenHash,
    key: &AppKey,
    device: &str,
    secret: &Secret<Vec<u8>>,
    now: Timestamp,
) -> Result<Option<BoundApp>, StoreError> {
    let bound = tx
        .opt(
            "UPDATE bindings SET state = 'bound', public_key = $2, device = $3, sealed_code = NULL \
             WHERE code_hash = $1 AND state = 'offered' AND expires_at > $4 \
             RETURNING credential_id, account_id, organisation_id",
            args![code, key.as_bytes().as_slice(), device, now],
        )
        .await?;
    let Some(row) = bound else { return Ok(None) };
    let credential: CredentialId = row.get("credential_id")?;
    let sealed = tx.seal(secret_at(credential), secret.expose())?;
    tx.exec("UPDATE bindings SET sealed_secret = $2 WHERE credential_id = $1", args![credential, sealed]).await?;
    tx.publish(ClusterEvent::AppNews(credential));
    Ok(Some(BoundApp { credential, account: row.get("account_id")?, organisation: row.get("organisation_id")? }))
}

/// How the binding of `credential` stands that `holder` has drawn; `None` when another has taken its place.
pub async fn binding_standing(
    tx: &mut Tx,
    credential: CredentialId,
    holder: Uuid,
) -> Result<Option<BindingStanding>, StoreError> {
    let row = tx
        .opt(
            "SELECT device, expires_at, moves, request_id, sealed_code FROM bindings WHERE credential_id = $1 AND holder = $2",
            args![credential, holder],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let code = match row.get::<Option<Vec<u8>>>("sealed_code")? {
        Some(sealed) => {
            let bytes = tx.unseal(code_at(credential), &sealed)?;
            let text = std::str::from_utf8(bytes.expose()).map_err(|_| no_code())?;
            Some(BindingCode::parse(text).map_err(|_| no_code())?)
        }
        None => None,
    };
    let standing = BindingStanding {
        code,
        request: row.get("request_id")?,
        device: row.get("device")?,
        expires_at: row.get("expires_at")?,
        moves: row.get("moves")?,
    };
    Ok(Some(standing))
}

fn no_code() -> StoreError {
    unknown("sealed_code", "no binding code")
}

/// Notes the request by which a bound app is confirmed in a session; says whether the binding was still there.
pub async fn set_binding_request(
    tx: &mut Tx,
    credential: CredentialId,
    holder: Uuid,
    request: PushRequestId,
) -> Result<bool, StoreError> {
    let noted = tx
        .exec(
            "UPDATE bindings SET request_id = $3 WHERE credential_id = $1 AND holder = $2 AND state = 'bound'",
            args![credential, holder, request],
        )
        .await?;
    Ok(noted == 1)
}

/// Takes the app that has used the code of this binding, to enrol it; `None` when another holder has replaced it.
pub async fn take_binding(
    tx: &mut Tx,
    credential: CredentialId,
    holder: Uuid,
) -> Result<Option<TakenBinding>, StoreError> {
    let row = tx
        .opt(
            "DELETE FROM bindings WHERE credential_id = $1 AND holder = $2 AND state = 'bound' \
             RETURNING public_key, device, moves, sealed_secret, sealed_subscription",
            args![credential, holder],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let (key, sealed): (Vec<u8>, Vec<u8>) = (row.get("public_key")?, row.get("sealed_secret")?);
    let subscription = match row.get::<Option<Vec<u8>>>("sealed_subscription")? {
        Some(sealed) => {
            let at = SealedAt { table: "bindings", id: credential.uuid(), column: "sealed_subscription" };
            let bytes = tx.unseal(at, &sealed)?;
            serde_json::from_slice(bytes.expose()).map_err(|_| unknown("sealed_subscription", "no subscription"))?
        }
        None => None,
    };
    tx.publish(ClusterEvent::AppNews(credential));
    Ok(Some(TakenBinding {
        key: AppKey::parse(&key).map_err(|_| unknown("public_key", "no key of an app"))?,
        device: row.get("device")?,
        secret: tx.unseal(secret_at(credential), &sealed)?,
        subscription,
        moves: row.get("moves")?,
    }))
}

/// Gives up the bindings of an account; says how many.
pub async fn delete_bindings(tx: &mut Tx, account: AccountId) -> Result<usize, StoreError> {
    let deleted = tx.all("DELETE FROM bindings WHERE account_id = $1 RETURNING credential_id", args![account]).await?;
    for row in &deleted {
        let credential: CredentialId = row.get("credential_id")?;
        // What asked the app that had used the code is nobody's question any more.
        tx.exec(
            "UPDATE push_requests SET state = 'taken_back', sealed_details = NULL \
             WHERE credential_id = $1 AND joining = TRUE AND state = 'open'",
            args![credential],
        )
        .await?;
        tx.publish(ClusterEvent::AppNews(credential));
    }
    Ok(deleted.len())
}

/// Forgets bindings that were over before `before`; says how many.
pub async fn delete_bindings_over(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM bindings WHERE expires_at < $1", args![before]).await
}
