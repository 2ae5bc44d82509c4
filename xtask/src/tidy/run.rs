//! Runs every rule.

use std::path::Path;

use super::tree::Tree;
use super::{documents, files, floors, slices, words};

/// What breaks a rule: where, and what to do instead.
pub(super) type Broken = Vec<String>;

type Rule = (&'static str, fn(&Tree) -> Broken);

const RULES: &[Rule] = &[
    ("floors", floors::imports_go_downwards),
    ("outside crates", floors::outside_crates_have_owners),
    ("members", floors::members_are_known),
    ("map", floors::the_map_agrees),
    ("slices", slices::slices_follow_their_order),
    ("file size", files::files_are_small),
    ("mod.rs", files::mod_files_hold_no_logic),
    ("clippy lists", files::clippy_lists_agree),
    ("migrations", files::migrations_agree),
    ("sealed columns", files::sealed_columns_are_registered),
    ("siblings", files::siblings_have_the_same_rooms),
    ("restricted calls", words::restricted_calls_stay_at_home),
    ("factor kinds", words::only_the_registry_matches_on_every_factor),
    ("machine paths", words::no_path_of_a_machine),
    ("unfinished", words::nothing_is_unfinished),
    ("doc paths", documents::paths_exist),
    ("threats", documents::threats_name_real_tests),
    ("requirements", documents::cited_requirements_are_listed),
];

/// Runs every rule over the tree at `root`.
///
/// # Errors
/// Lists everything that breaks a rule.
pub fn run(root: &Path) -> Result<(), String> {
    let tree = Tree::read(root)?;
    let mut broken = 0;
    for (name, rule) in RULES {
        for complaint in rule(&tree) {
            broken += 1;
            eprintln!("tidy: {name}: {complaint}");
        }
    }
    match broken {
        0 => {
            println!("tidy: {} rules hold over {} files", RULES.len(), tree.files.len());
            Ok(())
        }
        _ => Err(format!("{broken} places break a rule of the house")),
    }
}
