//! Documents that lie fail.

use std::collections::BTreeSet;

use super::run::Broken;
use super::tree::Tree;

/// Folders whose paths a document may name.
const ROOTS: &[&str] = &["crates/", "docs/", "xtask/", "e2e/", "scripts/", ".ci/", ".config/"];

pub(super) fn paths_exist(tree: &Tree) -> Broken {
    let mut broken = Broken::new();
    for (document, text) in tree.files.iter().filter(|(path, _)| path.ends_with(".md")) {
        for (index, line) in text.lines().enumerate() {
            for quoted in line.split('`').skip(1).step_by(2) {
                let path = quoted.split([':', '#', ' ']).next().unwrap_or_default();
                let is_path =
                    ROOTS.iter().any(|root| path.starts_with(root)) && !path.contains(['<', '*', '…', '{', '$']);
                if is_path && !tree.has(path.trim_end_matches('/')) {
                    broken.push(format!("{document}:{}: `{path}` does not exist", index + 1));
                }
            }
        }
    }
    broken
}

/// In docs/threats.md a word in backticks that looks like a test's name must be one: functions, in Rust or in the browser
/// journeys.
pub(super) fn threats_name_real_tests(tree: &Tree) -> Broken {
    let Some(threats) = tree.files.get("docs/threats.md") else {
        return vec!["docs/threats.md is missing".to_owned()];
    };
    let names: BTreeSet<&str> = tree
        .files
        .iter()
        .filter(|(path, _)| path.ends_with(".rs") || path.ends_with(".mjs"))
        .flat_map(|(_, text)| text.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .collect();
    let mut broken = Broken::new();
    for (index, line) in threats.lines().enumerate() {
        for quoted in line.split('`').skip(1).step_by(2) {
            let is_name = quoted.contains('_')
                && quoted.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            if is_name && !names.contains(quoted) {
                broken.push(format!("docs/threats.md:{}: no test or item is called `{quoted}`", index + 1));
            }
        }
    }
    broken
}

/// How rows of docs/requirements.md begin.
const REQUIREMENTS: &[&str] = &["ACC-", "ADM-", "AUT-", "CA-", "ENR-", "POL-", "RPT-", "SES-", "STD-"];

/// A row that a comment cites can be looked up.
pub(super) fn cited_requirements_are_listed(tree: &Tree) -> Broken {
    let rows = tree.files.get("docs/requirements.md").map(String::as_str).unwrap_or_default();
    let listed: BTreeSet<&str> = rows.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next()).collect();
    let mut broken = Broken::new();
    for (path, text) in tree.files.iter().filter(|(path, _)| path.starts_with("crates/") && !path.ends_with(".lock")) {
        for (index, line) in text.lines().enumerate() {
            for word in line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
                let number = REQUIREMENTS.iter().find_map(|prefix| word.strip_prefix(prefix));
                let is_row =
                    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
                if is_row && !listed.contains(word) {
                    broken.push(format!("{path}:{}: {word} is not in docs/requirements.md", index + 1));
                }
            }
        }
    }
    broken
}
