//! Laws that hold whatever is done to a named location, in whichever order, by whomever.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::audit::Reason;
use crate::id::{AccountId, NamedLocationId, OrganisationId};
use crate::time::Timestamp;

const DAY: Duration = Duration::from_secs(86_400);
const START: Timestamp = Timestamp::from_seconds(1_000_000);

fn account(number: u8) -> AccountId {
    AccountId::new(Timestamp::from_seconds(1), [number; 10])
}

fn terms(owner: u8, host: u8) -> Terms {
    let ranges = RangeRules::default().read(&format!("203.0.113.{host}"), LocationConnection::Internet).unwrap();
    Terms { owner: account(owner), ranges }
}

fn confirmed() -> Confirmed {
    Prerequisite::confirm(&Prerequisite::ALL).unwrap()
}

fn reason() -> Reason {
    Reason::parse("because").unwrap()
}

fn draft(by: u8, owner: u8) -> NamedLocation {
    let new = NewLocation {
        id: NamedLocationId::new(START, [1; 10]),
        organisation: OrganisationId::new(START, [1; 10]),
        name: LocationName::parse("Riverside Surgery").unwrap(),
        connection: LocationConnection::Internet,
        terms: terms(owner, 0),
    };
    NamedLocation::draft(new, account(by), START)
}

/// Something that somebody does.
#[derive(Clone, Copy, Debug)]
enum Move {
    Revise { owner: u8, host: u8 },
    Submit,
    Propose { owner: u8, host: u8 },
    Approve,
    Reject,
    Attest(Authority),
    Suspend(Authority),
    Resume,
    Retire,
}

fn made(location: NamedLocation, what: Move, by: u8, now: Timestamp) -> Result<NamedLocation, CannotMove> {
    let who = account(by);
    match what {
        Move::Revise { owner, host } => location.revise(terms(owner, host), who, now),
        Move::Submit => location.submit(who, confirmed(), now),
        Move::Propose { owner, host } => location.propose(terms(owner, host), who, confirmed(), now),
        Move::Approve => location.approve(who, confirmed(), now),
        Move::Reject => location.reject(reason(), now),
        Move::Attest(authority) => location.attest(who, authority, confirmed(), now),
        Move::Suspend(authority) => location.suspend(authority, reason(), now),
        Move::Resume => location.resume(),
        Move::Retire => location.retire(now),
    }
}

fn any_move() -> impl Strategy<Value = Move> {
    let authority = || prop::sample::select(vec![Authority::Requester, Authority::Approver]);
    prop_oneof![
        2 => (1_u8..4, 0_u8..4).prop_map(|(owner, host)| Move::Revise { owner, host }),
        4 => Just(Move::Submit),
        3 => (1_u8..4, 0_u8..4).prop_map(|(owner, host)| Move::Propose { owner, host }),
        6 => Just(Move::Approve),
        1 => Just(Move::Reject),
        3 => authority().prop_map(Move::Attest),
        2 => authority().prop_map(Move::Suspend),
        2 => Just(Move::Resume),
        1 => Just(Move::Retire),
    ]
}

fn any_moves() -> impl Strategy<Value = Vec<(Move, u8, u32)>> {
    prop::collection::vec((any_move(), 1_u8..4, prop_oneof![3 => Just(0_u32), 1 => 0_u32..400]), 1..40)
}

/// What the moves that were made say, told apart from the location itself.
#[derive(Default)]
struct Told {
    /// Who wrote and who handed in what waits, with its owner and its host.
    waits: Option<(u8, u8, u8, u8)>,
    /// Who wrote, handed in and approved what is in force, with its owner and its host.
    in_force: Option<(u8, u8, u8, u8, u8)>,
    written: (u8, u8, u8),
    good_until: Option<Timestamp>,
    out_of_use: bool,
}

