//! Walks through our own pages, as people make them.

use wardkey_domain::time::Timestamp;

use crate::authenticator::{Authenticator, number_on};
use crate::browser::{Browser, Page};
use crate::phone::Phone;
use crate::transport::Transport;

/// Somebody with a browser and, once enrolled, a phone.
#[derive(Clone, Debug)]
pub struct Person {
    /// The address they sign in with.
    pub address: String,
    /// Their password.
    pub password: String,
    /// Their phone, once it knows their key.
    pub phone: Option<Phone>,
}

impl Person {
    /// Somebody without a phone.
    pub fn new(address: &str, password: &str) -> Self {
        Self { address: address.to_owned(), password: password.to_owned(), phone: None }
    }

    /// Types address and password on the sign-in page that `browser` shows, or opens it first.
    pub async fn enter_password<'b>(&self, browser: &'b mut Browser) -> &'b Page {
        if !browser.is_at("/signin") {
            browser.open("/signin").await;
        }
        browser.fill("address", &self.address).fill("password", &self.password);
        browser.press("Sign in").await
    }

    /// Types the code that the phone shows at `now`.
    ///
    /// # Panics
    /// Without a phone.
    pub async fn enter_code<'b>(&self, browser: &'b mut Browser, now: Timestamp) -> &'b Page {
        let code = self.phone.as_ref().expect("a phone").code(now);
        browser.fill("code", &code);
        browser.press("Continue").await
    }

    /// Signs in with password and code.
    ///
    /// # Panics
    /// When it does not work.
    pub async fn sign_in(&self, browser: &mut Browser, now: Timestamp) {
        self.enter_password(browser).await;
        assert_eq!(browser.page().path(), "/signin/code", "{}", browser.page().text());
        self.enter_code(browser, now).await;
        assert!(
            !browser.page().path().starts_with("/signin") || browser.left_for().is_some(),
            "{}",
            browser.page().text()
        );
    }

    /// Walks from the profile to a set-up authenticator app: Profile, My profile, Self-service, Self-enrol for MFA,
    /// Confirm, the method, the key, the first code [ENR-1 to ENR-4]. The browser then shows that it is done.
    ///
    /// # Panics
    /// When the walk is not possible.
    pub async fn self_enrol(&mut self, browser: &mut Browser, now: Timestamp) {
        browser.open("/profile").await;
        browser.follow_starting("My profile").await;
        browser.follow("Self-service").await;
        browser.follow("Self-enrol for MFA").await;
        browser.press("Confirm").await;
        assert!(browser.page().shows(&self.address), "the success message names the account");
        self.set_up_app(browser, now).await;
    }

    /// Sets up an authenticator app on the page that asks for a method. The browser then shows that it is done.
    ///
    /// # Panics
    /// When it does not work.
    pub async fn set_up_app(&mut self, browser: &mut Browser, now: Timestamp) {
        browser.fill("method", "totp");
        browser.press("Click me to enrol for Multi-Factor Authentication").await;
        let phone = Phone::with_key(&key_on(browser.page()));
        browser.fill("code", &phone.code(now));
        browser.press("Done").await;
        assert_eq!(browser.page().path(), "/profile/self-enrol/done", "{}", browser.page().text());
        self.phone = Some(phone);
    }

    /// Signs in for the first time and enrols an app that is asked, called `device`. The browser shows that it is done.
    ///
    /// # Panics
    /// When it does not work.
    pub async fn sign_in_and_bind(
        &self,
        browser: &mut Browser,
        transport: Transport,
        device: &str,
        now: Timestamp,
    ) -> Authenticator {
        self.enter_password(browser).await;
        browser.open("/profile/self-enrol").await;
        browser.press("Confirm").await;
        browser.press("Click me to enrol for Multi-Factor Authentication").await;
        let app = Authenticator::bind(transport, browser.page(), device).await;
        browser.press("I have added the account: continue").await;
        assert_eq!(app.approve(&number_on(browser.page()), now).await, "approved");
        browser.press("I have typed the number: continue").await;
        assert_eq!(browser.page().path(), "/profile/self-enrol/done", "{}", browser.page().text());
        app
    }

    /// Signs in for the first time: password, then enrolment. The browser shows that it is done.
    ///
    /// # Panics
    /// When it does not work.
    pub async fn sign_in_and_enrol(&mut self, browser: &mut Browser, now: Timestamp) {
        self.enter_password(browser).await;
        self.self_enrol(browser, now).await;
    }
}

/// The key that the page shows in text.
///
/// # Panics
/// When it shows none.
pub fn key_on(page: &Page) -> String {
    page.with_id("key")
        .or_else(|| page.with_class("wardkey-key"))
        .unwrap_or_else(|| panic!("no key on the page: {}", page.text()))
}
