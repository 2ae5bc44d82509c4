//! Named locations: asked for, approved by somebody else, attested every year, suspended and retired.

use std::time::Duration;

use wardkey_domain::directory::Role;
use wardkey_domain::factor::FactorKind;
use wardkey_testkit::{Browser, Person, TestApp};
use wardkey_usecases::Settings;
use wardkey_usecases::access::{Publication, publish_policies};

const ADMINISTRATOR: &str = "administrator@riverside-surgery.example";
const OWNER: &str = "manager@riverside-surgery.example";
const TENANT: &str = "tenant@national.example";
const OTHER_TENANT: &str = "tenant2@national.example";

const DAY: Duration = Duration::from_secs(86_400);
const POINTS: [&str; 5] = ["own_static_addresses", "no_guest_wifi", "no_shared_proxy", "owner_named", "dspt_standards"];

/// Passwords outlast attestations.
fn without_expiry(settings: &mut Settings) {
    settings.password.max_age = None;
}

/// Somebody with a role, who has just signed in.
async fn somebody(test: &TestApp, address: &str, role: Role) -> (Person, Browser) {
    let mut person = test.add_person("Y00001", address).await;
    person.sign_in_and_enrol(&mut test.browser(), test.clock.now()).await;
    test.give_role(address, role, "Y00001").await;
    let browser = sign_in(test, &mut person).await;
    (person, browser)
}

async fn sign_in(test: &TestApp, person: &mut Person) -> Browser {
    test.clock.next_code();
    let mut browser = test.browser_from([203, 0, 113, 7].into());
    person.sign_in(&mut browser, test.clock.now()).await;
    browser
}

/// A practice, its administrator, and two who approve.
async fn practice(test: &TestApp) -> [(Person, Browser); 3] {
    test.add_practice("Y00001").await;
    test.add_person("Y00001", OWNER).await;
    [
        somebody(test, ADMINISTRATOR, Role::LocalAdministrator).await,
        somebody(test, TENANT, Role::TenantAdministrator).await,
        somebody(test, OTHER_TENANT, Role::TenantAdministrator).await,
    ]
}

fn tick_all(browser: &mut Browser) {
    for point in POINTS {
        browser.fill(point, "yes");
    }
}

/// Fills the form in and keeps a draft; leaves the browser on the page where it is handed in.
async fn draft(browser: &mut Browser, name: &str, ranges: &str) {
    browser.open("/admin").await;
    browser.follow("Named locations").await;
    browser.follow("Ask for a named location").await;
    browser.fill("name", name).fill("connection", "internet").fill("owner", OWNER).fill("ranges", ranges);
    browser.press("Keep and continue").await;
}

async fn submitted(browser: &mut Browser, name: &str, ranges: &str) -> String {
    draft(browser, name, ranges).await;
    assert!(browser.page().shows("The draft has been kept"), "{}", browser.page().text());
    tick_all(browser);
    browser.press("Hand it in").await;
    assert!(browser.page().shows("has been handed in"), "{}", browser.page().text());
    browser.page().path().to_owned()
}

async fn approve(browser: &mut Browser, there: &str) {
    browser.open(there).await;
    browser.follow("Approve it").await;
    tick_all(browser);
    browser.press("Approve").await;
}

