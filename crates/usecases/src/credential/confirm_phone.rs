//! Proving a telephone that is being added in a session, and what it then takes the place of.

use wardkey_domain::audit::Event;
use wardkey_domain::credential::{Attempt, Credential, Credentials, Label, Permit, Who};
use wardkey_domain::directory::Account;
use wardkey_domain::factor::Code;
use wardkey_domain::factor::sms;
use wardkey_domain::factor::telephone::PhoneNumber;
use wardkey_domain::factor::voice_call::{self, CallOutcome};
use wardkey_domain::id::CredentialId;
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::session::EndedWhy;
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use super::add_phone::{NewPhone, pending, shown};
use super::own;
use super::pending_phone::PendingPhone;
use super::reach_phone::{Moment, refuse_barred};
use crate::message::{self, Notice};
use crate::{App, Error, Result};

/// What became of a confirmation.
#[derive(Clone, Debug)]
pub enum PhoneConfirmation {
    /// The telephone is enrolled.
    Enrolled(Credential),
    /// The code is another one.
    WrongCode(NewPhone),
    /// The code is too old: a new one must be asked for.
    CodeExpired(NewPhone),
    /// Too many wrong codes: the next try is allowed at the given time.
    TooManyTries(NewPhone, Timestamp),
    /// The call is not over.
    CallPending(NewPhone),
    /// The call ended without a confirmation.
    CallFailed(NewPhone, CallOutcome),
}

/// Enrols the telephone, if `code` is the one that was sent to it. Tries are counted like those of a sign-in: a session
/// alone must not be enough to guess somebody else's number into an account.
pub async fn confirm_phone_code(
    app: &App,
    op: &Op,
    id: CredentialId,
    code: &str,
    label: Option<&str>,
) -> Result<PhoneConfirmation> {
    let code =
        Code::parse(code).map_err(|_bad| Error::invalid("code", "Enter the 6-digit code from the text message"))?;
    let label = read_label(label)?;
    let mut tx = app.store().begin().await?;
    let (account, credentials) = own::locked(&mut tx, op).await?;
    let (credential, pending) = pending(&mut tx, op, &account, id).await?;
    refuse_barred(app, &mut tx, op, &account, credential.kind, Moment::End).await?;
    let attempt = Attempt {
        who: Who::Account(account.id),
        factor: credential.kind,
        address: op.origin.address,
        known_device: None,
    };
    let rules = &app.settings().throttle;
    match store::credential::reserve_attempt(&mut tx, &attempt, rules, op.now).await? {
        Permit::Now => {}
        Permit::Wait { until } => {
            let shown = shown(app, &mut tx, &credential, &pending).await?;
            return Ok(PhoneConfirmation::TooManyTries(shown, until));
        }
        Permit::Never => {
            return Err(Error::Forbidden(
                "Ask your local administrator for help with your sign-in methods.".to_owned(),
            ));
        }
    }
    match pending.sent_code(id)?.verify(code, op.now) {
        sms::Verdict::Accept(_proof) => {
            store::credential::succeed_attempt(&mut tx, &attempt, rules, op.now).await?;
            enrol(app, tx, op, &account, &credentials, credential, pending, label).await
        }
        sms::Verdict::Refuse(why) => {
            let shown = shown(app, &mut tx, &credential, &pending).await?;
            // The count must survive.
            tx.commit().await?;
            Ok(match why {
                sms::Refusal::WrongCode => PhoneConfirmation::WrongCode(shown),
                sms::Refusal::CodeExpired => PhoneConfirmation::CodeExpired(shown),
            })
        }
    }
}

