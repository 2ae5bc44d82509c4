//! Who may be excepted, by whom, and for how long.

use std::time::Duration;

use super::reason::ExceptionKind;
use super::state::{Standing, UserException};
use crate::access::{FactorSet, Hold};
use crate::directory::AccountKind;
use crate::id::{AccountId, OrganisationId};
use crate::time::Timestamp;

/// How long exceptions are, and how many there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExceptionRules {
    /// How long a short one is [EXC-20].
    pub short: Duration,
    /// How long a long one is [EXC-22].
    pub long: Duration,
    /// How many short ones an account may be given within `span` [EXC-26].
    pub most_short: u16,
    /// The time within which short ones are counted.
    pub span: Duration,
    /// How many accounts one request may be about.
    pub most_accounts: usize,
}

/// What is known of an account where it is judged whether it may be excepted.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The account.
    pub account: AccountId,
    /// Its organisation.
    pub organisation: OrganisationId,
    /// What kind of account it is.
    pub kind: AccountKind,
    /// Whether it is in use: not locked, disabled or deleted.
    pub in_use: bool,
    /// The second factors that it has enrolled: no pass, and no recovery code.
    pub factors: FactorSet,
    /// Whether it holds a privileged role.
    pub privileged: bool,
    /// Whether it is held, because somebody else had it.
    pub hold: Hold,
    /// Its exceptions that stand, and all that were given or asked for within the span of the rules.
    pub history: &'a [UserException],
}

/// What somebody wants to do.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// Give a short one.
    Short,
    /// Ask for a long one.
    Request,
    /// Approve a long one.
    Approval {
        /// Who asked for it.
        asked_by: Option<AccountId>,
        /// Every account that the request is about.
        among: &'a [AccountId],
    },
}

/// The rule that stands against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Nobody signs in with the account.
    #[error("nobody signs in with this account")]
    NobodySignsIn,
    /// It is locked, disabled or deleted.
    #[error("this account is not in use")]
    NotInUse,
    /// Nobody gives themselves one, asks for one for themselves, or approves a request that they are in [EXC-23].
    #[error("nobody can be excepted by themselves")]
    Oneself,
    /// Who asked does not approve.
    #[error("somebody else must decide on what you have asked for")]
    SameHand,
    /// A privileged account is never excepted [EXC-26].
    #[error("a privileged account is never excepted")]
    Privileged,
    /// Somebody else has, or had, the account [EXC-26].
    #[error("an account that somebody else had is never excepted")]
    Held,
    /// It has no second factor of its own [EXC-24].
    #[error("the account has no second factor yet")]
    NotRegistered,
    /// An exception stands until then.
    #[error("prompts are suspended already")]
    Standing {
        /// Until when.
        until: Timestamp,
    },
    /// A long one was asked for, and nobody has decided yet.
    #[error("a long exception was asked for already")]
    Waiting,
    /// There were as many short ones as there may be [EXC-26].
    #[error("there were too many short exceptions")]
    TooMany {
        /// From when on there may be another.
        again_at: Timestamp,
    },
}

/// Evidence that the rules were asked and have nothing against it: there is no exception without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cleared {
    account: AccountId,
    organisation: OrganisationId,
    kind: ExceptionKind,
    by: Option<AccountId>,
    at: Timestamp,
    ends_at: Timestamp,
    repeated: bool,
}

impl Default for ExceptionRules {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(86_400);
        Self {
            short: DAY,
            long: DAY.saturating_mul(180),
            most_short: 3,
            span: DAY.saturating_mul(30),
            most_accounts: 100,
        }
    }
}

impl ExceptionRules {
    /// Judges whether `by` (nobody with an account where it is an operator) may do what is wanted to the account now.
    ///
    /// # Errors
    /// The rule that stands against it.
    pub fn judge(
        &self,
        candidate: &Candidate<'_>,
        wanted: Wanted<'_>,
        by: Option<AccountId>,
        now: Timestamp,
    ) -> Result<Cleared, Broken> {
        candidate.may_be_excepted(by)?;
        let given: Vec<_> = self.given_short(candidate, now).collect();
        match wanted {
            Wanted::Short => {
                candidate.none_stands(now)?;
                self.has_room(&given)?;
            }
            Wanted::Request => candidate.none_waits()?,
            Wanted::Approval { asked_by, among } => {
                // SECURITY: two operators without accounts cannot be told apart, so they are one.
                if by == asked_by {
                    return Err(Broken::SameHand);
                }
                if by.is_some_and(|by| among.contains(&by)) {
                    return Err(Broken::Oneself);
                }
                candidate.none_stands(now)?;
            }
        }
        let kind = match wanted {
            Wanted::Short => ExceptionKind::Short,
            Wanted::Request | Wanted::Approval { .. } => ExceptionKind::Long,
        };
        Ok(Cleared {
            account: candidate.account,
            organisation: candidate.organisation,
            kind,
            by,
            at: now,
            ends_at: now.plus(match kind {
                ExceptionKind::Short => self.short,
                ExceptionKind::Long => self.long,
            }),
            repeated: given.len() + 1 >= usize::from(self.most_short),
        })
    }