impl Told {
    fn note(&mut self, what: Move, by: u8, now: Timestamp) {
        match what {
            Move::Revise { owner, host } => {
                self.written = (by, owner, host);
                self.waits = None;
            }
            Move::Submit => self.waits = Some((self.written.0, by, self.written.1, self.written.2)),
            Move::Propose { owner, host } => self.waits = Some((by, by, owner, host)),
            Move::Approve => {
                let (wrote, handed_in, owner, host) = self.waits.take().expect("something waited");
                if self.in_force.replace((wrote, handed_in, by, owner, host)).is_none() {
                    self.good_until = Some(now.plus(DAY * 365));
                }
            }
            Move::Reject => self.waits = None,
            Move::Attest(_) => {
                self.good_until = Some(now.plus(DAY * 365));
                self.out_of_use = false;
            }
            Move::Suspend(_) | Move::Retire => self.out_of_use = true,
            Move::Resume => self.out_of_use = false,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_account_alone_never_makes_a_location_active(moves in any_moves(), owner in 1_u8..4) {
        let (mut location, mut now) = (draft(1, owner), START);
        for (what, _, days) in moves {
            now = now.plus(DAY * days);
            location = made(location.clone(), what, 1, now).unwrap_or(location);
            prop_assert!(location.active(now).is_none(), "{what:?}");
        }
    }

    #[test]
    fn what_is_active_was_agreed_by_two_and_is_attested_and_not_put_out_of_use(moves in any_moves(), owner in 1_u8..4) {
        let (mut location, mut now) = (draft(1, owner), START);
        let mut told = Told { written: (1, owner, 0), ..Told::default() };
        for (what, by, days) in moves {
            now = now.plus(DAY * days);
            if let Ok(moved) = made(location.clone(), what, by, now) {
                told.note(what, by, now);
                location = moved;
            }
            let should_be = told.good_until.is_some_and(|until| now < until) && !told.out_of_use;
            let active = location.active(now);
            prop_assert_eq!(active.is_some(), should_be, "{:?}", what);
            if let (Some(in_force), Some((wrote, handed_in, agreed, owner, host))) = (active, told.in_force) {
                prop_assert!(agreed != wrote && agreed != handed_in && agreed != owner);
                prop_assert_eq!(&in_force.terms, &terms(owner, host), "only what was agreed is in force");
            }
            prop_assert_eq!(location.waits().is_some(), told.waits.is_some() && !matches!(location.standing, Standing::Retired { .. }));
        }
    }

    #[test]
    fn a_retired_location_stays_retired(moves in any_moves()) {
        let mut location = draft(1, 2).retire(START).unwrap();
        for (what, by, _) in moves {
            prop_assert!(made(location.clone(), what, by, START).is_err(), "{what:?}");
            location = made(location.clone(), what, by, START).unwrap_or(location);
        }
        prop_assert_eq!(location.phase(START), Phase::Retired);
    }
}

fn active(now: Timestamp) -> NamedLocation {
    let submitted = draft(1, 2).submit(account(1), confirmed(), now).unwrap();
    submitted.approve(account(3), confirmed(), now).unwrap()
}

#[test]
fn neither_who_asked_nor_the_owner_approves() {
    let submitted = draft(1, 2).submit(account(4), confirmed(), START).unwrap();
    for (who, expected) in [
        (1, Err(MayNotApprove::AskedForIt.into())),
        (4, Err(MayNotApprove::AskedForIt.into())),
        (2, Err(MayNotApprove::OwnsIt.into())),
        (3, Ok(Phase::Active)),
    ] {
        let approved = submitted.clone().approve(account(who), confirmed(), START);
        assert_eq!(approved.map(|approved| approved.phase(START)), expected, "{who}");
    }
}

#[test]
fn a_change_waits_while_the_old_ranges_go_on() {
    let proposed = active(START).propose(terms(5, 9), account(1), confirmed(), START).unwrap();
    assert_eq!(proposed.active(START).map(|in_force| &in_force.terms), Some(&terms(2, 0)));
    for (who, why) in [(1, MayNotApprove::AskedForIt), (2, MayNotApprove::OwnsIt), (5, MayNotApprove::OwnsIt)] {
        assert_eq!(proposed.clone().approve(account(who), confirmed(), START), Err(why.into()), "{who}");
    }
    let approved = proposed.clone().approve(account(3), confirmed(), START).unwrap();
    assert_eq!(approved.active(START).map(|in_force| &in_force.terms), Some(&terms(5, 9)));
    let rejected = proposed.reject(reason(), START).unwrap();
    assert_eq!(rejected.active(START).map(|in_force| &in_force.terms), Some(&terms(2, 0)));
    assert_eq!(rejected.waits(), None);
    let same = active(START).propose(terms(2, 0), account(1), confirmed(), START);
    assert_eq!(same, Err(CannotMove::NothingChanges));
}

#[test]
fn an_approval_changes_ranges_and_not_how_long_they_are_vouched_for() {
    let proposed = active(START).propose(terms(2, 9), account(1), confirmed(), START).unwrap();
    let late = START.plus(DAY * 400);
    assert_eq!(proposed.approve(account(3), confirmed(), late).unwrap().phase(late), Phase::Lapsed);
}

#[test]
fn a_location_lapses_by_the_clock_until_it_is_attested_again() {
    let location = active(START);
    for (days, expected) in
        [(0, Phase::Active), (304, Phase::Active), (305, Phase::Due), (364, Phase::Due), (365, Phase::Lapsed)]
    {
        let now = START.plus(DAY * days);
        assert_eq!(location.phase(now), expected, "day {days}");
        assert_eq!(location.active(now).is_some(), expected != Phase::Lapsed, "day {days}");
    }
    let attest =
        |day: u32| location.clone().attest(account(1), Authority::Requester, confirmed(), START.plus(DAY * day));
    assert_eq!(attest(304), Err(CannotMove::TooEarly));
    let renewed = attest(305).unwrap();
    assert_eq!(renewed.phase(START.plus(DAY * 366)), Phase::Active);
    assert_eq!(attest(900).unwrap().phase(START.plus(DAY * 900)), Phase::Active);
}

#[test]
fn what_an_approver_suspends_only_an_approver_resumes() {
    let by = |authority| active(START).suspend(authority, reason(), START).unwrap();
    let attest = |location: NamedLocation, authority| {
        location.attest(account(1), authority, confirmed(), START).map(|attested| attested.phase(START))
    };
    use Authority::{Approver, Requester};
    assert_eq!(attest(by(Requester), Requester), Ok(Phase::Active));
    assert_eq!(attest(by(Requester), Approver), Ok(Phase::Active));
    assert_eq!(attest(by(Approver), Approver), Ok(Phase::Active));
    assert_eq!(attest(by(Approver), Requester), Err(CannotMove::ApproverSuspended));
    assert_eq!(by(Approver).resume().unwrap().phase(START), Phase::Active);
    assert_eq!(by(Approver).suspend(Approver, reason(), START), Err(CannotMove::AlreadySuspended));
}

#[test]
fn an_active_location_is_suspended_before_it_is_retired() {
    assert_eq!(active(START).retire(START), Err(CannotMove::InForce));
    let suspended = active(START).suspend(Authority::Requester, reason(), START).unwrap();
    assert_eq!(suspended.retire(START).unwrap().phase(START), Phase::Retired);
    let submitted = draft(1, 2).submit(account(1), confirmed(), START).unwrap();
    assert_eq!(submitted.clone().retire(START), Err(CannotMove::Waits));
    let rejected = submitted.clone().reject(reason(), START).unwrap();
    assert_eq!(rejected.retire(START).unwrap().phase(START), Phase::Retired);
    let taken_back = submitted.revise(terms(2, 0), account(1), START).unwrap();
    assert_eq!(taken_back.retire(START).unwrap().phase(START), Phase::Retired);
}
