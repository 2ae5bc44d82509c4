//! Moving a sign-in on by one input.

use wardkey_domain::credential::{ActivationCode, Attempt, Label, Permit, Who};
use wardkey_domain::factor::push::{BindingCode, NewBinding};
use wardkey_domain::factor::temporary_access_pass::PassCode;
use wardkey_domain::factor::totp::NewTotp;
use wardkey_domain::factor::{Code, FactorKind, definition};
use wardkey_domain::id::{AccountId, CredentialId, DeviceId};
use wardkey_domain::op::Op;
use wardkey_domain::secret::Secret;
use wardkey_domain::signin::{Event, Person, Refusal, Step};
use wardkey_store::{self as store, Tx};

use crate::signin::flow_token::{self, Resumed};
use crate::signin::perform::{Guess, Settling};
use crate::signin::step::step;
use crate::signin::{Advance, Input, ask, card, dispatch, judge, key, load, password, present, recovery};
use crate::{App, Error, Result};

/// Moves a browser's sign-in on by one input.
///
/// # Errors
/// `Invalid` for input that is no password or code at all: it costs no try. `Unavailable` when the hashing queue is full;
/// the try is given back. A refused sign-in is not an error but [`Advance::Refused`].
pub async fn advance(app: &App, op: &Op, token: &str, input: Input) -> Result<Advance> {
    match input {
        Input::Password { address, password } => password::advance(app, op, token, &address, password).await,
        Input::NewPassword { password, again } => judge::advance(app, op, token, password, again).await,
        Input::Activation { address, code } => activation(app, op, token, &address, &code).await,
        Input::Code { credential, code } => code_of(app, op, token, credential, &code).await,
        Input::Pass { code } => pass(app, op, token, &code).await,
        Input::RecoveryCode { code } => recovery::advance(app, op, token, &code).await,
        Input::PutOff => plain(app, op, token, |_, person| Event::EnrolmentPutOff { person }).await,
        Input::Passkey { answer } => key::passkey(app, op, token, &answer).await,
        Input::Key { answer } => key::second_factor(app, op, token, &answer).await,
        Input::ConfirmKey { answer, label } => key::confirm(app, op, token, &answer, label).await,
        Input::Card { receipt } => card::advance(app, op, token, receipt.expose()).await,
        Input::Choose(credential) => {
            plain(app, op, token, move |_, person| Event::CredentialChosen { person, credential }).await
        }
        Input::Send => dispatch::advance(app, op, token).await,
        Input::CallDone { label } => dispatch::call_done(app, op, token, label).await,
        Input::AppDone { label } => ask::advance(app, op, token, label).await,
        Input::CodeInstead => plain(app, op, token, |_, person| Event::CodeInstead { person }).await,
        Input::Number { number, extension } => dispatch::number(app, op, token, &number, &extension).await,
        Input::BeginEnrolment => plain(app, op, token, |_, person| Event::EnrolmentConfirmed { person }).await,
        Input::ChooseAgain => plain(app, op, token, |_, person| Event::EnrolmentRestarted { person }).await,
        Input::ChooseFactor(kind) => {
            plain(app, op, token, move |app, person| {
                let credential = CredentialId::new(op.now, app.id_entropy());
                let expires_at = op.now.plus(app.settings().signin.push.bind_within);
                let binding = NewBinding { credential, code: BindingCode::new(app.random()), expires_at };
                Event::FactorChosen { person, kind, new: NewTotp::new(credential, app.random()), binding }
            })
            .await
        }
        Input::ConfirmEnrolment { code, label } => confirm(app, op, token, &code, label).await,
    }
}

/// A step that checks nothing secret.
async fn plain(app: &App, op: &Op, token: &str, event: impl FnOnce(&App, Person) -> Event) -> Result<Advance> {
    let mut tx = app.store().begin().await?;
    let resumed = match flow_token::resume(&mut tx, op, token).await? {
        Ok(resumed) => resumed,
        Err(refusal) => return Ok(over(app, op, refusal)),
    };
    let Some(person) = known_person(app, &mut tx, op, &resumed).await? else {
        return Settling::of(&resumed, Guess::none()).settle(app, op, tx, wrong_step(resumed)).await;
    };
    let settling = Settling::of(&resumed, Guess::none());
    let event = event(app, person);
    let step = step(app, op, &mut tx, resumed.flow, event).await?;
    settling.settle(app, op, tx, step).await
}

