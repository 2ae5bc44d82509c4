//! What holds over any sequence of deeds, at any times: prompts are never suspended for longer than the rules allow.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::access::Hold;
use crate::audit::Reason;
use crate::directory::AccountKind;
use crate::factor::FactorKind;
use crate::id::{AccountId, ExceptionRequestId, OrganisationId, UserExceptionId};
use crate::time::Timestamp;

const START: Timestamp = Timestamp::from_seconds(1_800_000_000);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// Who acts: the administrator whose deeds are watched, or somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Same,
    Another,
}

#[derive(Clone, Copy, Debug)]
enum Deed {
    Give,
    Request,
    Approve(Who),
    Reject(Who),
    Withdraw,
    Lapse,
    BecomePrivileged(bool),
    BeHeld(Hold),
    HaveFactors(bool),
}

fn deeds(others: bool) -> impl Strategy<Value = Vec<(Duration, Deed)>> {
    let who = if others { vec![Who::Same, Who::Another] } else { vec![Who::Same] };
    let deed = prop_oneof![
        6 => Just(Deed::Give),
        3 => Just(Deed::Request),
        3 => prop::sample::select(who.clone()).prop_map(Deed::Approve),
        1 => prop::sample::select(who).prop_map(Deed::Reject),
        2 => Just(Deed::Withdraw),
        2 => Just(Deed::Lapse),
        1 => any::<bool>().prop_map(Deed::BecomePrivileged),
        1 => prop::sample::select(vec![Hold::None, Hold::None, Hold::Compromised, Hold::Pinned]).prop_map(Deed::BeHeld),
        1 => prop::sample::select(vec![true, true, false]).prop_map(Deed::HaveFactors),
    ];
    // Often to the microsecond at an edge.
    let gap = prop_oneof![
        Just(Duration::ZERO),
        Just(DAY),
        Just(DAY - Duration::from_micros(1)),
        (0_u64..40 * 24).prop_map(|hours| HOUR * u32::try_from(hours).unwrap()),
        (0_u64..2 * 86_400_000_000).prop_map(Duration::from_micros),
    ];
    prop::collection::vec((gap, deed), 1..60)
}

/// An account, and what was done to it.
struct World {
    now: Timestamp,
    privileged: bool,
    hold: Hold,
    registered: bool,
    all: Vec<UserException>,
}

impl World {
    fn run(deeds: &[(Duration, Deed)]) -> Self {
        let mut world = Self { now: START, privileged: false, hold: Hold::None, registered: true, all: Vec::new() };
        for (gap, deed) in deeds {
            world.now = world.now.plus(*gap);
            let before = world.suspended_until();
            world.done(*deed);
            let longer = world.suspended_until() > before;
            let untouchable = world.privileged || world.hold != Hold::None || !world.registered;
            assert!(!(longer && untouchable), "{deed:?} suspends what must never be");
        }
        world
    }

    fn suspended_until(&self) -> Option<Timestamp> {
        self.all.iter().filter_map(|one| one.until(self.now)).max()
    }

    fn done(&mut self, deed: Deed) {
        let number = u8::try_from(self.all.len()).unwrap();
        let id = UserExceptionId::new(self.now, [number; 10]);
        match deed {
            Deed::Give => {
                if let Ok(cleared) = self.judge(Wanted::Short, Who::Same) {
                    self.all.push(UserException::give(id, &cleared, ShortReason::PhoneLost));
                }
            }
            Deed::Request => {
                let request = ExceptionRequestId::new(self.now, [number; 10]);
                let ground = Ground::Long { reason: LongReason::ClinicalRisk, text: why(), request };
                if let Ok(cleared) = self.judge(Wanted::Request, Who::Same) {
                    self.all.push(UserException::request(id, &cleared, ground));
                }
            }
            Deed::Approve(who) => {
                let asked_by = account(Who::Same);
                let cleared = self.judge(Wanted::Approval { asked_by, among: &[whose()] }, who);
                self.change(|one| one.approve(&cleared.ok()?).ok());
            }
            Deed::Reject(who) => {
                let settled = self.settled(who);
                self.change(|one| one.reject(settled.clone()).ok());
            }
            Deed::Withdraw => {
                let settled = self.settled(Who::Same);
                self.change(|one| one.withdraw(settled.clone()).ok());
            }
            Deed::Lapse => {
                let now = self.now;
                self.change(|one| one.lapse(now).ok());
            }
            Deed::BecomePrivileged(privileged) => self.privileged = privileged,
            Deed::BeHeld(hold) => self.hold = hold,
            Deed::HaveFactors(registered) => self.registered = registered,
        }
    }

