//! Words that may stand in some places only.

use super::run::Broken;
use super::tree::{Tree, code_lines, is_test};

/// A call, and where alone it may stand: what it makes is evidence, and evidence has one maker.
const RESTRICTED: &[(&str, &[&str])] = &[
    ("Session::restore(", &["crates/store/src/session/"]),
    ("SavedFlow::unsealed(", &["crates/store/src/signin/"]),
    ("Proof::restore(", &["crates/domain/src/signin/"]),
    ("Session::new(", &["crates/domain/src/signin/signed_in.rs"]),
    ("std::env::var", &["crates/server/src/config/", "crates/server/tests/", "crates/store/src/testing", "xtask/"]),
];

/// Words that say that something is not finished.
const UNFINISHED: &[&str] = &["todo!(", "unimplemented!(", "TODO", "FIXME"];

pub(super) fn restricted_calls_stay_at_home(tree: &Tree) -> Broken {
    let mut broken = Broken::new();
    for (path, text) in tree.rust("") {
        if is_test(path) || path.ends_with("/build.rs") || path.starts_with("xtask/src/tidy/") {
            continue;
        }
        for (number, line) in code_lines(text) {
            for (call, homes) in RESTRICTED {
                if line.contains(call) && !homes.iter().any(|home| path.starts_with(home)) {
                    broken.push(format!("{path}:{number}: `{call}` belongs to {}", homes.join(", ")));
                }
            }
        }
    }
    broken
}

pub(super) fn only_the_registry_matches_on_every_factor(tree: &Tree) -> Broken {
    let homes = ["crates/domain/src/factor/kind.rs", "crates/domain/src/factor/registry.rs"];
    tree.rust("crates/")
        .filter(|(path, _)| !homes.contains(path) && !is_test(path))
        .flat_map(|(path, text)| {
            code_lines(text)
                .filter(|(_, line)| line.trim_start().starts_with("FactorKind::") && line.contains("=>"))
                .map(move |(number, _)| {
                    format!("{path}:{number}: a match on factor kinds; ask the factor's definition instead")
                })
        })
        .collect()
}

pub(super) fn no_path_of_a_machine(tree: &Tree) -> Broken {
    let mut broken = Broken::new();
    for (path, text) in &tree.files {
        if path.ends_with(".lock") || path.starts_with("xtask/src/tidy/") {
            continue;
        }
        for (index, line) in text.lines().enumerate() {
            if ["/work/", "/root/.", "/home/"].iter().any(|start| line.contains(start)) {
                broken.push(format!("{path}:{}: a path of one machine", index + 1));
            }
        }
    }
    broken
}

pub(super) fn nothing_is_unfinished(tree: &Tree) -> Broken {
    let mut broken = Broken::new();
    for (path, text) in tree.rust("") {
        if path.starts_with("xtask/src/tidy/") {
            continue;
        }
        for (index, line) in text.lines().enumerate() {
            if UNFINISHED.iter().any(|word| line.contains(word)) {
                broken.push(format!("{path}:{}: finish it, or leave it out", index + 1));
            }
        }
    }
    broken
}
