//! The slices in their order: one may use those before it, never those after it.

use super::run::Broken;
use super::tree::{Tree, code_lines, is_test};

/// The closed vocabulary, in dependency order.
const SLICES: &[&str] = &[
    "directory",
    "permission",
    "audit",
    "factor",
    "credential",
    "session",
    "access",
    "signin",
    "application",
    "message",
    "rollout",
    "assurance",
    "report",
];

/// The crates whose slices keep the order. Use cases are where slices meet, so they do not: docs/adr says why.
const ORDERED: &[&str] = &["domain", "store"];

pub(super) fn slices_follow_their_order(tree: &Tree) -> Broken {
    let mut broken = Broken::new();
    for name in ORDERED {
        let folder = format!("crates/{name}/src/");
        for (path, text) in tree.rust(&folder) {
            let Some(slice) = path.strip_prefix(&folder).and_then(|rest| rest.split('/').next()) else { continue };
            let Some(own) = SLICES.iter().position(|known| *known == slice) else { continue };
            if is_test(path) {
                continue;
            }
            for (number, line) in code_lines(text) {
                for later in SLICES.iter().skip(own + 1) {
                    if line.contains(&format!("crate::{later}::")) || line.contains(&format!("crate::{later};")) {
                        broken.push(format!("{path}:{number}: `{slice}` uses `{later}`, which comes after it"));
                    }
                }
            }
        }
    }
    broken
}