    /// When the short ones were given that count now. What was withdrawn counts, too, or withdrawing would make room.
    fn given_short(&self, candidate: &Candidate<'_>, now: Timestamp) -> impl Iterator<Item = Timestamp> {
        let span = self.span;
        let short = candidate.history.iter().filter(|one| one.ground.kind() == ExceptionKind::Short);
        short.filter_map(|one| one.standing.given()).map(|given| given.starts_at).filter(move |at| now < at.plus(span))
    }

    fn has_room(&self, given: &[Timestamp]) -> Result<(), Broken> {
        let mut given = given.to_vec();
        given.sort_unstable();
        // The oldest of the last ones that fill the room must be over first.
        match given.iter().rev().nth(usize::from(self.most_short).saturating_sub(1)) {
            Some(oldest) => Err(Broken::TooMany { again_at: oldest.plus(self.span) }),
            None => Ok(()),
        }
    }
}

impl Candidate<'_> {
    fn may_be_excepted(&self, by: Option<AccountId>) -> Result<(), Broken> {
        if by == Some(self.account) {
            return Err(Broken::Oneself);
        }
        if !self.kind.may_sign_in() {
            return Err(Broken::NobodySignsIn);
        }
        if !self.in_use {
            return Err(Broken::NotInUse);
        }
        if self.privileged {
            return Err(Broken::Privileged);
        }
        match self.hold {
            Hold::Compromised | Hold::Pinned => return Err(Broken::Held),
            Hold::None => {}
        }
        // SECURITY: an exception is for whoever has a factor, and no way around registering one [EXC-24].
        if self.factors.is_empty() { Err(Broken::NotRegistered) } else { Ok(()) }
    }

    fn none_stands(&self, now: Timestamp) -> Result<(), Broken> {
        match self.history.iter().find_map(|one| one.until(now)) {
            Some(until) => Err(Broken::Standing { until }),
            None => Ok(()),
        }
    }

    fn none_waits(&self) -> Result<(), Broken> {
        let waits = self.history.iter().any(|one| matches!(one.standing, Standing::Requested));
        if waits { Err(Broken::Waiting) } else { Ok(()) }
    }
}

impl Cleared {
    /// Whose exception it would be.
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// The organisation of that account.
    pub const fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    /// How long it would be.
    pub const fn kind(&self) -> ExceptionKind {
        self.kind
    }

    /// Who does it.
    pub const fn by(&self) -> Option<AccountId> {
        self.by
    }

    /// When it was judged.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// When it would end, if it began when it was judged.
    pub const fn ends_at(&self) -> Timestamp {
        self.ends_at
    }

    /// Whether a short one would be the last that there may be in the span of the rules.
    pub const fn is_last_short(&self) -> bool {
        matches!(self.kind, ExceptionKind::Short) && self.repeated
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Ground, LongReason, Settled, ShortReason};
    use super::*;
    use crate::audit::Reason;
    use crate::factor::FactorKind;
    use crate::id::{ExceptionRequestId, UserExceptionId};

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
    const DAY: Duration = Duration::from_secs(86_400);
    const RULES: ExceptionRules = ExceptionRules {
        short: DAY,
        long: Duration::from_secs(180 * 86_400),
        most_short: 3,
        span: Duration::from_secs(30 * 86_400),
        most_accounts: 100,
    };

    fn account(number: u8) -> AccountId {
        AccountId::new(NOW, [number; 10])
    }

