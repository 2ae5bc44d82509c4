//! The statuses of an account [ACC-5].

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Where an account stands [ACC-5]. `lifecycle.rs` says how it moves.
///
/// Each status but `Active` keeps the moment it began, since every one of them ends after some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum AccountStatus {
    /// It works.
    Active,
    /// It was not used for thirty days; it works again when somebody enables it.
    Inactive {
        /// When it became inactive.
        since: Timestamp,
    },
    /// The person has left: it works for a thirty-day window in which a new organisation may take it over.
    Leaver {
        /// When the person was marked as a leaver.
        since: Timestamp,
    },
    /// It is held by an administrator or the security team. Wrong passwords never lock an account: they slow it down.
    Locked {
        /// When it was locked.
        since: Timestamp,
    },
    /// It was switched off on purpose, and is kept for eighteen months.
    Disabled {
        /// When it was disabled.
        since: Timestamp,
    },
    /// It was deleted, and can be restored for thirty days.
    Deleted {
        /// When it was deleted.
        since: Timestamp,
    },
    /// It was deleted for good; what is left is its name in the audit.
    DeletedPermanently {
        /// When the last chance to restore it passed.
        since: Timestamp,
    },
    /// Transient: it is being created elsewhere.
    Pending {
        /// When that began.
        since: Timestamp,
    },
    /// Transient: it is being moved in from another system.
    MigrationPending {
        /// When that began.
        since: Timestamp,
    },
    /// Transient: it is being switched on.
    Enabling {
        /// When that began.
        since: Timestamp,
    },
    /// Transient: it is being switched off.
    Disabling {
        /// When that began.
        since: Timestamp,
    },
    /// Transient: it is being deleted.
    Deleting {
        /// When that began.
        since: Timestamp,
    },
    /// Transient: it is being brought back after deletion.
    Restoring {
        /// When that began.
        since: Timestamp,
    },
}

/// The name of a status, without its moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusName {
    /// See [`AccountStatus::Active`].
    Active,
    /// See [`AccountStatus::Inactive`].
    Inactive,
    /// See [`AccountStatus::Leaver`].
    Leaver,
    /// See [`AccountStatus::Locked`].
    Locked,
    /// See [`AccountStatus::Disabled`].
    Disabled,
    /// See [`AccountStatus::Deleted`].
    Deleted,
    /// See [`AccountStatus::DeletedPermanently`].
    DeletedPermanently,
    /// See [`AccountStatus::Pending`].
    Pending,
    /// See [`AccountStatus::MigrationPending`].
    MigrationPending,
    /// See [`AccountStatus::Enabling`].
    Enabling,
    /// See [`AccountStatus::Disabling`].
    Disabling,
    /// See [`AccountStatus::Deleting`].
    Deleting,
    /// See [`AccountStatus::Restoring`].
    Restoring,
}

/// Why an account may not sign in. Never shown before the person has proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MayNotSignIn {
    /// Accounts of its kind never do.
    #[error("accounts of this kind do not sign in")]
    Kind,
    /// It has not been used for a long time.
    #[error("the account is inactive")]
    Inactive,
    /// It is held.
    #[error("the account is locked")]
    Locked,
    /// It was switched off.
    #[error("the account is disabled")]
    Disabled,
    /// It was deleted.
    #[error("the account is deleted")]
    Deleted,
    /// A change to it has begun and not ended.
    #[error("the account is being changed")]
    InTransition,
}

impl StatusName {
    /// Every status.
    pub const ALL: &'static [Self] = &[
        Self::Active,
        Self::Inactive,
        Self::Leaver,
        Self::Locked,
        Self::Disabled,
        Self::Deleted,
        Self::DeletedPermanently,
        Self::Pending,
        Self::MigrationPending,
        Self::Enabling,
        Self::Disabling,
        Self::Deleting,
        Self::Restoring,
    ];

    /// The word that stores and files use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Leaver => "leaver",
            Self::Locked => "locked",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
            Self::DeletedPermanently => "deleted_permanently",
            Self::Pending => "pending",
            Self::MigrationPending => "migration_pending",
            Self::Enabling => "enabling",
            Self::Disabling => "disabling",
            Self::Deleting => "deleting",
            Self::Restoring => "restoring",
        }
    }

    /// The words that a person reads.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
            Self::Leaver => "Active (leaver)",
            Self::Locked => "Locked",
            Self::Disabled => "Disabled",
            Self::Deleted => "Deleted",
            Self::DeletedPermanently => "Deleted permanently",
            Self::Pending => "Pending",
            Self::MigrationPending => "Migration pending",
            Self::Enabling => "Enabling",
            Self::Disabling => "Disabling",
            Self::Deleting => "Deleting",
            Self::Restoring => "Restoring",
        }
    }
}

