//! Sending to a telephone that is being added in a session, and when nothing is sent.

use wardkey_domain::access::Unusable;
use wardkey_domain::audit::Event;
use wardkey_domain::credential::CredentialState;
use wardkey_domain::directory::Account;
use wardkey_domain::factor::telephone::Reach;
use wardkey_domain::factor::voice_call::Confirm;
use wardkey_domain::factor::{Code, FactorKind, definition};
use wardkey_domain::id::CredentialId;
use wardkey_domain::message::{Channel, MessageKind, Sending};
use wardkey_domain::op::Op;
use wardkey_domain::signin::Previous;
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use super::pending_phone::PendingPhone;
use crate::message::{self, CallOrder, TextOrder};
use crate::signin::barred_factors;
use crate::{App, Error, Result};

/// Sends to the number of `pending`, if budgets allow it.
pub(super) async fn send(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    account: &Account,
    kind: FactorKind,
    pending: PendingPhone,
    id: CredentialId,
) -> Result<PendingPhone> {
    let reach = definition(kind).telephone.ok_or(Error::NotFound("factor"))?;
    let channel = Channel::of(reach);
    let (number, organisation) = (pending.number.clone(), account.organisation);
    let sending = Sending { channel, number: &number, is_proved: false, account: account.id, organisation };
    if let Some(until) = message::reserve(app, tx, op, &sending).await? {
        let until = crate::moment(until);
        return Err(Error::invalid(
            "number",
            format!("Too many codes and calls were asked for. Try again after {until}"),
        ));
    }
    let rules = &app.settings().signin;
    let code = Code::draw(app.random());
    let (code, lifetime) = match (reach, rules.voice_call.confirm) {
        (Reach::Text, _) => (Some(code.text()), rules.sms.lifetime),
        (Reach::Call, Confirm::Code) => (Some(code.text()), rules.voice_call.lifetime),
        (Reach::Call, Confirm::Hash) => (None, rules.voice_call.lifetime),
    };
    let sent = PendingPhone {
        code,
        sent_at: op.now,
        expires_at: op.now.plus(lifetime),
        sends: pending.sends.saturating_add(1),
        ..pending
    };
    let (account, flow, application) = (account.id, None, None);
    match reach {
        Reach::Text => {
            let kind = MessageKind::EnrolmentText;
            let code = sent.sent_code(id)?;
            let order = TextOrder { kind, account, organisation, flow, to: number, application, sent: &code };
            message::send_text(app, tx, op, order).await?;
        }
        Reach::Call => {
            let kind = MessageKind::EnrolmentCall;
            let call = sent.placed_call(id);
            let order = CallOrder { kind, account, organisation, flow, to: number, application, call: &call };
            message::place_call(tx, op, order).await?;
        }
    }
    let event = Event::MessageOrdered { account, message: sent.message, factor: kind.as_str().into() };
    store::audit::append(tx, op, Some(organisation), event).await?;
    Ok(sent)
}

pub(super) fn again_at(app: &App, pending: &PendingPhone) -> Timestamp {
    pending.sent_at.plus(app.settings().signin.wait_after(pending.sends))
}

/// SECURITY: giving a number up and typing another, or the same, is no way around the wait: somebody else's telephone would
/// buzz, and its budget be used up. Says how often something was sent: the next wait grows from there.
pub(super) async fn refuse_too_soon(app: &App, tx: &mut Tx, op: &Op, account: &Account) -> Result<u32> {
    let mut sends = 0;
    for credential in store::credential::list_credentials(tx, account.id).await? {
        if matches!(credential.state, CredentialState::Pending { .. })
            && definition(credential.kind).telephone.is_some()
            && let Some(secret) = store::credential::pending_secret(tx, credential.id).await?
        {
            let pending = PendingPhone::of_secret(&secret)?;
            wait_for(app, tx, op, &pending).await?;
            sends = sends.max(pending.sends);
        }
    }
    Ok(sends)
}

pub(super) async fn wait_for(app: &App, tx: &mut Tx, op: &Op, pending: &PendingPhone) -> Result<()> {
    let until = again_at(app, pending);
    if op.now >= until || message::previous(tx, pending.message).await? == Previous::Lost {
        return Ok(());
    }
    let seconds = until.since(op.now).as_secs() + 1;
    Err(Error::Conflict(format!("Wait {seconds} seconds before you ask again: the last one may be on its way.")))
}

/// How far an enrolment is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// A number was typed, or another code asked for.
    Begin,
    /// It is to be enrolled now.
    End,
}

/// SECURITY: a factor that was switched off since an enrolment began is not enrolled. A network that is down since has
/// delivered its code all the same.
pub(super) async fn refuse_barred(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    account: &Account,
    kind: FactorKind,
    moment: Moment,
) -> Result<()> {
    let roles = store::directory::list_account_roles(tx, account.id, op.now).await?;
    let roles: Vec<_> = roles.into_iter().map(|grant| grant.role).collect();
    let barred = barred_factors(app, tx, account.organisation, &roles).await?;
    let Some((_, why)) = barred.into_iter().find(|(barred, _)| *barred == kind) else { return Ok(()) };
    if why == Unusable::Unavailable && moment == Moment::End {
        return Ok(());
    }
    let name = definition(kind).name;
    Err(Error::Conflict(match why {
        Unusable::Role | Unusable::TooWeak => {
            format!("{name} cannot be used with your role: it is not strong enough. Use an authenticator app.")
        }
        Unusable::Unavailable => {
            format!("{name} cannot be used at the moment. Try again later, or use an authenticator app.")
        }
        Unusable::SwitchedOff
        | Unusable::NumberNotAllowed
        | Unusable::OnlyToEnrol
        | Unusable::Moving
        | Unusable::Quarantined => {
            format!("{name} is switched off for your organisation. Use an authenticator app.")
        }
    }))
}
