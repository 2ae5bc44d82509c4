//! `cargo xtask docs`: writes the documents that are generated from the program; `--check` only compares.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each document, and what the binary's hidden verb `reference` calls it.
const DOCUMENTS: [(&str, &str); 6] = [
    ("docs/reference/settings.md", "settings"),
    ("docs/reference/errors.md", "errors"),
    ("docs/reference/audit-events.md", "audit-events"),
    ("docs/reference/permissions.md", "permissions"),
    ("docs/reference/management-api.json", "management-api"),
    ("wardkey.example.toml", "example"),
];

/// Writes the documents below `root`, or compares them.
///
/// # Errors
/// Names the documents that are out of date, or why they cannot be made.
pub fn run(root: &Path, check: bool) -> Result<(), String> {
    let program = build(root)?;
    let mut stale = Vec::new();
    for (path, document) in DOCUMENTS {
        let text = generate(&program, document)?;
        let file = root.join(path);
        if fs::read(&file).is_ok_and(|present| present == text) {
            continue;
        }
        if check {
            stale.push(path);
            continue;
        }
        let written = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&file, &text));
        written.map_err(|error| format!("cannot write {path}: {error}"))?;
        println!("wrote {path}");
    }
    if stale.is_empty() { Ok(()) } else { Err(format!("out of date, run `cargo xtask docs`: {}", stale.join(", "))) }
}

/// Builds the program as `make test` does, so that nothing is built twice with other features, and says where it is.
fn build(root: &Path) -> Result<PathBuf, String> {
    output(Command::new("cargo").args(["build", "--quiet", "--workspace", "--all-targets"]).current_dir(root))?;
    let own = std::env::current_exe().map_err(|error| format!("cannot tell where the programs are: {error}"))?;
    Ok(own.with_file_name("wardkey"))
}

fn generate(program: &Path, document: &str) -> Result<Vec<u8>, String> {
    output(Command::new(program).args(["reference", document]))
}

fn output(command: &mut Command) -> Result<Vec<u8>, String> {
    let output = command.output().map_err(|error| format!("cannot run {:?}: {error}", command.get_program()))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(output.stdout)
}
