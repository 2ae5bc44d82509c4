//! Giving one account leave to register later, and withdrawing that [ENR-6].

use wardkey_domain::access::exception::{MayPostpone, Postponement};
use wardkey_domain::audit::Event;
use wardkey_domain::directory::Account;
use wardkey_domain::id::{AccountId, PostponementId};
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use super::exception_refused::{cannot_postpone, cannot_settle};
use super::withdraw::settled;
use crate::audit::reason;
use crate::directory::{Loaded, changed_meanwhile, load_to_change};
use crate::message::{Notice, notify};
use crate::{App, Error, Result};

/// The account, if the actor may give it more time now: what a page asks before it asks for a day.
///
/// # Errors
/// When the actor may not, or the operator has not allowed it; `Conflict` with a sentence for the rule that stands against it.
pub async fn may_postpone(app: &App, op: &Op, id: AccountId) -> Result<Account> {
    let rules = app.settings().access.postpone;
    if !rules.allowed {
        return Err(Error::NotFound("page"));
    }
    let mut tx = app.store().read().await?;
    Ok(load_to_change(app, &mut tx, op, Action::PostponeDefaultOn, id).await?.account)
}

/// Gives an account time until `ends_at` to register a second factor; `risk` is what is taken by that, and stays on record.
///
/// # Errors
/// As [`may_postpone`]; `Invalid` for no risk, or a day that is past or too far ahead.
pub async fn postpone_registration(
    app: &App,
    op: &Op,
    id: AccountId,
    risk: &str,
    ends_at: Timestamp,
) -> Result<Timestamp> {
    let risk = reason(risk)?;
    let mut tx = app.store().begin().await?;
    let loaded = load_to_change(app, &mut tx, op, Action::PostponeDefaultOn, id).await?;
    store::credential::lock_credentials(&mut tx, id, loaded.account.organisation).await?;
    let last = store::access::find_last_postponement(&mut tx, id).await?;
    let whose = whose(&mut tx, &loaded, last.as_ref()).await?;
    let by = op.account().map(|actor| actor.id);
    let new = PostponementId::new(op.now, app.id_entropy());
    let rules = app.settings().access.postpone;
    let postponement = rules.postpone(new, &whose, (risk.clone(), ends_at), by, op.now).map_err(cannot_postpone)?;
    store::access::insert_postponement(&mut tx, &postponement).await?;
    let event = Event::RegistrationPostponed { account: id, postponement: new, until: ends_at, reason: risk };
    store::audit::append(&mut tx, op, Some(postponement.organisation), event).await?;
    let notice = Notice { until: Some(ends_at), ..Notice::new(MessageKind::RegistrationPostponed, id) };
    notify(app, &mut tx, op, notice).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(ends_at)
}

async fn whose<'a>(tx: &mut Tx, loaded: &Loaded, last: Option<&'a Postponement>) -> Result<MayPostpone<'a>> {
    let account = &loaded.account;
    Ok(MayPostpone {
        account: account.id,
        organisation: account.organisation,
        kind: account.kind,
        privileged: loaded.is_privileged(),
        hold: store::access::hold_of(tx, account.id).await?,
        last,
    })
}

/// Ends the leave of an account: it registers at its next sign-in. That works also where the operator allows no new ones.
///
/// # Errors
/// When the actor may not, there is no reason; `Conflict` when there is nothing to end.
pub async fn withdraw_postponement(app: &App, op: &Op, id: AccountId, why: &str) -> Result<()> {
    let reason = reason(why)?;
    let mut tx = app.store().begin().await?;
    let loaded = load_to_change(app, &mut tx, op, Action::PostponeDefaultOn, id).await?;
    let last = store::access::find_last_postponement(&mut tx, id).await?;
    let last = last.ok_or_else(|| Error::Conflict("There is nothing that could be withdrawn.".to_owned()))?;
    let postponement = last.withdraw(settled(op, &reason)).map_err(cannot_settle)?;
    if !store::access::save_postponement(&mut tx, &postponement).await? {
        return Err(changed_meanwhile());
    }
    let event = Event::PostponementWithdrawn { account: id, postponement: postponement.id, reason };
    store::audit::append(&mut tx, op, Some(loaded.account.organisation), event).await?;
    tx.commit().await?;
    Ok(())
}
