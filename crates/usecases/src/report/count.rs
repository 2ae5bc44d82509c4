//! Bringing what is counted of people up to date.

use wardkey_domain::id::AccountId;
use wardkey_domain::op::Op;
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use crate::{App, Result, access};

/// How many changes are counted in one transaction: the embedded engine lets nobody else write meanwhile.
const PART: u32 = 256;

/// Counts the accounts of which something has changed or ended since they were counted, some at a time; says whether there may be
/// more.
///
/// # Errors
/// When the store fails, or another node counts the same account at the same moment; the next round does it.
pub async fn count_changes(app: &App, op: &Op) -> Result<bool> {
    let mut tx = app.store().read().await?;
    let policies = access::policies(app, &mut tx, op.now).await?;
    let is_quiet = !store::report::counted_baselines_differ(&mut tx, &policies.baselines().groups).await?
        && store::report::list_changes(&mut tx, 1).await?.is_empty()
        && store::report::list_due(&mut tx, op.now, 1).await?.is_empty();
    drop(tx);
    if is_quiet {
        return Ok(false);
    }
    let mut tx = app.store().begin().await?;
    let policies = access::policies(app, &mut tx, op.now).await?;
    let groups = &policies.baselines().groups;
    store::report::note_counted_baselines(&mut tx, groups).await?;
    // INVARIANT: the changes are read before the facts, so that a fact that is not seen yet has a change that is not seen either.
    let changes = store::report::list_changes(&mut tx, PART).await?;
    let due = store::report::list_due(&mut tx, op.now, PART).await?;
    let mut accounts: Vec<AccountId> = changes.iter().map(|change| change.account).chain(due.iter().copied()).collect();
    accounts.sort_unstable();
    accounts.dedup();
    store::report::take_changes(&mut tx, &changes).await?;
    store::report::recount(&mut tx, &accounts, groups, op.now).await?;
    tx.commit().await?;
    let full = usize::try_from(PART).unwrap_or(usize::MAX);
    Ok(changes.len() >= full || due.len() >= full)
}

/// Counts accounts that were added in this transaction, so that they are found as soon as it is committed.
pub(crate) async fn count_now(app: &App, tx: &mut Tx, accounts: &[AccountId], now: Timestamp) -> Result<()> {
    let policies = access::policies(app, tx, now).await?;
    Ok(store::report::recount(tx, accounts, &policies.baselines().groups, now).await?)
}
