//! Every query on exceptions and postponements, on both engines.

use std::time::Duration;

use uuid::Uuid;
use wardkey_domain::access::Hold;
use wardkey_domain::access::exception::{
    Candidate, ExceptionRules, Ground, LongReason, MayPostpone, PostponeRules, Postponement, Settled, ShortReason,
    UserException, Wanted,
};
use wardkey_domain::audit::Reason;
use wardkey_domain::directory::{
    Account, AccountAddress, AccountKind, AccountStatus, OdsCode, Organisation, OrganisationKind, OrganisationPath,
    OrganisationStatus,
};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::{AccountId, ExceptionRequestId, OrganisationId, PostponementId, UserExceptionId};
use wardkey_domain::permission::Extent;
use wardkey_domain::time::Timestamp;

use super::*;
use crate::directory::{insert_account, insert_organisation};
use crate::{Tx, both_engines};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);
const TICK: Duration = Duration::from_micros(1);

fn body(number: u8, parent: Option<&Organisation>) -> Organisation {
    let id = OrganisationId::new(NOW, [number; 10]);
    Organisation {
        id,
        ods_code: OdsCode::parse(&format!("A{number:04}")).unwrap(),
        name: format!("Practice {number}"),
        kind: OrganisationKind::GpPractice,
        parent: parent.map(|parent| parent.id),
        path: parent.map_or_else(|| OrganisationPath::root(id), |parent| parent.path.child(id).unwrap()),
        status: OrganisationStatus::Open,
        help_contact: None,
        created_at: NOW,
    }
}

async fn person(tx: &mut Tx, number: u8, organisation: &Organisation) -> AccountId {
    let id = AccountId::new(NOW, [number; 10]);
    let account = Account {
        id,
        organisation: organisation.id,
        path: organisation.path.clone(),
        kind: AccountKind::User,
        address: AccountAddress::parse(&format!("p{number:03}@a.example")).unwrap(),
        display_name: format!("Person {number}"),
        given_name: None,
        family_name: None,
        status: AccountStatus::Active,
        created_at: NOW,
        last_signed_in_at: None,
        version: 0,
    };
    insert_account(tx, &account).await.unwrap();
    id
}

fn admin(number: u8) -> Option<AccountId> {
    Some(AccountId::new(NOW, [number; 10]))
}

fn why(text: &str) -> Reason {
    Reason::parse(text).unwrap()
}

fn cleared(
    whose: (AccountId, OrganisationId),
    wanted: Wanted<'_>,
    by: Option<AccountId>,
    at: Timestamp,
) -> wardkey_domain::access::exception::Cleared {
    let candidate = Candidate {
        account: whose.0,
        organisation: whose.1,
        kind: AccountKind::User,
        in_use: true,
        factors: [FactorKind::Totp].into_iter().collect(),
        privileged: false,
        hold: Hold::None,
        history: &[],
    };
    ExceptionRules::default().judge(&candidate, wanted, by, at).unwrap()
}

fn given(number: u8, whose: (AccountId, OrganisationId), reason: ShortReason, at: Timestamp) -> UserException {
    UserException::give(UserExceptionId::new(at, [number; 10]), &cleared(whose, Wanted::Short, admin(250), at), reason)
}

fn asked(number: u8, whose: (AccountId, OrganisationId), request: u8) -> UserException {
    let request = ExceptionRequestId::new(NOW, [request; 10]);
    let ground = Ground::Long { reason: LongReason::Accessibility, text: why("no phone can be held"), request };
    let cleared = cleared(whose, Wanted::Request, admin(250), NOW);
    UserException::request(UserExceptionId::new(NOW, [number; 10]), &cleared, ground)
}

fn approved(exception: &UserException, at: Timestamp) -> UserException {
    let whose = (exception.account, exception.organisation);
    let wanted = Wanted::Approval { asked_by: exception.asked_by, among: &[] };
    exception.clone().approve(&cleared(whose, wanted, admin(251), at)).unwrap()
}

fn settled(at: Timestamp) -> Settled {
    Settled { by: admin(252), at, why: why("the phone was found") }
}

