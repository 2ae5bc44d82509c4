//! The matrix: which role may do what, where. Change it here, then read the difference in `permission-matrix.txt`.

use std::fmt::Write;

use super::{Action, ApiScope, Scope};
use crate::directory::{Reach, Role};

/// Whether `role` may do `action` to a target in `scope` [requirements, section 15].
///
/// This is the bare matrix. [`Op::require`](crate::op::Op::require) adds the rules about more privileged targets.
pub const fn allows(role: Role, action: Action, scope: Scope) -> bool {
    match scope {
        Scope::Oneself => action.is_own() || (action.only_looks() && administers(role, action)),
        Scope::Within => administers(role, action),
        Scope::Outside => matches!(role.reach(), Reach::Everywhere) && administers(role, action),
    }
}

const fn administers(role: Role, action: Action) -> bool {
    use Role::{
        Assessor, LocalAdministrator, LocalHelpDesk, NationalHelpDesk, PracticeManager, PrimaryLocalAdministrator,
        SecurityAnalyst, Staff, TenantAdministrator,
    };
    match action {
        Action::ManageOwnCredentials | Action::ChangeOwnPassword | Action::ManageOwnSessions => false,
        Action::FindPeople | Action::SeeAccount | Action::SeeCoverage => !matches!(role, Staff),
        Action::SeePolicies => !matches!(role, Staff | PracticeManager),
        Action::ResetPassword
        | Action::ReEnrol
        | Action::EnableMfa
        | Action::IssuePass
        | Action::RegisterKey
        | Action::AssignToken
        | Action::GrantShortException
        | Action::IssueActivation
        | Action::SendAgain
        | Action::EnableAccount => matches!(
            role,
            LocalHelpDesk | LocalAdministrator | PrimaryLocalAdministrator | NationalHelpDesk | TenantAdministrator
        ),
        Action::RequestLongException | Action::RemindPeople => matches!(
            role,
            PracticeManager
                | LocalHelpDesk
                | LocalAdministrator
                | PrimaryLocalAdministrator
                | NationalHelpDesk
                | TenantAdministrator
        ),
        Action::ApproveLongException | Action::ApproveBulkChange => {
            matches!(role, PrimaryLocalAdministrator | NationalHelpDesk | TenantAdministrator)
        }
        Action::SeeMessages | Action::DisableAccount | Action::EndSessions => {
            !matches!(role, Staff | PracticeManager | Assessor)
        }
        Action::MarkCompromised | Action::WorkOnCase | Action::RestoreAccount => matches!(
            role,
            LocalAdministrator | PrimaryLocalAdministrator | NationalHelpDesk | TenantAdministrator | SecurityAnalyst
        ),
        // SECURITY: both have to; a local administrator is too near to be one of the two.
        Action::LiftPin => matches!(role, TenantAdministrator | SecurityAnalyst),
        // The national help desk, too: it looks after people without an administrator, and after administrators themselves, whose
        // every right it must hold.
        Action::ImportAccounts
        | Action::ImportTokens
        | Action::ChangeOrganisation
        | Action::PostponeDefaultOn
        | Action::ReturnToBaseline => {
            matches!(role, LocalAdministrator | PrimaryLocalAdministrator | NationalHelpDesk | TenantAdministrator)
        }
        // The national help desk, too: nobody helps an account that holds a right they do not hold.
        Action::RequestNamedLocation => {
            matches!(role, LocalAdministrator | PrimaryLocalAdministrator | NationalHelpDesk | TenantAdministrator)
        }
        Action::GrantRole | Action::RevokeRole => matches!(role, PrimaryLocalAdministrator | TenantAdministrator),
        Action::ReadAudit => !matches!(role, Staff | PracticeManager | LocalHelpDesk),
        Action::ImportOrganisations
        | Action::ApproveNamedLocation
        | Action::ManageApplications
        | Action::ManagePolicies
        | Action::RotateKeys => matches!(role, TenantAdministrator),
    }
}

/// Whether `role` may do everything that `other` may, and reaches as far. What only asks counts for nothing: whoever takes over
/// an account that may ask has gained nothing before somebody else approves.
pub fn contains(role: Role, other: Role) -> bool {
    let reaches = match other.reach() {
        Reach::Oneself => true,
        Reach::Subtree => role.reach() != Reach::Oneself,
        Reach::Everywhere => role.reach() == Reach::Everywhere,
    };
    let mut counts = Action::ALL.iter().filter(|action| !action.only_asks());
    reaches && counts.all(|action| !administers(other, *action) || administers(role, *action))
}