    fn judge(&self, wanted: Wanted<'_>, who: Who) -> Result<Cleared, Broken> {
        let candidate = Candidate {
            account: whose(),
            organisation: OrganisationId::new(START, [1; 10]),
            kind: AccountKind::User,
            in_use: true,
            factors: self.registered.then_some(FactorKind::Totp).into_iter().collect(),
            privileged: self.privileged,
            hold: self.hold,
            history: &self.all,
        };
        ExceptionRules::default().judge(&candidate, wanted, account(who), self.now)
    }

    fn settled(&self, who: Who) -> Settled {
        Settled { by: account(who), at: self.now, why: why() }
    }

    /// Does it to the first to which it can be done.
    fn change(&mut self, mut change: impl FnMut(UserException) -> Option<UserException>) {
        let changed = self.all.iter().enumerate().find_map(|(at, one)| Some((at, change(one.clone())?)));
        if let Some((at, changed)) = changed {
            self.all[at] = changed;
        }
    }

    /// From when to when each suspended prompts.
    fn spans(&self, kind: ExceptionKind) -> Vec<(Timestamp, Timestamp)> {
        let of_kind = self.all.iter().filter(|one| one.ground.kind() == kind);
        let span = |one: &UserException| {
            let given = one.standing.given()?;
            let end = one.standing.settled().map_or(given.ends_at, |settled| settled.at);
            Some((given.starts_at, end.min(given.ends_at)))
        };
        of_kind.filter_map(span).collect()
    }
}

fn whose() -> AccountId {
    AccountId::new(START, [1; 10])
}

fn account(who: Who) -> Option<AccountId> {
    Some(AccountId::new(START, [if who == Who::Same { 9 } else { 8 }; 10]))
}

fn why() -> Reason {
    Reason::parse("why").unwrap()
}

/// How much of `spans` lies within thirty days from `start`.
fn within(spans: &[(Timestamp, Timestamp)], start: Timestamp) -> Duration {
    let end = start.plus(30 * DAY);
    spans.iter().map(|(from, to)| (*to).min(end).since((*from).max(start))).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_administrator_alone_suspends_no_more_than_three_days_in_any_thirty(deeds in deeds(false)) {
        let world = World::run(&deeds);
        prop_assert_eq!(world.spans(ExceptionKind::Long), vec![], "nobody approves what they have asked for");
        let short = world.spans(ExceptionKind::Short);
        // The fullest window begins with one of them, or ends with one.
        let windows = short.iter().flat_map(|(from, to)| [*from, to.minus(30 * DAY)]);
        for start in windows {
            prop_assert!(within(&short, start) <= 3 * DAY, "{:?}", short);
        }
    }

    #[test]
    fn a_long_one_is_half_a_year_from_the_approval_of_somebody_else(deeds in deeds(true)) {
        let world = World::run(&deeds);
        for one in world.all.iter().filter(|one| one.ground.kind() == ExceptionKind::Long) {
            if let Some(given) = one.standing.given() {
                prop_assert_ne!(given.by, one.asked_by);
                prop_assert_ne!(given.by, Some(one.account));
                prop_assert_eq!(given.ends_at.since(given.starts_at), 180 * DAY);
            }
        }
        let mut all = world.spans(ExceptionKind::Short);
        for start in all.clone().iter().flat_map(|(from, to)| [*from, to.minus(30 * DAY)]) {
            prop_assert!(within(&all, start) <= 3 * DAY, "{:?}", all);
        }
        // One at a time, so that nothing adds up.
        all.extend(world.spans(ExceptionKind::Long));
        all.sort_unstable();
        prop_assert!(all.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{:?}", all);
    }
}
