//! Runs a journey on each engine.

/// Runs a test body once on SQLite and once on PostgreSQL, each with a fresh product.
///
/// `on_both_engines!(name, |test| { … })`: the body is asynchronous and may use `test`, a `TestApp`.
macro_rules! on_both_engines {
    ($name:ident, |$test:ident| $body:block) => {
        async fn $name($test: &wardkey_testkit::TestApp) $body

        mod $name {
            use wardkey_testkit::{EngineKind, TestApp};

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(&TestApp::on_engine(EngineKind::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if EngineKind::Postgres.is_available() {
                    super::$name(&TestApp::on_engine(EngineKind::Postgres).await).await;
                }
            }
        }
    };
}

/// The same, with settings that the first argument changes: a function of `&mut Settings`.
macro_rules! on_both_engines_with {
    ($change:ident, $name:ident, |$test:ident| $body:block) => {
        async fn $name($test: &wardkey_testkit::TestApp) $body

        mod $name {
            use std::sync::Arc;

            use wardkey_testkit::{EngineKind, TestApp, TestClock};

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let database = Arc::new(EngineKind::Sqlite.database());
                super::$name(&TestApp::on(database, TestClock::new(), super::$change).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if EngineKind::Postgres.is_available() {
                    let database = Arc::new(EngineKind::Postgres.database());
                    super::$name(&TestApp::on(database, TestClock::new(), super::$change).await).await;
                }
            }
        }
    };
}