async fn code_of(app: &App, op: &Op, token: &str, chosen: Option<CredentialId>, code: &str) -> Result<Advance> {
    let code = parse_code(code)?;
    let mut tx = app.store().begin().await?;
    let resumed = match flow_token::resume(&mut tx, op, token).await? {
        Ok(resumed) => resumed,
        Err(refusal) => return Ok(over(app, op, refusal)),
    };
    let Some(person) = known_person(app, &mut tx, op, &resumed).await? else {
        return Settling::of(&resumed, Guess::none()).settle(app, op, tx, wrong_step(resumed)).await;
    };
    let attempt = attempt(&mut tx, op, person.id, resumed.flow.awaits_code_of()).await?;
    let permit = store::credential::reserve_attempt(&mut tx, &attempt, &app.settings().throttle, op.now).await?;
    let mut states = Vec::new();
    if permit == Permit::Now {
        // None are needed for a code that was sent: the sign-in holds it.
        let app_code = resumed.flow.awaits_code_of() == FactorKind::Totp;
        let ours = person.factors.iter().filter(|factor| app_code && definition(factor.kind).has_codes);
        for factor in ours.filter(|factor| chosen.is_none_or(|chosen| chosen == factor.credential)) {
            states.extend(store::credential::find_totp(&mut tx, factor.credential).await?);
        }
    }
    let settling = Settling::of(&resumed, Guess::reserved(attempt, permit));
    let event = Event::CodeSubmitted { person, permit, states, code };
    let step = step(app, op, &mut tx, resumed.flow, event).await?;
    settling.settle(app, op, tx, step).await
}

async fn confirm(app: &App, op: &Op, token: &str, code: &str, label: Option<String>) -> Result<Advance> {
    let code = parse_code(code)?;
    let mut tx = app.store().begin().await?;
    let resumed = match flow_token::resume(&mut tx, op, token).await? {
        Ok(resumed) => resumed,
        Err(refusal) => return Ok(over(app, op, refusal)),
    };
    let Some(person) = known_person(app, &mut tx, op, &resumed).await? else {
        return Settling::of(&resumed, Guess::none()).settle(app, op, tx, wrong_step(resumed)).await;
    };
    let token = resumed.flow.awaits_token();
    let kind = token.map_or_else(|| resumed.flow.awaits_code_of(), |_| FactorKind::HardwareToken);
    let label = label_of(label, kind)?;
    let attempt = attempt(&mut tx, op, person.id, resumed.flow.awaits_code_of()).await?;
    let permit = store::credential::reserve_attempt(&mut tx, &attempt, &app.settings().throttle, op.now).await?;
    let settling = Settling::of(&resumed, Guess::reserved(attempt, permit));
    let event = match token {
        Some(token) => {
            let state = store::credential::find_assigned_token(&mut tx, token, person.id).await?;
            Event::TokenCodeSubmitted { person, permit, label, state, code }
        }
        None => Event::EnrolmentCodeSubmitted { person, permit, label, code },
    };
    let step = step(app, op, &mut tx, resumed.flow, event).await?;
    settling.settle(app, op, tx, step).await
}

async fn activation(app: &App, op: &Op, token: &str, address: &str, code: &Secret<String>) -> Result<Advance> {
    let code = ActivationCode::parse(code).map_err(|why| Error::invalid("code", why.to_string()))?;
    let mut tx = app.store().begin().await?;
    let resumed = match flow_token::resume(&mut tx, op, token).await? {
        Ok(resumed) => resumed,
        Err(refusal) => return Ok(over(app, op, refusal)),
    };
    let account = match resumed.flow.account() {
        Some(id) => store::directory::find_account(&mut tx, id).await?,
        None => load::account_at(&mut tx, address).await?,
    };
    // Guesses at a code of 116 bits are hopeless; they are slowed down like guesses at a password all the same.
    let who = match &account {
        Some(account) => Who::Account(account.id),
        None => Who::Address(address.trim().to_lowercase()),
    };
    let known_device = known_device(&mut tx, op, account.as_ref().map(|account| account.id)).await?;
    let attempt = Attempt { who, factor: FactorKind::Password, address: op.origin.address, known_device };
    let permit = store::credential::reserve_attempt(&mut tx, &attempt, &app.settings().throttle, op.now).await?;
    let (mut person, mut spent) = (None, false);
    if let Some(account) = &account {
        person = Some(load::facts(app, &mut tx, op, account).await?);
        if permit == Permit::Now && resumed.flow.awaits_activation() {
            spent = store::credential::spend_activation(&mut tx, account.id, &code.hash(), op.now).await?;
        }
    }
    let guess = Guess::reserved(attempt, permit).at(account.map(|account| account.id)).spending_activation(spent);
    let settling = Settling::of(&resumed, guess);
    let event = Event::ActivationSubmitted { person, permit, spent };
    let step = step(app, op, &mut tx, resumed.flow, event).await?;
    settling.settle(app, op, tx, step).await
}

