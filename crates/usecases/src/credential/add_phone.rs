//! Adding a telephone in a session, and changing the number of one: the new number is proved before the old one goes.

use wardkey_domain::credential::{Credential, CredentialState, Credentials, Label};
use wardkey_domain::directory::Account;
use wardkey_domain::factor::voice_call::CallStanding;
use wardkey_domain::factor::{FactorKind, definition};
use wardkey_domain::id::{CredentialId, MessageId};
use wardkey_domain::message::{Channel, DeliveryState};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::secret::Secret;
use wardkey_domain::signin::Previous;
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use super::own;
use super::pending_phone::PendingPhone;
use super::reach_phone::{Moment, again_at, refuse_barred, refuse_too_soon, send, wait_for};
use crate::signin::parse_number;
use crate::{App, Error, Result};

/// A telephone whose owner has not proved it yet.
#[derive(Clone, Debug)]
pub struct NewPhone {
    /// The credential that it becomes.
    pub id: CredentialId,
    /// Its factor.
    pub kind: FactorKind,
    /// The number, masked.
    pub masked: String,
    /// Where the message is.
    pub state: DeliveryState,
    /// How the call stands, for a call.
    pub standing: Option<CallStanding>,
    /// What to type on the keypad, in the strict setting.
    pub code: Option<Secret<String>>,
    /// From when on another code or call may be asked for.
    pub again_at: Timestamp,
    /// Until when it can be confirmed.
    pub expires_at: Timestamp,
    /// The name that it gets when its owner chooses none.
    pub label: Label,
    /// Whether it replaces another number.
    pub replaces: bool,
}

/// A number as typed, and what it is for.
#[derive(Clone, Copy, Debug)]
pub struct TypedNumber<'a> {
    /// The factor.
    pub kind: FactorKind,
    /// The number as typed.
    pub number: &'a str,
    /// The extension as typed.
    pub extension: &'a str,
    /// The credential whose number it replaces.
    pub replaces: Option<CredentialId>,
}

/// Begins to add a telephone, or to change the number of one: sends a code to it, or calls it. What was begun before is
/// given up.
pub async fn begin_adding_phone(app: &App, op: &Op, typed: TypedNumber<'_>) -> Result<NewPhone> {
    let session = own::actor(op)?.session;
    let reach = definition(typed.kind).telephone.ok_or(Error::NotFound("factor"))?;
    let number = parse_number(app, typed.number, typed.extension, reach)?;
    let mut tx = app.store().begin().await?;
    let (account, credentials) = own::locked_strongest(app, &mut tx, op).await?;
    refuse_barred(app, &mut tx, op, &account, typed.kind, Moment::Begin).await?;
    let sends = refuse_too_soon(app, &mut tx, op, &account).await?;
    let label = label(app, &credentials, typed)?;
    let id = CredentialId::new(op.now, app.id_entropy());
    let pending = PendingPhone {
        number: number.clone(),
        message: MessageId::new(op.now, app.id_entropy()),
        code: None,
        sent_at: op.now,
        expires_at: op.now,
        sends,
        replaces: typed.replaces,
    };
    let pending = send(app, &mut tx, op, &account, typed.kind, pending, id).await?;
    let credential = Credential {
        id,
        account: account.id,
        organisation: account.organisation,
        kind: typed.kind,
        label,
        state: CredentialState::Pending { session, expires_at: op.now.plus(app.settings().totp.confirm_within) },
        is_default: false,
        created_at: op.now,
        last_used_at: None,
        version: 1,
    };
    for kind in [FactorKind::Sms, FactorKind::VoiceCall] {
        store::credential::delete_enrolments_of(&mut tx, account.id, kind).await?;
    }
    store::credential::insert_credential(&mut tx, &credential, Some(&pending.to_secret()?), None).await?;
    let shown = shown(app, &mut tx, &credential, &pending).await?;
    tx.commit().await?;
    app.wake().ring(Channel::of(reach));
    Ok(shown)
}

