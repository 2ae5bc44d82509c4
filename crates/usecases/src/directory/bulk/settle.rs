//! What somebody decides of a change to many accounts: whoever asked for it, or whoever else has to approve it.

use std::time::Duration;

use wardkey_domain::audit::Event;
use wardkey_domain::directory::{BulkActor, BulkChange, BulkStanding};
use wardkey_domain::id::BulkChangeId;
use wardkey_domain::op::{ActingAccount, Op};
use wardkey_domain::permission::{Action, Extent};
use wardkey_store::directory::StoredBulkChange;
use wardkey_store::{self as store, Tx};

use super::deed::action;
use crate::directory::{changed_meanwhile, require_fresh_factor};
use crate::{App, Error, Result};

/// Over how long changes are counted together, where somebody else has to approve many.
pub(super) const COUNTED_TOGETHER: Duration = Duration::from_secs(86_400);

const NO_CHANGE: Error = Error::NotFound("bulk change");

/// A change, and what the actor has to do with it.
pub(super) struct Seen {
    pub(super) stored: StoredBulkChange,
    /// Whether they asked for it.
    pub(super) is_own: bool,
    /// Whether they may approve it.
    pub(super) may_approve: bool,
}

/// The change, if the actor asked for it or may approve it.
pub(super) async fn see(tx: &mut Tx, op: &Op, id: BulkChangeId) -> Result<Seen> {
    let stored = store::directory::find_bulk_change(tx, id).await?.ok_or(NO_CHANGE)?;
    let is_own = op.account().is_some_and(|actor| actor.id == stored.change.asked_by);
    let may_approve = !is_own && may_approve(tx, op, &stored.change).await?;
    if is_own || may_approve { Ok(Seen { stored, is_own, may_approve }) } else { Err(NO_CHANGE) }
}

/// Whether the actor may approve changes, and do this one, wherever it reaches.
pub(super) async fn may_approve(tx: &mut Tx, op: &Op, change: &BulkChange) -> Result<bool> {
    let extents = [op.extent(Action::ApproveBulkChange), op.extent(action(change.deed))];
    if op.account().is_none() || extents.contains(&Extent::Nothing) {
        return Ok(false);
    }
    let mut places = store::directory::list_places_of_bulk_change(tx, change.id).await?;
    let has_rows = !places.is_empty();
    if let Some(destination) = change.destination {
        let found = store::directory::find_organisation(tx, destination).await?;
        places.extend(found.map(|organisation| organisation.path));
    }
    Ok(has_rows && places.iter().all(|place| extents.iter().all(|extent| extent.covers(place))))
}

/// Has it done; where that is much, somebody else has to approve it first. Says where it stands now.
///
/// # Errors
/// When the actor has not asked for it; `Conflict` when it stands elsewhere, or can be done to nobody.
pub async fn confirm_bulk_change(app: &App, op: &Op, id: BulkChangeId) -> Result<BulkStanding> {
    let mut tx = app.store().begin().await?;
    let (seen, actor) = begin(app, &mut tx, op, id).await?;
    if !seen.is_own {
        return Err(NO_CHANGE);
    }
    let since = op.now.minus(COUNTED_TOGETHER);
    let lately = store::directory::bulk_rows_done_alone(&mut tx, actor.account, since, id).await?;
    let change = seen.stored.change.confirm(actor, &app.settings().access.bulk, lately)?;
    let event = Event::BulkChangeConfirmed {
        organisation: change.organisation,
        change: id,
        deed: change.deed.as_str().into(),
        accounts: change.counts.ready,
        waits: change.standing == BulkStanding::Waiting,
        reason: seen.stored.reason,
    };
    save(tx, op, change, Some(event)).await
}

/// Has done what somebody else has asked for.
///
/// # Errors
/// When the actor may not; `Conflict` when it does not wait any more.
pub async fn approve_bulk_change(app: &App, op: &Op, id: BulkChangeId) -> Result<BulkStanding> {
    let mut tx = app.store().begin().await?;
    let (seen, actor) = begin(app, &mut tx, op, id).await?;
    if !seen.is_own && !seen.may_approve {
        return Err(NO_CHANGE);
    }
    let change = seen.stored.change.approve(actor.account)?;
    let event = Event::BulkChangeDecided { organisation: change.organisation, change: id, approved: true };
    save(tx, op, change, Some(event)).await
}

/// Drops what somebody else has asked for.
///
/// # Errors
/// When the actor may not; `Conflict` when it does not wait any more.
pub async fn reject_bulk_change(app: &App, op: &Op, id: BulkChangeId) -> Result<BulkStanding> {
    let mut tx = app.store().begin().await?;
    let (seen, _) = begin(app, &mut tx, op, id).await?;
    if !seen.may_approve {
        return Err(NO_CHANGE);
    }
    let change = seen.stored.change.discard()?;
    let event = Event::BulkChangeDecided { organisation: change.organisation, change: id, approved: false };
    save(tx, op, change, Some(event)).await
}

/// Drops what the actor has asked for, before anything was changed.
///
/// # Errors
/// When they have not asked for it; `Conflict` when it is under way.
pub async fn discard_bulk_change(app: &App, op: &Op, id: BulkChangeId) -> Result<BulkStanding> {
    let mut tx = app.store().begin().await?;
    let (seen, _) = begin(app, &mut tx, op, id).await?;
    if !seen.is_own {
        return Err(NO_CHANGE);
    }
    let change = seen.stored.change.discard()?;
    save(tx, op, change, None).await
}

/// Ends what is being done where it is.
///
/// # Errors
/// When the actor neither asked for it nor may approve it; `Conflict` when it is not being done.
pub async fn stop_bulk_change(app: &App, op: &Op, id: BulkChangeId) -> Result<BulkStanding> {
    let mut tx = app.store().begin().await?;
    let (seen, _) = begin(app, &mut tx, op, id).await?;
    let change = seen.stored.change.stop(op.now)?;
    let event = Event::BulkChangeHalted { organisation: change.organisation, change: id, step: "stopped".into() };
    save(tx, op, change, Some(event)).await
}

/// Has undone what was done not long ago, in the actor's own name.
///
/// # Errors
/// When the actor neither asked for it nor may approve it; `Conflict` when it cannot be undone any more.
pub async fn undo_bulk_change(app: &App, op: &Op, id: BulkChangeId) -> Result<BulkStanding> {
    let mut tx = app.store().begin().await?;
    let (seen, actor) = begin(app, &mut tx, op, id).await?;
    let change = seen.stored.change.undo(actor, &app.settings().access.bulk)?;
    let event = Event::BulkChangeHalted { organisation: change.organisation, change: id, step: "undoing".into() };
    save(tx, op, change, Some(event)).await
}

/// The change, if the actor has to do with it, and in whose name something is done to it now.
async fn begin(app: &App, tx: &mut Tx, op: &Op, id: BulkChangeId) -> Result<(Seen, BulkActor)> {
    let ActingAccount { id: account, session, .. } = op.account().ok_or(NO_CHANGE)?;
    let seen = see(tx, op, id).await?;
    require_fresh_factor(app, op)?;
    Ok((seen, BulkActor { account: *account, session: *session, at: op.now }))
}

async fn save(mut tx: Tx, op: &Op, change: BulkChange, event: Option<Event>) -> Result<BulkStanding> {
    if !store::directory::save_bulk_change(&mut tx, &change).await? {
        return Err(changed_meanwhile());
    }
    if let Some(event) = event {
        store::audit::append(&mut tx, op, Some(change.organisation), event).await?;
    }
    tx.commit().await?;
    Ok(change.standing)
}
