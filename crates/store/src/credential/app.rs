//! The keys of apps that are asked, and where they are woken.

use serde::{Deserialize, Serialize};
use serde_json::json;
use wardkey_domain::credential::Credential;
use wardkey_domain::factor::push::AppKey;
use wardkey_domain::id::{AccountId, CredentialId, OrganisationId};
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use super::credentials::{sealed_at, unknown};
use crate::cluster::ClusterEvent;
use crate::seal::SealedAt;
use crate::{Row, StoreError, Tx, args};

/// An app as its signatures are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredApp {
    /// The credential that it is, or is about to become.
    pub credential: CredentialId,
    /// Whose.
    pub account: AccountId,
    /// The organisation of that account.
    pub organisation: OrganisationId,
    /// Its key.
    pub key: AppKey,
    /// Whether it was bound and its number is not typed yet.
    pub joining: bool,
}

/// Where an app is woken: a Web Push subscription [RFC 8030, RFC 8291 §2].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSubscription {
    /// Where to send.
    pub endpoint: String,
    /// The key to encrypt for, in base64url.
    pub p256dh: String,
    /// The secret to encrypt with, in base64url.
    pub auth: String,
}

/// The apps that may speak for a credential: the enrolled one, and the one that is joining or takes its place.
pub async fn list_apps(tx: &mut Tx, credential: CredentialId) -> Result<Vec<StoredApp>, StoreError> {
    // INVARIANT: in this order. A binding becomes a credential, never the other way: each statement sees its own moment, and
    // an app that is enrolled between the two is seen by one of them. Otherwise it would be told that it is gone.
    let joining = tx
        .opt(
            "SELECT account_id, organisation_id, public_key FROM bindings WHERE credential_id = $1 AND state = 'bound' AND expires_at > 0",
            args![credential],
        )
        .await?;
    let enrolled = tx
        .opt(
            "SELECT account_id, organisation_id, public_json FROM credentials \
             WHERE id = $1 AND kind = 'push' AND state = 'active'",
            args![credential],
        )
        .await?;
    let mut apps = Vec::new();
    if let Some(row) = enrolled {
        let public: serde_json::Value = row.get("public_json")?;
        let text = public.get("key").and_then(serde_json::Value::as_str).unwrap_or_default();
        let bytes = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| no_key())?;
        apps.push(app(&row, credential, &bytes, false)?);
    }
    if let Some(row) = joining {
        let bytes: Vec<u8> = row.get("public_key")?;
        apps.push(app(&row, credential, &bytes, true)?);
    }
    Ok(apps)
}

fn app(row: &Row, credential: CredentialId, key: &[u8], joining: bool) -> Result<StoredApp, StoreError> {
    Ok(StoredApp {
        credential,
        account: row.get("account_id")?,
        organisation: row.get("organisation_id")?,
        key: AppKey::parse(key).map_err(|_| no_key())?,
        joining,
    })
}

fn no_key() -> StoreError {
    unknown("public_json", "no key of an app")
}

/// Gives a credential that was just inserted the key of its app.
pub async fn set_app_key(tx: &mut Tx, credential: CredentialId, key: &AppKey) -> Result<(), StoreError> {
    let public = json!({"key": data_encoding::BASE64URL_NOPAD.encode(key.as_bytes())});
    tx.exec("UPDATE credentials SET public_json = $2 WHERE id = $1", args![credential, public]).await?;
    tx.publish(ClusterEvent::AppNews(credential));
    Ok(())
}

