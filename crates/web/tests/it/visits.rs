//! A network that begins more than it may.

use std::num::NonZeroU32;

use wardkey_testkit::{Browser, TestApp};

/// More than a minute's worth at one a second, and more than come back while they are spent.
const MANY: usize = 300;

/// Whether one stranger after another at `address` is refused in the end, there and not further on, with a page that says
/// when to come back.
async fn is_refused_in_the_end(stranger: &Browser, address: &str) -> bool {
    for _ in 0..MANY {
        let mut browser = stranger.clone();
        let page = browser.open(address).await;
        if page.status.as_u16() == 503 && address.starts_with(page.path()) {
            assert!(page.headers.contains_key("retry-after"), "{address}");
            assert!(page.shows("The service is busy"), "{address}: {}", page.text());
            return true;
        }
    }
    false
}

#[tokio::test]
async fn every_door_that_leaves_a_row_behind_is_limited_and_other_networks_are_not() {
    let test = TestApp::with(|settings| settings.visits.per_second = NonZeroU32::MIN).await;
    test.add_practice("Y00001").await;
    let client = test.add_web_application("Y00001").await;
    let authorize = client.authorization(&[]).url;
    let authorize = format!("{}?{}", authorize.path(), authorize.query().unwrap());
    for door in ["/signin", "/signin/activate", &authorize] {
        assert!(is_refused_in_the_end(&test.browser(), door).await, "{door}");
    }
    let mut elsewhere = test.browser_from("198.51.100.7".parse().unwrap());
    assert_eq!(elsewhere.open("/signin").await.status.as_u16(), 200);
    let mut from_there = test.browser_from("198.51.100.8".parse().unwrap());
    assert_eq!(from_there.open(&authorize).await.status.as_u16(), 200);
}
