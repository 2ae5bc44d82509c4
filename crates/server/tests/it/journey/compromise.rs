//! An account in the wrong hands: marked, worked through, given back, and pinned until two people lift that.

use std::time::Duration;

use wardkey_domain::credential::{ActivationCode, ActivationPurpose};
use wardkey_domain::directory::Role;
use wardkey_domain::id::CaseId;
use wardkey_testkit::{Authenticator, Browser, OidcClient, PASSWORD, Person, TestApp, Tokens, number_on};

const NURSE: &str = "nurse@riverside-surgery.example";
const LOCAL: &str = "local@riverside-surgery.example";
const TENANT: &str = "tenant@national.example";
const ANALYST: &str = "analyst@national.example";
const DESK: &str = "desk@national.example";
const DAY: Duration = Duration::from_secs(86_400);
const GO_ON: &str = "I have typed the number: continue";

/// Everybody whom the story needs; each has an app for codes since a month ago.
struct People {
    nurse: Person,
    local: Person,
    tenant: Person,
    analyst: Person,
    desk: Person,
}

async fn people(test: &TestApp) -> People {
    test.add_practice("Y00001").await;
    test.add_practice("N00001").await;
    let enrolled = async |code: &str, address: &str| {
        let mut person = test.add_person(code, address).await;
        person.sign_in_and_enrol(&mut test.browser(), test.clock.now()).await;
        person
    };
    let people = People {
        nurse: enrolled("Y00001", NURSE).await,
        local: enrolled("Y00001", LOCAL).await,
        tenant: enrolled("N00001", TENANT).await,
        analyst: enrolled("N00001", ANALYST).await,
        desk: enrolled("N00001", DESK).await,
    };
    for (address, role, code) in [
        (LOCAL, Role::LocalAdministrator, "Y00001"),
        (TENANT, Role::TenantAdministrator, "N00001"),
        (ANALYST, Role::SecurityAnalyst, "N00001"),
        (DESK, Role::NationalHelpDesk, "N00001"),
    ] {
        test.give_role(address, role, code).await;
    }
    test.clock.advance(DAY * 30);
    people
}

async fn signed_in(test: &TestApp, person: &Person) -> Browser {
    let mut browser = test.browser();
    test.clock.next_code();
    person.sign_in(&mut browser, test.clock.now()).await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
    browser
}

async fn page_of(test: &TestApp, address: &str) -> String {
    format!("/admin/people/{}", test.account(address).await.id)
}

/// What an attacker has got hold of.
struct Attacker {
    session: Browser,
    client: OidcClient,
    tokens: Tokens,
    app: Authenticator,
    codes: Vec<String>,
    activation: String,
    /// A sign-in that waits for the attacker's app, and one that has begun with the password.
    asking: Browser,
}

/// The attacker knows the password and was told one code. They make themselves at home.
async fn attack(test: &TestApp, nurse: &Person) -> Attacker {
    let client = test.add_web_application("Y00001").await;
    let mut session = signed_in(test, nurse).await;
    let authorization = client.authorization(&[]);
    session.open(authorization.url.as_str()).await;
    let code = client.code(&authorization, session.answer_to_application());
    let tokens = client.exchange(&code, &authorization.pkce.verifier).await.unwrap();
    // Codes first: an app that is asked wants its own answer for what comes after it.
    session.open("/profile/security-info").await;
    session.follow("Make recovery codes").await;
    session.press("Make codes").await;
    let text = session.page().text();
    let is_code = |word: &&str| word.len() == 17 && word.matches('-').count() == 2;
    let codes: Vec<String> = text.split_whitespace().filter(is_code).map(str::to_owned).collect();
    session.open("/profile/security-info/add-authenticator").await;
    session.press("Continue").await;
    let app = Authenticator::bind(test.transport(), session.page(), "Pixel").await;
    session.press("I have added the account: continue").await;
    assert_eq!(app.approve(&number_on(session.page()), test.clock.now()).await, "approved");
    session.press(GO_ON).await;
    session.open("/profile/security-info").await;
    assert!(session.page().shows("Pixel"), "{}", session.page().text());
    let activation = activation(test).await;
    let mut asking = test.browser();
    nurse.enter_password(&mut asking).await;
    assert_eq!(asking.page().path(), "/signin/app", "{}", asking.page().text());
    Attacker { session, client, tokens, app, codes, activation, asking }
}

