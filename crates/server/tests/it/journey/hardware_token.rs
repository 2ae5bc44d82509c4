//! Hardware tokens: taken in from their maker's file, given to people, activated by a code, removed and taken back.

use wardkey_domain::directory::Role;
use wardkey_domain::factor::Code;
use wardkey_domain::factor::totp::{CodeHash, CodeShape, Step};
use wardkey_domain::op::Op;
use wardkey_domain::time::Timestamp;
use wardkey_testkit::{Browser, Person, TestApp};
use wardkey_usecases::directory::{ImportMode, ImportProgress, ImportReport, import_tokens};

const NURSE: &str = "nurse@riverside-surgery.example";
const ADMINISTRATOR: &str = "administrator@riverside-surgery.example";
const HEADER: &str = "upn,serial number,secret key,time interval,manufacturer,model,hash function\n";
const KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const SEED: &[u8] = b"12345678901234567890";

/// Takes the rows of a file in; what was refused, each as its line and column.
async fn import(test: &TestApp, op: &Op, rows: &str, mode: ImportMode) -> (ImportReport, Vec<String>) {
    let file = format!("{HEADER}{rows}");
    let rows = wardkey_protocols::file::tokens_in(&file, usize::MAX);
    let mut refused = Vec::new();
    let mut note = |news: ImportProgress<'_>| {
        if let ImportProgress::Refused { line, errors } = news {
            refused.extend(errors.iter().map(|error| format!("{line} {}", error.field.as_str())));
        }
    };
    let organisation = "Y00001".parse().unwrap();
    let report = import_tokens(&test.app, op, &organisation, rows, mode, &mut note).await.unwrap();
    (report, refused)
}

fn shows(shape: CodeShape, now: Timestamp) -> String {
    Code::made(shape.hash, SEED, Step::within(now, shape)).text()
}

const OLD: CodeShape = CodeShape { hash: CodeHash::Sha1, seconds: 30 };
const NEW: CodeShape = CodeShape { hash: CodeHash::Sha256, seconds: 60 };

/// A practice with a nurse to whom a token was given.
async fn nurse(test: &TestApp, row: &str) -> Person {
    test.add_practice("Y00001").await;
    let nurse = test.add_person("Y00001", NURSE).await;
    let (report, refused) = import(test, &test.operator(), row, ImportMode::Write).await;
    assert_eq!((report.added, refused.len()), (1, 0), "{refused:?}");
    nurse
}

/// Types the password, and chooses the hardware token as the way to enrol.
async fn choose_token(nurse: &Person, browser: &mut Browser) {
    nurse.enter_password(browser).await;
    browser.open("/profile/self-enrol").await;
    browser.press("Confirm").await;
    browser.fill("method", "hardware_token");
    browser.press("Click me to enrol for Multi-Factor Authentication").await;
}

async fn sign_out(browser: &mut Browser) {
    browser.open("/signout").await;
    browser.press("Sign out").await;
}

async fn desk(test: &TestApp) -> Browser {
    let mut administrator = test.add_person("Y00001", ADMINISTRATOR).await;
    administrator.sign_in_and_enrol(&mut test.browser(), test.clock.now()).await;
    test.give_role(ADMINISTRATOR, Role::LocalAdministrator, "Y00001").await;
    test.clock.next_code();
    let mut desk = test.browser();
    administrator.sign_in(&mut desk, test.clock.now()).await;
    desk
}

on_both_engines!(a_token_that_was_given_is_activated_on_the_way_in_and_signs_in, |test| {
    let nurse = nurse(test, &format!("{NURSE},T-1,{KEY},60,Contoso,HardwareKey,HMACSHA256\n")).await;
    let mut browser = test.browser();
    choose_token(&nurse, &mut browser).await;
    assert!(browser.page().shows("serial number T-1"), "{}", browser.page().text());
    browser.fill("code", &shows(OLD, test.clock.now())).fill("label", "On my keys");
    browser.press("Activate it").await;
    assert!(browser.page().shows("SIGNIN-003"), "{}", browser.page().text());
    assert_eq!(browser.page().field("label"), Some("On my keys"));
    let code = shows(NEW, test.clock.now());
    browser.fill("code", &code);
    browser.press("Activate it").await;
    assert_eq!(browser.page().path(), "/profile/self-enrol/done", "{}", browser.page().text());
    sign_out(&mut browser).await;
    nurse.enter_password(&mut browser).await;
    assert!(browser.page().shows("Enter the code from your hardware token"), "{}", browser.page().text());
    browser.fill("code", &code);
    browser.press("Continue").await;
    assert!(browser.page().shows("SIGNIN-004"), "it has activated the token: {}", browser.page().text());
    test.clock.next_code();
    test.clock.next_code();
    browser.fill("code", &shows(NEW, test.clock.now()));
    browser.press("Continue").await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
});

