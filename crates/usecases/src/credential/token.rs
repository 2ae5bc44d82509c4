//! One's own hardware tokens: those that were assigned, and activating one [MET-8].

use wardkey_domain::credential::{Credential, CredentialState, Label};
use wardkey_domain::factor::totp::{Verdict, verify};
use wardkey_domain::factor::{Code, FactorKind};
use wardkey_domain::id::CredentialId;
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_store as store;
use wardkey_store::credential::StoredToken;

use super::own;
use crate::{App, Error, Result};

/// What became of a code that was to activate a token.
#[derive(Debug)]
pub enum Activation {
    /// The token is in use.
    Activated(Credential),
    /// The code is not that of the token.
    WrongCode(StoredToken),
}

/// Puts a token into use that was assigned to the actor, if `code` is what it shows.
///
/// Wrong codes are not throttled: whoever guesses one has enrolled what somebody else holds.
///
/// # Errors
/// When there is no such token, no room for one, or another factor must be shown first.
pub async fn activate_token(
    app: &App,
    op: &Op,
    token: CredentialId,
    code: &str,
    label: Option<&str>,
) -> Result<Activation> {
    let code =
        Code::parse(code).map_err(|_bad| Error::invalid("code", "Enter the 6-digit code that the token shows"))?;
    let label = label.filter(|label| !label.trim().is_empty()).map(Label::parse).transpose();
    let label = label.map_err(|why| Error::invalid("label", why.to_string()))?;
    let mut tx = app.store().begin().await?;
    let (account, credentials) = own::locked_strongest(app, &mut tx, op).await?;
    let held = store::credential::list_tokens(&mut tx, account.id).await?;
    let held = held.into_iter().find(|held| held.id == token).ok_or(Error::NotFound("token"))?;
    let state = store::credential::find_assigned_token(&mut tx, token, account.id).await?;
    let mut state = state.ok_or(Error::NotFound("token"))?;
    let free_label = own::room(app, &credentials, FactorKind::HardwareToken)?;
    let (Verdict::Accept(_), Some(step)) = (verify(&mut state, code, op.now), state.last_used_step) else {
        return Ok(Activation::WrongCode(held));
    };
    let credential = Credential {
        id: CredentialId::new(op.now, app.id_entropy()),
        account: account.id,
        organisation: account.organisation,
        kind: FactorKind::HardwareToken,
        label: label.clone().unwrap_or_else(|| free_label.clone()),
        state: CredentialState::Active,
        is_default: false,
        created_at: op.now,
        last_used_at: None,
        version: 1,
    };
    let enrolled = credentials.enrol(credential, label.unwrap_or(free_label), op.now);
    if let Some(former) = &enrolled.former_default
        && !store::credential::save_credential(&mut tx, former).await?
    {
        return Err(own::changed_elsewhere());
    }
    let enrolled = enrolled.credential;
    let seed = store::credential::activate_token(&mut tx, token, account.id, enrolled.id).await?;
    let seed = seed.ok_or_else(own::changed_elsewhere)?;
    store::credential::insert_credential(&mut tx, &enrolled, Some(&seed), Some(step)).await?;
    own::note_enrolment(&mut tx, op, &enrolled, None).await?;
    own::tell(app, &mut tx, op, MessageKind::FactorAdded, &enrolled).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(Activation::Activated(enrolled))
}
