//! Marking an account as compromised, working its case through, and giving it back.

use std::time::Duration;

use wardkey_domain::access::Hold;
use wardkey_domain::access::compromise::{CaseDeed, CaseStanding, Point, QuarantineVerdict};
use wardkey_domain::credential::MustChange;
use wardkey_domain::directory::StatusName;
use wardkey_domain::id::AccountId;
use wardkey_testkit::{PASSWORD, Person, TestApp};
use wardkey_usecases::access::{
    GivenBack, Marking, WhichCases, decide_factor, list_cases, mark_compromised, next_marking, restore, see_case,
    tick_point,
};
use wardkey_usecases::directory::see_account;

use super::compromise_support::*;
use crate::application::support::on_both_engines;

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test(flavor = "multi_thread")]
async fn marking_shuts_every_door_at_once_and_says_so() {
    let test = trust().await;
    let now = test.app.now();
    let old = enrol(&test, NURSE, 1, now.minus(DAY * 8)).await;
    let new = enrol(&test, NURSE, 2, now.minus(DAY * 6)).await;
    let op = acting(&test, LOCAL).await;
    let marked = mark(&test, &op, NURSE).await.unwrap();
    assert_eq!((marked.number, marked.again, marked.quarantined), (1, false, 1));
    assert_eq!(hold(&test, NURSE).await, Hold::Compromised);
    assert_eq!(status(&test, NURSE).await, StatusName::Disabled);
    let mut tx = test.app.store().read().await.unwrap();
    let nurse = test.account(NURSE).await.id;
    let password = wardkey_store::credential::password(&mut tx, nurse).await.unwrap().unwrap();
    assert_eq!(password.must_change, Some(MustChange::Compromised));
    drop(tx);
    let facts = see(&test, &op, marked.case).await;
    let quarantined: Vec<_> = facts.quarantined.iter().map(|factor| factor.held.credential.id).collect();
    assert_eq!(quarantined, [new], "what was there before stays");
    assert_eq!(facts.own.iter().map(|held| held.credential.id).collect::<Vec<_>>(), [old]);
    assert_eq!(facts.case.opened_by, Some(test.account(LOCAL).await.id));
    assert_eq!(facts.case.suspected_since, now.minus(DAY * 7));
    let deed = &facts.deeds[0];
    assert_eq!(deed.deed, CaseDeed::Marked { since: now.minus(DAY * 7), quarantined: 1 });
    assert_eq!((deed.reason.as_deref(), deed.by.as_deref()), (Some("sends spam"), Some("Test Person")));
    let audited = audited(&test, NURSE).await;
    for event in ["account_status_changed", "account_compromised"] {
        assert_eq!(audited.iter().filter(|kind| **kind == event).count(), 1, "{event} of {audited:?}");
    }
    let account = see_account(&test.app, &op, nurse).await.unwrap();
    assert_eq!(account.held.map(|held| (held.hold, held.number)), Some((Hold::Compromised, 1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_marks_an_account() {
    let test = trust().await;
    for (who, whose, expected) in [
        (NURSE, NURSE, "forbidden"),
        (NURSE, DESK, "not found"),
        (DESK, NURSE, "forbidden"),
        (LOCAL, LOCAL, "forbidden"),
        (LOCAL, PRIMARY, "not found"),
        (ELSEWHERE, NURSE, "not found"),
        (LOCAL, NURSE, "done"),
        (PRIMARY, NURSE, "done"),
        (NATIONAL, NURSE, "done"),
        (ANALYST, NURSE, "done"),
        (TENANT, NURSE, "done"),
        // A privileged account by whoever may act on it.
        (LOCAL, DESK, "done"),
        (ANALYST, LOCAL, "forbidden"),
        (NATIONAL, ANALYST, "forbidden"),
        (TENANT, ANALYST, "done"),
    ] {
        let op = acting(&test, who).await;
        assert_eq!(outcome(mark(&test, &op, whose).await), expected, "{who} marks {whose}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_wrong_with_a_marking_is_said_at_once() {
    let test = trust().await;
    let op = acting(&test, LOCAL).await;
    let marking = Marking { id: next_marking(&test.app, &op), since: Some(test.app.now().plus(DAY)), why: " " };
    let refused = mark_compromised(&test.app, &op, test.account(NURSE).await.id, marking).await.unwrap_err();
    let wardkey_usecases::Error::Invalid(errors) = refused else { panic!("{refused:?}") };
    assert_eq!(errors.iter().map(|error| error.field).collect::<Vec<_>>(), ["date", "reason"]);
    assert_eq!(hold(&test, NURSE).await, Hold::None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_sent_twice_marks_once() {
    let test = trust().await;
    let op = acting(&test, LOCAL).await;
    let nurse = test.account(NURSE).await.id;
    let marking = Marking { id: next_marking(&test.app, &op), since: None, why: "sends spam" };
    let first = mark_compromised(&test.app, &op, nurse, marking).await.unwrap();
    tick_point(&test.app, &op, first.case, Point::DevicesScanned).await.unwrap();
    let second = mark_compromised(&test.app, &op, nurse, marking).await.unwrap();
    assert_eq!((first.case, second.again), (second.case, true));
    let facts = see(&test, &op, first.case).await;
    assert!(facts.case.check_list.tick(Point::DevicesScanned).is_some(), "nothing is asked anew");
    assert_eq!(facts.deeds.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn marking_again_adds_to_the_case_and_asks_everything_anew() {
    let test = trust().await;
    let now = test.app.now();
    let older = enrol(&test, NURSE, 1, now.minus(DAY * 20)).await;
    let op = acting(&test, LOCAL).await;
    let first = mark(&test, &op, NURSE).await.unwrap();
    assert_eq!(first.quarantined, 0);
    work_through(&test, &op, first.case).await;
    let analyst = acting(&test, ANALYST).await;
    let second = mark_since(&test, &analyst, NURSE, Some(now.minus(DAY * 30))).await.unwrap();
    assert_eq!((second.case, second.number, second.again, second.quarantined), (first.case, 1, true, 1));
    assert_eq!(outcome(restore(&test.app, &op, first.case, "done").await), "conflict");
    let facts = see(&test, &op, first.case).await;
    assert_eq!(facts.case.suspected_since, now.minus(DAY * 30));
    assert_eq!(facts.quarantined[0].held.credential.id, older);
    assert!(facts.own.is_empty());
    assert_eq!(audited(&test, NURSE).await.iter().filter(|kind| **kind == "account_compromised").count(), 2);
}

on_both_engines!(two_nodes_at_once_open_one_case, |test| {
    fill(test).await;
    let node = test.another_node().await;
    let (here, there) = (acting(test, LOCAL).await, acting(test, ANALYST).await);
    let (first, second) = tokio::join!(mark(test, &here, NURSE), mark(&node, &there, NURSE));
    let marked = [first, second].map(|marked| marked.map_err(|error| panic!("{error:?}")).unwrap());
    assert_eq!(marked[0].case, marked[1].case);
    assert_eq!(marked.iter().filter(|marked| marked.again).count(), 1);
    let open = list_cases(&test.app, &there, WhichCases::Open, None).await.unwrap();
    assert_eq!(open.cases.len(), 1);
});

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_given_back_with_a_temporary_password_when_the_list_is_complete() {
    let test = trust().await;
    let own = enrol(&test, NURSE, 1, test.app.now().minus(DAY * 30)).await;
    let theirs = enrol(&test, NURSE, 2, test.app.now()).await;
    let op = acting(&test, LOCAL).await;
    let case = mark(&test, &op, NURSE).await.unwrap().case;
    for point in Point::ALL {
        let expected = if point.is_said() { "done" } else { "conflict" };
        assert_eq!(outcome(restore(&test.app, &op, case, "done").await), "conflict", "before {point:?}");
        assert_eq!(outcome(tick_point(&test.app, &op, case, point).await), expected, "{point:?}");
    }
    assert_eq!(outcome(restore(&test.app, &op, case, "done").await), "conflict", "one factor is not decided");
    assert_eq!(status(&test, NURSE).await, StatusName::Disabled);
    decide_factor(&test.app, &op, case, theirs, QuarantineVerdict::Removed).await.unwrap();
    assert_eq!(outcome(restore(&test.app, &op, case, " ").await), "invalid");
    let restored = restore(&test.app, &op, case, "done").await.unwrap();
    let GivenBack::Password(password) = restored.given else { panic!("{:?}", restored.given) };
    assert_eq!(hold(&test, NURSE).await, Hold::Pinned);
    assert_eq!(status(&test, NURSE).await, StatusName::Active);
    let facts = see(&test, &op, case).await;
    assert!(matches!(facts.case.standing, CaseStanding::Restored { .. }));
    assert_eq!(facts.own.iter().map(|held| held.credential.id).collect::<Vec<_>>(), [own]);
    // The old password is worth nothing; the temporary one still wants the factor.
    let mut browser = test.browser();
    Person::new(NURSE, PASSWORD).enter_password(&mut browser).await;
    assert!(browser.page().shows("SIGNIN-001"), "{}", browser.page().text());
    Person::new(NURSE, password.expose()).enter_password(&mut browser).await;
    assert_eq!(browser.page().path(), "/signin/code", "{}", browser.page().text());
    assert_eq!(outcome(restore(&test.app, &op, case, "again").await), "conflict");
    assert_eq!(outcome(tick_point(&test.app, &op, case, Point::Explained).await), "conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_no_factor_left_gets_an_activation_code_and_the_old_password_enrols_nothing() {
    let test = trust().await;
    let (_, restored) = pin(&test, NURSE).await;
    let GivenBack::Activation(code) = restored.given else { panic!("{:?}", restored.given) };
    let mut browser = test.browser();
    Person::new(NURSE, PASSWORD).enter_password(&mut browser).await;
    assert_ne!(browser.page().path(), "/profile", "{}", browser.page().text());
    let mut browser = test.browser();
    browser.open("/signin").await;
    browser.open("/signin/activate").await;
    browser.fill("address", NURSE).fill("code", code.expose());
    browser.press("Continue").await;
    assert_eq!(browser.page().path(), "/signin/new-password", "{}", browser.page().text());
    browser.fill("password", PASSWORD).fill("again", PASSWORD);
    browser.press("Set password").await;
    assert_eq!(browser.page().path(), "/signin/new-password", "the old one is known: {}", browser.page().text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_factor_that_is_kept_works_again_and_one_that_is_removed_is_gone() {
    let test = trust().await;
    let (kept, gone) = (enrol(&test, NURSE, 1, test.app.now()).await, enrol(&test, NURSE, 2, test.app.now()).await);
    let op = acting(&test, LOCAL).await;
    let case = mark(&test, &op, NURSE).await.unwrap().case;
    let decide = async |factor, verdict| outcome(decide_factor(&test.app, &op, case, factor, verdict).await);
    assert_eq!(decide(kept, QuarantineVerdict::Kept).await, "done");
    assert_eq!(decide(kept, QuarantineVerdict::Kept).await, "done", "the page was sent twice");
    assert_eq!(decide(kept, QuarantineVerdict::Removed).await, "conflict", "somebody has decided");
    assert_eq!(decide(gone, QuarantineVerdict::Removed).await, "done");
    let stranger = enrol(&test, DESK, 3, test.app.now()).await;
    assert_eq!(decide(stranger, QuarantineVerdict::Removed).await, "not found", "somebody else's");
    let facts = see(&test, &op, case).await;
    assert_eq!(facts.own.iter().map(|held| held.credential.id).collect::<Vec<_>>(), [kept]);
    assert_eq!(facts.case.undecided, 0);
    let decided: Vec<_> = facts.quarantined.iter().map(|factor| factor.decided.clone().unwrap().0).collect();
    assert!(decided.contains(&QuarantineVerdict::Kept) && decided.contains(&QuarantineVerdict::Removed));
    assert_eq!(audited(&test, NURSE).await.iter().filter(|kind| **kind == "quarantine_decided").count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_works_on_their_own_case_or_on_one_that_they_may_not() {
    let test = trust().await;
    let tenant = acting(&test, TENANT).await;
    let case = mark(&test, &tenant, LOCAL).await.unwrap().case;
    // Whoever is marked and still acts, by whatever way.
    for (who, expected) in [
        (LOCAL, "forbidden"),
        (NURSE, "not found"),
        (ELSEWHERE, "not found"),
        (DESK, "forbidden"),
        (ANALYST, "forbidden"),
        (PRIMARY, "done"),
    ] {
        let op = acting(&test, who).await;
        assert_eq!(outcome(tick_point(&test.app, &op, case, Point::Explained).await), expected, "{who} ticks");
        let gives = outcome(restore(&test.app, &op, case, "x").await);
        assert_eq!(gives, if expected == "done" { "conflict" } else { expected }, "{who} restores");
    }
    for (who, expected) in [
        (NURSE, "not found"),
        (DESK, "not found"),
        (ELSEWHERE, "not found"),
        // They see it, and cannot act.
        (ANALYST, "done"),
        (PRIMARY, "done"),
    ] {
        let op = acting(&test, who).await;
        assert_eq!(outcome(see_case(&test.app, &op, case).await), expected, "{who} sees it");
    }
    let lists = async |who| {
        let op = acting(&test, who).await;
        let listed = list_cases(&test.app, &op, WhichCases::Open, None).await;
        listed.map_or(-1, |listed| i64::try_from(listed.cases.len()).unwrap())
    };
    for (who, expected) in [(NURSE, -1), (DESK, -1), (ELSEWHERE, 0), (PRIMARY, 1), (ANALYST, 1)] {
        assert_eq!(lists(who).await, expected, "{who}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_organisation_above_is_told_where_nobody_administers_this_one() {
    let test = trust().await;
    test.add_organisation("C1", "T1").await;
    test.add_person("C1", "clerk@c.example").await;
    let _courier = test.courier();
    mark(&test, &test.operator(), "clerk@c.example").await.unwrap();
    mark(&test, &test.operator(), LOCAL).await.unwrap();
    let about = |to: &str, subject: &str| {
        let mails = test.messages.mails();
        mails.into_iter().filter(|sent| sent.mail.to == to && sent.mail.subject.contains(subject)).count()
    };
    // Neither C1 nor A1, whose administrator is the one in question, has anybody: both go to the one above.
    for (to, subject, count) in
        [("clerk@c.example", "switched off", 1), (LOCAL, "switched off", 1), (PRIMARY, "was marked as compromised", 2)]
    {
        let mut changes = test.messages.changes();
        let waited = tokio::time::timeout(Duration::from_secs(20), async {
            while about(to, subject) < count {
                changes.changed().await.unwrap();
            }
        });
        assert!(waited.await.is_ok(), "{to}: {subject}");
    }
    let mails = test.messages.mails();
    assert_eq!(mails.len(), 4, "and nobody else");
    assert!(mails.iter().all(|sent| !sent.mail.text.contains("http") && !sent.mail.text.contains("spam")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_mailbox_is_given_back_without_a_secret_and_an_application_account_never() {
    let test = trust().await;
    let op = acting(&test, TENANT).await;
    for (address, kind, expected) in
        [("ward@a.example", "shared_mailbox", "done"), ("robot@a.example", "application_account", "conflict")]
    {
        add_kind(&test, address, kind).await;
        let case = mark(&test, &op, address).await.unwrap().case;
        for point in [Point::RulesReviewed, Point::Explained] {
            tick_point(&test.app, &op, case, point).await.unwrap();
        }
        let restored = restore(&test.app, &op, case, "done").await;
        assert!(!matches!(&restored, Ok(done) if !matches!(done.given, GivenBack::Nothing)), "{restored:?}");
        assert_eq!(outcome(restored), expected, "{kind}");
    }
    assert_eq!(status(&test, "robot@a.example").await, StatusName::Disabled);
}

async fn add_kind(test: &TestApp, address: &str, kind: &str) -> AccountId {
    use wardkey_domain::directory::{AccountFields, AccountRow};
    use wardkey_usecases::directory::{NewAccount, add_account};
    let fields = AccountFields { ods_code: "A1", address, name: "Shared", kind, ..AccountFields::default() };
    let row = AccountRow::check(&fields).unwrap();
    add_account(&test.app, &test.operator(), NewAccount { row, password: None }).await.unwrap().id
}
