//! Signed statements of clients (`private_key_jwt`): each is good once.

use wardkey_domain::op::Op;
use wardkey_domain::secret::TokenHash;
use wardkey_domain::time::Timestamp;
use wardkey_store as store;

use crate::application::client::Client;
use crate::{App, Result};

/// Spends a statement whose signature was verified. Says whether it is seen for the first time [RFC 7523 §3].
pub async fn spend_assertion(app: &App, op: &Op, client: &Client, jti: &str, expires_at: Timestamp) -> Result<bool> {
    if expires_at <= op.now {
        return Ok(false);
    }
    let mut tx = app.store().begin().await?;
    let jti = TokenHash::of(jti);
    let fresh =
        store::application::spend_assertion(&mut tx, client.id(), client.organisation(), &jti, expires_at).await?;
    tx.commit().await?;
    Ok(fresh)
}
