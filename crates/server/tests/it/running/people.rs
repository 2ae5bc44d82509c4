//! Who is in a database that a process will serve.

use std::sync::Arc;

use wardkey_store::testing::TestDatabase;
use wardkey_testkit::{Person, TestApp, TestClock};

/// Adds a practice, and in it a nurse who has not enrolled.
pub async fn add_nurse(database: &Arc<TestDatabase>) -> Person {
    let test = TestApp::on(Arc::clone(database), TestClock::at_system_time(), |_| {}).await;
    test.add_practice("Y00001").await;
    test.add_person("Y00001", "nurse@riverside-surgery.example").await
}