/// An activation code of the nurse's, from before.
async fn activation(test: &TestApp) -> String {
    let (account, now) = (test.account(NURSE).await, test.clock.now());
    let code = ActivationCode::new(test.app.random());
    let mut tx = test.app.store().begin().await.unwrap();
    let (hash, until) = (code.hash(), now.plus(DAY));
    let (id, organisation, reset) = (account.id, account.organisation, ActivationPurpose::Reset);
    wardkey_store::credential::insert_activation(&mut tx, id, organisation, &hash, reset, now, until).await.unwrap();
    tx.commit().await.unwrap();
    code.text().expose().clone()
}

/// Marks the nurse, as the page suggests.
async fn mark(test: &TestApp, desk: &mut Browser) {
    desk.open(&page_of(test, NURSE).await).await;
    desk.follow("Mark it as compromised").await;
    desk.press("Mark as compromised").await;
    assert!(desk.page().error_summary().is_some(), "a reason is needed: {}", desk.page().text());
    desk.fill("reason", "sends spam, ticket 4711");
    desk.press("Mark as compromised").await;
    assert!(desk.page().shows("Case 1") && desk.page().shows("Do this next"), "{}", desk.page().text());
}

async fn tick_all(desk: &mut Browser) {
    for button in [
        "The devices are scanned",
        "This is settled",
        "Rules and access are reviewed",
        "The person knows what happened",
    ] {
        desk.press(button).await;
        assert!(desk.page().shows("The point has been ticked"), "{button}: {}", desk.page().text());
    }
}

