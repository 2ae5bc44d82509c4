//! Marking an account as compromised [CMP-1].

use wardkey_domain::access::compromise::{CaseDeed, CompromiseCase, NewCase, Tick, suspected_since};
use wardkey_domain::audit::{Event, Reason};
use wardkey_domain::directory::{Account, CannotChange, Change};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::{AccountId, CaseDeedId, CaseId};
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::session::EndedWhy;
use wardkey_domain::time::Timestamp;
use wardkey_store::access::NewCaseDeed;
use wardkey_store::{self as store, Tx};

use super::case::{HeldFacts, held_facts};
use super::case_refused::refused;
use crate::audit::reason;
use crate::credential::{PassEnd, end_pass, end_recovery_codes};
use crate::directory::{changed_meanwhile, end_everything, load_to_change};
use crate::message::{Notice, notify, tell_administrators};
use crate::{App, Error, FieldError, Result};

/// What somebody says who marks an account as compromised.
#[derive(Clone, Copy, Debug)]
pub struct Marking<'a> {
    /// What [`next_marking`] has drawn: a page that is sent twice marks once.
    pub id: CaseDeedId,
    /// From when on it may have been in the wrong hands; 7 days ago where nobody says.
    pub since: Option<Timestamp>,
    /// Why.
    pub why: &'a str,
}

/// An account that was marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marked {
    /// Its case.
    pub case: CaseId,
    /// What people call that.
    pub number: i64,
    /// Whether the case was open before.
    pub again: bool,
    /// How many factors were quarantined now.
    pub quarantined: usize,
}

/// What the next marking will be called: drawn for the page that asks why.
pub fn next_marking(app: &App, op: &Op) -> CaseDeedId {
    CaseDeedId::new(op.now, app.id_entropy())
}

/// The account, if the actor may mark it now, and what holds it already: what a page asks before it asks for a reason.
///
/// # Errors
/// Not found when the actor may not see it, otherwise why not; a fresh second factor may be needed first [SES-8].
pub async fn account_to_mark(app: &App, op: &Op, id: AccountId) -> Result<(Account, Option<HeldFacts>)> {
    let mut tx = app.store().read().await?;
    let account = load_to_change(app, &mut tx, op, Action::MarkCompromised, id).await?.account;
    Ok((account, held_facts(&mut tx, id).await?))
}

/// Marks an account as compromised: nobody gets in with it any more, by anything that it had, until its case is worked through.
///
/// It is switched off, its password is void, its sessions, grants, sign-ins in progress, passes, activation codes and recovery
/// codes end, and what was enrolled since the suspected time is quarantined. Marked again, its open case is added to.
///
/// # Errors
/// When the actor may not, it is their own account, there is no reason, or the suspected time lies in the future; `Conflict` for an
/// account that was deleted.
pub async fn mark_compromised(app: &App, op: &Op, id: AccountId, marking: Marking<'_>) -> Result<Marked> {
    let mut tx = app.store().begin().await?;
    let Some(marked) = mark_in(app, &mut tx, op, id, marking).await? else {
        return marked_before(&mut tx, id).await;
    };
    tx.commit().await?;
    after_marking(app);
    Ok(marked)
}

/// What follows once a marking is committed.
pub(crate) fn after_marking(app: &App) {
    app.wake().ring(Channel::Mail);
    metrics::counter!("wardkey_accounts_compromised_total").increment(1);
}

/// The same, in a transaction of the caller's, who calls [`after_marking`] when it is committed; nothing for a marking that was done
/// before.
pub(crate) async fn mark_in(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    id: AccountId,
    marking: Marking<'_>,
) -> Result<Option<Marked>> {
    let (reason, since) = checked(op, &marking)?;
    let loaded = load_to_change(app, tx, op, Action::MarkCompromised, id).await?;
    // SECURITY: of two at once the second sees what the first has done, and adds to that case.
    store::credential::lock_credentials(tx, id, loaded.account.organisation).await?;
    if store::access::has_case_deed(tx, marking.id).await? {
        return Ok(None);
    }
    let account = store::directory::find_account(tx, id).await?.ok_or(Error::NotFound("account"))?;
    let account = switch_off(tx, op, account, &reason).await?;
    end_ways_in(tx, op, &account, &reason).await?;
    let (case, marked) = open_or_add(app, tx, op, &account, since).await?;
    let (organisation, quarantined) = (account.organisation, u32::try_from(marked.quarantined).unwrap_or(u32::MAX));
    store::access::mark_account(tx, id, organisation, case.id, op.now).await?;
    store::access::delete_lift(tx, id).await?;
    let deed = CaseDeed::Marked { since, quarantined };
    let deed = NewCaseDeed { id: marking.id, deed, by: op.account().map(|actor| actor.id), reason: Some(&reason) };
    store::access::insert_case_deed(tx, &case, &deed, op.now).await?;
    let event = Event::AccountCompromised { account: id, case: case.id, since, quarantined, reason };
    store::audit::append(tx, op, Some(organisation), event).await?;
    notify(app, tx, op, Notice::new(MessageKind::AccountCompromised, id)).await?;
    let about_case = |to| Notice { case: Some(case.number), ..Notice::new(MessageKind::AccountCompromisedAdmin, to) };
    tell_administrators(app, tx, op, &account, about_case).await?;
    Ok(Some(marked))
}

