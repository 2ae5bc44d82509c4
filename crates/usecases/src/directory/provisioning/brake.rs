//! How many people one application may switch off within a day.

use std::time::Duration;

use wardkey_domain::audit::Event;
use wardkey_domain::directory::Account;
use wardkey_domain::op::Op;
use wardkey_store::application::Place;
use wardkey_store::{self as store, Tx};

use super::mine::{Attempt, Mine, Stop};
use crate::{App, Error, Result};

const DAY: Duration = Duration::from_secs(86_400);

/// Lets one more go, or stops.
///
/// Two that go at the same moment are both let: the limit is a brake, and no count that must be right.
pub(super) async fn let_go(app: &App, tx: &mut Tx, op: &Op, mine: &Mine<'_>, account: &Account) -> Attempt<()> {
    if op.now.since(account.created_at) < DAY {
        return Ok(());
    }
    let settings = app.settings().provisioning;
    let reached = store::application::count_accounts_in(tx, Place::Within(mine.path)).await?;
    let share = u32::try_from(reached / 100 * i64::from(settings.leavers_percent)).unwrap_or(u32::MAX);
    let limit = settings.leavers.max(share);
    let gone = store::application::count_leavers(tx, mine.application, op.now.minus(DAY), limit).await?;
    if gone >= limit { Err(Stop::Halted(limit)) } else { Ok(()) }
}

/// Notes that the application was stopped, and says so.
pub(super) async fn note(app: &App, op: &Op, limit: u32) -> Result<Error> {
    let mine = Mine::of(op)?;
    let mut tx = app.store().begin().await?;
    let event = Event::ProvisioningHalted { application: mine.application, limit, count: 1 };
    store::audit::append(&mut tx, op, Some(mine.organisation()), event).await?;
    tx.commit().await?;
    Ok(Error::Forbidden(format!(
        "this client has switched off {limit} people within a day, which is as many as it may; an administrator can do it, or \
         raise the limit"
    )))
}
