//! Leave of one account to register later, although everybody else registers now [ENR-6].

use std::time::Duration;

use super::state::{CannotSettle, Settled};
use crate::access::Hold;
use crate::audit::Reason;
use crate::directory::AccountKind;
use crate::id::{AccountId, OrganisationId, PostponementId};
use crate::time::Timestamp;

/// What there may be of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostponeRules {
    /// Whether there may be any.
    pub allowed: bool,
    /// How far ahead it may end.
    pub longest: Duration,
    /// How long after one there is no other.
    pub again_after: Duration,
}

/// Leave to register later. It is no exception: it suspends nothing for whoever has a factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postponement {
    /// Its identifier.
    pub id: PostponementId,
    /// Whose.
    pub account: AccountId,
    /// The organisation of that account.
    pub organisation: OrganisationId,
    /// Which risk is taken by it.
    pub risk: Reason,
    /// Who gave it; nobody with an account where it was an operator.
    pub given_by: Option<AccountId>,
    /// When.
    pub given_at: Timestamp,
    /// From when on the account registers like everybody else.
    pub ends_at: Timestamp,
    /// Who ended it before, when and why.
    pub withdrawn: Option<Settled>,
}

/// What is known of an account where its registering is to be postponed.
#[derive(Clone, Copy, Debug)]
pub struct MayPostpone<'a> {
    /// The account.
    pub account: AccountId,
    /// Its organisation.
    pub organisation: OrganisationId,
    /// What kind of account it is.
    pub kind: AccountKind,
    /// Whether it holds a privileged role.
    pub privileged: bool,
    /// Whether it is held, because somebody else had it.
    pub hold: Hold,
    /// The last postponement that it had.
    pub last: Option<&'a Postponement>,
}

/// Why registering cannot be postponed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotPostpone {
    /// The operator has not allowed it.
    #[error("postponing is not allowed here")]
    NotAllowed,
    /// Nobody signs in with the account.
    #[error("nobody signs in with this account")]
    NobodySignsIn,
    /// Nobody postpones for themselves.
    #[error("nobody can postpone for themselves")]
    Oneself,
    /// A privileged account registers at once.
    #[error("a privileged account registers at once")]
    Privileged,
    /// Somebody else has, or had, the account.
    #[error("an account that somebody else had registers at once")]
    Held,
    /// It would end in the past, or too far ahead.
    #[error("it must end in the future, and not too far ahead")]
    End,
    /// There was one not long ago: it is no chain.
    #[error("registering was postponed before")]
    Again {
        /// From when on there may be another.
        again_at: Timestamp,
    },
}

impl Default for PostponeRules {
    fn default() -> Self {
        let day = Duration::from_secs(86_400);
        Self { allowed: false, longest: day.saturating_mul(30), again_after: day.saturating_mul(365) }
    }
}

impl PostponeRules {
    /// Postpones the registering of an account until `ends_at`.
    ///
    /// # Errors
    /// The rule that stands against it.
    pub fn postpone(
        &self,
        id: PostponementId,
        whose: &MayPostpone<'_>,
        (risk, ends_at): (Reason, Timestamp),
        by: Option<AccountId>,
        now: Timestamp,
    ) -> Result<Postponement, CannotPostpone> {
        self.may(whose, by, now)?;
        if ends_at <= now || ends_at > now.plus(self.longest) {
            return Err(CannotPostpone::End);
        }
        let MayPostpone { account, organisation, .. } = *whose;
        Ok(Postponement { id, account, organisation, risk, given_by: by, given_at: now, ends_at, withdrawn: None })
    }

    /// Whether it may be postponed at all.
    ///
    /// # Errors
    /// The rule that stands against it.
    pub fn may(&self, whose: &MayPostpone<'_>, by: Option<AccountId>, now: Timestamp) -> Result<(), CannotPostpone> {
        if !self.allowed {
            return Err(CannotPostpone::NotAllowed);
        }
        if by == Some(whose.account) {
            return Err(CannotPostpone::Oneself);
        }
        if !whose.kind.may_sign_in() {
            return Err(CannotPostpone::NobodySignsIn);
        }
        if whose.privileged {
            return Err(CannotPostpone::Privileged);
        }
        match whose.hold {
            Hold::Compromised | Hold::Pinned => return Err(CannotPostpone::Held),
            Hold::None => {}
        }
        let again_at = whose.last.map(|last| last.ended_at().plus(self.again_after));
        match again_at.filter(|again_at| now < *again_at) {
            Some(again_at) => Err(CannotPostpone::Again { again_at }),
            None => Ok(()),
        }
    }
}

