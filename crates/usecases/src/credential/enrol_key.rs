//! What registering a security key has in common, whoever sits before it.

use serde_json::Value;
use wardkey_domain::credential::{Credential, CredentialState, Credentials, Label};
use wardkey_domain::directory::Account;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::webauthn::{
    CHALLENGE_BYTES, KeyAnswer, KeyChallenge, KeyFailure, Registration, creation_options, handover_options, register,
};
use wardkey_domain::id::{CredentialId, SessionId};
use wardkey_domain::message::MessageKind;
use wardkey_domain::op::Op;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use super::own;
use crate::signin::{barred_factors, roles_of};
use crate::{App, Error, Result};

/// A security key that is awaited, with what its browser is asked.
#[derive(Clone, Debug)]
pub struct AwaitedKey {
    /// The credential that it becomes.
    pub id: CredentialId,
    /// What the browser is asked [WebAuthn Level 3 §5.4].
    pub options: Value,
    /// The name that it gets when its owner chooses none.
    pub label: Label,
    /// Until when it can be shown.
    pub expires_at: Timestamp,
}

/// What became of a key that was shown.
#[derive(Clone, Debug)]
pub enum KeyEnrolment {
    /// It is enrolled.
    Enrolled(Credential),
    /// It was not taken; another one can be shown.
    Refused(KeyFailure, AwaitedKey),
}

/// Whose hands a new key is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hands {
    /// Its owner's.
    Owners,
    /// An administrator's, who will give it to them: it must be one that can be given.
    Administrators,
}

/// Refuses where keys are switched off for the account.
async fn refuse_barred(app: &App, tx: &mut Tx, op: &Op, account: &Account) -> Result<()> {
    let roles = roles_of(tx, op, account.id).await?;
    let barred = barred_factors(app, tx, account.organisation, &roles).await?;
    if barred.iter().any(|(kind, _)| *kind == FactorKind::WebAuthn) {
        return Err(Error::Conflict("Security keys are switched off here.".to_owned()));
    }
    Ok(())
}

/// Begins to register a key for `account` in `session`. One that was begun before is given up.
pub(crate) async fn begin(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    account: &Account,
    credentials: &Credentials,
    session: SessionId,
) -> Result<CredentialId> {
    refuse_barred(app, tx, op, account).await?;
    let label = own::room_beside_core(app, credentials, FactorKind::WebAuthn)?;
    let challenge: [u8; CHALLENGE_BYTES] = app.random();
    let pending = Credential {
        id: CredentialId::new(op.now, app.id_entropy()),
        account: account.id,
        organisation: account.organisation,
        kind: FactorKind::WebAuthn,
        label,
        state: CredentialState::Pending { session, expires_at: op.now.plus(app.settings().totp.confirm_within) },
        is_default: false,
        created_at: op.now,
        last_used_at: None,
        version: 1,
    };
    store::credential::delete_enrolments_of(tx, account.id, FactorKind::WebAuthn).await?;
    // Not an event yet: nothing can be signed in with until a key answers.
    store::credential::insert_credential(tx, &pending, Some(&Secret::new(challenge.to_vec())), None).await?;
    Ok(pending.id)
}

/// What the browser is asked for a key that `session` has begun to register.
pub(crate) async fn awaited(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    account: &Account,
    session: SessionId,
    id: CredentialId,
    hands: Hands,
) -> Result<AwaitedKey> {
    let pending = own::pending(tx, op, account, session, (id, FactorKind::WebAuthn)).await?;
    let challenge = challenge(tx, id).await?;
    let held = store::credential::list_keys(tx, account.id).await?;
    let rules = &app.settings().signin.webauthn;
    let (address, name) = (account.address.as_str(), account.display_name.as_str());
    let options = match hands {
        Hands::Owners => creation_options(rules, &challenge, account.id, address, name, &held),
        Hands::Administrators => handover_options(rules, &challenge, account.id, address, name, &held),
    };
    let CredentialState::Pending { expires_at, .. } = pending.state else {
        return Err(Error::NotFound("enrolment"));
    };
    Ok(AwaitedKey { id, options, label: pending.label, expires_at })
}

/// Enrols the key that has answered, in a transaction that holds the lock on the account's credentials. The inner error says
/// why it was not taken; then nothing may be committed.
#[expect(clippy::too_many_arguments, reason = "a key, whose it is, and what it has answered")]
pub(crate) async fn enrol(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    account: &Account,
    credentials: &Credentials,
    pending: Credential,
    answer: &str,
    label: Option<Label>,
    hands: Hands,
) -> Result<std::result::Result<Credential, KeyFailure>> {
    refuse_barred(app, tx, op, account).await?;
    // Another window may have filled the last place since this one began.
    let free_label = own::room_beside_core(app, credentials, FactorKind::WebAuthn)?;
    let id = pending.id;
    let answer = match KeyAnswer::new(answer) {
        Ok(answer) => answer,
        Err(failure) => return Ok(Err(failure)),
    };
    let challenge = challenge(tx, id).await?;
    let held = store::credential::list_keys(tx, account.id).await?;
    let key = match register(&app.settings().signin.webauthn, &challenge, id, &held, &answer, op.now) {
        Registration::Accept { key, .. } => key,
        Registration::Refuse(failure) => return Ok(Err(failure)),
    };
    if hands == Hands::Administrators && !key.record.can_be_given() {
        return Ok(Err(KeyFailure::CannotBeGiven));
    }
    let enrolled = credentials.enrol(pending, label.unwrap_or(free_label), op.now);
    // One that its owner has not seen yet is not asked for first, unless there is no other.
    let first = credentials.as_slice().is_empty() || hands == Hands::Owners;
    let enrolled = if first { enrolled } else { enrolled.beside() };
    let secret = store::credential::key_secret(account.id, &key.record);
    if !store::credential::set_pending_secret(tx, id, &secret).await? {
        return Err(own::changed_elsewhere());
    }
    if let Some(former) = &enrolled.former_default
        && !store::credential::save_credential(tx, former).await?
    {
        return Err(own::changed_elsewhere());
    }
    let enrolled = enrolled.credential;
    if !store::credential::save_credential(tx, &enrolled).await? {
        return Err(own::changed_elsewhere());
    }
    if !store::credential::insert_key(tx, &enrolled, &key).await? {
        return Ok(Err(KeyFailure::KnownKey));
    }
    own::note_enrolment(tx, op, &enrolled, None).await?;
    own::tell(app, tx, op, MessageKind::FactorAdded, &enrolled).await?;
    Ok(Ok(enrolled))
}

async fn challenge(tx: &mut Tx, id: CredentialId) -> Result<KeyChallenge> {
    let bytes = store::credential::pending_secret(tx, id).await?.ok_or(Error::NotFound("enrolment"))?;
    KeyChallenge::restore(bytes.expose()).ok_or(Error::NotFound("enrolment"))
}