both_engines!(an_exception_suspends_prompts_from_its_first_moment_to_its_last, |store| async {
    let mut tx = store.begin().await.unwrap();
    let place = body(1, None);
    insert_organisation(&mut tx, &place).await.unwrap();
    let nurse = person(&mut tx, 1, &place).await;
    let one = given(1, (nurse, place.id), ShortReason::Other(why("the lift is stuck")), NOW);
    insert_exception(&mut tx, &one).await.unwrap();
    assert_eq!(find_exception(&mut tx, one.id).await.unwrap(), Some(one.clone()));
    let end = NOW.plus(DAY);
    for (at, expected) in
        [(NOW.minus(TICK), None), (NOW, Some(end)), (end.minus(TICK), Some(end)), (end, None), (end.plus(DAY), None)]
    {
        assert_eq!(excepted_until(&mut tx, nurse, at).await.unwrap(), expected);
    }
    assert_eq!(excepted_until(&mut tx, AccountId::new(NOW, [7; 10]), NOW).await.unwrap(), None);
    // A request suspends nothing.
    let other = person(&mut tx, 2, &place).await;
    let request = asked(2, (other, place.id), 1);
    insert_exception(&mut tx, &request).await.unwrap();
    assert_eq!(excepted_until(&mut tx, other, NOW).await.unwrap(), None);
    let long = approved(&request, NOW.plus(HOUR));
    assert!(save_exception(&mut tx, &request.standing, &long).await.unwrap());
    assert_eq!(excepted_until(&mut tx, other, NOW.plus(HOUR)).await.unwrap(), Some(NOW.plus(HOUR).plus(180 * DAY)));
    assert_eq!(find_exception(&mut tx, long.id).await.unwrap(), Some(long.clone()));
    let withdrawn = long.clone().withdraw(settled(NOW.plus(DAY))).unwrap();
    assert!(save_exception(&mut tx, &long.standing, &withdrawn).await.unwrap());
    assert_eq!(excepted_until(&mut tx, other, NOW.plus(DAY)).await.unwrap(), None);
    assert_eq!(find_exception(&mut tx, long.id).await.unwrap(), Some(withdrawn));
});

both_engines!(whoever_settles_an_exception_second_changes_nothing, |store| async {
    let place = body(1, None);
    let mut tx = store.begin().await.unwrap();
    insert_organisation(&mut tx, &place).await.unwrap();
    let nurse = person(&mut tx, 1, &place).await;
    let request = asked(1, (nurse, place.id), 1);
    insert_exception(&mut tx, &request).await.unwrap();
    let rejected = request.clone().reject(settled(NOW)).unwrap();
    assert!(save_exception(&mut tx, &request.standing, &rejected).await.unwrap());
    assert!(!save_exception(&mut tx, &request.standing, &approved(&request, NOW)).await.unwrap());
    assert_eq!(find_exception(&mut tx, request.id).await.unwrap(), Some(rejected));
    let one = given(2, (nurse, place.id), ShortReason::NoSignal, NOW);
    insert_exception(&mut tx, &one).await.unwrap();
    tx.commit().await.unwrap();
    // A second one beside it is refused by the database itself.
    let mut tx = store.begin().await.unwrap();
    let second = given(3, (nurse, place.id), ShortReason::NoSignal, NOW);
    assert!(insert_exception(&mut tx, &second).await.unwrap_err().is_unique().is_some());
});

both_engines!(nodes, of_two_nodes_one_ends_an_exception_and_one_reminds, |first, second| async {
    let place = body(1, None);
    let mut tx = first.begin().await.unwrap();
    insert_organisation(&mut tx, &place).await.unwrap();
    let nurse = person(&mut tx, 1, &place).await;
    let one = given(1, (nurse, place.id), ShortReason::PhoneLost, NOW);
    insert_exception(&mut tx, &one).await.unwrap();
    tx.commit().await.unwrap();
    let end = NOW.plus(DAY);
    let over = one.clone().lapse(end).unwrap();
    let (mut reminded, mut ended) = (0, 0);
    for node in [&first, &second] {
        let mut tx = node.begin().await.unwrap();
        reminded += u8::from(save_reminded(&mut tx, one.id, end.minus(2 * HOUR), None).await.unwrap());
        tx.commit().await.unwrap();
    }
    for node in [&first, &second] {
        let mut tx = node.begin().await.unwrap();
        ended += u8::from(save_exception(&mut tx, &one.standing, &over).await.unwrap());
        tx.commit().await.unwrap();
    }
    assert_eq!((reminded, ended), (1, 1));
});

