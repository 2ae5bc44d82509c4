//! The question that every use case asks before it decides.

use super::matrix::{allows, contains, may_appoint};
use super::{Action, Extent, Scope};
use crate::directory::{Account, OrganisationPath, Reach, Role, RoleGrant};
use crate::id::AccountId;
use crate::op::{ActingAccount, ActingApplication, Actor, Mandate, Op};
use crate::time::Timestamp;

/// What an action is done to.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The ancestry of the organisation that it belongs to.
    pub path: &'a OrganisationPath,
    /// The account, when it is one.
    pub account: Option<AccountId>,
    /// The roles which that account holds.
    pub roles: &'a [RoleGrant],
}

impl<'a> Target<'a> {
    /// An organisation, or something of it that is not an account.
    pub const fn organisation(path: &'a OrganisationPath) -> Self {
        Self { path, account: None, roles: &[] }
    }

    /// An account with the roles it holds.
    pub const fn account(account: &'a Account, roles: &'a [RoleGrant]) -> Self {
        Self { path: &account.path, account: Some(account.id), roles }
    }
}

/// Why an action is not permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The actor may not even know that the target exists.
    #[error("not found")]
    Unseen,
    /// The actor may see the target but not do this to it; the text may be shown.
    #[error("{0}")]
    Forbidden(&'static str),
}

const NOT_YOURSELF: Denied = Denied::Forbidden("you cannot do this to your own account; ask another administrator");
const MORE_PRIVILEGED: Denied = Denied::Forbidden("this account holds rights that you do not hold");
const NOT_IN_YOUR_ROLE: Denied = Denied::Forbidden("your role does not include this");
const NOT_IN_YOUR_SCOPES: Denied = Denied::Forbidden("the scopes of the access token do not include this");
const HOLDS_A_ROLE: Denied = Denied::Forbidden("this account holds a role, so a person has to do this");

impl Op {
    /// Permits `action` on `target`, or says why not.
    ///
    /// # Errors
    /// [`Denied::Unseen`] when the actor may not see the target at all, [`Denied::Forbidden`] otherwise.
    pub fn require(&self, action: Action, target: &Target<'_>) -> Result<(), Denied> {
        let actor = match &self.actor {
            Actor::Operator(_) | Actor::System(_) => return Ok(()),
            Actor::Anonymous => return Err(Denied::Unseen),
            Actor::Application(application) => return application.require(action, target, self.now),
            Actor::Account(actor) => actor,
        };
        if target.account == Some(actor.id) {
            if allows(Role::Staff, action, Scope::Oneself)
                || (action.only_looks() && holds(actor, action, target.path, self.now))
            {
                return Ok(());
            }
            return Err(NOT_YOURSELF);
        }
        if !holds(actor, action, target.path, self.now) {
            let sees = holds(actor, Action::SeeAccount, target.path, self.now);
            return Err(if sees { NOT_IN_YOUR_ROLE } else { Denied::Unseen });
        }
        // SECURITY: without this, resetting the password of somebody with more rights would be a way to gain them.
        if !action.only_looks() && !holds_all_rights_of(actor, target.roles, self.now) {
            return Err(MORE_PRIVILEGED);
        }
        Ok(())
    }

    /// Permits `action` on the whole service, such as adding an organisation at the top.
    ///
    /// # Errors
    /// Unless the actor holds a role that reaches everywhere and includes the action.
    pub fn require_everywhere(&self, action: Action) -> Result<(), Denied> {
        match self.extent(action) {
            Extent::Everything => Ok(()),
            Extent::Subtrees(_) => Err(match &self.actor {
                Actor::Application(_) => NOT_IN_YOUR_SCOPES,
                Actor::Anonymous | Actor::Account(_) | Actor::Operator(_) | Actor::System(_) => NOT_IN_YOUR_ROLE,
            }),
            Extent::Nothing => Err(Denied::Unseen),
        }
    }

