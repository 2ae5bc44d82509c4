//! Security keys and passkeys: the first and only factor, beside others, alone, handed over, copied, lost.

use std::time::Duration;

use uuid::Uuid;
use wardkey_domain::directory::Role;
use wardkey_domain::factor::webauthn::{Aaguid, Models};
use wardkey_domain::factor::{CoreFactors, FactorKind};
use wardkey_testkit::{
    Attestation, Browser, ISSUER, Maker, Person, SIGNER, SecurityKey, TestApp, TestClock, options_on,
};
use wardkey_usecases::Settings;

const NURSE: &str = "nurse@riverside-surgery.example";
const ADMINISTRATOR: &str = "administrator@riverside-surgery.example";

/// A key is enough by itself, and a passkey alone, too.
fn keys_suffice(settings: &mut Settings) {
    settings.signin.core = CoreFactors::default().with(FactorKind::WebAuthn, true);
    settings.signin.webauthn.passkey_alone = true;
}

async fn nurse(test: &TestApp) -> Person {
    test.add_practice("Y00001").await;
    test.add_person("Y00001", NURSE).await
}

/// A nurse who has enrolled a key and nothing else, and is signed out again.
async fn enrolled(test: &TestApp) -> (Person, Browser, SecurityKey) {
    let nurse = nurse(test).await;
    let (mut browser, mut key) = (test.browser(), SecurityKey::at(ISSUER));
    nurse.enter_password(&mut browser).await;
    browser.open("/profile/self-enrol").await;
    browser.press("Confirm").await;
    browser.fill("method", "webauthn");
    browser.press("Click me to enrol for Multi-Factor Authentication").await;
    assert_eq!(browser.page().path(), "/profile/self-enrol/key", "{}", browser.page().text());
    browser.fill("label", "Lanyard");
    key.register(&mut browser, "Set it up").await;
    assert_eq!(browser.page().path(), "/profile/self-enrol/done", "{}", browser.page().text());
    sign_out(&mut browser).await;
    (nurse, browser, key)
}

async fn sign_out(browser: &mut Browser) {
    browser.open("/signout").await;
    browser.press("Sign out").await;
}

async fn sign_in(nurse: &Person, browser: &mut Browser, key: &mut SecurityKey) {
    nurse.enter_password(browser).await;
    assert_eq!(browser.page().path(), "/signin/key", "{}", browser.page().text());
    key.touch(browser).await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
}

on_both_engines_with!(keys_suffice, a_nurse_without_a_phone_enrols_a_key_and_signs_in_with_it, |test| {
    let (nurse, mut browser, mut key) = enrolled(test).await;
    sign_in(&nurse, &mut browser, &mut key).await;
    browser.open("/profile/security-info").await;
    assert!(browser.page().shows("Lanyard") && browser.page().shows("Security key or passkey"));
    assert!(!browser.page().shows("Remove Lanyard"), "the only way is not removed");
});

on_both_engines_with!(keys_suffice, an_answer_counts_once_and_only_at_our_address, |test| {
    let (nurse, mut browser, mut key) = enrolled(test).await;
    nurse.enter_password(&mut browser).await;
    let options = options_on(browser.page());

    let mut elsewhere = key.copied();
    elsewhere.origin = "https://localhost.evil.example".to_owned();
    browser.fill("answer", &elsewhere.show(&options));
    browser.press("Use it now").await;
    assert!(browser.page().shows("SIGNIN-041"), "{}", browser.page().text());

    key.verifies_holder = false;
    key.touch(&mut browser).await;
    assert!(browser.page().shows("SIGNIN-042"), "without a PIN: {}", browser.page().text());
    key.verifies_holder = true;

    let good = key.show(&options);
    let mut spoilt = good.clone();
    let at = good.find("authenticatorData").unwrap() + 30;
    spoilt.replace_range(at..=at, if &good[at..=at] == "A" { "B" } else { "A" });
    browser.fill("answer", &spoilt);
    browser.press("Use it now").await;
    assert!(browser.page().shows("SIGNIN-041"), "{}", browser.page().text());

    browser.fill("answer", &good);
    browser.press("Use it now").await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());

    // In another sign-in the same answer is worth nothing.
    let mut thief = test.browser();
    nurse.enter_password(&mut thief).await;
    thief.fill("answer", &good);
    thief.press("Use it now").await;
    assert!(thief.page().shows("SIGNIN-041"), "replayed: {}", thief.page().text());
    thief.fill("answer", "{}");
    thief.press("Use it now").await;
    assert!(thief.page().shows("SIGNIN-040"), "{}", thief.page().text());
});

