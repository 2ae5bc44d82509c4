//! Sensitive changes ask for a second factor that is only minutes old [SES-8].

use std::time::Duration;

use wardkey_testkit::TestApp;

use crate::signed_in;

#[tokio::test]
async fn a_sensitive_change_asks_for_a_code_and_comes_back() {
    let test = TestApp::start().await;
    let (nurse, mut browser) = signed_in(&test).await;
    test.clock.advance(Duration::from_secs(11 * 60));
    for page in ["/profile/password", "/profile/security-info/add"] {
        browser.open(page).await;
        if browser.page().path() == page {
            browser.press("Continue").await;
        }
        assert_eq!(browser.page().path(), "/signin/code", "{page}");
        nurse.enter_code(&mut browser, test.clock.now()).await;
        assert_eq!(browser.page().path(), page);
        test.clock.advance(Duration::from_secs(11 * 60));
    }
}

#[tokio::test]
async fn the_last_method_has_no_way_to_be_removed() {
    let test = TestApp::start().await;
    let (_, mut browser) = signed_in(&test).await;
    browser.open("/profile/security-info").await;
    let page = browser.page();
    assert!(!page.links().iter().any(|(text, _)| text.starts_with("Remove")), "{}", page.text());
    let rename = page.links().into_iter().find(|(text, _)| text.starts_with("Rename")).unwrap().1;
    let page = browser.open(&rename.replace("/rename", "/remove")).await;
    assert_eq!(page.status.as_u16(), 200);
    let page = browser.press("Remove").await;
    assert_eq!(page.status.as_u16(), 409, "{}", page.text());
    assert!(page.error_summary().is_some());
}
