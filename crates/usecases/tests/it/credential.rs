//! One's own credentials: Security info, adding, removing, the password.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

use std::time::Duration;

use wardkey_domain::credential::{Credential, PasswordStanding};
use wardkey_domain::directory::Account;
use wardkey_domain::factor::password::BrokenRule;
use wardkey_domain::id::{CredentialId, SessionId};
use wardkey_domain::op::{ActingAccount, Actor, Op, Origin};
use wardkey_domain::secret::Secret;
use wardkey_testkit::{PASSWORD, Phone, TestApp};
use wardkey_usecases::Error;
use wardkey_usecases::credential::{
    ChangePassword, Confirmation, PasswordChange, begin_adding_app, change_password, confirm_app, pending_app, remove,
    rename, security_info, set_default, sweep,
};

const MINUTE: Duration = Duration::from_secs(60);

/// A nurse with a session whose second factor was verified just now.
struct Nurse<'a> {
    test: &'a TestApp,
    account: Account,
    session: SessionId,
}

impl<'a> Nurse<'a> {
    async fn new(test: &'a TestApp) -> Self {
        test.add_practice("A12345").await;
        test.add_person("A12345", "nurse@a.example").await;
        let account = test.account("nurse@a.example").await;
        Self { test, account, session: SessionId::new(test.clock.now(), [1; 10]) }
    }

    fn op(&self) -> Op {
        self.op_with_factor_of(Duration::ZERO)
    }

    /// An operation in a session whose second factor was verified so long ago.
    fn op_with_factor_of(&self, ago: Duration) -> Op {
        let actor = ActingAccount {
            id: self.account.id,
            organisation: self.account.organisation,
            session: self.session,
            roles: Vec::new(),
            second_factor_at: self.test.clock.now().minus(ago),
            unrestricted_factor_at: Some(self.test.clock.now().minus(ago)),
        };
        self.test.app.op(Actor::Account(actor), Origin::default())
    }

    async fn add_app(&self, label: Option<&str>) -> (CredentialId, Phone) {
        let new = begin_adding_app(&self.test.app, &self.op()).await.unwrap();
        let phone = Phone::with_key(new.key.expose());
        let code = phone.code(self.test.clock.now());
        let confirmed = confirm_app(&self.test.app, &self.op(), new.id, &code, label).await.unwrap();
        assert!(matches!(confirmed, Confirmation::Enrolled(_)));
        (new.id, phone)
    }

    async fn credentials(&self) -> Vec<Credential> {
        security_info(&self.test.app, &self.op())
            .await
            .unwrap()
            .credentials
            .into_iter()
            .map(|own| own.credential)
            .collect()
    }

    async fn change(&self, current: &str, password: &str) -> PasswordChange {
        change_password(&self.test.app, &self.op(), typed(current, password, password)).await.unwrap()
    }
}