on_both_engines!(an_account_in_the_wrong_hands_is_shut_at_once_and_given_back_to_its_owner, |test| {
    let people = people(test).await;
    let nurse = &people.nurse;
    let mut desk = signed_in(test, &people.local).await;
    let mut attacker = attack(test, nurse).await;
    let request = attacker.app.request(test.clock.now()).await;
    let number = number_on(attacker.asking.page());
    // A sign-in that stands before a code, to which a pass or a recovery code could be typed.
    let mut half_way = test.browser();
    nurse.enter_password(&mut half_way).await;

    mark(test, &mut desk).await;
    let case = desk.page().path().to_owned();

    attacker.session.open("/profile/security-info").await;
    assert_eq!(attacker.session.page().path(), "/signin", "the session: {}", attacker.session.page().text());
    let refresh = attacker.tokens.refresh_token.clone().unwrap_or_default();
    assert!(attacker.client.refresh(&refresh).await.is_err(), "the refresh token");
    assert_eq!(attacker.client.introspect(&attacker.tokens.access_token).await["active"], false, "the access token");
    let answer = attacker.app.account.approve(&request, &number).unwrap();
    assert_ne!(attacker.app.answer(&answer).await, Ok("approved".to_owned()), "the app's approval");
    attacker.asking.press(GO_ON).await;
    assert!(attacker.asking.page().path().starts_with("/signin"), "{}", attacker.asking.page().text());
    half_way.open("/signin/another-way").await;
    assert!(half_way.page().path().starts_with("/signin"), "a sign-in that had begun: {}", half_way.page().text());
    assert!(!half_way.page().shows("Recovery code"), "{}", half_way.page().text());
    let mut activating = test.browser();
    activating.open("/signin").await;
    activating.open("/signin/activate").await;
    activating.fill("address", NURSE).fill("code", &attacker.activation);
    activating.press("Continue").await;
    assert_ne!(activating.page().path(), "/signin/new-password", "the activation code");
    // Whoever holds the stolen password is told that the account is off, and nothing else.
    let mut stolen = test.browser();
    nurse.enter_password(&mut stolen).await;
    assert!(stolen.page().shows("This account cannot sign in"), "{}", stolen.page().text());
    assert!(stolen.page().shows("Test help desk") && !stolen.page().shows("compromised"), "{}", stolen.page().text());

    // What would open it by the side leads to the case.
    desk.open(&page_of(test, NURSE).await).await;
    assert!(desk.page().shows("Compromised since") && desk.page().shows("Quarantined"), "{}", desk.page().text());
    for offered in ["Enable the account", "Set a temporary password", "Give them a temporary access pass"] {
        assert!(!desk.page().shows(offered), "{offered}: {}", desk.page().text());
    }
    desk.open(&format!("{}/enable", page_of(test, NURSE).await)).await;
    desk.fill("reason", "by the side");
    desk.press("Enable the account").await;
    assert!(desk.page().shows("Go on in case 1"), "{}", desk.page().text());

    // The check-list.
    desk.open("/admin").await;
    desk.follow("Compromised accounts").await;
    assert!(desk.page().shows("Devices scanned for malware"), "{}", desk.page().text());
    desk.follow("Case 1").await;
    assert_eq!(desk.page().path(), case);
    tick_all(&mut desk).await;
    assert!(desk.page().shows("can be given back when each point is done"), "{}", desk.page().text());
    desk.press("It is not theirs: remove it").await;
    assert!(desk.page().shows("Each point is done"), "{}", desk.page().text());
    desk.follow("Give the account back").await;
    desk.fill("reason", "spoke with her in person");
    desk.press("Give the account back").await;
    let temporary = desk.page().with_class("wardkey-key").unwrap_or_else(|| panic!("{}", desk.page().text()));
    desk.follow("Back to the case").await;
    assert!(desk.page().shows("Given back") && desk.page().shows("Pinned"), "{}", desk.page().text());

    // The owner, with a new password and her own phone, wherever she is.
    test.clock.next_code();
    let mut own = test.browser();
    let returning = Person { password: temporary.trim().to_owned(), ..nurse.clone() };
    returning.enter_password(&mut own).await;
    returning.enter_code(&mut own, test.clock.now()).await;
    assert_eq!(own.page().path(), "/signin/new-password", "{}", own.page().text());
    own.fill("password", PASSWORD).fill("again", PASSWORD);
    own.press("Set password").await;
    assert_eq!(own.page().path(), "/signin/new-password", "not the old one: {}", own.page().text());
    own.fill("password", "copper lantern river 9").fill("again", "copper lantern river 9");
    own.press("Set password").await;
    assert_eq!(own.page().path(), "/", "{}", own.page().text());
    own.open("/profile/security-info").await;
    assert!(own.page().shows("two-step sign-in cannot be switched off for you"), "{}", own.page().text());
    assert!(!own.page().shows("Pixel"), "{}", own.page().text());
    let returned = Person { password: "copper lantern river 9".to_owned(), ..nurse.clone() };
    for address in [[192, 0, 2, 10], [198, 51, 100, 7]] {
        let mut anywhere = test.browser_from(std::net::IpAddr::from(address));
        returned.enter_password(&mut anywhere).await;
        assert_eq!(anywhere.page().path(), "/signin/code", "{}", anywhere.page().text());
    }
    // The attacker is left with nothing.
    let mut again = test.browser();
    nurse.enter_password(&mut again).await;
    assert!(again.page().shows("SIGNIN-001"), "{}", again.page().text());
    assert!(attacker.app.requests(test.clock.now()).await.map_or(true, |open| open.requests.is_empty()));
    let mut by_code = test.browser();
    returned.enter_password(&mut by_code).await;
    by_code.open("/signin/another-way").await;
    assert!(!by_code.page().shows("Recovery code") && attacker.codes.len() == 10, "{}", by_code.page().text());
});

on_both_engines!(a_pass_that_was_given_is_worth_nothing_when_the_account_is_marked, |test| {
    let people = people(test).await;
    let nurse = &people.nurse;
    let mut desk = signed_in(test, &people.local).await;
    desk.open(&page_of(test, NURSE).await).await;
    desk.follow("Give them a temporary access pass").await;
    desk.fill("uses", "several").fill("lifetime", "480").fill("reason", "said she had lost it");
    desk.press("Give the pass").await;
    let pass = desk.page().with_class("wardkey-key").unwrap_or_default();
    let mut thief = test.browser();
    nurse.enter_password(&mut thief).await;
    assert_eq!(thief.page().path(), "/signin/pass", "{}", thief.page().text());
    mark(test, &mut desk).await;
    thief.fill("pass", pass.trim());
    thief.press("Continue").await;
    assert!(thief.page().path().starts_with("/signin") && thief.page().path() != "/signin/pass");
    thief.open("/profile/security-info").await;
    assert_eq!(thief.page().path(), "/signin", "{}", thief.page().text());
});

