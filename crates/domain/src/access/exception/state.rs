//! One exception, from being asked for to its end.

use std::time::Duration;

use super::reason::{ExceptionKind, Ground, ShortReason};
use super::rules::Cleared;
use crate::audit::Reason;
use crate::id::{AccountId, OrganisationId, UserExceptionId};
use crate::time::Timestamp;

/// A suspension of one account's prompts, or the request for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserException {
    /// Its identifier.
    pub id: UserExceptionId,
    /// Whose prompts.
    pub account: AccountId,
    /// The organisation of that account.
    pub organisation: OrganisationId,
    /// What it rests on.
    pub ground: Ground,
    /// Who asked for it; nobody with an account where it was an operator.
    pub asked_by: Option<AccountId>,
    /// When.
    pub asked_at: Timestamp,
    /// How it stands.
    pub standing: Standing,
}

/// How an exception stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was asked for.
    Requested,
    /// It was given.
    Active(Given),
    /// Somebody else was against it.
    Rejected(Settled),
    /// It was taken back before anybody decided.
    TakenBack(Settled),
    /// It is over.
    Ended(Given, End),
}

/// How it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// By whom: for a long one, who approved it.
    pub by: Option<AccountId>,
    /// From when on prompts are suspended.
    pub starts_at: Timestamp,
    /// From when on they are not.
    pub ends_at: Timestamp,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Somebody ended it.
    Withdrawn(Settled),
    /// Its time was over.
    Over,
}

/// Who settled it, when and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Who; nobody with an account where it was an operator.
    pub by: Option<AccountId>,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: Reason,
}

/// Why it cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotSettle {
    /// It is over, or was decided on.
    #[error("this exception is over, or somebody has decided on it already")]
    NotOpen,
    /// Who asked does not decide.
    #[error("somebody else must decide on what you have asked for")]
    SameHand,
    /// What was judged is another account's, or another kind.
    #[error("this is not what was judged")]
    NotJudged,
}

/// How long before the end of an exception its owner is reminded.
const REMIND_SHORT: &[Duration] = &[Duration::from_secs(2 * 3_600)];
const REMIND_LONG: &[Duration] = &[Duration::from_secs(14 * 86_400), Duration::from_secs(86_400)];

impl UserException {
    /// Gives a short one.
    pub fn give(id: UserExceptionId, cleared: &Cleared, reason: ShortReason) -> Self {
        Self { standing: Standing::Active(Given::of(cleared)), ..Self::request(id, cleared, Ground::Short(reason)) }
    }

    /// Asks for one.
    pub const fn request(id: UserExceptionId, cleared: &Cleared, ground: Ground) -> Self {
        Self {
            id,
            account: cleared.account(),
            organisation: cleared.organisation(),
            ground,
            asked_by: cleared.by(),
            asked_at: cleared.at(),
            standing: Standing::Requested,
        }
    }

    /// Approves a request: prompts are suspended from now on.
    ///
    /// # Errors
    /// When it is not a request any more, or what was judged is something else.
    pub fn approve(self, cleared: &Cleared) -> Result<Self, CannotSettle> {
        if cleared.account() != self.account || cleared.kind() != self.ground.kind() {
            return Err(CannotSettle::NotJudged);
        }
        match self.standing {
            Standing::Requested => Ok(Self { standing: Standing::Active(Given::of(cleared)), ..self }),
            Standing::Active(_) | Standing::Rejected(_) | Standing::TakenBack(_) | Standing::Ended(..) => {
                Err(CannotSettle::NotOpen)
            }
        }
    }

    /// Rejects a request.
    ///
    /// # Errors
    /// When it is not one any more, or by whoever asked.
    pub fn reject(self, settled: Settled) -> Result<Self, CannotSettle> {
        match self.standing {
            Standing::Requested if settled.by == self.asked_by => Err(CannotSettle::SameHand),
            Standing::Requested => Ok(Self { standing: Standing::Rejected(settled), ..self }),
            Standing::Active(_) | Standing::Rejected(_) | Standing::TakenBack(_) | Standing::Ended(..) => {
                Err(CannotSettle::NotOpen)
            }
        }
    }

    /// Ends it before its time, or takes a request back.
    ///
    /// # Errors
    /// When there is nothing to end.
    pub fn withdraw(self, settled: Settled) -> Result<Self, CannotSettle> {
        let standing = match self.standing {
            Standing::Requested => Standing::TakenBack(settled),
            Standing::Active(given) if settled.at < given.ends_at => Standing::Ended(given, End::Withdrawn(settled)),
            Standing::Active(_) | Standing::Rejected(_) | Standing::TakenBack(_) | Standing::Ended(..) => {
                return Err(CannotSettle::NotOpen);
            }
        };
        Ok(Self { standing, ..self })
    }

