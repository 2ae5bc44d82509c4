//! Policies that only report, what they make of sign-ins, and drafts that are tried on what really happened.

use std::time::Duration;

use wardkey_domain::directory::Role;
use wardkey_domain::op::{Actor, Op};
use wardkey_testkit::{Browser, Person, TestApp};
use wardkey_usecases::access::{KEPT_FOR, Replayer, purge_decisions};

const ADMINISTRATOR: &str = "administrator@riverside-surgery.example";
const NURSE: &str = "nurse@riverside-surgery.example";
const NEWCOMER: &str = "newcomer@riverside-surgery.example";

/// Reports who comes from elsewhere, and asks nurses for a key one day.
const DRAFT: &str = "[[policy]]\nname = \"Only from the surgery\"\nstate = \"report-only\"\nthen = \"block\"\n\n\
    [policy.include]\npeople = [\"account:nurse@riverside-surgery.example\"]\n\n\
    [[policy]]\nname = \"Keys\"\nstate = \"report-only\"\nthen = \"require\"\nstrength = \"phishing_resistant\"\n\n\
    [policy.include]\npeople = [\"account:nurse@riverside-surgery.example\"]\n";

async fn enrolled(test: &TestApp, address: &str) -> Person {
    let mut person = test.add_person("Y00001", address).await;
    person.sign_in_and_enrol(&mut test.browser(), test.clock.now()).await;
    person
}

async fn sign_in(test: &TestApp, person: &Person) -> Browser {
    test.clock.next_code();
    let mut browser = test.browser();
    person.sign_in(&mut browser, test.clock.now()).await;
    browser
}

fn shows(browser: &Browser, words: &str) {
    assert!(browser.page().shows(words), "{words}: {}", browser.page().text());
}

fn job(test: &TestApp) -> Op {
    test.app.op(Actor::System("test"), Default::default())
}

/// Writes a text and looks at what it would change.
async fn check(desk: &mut Browser, text: &str) {
    desk.open("/admin/policies").await;
    desk.follow("Change policies").await;
    desk.fill("text", text);
    desk.press("See what would change").await;
}

on_both_engines!(what_policies_make_of_sign_ins_is_counted_explained_and_replayed, |test| {
    test.add_practice("Y00001").await;
    let boss = enrolled(test, ADMINISTRATOR).await;
    test.give_role(ADMINISTRATOR, Role::TenantAdministrator, "Y00001").await;
    let nurse = enrolled(test, NURSE).await;
    let mut desk = sign_in(test, &boss).await;
    check(&mut desk, DRAFT).await;
    desk.fill("reason", "Try it first");
    desk.press("Publish").await;
    shows(&desk, "Only from the surgery");
    // Nobody notices.
    sign_in(test, &nurse).await;

    desk.open("/admin/policies").await;
    desk.follow("Only from the surgery").await;
    shows(&desk, "It would have been about 1 of 4 sign-ins");
    shows(&desk, "Would not have been let in: 1 of 1 person");
    for (period, about) in [("Last 7 days", "1 of 4 sign-ins"), ("Last 30 days", "1 of 4 sign-ins")] {
        desk.follow(period).await;
        shows(&desk, about);
    }
    desk.follow("Policies").await;
    desk.follow("Keys").await;
    shows(&desk, "Would have been asked for more: 1 of 1 person");

    desk.open(&format!("/admin/people/{}", test.account(NURSE).await.id)).await;
    desk.follow("Why they were asked, or not").await;
    shows(&desk, "Prompted");
    shows(&desk, "the standard baseline always asks for two factors");
    shows(&desk, "“Only from the surgery”, which only reports: would not have let the person in");
    shows(&desk, "“Keys”, which only reports: would have asked for more");
    shows(&desk, "If the policies that only report were on: not let in");

    // The switch leads to what would change, and no further.
    desk.open("/admin/policies").await;
    desk.follow("Only from the surgery").await;
    desk.press("Switch it on").await;
    shows(&desk, "+ state = \"on\"");
    desk.press("Replay the last 30 days with it").await;
    shows(&desk, "0 of 4 sign-ins");
    let mut replayer = Replayer::default();
    while replayer.round(&test.app, &job(test)).await.unwrap() {}
    desk.press("Look again").await;
    shows(&desk, "2 of 1 person would have been harder");
    shows(&desk, "not let in: 2");
    shows(&desk, "Practice Y00001");
    desk.press("See what publishing it would change").await;
    shows(&desk, "+ state = \"on\"");
    desk.open("/admin/policies").await;
    assert!(desk.page().text().contains("Replay of"), "{}", desk.page().text());

    test.clock.advance(KEPT_FOR + Duration::from_secs(60));
    assert!(!purge_decisions(&test.app, &job(test)).await.unwrap());
    let mut desk = sign_in(test, &boss).await;
    desk.open(&format!("/admin/people/{}/sign-ins", test.account(NURSE).await.id)).await;
    shows(&desk, "There are none in the last 31 days");
});

on_both_engines!(whoever_is_not_let_in_is_in_the_history_too, |test| {
    test.add_practice("Y00001").await;
    let boss = enrolled(test, ADMINISTRATOR).await;
    test.give_role(ADMINISTRATOR, Role::TenantAdministrator, "Y00001").await;
    let newcomer = test.add_person("Y00001", NEWCOMER).await;
    let text = "[registration]\nfirst = \"named-location-or-pass\"\n";
    let mut desk = sign_in(test, &boss).await;
    check(&mut desk, text).await;
    desk.fill("reason", "At work only");
    desk.press("Publish").await;
    test.clock.next_code();
    let mut browser = test.browser();
    newcomer.enter_password(&mut browser).await;
    assert!(browser.page().shows("cannot set it up from here"), "{}", browser.page().text());
    desk.open(&format!("/admin/people/{}/sign-ins", test.account(NEWCOMER).await.id)).await;
    shows(&desk, "Stranded");
    shows(&desk, "the standard baseline always asks for two factors");
});

on_both_engines!(who_may_not_see_policies_finds_neither_impact_nor_history, |test| {
    test.add_practice("Y00001").await;
    let nurse = enrolled(test, NURSE).await;
    let administrator = enrolled(test, ADMINISTRATOR).await;
    test.give_role(ADMINISTRATOR, Role::LocalAdministrator, "Y00001").await;
    let nobody = wardkey_domain::id::PolicyId::new(test.clock.now(), [1; 10]);
    let mut browser = sign_in(test, &nurse).await;
    let other = test.account(ADMINISTRATOR).await.id;
    for path in [format!("/admin/policies/impact/{nobody}"), format!("/admin/people/{other}/sign-ins")] {
        browser.open(&path).await;
        assert_eq!(browser.page().status.as_u16(), 404, "{path}");
    }
    let mut desk = sign_in(test, &administrator).await;
    for path in [format!("/admin/policies/impact/{nobody}"), format!("/admin/policies/replays/{nobody}")] {
        desk.open(&path).await;
        assert_eq!(desk.page().status.as_u16(), 404, "{path}: {}", desk.page().text());
    }
});
