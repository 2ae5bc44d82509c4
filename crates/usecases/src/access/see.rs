//! What whoever looks after people sees of their exceptions.

use wardkey_domain::access::Hold;
use wardkey_domain::access::exception::{Postponement, Standing, UserException};
use wardkey_domain::directory::StatusName;
use wardkey_domain::id::{AccountId, ExceptionRequestId};
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Target};
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use super::candidate::Facts;
use crate::directory::{load, require_fresh_factor};
use crate::{App, Error, Result};

/// One exception, with names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenException {
    /// The exception.
    pub exception: UserException,
    /// Who asked for it.
    pub asked_by: Option<String>,
    /// Who gave it, or approved it.
    pub given_by: Option<String>,
    /// Who rejected it, took it back or withdrew it.
    pub settled_by: Option<String>,
}

/// One postponement, with names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenPostponement {
    /// The postponement.
    pub postponement: Postponement,
    /// Who gave it.
    pub given_by: Option<String>,
}

/// What stands for an account, and what the actor may do about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountExceptions {
    /// The exception that is in force.
    pub active: Option<SeenException>,
    /// Whether something stands against it, so that the person is asked all the same.
    pub without_effect: bool,
    /// The request that waits.
    pub waiting: Option<SeenException>,
    /// The last that is over, if that is not long ago.
    pub last: Option<SeenException>,
    /// The postponement that is in force.
    pub postponement: Option<SeenPostponement>,
    /// Whether an exception for a day is offered.
    pub may_give: bool,
    /// Whether asking for a long one is.
    pub may_request: bool,
    /// Whether ending what stands is.
    pub may_withdraw: bool,
    /// Whether taking back what waits is.
    pub may_take_back: bool,
    /// Whether giving more time to register is.
    pub may_postpone: bool,
    /// Whether ending that is.
    pub may_end_postponement: bool,
}

/// What stands for an account, as far as the actor may see it.
///
/// # Errors
/// Not found when there is no such account, or the actor may not see it.
pub async fn account_exceptions(app: &App, op: &Op, id: AccountId) -> Result<AccountExceptions> {
    let mut tx = app.store().read().await?;
    let loaded = load(&mut tx, op, Action::SeeAccount, id).await?;
    let facts = Facts::load(app, &mut tx, op, &loaded).await?;
    let permitted = |action| op.require(action, &loaded.target()).is_ok();
    let works = matches!(loaded.account.status.name(), StatusName::Active | StatusName::Leaver);
    let candidate = facts.candidate();
    let held = candidate.hold != Hold::None;
    let open = loaded.account.kind.may_sign_in() && works && !loaded.is_privileged() && !held;
    let active = facts.history.iter().find(|one| one.until(op.now).is_some());
    let waiting = facts.history.iter().find(|one| matches!(one.standing, Standing::Requested));
    let last = facts.history.iter().find(|one| over(one, op.now));
    let last_postponement = store::access::find_last_postponement(&mut tx, id).await?;
    let postponement = last_postponement.filter(|last| last.until(op.now).is_some());
    Ok(AccountExceptions {
        without_effect: candidate.privileged || held || candidate.factors.is_empty(),
        may_give: open && active.is_none() && permitted(Action::GrantShortException),
        may_request: open && waiting.is_none() && permitted(Action::RequestLongException),
        may_withdraw: active.is_some() && permitted(Action::GrantShortException),
        may_take_back: waiting.is_some() && permitted(Action::RequestLongException),
        may_postpone: open
            && app.settings().access.postpone.allowed
            && postponement.is_none()
            && permitted(Action::PostponeDefaultOn),
        may_end_postponement: postponement.is_some() && permitted(Action::PostponeDefaultOn),
        active: seen(&mut tx, active).await?,
        waiting: seen(&mut tx, waiting).await?,
        last: seen(&mut tx, last).await?,
        postponement: match postponement {
            Some(postponement) => {
                let given_by = name(&mut tx, postponement.given_by).await?;
                Some(SeenPostponement { postponement, given_by })
            }
            None => None,
        },
    })
}

