//! Tasks of the workspace: `cargo xtask <verb>`. One module per verb.

#[cfg(feature = "bench")]
mod bench;
mod docs;
mod pg;
mod tidy;

use std::error::Error;
use std::process::ExitCode;

/// What a verb returns.
type Outcome = Result<ExitCode, Box<dyn Error>>;

const USAGE: &str = "usage: cargo xtask <verb>

  tidy              check the rules of the house
  docs [--check]    write the documents that are generated from the program, or compare them
  bench [--set S]   measure speed against the limits of this machine (with --features bench)
  pg -- <command>   run a command with a throw-away PostgreSQL in WARDKEY_TEST_POSTGRES
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (verb, rest) = match arguments.split_first() {
        Some((verb, rest)) => (verb.as_str(), rest),
        None => ("", Default::default()),
    };
    let outcome: Outcome = match verb {
        "pg" => pg::run(rest),
        #[cfg(feature = "bench")]
        "bench" => bench::run(&root(), rest),
        #[cfg(feature = "bench")]
        "hello" => bench::hello(rest),
        "docs" => docs::run(&root(), rest == ["--check"]).map(|()| ExitCode::SUCCESS).map_err(Into::into),
        "tidy" => tidy::run(&root()).map(|()| ExitCode::SUCCESS).map_err(Into::into),
        _ => Err(USAGE.into()),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("xtask: {error}");
        ExitCode::FAILURE
    })
}

/// The workspace's folder.
fn root() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
