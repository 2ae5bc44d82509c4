//! Changes to many accounts at once: what is done, in which steps, and when somebody else decides [ADM-1, ADM-2, ADM-12].
//!
//! A change is checked before it is confirmed, row by row, and asks for a second person when it is large. It is done in parts, so
//! that it may stop at any row and go on later, and for ten minutes it can be undone.

use std::str::FromStr;
use std::time::Duration;

use crate::id::{AccountId, BulkChangeId, OrganisationId, SessionId};
use crate::time::Timestamp;

/// What is done to each account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BulkDeed {
    /// Enable multi-factor authentication: prompted at each sign-in, in a named location, too [CA-6].
    EnableMfa,
    /// Take that back: what its organisation and its groups say holds again.
    ReturnToBaseline,
    /// Remove all second factors, so that its owner enrols again.
    ReEnrol,
    /// End its sessions.
    EndSessions,
    /// Switch it off.
    Disable,
    /// Switch it on.
    Enable,
    /// Have it belong to another organisation.
    Move,
}

/// Where a change stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BulkStanding {
    /// Its rows are being checked; nothing is changed.
    Checking,
    /// Whoever asked for it reads what it would do.
    Checked,
    /// Somebody else has to approve it.
    Waiting,
    /// It is being done.
    Running,
    /// It is done, or was stopped.
    Done,
    /// It is being undone.
    Undoing,
    /// It is undone.
    Undone,
    /// Nobody wants it any more, and nothing was changed.
    Dropped,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowStanding {
    /// Nobody has looked at it.
    Unchecked,
    /// It can be done.
    Ready,
    /// The account is so already.
    Unchanged,
    /// It cannot be done, because of what its `why` says.
    Refused,
    /// It was done.
    Done,
    /// It could have been done when it was checked, and could not any more.
    Failed,
    /// It was done, and undone.
    Undone,
    /// It was done and could not be undone.
    Kept,
}

/// How many rows there are of each standing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BulkCounts {
    /// See [`RowStanding::Unchecked`].
    pub unchecked: u32,
    /// See [`RowStanding::Ready`].
    pub ready: u32,
    /// See [`RowStanding::Unchanged`].
    pub unchanged: u32,
    /// See [`RowStanding::Refused`].
    pub refused: u32,
    /// See [`RowStanding::Done`].
    pub done: u32,
    /// See [`RowStanding::Failed`].
    pub failed: u32,
    /// See [`RowStanding::Undone`].
    pub undone: u32,
    /// See [`RowStanding::Kept`].
    pub kept: u32,
}

/// Who has the change done now: in their name, with the rights that they have at that moment, each row is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BulkActor {
    /// Their account.
    pub account: AccountId,
    /// The session in which they said so.
    pub session: SessionId,
    /// When.
    pub at: Timestamp,
}

/// A change to many accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkChange {
    /// Its identifier.
    pub id: BulkChangeId,
    /// The organisation of whoever asked for it.
    pub organisation: OrganisationId,
    /// What is done.
    pub deed: BulkDeed,
    /// Where the accounts go, when they move.
    pub destination: Option<OrganisationId>,
    /// Who asked for it, and when. Once it is being undone, who wanted that.
    pub actor: BulkActor,
    /// Who asked for it.
    pub asked_by: AccountId,
    /// Who else has approved it.
    pub approved_by: Option<AccountId>,
    /// Where it stands.
    pub standing: BulkStanding,
    /// When it was done.
    pub done_at: Option<Timestamp>,
    /// The last row that was dealt with in this step.
    pub line: u32,
    /// How many rows there are of each standing.
    pub counts: BulkCounts,
    /// Counts its changes: a save names the version it read, and loses if another was faster.
    pub version: i64,
}

/// The limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BulkRules {
    /// From how many accounts on, counted over a day, somebody else has to approve.
    pub approve_over: u32,
    /// For how long it can be undone.
    pub undo_for: Duration,
    /// How many accounts at most.
    pub most_rows: usize,
}

