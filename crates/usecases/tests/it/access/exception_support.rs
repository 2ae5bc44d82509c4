//! A practice whose people have phones and keys.

use std::sync::Arc;
use std::time::Duration;

use wardkey_domain::credential::{Credential, CredentialState, Label};
use wardkey_domain::directory::Role;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::{AccountId, CredentialId};
use wardkey_domain::op::{Actor, Op, Origin};
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;
use wardkey_store::testing::TestDatabase;
use wardkey_testkit::{TestApp, TestClock};
use wardkey_usecases::Settings;
use wardkey_usecases::access::end_exceptions;
use wardkey_usecases::message::CapturedMail;

use crate::directory::{Ago, acting};

pub const NURSE: &str = "nurse@a.example";
pub const CLERK: &str = "clerk@a.example";
pub const ADMIN: &str = "admin@a.example";
pub const DESK: &str = "desk@a.example";
pub const PRIMARY: &str = "primary@a.example";
pub const MANAGER: &str = "manager@a.example";
pub const STRANGER: &str = "stranger@b.example";

pub const HOUR: Duration = Duration::from_secs(3_600);
pub const DAY: Duration = Duration::from_secs(86_400);

/// A trust with a practice and its people, and another practice.
pub struct World {
    pub test: TestApp,
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::on(Arc::new(TestDatabase::sqlite()), change).await
    }

    pub async fn on(database: Arc<TestDatabase>, change: impl FnOnce(&mut Settings)) -> Self {
        let test = TestApp::on(database, TestClock::new(), change).await;
        test.add_organisation("T1", "").await;
        test.add_organisation("A1", "T1").await;
        test.add_organisation("B1", "").await;
        for address in [NURSE, CLERK, ADMIN, DESK, PRIMARY, MANAGER] {
            test.add_person("A1", address).await;
        }
        test.add_person("B1", STRANGER).await;
        test.give_role(ADMIN, Role::LocalAdministrator, "A1").await;
        test.give_role(DESK, Role::LocalHelpDesk, "A1").await;
        test.give_role(PRIMARY, Role::PrimaryLocalAdministrator, "T1").await;
        test.give_role(MANAGER, Role::PracticeManager, "A1").await;
        let world = Self { test };
        for address in [NURSE, CLERK, ADMIN, DESK, PRIMARY, MANAGER, STRANGER] {
            world.enrol(address, FactorKind::Totp).await;
        }
        world
    }

    pub async fn op(&self, who: &str) -> Op {
        acting(&self.test, who, Ago::JustNow).await
    }

    pub async fn stale(&self, who: &str) -> Op {
        acting(&self.test, who, Ago::AnHour).await
    }

    /// The circumstances of a job.
    pub fn job(&self) -> Op {
        self.test.app.op(Actor::System("test"), Origin::default())
    }

    pub async fn id(&self, who: &str) -> AccountId {
        self.test.account(who).await.id
    }

    /// Enrols a second factor without a sign-in.
    pub async fn enrol(&self, who: &str, kind: FactorKind) {
        let account = self.test.account(who).await;
        let now = self.test.app.now();
        let credential = Credential {
            id: CredentialId::new(now, self.test.app.id_entropy()),
            account: account.id,
            organisation: account.organisation,
            kind,
            label: Label::numbered("Own", 1),
            state: CredentialState::Active,
            is_default: self.factors(who).await.is_empty(),
            created_at: now,
            last_used_at: None,
            version: 1,
        };
        let mut tx = self.test.app.store().begin().await.unwrap();
        let secret = Secret::new(vec![7; 20]);
        wardkey_store::credential::insert_credential(&mut tx, &credential, Some(&secret), None).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The second factors that somebody has.
    pub async fn factors(&self, who: &str) -> Vec<FactorKind> {
        let account = self.id(who).await;
        let mut tx = self.test.app.store().read().await.unwrap();
        let all = wardkey_store::credential::list_credentials(&mut tx, account).await.unwrap();
        all.into_iter().filter(Credential::is_active).map(|credential| credential.kind).collect()
    }

    pub async fn excepted_until(&self, who: &str) -> Option<Timestamp> {
        let account = self.id(who).await;
        let mut tx = self.test.app.store().read().await.unwrap();
        wardkey_store::access::excepted_until(&mut tx, account, self.test.app.now()).await.unwrap()
    }

    /// The events of one kind, as they were written down, and who caused them.
    pub async fn events(&self, kind: &str) -> Vec<(String, String)> {
        let mut tx = self.test.app.store().read().await.unwrap();
        let events = wardkey_store::audit::list_unsealed(&mut tx, 0, 10_000).await.unwrap();
        let of_kind = events.into_iter().map(|event| event.entry).filter(|entry| entry.kind == kind);
        of_kind.map(|entry| (entry.actor, entry.event)).collect()
    }

    /// Waits until so many mails have left; the newest is the first.
    pub async fn mails(&self, count: usize) -> Vec<CapturedMail> {
        let mut changes = self.test.messages.changes();
        let courier = self.test.courier();
        while self.test.messages.mails().len() < count {
            tokio::time::timeout(Duration::from_secs(20), changes.changed()).await.expect("a mail").unwrap();
        }
        courier.stop().await;
        self.test.messages.mails()
    }

    /// Moves the clock, and has the job end what is over.
    pub async fn later(&self, by: Duration) {
        self.test.clock.advance(by);
        while end_exceptions(&self.test.app, &self.job()).await.unwrap() {}
    }
}
