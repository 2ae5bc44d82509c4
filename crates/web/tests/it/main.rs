//! Pages over HTTP, for what no single page shows: forms, tabs, cookies, notices.
#![expect(clippy::expect_used, reason = "a test that cannot go on should stop loudly")]

mod cannot_sign_in;
mod edge;
mod forms;
mod fresh_factor;
mod tabs;
mod telephone;
mod visits;

use wardkey_testkit::{Browser, Person, TestApp};

const NURSE: &str = "nurse@riverside-surgery.example";

/// A nurse who has enrolled and is signed in.
async fn signed_in(test: &TestApp) -> (Person, Browser) {
    test.add_practice("Y00001").await;
    let mut nurse = test.add_person("Y00001", NURSE).await;
    let mut browser = test.browser();
    nurse.sign_in_and_enrol(&mut browser, test.clock.now()).await;
    test.clock.next_code();
    (nurse, browser)
}

/// The form token on the page that `browser` shows.
fn token_on(browser: &Browser) -> String {
    browser.page().field("form_token").expect("a form on the page").to_owned()
}
