//! Suspensions for half a year: asked for by one, for one account or many, and decided by another.

use std::time::Duration;

use wardkey_domain::directory::Role;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::ExceptionRequestId;
use wardkey_usecases::Error;
use wardkey_usecases::access::{
    AskedFor, NewRequest, Pages, account_exceptions, approve_long_exceptions, give_short_exception, list_exceptions,
    reject_long_exceptions, remind_of_ends, request_long_exceptions, see_exception_request, withdraw_exception,
    withdraw_exception_request,
};
use wardkey_usecases::directory::{disable, re_enrol};

use super::exception_support::{ADMIN, CLERK, DAY, DESK, MANAGER, NURSE, PRIMARY, STRANGER, World};
use crate::directory::outcome;

async fn ask(world: &World, who: &str, addresses: &str) -> Result<AskedFor, Error> {
    let new = NewRequest { addresses, why: "secure_location", text: "no device on the ward" };
    request_long_exceptions(&world.test.app, &world.op(who).await, new).await
}

async fn asked(world: &World, who: &str, addresses: &str) -> ExceptionRequestId {
    let asked = ask(world, who, addresses).await.unwrap();
    assert_eq!(asked.refused, []);
    asked.request.unwrap()
}

async fn approve(world: &World, who: &str, request: ExceptionRequestId) -> Result<usize, Error> {
    approve_long_exceptions(&world.test.app, &world.op(who).await, request).await.map(|decided| decided.accounts)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_asks_and_another_approves() {
    let world = World::new().await;
    let request = asked(&world, PRIMARY, NURSE).await;
    assert_eq!(world.excepted_until(NURSE).await, None);
    assert_eq!(outcome(approve(&world, PRIMARY, request).await), "conflict", "not who has asked");
    assert_eq!(outcome(approve(&world, ADMIN, request).await), "forbidden", "not in their role");
    assert_eq!(outcome(approve(&world, STRANGER, request).await), "not found");
    world.test.give_role(STRANGER, Role::NationalHelpDesk, "B1").await;
    let stale = world.stale(STRANGER).await;
    assert_eq!(outcome(approve_long_exceptions(&world.test.app, &stale, request).await), "fresh factor");
    world.test.clock.advance(3 * DAY);
    assert_eq!(approve(&world, STRANGER, request).await.unwrap(), 1);
    let end = world.test.app.now().plus(180 * DAY);
    assert_eq!(world.excepted_until(NURSE).await, Some(end), "180 days from the approval");
    assert_eq!(outcome(approve(&world, STRANGER, request).await), "conflict", "once");
    let given = world.events("exception_given").await;
    assert!(given[0].1.contains(r#""span":"long""#) && given[0].1.contains("no device on the ward"), "{given:?}");
    let mail = world.mails(1).await.remove(0).mail;
    assert!(mail.to == NURSE && mail.text.contains(&wardkey_usecases::moment(end)), "{}", mail.text);
    // Reminded two weeks and a day before, once each.
    for (wait, mails) in [(166 * DAY - Duration::from_secs(1), 1), (Duration::from_secs(1), 2), (13 * DAY, 3)] {
        world.later(wait).await;
        for _ in 0..2 {
            remind_of_ends(&world.test.app, &world.job()).await.unwrap();
        }
        assert_eq!(world.mails(mails).await.len(), mails);
    }
    world.later(DAY - Duration::from_micros(1)).await;
    assert_eq!(world.excepted_until(NURSE).await, Some(end));
    world.later(Duration::from_micros(1)).await;
    assert_eq!(world.excepted_until(NURSE).await, None);
    assert_eq!(world.factors(NURSE).await, [FactorKind::Totp]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_practice_manager_asks_and_decides_nothing() {
    let world = World::new().await;
    let request = asked(&world, MANAGER, NURSE).await;
    assert_eq!(outcome(approve(&world, MANAGER, request).await), "forbidden");
    let manager = world.op(MANAGER).await;
    assert_eq!(outcome(reject_long_exceptions(&world.test.app, &manager, request, "no").await), "forbidden");
    assert!(matches!(ask(&world, NURSE, CLERK).await, Err(Error::NotFound(_))), "nobody asks for a colleague");
    let stale = world.stale(MANAGER).await;
    let new = NewRequest { addresses: CLERK, why: "accessibility", text: "arthritis" };
    assert_eq!(outcome(request_long_exceptions(&world.test.app, &stale, new).await), "fresh factor");
    // They take it back.
    withdraw_exception_request(&world.test.app, &manager, world.id(NURSE).await, "they have a key now").await.unwrap();
    assert_eq!(outcome(approve(&world, PRIMARY, request).await), "conflict");
    assert_eq!(world.excepted_until(NURSE).await, None);
    assert!(world.events("exception_ended").await[0].1.contains(r#""how":"taken_back""#));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_account_is_judged_and_one_that_cannot_be_does_not_stop_the_others() {
    let world = World::new().await;
    world.test.add_person("A1", "new@a.example").await;
    asked(&world, MANAGER, CLERK).await;
    let typed = format!(
        "{NURSE}\n\n nobody \n{STRANGER}\nnew@a.example\n{ADMIN}\n{CLERK}\n{}\n{MANAGER}",
        NURSE.to_uppercase()
    );
    let asked = ask(&world, PRIMARY, &typed).await.unwrap();
    assert_eq!(asked.accounts, 2, "{asked:?}");
    let why: Vec<_> = asked.refused.iter().map(|line| (line.address.as_str(), line.why.as_str())).collect();
    let begins = |at: usize, address: &str, text: &str| {
        assert!(why[at].0 == address && why[at].1.contains(text), "{why:?}");
    };
    assert_eq!(why.len(), 6);
    begins(0, "nobody", "not an email address");
    begins(1, STRANGER, "No account that you look after");
    begins(2, "new@a.example", "no second factor yet");
    begins(3, ADMIN, "privileged account is never");
    begins(4, CLERK, "was asked for already");
    begins(5, NURSE, "another line");
    for (addresses, why, text, field) in [
        (" \n", "accessibility", "x", "addresses"),
        (NURSE, "bored", "x", "why"),
        (NURSE, "accessibility", " ", "reason"),
    ] {
        let new = NewRequest { addresses, why, text };
        match request_long_exceptions(&world.test.app, &world.op(PRIMARY).await, new).await {
            Err(Error::Invalid(errors)) => assert_eq!(errors[0].field, field),
            other => panic!("{other:?}"),
        }
    }
    let many: Vec<String> = (0..101).map(|number| format!("p{number}@a.example")).collect();
    assert_eq!(outcome(ask(&world, PRIMARY, &many.join("\n")).await), "invalid");
    let none = ask(&world, PRIMARY, "nobody@a.example").await.unwrap();
    assert_eq!((none.request, none.accounts, none.refused.len()), (None, 0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_changed_since_somebody_asked_is_judged_again() {
    let world = World::new().await;
    let request = asked(&world, ADMIN, &format!("{NURSE}\n{CLERK}\n{MANAGER}")).await;
    let app = &world.test.app;
    re_enrol(app, &world.op(ADMIN).await, world.id(NURSE).await, "lost").await.unwrap();
    world.test.give_role(CLERK, Role::LocalHelpDesk, "A1").await;
    let decided = approve_long_exceptions(app, &world.op(PRIMARY).await, request).await.unwrap();
    assert_eq!(decided.accounts, 1);
    let refused: Vec<_> = decided.refused.iter().map(|line| line.address.as_str()).collect();
    assert_eq!(refused, [CLERK, NURSE]);
    for (who, excepted) in [(NURSE, false), (CLERK, false), (MANAGER, true)] {
        assert_eq!(world.excepted_until(who).await.is_some(), excepted, "{who}");
    }
    // They wait on; with a factor again it can be approved.
    world.enrol(NURSE, FactorKind::Totp).await;
    assert_eq!(approve(&world, PRIMARY, request).await.unwrap(), 1);
    let text = match approve(&world, PRIMARY, request).await {
        Err(Error::Conflict(text)) => text,
        other => panic!("{other:?}"),
    };
    assert!(text.contains("privileged account is never excepted"), "{text}");
    disable(app, &world.op(PRIMARY).await, world.id(CLERK).await, "left").await.unwrap();
    assert_eq!(outcome(approve(&world, PRIMARY, request).await), "conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_decides_on_a_request_that_they_are_in() {
    let world = World::new().await;
    let request = asked(&world, MANAGER, &format!("{NURSE}\n{CLERK}")).await;
    // One of those it is about becomes an administrator meanwhile.
    world.test.give_role(CLERK, Role::PrimaryLocalAdministrator, "T1").await;
    assert_eq!(outcome(approve(&world, CLERK, request).await), "conflict");
    let op = world.op(CLERK).await;
    assert_eq!(outcome(reject_long_exceptions(&world.test.app, &op, request, "no").await), "conflict");
    assert_eq!(world.excepted_until(NURSE).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_is_told_to_whoever_asked_and_to_nobody_else() {
    let world = World::new().await;
    let request = asked(&world, MANAGER, &format!("{NURSE}\n{CLERK}")).await;
    let (app, primary) = (&world.test.app, world.op(PRIMARY).await);
    assert_eq!(outcome(reject_long_exceptions(app, &primary, request, " ").await), "invalid");
    reject_long_exceptions(app, &primary, request, "a key would do").await.unwrap();
    assert_eq!(outcome(reject_long_exceptions(app, &primary, request, "again").await), "conflict");
    assert_eq!(outcome(approve(&world, PRIMARY, request).await), "conflict");
    let mails = world.mails(1).await;
    assert_eq!((mails.len(), mails[0].mail.to.as_str()), (1, MANAGER));
    assert!(!mails[0].mail.text.contains("a key would do"), "what was typed stays here");
    assert_eq!(world.events("exception_rejected").await.len(), 2);
    let seen = account_exceptions(app, &world.op(MANAGER).await, world.id(NURSE).await).await.unwrap();
    let settled = seen.last.as_ref().and_then(|last| last.exception.standing.settled()).unwrap();
    assert_eq!(settled.why.as_str(), "a key would do");
    assert!(seen.waiting.is_none() && seen.may_request && !seen.may_give);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_after_people_sees_what_waits_and_what_stands() {
    let world = World::new().await;
    let request = asked(&world, MANAGER, &format!("{NURSE}\n{CLERK}")).await;
    let (app, nurse) = (&world.test.app, world.id(NURSE).await);
    give_short_exception(app, &world.op(DESK).await, nurse, "phone_lost", "").await.unwrap();
    let lists = async |who: &str| list_exceptions(app, &world.op(who).await, Pages::default()).await;
    for who in [MANAGER, DESK, ADMIN, PRIMARY] {
        let lists = lists(who).await.unwrap();
        assert_eq!((lists.waiting[0].accounts, lists.standing.len()), (2, 1), "{who}");
        assert_eq!((lists.waiting[0].is_own, lists.standing[0].kind), (who == MANAGER, "short"));
    }
    assert!(lists(NURSE).await.is_err());
    world.test.give_role(STRANGER, Role::LocalAdministrator, "B1").await;
    assert_eq!(lists(STRANGER).await.unwrap(), Default::default());
    let see = async |who: &str| see_exception_request(app, &world.op(who).await, request).await;
    let (manager, primary) = (see(MANAGER).await.unwrap(), see(PRIMARY).await.unwrap());
    assert!(manager.is_own && !manager.may_decide && !primary.is_own && primary.may_decide);
    assert_eq!((primary.lines.len(), primary.why), (2, "secure_location"));
    assert_eq!(outcome(see(STRANGER).await), "not found");
    assert_eq!(outcome(see(NURSE).await), "not found");
    // A short one in force stands in the way of a long one until it is over or withdrawn.
    let decided = approve_long_exceptions(app, &world.op(PRIMARY).await, request).await.unwrap();
    assert_eq!((decided.accounts, decided.refused.len()), (1, 1));
    withdraw_exception(app, &world.op(PRIMARY).await, world.id(CLERK).await, "a mistake").await.unwrap();
    assert_eq!(world.excepted_until(CLERK).await, None);
}