/// Moves a credential to another phone: from now on it has another key, another secret for codes, and the label that it is
/// given here. Says whether nobody has changed it since it was read.
pub async fn move_app(
    tx: &mut Tx,
    credential: &Credential,
    key: &AppKey,
    secret: &Secret<Vec<u8>>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sealed = tx.seal(sealed_at(credential.id), secret.expose())?;
    let public = json!({"key": data_encoding::BASE64URL_NOPAD.encode(key.as_bytes())});
    let moved = tx
        .exec(
            "UPDATE credentials SET public_json = $3, sealed_secret = $4, used_step = NULL, last_used_at = $5, \
             moved_at = $5, label = $6, version = version + 1 WHERE id = $1 AND version = $2 AND kind = 'push' AND state = 'active'",
            args![credential.id, credential.version, public, sealed, now, credential.label.as_str()],
        )
        .await?;
    tx.publish(ClusterEvent::AppNews(credential.id));
    Ok(moved == 1)
}

fn subscription_at(id: CredentialId) -> SealedAt {
    SealedAt { table: "push_subscriptions", id: id.uuid(), column: "sealed_subscription" }
}

pub(super) fn subscription_bytes(subscription: &StoredSubscription) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(subscription).map_err(|_| unknown("sealed_subscription", "no subscription"))
}

/// Notes where an app is woken; a new subscription replaces the old one. Where it is joining, it is kept beside its key.
pub async fn save_subscription(
    tx: &mut Tx,
    app: &StoredApp,
    subscription: &StoredSubscription,
    now: Timestamp,
) -> Result<(), StoreError> {
    let bytes = subscription_bytes(subscription)?;
    if app.joining {
        let at = SealedAt { table: "bindings", id: app.credential.uuid(), column: "sealed_subscription" };
        let sealed = tx.seal(at, &bytes)?;
        let sql = "UPDATE bindings SET sealed_subscription = $2 WHERE credential_id = $1 AND state = 'bound'";
        tx.exec(sql, args![app.credential, sealed]).await?;
        return Ok(());
    }
    let sealed = tx.seal(subscription_at(app.credential), &bytes)?;
    tx.exec(
        "INSERT INTO push_subscriptions (credential_id, organisation_id, account_id, created_at, sealed_subscription) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (credential_id) DO UPDATE SET \
         created_at = excluded.created_at, sealed_subscription = excluded.sealed_subscription",
        args![app.credential, app.organisation, app.account, now, sealed],
    )
    .await?;
    Ok(())
}

/// Where an enrolled app is woken.
pub async fn find_subscription(
    tx: &mut Tx,
    credential: CredentialId,
) -> Result<Option<StoredSubscription>, StoreError> {
    let sql = "SELECT sealed_subscription FROM push_subscriptions WHERE credential_id = $1";
    let Some(row) = tx.opt(sql, args![credential]).await? else { return Ok(None) };
    let sealed: Vec<u8> = row.get("sealed_subscription")?;
    let bytes = tx.unseal(subscription_at(credential), &sealed)?;
    let read = serde_json::from_slice(bytes.expose());
    read.map(Some).map_err(|_| unknown("sealed_subscription", "no subscription"))
}

/// Forgets where an app was woken that its push service knows no more. One that it has named since stays.
pub async fn delete_dead_subscription(
    tx: &mut Tx,
    credential: CredentialId,
    dead: &StoredSubscription,
) -> Result<bool, StoreError> {
    let sql = "SELECT sealed_subscription FROM push_subscriptions WHERE credential_id = $1";
    let Some(row) = tx.opt(sql, args![credential]).await? else { return Ok(false) };
    let sealed: Vec<u8> = row.get("sealed_subscription")?;
    let bytes = tx.unseal(subscription_at(credential), &sealed)?;
    if subscription_bytes(dead)? != *bytes.expose() {
        return Ok(false);
    }
    // What was read is named in the condition: another node may have replaced it in this very moment.
    let sql = "DELETE FROM push_subscriptions WHERE credential_id = $1 AND sealed_subscription = $2";
    Ok(tx.exec(sql, args![credential, sealed]).await? == 1)
}

/// Forgets where an app is woken: it was removed.
pub async fn delete_subscription(tx: &mut Tx, credential: CredentialId) -> Result<bool, StoreError> {
    Ok(tx.exec("DELETE FROM push_subscriptions WHERE credential_id = $1", args![credential]).await? == 1)
}
