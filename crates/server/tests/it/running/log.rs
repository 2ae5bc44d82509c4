//! The log: one line of JSON for each request, and nobody's name in any.

use std::sync::Arc;

use serde_json::Value;
use wardkey_store::testing::TestDatabase;
use wardkey_testkit::{Browser, Folder, PASSWORD, Person, TestClock, Transport};

use super::people::add_nurse;
use crate::process::{ISSUER, Server, Setup};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_names_routes_and_nobody() {
    let folder = Folder::new();
    let database = Arc::new(TestDatabase::sqlite());
    let mut nurse = add_nurse(&database).await;
    let setup = Setup::new(&folder, &database.url(), "[log]\nlevel = \"debug\"\n");
    let server = Server::start(&setup).await;
    let mut browser = Browser::new(Transport::http(server.base.clone()), ISSUER);
    nurse.sign_in_and_enrol(&mut browser, TestClock::at_system_time().now()).await;
    let session = browser.cookies.value("wardkey-session").unwrap().to_owned();
    Person::new("nurse@riverside-surgery.example", "not the password")
        .enter_password(&mut Browser::new(Transport::http(server.base.clone()), ISSUER))
        .await;
    browser.open("/oauth/authorize?client_id=nobody&login_hint=nurse@riverside-surgery.example").await;
    let lines = server.log();
    let values: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    let answered: Vec<&Value> = values.iter().filter(|line| line["message"] == "answered a request").collect();
    let signed_in = answered.iter().find(|line| line["route"] == "/signin" && line["method"] == "POST");
    let signed_in = signed_in.unwrap_or_else(|| panic!("no line for the sign-in in {lines:#?}"));
    assert!(signed_in["status"].is_u64() && signed_in["duration_ms"].is_f64(), "{signed_in}");
    let all = lines.join("\n");
    for secret in ["nurse@", "riverside", PASSWORD, "not the password", "Test Person", &session, "login_hint"] {
        assert!(!all.contains(secret), "`{secret}` is in the log");
    }
}