both_engines!(what_is_over_and_what_ends_soon_is_found, |store| async {
    let mut tx = store.begin().await.unwrap();
    let place = body(1, None);
    insert_organisation(&mut tx, &place).await.unwrap();
    let (nurse, clerk) = (person(&mut tx, 1, &place).await, person(&mut tx, 2, &place).await);
    let lost = given(1, (nurse, place.id), ShortReason::PhoneLost, NOW);
    insert_exception(&mut tx, &lost).await.unwrap();
    let request = asked(2, (clerk, place.id), 1);
    insert_exception(&mut tx, &request).await.unwrap();
    let long = approved(&request, NOW);
    save_exception(&mut tx, &request.standing, &long).await.unwrap();
    let end = NOW.plus(DAY);
    assert_eq!(list_due(&mut tx, end.minus(TICK), 9).await.unwrap(), []);
    assert_eq!(list_due(&mut tx, end, 9).await.unwrap(), std::slice::from_ref(&lost));
    let soon = end.minus(2 * HOUR);
    assert_eq!(list_ending_soon(&mut tx, soon.minus(TICK), 9).await.unwrap(), []);
    assert_eq!(list_ending_soon(&mut tx, soon, 9).await.unwrap(), [(lost.clone(), soon)]);
    let late = list_ending_soon(&mut tx, end, 9).await.unwrap();
    assert_eq!(late, [], "who is late reminds nobody of what is over");
    let steps = [NOW.plus(166 * DAY), NOW.plus(179 * DAY)];
    assert_eq!(list_ending_soon(&mut tx, steps[0], 9).await.unwrap(), [(long.clone(), steps[0])]);
    assert!(save_reminded(&mut tx, long.id, steps[0], Some(steps[1])).await.unwrap());
    assert_eq!(list_ending_soon(&mut tx, steps[0], 9).await.unwrap(), []);
    assert_eq!(list_ending_soon(&mut tx, steps[1], 9).await.unwrap(), [(long, steps[1])]);

    // What was on the lost phone counts no more from the end on, until it is removed.
    assert!(owes_re_enrolment(&mut tx, lost.id).await.unwrap());
    assert_eq!(phones_void_from(&mut tx, nurse, end.minus(TICK)).await.unwrap(), None);
    assert_eq!(phones_void_from(&mut tx, nurse, end.plus(HOUR)).await.unwrap(), Some(end));
    assert_eq!(phones_void_from(&mut tx, clerk, NOW.plus(181 * DAY)).await.unwrap(), None);
    forget_re_enrolment(&mut tx, nurse).await.unwrap();
    assert!(!owes_re_enrolment(&mut tx, lost.id).await.unwrap());
    assert_eq!(phones_void_from(&mut tx, nurse, end).await.unwrap(), None);
});

both_engines!(the_exceptions_of_an_account_are_those_that_stand_and_the_latest, |store| async {
    let mut tx = store.begin().await.unwrap();
    let place = body(1, None);
    insert_organisation(&mut tx, &place).await.unwrap();
    let nurse = person(&mut tx, 1, &place).await;
    let old = given(1, (nurse, place.id), ShortReason::NoSignal, NOW);
    insert_exception(&mut tx, &old).await.unwrap();
    let old_over = old.clone().lapse(NOW.plus(DAY)).unwrap();
    save_exception(&mut tx, &old.standing, &old_over).await.unwrap();
    let request = asked(2, (nurse, place.id), 1);
    insert_exception(&mut tx, &request).await.unwrap();
    let new = given(3, (nurse, place.id), ShortReason::NoSignal, NOW.plus(40 * DAY));
    insert_exception(&mut tx, &new).await.unwrap();
    let listed = |found: Vec<UserException>| found.into_iter().map(|one| one.id).collect::<Vec<_>>();
    let found = list_account_exceptions(&mut tx, nurse, NOW.plus(10 * DAY)).await.unwrap();
    assert_eq!(listed(found), [new.id, request.id]);
    let found = list_account_exceptions(&mut tx, nurse, NOW.minus(TICK)).await.unwrap();
    assert_eq!(listed(found), [new.id, request.id, old.id]);
    assert_eq!(delete_exceptions_over(&mut tx, NOW.plus(DAY).minus(TICK)).await.unwrap(), 0);
    assert_eq!(delete_exceptions_over(&mut tx, NOW.plus(DAY)).await.unwrap(), 1);
    let found = list_account_exceptions(&mut tx, nurse, NOW.minus(TICK)).await.unwrap();
    assert_eq!(listed(found), [new.id, request.id]);
});

