//! How an administrator's account begins: an activation code, a password, a second factor.

use wardkey_domain::directory::Role;
use wardkey_testkit::{Person, TestApp};
use wardkey_usecases::directory::{NewAdministrator, create_admin};

const BOSS: &str = "administrator@riverside-surgery.example";
const CHOSEN: &str = "violet anchor meadow 93";

/// Makes an administrator; gives back the activation code.
async fn administrator(test: &TestApp) -> String {
    test.add_practice("Y00001").await;
    let new = NewAdministrator {
        address: BOSS.parse().unwrap(),
        display_name: "The Administrator".to_owned(),
        ods_code: "Y00001".parse().unwrap(),
        organisation_name: None,
        role: Role::LocalAdministrator,
    };
    create_admin(&test.app, &test.operator(), new).await.unwrap().activation.expose().clone()
}

on_both_engines!(an_activation_code_opens_an_account_once, |test| {
    let code = administrator(test).await;
    let mut browser = test.browser();
    browser.open("/signin").await;
    browser.follow("Use an activation code").await;
    browser.fill("address", BOSS).fill("code", &code);
    browser.press("Continue").await;
    assert_eq!(browser.page().path(), "/signin/new-password", "{}", browser.page().text());
    browser.fill("password", CHOSEN).fill("again", CHOSEN);
    browser.press("Set password").await;
    let mut boss = Person::new(BOSS, CHOSEN);
    boss.self_enrol(&mut browser, test.clock.now()).await;
    assert_eq!(browser.open("/session/check").await.status, 204);
    assert_eq!(browser.open("/admin").await.status, 200);

    let mut again = test.browser();
    again.open("/signin").await;
    again.follow("Use an activation code").await;
    again.fill("address", BOSS).fill("code", &code);
    again.press("Continue").await;
    assert_eq!(again.page().path(), "/signin/activate");
    assert!(again.page().error_summary().is_some());
});

on_both_engines!(a_password_alone_never_enrols_an_administrator, |test| {
    test.add_practice("Y00001").await;
    let boss = test.add_person("Y00001", BOSS).await;
    test.give_role(BOSS, Role::LocalAdministrator, "Y00001").await;
    let mut browser = test.browser();
    boss.enter_password(&mut browser).await;
    assert_eq!(browser.page().path(), "/signin/activate", "{}", browser.page().text());
    browser.open("/profile/self-enrol").await;
    assert!(!browser.has_button("Confirm"), "{}", browser.page().text());
});
