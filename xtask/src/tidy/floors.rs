//! Who may import whom: the table of ARCHITECTURE.md, held against each Cargo.toml.

use std::collections::BTreeSet;

use super::run::Broken;
use super::tree::Tree;

/// A crate and the crates of ours that it may use.
const FLOORS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("wire", &[]),
    ("store", &["domain"]),
    ("gateway", &["domain", "wire"]),
    ("usecases", &["domain", "store", "gateway"]),
    ("web", &["domain", "usecases"]),
    ("protocols", &["domain", "usecases", "wire"]),
    ("server", &["domain", "wire", "store", "gateway", "usecases", "web", "protocols"]),
    ("testkit", &["domain", "wire", "store", "gateway", "usecases", "web", "protocols"]),
];

/// An outside crate that is heavy or dangerous, and the crates of ours that alone may use it.
const OWNERS: &[(&str, &[&str])] = &[
    ("sqlx", &["store"]),
    ("libsqlite3-sys", &["store"]),
    ("rusqlite", &["store"]),
    ("argon2", &["domain"]),
    ("zxcvbn", &["domain"]),
    ("x509-parser", &["domain"]),
    ("reqwest", &["gateway", "testkit"]),
    ("rusmpp", &["gateway"]),
    ("lettre", &["gateway"]),
    ("axum", &["web", "protocols", "server", "testkit"]),
    ("minijinja", &["web", "gateway"]),
    ("clap", &["server"]),
    ("tracing-subscriber", &["server"]),
    ("tokio-rustls", &["server", "gateway"]),
    ("rsipstack", &["gateway"]),
    ("getrandom", &["server", "testkit"]),
    ("mimalloc", &["server"]),
    ("governor", &["usecases"]),
];

pub(super) fn imports_go_downwards(tree: &Tree) -> Broken {
    let mut broken = Broken::new();
    for (name, may) in FLOORS {
        for used in dependencies(tree, name) {
            if let Some(ours) = used.strip_prefix("wardkey-")
                && !may.contains(&ours)
            {
                broken.push(format!("crates/{name} uses {used}, which is not below it"));
            }
        }
    }
    broken
}

pub(super) fn outside_crates_have_owners(tree: &Tree) -> Broken {
    let mut broken = Broken::new();
    for (name, _) in FLOORS {
        for used in dependencies(tree, name) {
            if let Some((_, owners)) = OWNERS.iter().find(|(outside, _)| *outside == used)
                && !owners.contains(name)
            {
                broken.push(format!("crates/{name} uses {used}, which belongs to {}", owners.join(", ")));
            }
        }
    }
    broken
}

pub(super) fn members_are_known(tree: &Tree) -> Broken {
    let mut broken = Broken::new();
    for path in tree.files.keys() {
        let mut parts = path.split('/');
        if let (Some("crates"), Some(name), Some("Cargo.toml"), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
            && !FLOORS.iter().any(|(known, _)| *known == name)
        {
            broken.push(format!("crates/{name} stands on no floor: add it to the table here and in ARCHITECTURE.md"));
        }
    }
    broken
}

/// The table that people read is the one that is checked.
pub(super) fn the_map_agrees(tree: &Tree) -> Broken {
    let map = tree.files.get("ARCHITECTURE.md").map(String::as_str).unwrap_or_default();
    let mut broken = Broken::new();
    for (name, may) in FLOORS {
        let row = map.lines().find_map(|line| line.strip_prefix(&format!("| `{name}` |")));
        let cell = row.and_then(|row| row.split('|').next());
        let told: Option<BTreeSet<&str>> = cell.map(|cell| cell.split('`').skip(1).step_by(2).collect());
        if told != Some(may.iter().copied().collect()) {
            broken.push(format!("ARCHITECTURE.md: the row of `{name}` must say that it may import {}", may.join(", ")));
        }
    }
    broken
}

/// The names under `[dependencies]`; those for tests do not count.
fn dependencies(tree: &Tree, name: &str) -> Vec<String> {
    let Some(text) = tree.files.get(&format!("crates/{name}/Cargo.toml")) else {
        return Vec::new();
    };
    let Ok(manifest) = text.parse::<toml::Table>() else {
        return Vec::new();
    };
    manifest
        .get("dependencies")
        .and_then(toml::Value::as_table)
        .map(|table| table.keys().cloned().collect())
        .unwrap_or_default()
}
