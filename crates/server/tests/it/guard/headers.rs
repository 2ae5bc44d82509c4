//! Every page carries the headers that keep a browser safe.

use wardkey_testkit::{Page, TestApp};

/// Checks one page.
fn check(page: &Page) {
    let at = page.path();
    let header = |name: &str| page.header(name).unwrap_or_else(|| panic!("{at} lacks {name}"));
    let policy = header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'"), "{at}: {policy}");
    assert!(!policy.contains("unsafe-inline") && !policy.contains("unsafe-eval"), "{at}: {policy}");
    assert_eq!(header("referrer-policy"), "no-referrer", "{at}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{at}");
    assert!(header("cache-control").contains("no-store"), "{at}");
    assert!(!page.body.contains(" style="), "{at} has an inline style");
    for script in page.body.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap_or_default();
        assert!(tag.contains("src="), "{at} has an inline script: {tag}");
    }
}

#[tokio::test]
async fn every_page_has_the_headers_that_keep_a_browser_safe() {
    let test = TestApp::start().await;
    test.add_practice("Y00001").await;
    let mut nurse = test.add_person("Y00001", "nurse@riverside-surgery.example").await;
    let mut browser = test.browser();
    for path in ["/signin", "/signin/help", "/signin/activate", "/signed-out", "/accessibility", "/no-such-page"] {
        check(browser.open(path).await);
    }
    nurse.enter_password(&mut browser).await;
    check(browser.page());
    nurse.self_enrol(&mut browser, test.clock.now()).await;
    check(browser.page());
    for path in [
        "/",
        "/profile",
        "/profile/my-profile",
        "/profile/self-service",
        "/profile/security-info",
        "/profile/password",
        "/profile/sessions",
        "/profile/sign-ins",
        "/signout",
        "/device",
    ] {
        check(browser.open(path).await);
    }
}

#[tokio::test]
async fn over_https_cookies_are_bound_to_the_host_and_the_browser_is_told_to_stay() {
    let issuer = wardkey_usecases::Issuer::parse("https://id.example").unwrap();
    let test = TestApp::with(|settings| settings.issuer = issuer).await;
    test.add_practice("Y00001").await;
    let mut nurse = test.add_person("Y00001", "nurse@riverside-surgery.example").await;
    let mut browser = test.browser();
    nurse.sign_in_and_enrol(&mut browser, test.clock.now()).await;
    // The browser of these tests refuses a cookie that is not `__Host-…; Secure` over https.
    assert!(browser.cookies.value("__Host-wardkey-session").is_some(), "{:?}", browser.cookies.names());
    assert!(browser.page().header("strict-transport-security").is_some_and(|value| value.contains("max-age=")));
}
