//! The case of an account that was marked as compromised.

use super::{CheckList, Complete, Point, Tick};
use crate::directory::AccountKind;
use crate::id::{AccountId, CaseId, OrganisationId};
use crate::time::Timestamp;

/// The case of an account that was marked as compromised [CMP-1, CMP-3]. An account has one open case at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompromiseCase {
    /// Its identifier.
    pub id: CaseId,
    /// What people call it.
    pub number: i64,
    /// The account.
    pub account: AccountId,
    /// The organisation that the account belonged to.
    pub organisation: OrganisationId,
    /// Who opened it; nobody with an account where it was an operator.
    pub opened_by: Option<AccountId>,
    /// When.
    pub opened_at: Timestamp,
    /// From when on the account may have been in the wrong hands: the earliest that anybody said.
    pub suspected_since: Timestamp,
    /// What is done.
    pub check_list: CheckList,
    /// How many quarantined factors nobody has decided yet.
    pub undecided: u32,
    /// Where it stands.
    pub standing: CaseStanding,
    /// Counts its changes: a save names the version it read, and loses if another was faster.
    pub version: i64,
}

/// Where a case stands. A false alarm is worked through like any other: nobody can know before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseStanding {
    /// The account is compromised.
    Open,
    /// It was given back to its owner.
    Restored {
        /// By whom; nobody with an account where it was an operator.
        by: Option<AccountId>,
        /// When.
        at: Timestamp,
    },
}

/// A case as it is opened.
#[derive(Clone, Copy, Debug)]
pub struct NewCase {
    /// Its identifier.
    pub id: CaseId,
    /// What people will call it.
    pub number: i64,
    /// The account.
    pub account: AccountId,
    /// Its organisation.
    pub organisation: OrganisationId,
    /// From when on the account may have been in the wrong hands.
    pub suspected_since: Timestamp,
    /// How many factors that quarantines.
    pub quarantined: u32,
}

/// Why a point cannot be ticked; the text may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotTick {
    /// The account was given back.
    #[error("the case is closed")]
    Closed,
    /// What was done says whether it is done, and nobody else.
    #[error("this point is ticked by what is done, and not by itself")]
    NotSaid,
    /// An account of this kind has no such point.
    #[error("an account of this kind does not need this point")]
    NotNeeded,
}

/// Why an account cannot be given back; the text may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotRestore {
    /// It was already.
    #[error("the case is closed")]
    Closed,
    /// A point of the check-list is open.
    #[error("the check-list is not complete")]
    Open(Point),
    /// Its owner is asking.
    #[error("nobody gives an account back to themselves")]
    OwnAccount,
    /// Software uses it with a password alone [CMP-5].
    #[error("a compromised application account is not given back; make a new one")]
    MakeNew,
}

impl CompromiseCase {
    /// The case of an account that is marked now.
    pub fn open(new: NewCase, tick: Tick) -> Self {
        let NewCase { id, number, account, organisation, suspected_since, quarantined } = new;
        let case = Self {
            id,
            number,
            account,
            organisation,
            opened_by: tick.by,
            opened_at: tick.at,
            suspected_since,
            check_list: CheckList::default(),
            undecided: quarantined,
            standing: CaseStanding::Open,
            version: 1,
        };
        case.marked(tick)
    }

    /// The case after the account was marked again, with so many more factors quarantined.
    ///
    /// SECURITY: what was ticked is asked anew. Whoever marks it again has seen something that those who ticked had not.
    ///
    /// # Errors
    /// When it is closed: then marking opens another.
    pub fn mark_again(self, since: Timestamp, quarantined: u32, tick: Tick) -> Result<Self, CannotTick> {
        if self.standing != CaseStanding::Open {
            return Err(CannotTick::Closed);
        }
        let case = Self {
            suspected_since: self.suspected_since.min(since),
            undecided: self.undecided.saturating_add(quarantined),
            check_list: CheckList::default(),
            ..self
        };
        Ok(case.marked(tick))
    }

    /// What marking does by itself.
    fn marked(self, tick: Tick) -> Self {
        let check_list = self.check_list.with(Point::PasswordReset, tick);
        Self { check_list, ..self }.settled(tick)
    }

    /// Nothing is left to decide where nothing is quarantined.
    fn settled(self, tick: Tick) -> Self {
        let list = self.check_list;
        let check_list = if self.undecided == 0 { list.with(Point::FactorsDecided, tick) } else { list };
        Self { check_list, ..self }
    }

    /// The case after somebody said that `point` is done.
    ///
    /// # Errors
    /// Says why that is not for them to say.
    pub fn tick(self, kind: AccountKind, point: Point, tick: Tick) -> Result<Self, CannotTick> {
        if self.standing != CaseStanding::Open {
            return Err(CannotTick::Closed);
        }
        if !point.is_said() {
            return Err(CannotTick::NotSaid);
        }
        if !point.is_needed(kind) {
            return Err(CannotTick::NotNeeded);
        }
        Ok(Self { check_list: self.check_list.with(point, tick), ..self })
    }

