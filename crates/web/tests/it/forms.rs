//! Only our own pages can send our forms.

use wardkey_testkit::TestApp;

use crate::{signed_in, token_on};

const END_OTHERS: &str = "/profile/sessions/end-others";

#[tokio::test]
async fn a_form_without_its_token_changes_nothing() {
    let test = TestApp::start().await;
    let (_, mut browser) = signed_in(&test).await;
    browser.open("/profile/sessions").await;
    let genuine = token_on(&browser);
    for token in ["", "made-up", genuine.get(1..).unwrap()] {
        let page = browser.post(END_OTHERS, &[("form_token", token)]).await;
        assert_eq!(page.status.as_u16(), 400);
        assert!(page.shows("WEB-402"), "{}", page.text());
    }
    assert_eq!(browser.post(END_OTHERS, &[("form_token", &genuine)]).await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_token_is_good_for_its_own_session_only() {
    let test = TestApp::start().await;
    let (nurse, mut first) = signed_in(&test).await;
    let mut second = test.browser();
    nurse.sign_in(&mut second, test.clock.now()).await;
    second.open("/profile/sessions").await;
    let theirs = token_on(&second);
    let page = first.post(END_OTHERS, &[("form_token", &theirs)]).await;
    assert_eq!(page.status.as_u16(), 400);
}

#[tokio::test]
async fn a_form_that_another_site_sends_is_refused() {
    let test = TestApp::start().await;
    let (_, mut browser) = signed_in(&test).await;
    browser.open("/profile/sessions").await;
    let token = token_on(&browser);
    for (header, value) in
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example")]
    {
        let mut deceived = test.browser().with_header(header, value);
        deceived.cookies.plant("wardkey-session", browser.cookies.value("wardkey-session").unwrap());
        let page = deceived.post(END_OTHERS, &[("form_token", &token)]).await;
        assert_eq!(page.status.as_u16(), 403, "{header}: {value}");
    }
}

#[tokio::test]
async fn a_notice_is_said_once() {
    let test = TestApp::start().await;
    let (_, mut browser) = signed_in(&test).await;
    browser.open("/profile/sessions").await;
    let token = token_on(&browser);
    const SAID: &str = "All your other sessions have been signed out";
    assert!(browser.post(END_OTHERS, &[("form_token", &token)]).await.shows(SAID));
    assert!(!browser.open("/profile/sessions").await.shows(SAID));
    browser.cookies.plant("wardkey-notice", "<script>alert(1)</script>");
    assert!(!browser.open("/profile/sessions").await.shows("alert"));
}

#[tokio::test]
async fn what_was_typed_is_kept_but_never_a_password() {
    let test = TestApp::start().await;
    let mut browser = test.browser();
    browser.open("/signin").await;
    browser.fill("address", "somebody@riverside-surgery.example").fill("password", "not it at all");
    let page = browser.press("Sign in").await;
    assert_eq!(page.field("address"), Some("somebody@riverside-surgery.example"));
    assert_eq!(page.field("password").unwrap_or_default(), "");
    assert!(page.title().starts_with("Error: "));
}

#[tokio::test]
async fn outside_the_demonstration_there_is_no_phone() {
    let test = TestApp::start().await;
    let mut browser = test.browser();
    assert_eq!(browser.open("/demo/phone").await.status.as_u16(), 404);
    assert!(!browser.open("/signin").await.shows("Who can sign in here"));
}
