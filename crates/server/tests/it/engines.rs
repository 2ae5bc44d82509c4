//! Runs a journey on each engine.

/// Runs a test body once on SQLite and once on PostgreSQL, each with a fresh product.
///
/// `on_both_engines!(name, |test| { … })`: the body is asynchronous and may use `test`, a `TestApp`.
macro_rules! on_both_engines {
    ($name:ident, |$test:ident| $body:block) => {
        mod $name {
            use super::*;

            async fn body($test: &wardkey_testkit::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                body(&wardkey_testkit::TestApp::on_engine(wardkey_testkit::EngineKind::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if wardkey_testkit::EngineKind::Postgres.is_available() {
                    body(&wardkey_testkit::TestApp::on_engine(wardkey_testkit::EngineKind::Postgres).await).await;
                }
            }
        }
    };
}
