//! Suspensions for a day: given, refused, withdrawn, over; and what goes with a lost phone.

use std::sync::Arc;
use std::time::Duration;

use wardkey_domain::credential::Credentials;
use wardkey_domain::directory::Role;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::temporary_access_pass::PassTerms;
use wardkey_store::testing::TestDatabase;
use wardkey_usecases::Error;
use wardkey_usecases::access::{
    account_exceptions, end_exceptions, give_short_exception, own_prompts_suspended_until, remind_of_ends,
    withdraw_exception,
};
use wardkey_usecases::directory::{disable, issue_pass, next_pass, re_enrol};

use super::exception_support::{ADMIN, CLERK, DAY, DESK, HOUR, MANAGER, NURSE, PRIMARY, STRANGER, World};
use crate::directory::outcome;

async fn give(world: &World, who: &str, whose: &str, why: &str) -> Result<(), Error> {
    let (op, id) = (world.op(who).await, world.id(whose).await);
    give_short_exception(&world.test.app, &op, id, why, "").await.map(|_| ())
}

fn text_of(refused: Result<(), Error>) -> String {
    match refused {
        Err(Error::Conflict(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn prompts_are_suspended_for_a_day_to_the_second() {
    let world = World::new().await;
    let (op, nurse) = (world.op(DESK).await, world.id(NURSE).await);
    let given = give_short_exception(&world.test.app, &op, nurse, "no_signal", "").await.unwrap();
    let end = world.test.app.now().plus(DAY);
    assert_eq!((given.until, given.re_enrol, given.repeated), (end, false, false));
    assert_eq!(world.excepted_until(NURSE).await, Some(end));
    world.later(DAY - Duration::from_secs(1)).await;
    assert_eq!(world.excepted_until(NURSE).await, Some(end));
    world.test.clock.advance(Duration::from_secs(1));
    assert_eq!(world.excepted_until(NURSE).await, None, "also before anybody has noted it");
    world.later(Duration::ZERO).await;
    let ended = world.events("exception_ended").await;
    assert_eq!(ended.len(), 1);
    assert!(ended[0].0.contains("end_exceptions") && ended[0].1.contains(r#""how":"over""#), "{ended:?}");
    assert_eq!(world.factors(NURSE).await, [FactorKind::Totp], "the phone was never lost");
    let given = world.events("exception_given").await;
    assert!(given[0].0.contains(&world.id(DESK).await.to_string()), "{given:?}");
    assert!(given[0].1.contains(r#""why":"no_signal""#) && given[0].1.contains(r#""span":"short""#), "{given:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_gives_one_and_nobody_to_themselves() {
    let world = World::new().await;
    for (who, whose, expected) in [
        (NURSE, CLERK, "not found"),
        (MANAGER, CLERK, "forbidden"),
        (ADMIN, STRANGER, "not found"),
        (ADMIN, ADMIN, "forbidden"),
        (DESK, ADMIN, "forbidden"),
        (PRIMARY, ADMIN, "conflict"),
        (ADMIN, DESK, "conflict"),
        (DESK, MANAGER, "done"),
        (ADMIN, NURSE, "done"),
        (PRIMARY, CLERK, "done"),
    ] {
        assert_eq!(outcome(give(&world, who, whose, "no_signal").await), expected, "{who} to {whose}");
    }
    let (stale, nurse) = (world.stale(ADMIN).await, world.id(NURSE).await);
    let given = give_short_exception(&world.test.app, &stale, nurse, "no_signal", "").await;
    assert_eq!(outcome(given), "fresh factor");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_can_never_be_excepted_hears_why() {
    let world = World::new().await;
    assert!(text_of(give(&world, PRIMARY, ADMIN, "no_signal").await).contains("privileged account is never excepted"));
    let (op, nurse) = (world.op(ADMIN).await, world.id(NURSE).await);
    let app = &world.test.app;
    re_enrol(app, &op, nurse, "lost").await.unwrap();
    assert!(text_of(give(&world, ADMIN, NURSE, "phone_lost").await).contains("no second factor yet"));
    // A pass is no factor of their own.
    let terms = PassTerms { starts_at: None, lifetime: None, multi_use: true };
    issue_pass(app, &op, nurse, next_pass(app, &op), &terms, "to enrol").await.unwrap();
    assert!(text_of(give(&world, ADMIN, NURSE, "phone_lost").await).contains("no second factor yet"));
    disable(app, &op, world.id(CLERK).await, "left").await.unwrap();
    assert!(text_of(give(&world, ADMIN, CLERK, "no_signal").await).contains("not in use"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_comes_from_the_list_and_the_last_is_explained() {
    let world = World::new().await;
    let (op, nurse) = (world.op(ADMIN).await, world.id(NURSE).await);
    let field = async |why: &str, text: &str| match give_short_exception(&world.test.app, &op, nurse, why, text).await {
        Err(Error::Invalid(errors)) => errors[0].field,
        other => panic!("{other:?}"),
    };
    assert_eq!(field("", "").await, "why");
    assert_eq!(field("bored", "very").await, "why");
    assert_eq!(field("other", " ").await, "reason");
    assert_eq!(field("no_signal", &"x".repeat(501)).await, "reason");
    give_short_exception(&world.test.app, &op, nurse, "other", "locked out of the locker").await.unwrap();
    assert!(world.events("exception_given").await[0].1.contains("locked out of the locker"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_third_within_thirty_days_stands_out_and_the_fourth_is_refused() {
    let world = World::new().await;
    let first = world.test.app.now();
    for _ in 0..3 {
        give(&world, ADMIN, NURSE, "no_signal").await.unwrap();
        assert!(text_of(give(&world, DESK, NURSE, "no_signal").await).contains("suspended already, until"));
        world.later(DAY).await;
    }
    let repeated = |event: &(String, String)| event.1.contains(r#""repeated":true"#);
    let given = world.events("exception_given").await;
    assert_eq!(given.iter().map(repeated).collect::<Vec<_>>(), [false, false, true]);
    let text = text_of(give(&world, PRIMARY, NURSE, "no_signal").await);
    let again = wardkey_usecases::moment(first.plus(30 * DAY));
    assert!(text.contains(&again) && text.contains("180-day exception"), "{text}");
    world.later(27 * DAY - Duration::from_micros(1)).await;
    text_of(give(&world, PRIMARY, NURSE, "no_signal").await);
    world.later(Duration::from_micros(1)).await;
    give(&world, PRIMARY, NURSE, "no_signal").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_administrators_at_once_give_one() {
    let database = Arc::new(TestDatabase::sqlite());
    let world = World::on(database, |_| {}).await;
    let node = world.test.another_node().await;
    let (admin, desk) = (world.op(ADMIN).await, world.op(DESK).await);
    let nurse = world.id(NURSE).await;
    let (first, second) = tokio::join!(
        give_short_exception(&world.test.app, &admin, nurse, "no_signal", ""),
        give_short_exception(&node.app, &desk, nurse, "no_signal", ""),
    );
    assert_eq!(u8::from(first.is_ok()) + u8::from(second.is_ok()), 1, "{first:?} {second:?}");
    assert_eq!(world.events("exception_given").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_exception_ends_at_once_and_its_owner_is_told() {
    let world = World::new().await;
    give(&world, ADMIN, NURSE, "no_signal").await.unwrap();
    let (desk, nurse) = (world.op(DESK).await, world.id(NURSE).await);
    let app = &world.test.app;
    assert_eq!(outcome(withdraw_exception(app, &world.op(MANAGER).await, nurse, "no").await), "forbidden");
    assert_eq!(outcome(withdraw_exception(app, &world.op(NURSE).await, nurse, "no").await), "forbidden");
    assert_eq!(outcome(withdraw_exception(app, &desk, nurse, " ").await), "invalid");
    withdraw_exception(app, &desk, nurse, "signal is back").await.unwrap();
    assert_eq!(world.excepted_until(NURSE).await, None);
    assert_eq!(outcome(withdraw_exception(app, &desk, nurse, "again").await), "conflict");
    assert_eq!(world.factors(NURSE).await, [FactorKind::Totp]);
    let mut mails = world.mails(2).await;
    mails.sort_by_key(|own| own.mail.subject.clone());
    assert!(mails[1].mail.subject.contains("have returned"), "{}", mails[1].mail.subject);
    let until = wardkey_usecases::moment(app.now().plus(DAY));
    assert!(mails[0].mail.text.contains(&format!("return on {until}")), "{}", mails[0].mail.text);
    let seen = account_exceptions(app, &desk, nurse).await.unwrap();
    assert!(seen.active.is_none() && seen.last.is_some() && seen.may_give);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_lost_their_phone_enrols_again_and_keeps_keys_and_cards() {
    let world = World::new().await;
    for kind in [FactorKind::Sms, FactorKind::VoiceCall, FactorKind::WebAuthn, FactorKind::HardwareToken] {
        world.enrol(NURSE, kind).await;
    }
    let (op, nurse) = (world.op(ADMIN).await, world.id(NURSE).await);
    let given = give_short_exception(&world.test.app, &op, nurse, "phone_lost", "").await.unwrap();
    assert!(given.re_enrol);
    world.later(DAY - Duration::from_secs(1)).await;
    assert_eq!(world.factors(NURSE).await.len(), 5);
    world.later(Duration::from_secs(1)).await;
    let mut left = world.factors(NURSE).await;
    left.sort();
    assert_eq!(left, [FactorKind::WebAuthn, FactorKind::HardwareToken]);
    let mut tx = world.test.app.store().read().await.unwrap();
    let credentials = wardkey_store::credential::list_credentials(&mut tx, nurse).await.unwrap();
    drop(tx);
    let credentials = Credentials::new(credentials);
    assert_eq!(credentials.default_one().map(|own| (own.kind, own.is_default)), Some((FactorKind::WebAuthn, true)));
    assert_eq!((world.events("re_enrolled").await.len(), world.events("exception_ended").await.len()), (1, 1));
    let mails = world.mails(2).await;
    assert!(
        mails[0].mail.text.contains("Security keys, smartcards and hardware tokens stay"),
        "{}",
        mails[0].mail.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_on_a_lost_phone_counts_no_more_although_the_job_is_late() {
    let world = World::new().await;
    give(&world, ADMIN, NURSE, "phone_misplaced").await.unwrap();
    world.test.clock.advance(DAY + HOUR);
    // The job has not come. Whoever asks finds it: the thief with the phone is not asked for its code.
    let mut browser = world.test.browser();
    wardkey_testkit::Person::new(NURSE, wardkey_testkit::PASSWORD).enter_password(&mut browser).await;
    assert_eq!(browser.page().path(), "/profile", "they enrol anew: {}", browser.page().text());
    assert!(text_of(give(&world, ADMIN, NURSE, "no_signal").await).contains("no second factor yet"));
    // What they have enrolled meanwhile stays when it comes.
    world.enrol(NURSE, FactorKind::Sms).await;
    world.later(Duration::ZERO).await;
    assert_eq!(world.factors(NURSE).await, [FactorKind::Sms]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_phone_that_an_administrator_had_enrolled_stays() {
    let world = World::new().await;
    give(&world, ADMIN, NURSE, "phone_lost").await.unwrap();
    re_enrol(&world.test.app, &world.op(ADMIN).await, world.id(NURSE).await, "new phone is there").await.unwrap();
    world.enrol(NURSE, FactorKind::Totp).await;
    world.later(DAY).await;
    assert_eq!(world.factors(NURSE).await, [FactorKind::Totp]);
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawing_one_for_a_lost_phone_does_not_bring_the_phone_back() {
    let world = World::new().await;
    world.enrol(NURSE, FactorKind::WebAuthn).await;
    give(&world, ADMIN, NURSE, "phone_misplaced").await.unwrap();
    world.test.clock.advance(HOUR);
    let (op, nurse) = (world.op(ADMIN).await, world.id(NURSE).await);
    withdraw_exception(&world.test.app, &op, nurse, "they have a key").await.unwrap();
    assert_eq!(world.factors(NURSE).await, [FactorKind::WebAuthn]);
    assert!(world.events("exception_ended").await[0].1.contains(r#""re_enrol":true"#));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_end_it_once_and_remind_once() {
    let world = World::on(Arc::new(TestDatabase::sqlite()), |_| {}).await;
    let node = world.test.another_node().await;
    give(&world, ADMIN, NURSE, "phone_lost").await.unwrap();
    let both = async |at_once: Duration| {
        world.test.clock.advance(at_once);
        let op = world.job();
        for _ in 0..2 {
            let (first, second) = tokio::join!(remind_of_ends(&world.test.app, &op), remind_of_ends(&node.app, &op));
            assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
            let (first, second) = tokio::join!(end_exceptions(&world.test.app, &op), end_exceptions(&node.app, &op));
            assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
        }
    };
    both(22 * HOUR - Duration::from_secs(1)).await;
    assert_eq!(world.mails(1).await.len(), 1);
    both(Duration::from_secs(1)).await;
    assert_eq!(world.mails(2).await.len(), 2);
    both(2 * HOUR).await;
    let mails = world.mails(3).await;
    let subjects: Vec<_> = mails.iter().rev().map(|own| own.mail.subject.as_str()).collect();
    let expected = [
        "Your sign-in prompts are suspended",
        "Your sign-in prompts return soon",
        "Your sign-in prompts have returned",
    ];
    assert_eq!(subjects, expected);
    assert_eq!((world.events("exception_ended").await.len(), world.events("re_enrolled").await.len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_until_when_unless_something_stands_against_it() {
    let world = World::new().await;
    let own = async || own_prompts_suspended_until(&world.test.app, &world.op(NURSE).await).await.unwrap();
    assert_eq!(own().await, None);
    give(&world, ADMIN, NURSE, "no_signal").await.unwrap();
    assert_eq!(own().await, Some(world.test.app.now().plus(DAY)));
    world.test.give_role(NURSE, Role::LocalHelpDesk, "A1").await;
    assert_eq!(own().await, None, "whoever has become privileged is asked");
    let seen = account_exceptions(&world.test.app, &world.op(PRIMARY).await, world.id(NURSE).await).await.unwrap();
    assert!(seen.active.is_some() && seen.without_effect && !seen.may_give && seen.may_withdraw);
    give(&world, ADMIN, CLERK, "phone_lost").await.unwrap();
    re_enrol(&world.test.app, &world.op(ADMIN).await, world.id(CLERK).await, "new phone").await.unwrap();
    let clerk = own_prompts_suspended_until(&world.test.app, &world.op(CLERK).await).await.unwrap();
    assert_eq!(clerk, None, "whoever has no factor enrols one");
}