fn typed(current: &str, password: &str, again: &str) -> ChangePassword {
    let secret = |text: &str| Secret::new(text.to_owned());
    ChangePassword { current: secret(current), password: secret(password), again: secret(again) }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_added_when_its_code_confirms_it() {
    let test = TestApp::start().await;
    let nurse = Nurse::new(&test).await;
    let new = begin_adding_app(&test.app, &nurse.op()).await.unwrap();
    assert!(nurse.credentials().await.is_empty(), "not before its code");

    let phone = Phone::scanning(new.uri.expose());
    let wrong = phone.wrong_code(test.clock.now());
    let refused = confirm_app(&test.app, &nurse.op(), new.id, &wrong, None).await.unwrap();
    let Confirmation::WrongCode(shown) = refused else { panic!("{refused:?}") };
    assert_eq!(shown.key, new.key, "the page can show the key again");
    assert_eq!(pending_app(&test.app, &nurse.op(), new.id).await.unwrap().key, new.key);

    let code = phone.code(test.clock.now());
    confirm_app(&test.app, &nurse.op(), new.id, &code, Some("Work phone")).await.unwrap();
    let credentials = nurse.credentials().await;
    assert_eq!(credentials.len(), 1);
    assert!(credentials[0].is_default && credentials[0].label.as_str() == "Work phone");
    assert!(matches!(pending_app(&test.app, &nurse.op(), new.id).await, Err(Error::NotFound(_))), "never shown again");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_session_that_began_an_enrolment_sees_it_and_only_for_ten_minutes() {
    let test = TestApp::start().await;
    let mut nurse = Nurse::new(&test).await;
    let new = begin_adding_app(&test.app, &nurse.op()).await.unwrap();
    let this_session = nurse.session;
    nurse.session = SessionId::new(test.clock.now(), [2; 10]);
    assert!(matches!(pending_app(&test.app, &nurse.op(), new.id).await, Err(Error::NotFound(_))));
    nurse.session = this_session;
    test.clock.advance(10 * MINUTE);
    assert!(matches!(pending_app(&test.app, &nurse.op(), new.id).await, Err(Error::NotFound(_))));
    assert_eq!(sweep(&test.app, &test.operator()).await.unwrap().enrolments, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_more_than_five_apps() {
    let test = TestApp::start().await;
    let nurse = Nurse::new(&test).await;
    for _ in 0..5 {
        nurse.add_app(None).await;
    }
    let mut labels: Vec<_> = nurse.credentials().await.iter().map(|credential| credential.label.to_string()).collect();
    labels.sort();
    assert_eq!(labels[4], "Authenticator app 5");
    assert!(!security_info(&test.app, &nurse.op()).await.unwrap().can_add_app);
    assert!(matches!(begin_adding_app(&test.app, &nurse.op()).await, Err(Error::Conflict(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_app_is_never_removed_and_the_default_passes_on() {
    let test = TestApp::start().await;
    let nurse = Nurse::new(&test).await;
    let (first, _) = nurse.add_app(None).await;
    assert!(matches!(remove(&test.app, &nurse.op(), first).await, Err(Error::Conflict(_))));
    let (second, _) = nurse.add_app(None).await;
    remove(&test.app, &nurse.op(), first).await.unwrap();
    let left: Vec<_> = nurse.credentials().await.iter().map(|left| (left.id, left.is_default)).collect();
    assert_eq!(left, [(second, true)]);
    assert!(matches!(remove(&test.app, &nurse.op(), second).await, Err(Error::Conflict(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_renamed_and_made_the_default() {
    let test = TestApp::start().await;
    let nurse = Nurse::new(&test).await;
    let (first, _) = nurse.add_app(None).await;
    let (second, _) = nurse.add_app(None).await;
    set_default(&test.app, &nurse.op(), second).await.unwrap();
    rename(&test.app, &nurse.op(), first, " Old phone ").await.unwrap();
    let mut seen: Vec<_> =
        nurse.credentials().await.iter().map(|seen| (seen.label.to_string(), seen.is_default)).collect();
    // Both were added in the same frozen moment, so their order says nothing.
    seen.sort();
    assert_eq!(seen, [("Authenticator app 2".to_owned(), true), ("Old phone".to_owned(), false)]);
    assert!(matches!(rename(&test.app, &nurse.op(), first, "").await, Err(Error::Invalid(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_credential_is_not_found() {
    let test = TestApp::start().await;
    let nurse = Nurse::new(&test).await;
    let (first, _) = nurse.add_app(None).await;
    nurse.add_app(None).await;
    test.add_person("A12345", "thief@a.example").await;
    let thief = Nurse { test: &test, account: test.account("thief@a.example").await, session: nurse.session };
    assert!(matches!(remove(&test.app, &thief.op(), first).await, Err(Error::NotFound(_))));
    assert!(matches!(rename(&test.app, &thief.op(), first, "Mine").await, Err(Error::NotFound(_))));
    assert!(matches!(set_default(&test.app, &thief.op(), first).await, Err(Error::NotFound(_))));
    assert!(matches!(pending_app(&test.app, &thief.op(), first).await, Err(Error::NotFound(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_want_a_fresh_second_factor() {
    let test = TestApp::start().await;
    let nurse = Nurse::new(&test).await;
    let (first, _) = nurse.add_app(None).await;
    nurse.add_app(None).await;
    let stale = nurse.op_with_factor_of(11 * MINUTE);
    let app = &test.app;
    assert!(matches!(begin_adding_app(app, &stale).await, Err(Error::FreshFactorNeeded)));
    assert!(matches!(remove(app, &stale, first).await, Err(Error::FreshFactorNeeded)));
    assert!(matches!(set_default(app, &stale, first).await, Err(Error::FreshFactorNeeded)));
    let input = typed(PASSWORD, "three wet umbrellas", "three wet umbrellas");
    assert!(matches!(change_password(app, &stale, input).await, Err(Error::FreshFactorNeeded)));
    assert!(security_info(app, &stale).await.is_ok(), "looking does not");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_changed_by_who_knows_the_present_one() {
    let test = TestApp::start().await;
    let nurse = Nurse::new(&test).await;
    assert_eq!(nurse.change("not it at all", "three wet umbrellas").await, PasswordChange::WrongCurrent);
    assert_eq!(nurse.change(PASSWORD, "short").await, PasswordChange::Refused(vec![BrokenRule::TooShort { min: 10 }]));
    assert_eq!(
        nurse.change(PASSWORD, PASSWORD).await,
        PasswordChange::Refused(vec![BrokenRule::UsedBefore { last: 4 }])
    );
    let differs = typed(PASSWORD, "three wet umbrellas", "three wet umbrella");
    assert!(matches!(change_password(&test.app, &nurse.op(), differs).await, Err(Error::Invalid(_))));

    assert_eq!(nurse.change(PASSWORD, "three wet umbrellas").await, PasswordChange::Changed);
    assert_eq!(
        nurse.change("three wet umbrellas", PASSWORD).await,
        PasswordChange::Refused(vec![BrokenRule::UsedBefore { last: 4 }])
    );
    let own = security_info(&test.app, &nurse.op()).await.unwrap().password.unwrap();
    assert!(matches!(own.standing, PasswordStanding::Good { .. }));
    assert_eq!(own.expires_in_days, None);
    test.clock.advance(360 * 24 * 60 * MINUTE);
    let own = security_info(&test.app, &nurse.op()).await.unwrap().password.unwrap();
    assert_eq!(own.expires_in_days, Some(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_the_present_password_are_slowed_down() {
    let test = TestApp::start().await;
    let nurse = Nurse::new(&test).await;
    for _ in 0..6 {
        assert_eq!(nurse.change("not it at all", "three wet umbrellas").await, PasswordChange::WrongCurrent);
    }
    let waits = nurse.change(PASSWORD, "three wet umbrellas").await;
    assert!(matches!(waits, PasswordChange::TooManyTries { .. }), "{waits:?}");
    test.clock.advance(MINUTE);
    assert_eq!(nurse.change(PASSWORD, "three wet umbrellas").await, PasswordChange::Changed);
}