    /// Permits giving or taking `role`, held for the organisation at `place`, to or from `target`.
    ///
    /// # Errors
    /// When [`require`](Self::require) refuses, or when the actor may not appoint to that role at that place.
    pub fn require_appointment(
        &self,
        action: Action,
        role: Role,
        place: &OrganisationPath,
        target: &Target<'_>,
    ) -> Result<(), Denied> {
        self.require(action, target)?;
        let actor = match &self.actor {
            Actor::Operator(_) | Actor::System(_) => return Ok(()),
            Actor::Anonymous => return Err(Denied::Unseen),
            Actor::Application(_) => return Err(NOT_IN_YOUR_SCOPES),
            Actor::Account(actor) => actor,
        };
        let reaches = |grant: &RoleGrant| match role.reach() {
            Reach::Oneself | Reach::Subtree => grant.covers(place),
            Reach::Everywhere => grant.role.reach() == Reach::Everywhere,
        };
        let appoints = current(&actor.roles, self.now).any(|grant| may_appoint(grant.role, role) && reaches(grant));
        if appoints { Ok(()) } else { Err(NOT_IN_YOUR_ROLE) }
    }

    /// The roles that the actor may give and take in some place.
    pub fn appoints(&self) -> Vec<Role> {
        let by = |role: Role| match &self.actor {
            Actor::Operator(_) | Actor::System(_) => role != Role::Staff,
            Actor::Anonymous | Actor::Application(_) => false,
            Actor::Account(actor) => current(&actor.roles, self.now).any(|grant| may_appoint(grant.role, role)),
        };
        Role::ALL.iter().copied().filter(|role| by(*role)).collect()
    }

    /// How much of the directory the actor may do `action` in.
    pub fn extent(&self, action: Action) -> Extent {
        let actor = match &self.actor {
            Actor::Operator(_) | Actor::System(_) => return Extent::Everything,
            Actor::Anonymous => return Extent::Nothing,
            Actor::Application(application) => {
                let mandate = application.mandate.as_ref().filter(|mandate| mandate.allows(action));
                return mandate.map_or(Extent::Nothing, |mandate| Extent::Subtrees(vec![mandate.path.clone()]));
            }
            Actor::Account(actor) => actor,
        };
        let mut subtrees = Vec::new();
        for grant in current(&actor.roles, self.now) {
            if !allows(grant.role, action, Scope::Within) {
                continue;
            }
            match grant.role.reach() {
                Reach::Everywhere => return Extent::Everything,
                Reach::Subtree => subtrees.push(grant.path.clone()),
                Reach::Oneself => {}
            }
        }
        if subtrees.is_empty() { Extent::Nothing } else { Extent::Subtrees(subtrees) }
    }
}

impl ActingApplication {
    fn require(&self, action: Action, target: &Target<'_>, now: Timestamp) -> Result<(), Denied> {
        let Some(mandate) = self.mandate.as_ref().filter(|mandate| mandate.path.covers(target.path)) else {
            return Err(Denied::Unseen);
        };
        if !mandate.allows(action) {
            return Err(if mandate.allows(Action::SeeAccount) { NOT_IN_YOUR_SCOPES } else { Denied::Unseen });
        }
        // SECURITY: an application is left alone with its secret for years; it must not be a way to lock those out who could
        // take it away.
        if !action.only_looks() && current(target.roles, now).any(|grant| grant.role != Role::Staff) {
            return Err(HOLDS_A_ROLE);
        }
        Ok(())
    }
}

impl Mandate {
    fn allows(&self, action: Action) -> bool {
        self.scopes.iter().any(|scope| scope.actions().contains(&action))
    }
}

/// Grants that still hold; a session may be older than the end of one.
fn current(roles: &[RoleGrant], now: Timestamp) -> impl Iterator<Item = &RoleGrant> {
    roles.iter().filter(move |grant| grant.is_current(now))
}

fn holds(actor: &ActingAccount, action: Action, path: &OrganisationPath, now: Timestamp) -> bool {
    current(&actor.roles, now).any(|grant| {
        let scope = if path.is_within(grant.organisation) { Scope::Within } else { Scope::Outside };
        grant.covers(path) && allows(grant.role, action, scope)
    })
}