async fn pass(app: &App, op: &Op, token: &str, typed: &Secret<String>) -> Result<Advance> {
    let code = PassCode::parse(typed.expose()).map_err(|why| Error::invalid("pass", why.to_string()))?;
    let mut tx = app.store().begin().await?;
    let resumed = match flow_token::resume(&mut tx, op, token).await? {
        Ok(resumed) => resumed,
        Err(refusal) => return Ok(over(app, op, refusal)),
    };
    let Some(person) = known_person(app, &mut tx, op, &resumed).await? else {
        return Settling::of(&resumed, Guess::none()).settle(app, op, tx, wrong_step(resumed)).await;
    };
    let attempt = attempt(&mut tx, op, person.id, FactorKind::TemporaryAccessPass).await?;
    let permit = store::credential::reserve_attempt(&mut tx, &attempt, &app.settings().throttle, op.now).await?;
    let pass = match permit {
        Permit::Now => store::credential::find_open_pass(&mut tx, person.id, op.now).await?,
        Permit::Wait { .. } | Permit::Never => None,
    };
    let settling = Settling::of(&resumed, Guess::reserved(attempt, permit));
    let event = Event::PassSubmitted { person, permit, pass, code };
    let step = step(app, op, &mut tx, resumed.flow, event).await?;
    settling.settle(app, op, tx, step).await
}

/// An attempt at a factor of a known account from this request.
pub(super) async fn attempt(tx: &mut Tx, op: &Op, account: AccountId, factor: FactorKind) -> Result<Attempt> {
    let known_device = known_device(tx, op, Some(account)).await?;
    Ok(Attempt { who: Who::Account(account), factor, address: op.origin.address, known_device })
}

/// The device of this request, if this account has signed in with it before.
pub(crate) async fn known_device(tx: &mut Tx, op: &Op, account: Option<AccountId>) -> Result<Option<DeviceId>> {
    let (Some(device), Some(account)) = (op.origin.device, account) else {
        return Ok(None);
    };
    Ok(store::credential::knows_device(tx, device, account).await?.then_some(device))
}

pub(super) async fn known_person(app: &App, tx: &mut Tx, op: &Op, resumed: &Resumed) -> Result<Option<Person>> {
    match resumed.flow.account() {
        Some(id) => load::person(app, tx, op, id).await,
        None => Ok(None),
    }
}

/// The name for a new credential of `kind`: as typed, or the usual one.
pub(super) fn label_of(label: Option<String>, kind: FactorKind) -> Result<Label> {
    match label.filter(|label| !label.trim().is_empty()) {
        Some(label) => Label::parse(&label).map_err(|why| Error::invalid("label", why.to_string())),
        None => Ok(Label::numbered(definition(kind).name, 1)),
    }
}

fn parse_code(code: &str) -> Result<Code> {
    Code::parse(code).map_err(|_| Error::invalid("code", "Enter the 6-digit code"))
}

pub(super) fn wrong_step(resumed: Resumed) -> Step {
    Step::Refused(Some(resumed.flow), Refusal::WrongStep)
}

/// The answer to a browser whose sign-in is not known any more.
pub(super) fn over(app: &App, op: &Op, refusal: Refusal) -> Advance {
    metrics::counter!("wardkey_sign_in_refused_total", "refusal" => refusal.as_str()).increment(1);
    Advance::Refused { screen: present::ended(app, refusal.clone(), op.now), refusal }
}