on_both_engines!(nobody_lifts_a_pin_but_two_people_of_the_national_team, |test| {
    let people = people(test).await;
    let mut desk = signed_in(test, &people.local).await;
    mark(test, &mut desk).await;
    let case = desk.page().path().to_owned();
    assert!(desk.page().shows("Nothing was set up since the suspected time"), "{}", desk.page().text());
    tick_all(&mut desk).await;
    desk.follow("Give the account back").await;
    desk.fill("reason", "spoke with her");
    desk.press("Give the account back").await;
    // Neither she nor who administers her, nor the national help desk.
    let lift = format!("{case}/lift");
    desk.open(&case).await;
    assert!(!desk.page().shows("Ask for the pin to be lifted"), "{}", desk.page().text());
    for browser in [&mut desk, &mut signed_in(test, &people.desk).await] {
        browser.open(&lift).await;
        assert_eq!(browser.page().status.as_u16(), 403, "{}", browser.page().text());
    }
    let mut tenant = signed_in(test, &people.tenant).await;
    tenant.open(&page_of(test, NURSE).await).await;
    assert!(tenant.page().shows("Pinned since"), "{}", tenant.page().text());
    tenant.open(&case).await;
    tenant.follow("Ask for the pin to be lifted").await;
    tenant.fill("reason", "moves to a post without sign-in abroad");
    tenant.press("Ask for it").await;
    assert!(tenant.page().shows("You have asked"), "{}", tenant.page().text());
    tenant.open(&lift).await;
    assert!(tenant.page().shows("Another tenant administrator or security analyst can confirm it"));
    // Nor by a form of their own making.
    tenant.open(&page_of(test, LOCAL).await).await;
    tenant.follow("Sign them out everywhere").await;
    let token = tenant.page().field("form_token").unwrap_or_default().to_owned();
    let forged = [("form_token", token.as_str()), ("step", "confirm"), ("reason", "it is me")];
    tenant.post(&lift, &forged).await;
    assert!(tenant.page().shows("Somebody else has to confirm"), "{}", tenant.page().text());

    let mut analyst = signed_in(test, &people.analyst).await;
    analyst.open("/admin/cases?which=restored").await;
    analyst.follow("Case 1").await;
    analyst.follow("Confirm that the pin is lifted").await;
    analyst.fill("reason", "checked with her line manager");
    analyst.press("Lift the pin").await;
    assert!(analyst.page().shows("asked for the same as others again"), "{}", analyst.page().text());
    assert!(analyst.page().shows("Pin lifted"), "who did what stays: {}", analyst.page().text());
    analyst.open(&page_of(test, NURSE).await).await;
    assert!(!analyst.page().shows("Pinned since"), "{}", analyst.page().text());
});

/// Quarantines everything that the nurse has, and leaves the account open otherwise.
async fn quarantine(test: &TestApp) {
    let (nurse, now) = (test.account(NURSE).await.id, test.clock.now());
    let case = CaseId::new(now, [1; 10]);
    let mut tx = test.app.store().begin().await.unwrap();
    let quarantined =
        wardkey_store::access::quarantine_since(&mut tx, (nurse, case), now.minus(DAY), now).await.unwrap();
    assert_eq!(quarantined.len(), 1);
    tx.commit().await.unwrap();
}

on_both_engines!(a_quarantined_app_answers_nothing, |test| {
    test.add_practice("Y00001").await;
    let nurse = test.add_person("Y00001", NURSE).await;
    let mut browser = test.browser();
    let app = nurse.sign_in_and_bind(&mut browser, test.transport(), "Pixel", test.clock.now()).await;
    let mut asking = test.browser();
    nurse.enter_password(&mut asking).await;
    let (request, number) = (app.request(test.clock.now()).await, number_on(asking.page()));
    quarantine(test).await;
    let answer = app.account.approve(&request, &number).unwrap();
    assert_eq!(app.answer(&answer).await, Err("not_accepted".to_owned()));
    asking.press(GO_ON).await;
    assert!(asking.page().path().starts_with("/signin"), "{}", asking.page().text());
    asking.open("/profile/security-info").await;
    assert_eq!(asking.page().path(), "/signin", "{}", asking.page().text());
    // Nor does a session that is open get any further with it.
    test.clock.advance(Duration::from_secs(11 * 60));
    browser.open("/profile/security-info/add-key").await;
    browser.press("Continue").await;
    assert!(browser.page().shows("None of your ways to sign in works now"), "{}", browser.page().text());
});
