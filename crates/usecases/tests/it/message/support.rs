//! Somebody who signs in without pages, and what their telephone gets.

use std::time::Duration;

use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::voice_call::CallStanding;
use wardkey_domain::op::{Actor, Op, Origin};
use wardkey_domain::secret::Secret;
use wardkey_domain::signin::Refusal;
use wardkey_testkit::{PASSWORD, TestApp};
use wardkey_usecases::message::Courier;
use wardkey_usecases::signin::{Advance, Begin, Destination, Input, Screen, ScreenKind, Stopover, advance, begin};

pub const MOBILE: &str = "07700 900123";
pub const NURSE: &str = "nurse@a.example";
pub const LANDLINE: &str = "01632 960123";

/// A product with one nurse, whose messages are sent.
pub struct World {
    pub test: TestApp,
    courier: Option<Courier>,
}

/// A sign-in in a browser.
pub struct Browser<'a> {
    world: &'a World,
    token: Secret<String>,
}

impl World {
    pub async fn new() -> Self {
        Self::of(TestApp::start().await).await
    }

    pub async fn of(test: TestApp) -> Self {
        test.add_practice("A12345").await;
        test.add_person("A12345", "nurse@a.example").await;
        let courier = Some(test.courier());
        Self { test, courier }
    }

    pub fn op(&self) -> Op {
        let origin = Origin { address: Some([192, 0, 2, 9].into()), ..Origin::default() };
        self.test.app.op(Actor::Anonymous, origin)
    }

    pub async fn browser(&self) -> Browser<'_> {
        let start = Begin { request: None, destination: Destination::Portal };
        let (token, _) = begin(&self.test.app, &self.op(), start).await.unwrap();
        Browser { world: self, token }
    }

    /// The code of the newest text, once so many have been sent.
    pub async fn code_of_text(&self, number: usize) -> String {
        let mut changes = self.test.messages.changes();
        let count = || self.test.messages.texts().len();
        while count() < number {
            changes.changed().await.unwrap();
        }
        let texts = self.test.messages.texts();
        let body = texts[0].text.body.expose();
        let last = body.lines().last().unwrap();
        last.rsplit_once('#').unwrap().1.to_owned()
    }

    /// The identifier of the newest call, once so many have rung.
    pub async fn ringing(&self, number: usize) -> String {
        let mut changes = self.test.calls.changes();
        while self.test.calls.calls().len() < number {
            changes.changed().await.unwrap();
        }
        self.test.calls.calls()[0].id.clone()
    }

    /// Answers the newest call, presses `keys`, and waits until the call is settled.
    pub async fn press(&self, call: &str, keys: &str) {
        self.test.calls.answer(call);
        for key in keys.chars() {
            self.test.calls.press(call, key);
        }
        self.settled(call).await;
    }

    /// Waits until a call is written down as over.
    pub async fn settled(&self, call: &str) {
        self.stands(call, |standing| matches!(standing, CallStanding::Ended(_))).await;
    }

    /// Waits until a call is written down as answered.
    pub async fn answered(&self, call: &str) {
        self.stands(call, |standing| standing == CallStanding::Answered).await;
    }

    async fn stands(&self, call: &str, as_awaited: impl Fn(CallStanding) -> bool) {
        let id = call.parse().unwrap();
        for _ in 0..2_000 {
            let mut tx = self.test.app.store().read().await.unwrap();
            let standing = wardkey_store::message::call_standing(&mut tx, id).await.unwrap();
            drop(tx);
            if as_awaited(standing) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the call does not stand as awaited");
    }

    /// Enrols a telephone on the way in.
    pub async fn enrol(&self, kind: FactorKind) {
        let mut browser = self.browser().await;
        browser.password().await;
        browser.ask(Input::BeginEnrolment).await;
        browser.ask(Input::ChooseFactor(kind)).await;
        let number = if kind == FactorKind::Sms { MOBILE } else { LANDLINE };
        browser.ask(Input::Number { number: number.to_owned(), extension: String::new() }).await;
        let done = if kind == FactorKind::Sms {
            let code = self.code_of_text(1).await;
            browser.go(Input::ConfirmEnrolment { code, label: None }).await
        } else {
            let call = self.ringing(1).await;
            self.press(&call, "#").await;
            browser.go(Input::CallDone { label: None }).await
        };
        assert!(matches!(done, Advance::Done { stopover: Some(Stopover::Enrolled), .. }), "{done:?}");
        // Another code may not be asked for at once, and the budget counts by the hour.
        self.test.clock.advance(Duration::from_secs(60));
    }

    /// The reference in the newest text, by which it is reported.
    pub fn newest_reference(&self) -> String {
        let body = self.test.messages.texts()[0].text.body.expose().clone();
        let reference = body.split_whitespace().find(|word| word.len() >= 9 && word.as_bytes().get(4) == Some(&b'-'));
        reference.unwrap().trim_end_matches('.').to_owned()
    }

    /// Waits for so many e-mails whose subject has a word.
    pub async fn mails_about(&self, word: &str, number: usize) {
        let mut changes = self.test.messages.changes();
        let count = || self.test.messages.mails().iter().filter(|mail| mail.mail.subject.contains(word)).count();
        while count() < number {
            changes.changed().await.unwrap();
        }
    }

    pub async fn stop(mut self) {
        self.stop_courier().await;
    }

    /// The same world, in which nobody sends any more.
    pub async fn without_courier(mut self) -> Self {
        self.stop_courier().await;
        self
    }

    async fn stop_courier(&mut self) {
        if let Some(courier) = self.courier.take() {
            courier.stop().await;
        }
    }

    /// The kinds of the events of the nurse's account, oldest first.
    pub async fn events(&self) -> Vec<String> {
        let mut tx = self.test.app.store().read().await.unwrap();
        let account = self.test.account("nurse@a.example").await.id;
        let rows = tx
            .all("SELECT kind FROM audit_events WHERE account_id = $1 ORDER BY number", vec![account.into()])
            .await
            .unwrap();
        rows.iter().map(|row| row.get::<String>("kind").unwrap()).collect()
    }
}

impl Browser<'_> {
    pub async fn go(&mut self, input: Input) -> Advance {
        advance(&self.world.test.app, &self.world.op(), self.token.expose(), input).await.unwrap()
    }

    pub async fn ask(&mut self, input: Input) -> Screen {
        match self.go(input).await {
            Advance::Ask(screen) => screen,
            other @ (Advance::Done { .. } | Advance::Refused { .. }) => panic!("{other:?}"),
        }
    }

    pub async fn refused(&mut self, input: Input) -> (ScreenKind, Refusal) {
        match self.go(input).await {
            Advance::Refused { screen, refusal } => (screen.kind, refusal),
            other @ (Advance::Done { .. } | Advance::Ask(_)) => panic!("{other:?}"),
        }
    }

    pub async fn password(&mut self) -> ScreenKind {
        let input = Input::Password { address: NURSE.to_owned(), password: Secret::new(PASSWORD.to_owned()) };
        self.ask(input).await.kind
    }

    pub async fn code(&mut self, code: String) -> Advance {
        self.go(Input::Code { credential: None, code }).await
    }

    pub fn token(&self) -> &str {
        self.token.expose()
    }
}
