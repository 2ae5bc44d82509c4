//! Seeing an account: everything that whoever looks after it needs to know, and no secret.

use std::time::Duration;

use wardkey_domain::access::MFA_ENABLED;
use wardkey_domain::credential::{Credentials, PasswordStanding};
use wardkey_domain::directory::{Account, AccountAddress, Organisation, RoleGrant};
use wardkey_domain::id::AccountId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::time::Timestamp;
use wardkey_store as store;
use wardkey_store::credential::{PassFacts, RecoveryFacts, StoredToken};

use super::target::{load, load_to_change};
use crate::access::{HeldFacts, held_facts};
use crate::audit::SignInRecord;
use crate::credential::{HeldCredential, held};
use crate::signin::barred_factors;
use crate::{App, Error, Result};

/// What is known about an account.
#[derive(Clone, Debug)]
pub struct AccountFacts {
    /// The account.
    pub account: Account,
    /// The organisation it belongs to.
    pub organisation: Organisation,
    /// The roles it holds.
    pub roles: Vec<HeldRole>,
    /// Its password, if it has one.
    pub password: Option<PasswordFacts>,
    /// What holds it, if somebody else had it.
    pub held: Option<HeldFacts>,
    /// Whether an activation code is waiting to be used.
    pub has_activation: bool,
    /// The last temporary access pass that it was given, if that is not long ago.
    pub pass: Option<GivenPass>,
    /// The recovery codes that it has made.
    pub recovery: Option<RecoveryFacts>,
    /// The hardware tokens that were assigned to it.
    pub tokens: Vec<StoredToken>,
    /// Its second factors, oldest first.
    pub credentials: Vec<HeldCredential>,
    /// Whether an administrator has it prompted at each sign-in [CA-6].
    pub is_mfa_enabled: bool,
    /// How many sessions it has open.
    pub sessions: usize,
    /// Its last sign-ins, newest first.
    pub sign_ins: Vec<SignInRecord>,
    /// What the actor may do to it.
    pub permitted: Vec<Action>,
}

/// What may be known about a temporary access pass: never the code [ADM-14].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenPass {
    /// From when on it is good.
    pub starts_at: Timestamp,
    /// From when on it is not.
    pub expires_at: Timestamp,
    /// Whether it can be used several times.
    pub multi_use: bool,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
    /// When it ended before its time.
    pub ended_at: Option<Timestamp>,
    /// Whether it is good, will be, or has opened an enrolment that may still go on.
    pub can_be_withdrawn: bool,
}

impl GivenPass {
    fn of(facts: &PassFacts, enrolment: Duration, now: Timestamp) -> Self {
        let PassFacts { starts_at, expires_at, multi_use, used_at, ended_at, .. } = *facts;
        let is_open = ended_at.is_none() && now < expires_at;
        let may_enrol = used_at.is_some_and(|at| ended_at == Some(at) && now < at.plus(enrolment));
        Self { starts_at, expires_at, multi_use, used_at, ended_at, can_be_withdrawn: is_open || may_enrol }
    }
}

/// A role, and the name of the organisation that it is held for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRole {
    /// The role.
    pub grant: RoleGrant,
    /// The organisation's name.
    pub organisation: String,
    /// Whether the actor may take it away.
    pub may_take: bool,
}

/// What may be known about a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordFacts {
    /// When it was set.
    pub set_at: Timestamp,
    /// What it is good for now.
    pub standing: PasswordStanding,
}