/// Whether the holder of `appointer` may give and take `role`, in the places that it reaches.
///
/// INVARIANT: an appointer contains each role it appoints, so nobody hands out a right that they do not hold.
pub const fn may_appoint(appointer: Role, role: Role) -> bool {
    match appointer {
        Role::PrimaryLocalAdministrator => {
            matches!(role, Role::PracticeManager | Role::LocalHelpDesk | Role::LocalAdministrator | Role::Assessor)
        }
        // Everybody is staff already, so there is nothing to appoint.
        Role::TenantAdministrator => !matches!(role, Role::Staff),
        Role::Staff
        | Role::PracticeManager
        | Role::LocalHelpDesk
        | Role::LocalAdministrator
        | Role::NationalHelpDesk
        | Role::SecurityAnalyst
        | Role::Assessor => false,
    }
}

/// The matrix as the text that is committed and reviewed.
pub fn grid() -> String {
    let mut text = String::from(
        "Who may do what. Columns are roles, rows are actions and where the target lies:\n\
         self = one's own account; within = the organisations that the role is held for and those below; outside = elsewhere.\n\
         Above this grid: nobody acts on an account that holds a right they do not hold themselves;\n\
         to ask for something that somebody else approves is no such right.\n\n",
    );
    for (number, role) in Role::ALL.iter().enumerate() {
        let privileged = if role.is_privileged() { ", privileged" } else { "" };
        let _ = writeln!(text, "{} = {}{privileged}", number + 1, role.words());
    }
    let _ = write!(text, "\n{:24}{:9}", "", "");
    for number in 1..=Role::ALL.len() {
        let _ = write!(text, " {number}");
    }
    text.push('\n');
    for action in Action::ALL {
        for (index, scope) in Scope::ALL.iter().enumerate() {
            let words = if index == 0 { action.words() } else { "" };
            let _ = write!(text, "{words:24}{:9}", scope.as_str());
            for role in Role::ALL {
                text.push_str(if allows(*role, *action, *scope) { " ✔" } else { " ✘" });
            }
            text.push('\n');
        }
    }
    text.push_str("\nWho may give and take which role (rows appoint, columns are appointed):\n\n");
    for (number, appointer) in Role::ALL.iter().enumerate() {
        let _ = write!(text, "{:<33}", format!("{} {}", number + 1, appointer.words()));
        for role in Role::ALL {
            text.push_str(if may_appoint(*appointer, *role) { " ✔" } else { " ✘" });
        }
        text.push('\n');
    }
    text.push_str(
        "\nWhat an application may do by itself, in the organisation that answers for it and those below, by the scopes of its\n\
         token; what it changes is never an account that holds a role:\n\n",
    );
    for scope in ApiScope::ALL {
        let actions: Vec<_> = scope.actions().iter().map(|action| action.words()).collect();
        let _ = writeln!(text, "{:<23}{}", scope.as_str(), actions.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test rewrites the committed file when asked to")]
    fn the_committed_grid_is_the_matrix() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/permission/permission-matrix.txt");
        if std::env::var_os("WARDKEY_WRITE_SNAPSHOTS").is_some() {
            std::fs::write(path, grid()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap();
        assert_eq!(committed, grid(), "review the change, then run again with WARDKEY_WRITE_SNAPSHOTS=1");
    }

    #[test]
    fn nobody_appoints_to_a_role_with_more_rights() {
        for appointer in Role::ALL {
            for role in Role::ALL {
                assert!(
                    !may_appoint(*appointer, *role) || contains(*appointer, *role),
                    "{appointer:?} appoints {role:?}"
                );
            }
        }
    }

    #[test]
    fn a_privileged_role_is_one_that_changes_how_others_get_in() {
        let opens =
            [Action::ResetPassword, Action::ReEnrol, Action::DisableAccount, Action::EndSessions, Action::GrantRole];
        for role in Role::ALL {
            let changes = opens.iter().any(|action| allows(*role, *action, Scope::Within));
            assert_eq!(role.is_privileged(), changes, "{role:?}");
        }
    }

    #[test]
    fn asking_for_an_exception_makes_nobody_privileged_and_protects_nobody() {
        assert!(allows(Role::PracticeManager, Action::RequestLongException, Scope::Within));
        assert!(!Role::PracticeManager.is_privileged());
        assert!(contains(Role::SecurityAnalyst, Role::PracticeManager), "who contains what went wrong still can");
        assert!(contains(Role::NationalHelpDesk, Role::LocalAdministrator), "who helps administrators still can");
        for role in Role::ALL.iter().filter(|role| allows(**role, Action::ApproveLongException, Scope::Within)) {
            assert!(role.is_privileged() && allows(*role, Action::RequestLongException, Scope::Within), "{role:?}");
        }
    }

    #[test]
    fn a_local_role_does_nothing_outside_its_organisations() {
        for role in Role::ALL.iter().filter(|role| role.reach() != Reach::Everywhere) {
            for action in Action::ALL {
                assert!(!allows(*role, *action, Scope::Outside), "{role:?} {action:?}");
            }
        }
    }
}
