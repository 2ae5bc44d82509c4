//! Giving a compromised account back to its owner [CMP-3].

use wardkey_domain::access::compromise::{CannotRestore, CaseDeed};
use wardkey_domain::audit::Event;
use wardkey_domain::credential::ActivationPurpose;
use wardkey_domain::directory::{Account, Change};
use wardkey_domain::factor::password::PasswordHash;
use wardkey_domain::id::{CaseDeedId, CaseId};
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::secret::Secret;
use wardkey_store::access::NewCaseDeed;
use wardkey_store::{self as store, Tx};

use super::case::own_factors;
use super::case_refused::refused;
use super::work_on_case::{NO_CASE, load_case, tick};
use crate::audit::reason;
use crate::directory::{
    changed_meanwhile, issue_activation, load_to_change, put_temporary_password, temporary_password,
};
use crate::message::{Notice, notify};
use crate::{App, Error, Result};

/// An account that was given back.
#[derive(Debug)]
pub struct Restored {
    /// The account. It is pinned: it always proves two factors.
    pub account: Account,
    /// How its owner gets in; shown once.
    pub given: GivenBack,
}

/// How the owner of an account gets in again.
#[derive(Debug)]
pub enum GivenBack {
    /// With this temporary password and a second factor of theirs.
    Password(Secret<String>),
    /// With this activation code, by which they set a password and register a factor.
    Activation(Secret<String>),
    /// Not at all: nobody signs in with an account of this kind.
    Nothing,
}

/// Gives an account back to its owner when each point of its check-list is done. It is pinned from then on.
///
/// # Errors
/// When the actor may not, the account is their own, or there is no reason; `Conflict` while a point is open, and for an
/// application account, which is made anew [CMP-5].
pub async fn restore(app: &App, op: &Op, id: CaseId, why: &str) -> Result<Restored> {
    let reason = reason(why)?;
    // SECURITY: asked before anything is hashed, so that nobody without permission can fill the hashing queue.
    permit(app, op, id).await?;
    let (password, hash) = temporary_password(app).await?;

    let mut tx = app.store().begin().await?;
    let (case, loaded) = load_case(app, &mut tx, op, Action::RestoreAccount, id).await?;
    let account = loaded.account;
    let (closed, complete) = case.restore(account.kind, tick(op)).map_err(|why| in_the_way(&why))?;
    let hold = store::access::hold_of(&mut tx, account.id).await?;
    let pinned = hold.give_back(&complete).map_err(|why| refused(&why))?;
    if !store::access::save_hold(&mut tx, account.id, (hold, pinned), op.now).await?
        || !store::access::save_case(&mut tx, &closed).await?
    {
        return Err(changed_meanwhile());
    }
    let from = account.status.name();
    let account = account.change(Change::Enable, op.now)?;
    if !store::directory::save_account(&mut tx, &account).await? {
        return Err(changed_meanwhile());
    }
    let status = Event::AccountStatusChanged {
        account: account.id,
        from: from.as_str().into(),
        to: account.status.name().as_str().into(),
        reason: Some(reason.clone()),
    };
    store::audit::append(&mut tx, op, Some(account.organisation), status).await?;
    let given = give(app, &mut tx, op, &account, (password, &hash)).await?;
    let deed = CaseDeedId::new(op.now, app.id_entropy());
    let deed = NewCaseDeed { id: deed, deed: CaseDeed::Restored, by: tick(op).by, reason: Some(&reason) };
    store::access::insert_case_deed(&mut tx, &closed, &deed, op.now).await?;
    let event = Event::AccountRestored { account: account.id, case: id, reason };
    store::audit::append(&mut tx, op, Some(account.organisation), event).await?;
    notify(app, &mut tx, op, Notice::new(MessageKind::AccountRestored, account.id)).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(Restored { account, given })
}

async fn permit(app: &App, op: &Op, id: CaseId) -> Result<()> {
    let mut tx = app.store().read().await?;
    let case = store::access::find_case(&mut tx, id).await?.ok_or(NO_CASE)?;
    load_to_change(app, &mut tx, op, Action::RestoreAccount, case.account).await.map(drop)
}

/// Makes what the owner needs to get in.
async fn give(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    account: &Account,
    (password, hash): (Secret<String>, &PasswordHash),
) -> Result<GivenBack> {
    if !account.kind.may_sign_in() {
        return Ok(GivenBack::Nothing);
    }
    if !own_factors(app, tx, op, account).await?.is_empty() {
        put_temporary_password(app, tx, op, account, hash).await?;
        return Ok(GivenBack::Password(password));
    }
    // SECURITY: a password must never be enough to register a factor here; the code says who they are.
    store::credential::void_password(tx, account.id).await?;
    Ok(GivenBack::Activation(issue_activation(app, tx, op, account, ActivationPurpose::Reset, None).await?))
}

fn in_the_way(why: &CannotRestore) -> Error {
    match why {
        CannotRestore::Open(_) => Error::Conflict(
            "The check-list is not complete. Work through what is open first, then restore the account.".to_owned(),
        ),
        CannotRestore::Closed | CannotRestore::OwnAccount | CannotRestore::MakeNew => refused(why),
    }
}