/// Everything about an account that the actor may see.
///
/// # Errors
/// Not found when there is no such account, or the actor may not see it.
pub async fn see_account(app: &App, op: &Op, id: AccountId) -> Result<AccountFacts> {
    let mut tx = app.store().read().await?;
    let loaded = load(&mut tx, op, Action::SeeAccount, id).await?;
    let organisation = store::directory::find_organisation(&mut tx, loaded.account.organisation)
        .await?
        .ok_or_else(|| Error::fault("find the organisation of an account"))?;
    let mut roles = Vec::new();
    for grant in &loaded.roles {
        let held_for = store::directory::find_organisation(&mut tx, grant.organisation).await?;
        let name = held_for.map_or_else(String::new, |organisation| organisation.name);
        let may_take = op.require_appointment(Action::RevokeRole, grant.role, &grant.path, &loaded.target()).is_ok();
        roles.push(HeldRole { grant: grant.clone(), organisation: name, may_take });
    }
    let password = store::credential::password(&mut tx, id).await?.map(|stored| PasswordFacts {
        set_at: stored.set_at,
        standing: PasswordStanding::of(&app.settings().password, stored.set_at, stored.must_change, op.now),
    });
    let hold = held_facts(&mut tx, id).await?;
    let has_activation = store::credential::has_activation(&mut tx, id, op.now).await?;
    let pass = store::credential::find_pass_facts(&mut tx, id).await?;
    let recovery = store::credential::find_recovery_facts(&mut tx, id).await?;
    let tokens = store::credential::list_tokens(&mut tx, id).await?;
    let enrolment = app.settings().signin.enrolment_lifetime;
    let pass = pass.map(|facts| GivenPass::of(&facts, enrolment, op.now));
    let credentials = Credentials::new(store::credential::list_credentials(&mut tx, id).await?).into_vec();
    let held_roles: Vec<_> = loaded.roles.iter().map(|grant| grant.role).collect();
    let barred = barred_factors(app, &mut tx, loaded.account.organisation, &held_roles).await?;
    let credentials = held(app, &mut tx, &credentials, &barred).await?;
    let sessions = store::session::list_sessions(&mut tx, id, op.now).await?.len();
    let is_mfa_enabled = store::access::groups_of(&mut tx, id).await?.contains(&MFA_ENABLED);
    drop(tx);
    let permitted = CHANGES.iter().copied().filter(|action| op.require(*action, &loaded.target()).is_ok()).collect();
    let sign_ins = crate::audit::account_sign_ins(app, op, id, None).await?;
    let account = loaded.account;
    Ok(AccountFacts {
        account,
        organisation,
        roles,
        password,
        held: hold,
        has_activation,
        pass,
        recovery,
        tokens,
        credentials,
        is_mfa_enabled,
        sessions,
        sign_ins,
        permitted,
    })
}

/// What a page about an account offers.
const CHANGES: &[Action] = &[
    Action::ResetPassword,
    Action::ReEnrol,
    Action::EnableMfa,
    Action::ReturnToBaseline,
    Action::IssuePass,
    Action::RegisterKey,
    Action::AssignToken,
    Action::GrantShortException,
    Action::RequestLongException,
    Action::PostponeDefaultOn,
    Action::DisableAccount,
    Action::EnableAccount,
    Action::EndSessions,
    Action::MarkCompromised,
    Action::GrantRole,
    Action::RevokeRole,
];

/// The account with this address, if the actor may see it.
///
/// # Errors
/// Not found when there is no such account, or the actor may not see it.
pub async fn account_at(app: &App, op: &Op, address: &AccountAddress) -> Result<Account> {
    let mut tx = app.store().read().await?;
    let found = store::directory::find_account_by_address(&mut tx, address).await?;
    let id = found.ok_or(Error::NotFound("account"))?.id;
    Ok(load(&mut tx, op, Action::SeeAccount, id).await?.account)
}

/// The account, if the actor may do `action` to it now: what a page asks before it asks for a reason.
///
/// # Errors
/// Not found when the actor may not see it, otherwise why not; a fresh second factor may be needed first [SES-8].
pub async fn account_to_change(app: &App, op: &Op, action: Action, id: AccountId) -> Result<Account> {
    let mut tx = app.store().read().await?;
    Ok(load_to_change(app, &mut tx, op, action, id).await?.account)
}