on_both_engines!(a_token_is_activated_beside_an_app_removed_and_activated_again, |test| {
    let mut nurse = nurse(test, &format!("{NURSE},T-1,{KEY},30,Contoso,HardwareKey,\n")).await;
    let mut browser = test.browser();
    nurse.sign_in_and_enrol(&mut browser, test.clock.now()).await;
    for _ in 0..2 {
        test.clock.next_code();
        browser.open("/profile/security-info").await;
        browser.follow_starting("Activate it").await;
        browser.fill("code", "000000");
        browser.press("Activate it").await;
        assert!(browser.page().shows("not the code that this token shows"), "{}", browser.page().text());
        browser.fill("code", &shows(OLD, test.clock.now()));
        browser.press("Activate it").await;
        assert!(browser.page().shows("has been activated"), "{}", browser.page().text());
        browser.follow("Remove Hardware token").await;
        browser.press("Remove").await;
        assert!(browser.page().shows("The hardware token has been removed"), "{}", browser.page().text());
    }
    let other = browser.page().links().iter().find(|(label, _)| label.starts_with("Activate it")).unwrap().1.clone();
    let mut stranger = test.browser();
    test.add_person("Y00001", "other@a.example").await.sign_in_and_enrol(&mut stranger, test.clock.now()).await;
    stranger.open(&other).await;
    assert_eq!(stranger.page().status.as_u16(), 404, "it was given to somebody else");
});

on_both_engines!(an_administrator_gives_a_token_and_takes_it_back, |test| {
    let stock = format!(",T-1,{KEY},30,Contoso,HardwareKey,\n");
    let nurse = nurse(test, &stock).await;
    let mut desk = desk(test).await;
    let account = format!("/admin/people/{}", test.account(NURSE).await.id);
    desk.open(&account).await;
    desk.follow("Give them a hardware token").await;
    desk.fill("serial", "T-2");
    desk.press("Give the token").await;
    assert!(desk.page().shows("There is no token with this number in stock"), "{}", desk.page().text());
    assert_eq!(desk.page().field("serial"), Some("T-2"));
    desk.fill("serial", " T-1 ");
    desk.press("Give the token").await;
    assert!(desk.page().shows("Contoso HardwareKey, serial number T-1: not activated"), "{}", desk.page().text());
    desk.open(&format!("{account}/token")).await;
    desk.fill("serial", "T-1");
    desk.press("Give the token").await;
    assert!(desk.page().shows("Somebody has this token already"), "{}", desk.page().text());

    // Chosen, and then taken back.
    let mut browser = test.browser();
    choose_token(&nurse, &mut browser).await;
    desk.open(&account).await;
    desk.press("Take it back").await;
    assert!(desk.page().shows("has been taken back"), "{}", desk.page().text());
    browser.fill("code", &shows(OLD, test.clock.now()));
    browser.press("Activate it").await;
    assert!(browser.page().shows("SIGNIN-020"), "{}", browser.page().text());
    browser.press("Choose another way").await;
    assert!(!browser.page().shows("Hardware token"), "{}", browser.page().text());
});

on_both_engines!(a_token_in_use_is_free_when_its_owner_enrols_again, |test| {
    let nurse = nurse(test, &format!("{NURSE},T-1,{KEY},30,Contoso,HardwareKey,\n")).await;
    let mut browser = test.browser();
    choose_token(&nurse, &mut browser).await;
    browser.fill("code", &shows(OLD, test.clock.now()));
    browser.press("Activate it").await;
    let mut desk = desk(test).await;
    desk.open(&format!("/admin/people/{}", test.account(NURSE).await.id)).await;
    assert!(desk.page().shows("serial number T-1: in use"), "{}", desk.page().text());
    assert!(!desk.has_button("Take it back"), "{}", desk.page().text());
    desk.follow("Make them enrol again").await;
    desk.fill("reason", "token lost");
    desk.press("Remove their sign-in methods").await;
    assert!(desk.page().shows("serial number T-1: not activated"), "{}", desk.page().text());
    desk.press("Take it back").await;
    assert!(desk.page().shows("has been taken back"), "{}", desk.page().text());
});

