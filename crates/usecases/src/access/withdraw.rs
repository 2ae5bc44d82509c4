//! Ending an exception before its time, and taking back a request.

use wardkey_domain::access::exception::{Settled, Standing, UserException};
use wardkey_domain::audit::Reason;
use wardkey_domain::id::AccountId;
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_store as store;

use super::candidate::Facts;
use super::end::{Ended, end};
use super::exception_refused::cannot_settle;
use crate::audit::reason;
use crate::directory::load_to_change;
use crate::message::{Notice, notify};
use crate::{App, Error, Result};

/// Ends the exception of an account: its prompts return at once, and what was on a phone that counts as lost is removed.
///
/// # Errors
/// When the actor may not, there is no reason; `Conflict` when there is nothing to end.
pub async fn withdraw_exception(app: &App, op: &Op, id: AccountId, why: &str) -> Result<()> {
    let reason = reason(why)?;
    let mut tx = app.store().begin().await?;
    let loaded = load_to_change(app, &mut tx, op, Action::GrantShortException, id).await?;
    let facts = Facts::locked(app, &mut tx, op, &loaded).await?;
    let standing = facts.history.iter().find(|one| one.until(op.now).is_some());
    let before =
        standing.ok_or_else(|| Error::Conflict("There is no exception that could be withdrawn.".to_owned()))?;
    let after = before.clone().withdraw(settled(op, &reason)).map_err(cannot_settle)?;
    let ended = end(&mut tx, op, &loaded.account, (before, &after), Some(reason)).await?;
    let re_enrol = ended == Ended::WithPhones;
    let until = before.until(op.now);
    notify(app, &mut tx, op, Notice { until, re_enrol, ..Notice::new(MessageKind::ExceptionEnded, id) }).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(())
}

/// Takes back the request for a long exception of an account, before anybody has decided.
///
/// # Errors
/// When the actor may not, there is no reason; `Conflict` when there is none.
pub async fn withdraw_exception_request(app: &App, op: &Op, id: AccountId, why: &str) -> Result<()> {
    let reason = reason(why)?;
    let mut tx = app.store().begin().await?;
    let loaded = load_to_change(app, &mut tx, op, Action::RequestLongException, id).await?;
    store::credential::lock_credentials(&mut tx, id, loaded.account.organisation).await?;
    let facts = Facts::load(app, &mut tx, op, &loaded).await?;
    let waits = |one: &&UserException| matches!(one.standing, Standing::Requested);
    let before = facts.history.iter().find(waits);
    let before = before.ok_or_else(|| Error::Conflict("There is no request that waits.".to_owned()))?;
    let after = before.clone().withdraw(settled(op, &reason)).map_err(cannot_settle)?;
    end(&mut tx, op, &loaded.account, (before, &after), Some(reason)).await?;
    tx.commit().await?;
    Ok(())
}

/// By whom and why something is settled now.
pub(super) fn settled(op: &Op, why: &Reason) -> Settled {
    Settled { by: op.account().map(|actor| actor.id), at: op.now, why: why.clone() }
}