on_both_engines_with!(keys_suffice, a_copied_key_is_noticed, |test| {
    let (nurse, mut browser, mut key) = enrolled(test).await;
    let mut copy = key.copied();
    sign_in(&nurse, &mut browser, &mut key).await;
    sign_out(&mut browser).await;
    sign_in(&nurse, &mut browser, &mut key).await;
    let mut thief = test.browser();
    nurse.enter_password(&mut thief).await;
    copy.touch(&mut thief).await;
    assert!(thief.page().shows("SIGNIN-044") && thief.page().shows("a copy of it"), "{}", thief.page().text());
});

/// What a browser would ask passkeys on the first page, which is shown again then.
async fn asked_of_passkeys(browser: &mut Browser) -> serde_json::Value {
    browser.open("/signin").await;
    let asked = serde_json::from_str(&browser.open("/signin/passkey").await.body).unwrap();
    browser.open("/signin/step").await;
    asked
}

on_both_engines_with!(keys_suffice, a_passkey_alone_signs_in, |test| {
    const WITH_PASSKEY: &str = "Sign in with a passkey or security key";
    let (_, _, mut key) = enrolled(test).await;
    let mut browser = test.browser();
    let asked = asked_of_passkeys(&mut browser).await;
    assert_eq!(asked["allowCredentials"], serde_json::json!([]));
    let answer = key.show(&asked);
    browser.fill("answer", &answer);
    browser.press(WITH_PASSKEY).await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
    browser.open("/profile/sessions").await;
    sign_out(&mut browser).await;

    // Of another sign-in, of nobody, and of a key that was never enrolled.
    asked_of_passkeys(&mut browser).await;
    browser.fill("answer", &answer);
    browser.press(WITH_PASSKEY).await;
    assert!(browser.page().shows("SIGNIN-041"), "{}", browser.page().text());
    let asked = asked_of_passkeys(&mut browser).await;
    let mut stranger = SecurityKey::at(ISSUER);
    browser.fill("answer", &stranger.show(&asked));
    browser.press(WITH_PASSKEY).await;
    assert!(browser.page().shows("SIGNIN-043"), "{}", browser.page().text());
});

on_both_engines!(a_passkey_alone_is_not_asked_for_unless_an_operator_allows_it, |test| {
    let mut browser = test.browser();
    browser.open("/signin").await;
    assert!(!browser.page().body.contains("webauthn") && !browser.page().body.contains("passkey"));
    assert_eq!(browser.open("/signin/passkey").await.status.as_u16(), 404);
});

on_both_engines_with!(keys_suffice, a_key_is_added_beside_another_way_renamed_and_removed, |test| {
    let mut nurse = nurse(test).await;
    let (mut browser, mut key) = (test.browser(), SecurityKey::at(ISSUER));
    nurse.sign_in_and_enrol(&mut browser, test.clock.now()).await;
    browser.open("/profile/security-info/add-key").await;
    browser.press("Continue").await;
    browser.fill("label", "Lanyard");
    key.register(&mut browser, "Add it").await;
    assert_eq!(browser.page().path(), "/profile/security-info", "{}", browser.page().text());
    assert!(browser.page().shows("The security key or passkey has been added."));

    // Another is added by whoever has this one; the same again is refused.
    browser.open("/profile/security-info/add-key").await;
    browser.press("Continue").await;
    assert_eq!(browser.page().path(), "/signin/key", "{}", browser.page().text());
    key.touch(&mut browser).await;
    browser.press("Continue").await;
    assert_eq!(options_on(browser.page())["excludeCredentials"].as_array().unwrap().len(), 1);
    key.register(&mut browser, "Add it").await;
    assert!(browser.page().shows("SIGNIN-045"), "{}", browser.page().text());

    // It is asked for from now on, with no further prompt [MET-9].
    sign_out(&mut browser).await;
    sign_in(&nurse, &mut browser, &mut key).await;

    browser.open("/profile/security-info").await;
    browser.follow("Rename Lanyard").await;
    browser.fill("label", "Blue key");
    browser.press("Save").await;
    browser.follow("Remove Blue key").await;
    browser.press("Remove").await;
    assert!(browser.page().shows("The security key or passkey has been removed."), "{}", browser.page().text());
    sign_out(&mut browser).await;
    test.clock.next_code();
    nurse.enter_password(&mut browser).await;
    assert_eq!(browser.page().path(), "/signin/code", "the removed key is not asked for");
});

on_both_engines!(a_key_that_is_not_core_comes_after_another_way, |test| {
    let nurse = nurse(test).await;
    let mut browser = test.browser();
    nurse.enter_password(&mut browser).await;
    browser.open("/profile/self-enrol").await;
    browser.press("Confirm").await;
    assert!(!browser.page().body.contains("value=\"webauthn\""), "{}", browser.page().text());
});