/// Why a step cannot be taken; the text may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotTakeStep {
    /// It stands elsewhere.
    #[error("This has moved on since the page was loaded. Look at where it stands now.")]
    StandsElsewhere,
    /// No row can be done.
    #[error("There is no account that this could be done to.")]
    Nothing,
    /// Whoever asked cannot approve.
    #[error("Somebody else has to approve it.")]
    Own,
    /// Nothing brings it back.
    #[error("This cannot be undone.")]
    CannotBeUndone,
    /// The time is over.
    #[error("The ten minutes in which this could be undone are over.")]
    TooLate,
}

/// A word that is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown word of a bulk change")]
pub struct UnknownWord;

impl Default for BulkRules {
    fn default() -> Self {
        Self { approve_over: 500, undo_for: Duration::from_secs(600), most_rows: 50_000 }
    }
}

impl BulkDeed {
    /// Every deed, the most wanted first.
    pub const ALL: &'static [Self] = &[
        Self::EnableMfa,
        Self::ReturnToBaseline,
        Self::ReEnrol,
        Self::EndSessions,
        Self::Disable,
        Self::Enable,
        Self::Move,
    ];

    /// The word that stores and forms use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EnableMfa => "enable_mfa",
            Self::ReturnToBaseline => "return_to_baseline",
            Self::ReEnrol => "re_enrol",
            Self::EndSessions => "end_sessions",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Move => "move",
        }
    }

    /// Whether it can be undone: a factor that was removed and a session that ended do not come back.
    pub const fn can_be_undone(self) -> bool {
        !matches!(self, Self::ReEnrol | Self::EndSessions)
    }
}

impl FromStr for BulkDeed {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|deed| deed.as_str() == text).ok_or(UnknownWord)
    }
}

impl BulkStanding {
    /// Every standing.
    pub const ALL: &'static [Self] = &[
        Self::Checking,
        Self::Checked,
        Self::Waiting,
        Self::Running,
        Self::Done,
        Self::Undoing,
        Self::Undone,
        Self::Dropped,
    ];

    /// The word that stores use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Checked => "checked",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
            Self::Dropped => "dropped",
        }
    }

    /// Whether Wardkey works on it now, row by row.
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Checking | Self::Running | Self::Undoing)
    }
}

impl FromStr for BulkStanding {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|standing| standing.as_str() == text).ok_or(UnknownWord)
    }
}

impl RowStanding {
    /// Every standing of a row.
    pub const ALL: &'static [Self] = &[
        Self::Unchecked,
        Self::Ready,
        Self::Unchanged,
        Self::Refused,
        Self::Done,
        Self::Failed,
        Self::Undone,
        Self::Kept,
    ];

    /// The word that stores and files use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unchecked => "unchecked",
            Self::Ready => "ready",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Undone => "undone",
            Self::Kept => "kept",
        }
    }
}

impl FromStr for RowStanding {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|standing| standing.as_str() == text).ok_or(UnknownWord)
    }
}

impl BulkCounts {
    /// How many rows there are.
    pub const fn rows(&self) -> u32 {
        let Self { unchecked, ready, unchanged, refused, done, failed, undone, kept } = *self;
        unchecked + ready + unchanged + refused + done + failed + undone + kept
    }

    /// Notes that a row was `before` and is `after`.
    pub fn note(&mut self, before: RowStanding, after: RowStanding) {
        let from = self.place(before);
        *from = from.saturating_sub(1);
        *self.place(after) += 1;
    }

    fn place(&mut self, standing: RowStanding) -> &mut u32 {
        match standing {
            RowStanding::Unchecked => &mut self.unchecked,
            RowStanding::Ready => &mut self.ready,
            RowStanding::Unchanged => &mut self.unchanged,
            RowStanding::Refused => &mut self.refused,
            RowStanding::Done => &mut self.done,
            RowStanding::Failed => &mut self.failed,
            RowStanding::Undone => &mut self.undone,
            RowStanding::Kept => &mut self.kept,
        }
    }
}

impl BulkChange {
    /// Every row of this step was dealt with.
    #[must_use]
    pub fn finish_step(self, now: Timestamp) -> Self {
        let (standing, done_at) = match self.standing {
            BulkStanding::Checking => (BulkStanding::Checked, None),
            BulkStanding::Running => (BulkStanding::Done, Some(now)),
            BulkStanding::Undoing => (BulkStanding::Undone, self.done_at),
            BulkStanding::Checked
            | BulkStanding::Waiting
            | BulkStanding::Done
            | BulkStanding::Undone
            | BulkStanding::Dropped => (self.standing, self.done_at),
        };
        Self { standing, done_at, line: 0, ..self }
    }

