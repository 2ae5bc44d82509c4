//! Files: their size, their place, their siblings.

use std::collections::BTreeSet;

use super::run::Broken;
use super::tree::{Tree, code_lines};

const MOST_LINES: usize = 800;

/// Files that may be longer, each with its reason.
const LONGER: &[(&str, &str)] = &[];

/// Racks, and the rooms that every sibling in them has: a file or a folder of that name.
const RACKS: &[(&str, &[&str])] = &[
    ("crates/domain/src/factor/", &["mod.rs", "rules.rs"]),
    ("crates/protocols/src/", &["mod.rs", "application.rs", "endpoint", "mapping.rs", "error.rs"]),
];

/// Folders of a rack that are no siblings of the others, each with its reason.
const GUESTS: &[(&str, &str)] = &[
    ("crates/protocols/src/authenticator", "apps of people are no applications: nobody registers them"),
    ("crates/protocols/src/management", "applications call it by tokens that another protocol gives them"),
    ("crates/protocols/src/scim", "systems that provision people are registered as clients of OAuth"),
];

pub(super) fn files_are_small(tree: &Tree) -> Broken {
    tree.rust("")
        .filter(|(path, _)| !LONGER.iter().any(|(longer, _)| longer == path))
        .filter_map(|(path, text)| {
            let lines = text.lines().count();
            (lines > MOST_LINES).then(|| format!("{path} has {lines} lines, {MOST_LINES} at most: split it"))
        })
        .collect()
}

pub(super) fn mod_files_hold_no_logic(tree: &Tree) -> Broken {
    tree.rust("")
        .filter(|(path, _)| path.ends_with("/mod.rs"))
        .flat_map(|(path, text)| {
            code_lines(text)
                .filter(|(_, line)| {
                    let line = line.trim_start();
                    [
                        "fn ",
                        "pub fn ",
                        "pub(crate) fn ",
                        "pub(super) fn ",
                        "async fn ",
                        "pub async fn ",
                        "impl ",
                        "impl<",
                    ]
                    .iter()
                    .any(|start| line.starts_with(start))
                })
                .map(move |(number, _)| format!("{path}:{number}: mod.rs holds docs, `mod` and `pub use` only"))
        })
        .collect()
}

pub(super) fn clippy_lists_agree(tree: &Tree) -> Broken {
    let Some(root) = tree.files.get("clippy.toml") else {
        return vec!["clippy.toml is missing".to_owned()];
    };
    let expected = banned(root);
    ["domain", "wire"]
        .iter()
        .filter_map(|name| {
            let path = format!("crates/{name}/clippy.toml");
            let found = tree.files.get(&path).map(|text| banned(text)).unwrap_or_default();
            let missing: Vec<_> = expected.difference(&found).cloned().collect();
            (!missing.is_empty()).then(|| format!("{path} replaces the root's list and lacks {}", missing.join(", ")))
        })
        .collect()
}

fn banned(text: &str) -> BTreeSet<String> {
    text.lines().filter_map(|line| line.split("path = \"").nth(1)?.split('"').next().map(str::to_owned)).collect()
}

pub(super) fn migrations_agree(tree: &Tree) -> Broken {
    let names = |engine: &str| -> BTreeSet<String> {
        let folder = format!("crates/store/migrations/{engine}/");
        tree.files.keys().filter_map(|path| path.strip_prefix(&folder).map(str::to_owned)).collect()
    };
    let (sqlite, postgres) = (names("sqlite"), names("postgres"));
    sqlite.symmetric_difference(&postgres).map(|name| format!("migration {name} exists for one engine only")).collect()
}

/// A column whose name says that it is sealed is in the register, or a rotation of keys leaves it behind.
pub(super) fn sealed_columns_are_registered(tree: &Tree) -> Broken {
    let register = tree.files.get("crates/store/src/seal/columns.rs").map(String::as_str).unwrap_or_default();
    let mut broken = Broken::new();
    for (path, text) in tree.files.iter().filter(|(path, _)| path.starts_with("crates/store/migrations/sqlite/")) {
        let mut table = "";
        for line in text.lines() {
            let mut words = line.split_whitespace();
            match (words.next(), words.next(), words.next()) {
                (Some("CREATE"), Some("TABLE"), Some(name)) => table = name,
                (Some(column), Some("BLOB" | "BLOB,"), _) if column.starts_with("sealed") => {
                    let listed = register.lines().any(|line| {
                        line.contains(&format!("sealed!(\"{table}\"")) && line.contains(&format!("\"{column}\")"))
                    });
                    if !listed {
                        broken.push(format!("{path}: `{table}.{column}` is not in crates/store/src/seal/columns.rs"));
                    }
                }
                _ => {}
            }
        }
    }
    broken
}

pub(super) fn siblings_have_the_same_rooms(tree: &Tree) -> Broken {
    let mut broken = Broken::new();
    for (rack, rooms) in RACKS {
        let siblings: BTreeSet<&str> = tree
            .files
            .keys()
            .filter_map(|path| path.strip_prefix(rack)?.split_once('/').map(|(sibling, _)| sibling))
            .collect();
        let is_guest = |sibling: &&str| GUESTS.iter().any(|(guest, _)| *guest == format!("{rack}{sibling}"));
        for sibling in siblings.into_iter().filter(|sibling| !is_guest(sibling)) {
            for room in *rooms {
                if !tree.has(&format!("{rack}{sibling}/{room}")) && !tree.has(&format!("{rack}{sibling}/{room}.rs")) {
                    broken.push(format!("{rack}{sibling} has no {room}, as its siblings do"));
                }
            }
        }
    }
    broken
}
