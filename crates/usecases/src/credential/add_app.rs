//! Adding a further authenticator app in a session.

use wardkey_domain::credential::{Credential, CredentialState, Credentials, Enrolled, Label};
use wardkey_domain::directory::Account;
use wardkey_domain::factor::totp::{NewTotp, Verdict};
use wardkey_domain::factor::{Code, FactorKind};
use wardkey_domain::id::CredentialId;
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use super::own;
use crate::{App, Error, Result};

/// An authenticator app whose first code we have not seen yet, with what its owner's phone needs.
#[derive(Clone, Debug)]
pub struct NewApp {
    /// The credential that it becomes.
    pub id: CredentialId,
    /// The key to type, in groups of four.
    pub key: Secret<String>,
    /// What the QR code says.
    pub uri: Secret<String>,
    /// Until when a code can confirm it [ENR-20].
    pub expires_at: Timestamp,
    /// The name that it gets when its owner chooses none.
    pub label: Label,
}

/// What became of the first code.
#[derive(Clone, Debug)]
pub enum Confirmation {
    /// The app is enrolled.
    Enrolled(Credential),
    /// The code is not the app's; the key can still be confirmed.
    WrongCode(NewApp),
}

/// Begins to add an authenticator app: makes its key. One that was begun before is given up.
pub async fn begin_adding_app(app: &App, op: &Op) -> Result<NewApp> {
    let session = own::actor(op)?.session;
    let mut tx = app.store().begin().await?;
    let (account, credentials) = own::locked_strongest(app, &mut tx, op).await?;
    let label = own::room(app, &credentials, FactorKind::Totp)?;
    let id = CredentialId::new(op.now, app.id_entropy());
    let new = NewTotp::new(id, app.random());
    let expires_at = op.now.plus(app.settings().totp.confirm_within);
    let pending = Credential {
        id,
        account: account.id,
        organisation: account.organisation,
        kind: FactorKind::Totp,
        label,
        state: CredentialState::Pending { session, expires_at },
        is_default: false,
        created_at: op.now,
        last_used_at: None,
        version: 1,
    };
    store::credential::delete_enrolments_of(&mut tx, account.id, FactorKind::Totp).await?;
    // Not an event yet: nothing can be signed in with until a code confirms it.
    store::credential::insert_credential(&mut tx, &pending, Some(new.seed()), None).await?;
    tx.commit().await?;
    Ok(shown(app, &account, &pending, &new, expires_at))
}

/// Shows the app that this session has begun to add again, for a page that is reloaded.
pub async fn pending_app(app: &App, op: &Op, id: CredentialId) -> Result<NewApp> {
    let mut tx = app.store().read().await?;
    let account = own::account(&mut tx, op, Action::ManageOwnCredentials).await?;
    let (pending, new, expires_at) = pending(&mut tx, op, &account, id).await?;
    Ok(shown(app, &account, &pending, &new, expires_at))
}

/// Enrols the app, if `code` shows that it has the key.
///
/// Wrong codes are not throttled: whoever can send one is the session that was shown the key.
pub async fn confirm_app(
    app: &App,
    op: &Op,
    id: CredentialId,
    code: &str,
    label: Option<&str>,
) -> Result<Confirmation> {
    let code = Code::parse(code)
        .map_err(|_bad| Error::invalid("code", "Enter the 6-digit code from your authenticator app"))?;
    let label = label.filter(|label| !label.trim().is_empty()).map(Label::parse).transpose();
    let label = label.map_err(|why| Error::invalid("label", why.to_string()))?;

    let mut tx = app.store().begin().await?;
    let (account, credentials) = own::locked(&mut tx, op).await?;
    let (pending, new, expires_at) = pending(&mut tx, op, &account, id).await?;
    let (state, verdict) = new.confirm(code, op.now);
    let (Verdict::Accept(_), Some(step)) = (verdict, state.last_used_step) else {
        return Ok(Confirmation::WrongCode(shown(app, &account, &pending, &new, expires_at)));
    };
    let enrolled = enrolled(app, op, &credentials, pending, label)?;
    if let Some(former) = &enrolled.former_default
        && !store::credential::save_credential(&mut tx, former).await?
    {
        return Err(own::changed_elsewhere());
    }
    let enrolled = enrolled.credential;
    if !store::credential::save_credential(&mut tx, &enrolled).await?
        || !store::credential::spend_totp_step(&mut tx, id, step, op.now).await?
    {
        return Err(own::changed_elsewhere());
    }
    own::note_enrolment(&mut tx, op, &enrolled, None).await?;
    own::tell(app, &mut tx, op, MessageKind::FactorAdded, &enrolled).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(Confirmation::Enrolled(enrolled))
}

fn enrolled(
    app: &App,
    op: &Op,
    credentials: &Credentials,
    pending: Credential,
    label: Option<Label>,
) -> Result<Enrolled> {
    // Another window may have filled the last place since this one began.
    let free_label = own::room(app, credentials, FactorKind::Totp)?;
    Ok(credentials.enrol(pending, label.unwrap_or(free_label), op.now))
}

/// The enrolment that this very session has begun, if there is still time.
async fn pending(
    tx: &mut Tx,
    op: &Op,
    account: &Account,
    id: CredentialId,
) -> Result<(Credential, NewTotp, Timestamp)> {
    let session = own::actor(op)?.session;
    let pending = own::pending(tx, op, account, session, (id, FactorKind::Totp)).await?;
    let CredentialState::Pending { expires_at, .. } = pending.state else {
        return Err(Error::NotFound("enrolment"));
    };
    let state = store::credential::find_totp(tx, id).await?.ok_or(Error::NotFound("enrolment"))?;
    Ok((pending, NewTotp::restore(id, state.seed), expires_at))
}

fn shown(app: &App, account: &Account, pending: &Credential, new: &NewTotp, expires_at: Timestamp) -> NewApp {
    NewApp {
        id: pending.id,
        key: new.key_text(),
        uri: new.uri(&app.settings().totp.issuer, account.address.as_str()),
        expires_at,
        label: pending.label.clone(),
    }
}
