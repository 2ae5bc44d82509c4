//! Rotating the keys that seal secrets.

use std::time::Duration;

use wardkey_domain::op::{Actor, Origin};
use wardkey_testkit::TestApp;
use wardkey_usecases::Error;
use wardkey_usecases::key::{RotateSettings, rotate_data_keys};

const AT_ONCE: RotateSettings = RotateSettings { settle: Duration::ZERO, rest: Duration::ZERO };

#[tokio::test]
async fn an_operator_rotates_data_keys() {
    let test = TestApp::start().await;
    let first = rotate_data_keys(&test.app, &test.operator(), AT_ONCE).await.unwrap();
    let second = rotate_data_keys(&test.app, &test.operator(), AT_ONCE).await.unwrap();
    assert!(second.data_key > first.data_key);
}

#[tokio::test]
async fn nobody_else_does() {
    let test = TestApp::start().await;
    let op = test.app.op(Actor::Anonymous, Origin::default());
    let error = rotate_data_keys(&test.app, &op, AT_ONCE).await.unwrap_err();
    assert!(matches!(error, Error::NotFound(_)), "{error:?}");
}