on_both_engines_with!(keys_suffice, an_administrator_registers_a_key_and_hands_it_over, |test| {
    let nurse = nurse(test).await;
    let mut administrator = test.add_person("Y00001", ADMINISTRATOR).await;
    let (mut desk, mut key) = (test.browser(), SecurityKey::at(ISSUER));
    administrator.sign_in_and_enrol(&mut test.browser(), test.clock.now()).await;
    test.give_role(ADMINISTRATOR, Role::LocalAdministrator, "Y00001").await;
    test.clock.next_code();
    administrator.sign_in(&mut desk, test.clock.now()).await;
    let id = test.account(NURSE).await.id;
    desk.open(&format!("/admin/people/{id}")).await;
    desk.follow("Register a security key for them").await;
    desk.press("Continue").await;
    let page = desk.page().path().to_owned();
    // Without what is noted of it, it is not registered; and nothing that was typed is lost.
    desk.fill("model", "YubiKey 5 NFC");
    key.register(&mut desk, "Register the key").await;
    assert!(desk.page().error_summary().unwrap().contains("serial number"), "{}", desk.page().text());
    assert_eq!(desk.page().field("model"), Some("YubiKey 5 NFC"));
    desk.fill("serial", "12345678");
    key.register(&mut desk, "Register the key").await;
    assert!(desk.page().shows("YubiKey 5 NFC 12345678"), "{}", desk.page().text());
    assert!(desk.page().shows("has been registered"));
    desk.open(&page).await;
    assert_eq!(desk.page().status.as_u16(), 404, "it is registered once");
    desk.open(&format!("/admin/people/{id}")).await;
    assert!(desk.page().shows("YubiKey 5 NFC, serial number 12345678, handed over on"), "{}", desk.page().text());

    let mut browser = test.browser();
    sign_in(&nurse, &mut browser, &mut key).await;
    // Nobody registers one for themselves this way.
    let own = test.account(ADMINISTRATOR).await.id;
    desk.open(&format!("/admin/people/{own}/register-key")).await;
    assert!([403, 404].contains(&desk.page().status.as_u16()), "{}", desk.page().text());
});

on_both_engines_with!(keys_suffice, a_new_key_must_come_in_time_and_in_the_session_that_asked, |test| {
    let mut nurse = nurse(test).await;
    let (mut browser, mut key) = (test.browser(), SecurityKey::at(ISSUER));
    nurse.sign_in_and_enrol(&mut browser, test.clock.now()).await;
    browser.open("/profile/security-info/add-key").await;
    browser.press("Continue").await;
    let options = options_on(browser.page());
    let answer = key.make(&options);
    test.clock.advance(Duration::from_secs(11 * 60));
    browser.fill("answer", &answer);
    browser.press("Add it").await;
    assert_eq!(browser.page().status.as_u16(), 404, "{}", browser.page().text());
});

fn model(number: u128) -> Uuid {
    Uuid::from_u128(0xe1a5_0000 + number)
}

