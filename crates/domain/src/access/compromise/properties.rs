//! What holds whatever anybody does to an account, in any order.

use std::time::Duration;

use proptest::prelude::*;

use super::case::tests::case;
use super::lift::tests::lifter;
use super::*;
use crate::access::Hold;
use crate::directory::{AccountKind, AccountStatus, Change, Role};
use crate::id::AccountId;
use crate::time::Timestamp;

const NOW: Timestamp = Timestamp::from_seconds(1_780_000_000);
/// The account's owner, and four others. Those from 3 on are of the national team.
const PEOPLE: u8 = 5;

/// Something that somebody does.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Mark { quarantined: u32 },
    Tick(usize),
    Decide,
    Restore,
    Enable,
    Disable,
    AskToLift,
    ConfirmLift,
    Wait { hours: u64 },
}

fn deed() -> impl Strategy<Value = (u8, Deed)> {
    let deed = prop_oneof![
        2 => (0_u32..2).prop_map(|quarantined| Deed::Mark { quarantined }),
        8 => (0_usize..6).prop_map(Deed::Tick),
        2 => Just(Deed::Decide),
        4 => Just(Deed::Restore),
        2 => Just(Deed::Enable),
        1 => Just(Deed::Disable),
        3 => Just(Deed::AskToLift),
        4 => Just(Deed::ConfirmLift),
        1 => (1_u64..40).prop_map(|hours| Deed::Wait { hours }),
    ];
    (1..=PEOPLE, deed)
}

/// An account, and what is known of it.
struct World {
    now: Timestamp,
    status: AccountStatus,
    hold: Hold,
    case: Option<CompromiseCase>,
    request: Option<LiftRequest>,
}

fn person(number: u8) -> AccountId {
    AccountId::new(NOW, [number; 10])
}

impl World {
    /// Does what the rules allow, as the use cases do.
    fn act(&mut self, who: u8, deed: Deed) {
        let tick = Tick { by: Some(person(who)), at: self.now };
        let national = lifter(person(who));
        let may_lift = who >= 3;
        match deed {
            Deed::Mark { quarantined } => {
                let open = self.case.take().filter(CompromiseCase::is_open);
                self.case = Some(match open {
                    Some(open) => open.mark_again(self.now, quarantined, tick).unwrap(),
                    None => case(quarantined),
                });
                self.hold = self.hold.mark();
                self.request = None;
                if let Ok(disabled) = self.status.change(Change::Disable, self.now) {
                    self.status = disabled;
                }
            }
            Deed::Tick(index) => self.with_case(|case| case.tick(AccountKind::User, Point::ALL[index], tick).ok()),
            Deed::Decide => self.with_case(|case| case.decide(tick).ok()),
            Deed::Restore => {
                let Some(case) = self.case.clone() else { return };
                let Ok((closed, complete)) = case.restore(AccountKind::User, tick) else { return };
                let Ok(hold) = self.hold.give_back(&complete) else { return };
                self.status = self.status.change(Change::Enable, self.now).unwrap();
                (self.hold, self.case) = (hold, Some(closed));
            }
            Deed::Enable => {
                if self.hold.opens().is_ok()
                    && let Ok(enabled) = self.status.change(Change::Enable, self.now)
                {
                    self.status = enabled;
                }
            }
            Deed::Disable => {
                if let Ok(disabled) = self.status.change(Change::Disable, self.now) {
                    self.status = disabled;
                }
            }
            Deed::AskToLift if may_lift && self.hold == Hold::Pinned => {
                self.request = Some(LiftRequest::ask(national, person(1), self.now));
            }
            Deed::ConfirmLift if may_lift => {
                let Some(request) = self.request else { return };
                let Ok(lifted) = request.confirm(national, Some(&[Role::SecurityAnalyst]), self.now) else { return };
                if let Ok(hold) = self.hold.lift(&lifted) {
                    (self.hold, self.request) = (hold, None);
                }
            }
            Deed::AskToLift | Deed::ConfirmLift => {}
            Deed::Wait { hours } => self.now = self.now.plus(Duration::from_secs(hours * 3_600)),
        }
    }

    fn with_case(&mut self, change: impl FnOnce(CompromiseCase) -> Option<CompromiseCase>) {
        if let Some(changed) = self.case.clone().and_then(change) {
            self.case = Some(changed);
        }
    }

    fn ticked(&self) -> Vec<Point> {
        let list = self.case.as_ref().map(|case| case.check_list.clone()).unwrap_or_default();
        Point::ALL.into_iter().filter(|point| list.tick(*point).is_some()).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_held_account_is_free_by_two_national_people_and_open_by_a_complete_list_only(
        deeds in prop::collection::vec(deed(), 1..60),
    ) {
        let mut world =
            World { now: NOW, status: AccountStatus::Active, hold: Hold::None, case: None, request: None };
        let mut asked: Vec<(u8, Timestamp)> = Vec::new();
        for (who, deed) in deeds {
            let (hold, ticked, now) = (world.hold, world.ticked(), world.now);
            world.act(who, deed);
            if matches!(deed, Deed::AskToLift) && hold == Hold::Pinned && who >= 3 {
                asked.push((who, now));
            }
            if matches!(deed, Deed::Mark { .. }) {
                asked.clear();
            }
            if hold != Hold::None && world.hold == Hold::None {
                prop_assert_eq!(hold, Hold::Pinned, "a compromised account is given back first");
                let day = Duration::from_secs(86_400);
                let another = asked.iter().any(|(asker, at)| *asker != who && *asker >= 3 && now.since(*at) < day);
                prop_assert!(who >= 3 && another, "{who} alone, after {asked:?}");
            }
            if hold == Hold::Compromised && world.hold != Hold::Compromised {
                prop_assert_eq!(world.hold, Hold::Pinned);
                prop_assert_eq!(ticked, Point::ALL.to_vec());
                prop_assert_ne!(who, 1, "its owner has given it back");
            }
            if world.hold == Hold::Compromised {
                prop_assert!(world.status.may_sign_in().is_err(), "{deed:?} has opened it");
            }
        }
    }
}

/// The law above is not kept by nothing ever happening.
#[test]
fn an_account_goes_all_the_way_and_back() {
    let mut world = World { now: NOW, status: AccountStatus::Active, hold: Hold::None, case: None, request: None };
    world.act(2, Deed::Mark { quarantined: 1 });
    for index in 0..Point::ALL.len() {
        world.act(2, Deed::Tick(index));
    }
    world.act(2, Deed::Restore);
    assert_eq!(world.hold, Hold::Compromised, "one factor is not decided");
    world.act(2, Deed::Decide);
    world.act(2, Deed::Restore);
    assert_eq!((world.hold, world.status), (Hold::Pinned, AccountStatus::Active));
    for (who, expected) in [(3, Hold::Pinned), (2, Hold::Pinned), (4, Hold::None)] {
        world.act(3, Deed::AskToLift);
        world.act(who, Deed::ConfirmLift);
        assert_eq!(world.hold, expected, "{who}");
    }
}
