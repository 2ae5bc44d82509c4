//! Seeing the cases of compromised accounts.

use wardkey_domain::access::Hold;
use wardkey_domain::access::compromise::{CompromiseCase, QuarantineVerdict};
use wardkey_domain::credential::Credentials;
use wardkey_domain::directory::Account;
use wardkey_domain::factor::definition;
use wardkey_domain::id::{AccountId, CaseId};
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Extent};
use wardkey_domain::time::Timestamp;
use wardkey_store::access::{ListedCase, StoredCaseDeed, WhichCases};
use wardkey_store::{self as store, Tx};

use super::work_on_case::NO_CASE;
use crate::credential::{HeldCredential, held};
use crate::directory::load;
use crate::signin::{barred_factors, roles_of};
use crate::{App, Error, Result};

/// What holds an account, as pages say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldFacts {
    /// How it is held.
    pub hold: Hold,
    /// Since when.
    pub since: Timestamp,
    /// The case in which that was done.
    pub case: CaseId,
    /// What people call that.
    pub number: i64,
}

/// A case, with everything that whoever works on it needs to know.
#[derive(Clone, Debug)]
pub struct CaseFacts {
    /// The case.
    pub case: CompromiseCase,
    /// The account that it is about.
    pub account: Account,
    /// The name of the organisation that it belongs to.
    pub organisation: String,
    /// What holds the account now: perhaps a later case.
    pub held: Option<HeldFacts>,
    /// The factors that were quarantined.
    pub quarantined: Vec<QuarantinedFactor>,
    /// The second factors that its owner can use now.
    pub own: Vec<HeldCredential>,
    /// What was done, the oldest first.
    pub deeds: Vec<StoredCaseDeed>,
    /// The names of those who have ticked points, by their accounts.
    pub names: Vec<(AccountId, String)>,
    /// The request to lift the pin, if one waits.
    pub lift: Option<LiftFacts>,
    /// What the actor may do with it.
    pub permitted: Vec<Action>,
}

/// A factor that was quarantined in a case.
#[derive(Clone, Debug)]
pub struct QuarantinedFactor {
    /// The factor.
    pub held: HeldCredential,
    /// What was decided of it, when, and by whom.
    pub decided: Option<(QuarantineVerdict, Timestamp, Option<String>)>,
}

/// A request to lift a pin that waits to be confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiftFacts {
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// From when on it is worth nothing.
    pub expires_at: Timestamp,
    /// Whether the actor asked.
    pub is_own: bool,
}

/// One page of cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedCases {
    /// The cases, the newest first.
    pub cases: Vec<ListedCase>,
    /// What to pass as `before` for the next page, if there is one.
    pub next: Option<i64>,
}

const PAGE: u32 = 20;

/// More deeds than a case ever has.
const MOST_DEEDS: u32 = 500;

/// Whether the actor works on any cases.
pub fn may_see_cases(op: &Op) -> bool {
    op.extent(Action::WorkOnCase) != Extent::Nothing
}

/// The cases that the actor works on, page by page.
///
/// # Errors
/// When they work on none.
pub async fn list_cases(app: &App, op: &Op, which: WhichCases, before: Option<i64>) -> Result<ListedCases> {
    let extent = op.extent(Action::WorkOnCase);
    if extent == Extent::Nothing {
        return Err(Error::NotFound("page"));
    }
    let mut tx = app.store().read().await?;
    let mut cases = store::access::list_cases(&mut tx, &extent, which, before, PAGE + 1).await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = cases.len() > page;
    cases.truncate(page);
    let next = cases.last().filter(|_| more).map(|last| last.case.number);
    Ok(ListedCases { cases, next })
}