    /// Ends it when its time is over.
    ///
    /// # Errors
    /// When it is not over, or has ended already.
    pub fn lapse(self, now: Timestamp) -> Result<Self, CannotSettle> {
        match self.standing {
            Standing::Active(given) if now >= given.ends_at => {
                Ok(Self { standing: Standing::Ended(given, End::Over), ..self })
            }
            Standing::Requested
            | Standing::Active(_)
            | Standing::Rejected(_)
            | Standing::TakenBack(_)
            | Standing::Ended(..) => Err(CannotSettle::NotOpen),
        }
    }

    /// Until when prompts are suspended by it now, if they are. That nobody has noted its end suspends nothing.
    pub fn until(&self, now: Timestamp) -> Option<Timestamp> {
        match &self.standing {
            Standing::Active(given) => Some(given.ends_at).filter(|end| given.starts_at <= now && now < *end),
            Standing::Requested | Standing::Rejected(_) | Standing::TakenBack(_) | Standing::Ended(..) => None,
        }
    }

    /// When its owner is to be reminded next that it ends, after `now`. What was missed is not made up for: one reminder says
    /// everything.
    pub fn next_reminder(&self, now: Timestamp) -> Option<Timestamp> {
        let Standing::Active(given) = &self.standing else { return None };
        let before = match self.ground.kind() {
            ExceptionKind::Short => REMIND_SHORT,
            ExceptionKind::Long => REMIND_LONG,
        };
        before.iter().map(|before| given.ends_at.minus(*before)).find(|at| now < *at)
    }

    /// From when on nothing that was on a phone before counts any more, if the person enrols again after it.
    pub fn voids_phones_from(&self) -> Option<Timestamp> {
        let ended = match &self.standing {
            Standing::Ended(_, End::Withdrawn(settled)) => settled.at,
            Standing::Ended(given, End::Over) => given.ends_at,
            Standing::Requested | Standing::Active(_) | Standing::Rejected(_) | Standing::TakenBack(_) => return None,
        };
        Some(ended).filter(|_| self.ground.means_re_enrolment())
    }
}

impl Given {
    const fn of(cleared: &Cleared) -> Self {
        Self { by: cleared.by(), starts_at: cleared.at(), ends_at: cleared.ends_at() }
    }
}

