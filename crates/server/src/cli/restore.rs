//! `wardkey restore`: fills an empty database from a backup.

use std::path::PathBuf;

use wardkey_usecases::App;
use wardkey_usecases::job::restore;

use super::backup::summarise;
use super::error::CliError;
use super::operator;

/// Fills an empty database from a backup, and verifies the audit that came with it.
///
/// Stop every node first. The master key of the time of the backup must be configured.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A file that `wardkey backup` has written.
    file: PathBuf,
}

/// Restores; `app` is built on a database that was not migrated yet.
pub async fn run(args: Args, app: &App) -> Result<(), CliError> {
    let report = restore(app, &operator::op(app), &args.file).await?;
    summarise(&report);
    match &report.audit.problem {
        None => {
            println!("restored {}: all rows are there and the audit verifies", args.file.display());
            Ok(())
        }
        Some(problem) => Err(CliError::refused(format!(
            "restored {}, but the audit in it is not as it was sealed: {problem}",
            args.file.display()
        ))),
    }
}