/// Everything about a case.
///
/// # Errors
/// Not found when there is no such case, or the actor works on none of that organisation.
pub async fn see_case(app: &App, op: &Op, id: CaseId) -> Result<CaseFacts> {
    let mut tx = app.store().read().await?;
    let case = store::access::find_case(&mut tx, id).await?.ok_or(NO_CASE)?;
    let loaded = load(&mut tx, op, Action::SeeAccount, case.account).await.map_err(|_| NO_CASE)?;
    // Also of an account with more rights than the actor's: they see it, and cannot act.
    if !op.extent(Action::WorkOnCase).covers(&loaded.account.path) {
        return Err(NO_CASE);
    }
    let actions = [Action::WorkOnCase, Action::RestoreAccount, Action::LiftPin, Action::MarkCompromised];
    let permitted = actions.into_iter().filter(|action| op.require(*action, &loaded.target()).is_ok()).collect();
    let account = loaded.account;
    let organisation = store::directory::find_organisation(&mut tx, account.organisation).await?;
    Ok(CaseFacts {
        organisation: organisation.map(|organisation| organisation.name).unwrap_or_default(),
        held: held_facts(&mut tx, account.id).await?,
        quarantined: quarantined(app, &mut tx, id).await?,
        own: own_factors(app, &mut tx, op, &account).await?,
        deeds: store::access::list_case_deeds(&mut tx, id, MOST_DEEDS).await?,
        names: names(&mut tx, &case).await?,
        lift: lift(&mut tx, op, &account).await?,
        permitted,
        account,
        case,
    })
}

/// What holds an account, for its page.
pub(crate) async fn held_facts(tx: &mut Tx, account: AccountId) -> Result<Option<HeldFacts>> {
    let Some(held) = store::access::find_hold(tx, account).await? else { return Ok(None) };
    let case = store::access::find_case(tx, held.case).await?;
    let case = case.ok_or_else(|| Error::fault("find the case of an account that is held"))?;
    Ok(Some(HeldFacts { hold: held.hold, since: held.since, case: case.id, number: case.number }))
}

/// The second factors of an account that its owner can use now, and that are enough beside a password (S3).
pub(super) async fn own_factors(app: &App, tx: &mut Tx, op: &Op, account: &Account) -> Result<Vec<HeldCredential>> {
    let roles = roles_of(tx, op, account.id).await?;
    let barred = barred_factors(app, tx, account.organisation, &roles).await?;
    let credentials = Credentials::new(store::credential::list_credentials(tx, account.id).await?).into_vec();
    let mut own = held(app, tx, &credentials, &barred).await?;
    let core = &app.settings().signin.core;
    own.retain(|held| {
        let kind = held.credential.kind;
        held.unusable.is_none() && definition(kind).is_second_factor() && core.contains(kind)
    });
    Ok(own)
}

async fn quarantined(app: &App, tx: &mut Tx, case: CaseId) -> Result<Vec<QuarantinedFactor>> {
    let mut factors = Vec::new();
    for stored in store::access::list_quarantine(tx, case).await? {
        let Some(credential) = store::credential::find_credential(tx, stored.credential).await? else { continue };
        let decided = match stored.decided {
            Some((verdict, at, by)) => Some((verdict, at, name_of(tx, by).await?)),
            None => None,
        };
        let shown = held(app, tx, std::slice::from_ref(&credential), &[]).await?;
        factors.extend(shown.into_iter().map(|held| QuarantinedFactor { held, decided: decided.clone() }));
    }
    Ok(factors)
}

async fn names(tx: &mut Tx, case: &CompromiseCase) -> Result<Vec<(AccountId, String)>> {
    let ticks =
        wardkey_domain::access::compromise::Point::ALL.into_iter().filter_map(|point| case.check_list.tick(point));
    let mut accounts: Vec<_> = ticks.filter_map(|tick| tick.by).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let mut names = Vec::new();
    for account in accounts {
        names.extend(name_of(tx, Some(account)).await?.map(|name| (account, name)));
    }
    Ok(names)
}

async fn lift(tx: &mut Tx, op: &Op, account: &Account) -> Result<Option<LiftFacts>> {
    let request = store::access::find_lift(tx, account.id).await?.filter(|request| request.is_open(op.now));
    let Some(request) = request else { return Ok(None) };
    Ok(Some(LiftFacts {
        asked_by: name_of(tx, Some(request.asked_by)).await?.unwrap_or_default(),
        asked_at: request.asked_at,
        expires_at: request.expires_at,
        is_own: op.account().is_some_and(|actor| actor.id == request.asked_by),
    }))
}

async fn name_of(tx: &mut Tx, account: Option<AccountId>) -> Result<Option<String>> {
    let Some(account) = account else { return Ok(None) };
    Ok(store::directory::find_account(tx, account).await?.map(|account| account.display_name))
}
