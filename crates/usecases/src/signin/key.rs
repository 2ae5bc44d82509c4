//! Security keys and passkeys in a sign-in.

use serde_json::Value;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::webauthn::{KeyAnswer, KeyFailure, discover_options};
use wardkey_domain::op::Op;
use wardkey_domain::signin::{Event, Refusal, Step};
use wardkey_store as store;

use crate::signin::advance::{known_person, label_of, over, wrong_step};
use crate::signin::perform::{Guess, Settling};
use crate::signin::step::step;
use crate::signin::{Advance, flow_token, load};
use crate::{App, Result};

/// What a browser asks passkeys while the first page of a sign-in is shown, where a passkey alone is enough; nothing
/// otherwise [WebAuthn Level 3 §5.1.4].
pub async fn passkey_options(app: &App, op: &Op, token: &str) -> Result<Option<Value>> {
    if !accepts_passkeys(app) {
        return Ok(None);
    }
    let mut tx = app.store().read().await?;
    let Ok(resumed) = flow_token::resume(&mut tx, op, token).await? else { return Ok(None) };
    let rules = &app.settings().signin.webauthn;
    Ok(resumed.flow.awaits_password().then(|| discover_options(rules, resumed.flow.key_challenge())))
}

/// Whether a passkey alone is enough to sign in.
pub fn accepts_passkeys(app: &App) -> bool {
    app.settings().signin.webauthn.passkey_alone && !app.settings().restricted.off.contains(&FactorKind::WebAuthn)
}

pub(super) async fn passkey(app: &App, op: &Op, token: &str, answer: &str) -> Result<Advance> {
    let mut tx = app.store().begin().await?;
    let resumed = match flow_token::resume(&mut tx, op, token).await? {
        Ok(resumed) => resumed,
        Err(refusal) => return Ok(over(app, op, refusal)),
    };
    let answer = match KeyAnswer::new(answer).ok().filter(|_| accepts_passkeys(app)).ok_or(KeyFailure::Unreadable) {
        Ok(answer) => answer,
        Err(failure) => {
            let settling = Settling::of(&resumed, Guess::none());
            let step = Step::Refused(Some(resumed.flow), Refusal::KeyFailed(failure));
            return settling.settle(app, op, tx, step).await;
        }
    };
    let account = match answer.account() {
        Some(id) => store::directory::find_account(&mut tx, id).await?,
        None => None,
    };
    let (mut person, mut keys, mut guess) = (None, Vec::new(), Guess::none());
    if let Some(account) = account {
        person = Some(load::facts(app, &mut tx, op, &account).await?);
        keys = store::credential::list_keys(&mut tx, account.id).await?;
        // SECURITY: the handle alone is anybody's to write: only an answer that names one of the account's keys is told of it.
        if answer.is_of(&keys) {
            guess = guess.at(Some(account.id));
        }
    }
    let settling = Settling::of(&resumed, guess);
    let event = Event::PasskeyAnswered { person, keys, answer };
    let step = step(app, op, &mut tx, resumed.flow, event).await?;
    settling.settle(app, op, tx, step).await
}

pub(super) async fn second_factor(app: &App, op: &Op, token: &str, answer: &str) -> Result<Advance> {
    let mut tx = app.store().begin().await?;
    let resumed = match flow_token::resume(&mut tx, op, token).await? {
        Ok(resumed) => resumed,
        Err(refusal) => return Ok(over(app, op, refusal)),
    };
    let settling = Settling::of(&resumed, Guess::none());
    let Some(person) = known_person(app, &mut tx, op, &resumed).await? else {
        return settling.settle(app, op, tx, wrong_step(resumed)).await;
    };
    let step = match KeyAnswer::new(answer) {
        Ok(answer) => {
            let keys = store::credential::list_keys(&mut tx, person.id).await?;
            let event = Event::KeyAnswered { person, keys, answer };
            step(app, op, &mut tx, resumed.flow, event).await?
        }
        Err(failure) => Step::Refused(Some(resumed.flow), Refusal::KeyFailed(failure)),
    };
    settling.settle(app, op, tx, step).await
}

pub(super) async fn confirm(app: &App, op: &Op, token: &str, answer: &str, label: Option<String>) -> Result<Advance> {
    let label = label_of(label, FactorKind::WebAuthn)?;
    let mut tx = app.store().begin().await?;
    let resumed = match flow_token::resume(&mut tx, op, token).await? {
        Ok(resumed) => resumed,
        Err(refusal) => return Ok(over(app, op, refusal)),
    };
    let settling = Settling::of(&resumed, Guess::none());
    let Some(person) = known_person(app, &mut tx, op, &resumed).await? else {
        return settling.settle(app, op, tx, wrong_step(resumed)).await;
    };
    let step = match KeyAnswer::new(answer) {
        Ok(answer) => {
            let event = Event::EnrolmentKeyAnswered { person, label, answer };
            step(app, op, &mut tx, resumed.flow, event).await?
        }
        Err(failure) => Step::Refused(Some(resumed.flow), Refusal::KeyFailed(failure)),
    };
    settling.settle(app, op, tx, step).await
}
