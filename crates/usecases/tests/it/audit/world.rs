//! A product with an anchor file, and ways to write, seal and verify.

use std::sync::Arc;

use wardkey_domain::audit::Event;
use wardkey_domain::id::{AccountId, ApplicationId};
use wardkey_domain::op::{Actor, Op, Origin};
use wardkey_domain::time::Timestamp;
use wardkey_store::args;
use wardkey_testkit::{EngineKind, Folder, TestApp, TestClock};
use wardkey_usecases::App;
use wardkey_usecases::audit::{Verification, verify};
use wardkey_usecases::job::Sealer;

/// The product and its anchor file. The product goes first: it verifies both when it goes.
pub struct World {
    pub test: TestApp,
    pub folder: Arc<Folder>,
}

/// The engines of this run.
pub fn engines() -> impl Iterator<Item = EngineKind> {
    [EngineKind::Sqlite, EngineKind::Postgres].into_iter().filter(|engine| engine.is_available())
}

impl World {
    /// On `engine`, with an anchor file.
    pub async fn on(engine: EngineKind) -> Self {
        let folder = Arc::new(Folder::new());
        let anchor = folder.file("anchor");
        let test = TestApp::on(Arc::new(engine.database()), TestClock::new(), |settings| {
            settings.audit.anchor = Some(anchor);
        })
        .await;
        Self { test, folder }
    }

    /// The application.
    pub const fn app(&self) -> &App {
        &self.test.app
    }

    /// Writes `count` events, each in a transaction of its own.
    pub async fn write(&self, count: u8) {
        for number in 0..count {
            write(self.app(), Event::PasswordSet { account: account(number), by: "self".into() }).await;
        }
    }

    /// Writes events, and seals them in blocks of their own.
    pub async fn write_blocks(&self, blocks: u8) {
        for _ in 0..blocks {
            self.write(3).await;
            self.seal().await;
        }
    }

    /// Seals everything, as a server that was just started would.
    pub async fn seal(&self) {
        Sealer::new(self.app()).drain().await.unwrap();
    }

    /// Verifies everything.
    pub async fn verify(&self) -> Verification {
        verify(self.app(), &self.test.operator()).await.unwrap()
    }

    /// Does to the database what no part of the product does.
    pub async fn tamper(&self, statements: &[&'static str]) {
        let mut tx = self.app().store().begin().await.unwrap();
        for sql in statements {
            tx.exec(sql, args![]).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// The lines of the anchor file.
    pub fn anchor(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.file("anchor")).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

/// Writes `event` in a transaction of its own.
pub async fn write(app: &App, event: Event) {
    let op = visitor(app);
    let mut tx = app.store().begin().await.unwrap();
    wardkey_store::audit::append(&mut tx, &op, None, event).await.unwrap();
    tx.commit().await.unwrap();
}

/// The circumstances of a browser that has not signed in.
pub fn visitor(app: &App) -> Op {
    let origin =
        Origin { address: "192.0.2.7".parse().ok(), browser: Some("=Chrome, on Windows".to_owned()), device: None };
    app.op(Actor::Anonymous, origin)
}

/// An account that only these tests know.
pub fn account(number: u8) -> AccountId {
    AccountId::new(Timestamp::from_seconds(1), [number; 10])
}

/// A refusal that is counted when it repeats.
pub fn refusal() -> Event {
    let application = ApplicationId::new(Timestamp::from_seconds(1), [7; 10]);
    Event::TokenRefused { application, account: None, error: "invalid_grant".into(), count: 1 }
}