on_both_engines_with!(
    without_expiry,
    a_location_is_asked_for_approved_by_somebody_else_lapses_and_is_retired,
    |test| {
        let [(mut administrator, mut desk), (_, mut tenant), _] = practice(test).await;
        let there = submitted(&mut desk, "Main site", "203.0.113.0/28\n2001:db8:7::/48").await;
        assert!(!desk.page().shows("Approve it"), "{}", desk.page().text());
        desk.open(&format!("{there}/approve")).await;
        assert_eq!(desk.page().status.as_u16(), 403, "{}", desk.page().text());

        tenant.open("/admin/named-locations/waiting").await;
        tenant.follow("Main site").await;
        assert!(tenant.page().shows("203.0.113.0/28"), "{}", tenant.page().text());
        tenant.follow("Approve it").await;
        tenant.press("Approve").await;
        assert!(tenant.page().error_summary().unwrap().contains("Confirm each"), "{}", tenant.page().text());
        tick_all(&mut tenant);
        tenant.press("Approve").await;
        assert!(tenant.page().shows("has been approved"), "{}", tenant.page().text());
        desk.open(&there).await;
        assert!(desk.page().heading().contains("Active"), "{}", desk.page().text());

        test.clock.advance(DAY * 366);
        let mut desk = sign_in(test, &mut administrator).await;
        desk.open(&there).await;
        assert!(desk.page().heading().contains("Lapsed"), "{}", desk.page().text());
        desk.follow("Attest it for another year").await;
        tick_all(&mut desk);
        desk.press("Attest it").await;
        assert!(desk.page().heading().contains("Active"), "{}", desk.page().text());
        assert!(!desk.page().shows("Retire it"), "it is in force: {}", desk.page().text());

        desk.follow("Suspend it").await;
        desk.press("Suspend it").await;
        assert!(desk.page().error_summary().unwrap().contains("Give a reason"), "{}", desk.page().text());
        desk.fill("reason", "the practice moves out");
        desk.press("Suspend it").await;
        assert!(desk.page().heading().contains("Suspended"), "{}", desk.page().text());
        assert!(desk.page().shows("the practice moves out"), "{}", desk.page().text());
        desk.follow("Retire it").await;
        desk.fill("reason", "moved out");
        desk.press("Retire it").await;
        assert!(desk.page().heading().contains("Retired"), "{}", desk.page().text());
        assert!(!desk.page().shows("What you can do"), "{}", desk.page().text());
    }
);

on_both_engines!(a_page_about_a_location_that_is_sent_twice_does_nothing_twice, |test| {
    let [(_, mut desk), (_, mut tenant), (_, mut other)] = practice(test).await;
    draft(&mut desk, "Main site", "203.0.113.0/28").await;
    let hand_in = desk.page().path().to_owned();
    // Back, and once more: the draft is there already.
    let mut again = desk.clone();
    desk.open("/admin/named-locations/request").await;
    let ours = desk.page().field("location").unwrap().to_owned();
    assert!(!hand_in.contains(&ours), "a new form is a new location");
    for browser in [&mut desk, &mut again] {
        browser.open(&hand_in).await;
        tick_all(browser);
    }
    desk.press("Hand it in").await;
    assert!(desk.page().shows("has been handed in"), "{}", desk.page().text());
    again.press("Hand it in").await;
    assert_eq!(again.page().status.as_u16(), 409, "{}", again.page().text());

    // Two approvers have the page open; one is faster.
    let there = hand_in.strip_suffix("/submit").unwrap();
    for browser in [&mut tenant, &mut other] {
        browser.open(there).await;
        browser.follow("Approve it").await;
        tick_all(browser);
    }
    tenant.press("Approve").await;
    assert!(tenant.page().shows("has been approved"), "{}", tenant.page().text());
    other.press("Approve").await;
    assert_eq!(other.page().status.as_u16(), 409, "{}", other.page().text());
    desk.open(there).await;
    assert!(desk.page().heading().contains("Active"), "{}", desk.page().text());
});

on_both_engines!(bad_ranges_are_told_by_line_and_nothing_that_was_typed_is_lost, |test| {
    let [(_, mut desk), ..] = practice(test).await;
    draft(&mut desk, "Main site", "203.0.113.0/28\n203.0.113.7/28\n10.0.0.1").await;
    assert_eq!(desk.page().status.as_u16(), 422, "{}", desk.page().text());
    let summary = desk.page().error_summary().unwrap();
    assert!(summary.contains("Line 2") && summary.contains("Did you mean the network 203.0.113.0/28"), "{summary}");
    assert!(summary.contains("Line 3") && summary.contains("private addresses"), "{summary}");
    assert_eq!(desk.page().field("name"), Some("Main site"));
    let kept: Vec<_> = desk.page().field("ranges").unwrap().split_whitespace().collect();
    assert_eq!(kept, ["203.0.113.0/28", "203.0.113.7/28", "10.0.0.1"]);
    assert!(desk.page().shows("Your own address now is 203.0.113.7"), "{}", desk.page().text());
    // A second factor that has become too old costs no typing either.
    test.clock.advance(Duration::from_secs(11 * 60));
    desk.fill("ranges", "203.0.113.0/28");
    desk.press("Keep and continue").await;
    assert!(desk.page().shows("prove your second factor again"), "{}", desk.page().text());
    assert_eq!(desk.page().field("ranges"), Some("203.0.113.0/28"));
});

