//! How an account moves from status to status: by a change that somebody asks for, or by the time that passes.

use std::time::Duration;

use super::status::AccountStatus;
use crate::time::Timestamp;

/// A change of status that somebody asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Switch the account on again, whatever had stopped it.
    Enable,
    /// Switch it off and keep it.
    Disable,
    /// Hold it while something is looked into.
    Lock,
    /// The person has left; a new organisation may take the account over.
    MarkLeaver,
    /// Delete it; it can be restored for a while.
    Delete,
    /// Bring it back after deletion.
    Restore,
}

/// Why a status cannot change in the way asked for; the text may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotChange {
    /// It has that status already.
    #[error("the account is already in that state")]
    Already,
    /// Another change has begun and not ended.
    #[error("another change to the account has not finished")]
    InTransition,
    /// Only an account that works can be left or locked.
    #[error("the account is not active")]
    NotActive,
    /// It was deleted, so it must be restored first.
    #[error("the account is deleted; restore it first")]
    Deleted,
    /// It was not deleted, so there is nothing to restore.
    #[error("the account is not deleted")]
    NotDeleted,
    /// The time in which it could be restored has passed.
    #[error("the account was deleted for good")]
    Gone,
}

/// How long the statuses last [requirements, section 1, "Account activity"; ACC-5].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LifecycleRules {
    /// An account not used for this long becomes inactive; so does a new one that nobody ever used [ACC-6].
    pub inactive_after: Duration,
    /// An inactive account is deleted after this.
    pub delete_inactive_after: Duration,
    /// A leaver's account is deleted after this.
    pub leaver_window: Duration,
    /// A deleted account can be restored for this long.
    pub restorable_for: Duration,
    /// A disabled account is kept for this long, then deleted.
    pub keep_disabled_for: Duration,
    /// A change that takes longer than this is stuck, and somebody must look [ACC-5].
    pub stuck_after: Duration,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Default for LifecycleRules {
    fn default() -> Self {
        Self {
            inactive_after: DAY * 30,
            delete_inactive_after: DAY * 30,
            leaver_window: DAY * 30,
            restorable_for: DAY * 30,
            keep_disabled_for: DAY * 548,
            stuck_after: DAY,
        }
    }
}

impl AccountStatus {
    /// Begins `change`: the account passes into a transient status until [`settle`](Self::settle).
    ///
    /// Wardkey's own accounts settle in the same transaction; one that another system has to carry out waits for it.
    ///
    /// # Errors
    /// When the change makes no sense from here.
    pub fn begin(self, change: Change, now: Timestamp) -> Result<Self, CannotChange> {
        if self.is_transient() {
            return Err(CannotChange::InTransition);
        }
        let deleted = matches!(self, Self::Deleted { .. } | Self::DeletedPermanently { .. });
        match change {
            Change::Restore if matches!(self, Self::Deleted { .. }) => Ok(Self::Restoring { since: now }),
            Change::Restore if deleted => Err(CannotChange::Gone),
            Change::Restore => Err(CannotChange::NotDeleted),
            Change::Enable | Change::Disable | Change::Lock | Change::MarkLeaver if deleted => {
                Err(CannotChange::Deleted)
            }
            Change::Delete if deleted => Err(CannotChange::Already),
            Change::Delete => Ok(Self::Deleting { since: now }),
            Change::Enable if matches!(self, Self::Active | Self::Leaver { .. }) => Err(CannotChange::Already),
            Change::Enable => Ok(Self::Enabling { since: now }),
            Change::Disable if matches!(self, Self::Disabled { .. }) => Err(CannotChange::Already),
            Change::Disable => Ok(Self::Disabling { since: now }),
            Change::Lock if matches!(self, Self::Locked { .. }) => Err(CannotChange::Already),
            Change::Lock if matches!(self, Self::Active | Self::Leaver { .. } | Self::Inactive { .. }) => {
                Ok(Self::Locked { since: now })
            }
            Change::MarkLeaver if matches!(self, Self::Leaver { .. }) => Err(CannotChange::Already),
            Change::MarkLeaver if matches!(self, Self::Active) => Ok(Self::Leaver { since: now }),
            Change::Lock | Change::MarkLeaver => Err(CannotChange::NotActive),
        }
    }

    /// Ends a change that has been carried out; a status that is not transient stays as it is.
    #[must_use]
    pub fn settle(self, now: Timestamp) -> Self {
        match self {
            Self::Pending { .. } | Self::MigrationPending { .. } | Self::Enabling { .. } | Self::Restoring { .. } => {
                Self::Active
            }
            Self::Disabling { .. } => Self::Disabled { since: now },
            Self::Deleting { .. } => Self::Deleted { since: now },
            Self::Active
            | Self::Inactive { .. }
            | Self::Leaver { .. }
            | Self::Locked { .. }
            | Self::Disabled { .. }
            | Self::Deleted { .. }
            | Self::DeletedPermanently { .. } => self,
        }
    }

    /// Makes a change and ends it at once.
    ///
    /// # Errors
    /// When the change makes no sense from here.
    pub fn change(self, change: Change, now: Timestamp) -> Result<Self, CannotChange> {
        Ok(self.begin(change, now)?.settle(now))
    }