    /// The case after one of its quarantined factors was decided.
    ///
    /// # Errors
    /// When it is closed.
    pub fn decide(self, tick: Tick) -> Result<Self, CannotTick> {
        if self.standing != CaseStanding::Open {
            return Err(CannotTick::Closed);
        }
        Ok(Self { undecided: self.undecided.saturating_sub(1), ..self }.settled(tick))
    }

    /// Closes the case, with the evidence that the account may be given back.
    ///
    /// # Errors
    /// Says why it may not.
    pub fn restore(self, kind: AccountKind, tick: Tick) -> Result<(Self, Complete), CannotRestore> {
        if self.standing != CaseStanding::Open {
            return Err(CannotRestore::Closed);
        }
        if kind == AccountKind::ApplicationAccount {
            return Err(CannotRestore::MakeNew);
        }
        if tick.by == Some(self.account) {
            return Err(CannotRestore::OwnAccount);
        }
        // SECURITY: asked again, whatever the list says.
        if self.undecided > 0 {
            return Err(CannotRestore::Open(Point::FactorsDecided));
        }
        let complete = self.check_list.complete(kind).map_err(CannotRestore::Open)?;
        Ok((Self { standing: CaseStanding::Restored { by: tick.by, at: tick.at }, ..self }, complete))
    }

    /// What to do next; nothing when each point is done.
    pub fn next(&self, kind: AccountKind) -> Option<Point> {
        self.check_list.next(kind)
    }

    /// Whether the account is compromised.
    pub fn is_open(&self) -> bool {
        self.standing == CaseStanding::Open
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_780_000_000);
    const USER: AccountKind = AccountKind::User;

    fn person(number: u8) -> AccountId {
        AccountId::new(NOW, [number; 10])
    }

    fn by(number: u8) -> Tick {
        Tick { by: Some(person(number)), at: NOW }
    }

    pub(in crate::access::compromise) fn case(quarantined: u32) -> CompromiseCase {
        let new = NewCase {
            id: CaseId::new(NOW, [0; 10]),
            number: 17,
            account: person(1),
            organisation: OrganisationId::new(NOW, [0; 10]),
            suspected_since: NOW,
            quarantined,
        };
        CompromiseCase::open(new, by(2))
    }

    fn said(mut case: CompromiseCase) -> CompromiseCase {
        for point in Point::ALL.into_iter().filter(|point| point.is_said()) {
            case = case.tick(USER, point, by(2)).unwrap();
        }
        case
    }

    #[test]
    fn an_account_is_given_back_when_each_point_is_done_and_by_somebody_else() {
        let open = case(1);
        assert_eq!(open.next(USER), Some(Point::DevicesScanned), "marking has reset the password");
        let ready = said(open);
        assert_eq!(ready.clone().restore(USER, by(3)).unwrap_err(), CannotRestore::Open(Point::FactorsDecided));
        let ready = ready.decide(by(2)).unwrap();
        assert_eq!(ready.next(USER), None);
        assert_eq!(ready.clone().restore(USER, by(1)).unwrap_err(), CannotRestore::OwnAccount);
        let (closed, _complete) = ready.restore(USER, by(3)).unwrap();
        assert_eq!(closed.standing, CaseStanding::Restored { by: Some(person(3)), at: NOW });
        assert_eq!(closed.clone().restore(USER, by(3)).unwrap_err(), CannotRestore::Closed);
        assert_eq!(closed.clone().tick(USER, Point::Explained, by(3)), Err(CannotTick::Closed));
        assert_eq!(closed.clone().decide(by(3)), Err(CannotTick::Closed));
        assert_eq!(closed.mark_again(NOW, 0, by(3)), Err(CannotTick::Closed));
    }

    #[test]
    fn whoever_marks_it_again_asks_for_everything_anew_and_only_widens_the_suspicion() {
        let earlier = Timestamp::from_seconds(1_700_000_000);
        let again = said(case(0)).mark_again(earlier, 1, by(4)).unwrap();
        assert_eq!((again.suspected_since, again.undecided), (earlier, 1));
        assert_eq!(again.next(USER), Some(Point::DevicesScanned));
        assert_eq!(again.check_list.tick(Point::FactorsDecided), None, "there is one more");
        let later = again.mark_again(NOW, 0, by(4)).unwrap();
        assert_eq!((later.suspected_since, later.undecided), (earlier, 1), "what is quarantined stays so");
    }

    #[test]
    fn a_point_that_a_deed_ticks_is_nobody_s_to_say() {
        for (point, kind, expected) in [
            (Point::FactorsDecided, USER, Err(CannotTick::NotSaid)),
            (Point::PasswordReset, USER, Err(CannotTick::NotSaid)),
            (Point::OwnFactor, AccountKind::SharedMailbox, Err(CannotTick::NotNeeded)),
            (Point::RulesReviewed, AccountKind::SharedMailbox, Ok(())),
        ] {
            assert_eq!(case(1).tick(kind, point, by(2)).map(drop), expected, "{point:?}");
        }
    }

    #[test]
    fn an_application_account_is_never_given_back() {
        let ready = said(case(0));
        assert_eq!(ready.restore(AccountKind::ApplicationAccount, by(3)).unwrap_err(), CannotRestore::MakeNew);
    }
}
