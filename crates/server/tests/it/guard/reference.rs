//! Generated documents are those of this program.

use std::path::Path;

use crate::process::wardkey;

fn check(document: &str, path: &str) {
    let output = wardkey().args(["reference", document]).output().unwrap();
    assert!(output.status.success());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let committed = std::fs::read_to_string(root.join(path)).unwrap_or_default();
    assert!(committed.as_bytes() == output.stdout, "{path} is out of date: run `cargo xtask docs`");
}

#[test]
fn every_setting_is_documented() {
    check("settings", "docs/reference/settings.md");
    check("example", "wardkey.example.toml");
}

#[test]
fn every_code_for_the_help_desk_is_documented() {
    check("errors", "docs/reference/errors.md");
}

#[test]
fn every_audit_event_is_documented() {
    check("audit-events", "docs/reference/audit-events.md");
}

#[test]
fn the_permissions_are_documented() {
    check("permissions", "docs/reference/permissions.md");
}

#[test]
fn the_management_api_is_documented() {
    check("management-api", "docs/reference/management-api.json");
}
