//! What an application may do here by itself: a few scopes, each of them a few actions.

use std::str::FromStr;

use super::Action;

/// A scope of an access token that opens an interface of Wardkey itself to an application that acts for itself
/// [RFC 6749 §3.3, §4.4].
///
/// SECURITY: none of them has an action whose answer is a secret or that opens an account (a password, a pass, a factor), or
/// that weakens how somebody signs in; the test below keeps it so. Whoever steals what an application signs in with can lock
/// people out, which is noticed, and cannot become them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiScope {
    /// Look people up.
    ReadPeople,
    /// Enable MFA, disable and enable accounts, end sessions.
    ManagePeople,
    /// Figures and reports.
    ReadReports,
    /// Contain a compromised account.
    Contain,
    /// Joiners, movers and leavers, by SCIM [RFC 7644].
    Provision,
}

impl ApiScope {
    /// Every one, in the order of the permission grid.
    pub const ALL: &'static [Self] =
        &[Self::ReadPeople, Self::ManagePeople, Self::ReadReports, Self::Contain, Self::Provision];

    /// The word in the token.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadPeople => "wardkey:people.read",
            Self::ManagePeople => "wardkey:people.manage",
            Self::ReadReports => "wardkey:reports.read",
            Self::Contain => "wardkey:contain",
            Self::Provision => "wardkey:scim",
        }
    }

    /// What it lets an application do, in its organisation and those below.
    pub const fn actions(self) -> &'static [Action] {
        match self {
            Self::ReadPeople => &[Action::FindPeople, Action::SeeAccount],
            Self::ManagePeople => &[
                Action::FindPeople,
                Action::SeeAccount,
                Action::EnableMfa,
                Action::DisableAccount,
                Action::EnableAccount,
                Action::EndSessions,
            ],
            Self::ReadReports => &[Action::SeeCoverage],
            Self::Contain => &[Action::FindPeople, Action::SeeAccount, Action::EndSessions, Action::MarkCompromised],
            Self::Provision => &[
                Action::FindPeople,
                Action::SeeAccount,
                Action::ImportAccounts,
                Action::DisableAccount,
                Action::EnableAccount,
                Action::EndSessions,
            ],
        }
    }
}

/// The word is no such scope: it belongs to another resource server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a scope of Wardkey")]
pub struct NoApiScope;

impl FromStr for ApiScope {
    type Err = NoApiScope;

    fn from_str(text: &str) -> Result<Self, NoApiScope> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == text).ok_or(NoApiScope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_scope_opens_an_account_or_weakens_it() {
        let refused = [
            Action::ManageOwnCredentials,
            Action::ChangeOwnPassword,
            Action::ResetPassword,
            Action::ReEnrol,
            Action::ReturnToBaseline,
            Action::ApproveBulkChange,
            Action::IssuePass,
            Action::RegisterKey,
            Action::AssignToken,
            Action::ImportTokens,
            Action::GrantShortException,
            Action::ApproveLongException,
            Action::PostponeDefaultOn,
            Action::IssueActivation,
            Action::RestoreAccount,
            Action::LiftPin,
            Action::ApproveNamedLocation,
            Action::GrantRole,
            Action::RevokeRole,
            Action::ManageApplications,
            Action::ManagePolicies,
            Action::RotateKeys,
        ];
        for scope in ApiScope::ALL {
            assert!(scope.actions().iter().all(|action| !refused.contains(action)), "{scope:?}");
        }
    }

    #[test]
    fn each_scope_is_known_by_its_word_and_by_no_other() {
        for scope in ApiScope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(*scope));
        }
        for other in ["", "wardkey:", "WARDKEY:scim", "scim", "openid"] {
            assert_eq!(other.parse::<ApiScope>(), Err(NoApiScope), "{other}");
        }
    }
}
