//! Adding a security key or a passkey in a session [MET-5].

use wardkey_domain::credential::Label;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::CredentialId;
use wardkey_domain::message::Channel;
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::signin::Refusal;

use super::enrol_key::{self, AwaitedKey, Hands, KeyEnrolment};
use super::own;
use crate::{App, Error, Result};

/// Begins to add a security key. One that was begun before is given up.
///
/// # Errors
/// `Conflict` where there is no room, or the factor is switched off.
pub async fn begin_adding_key(app: &App, op: &Op) -> Result<CredentialId> {
    let session = own::actor(op)?.session;
    let mut tx = app.store().begin().await?;
    let (account, credentials) = own::locked_strongest(app, &mut tx, op).await?;
    let id = enrol_key::begin(app, &mut tx, op, &account, &credentials, session).await?;
    tx.commit().await?;
    Ok(id)
}

/// Shows the key that this session has begun to add again, for a page that is reloaded.
pub async fn awaited_key(app: &App, op: &Op, id: CredentialId) -> Result<AwaitedKey> {
    let session = own::actor(op)?.session;
    let mut tx = app.store().read().await?;
    let account = own::account(&mut tx, op, Action::ManageOwnCredentials).await?;
    enrol_key::awaited(app, &mut tx, op, &account, session, id, Hands::Owners).await
}

/// Enrols the key that has answered.
pub async fn add_key(app: &App, op: &Op, id: CredentialId, answer: &str, label: Option<&str>) -> Result<KeyEnrolment> {
    let label = label.filter(|label| !label.trim().is_empty()).map(Label::parse).transpose();
    let label = label.map_err(|why| Error::invalid("label", why.to_string()))?;
    let session = own::actor(op)?.session;
    let mut tx = app.store().begin().await?;
    let (account, credentials) = own::locked(&mut tx, op).await?;
    let pending = own::pending(&mut tx, op, &account, session, (id, FactorKind::WebAuthn)).await?;
    match enrol_key::enrol(app, &mut tx, op, &account, &credentials, pending, answer, label, Hands::Owners).await? {
        Ok(enrolled) => {
            tx.commit().await?;
            app.wake().ring(Channel::Mail);
            Ok(KeyEnrolment::Enrolled(enrolled))
        }
        Err(failure) => {
            drop(tx);
            own::note_refusal(app, op, &account, FactorKind::WebAuthn, &Refusal::KeyFailed(failure)).await?;
            Ok(KeyEnrolment::Refused(failure, awaited_key(app, op, id).await?))
        }
    }
}
