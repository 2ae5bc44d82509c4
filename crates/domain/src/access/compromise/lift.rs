//! Lifting the pin of an account that was given back: two people, and nothing else [CMP-2].

use std::time::Duration;

use crate::directory::Role;
use crate::id::AccountId;
use crate::op::Op;
use crate::permission::{Action, Denied, Scope, Target, allows};
use crate::time::Timestamp;

/// For how long a request waits for somebody else to confirm it: 24 hours.
const CONFIRM_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);

const NO_PERSON: Denied = Denied::Forbidden("two people lift this on their own account pages; the command line cannot");

/// Evidence that somebody may lift the pin of an account: a person with a role that reaches everywhere, and not its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifter(AccountId);

/// A request to lift the pin of an account, which somebody else has to confirm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiftRequest {
    /// The account.
    pub account: AccountId,
    /// Who asks.
    pub asked_by: AccountId,
    /// When.
    pub asked_at: Timestamp,
    /// From when on it is worth nothing.
    pub expires_at: Timestamp,
}

/// Evidence that two people have lifted the pin.
///
/// INVARIANT: [`LiftRequest::confirm`] is what makes it.
#[derive(Debug)]
pub struct Lifted(());

/// Why a pin is not lifted; the text may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotLift {
    /// Nobody has confirmed it in time.
    #[error("the request has expired; ask again")]
    Expired,
    /// Whoever asked confirms it, too.
    #[error("somebody else has to confirm what you have asked for")]
    SamePerson,
    /// Whoever asked could not ask for it now.
    #[error("whoever asked for this may not any more; ask again")]
    AskerGone,
}

impl Lifter {
    /// The person who acts, if they may lift the pin of `target`.
    ///
    /// # Errors
    /// When they may not, or no person acts.
    pub fn of(op: &Op, target: &Target<'_>) -> Result<Self, Denied> {
        op.require(Action::LiftPin, target)?;
        op.account().map(|actor| Self(actor.id)).ok_or(NO_PERSON)
    }

    /// Whether somebody with these roles may lift pins.
    pub fn may(roles: &[Role]) -> bool {
        roles.iter().any(|role| allows(*role, Action::LiftPin, Scope::Outside))
    }
}

impl LiftRequest {
    /// A request of `lifter`.
    pub fn ask(lifter: Lifter, account: AccountId, now: Timestamp) -> Self {
        Self { account, asked_by: lifter.0, asked_at: now, expires_at: now.plus(CONFIRM_WITHIN) }
    }

    /// Whether it still waits.
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// Confirms it by somebody else. `asker` holds the roles that whoever asked holds now; nothing when they cannot sign in.
    ///
    /// # Errors
    /// Says why not.
    pub fn confirm(self, lifter: Lifter, asker: Option<&[Role]>, now: Timestamp) -> Result<Lifted, CannotLift> {
        if !self.is_open(now) {
            return Err(CannotLift::Expired);
        }
        if self.asked_by == lifter.0 {
            return Err(CannotLift::SamePerson);
        }
        // SECURITY: or a stolen session of somebody who was found out since would be one of the two.
        if !asker.is_some_and(Lifter::may) {
            return Err(CannotLift::AskerGone);
        }
        Ok(Lifted(()))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_780_000_000);
    const NATIONAL: &[Role] = &[Role::SecurityAnalyst];

    /// A lifter without anybody having asked whether they may.
    pub(in crate::access::compromise) fn lifter(account: AccountId) -> Lifter {
        Lifter(account)
    }

    fn person(number: u8) -> AccountId {
        AccountId::new(NOW, [number; 10])
    }

    #[test]
    fn two_people_lift_a_pin_within_a_day_and_both_may() {
        let request = LiftRequest::ask(lifter(person(2)), person(1), NOW);
        let day = Duration::from_secs(86_400);
        for (who, asker, at, expected) in [
            (3, Some(NATIONAL), NOW, Ok(())),
            (3, Some(NATIONAL), NOW.plus(day - Duration::from_secs(1)), Ok(())),
            (3, Some(NATIONAL), NOW.plus(day), Err(CannotLift::Expired)),
            (2, Some(NATIONAL), NOW, Err(CannotLift::SamePerson)),
            (3, Some(&[Role::NationalHelpDesk][..]), NOW, Err(CannotLift::AskerGone)),
            (3, None, NOW, Err(CannotLift::AskerGone)),
        ] {
            assert_eq!(request.confirm(lifter(person(who)), asker, at).map(drop), expected, "{who} {asker:?}");
        }
    }
}
