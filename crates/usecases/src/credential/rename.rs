//! Giving one of one's credentials another name.

use wardkey_domain::audit::Event;
use wardkey_domain::credential::{Credential, Label};
use wardkey_domain::id::CredentialId;
use wardkey_domain::op::Op;
use wardkey_store as store;

use super::own;
use crate::{App, Error, Result};

/// Renames one of the actor's own credentials.
pub async fn rename(app: &App, op: &Op, id: CredentialId, label: &str) -> Result<Credential> {
    let label = Label::parse(label).map_err(|why| Error::invalid("label", why.to_string()))?;
    let mut tx = app.store().begin().await?;
    let (account, credentials) = own::locked(&mut tx, op).await?;
    let renamed = credentials.rename(id, label).map_err(|_unknown| Error::NotFound("credential"))?;
    if !store::credential::save_credential(&mut tx, &renamed).await? {
        return Err(own::changed_elsewhere());
    }
    let event = Event::CredentialRenamed { account: account.id, credential: id };
    store::audit::append(&mut tx, op, Some(account.organisation), event).await?;
    tx.commit().await?;
    Ok(renamed)
}