fn holds_all_rights_of(actor: &ActingAccount, theirs: &[RoleGrant], now: Timestamp) -> bool {
    current(theirs, now).all(|their| {
        current(&actor.roles, now).any(|own| {
            contains(own.role, their.role) && (own.covers(&their.path) || their.role.reach() == Reach::Oneself)
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::id::{ApplicationId, OrganisationId, RequestId, RoleGrantId, SessionId};
    use crate::op::Origin;
    use crate::permission::ApiScope;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn organisation(n: u128) -> OrganisationId {
        OrganisationId::from_uuid(Uuid::from_u128(n))
    }

    fn account(n: u128) -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(1_000 + n))
    }

    /// Organisations 1 and 2 are roots; 3 and 4 lie below 1, 5 below 3, 6 below 2.
    fn place(n: u128) -> OrganisationPath {
        let parent = match n {
            3 | 4 => 1,
            5 => 3,
            6 => 2,
            _ => return OrganisationPath::root(organisation(n)),
        };
        place(parent).child(organisation(n)).unwrap()
    }

    fn grant(holder: u128, role: Role, at: u128) -> RoleGrant {
        RoleGrant {
            id: RoleGrantId::from_uuid(Uuid::from_u128(9)),
            account: account(holder),
            organisation: organisation(at),
            path: place(at),
            role,
            expires_at: None,
        }
    }

    fn op(roles: Vec<RoleGrant>) -> Op {
        let actor = ActingAccount {
            id: account(1),
            organisation: organisation(1),
            session: SessionId::from_uuid(Uuid::from_u128(3)),
            roles,
            second_factor_at: NOW,
            unrestricted_factor_at: None,
        };
        let request = RequestId::from_uuid(Uuid::from_u128(4));
        Op { now: NOW, actor: Actor::Account(actor), origin: Origin::default(), request }
    }

    fn check(own: &[(Role, u128)], action: Action, target: (u128, u128, &[(Role, u128)]), expected: &str) {
        let op = op(own.iter().map(|(role, at)| grant(1, *role, *at)).collect());
        let (who, at, theirs) = target;
        let roles: Vec<_> = theirs.iter().map(|(role, at)| grant(who, *role, *at)).collect();
        let path = place(at);
        let outcome = match op.require(action, &Target { path: &path, account: Some(account(who)), roles: &roles }) {
            Ok(()) => "permitted",
            Err(Denied::Unseen) => "unseen",
            Err(why) if why == NOT_YOURSELF => "yourself",
            Err(why) if why == MORE_PRIVILEGED => "more privileged",
            Err(Denied::Forbidden(_)) => "not in role",
        };
        assert_eq!(outcome, expected, "{own:?} {action:?} {target:?}");
    }

    #[test]
    fn a_role_reaches_its_own_subtree() {
        let administrator = [(Role::LocalAdministrator, 3)];
        check(&administrator, Action::ResetPassword, (2, 3, &[]), "permitted");
        check(&administrator, Action::ResetPassword, (2, 5, &[]), "permitted");
        check(&administrator, Action::ResetPassword, (2, 4, &[]), "unseen");
        check(&administrator, Action::ResetPassword, (2, 1, &[]), "unseen");
        check(&[(Role::NationalHelpDesk, 6)], Action::ResetPassword, (2, 4, &[]), "permitted");
        check(&[], Action::SeeAccount, (2, 1, &[]), "unseen");
        check(&[(Role::PracticeManager, 3)], Action::ResetPassword, (2, 3, &[]), "not in role");
    }

    #[test]
    fn nobody_administers_themself() {
        check(&[(Role::TenantAdministrator, 1)], Action::ResetPassword, (1, 1, &[]), "yourself");
        check(&[(Role::TenantAdministrator, 1)], Action::GrantRole, (1, 1, &[]), "yourself");
        check(&[(Role::TenantAdministrator, 1)], Action::SeeAccount, (1, 1, &[]), "permitted");
        check(&[], Action::ManageOwnCredentials, (1, 1, &[]), "permitted");
        check(&[(Role::TenantAdministrator, 1)], Action::ManageOwnCredentials, (2, 1, &[]), "not in role");
    }

    #[test]
    fn nobody_acts_on_somebody_with_more_rights() {
        let desk = [(Role::LocalHelpDesk, 1)];
        let administrator = [(Role::LocalAdministrator, 1)];
        check(&desk, Action::ReEnrol, (2, 3, &[(Role::LocalAdministrator, 3)]), "more privileged");
        check(&administrator, Action::ReEnrol, (2, 3, &[(Role::LocalHelpDesk, 3)]), "permitted");
        check(&administrator, Action::ReEnrol, (2, 3, &[(Role::LocalAdministrator, 3)]), "permitted");
        check(&administrator, Action::ReEnrol, (2, 3, &[(Role::PrimaryLocalAdministrator, 3)]), "more privileged");
        check(&administrator, Action::ReEnrol, (2, 3, &[(Role::LocalHelpDesk, 6)]), "more privileged");
        check(&administrator, Action::ReEnrol, (2, 3, &[(Role::TenantAdministrator, 3)]), "more privileged");
        check(&administrator, Action::SeeAccount, (2, 3, &[(Role::TenantAdministrator, 3)]), "permitted");
    }

    #[test]
    fn somebody_appoints_to_the_roles_of_the_matrix_and_no_others() {
        let appoints = |roles: &[Role]| op(roles.iter().map(|role| grant(1, *role, 3)).collect()).appoints();
        assert_eq!(appoints(&[Role::LocalAdministrator, Role::NationalHelpDesk]), []);
        let primary = appoints(&[Role::PrimaryLocalAdministrator]);
        assert!(primary.contains(&Role::LocalAdministrator) && !primary.contains(&Role::PrimaryLocalAdministrator));
        assert_eq!(appoints(&[Role::TenantAdministrator]).len(), Role::ALL.len() - 1);
        assert_eq!(op(Vec::new()).acting_as(Actor::Operator("root".to_owned())).appoints().len(), Role::ALL.len() - 1);
        assert_eq!(op(Vec::new()).acting_as(Actor::Anonymous).appoints(), []);
    }

    #[test]
    fn a_role_that_has_ended_permits_nothing() {
        let mut ended = grant(1, Role::LocalAdministrator, 1);
        ended.expires_at = Some(NOW);
        let op = op(vec![ended]);
        assert_eq!(op.require(Action::SeeAccount, &Target::organisation(&place(1))), Err(Denied::Unseen));
        assert_eq!(op.extent(Action::FindPeople), Extent::Nothing);
    }

    #[test]
    fn only_operators_and_national_roles_act_everywhere() {
        let anonymous = op(Vec::new()).acting_as(Actor::Anonymous);
        assert_eq!(anonymous.require(Action::SeeAccount, &Target::organisation(&place(1))), Err(Denied::Unseen));
        let operator = anonymous.acting_as(Actor::Operator("root".to_owned()));
        assert_eq!(operator.require_everywhere(Action::RotateKeys), Ok(()));
        assert_eq!(op(vec![grant(1, Role::TenantAdministrator, 2)]).require_everywhere(Action::RotateKeys), Ok(()));
        let local = op(vec![grant(1, Role::LocalAdministrator, 2)]);
        assert_eq!(local.require_everywhere(Action::ImportAccounts), Err(NOT_IN_YOUR_ROLE));
        assert_eq!(local.require_everywhere(Action::RotateKeys), Err(Denied::Unseen));
    }

    fn application(at: u128, scopes: &[ApiScope]) -> Op {
        let mandate = Mandate { path: place(at), scopes: scopes.to_vec() };
        let id = ApplicationId::from_uuid(Uuid::from_u128(7));
        op(Vec::new()).acting_as(Actor::Application(ActingApplication { id, mandate: Some(mandate) }))
    }

    #[test]
    fn an_application_acts_within_its_organisation_and_its_scopes() {
        let manages = application(3, &[ApiScope::ManagePeople]);
        let nobody: &[RoleGrant] = &[];
        let person = |at: u128, roles| (place(at), roles);
        let asked = |op: &Op, action, (path, roles): (OrganisationPath, &[RoleGrant])| {
            op.require(action, &Target { path: &path, account: Some(account(2)), roles })
        };
        assert_eq!(asked(&manages, Action::DisableAccount, person(5, nobody)), Ok(()));
        assert_eq!(asked(&manages, Action::DisableAccount, person(1, nobody)), Err(Denied::Unseen));
        assert_eq!(asked(&manages, Action::DisableAccount, person(4, nobody)), Err(Denied::Unseen));
        assert_eq!(asked(&manages, Action::ResetPassword, person(5, nobody)), Err(NOT_IN_YOUR_SCOPES));
        let helper = [grant(2, Role::PracticeManager, 5)];
        assert_eq!(asked(&manages, Action::DisableAccount, person(5, &helper)), Err(HOLDS_A_ROLE));
        assert_eq!(asked(&manages, Action::SeeAccount, person(5, &helper)), Ok(()));
        let mut ended = helper.clone();
        ended[0].expires_at = Some(NOW);
        assert_eq!(asked(&manages, Action::DisableAccount, person(5, &ended)), Ok(()));
        assert_eq!(manages.extent(Action::DisableAccount), Extent::Subtrees(vec![place(3)]));
        assert_eq!(manages.extent(Action::GrantRole), Extent::Nothing);
        assert_eq!(manages.require_everywhere(Action::DisableAccount), Err(NOT_IN_YOUR_SCOPES));
        assert_eq!(manages.appoints(), []);
        let figures = application(3, &[ApiScope::ReadReports]);
        assert_eq!(asked(&figures, Action::SeeAccount, person(5, nobody)), Err(Denied::Unseen));
    }

    #[test]
    fn an_application_without_a_mandate_may_do_nothing() {
        let acting = ActingApplication { id: ApplicationId::from_uuid(Uuid::from_u128(7)), mandate: None };
        let op = op(Vec::new()).acting_as(Actor::Application(acting));
        let path = place(1);
        for action in Action::ALL {
            assert_eq!(op.require(*action, &Target::organisation(&path)), Err(Denied::Unseen), "{action:?}");
            assert_eq!(op.extent(*action), Extent::Nothing, "{action:?}");
        }
        let target = Target::organisation(&path);
        assert!(op.require_appointment(Action::GrantRole, Role::LocalHelpDesk, &path, &target).is_err());
    }

    fn any_roles(holder: u128) -> impl Strategy<Value = Vec<RoleGrant>> {
        let one = (prop::sample::select(Role::ALL), 1_u128..=6).prop_map(move |(role, at)| grant(holder, role, at));
        prop::collection::vec(one, 0..4)
    }

    /// Every action that `theirs` permit somewhere is one that `own` permit there too, but for what only asks.
    fn no_more_rights(own: &[RoleGrant], theirs: &[RoleGrant]) -> bool {
        let own = op(own.to_vec());
        let theirs = op(theirs.to_vec());
        (1..=6).all(|at| {
            let path = place(at);
            let target = Target::organisation(&path);
            Action::ALL
                .iter()
                .filter(|action| !action.only_asks())
                .all(|action| theirs.require(*action, &target).is_err() || own.require(*action, &target).is_ok())
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn an_administrator_never_grants_a_right_they_do_not_hold(
            own in any_roles(1), theirs in any_roles(2), home in 1_u128..=6,
            role in prop::sample::select(Role::ALL), at in 1_u128..=6,
        ) {
            let home = place(home);
            let target = Target { path: &home, account: Some(account(2)), roles: &theirs };
            if op(own.clone()).require_appointment(Action::GrantRole, role, &place(at), &target).is_ok() {
                prop_assert!(no_more_rights(&own, &[grant(2, role, at)]));
            }
        }

        #[test]
        fn an_administrator_never_takes_over_an_account_with_more_rights(
            own in any_roles(1), theirs in any_roles(2), home in 1_u128..=6,
            action in prop::sample::select(Action::ALL),
        ) {
            let home = place(home);
            let target = Target { path: &home, account: Some(account(2)), roles: &theirs };
            if !action.only_looks() && op(own.clone()).require(action, &target).is_ok() {
                prop_assert!(no_more_rights(&own, &theirs));
            }
        }

        #[test]
        fn nothing_is_ever_permitted_outside_the_subtree(
            own in any_roles(1), home in 1_u128..=6, action in prop::sample::select(Action::ALL),
        ) {
            let path = place(home);
            let reaches = own.iter().any(|grant| grant.covers(&path));
            prop_assert!(reaches || op(own).require(action, &Target::organisation(&path)) == Err(Denied::Unseen));
        }

        #[test]
        fn an_application_never_appoints_and_never_changes_a_holder_of_a_role(
            at in 1_u128..=6, home in 1_u128..=6, theirs in any_roles(2),
            scopes in prop::collection::vec(prop::sample::select(ApiScope::ALL), 0..5),
            action in prop::sample::select(Action::ALL), role in prop::sample::select(Role::ALL),
        ) {
            let op = application(at, &scopes);
            let home = place(home);
            let target = Target { path: &home, account: Some(account(2)), roles: &theirs };
            if op.require(action, &target).is_ok() {
                prop_assert!(place(at).covers(&home));
                let holds = theirs.iter().any(|grant| grant.role != Role::Staff);
                prop_assert!(action.only_looks() || !holds);
            }
            prop_assert!(op.require_appointment(action, role, &home, &target).is_err());
        }
    }
}
