//! An authenticator app that is asked: the reference client, talking to the product of a test.

use axum::http::Request;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wardkey_domain::factor::push::FraudReason;
use wardkey_domain::time::Timestamp;
use wardkey_gateway::authenticator::{Account, Joining, Link};
use wardkey_wire::authenticator as wire;

use crate::browser::Page;
use crate::phone::Phone;
use crate::transport::Transport;

/// An app with one account.
#[derive(Clone)]
pub struct Authenticator {
    transport: Transport,
    /// The account.
    pub account: Account,
}

impl Authenticator {
    /// Binds an app by the link that `page` shows.
    ///
    /// # Panics
    /// When the page shows none or the server refuses.
    pub async fn bind(transport: Transport, page: &Page, device: &str) -> Self {
        let links = page.links().into_iter().map(|(_, href)| href);
        let link = { links }.find(|href| href.contains("#enrol=")).expect("a link that binds an app");
        Self::bind_by(transport, &link, device).await.expect("the code is good")
    }

    /// Binds an app by `link`.
    ///
    /// # Errors
    /// The protocol's word.
    ///
    /// # Panics
    /// When the link is none.
    pub async fn bind_by(transport: Transport, link: &str, device: &str) -> Result<Self, String> {
        let link = Link::parse(link).expect("a link that binds an app");
        let (joining, registration) = Joining::begin(&link, device).expect("a key");
        let registered = call(&transport, "registrations", &registration).await?;
        Ok(Self { transport, account: joining.bound(registered).expect("an account") })
    }

    /// The same app, reaching the server another way.
    #[must_use]
    pub fn at(&self, transport: Transport) -> Self {
        Self { transport, account: self.account.clone() }
    }

    /// What is open at `now`.
    ///
    /// # Errors
    /// The protocol's word.
    pub async fn requests(&self, now: Timestamp) -> Result<wire::Requests, String> {
        let hellos = wire::Hellos { hellos: vec![self.account.hello(now).expect("a greeting")] };
        call(&self.transport, "requests", &hellos).await
    }

    /// The one request that is open at `now`.
    ///
    /// # Panics
    /// When there is none, or several are.
    pub async fn request(&self, now: Timestamp) -> wire::Request {
        let mut open = self.requests(now).await.expect("an answer").requests;
        assert_eq!(open.len(), 1, "{open:?}");
        open.remove(0)
    }

    /// Types `number` into the only open request; says what became of it.
    ///
    /// # Panics
    /// When no request is open.
    pub async fn approve(&self, number: &str, now: Timestamp) -> String {
        let request = self.request(now).await;
        self.answer(&self.account.approve(&request, number).expect("an answer")).await.expect("an outcome")
    }

    /// Says of the only open request that it is not the person's own; says what became of that.
    ///
    /// # Panics
    /// When no request is open.
    pub async fn refuse(&self, reason: FraudReason, now: Timestamp) -> String {
        let request = self.request(now).await;
        self.answer(&self.account.refuse(&request, reason).expect("an answer")).await.expect("an outcome")
    }

    /// Sends an answer as it is.
    ///
    /// # Errors
    /// The protocol's word.
    pub async fn answer(&self, answer: &wire::Answer) -> Result<String, String> {
        let outcome: wire::Outcome = call(&self.transport, "answers", answer).await?;
        Ok(outcome.outcome)
    }

    /// Says where the app is woken.
    ///
    /// # Errors
    /// The protocol's word.
    pub async fn subscribe(&self, now: Timestamp, endpoint: &str, p256dh: &str, auth: &str) -> Result<(), String> {
        let subscription = self.account.subscribe(now, endpoint, p256dh, auth).expect("a subscription");
        let _saved: serde_json::Value = call(&self.transport, "subscriptions", &subscription).await?;
        Ok(())
    }

    /// The same app as one that only shows codes.
    pub fn codes(&self) -> Phone {
        Phone::with_key(&self.account.secret)
    }
}

/// The number that `page` shows.
///
/// # Panics
/// When it shows none.
pub fn number_on(page: &Page) -> String {
    page.with_class("wardkey-number").expect("a number on the page").trim().to_owned()
}

async fn call<T: DeserializeOwned>(transport: &Transport, name: &str, message: &impl Serialize) -> Result<T, String> {
    let request = Request::post(format!("/authenticator/v1/{name}")).header("content-type", "application/json");
    let body = serde_json::to_vec(message).expect("a message");
    let answer = transport.send(request.body(body).expect("a request")).await;
    if answer.status().is_success() {
        return Ok(serde_json::from_slice(answer.body()).expect("an answer"));
    }
    let refused: wire::Error = serde_json::from_slice(answer.body()).expect("a refusal");
    Err(refused.error)
}
