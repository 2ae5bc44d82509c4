//! Marking an account as compromised where nobody can sign in to the pages.

use std::sync::Arc;

use wardkey_store::testing::TestDatabase;
use wardkey_testkit::Folder;

use crate::process::Setup;
use crate::running::people::add_nurse;

const NURSE: &str = "nurse@riverside-surgery.example";

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_marked_at_the_command_line_and_not_enabled_there() {
    let (folder, database) = (Folder::new(), Arc::new(TestDatabase::sqlite()));
    add_nurse(&database).await;
    let setup = Setup::new(&folder, &database.url(), "");
    let marking = ["account", "compromise", NURSE, "--reason", "sends spam"];
    let marked = setup.must(&marking);
    assert!(marked.contains("marked as compromised: case 1") && marked.contains("0 of its factors"), "{marked}");
    let again = setup.must(&[&marking[..], &["--since", "2026-01-31T14:00:00Z"]].concat());
    assert!(again.contains("added to case 1"), "{again}");
    for (verb, why) in [("enable", "case 1"), ("reset-password", "case 1"), ("re-enrol", "case 1"), ("pass", "case 1")]
    {
        let refused = setup.run(&["account", verb, NURSE, "--reason", "by the side"]);
        let errors = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && errors.contains(why), "{verb}: {errors}");
    }
    let no_time = setup.run(&[&marking[..], &["--since", "last week"]].concat());
    assert_eq!(no_time.status.code(), Some(2), "{}", String::from_utf8_lossy(&no_time.stderr));
}
