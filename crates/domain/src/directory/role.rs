//! Roles: what an account may do for an organisation and everything below it.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::OrganisationPath;
use crate::id::{AccountId, OrganisationId, RoleGrantId};
use crate::time::Timestamp;

/// The roles [requirements, section 15]. `permission/matrix.rs` says what each may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A member of staff: acts on nobody but themself. Every account is at least this.
    Staff,
    /// Looks after one practice or site, and sees how its people stand.
    PracticeManager,
    /// Helps the people of an organisation who cannot sign in.
    LocalHelpDesk,
    /// Administers the accounts of the organisations it is held for.
    LocalAdministrator,
    /// A local administrator who also appoints and removes others.
    PrimaryLocalAdministrator,
    /// Helps people of every organisation, above all of those without an administrator.
    NationalHelpDesk,
    /// Administers the whole service.
    TenantAdministrator,
    /// Watches over the whole service and contains what goes wrong.
    SecurityAnalyst,
    /// Reads the evidence of an organisation, and changes nothing.
    Assessor,
}

/// How far a role reaches [ADM-11].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Nobody but the account itself.
    Oneself,
    /// The organisation it is held for and everything below it.
    Subtree,
    /// Every organisation, whichever it is held for.
    Everywhere,
}

impl Role {
    /// Every role, in the order of the permission grid.
    pub const ALL: &'static [Self] = &[
        Self::Staff,
        Self::PracticeManager,
        Self::LocalHelpDesk,
        Self::LocalAdministrator,
        Self::PrimaryLocalAdministrator,
        Self::NationalHelpDesk,
        Self::TenantAdministrator,
        Self::SecurityAnalyst,
        Self::Assessor,
    ];

    /// The word that stores and files use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::PracticeManager => "practice_manager",
            Self::LocalHelpDesk => "local_help_desk",
            Self::LocalAdministrator => "local_administrator",
            Self::PrimaryLocalAdministrator => "primary_local_administrator",
            Self::NationalHelpDesk => "national_help_desk",
            Self::TenantAdministrator => "tenant_administrator",
            Self::SecurityAnalyst => "security_analyst",
            Self::Assessor => "assessor",
        }
    }

    /// The words that a person reads.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::PracticeManager => "practice manager",
            Self::LocalHelpDesk => "local help desk",
            Self::LocalAdministrator => "local administrator",
            Self::PrimaryLocalAdministrator => "primary local administrator",
            Self::NationalHelpDesk => "national help desk",
            Self::TenantAdministrator => "tenant administrator",
            Self::SecurityAnalyst => "security analyst",
            Self::Assessor => "assessor",
        }
    }

    /// How far the role reaches.
    pub const fn reach(self) -> Reach {
        match self {
            Self::Staff => Reach::Oneself,
            Self::PracticeManager
            | Self::LocalHelpDesk
            | Self::LocalAdministrator
            | Self::PrimaryLocalAdministrator
            | Self::Assessor => Reach::Subtree,
            Self::NationalHelpDesk | Self::TenantAdministrator | Self::SecurityAnalyst => Reach::Everywhere,
        }
    }

    /// Whether whoever holds the role is a privileged user [CA-17, ADM-12, POL-2].
    ///
    /// Privileged is every role that can change how *another* person gets in (reset, re-enrol, disable, end sessions), or
    /// who may: taking over its holder's account opens other accounts. A practice manager and an assessor only read,
    /// so they are not. A privileged account enrols its first factor with a single-use activation code, never on the
    /// strength of a password alone.
    pub const fn is_privileged(self) -> bool {
        match self {
            Self::Staff | Self::PracticeManager | Self::Assessor => false,
            Self::LocalHelpDesk
            | Self::LocalAdministrator
            | Self::PrimaryLocalAdministrator
            | Self::NationalHelpDesk
            | Self::TenantAdministrator
            | Self::SecurityAnalyst => true,
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

/// A word that is not a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown role")]
pub struct UnknownRole;

/// A role that an account holds for an organisation and everything below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleGrant {
    /// Its identifier.
    pub id: RoleGrantId,
    /// Who holds it.
    pub account: AccountId,
    /// The organisation it is held for.
    pub organisation: OrganisationId,
    /// The ancestry of that organisation.
    pub path: OrganisationPath,
    /// The role.
    pub role: Role,
    /// When it ends by itself, if it does.
    pub expires_at: Option<Timestamp>,
}

impl RoleGrant {
    /// Whether the grant still holds.
    pub fn is_current(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether `path` lies in the reach of the grant.
    pub fn covers(&self, path: &OrganisationPath) -> bool {
        match self.role.reach() {
            Reach::Oneself => false,
            Reach::Subtree => path.is_within(self.organisation),
            Reach::Everywhere => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_read_back_from_its_word() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(*role));
        }
    }

    #[test]
    fn a_role_that_opens_other_accounts_is_privileged() {
        let privileged: Vec<_> =
            Role::ALL.iter().filter(|role| role.is_privileged()).map(|role| role.as_str()).collect();
        assert_eq!(
            privileged,
            [
                "local_help_desk",
                "local_administrator",
                "primary_local_administrator",
                "national_help_desk",
                "tenant_administrator",
                "security_analyst"
            ]
        );
    }
}
