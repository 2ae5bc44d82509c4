//! Which set is run.

use std::path::Path;
use std::process::ExitCode;

use super::{ceiling, core};

/// Runs `--set NAME`, or with `--only PART` one part of it.
///
/// # Errors
/// Says which measurement could not be made.
pub fn run(root: &Path, arguments: &[String]) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let (set, only) = match arguments {
        [] => ("core", None),
        [flag, set] if flag == "--set" => (set.as_str(), None),
        [flag, set, other, part] if flag == "--set" && other == "--only" => (set.as_str(), Some(part.as_str())),
        _ => return Err("usage: cargo xtask bench [--set core [--only PART]]".into()),
    };
    if let Some(part) = only.filter(|part| !core::PARTS.contains(part)) {
        return Err(format!("there is no part `{part}`; there are: {}", core::PARTS.join(", ")).into());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match set {
        "core" => runtime.block_on(core::run(root, only))?,
        other => return Err(format!("there is no set `{other}`; there is: core").into()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Serves the bare hello-world that is the limit of plain requests.
///
/// # Errors
/// When the port is taken.
pub fn hello(arguments: &[String]) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let port = arguments.first().ok_or("a port is needed")?.parse()?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(ceiling::hello(port))?;
    Ok(ExitCode::SUCCESS)
}
