//! Lists the migrations in both folders, so that adding one is adding its two files.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=migrations");
    let root = PathBuf::from(env("CARGO_MANIFEST_DIR")?).join("migrations");
    let mut text = String::new();
    for engine in ["sqlite", "postgres"] {
        list(&root.join(engine), &engine.to_uppercase(), &mut text)?;
    }
    fs::write(Path::new(&env("OUT_DIR")?).join("migrations.rs"), text)
}

#[expect(clippy::disallowed_methods, reason = "Cargo speaks to a build script through the environment")]
fn env(name: &str) -> io::Result<String> {
    std::env::var(name).map_err(io::Error::other)
}

/// Writes a constant with the name and text of each `NNNN_name.sql` in `folder`, in order.
fn list(folder: &Path, constant: &str, text: &mut String) -> io::Result<()> {
    let mut files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    writeln!(text, "pub(super) const {constant}: &[(&str, &str)] = &[").map_err(io::Error::other)?;
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        writeln!(text, "    ({name:?}, include_str!({:?})),", file.display().to_string()).map_err(io::Error::other)?;
    }
    writeln!(text, "];").map_err(io::Error::other)
}