/// Enrols the telephone, if the call to it was confirmed.
pub async fn confirm_phone_call(
    app: &App,
    op: &Op,
    id: CredentialId,
    label: Option<&str>,
) -> Result<PhoneConfirmation> {
    let label = read_label(label)?;
    let mut tx = app.store().begin().await?;
    let (account, credentials) = own::locked(&mut tx, op).await?;
    let (credential, pending) = pending(&mut tx, op, &account, id).await?;
    refuse_barred(app, &mut tx, op, &account, credential.kind, Moment::End).await?;
    let standing = store::message::call_standing(&mut tx, pending.message).await?;
    match pending.placed_call(id).verify(standing, op.now) {
        voice_call::Verdict::Accept(_proof) => {
            enrol(app, tx, op, &account, &credentials, credential, pending, label).await
        }
        voice_call::Verdict::Pending => {
            Ok(PhoneConfirmation::CallPending(shown(app, &mut tx, &credential, &pending).await?))
        }
        voice_call::Verdict::Refuse(outcome) => {
            Ok(PhoneConfirmation::CallFailed(shown(app, &mut tx, &credential, &pending).await?, outcome))
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "the end of two ways that have loaded the same things")]
async fn enrol(
    app: &App,
    mut tx: Tx,
    op: &Op,
    account: &Account,
    credentials: &Credentials,
    credential: Credential,
    pending: PendingPhone,
    chosen: Option<Label>,
) -> Result<PhoneConfirmation> {
    let id = credential.id;
    let enrolled = credentials.enrol(credential.clone(), chosen.unwrap_or(credential.label.clone()), op.now);
    let (former, enrolled) = (enrolled.former_default, enrolled.credential);
    if let Some(former) = &former
        && !store::credential::save_credential(&mut tx, former).await?
    {
        return Err(own::changed_elsewhere());
    }
    store::credential::set_pending_secret(&mut tx, id, &store::credential::telephone_secret(&pending.number)?).await?;
    if !store::credential::save_credential(&mut tx, &enrolled).await? {
        return Err(own::changed_elsewhere());
    }
    store::credential::note_use(&mut tx, id, op.now).await?;
    own::note_enrolment(&mut tx, op, &enrolled, None).await?;
    super::note_number(app, op, &mut tx, &enrolled, &pending.number).await?;
    match pending.replaces {
        None => own::tell(app, &mut tx, op, MessageKind::FactorAdded, &enrolled).await?,
        Some(old) => replace(app, &mut tx, op, account, old, &enrolled, &pending.number).await?,
    }
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(PhoneConfirmation::Enrolled(enrolled))
}

/// Removes the credential whose number was replaced; the new one takes over its place as the default.
async fn replace(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    account: &Account,
    old: CredentialId,
    new: &Credential,
    number: &PhoneNumber,
) -> Result<()> {
    let session = own::actor(op)?.session;
    let old_number = store::credential::find_number(tx, old).await?;
    let held = Credentials::new(store::credential::list_credentials(tx, account.id).await?);
    let was_default = held.find(old).is_some_and(|credential| credential.is_default);
    // Another window was faster, and the old one is gone.
    let Ok(removal) = held.remove(old, &app.settings().signin.core, op.now) else {
        return own::tell(app, tx, op, MessageKind::FactorAdded, new).await;
    };
    if !store::credential::save_credential(tx, &removal.removed).await? {
        return Err(own::changed_elsewhere());
    }
    let held = Credentials::new(store::credential::list_credentials(tx, account.id).await?);
    if was_default {
        for credential in held.make_default(new.id).unwrap_or_default() {
            if !store::credential::save_credential(tx, &credential).await? {
                return Err(own::changed_elsewhere());
            }
        }
    }
    let why = EndedWhy::CredentialRemoved;
    store::session::end_account_sessions(tx, account.id, Some(session), why, op.now).await?;
    store::credential::end_memories(tx, account.id, None).await?;
    crate::application::revoke_account_grants(tx, op, account.id).await?;
    let factor = removal.removed.kind.as_str().into();
    let event = Event::CredentialRemoved { account: account.id, credential: old, factor };
    store::audit::append(tx, op, Some(account.organisation), event).await?;
    let notice = Notice {
        number: Some(number.masked()),
        old_number: old_number.map(|number| number.masked()),
        ..Notice::new(MessageKind::NumberChanged, account.id)
    };
    message::notify(app, tx, op, notice).await
}

fn read_label(label: Option<&str>) -> Result<Option<Label>> {
    let label = label.filter(|label| !label.trim().is_empty()).map(Label::parse).transpose();
    label.map_err(|why| Error::invalid("label", why.to_string()))
}
