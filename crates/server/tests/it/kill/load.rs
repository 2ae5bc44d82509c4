//! People who enrol, sign in and go to an application, as fast as they can, until the server is gone.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use wardkey_domain::time::Timestamp;
use wardkey_testkit::{Browser, OidcClient, Person, TestClock, Transport};

use super::ledger::{Exchanged, Ledger};
use crate::process::ISSUER;

/// What the workers share.
#[derive(Clone)]
pub struct Load {
    /// How they reach the server.
    pub transport: Transport,
    /// The application.
    pub client: OidcClient,
    /// Who has not enrolled yet.
    pub people: Arc<Mutex<VecDeque<Person>>>,
    /// What was acknowledged.
    pub ledger: Arc<Mutex<Ledger>>,
}

/// The time-step of TOTP.
const STEP: Duration = Duration::from_secs(30);

impl Load {
    /// Works until nobody is left. It panics when the server is gone, as it should.
    pub async fn work(self) {
        loop {
            let next = self.people.lock().unwrap().pop_front();
            let Some(person) = next else { return };
            self.live(person).await;
        }
    }

    /// One person's day. Codes of the step before, of this one and of the next are good, each once.
    async fn live(&self, mut person: Person) {
        let now = TestClock::at_system_time().now();
        let mut browser = self.browser();
        self.enrol(&mut person, &mut browser, now.minus(STEP)).await;
        self.visit_application(&person, &mut browser).await;
        // The same code at the same moment from two browsers: one of them may get in.
        let mut others = [self.browser(), self.browser()];
        let [first, second] = &mut others;
        let accepted = tokio::join!(self.sign_in(&person, first, now), self.sign_in(&person, second, now));
        assert!(!(accepted.0 && accepted.1), "the same code was accepted twice");
        let mut last = self.browser();
        self.sign_in(&person, &mut last, now.plus(STEP)).await;
    }

    async fn enrol(&self, person: &mut Person, browser: &mut Browser, code_of: Timestamp) {
        person.sign_in_and_enrol(browser, code_of).await;
        let typed = person.phone.as_ref().unwrap().code(code_of);
        let session = browser.cookies.value("wardkey-session").unwrap().to_owned();
        let mut ledger = self.ledger.lock().unwrap();
        let entry = ledger.entry(&person.address);
        entry.person = Some(person.clone());
        entry.typed.insert(typed.clone());
        entry.spent.insert(typed);
        entry.sessions.push(session);
        entry.sign_ins += 1;
    }

    async fn sign_in(&self, person: &Person, browser: &mut Browser, code_of: Timestamp) -> bool {
        person.enter_password(browser).await;
        let typed = person.phone.as_ref().unwrap().code(code_of);
        self.ledger.lock().unwrap().entry(&person.address).typed.insert(typed.clone());
        person.enter_code(browser, code_of).await;
        let Some(session) = browser.cookies.value("wardkey-session").map(str::to_owned) else { return false };
        let mut ledger = self.ledger.lock().unwrap();
        let entry = ledger.entry(&person.address);
        entry.spent.insert(typed);
        entry.sessions.push(session);
        entry.sign_ins += 1;
        true
    }

    /// Gets a code for the application and sends it twice at the same moment.
    async fn visit_application(&self, person: &Person, browser: &mut Browser) {
        let authorization = self.client.authorization(&[]);
        browser.open(authorization.url.as_str()).await;
        let code = self.client.code(&authorization, browser.answer_to_application());
        let verifier = authorization.pkce.verifier.clone();
        let (first, second) =
            tokio::join!(self.client.exchange(&code, &verifier), self.client.exchange(&code, &verifier));
        assert!(!(first.is_ok() && second.is_ok()), "an authorization code was accepted twice");
        if first.is_ok() || second.is_ok() {
            let exchanged = Exchanged { code, verifier };
            self.ledger.lock().unwrap().entry(&person.address).exchanged.push(exchanged);
        }
    }

    fn browser(&self) -> Browser {
        Browser::new(self.transport.clone(), ISSUER)
    }
}