on_both_engines!(a_change_is_shown_by_what_comes_and_goes_and_waits_for_somebody_else, |test| {
    let [(_, mut desk), (_, mut tenant), (_, mut other)] = practice(test).await;
    let there = submitted(&mut desk, "Main site", "203.0.113.0/28").await;
    approve(&mut tenant, &there).await;
    tenant.follow("Propose other ranges or another owner").await;
    tenant.fill("ranges", "203.0.113.0/29\n198.51.100.0/29");
    tick_all(&mut tenant);
    tenant.press("Propose the change").await;
    assert!(tenant.page().shows("A change waits for approval"), "{}", tenant.page().text());
    assert!(tenant.page().shows("You asked for this yourself"), "{}", tenant.page().text());
    assert!(!tenant.page().shows("Approve the change"), "{}", tenant.page().text());
    other.open(&there).await;
    for shown in ["198.51.100.0/29", "203.0.113.0/28", "Ranges that go"] {
        assert!(other.page().shows(shown), "{shown}: {}", other.page().text());
    }
    other.follow("Reject the change").await;
    other.fill("reason", "these are a hotel's");
    other.press("Reject").await;
    assert!(other.page().heading().contains("Active"), "{}", other.page().text());
    assert!(!other.page().shows("198.51.100.0/29"), "{}", other.page().text());
});

on_both_engines!(a_laptop_that_is_carried_home_is_asked_for_a_second_factor, |test| {
    const NURSE: &str = "nurse@riverside-surgery.example";
    let [(_, mut desk), (_, mut tenant), _] = practice(test).await;
    let there = submitted(&mut desk, "Main site", "203.0.113.0/28").await;
    approve(&mut tenant, &there).await;
    let text = "[[baseline]]\nof = \"organisation:Y00001\"\nis = \"named-location\"\n";
    let published = publish_policies(&test.app, &test.operator(), text, None, "no prompts at work").await.unwrap();
    assert!(matches!(published, Publication::Published(_)), "{published:?}");
    let mut nurse = test.add_person("Y00001", NURSE).await;
    nurse.sign_in_and_enrol(&mut test.browser(), test.clock.now()).await;

    let mut laptop = test.browser_from([203, 0, 113, 9].into());
    nurse.enter_password(&mut laptop).await;
    laptop.open("/profile").await;
    assert_eq!(laptop.page().path(), "/profile", "{}", laptop.page().text());
    laptop.transport = test.transport().from_address([198, 51, 100, 7].into());
    laptop.open("/profile").await;
    assert!(laptop.page().path().starts_with("/signin"), "{}", laptop.page().text());
    nurse.enter_password(&mut laptop).await;
    assert!(laptop.page().path().starts_with("/signin"), "{}", laptop.page().text());
    test.clock.next_code();
    nurse.enter_code(&mut laptop, test.clock.now()).await;
    laptop.open("/profile").await;
    assert_eq!(laptop.page().path(), "/profile", "{}", laptop.page().text());
    // Whoever has shown both goes anywhere.
    laptop.transport = test.transport().from_address([192, 0, 2, 7].into());
    laptop.open("/profile").await;
    assert_eq!(laptop.page().path(), "/profile", "{}", laptop.page().text());
});

on_both_engines!(what_is_published_ends_a_session_within_a_minute, |test| {
    const NURSE: &str = "nurse@riverside-surgery.example";
    test.add_practice("Y00001").await;
    let mut nurse = test.add_person("Y00001", NURSE).await;
    let mut browser = test.browser();
    nurse.sign_in_and_enrol(&mut browser, test.clock.now()).await;
    test.add_person("Y00001", TENANT).await;
    test.give_role(TENANT, Role::TenantAdministrator, "Y00001").await;
    test.hold_factor(TENANT, FactorKind::WebAuthn).await;
    browser.open("/profile").await;
    let text = "break-glass = [\"tenant@national.example\"]\n\n[[policy]]\nname = \"Nobody\"\nstate = \"on\"\nthen = \"block\"\n";
    let published = publish_policies(&test.app, &test.operator(), text, None, "an attack").await.unwrap();
    assert!(matches!(published, Publication::Published(_)), "{published:?}");
    test.clock.advance(Duration::from_secs(59));
    browser.open("/profile").await;
    assert_eq!(browser.page().path(), "/profile", "a minute is not over: {}", browser.page().text());
    test.clock.advance(Duration::from_secs(1));
    browser.open("/profile").await;
    assert!(browser.page().path().starts_with("/signin"), "{}", browser.page().text());
});
