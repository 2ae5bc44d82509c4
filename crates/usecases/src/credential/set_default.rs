//! Choosing which credential is asked for first.

use wardkey_domain::audit::Event;
use wardkey_domain::id::CredentialId;
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_store as store;

use super::own;
use crate::{App, Error, Result};

/// Makes one of the actor's own credentials the one to be asked for first [ENR-9].
pub async fn set_default(app: &App, op: &Op, id: CredentialId) -> Result<()> {
    let mut tx = app.store().begin().await?;
    let (account, credentials) = own::locked_fresh(app, &mut tx, op).await?;
    let changed = credentials.make_default(id).map_err(|_unknown| Error::NotFound("credential"))?;
    if changed.is_empty() {
        return Ok(());
    }
    for credential in &changed {
        if !store::credential::save_credential(&mut tx, credential).await? {
            return Err(own::changed_elsewhere());
        }
    }
    let event = Event::DefaultCredentialChanged { account: account.id, credential: id };
    store::audit::append(&mut tx, op, Some(account.organisation), event).await?;
    if let Some(chosen) = changed.iter().find(|credential| credential.id == id) {
        own::tell(app, &mut tx, op, MessageKind::DefaultChanged, chosen).await?;
    }
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(())
}
