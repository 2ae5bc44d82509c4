//! Lifting the pin of an account that was given back: one person asks, another confirms [CMP-2].

use wardkey_domain::access::Hold;
use wardkey_domain::access::compromise::{CaseDeed, LiftRequest, Lifter};
use wardkey_domain::audit::{Event, Reason};
use wardkey_domain::directory::Role;
use wardkey_domain::id::{AccountId, CaseDeedId, CaseId};
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_store::access::NewCaseDeed;
use wardkey_store::{self as store, Tx};

use super::case_refused::refused;
use crate::audit::reason;
use crate::directory::{Loaded, changed_meanwhile, load_to_change};
use crate::message::{Notice, notify};
use crate::{App, Error, Result};

/// Asks that the pin of an account be lifted. Somebody else has 24 hours to confirm it.
///
/// # Errors
/// When the actor may not, the account is their own, or there is no reason; `Conflict` when it is not pinned, or somebody has
/// asked already.
pub async fn ask_to_lift_pin(app: &App, op: &Op, id: AccountId, why: &str) -> Result<()> {
    let reason = reason(why)?;
    let mut tx = app.store().begin().await?;
    let (loaded, lifter, case) = load_pinned(app, &mut tx, op, id).await?;
    let organisation = loaded.account.organisation;
    let request = LiftRequest::ask(lifter, id, op.now);
    if !store::access::insert_lift(&mut tx, &request, organisation).await? {
        return Err(Error::Conflict("Somebody has asked for this already. Somebody else can confirm it.".to_owned()));
    }
    note(app, &mut tx, op, case, CaseDeed::LiftAsked, &reason).await?;
    let event = Event::PinLiftAsked { account: id, reason };
    store::audit::append(&mut tx, op, Some(organisation), event).await?;
    notify(app, &mut tx, op, Notice::new(MessageKind::PinLiftAsked, id)).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(())
}

/// Confirms that the pin of an account be lifted, and lifts it.
///
/// # Errors
/// When the actor may not, the account is their own, or there is no reason; `Conflict` when it is not pinned, nobody has asked, the
/// request has expired, it is the actor's own, or whoever asked may not any more.
pub async fn lift_pin(app: &App, op: &Op, id: AccountId, why: &str) -> Result<()> {
    let reason = reason(why)?;
    let mut tx = app.store().begin().await?;
    let (loaded, lifter, case) = load_pinned(app, &mut tx, op, id).await?;
    let organisation = loaded.account.organisation;
    let request = store::access::find_lift(&mut tx, id).await?;
    let request = request.ok_or_else(|| Error::Conflict("Nobody has asked for this. Ask first.".to_owned()))?;
    let asker = roles_of_asker(&mut tx, op, request.asked_by).await?;
    let lifted = request.confirm(lifter, asker.as_deref(), op.now).map_err(|why| refused(&why))?;
    let free = Hold::Pinned.lift(&lifted).map_err(|why| refused(&why))?;
    // SECURITY: of two at once one spends the request.
    if !store::access::take_lift(&mut tx, &request).await?
        || !store::access::save_hold(&mut tx, id, (Hold::Pinned, free), op.now).await?
    {
        return Err(changed_meanwhile());
    }
    note(app, &mut tx, op, case, CaseDeed::Lifted, &reason).await?;
    let event = Event::PinLifted { account: id, asked_by: request.asked_by, reason };
    store::audit::append(&mut tx, op, Some(organisation), event).await?;
    notify(app, &mut tx, op, Notice::new(MessageKind::PinLifted, id)).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(())
}

/// A pinned account, with the evidence that the actor may lift that, and its case.
async fn load_pinned(app: &App, tx: &mut Tx, op: &Op, id: AccountId) -> Result<(Loaded, Lifter, CaseId)> {
    let loaded = load_to_change(app, tx, op, Action::LiftPin, id).await?;
    let lifter = Lifter::of(op, &loaded.target())?;
    store::credential::lock_credentials(tx, id, loaded.account.organisation).await?;
    let held = store::access::find_hold(tx, id).await?.filter(|held| held.hold == Hold::Pinned);
    let held = held.ok_or_else(|| Error::Conflict("This account is not pinned.".to_owned()))?;
    Ok((loaded, lifter, held.case))
}

/// The roles that whoever asked holds now; nothing where they could not sign in.
async fn roles_of_asker(tx: &mut Tx, op: &Op, asker: AccountId) -> Result<Option<Vec<Role>>> {
    let Some(account) = store::directory::find_account(tx, asker).await? else { return Ok(None) };
    if account.may_sign_in().is_err() || store::access::hold_of(tx, asker).await?.opens().is_err() {
        return Ok(None);
    }
    let grants = store::directory::list_account_roles(tx, asker, op.now).await?;
    Ok(Some(grants.into_iter().map(|grant| grant.role).collect()))
}

async fn note(app: &App, tx: &mut Tx, op: &Op, case: CaseId, deed: CaseDeed, reason: &Reason) -> Result<()> {
    let case = store::access::find_case(tx, case).await?.ok_or_else(|| Error::fault("find the case of a pin"))?;
    let id = CaseDeedId::new(op.now, app.id_entropy());
    let new = NewCaseDeed { id, deed, by: op.account().map(|actor| actor.id), reason: Some(reason) };
    Ok(store::access::insert_case_deed(tx, &case, &new, op.now).await?)
}