impl Standing {
    /// The word for it in stores and templates.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Active(_) => "active",
            Self::Rejected(_) => "rejected",
            Self::TakenBack(_) => "taken_back",
            Self::Ended(_, End::Withdrawn(_)) => "withdrawn",
            Self::Ended(_, End::Over) => "over",
        }
    }

    /// How it was given, if it ever was.
    pub const fn given(&self) -> Option<&Given> {
        match self {
            Self::Active(given) | Self::Ended(given, _) => Some(given),
            Self::Requested | Self::Rejected(_) | Self::TakenBack(_) => None,
        }
    }

    /// Who settled it before its time, when and why.
    pub const fn settled(&self) -> Option<&Settled> {
        match self {
            Self::Rejected(settled) | Self::TakenBack(settled) | Self::Ended(_, End::Withdrawn(settled)) => {
                Some(settled)
            }
            Self::Requested | Self::Active(_) | Self::Ended(_, End::Over) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Candidate, ExceptionRules, LongReason, Wanted};
    use super::*;
    use crate::access::Hold;
    use crate::directory::AccountKind;
    use crate::factor::FactorKind;
    use crate::id::ExceptionRequestId;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
    const HOUR: Duration = Duration::from_secs(3_600);
    const DAY: Duration = Duration::from_secs(86_400);

    fn account(number: u8) -> AccountId {
        AccountId::new(NOW, [number; 10])
    }

    fn cleared(whose: u8, wanted: Wanted<'_>, at: Timestamp) -> Cleared {
        let candidate = Candidate {
            account: account(whose),
            organisation: OrganisationId::new(NOW, [1; 10]),
            kind: AccountKind::User,
            in_use: true,
            factors: [FactorKind::Totp].into_iter().collect(),
            privileged: false,
            hold: Hold::None,
            history: &[],
        };
        ExceptionRules::default().judge(&candidate, wanted, Some(account(9)), at).unwrap()
    }

    fn short(reason: ShortReason) -> UserException {
        UserException::give(UserExceptionId::new(NOW, [1; 10]), &cleared(1, Wanted::Short, NOW), reason)
    }

    fn requested() -> UserException {
        let (text, request) = (Reason::parse("no device on the ward").unwrap(), ExceptionRequestId::new(NOW, [1; 10]));
        let ground = Ground::Long { reason: LongReason::SecureLocation, text, request };
        UserException::request(UserExceptionId::new(NOW, [2; 10]), &cleared(1, Wanted::Request, NOW), ground)
    }

    const APPROVAL: Wanted<'static> = Wanted::Approval { asked_by: None, among: &[] };

    fn settled(by: u8, at: Timestamp) -> Settled {
        Settled { by: Some(account(by)), at, why: Reason::parse("why").unwrap() }
    }

    #[test]
    fn a_request_is_decided_on_once() {
        let at = NOW.plus(DAY);
        let active = requested().approve(&cleared(1, APPROVAL, at)).unwrap();
        assert_eq!(active.until(at), Some(at.plus(180 * DAY)), "from the approval");
        assert_eq!(active.clone().approve(&cleared(1, APPROVAL, at)), Err(CannotSettle::NotOpen));
        assert_eq!(active.reject(settled(8, at)), Err(CannotSettle::NotOpen));
        let rejected = requested().reject(settled(8, at)).unwrap();
        assert_eq!((rejected.until(at), rejected.standing.as_str()), (None, "rejected"));
        assert_eq!(rejected.clone().withdraw(settled(8, at)), Err(CannotSettle::NotOpen));
        assert_eq!(rejected.approve(&cleared(1, APPROVAL, at)), Err(CannotSettle::NotOpen));
        assert_eq!(requested().reject(settled(9, at)), Err(CannotSettle::SameHand));
        let taken_back = requested().withdraw(settled(9, at)).unwrap();
        assert_eq!(taken_back.approve(&cleared(1, APPROVAL, at)), Err(CannotSettle::NotOpen));
    }

    #[test]
    fn what_was_judged_of_one_is_no_leave_for_another() {
        assert_eq!(requested().approve(&cleared(2, APPROVAL, NOW)), Err(CannotSettle::NotJudged));
        assert_eq!(requested().approve(&cleared(1, Wanted::Short, NOW)), Err(CannotSettle::NotJudged));
    }

    #[test]
    fn an_exception_ends_once_when_it_is_withdrawn_or_over() {
        let end = NOW.plus(DAY);
        let one = || short(ShortReason::NoSignal);
        let withdrawn = one().withdraw(settled(8, NOW.plus(HOUR))).unwrap();
        assert_eq!((withdrawn.until(NOW.plus(HOUR)), withdrawn.standing.as_str()), (None, "withdrawn"));
        assert_eq!(withdrawn.lapse(end), Err(CannotSettle::NotOpen));
        assert_eq!(one().lapse(end.minus(Duration::from_micros(1))), Err(CannotSettle::NotOpen));
        let over = one().lapse(end).unwrap();
        assert_eq!(over.standing.as_str(), "over");
        assert_eq!(over.lapse(end), Err(CannotSettle::NotOpen));
        assert_eq!(one().withdraw(settled(8, end)), Err(CannotSettle::NotOpen));
        assert_eq!(requested().lapse(end), Err(CannotSettle::NotOpen));
    }

    #[test]
    fn people_are_reminded_before_it_ends() {
        let end = NOW.plus(DAY);
        let one = short(ShortReason::NoSignal);
        assert_eq!(one.next_reminder(NOW), Some(end.minus(2 * HOUR)));
        assert_eq!(one.next_reminder(end.minus(2 * HOUR)), None);
        let long = requested().approve(&cleared(1, APPROVAL, NOW)).unwrap();
        let end = NOW.plus(180 * DAY);
        assert_eq!(long.next_reminder(NOW), Some(end.minus(14 * DAY)));
        assert_eq!(long.next_reminder(end.minus(14 * DAY)), Some(end.minus(DAY)));
        assert_eq!(long.next_reminder(end.minus(HOUR)), None);
        assert_eq!(requested().next_reminder(NOW), None);
    }

    #[test]
    fn a_lost_phone_counts_no_more_when_the_exception_has_ended() {
        let at = NOW.plus(HOUR);
        for (reason, voids) in
            [(ShortReason::PhoneLost, true), (ShortReason::PhoneMisplaced, true), (ShortReason::NoSignal, false)]
        {
            assert_eq!(short(reason.clone()).voids_phones_from(), None);
            let withdrawn = short(reason.clone()).withdraw(settled(8, at)).unwrap();
            assert_eq!(withdrawn.voids_phones_from(), voids.then_some(at));
            let over = short(reason).lapse(NOW.plus(2 * DAY)).unwrap();
            assert_eq!(over.voids_phones_from(), voids.then_some(NOW.plus(DAY)));
        }
    }
}