/// Whether an exception is over, noted or not.
fn over(one: &UserException, now: Timestamp) -> bool {
    match &one.standing {
        Standing::Requested => false,
        Standing::Active(_) => one.until(now).is_none(),
        Standing::Rejected(_) | Standing::TakenBack(_) | Standing::Ended(..) => true,
    }
}

async fn seen(tx: &mut Tx, exception: Option<&UserException>) -> Result<Option<SeenException>> {
    let Some(exception) = exception else { return Ok(None) };
    let given_by = exception.standing.given().and_then(|given| given.by);
    let settled_by = exception.standing.settled().and_then(|settled| settled.by);
    Ok(Some(SeenException {
        asked_by: name(tx, exception.asked_by).await?,
        given_by: name(tx, given_by).await?,
        settled_by: name(tx, settled_by).await?,
        exception: exception.clone(),
    }))
}

/// What somebody who acted is called.
pub(super) async fn name(tx: &mut Tx, id: Option<AccountId>) -> Result<Option<String>> {
    let Some(id) = id else { return Ok(None) };
    Ok(store::directory::find_account(tx, id).await?.map(|account| account.display_name))
}

/// A request for long exceptions, as far as the actor may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenRequest {
    /// The request.
    pub id: ExceptionRequestId,
    /// The word of its reason.
    pub why: &'static str,
    /// What explains it.
    pub text: String,
    /// Who asked.
    pub asked_by: Option<String>,
    /// When.
    pub asked_at: Timestamp,
    /// The accounts that it is about.
    pub lines: Vec<RequestLine>,
    /// How many more it is about, which the actor does not look after.
    pub unseen: usize,
    /// Whether the actor may decide.
    pub may_decide: bool,
    /// Whether somebody else must, because the actor has asked for it.
    pub is_own: bool,
}

/// One account of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLine {
    /// The account.
    pub account: AccountId,
    /// What the person is called.
    pub display_name: String,
    /// The address of the account.
    pub address: String,
    /// What its organisation is called, with its code.
    pub organisation: String,
    /// How it stands.
    pub standing: Standing,
}

/// A request for long exceptions. Whoever may decide on it proves a second factor first [SES-8], so that what they type then is
/// not lost.
///
/// # Errors
/// Not found when there is no such request, or the actor looks after nobody in it; a fresh second factor may be needed first.
pub async fn see_exception_request(app: &App, op: &Op, id: ExceptionRequestId) -> Result<SeenRequest> {
    let mut tx = app.store().read().await?;
    let all = store::access::list_request(&mut tx, id).await?;
    let among: Vec<AccountId> = all.iter().map(|listed| listed.of.account).collect();
    let (count, mut lines, mut decides) = (all.len(), Vec::new(), false);
    let mut about = None;
    for listed in all {
        let account = store::directory::find_account(&mut tx, listed.of.account).await?;
        let Some(account) = account else { continue };
        let target = Target::account(&account, &[]);
        if op.require(Action::SeeAccount, &target).is_err() {
            continue;
        }
        let waits = matches!(listed.of.standing, Standing::Requested);
        decides |= waits && op.require(Action::ApproveLongException, &target).is_ok();
        lines.push(RequestLine {
            account: account.id,
            display_name: listed.display_name,
            address: listed.address,
            organisation: format!("{} ({})", listed.organisation, listed.ods_code),
            standing: listed.of.standing.clone(),
        });
        about.get_or_insert(listed.of);
    }
    let about = about.ok_or(Error::NotFound("request"))?;
    let own = op.account().map(|actor| actor.id) == about.asked_by;
    let may_decide = decides && !own && op.account().is_none_or(|actor| !among.contains(&actor.id));
    if may_decide {
        require_fresh_factor(app, op)?;
    }
    Ok(SeenRequest {
        id,
        why: about.ground.word(),
        text: about.ground.text().map_or_else(String::new, |text| text.as_str().to_owned()),
        asked_by: name(&mut tx, about.asked_by).await?,
        asked_at: about.asked_at,
        unseen: count.saturating_sub(lines.len()),
        lines,
        may_decide,
        is_own: own,
    })
}
