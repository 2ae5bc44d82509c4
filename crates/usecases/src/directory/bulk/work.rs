//! Working on changes to many accounts, a few rows at a time.

use std::time::Duration;

use wardkey_domain::audit::Event;
use wardkey_domain::directory::{AccountAddress, BulkChange, BulkStanding, Organisation, RowStanding};
use wardkey_domain::id::BulkChangeId;
use wardkey_domain::message::Channel;
use wardkey_domain::op::{ActingAccount, Actor, Op};
use wardkey_store::directory::{BulkRow, StoredBulkChange};
use wardkey_store::{self as store, Tx};

use super::deed::Doing;
use crate::directory::changed_meanwhile;
use crate::{App, Error, Result};

/// How many rows are looked at in one transaction.
const CHECKED_AT_ONCE: u32 = 200;
/// How many are done in one transaction: the embedded engine lets nobody sign in meanwhile.
const DONE_AT_ONCE: u32 = 16;
/// Changes are forgotten after this long; the audit remembers what was done.
const MEMORY: Duration = Duration::from_secs(30 * 86_400);
/// How many rows are forgotten at once.
const FORGOTTEN_AT_ONCE: u32 = 2_000;

/// Deals with the next rows of the oldest change that is under way; says whether there may be more.
///
/// # Errors
/// When the store fails. What was dealt with is noted, and the next round goes on after it.
pub async fn work_on_bulk_changes(app: &App, op: &Op) -> Result<bool> {
    let mut tx = app.store().read().await?;
    let Some(next) = store::directory::next_bulk_change(&mut tx).await? else {
        return Ok(false);
    };
    drop(tx);
    let id = next.change.id;
    match part(app, op, id, rows_at_once(next.change.standing)).await {
        // Somebody has stopped it, or another node has worked on it: the next round sees what is left.
        Ok(()) => Ok(true),
        Err(Error::Unavailable { .. }) => Ok(false),
        // One row cannot be dealt with: the others are, each by itself.
        Err(_) => one_by_one(app, op, id, rows_at_once(next.change.standing)).await.map(|()| true),
    }
}

/// Forgets old changes; says whether there may be more.
///
/// # Errors
/// When the store fails.
pub async fn forget_bulk_changes(app: &App, op: &Op) -> Result<bool> {
    let mut tx = app.store().begin().await?;
    let gone = store::directory::delete_bulk_changes(&mut tx, op.now.minus(MEMORY), FORGOTTEN_AT_ONCE).await?;
    tx.commit().await?;
    Ok(gone >= u64::from(FORGOTTEN_AT_ONCE))
}

const fn rows_at_once(standing: BulkStanding) -> u32 {
    match standing {
        BulkStanding::Checking => CHECKED_AT_ONCE,
        _other => DONE_AT_ONCE,
    }
}

/// The rows that are to be dealt with in a step.
const fn wanted(standing: BulkStanding) -> Option<RowStanding> {
    match standing {
        BulkStanding::Checking => Some(RowStanding::Unchecked),
        BulkStanding::Running => Some(RowStanding::Ready),
        BulkStanding::Undoing => Some(RowStanding::Done),
        BulkStanding::Checked
        | BulkStanding::Waiting
        | BulkStanding::Done
        | BulkStanding::Undone
        | BulkStanding::Dropped => None,
    }
}

/// Deals with the next rows of a change in one transaction.
async fn part(app: &App, op: &Op, id: BulkChangeId, limit: u32) -> Result<()> {
    let mut tx = app.store().begin().await?;
    let mut step = match Step::load(&mut tx, op, id).await? {
        Found::Step(step) => step,
        Found::ActorGone(change) => return halt(tx, op, change).await,
        Found::Over => return Ok(()),
    };
    let rows = step.rows(&mut tx, limit).await?;
    if rows.is_empty() {
        return step.finish(tx, op).await;
    }
    for row in rows {
        step.deal_with(app, &mut tx, row).await?;
    }
    step.save(app, tx).await
}

/// Deals with the next rows, each in a transaction of its own. One that cannot be dealt with is noted as that.
async fn one_by_one(app: &App, op: &Op, id: BulkChangeId, rows: u32) -> Result<()> {
    for _ in 0..rows {
        let failed = match part(app, op, id, 1).await {
            Ok(()) => continue,
            Err(error @ Error::Unavailable { .. }) => return Err(error),
            Err(error) => error,
        };
        let why = match &failed {
            Error::Conflict(why) | Error::Forbidden(why) => why.clone(),
            other => {
                tracing::error!(change = %id, error = other as &dyn std::error::Error, "failed to change an account");
                "Something went wrong here. Do it on the page of the person, or ask again.".to_owned()
            }
        };
        let mut tx = app.store().begin().await?;
        let Found::Step(mut step) = Step::load(&mut tx, op, id).await? else { return Ok(()) };
        if let Some(row) = step.rows(&mut tx, 1).await?.pop() {
            step.give_up(&mut tx, row, why).await?;
            step.save(app, tx).await?;
        }
    }
    Ok(())
}

/// A change in the step that is under way, and in whose name.
struct Step {
    stored: StoredBulkChange,
    wanted: RowStanding,
    destination: Option<Organisation>,
    op: Op,
}