    /// Whoever asked for it wants it done. `lately` is to how many accounts they have had done something else within a day without
    /// anybody's approval: two halves need the same as a whole.
    ///
    /// # Errors
    /// When it was not checked, or no row can be done.
    pub fn confirm(self, actor: BulkActor, rules: &BulkRules, lately: u32) -> Result<Self, CannotTakeStep> {
        if self.standing != BulkStanding::Checked || actor.account != self.asked_by {
            return Err(CannotTakeStep::StandsElsewhere);
        }
        if self.counts.ready == 0 {
            return Err(CannotTakeStep::Nothing);
        }
        let alone = self.counts.ready.saturating_add(lately) <= rules.approve_over;
        let standing = if alone { BulkStanding::Running } else { BulkStanding::Waiting };
        Ok(Self { standing, actor, ..self })
    }

    /// Somebody else has read it and wants it done. It is done in the name of whoever asked.
    ///
    /// # Errors
    /// When it does not wait, or they asked for it.
    pub fn approve(self, by: AccountId) -> Result<Self, CannotTakeStep> {
        if self.standing != BulkStanding::Waiting {
            return Err(CannotTakeStep::StandsElsewhere);
        }
        if by == self.asked_by {
            return Err(CannotTakeStep::Own);
        }
        Ok(Self { standing: BulkStanding::Running, approved_by: Some(by), ..self })
    }

    /// Nobody wants it any more.
    ///
    /// # Errors
    /// When something may have been changed by now.
    pub fn discard(self) -> Result<Self, CannotTakeStep> {
        if !matches!(self.standing, BulkStanding::Checking | BulkStanding::Checked | BulkStanding::Waiting) {
            return Err(CannotTakeStep::StandsElsewhere);
        }
        Ok(Self { standing: BulkStanding::Dropped, ..self })
    }

    /// It ends where it is.
    ///
    /// # Errors
    /// When it is not being done.
    pub fn stop(self, now: Timestamp) -> Result<Self, CannotTakeStep> {
        if self.standing == BulkStanding::Running {
            Ok(self.finish_step(now))
        } else {
            Err(CannotTakeStep::StandsElsewhere)
        }
    }

    /// It is undone, in the name of whoever says so.
    ///
    /// # Errors
    /// When it is not done, was done too long ago, or is of a kind that nothing brings back.
    pub fn undo(self, actor: BulkActor, rules: &BulkRules) -> Result<Self, CannotTakeStep> {
        if !self.deed.can_be_undone() {
            return Err(CannotTakeStep::CannotBeUndone);
        }
        if self.standing != BulkStanding::Done {
            return Err(CannotTakeStep::StandsElsewhere);
        }
        if self.undo_until(rules).is_none_or(|until| until <= actor.at) {
            return Err(CannotTakeStep::TooLate);
        }
        Ok(Self { standing: BulkStanding::Undoing, actor, line: 0, ..self })
    }