both_engines!(lists_stay_inside_their_extent_and_follow_each_other_without_gaps, |store| async {
    let mut tx = store.begin().await.unwrap();
    let top = body(1, None);
    let (site, elsewhere) = (body(2, Some(&top)), body(3, None));
    for place in [&top, &site, &elsewhere] {
        insert_organisation(&mut tx, place).await.unwrap();
    }
    for number in 10..30 {
        let place = [&top, &site, &elsewhere][usize::from(number % 3)];
        let nurse = person(&mut tx, number, place).await;
        // Two of each end together.
        let at = NOW.plus(HOUR * u32::from(number / 2));
        let one = given(number, (nurse, place.id), ShortReason::NoSignal, at);
        insert_exception(&mut tx, &one).await.unwrap();
        // Requests of up to three lines.
        insert_exception(&mut tx, &asked(number + 100, (nurse, place.id), number / 3)).await.unwrap();
    }
    let whole = Extent::Everything;
    let own = Extent::Subtrees(vec![top.path.clone(), site.path.clone()]);
    for (extent, expected) in [(&whole, 20), (&own, 13), (&Extent::Nothing, 0)] {
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let query = ListQuery { extent, after, limit: 3 };
            let page = list_standing(&mut tx, query, NOW.plus(9 * HOUR)).await.unwrap();
            let Some(last) = page.last() else { break };
            after = last.of.standing.given().map(|given| (given.ends_at, last.of.id.uuid()));
            seen.extend(page.into_iter().map(|listed| listed.address));
        }
        let count = seen.len();
        seen.dedup();
        assert_eq!((count, seen.len()), (expected, expected));
        let (mut after, mut requests, mut lines) = (None, 0, 0);
        loop {
            let page = list_waiting(&mut tx, ListQuery { extent, after, limit: 2 }).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            requests += page.len();
            lines += page.iter().map(|request| request.accounts).sum::<u64>();
        }
        assert_eq!((requests, lines), (if expected == 0 { 0 } else { 7 }, expected as u64));
    }
    let request = ExceptionRequestId::new(NOW, [4; 10]);
    let lines = list_request(&mut tx, request).await.unwrap();
    let addresses: Vec<_> = lines.iter().map(|line| line.address.as_str()).collect();
    assert_eq!(addresses, ["p012@a.example", "p013@a.example", "p014@a.example"]);
    assert_eq!(lines[0].display_name, "Person 12");
    assert_eq!((lines[0].organisation.as_str(), lines[0].ods_code.as_str()), ("Practice 1", "A0001"));
    assert_eq!(list_request(&mut tx, ExceptionRequestId::from_uuid(Uuid::nil())).await.unwrap(), []);
});

fn postponed(number: u8, whose: (AccountId, OrganisationId), at: Timestamp) -> Postponement {
    let newcomer = MayPostpone {
        account: whose.0,
        organisation: whose.1,
        kind: AccountKind::User,
        privileged: false,
        hold: Hold::None,
        last: None,
    };
    let rules = PostponeRules { allowed: true, ..PostponeRules::default() };
    let terms = (why("new phones come next week"), at.plus(7 * DAY));
    rules.postpone(PostponementId::new(at, [number; 10]), &newcomer, terms, admin(250), at).unwrap()
}

both_engines!(a_postponement_holds_until_it_ends_or_is_withdrawn_once, |store| async {
    let mut tx = store.begin().await.unwrap();
    let place = body(1, None);
    insert_organisation(&mut tx, &place).await.unwrap();
    let nurse = person(&mut tx, 1, &place).await;
    assert_eq!(find_last_postponement(&mut tx, nurse).await.unwrap(), None);
    assert_eq!(postponed_until(&mut tx, nurse, NOW).await.unwrap(), None);
    let one = postponed(1, (nurse, place.id), NOW);
    insert_postponement(&mut tx, &one).await.unwrap();
    let end = NOW.plus(7 * DAY);
    for (at, expected) in [(NOW.minus(TICK), None), (NOW, Some(end)), (end.minus(TICK), Some(end)), (end, None)] {
        assert_eq!(postponed_until(&mut tx, nurse, at).await.unwrap(), expected);
    }
    assert_eq!(excepted_until(&mut tx, nurse, NOW).await.unwrap(), None, "it is no exception");
    assert_eq!(find_last_postponement(&mut tx, nurse).await.unwrap(), Some(one.clone()));
    let query = |after| ListQuery { extent: &Extent::Everything, after, limit: 5 };
    let listed = list_postponements(&mut tx, query(None), NOW).await.unwrap();
    assert_eq!(listed.iter().map(|listed| &listed.of).collect::<Vec<_>>(), [&one]);
    assert_eq!(list_postponements(&mut tx, query(Some((end, one.id.uuid()))), NOW).await.unwrap(), []);
    assert_eq!(list_postponements(&mut tx, query(None), end).await.unwrap(), []);
    assert!(!save_postponement(&mut tx, &one).await.unwrap(), "nobody has withdrawn it");
    let withdrawn = one.withdraw(settled(NOW.plus(DAY))).unwrap();
    assert!(save_postponement(&mut tx, &withdrawn).await.unwrap());
    assert!(!save_postponement(&mut tx, &withdrawn).await.unwrap());
    assert_eq!(postponed_until(&mut tx, nurse, NOW.plus(DAY)).await.unwrap(), None);
    assert_eq!(find_last_postponement(&mut tx, nurse).await.unwrap(), Some(withdrawn));
    assert_eq!(list_postponements(&mut tx, query(None), NOW).await.unwrap(), []);
});