impl Postponement {
    /// Until when the account need not register, if it need not now.
    pub fn until(&self, now: Timestamp) -> Option<Timestamp> {
        Some(self.ends_at).filter(|end| self.withdrawn.is_none() && now < *end)
    }

    /// Ends it before its time.
    ///
    /// # Errors
    /// When it has ended.
    pub fn withdraw(self, settled: Settled) -> Result<Self, CannotSettle> {
        match self.until(settled.at) {
            Some(_) => Ok(Self { withdrawn: Some(settled), ..self }),
            None => Err(CannotSettle::NotOpen),
        }
    }

    /// When it ended, or will.
    fn ended_at(&self) -> Timestamp {
        self.withdrawn.as_ref().map_or(self.ends_at, |settled| settled.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
    const DAY: Duration = Duration::from_secs(86_400);

    fn account(number: u8) -> AccountId {
        AccountId::new(NOW, [number; 10])
    }

    fn newcomer(last: Option<&Postponement>) -> MayPostpone<'_> {
        MayPostpone {
            account: account(1),
            organisation: OrganisationId::new(NOW, [1; 10]),
            kind: AccountKind::User,
            privileged: false,
            hold: Hold::None,
            last,
        }
    }

    fn postpone(
        rules: PostponeRules,
        whose: &MayPostpone<'_>,
        ends_at: Timestamp,
        now: Timestamp,
    ) -> Result<Postponement, CannotPostpone> {
        let risk = Reason::parse("new phones come next week").unwrap();
        rules.postpone(PostponementId::new(now, [1; 10]), whose, (risk, ends_at), Some(account(9)), now)
    }

    fn rules() -> PostponeRules {
        PostponeRules { allowed: true, ..PostponeRules::default() }
    }

    #[test]
    fn registering_is_postponed_for_thirty_days_at_most() {
        let until = |ends_at| postpone(rules(), &newcomer(None), ends_at, NOW).map(|one| one.until(NOW));
        assert_eq!(until(NOW.plus(30 * DAY)), Ok(Some(NOW.plus(30 * DAY))));
        for wrong in [NOW, NOW.minus(DAY), NOW.plus(30 * DAY).plus(Duration::from_micros(1))] {
            assert_eq!(until(wrong), Err(CannotPostpone::End));
        }
        let one = postpone(rules(), &newcomer(None), NOW.plus(DAY), NOW).unwrap();
        assert_eq!(one.until(NOW.plus(DAY)), None);
    }

    #[test]
    fn registering_is_postponed_for_nobody_who_must_not_wait() {
        let end = NOW.plus(DAY);
        let off = PostponeRules::default();
        assert_eq!(postpone(off, &newcomer(None), end, NOW), Err(CannotPostpone::NotAllowed));
        let plain = newcomer(None);
        for (whose, why) in [
            (MayPostpone { privileged: true, ..plain }, CannotPostpone::Privileged),
            (MayPostpone { hold: Hold::Compromised, ..plain }, CannotPostpone::Held),
            (MayPostpone { hold: Hold::Pinned, ..plain }, CannotPostpone::Held),
            (MayPostpone { kind: AccountKind::SharedMailbox, ..plain }, CannotPostpone::NobodySignsIn),
            (MayPostpone { account: account(9), ..plain }, CannotPostpone::Oneself),
        ] {
            assert_eq!(postpone(rules(), &whose, end, NOW), Err(why));
        }
    }

    #[test]
    fn one_postponement_does_not_follow_another() {
        let first = postpone(rules(), &newcomer(None), NOW.plus(DAY), NOW).unwrap();
        let again_at = NOW.plus(DAY).plus(365 * DAY);
        for now in [NOW, again_at.minus(Duration::from_micros(1))] {
            let next = postpone(rules(), &newcomer(Some(&first)), now.plus(DAY), now);
            assert_eq!(next, Err(CannotPostpone::Again { again_at }));
        }
        assert!(postpone(rules(), &newcomer(Some(&first)), again_at.plus(DAY), again_at).is_ok());
        let settled = Settled { by: None, at: NOW.plus(DAY / 2), why: Reason::parse("phone is there").unwrap() };
        let withdrawn = first.withdraw(settled.clone()).unwrap();
        assert_eq!(withdrawn.until(NOW.plus(DAY / 2)), None);
        let next = postpone(rules(), &newcomer(Some(&withdrawn)), NOW.plus(9 * DAY), NOW.plus(8 * DAY));
        assert!(next.is_err(), "withdrawing one makes no room: {next:?}");
        assert_eq!(withdrawn.withdraw(settled), Err(CannotSettle::NotOpen));
    }
}