impl FromStr for StatusName {
    type Err = BadStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|name| name.as_str() == text).ok_or(BadStatus)
    }
}

/// A word, or a word without its moment, that is not a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown account status")]
pub struct BadStatus;

impl AccountStatus {
    /// Puts a status together from its name and its moment, as stores keep them apart.
    ///
    /// # Errors
    /// When a status that keeps its moment has none.
    pub fn restore(name: StatusName, since: Option<Timestamp>) -> Result<Self, BadStatus> {
        let since = match (name, since) {
            (StatusName::Active, _) => return Ok(Self::Active),
            (_, Some(since)) => since,
            (_, None) => return Err(BadStatus),
        };
        Ok(match name {
            StatusName::Active => Self::Active,
            StatusName::Inactive => Self::Inactive { since },
            StatusName::Leaver => Self::Leaver { since },
            StatusName::Locked => Self::Locked { since },
            StatusName::Disabled => Self::Disabled { since },
            StatusName::Deleted => Self::Deleted { since },
            StatusName::DeletedPermanently => Self::DeletedPermanently { since },
            StatusName::Pending => Self::Pending { since },
            StatusName::MigrationPending => Self::MigrationPending { since },
            StatusName::Enabling => Self::Enabling { since },
            StatusName::Disabling => Self::Disabling { since },
            StatusName::Deleting => Self::Deleting { since },
            StatusName::Restoring => Self::Restoring { since },
        })
    }

    /// The status without its moment.
    pub const fn name(self) -> StatusName {
        match self {
            Self::Active => StatusName::Active,
            Self::Inactive { .. } => StatusName::Inactive,
            Self::Leaver { .. } => StatusName::Leaver,
            Self::Locked { .. } => StatusName::Locked,
            Self::Disabled { .. } => StatusName::Disabled,
            Self::Deleted { .. } => StatusName::Deleted,
            Self::DeletedPermanently { .. } => StatusName::DeletedPermanently,
            Self::Pending { .. } => StatusName::Pending,
            Self::MigrationPending { .. } => StatusName::MigrationPending,
            Self::Enabling { .. } => StatusName::Enabling,
            Self::Disabling { .. } => StatusName::Disabling,
            Self::Deleting { .. } => StatusName::Deleting,
            Self::Restoring { .. } => StatusName::Restoring,
        }
    }

    /// When the status began, unless it is `Active`.
    pub const fn since(self) -> Option<Timestamp> {
        match self {
            Self::Active => None,
            Self::Inactive { since }
            | Self::Leaver { since }
            | Self::Locked { since }
            | Self::Disabled { since }
            | Self::Deleted { since }
            | Self::DeletedPermanently { since }
            | Self::Pending { since }
            | Self::MigrationPending { since }
            | Self::Enabling { since }
            | Self::Disabling { since }
            | Self::Deleting { since }
            | Self::Restoring { since } => Some(since),
        }
    }

    /// Whether an account with this status may sign in.
    ///
    /// # Errors
    /// Says why not.
    pub const fn may_sign_in(self) -> Result<(), MayNotSignIn> {
        match self {
            Self::Active | Self::Leaver { .. } => Ok(()),
            Self::Inactive { .. } => Err(MayNotSignIn::Inactive),
            Self::Locked { .. } => Err(MayNotSignIn::Locked),
            Self::Disabled { .. } => Err(MayNotSignIn::Disabled),
            Self::Deleted { .. } | Self::DeletedPermanently { .. } => Err(MayNotSignIn::Deleted),
            Self::Pending { .. }
            | Self::MigrationPending { .. }
            | Self::Enabling { .. }
            | Self::Disabling { .. }
            | Self::Deleting { .. }
            | Self::Restoring { .. } => Err(MayNotSignIn::InTransition),
        }
    }

    /// Whether the status is one that a change passes through.
    pub const fn is_transient(self) -> bool {
        matches!(self.may_sign_in(), Err(MayNotSignIn::InTransition))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_put_together_again() {
        for name in StatusName::ALL {
            let status = AccountStatus::restore(*name, Some(Timestamp::from_seconds(5))).unwrap();
            assert_eq!(status.name(), *name);
            assert_eq!(name.as_str().parse(), Ok(*name));
            assert_eq!(AccountStatus::restore(status.name(), status.since()), Ok(status));
            assert_eq!(AccountStatus::restore(*name, None).is_ok(), *name == StatusName::Active);
        }
    }

    #[test]
    fn only_working_accounts_sign_in() {
        let since = Timestamp::from_seconds(5);
        let allowed: Vec<_> = StatusName::ALL
            .iter()
            .filter(|name| AccountStatus::restore(**name, Some(since)).unwrap().may_sign_in().is_ok())
            .map(|name| name.as_str())
            .collect();
        assert_eq!(allowed, ["active", "leaver"]);
    }
}