    fn nurse(history: &[UserException]) -> Candidate<'_> {
        Candidate {
            account: account(1),
            organisation: OrganisationId::new(NOW, [1; 10]),
            kind: AccountKind::User,
            in_use: true,
            factors: [FactorKind::Totp].into_iter().collect(),
            privileged: false,
            hold: Hold::None,
            history,
        }
    }

    const ADMIN: u8 = 9;
    const OTHER: u8 = 8;

    fn judge(candidate: &Candidate<'_>, wanted: Wanted<'_>, by: u8, now: Timestamp) -> Result<Cleared, Broken> {
        RULES.judge(candidate, wanted, Some(account(by)), now)
    }

    fn given(history: &[UserException], at: Timestamp) -> UserException {
        let cleared = judge(&nurse(history), Wanted::Short, ADMIN, at).unwrap();
        UserException::give(UserExceptionId::new(at, [1; 10]), &cleared, ShortReason::NoSignal)
    }

    fn asked(at: Timestamp) -> UserException {
        let cleared = judge(&nurse(&[]), Wanted::Request, ADMIN, at).unwrap();
        let (text, request) = (Reason::parse("arthritis").unwrap(), ExceptionRequestId::new(at, [1; 10]));
        let reason = LongReason::Accessibility;
        UserException::request(UserExceptionId::new(at, [2; 10]), &cleared, Ground::Long { reason, text, request })
    }

    fn every_wish() -> [Wanted<'static>; 3] {
        [Wanted::Short, Wanted::Request, Wanted::Approval { asked_by: Some(account(OTHER)), among: &[] }]
    }

    #[test]
    fn a_short_one_is_a_day_to_the_second_and_a_long_one_half_a_year() {
        let [short, _, long] = every_wish().map(|wanted| judge(&nurse(&[]), wanted, ADMIN, NOW).unwrap().ends_at());
        assert_eq!((short, long), (NOW.plus(DAY), NOW.plus(180 * DAY)));
        let given = given(&[], NOW);
        assert_eq!(given.until(NOW.plus(DAY).minus(Duration::from_micros(1))), Some(short));
        assert_eq!(given.until(NOW.plus(DAY)), None);
        assert_eq!(ExceptionRules::default(), RULES);
    }

    #[test]
    fn who_may_never_be_excepted_is_refused_each_way() {
        let ordinary = nurse(&[]);
        for (candidate, broken) in [
            (Candidate { privileged: true, ..ordinary }, Broken::Privileged),
            (Candidate { hold: Hold::Compromised, ..ordinary }, Broken::Held),
            (Candidate { hold: Hold::Pinned, ..ordinary }, Broken::Held),
            (Candidate { factors: FactorSet::NONE, ..ordinary }, Broken::NotRegistered),
            (Candidate { kind: AccountKind::SharedMailbox, ..ordinary }, Broken::NobodySignsIn),
            (Candidate { in_use: false, ..ordinary }, Broken::NotInUse),
            (Candidate { account: account(ADMIN), ..ordinary }, Broken::Oneself),
        ] {
            for wanted in every_wish() {
                assert_eq!(judge(&candidate, wanted, ADMIN, NOW), Err(broken), "{wanted:?}");
            }
        }
    }

    #[test]
    fn the_fourth_in_thirty_days_waits_until_the_first_is_thirty_days_old() {
        let mut history = Vec::new();
        for day in [0, 1, 20] {
            let last = judge(&nurse(&history), Wanted::Short, ADMIN, NOW.plus(DAY * day)).unwrap().is_last_short();
            assert_eq!(last, day == 20);
            history.push(given(&history, NOW.plus(DAY * day)));
        }
        // Withdrawing one makes no room.
        let settled = Settled { by: None, at: NOW.plus(DAY * 20), why: Reason::parse("found").unwrap() };
        history[2] = history[2].clone().withdraw(settled).unwrap();
        let again_at = NOW.plus(30 * DAY);
        let almost = again_at.minus(Duration::from_micros(1));
        for now in [NOW.plus(DAY * 22), almost] {
            assert_eq!(judge(&nurse(&history), Wanted::Short, ADMIN, now), Err(Broken::TooMany { again_at }));
        }
        assert!(judge(&nurse(&history), Wanted::Request, ADMIN, almost).is_ok());
        history.push(given(&history, again_at));
        let again_at = NOW.plus(31 * DAY);
        let next = judge(&nurse(&history), Wanted::Short, ADMIN, again_at.minus(Duration::from_micros(1)));
        assert_eq!(next, Err(Broken::Standing { until: NOW.plus(31 * DAY) }));
        assert!(judge(&nurse(&history), Wanted::Short, ADMIN, again_at).is_ok());
    }

    #[test]
    fn there_is_one_exception_at_a_time_and_one_request() {
        let standing = [given(&[], NOW)];
        let until = NOW.plus(DAY);
        let [short, request, approval] = every_wish().map(|wanted| judge(&nurse(&standing), wanted, ADMIN, NOW));
        assert_eq!((short, approval), (Err(Broken::Standing { until }), Err(Broken::Standing { until })));
        assert!(request.is_ok(), "whoever is excepted for a day can be asked a longer one for");
        let waiting = [asked(NOW)];
        let [short, request, approval] = every_wish().map(|wanted| judge(&nurse(&waiting), wanted, ADMIN, NOW));
        assert_eq!(request, Err(Broken::Waiting));
        assert!(short.is_ok() && approval.is_ok());
    }

    #[test]
    fn somebody_else_approves_who_is_none_of_those_it_is_about() {
        let approve = |asked_by: Option<u8>, among: &[u8], by: Option<u8>| {
            let among: Vec<_> = among.iter().map(|number| account(*number)).collect();
            let wanted = Wanted::Approval { asked_by: asked_by.map(account), among: &among };
            RULES.judge(&nurse(&[]), wanted, by.map(account), NOW).map(|cleared| cleared.ends_at())
        };
        assert_eq!(approve(Some(ADMIN), &[1, 2], Some(OTHER)), Ok(NOW.plus(180 * DAY)));
        assert_eq!(approve(Some(ADMIN), &[1, 2], Some(ADMIN)), Err(Broken::SameHand));
        assert_eq!(approve(None, &[1, 2], None), Err(Broken::SameHand));
        assert_eq!(approve(Some(ADMIN), &[1, 2], Some(2)), Err(Broken::Oneself));
        assert_eq!(approve(Some(ADMIN), &[1, 2], Some(1)), Err(Broken::Oneself));
    }
}