/// What there is to do.
enum Found {
    Step(Box<Step>),
    /// Whoever wanted it may not sign in any more.
    ActorGone(BulkChange),
    /// The change is not under way any more.
    Over,
}

impl Step {
    async fn load(tx: &mut Tx, op: &Op, id: BulkChangeId) -> Result<Found> {
        let Some(stored) = store::directory::find_bulk_change(tx, id).await? else { return Ok(Found::Over) };
        let Some(wanted) = wanted(stored.change.standing) else { return Ok(Found::Over) };
        let Some(acting) = acting(tx, op, &stored.change).await? else {
            return Ok(Found::ActorGone(stored.change));
        };
        let destination = match stored.change.destination {
            Some(id) => store::directory::find_organisation(tx, id).await?,
            None => None,
        };
        Ok(Found::Step(Box::new(Self { stored, wanted, destination, op: acting })))
    }

    async fn rows(&self, tx: &mut Tx, limit: u32) -> Result<Vec<BulkRow>> {
        let BulkChange { id, line, .. } = self.stored.change;
        Ok(store::directory::list_bulk_rows(tx, id, self.wanted, line, limit).await?)
    }

    async fn deal_with(&mut self, app: &App, tx: &mut Tx, mut row: BulkRow) -> Result<()> {
        let doing = Doing { app, op: &self.op, stored: &self.stored, destination: self.destination.as_ref() };
        let row = match self.stored.change.standing {
            BulkStanding::Running => doing.carry_out(tx, row).await?,
            BulkStanding::Undoing => doing.undo(tx, row).await?,
            _checking => {
                if row.account.is_none()
                    && let Ok(address) = AccountAddress::parse(&row.typed)
                {
                    let found = store::directory::find_account_by_address(tx, &address).await?;
                    row.account = found.map(|account| account.id);
                }
                doing.check(tx, row).await?
            }
        };
        self.note(tx, row).await
    }

    async fn give_up(&mut self, tx: &mut Tx, row: BulkRow, why: String) -> Result<()> {
        let standing = match self.stored.change.standing {
            BulkStanding::Checking => RowStanding::Refused,
            BulkStanding::Undoing => RowStanding::Kept,
            _running => RowStanding::Failed,
        };
        self.note(tx, BulkRow { standing, why: Some(why), ..row }).await
    }

    async fn note(&mut self, tx: &mut Tx, row: BulkRow) -> Result<()> {
        store::directory::save_bulk_row(tx, self.stored.change.id, &row).await?;
        self.stored.change.counts.note(self.wanted, row.standing);
        self.stored.change.line = row.line;
        Ok(())
    }

    /// Saves how far it is, unless somebody has stopped it meanwhile: then nothing of this part was done.
    async fn save(self, app: &App, mut tx: Tx) -> Result<()> {
        if !store::directory::save_bulk_change(&mut tx, &self.stored.change).await? {
            return Ok(());
        }
        tx.commit().await?;
        app.wake().ring(Channel::Mail);
        Ok(())
    }

    async fn finish(self, mut tx: Tx, op: &Op) -> Result<()> {
        let step = self.stored.change.standing;
        let change = self.stored.change.finish_step(op.now);
        if !store::directory::save_bulk_change(&mut tx, &change).await? {
            return Ok(());
        }
        let (done, failed) = match step {
            BulkStanding::Undoing => (change.counts.undone, change.counts.kept),
            _other => (change.counts.done, change.counts.failed),
        };
        if step != BulkStanding::Checking {
            let organisation = change.organisation;
            let event =
                Event::BulkChangeFinished { organisation, change: change.id, step: step.as_str().into(), done, failed };
            store::audit::append(&mut tx, &self.op, Some(organisation), event).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// Whoever has the step done, with the roles that they hold now; nobody when they may not sign in any more.
///
/// SECURITY: a change that was asked for is worth no more than whoever asked: what they lose meanwhile, it loses.
async fn acting(tx: &mut Tx, op: &Op, change: &BulkChange) -> Result<Option<Op>> {
    let actor = change.actor;
    let Some(account) = store::directory::find_account(tx, actor.account).await? else { return Ok(None) };
    let is_held = store::access::hold_of(tx, account.id).await?.opens().is_err();
    if account.may_sign_in().is_err() || is_held {
        return Ok(None);
    }
    let acting = ActingAccount {
        id: account.id,
        organisation: account.organisation,
        session: actor.session,
        roles: store::directory::list_account_roles(tx, account.id, op.now).await?,
        second_factor_at: actor.at,
        unrestricted_factor_at: None,
    };
    Ok(Some(op.acting_as(Actor::Account(acting))))
}

/// Ends a change whose actor may not sign in any more.
async fn halt(mut tx: Tx, op: &Op, change: BulkChange) -> Result<()> {
    let step = change.standing;
    let (id, organisation) = (change.id, change.organisation);
    let halted = match step {
        BulkStanding::Checking => change.discard()?,
        _other => change.finish_step(op.now),
    };
    if !store::directory::save_bulk_change(&mut tx, &halted).await? {
        return Err(changed_meanwhile());
    }
    let event = Event::BulkChangeHalted { organisation, change: id, step: "actor_gone".into() };
    store::audit::append(&mut tx, op, Some(organisation), event).await?;
    Ok(tx.commit().await?)
}