/// A product that takes keys of two models of a maker, of which one is broken, and a third that nobody allowed.
async fn taking_models(maker: &Maker) -> TestApp {
    let published = [(model(1), "FIDO_CERTIFIED"), (model(2), "REVOKED"), (model(3), "FIDO_CERTIFIED")];
    let models = Models::parse(&maker.published(&published), SIGNER, &[maker.root().to_vec()], TestClock::new().now());
    let models = models.unwrap();
    TestApp::with(|settings| {
        keys_suffice(settings);
        let allowed = [model(1), model(2)].map(Aaguid::new).into();
        settings.signin.webauthn.attestation =
            wardkey_domain::factor::webauthn::Attestation::Required { models, allowed };
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn only_allowed_models_are_taken_and_each_proves_its_own() {
    let (maker, other) = (Maker::new(), Maker::new());
    let test = taking_models(&maker).await;
    let mut nurse = nurse(&test).await;
    let mut browser = test.browser();
    nurse.sign_in_and_enrol(&mut browser, test.clock.now()).await;
    browser.open("/profile/security-info/add-key").await;
    browser.press("Continue").await;
    assert_eq!(options_on(browser.page())["attestation"], "direct");
    let lying =
        |batch: u128, claimed: u128| Attestation { aaguid: *model(claimed).as_bytes(), ..maker.batch(model(batch)) };
    for (why, attestation) in [
        ("proves nothing", None),
        ("is broken", Some(maker.batch(model(2)))),
        ("is not allowed", Some(maker.batch(model(3)))),
        ("is of another maker", Some(other.batch(model(1)))),
        ("claims to be another", Some(lying(3, 1))),
    ] {
        let mut key = SecurityKey::at(ISSUER);
        key.attestation = attestation;
        key.register(&mut browser, "Add it").await;
        assert_eq!(browser.page().status.as_u16(), 422, "{why}: {}", browser.page().text());
        let is_said = browser.page().shows("SIGNIN-046") || browser.page().shows("SIGNIN-041");
        assert!(is_said, "{why}: {}", browser.page().text());
    }
    let noted = wardkey_store::audit::list_unsealed(&mut test.app.store().read().await.unwrap(), 0, 1_000).await;
    let noted = noted.unwrap().into_iter().filter(|event| event.entry.kind == "enrolment_refused").count();
    assert_eq!(noted, 5, "each is noted");
    let mut key = SecurityKey::at(ISSUER);
    key.attestation = Some(maker.batch(model(1)));
    key.register(&mut browser, "Add it").await;
    assert!(browser.page().shows("has been added"), "{}", browser.page().text());
    assert!(browser.page().shows(&format!("Example key {}", model(1))), "{}", browser.page().text());
}

on_both_engines_with!(keys_suffice, a_phished_code_adds_no_key_beside_a_key, |test| {
    let mut nurse = nurse(test).await;
    let (mut browser, mut key) = (test.browser(), SecurityKey::at(ISSUER));
    nurse.sign_in_and_enrol(&mut browser, test.clock.now()).await;
    browser.open("/profile/security-info/add-key").await;
    browser.press("Continue").await;
    key.register(&mut browser, "Add it").await;
    assert!(browser.page().shows("has been added"), "{}", browser.page().text());

    // Whoever has got the password and a code by a page that looks like ours.
    test.clock.advance(Duration::from_secs(20 * 60));
    let mut thief = test.browser();
    nurse.enter_password(&mut thief).await;
    thief.follow("Sign in another way").await;
    let totp = thief.page().body.split("<input").find(|tag| tag.contains("type=\"radio\"") && !tag.contains("checked"));
    let totp =
        totp.and_then(|tag| tag.split("value=\"").nth(1)).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    thief.fill("way", &totp);
    thief.press("Continue").await;
    let code = nurse.phone.as_ref().unwrap().code(test.clock.now());
    thief.fill("code", &code);
    thief.press("Continue").await;
    assert_eq!(thief.page().path(), "/", "{}", thief.page().text());
    for page in ["/profile/security-info/add-key", "/profile/security-info/add-authenticator"] {
        thief.open(page).await;
        thief.press("Continue").await;
        assert_eq!(thief.page().path(), "/signin/key", "the key is asked for: {}", thief.page().text());
    }
    // The owner removes a lost key with the other way.
    thief.open("/profile/security-info").await;
    thief.follow("Remove Security key or passkey").await;
    thief.press("Remove").await;
    assert!(thief.page().shows("has been removed"), "{}", thief.page().text());
});

on_both_engines_with!(keys_suffice, what_cannot_be_handed_over_is_not_registered_for_somebody, |test| {
    let nurse = nurse(test).await;
    let mut administrator = test.add_person("Y00001", ADMINISTRATOR).await;
    let mut desk = test.browser();
    administrator.sign_in_and_enrol(&mut test.browser(), test.clock.now()).await;
    test.give_role(ADMINISTRATOR, Role::LocalAdministrator, "Y00001").await;
    test.clock.next_code();
    administrator.sign_in(&mut desk, test.clock.now()).await;
    desk.open(&format!("/admin/people/{}/register-key", test.account(NURSE).await.id)).await;
    desk.press("Continue").await;
    let asked = options_on(desk.page());
    assert_eq!(asked["authenticatorSelection"]["authenticatorAttachment"], "cross-platform");
    let mut passkey = SecurityKey::at(ISSUER);
    passkey.is_synced = true;
    desk.fill("model", "My own phone").fill("serial", "1");
    passkey.register(&mut desk, "Register the key").await;
    assert!(desk.page().shows("SIGNIN-049"), "{}", desk.page().text());
    let mut browser = test.browser();
    nurse.enter_password(&mut browser).await;
    assert_eq!(browser.page().path(), "/profile", "nothing was registered: {}", browser.page().text());
});

on_both_engines_with!(keys_suffice, a_passkey_that_its_maker_begins_to_copy_still_signs_in, |test| {
    let (nurse, mut browser, mut key) = enrolled(test).await;
    key.is_synced = true;
    sign_in(&nurse, &mut browser, &mut key).await;
    sign_out(&mut browser).await;
    sign_in(&nurse, &mut browser, &mut key).await;
    // But never back.
    sign_out(&mut browser).await;
    nurse.enter_password(&mut browser).await;
    key.is_synced = false;
    key.touch(&mut browser).await;
    assert!(browser.page().shows("SIGNIN-041"), "{}", browser.page().text());
});
