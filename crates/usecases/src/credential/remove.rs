//! Removing one of one's credentials.

use wardkey_domain::audit::Event;
use wardkey_domain::credential::{CannotRemove, Credential};
use wardkey_domain::id::CredentialId;
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::session::EndedWhy;
use wardkey_store as store;

use super::own;
use crate::{App, Error, Result};

/// Removes one of the actor's own credentials, but never the last second factor (S3).
///
/// What was signed in with it ends, on every other device, refresh tokens included, and no browser is remembered [SES-1, SES-5].
pub async fn remove(app: &App, op: &Op, id: CredentialId) -> Result<Credential> {
    let session = own::actor(op)?.session;
    let mut tx = app.store().begin().await?;
    let (account, credentials) = own::locked_fresh(app, &mut tx, op).await?;
    let removal = credentials.remove(id, &app.settings().signin.core, op.now).map_err(|why| match why {
        CannotRemove::Unknown => Error::NotFound("credential"),
        CannotRemove::LastSecondFactor => Error::Conflict(format!("{why}.")),
    })?;
    // Before its number is gone.
    own::tell(app, &mut tx, op, MessageKind::FactorRemoved, &removal.removed).await?;
    for credential in [Some(&removal.removed), removal.promoted.as_ref()].into_iter().flatten() {
        if !store::credential::save_credential(&mut tx, credential).await? {
            return Err(own::changed_elsewhere());
        }
    }
    let why = EndedWhy::CredentialRemoved;
    store::session::end_account_sessions(&mut tx, account.id, Some(session), why, op.now).await?;
    store::credential::end_memories(&mut tx, account.id, None).await?;
    crate::application::revoke_account_grants(&mut tx, op, account.id).await?;
    let factor = removal.removed.kind.as_str().into();
    let event = Event::CredentialRemoved { account: account.id, credential: id, factor };
    store::audit::append(&mut tx, op, Some(account.organisation), event).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(removal.removed)
}