/// Sends another code to the number that this session is adding, or calls it again.
pub async fn send_again(app: &App, op: &Op, id: CredentialId) -> Result<NewPhone> {
    let mut tx = app.store().begin().await?;
    let (account, _) = own::locked_fresh(app, &mut tx, op).await?;
    let (credential, pending) = pending(&mut tx, op, &account, id).await?;
    refuse_barred(app, &mut tx, op, &account, credential.kind, Moment::Begin).await?;
    wait_for(app, &mut tx, op, &pending).await?;
    let reach = definition(credential.kind).telephone.ok_or(Error::NotFound("factor"))?;
    store::message::withdraw_message(&mut tx, pending.message, op.now).await?;
    let again = PendingPhone { message: MessageId::new(op.now, app.id_entropy()), ..pending };
    let again = send(app, &mut tx, op, &account, credential.kind, again, id).await?;
    store::credential::set_pending_secret(&mut tx, id, &again.to_secret()?).await?;
    let shown = shown(app, &mut tx, &credential, &again).await?;
    tx.commit().await?;
    app.wake().ring(Channel::of(reach));
    Ok(shown)
}

/// Shows the telephone that this session is adding again, for a page that is reloaded.
pub async fn pending_phone(app: &App, op: &Op, id: CredentialId) -> Result<NewPhone> {
    let mut tx = app.store().read().await?;
    let account = own::account(&mut tx, op, Action::ManageOwnCredentials).await?;
    let (credential, pending) = pending(&mut tx, op, &account, id).await?;
    shown(app, &mut tx, &credential, &pending).await
}

/// The name of a new telephone: that of the one it replaces, or the next free one.
fn label(app: &App, credentials: &Credentials, typed: TypedNumber<'_>) -> Result<Label> {
    match typed.replaces {
        Some(old) => {
            let old = credentials.find(old).filter(|old| old.kind == typed.kind);
            Ok(old.ok_or(Error::NotFound("credential"))?.label.clone())
        }
        None => own::room(app, credentials, typed.kind),
    }
}

/// The telephone that this very session is adding, if there is still time.
pub(super) async fn pending(
    tx: &mut Tx,
    op: &Op,
    account: &Account,
    id: CredentialId,
) -> Result<(Credential, PendingPhone)> {
    let session = own::actor(op)?.session;
    let found = store::credential::find_credential(tx, id).await?;
    let ours = |found: &Credential| {
        found.account == account.id
            && found.awaits_confirmation_by(session, op.now)
            && definition(found.kind).telephone.is_some()
    };
    let credential = found.filter(ours).ok_or(Error::NotFound("enrolment"))?;
    let secret = store::credential::pending_secret(tx, id).await?.ok_or(Error::NotFound("enrolment"))?;
    Ok((credential, PendingPhone::of_secret(&secret)?))
}

pub(super) async fn shown(app: &App, tx: &mut Tx, credential: &Credential, pending: &PendingPhone) -> Result<NewPhone> {
    let standing = store::message::message_standing(tx, pending.message).await?;
    let state = standing.as_ref().map_or(DeliveryState::Unknown, |standing| standing.state);
    let standing = standing.and_then(|standing| standing.call);
    let is_call = credential.kind == FactorKind::VoiceCall;
    Ok(NewPhone {
        id: credential.id,
        kind: credential.kind,
        masked: pending.number.masked(),
        state,
        standing,
        // SECURITY: the code of a text is never shown: it is what the telephone proves.
        code: pending.code.clone().filter(|_| is_call).map(Secret::new),
        again_at: match state.previous(standing) {
            Previous::Lost => pending.sent_at,
            Previous::Underway => again_at(app, pending),
        },
        expires_at: pending.expires_at,
        label: credential.label.clone(),
        replaces: pending.replaces.is_some(),
    })
}
