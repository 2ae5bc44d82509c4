//! An app says where it is woken.

use wardkey_domain::factor::push::Statement;
use wardkey_domain::op::Op;
use wardkey_gateway::push::{PushTo, check_subscription};
use wardkey_store as store;
use wardkey_store::credential::StoredSubscription;

use super::AppRefusal;
use super::greet::{is_now, signer};
use crate::{App, Result};

/// A Web Push subscription, as the app wrote it.
#[derive(Clone, Debug)]
pub struct GivenSubscription {
    /// The account.
    pub account: String,
    /// When, in seconds since 1970.
    pub at: i64,
    /// Where to send.
    pub endpoint: String,
    /// The key to encrypt for, in base64url.
    pub p256dh: String,
    /// The secret to encrypt with, in base64url.
    pub auth: String,
    /// The signature over all of it.
    pub signature: Vec<u8>,
}

/// Notes where an app is woken. Its browser chose the address, so it is held against the rules for addresses of others.
pub async fn subscribe(app: &App, op: &Op, given: GivenSubscription) -> Result<std::result::Result<(), AppRefusal>> {
    if !is_now(given.at, op.now) {
        return Ok(Err(AppRefusal::Clock));
    }
    let GivenSubscription { account, at, endpoint, p256dh, auth, signature } = given;
    if check_subscription(app.push_outbound(), PushTo { endpoint: &endpoint, p256dh: &p256dh, auth: &auth }).is_err() {
        return Ok(Err(AppRefusal::Malformed));
    }
    let origin = app.settings().issuer.origin();
    let statement =
        Statement::Subscribe { origin, account: &account, at, endpoint: &endpoint, p256dh: &p256dh, auth: &auth };
    // SECURITY: no writer's turn is taken before a signature was checked.
    let mut tx = app.store().read().await?;
    let Some(found) = signer(&mut tx, &account, &statement, &signature).await? else {
        return Ok(Err(AppRefusal::Gone));
    };
    drop(tx);
    let mut tx = app.store().begin().await?;
    // It may have been removed or enrolled since.
    let apps = store::credential::list_apps(&mut tx, found.credential).await?;
    let Some(found) = apps.into_iter().find(|app| app.key == found.key) else {
        return Ok(Err(AppRefusal::Gone));
    };
    let subscription = StoredSubscription { endpoint, p256dh, auth };
    store::credential::save_subscription(&mut tx, &found, &subscription, op.now).await?;
    tx.commit().await?;
    Ok(Ok(()))
}