    /// The status that the passing of time makes of this one; `used_at` is when the account was last used or was made.
    #[must_use]
    pub fn after_time(self, used_at: Timestamp, rules: &LifecycleRules, now: Timestamp) -> Self {
        match self {
            Self::Active if now.since(used_at) >= rules.inactive_after => Self::Inactive { since: now },
            Self::Inactive { since } if now.since(since) >= rules.delete_inactive_after => Self::Deleted { since: now },
            Self::Leaver { since } if now.since(since) >= rules.leaver_window => Self::Deleted { since: now },
            Self::Disabled { since } if now.since(since) >= rules.keep_disabled_for => Self::Deleted { since: now },
            Self::Deleted { since } if now.since(since) >= rules.restorable_for => {
                Self::DeletedPermanently { since: now }
            }
            Self::Active
            | Self::Inactive { .. }
            | Self::Leaver { .. }
            | Self::Locked { .. }
            | Self::Disabled { .. }
            | Self::Deleted { .. }
            | Self::DeletedPermanently { .. }
            | Self::Pending { .. }
            | Self::MigrationPending { .. }
            | Self::Enabling { .. }
            | Self::Disabling { .. }
            | Self::Deleting { .. }
            | Self::Restoring { .. } => self,
        }
    }

    /// Whether a change began so long ago that somebody must look at it [ACC-5].
    pub fn is_stuck(self, rules: &LifecycleRules, now: Timestamp) -> bool {
        self.is_transient() && self.since().is_some_and(|since| now.since(since) > rules.stuck_after)
    }
}

#[cfg(test)]
mod tests {
    use super::super::StatusName;
    use super::*;

    const BEGUN: Timestamp = Timestamp::from_seconds(0);

    fn status(name: &str) -> AccountStatus {
        AccountStatus::restore(name.parse().unwrap(), Some(BEGUN)).unwrap()
    }

    fn check(from: &str, change: Change, expected: Result<&str, CannotChange>) {
        let now = Timestamp::from_seconds(60);
        let outcome = status(from).change(change, now);
        assert_eq!(outcome.map(|status| status.name().as_str()), expected, "{from} {change:?}");
    }

    #[test]
    fn a_disabled_account_can_be_enabled_again() {
        check("active", Change::Disable, Ok("disabled"));
        check("leaver", Change::Disable, Ok("disabled"));
        check("locked", Change::Disable, Ok("disabled"));
        check("disabled", Change::Disable, Err(CannotChange::Already));
        check("disabled", Change::Enable, Ok("active"));
        check("inactive", Change::Enable, Ok("active"));
        check("locked", Change::Enable, Ok("active"));
        check("active", Change::Enable, Err(CannotChange::Already));
    }

    #[test]
    fn a_deleted_account_must_be_restored_first() {
        check("active", Change::Delete, Ok("deleted"));
        check("deleted", Change::Enable, Err(CannotChange::Deleted));
        check("deleted", Change::Disable, Err(CannotChange::Deleted));
        check("deleted", Change::Restore, Ok("active"));
        check("deleted_permanently", Change::Restore, Err(CannotChange::Gone));
        check("active", Change::Restore, Err(CannotChange::NotDeleted));
    }

    #[test]
    fn only_a_working_account_is_left_or_locked() {
        check("active", Change::MarkLeaver, Ok("leaver"));
        check("disabled", Change::MarkLeaver, Err(CannotChange::NotActive));
        check("active", Change::Lock, Ok("locked"));
        check("disabled", Change::Lock, Err(CannotChange::NotActive));
    }

    #[test]
    fn nothing_changes_while_a_change_is_under_way() {
        for name in StatusName::ALL {
            let status = AccountStatus::restore(*name, Some(BEGUN)).unwrap();
            if status.is_transient() {
                for change in [Change::Enable, Change::Disable, Change::Lock, Change::Delete, Change::Restore] {
                    assert_eq!(status.begin(change, BEGUN), Err(CannotChange::InTransition));
                }
                assert!(!status.settle(BEGUN).is_transient());
            }
        }
    }

    #[test]
    fn time_moves_an_unused_account_towards_deletion() {
        let rules = LifecycleRules::default();
        let day = |n: i64| Timestamp::from_seconds(n * 86_400);
        let check = |from: &str, days: i64, expected: &str| {
            let after = status(from).after_time(BEGUN, &rules, day(days));
            assert_eq!(after.name().as_str(), expected, "{from} after {days} days");
        };
        check("active", 29, "active");
        check("active", 30, "inactive");
        check("inactive", 29, "inactive");
        check("inactive", 30, "deleted");
        check("leaver", 30, "deleted");
        check("disabled", 547, "disabled");
        check("disabled", 548, "deleted");
        check("deleted", 30, "deleted_permanently");
        check("locked", 5_000, "locked");
    }

    #[test]
    fn a_change_is_stuck_after_a_day() {
        let rules = LifecycleRules::default();
        assert!(!status("disabling").is_stuck(&rules, Timestamp::from_seconds(86_400)));
        assert!(status("disabling").is_stuck(&rules, Timestamp::from_seconds(86_401)));
        assert!(!status("disabled").is_stuck(&rules, Timestamp::from_seconds(86_401)));
    }
}