on_both_engines!(a_file_of_tokens_is_taken_in_row_by_row, |test| {
    test.add_practice("Y00001").await;
    test.add_person("Y00001", NURSE).await;
    test.add_organisation("Y00002", "Y00001").await;
    let rows = format!(
        "{NURSE},T-1,{KEY},30,Contoso,One,\n\
         ,T-2,{KEY},60,Contoso,One,HMACSHA256\n\
         nobody@a.example,T-3,{KEY},30,Contoso,One,\n\
         ,T-4,short,45,,One,md5\n\
         ,T-2,{KEY},60,Contoso,One,\n"
    );
    let (dry, refused) = import(test, &test.operator(), &rows, ImportMode::DryRun).await;
    assert_eq!((dry.added, dry.refused), (2, 3));
    let expected = ["4 upn", "5 manufacturer", "5 secret key", "5 time interval", "5 hash function", "6 serial number"];
    assert_eq!(refused, expected);
    let (written, _) = import(test, &test.operator(), &rows, ImportMode::Write).await;
    assert_eq!((written.added, written.refused), (2, 3));
    let (again, _) = import(test, &test.operator(), &rows, ImportMode::Write).await;
    assert_eq!((again.added, again.changed, again.unchanged), (0, 0, 2), "the same file twice changes nothing");
    // In stock, and now somebody's; another key under a number that is known is not taken.
    let other = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
    let rows = format!("{NURSE},T-2,{KEY},60,Contoso,One,HMACSHA256\n,T-1,{other},30,Contoso,One,\n");
    let (changed, refused) = import(test, &test.operator(), &rows, ImportMode::Write).await;
    assert_eq!((changed.changed, refused), (1, vec!["3 serial number".to_owned()]));
});

on_both_engines!(an_administrator_hands_a_file_of_tokens_in, |test| {
    test.add_practice("Y00001").await;
    test.add_person("Y00001", NURSE).await;
    test.add_organisation("Y00002", "Y00001").await;
    test.add_person("Y00001", "elsewhere@a.example").await;
    let mut desk = desk(test).await;
    desk.open("/admin").await;
    desk.follow("Take hardware tokens in").await;
    desk.fill("organisation", "Y00001");
    desk.press("Take them in").await;
    assert!(desk.page().error_summary().unwrap().contains("Choose the file"), "{}", desk.page().text());
    assert_eq!(desk.page().field("organisation"), Some("Y00001"));
    let rows = format!("{NURSE},T-1,{KEY},30,Contoso,One,\nnobody@a.example,T-2,{KEY},30,Contoso,One,\n");
    desk.fill("file", &format!("{HEADER}{rows}"));
    desk.press("Take them in").await;
    assert!(desk.page().shows("1 new"), "{}", desk.page().text());
    assert!(desk.page().shows("No account that you look after has this address"), "{}", desk.page().text());
    desk.open(&format!("/admin/people/{}", test.account(NURSE).await.id)).await;
    assert!(desk.page().shows("serial number T-1: not activated"), "{}", desk.page().text());
    // Not for an organisation that is not theirs, nor with a file that is none.
    desk.open("/admin/tokens").await;
    desk.fill("organisation", "Z99999").fill("file", &format!("{HEADER}{rows}"));
    desk.press("Take them in").await;
    assert!(desk.page().shows("You look after no organisation with this code"), "{}", desk.page().text());
    desk.fill("organisation", "Y00001").fill("file", "upn,serial number\n,T-9\n");
    desk.press("Take them in").await;
    assert!(desk.page().shows("0 new") && desk.page().shows("1 left out"), "{}", desk.page().text());
    desk.open("/admin/tokens").await;
    desk.fill("organisation", "Y00001").fill("file", &"x".repeat(1_100_000));
    desk.press("Take them in").await;
    assert_eq!(desk.page().status.as_u16(), 413, "{}", desk.page().text());
});