    /// Until when it can be undone, if it can.
    pub fn undo_until(&self, rules: &BulkRules) -> Option<Timestamp> {
        let can = self.deed.can_be_undone() && self.standing == BulkStanding::Done && self.counts.done > 0;
        self.done_at.filter(|_| can).map(|at| at.plus(rules.undo_for))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const RULES: BulkRules = BulkRules { approve_over: 10, undo_for: Duration::from_secs(600), most_rows: 100 };

    fn account(n: u128) -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(n))
    }

    fn actor(n: u128, seconds: i64) -> BulkActor {
        let session = SessionId::from_uuid(Uuid::from_u128(9));
        BulkActor { account: account(n), session, at: Timestamp::from_seconds(seconds) }
    }

    fn checked(ready: u32) -> BulkChange {
        BulkChange {
            id: BulkChangeId::from_uuid(Uuid::from_u128(1)),
            organisation: OrganisationId::from_uuid(Uuid::from_u128(2)),
            deed: BulkDeed::EnableMfa,
            destination: None,
            actor: actor(1, 0),
            asked_by: account(1),
            approved_by: None,
            standing: BulkStanding::Checked,
            done_at: None,
            line: 7,
            counts: BulkCounts { ready, refused: 3, ..BulkCounts::default() },
            version: 0,
        }
    }

    fn check(ready: u32, lately: u32, expected: Result<BulkStanding, CannotTakeStep>) {
        let confirmed = checked(ready).confirm(actor(1, 5), &RULES, lately);
        assert_eq!(confirmed.map(|change| change.standing), expected, "{ready} after {lately}");
    }

    #[test]
    fn a_large_change_needs_somebody_else_in_whatever_parts_it_comes() {
        check(10, 0, Ok(BulkStanding::Running));
        check(11, 0, Ok(BulkStanding::Waiting));
        check(6, 5, Ok(BulkStanding::Waiting));
        check(1, u32::MAX, Ok(BulkStanding::Waiting));
        check(0, 0, Err(CannotTakeStep::Nothing));
    }

    #[test]
    fn nobody_approves_their_own_or_confirms_another_s() {
        let waiting = checked(11).confirm(actor(1, 5), &RULES, 0).unwrap();
        assert_eq!(waiting.clone().approve(account(1)), Err(CannotTakeStep::Own));
        let running = waiting.approve(account(2)).unwrap();
        assert_eq!((running.standing, running.approved_by), (BulkStanding::Running, Some(account(2))));
        assert_eq!(running.actor.account, account(1), "it is done with the rights of whoever asked");
        assert_eq!(checked(1).confirm(actor(2, 5), &RULES, 0), Err(CannotTakeStep::StandsElsewhere));
        assert_eq!(checked(1).approve(account(2)), Err(CannotTakeStep::StandsElsewhere));
    }

    #[test]
    fn what_was_done_is_undone_for_ten_minutes() {
        let mut done = BulkChange { standing: BulkStanding::Running, ..checked(1) };
        done.counts.note(RowStanding::Ready, RowStanding::Done);
        let done = done.finish_step(Timestamp::from_seconds(100));
        assert_eq!(done.undo_until(&RULES), Some(Timestamp::from_seconds(700)));
        let undoing = done.clone().undo(actor(2, 699), &RULES).unwrap();
        assert_eq!((undoing.standing, undoing.actor, undoing.line), (BulkStanding::Undoing, actor(2, 699), 0));
        assert_eq!(undoing.finish_step(Timestamp::from_seconds(800)).standing, BulkStanding::Undone);
        assert_eq!(done.clone().undo(actor(2, 700), &RULES), Err(CannotTakeStep::TooLate));
        for deed in [BulkDeed::ReEnrol, BulkDeed::EndSessions] {
            let done = BulkChange { deed, ..done.clone() };
            assert_eq!(done.undo_until(&RULES), None);
            assert_eq!(done.undo(actor(1, 101), &RULES), Err(CannotTakeStep::CannotBeUndone));
        }
    }

    #[test]
    fn a_step_is_taken_from_where_it_leads() {
        for standing in BulkStanding::ALL {
            let change = BulkChange { standing: *standing, ..checked(1) };
            let now = Timestamp::from_seconds(1);
            assert_eq!(change.clone().stop(now).is_ok(), *standing == BulkStanding::Running);
            assert_eq!(
                change.clone().discard().is_ok(),
                matches!(standing, BulkStanding::Checking | BulkStanding::Checked | BulkStanding::Waiting)
            );
            assert_eq!(change.clone().finish_step(now).standing != *standing, standing.is_under_way());
            assert_eq!(standing.as_str().parse(), Ok(*standing));
        }
        for deed in BulkDeed::ALL {
            assert_eq!(deed.as_str().parse(), Ok(*deed));
        }
        for row in RowStanding::ALL {
            assert_eq!(row.as_str().parse(), Ok(*row));
        }
    }

    #[test]
    fn rows_are_counted_where_they_stand() {
        let mut counts = BulkCounts { unchecked: 2, ..BulkCounts::default() };
        counts.note(RowStanding::Unchecked, RowStanding::Ready);
        counts.note(RowStanding::Unchecked, RowStanding::Refused);
        counts.note(RowStanding::Ready, RowStanding::Done);
        assert_eq!(counts, BulkCounts { refused: 1, done: 1, ..BulkCounts::default() });
        assert_eq!(counts.rows(), 2);
    }
}