/// All that is wrong at once.
fn checked(op: &Op, marking: &Marking<'_>) -> Result<(Reason, Timestamp)> {
    let since =
        suspected_since(marking.since, op.now).map_err(|why| FieldError { field: "date", message: why.to_string() });
    match (since, reason(marking.why)) {
        (Ok(since), Ok(reason)) => Ok((reason, since)),
        (Ok(_), Err(error)) => Err(error),
        (Err(since), Err(Error::Invalid(reason))) => {
            Err(Error::Invalid(std::iter::once(since).chain(reason).collect()))
        }
        (Err(since), Ok(_) | Err(_)) => Err(Error::Invalid(vec![since])),
    }
}

/// The answer to a page that is sent a second time.
async fn marked_before(tx: &mut Tx, account: AccountId) -> Result<Marked> {
    let held = store::access::find_hold(tx, account).await?.ok_or_else(changed_meanwhile)?;
    let case = store::access::find_case(tx, held.case).await?.ok_or_else(changed_meanwhile)?;
    Ok(Marked { case: case.id, number: case.number, again: true, quarantined: 0 })
}

/// Disables the account, unless it was already.
async fn switch_off(tx: &mut Tx, op: &Op, account: Account, reason: &Reason) -> Result<Account> {
    let from = account.status.name();
    let disabled = match account.clone().change(Change::Disable, op.now) {
        Ok(disabled) => disabled,
        Err(CannotChange::Already) => return Ok(account),
        Err(
            why @ (CannotChange::InTransition
            | CannotChange::NotActive
            | CannotChange::Deleted
            | CannotChange::NotDeleted
            | CannotChange::Gone),
        ) => return Err(why.into()),
    };
    if !store::directory::save_account(tx, &disabled).await? {
        return Err(changed_meanwhile());
    }
    let event = Event::AccountStatusChanged {
        account: account.id,
        from: from.as_str().into(),
        to: disabled.status.name().as_str().into(),
        reason: Some(reason.clone()),
    };
    store::audit::append(tx, op, Some(account.organisation), event).await?;
    Ok(disabled)
}

/// Ends everything by which somebody could get in, or go on.
async fn end_ways_in(tx: &mut Tx, op: &Op, account: &Account, reason: &Reason) -> Result<()> {
    let (id, of) = (account.id, (account.id, account.organisation));
    // The password first, as whoever sets one does: two that wait for each other would both fail.
    store::credential::void_password(tx, id).await?;
    end_everything(tx, op, account, EndedWhy::Compromised, Some(reason.clone())).await?;
    store::credential::delete_activations(tx, id).await?;
    let end = PassEnd { why: "compromised", reason: Some(reason.clone()), flow: None };
    end_pass(tx, op, of, end).await?;
    end_recovery_codes(tx, op, of, "compromised").await?;
    store::credential::delete_enrolments(tx, id).await?;
    store::credential::delete_bindings(tx, id).await?;
    for credential in store::credential::list_credentials(tx, id).await? {
        if credential.kind == FactorKind::Push {
            store::credential::take_back_push_requests(tx, credential.id, op.now).await?;
        }
    }
    Ok(())
}

/// Opens a case, or adds to the one that is open, and quarantines what belongs into it.
async fn open_or_add(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    account: &Account,
    since: Timestamp,
) -> Result<(CompromiseCase, Marked)> {
    let tick = Tick { by: op.account().map(|actor| actor.id), at: op.now };
    let open = store::access::find_open_case(tx, account.id).await?;
    let case = open.as_ref().map_or_else(|| CaseId::new(op.now, app.id_entropy()), |open| open.id);
    let quarantined = store::access::quarantine_since(tx, (account.id, case), since, op.now).await?.len();
    let count = u32::try_from(quarantined).unwrap_or(u32::MAX);
    let (again, saved, case) = match open {
        Some(open) => {
            let case = open.mark_again(since, count, tick).map_err(|why| refused(&why))?;
            (true, store::access::save_case(tx, &case).await?, case)
        }
        None => {
            let number = store::access::next_case_number(tx).await?;
            let (account, organisation) = (account.id, account.organisation);
            let new = NewCase { id: case, number, account, organisation, suspected_since: since, quarantined: count };
            let case = CompromiseCase::open(new, tick);
            (false, store::access::insert_case(tx, &case).await?, case)
        }
    };
    if !saved {
        return Err(changed_meanwhile());
    }
    let marked = Marked { case: case.id, number: case.number, again, quarantined };
    Ok((case, marked))
}
