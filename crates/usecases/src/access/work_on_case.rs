//! Working through the check-list of a compromised account [CMP-3].

use wardkey_domain::access::compromise::{CaseDeed, CompromiseCase, Point, QuarantineVerdict, Tick};
use wardkey_domain::audit::Event;
use wardkey_domain::credential::{Credential, Credentials};
use wardkey_domain::directory::Account;
use wardkey_domain::id::{CaseDeedId, CaseId, CredentialId};
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_store::access::NewCaseDeed;
use wardkey_store::{self as store, Tx};

use super::case_refused::refused;
use crate::credential::own;
use crate::directory::{Loaded, changed_meanwhile, load_to_change};
use crate::{App, Error, Result};

/// Notes that a point of the check-list is done. Whoever was first stays the one who did it.
///
/// # Errors
/// When the actor may not, the account is their own, the case is closed, or the point is not one to be said.
pub async fn tick_point(app: &App, op: &Op, id: CaseId, point: Point) -> Result<()> {
    let mut tx = app.store().begin().await?;
    let (case, Loaded { account, .. }) = load_case(app, &mut tx, op, Action::WorkOnCase, id).await?;
    let case = case.tick(account.kind, point, tick(op)).map_err(|why| refused(&why))?;
    if case.check_list.tick(point) != Some(tick(op)) {
        return Ok(());
    }
    save(app, &mut tx, op, &case, CaseDeed::Ticked { point }).await?;
    let event = Event::CasePointTicked { account: account.id, case: id, point: point.as_str().into() };
    store::audit::append(&mut tx, op, Some(account.organisation), event).await?;
    tx.commit().await?;
    Ok(())
}

/// Decides of a quarantined factor whether it is the person's own.
///
/// # Errors
/// When the actor may not, the account is their own, the case is closed, or somebody else has decided otherwise.
pub async fn decide_factor(
    app: &App,
    op: &Op,
    id: CaseId,
    factor: CredentialId,
    verdict: QuarantineVerdict,
) -> Result<()> {
    let mut tx = app.store().begin().await?;
    let (case, Loaded { account, .. }) = load_case(app, &mut tx, op, Action::WorkOnCase, id).await?;
    let quarantine = store::access::list_quarantine(&mut tx, id).await?;
    let found = quarantine.into_iter().find(|one| one.credential == factor).ok_or(Error::NotFound("factor"))?;
    match found.decided {
        Some((before, ..)) if before == verdict => return Ok(()),
        Some(_) => return Err(Error::Conflict("Somebody else has decided this. Look again.".to_owned())),
        None => {}
    }
    let case = case.decide(tick(op)).map_err(|why| refused(&why))?;
    let by = op.account().map(|actor| actor.id);
    if !store::access::decide_quarantine(&mut tx, id, factor, verdict, by, op.now).await? {
        return Err(changed_meanwhile());
    }
    let credential = store::credential::find_credential(&mut tx, factor).await?.ok_or(Error::NotFound("factor"))?;
    if verdict == QuarantineVerdict::Removed {
        remove(app, &mut tx, op, &account, &credential).await?;
    }
    save(app, &mut tx, op, &case, CaseDeed::Decided { credential: factor, verdict }).await?;
    let event = Event::QuarantineDecided {
        account: account.id,
        case: id,
        credential: factor,
        factor: credential.kind.as_str().into(),
        verdict: verdict.as_str().into(),
    };
    store::audit::append(&mut tx, op, Some(account.organisation), event).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(())
}

/// Removes a factor that is not the person's own, be it the last, and tells them.
async fn remove(app: &App, tx: &mut Tx, op: &Op, account: &Account, credential: &Credential) -> Result<()> {
    let held = Credentials::new(store::credential::list_credentials(tx, account.id).await?);
    let removal = held.take_out(credential.id, op.now).map_err(|_| Error::NotFound("factor"))?;
    // Before its number is gone.
    own::tell(app, tx, op, MessageKind::FactorRemoved, &removal.removed).await?;
    for changed in [Some(&removal.removed), removal.promoted.as_ref()].into_iter().flatten() {
        if !store::credential::save_credential(tx, changed).await? {
            return Err(changed_meanwhile());
        }
    }
    Ok(())
}

/// The case, and the account that it is about, if the actor may do `action` to that; nobody else changes either until the
/// transaction ends.
pub(super) async fn load_case(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    action: Action,
    id: CaseId,
) -> Result<(CompromiseCase, Loaded)> {
    let case = store::access::find_case(tx, id).await?.ok_or(NO_CASE)?;
    let loaded = match load_to_change(app, tx, op, action, case.account).await {
        // SECURITY: a case of an account that the actor may not see is none.
        Err(Error::NotFound(_)) => return Err(NO_CASE),
        other => other?,
    };
    store::credential::lock_credentials(tx, case.account, loaded.account.organisation).await?;
    let account = store::directory::find_account(tx, case.account).await?.ok_or(NO_CASE)?;
    let case = store::access::find_case(tx, id).await?.ok_or(NO_CASE)?;
    Ok((case, Loaded { account, ..loaded }))
}

pub(super) const NO_CASE: Error = Error::NotFound("case");

/// Who acts, now.
pub(super) fn tick(op: &Op) -> Tick {
    Tick { by: op.account().map(|actor| actor.id), at: op.now }
}

/// Saves the case with what was done in it.
pub(super) async fn save(app: &App, tx: &mut Tx, op: &Op, case: &CompromiseCase, deed: CaseDeed) -> Result<()> {
    if !store::access::save_case(tx, case).await? {
        return Err(changed_meanwhile());
    }
    let id = CaseDeedId::new(op.now, app.id_entropy());
    let deed = NewCaseDeed { id, deed, by: op.account().map(|actor| actor.id), reason: None };
    Ok(store::access::insert_case_deed(tx, case, &deed, op.now).await?)
}
