//! The keys that sign the audit's blocks.

use wardkey_domain::audit::{Event, PublicKey};
use wardkey_domain::id::KeyId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::secret::Secret;
use wardkey_store::{Tx, audit};

use crate::{App, Result};

/// Makes a new key; the sealer signs with it from its next block on. Earlier ones stay for verification.
///
/// # Errors
/// When the actor may not rotate keys, or the store fails.
pub async fn rotate_audit_key(app: &App, op: &Op) -> Result<PublicKey> {
    op.require_everywhere(Action::RotateKeys)?;
    let mut tx = app.store().begin().await?;
    let key = make(app, op, &mut tx).await?;
    tx.commit().await?;
    Ok(key)
}

/// The public keys, oldest first, for whoever verifies elsewhere.
///
/// # Errors
/// When the actor may not read the audit, or the store fails.
pub async fn public_keys(app: &App, op: &Op) -> Result<Vec<PublicKey>> {
    op.require_everywhere(Action::ReadAudit)?;
    let keys = audit::list_keys(&mut app.store().read().await?).await?;
    Ok(keys.into_iter().map(|(key, _)| key).collect())
}

/// Makes a key in the caller's transaction, and writes that down.
pub(crate) async fn make(app: &App, op: &Op, tx: &mut Tx) -> Result<PublicKey> {
    let id = KeyId::new(op.now, app.id_entropy());
    let seed = Secret::new(app.random::<32>().to_vec());
    let key = audit::insert_key(tx, id, &seed, op.now).await?;
    audit::append(tx, op, None, Event::AuditKeyMade { key: id }).await?;
    Ok(key)
}
